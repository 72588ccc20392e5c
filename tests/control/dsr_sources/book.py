"""A sink that writes down what it is told, and time that passes for a source."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.smart_charge_point.model.dsr import DsrEvent

DRAWN: Final = 123
"""The delay that the book draws for both edges of whatever it is offered."""


class Book:
    """Holds events, over restarts of a source too."""

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], DsrEvent] = {}
        self.told: list[str] = []

    def standing(self, provider: str) -> Sequence[DsrEvent]:
        """Return what is held of a provider and not over."""
        now = dt_util.utcnow()
        return [e for e in self.held.values() if e.provider == provider and e.end > now]

    async def offer(self, event: DsrEvent) -> None:
        """Hold an event."""
        self.told.append(f"offer {event.event_id}")
        self.held[event.key] = replace(event, start_delay=DRAWN, end_delay=DRAWN)

    async def withdraw(self, provider: str, event_id: str) -> None:
        """Hold an event no more. One that is not held was never told, which is a mistake."""
        self.told.append(f"withdraw {event_id}")
        del self.held[provider, event_id]

    @property
    def events(self) -> list[DsrEvent]:
        """What is held, as it was told, in order of time."""
        told = (replace(e, start_delay=0, end_delay=0) for e in self.held.values())
        return sorted(told, key=lambda event: (event.start, event.event_id))

    def heard(self) -> list[str]:
        """Return what was told since this was last asked."""
        told, self.told = self.told, []
        return told


async def pass_time(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    by: timedelta,
    step: timedelta = timedelta(minutes=1),
) -> None:
    """Let time pass, step by step."""
    end = dt_util.utcnow() + by
    while (now := dt_util.utcnow()) < end:
        freezer.move_to(min(end, now + step))
        async_fire_time_changed(hass, dt_util.utcnow())
        await hass.async_block_till_done(wait_background_tasks=True)


async def pass_to(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, moment: datetime
) -> None:
    """Let time pass until `moment`."""
    await pass_time(hass, freezer, moment - dt_util.utcnow())
