"""A calendar as a source: each entry is an event."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, override

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.calendar import CalendarEntity, CalendarEvent
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import setup_test_component_platform

from custom_components.smart_charge_point.control.dsr_sources.calendar import (
    CalendarSettings,
    CalendarSource,
)
from custom_components.smart_charge_point.model.dsr import DsrDirection, DsrKind
from custom_components.smart_charge_point.model.limit import Limit

from .book import DRAWN, Book, pass_time

SETTINGS = CalendarSettings(entity_id="calendar.dso", title="power down")


class Calendar(CalendarEntity):
    """A calendar that has what it is given."""

    _attr_name = "DSO"
    _attr_should_poll = False

    def __init__(self) -> None:
        self.entries: list[CalendarEvent] = []
        self.broken = False

    @property
    @override
    def event(self) -> CalendarEvent | None:
        return None

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        if self.broken:
            raise ConnectionError
        return self.entries


def entry(
    start: datetime | date, end: datetime | date, summary: str = "Power Down"
) -> CalendarEvent:
    """Return an entry."""
    return CalendarEvent(start=start, end=end, summary=summary)


def at(hour: int, minute: int = 0, day: int = 24) -> datetime:
    """Return a moment in November 2026."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.fixture
async def calendar(hass: HomeAssistant) -> Calendar:
    """Return an empty calendar in Home Assistant."""
    calendar = Calendar()
    setup_test_component_platform(hass, "calendar", [calendar])
    assert await async_setup_component(
        hass, "calendar", {"calendar": {"platform": "test"}}
    )
    await hass.async_block_till_done()
    return calendar


@pytest.fixture
async def source(
    hass: HomeAssistant, calendar: Calendar, book: Book
) -> AsyncIterator[CalendarSource]:
    """Return a started source of it."""
    source = CalendarSource(hass, SETTINGS)
    await source.start(book)
    yield source
    await source.stop()


