"""What a restart of Home Assistant leaves as it was: the owner's wishes, the draws, the registers and the status."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.model.hours import ChargingHours
from custom_components.smart_charge_point.simulator import Car, Wallbox
from custom_components.smart_charge_point.simulator.quirks import Quirks, Refusal

from ..house import SELDOM, House

pytestmark = pytest.mark.draws(412, 137, 555, 298, 476, 61)

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
IN_PEAK = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
PEAK_ENDS = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
AWAY = timedelta(minutes=7)


def told(wallbox: Wallbox) -> list[dict[str, Any]]:
    """Return the charging profiles that the wallbox was told to hold or to forget."""
    return [
        frame.payload
        for frame in wallbox.received
        if frame.kind == 2
        and frame.action in {"SetChargingProfile", "ClearChargingProfile"}
    ]


@pytest.mark.at(NOON)
async def test_the_owners_limit_stands_and_is_not_sent_again(house: House) -> None:
    """The number shows it, the current obeys it, and the wallbox hears nothing of it."""
    wallbox = await house.wallbox(settings=SELDOM)
    await house.advance(timedelta(minutes=2))
    await house.set_number("current_limit", 10)
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(minutes=15))
    before = told(wallbox)

    await house.restart(after=AWAY)
    await house.advance(timedelta(minutes=5))
    assert house.number("current_limit") == 10
    assert house.state("charging_reason") == "limited"
    assert wallbox.current() == 10
    assert told(wallbox) == before


@pytest.mark.at(NOON)
async def test_the_owners_limit_stands_where_the_wallbox_takes_no_maximum(
    house: House,
) -> None:
    """There it lowers the resident hours, and they are not sent again either."""
    wallbox = await house.wallbox(
        settings=SELDOM, quirks=Quirks(maximum_profile=Refusal.NOT_SUPPORTED)
    )
    await house.advance(timedelta(minutes=2))
    await house.set_number("current_limit", 10)
    await house.advance(timedelta(minutes=1))
    before = told(wallbox)
    await house.restart(after=AWAY)
    await house.advance(timedelta(minutes=5))
    assert house.number("current_limit") == 10
    assert told(wallbox) == before
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(minutes=15))
    assert wallbox.current() == 10


@pytest.mark.at(IN_PEAK)
async def test_charge_now_stands_in_mid_session(house: House) -> None:
    """In the peak the car charges on, for the same reason; the next session waits again."""
    wallbox = await house.wallbox(settings=SELDOM)
    await house.advance(timedelta(minutes=2))
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(minutes=1))
    assert house.state("charging_reason") == "waiting_for_hours"
    await house.press("charge_now")
    await house.advance(timedelta(minutes=10))
    before = len(wallbox.switchings)

    await house.restart(after=AWAY)
    await house.advance(timedelta(minutes=5))
    assert house.state("charging_reason") == "charging_now"
    assert wallbox.current() > 30
    assert len(wallbox.switchings) == before

    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(minutes=20))
    assert house.state("charging_reason") == "waiting_for_hours"
    assert wallbox.current() == 0


@pytest.mark.at(PEAK_ENDS - timedelta(minutes=20))
async def test_a_skipped_delay_stays_skipped(house: House) -> None:
    """The delay of the edge was skipped: after the restart it does not come back."""
    wallbox = await house.wallbox(settings=SELDOM)
    await house.advance(timedelta(minutes=2))
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance_to(PEAK_ENDS + timedelta(seconds=30))
    assert house.state("charging_reason") == "random_delay"
    assert wallbox.current() == 0
    await house.press("cancel_delay")
    await house.advance(timedelta(seconds=5))
    assert wallbox.current() > 30

    await house.restart(after=timedelta(seconds=10))
    await house.advance(timedelta(seconds=15))
    assert house.now < PEAK_ENDS + timedelta(seconds=61)
    assert house.state("charging_reason") in {"charging", "charging_now"}
    assert house.moment("delay_ends") is None
    assert wallbox.current() > 30
    assert [change.amperes for change in wallbox.switchings][-1] > 30


@pytest.mark.at(NOON)
async def test_the_lifetime_register_never_falls(house: House) -> None:
    """It is known before the wallbox is back, and goes on from where it was when that counts from 0."""
    await house.set_up("WB1", hours=ChargingHours.ALWAYS)
    wallbox = await house.wallbox(
        settings={"MeterValueSampleInterval": "60"},
        quirks=Quirks(register_per_session=True),
    )
    await wallbox.plug_in(Car())
    await house.press("charge_now")
    await house.advance(timedelta(minutes=30))
    first = house.number("energy")
    assert first > 3

    await wallbox.go_offline()
    await house.restart(after=AWAY)
    assert first <= house.number("energy") < first + 0.3
    await wallbox.unplug()
    await wallbox.go_online()
    await house.advance(timedelta(minutes=2))
    whole = house.number("energy")
    assert whole > first
    await house.restart()
    await wallbox.plug_in(Car())
    await house.press("charge_now")
    await house.advance(timedelta(minutes=30))
    second = house.number("energy")
    assert second == pytest.approx(whole + wallbox.energy() / 1000, abs=0.3)
    await house.restart(after=AWAY)
    assert house.number("energy") >= second


@pytest.mark.at(IN_PEAK)
async def test_status_and_the_time_plugged_in_are_known_at_once(house: House) -> None:
    """Before the wallbox has said anything: what it was doing, and since when the car has been there."""
    wallbox = await house.wallbox(settings=SELDOM)
    await wallbox.plug_in(Car())
    plugged_in = house.now
    await house.advance(timedelta(minutes=30))
    assert house.state("status") == "suspended_by_wallbox"
    await wallbox.go_offline()
    await house.restart(after=AWAY)
    assert house.number("connected_duration") == pytest.approx(37, abs=0.2)
    await wallbox.go_online()
    await house.clock.settle()
    assert house.state("status") == "suspended_by_wallbox"
    assert house.state("plugged_in") == "on"
    await house.advance(timedelta(minutes=10))
    minutes = (house.now - plugged_in) / timedelta(minutes=1)
    assert house.number("connected_duration") == pytest.approx(minutes, abs=5.1)


@pytest.mark.at(IN_PEAK)
async def test_hours_and_draws_stand_and_the_wallbox_hears_nothing(
    house: House,
) -> None:
    """The owner's own hours, the delays of their edges and that of the next session are the ones that it holds."""
    wallbox = await house.wallbox(settings=SELDOM)
    await house.advance(timedelta(minutes=2))
    await house.action(
        "set_charging_hours",
        windows=[{"weekdays": ["mon", "tue"], "start": "19:00:00", "end": "21:00:00"}],
    )
    await house.advance(timedelta(minutes=2))
    before = told(wallbox)
    plan = await house.action("get_charging_plan")
    starts = house.moment("next_start")

    for _ in range(3):
        await house.restart(after=AWAY)
        await house.advance(timedelta(minutes=3))
    assert told(wallbox) == before
    assert house.moment("next_start") == starts
    after = await house.action("get_charging_plan")
    assert [segment["end"] for segment in after["segments"]][:5] == [
        segment["end"] for segment in plan["segments"]
    ][:5]

    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance_to(starts or house.now)
    await house.advance(timedelta(seconds=1))
    (first, *_) = [change for change in wallbox.switchings if change.amperes > 0]
    assert first.at == starts


