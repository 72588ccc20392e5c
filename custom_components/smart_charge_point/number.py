"""Numbers: the most current that the owner lets flow."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import UnitOfElectricCurrent
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import SmartChargePointConfigEntry, SmartChargePointCoordinator
from .entity import (
    ConnectorEntity,
    SmartChargePointEntityDescription,
    async_add_as_they_come,
)

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class ConnectorNumberDescription(
    NumberEntityDescription, SmartChargePointEntityDescription
):
    """Describes a number of a connector."""


CURRENT_LIMIT: Final = ConnectorNumberDescription(
    key="current_limit",
    translation_key="current_limit",
    device_class=NumberDeviceClass.CURRENT,
    mode=NumberMode.SLIDER,
    native_min_value=0,
    native_step=1,
    native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SmartChargePointConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the numbers, now and as wallboxes come."""

    def build(coordinator: SmartChargePointCoordinator) -> list[CurrentLimitNumber]:
        return [
            CurrentLimitNumber(coordinator, number, CURRENT_LIMIT)
            for number in coordinator.data.connectors
        ]

    async_add_as_they_come(entry, async_add_entities, build)


class CurrentLimitNumber(ConnectorEntity, NumberEntity):
    """The most current per phase that the owner lets flow: 0 A pauses, the wallbox's maximum does not limit."""

    entity_description: ConnectorNumberDescription

    @property
    @override
    def current_value(self) -> float:
        limit = self.connector.owner_limit or self.controller.maximum
        return limit.amperes

    @property
    @override
    def native_value(self) -> float:
        """Return the owner's limit in A."""
        return self.current_value

    @property
    @override
    def native_max_value(self) -> float:
        """Return what the installation may draw in A."""
        return self.controller.maximum.amperes

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Limit the current."""
        await self.controller.async_set_current_limit(self.number, value)
