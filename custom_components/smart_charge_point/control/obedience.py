"""Obedience: what is done about a wallbox that accepts a limit and lets more flow."""

from dataclasses import replace
from datetime import datetime
from enum import Enum, auto
import logging
from typing import Final

from homeassistant.core import callback

from ..model.capabilities import Capabilities, Support
from ..model.meter import MeterSample
from ..model.plan import ClaimSource, PlanReason, Segment
from ..rules.obedience import Watch, drawn
from .connector import Connector
from .issues import IssueKind, Issues
from .memory import MemoryStore
from .override import Override, OverrideKind
from .reconciler import Reconciler

_LOGGER = logging.getLogger(__name__)

_UNSUSPECTED: Final = Watch()


class _Step(Enum):
    """What has been tried against the limit that is ignored."""

    NOTHING = auto()
    SENT_AGAIN = auto()
    HELD_OTHERWISE = auto()
    GIVEN_UP = auto()


class Obedience:
    """Watches the meter of one charge point, and turns to another way of limiting where one has no effect."""

    def __init__(
        self, store: MemoryStore, reconciler: Reconciler, issues: Issues
    ) -> None:
        """Learn into the memory of `store`, act through `reconciler`, complain to `issues`."""
        self._store = store
        self._reconciler = reconciler
        self._issues = issues
        self._watches: dict[int, Watch] = {}
        self._steps: dict[int, _Step] = {}

    @property
    def _capabilities(self) -> Capabilities:
        return self._store.memory.capabilities

    @callback
    def measured(
        self, connector: Connector, sample: MeterSample, now: datetime
    ) -> None:
        """Take a live sample of `connector`."""
        amperes = drawn(sample, self._capabilities.phases)
        if amperes is None or connector.session is None:
            return
        number = connector.number
        segment = connector.segment(now)
        before = self._watches.get(number, _UNSUSPECTED)
        watch = before.sampled(sample.at, amperes, segment.limit)
        if watch is before and watch.since is None and number not in self._steps:
            return
        if watch.since is None and before.limit == segment.limit:
            self._obeys(number)
        if watch.disobeyed:
            # Whatever is tried now gets as long to show its effect.
            watch = _UNSUSPECTED
            self._answer(connector, segment, amperes, now)
        self._watches[number] = watch

    def _obeys(self, number: int) -> None:
        """Take back what was said: the limit that is in force is kept to."""
        if self._steps.pop(number, _Step.NOTHING) is not _Step.NOTHING:
            self._issues.clear(IssueKind.LIMIT_IGNORED)

    def _answer(
        self, connector: Connector, segment: Segment, amperes: float, now: datetime
    ) -> None:
        """Send it again; then limit otherwise; then say that nothing helps."""
        number = connector.number
        step = self._steps.get(number, _Step.NOTHING)
        if step is _Step.GIVEN_UP:
            return
        _LOGGER.warning(
            "The wallbox lets %.1f A flow on connector %s where %s A are allowed (%s)",
            amperes,
            number,
            segment.limit.amperes,
            segment.reason,
        )
        if self._hold_delay(connector, segment, now):
            pass
        elif step is _Step.NOTHING:
            self._steps[number] = _Step.SENT_AGAIN
            self._reconciler.forget_acknowledged()
        elif step is _Step.SENT_AGAIN and self._hold_otherwise(segment):
            self._steps[number] = _Step.HELD_OTHERWISE
        else:
            self._steps[number] = _Step.GIVEN_UP
            self._issues.show(IssueKind.LIMIT_IGNORED)
        self._reconciler.wake()

    def _hold_delay(
        self, connector: Connector, segment: Segment, now: datetime
    ) -> bool:
        """Time the session's random delay ourselves where its profile has no effect (S4); true where that is new."""
        session, delay = connector.session, connector.memory.session_delay
        if (
            session is None
            or delay is None
            or segment.by is not ClaimSource.RANDOM_DELAY
            or segment.reason is not PlanReason.RANDOM_DELAY
            or not connector.holds_delay(now)
        ):
            return False
        # What is ignored above the lowest stack level would be so for an override as well.
        self._store.learn(
            replace(
                self._capabilities, relative_delay=Support.REFUSED, max_stack_level=0
            )
        )
        connector.memory.override = Override(
            kind=OverrideKind.DELAY,
            transaction_id=session.transaction_id,
            since=session.started_at,
            until=segment.end,
        )
        return True

    def _hold_otherwise(self, segment: Segment) -> bool:
        """Turn away from the kind of profile that carried the limit; false where none is left."""
        capabilities = self._capabilities
        maximum = self._store.memory.maximum_profile
        if maximum is not None and any(
            period.limit <= segment.limit for period in maximum.periods
        ):
            self._reconciler.maximum.refuse()
            return True
        others = {capabilities.transaction_profile, capabilities.maximum_profile}
        if (
            segment.by is ClaimSource.OVERRIDE
            or capabilities.default_profile is Support.REFUSED
            or others == {Support.REFUSED}
        ):
            return False
        self._store.learn(replace(capabilities, default_profile=Support.REFUSED))
        return True
