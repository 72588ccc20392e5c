"""Charging hours: when a wallbox may charge, as the owner's civil time says it."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from ..model.hours import ChargingHours, CivilWindow, Weekday
from ..model.schedule import Edge, EdgeKind
from .civil_time import DAY, instant
from .ruleset import Ruleset

DAY_SECONDS = 86400
WEEK_SECONDS = 7 * DAY_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Window:
    """A stretch of time (UTC, half open) in which charging is allowed."""

    start: datetime
    end: datetime


def charging_hours(windows: Iterable[CivilWindow]) -> ChargingHours:
    """Return the hours that allow charging in any of `windows`, sorted, overlapping and touching ones of a day merged."""
    merged: list[list[int]] = []
    for window in sorted(windows, key=_week_span):
        start, end = _week_span(window)
        same_day = merged and merged[-1][0] // DAY_SECONDS == window.weekday
        if same_day and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return ChargingHours(
        windows=tuple(
            CivilWindow(
                weekday=Weekday(start // DAY_SECONDS),
                start=_time_of_day(start),
                end=_time_of_day(end),
            )
            for start, end in merged
        )
    )


def hours_from_spans(
    weekdays: Iterable[Weekday], start: time, end: time
) -> ChargingHours:
    """Return the hours from `start` to `end` (civil) on each of `weekdays`.

    Where `end` is not after `start`, the span crosses midnight and ends on the following day; equal times make 24 h.
    """
    windows: list[CivilWindow] = []
    for day in weekdays:
        if start < end or end == time.min:
            windows.append(CivilWindow(weekday=day, start=start, end=end))
            continue
        following = Weekday((day + 1) % 7)
        windows.append(CivilWindow(weekday=day, start=start, end=time.min))
        windows.append(CivilWindow(weekday=following, start=time.min, end=end))
    return charging_hours(windows)


def edges(hours: ChargingHours) -> tuple[Edge, ...]:
    """Return the edges of the civil week, sorted.

    Windows that touch at a midnight, Sunday's too, are one stretch and have no edge there. Hours that always or never
    allow charging have none.
    """
    begins = {_week_span(window)[0] for window in hours.windows}
    ends = {_week_span(window)[1] % WEEK_SECONDS for window in hours.windows}
    return tuple(
        sorted(
            [_edge(second, EdgeKind.ON) for second in begins - ends]
            + [_edge(second, EdgeKind.OFF) for second in ends - begins]
        )
    )


def windows_between(
    hours: ChargingHours,
    start: datetime,
    end: datetime,
    zone: tzinfo,
    holidays: Collection[date] = (),
) -> tuple[Window, ...]:
    """Return the windows from `start` until `end` (UTC), in order and cut off there; neighbours never touch.

    Civil hours are resolved against `zone` day by day, so a window across a clock change is longer or shorter by what
    the change takes or gives, and no edge comes twice or is left out. Weekdays among `holidays` have the hours of a
    Sunday. Delays are not in these windows.

    Source: SI 2021/1467 reg. 10(1)(a); requirements.md A10.2 to A10.4.
    """
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    windows: list[Window] = []
    for begins, ends in _civil_windows(hours, start, end, zone, holidays):
        begins, ends = max(begins, start), min(ends, end)  # noqa: PLW2901 - cut off
        if begins >= ends:
            continue
        if windows and windows[-1].end >= begins:
            windows[-1] = Window(
                start=windows[-1].start, end=max(ends, windows[-1].end)
            )
        else:
            windows.append(Window(start=begins, end=ends))
    return tuple(windows)


def allowed_at(hours: ChargingHours, moment: datetime, zone: tzinfo) -> bool:
    """Return whether the hours, delays aside, allow charging at `moment`."""
    return bool(
        windows_between(hours, moment, moment + timedelta(microseconds=1), zone)
    )


def overlaps_peak(hours: ChargingHours, ruleset: Ruleset) -> bool:
    """Return whether the hours allow charging in a peak of the ruleset, which the owner is told of once (A10.6)."""
    return any(
        window.weekday is peak.weekday
        and _week_span(window)[0] < _week_span(peak)[1]
        and _week_span(peak)[0] < _week_span(window)[1]
        for window in hours.windows
        for peak in ruleset.peak
    )


def spans(hours: ChargingHours) -> tuple[tuple[int, int], ...]:
    """Return the stretches of the civil week as seconds since Monday midnight, in order.

    A stretch begins within 0 to 604799. Windows that touch at a midnight are one stretch; one that crosses Sunday's
    midnight ends beyond 604800. Hours without an edge give one stretch of a whole week, or none.
    """
    merged: list[tuple[int, int]] = []
    for window in hours.windows:
        start, end = _week_span(window)
        if merged and merged[-1][1] == start:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    if len(merged) > 1 and merged[0][0] == 0 and merged[-1][1] == WEEK_SECONDS:
        _, end = merged.pop(0)
        merged[-1] = (merged[-1][0], WEEK_SECONDS + end)
    return tuple(merged)


def windows_of(
    hours: ChargingHours, day: date, holidays: Collection[date]
) -> Iterator[tuple[time, time]]:
    """Yield the civil windows of one day: a Sunday's, where it is a weekday among `holidays`."""
    weekday = day.weekday()
    if weekday < Weekday.SATURDAY and day in holidays:
        weekday = Weekday.SUNDAY
    for window in hours.windows:
        if window.weekday == weekday:
            yield window.start, window.end


def _civil_windows(
    hours: ChargingHours,
    start: datetime,
    end: datetime,
    zone: tzinfo,
    holidays: Collection[date],
) -> Iterator[tuple[datetime, datetime]]:
    """Yield each day's windows as instants, for every day that can reach into `start` to `end`."""
    day = start.astimezone(zone).date() - DAY
    last = end.astimezone(zone).date()
    while day <= last:
        for begins, ends in windows_of(hours, day, holidays):
            end_day = day + DAY if ends == time.min else day
            yield instant(day, begins, zone), instant(end_day, ends, zone)
        day += DAY


def _week_span(window: CivilWindow) -> tuple[int, int]:
    """Return a window's start and end in seconds since Monday's civil midnight (0 to 604800)."""
    midnight = window.weekday * DAY_SECONDS
    return (
        midnight + _day_second(window.start),
        midnight + (_day_second(window.end) or DAY_SECONDS),
    )


def _day_second(civil: time) -> int:
    """Return the seconds since midnight."""
    return civil.hour * 3600 + civil.minute * 60 + civil.second


def _time_of_day(second: int) -> time:
    """Return the civil time of a second of the week; a day's end is 00:00."""
    minutes, seconds = divmod(second % DAY_SECONDS, 60)
    return time(minutes // 60, minutes % 60, seconds)


def _edge(second: int, kind: EdgeKind) -> Edge:
    """Return the edge at a second of the week (0 to 604799)."""
    day, of_day = divmod(second, DAY_SECONDS)
    return Edge(weekday=Weekday(day), second=of_day, kind=kind)
