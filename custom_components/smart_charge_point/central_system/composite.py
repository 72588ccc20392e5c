"""What a charge point says it will apply, held against what it was told to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from ..model.capabilities import Capabilities
from ..model.limit import Limit
from ..model.schedule import ResidentSchedule
from . import timeline
from .link import CompositeSchedule

LIMIT_TOLERANCE: Final = 0.6
"""Amperes: wallboxes round, and count watts at nominal voltages other than ours."""
WHOLE_UNIT_TOLERANCE: Final = 1.0
"""Amperes: a limit in whole units may have been cut by nearly one."""
TIME_TOLERANCE: Final = timedelta(seconds=2)

type ExpectedStep = tuple[datetime, Limit]
"""From this instant (UTC) on, this limit, until the next step."""


class Agreement(StrEnum):
    """Whether a charge point applies what it was told to."""

    AGREES = "agrees"
    DIFFERS = "differs"
    SILENT = "silent"
    """It does not say: no answer, an empty one, or one without a limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome of a comparison; where it DIFFERS, the first moment (UTC), what was expected and what was told.

    A moment at which more is told than expected goes before one at which less is.
    """

    agreement: Agreement
    moment: datetime | None = None
    expected: Limit | None = None
    told: Limit | None = None

    @property
    def exceeds(self) -> bool:
        """Whether the charge point would let more flow than it may; less can be a setting of its own."""
        return (
            self.expected is not None
            and self.told is not None
            and self.told > self.expected
        )


def expected_limits(
    schedule: ResidentSchedule, limit: Limit, start: datetime, duration: timedelta
) -> tuple[ExpectedStep, ...]:
    """Return what the charging hours ask for in `duration` from `start` (UTC), `limit` being allowed within them."""
    return tuple(
        (moment, limit if allowed else min(schedule.paused, limit))
        for moment, allowed in timeline.changes(
            schedule.week, schedule.following, start, start + duration
        )
    )


def agrees(
    composite: CompositeSchedule | None,
    expected: Sequence[ExpectedStep],
    capabilities: Capabilities,
) -> Verdict:
    """Compare what a charge point told with what is expected, over the time that both speak of.

    Limits may differ by `LIMIT_TOLERANCE`, or `WHOLE_UNIT_TOLERANCE` where `capabilities` know of whole units; edges by
    `TIME_TOLERANCE`.
    """
    if composite is None or not composite.steps or not expected:
        return Verdict(agreement=Agreement.SILENT)
    told = [(step.start, step.limit) for step in composite.steps]
    end = composite.start + timedelta(seconds=composite.duration)
    start = max(told[0][0], expected[0][0])
    if start >= end:
        return Verdict(agreement=Agreement.SILENT)
    marks = sorted({start, *(m for m, _ in (*told, *expected) if start < m < end), end})
    tolerance = WHOLE_UNIT_TOLERANCE if capabilities.whole_units else LIMIT_TOLERANCE
    less: Verdict | None = None
    for since, until in pairwise(marks):
        if until - since <= TIME_TOLERANCE:
            continue
        wanted, applied = _limit_at(expected, since), _limit_at(told, since)
        if abs(wanted.amperes - applied.amperes) <= tolerance:
            continue
        verdict = Verdict(
            agreement=Agreement.DIFFERS, moment=since, expected=wanted, told=applied
        )
        if verdict.exceeds:
            return verdict
        less = less or verdict
    return less or Verdict(agreement=Agreement.AGREES)


def _limit_at(steps: Sequence[ExpectedStep], moment: datetime) -> Limit:
    return [limit for start, limit in steps if start <= moment][-1]
