"""The charging hours as charging profiles: one way for each rung, within what a charge point can hold."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ..model.capabilities import Capabilities, Rung, Support
from ..model.limit import Limit
from ..model.schedule import WEEK, ResidentSchedule, Step, WeekPattern
from . import timeline
from .profiles import ChargingProfile, Kind, Period, Purpose

DAY: Final = timedelta(days=1)
SECONDS_A_DAY: Final = 86_400
SECONDS_A_WEEK: Final = 604_800
COVERAGE: Final = timedelta(hours=36)
"""How far absolute profiles reach where the wallbox takes enough periods."""
HOLIDAY_AHEAD: Final = timedelta(days=8)
"""How long before a bank holiday the wallbox is told of it: it may be out of reach for a week."""


def weekly(
    schedule: ResidentSchedule, capabilities: Capabilities, now: datetime
) -> tuple[ChargingProfile, ...]:
    """Return the week, and the next season's over it where the wallbox waits for validFrom."""
    week, following = schedule.week.plain, schedule.following
    start = timeline.week_start(week, now)
    steps = week.steps
    if following is not None and joins_seasons(schedule, capabilities, now):
        following = following.plain
        anchor = timeline.last_change(week, following, now)
        steps = timeline.steps_of_coming_week(week, following, start, anchor)
    profile = ChargingProfile(
        profile_id=schedule.connector * 100,
        connector=schedule.connector,
        stack_level=0,
        purpose=Purpose.DEFAULT,
        kind=Kind.WEEKLY,
        periods=_periods(steps, schedule, capabilities),
        start=start,
        duration=SECONDS_A_WEEK,
    )
    if following is None or not holds_next_season(schedule, capabilities, Rung.WEEKLY):
        return (profile,)
    return (
        profile,
        replace(
            profile,
            profile_id=profile.profile_id + 1,
            stack_level=1,
            periods=_periods(following.steps, schedule, capabilities),
            start=timeline.week_start(following, min(now, following.valid_from)),
            valid_from=following.valid_from,
            # Then the week below is right again, and a wallbox left alone for a year stays right.
            valid_to=following.valid_to,
        ),
    )


def daily(
    schedule: ResidentSchedule, capabilities: Capabilities, now: datetime
) -> tuple[ChargingProfile, ...]:
    """Return the day that all weekdays share, and the weekend over it."""
    pattern = pattern_for_days(schedule, now)
    monday = timeline.week_start(pattern, now)
    profile = ChargingProfile(
        profile_id=schedule.connector * 100,
        connector=schedule.connector,
        stack_level=0,
        purpose=Purpose.DEFAULT,
        kind=Kind.DAILY,
        periods=_periods(day_steps(pattern) or (), schedule, capabilities),
        start=monday,
        duration=SECONDS_A_DAY,
    )
    saturday = monday + 5 * DAY
    weekend = replace(
        profile,
        profile_id=profile.profile_id + 1,
        stack_level=1,
        kind=Kind.WEEKLY,
        periods=_periods((Step(offset=0, allowed=True),), schedule, capabilities),
        start=saturday if saturday <= now else saturday - WEEK,
        duration=2 * SECONDS_A_DAY,
    )
    return (profile, weekend)


def exceptional(
    schedule: ResidentSchedule, capabilities: Capabilities, rung: Rung, now: datetime
) -> ChargingProfile | None:
    """Return the next exception over the hours, where it is near and the wallbox can hold it.

    It speaks for its own time only. Whatever becomes of Home Assistant, the week below, which knows no exception, rules
    after it; and it is the same whatever was drawn, as long as it has no edge of its own.
    """
    exception = next(
        (each for each in schedule.week.exceptions if each.end > now), None
    )
    if (
        exception is None
        or exception.start > now + HOLIDAY_AHEAD
        or not holds_exceptional(schedule, capabilities, rung)
        or len(exception.steps) > capabilities.max_periods
    ):
        return None
    return ChargingProfile(
        profile_id=schedule.connector * 100 + 3,
        connector=schedule.connector,
        stack_level=_levels_of_hours(schedule, capabilities, rung),
        purpose=Purpose.DEFAULT,
        kind=Kind.ABSOLUTE,
        periods=_periods(exception.steps, schedule, capabilities),
        start=exception.start,
        duration=int((exception.end - exception.start).total_seconds()),
        valid_from=exception.start,
        valid_to=exception.end,
    )


