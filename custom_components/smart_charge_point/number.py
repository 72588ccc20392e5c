"""Numbers: the most current that the owner lets flow, and the longest random delay."""

from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import EntityCategory, UnitOfElectricCurrent, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import SmartChargePointConfigEntry, SmartChargePointCoordinator
from .entity import (
    ConnectorEntity,
    SmartChargePointEntity,
    SmartChargePointEntityDescription,
    async_add_as_they_come,
)

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class SmartChargePointNumberDescription(
    NumberEntityDescription, SmartChargePointEntityDescription
):
    """Describes a number."""


CURRENT_LIMIT: Final = SmartChargePointNumberDescription(
    key="current_limit",
    translation_key="current_limit",
    device_class=NumberDeviceClass.CURRENT,
    mode=NumberMode.SLIDER,
    native_min_value=0,
    native_step=1,
    native_unit_of_measurement=UnitOfElectricCurrent.AMPERE,
)

DELAY_MAXIMUM: Final = SmartChargePointNumberDescription(
    key="delay_maximum",
    translation_key="delay_maximum",
    device_class=NumberDeviceClass.DURATION,
    entity_category=EntityCategory.CONFIG,
    mode=NumberMode.BOX,
    native_step=1,
    native_unit_of_measurement=UnitOfTime.SECONDS,
    offline=True,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SmartChargePointConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the numbers, now and as wallboxes come."""

    def build(
        coordinator: SmartChargePointCoordinator,
    ) -> list[SmartChargePointEntity]:
        return [
            DelayMaximumNumber(coordinator, DELAY_MAXIMUM),
            *(
                CurrentLimitNumber(coordinator, number, CURRENT_LIMIT)
                for number in coordinator.data.connectors
            ),
        ]

    async_add_as_they_come(entry, async_add_entities, build)


class CurrentLimitNumber(ConnectorEntity, NumberEntity):
    """The most current per phase that the owner lets flow: 0 A pauses, the wallbox's maximum does not limit."""

    entity_description: SmartChargePointNumberDescription

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
        await self.controller.settings.async_set_current_limit(
            self.number, value, self.asked_by
        )


class DelayMaximumNumber(SmartChargePointEntity, NumberEntity):
    """Up to how long charging is delayed at random; a shorter one than the rules ask for needs the action and a reason."""

    entity_description: SmartChargePointNumberDescription

    @property
    @override
    def current_value(self) -> float:
        return self.controller.delay_maximum

    @property
    @override
    def native_value(self) -> float:
        """Return the longest delay in seconds."""
        return self.current_value

    @property
    @override
    def native_min_value(self) -> float:
        """Return the least that the rules let it be without a reason."""
        return min(self.controller.ruleset.least_delay, self.current_value)

    @property
    @override
    def native_max_value(self) -> float:
        """Return the most that the rules let it be."""
        return self.controller.ruleset.most_delay

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Let the next delays be drawn from up to so many seconds."""
        await self.controller.settings.async_set_delay_maximum(
            int(value), "", self.asked_by
        )
