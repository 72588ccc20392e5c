"""Sending: one charging profile to one wallbox, and what its silence means."""

import logging
from typing import Final

from ..central_system.link import (
    Answer,
    CallRefusedError,
    CallTimedOutError,
    Link,
    Priority,
)
from ..central_system.profiles import ChargingProfile, Kind
from .memory import MemoryStore
from .response_times import ResponseTimes

_LOGGER = logging.getLogger(__name__)

PATIENCE: Final = 3
"""Time-outs after which a profile counts as refused (ocpp.md 4.6)."""


class ProfileSender:
    """Sends profiles to one wallbox."""

    def __init__(self, store: MemoryStore, response_times: ResponseTimes) -> None:
        """Write them for the capabilities in the memory of `store`; tell `response_times` what was acknowledged."""
        self._store = store
        self._response_times = response_times
        self._timeouts: dict[tuple[int, Kind], int] = {}

    async def send(
        self, link: Link, profile: ChargingProfile, priority: Priority
    ) -> Answer:
        """Send a profile. An error, or the last of several time-outs, counts as a refusal."""
        # What the profile carries is on the disk first, whoever wished it: a wallbox must never hold what nobody remembers
        # after Home Assistant was killed.
        await self._store.save()
        try:
            answer = await link.set_profile(
                profile, self._store.memory.capabilities, priority=priority
            )
        except CallRefusedError as error:
            _LOGGER.debug("Profile %s: %s", profile.profile_id, error)
            return Answer.REJECTED
        except CallTimedOutError:
            asked = (profile.profile_id, profile.kind)
            timeouts = self._timeouts.get(asked, 0) + 1
            self._timeouts[asked] = timeouts % PATIENCE
            if timeouts < PATIENCE:
                raise
            return Answer.REJECTED
        self._timeouts.pop((profile.profile_id, profile.kind), None)
        if answer is Answer.ACCEPTED:
            self._response_times.acknowledged(profile)
        return answer
