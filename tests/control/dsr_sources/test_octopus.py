"""Octopus sessions as a source, from the event entities of the custom integration."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.smart_charge_point.control.dsr_sources.octopus import (
    OctopusSource,
)
from custom_components.smart_charge_point.control.dsr_sources.source import (
    EntitySettings,
)
from custom_components.smart_charge_point.model.dsr import DsrDirection, DsrKind
from custom_components.smart_charge_point.model.limit import Limit

from .book import Book

DOWN = "event.octopus_energy_a_1234abcd_octoplus_power_down_events"
UP = "event.octopus_energy_a_1234abcd_octoplus_power_up_events"


def session(day: int, hour: int, **fields: Any) -> dict[str, Any]:
    """Return a session of an hour in November 2026, as the integration words it: local datetimes."""
    start = datetime(2026, 11, day, hour, tzinfo=dt_util.DEFAULT_TIME_ZONE)
    return {
        "start": start,
        "end": start + timedelta(hours=1),
        "duration_in_minutes": 60.0,
    } | fields


async def joined(hass: HomeAssistant, *sessions: object, **attributes: Any) -> None:
    """Let the integration list the sessions that were joined."""
    hass.states.async_set(
        DOWN,
        "2026-11-24T12:00:00.000+00:00",
        {
            "event_type": "octopus_energy_all_octoplus_power_down_sessions",
            "account_id": "A-1234ABCD",
            "available_events": [session(25, 8, id=9, code="EVENT_9")],
            "joined_events": list(sessions),
        }
        | attributes,
    )
    await hass.async_block_till_done()


@pytest.fixture
async def source(hass: HomeAssistant, book: Book) -> AsyncIterator[OctopusSource]:
    """Return a started source of Power Down sessions."""
    source = OctopusSource(hass, EntitySettings(entity_id=DOWN))
    await source.start(book)
    yield source
    await source.stop()


async def test_a_joined_session_is_a_planned_event_down(
    hass: HomeAssistant, book: Book, source: OctopusSource
) -> None:
    """One that was not joined is none, and one that is over neither."""
    await joined(hass, session(20, 17, id=1), session(24, 17, id=2))

    (event,) = book.events
    assert (event.provider, event.event_id) == (DOWN, "2")
    assert (event.kind, event.direction) == (DsrKind.PLANNED, DsrDirection.DOWN)
    assert event.limit == Limit.PAUSED
    assert f"{event.start:%d. %H:%M}-{event.end:%H:%M %Z}" == "24. 17:00-18:00 UTC"


async def test_a_free_electricity_session_is_an_event_up(
    hass: HomeAssistant, book: Book
) -> None:
    """It applies without being joined, and asks for all that is permitted."""
    source = OctopusSource(
        hass, EntitySettings(entity_id=UP, direction=DsrDirection.UP, limit=None)
    )
    hass.states.async_set(UP, "x", {"events": [session(25, 12, code="free-1")]})
    await source.start(book)
    await source.stop()

    (event,) = book.events
    assert (event.direction, event.limit) == (DsrDirection.UP, None)
    assert event.event_id == "free-1"


async def test_text_after_a_restart_is_the_same_session(
    hass: HomeAssistant, book: Book, source: OctopusSource
) -> None:
    """What Home Assistant restores is text, in a list that is older than the restart."""
    await joined(hass, session(24, 17, id=2))
    await source.stop()
    book.heard()

    again = OctopusSource(hass, EntitySettings(entity_id=DOWN))
    hass.states.async_remove(DOWN)
    await again.start(book)
    await joined(
        hass,
        session(
            24, 17, id=2, start="2026-11-24T17:00:00+00:00", end="2026-11-24 18:00:00Z"
        ),
    )

    assert book.heard() == []
    await again.stop()


async def test_a_session_that_moves_is_the_same_event_changed(
    hass: HomeAssistant, book: Book, source: OctopusSource
) -> None:
    """Its name stays, so that nothing of it is withdrawn."""
    await joined(hass, session(24, 17, id=2))
    await joined(hass, session(24, 18, id=2))

    assert book.heard() == ["offer 2", "offer 2"]
    assert book.events[0].start.hour == 18


async def test_a_session_that_is_not_joined_any_more_is_withdrawn(
    hass: HomeAssistant, book: Book, source: OctopusSource
) -> None:
    """The other ones stand."""
    await joined(hass, session(24, 17, id=2), session(25, 17, id=3))
    await joined(hass, session(25, 17, id=3))

    assert book.heard() == ["offer 2", "offer 3", "withdraw 2"]


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "tomorrow",
        {},
        {"id": 2, "start": "soon", "end": "later"},
        {"id": 2, "start": "2026-11-24T17:00:00", "end": "2026-11-24T18:00:00"},
        {"id": 2, "start": 17, "end": 18},
    ],
)
async def test_a_session_that_cannot_be_read_ends_nothing(
    hass: HomeAssistant,
    book: Book,
    source: OctopusSource,
    wrong: object,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is journalled; the sessions around it are read all the same."""
    await joined(hass, session(24, 17, id=2))
    await joined(hass, wrong, session(25, 17, id=3))

    assert [event.event_id for event in book.events] == ["2", "3"]
    assert "says what is no event" in caplog.text


@pytest.mark.parametrize("wrong", ["none", 7, {"a": 1}, None])
async def test_a_list_that_is_none_ends_nothing(
    hass: HomeAssistant, book: Book, source: OctopusSource, wrong: object
) -> None:
    """Neither does a list that is not there."""
    await joined(hass, session(24, 17, id=2))
    await joined(hass, joined_events=wrong)

    assert len(book.events) == 1


async def test_an_unavailable_entity_ends_nothing(
    hass: HomeAssistant, book: Book, source: OctopusSource
) -> None:
    """The integration is reloaded now and then; the household has joined all the same."""
    await joined(hass, session(24, 17, id=2))
    for state in ("unavailable", "unknown"):
        hass.states.async_set(DOWN, state)
        await hass.async_block_till_done()

    assert book.heard() == ["offer 2"]


def test_there_are_no_sessions_with_a_setpoint(hass: HomeAssistant) -> None:
    """Power Down and Power Up are all there is."""
    with pytest.raises(KeyError):
        OctopusSource(
            hass, EntitySettings(entity_id=DOWN, direction=DsrDirection.SETPOINT)
        )
