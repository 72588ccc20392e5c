"""The max profile: the owner's limit over all that a wallbox does, where it has but one connector."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..central_system.link import Answer, Link, Priority
from ..central_system.resident import (
    cap_at,
    capped_profile,
    caps_alike,
    maximum_profile,
)
from ..model.capabilities import Capabilities, Support
from .connector import Connector
from .memory import MemoryStore
from .sending import ProfileSender
from .standby import StandbyKeeper

RAISE_EVERY: Final = timedelta(seconds=10)
"""How often the max profile is raised at most."""


class MaximumKeeper:
    """Keeps one wallbox's max profile."""

    def __init__(
        self,
        store: MemoryStore,
        connectors: Mapping[int, Connector],
        sender: ProfileSender,
        standby: StandbyKeeper,
        wake: Callable[[], None],
    ) -> None:
        """Remember in the memory of `store`, send through `sender`, and `wake` who else must act on a refusal.

        `standby` may hold a fallback, and then lends what is wanted here.
        """
        self._store = store
        self._connectors = connectors
        self._sender = sender
        self._standby = standby
        self._wake = wake
        self._raised_at: datetime | None = None
        """When the max profile was last raised."""

    @property
    def _capabilities(self) -> Capabilities:
        return self._store.memory.capabilities

    def next_change(self) -> datetime | None:
        """Return from when on it may be raised again."""
        return self._raised_at and self._raised_at + RAISE_EVERY

    async def hold(self, link: Link, priority: Priority = Priority.CONTROL) -> None:
        """Let the owner's limit rule the whole charge point, where that is the wallbox's only connector.

        A limit that was never lowered is not sent, and one that was is raised to the maximum, not cleared: also when
        another connector turns up, as each one's resident profiles carry its limit from then on. Where the wallbox takes
        no default profile, this is also how Home Assistant times the hours.
        """
        memory = self._store.memory
        if self._capabilities.maximum_profile is Support.REFUSED:
            return
        now = dt_util.utcnow()
        connector = next(iter(self._connectors.values()))
        by_hand = len(self._connectors) == 1 and memory.no_default_profile
        if by_hand:
            desired = maximum_profile(connector.segment(now).limit, self._capabilities)
        else:
            desired = capped_profile(connector.caps(now), self._capabilities)
        if await self._standby.hold(link, desired, priority):
            return
        held = memory.maximum_profile
        # After a boot nothing counts as held, though a lowered one may be, if ever one was taken.
        never_lowered = (
            held is None and self._capabilities.maximum_profile is not Support.WORKS
        )
        lowers = any(
            period.limit < self._capabilities.maximum for period in desired.periods
        )
        if (held is not None and caps_alike(held, desired, now)) or (
            never_lowered and not lowers
        ):
            return
        if (
            held is not None
            and not by_hand
            and cap_at(held, now) <= cap_at(desired, now)
        ):
            if self._raised_at is not None and now < self._raised_at + RAISE_EVERY:
                return  # What lowers goes at once; the rest waits, as each profile wears the wallbox's memory.
            self._raised_at = now
        if await self._sender.send(link, desired, priority) is Answer.ACCEPTED:
            memory.maximum_profile = desired
            self._store.learn(
                replace(self._capabilities, maximum_profile=Support.WORKS)
            )
            for each in self._connectors.values():
                each.verified = False
            self._store.save_soon()
        else:
            self.refuse()

    @callback
    def refuse(self) -> None:
        """Turn to lowering the resident profiles: the wallbox does not take, or does not obey, a maximum."""
        memory = self._store.memory
        memory.maximum_profile = memory.standby = None
        self._store.learn(replace(self._capabilities, maximum_profile=Support.REFUSED))
        self._wake()
