"""Tests of the actions: what automations and the owner can ask of a wallbox."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
)
from homeassistant.helpers import area_registry as ar, device_registry as dr
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
import voluptuous as vol

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.control.settings import ChargePointSettings
from custom_components.smart_charge_point.model.hours import ChargingHours, HoursChoice
from custom_components.smart_charge_point.rules.ruleset import GB_2021
from custom_components.smart_charge_point.simulator import Car, Wallbox

from ..house import House


@pytest.fixture
async def wallbox(house: House) -> Wallbox:
    """A wallbox that the owner has confirmed."""
    house.add()
    return await house.wallbox()


def settings(house: House) -> ChargePointSettings:
    """Return what was kept of the wallbox."""
    return ChargePointSettings.from_data(house.subentry().data)


async def call(hass: HomeAssistant, service: str, **data: Any) -> None:
    """Run an action with exactly this data."""
    await hass.services.async_call(DOMAIN, service, data, blocking=True)


async def test_charge_now_and_stop(house: House, wallbox: Wallbox) -> None:
    """The actions do what the buttons do."""
    await wallbox.plug_in(Car(battery_kwh=60, soc=0.3))
    await house.advance(timedelta(minutes=1))
    await house.action("charge_now")
    await house.advance(timedelta(seconds=10))
    assert wallbox.current() == 32
    await house.action("stop_charging")
    await house.advance(timedelta(seconds=10))
    assert wallbox.current() == 0


async def test_of_two_connectors_the_one_with_a_car(house: House) -> None:
    """On a wallbox with two connectors, `charge now` is for the one that has a car; a child device narrows it."""
    house.add()
    wallbox = await house.wallbox(connectors=2)
    await wallbox.plug_in(Car(battery_kwh=60, soc=0.3), connector=2)
    await house.advance(timedelta(minutes=1))
    await house.action("charge_now")
    await house.advance(timedelta(seconds=10))
    assert wallbox.current(2) == 32
    assert wallbox.current(1) == 0

    first = house.connector_device_id(1)
    with pytest.raises(ServiceValidationError) as error:
        await call(house.hass, "charge_now", device_id=first)
    assert error.value.translation_key == "no_car"
    plan: Any = await house.hass.services.async_call(
        DOMAIN,
        "get_charging_plan",
        {"device_id": first},
        blocking=True,
        return_response=True,
    )
    assert {segment["connector"] for segment in plan["segments"]} == {1}


async def test_targets_by_area_and_entity(house: House, wallbox: Wallbox) -> None:
    """An area or an entity names its wallbox; what is no wallbox in the area is passed over."""
    area = ar.async_get(house.hass).async_create("Drive")
    registry = dr.async_get(house.hass)
    registry.async_update_device(house.device_id(), area_id=area.id)
    lamp = MockConfigEntry(domain="lamp")
    lamp.add_to_hass(house.hass)
    other = registry.async_get_or_create(
        config_entry_id=lamp.entry_id, identifiers={("lamp", "1")}
    )
    registry.async_update_device(other.id, area_id=area.id)

    await call(house.hass, "set_charging_hours", area_id=area.id, hours="none")
    assert settings(house).decision.choice is HoursChoice.REMOVED
    entity_id = house.entity_id("power")
    await call(house.hass, "set_charging_hours", entity_id=entity_id, hours="default")
    assert settings(house).decision.choice is HoursChoice.ACCEPTED


async def test_an_unknown_wallbox(house: House, wallbox: Wallbox) -> None:
    """What is no wallbox of ours is refused, and nothing is sent."""
    lamp = MockConfigEntry(domain="lamp")
    lamp.add_to_hass(house.hass)
    other = dr.async_get(house.hass).async_get_or_create(
        config_entry_id=lamp.entry_id, identifiers={("lamp", "1")}
    )
    server = dr.async_get_device_id_by_identifier(
        house.hass,
        (DOMAIN, house.entry.entry_id),
        config_entry_id=house.entry.entry_id,
    )
    received = len(wallbox.received)
    for target in (
        {"device_id": "nothing"},
        {"device_id": other.id},
        {"device_id": [house.device_id(), other.id]},
        {"device_id": server},
        {"entity_id": "sensor.nothing"},
        {},
    ):
        with pytest.raises(ServiceValidationError) as error:
            await call(house.hass, "charge_now", **target)
        assert error.value.translation_key == "unknown_wallbox"
    assert len(wallbox.received) == received


async def test_an_offline_wallbox(house: House, wallbox: Wallbox) -> None:
    """A wallbox that is not connected is not asked."""
    await wallbox.go_offline(cleanly=True)
    await house.clock.settle()
    actions: tuple[tuple[str, dict[str, Any]], ...] = (
        ("charge_now", {}),
        ("cancel_delay", {}),
        ("stop_charging", {}),
        ("send_ocpp", {"action": "Reset", "payload": {"type": "Soft"}}),
    )
    for service, data in actions:
        with pytest.raises(HomeAssistantError) as error:
            await house.action(service, **data)
        assert error.value.translation_key == "not_connected"


async def test_while_the_central_system_does_not_run(
    house: House, wallbox: Wallbox
) -> None:
    """Without the central system, the actions say so."""
    await house.stop()
    with pytest.raises(ServiceValidationError) as error:
        await house.action("charge_now")
    assert error.value.translation_key == "not_loaded"


async def test_set_charging_hours(
    house: House, wallbox: Wallbox, hass_admin_user: MockUser
) -> None:
    """Own windows, the default, or none; who said it is kept."""
    await house.hass.services.async_call(
        DOMAIN,
        "set_charging_hours",
        {
            "device_id": house.device_id(),
            "windows": [
                {
                    "weekdays": ["sat", "sun"],
                    "start": "22:00:30",
                    "end": "06:00",
                },
                {"start": "01:00", "end": "05:00"},
            ],
        },
        blocking=True,
        context=Context(user_id=hass_admin_user.id),
    )
    decision = settings(house).decision
    assert decision.choice is HoursChoice.CHANGED
    assert decision.user_id == hass_admin_user.id
    assert [
        (window.weekday.name, str(window.start), str(window.end))
        for window in decision.hours.windows
    ] == [
        ("MONDAY", "00:00:00", "06:00:00"),
        ("TUESDAY", "01:00:00", "05:00:00"),
        ("WEDNESDAY", "01:00:00", "05:00:00"),
        ("THURSDAY", "01:00:00", "05:00:00"),
        ("FRIDAY", "01:00:00", "05:00:00"),
        ("SATURDAY", "01:00:00", "05:00:00"),
        ("SATURDAY", "22:00:30", "00:00:00"),
        ("SUNDAY", "00:00:00", "06:00:00"),
        ("SUNDAY", "22:00:30", "00:00:00"),
    ]
    await house.action("set_charging_hours", hours="none")
    assert settings(house).decision.hours == ChargingHours.ALWAYS
    await house.action("set_charging_hours", hours="default")
    assert settings(house).decision.hours == GB_2021.default_hours
    assert settings(house).decision.choice is HoursChoice.ACCEPTED


@pytest.mark.parametrize(
    ("service", "data"),
    [
        ("set_charging_hours", {}),
        ("set_charging_hours", {"hours": "some"}),
        (
            "set_charging_hours",
            {"hours": "none", "windows": [{"start": "01:00", "end": "02:00"}]},
        ),
        ("set_charging_hours", {"windows": []}),
        ("set_charging_hours", {"windows": [{"start": "01:00"}]}),
        (
            "set_charging_hours",
            {"windows": [{"start": "01:00", "end": "2:00", "weekdays": []}]},
        ),
        (
            "set_charging_hours",
            {"windows": [{"start": "01:00", "end": "25:00"}]},
        ),
        ("charge_now", {"connector": 1}),
        ("send_ocpp", {"payload": {}}),
        ("send_ocpp", {"action": "../x", "payload": {}}),
        ("send_ocpp", {"action": "Reset", "payload": []}),
    ],
)
async def test_what_makes_no_sense_is_refused(
    house: House, wallbox: Wallbox, service: str, data: dict[str, Any]
) -> None:
    """The schemas take what is meant, and nothing else."""
    with pytest.raises(vol.Invalid):
        await house.action(service, **data)


async def test_get_charging_plan(house: House, wallbox: Wallbox) -> None:
    """The plan tells when how much current may flow, and why, without a gap."""
    answer = await house.action("get_charging_plan", days=2)
    segments = answer["segments"]
    assert {segment["wallbox"] for segment in segments} == {"Garage"}
    assert segments[0]["limit"] == 0
    assert segments[0]["reason"] == "outside_charging_hours"
    assert {"charging_hours", "outside_charging_hours"} <= {
        segment["reason"] for segment in segments
    }
    for earlier, later in pairwise(segments):
        assert earlier["end"] == later["start"]


async def test_get_charging_plan_gives_the_whole_ladder(
    house: House, wallbox: Wallbox
) -> None:
    """Of each segment: which claims stand, highest first, what they want and until when, and which one rules."""
    await house.hass.config.async_set_time_zone("Europe/London")
    await wallbox.plug_in(Car(battery_kwh=60, soc=0.3))
    await house.advance(timedelta(minutes=1))
    await house.action("charge_now")
    await house.set_number("current_limit", 10)
    answer = await house.action("get_charging_plan", days=1)
    first, *later = answer["segments"]
    assert first["by"] == "owner_limit"
    assert (first["reason"], first["limit"]) == ("owner_limit", 10)
    claims = first["claims"]
    assert [claim["source"] for claim in claims][:2] == ["owner_limit", "override"]
    assert claims[0]["effect"] == "lowers"
    assert claims[0]["until"] is None
    assert (claims[1]["effect"], claims[1]["limit"]) == ("replaces", 32)
    hours = claims[-1]
    assert (hours["source"], hours["limit"]) == ("charging_hours", 0)
    assert hours["reason"] == "outside_charging_hours"
    # The hours would begin at ten, with their random delay.
    assert hours["until"].startswith("2026-11-23T22:00")
    assert all(
        segment["by"] in {claim["source"] for claim in segment["claims"]}
        for segment in [first, *later]
    )


async def test_get_charging_plan_says_what_is_now(
    house: House, wallbox: Wallbox
) -> None:
    """Of each connector the reason, until when, and the owner's sentence: the same that the sensor shows."""
    await house.hass.config.async_set_time_zone("Europe/London")
    await wallbox.plug_in(Car(battery_kwh=60, soc=0.3))
    await house.advance(timedelta(minutes=15))
    (now,) = (await house.action("get_charging_plan"))["now"]
    assert (now["wallbox"], now["connector"]) == ("Garage", 1)
    assert now["reason"] == "waiting_for_hours"
    until = dt_util.parse_datetime(now["until"], raise_on_error=True)
    assert until == house.moment("charging_reason_until")
    assert now["sentence"].startswith("Waiting for charging hours until 22:")
    assert house.entity("charging_reason").attributes["sentence"] == now["sentence"]

    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    (now,) = (await house.action("get_charging_plan"))["now"]
    assert (now["reason"], now["until"]) == ("no_car", None)
    assert now["sentence"] == "No car is plugged in"