async def look(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let the source look again."""
    await pass_time(hass, freezer, timedelta(minutes=15))


async def test_an_entry_is_an_event_as_the_settings_say(
    hass: HomeAssistant, calendar: Calendar, book: Book
) -> None:
    """Direction, limit and kind are the owner's; the times are the entry's."""
    calendar.entries = [entry(at(17), at(18))]
    source = CalendarSource(
        hass,
        CalendarSettings(
            entity_id="calendar.dso",
            direction=DsrDirection.SETPOINT,
            limit=Limit(amperes=16),
            kind=DsrKind.RESPONSE,
        ),
    )
    await source.start(book)
    await source.stop()

    (event,) = book.events
    assert (event.provider, event.event_id) == ("calendar.dso", "2026-11-24T17:00:00Z")
    assert (event.direction, event.limit) == (
        DsrDirection.SETPOINT,
        Limit(amperes=16),
    )
    assert (event.kind, event.reason) == (DsrKind.RESPONSE, "Power Down")
    assert (event.start, event.end) == (at(17), at(18))


async def test_only_entries_with_the_title_count(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    calendar: Calendar,
    book: Book,
    source: CalendarSource,
) -> None:
    """A family's calendar has other entries too."""
    calendar.entries = [
        entry(at(15), at(16), "Dentist"),
        entry(at(17), at(18), "POWER DOWN session"),
    ]
    await look(hass, freezer)

    assert [event.reason for event in book.events] == ["POWER DOWN session"]


async def test_entries_overlap(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    calendar: Calendar,
    book: Book,
    source: CalendarSource,
) -> None:
    """Each is an event of its own; of two that begin together the longer counts."""
    calendar.entries = [
        entry(at(17), at(19)),
        entry(at(18), at(20)),
        entry(at(18), at(18, 30)),
    ]
    await look(hass, freezer)

    assert [(event.start, event.end) for event in book.events] == [
        (at(17), at(19)),
        (at(18), at(20)),
    ]


async def test_an_entry_is_changed_and_taken_out_while_it_runs(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    calendar: Calendar,
    book: Book,
    source: CalendarSource,
) -> None:
    """The end moves with the same event; an entry that is gone is withdrawn."""
    calendar.entries = [entry(at(12, 10), at(14))]
    await look(hass, freezer)
    calendar.entries = [entry(at(12, 10), at(13))]
    await look(hass, freezer)
    assert [event.end for event in book.events] == [at(13)]

    calendar.entries = []
    await look(hass, freezer)

    name = "2026-11-24T12:10:00Z"
    assert book.heard() == [f"offer {name}", f"offer {name}", f"withdraw {name}"]


async def test_an_entry_that_ended_is_not_withdrawn(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    calendar: Calendar,
    book: Book,
    source: CalendarSource,
) -> None:
    """It was completed, and its provider took nothing back."""
    calendar.entries = [entry(at(12, 10), at(12, 20))]
    await look(hass, freezer)
    await look(hass, freezer)
    calendar.entries = []
    await look(hass, freezer)

    assert book.heard() == ["offer 2026-11-24T12:10:00Z"]


async def test_a_whole_day_is_the_owners_day(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    calendar: Calendar,
    book: Book,
    source: CalendarSource,
) -> None:
    """An entry without hours is from midnight to midnight, where Home Assistant is."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    calendar.entries = [entry(date(2026, 11, 25), date(2026, 11, 26))]
    await look(hass, freezer)

    (event,) = book.events
    assert (event.start, event.end) == (at(23), at(23, day=25))


@pytest.mark.parametrize("how", ["unavailable", "broken", "gone"])
async def test_a_calendar_that_cannot_be_read_ends_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    calendar: Calendar,
    book: Book,
    source: CalendarSource,
    how: str,
) -> None:
    """What it announced stands, and is compared when it is back."""
    calendar.entries = [entry(at(17), at(18))]
    await look(hass, freezer)
    calendar.entries = []
    if how == "broken":
        calendar.broken = True
    elif how == "gone":
        hass.states.async_remove("calendar.dso")
    else:
        hass.states.async_set("calendar.dso", "unavailable")
    await look(hass, freezer)
    assert len(book.events) == 1

    calendar.broken = False
    hass.states.async_set("calendar.dso", "off")
    await look(hass, freezer)
    assert book.events == []


async def test_a_restart_keeps_the_delays_and_finds_what_was_cancelled(
    hass: HomeAssistant,
    calendar: Calendar,
    book: Book,
    source: CalendarSource,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What is the same is not told again (A11.3), what is gone is withdrawn."""
    calendar.entries = [entry(at(17), at(18)), entry(at(20), at(21))]
    await look(hass, freezer)
    await source.stop()
    book.heard()
    calendar.entries = [entry(at(17), at(18))]

    again = CalendarSource(hass, SETTINGS)
    await again.start(book)
    await again.stop()

    assert book.heard() == ["withdraw 2026-11-24T20:00:00Z"]
    assert [event.start_delay for event in book.held.values()] == [DRAWN]


async def test_a_calendar_full_of_entries_is_followed_for_the_next_ones(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    calendar: Calendar,
    book: Book,
    source: CalendarSource,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No mistake in a calendar fills the wallbox, or the log."""
    calendar.entries = [
        entry(at(13) + timedelta(minutes=n), at(14) + timedelta(minutes=n))
        for n in range(300)
    ]
    await look(hass, freezer)

    assert len(book.events) == 100
    assert book.events[0].start == at(13)
    assert "announces 300 events" in caplog.text


@pytest.mark.parametrize(
    "answer",
    [
        None,
        7,
        ["entry", {"summary": "Power Down"}],
        [{"summary": "Power Down", "start": "soon", "end": "later"}],
        [{"summary": "Power Down", "start": "2026-11-24T17:00:00+00:00"}],
        [
            {
                "summary": "Power Down",
                "start": "2026-11-24T17:00:00+00:00",
                "end": "2026-11-24T17:00:00+00:00",
            }
        ],
    ],
)
async def test_nonsense_from_a_calendar_ends_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    calendar: Calendar,
    book: Book,
    source: CalendarSource,
    answer: object,
) -> None:
    """Neither an answer that is no list, nor entries that are none, or have no times, or no length."""
    calendar.entries = [entry(at(17), at(18))]
    await look(hass, freezer)

    async def get_events(_call: ServiceCall) -> Any:
        return {"calendar.dso": {"events": answer}}

    hass.services.async_register(
        "calendar", "get_events", get_events, supports_response=SupportsResponse.ONLY
    )
    await look(hass, freezer)

    assert len(book.events) == 1