@pytest.mark.at(NOON)
async def test_the_delay_of_the_next_session_is_the_one_that_the_wallbox_holds(
    house: House,
) -> None:
    """The car waits the seconds that were drawn before the restart, as the wallbox and the owner both see them."""
    wallbox = await house.wallbox(settings=SELDOM)
    await house.advance(timedelta(minutes=2))
    delay = {
        request["csChargingProfiles"]["chargingProfileKind"]: request[
            "csChargingProfiles"
        ]["chargingSchedule"]["duration"]
        for request in wallbox.requests("SetChargingProfile")
    }["Relative"]
    before = told(wallbox)
    await house.restart(after=AWAY)
    await house.advance(timedelta(minutes=2))
    assert told(wallbox) == before
    await wallbox.plug_in(Car(start_delay=timedelta()))
    plugged_in = house.now
    await house.advance(timedelta(seconds=10))
    assert house.moment("delay_ends") == plugged_in + timedelta(seconds=delay)
    await house.restart(after=timedelta(seconds=20))
    assert house.moment("delay_ends") == plugged_in + timedelta(seconds=delay)
    await house.advance_to(plugged_in + timedelta(seconds=delay + 2))
    (first,) = [change for change in wallbox.switchings if change.amperes > 0]
    assert first.at == plugged_in + timedelta(seconds=delay)


@pytest.mark.at(NOON)
@pytest.mark.parametrize("ended", [False, True])
async def test_a9_6_the_energy_is_where_the_ledger_knows_it(
    hass_storage: dict[str, Any], house: House, ended: bool
) -> None:
    """Home Assistant was killed before it wrote where the register stood: the sensor does not fall, a session told it."""
    await house.set_up("WB1", hours=ChargingHours.ALWAYS)
    wallbox = await house.wallbox(settings={"MeterValueSampleInterval": "60"})
    key = f"{DOMAIN}.{house.subentry().subentry_id}"
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(minutes=10))
    await house.restart()
    written = deepcopy(hass_storage[key])
    await house.advance(timedelta(minutes=30))
    if ended:
        await wallbox.unplug()
        await house.advance(timedelta(minutes=2))
    energy = house.number("energy")
    await wallbox.go_offline()

    await house.stop()
    hass_storage[key] = written
    await house.start()

    # It shows by the minute; of what it did not show yet nothing is lost either.
    assert 2 < energy <= house.number("energy") < energy + 0.2
