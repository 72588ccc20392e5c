"""What a charge point must hold by itself: the week's pattern and the delay of its next session."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .hours import Weekday
from .limit import Limit

WEEK = timedelta(days=7)


class EdgeKind(StrEnum):
    """Whether charging becomes allowed or stops being allowed at an edge."""

    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Edge:
    """A civil time of the week at which the charging hours begin or end.

    `second` counts from civil midnight of `weekday` (0 to 86399).
    """

    weekday: Weekday
    second: int
    kind: EdgeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeDelays:
    """The random delays drawn for the edges of one week, in whole seconds (0 to `maximum`).

    Source: SI 2021/1467 reg. 11; requirements.md, relevant-time table.
    """

    drawn_at: datetime
    maximum: int
    seconds: tuple[tuple[Edge, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDelay:
    """The random delay that waits for the next session, in whole seconds (0 to `maximum`).

    `used`: a session has begun with it and is over, so it is to be drawn anew as soon as none runs (A11.9).
    """

    drawn_at: datetime
    maximum: int
    seconds: int
    used: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From `offset` seconds after the pattern's start, charging is allowed or not."""

    offset: int
    allowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekPattern:
    """A week that repeats: allowed or not, by seconds since `starts`, delays already in it.

    `starts` is the instant (UTC) of a Monday's civil midnight under the offset the pattern is for; `steps` begins at
    offset 0, is sorted, alternates and stays below 604800. It is right from `valid_from` (UTC) until `valid_to`, the
    next change of the civil offset, where there is one within the coming year.
    """

    starts: datetime
    steps: tuple[Step, ...]
    valid_from: datetime
    valid_to: datetime | None

    def allowed_at(self, moment: datetime) -> bool:
        """Return whether the pattern allows charging at `moment` (UTC), validity aside."""
        second = int((moment - self.starts).total_seconds()) % int(WEEK.total_seconds())
        allowed = self.steps[-1].allowed
        for step in self.steps:
            if step.offset > second:
                break
            allowed = step.allowed
        return allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidentSchedule:
    """All that one connector must hold when Home Assistant is off.

    `limit` applies while the pattern allows charging, `paused` while it does not: 0, or what keeps a car awake that
    would sleep (A11.8). `following` is the pattern after the next clock change.
    """

    connector: int
    limit: Limit
    week: WeekPattern
    following: WeekPattern | None
    session_delay: int
    paused: Limit = Limit.PAUSED
