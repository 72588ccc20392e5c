"""Tests of what the owner sees and taps: the states through a night, and what each switch, number and button does."""

from datetime import UTC, datetime, timedelta
import logging

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.smart_charge_point.control.settings import ChargePointSettings
from custom_components.smart_charge_point.model.hours import HoursChoice
from custom_components.smart_charge_point.simulator import Car

from ..house import House

FOLLOWS_THE_CONNECTION = (
    "charging",
    "plugged_in",
    "status",
    "fault",
    "power",
    "current_limit_effective",
    "current_limit",
    "charge_now",
    "cancel_delay",
    "stop_charging",
    "available",
)
STAYS = (
    "connected",
    "charging_reason",
    "next_start",
    "delay_ends",
    "energy",
    "session_energy",
    "session_duration",
    "connected_duration",
    "current_limit_requested",
    "charging_plan",
    "charging_hours",
    "hours_held_by",
)
AFTER_ALL_DELAYS = datetime(2026, 11, 23, 22, 31, tzinfo=UTC)


def choice(house: House) -> HoursChoice:
    """Return what the owner chose."""
    return ChargePointSettings.from_data(house.subentry().data).decision.choice


async def test_a_night(house: House) -> None:
    """The states tell the story of a night: waiting for the hours, charging, done."""
    house.add()
    wallbox = await house.wallbox()
    assert house.state("charging_reason") == "no_car"
    assert house.state("plugged_in") == "off"
    assert house.state("hours_held_by") == "weekly"

    await wallbox.plug_in(Car(battery_kwh=60, soc=0.3))
    await house.advance(timedelta(minutes=30))
    assert house.state("plugged_in") == "on"
    assert house.state("charging") == "off"
    assert house.state("charging_reason") == "waiting_for_hours"
    assert house.number("power") == 0
    assert house.number("current_limit_effective") == 0
    starts = house.moment("next_start")
    assert starts is not None
    assert starts >= datetime(2026, 11, 23, 22, tzinfo=UTC)
    assert house.number("connected_duration") == pytest.approx(30, abs=5.1)

    await house.advance_to(AFTER_ALL_DELAYS)
    assert house.state("charging") == "on"
    assert house.state("charging_reason") == "charging"
    assert house.number("power") == pytest.approx(7360, rel=0.05)
    assert house.number("current_limit_effective") == 32
    assert house.number("current_limit_requested") == 32
    assert house.number("energy") > 1
    assert house.number("session_duration") > 10

    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    assert house.state("charging_reason") == "no_car"
    assert house.number("power") == 0
    assert house.number("session_energy") == pytest.approx(
        wallbox.energy() / 1000, abs=0.01
    )
    assert house.number("session_duration") > 10
    assert house.number("connected_duration") == 0


