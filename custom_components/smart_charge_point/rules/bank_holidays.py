"""Bank holidays as at the weekend: the owner's choice; by the regulations they are days like others.

A bank holiday that falls on a weekday then has the hours of a Sunday. The week that repeats stays what it is, so what
forgets the holiday keeps to the peak. Source: requirements.md section 7, 1, and reg. 10, weekdays and bank holidays.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import combinations

from ..model.hours import ChargingHours, Weekday
from ..model.schedule import (
    Edge,
    EdgeDelays,
    EdgeKind,
    ExceptionalTime,
    Step,
    WeekPattern,
)
from .charging_hours import DAY_SECONDS, Window, charging_hours, edges, windows_of
from .civil_time import DAY, instant
from .week_pattern import allowed_between, delay_at

AROUND = timedelta(days=3)
"""How far before and after a holiday it can make a difference; more than any delay, and than a day's windows reach."""
_WORKDAYS = tuple(day for day in Weekday if day < Weekday.SATURDAY)


@lru_cache(maxsize=16)
def edges_with_holidays(hours: ChargingHours) -> tuple[Edge, ...]:
    """Return the edges that a week can have, sorted, whichever of its weekdays are bank holidays."""
    found: set[Edge] = set()
    for count in range(len(_WORKDAYS) + 1):
        for days in combinations(_WORKDAYS, count):
            found.update(edges(_holiday_week(hours, days)))
    return tuple(sorted(found))


def with_holidays(
    week: WeekPattern,
    following: WeekPattern | None,
    *,
    hours: ChargingHours,
    delays: EdgeDelays,
    guard: int,
    holidays: Collection[date],
    until: datetime,
    zone: tzinfo,
    now: datetime,
) -> tuple[WeekPattern, WeekPattern | None]:
    """Return the patterns with the exceptions that `holidays` make from `now` until `until` (UTC) at least.

    `delays` are those of `edges_with_holidays`: an edge that only a holiday has is delayed like any other, and one that
    it takes away is none. An exception lasts the whole civil day, and beyond where the day's edges reach beyond it; those
    between which nothing steps are one.

    Raises:
        ValueError: `delays` are those of other hours.
    """
    calendar = _Calendar(
        hours=hours, delays=delays, guard=guard, holidays=holidays, zone=zone
    )
    exceptions: list[ExceptionalTime] = []
    for day in calendar.exceptional_days(now - AROUND, until + AROUND):
        since = instant(day - AROUND, time.min, zone)
        ends = instant(day + AROUND, time.min, zone)
        real = calendar.stretches(since, ends)
        usual = allowed_between(week.plain, following, since, ends)
        start = _agreed_before(real, usual, instant(day, time.min, zone))
        end = _agreed_from(real, usual, instant(day + DAY, time.min, zone))
        if exceptions and _goes_on(exceptions[-1].end, start, since, real, usual):
            start = exceptions.pop().start
            real = calendar.stretches(start, end)
        exceptions.append(
            ExceptionalTime(start=start, end=end, steps=_steps(real, start, end))
        )
    coming = tuple(each for each in exceptions if each.end > now - DAY)
    if not coming:
        return week, following
    return (
        replace(week, exceptions=coming),
        following and replace(following, exceptions=coming),
    )


