"""The week's pattern: charging hours with their random delays, as a wallbox can hold them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, tzinfo

from ..model.hours import ChargingHours, Weekday
from ..model.schedule import (
    WEEK,
    Edge,
    EdgeDelays,
    EdgeKind,
    ExceptionalTime,
    Step,
    WeekPattern,
)
from .charging_hours import DAY_SECONDS, WEEK_SECONDS, Window, spans
from .civil_time import DAY, next_offset_change, offset_at


def week_pattern(
    hours: ChargingHours, delays: EdgeDelays, guard: int, now: datetime, zone: tzinfo
) -> WeekPattern:
    """Return the pattern of the season at `now`, in the one offset that civil time then has.

    Charging begins at an on-edge plus its delay and ends `guard` seconds before an off-edge plus its delay, so never
    after it. A window that is too short for its delays is left out.

    Source: SI 2021/1467 regs. 10 and 11; requirements.md A10.2 and section 1b.

    Raises:
        ValueError: `delays` are not those of `hours`, or `guard` is shorter than they may be.
    """
    return _seasons(hours, delays, guard, now, zone)[0]


def following_pattern(
    hours: ChargingHours, delays: EdgeDelays, guard: int, now: datetime, zone: tzinfo
) -> WeekPattern | None:
    """Return the pattern after the next clock change, None where there is none within a year.

    It is right from the change on, to the second. Only where the change itself would begin or repeat a window (hours
    with an edge in the hour that is skipped or repeated), the season's pattern stays until the two agree, which is less
    than the change later: so no edge comes twice, and no home begins without its delay.

    Source: requirements.md A10.3 and A10.4.

    Raises:
        ValueError: as in `week_pattern`.
    """
    return _seasons(hours, delays, guard, now, zone)[1]


def same_every_day(delays: EdgeDelays) -> EdgeDelays:
    """Return the delays with one for each time of day: the first that the week has for it.

    What a daily profile has room for.
    """
    of_day: dict[tuple[int, EdgeKind], int] = {}
    for edge, seconds in delays.seconds:
        of_day.setdefault((edge.second, edge.kind), seconds)
    return EdgeDelays(
        drawn_at=delays.drawn_at,
        maximum=delays.maximum,
        seconds=tuple(
            (edge, of_day[edge.second, edge.kind]) for edge, _ in delays.seconds
        ),
    )


def allowed_between(
    pattern: WeekPattern,
    following: WeekPattern | None,
    start: datetime,
    end: datetime,
) -> tuple[Window, ...]:
    """Return the windows from `start` until `end` (UTC) that the patterns allow, delays in them.

    The season's pattern counts until the following one is valid; the last one there is counts to the end. Exceptions
    are the same in both.
    """
    stretches: list[tuple[datetime, datetime]] = []
    since = start
    for exception in pattern.exceptions:
        stretches += _weeks(pattern, following, since, min(end, exception.start))
        stretches += _within(exception, start, end)
        since = max(since, exception.end)
    stretches += _weeks(pattern, following, since, end)
    return _joined(stretches)


def _weeks(
    pattern: WeekPattern,
    following: WeekPattern | None,
    start: datetime,
    end: datetime,
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the stretches from `start` until `end` that the weeks allow, exceptions aside."""
    if following is None:
        yield from _repeated(pattern, start, end)
        return
    change = following.valid_from
    yield from _repeated(pattern, start, min(end, change))
    yield from _repeated(following, max(start, change), end)