def coming(
    schedule: ResidentSchedule, capabilities: Capabilities, now: datetime
) -> ChargingProfile:
    """Return absolute times from the last edge on, ending paused: the last period of a profile never ends."""
    week, following = schedule.week, schedule.following
    start = timeline.last_change(week, following, now)
    coming = timeline.changes(week, following, start, start + 2 * WEEK)
    kept = list(coming[: capabilities.max_periods])
    if len(kept) > 1 and kept[-1][1]:
        kept.pop()
    # From the next edge, at which it is renewed: until then it reaches further still.
    while len(kept) > 2 and kept[-3][0] - kept[1][0] >= COVERAGE:
        del kept[-2:]
    steps = tuple(
        Step(offset=int((moment - start).total_seconds()), allowed=allowed)
        for moment, allowed in kept
    )
    return ChargingProfile(
        profile_id=schedule.connector * 100,
        connector=schedule.connector,
        stack_level=0,
        purpose=Purpose.DEFAULT,
        kind=Kind.ABSOLUTE,
        periods=_periods(steps, schedule, capabilities),
        start=start,
    )


def this_moment(
    schedule: ResidentSchedule, capabilities: Capabilities, now: datetime
) -> ChargingProfile:
    """Return the one limit that holds until the next edge.

    It has no start where the wallbox may take that: those that refused all times of day are left with it (S3).
    """
    allowed = timeline.allowed_at(schedule.week, schedule.following, now)
    profile = ChargingProfile(
        profile_id=schedule.connector * 100,
        connector=schedule.connector,
        stack_level=0,
        purpose=Purpose.DEFAULT,
        kind=Kind.RELATIVE,
        periods=_periods((Step(offset=0, allowed=allowed),), schedule, capabilities),
    )
    if capabilities.relative_delay is not Support.REFUSED:
        return profile
    start = timeline.last_change(schedule.week, schedule.following, now)
    return replace(profile, kind=Kind.ABSOLUTE, start=start)


def delay(
    schedule: ResidentSchedule, capabilities: Capabilities, rung: Rung
) -> ChargingProfile:
    """Return the pause with which the next session begins (reg. 11), above all hours."""
    level = 2
    if holds_exceptional(schedule, capabilities, rung):
        level = _levels_of_hours(schedule, capabilities, rung) + 1
    return ChargingProfile(
        profile_id=schedule.connector * 100 + 2,
        connector=schedule.connector,
        stack_level=min(level, capabilities.max_stack_level),
        purpose=Purpose.DEFAULT,
        kind=Kind.RELATIVE,
        periods=(Period(start=0, limit=Limit.PAUSED),),
        duration=schedule.session_delay,
    )


def _periods(
    steps: tuple[Step, ...], schedule: ResidentSchedule, capabilities: Capabilities
) -> tuple[Period, ...]:
    """Return the steps as limits, neighbours differing."""
    limit = min(schedule.limit, capabilities.maximum)
    paused = min(schedule.paused, limit)
    periods: list[Period] = []
    for step in steps:
        effective = limit if step.allowed else paused
        if not periods or periods[-1].limit != effective:
            periods.append(Period(start=step.offset, limit=effective))
    return tuple(periods)


def room(capabilities: Capabilities) -> int:
    """Return how many default profiles each connector may hold, an override and the maximum profile kept free."""
    spoken_for = 1 if capabilities.maximum_profile is Support.WORKS else 0
    per_connector = (capabilities.max_profiles - spoken_for) // max(
        1, capabilities.connectors
    )
    return max(1, per_connector - 1)


def holds_delay(capabilities: Capabilities, rung: Rung) -> bool:
    """Return whether there is a stack level and room for the delay above the hours."""
    below = 2 if rung is Rung.DAILY else 1
    return (
        capabilities.relative_delay is not Support.REFUSED
        and capabilities.max_stack_level >= below
        and room(capabilities) > below
    )


