"""Wallboxes that accept a limit and do not follow it: only their own meter tells (S1, S4, S6, S12)."""

from datetime import UTC, datetime, timedelta

from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.simulator import Car, Wallbox
from custom_components.smart_charge_point.simulator.quirks import Quirks, Refusal

from ..house import House

WITHIN_HOURS = pytest.mark.at(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
OFTEN = {"MeterValueSampleInterval": "10"}


async def charging(house: House, wallbox: Wallbox) -> None:
    """Plug a big car in within charging hours, and wait its delay out."""
    await wallbox.plug_in(Car(battery_kwh=10_000.0, start_delay=timedelta()))
    await house.advance(timedelta(seconds=620))
    assert wallbox.current(1) > 30


def ignored(house: House) -> bool:
    """Return whether the owner is told that the wallbox ignores its limit."""
    issue_id = f"limit_ignored_{house.subentry().subentry_id}"
    return ir.async_get(house.hass).async_get_issue(DOMAIN, issue_id) is not None


@WITHIN_HOURS
async def test_a_max_profile_without_effect_gives_way_to_the_resident_ones(
    house: House,
) -> None:
    """Grizzl-E, Elecq, FoxESS (S1): the limit is obeyed at last, by profiles that the wallbox follows."""
    wallbox = await house.wallbox(
        settings=OFTEN, quirks=Quirks(maximum_profile=Refusal.WITHOUT_EFFECT)
    )
    await charging(house, wallbox)
    await house.set_number("current_limit", 10)
    await house.advance(timedelta(seconds=30))
    assert wallbox.current(1) > 30

    await house.advance(timedelta(seconds=160))
    assert 9 < wallbox.current(1) <= 10.5
    assert not ignored(house)

    await house.set_number("current_limit", 16)
    await house.advance(timedelta(seconds=15))
    assert 15 < wallbox.current(1) <= 16.5


@WITHIN_HOURS
@pytest.mark.draws(500)
async def test_a_delay_without_effect_is_timed_by_home_assistant(house: House) -> None:
    """ABB (S4): current that flows in the delay shows it; the rest of this one, and all later ones, are held by hand."""
    wallbox = await house.wallbox(
        settings=OFTEN,
        quirks=Quirks(only_lowest_stack_level=True, composite=Refusal.REJECTED),
    )
    plugged_in = house.now
    await wallbox.plug_in(Car(battery_kwh=10_000.0, start_delay=timedelta()))
    await house.advance(timedelta(seconds=30))
    assert wallbox.current(1) > 30

    await house.advance(timedelta(seconds=60))
    ends = house.moment("delay_ends")
    assert ends is not None
    assert abs(ends - plugged_in - timedelta(seconds=500)) < timedelta(seconds=3)
    assert wallbox.current(1) == 0
    await house.advance_to(ends - timedelta(seconds=2))
    assert wallbox.current(1) == 0
    await house.advance_to(ends + timedelta(seconds=5))
    assert wallbox.current(1) > 30


@WITHIN_HOURS
@pytest.mark.draws(300)
async def test_a11_2_a_wallbox_with_one_stack_level_is_delayed_by_home_assistant(
    house: House,
) -> None:
    """Where there is no level for the delay above the hours, Home Assistant holds the session back from its start."""
    wallbox = await house.wallbox(settings=OFTEN, quirks=Quirks(most_stack_level=0))
    await wallbox.plug_in(Car(battery_kwh=10_000.0))
    await house.advance(timedelta(seconds=30))
    ends = house.moment("delay_ends")
    assert ends is not None
    assert house.state("charging_reason") == "random_delay"
    assert wallbox.current(1) == 0
    await house.advance_to(ends - timedelta(seconds=2))
    assert wallbox.current(1) == 0
    await house.advance_to(ends + timedelta(seconds=8))
    assert wallbox.current(1) > 30


@WITHIN_HOURS
async def test_a_wallbox_that_forgets_its_profiles_is_sent_them_again(
    house: House,
) -> None:
    """What it accepted is gone without a boot, as after its own reset to defaults: more flows until it is sent again."""
    wallbox = await house.wallbox(settings=OFTEN)
    await charging(house, wallbox)
    await house.set_number("current_limit", 8)
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) <= 8.5
    await house.action("send_ocpp", action="ClearChargingProfile", payload={})
    await house.advance(timedelta(seconds=20))
    assert wallbox.current(1) > 30

    await house.advance(timedelta(seconds=80))
    assert wallbox.current(1) <= 8.5
    assert not ignored(house)


@WITHIN_HOURS
async def test_a_wallbox_that_follows_nothing_is_reported(house: House) -> None:
    """Every purpose is accepted and none has an effect: the owner is told, and told when it is over."""
    quirks = Quirks(
        maximum_profile=Refusal.WITHOUT_EFFECT,
        default_profile=Refusal.WITHOUT_EFFECT,
        transaction_profile=Refusal.WITHOUT_EFFECT,
        composite=Refusal.REJECTED,
    )
    wallbox = await house.wallbox(settings=OFTEN, quirks=quirks)
    await charging(house, wallbox)
    await house.set_number("current_limit", 10)
    await house.advance(timedelta(minutes=6))
    assert ignored(house)

    sent = len(wallbox.requests("SetChargingProfile"))
    await house.advance(timedelta(minutes=20))
    assert len(wallbox.requests("SetChargingProfile")) - sent <= 3

    await house.set_number("current_limit", 32)
    await house.advance(timedelta(minutes=1))
    assert not ignored(house)
