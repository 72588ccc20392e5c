"""Coordinators: one for each charge point, pushed to by its controller."""

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
import logging
from typing import override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .const import DOMAIN
from .control.controller import Controller
from .control.site import Site
from .model.charge_point import ChargePointState

LOGGER = logging.getLogger(__package__)


@dataclass(kw_only=True)
class SmartChargePointData:
    """What the platforms share while the config entry is loaded.

    `port` is the one that the entry was set up with; `coordinators` are by subentry id.
    """

    site: Site
    port: int
    server_device_id: str
    coordinators: dict[str, SmartChargePointCoordinator] = field(default_factory=dict)
    update_lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while what the owner changed is taken in: one change at a time."""
    _listeners: list[Callable[[SmartChargePointCoordinator], None]] = field(
        default_factory=list
    )

    @callback
    def async_add_coordinator(self, coordinator: SmartChargePointCoordinator) -> None:
        """Take in a charge point and tell the platforms."""
        self.coordinators[coordinator.controller.subentry_id] = coordinator
        for listener in self._listeners:
            listener(coordinator)

    @callback
    def async_listen_coordinators(
        self, listener: Callable[[SmartChargePointCoordinator], None]
    ) -> CALLBACK_TYPE:
        """Call `listener` with each coordinator, now and as they come."""
        for coordinator in self.coordinators.values():
            listener(coordinator)
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)


type SmartChargePointConfigEntry = ConfigEntry[SmartChargePointData]


class SmartChargePointCoordinator(DataUpdateCoordinator[ChargePointState]):
    """Passes what a controller says on to the entities, and keeps the device registry true to it."""

    config_entry: SmartChargePointConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: SmartChargePointConfigEntry,
        controller: Controller,
        server_device_id: str,
    ) -> None:
        """Follow `controller` until shut down."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=controller.name,
            always_update=False,
        )
        self.controller = controller
        self.data = controller.state
        self.device_id = ""
        self.connector_device_ids: dict[int, str] = {}
        self.structure: Hashable = None
        """Differs when there may be new entities: another connector, phase or measurand."""
        self._server_device_id = server_device_id
        self.news: Hashable = None
        """Differs when anything but a measurement has changed."""
        self._devices: Hashable = None
        self._pass_on()
        self._unsubscribe: CALLBACK_TYPE | None = controller.async_add_listener(
            self.async_controller_changed
        )

    @property
    def connectors_are_devices(self) -> bool:
        """Whether the connectors have devices of their own: only where there are two or more."""
        return len(self.data.connectors) > 1

    @override
    async def async_shutdown(self) -> None:
        """Stop following the controller."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        await super().async_shutdown()

    @callback
    def async_controller_changed(self) -> None:
        """Pass on what changed."""
        if (
            self.controller.state is not self.data
            or _news(self.controller) != self.news
        ):
            self._pass_on()

    @callback
    def _pass_on(self) -> None:
        self.news = _kept(self.news, _news(self.controller))
        before, state = self.data, self.controller.state
        if before.connected and not state.connected:
            LOGGER.info("%s is not connected any more", self.controller.name)
        elif state.connected and not before.connected:
            LOGGER.info("%s is connected", self.controller.name)
        self.data = state
        self._update_devices()
        self.structure = _kept(
            self.structure,
            (
                self.controller.phases,
                *(
                    (number, frozenset(connector.readings))
                    for number, connector in state.connectors.items()
                ),
            ),
        )
        self.async_set_updated_data(state)

    @callback
    def _update_devices(self) -> None:
        """Register the wallbox, and its connectors where they are devices, as they are now."""
        boot, subentry_id = self.data.boot, self.controller.subentry_id
        devices = (self.controller.name, boot, frozenset(self.data.connectors))
        # A wallbox that is just being removed must not come back to the registry.
        if devices == self._devices or subentry_id not in self.config_entry.subentries:
            return
        self._devices = devices
        registry = dr.async_get(self.hass)
        self.device_id = registry.async_get_or_create(
            config_entry_id=self.config_entry.entry_id,
            config_subentry_id=subentry_id,
            identifiers={(DOMAIN, subentry_id)},
            manufacturer=boot.vendor or None,
            model=boot.model or None,
            name=self.controller.name,
            serial_number=boot.serial or None,
            sw_version=boot.firmware or None,
            via_device_id=self._server_device_id,
        ).id
        self.connector_device_ids = {}
        for number in self.data.connectors:
            if self.connectors_are_devices:
                device_id = registry.async_get_or_create_child(
                    config_entry_id=self.config_entry.entry_id,
                    config_subentry_id=subentry_id,
                    identifiers={(DOMAIN, f"{subentry_id}_{number}")},
                    parent_device_id=self.device_id,
                    translation_key="connector",
                    translation_placeholders={"number": str(number)},
                ).id
            else:
                device_id = self.device_id
            self.connector_device_ids[number] = device_id
            self._move_entities(f"{subentry_id}_{number}_", device_id)

    @callback
    def _move_entities(self, prefix: str, device_id: str) -> None:
        """Keep the entities of a connector with its device when a second connector shows up."""
        registry = er.async_get(self.hass)
        for entity in er.async_entries_for_config_entry(
            registry, self.config_entry.entry_id
        ):
            if entity.unique_id.startswith(prefix) and entity.device_id != device_id:
                registry.async_update_entity(entity.entity_id, device_id=device_id)


def _kept(old: Hashable, new: Hashable) -> Hashable:
    """Return `old` where `new` is the same: what is new each second, Python looks through each time it collects garbage."""
    return old if old == new else new


def _news(controller: Controller) -> Hashable:
    """Return all but the measurements."""
    state = controller.state
    return (
        controller.name,
        controller.decision,
        controller.delay_maximum,
        controller.maximum,
        controller.phases,
        state.connected,
        state.boot,
        state.capabilities,
        state.hours_held_by,
        state.follow_dsr,
        state.dsr_active,
        state.tamper,
        controller.dsr.events,
        *(
            (
                connector.number,
                connector.status,
                connector.fault,
                connector.reason,
                connector.available,
                connector.session and connector.session.transaction_id,
                connector.plugged_in_since,
                connector.owner_limit,
                connector.requested,
                connector.effective,
                connector.next_start,
                connector.delay_ends,
                connector.hours_in_force,
                connector.energy is None,
                len(connector.readings),
            )
            for connector in state.connectors.values()
        ),
    )
