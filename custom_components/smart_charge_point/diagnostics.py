"""Diagnostics: everything that helps to understand a wallbox, and nothing that names it or its people."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final

from homeassistant.components.diagnostics import async_redact_data
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import AnyDeviceEntry

from .coordinator import SmartChargePointConfigEntry, SmartChargePointCoordinator

TO_REDACT: Final = {
    "authorizationKey",
    "chargeBoxSerialNumber",
    "chargePointSerialNumber",
    "hours_user_id",
    "iccid",
    "idTag",
    "identity",
    "imsi",
    "meterSerialNumber",
    "parentIdTag",
    "peer",
    "serial",
    "tag",
    "user_id",
}


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: SmartChargePointConfigEntry
) -> dict[str, Any]:
    """Return diagnostics for the central system and all its wallboxes."""
    site = entry.runtime_data.site
    return {
        "entry": {"data": dict(entry.data)},
        "port": site.port,
        "waiting": len(site.pending),
        "charge_points": [
            _charge_point(coordinator)
            for coordinator in entry.runtime_data.coordinators.values()
        ],
    }


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: SmartChargePointConfigEntry, device: AnyDeviceEntry
) -> dict[str, Any]:
    """Return diagnostics for one wallbox; for all of them where the device is the central system."""
    coordinator = entry.runtime_data.coordinators.get(device.config_subentry_id or "")
    if coordinator is None:
        return await async_get_config_entry_diagnostics(hass, entry)
    return {"charge_point": _charge_point(coordinator)}


def _charge_point(coordinator: SmartChargePointCoordinator) -> dict[str, Any]:
    subentry = coordinator.config_entry.subentries.get(
        coordinator.controller.subentry_id
    )
    diagnostics: dict[str, Any] = async_redact_data(
        {
            "settings": {} if subentry is None else dict(subentry.data),
            "state": _plain(coordinator.controller.state),
            "controller": coordinator.controller.diagnostics(),
        },
        TO_REDACT,
    )
    return diagnostics


def _plain(value: Any) -> Any:
    """Return the model as JSON can carry it; a reading's key becomes `power.total`."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            member.name: _plain(getattr(value, member.name)) for member in fields(value)
        }
    if isinstance(value, Mapping):
        return {
            ".".join(key) if isinstance(key, tuple) else str(key): _plain(item)
            for key, item in value.items()
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value