def _within(
    exception: ExceptionalTime, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the stretches from `start` until `end` that an exception allows."""
    begins = [exception.start + timedelta(seconds=s.offset) for s in exception.steps]
    for step, since, until in zip(
        exception.steps, begins, [*begins[1:], exception.end], strict=True
    ):
        if step.allowed and max(since, start) < min(until, end):
            yield max(since, start), min(until, end)


def _seasons(
    hours: ChargingHours, delays: EdgeDelays, guard: int, now: datetime, zone: tzinfo
) -> tuple[WeekPattern, WeekPattern | None]:
    """Return the pattern at `now` and the one that follows it."""
    if guard < delays.maximum:
        raise ValueError(
            f"A guard of {guard} s cannot hold delays of up to {delays.maximum} s"
        )
    steps = _steps(hours, delays, guard)
    now = now.astimezone(UTC)
    # After a change the old pattern may still be in force for a while.
    last = next_offset_change(now - WEEK, zone, WEEK)
    taken_over_at = None
    if last is not None:
        before, after = _around(last, steps, zone)
        if now < after.valid_from:
            return before, after
        taken_over_at = after.valid_from
    change = next_offset_change(now, zone)
    if change is None:
        return _pattern(steps, now, offset_at(now, zone), taken_over_at, None), None
    _, following = _around(change, steps, zone)
    return (
        _pattern(steps, now, offset_at(now, zone), taken_over_at, following.valid_from),
        following,
    )


def _around(
    change: datetime, steps: tuple[Step, ...], zone: tzinfo
) -> tuple[WeekPattern, WeekPattern]:
    """Return the patterns before and after a clock change, and when the one gives way to the other."""
    eve = change - timedelta(seconds=1)
    old, new = offset_at(eve, zone), offset_at(change, zone)
    before = _pattern(steps, eve, old, None, None)
    after = _pattern(steps, change, new, None, None)

    def gives_way(moment: datetime) -> bool:
        """Return whether the old pattern may give way: when they agree, or when what it allows must end at once."""
        allowed = before.allowed_at(moment)
        return allowed == after.allowed_at(moment) or (allowed and new > old)

    # They agree within the length of the change, when the clock shows again what it showed, or would have shown, at it.
    handover = change
    while not gives_way(handover):
        handover = min(_next_step(before, handover), _next_step(after, handover))
    return (
        _pattern(steps, eve, old, None, handover),
        _pattern(steps, change, new, handover, next_offset_change(change, zone)),
    )


def _pattern(
    steps: tuple[Step, ...],
    at: datetime,
    offset: timedelta,
    valid_from: datetime | None,
    valid_to: datetime | None,
) -> WeekPattern:
    """Return the steps as a pattern that starts on the Monday midnight, under `offset`, at or before `at`."""
    civil = (at + offset).replace(tzinfo=None)
    midnight = civil.replace(hour=0, minute=0, second=0, microsecond=0)
    starts = (midnight - civil.weekday() * DAY - offset).replace(tzinfo=UTC)
    return WeekPattern(
        starts=starts,
        steps=steps,
        valid_from=starts if valid_from is None else max(starts, valid_from),
        valid_to=valid_to,
    )


def _steps(hours: ChargingHours, delays: EdgeDelays, guard: int) -> tuple[Step, ...]:
    """Return the week's steps, delays in them, in seconds since Monday's civil midnight."""
    drawn = dict(delays.seconds)
    stretches: list[tuple[int, int]] = []
    for start, end in spans(hours):
        if end - start < WEEK_SECONDS:
            begin = start + delay_at(drawn, start, EdgeKind.ON)
            finish = end - guard + delay_at(drawn, end, EdgeKind.OFF)
        else:
            begin, finish = start, end
        if begin >= finish:
            continue
        if begin < WEEK_SECONDS < finish:
            stretches += [(begin, WEEK_SECONDS), (0, finish - WEEK_SECONDS)]
        elif begin < WEEK_SECONDS:
            stretches.append((begin, finish))
        else:
            stretches.append((begin - WEEK_SECONDS, finish - WEEK_SECONDS))
    stretches.sort()
    steps: list[Step] = []
    if not stretches or stretches[0][0] > 0:
        steps.append(Step(offset=0, allowed=False))
    for begin, finish in stretches:
        steps.append(Step(offset=begin, allowed=True))
        if finish < WEEK_SECONDS:
            steps.append(Step(offset=finish, allowed=False))
    return tuple(steps)


def delay_at(drawn: Mapping[Edge, int], second: int, kind: EdgeKind) -> int:
    """Return the delay drawn for the edge at a second of the week, of any week.

    Raises:
        ValueError: none was drawn for it.
    """
    day, of_day = divmod(second % WEEK_SECONDS, DAY_SECONDS)
    seconds = drawn.get(Edge(weekday=Weekday(day), second=of_day, kind=kind))
    if seconds is None:
        raise ValueError("The delays are those of other hours")
    return seconds


def _next_step(pattern: WeekPattern, moment: datetime) -> datetime:
    """Return the next instant after `moment` at which the pattern steps; a week later where it never does."""
    second = int((moment - pattern.starts).total_seconds()) % WEEK_SECONDS
    offsets = [step.offset for step in pattern.steps if step.offset or second]
    return moment + timedelta(
        seconds=min(
            ((offset - second) % WEEK_SECONDS or WEEK_SECONDS for offset in offsets),
            default=WEEK_SECONDS,
        )
    )


def _repeated(
    pattern: WeekPattern, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield the stretches from `start` until `end` that the pattern allows, week by week, validity aside."""
    week = pattern.starts + (start - pattern.starts) // WEEK * WEEK
    while week < end:
        ends = [step.offset for step in pattern.steps[1:]] + [WEEK_SECONDS]
        for step, until in zip(pattern.steps, ends, strict=True):
            if not step.allowed:
                continue
            begin = max(week + timedelta(seconds=step.offset), start)
            finish = min(week + timedelta(seconds=until), end)
            if begin < finish:
                yield begin, finish
        week += WEEK


def _joined(stretches: Iterable[tuple[datetime, datetime]]) -> tuple[Window, ...]:
    """Return the stretches, which come in order, with those that touch made one."""
    windows: list[Window] = []
    for start, end in stretches:
        if windows and windows[-1].end == start:
            windows[-1] = Window(start=windows[-1].start, end=end)
        else:
            windows.append(Window(start=start, end=end))
    return tuple(windows)
