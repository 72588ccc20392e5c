"""The car takes what it wants of what it is offered."""

from datetime import timedelta

import pytest

from custom_components.smart_charge_point.simulator import Car, DrivenClock

from .conftest import MIDNIGHT, NewWallbox


async def test_charges_full_with_a_taper(
    new_wallbox: NewWallbox, clock: DrivenClock
) -> None:
    """Constant current, then an ampere less per step, then nothing; the register has what the battery has."""
    wallbox = await new_wallbox(online=False)
    car = await wallbox.plug_in(Car(battery_kwh=40, soc=0.5))
    await clock.advance(timedelta(hours=12))
    assert car.full
    assert wallbox.current() == 0
    assert wallbox.energy() == pytest.approx(20_000, abs=0.01)
    currents = [each.amperes for each in wallbox.switchings if each.amperes]
    assert currents == [float(each) for each in range(32, 5, -1)]


async def test_a_charge_limit_is_where_it_ends(
    new_wallbox: NewWallbox, clock: DrivenClock
) -> None:
    """A car told to stop at 80 % stops at 80 %."""
    wallbox = await new_wallbox(online=False)
    car = await wallbox.plug_in(Car(soc=0.75, charge_limit=0.8, taper_from=0.7))
    await clock.advance(timedelta(hours=8))
    assert car.soc == pytest.approx(0.8)


async def test_three_phases_carry_three_times_the_power(
    new_wallbox: NewWallbox, clock: DrivenClock
) -> None:
    """A two-phase car on a three-phase wallbox uses two."""
    wallbox = await new_wallbox(online=False, phases=3)
    await wallbox.plug_in(Car(soc=0.1, phases=2, maximum_current=16))
    await clock.advance(60)
    assert wallbox.power == 2 * 16 * 230


def test_begins_after_its_delay() -> None:
    """Not the second it is offered."""
    car = Car(start_delay=timedelta(seconds=10))
    car.plug_in(MIDNIGHT)
    car.offer(16, MIDNIGHT)
    assert car.current(MIDNIGHT) == 0
    assert car.next_change(MIDNIGHT, 1) == MIDNIGHT + timedelta(seconds=10)
    assert car.current(MIDNIGHT + timedelta(seconds=10)) == 16


def test_takes_nothing_below_its_minimum() -> None:
    """5 A are no current for a car."""
    car = Car(start_delay=timedelta())
    car.plug_in(MIDNIGHT)
    car.offer(5.9, MIDNIGHT)
    assert car.current(MIDNIGHT) == 0
    assert car.next_change(MIDNIGHT, 1) is None


def test_falls_asleep_and_is_woken() -> None:
    """Paused for too long it does not resume by itself."""
    car = Car(sleep_after=timedelta(minutes=30), start_delay=timedelta())
    car.plug_in(MIDNIGHT)
    soon = MIDNIGHT + timedelta(minutes=29)
    car.offer(16, soon)
    assert car.current(soon) == 16
    car.offer(0, soon)
    later = soon + timedelta(minutes=30)
    car.offer(16, later)
    assert car.asleep
    assert car.current(later) == 0
    car.wake(later)
    assert car.current(later) == 16


def test_driving_empties_it_down_to_a_reserve() -> None:
    """Nobody is left by the road."""
    car = Car(battery_kwh=50, soc=0.5)
    car.drive(10_000)
    assert car.soc == pytest.approx(0.3)
    car.drive(100_000)
    assert car.soc == pytest.approx(0.05)
