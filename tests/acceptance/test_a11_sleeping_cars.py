"""Reg. 11 and cars that sleep at 0 A: the session held back, the car woken (A11.8)."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charge_point.model.sleeping_car import SleepingCar
from custom_components.smart_charge_point.simulator import Car, Wallbox
from custom_components.smart_charge_point.simulator.quirks import Quirks

from ..house import SELDOM, House

pytestmark = pytest.mark.draws(300)

WITHIN_HOURS = pytest.mark.at(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
SLEEPS = timedelta(minutes=20)


async def wallbox_that_waits(house: House, remedy: SleepingCar) -> Wallbox:
    """Return a wallbox that begins no session by itself, its owner having chosen a remedy."""
    await house.set_up("WB1", sleeping_car=remedy)
    return await house.wallbox(free_vend=False, settings=SELDOM)


def starts(wallbox: Wallbox) -> int:
    """Return how many sessions the wallbox was asked to begin."""
    return len(wallbox.requests("RemoteStartTransaction"))


@WITHIN_HOURS
async def test_a11_8_a_held_session_begins_after_its_delay(house: House) -> None:
    """Within the hours the random delay counts from the plug; the session then begins with current at once."""
    wallbox = await wallbox_that_waits(house, SleepingCar.HOLD_START)
    plugged_in = house.now
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(seconds=30))
    assert starts(wallbox) == 0
    assert house.state("charging_reason") == "random_delay"
    assert house.moment("delay_ends") == plugged_in + timedelta(seconds=300)

    await house.advance_to(plugged_in + timedelta(seconds=298))
    assert starts(wallbox) == 0
    await house.advance_to(plugged_in + timedelta(seconds=303))
    assert starts(wallbox) == 1
    assert wallbox.current(1) > 30
    assert house.state("charging_reason") == "charging"


async def test_a11_8_a_session_is_held_until_the_hours_begin(house: House) -> None:
    """A car that would sleep is never offered nothing; it charges when the hours and their delay let it."""
    wallbox = await wallbox_that_waits(house, SleepingCar.HOLD_START)
    await wallbox.plug_in(Car(sleep_after=SLEEPS, start_delay=timedelta()))
    await house.advance(timedelta(minutes=30))
    assert wallbox.transaction(1) is None
    assert house.state("charging_reason") == "waiting_for_hours"
    begins = house.moment("next_start")
    assert begins == datetime(2026, 11, 23, 22, 5, tzinfo=UTC)

    await house.advance_to(begins - timedelta(seconds=2))
    assert starts(wallbox) == 0
    await house.advance_to(begins + timedelta(seconds=5))
    # The car has slept since it waits, but a new session wakes it.
    assert wallbox.current(1) > 30
    await house.advance_to(datetime(2026, 11, 24, 8, 0, tzinfo=UTC))
    assert wallbox.current(1) == 0


@WITHIN_HOURS
async def test_a11_8_a_held_delay_can_be_skipped_and_outlives_a_restart(
    house: House,
) -> None:
    """It is a delay like any other: the owner may cancel it, and a restart goes on with it."""
    wallbox = await wallbox_that_waits(house, SleepingCar.HOLD_START)
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(seconds=60))
    ends = house.moment("delay_ends")
    await house.restart(after=timedelta(seconds=30))
    await house.advance(timedelta(seconds=90))
    assert house.moment("delay_ends") == ends
    assert starts(wallbox) == 0

    await house.press("cancel_delay")
    await house.advance(timedelta(seconds=5))
    assert wallbox.current(1) > 30


@WITHIN_HOURS
async def test_a11_7_power_restored_begins_a_held_delay_anew(house: House) -> None:
    """After a power cut the wallboxes of a street must not all begin in the same second."""
    wallbox = await wallbox_that_waits(house, SleepingCar.HOLD_START)
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(seconds=200))
    await wallbox.power_cut()
    await house.advance(timedelta(minutes=30))
    await wallbox.power_restore()
    await house.advance(timedelta(seconds=60))
    assert starts(wallbox) == 0
    assert house.state("charging_reason") == "random_delay"
    await house.advance(timedelta(seconds=300))
    assert wallbox.current(1) > 30


@pytest.mark.parametrize("wakes_on_pulse", [True, False])
async def test_a11_8_a_car_is_woken(house: House, wakes_on_pulse: bool) -> None:
    """Paused through the peak it sleeps; a short pause wakes it, or a session of its own after that."""
    await house.set_up("WB1", sleeping_car=SleepingCar.WAKE)
    wallbox = await house.wallbox()
    await wallbox.plug_in(
        Car(sleep_after=SLEEPS, wakes_on_pulse=wakes_on_pulse, start_delay=timedelta())
    )
    await house.advance_to(datetime(2026, 11, 23, 22, 5, 30, tzinfo=UTC))
    assert wallbox.current(1) == 0
    await house.advance(timedelta(seconds=75))
    if wakes_on_pulse:
        assert wallbox.current(1) > 30
        assert wallbox.requests("RemoteStopTransaction") == []
    else:
        assert wallbox.current(1) == 0
    await house.advance(timedelta(seconds=100))
    assert wallbox.current(1) > 30
    assert house.state("charging_reason") == "charging"
    assert len(wallbox.requests("RemoteStopTransaction")) == (not wakes_on_pulse)


async def test_a11_8_a_car_that_is_full_is_let_be(house: House) -> None:
    """What does not draw after both tries is not tried again until it was paused again."""
    await house.set_up("WB1", sleeping_car=SleepingCar.WAKE)
    wallbox = await house.wallbox(settings=SELDOM)
    await wallbox.plug_in(Car(soc=1.0))
    await house.advance_to(datetime(2026, 11, 24, 7, 0, tzinfo=UTC))
    assert len(wallbox.requests("RemoteStopTransaction")) == 1


@WITHIN_HOURS
async def test_a_car_is_not_woken_unasked(house: House) -> None:
    """Without the owner's choice nothing is tried."""
    wallbox = await house.wallbox(quirks=Quirks())
    await wallbox.plug_in(Car(sleep_after=timedelta(seconds=60)))
    await house.advance(timedelta(minutes=15))
    assert wallbox.current(1) == 0
    assert wallbox.requests("RemoteStopTransaction") == []
