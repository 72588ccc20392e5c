"""Overriding: what stands above a wallbox's resident profiles for a session, and ends with it or before."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from homeassistant.util import dt as dt_util

from ..central_system.link import Answer, CallRefusedError, Link, Priority
from ..central_system.profiles import ChargingProfile
from ..central_system.resident import (
    as_held,
    displaced_by,
    override_default_id,
    override_default_profile,
    override_id,
    override_profile,
)
from ..model.capabilities import Capabilities, Support
from ..model.plan import PlanReason
from ..model.schedule import ExceptionalTime
from .connector import Connector
from .memory import MemoryStore
from .override import Override, OverrideKind
from .sending import ProfileSender

HALF_A_DAY: Final = timedelta(hours=12)
"""How often an override of a bank holiday is renewed."""


class Overriding:
    """Sends one wallbox what the owner, or Home Assistant, wants of a running session."""

    def __init__(
        self,
        store: MemoryStore,
        connectors: Mapping[int, Connector],
        sender: ProfileSender,
    ) -> None:
        """Send through `sender`; learn into the memory of `store`."""
        self._store = store
        self._connectors = connectors
        self._sender = sender
        self._sending: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    @property
    def _capabilities(self) -> Capabilities:
        return self._store.memory.capabilities

    def among_defaults(
        self, connector: Connector, now: datetime
    ) -> ChargingProfile | None:
        """Return the override that stands at `now` as a default profile, the wallbox having refused it for the transaction."""
        if self._wanted(connector, now) is None:
            return None
        return connector.memory.acknowledged.get(override_default_id(connector.number))

    async def apply(
        self,
        link: Link,
        connector: Connector,
        priority: Priority = Priority.CONTROL,
    ) -> Answer:
        """Send the override of the running session, if there is one that was not sent yet."""
        # What the owner's command is just sending is not to be sent a second time beside it.
        async with self._sending[connector.number]:
            return await self._apply(link, connector, priority)

    async def _apply(
        self, link: Link, connector: Connector, priority: Priority
    ) -> Answer:
        now = dt_util.utcnow()
        session = connector.session
        override = self._wanted(connector, now)
        if override is None and session is not None:
            await self._take_back(
                link, connector, session.transaction_id, now, priority
            )
        if override is None or session is None:
            return Answer.ACCEPTED
        if override.kind is OverrideKind.DELAY and connector.just_booted(now):
            # The wallbox may be about to say that the session is over.
            return Answer.ACCEPTED
        if session.of_the_past and priority is Priority.CONTROL:
            return Answer.ACCEPTED  # A refusal would show nothing but that it is over.
        if self._carried_by_maximum:
            return Answer.ACCEPTED
        limit = connector.override_limit(override, now)
        profile = override_profile(
            connector.number,
            limit,
            self._capabilities,
            transaction_id=session.wallbox_id,
            now=override.since,
            until=override.until,
        )
        if connector.sent_override == profile:
            return Answer.ACCEPTED
        holiday = override.kind is OverrideKind.HOURS and override.until is not None
        answer = Answer.REJECTED
        if self._capabilities.transaction_profile is not Support.REFUSED:
            answer = await self._sender.send(link, profile, priority)
            if answer is Answer.ACCEPTED:
                self._store.learn(
                    replace(self._capabilities, transaction_profile=Support.WORKS)
                )
            elif (
                self._capabilities.transaction_profile is Support.UNTRIED
                and not holiday
            ):
                self._store.learn(
                    replace(self._capabilities, transaction_profile=Support.REFUSED)
                )
        if (
            answer is not Answer.ACCEPTED
            and self._capabilities.default_profile is not Support.REFUSED
        ):
            instead = override_default_profile(
                connector.number,
                limit,
                self._capabilities,
                now=override.since,
                until=override.until,
            )
            answer = await self._sender.send(link, instead, priority)
            if answer is Answer.ACCEPTED:
                for displaced in displaced_by(
                    instead, connector.memory.acknowledged.values()
                ):
                    del connector.memory.acknowledged[displaced]
                connector.memory.acknowledged[instead.profile_id] = instead
                self._store.save_soon()
        if holiday:
            # A wallbox that takes no time of day may still take an override for a whole session.
            taken = Support.WORKS if answer is Answer.ACCEPTED else Support.REFUSED
            self._store.learn(replace(self._capabilities, timed_override=taken))
        if answer is Answer.ACCEPTED:
            connector.sent_override = profile
            connector.verified = False
        return answer

    @property
    def _carried_by_maximum(self) -> bool:
        """Whether the max profile carries the whole plan, overrides too: the wallbox takes no other."""
        capabilities = self._capabilities
        return (
            len(self._connectors) == 1
            and capabilities.default_profile is Support.REFUSED
            and capabilities.transaction_profile is Support.REFUSED
            and capabilities.maximum_profile is not Support.REFUSED
        )

    def _hours_by_hand(self, connector: Connector, now: datetime) -> Override | None:
        """Return the plan as an override of the running session, where the wallbox takes no other profile.

        It has all that stands in it, the owner's overrides too: one of those would lapse into no limit at all.
        """
        capabilities = self._capabilities
        if (
            connector.session is None
            or not self._store.memory.no_default_profile
            or (
                capabilities.maximum_profile is not Support.REFUSED
                and len(self._connectors) == 1
            )
        ):
            return None
        return Override(
            kind=OverrideKind.HOURS,
            transaction_id=connector.session.transaction_id,
            since=connector.session.started_at,
        )

    def _dsr_by_hand(self, connector: Connector, now: datetime) -> Override | None:
        """Return what demand-side response wants of the running session, where no max profile says so.

        It lapses by itself with its segment of the plan, into what the wallbox holds (D5).
        """
        session, segment = connector.session, connector.segment(now)
        lifts = connector.lifted(now)
        by_hand = self._capabilities.maximum_profile is Support.REFUSED
        if session is None or not (
            lifts or (by_hand and segment.reason is PlanReason.DSR)
        ):
            return None
        return Override(
            kind=OverrideKind.DSR,
            transaction_id=session.transaction_id,
            since=_lately(session.started_at, now),
            until=segment.end,
        )

    def _holiday_by_hand(self, connector: Connector, now: datetime) -> Override | None:
        """Return the hours of a bank holiday as an override of the running session, where the wallbox was not told of it.

        It lapses with its segment of the plan, or the day: without Home Assistant the hours of a weekday rule again.
        """
        session, segment = connector.session, connector.segment(now)
        holiday = self._untold_holiday(connector, now)
        # The delay of the session is the wallbox's, which an override would take away. Nor is it sent again where it
        # was not taken: a day like others is no fault.
        if (
            session is None
            or holiday is None
            or segment.reason is PlanReason.RANDOM_DELAY
            or self._capabilities.timed_override is Support.REFUSED
        ):
            return None
        return Override(
            kind=OverrideKind.HOURS,
            transaction_id=session.transaction_id,
            since=max(_lately(holiday.start, now), session.started_at),
            until=min(segment.end, holiday.end),
        )

    def _untold_holiday(
        self, connector: Connector, now: datetime
    ) -> ExceptionalTime | None:
        """Return the bank holiday that rules at `now` (UTC), where the wallbox does not hold it."""
        if not connector.keeps_holidays:
            return None
        schedule = connector.resident_schedule(now)
        held = as_held(schedule, self._capabilities, now)
        if held.week.exception_at(now) is not None:
            return None
        return schedule.week.exception_at(now)

    def holiday_moments(
        self, connector: Connector, now: datetime
    ) -> tuple[datetime, ...]:
        """Return when a running session needs another look because of bank holidays that the wallbox does not hold."""
        if connector.session is None or not connector.keeps_holidays:
            return ()
        starts = [
            each.start for each in connector.resident_schedule(now).week.exceptions
        ]
        if self._untold_holiday(connector, now) is None:
            return tuple(starts)
        return (connector.segment(now).end, now + HALF_A_DAY, *starts)

    def _wanted(self, connector: Connector, now: datetime) -> Override | None:
        """Return what is wanted of the session at `now` (UTC), beside what the wallbox holds."""
        return (
            self._hours_by_hand(connector, now)
            or connector.standing_override(now)
            or self._dsr_by_hand(connector, now)
            or self._holiday_by_hand(connector, now)
        )

    async def _take_back(
        self,
        link: Link,
        connector: Connector,
        transaction_id: int,
        now: datetime,
        priority: Priority,
    ) -> None:
        """Take back what is not wanted any more; the resident profiles below speak again at once."""
        sent = connector.sent_override
        if sent is None:
            # What tampering ended may have gone out with the request to start, or before Home Assistant was restarted.
            if not connector.tampered or connector.withdrawn_from == transaction_id:
                return
        elif sent.valid_to is not None and sent.valid_to <= now:
            return
        # As a default profile it goes with the next look at the resident profiles.
        if override_default_id(connector.number) not in connector.memory.acknowledged:
            with suppress(CallRefusedError):  # It is not there any more.
                await link.clear_profile(
                    override_id(connector.number), priority=priority
                )
        connector.withdrawn_from = transaction_id
        connector.sent_override = None
        connector.verified = False


def _lately(since: datetime, now: datetime) -> datetime:
    """Return a moment less than half a day ago, the same for as long as that lasts.

    An override may have to stand as a default profile, which lasts no longer than a day.
    """
    return since + (now - since) // HALF_A_DAY * HALF_A_DAY
