"""Axle's grid events as a source, from the sensors of Home Assistant's own integration."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
import sys
from types import ModuleType

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.smart_charge_point.control.dsr_sources.axle import (
    AxleSettings,
    AxleSource,
)
from custom_components.smart_charge_point.model.dsr import DsrDirection, DsrKind
from custom_components.smart_charge_point.model.limit import Limit

from .book import Book, pass_time

ENTRY = "01JAXLE"
KEYS = ("import_export", "start", "end")
EVENING = ("export", "2026-11-24T17:00:00+00:00", "2026-11-24T18:30:00+00:00")
NOTHING = ("unknown",) * 3


def entity_id(hass: HomeAssistant, key: str) -> str:
    """Return the entity of a sensor of Axle's."""
    found = er.async_get(hass).async_get_entity_id(
        "sensor", "axle_energy", f"{ENTRY}_{key}"
    )
    assert found is not None
    return found


async def say(hass: HomeAssistant, *values: str) -> None:
    """Let the three sensors be in a state, as their coordinator does: one after the other, at once."""
    for key, value in zip(KEYS, values, strict=True):
        hass.states.async_set(entity_id(hass, key), value)
    await hass.async_block_till_done()


@pytest.fixture
async def source(hass: HomeAssistant, book: Book) -> AsyncIterator[AxleSource]:
    """Return a started source; Axle announces nothing."""
    for key in KEYS:
        er.async_get(hass).async_get_or_create(
            "sensor", "axle_energy", f"{ENTRY}_{key}", suggested_object_id=f"axle_{key}"
        )
    await say(hass, *NOTHING)
    source = AxleSource(hass, AxleSettings(entry_id=ENTRY, limit=Limit(amperes=6)))
    await source.start(book)
    yield source
    await source.stop()


async def test_an_export_event_is_a_planned_event_down(
    hass: HomeAssistant, book: Book, source: AxleSource
) -> None:
    """While the home is to feed the grid the car waits."""
    await say(hass, *EVENING)

    (event,) = book.events
    assert (event.provider, event.event_id) == ("axle_energy", "2026-11-24T17:00:00Z")
    assert (event.kind, event.direction) == (DsrKind.PLANNED, DsrDirection.DOWN)
    assert event.limit == Limit(amperes=6)
    assert f"{event.start:%H:%M}-{event.end:%H:%M}" == "17:00-18:30"


async def test_an_import_event_is_one_up(
    hass: HomeAssistant, book: Book, source: AxleSource
) -> None:
    """While it is to take from the grid the car charges with all that is permitted."""
    await say(hass, "import", *EVENING[1:])

    (event,) = book.events
    assert (event.direction, event.limit) == (DsrDirection.UP, None)


async def test_an_owner_may_leave_import_events(
    hass: HomeAssistant, book: Book, source: AxleSource
) -> None:
    """Then only what lowers is followed."""
    await source.stop()
    settings = AxleSettings(entry_id=ENTRY, charge_on_import=False)
    other = AxleSource(hass, settings)
    await other.start(book)
    await say(hass, "import", *EVENING[1:])
    assert book.events == []
    await other.stop()


async def test_a_household_that_opts_out_at_axle_is_out(
    hass: HomeAssistant, book: Book, source: AxleSource
) -> None:
    """The sensors are unknown then, which is an answer."""
    await say(hass, *EVENING)
    await say(hass, *NOTHING)

    assert book.events == []


async def test_sensors_that_change_one_by_one_are_one_change(
    hass: HomeAssistant, book: Book, source: AxleSource
) -> None:
    """The new beginning with the old end was never meant."""
    await say(hass, *EVENING)
    await say(hass, "export", "2026-11-24T18:00:00+00:00", "2026-11-24T20:00:00+00:00")

    assert book.heard() == [
        "offer 2026-11-24T17:00:00Z",
        "offer 2026-11-24T18:00:00Z",
        "withdraw 2026-11-24T17:00:00Z",
    ]


