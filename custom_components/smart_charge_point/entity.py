"""What all entities share: their device, when they are available, and when a new value is worth writing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import override

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.device_registry import ChildDeviceInfo, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.update_coordinator import CoordinatorEntity
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import SmartChargePointConfigEntry, SmartChargePointCoordinator
from .model.charge_point import ConnectorState

type Value = str | float | bool | datetime | None

UNAVAILABLE = "unavailable"


@dataclass(frozen=True, kw_only=True)
class SmartChargePointEntityDescription(EntityDescription):
    """Describes an entity, and how often it may write its value to the state machine.

    A number that moved less than `dead_band` (in its native unit) and less than `dead_band_share` of the written one is
    not written; a change that is larger is written `min_interval` seconds after the last one. What starts or stops is
    written at once: to and from zero, known and unknown, available and not, and with each session.
    """

    dead_band: float = 0.0
    dead_band_share: float = 0.0
    min_interval: float = 0.0
    offline: bool = False
    """Whether it says something true while the wallbox is not connected."""


def seconds_until_write(
    description: SmartChargePointEntityDescription,
    written: Value,
    value: Value,
    age: float,
) -> float | None:
    """Return in how many seconds `value` is to be written, None where it is not.

    `written` was written `age` seconds ago. A negative age (the clock was set back) counts as long ago.
    """
    if value == written:
        return None
    if isinstance(value, (int, float)) and isinstance(written, (int, float)):
        if (value == 0) != (written == 0):
            return 0.0
        moved = abs(value - written)
        if moved < description.dead_band or moved < description.dead_band_share * abs(
            written
        ):
            return None
    elif not (isinstance(value, datetime) and isinstance(written, datetime)):
        return 0.0
    return 0.0 if age < 0 else max(0.0, description.min_interval - age)


class SmartChargePointEntity(CoordinatorEntity[SmartChargePointCoordinator]):
    """An entity of a charge point."""

    _attr_has_entity_name = True
    entity_description: SmartChargePointEntityDescription

    def __init__(
        self,
        coordinator: SmartChargePointCoordinator,
        description: SmartChargePointEntityDescription,
    ) -> None:
        """Name the entity after its charge point's subentry, which outlives a new name and new hardware."""
        super().__init__(coordinator)
        self.entity_description = description
        self.controller = coordinator.controller
        self._attr_device_info: DeviceInfo | ChildDeviceInfo = DeviceInfo(
            identifiers={(DOMAIN, self.controller.subentry_id)}
        )
        self._attr_unique_id = f"{self.controller.subentry_id}_{description.key}"
        self._written: Value = UNAVAILABLE
        self._written_at = dt_util.utcnow()
        self._written_in: object = None
        self._cancel_timer: CALLBACK_TYPE | None = None

    @property
    @override
    def available(self) -> bool:
        """Return whether the entity says something true now."""
        return self.entity_description.offline or self.coordinator.data.connected

    @property
    def asked_by(self) -> str | None:
        """The user behind the command that is being carried out, None where there is none."""
        return self._context.user_id if self._context else None

    @property
    def current_value(self) -> Value:
        """What the state says, as of now; it decides whether the entity is written."""
        return None

    @property
    def stretch(self) -> object:
        """What the value belongs to: it is written at once when this changes."""
        return None

    @property
    def changes_by_itself(self) -> bool:
        """Whether the value will be another one in `min_interval` seconds though nothing happened."""
        return False

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state if it is due, or when it will be."""
        value = self.current_value if self.available else UNAVAILABLE
        same_stretch = (stretch := self.stretch) == self._written_in
        if same_stretch and value == self._written:
            return
        now = dt_util.utcnow()
        if not same_stretch:
            wait: float | None = 0.0
        else:
            wait = seconds_until_write(
                self.entity_description,
                self._written,
                value,
                (now - self._written_at).total_seconds(),
            )
        if wait == 0:
            self._stop_timer()
            self._written, self._written_at, self._written_in = value, now, stretch
            self.async_write_ha_state()
        if wait == 0 and value != UNAVAILABLE and self.changes_by_itself:
            wait = self.entity_description.min_interval
        if wait and self._cancel_timer is None:
            self._cancel_timer = async_call_later(self.hass, wait, self._timer_ended)

    @callback
    def _timer_ended(self, now: datetime) -> None:
        self._cancel_timer = None
        self._handle_coordinator_update()

    @callback
    def _stop_timer(self) -> None:
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None

    @override
    async def async_will_remove_from_hass(self) -> None:
        """Write nothing any more."""
        self._stop_timer()
        await super().async_will_remove_from_hass()

    @callback
    def async_entity_id_changed(self, old_entity_id: str) -> None:
        """Stay in place: nothing here hangs on the entity id (asked for since Home Assistant 2026.11)."""


class ConnectorEntity(SmartChargePointEntity):
    """An entity of one connector."""

    def __init__(
        self,
        coordinator: SmartChargePointCoordinator,
        number: int,
        description: SmartChargePointEntityDescription,
    ) -> None:
        """Belong to the connector's own device, or to the wallbox where it has only one connector."""
        super().__init__(coordinator, description)
        self.number = number
        self._attr_unique_id = (
            f"{self.controller.subentry_id}_{number}_{description.key}"
        )
        if coordinator.connectors_are_devices:
            self._attr_device_info = ChildDeviceInfo(
                identifiers={(DOMAIN, f"{self.controller.subentry_id}_{number}")},
                parent_device_id=coordinator.device_id,
            )

    @property
    def connector(self) -> ConnectorState:
        """The connector as it is now."""
        return self.coordinator.data.connectors[self.number]

    @property
    @override
    def available(self) -> bool:
        """Return whether the entity says something true now."""
        return super().available and self.number in self.coordinator.data.connectors

    @property
    @override
    def stretch(self) -> object:
        """The session: its first and its last value are never late."""
        connector = self.coordinator.data.connectors.get(self.number)
        return connector and connector.session and connector.session.transaction_id


@callback
def async_add_as_they_come(
    entry: SmartChargePointConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    build: Callable[[SmartChargePointCoordinator], Iterable[Entity]],
) -> None:
    """Add what `build` returns for each charge point, and again when there may be more of it."""

    @callback
    def follow(coordinator: SmartChargePointCoordinator) -> None:
        added: set[str | None] = set()
        structure: object = None

        @callback
        def add() -> None:
            nonlocal structure
            if coordinator.structure == structure:
                return
            structure = coordinator.structure
            entities = [
                entity for entity in build(coordinator) if entity.unique_id not in added
            ]
            added.update(entity.unique_id for entity in entities)
            async_add_entities(
                entities, config_subentry_id=coordinator.controller.subentry_id
            )

        add()
        coordinator.async_add_listener(add)

    entry.async_on_unload(entry.runtime_data.async_listen_coordinators(follow))


def as_seconds(duration: timedelta) -> float:
    """Return whole seconds, which is as exact as anything a wallbox tells."""
    return float(int(duration.total_seconds()))
