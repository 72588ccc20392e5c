"""What an action is for: which wallboxes and connectors, and which moments."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .control.controller import Controller
from .coordinator import SmartChargePointConfigEntry, SmartChargePointCoordinator

TARGET_FIELDS: Final[dict[Any, Any]] = {**cv.ENTITY_SERVICE_FIELDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A wallbox that an action is for, with the connectors that are meant."""

    coordinator: SmartChargePointCoordinator
    connectors: tuple[int, ...]

    @property
    def controller(self) -> Controller:
        """The wallbox's controller."""
        return self.coordinator.controller


@callback
def targets(call: ServiceCall) -> list[Target]:
    """Return the wallboxes that an action is for.

    Raises:
        ServiceValidationError: a device is no wallbox of ours, its config entry is not loaded, or there is none at all.
    """
    selection = TargetSelection(call.data)
    selected = async_extract_referenced_entity_ids(call.hass, selection)
    entities = er.async_get(call.hass)
    found: dict[str, set[int]] = {}
    coordinators: dict[str, SmartChargePointCoordinator] = {}
    # Of an area or a label, what is no wallbox is passed over; a device that was named must be one.
    device_ids = selection.device_ids | selected.referenced_devices
    device_ids |= {
        entity.device_id
        for entity_id in selected.referenced
        if (entity := entities.async_get(entity_id)) and entity.device_id
    }
    for device_id in device_ids:
        wallbox = _wallbox(call.hass, device_id)
        if wallbox is None:
            if device_id in selection.device_ids:
                raise _unknown(device_id)
            continue
        coordinator, connectors = wallbox
        subentry_id = coordinator.controller.subentry_id
        coordinators[subentry_id] = coordinator
        # The wallbox brings its child devices along: a child narrows only where it was named alone.
        found.setdefault(subentry_id, set()).update(connectors)
    if not found:
        raise _unknown(", ".join(sorted(selected.referenced)) or "-")
    return [
        Target(
            coordinator=coordinators[subentry_id],
            connectors=tuple(sorted(connectors)),
        )
        for subentry_id, connectors in found.items()
    ]


@callback
def target_of(hass: HomeAssistant, device_id: str) -> Target:
    """Return the wallbox of a device, with the connectors that it stands for.

    Raises:
        ServiceValidationError: the device is no wallbox of ours, or its config entry is not loaded.
    """
    if (wallbox := _wallbox(hass, device_id)) is None:
        raise _unknown(device_id)
    coordinator, connectors = wallbox
    return Target(coordinator=coordinator, connectors=connectors)


def _unknown(device: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="unknown_wallbox",
        translation_placeholders={"device": device},
    )


@callback
def _wallbox(
    hass: HomeAssistant, device_id: str
) -> tuple[SmartChargePointCoordinator, tuple[int, ...]] | None:
    """Return the wallbox of a device with the connectors that it stands for; None where it is no wallbox of ours."""
    device = dr.async_get(hass).async_get(device_id)
    if device is None:
        return None
    entry: SmartChargePointConfigEntry | None = hass.config_entries.async_get_entry(
        device.config_entry_id or ""
    )
    if entry is None or entry.domain != DOMAIN:
        return None
    if entry.state is not ConfigEntryState.LOADED:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="not_loaded",
            translation_placeholders={"name": device.name or ""},
        )
    coordinator = entry.runtime_data.coordinators.get(device.config_subentry_id or "")
    if coordinator is None:
        return None
    numbers = tuple(coordinator.data.connectors)
    if device_id != coordinator.device_id:
        numbers = tuple(
            number
            for number in numbers
            if coordinator.connector_device_ids[number] == device_id
        )
    return coordinator, numbers


def moment_of(civil: datetime | None) -> datetime | None:
    """Return a time that an action was given, in the zone of the house where it names none, in UTC."""
    return None if civil is None else dt_util.as_utc(civil)
