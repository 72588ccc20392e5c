"""Reg. 8: no override passes a fault, the house fuse or the installer's maximum (A8.*)."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charge_point.model.limit import Limit
from custom_components.smart_charge_point.simulator import Car
from custom_components.smart_charge_point.simulator.quirks import Quirks, Refusal

from ..house import House

IN_PEAK = pytest.mark.at(datetime(2026, 11, 23, 17, 0, tzinfo=UTC))


@IN_PEAK
@pytest.mark.parametrize("maximum_profile", [Refusal.NONE, Refusal.REJECTED])
async def test_a8_2_charge_now_keeps_to_the_house_fuse(
    house: House, maximum_profile: Refusal
) -> None:
    """With 10 A left by the fuse, nothing makes more flow, whichever profiles the wallbox takes."""
    wallbox = await house.wallbox(quirks=Quirks(maximum_profile=maximum_profile))
    await house.set_options(house_fuse=10)
    await house.advance(timedelta(seconds=30))
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(seconds=30))
    await house.press("charge_now")
    await house.advance(timedelta(seconds=15))
    assert 9 < wallbox.current(1) <= 10
    assert house.state("charging_reason") == "limited_by_house_fuse"

    await house.set_number("current_limit", 32)
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) <= 10
    await house.set_number("current_limit", 6)
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) <= 6


@IN_PEAK
async def test_a8_3_a_lower_fuse_acts_at_once_and_a_removed_one_gives_way(
    house: House,
) -> None:
    """A safety reduction is not delayed."""
    wallbox = await house.wallbox()
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(seconds=30))
    await house.press("charge_now")
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) > 30

    await house.set_options(house_fuse=13)
    await house.advance(timedelta(seconds=5))
    assert 12 < wallbox.current(1) <= 13
    await house.set_options()
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) > 30


@IN_PEAK
async def test_a8_2_several_wallboxes_share_the_fuse(house: House) -> None:
    """Nobody measures the house, so each gets its part, whether the other one charges or not."""
    await house.set_up("WB1", "WB2")
    await house.set_options(house_fuse=25)
    first, second = await house.wallbox("WB1"), await house.wallbox("WB2")
    for wallbox in (first, second):
        await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(seconds=30))
    for identity in ("WB1", "WB2"):
        await house.press("charge_now", identity)
    await house.advance(timedelta(seconds=15))
    assert 11 < first.current(1) <= 12
    assert 11 < second.current(1) <= 12


@IN_PEAK
async def test_a8_4_no_override_passes_the_installers_maximum(house: House) -> None:
    """The wallbox was installed for 16 A: charge now asks for no more."""
    await house.set_up("WB1", maximum=Limit(amperes=16))
    wallbox = await house.wallbox()
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(seconds=30))
    await house.press("charge_now")
    await house.advance(timedelta(seconds=15))
    assert 15 < wallbox.current(1) <= 16
    for request in wallbox.requests("SetChargingProfile"):
        for period in request["csChargingProfiles"]["chargingSchedule"][
            "chargingSchedulePeriod"
        ]:
            assert period["limit"] <= 16


@pytest.mark.at(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
@pytest.mark.parametrize("maximum_profile", [Refusal.NONE, Refusal.REJECTED])
async def test_a8_2_the_fuse_holds_without_any_override(
    house: House, maximum_profile: Refusal
) -> None:
    """An ordinary session keeps to the fuse too, and the wallbox does so without Home Assistant."""
    wallbox = await house.wallbox(quirks=Quirks(maximum_profile=maximum_profile))
    await house.set_options(house_fuse=10)
    await house.advance(timedelta(seconds=30))
    await house.stop()
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.clock.advance(timedelta(minutes=11))
    assert 9 < wallbox.current(1) <= 10
