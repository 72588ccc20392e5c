"""What a charge point must hold by itself: the week's pattern and the delay of its next session."""

from dataclasses import dataclass, replace
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
class ExceptionalTime:
    """A stretch of time (UTC, half open) that differs from the week that repeats: a bank holiday, delays already in it.

    `steps` begins at offset 0 from `start`, is sorted, alternates and stays within the stretch.
    """

    start: datetime
    end: datetime
    steps: tuple[Step, ...]

    def allowed_at(self, moment: datetime) -> bool:
        """Return whether charging is allowed at `moment` (UTC), which lies within the stretch."""
        second = (moment - self.start).total_seconds()
        return [step.allowed for step in self.steps if step.offset <= second][-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekPattern:
    """A week that repeats: allowed or not, by seconds since `starts`, delays already in it.

    `starts` is the instant (UTC) of a Monday's civil midnight under the offset the pattern is for; `steps` begins at
    offset 0, is sorted, alternates and stays below 604800. It is right from `valid_from` (UTC) until `valid_to`, the
    next change of the civil offset, where there is one within the coming year. `exceptions` of the coming days, in order
    and apart from each other, take the place of the week.
    """

    starts: datetime
    steps: tuple[Step, ...]
    valid_from: datetime
    valid_to: datetime | None
    exceptions: tuple[ExceptionalTime, ...] = ()

    @property
    def plain(self) -> WeekPattern:
        """The week that repeats, without exceptions."""
        return replace(self, exceptions=()) if self.exceptions else self

    def exception_at(self, moment: datetime) -> ExceptionalTime | None:
        """Return the exception that rules at `moment` (UTC)."""
        for exception in self.exceptions:
            if exception.start <= moment < exception.end:
                return exception
        return None

    def allowed_at(self, moment: datetime) -> bool:
        """Return whether the pattern allows charging at `moment` (UTC), validity aside."""
        if (exception := self.exception_at(moment)) is not None:
            return exception.allowed_at(moment)
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
    would sleep (A11.8). `following` is the pattern after the next clock change. `holidays_kept`: the owner wants bank
    holidays as at the weekend, so there is to be a place for one.
    """

    connector: int
    limit: Limit
    week: WeekPattern
    following: WeekPattern | None
    session_delay: int
    paused: Limit = Limit.PAUSED
    holidays_kept: bool = False
