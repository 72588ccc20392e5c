"""Buttons: what the owner wants of this session now."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .control.override_desk import OverrideDesk
from .coordinator import SmartChargePointConfigEntry, SmartChargePointCoordinator
from .entity import (
    ConnectorEntity,
    SmartChargePointEntity,
    SmartChargePointEntityDescription,
    async_add_as_they_come,
)
from .model.dsr_record import OptOutScope

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class SmartChargePointButtonDescription(
    ButtonEntityDescription, SmartChargePointEntityDescription
):
    """Describes a button of a charge point."""


@dataclass(frozen=True, kw_only=True)
class ConnectorButtonDescription(
    ButtonEntityDescription, SmartChargePointEntityDescription
):
    """Describes a button of a connector. `press_fn` gets the connector's number and who presses it."""

    press_fn: Callable[[OverrideDesk, int, str | None], Awaitable[None]]


BUTTONS: Final = (
    ConnectorButtonDescription(
        key="cancel_delay",
        translation_key="cancel_delay",
        press_fn=OverrideDesk.async_cancel_delay,
    ),
    ConnectorButtonDescription(
        key="charge_now",
        translation_key="charge_now",
        press_fn=OverrideDesk.async_charge_now,
    ),
    ConnectorButtonDescription(
        key="stop_charging",
        translation_key="stop_charging",
        press_fn=OverrideDesk.async_stop_charging,
    ),
)

OVERRIDE_DSR: Final = SmartChargePointButtonDescription(
    key="override_dsr", translation_key="override_dsr", offline=True
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SmartChargePointConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the buttons, now and as wallboxes come."""

    def build(
        coordinator: SmartChargePointCoordinator,
    ) -> list[SmartChargePointEntity]:
        return [
            OverrideDsrButton(coordinator, OVERRIDE_DSR),
            *(
                ConnectorButton(coordinator, number, description)
                for number in coordinator.data.connectors
                for description in BUTTONS
            ),
        ]

    async_add_as_they_come(entry, async_add_entities, build)


class ConnectorButton(ConnectorEntity, ButtonEntity):
    """A button of a connector."""

    entity_description: ConnectorButtonDescription

    @override
    async def async_press(self) -> None:
        """Press the button."""
        await self.entity_description.press_fn(
            self.controller.overrides, self.number, self.asked_by
        )


class OverrideDsrButton(SmartChargePointEntity, ButtonEntity):
    """Opts out of the demand response that runs (reg. 10)."""

    entity_description: SmartChargePointButtonDescription

    @override
    async def async_press(self) -> None:
        """Opt out of what runs now."""
        await self.controller.dsr.async_override(OptOutScope.EVENT, self.asked_by)