async def test_an_event_that_is_prolonged_is_the_same_one(
    hass: HomeAssistant, book: Book, source: AxleSource
) -> None:
    """Only its end is another."""
    await say(hass, *EVENING)
    await say(hass, *EVENING[:2], "2026-11-24T19:00:00+00:00")

    assert book.heard() == ["offer 2026-11-24T17:00:00Z"] * 2
    assert book.events[0].end.hour == 19


@pytest.mark.parametrize(
    "values",
    [
        ("unavailable",) * 3,
        ("export", "2026-11-24T17:00:00+00:00", "unavailable"),
        ("export", "2026-11-24T17:00:00+00:00", "unknown"),
        ("charge", *EVENING[1:]),
        ("export", "soon", "later"),
        ("export", EVENING[2], EVENING[1]),
    ],
)
async def test_half_an_answer_and_nonsense_end_nothing(
    hass: HomeAssistant, book: Book, source: AxleSource, values: tuple[str, ...]
) -> None:
    """Axle's cloud is away now and then."""
    await say(hass, *EVENING)
    await say(hass, *values)

    assert book.heard() == ["offer 2026-11-24T17:00:00Z"]


async def test_a_sensor_may_be_renamed(
    hass: HomeAssistant, book: Book, source: AxleSource
) -> None:
    """The owner's name for it is not its identity."""
    await say(hass, *EVENING)
    old = entity_id(hass, "end")
    er.async_get(hass).async_update_entity(old, new_entity_id="sensor.until")
    hass.states.async_remove(old)
    await hass.async_block_till_done()
    hass.states.async_set("sensor.until", "2026-11-24T19:00:00+00:00")
    await hass.async_block_till_done()

    assert book.events[0].end.hour == 19


async def test_an_integration_that_is_not_there_says_nothing(
    hass: HomeAssistant, book: Book
) -> None:
    """It is heard as soon as it is."""
    source = AxleSource(hass, AxleSettings(entry_id=ENTRY))
    await source.start(book)
    for key in KEYS:
        er.async_get(hass).async_get_or_create(
            "sensor", "axle_energy", f"{ENTRY}_{key}"
        )
    await say(hass, *EVENING)
    await source.stop()

    assert len(book.events) == 1


async def test_it_reads_home_assistants_own_integration(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    book: Book,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The real `axle_energy` sets up its sensors, from a feed of our own, and is heard."""
    feed = Feed()
    monkeypatch.setitem(sys.modules, "aioaxlevpp", feed.library())
    entry = MockConfigEntry(domain="axle_energy", data={"api_key": "key"})
    entry.add_to_hass(hass)
    source = AxleSource(hass, AxleSettings(entry_id=entry.entry_id))
    await source.start(book)
    start = dt_util.utcnow() + timedelta(hours=5)
    feed.event = GridEvent("export", start, start + timedelta(hours=1))
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert [(one.start, one.direction) for one in book.events] == [
        (start, DsrDirection.DOWN)
    ]

    feed.event = None
    await pass_time(hass, freezer, timedelta(minutes=11))
    assert book.events == []

    await source.stop()
    assert await hass.config_entries.async_unload(entry.entry_id)


@dataclass(frozen=True)
class GridEvent:
    """What Axle's library says of an event."""

    direction: str
    start: datetime
    end: datetime
    opted_out: bool = False


class Feed:
    """Axle's cloud."""

    def __init__(self) -> None:
        self.event: GridEvent | None = None

    def library(self) -> ModuleType:
        """Return what stands in for Axle's library, which is not installed with Home Assistant."""
        feed = self

        class AxleClient:
            def __init__(self, _session: object, _key: str) -> None:
                """Take what the library takes."""

            async def get_event(self) -> GridEvent | None:
                return feed.event

        module = ModuleType("aioaxlevpp")
        vars(module).update(
            AxleClient=AxleClient,
            GridEvent=GridEvent,
            AxleError=ConnectionError,
            AxleConnectionError=ConnectionResetError,
            AxleAuthenticationError=ConnectionRefusedError,
        )
        return module