async def test_get_sessions(house: House, wallbox: Wallbox) -> None:
    """The sessions come newest first, within a period, and never with the card's number."""
    for _ in range(2):
        await wallbox.plug_in(Car(battery_kwh=60, soc=0.3))
        await house.advance(timedelta(minutes=1))
        await house.action("charge_now")
        await house.advance(timedelta(minutes=10))
        await wallbox.unplug()
        await house.advance(timedelta(minutes=1))
    later, earlier = await house.sessions()
    assert later["start"] > earlier["start"]
    assert later["wallbox"] == "Garage"
    assert later["connector"] == 1
    assert later["energy"] == pytest.approx(1.2, abs=0.1)
    assert later["charging_minutes"] == pytest.approx(10, abs=1)
    assert later["end"] is not None
    assert later["doubts"] == []
    assert not later["short"]
    assert "FREEVEND" not in str(later)

    only = await house.action("get_sessions", limit=1)
    assert only["sessions"] == [later]
    until = await house.action("get_sessions", end=later["start"])
    assert until["sessions"] == [earlier]
    none = await house.action(
        "get_sessions", start=str(house.now.replace(tzinfo=None) + timedelta(days=2))
    )
    assert none["sessions"] == []


async def test_get_sessions_of_one_connector(house: House) -> None:
    """The device of a connector names its sessions only."""
    house.add()
    wallbox = await house.wallbox(connectors=2)
    await wallbox.plug_in(Car(battery_kwh=60, soc=0.3), connector=2)
    await house.action("charge_now")
    await house.advance(timedelta(minutes=2))
    for number, sessions in ((1, 0), (2, 1)):
        device_id = house.connector_device_id(number)
        answer: Any = await house.hass.services.async_call(
            DOMAIN,
            "get_sessions",
            {"device_id": device_id},
            blocking=True,
            return_response=True,
        )
        assert len(answer["sessions"]) == sessions
    (running,) = await house.sessions()
    assert running["end"] is None