def _holiday_week(hours: ChargingHours, days: Collection[Weekday]) -> ChargingHours:
    """Return the hours of a week in which `days` are holidays."""
    sundays = [each for each in hours.windows if each.weekday is Weekday.SUNDAY]
    return charging_hours(
        [
            *(each for each in hours.windows if each.weekday not in days),
            *(replace(each, weekday=day) for day in days for each in sundays),
        ]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Calendar:
    """The hours day by day, holidays and delays in them."""

    hours: ChargingHours
    delays: EdgeDelays
    guard: int
    holidays: Collection[date]
    zone: tzinfo

    def exceptional_days(self, start: datetime, end: datetime) -> list[date]:
        """Return the holidays from `start` until `end` (UTC) whose hours are not those of their weekday."""
        first, last = (moment.astimezone(self.zone).date() for moment in (start, end))
        return sorted(
            day
            for day in self.holidays
            if first <= day <= last
            and [*windows_of(self.hours, day, self.holidays)]
            != [*windows_of(self.hours, day, ())]
        )

    def stretches(self, start: datetime, end: datetime) -> tuple[Window, ...]:
        """Return the stretches from `start` until `end` (UTC) in which charging is allowed.

        As `rules.week_pattern` makes them of a week: a window that is too short for its delays is left out.
        """
        drawn = dict(self.delays.seconds)
        # A stretch that begins or ends further away has lasted longer than any edge reaches.
        first = (start - AROUND).astimezone(self.zone).date().toordinal()
        behind = (end + AROUND).astimezone(self.zone).date().toordinal() + 1
        windows: list[Window] = []
        for begins, ends in self._civil_stretches(first, behind):
            begin, finish = _instant(begins, self.zone), _instant(ends, self.zone)
            if begins > first * DAY_SECONDS:
                delay = delay_at(drawn, _week_second(begins), EdgeKind.ON)
                begin += timedelta(seconds=delay)
            if ends < behind * DAY_SECONDS:
                delay = delay_at(drawn, _week_second(ends), EdgeKind.OFF)
                finish += timedelta(seconds=delay - self.guard)
            if max(begin, start) < min(finish, end):
                windows.append(Window(start=max(begin, start), end=min(finish, end)))
        return tuple(windows)

    def _civil_stretches(self, first: int, behind: int) -> list[tuple[int, int]]:
        """Return the stretches of the days from `first` to before `behind` (ordinals), in civil seconds, merged."""
        merged: list[tuple[int, int]] = []
        for ordinal in range(first, behind):
            midnight = ordinal * DAY_SECONDS
            day = date.fromordinal(ordinal)
            for start, end in windows_of(self.hours, day, self.holidays):
                begins = midnight + _day_second(start)
                if merged and merged[-1][1] == begins:
                    begins, _ = merged.pop()
                merged.append((begins, midnight + (_day_second(end) or DAY_SECONDS)))
        return merged


def _day_second(civil: time) -> int:
    return civil.hour * 3600 + civil.minute * 60 + civil.second


def _week_second(civil: int) -> int:
    """Return the second of the week of a civil second; ordinal 1 was a Monday."""
    return civil - DAY_SECONDS


def _instant(civil: int, zone: tzinfo) -> datetime:
    """Return the instant (UTC) of a civil second."""
    ordinal, second = divmod(civil, DAY_SECONDS)
    minutes, seconds = divmod(second, 60)
    clock = time(minutes // 60, minutes % 60, seconds)
    return instant(date.fromordinal(ordinal), clock, zone).astimezone(UTC)


def _agreed_before(
    real: tuple[Window, ...], usual: tuple[Window, ...], moment: datetime
) -> datetime:
    """Return the last instant, at most `moment`, right before which both allow charging or neither does."""
    second = timedelta(seconds=1)
    while _allowed(real, moment - second) != _allowed(usual, moment - second):
        moment = max(mark for mark in _marks(real, usual) if mark < moment)
    return moment


def _agreed_from(
    real: tuple[Window, ...], usual: tuple[Window, ...], moment: datetime
) -> datetime:
    """Return the first instant, at least `moment`, from which both allow charging or neither does."""
    while _allowed(real, moment) != _allowed(usual, moment):
        moment = min(mark for mark in _marks(real, usual) if mark > moment)
    return moment


def _goes_on(
    end: datetime,
    start: datetime,
    known_since: datetime,
    real: tuple[Window, ...],
    usual: tuple[Window, ...],
) -> bool:
    """Return whether nothing steps between an exception that ends at `end` and the next, which begins at `start`."""
    return start <= end or (
        end > known_since
        and not any(end < mark < start for mark in _marks(real, usual))
    )


def _allowed(windows: tuple[Window, ...], moment: datetime) -> bool:
    return any(window.start <= moment < window.end for window in windows)


def _marks(*timelines: tuple[Window, ...]) -> set[datetime]:
    return {
        mark
        for windows in timelines
        for window in windows
        for mark in (window.start, window.end)
    }


def _steps(
    windows: tuple[Window, ...], start: datetime, end: datetime
) -> tuple[Step, ...]:
    """Return the windows as steps from `start` until `end`."""
    marks = sorted({start, *(each for each in _marks(windows) if start < each < end)})
    steps: list[Step] = []
    for mark in marks:
        allowed = _allowed(windows, mark)
        if not steps or steps[-1].allowed is not allowed:
            offset = int((mark - start).total_seconds())
            steps.append(Step(offset=offset, allowed=allowed))
    return tuple(steps)
