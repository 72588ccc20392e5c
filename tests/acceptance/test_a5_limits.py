"""Reg. 5: the wallbox answers signals, by raising and lowering the rate, on any that can be made to (A5.*)."""

from datetime import UTC, datetime, timedelta

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.simulator import Car, Wallbox
from custom_components.smart_charge_point.simulator.quirks import Quirks, Refusal

from ..house import House

SATURDAY_NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WITHIN_HOURS = pytest.mark.at(SATURDAY_NOON)


async def charging_car(house: House, wallbox: Wallbox) -> Car:
    """Plug a car in within charging hours, and wait its delay out."""
    car = await wallbox.plug_in(Car())
    await house.advance(timedelta(seconds=620))
    assert wallbox.current(1) > 30
    return car


@WITHIN_HOURS
async def test_a5_1_a_limit_is_obeyed_at_once(house: House) -> None:
    """6 A asked for is 6 A drawn within 15 s, and 0 A then 32 A pause and resume."""
    wallbox = await house.wallbox()
    await charging_car(house, wallbox)
    sent = len(wallbox.requests("SetChargingProfile"))

    await house.set_number("current_limit", 6)
    assert len(wallbox.requests("SetChargingProfile")) == sent + 1
    await house.advance(timedelta(seconds=15))
    assert 0 < wallbox.current(1) <= 6.6

    await house.set_number("current_limit", 0)
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) == 0
    assert house.state("charging_reason") == "paused_by_owner"

    await house.set_number("current_limit", 32)
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) > 30
    assert house.state("charging_reason") == "charging"


@pytest.mark.at(datetime(2026, 11, 23, 6, 30, tzinfo=UTC))
async def test_a5_1_a_limit_stands_above_the_hours_and_survives_a_restart(
    house: House,
) -> None:
    """The owner's limit is kept for the next session and over a restart, and is not an override of the hours."""
    wallbox = await house.wallbox()
    await house.set_number("current_limit", 10)
    await house.restart()
    await house.advance(timedelta(minutes=2))
    await wallbox.plug_in(Car())
    await house.advance(timedelta(seconds=620))
    assert 0 < wallbox.current(1) <= 10
    assert house.number("current_limit") == 10
    assert house.state("charging_reason") == "limited"

    await house.advance_to(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    assert wallbox.current(1) == 0


@WITHIN_HOURS
async def test_a5_1_a_limit_that_no_car_obeys_is_refused(house: House) -> None:
    """Between 0 and 6 A a car cannot be told anything."""
    wallbox = await house.wallbox()
    sent = len(wallbox.requests("SetChargingProfile"))
    with pytest.raises(ServiceValidationError) as refusal:
        await house.set_number("current_limit", 3)
    assert refusal.value.translation_key == "limit_out_of_range"
    assert len(wallbox.requests("SetChargingProfile")) == sent


@pytest.mark.parametrize(
    ("told", "unit", "most"), [("Current", "A", 32), ("Power", "W", 7360)]
)
@WITHIN_HOURS
async def test_a5_2_limits_are_in_the_unit_that_the_wallbox_takes(
    house: House, told: str, unit: str, most: float
) -> None:
    """Every limit is sent in the announced unit and never above the maximum."""
    await house.set_up("WB1")
    wallbox = Wallbox(house.address, "WB1", clock=house.clock)
    wallbox.configuration.put_value("ChargingScheduleAllowedChargingRateUnit", told)
    house.wallboxes.append(wallbox)
    await wallbox.start()
    await house.advance(timedelta(seconds=30))
    await charging_car(house, wallbox)
    await house.set_number("current_limit", 16)

    schedules = [
        request["csChargingProfiles"]["chargingSchedule"]
        for request in wallbox.requests("SetChargingProfile")
    ]
    assert schedules
    for schedule in schedules:
        assert schedule["chargingRateUnit"] == unit
        for period in schedule["chargingSchedulePeriod"]:
            assert 0 <= period["limit"] <= most
    await house.advance(timedelta(seconds=15))
    assert 15 <= wallbox.current(1) <= 16


@WITHIN_HOURS
async def test_a5_3_another_way_is_found_where_one_is_refused(house: House) -> None:
    """A wallbox without max profiles (Timxon, Charge Amps) is limited through the profiles that it takes."""
    wallbox = await house.wallbox(preset="charge-amps-halo")
    await charging_car(house, wallbox)
    await house.set_number("current_limit", 8)
    await house.advance(timedelta(seconds=15))
    assert 0 < wallbox.current(1) <= 8


def issues(hass: HomeAssistant) -> list[str]:
    """Return the kinds of our repair issues that are shown."""
    return [
        issue.translation_key or ""
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN
    ]


@pytest.mark.at(datetime(2026, 11, 23, 20, 0, tzinfo=UTC))
async def test_a5_3_a_wallbox_that_takes_no_limit_is_said_to_take_none(
    house: House, hass: HomeAssistant
) -> None:
    """What cannot be met raises a repair issue; it is never silently "OK"."""
    wallbox = await house.wallbox(
        quirks=Quirks(
            default_profile=Refusal.REJECTED,
            maximum_profile=Refusal.REJECTED,
            transaction_profile=Refusal.REJECTED,
        )
    )
    await wallbox.plug_in(Car())
    await house.advance(timedelta(minutes=5))
    assert "smart_charging_refused" in issues(hass)


@pytest.mark.at(datetime(2026, 11, 23, 20, 0, tzinfo=UTC))
@pytest.mark.parametrize(
    "quirks",
    [
        pytest.param(
            Quirks(default_profile=Refusal.REJECTED, maximum_profile=Refusal.REJECTED),
            id="only transaction profiles",
        ),
        pytest.param(
            Quirks(
                default_profile=Refusal.REJECTED,
                transaction_profile=Refusal.REJECTED,
            ),
            id="only max profiles",
        ),
    ],
)
async def test_a5_3_home_assistant_times_the_hours_where_nothing_else_works(
    house: House, hass: HomeAssistant, quirks: Quirks
) -> None:
    """The hours hold as long as Home Assistant is up, and the owner is told that they rest on it."""
    wallbox = await house.wallbox(quirks=quirks)
    await wallbox.plug_in(Car())
    await house.advance(timedelta(minutes=5))
    assert wallbox.current(1) == 0
    assert "hours_on_home_assistant" in issues(hass)
    assert "smart_charging_refused" not in issues(hass)
    await house.advance_to(datetime(2026, 11, 23, 21, 59, tzinfo=UTC))
    assert wallbox.current(1) == 0
    await house.advance_to(datetime(2026, 11, 23, 22, 12, tzinfo=UTC))
    assert wallbox.current(1) > 30


@WITHIN_HOURS
async def test_a_slider_that_is_moved_about_is_not_written_each_time(
    house: House,
) -> None:
    """What lowers goes at once, what raises at most every 10 s, and the last position is the one that holds."""
    wallbox = await house.wallbox()
    await charging_car(house, wallbox)
    sent = len(wallbox.requests("SetChargingProfile"))
    for amperes in (10, 12, 14, 16, 18, 20):
        await house.set_number("current_limit", amperes)
        await house.advance(timedelta(seconds=1))
    assert len(wallbox.requests("SetChargingProfile")) == sent + 2
    await house.advance(timedelta(seconds=15))
    assert len(wallbox.requests("SetChargingProfile")) == sent + 3
    assert 19 < wallbox.current(1) <= 20

    await house.set_number("current_limit", 22)
    await house.set_number("current_limit", 8)
    await house.advance(timedelta(seconds=5))
    assert 7 < wallbox.current(1) <= 8
