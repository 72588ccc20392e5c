"""How people use a car and its wallbox: away by day, plugged in most evenings."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from .car import Car
from .clock import Clock
from .wallbox import Wallbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A car is at the wallbox, plugged in, from `arrives` to `leaves`, having driven `driven_wh` before.

    `car` is which one, of several that share it.
    """

    arrives: datetime
    leaves: datetime
    driven_wh: float
    car: int = 0


def stays(
    random: Random, begin: datetime, end: datetime, zone: ZoneInfo
) -> Iterator[Stay]:
    """Yield the stays of a life between two instants, in order, never overlapping.

    On working days the car comes home between five and eight and leaves in the morning; at weekends it comes and goes
    later. One evening in five nobody plugs it in, one day in four hardly anybody drives.
    """
    day = begin.astimezone(zone).date()
    driven = 0.0
    free_from = begin
    while True:
        weekend = day.weekday() >= 5
        driven += _driven(random, weekend=weekend)
        arrives = instant(
            day, random.uniform(13, 21) if weekend else random.gauss(18, 0.7), zone
        )
        following = day + timedelta(days=1)
        late = following.weekday() >= 5
        leaves = instant(following, random.gauss(10 if late else 7.6, 0.6), zone)
        plugs_in = random.random() > 0.2
        day = following
        if leaves >= end:
            return
        if plugs_in and arrives >= free_from:
            yield Stay(arrives=arrives, leaves=leaves, driven_wh=driven)
            driven = 0.0
            free_from = leaves + timedelta(minutes=1)


def lead(
    wallbox: Wallbox,
    cars: Sequence[Car],
    stays_to_come: Iterator[Stay],
    clock: Clock,
    told: Callable[[str], None],
) -> None:
    """Plug the cars in and out on the clock, stay after stay; `told` hears of each in words."""
    stay = next(stays_to_come, None)
    if stay is None:
        return
    car = cars[stay.car]

    def leave() -> None:
        wallbox.remove()
        told(f"The car leaves, {car.soc:.0%} full.")
        lead(wallbox, cars, stays_to_come, clock, told)

    def arrive() -> None:
        car.drive(stay.driven_wh)
        wallbox.insert(car)
        told(f"The car comes home and is plugged in, {car.soc:.0%} full.")
        clock.call_at(stay.leaves, leave)

    clock.call_at(stay.arrives, arrive)


def _driven(random: Random, *, weekend: bool) -> float:
    """Return the Wh of a day on the road."""
    if random.random() < 0.25:
        return random.uniform(0, 1500)
    kilometres = random.gauss(60, 35) if weekend else random.gauss(45, 12)
    return max(kilometres, 0) * 175


def instant(day: date, hours: float, zone: ZoneInfo) -> datetime:
    """Return an instant of civil time, to the second."""
    whole = min(max(int(hours * 3600), 0), 86399)
    moment = time(whole // 3600, whole // 60 % 60, whole % 60)
    return datetime.combine(day, moment, tzinfo=zone).astimezone(UTC)