async def test_what_follows_the_connection_and_what_stays(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Without the wallbox its measurements are unavailable; what is known without it stays. Each is logged once."""
    caplog.set_level(logging.INFO)
    house.add()
    wallbox = await house.wallbox()
    for key in FOLLOWS_THE_CONNECTION:
        assert house.state(key) != STATE_UNAVAILABLE, key
    await wallbox.go_offline(cleanly=True)
    await house.clock.settle()
    assert house.state("connected") == "off"
    assert house.state("charging_reason") == "not_connected"
    for key in FOLLOWS_THE_CONNECTION:
        assert house.state(key) == STATE_UNAVAILABLE, key
    for key in STAYS:
        assert house.state(key) != STATE_UNAVAILABLE, key
    await wallbox.go_online()
    await house.advance(timedelta(minutes=1))
    assert house.state("connected") == "on"
    assert house.state("status") == "available"
    assert caplog.text.count("Garage is not connected any more") == 1
    assert caplog.text.count("Garage is connected") == 2


async def test_buttons(house: House) -> None:
    """Charge now has current flowing within ten seconds, stop ends it."""
    house.add()
    wallbox = await house.wallbox()
    await wallbox.plug_in(Car(battery_kwh=60, soc=0.3))
    await house.advance(timedelta(minutes=2))
    assert wallbox.current() == 0
    await house.press("charge_now")
    await house.advance(timedelta(seconds=10))
    assert wallbox.current() == 32
    assert house.state("charging_reason") == "charging_now"
    await house.press("stop_charging")
    await house.advance(timedelta(seconds=10))
    assert wallbox.current() == 0


@pytest.mark.parametrize(
    ("button", "key"),
    [
        ("charge_now", "no_car"),
        ("stop_charging", "no_session"),
        ("cancel_delay", "no_delay"),
    ],
)
async def test_a_button_that_can_do_nothing_says_why(
    house: House, button: str, key: str
) -> None:
    """What cannot be done is refused with a translated reason, and nothing is sent."""
    house.add()
    wallbox = await house.wallbox()
    received = len(wallbox.received)
    with pytest.raises(ServiceValidationError) as error:
        await house.press(button)
    assert error.value.translation_key == key
    assert error.value.translation_placeholders == {"name": "Garage"}
    assert len(wallbox.received) == received


async def test_current_limit(house: House) -> None:
    """The limit goes from pausing over the least a car takes to the installation's most."""
    house.add(maximum_current=16.0)
    wallbox = await house.wallbox()
    state = house.entity("current_limit")
    assert (state.state, state.attributes["min"], state.attributes["max"]) == (
        "16.0",
        0,
        16.0,
    )
    await wallbox.plug_in(Car(battery_kwh=60, soc=0.3))
    await house.press("charge_now")
    await house.set_number("current_limit", 8)
    await house.advance(timedelta(seconds=10))
    assert wallbox.current() == 8
    assert house.number("current_limit") == 8
    await house.set_number("current_limit", 0)
    await house.advance(timedelta(seconds=10))
    assert wallbox.current() == 0
    with pytest.raises(ServiceValidationError) as error:
        await house.set_number("current_limit", 5)
    assert error.value.translation_key == "limit_out_of_range"
    assert house.number("current_limit") == 0


async def test_charging_hours_off_and_on(house: House) -> None:
    """Off removes the hours; on brings the default ones, to an owner who never had others."""
    house.add()
    await house.wallbox()
    await house.switch("charging_hours", True)
    assert choice(house) is HoursChoice.UNANSWERED
    await house.switch("charging_hours", False)
    assert house.state("charging_hours") == "off"
    assert choice(house) is HoursChoice.REMOVED
    await house.switch("charging_hours", False)
    await house.switch("charging_hours", True)
    assert house.state("charging_hours") == "on"
    assert choice(house) is HoursChoice.ACCEPTED


async def test_own_hours_come_back_after_a_restart(house: House) -> None:
    """The owner's own hours are in force again when the switch is turned on, also after a restart."""
    house.add()
    await house.settle()
    await house.action(
        "set_charging_hours", windows=[{"start": "01:00", "end": "05:00"}]
    )
    own = house.subentry().data["hours"]
    await house.switch("charging_hours", False)
    await house.restart()
    await house.switch("charging_hours", True)
    assert choice(house) is HoursChoice.CHANGED
    assert house.subentry().data["hours"] == own


async def test_in_service(house: House) -> None:
    """A connector is taken out of service and back."""
    house.add()
    wallbox = await house.wallbox()
    await house.switch("available", False)
    await house.advance(timedelta(seconds=5))
    assert house.state("available") == "off"
    assert house.state("charging_reason") == "unavailable"
    assert wallbox.requests("ChangeAvailability")[-1]["type"] == "Inoperative"
    await house.switch("available", True)
    await house.advance(timedelta(seconds=5))
    assert house.state("available") == "on"


async def test_a_fault_is_said_in_plain_words(house: House) -> None:
    """A faulted wallbox says what is wrong, and takes no wishes."""
    house.add()
    wallbox = await house.wallbox()
    await wallbox.fault("GroundFailure")
    await house.clock.settle()
    assert house.state("fault") == "earth_leakage"
    assert house.state("charging_reason") == "fault"
    received = len(wallbox.received)
    with pytest.raises(ServiceValidationError) as error:
        await house.press("charge_now")
    assert error.value.translation_key == "faulted"
    assert len(wallbox.received) == received


async def test_charge_now_that_the_wallbox_refuses(house: House) -> None:
    """A wallbox that turns a wish down is quoted."""
    house.add()
    wallbox = await house.wallbox()
    await house.switch("available", False)
    wallbox.insert(Car(battery_kwh=60, soc=0.3))
    await house.advance(timedelta(seconds=20))
    with pytest.raises(HomeAssistantError):
        await house.press("charge_now")


@pytest.mark.parametrize("key", ["last_seen", "current_l1", "voltage_l1"])
async def test_noisy_ones_are_off_at_first(house: House, key: str) -> None:
    """What changes with every message has no state until the owner turns it on."""
    house.add()
    await house.wallbox()
    assert house.hass.states.get(house.entity_id(key)) is None


@pytest.mark.usefixtures("all_entities")
async def test_noisy_ones_turned_on(house: House) -> None:
    """They work where the owner has turned them on."""
    house.add(phases=3)
    wallbox = await house.wallbox(phases=3)
    wallbox.configuration.put_value(
        "MeterValuesSampledData",
        "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage",
    )
    await wallbox.plug_in(Car(battery_kwh=60, soc=0.3, phases=3))
    await house.press("charge_now")
    await house.advance(timedelta(minutes=7))
    assert house.number("current_l1") == pytest.approx(32, abs=0.5)
    assert house.number("voltage_l1") == pytest.approx(230, abs=10)
    seen = house.moment("last_seen")
    assert seen is not None
    assert house.now - seen < timedelta(minutes=6)
    assert house.number("power") == pytest.approx(22080, rel=0.05)
    await house.press("stop_charging")
    await house.advance(timedelta(minutes=2))
    assert house.number("current_l1") == 0
    assert house.number("power") == 0


async def test_the_address_is_on_the_central_system(
    hass: HomeAssistant, house: House
) -> None:
    """The address to type in can be looked up later."""
    state = hass.states.get("sensor.home_address_for_wallboxes")
    assert state is not None
    assert state.state == f"ws://10.10.10.10:{house.port}/"


async def test_before_the_wallbox_was_ever_seen(house: House) -> None:
    """A wallbox that was added by hand shows what it will do."""
    house.add()
    await house.settle()
    assert house.state("connected") == "off"
    assert house.state("charging_reason") == "not_connected"
    assert house.moment("next_start") is not None
    assert house.state("energy") == STATE_UNKNOWN
    assert house.state("power") == STATE_UNAVAILABLE
