"""Read back: what a wallbox says it will apply, held against what it accepted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Final

from homeassistant.util import dt as dt_util

from ..central_system.composite import Agreement, Verdict, agrees, expected_limits
from ..central_system.link import (
    CallRefusedError,
    CallTimedOutError,
    CompositeSchedule,
    Link,
    Priority,
)
from ..central_system.profiles import Purpose
from ..central_system.resident import as_held, is_exceptional, renew_at, rung_for
from ..model.capabilities import Capabilities, Rung, Support
from ..model.limit import Limit
from ..model.result import ScheduleRead
from .connector import Connector
from .issues import IssueKind, Issues
from .memory import MemoryStore

_LOGGER = logging.getLogger(__name__)

HORIZON: Final = timedelta(days=1)
"""How far ahead the wallbox is asked what it will apply: many say no more than that."""
ASKED_AGAIN: Final = HORIZON - timedelta(hours=2)
"""After what time it is asked again, so that nothing of a week is left out, although it is looked at by the hour."""
TIMED_RUNGS: Final = frozenset({Rung.NEXT_DAY, Rung.HOME_ASSISTANT})
"""Rungs on which the wallbox holds only what comes next."""
MOST_FOREIGN_LEVELS: Final = 8
"""How many stack levels are cleared of what another central system left."""


class ReadBack:
    """Asks one wallbox what it will apply."""

    def __init__(
        self,
        store: MemoryStore,
        issues: Issues,
        on_read: Callable[[ScheduleRead], None],
    ) -> None:
        """Learn into the memory of `store`, complain to `issues`, and tell `on_read` what came of each comparison."""
        self._store = store
        self._issues = issues
        self._on_read = on_read

    @property
    def _capabilities(self) -> Capabilities:
        return self._store.memory.capabilities

    async def verify(self, link: Link, connector: Connector) -> bool:
        """Read back what the wallbox applies, and compare it with what was sent where nothing else has a say.

        Return whether something else is to be sent for what was learnt.
        """
        now = dt_util.utcnow()
        if (
            connector.verified and not self._due(connector, now)
        ) or self._capabilities.composite_schedule is Support.REFUSED:
            return False
        connector.asked_at = now
        composite = await self._composite(link, connector)
        connector.composite = composite
        connector.verified = True
        if composite is None or connector.session is not None:
            return False
        verdict = self._verdict(connector, composite, now)
        connector.verdict = now, verdict
        # Less than asked for can be a setting of the wallbox's own; the owner sees it beside what was asked.
        if not verdict.exceeds:
            self._issues.clear(IssueKind.SCHEDULE_DIFFERS)
            return False
        if any(map(is_exceptional, connector.memory.acknowledged.values())):
            # It may take a bank holiday for today; without one the hours are those of a weekday.
            self._store.learn(
                replace(self._capabilities, dated_profile=Support.REFUSED)
            )
            connector.verified = False
            return True
        if connector.cleared_foreign:
            _LOGGER.warning(
                "The wallbox says it will apply %s from %s, not %s",
                verdict.told,
                verdict.moment,
                verdict.expected,
            )
            self._issues.show(IssueKind.SCHEDULE_DIFFERS)
            return False
        connector.cleared_foreign = True
        await self._clear_foreign(link, connector)
        connector.verified = False
        return await self.verify(link, connector)

    def _due(self, connector: Connector, now: datetime) -> bool:
        """Return whether it is to be asked although nothing has changed, for the rest of the week to be seen."""
        return (
            connector.session is None
            and connector.asked_at is not None
            and now - connector.asked_at >= ASKED_AGAIN
        )

    def judge_override(self, connector: Connector) -> bool:
        """Turn to the lowest stack level where an override above it has no effect (S4); return whether that is new."""
        now, sent, composite = (
            dt_util.utcnow(),
            connector.sent_override,
            connector.composite,
        )
        if (
            sent is None
            or sent.stack_level == 0
            or composite is None
            or connector.segment(now).limit <= Limit.PAUSED
        ):
            return False
        told = [step.limit for step in composite.steps if step.start <= now]
        if not told or told[-1] > Limit.PAUSED:
            return False
        _LOGGER.debug("The wallbox follows nothing above its lowest stack level")
        self._store.learn(replace(self._capabilities, max_stack_level=0))
        connector.sent_override = None
        connector.verified = False
        return True

    def _verdict(
        self, connector: Connector, composite: CompositeSchedule, now: datetime
    ) -> Verdict:
        """Hold what the wallbox told against the resident schedule, for as long as that is all held by now."""
        schedule = connector.resident_schedule(now)
        # Some wallboxes answer as if a session began now, delay and all, and some do not: both are right.
        start = composite.start + timedelta(seconds=schedule.session_delay)
        end = composite.start + HORIZON
        if rung_for(schedule, self._capabilities, now) in TIMED_RUNGS:
            end = min(end, renew_at(schedule, self._capabilities, now) or end)
        if start >= end:
            return Verdict(agreement=Agreement.SILENT)
        held = self._store.memory.maximum_profile
        limit = schedule.limit
        if held is not None:
            # For a while it may cap more than that; less than asked for is never wrong here.
            limit = min(limit, max(period.limit for period in held.periods))
        verdict = agrees(
            replace(composite, duration=int((end - composite.start).total_seconds())),
            expected_limits(
                as_held(schedule, self._capabilities, now), limit, start, end - start
            ),
            self._capabilities,
        )
        told_until = composite.start + timedelta(seconds=composite.duration)
        if verdict.agreement is not Agreement.SILENT and start < told_until:
            self._on_read(
                ScheduleRead(
                    at=now,
                    connector=connector.number,
                    after=(start - now).total_seconds(),
                    seconds=(min(end, told_until) - start).total_seconds(),
                    agrees=verdict.agreement is Agreement.AGREES,
                )
            )
        return verdict

    async def _composite(
        self, link: Link, connector: Connector
    ) -> CompositeSchedule | None:
        try:
            composite = await link.composite_schedule(
                connector.number,
                int(HORIZON.total_seconds()),
                self._capabilities,
                priority=Priority.HOUSEKEEPING,
            )
        except CallTimedOutError:
            return None  # Busy, perhaps; it is asked again after the next change.
        except CallRefusedError:
            composite = None
        silent = composite is None
        self._store.learn(
            replace(
                self._capabilities,
                composite_schedule=Support.REFUSED if silent else Support.WORKS,
            )
        )
        return composite

    async def _clear_foreign(self, link: Link, connector: Connector) -> None:
        """Clear the default profiles above and beside ours, which another central system left behind.

        Ours is in force by then, so a limit stands at every moment.
        """
        ours = {
            profile.stack_level for profile in connector.memory.acknowledged.values()
        }
        levels = range(min(self._capabilities.max_stack_level, MOST_FOREIGN_LEVELS) + 1)
        for level in levels:
            for number in (0, connector.number):
                if number == connector.number and level in ours:
                    continue
                try:
                    await link.clear_foreign_profiles(
                        number, level, Purpose.DEFAULT.value
                    )
                except CallRefusedError, CallTimedOutError:
                    return
