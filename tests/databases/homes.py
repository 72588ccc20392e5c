"""What a home is made of that outlives its Home Assistant, and how it is asked something as the panel asks it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
import logging
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from homeassistant import loader
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.http import WebSocketAdapter
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import frame, translation
import orjson
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockUser,
    async_test_home_assistant,
)

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.control.people import person_data
from custom_components.smart_charge_point.control.settings import ChargePointSettings
from custom_components.smart_charge_point.control.vehicles import vehicle_data
from custom_components.smart_charge_point.model.person import Person
from custom_components.smart_charge_point.model.vehicle import Vehicle

from .plans import CARDS

TARIFF: Final = {
    "kind": "fixed_rates",
    "rates": [
        {"start": "00:30:00", "price": 0.07, "days": "every_day"},
        {"start": "05:30:00", "price": 0.31, "days": "every_day"},
    ],
}
"""Cheap in some hours of the night."""
CAR: Final = "car"
"""The id of the car that charges at WB1."""


@asynccontextmanager
async def home_assistant(folder: Path) -> AsyncIterator[HomeAssistant]:
    """Run a Home Assistant in London, without a recorder yet. It has nothing but what is in its folder."""
    async with async_test_home_assistant(config_dir=str(folder)) as hass:
        frame.async_setup(hass)
        hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
        await translation.async_load_integrations(hass, {"homeassistant"})
        await hass.config.async_set_time_zone("Europe/London")
        hass.config.currency = "GBP"
        try:
            yield hass
        finally:
            await hass.async_stop(force=True)
            # What ends with it is called once more.
            await asyncio.sleep(0)


def household(hass: HomeAssistant, port: int, began: datetime) -> MockConfigEntry:
    """Add the home of two wallboxes, two persons and a car, always by the same ids."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id=DOMAIN,
        entry_id="lived",
        title="Home",
        data={"port": port},
        options={"tariff": TARIFF},
    )
    entry.add_to_hass(hass)
    parts: list[tuple[str, str, str, dict[str, Any]]] = [
        (
            "charge_point",
            f"wallbox{identity[-1]}",
            identity,
            ChargePointSettings.default(identity, began).as_data(),
        )
        for identity in ("WB1", "WB2")
    ]
    for whose in sorted({person for person in CARDS.values() if person}):
        cards = frozenset(card for card, person in CARDS.items() if person == whose)
        person = Person(name=whose.title(), tags=cards)
        parts.append(("person", whose, person.name, person_data(person)))
    car = Vehicle(vehicle_id=CAR, name="Car", charge_points=frozenset({"wallbox1"}))
    parts.append(("vehicle", CAR, car.name, vehicle_data(car)))
    for kind, subentry_id, title, data in parts:
        hass.config_entries.async_add_subentry(
            entry,
            ConfigSubentry(
                data=MappingProxyType(data),
                subentry_id=subentry_id,
                subentry_type=kind,
                title=title,
                unique_id=title,
            ),
        )
    return entry


async def ask(hass: HomeAssistant, command: str, **fields: Any) -> dict[str, Any]:
    """Ask something as the panel of an administrator does, and return the result."""
    answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

    def hear(message: bytes | str | dict[str, Any]) -> None:
        answer.set_result(
            message if isinstance(message, dict) else orjson.loads(message)
        )

    user = MockUser(is_owner=True)
    adapter = WebSocketAdapter(logging.getLogger(__name__), {"connid": 1})
    connection = ActiveConnection(adapter, hass, hear, user, None, None)
    connection.async_handle({"id": 1, "type": f"{DOMAIN}/panel/{command}", **fields})
    told = await answer
    assert told["success"], told
    result: dict[str, Any] = told["result"]
    return result