async def test_send_ocpp(house: House, wallbox: Wallbox) -> None:
    """Any message goes out as it is, and its answer comes back."""
    answer = await house.action(
        "send_ocpp", action="GetConfiguration", payload={"key": ["HeartbeatInterval"]}
    )
    assert answer["configurationKey"][0]["key"] == "HeartbeatInterval"
    with pytest.raises(ServiceValidationError) as error:
        await house.action("send_ocpp", action="Reset", payload={"type": "Maybe"})
    assert error.value.translation_key == "ocpp_invalid"
    assert not wallbox.requests("Reset")


async def test_send_ocpp_is_for_administrators(
    house: House, wallbox: Wallbox, hass_read_only_user: MockUser
) -> None:
    """Nobody else may send what undoes the rules."""
    with pytest.raises(Unauthorized):
        await house.hass.services.async_call(
            DOMAIN,
            "send_ocpp",
            {"device_id": house.device_id(), "action": "ClearCache"},
            blocking=True,
            context=Context(user_id=hass_read_only_user.id),
        )
    assert not wallbox.requests("ClearCache")


async def test_send_ocpp_goes_to_one_wallbox(house: House, wallbox: Wallbox) -> None:
    """A message is meant for one wallbox."""
    house.add("WB2", name="Drive")
    await house.wallbox("WB2")
    with pytest.raises(ServiceValidationError) as error:
        await call(
            house.hass,
            "send_ocpp",
            device_id=[house.device_id(), house.device_id("WB2")],
            action="ClearCache",
        )
    assert error.value.translation_key == "one_wallbox_only"
