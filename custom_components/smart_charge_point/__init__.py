"""Smart Charge Point: any OCPP wallbox as a smart charge point that belongs to its owner."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_PORT, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.device_registry import AnyDeviceEntry, DeviceEntryType
from homeassistant.helpers.typing import ConfigType

from .const import DOMAIN
from .control.controller import Controller
from .control.site import Site, async_forget
from .coordinator import (
    SmartChargePointConfigEntry,
    SmartChargePointCoordinator,
    SmartChargePointData,
)
from .deletion_services import async_setup_deletion_services
from .dsr_services import async_setup_dsr_services
from .export_files import async_setup_downloads
from .export_services import async_setup_export_services
from .meter_services import async_setup_meter_services
from .panel import async_hide_panel, async_setup_panel_files, async_show_panel
from .panel_api import async_setup_panel_api
from .records.errors import LedgerError
from .services import async_setup_services
from .session_services import async_setup_session_services
from .statistics_services import async_setup_statistics_services
from .technical_file_services import async_setup_technical_file_services
from .websocket import async_setup_websocket

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

RUNNING = {ConfigEntryState.SETUP_IN_PROGRESS, ConfigEntryState.LOADED}
"""The states of the entry in which the central system listens."""

PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.CALENDAR,
    Platform.NUMBER,
    Platform.SENSOR,
    Platform.SWITCH,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions and the websocket commands, and serve the panel."""
    async_setup_services(hass)
    async_setup_session_services(hass)
    async_setup_meter_services(hass)
    async_setup_dsr_services(hass)
    async_setup_export_services(hass)
    async_setup_deletion_services(hass)
    async_setup_downloads(hass)
    async_setup_statistics_services(hass)
    async_setup_technical_file_services(hass)
    async_setup_websocket(hass)
    async_setup_panel_api(hass)
    await async_setup_panel_files(hass)
    return True


async def async_setup_entry(
    hass: HomeAssistant, entry: SmartChargePointConfigEntry
) -> bool:
    """Start the central system and what the platforms show of its wallboxes."""
    site = Site(hass, entry)
    try:
        await site.async_start()
    except OSError as err:
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN,
            translation_key="port_in_use",
            translation_placeholders={
                "port": str(entry.data[CONF_PORT]),
                "error": err.strerror or str(err),
            },
        ) from err
    except LedgerError as err:
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN,
            translation_key="ledger_unusable",
            translation_placeholders={"error": str(err)},
        ) from err

    server = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        entry_type=DeviceEntryType.SERVICE,
        identifiers={(DOMAIN, entry.entry_id)},
        manufacturer="Smart Charge Point",
        name=entry.title,
    )
    data = entry.runtime_data = SmartChargePointData(
        site=site, port=entry.data[CONF_PORT], server_device_id=server.id
    )

    @callback
    def add(controller: Controller) -> None:
        data.async_add_coordinator(
            SmartChargePointCoordinator(hass, entry, controller, server.id)
        )

    for controller in site.controllers.values():
        add(controller)
    entry.async_on_unload(site.async_listen_controllers(add))
    entry.async_on_unload(entry.add_update_listener(_async_entry_updated))
    try:
        await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
        await async_show_panel(hass)
    except BaseException:
        await site.async_stop()
        raise
    return True


async def async_unload_entry(
    hass: HomeAssistant, entry: SmartChargePointConfigEntry
) -> bool:
    """Stop the central system; the wallboxes keep to what they hold."""
    # What the owner changed in the last moment is taken in whole or not at all.
    async with entry.runtime_data.update_lock:
        if not await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
            return False
        async_hide_panel(hass)
        await entry.runtime_data.site.async_stop()
    return True


async def async_remove_entry(
    hass: HomeAssistant, entry: SmartChargePointConfigEntry
) -> None:
    """Forget the wallboxes; their sessions stay on the disk, deleting them is the owner's act."""
    await async_forget(hass, entry)


async def async_remove_config_entry_device(
    hass: HomeAssistant, entry: SmartChargePointConfigEntry, device: AnyDeviceEntry
) -> bool:
    """Let the owner delete the device of a connector that the wallbox does not have any more."""
    data = entry.runtime_data
    return device.id != data.server_device_id and not any(
        device.id == coordinator.device_id
        or device.id in coordinator.connector_device_ids.values()
        for coordinator in data.coordinators.values()
    )


async def _async_entry_updated(
    hass: HomeAssistant, entry: SmartChargePointConfigEntry
) -> None:
    """Take in what the owner changed, without touching the other wallboxes."""
    data = entry.runtime_data
    if entry.data[CONF_PORT] != data.port:
        hass.config_entries.async_schedule_reload(entry.entry_id)
        return
    async with data.update_lock:
        if entry.state not in RUNNING:
            return
        await data.site.async_sync_subentries()
        for subentry_id in data.coordinators.keys() - data.site.controllers.keys():
            await data.coordinators.pop(subentry_id).async_shutdown()
        for coordinator in data.coordinators.values():
            coordinator.async_controller_changed()
