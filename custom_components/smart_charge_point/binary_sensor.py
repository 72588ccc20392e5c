"""Binary sensors: whether the wallbox is there, a car is plugged in, and it charges."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import SmartChargePointConfigEntry, SmartChargePointCoordinator
from .entity import (
    ConnectorEntity,
    SmartChargePointEntity,
    SmartChargePointEntityDescription,
    async_add_as_they_come,
)
from .model.charge_point import ChargePointState, ConnectorState

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class ChargePointBinarySensorDescription(
    BinarySensorEntityDescription, SmartChargePointEntityDescription
):
    """Describes a binary sensor of a charge point."""

    value_fn: Callable[[ChargePointState], bool]


@dataclass(frozen=True, kw_only=True)
class ConnectorBinarySensorDescription(
    BinarySensorEntityDescription, SmartChargePointEntityDescription
):
    """Describes a binary sensor of a connector."""

    value_fn: Callable[[ConnectorState], bool]


CHARGE_POINT_BINARY_SENSORS: Final = (
    ChargePointBinarySensorDescription(
        key="connected",
        translation_key="connected",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        offline=True,
        value_fn=lambda charge_point: charge_point.connected,
    ),
    ChargePointBinarySensorDescription(
        key="dsr_active",
        translation_key="dsr_active",
        offline=True,
        value_fn=lambda charge_point: charge_point.dsr_active,
    ),
    ChargePointBinarySensorDescription(
        key="tamper",
        translation_key="tamper",
        device_class=BinarySensorDeviceClass.TAMPER,
        entity_category=EntityCategory.DIAGNOSTIC,
        offline=True,
        value_fn=lambda charge_point: charge_point.tamper is not None,
    ),
)

CONNECTOR_BINARY_SENSORS: Final = (
    ConnectorBinarySensorDescription(
        key="charging",
        translation_key="charging",
        device_class=BinarySensorDeviceClass.BATTERY_CHARGING,
        value_fn=lambda connector: connector.charging,
    ),
    ConnectorBinarySensorDescription(
        key="plugged_in",
        translation_key="plugged_in",
        device_class=BinarySensorDeviceClass.PLUG,
        value_fn=lambda connector: connector.plugged_in,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SmartChargePointConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors, now and as wallboxes come."""

    def build(
        coordinator: SmartChargePointCoordinator,
    ) -> list[SmartChargePointEntity]:
        return [
            *(
                ChargePointBinarySensor(coordinator, description)
                for description in CHARGE_POINT_BINARY_SENSORS
            ),
            *(
                ConnectorBinarySensor(coordinator, number, description)
                for number in coordinator.data.connectors
                for description in CONNECTOR_BINARY_SENSORS
            ),
        ]

    async_add_as_they_come(entry, async_add_entities, build)


class ChargePointBinarySensor(SmartChargePointEntity, BinarySensorEntity):
    """A binary sensor of a charge point."""

    entity_description: ChargePointBinarySensorDescription

    @property
    @override
    def current_value(self) -> bool:
        return self.entity_description.value_fn(self.coordinator.data)

    @property
    @override
    def is_on(self) -> bool:
        """Return the state of the binary sensor."""
        return self.current_value


class ConnectorBinarySensor(ConnectorEntity, BinarySensorEntity):
    """A binary sensor of a connector."""

    entity_description: ConnectorBinarySensorDescription

    @property
    @override
    def current_value(self) -> bool:
        return self.entity_description.value_fn(self.connector)

    @property
    @override
    def is_on(self) -> bool:
        """Return the state of the binary sensor."""
        return self.current_value
