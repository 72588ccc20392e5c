"""Diagnostics: everything that helps to understand a wallbox, and nothing that names it or its people."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
import re
from typing import Any, Final

from homeassistant.components.diagnostics import REDACTED, async_redact_data
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import AnyDeviceEntry

from .control.dsr_sources.configured import (
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_ENTITY_ID,
    CONF_ENTRY_ID,
    CONF_PROGRAMS,
    CONF_PROVIDER,
    CONF_RESOURCE_NAME,
    CONF_SCOPE,
    CONF_TARGETS,
    CONF_TITLE,
    CONF_TOKEN_URL,
    CONF_URL,
    CONF_VEN_NAME,
)
from .control.energy_mix import CONF_CARBON
from .control.site_settings import CONF_DSR_PROVIDERS, CONF_DSR_SOURCES
from .control.tariff.settings import CONF_TARIFF
from .coordinator import SmartChargePointConfigEntry, SmartChargePointCoordinator

TO_REDACT: Final = {"hours_user_id", "identity", "serial", "user_id"}
OF_SOURCES_TO_REDACT: Final = {
    CONF_CLIENT_ID,
    CONF_CLIENT_SECRET,
    CONF_ENTITY_ID,
    CONF_ENTRY_ID,
    CONF_PROGRAMS,
    CONF_PROVIDER,
    CONF_RESOURCE_NAME,
    CONF_SCOPE,
    CONF_TARGETS,
    CONF_TITLE,
    CONF_TOKEN_URL,
    CONF_URL,
    CONF_VEN_NAME,
}
"""What is secret of a source, and what names the owner or the contract."""

NAMING: Final = re.compile(
    r"(\"(?:chargeBoxSerialNumber|chargePointSerialNumber|meterSerialNumber|iccid|imsi)\"\s*:\s*\")[^\"]*"
)
"""What a frame may tell that belongs to one wallbox only."""
ADDRESS: Final = re.compile(
    r"\b\d{1,3}(?:\.\d{1,3}){3}\b|\b(?:[0-9a-fA-F]{0,4}:){3,7}[0-9a-fA-F]{1,4}\b"
)
"""An IPv4 or IPv6 address; a time of day has too few colons."""
TOO_SHORT: Final = 4
"""Characters below which a name would be met in words and numbers that are none."""


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: SmartChargePointConfigEntry
) -> dict[str, Any]:
    """Return diagnostics for the central system and all its wallboxes."""
    site = entry.runtime_data.site
    return {
        "entry": {"data": dict(entry.data)},
        "options": _options(entry.options),
        "port": site.port,
        "waiting": len(site.pending),
        "turned_away": site.turned_away,
        "counters": _plain(site.server.counters),
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


def _options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options without the names of providers, and without what is secret of a source."""
    return {
        **options,
        CONF_DSR_PROVIDERS: len(options.get(CONF_DSR_PROVIDERS, ())),
        CONF_DSR_SOURCES: [
            async_redact_data(dict(source), OF_SOURCES_TO_REDACT)
            for source in options.get(CONF_DSR_SOURCES, {}).values()
        ],
        # Suppliers name entities after the number of the owner's meter.
        CONF_TARIFF: async_redact_data(
            dict(options.get(CONF_TARIFF, {})), {CONF_ENTITY_ID}
        ),
        CONF_CARBON: CONF_CARBON in options,
    }


def _charge_point(coordinator: SmartChargePointCoordinator) -> dict[str, Any]:
    subentry = coordinator.config_entry.subentries.get(
        coordinator.controller.subentry_id
    )
    controller = coordinator.controller
    journal = coordinator.config_entry.runtime_data.site.server.journal(
        controller.identity
    )
    told: dict[str, Any] = async_redact_data(
        {
            "settings": {} if subentry is None else dict(subentry.data),
            "state": _plain(controller.state),
            "controller": _plain(controller.diagnostics()),
        },
        TO_REDACT,
    )
    told["repairs"] = {} if journal is None else dict(sorted(journal.repairs.items()))
    told["frames"] = [] if journal is None else journal.export()
    names = [
        re.escape(name)
        for name in (controller.identity, controller.state.boot.serial)
        if len(name) >= TOO_SHORT
    ]
    named = re.compile("|".join(names)) if names else None
    anonymous: dict[str, Any] = _without_names(told, named)
    return anonymous


def _without_names(value: Any, named: re.Pattern[str] | None) -> Any:
    """Return the diagnostics without addresses, serial numbers and whatever `named` finds."""
    if isinstance(value, dict):
        return {key: _without_names(item, named) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_names(item, named) for item in value]
    if not isinstance(value, str):
        return value
    value = ADDRESS.sub(REDACTED, NAMING.sub(rf"\g<1>{REDACTED}", value))
    return value if named is None else named.sub(REDACTED, value)


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
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value
