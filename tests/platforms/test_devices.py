"""Tests of the devices: the central system, wallboxes and connectors, as they come, change and go."""

from datetime import timedelta

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.simulator import Car

from ..house import House

CONNECTED = timedelta(seconds=30)


def child(house: House, number: int) -> dr.ChildDeviceEntry | None:
    """Return the device of a connector."""
    return dr.async_get(house.hass).async_get_child_device_by_identifier(
        (DOMAIN, f"{house.subentry().subentry_id}_{number}"), house.entry.entry_id
    )


def wallbox_device(house: House) -> dr.DeviceEntry:
    """Return the device of the wallbox."""
    device = dr.async_get(house.hass).async_get_device_by_identifier(
        (DOMAIN, house.subentry().subentry_id), house.entry.entry_id
    )
    assert device is not None
    return device


async def test_a_wallbox_with_one_connector_is_one_device(
    house: House, device_registry: dr.DeviceRegistry, entity_registry: er.EntityRegistry
) -> None:
    """Everything is on the wallbox's device, which hangs below the central system."""
    house.add()
    await house.wallbox(firmware="2.1")
    device = wallbox_device(house)
    assert (device.name, device.manufacturer, device.model, device.sw_version) == (
        "Garage",
        "Simulated",
        "Wallbox",
        "2.1",
    )
    server = device_registry.async_get_device_by_identifier(
        (DOMAIN, house.entry.entry_id), house.entry.entry_id
    )
    assert server is not None
    assert server.entry_type is dr.DeviceEntryType.SERVICE
    assert device.via_device_id == server.id
    subentry_id = house.subentry().subentry_id
    ours = [
        entity
        for entity in er.async_entries_for_config_entry(
            entity_registry, house.entry.entry_id
        )
        if entity.config_subentry_id == subentry_id
    ]
    assert len(ours) > 20
    assert {entity.device_id for entity in ours} == {device.id}


async def test_two_connectors_are_devices_of_their_own(
    house: House, entity_registry: er.EntityRegistry
) -> None:
    """With a second connector, both become devices, and what was there moves along."""
    house.add()
    await house.settle()
    before = house.entity_id("power")
    assert child(house, 1) is None

    await house.wallbox(connectors=2)
    first, second = child(house, 1), child(house, 2)
    assert first is not None
    assert second is not None
    assert first.parent_device_id == second.parent_device_id == wallbox_device(house).id
    assert second.name == "Connector 2"
    assert house.entity_id("power") == before
    for number, device in ((1, first), (2, second)):
        entity = entity_registry.async_get(house.entity_id("power", connector=number))
        assert entity is not None
        assert entity.device_id == device.id
    connected = entity_registry.async_get(house.entity_id("connected"))
    assert connected is not None
    assert connected.device_id == wallbox_device(house).id
    assert house.state("status", connector=2) == "available"

    await house.restart()
    entity = entity_registry.async_get(house.entity_id("power", connector=2))
    assert entity is not None
    assert entity.device_id == second.id
    await house.clock.advance(CONNECTED)


async def test_a_wallbox_that_is_found_and_confirmed(house: House) -> None:
    """Confirming the card accepts the wallbox at once; another one's socket is not touched."""
    house.add("WB2", name="Drive")
    other = await house.wallbox("WB2")
    dialled = other.dialled
    wallbox = await house.wallbox(confirmed=False)
    assert not wallbox.calls("StatusNotification")
    (card,) = house.hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert card["context"]["title_placeholders"]["name"] == "Simulated Wallbox"

    await house.hass.config_entries.flow.async_configure(
        card["flow_id"], {"name": "Garage", "hours": "accepted"}
    )
    await house.advance(CONNECTED)
    assert house.state("connected") == "on"
    assert house.state("status") == "available"
    assert wallbox.dialled == 1
    assert other.dialled == dialled
    assert house.state("connected", "WB2") == "on"


async def test_a_wallbox_is_renamed_in_place(house: House) -> None:
    """A new name reaches the device and the entities without a reload."""
    house.add()
    wallbox = await house.wallbox()
    house.hass.config_entries.async_update_subentry(
        house.entry, house.subentry(), title="Drive"
    )
    await house.clock.settle()
    assert wallbox_device(house).name == "Drive"
    assert house.entity("power").name == "Drive Power"
    assert wallbox.dialled == 1


async def test_a_wallbox_is_removed(
    house: House, device_registry: dr.DeviceRegistry
) -> None:
    """Device and entities go with the subentry; the other wallbox stays connected."""
    house.add()
    house.add("WB2", name="Drive")
    await house.wallbox()
    other = await house.wallbox("WB2")
    device = wallbox_device(house)
    house.hass.config_entries.async_remove_subentry(
        house.entry, house.subentry().subentry_id
    )
    await house.clock.settle()
    await house.settle()
    assert device_registry.async_get(device.id) is None
    assert not [
        state for state in house.hass.states.async_all() if "garage" in state.entity_id
    ]
    assert other.dialled == 1
    assert house.state("connected", "WB2") == "on"


async def test_new_hardware_keeps_the_entities(house: House) -> None:
    """The wallbox that takes another one's place takes its entities too."""
    house.add()
    old = await house.wallbox()
    power = house.entity_id("power")
    await old.stop()
    subentry = house.subentry()
    house.hass.config_entries.async_update_subentry(
        house.entry,
        subentry,
        unique_id="WB2",
        data={**subentry.data, "identity": "WB2"},
    )
    await house.wallbox("WB2")
    assert house.entity_id("power", "WB2") == power
    assert house.state("connected", "WB2") == "on"


async def test_only_stale_devices_can_be_deleted(
    hass: HomeAssistant, house: House, hass_ws_client: WebSocketGenerator
) -> None:
    """The device of a connector that is gone can be deleted, one that is there cannot."""
    assert await async_setup_component(hass, "config", {})
    subentry_id = house.add()
    await house.wallbox()
    stale = dr.async_get(hass).async_get_or_create(
        config_entry_id=house.entry.entry_id,
        config_subentry_id=subentry_id,
        identifiers={(DOMAIN, f"{subentry_id}_7")},
    )
    client = await hass_ws_client(hass)
    answer = await client.remove_device(stale.id)
    assert answer["success"]
    for device_id in (wallbox_device(house).id, wallbox_device(house).via_device_id):
        assert device_id is not None
        answer = await client.remove_device(device_id)
        assert not answer["success"]


@pytest.mark.parametrize("phases", [1, 3])
async def test_phases_of_the_installation(house: House, phases: int) -> None:
    """The second and third phase have entities where they are wired only; all of them are off at first."""
    house.add(phases=phases)
    await house.wallbox(phases=phases)
    assert house.has("current_l1")
    assert house.has("voltage_l3") is (phases == 3)
    entity = er.async_get(house.hass).async_get(house.entity_id("current_l1"))
    assert entity is not None
    assert entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION


async def test_a_reading_that_is_new_brings_its_entity(house: House) -> None:
    """The state of charge has an entity once a wallbox has told it."""
    house.add()
    wallbox = await house.wallbox()
    wallbox.configuration.put_value(
        "MeterValuesSampledData", "Energy.Active.Import.Register,SoC"
    )
    assert not house.has("state_of_charge")
    await wallbox.plug_in(Car(battery_kwh=60, soc=0.5))
    await house.press("charge_now")
    await house.advance(timedelta(minutes=3))
    assert house.number("state_of_charge") == pytest.approx(50, abs=2)