def holds_next_season(
    schedule: ResidentSchedule, capabilities: Capabilities, rung: Rung
) -> bool:
    """Return whether the next season's week fits between this one's and the delay."""
    above = 1 if holds_delay(capabilities, rung) else 0
    return (
        rung is Rung.WEEKLY
        and schedule.following is not None
        and capabilities.valid_from is Support.WORKS
        and capabilities.max_stack_level >= 1 + above
        and room(capabilities) >= 2 + above
        and len(schedule.following.steps) <= capabilities.max_periods
    )


def holds_exceptional(
    schedule: ResidentSchedule, capabilities: Capabilities, rung: Rung
) -> bool:
    """Return whether there is a place for bank holidays between the hours and the delay, and the wallbox waits for them.

    The next season's week never gives way to one: without it the hours would be wrong after the clock change.
    """
    levels = _levels_of_hours(schedule, capabilities, rung)
    above = 1 if holds_delay(capabilities, rung) else 0
    return (
        rung is Rung.WEEKLY
        and schedule.holidays_kept
        and capabilities.valid_from is Support.WORKS
        and capabilities.dated_profile is not Support.REFUSED
        and capabilities.max_stack_level >= levels + above
        and room(capabilities) >= levels + 1 + above
    )


def _levels_of_hours(
    schedule: ResidentSchedule, capabilities: Capabilities, rung: Rung
) -> int:
    """Return how many stack levels the weeks take."""
    return 2 if holds_next_season(schedule, capabilities, rung) else 1


def joins_seasons(
    schedule: ResidentSchedule, capabilities: Capabilities, now: datetime
) -> bool:
    """Return whether one week can hold the rest of this season and the beginning of the next, and must.

    In the last seven days before a clock change, the days of the week that come again only after it can already be
    the next season's. So a wallbox that ignores validFrom and is offline over the change still keeps to the hours.
    """
    week, following = schedule.week, schedule.following
    if (
        following is None
        or week.valid_to is None
        or now < week.valid_to - WEEK
        or holds_next_season(schedule, capabilities, Rung.WEEKLY)
    ):
        return False
    week, following = week.plain, following.plain
    joined = timeline.steps_of_coming_week(
        week,
        following,
        timeline.week_start(week, now),
        timeline.last_change(week, following, now),
    )
    return len(joined) <= capabilities.max_periods


def pattern_for_days(schedule: ResidentSchedule, now: datetime) -> WeekPattern:
    """Return the season to build a day from: the next one already, once only allowed time is left of this one.

    It is without exceptions: each day of it is to be like the others.
    """
    week, following = schedule.week.plain, schedule.following
    if following is None or week.valid_to is None:
        return week
    following = following.plain
    if now >= week.valid_to:
        return following
    if now < week.valid_to - WEEK:
        return week
    rest = [
        *timeline.changes(week, None, now, week.valid_to),
        *timeline.changes(following, None, now, week.valid_to),
    ]
    return following if all(allowed for _, allowed in rest) else week


def day_steps(pattern: WeekPattern) -> tuple[Step, ...] | None:
    """Return the steps of a day if all weekdays are alike, delays and all, and the weekend is allowed throughout.

    A daily profile has room for one draw only, which `rules.week_pattern.same_every_day` makes of a week's.
    """
    days = [_steps_of_day(pattern, day) for day in range(7)]
    first = days[0]
    if any(day != first for day in days[1:5]):
        return None
    always = (Step(offset=0, allowed=True),)
    if days[5] != always or days[6] != always:
        return None
    return first


def _steps_of_day(pattern: WeekPattern, day: int) -> tuple[Step, ...]:
    midnight = pattern.starts + day * DAY
    return tuple(
        Step(offset=int((moment - midnight).total_seconds()), allowed=allowed)
        for moment, allowed in timeline.changes(pattern, None, midnight, midnight + DAY)
    )


def constant(schedule: ResidentSchedule) -> bool:
    """Return whether the schedule has no edge in either season."""
    following = schedule.following
    return len(schedule.week.steps) == 1 and (
        following is None or following.steps == schedule.week.steps
    )
