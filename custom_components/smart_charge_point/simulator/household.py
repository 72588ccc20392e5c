"""Two people with a car each share one wallbox: who plugs in when, by the day and the season."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
import math
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from .car import Car
from .life import Stay, instant

COMMUTER_CARD: Final = "04A2B6C8D01E80"
PARTNER_CARD: Final = "04F3719A5C2B90"
"""What the two hold to the wallbox."""

_COMMUTER, _PARTNER = 0, 1
_WORTH_IT: Final = 5_000
"""Wh driven: with less nobody fetches the cable."""
_PER_KILOMETRE: Final = 165
_MORE_IN_WINTER: Final = 0.22
_HOLIDAYS: Final = ((date(2000, 8, 8), 13), (date(2000, 12, 23), 4))
"""When they are away, as a day of any year, and for how many days."""


def household_cars() -> tuple[Car, Car]:
    """Return the cars: the commuter's, and the smaller one of who works from home most days."""
    return (
        Car(battery_kwh=64, soc=0.6, maximum_current=32, card=COMMUTER_CARD),
        Car(battery_kwh=40, soc=0.7, maximum_current=28, card=PARTNER_CARD),
    )


def household_stays(
    random: Random, begin: datetime, end: datetime, zone: ZoneInfo
) -> Iterator[Stay]:
    """Yield who is at the wallbox between two instants, in order, never overlapping.

    In the evening the car that needs it more is plugged in and stays until the morning. By day, when the sun shines, it is
    the partner's, where that is at home. Cars take more in winter; in August and at Christmas the house is empty.
    """
    day = begin.astimezone(zone).date()
    driven = [0.0, 0.0]
    free_from = begin
    while True:
        following = day + timedelta(days=1)
        weekend = day.weekday() >= 5
        winter = _winter(day)
        away = _away(day)
        for driver in (_COMMUTER, _PARTNER):
            if not away:
                kilometres = _kilometres(random, driver, weekend=weekend)
                driven[driver] += (
                    kilometres * _PER_KILOMETRE * (1 + _MORE_IN_WINTER * winter)
                )
        by_day = (
            instant(day, random.gauss(10.2, 0.4), zone),
            instant(day, random.gauss(15.2, 0.5), zone),
        )
        evening = instant(
            day, random.uniform(16.5, 20) if weekend else random.gauss(18, 0.6), zone
        )
        late = following.weekday() >= 5
        morning = instant(following, random.gauss(9.6 if late else 7.5, 0.5), zone)
        at_home = random.random() < (0.5 if weekend else 0.4 - 0.1 * winter)
        forgets = random.random() < 0.12
        day = following
        if morning >= end:
            return
        if away:
            continue
        if at_home and driven[_PARTNER] > _WORTH_IT and by_day[0] >= free_from:
            yield Stay(
                arrives=by_day[0],
                leaves=by_day[1],
                driven_wh=driven[_PARTNER],
                car=_PARTNER,
            )
            driven[_PARTNER] = 0.0
            free_from = by_day[1] + timedelta(minutes=10)
        needs_it_more = _COMMUTER if driven[_COMMUTER] >= driven[_PARTNER] else _PARTNER
        if not forgets and driven[needs_it_more] > _WORTH_IT and evening >= free_from:
            yield Stay(
                arrives=evening,
                leaves=morning,
                driven_wh=driven[needs_it_more],
                car=needs_it_more,
            )
            driven[needs_it_more] = 0.0
            free_from = morning + timedelta(minutes=10)


def _kilometres(random: Random, driver: int, *, weekend: bool) -> float:
    if driver == _PARTNER:
        return max(random.gauss(22, 14), 0)
    if not weekend:
        return max(random.gauss(46, 9), 0)
    # Some weekends there is an outing, on most days hardly a drive.
    return random.gauss(130, 40) if random.random() < 0.2 else random.uniform(0, 30)


def _winter(day: date) -> float:
    """Return how much winter it is: 1 in the middle of January, -1 in that of July."""
    return math.cos(2 * math.pi * (day.timetuple().tm_yday - 15) / 365)


def _away(day: date) -> bool:
    return any(
        timedelta() <= day - first.replace(year=day.year) < timedelta(days=days)
        for first, days in _HOLIDAYS
    )
