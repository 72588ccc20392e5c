"""Switches: whether the charging hours are in force, demand response is followed, and a connector is in service."""

from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.restore_state import ExtraStoredData, RestoreEntity

from .control.settings import hours_from_data, hours_to_data
from .coordinator import SmartChargePointConfigEntry, SmartChargePointCoordinator
from .entity import (
    ConnectorEntity,
    SmartChargePointEntity,
    SmartChargePointEntityDescription,
    async_add_as_they_come,
)
from .model.hours import ChargingHours, HoursChoice

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class SmartChargePointSwitchDescription(
    SwitchEntityDescription, SmartChargePointEntityDescription
):
    """Describes a switch."""


AVAILABLE: Final = SmartChargePointSwitchDescription(
    key="available",
    translation_key="available",
    entity_category=EntityCategory.CONFIG,
)
FOLLOW_DSR: Final = SmartChargePointSwitchDescription(
    key="follow_dsr",
    translation_key="follow_dsr",
    entity_category=EntityCategory.CONFIG,
    offline=True,
)
CHARGING_HOURS: Final = SmartChargePointSwitchDescription(
    key="charging_hours",
    translation_key="charging_hours",
    offline=True,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SmartChargePointConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the switches, now and as wallboxes come."""

    def build(
        coordinator: SmartChargePointCoordinator,
    ) -> list[SmartChargePointEntity]:
        return [
            ChargingHoursSwitch(coordinator, CHARGING_HOURS),
            FollowDsrSwitch(coordinator, FOLLOW_DSR),
            *(
                AvailableSwitch(coordinator, number, AVAILABLE)
                for number in coordinator.data.connectors
            ),
        ]

    async_add_as_they_come(entry, async_add_entities, build)


@dataclass(frozen=True)
class LastOwnHours(ExtraStoredData):
    """The hours that the owner had chosen before removing them; None: never any but the default ones."""

    hours: ChargingHours | None

    @override
    def as_dict(self) -> dict[str, Any]:
        return {"hours": None if self.hours is None else hours_to_data(self.hours)}


class ChargingHoursSwitch(SmartChargePointEntity, SwitchEntity, RestoreEntity):
    """Whether the charging hours are in force; off means that the owner removed them."""

    entity_description: SmartChargePointSwitchDescription

    def __init__(
        self,
        coordinator: SmartChargePointCoordinator,
        description: SmartChargePointSwitchDescription,
    ) -> None:
        """Know no hours of the owner's own yet."""
        super().__init__(coordinator, description)
        self._own_hours: ChargingHours | None = None

    @override
    async def async_added_to_hass(self) -> None:
        """Remember the hours that were removed before a restart."""
        await super().async_added_to_hass()
        stored = await self.async_get_last_extra_data()
        if stored is not None and (windows := stored.as_dict()["hours"]) is not None:
            self._own_hours = hours_from_data(windows)
        self._remember()

    @callback
    @override
    def async_entity_id_changed(self, old_entity_id: str) -> None:
        """Stay in place: nothing here hangs on the entity id (asked for since Home Assistant 2026.11)."""

    @callback
    def _remember(self) -> None:
        decision = self.controller.decision
        if decision.choice is HoursChoice.CHANGED:
            self._own_hours = decision.hours
        elif decision.choice is not HoursChoice.REMOVED:
            self._own_hours = None

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state, and keep the owner's hours at hand."""
        self._remember()
        super()._handle_coordinator_update()

    @property
    @override
    def extra_restore_state_data(self) -> LastOwnHours:
        """Return what a restart must not forget."""
        return LastOwnHours(self._own_hours)

    @property
    @override
    def current_value(self) -> bool:
        return self.controller.decision.choice is not HoursChoice.REMOVED

    @property
    @override
    def is_on(self) -> bool:
        """Return whether there are charging hours."""
        return self.current_value

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Take up the owner's last hours again, or the default ones."""
        if self.is_on:
            return
        if self._own_hours is None:
            await self._async_choose(
                self.controller.ruleset.default_hours, HoursChoice.ACCEPTED
            )
        else:
            await self._async_choose(self._own_hours, HoursChoice.CHANGED)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Remove the charging hours: a car may charge at any time."""
        if self.is_on:
            await self._async_choose(ChargingHours.ALWAYS, HoursChoice.REMOVED)

    async def _async_choose(self, hours: ChargingHours, choice: HoursChoice) -> None:
        await self.controller.settings.async_set_charging_hours(
            hours, choice, self.asked_by
        )


class AvailableSwitch(ConnectorEntity, SwitchEntity):
    """Whether a connector is in service."""

    entity_description: SmartChargePointSwitchDescription

    @property
    @override
    def current_value(self) -> bool:
        return self.connector.available

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the connector is in service."""
        return self.current_value

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Take the connector into service."""
        await self.controller.settings.async_set_available(
            self.number, True, self.asked_by
        )

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Take the connector out of service."""
        await self.controller.settings.async_set_available(
            self.number, False, self.asked_by
        )


class FollowDsrSwitch(SmartChargePointEntity, SwitchEntity):
    """Whether demand response is followed."""

    entity_description: SmartChargePointSwitchDescription

    @property
    @override
    def current_value(self) -> bool:
        return self.coordinator.data.follow_dsr

    @property
    @override
    def is_on(self) -> bool:
        """Return whether events are followed."""
        return self.current_value

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Follow what is announced from now on."""
        await self._async_follow(True)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Follow nothing any more, what runs included."""
        await self._async_follow(False)

    async def _async_follow(self, follow: bool) -> None:
        await self.controller.dsr.async_follow(follow, self.asked_by)
