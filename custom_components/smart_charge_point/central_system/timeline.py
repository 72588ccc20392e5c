"""The weekly patterns laid out on the calendar: this season's until the clock change, the next season's after it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ..model.schedule import WEEK, Step, WeekPattern

type Change = tuple[datetime, bool]
"""From this instant (UTC) on, charging is allowed or not."""


def allowed_at(
    week: WeekPattern, following: WeekPattern | None, moment: datetime
) -> bool:
    """Return whether charging is allowed at `moment` (UTC) by the pattern in force then."""
    return _in_force(week, following, moment).allowed_at(moment)


def changes(
    week: WeekPattern, following: WeekPattern | None, start: datetime, end: datetime
) -> tuple[Change, ...]:
    """Return what holds at `start` and every change of it before `end` (UTC), in order, neighbours differing."""
    marks = [start]
    marks += _edges(week, start, end)
    if following is not None and week.valid_to is not None:
        marks += _edges(following, start, end)
        if start < week.valid_to < end:
            marks.append(week.valid_to)
    kept: list[Change] = []
    for moment in sorted(marks):
        allowed = allowed_at(week, following, moment)
        if not kept or kept[-1][1] is not allowed:
            kept.append((moment, allowed))
    return tuple(kept)


def last_change(
    week: WeekPattern, following: WeekPattern | None, now: datetime
) -> datetime:
    """Return the last instant, `now` (UTC) included, at which charging became allowed or stopped being allowed.

    Where it never changes, the beginning of the week of `now` stands in for it.
    """
    ruling = _in_force(week, following, now)
    since = changes(ruling, None, now - WEEK, now + timedelta(seconds=1))
    return since[-1][0] if len(since) > 1 else week_start(ruling, now)


def next_change(
    week: WeekPattern, following: WeekPattern | None, now: datetime
) -> datetime | None:
    """Return the next instant after `now` (UTC) at which charging becomes or stops being allowed, if there is one."""
    horizon = now + 2 * WEEK
    coming = changes(week, following, now, horizon)
    return coming[1][0] if len(coming) > 1 else None


def week_start(pattern: WeekPattern, now: datetime) -> datetime:
    """Return the last beginning of the pattern's week that is not after `now` (UTC)."""
    return pattern.starts + (now - pattern.starts) // WEEK * WEEK


def steps_of_coming_week(
    week: WeekPattern, following: WeekPattern, start: datetime, anchor: datetime
) -> tuple[Step, ...]:
    """Return the week that repeats from `start` and is right in the seven days from `anchor` (UTC), clock change and all."""
    length = int(WEEK.total_seconds())
    by_offset = dict(
        sorted(
            (int((moment - start).total_seconds()) % length, allowed)
            for moment, allowed in changes(week, following, anchor, anchor + WEEK)
        )
    )
    if 0 not in by_offset:
        by_offset = {0: list(by_offset.values())[-1], **by_offset}
    steps: list[Step] = []
    for offset, allowed in by_offset.items():
        if not steps or steps[-1].allowed is not allowed:
            steps.append(Step(offset=offset, allowed=allowed))
    return tuple(steps)


def _in_force(
    week: WeekPattern, following: WeekPattern | None, moment: datetime
) -> WeekPattern:
    if following is None or week.valid_to is None or moment < week.valid_to:
        return week
    return following


def _edges(pattern: WeekPattern, start: datetime, end: datetime) -> Iterator[datetime]:
    for exception in pattern.exceptions:
        steps = (
            exception.start + timedelta(seconds=step.offset) for step in exception.steps
        )
        for moment in (*steps, exception.end):
            if start < moment < end:
                yield moment
    monday = week_start(pattern, start)
    while monday < end:
        for step in pattern.steps:
            moment = monday + timedelta(seconds=step.offset)
            if start < moment < end:
                yield moment
        monday += WEEK
