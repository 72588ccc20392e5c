"""A year of use in a moment: lived offline on a driven clock, then told by the ordinary offline replay."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from .car import Car
from .clock import DrivenClock
from .household import household_stays
from .life import lead, stays
from .profile import Kind, Period, Profile, Purpose, Unit
from .wallbox import Wallbox

_LONDON = ZoneInfo("Europe/London")
_EVERY_QUARTER = "900"


async def live(
    wallbox: Wallbox,
    *cars: Car,
    until: datetime,
    seed: int = 0,
    zone: ZoneInfo = _LONDON,
) -> int:
    """Let `wallbox` live on its driven clock to `until`, offline, and return how many messages it has to tell.

    One car leads the life of a commuter's; two are those of a household (`household_cars`).

    It must be new (not started). It keeps off the peak hours of working days as a British wallbox does (08-11 and 16-22,
    each start up to ten minutes late), by a profile of its own that it forgets in the end; MeterValues are taken each
    quarter of an hour, so that a year makes some ten thousand messages. Then start its line: `await wallbox.go_online()`.

    Raises:
        TypeError: the wallbox does not live by a driven clock.
    """
    clock = wallbox.clock
    if not isinstance(clock, DrivenClock):
        message = "a year is only lived through in a moment on a driven clock"
        raise TypeError(message)
    interval = wallbox.configuration.text("MeterValueSampleInterval")
    wallbox.configuration.put_value("MeterValueSampleInterval", _EVERY_QUARTER)
    await wallbox.start(online=False)
    random = Random(seed)
    begin = clock.now()
    to_come = stays if len(cars) == 1 else household_stays
    lead(wallbox, cars, to_come(random, begin, until, zone), clock, lambda _words: None)
    hours = [
        profile for profile in wallbox.profiles if profile.purpose is Purpose.DEFAULT
    ]
    while (now := clock.now()) < until:
        week_end = min(_next_monday(now, zone), until)
        if not hours:
            for connector in wallbox.connectors:
                wallbox.add_profile(_week(random, connector.number, now, zone))
            wallbox.update()
        clock.run_to(week_end)
    if not hours:
        for connector in wallbox.connectors:
            wallbox.profiles.clear(identifier=_identifier(connector.number))
        wallbox.update()
    wallbox.configuration.put_value("MeterValueSampleInterval", interval)
    wallbox.sampling.interval_changed()
    return len(wallbox.protocol.queued)


def _identifier(connector: int) -> int:
    return 998_000 + connector


def _next_monday(moment: datetime, zone: ZoneInfo) -> datetime:
    local = moment.astimezone(zone)
    monday = local.date() + timedelta(days=7 - local.weekday())
    return datetime.combine(monday, datetime.min.time(), tzinfo=zone).astimezone(UTC)


def _week(random: Random, connector: int, moment: datetime, zone: ZoneInfo) -> Profile:
    """Return the hours of the week of `moment`, as one absolute profile in UTC."""
    local = moment.astimezone(zone)
    monday = local.date() - timedelta(days=local.weekday())
    start = datetime.combine(monday, datetime.min.time(), tzinfo=zone).astimezone(UTC)
    periods = [Period(start=0, limit=32.0)]
    for weekday in range(5):
        day = monday + timedelta(days=weekday)
        for hour, limit in ((8, 0.0), (11, 32.0), (16, 0.0), (22, 32.0)):
            edge = datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(
                UTC
            )
            late = random.randint(0, 600) if limit else 0
            periods.append(
                Period(start=(edge - start).total_seconds() + late, limit=limit)
            )
    return Profile(
        identifier=_identifier(connector),
        connector=connector,
        stack_level=0,
        purpose=Purpose.DEFAULT,
        kind=Kind.ABSOLUTE,
        unit=Unit.AMPERES,
        periods=tuple(periods),
        start=start,
    )
