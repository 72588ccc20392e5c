"""The hours of Great Britain as weekly patterns, built for these tests from the law and the clock alone.

Source: SI 2021/1467 reg. 10(2): peak is 08:00 to 11:00 and 16:00 to 22:00 on weekdays.
"""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from custom_components.smart_charge_point.model.limit import Limit
from custom_components.smart_charge_point.model.schedule import (
    ResidentSchedule,
    Step,
    WeekPattern,
)

LONDON = ZoneInfo("Europe/London")
SPRING_2027 = datetime(2027, 3, 28, 1, tzinfo=UTC)
AUTUMN_2026 = datetime(2026, 10, 25, 1, tzinfo=UTC)
AUTUMN_2027 = datetime(2027, 10, 31, 1, tzinfo=UTC)
SPRING_2028 = datetime(2028, 3, 26, 1, tzinfo=UTC)
CHANGES = (AUTUMN_2026, SPRING_2027, AUTUMN_2027, SPRING_2028)
LIMIT = Limit(amperes=32)

type Delay = Callable[[], int]


def is_peak(moment: datetime) -> bool:
    """Return whether `moment` is peak, by the civil clock of London."""
    local = moment.astimezone(LONDON)
    return local.weekday() < 5 and (
        time(8) <= local.time() < time(11) or time(16) <= local.time() < time(22)
    )


def steps(delay: Delay = lambda: 0, guard: int = 0) -> tuple[Step, ...]:
    """Return the week's steps; each edge draws its own delay, an off-edge from `guard` before the peak."""
    found = [Step(offset=0, allowed=True)]
    for day in range(5):
        for hour, allowed in ((8, False), (11, True), (16, False), (22, True)):
            offset = day * 86_400 + hour * 3600 + delay()
            found.append(
                Step(offset=offset if allowed else offset - guard, allowed=allowed)
            )
    return tuple(found)


def schedule(
    now: datetime,
    *,
    delay: Delay = lambda: 0,
    guard: int = 0,
    session_delay: int = 0,
    limit: Limit = LIMIT,
    connector: int = 1,
) -> ResidentSchedule:
    """Return the schedule of `now`'s season and the next, as the rules would."""
    later = [change for change in CHANGES if change > now]
    drawn = steps(delay, guard)
    return ResidentSchedule(
        connector=connector,
        limit=limit,
        week=_pattern(now, drawn, valid_from=now, valid_to=later[0]),
        following=_pattern(later[0], drawn, valid_from=later[0], valid_to=later[1]),
        session_delay=session_delay,
    )


def _pattern(
    moment: datetime,
    drawn: tuple[Step, ...],
    *,
    valid_from: datetime,
    valid_to: datetime,
) -> WeekPattern:
    local = moment.astimezone(LONDON)
    offset = local.utcoffset() or timedelta()
    midnight = datetime.combine(local.date(), time(), tzinfo=UTC) - offset
    return WeekPattern(
        starts=midnight - timedelta(days=local.weekday()),
        steps=drawn,
        valid_from=valid_from,
        valid_to=valid_to,
    )
