"""Tests of setting up and unloading the central system."""

import asyncio
from datetime import timedelta
from pathlib import Path
import socket
from unittest.mock import patch

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charge_point import PLATFORMS
from custom_components.smart_charge_point.const import DOMAIN

from ..house import House


@pytest.fixture
def entry(hass: HomeAssistant, tmp_path: Path, unused_tcp_port: int) -> MockConfigEntry:
    """A config entry that is not set up yet."""
    hass.config.config_dir = str(tmp_path)
    entry = MockConfigEntry(
        domain=DOMAIN, unique_id=DOMAIN, title="Home", data={"port": unused_tcp_port}
    )
    entry.add_to_hass(hass)
    return entry


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_a_port_that_is_taken_is_tried_again(
    hass: HomeAssistant, socket_enabled: None, entry: MockConfigEntry
) -> None:
    """Another program on the port is said, and the set-up comes back by itself."""
    with socket.socket() as other:
        other.bind(("", entry.data["port"]))
        other.listen()
        await hass.config_entries.async_setup(entry.entry_id)
        state: ConfigEntryState = entry.state
        assert state is ConfigEntryState.SETUP_RETRY
        assert entry.error_reason_translation_key == "port_in_use"
        assert entry.error_reason_translation_placeholders == {
            "port": str(entry.data["port"]),
            "error": "Address already in use",
        }
    await hass.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.usefixtures("enable_custom_integrations")
async def test_a_ledger_that_cannot_be_opened(
    hass: HomeAssistant, socket_enabled: None, entry: MockConfigEntry, tmp_path: Path
) -> None:
    """Without the session records nothing listens: no session may go unrecorded."""
    (tmp_path / DOMAIN / "sessions.db").mkdir(parents=True)
    await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "ledger_unusable"
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", entry.data["port"])


async def test_unloading_and_loading_again(house: House) -> None:
    """The wallbox comes back to what was known of it."""
    house.add()
    wallbox = await house.wallbox()
    await house.stop()
    assert house.entry.state is ConfigEntryState.NOT_LOADED
    assert not wallbox.connected
    await house.start()
    await house.advance(timedelta(minutes=2))
    assert wallbox.connected
    assert house.state("connected") == "on"


async def test_a_set_up_that_fails_leaves_nothing_running(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    socket_enabled: None,
    entry: MockConfigEntry,
) -> None:
    """Where the platforms cannot be set up, the port is free again."""
    with patch.object(
        hass.config_entries, "async_forward_entry_setups", side_effect=RuntimeError
    ):
        await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", entry.data["port"])


async def test_an_unload_that_fails_goes_on(house: House) -> None:
    """Where a platform does not unload, wallboxes stay connected."""
    house.add()
    wallbox = await house.wallbox()
    with patch.object(
        house.hass.config_entries, "async_unload_platforms", return_value=False
    ):
        assert not await house.hass.config_entries.async_unload(house.entry.entry_id)
    assert wallbox.connected
    assert await house.hass.config_entries.async_unload_platforms(
        house.entry, PLATFORMS
    )
    await house.entry.runtime_data.site.async_stop()


async def test_a_change_while_it_unloads(house: House) -> None:
    """What the owner changes in the last moment neither hangs nor is lost."""
    house.add()
    unload = house.hass.async_create_task(
        house.hass.config_entries.async_unload(house.entry.entry_id)
    )
    house.add("WB2", name="Drive")
    assert await unload
    await house.start()
    assert house.state("connected", "WB2") == "off"
