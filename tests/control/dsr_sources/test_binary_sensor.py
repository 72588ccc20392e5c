"""A binary sensor as a source: an event while it is on."""

from collections.abc import AsyncIterator
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.smart_charge_point.control.dsr_sources.binary_sensor import (
    BinarySensorSource,
)
from custom_components.smart_charge_point.control.dsr_sources.source import (
    EntitySettings,
)
from custom_components.smart_charge_point.model.dsr import (
    DsrDirection,
    DsrKind,
    DsrOutcome,
)
from custom_components.smart_charge_point.model.limit import Limit

from .book import DRAWN, Book, pass_time

RELAY = "binary_sensor.grid_relay"
SETTINGS = EntitySettings(
    entity_id=RELAY, limit=Limit(amperes=10), kind=DsrKind.RESPONSE
)
HOUR = timedelta(hours=1)


@pytest.fixture
async def source(hass: HomeAssistant, book: Book) -> AsyncIterator[BinarySensorSource]:
    """Return a started source of a relay that is off."""
    await say(hass, "off")
    source = BinarySensorSource(hass, SETTINGS)
    await source.start(book)
    yield source
    await source.stop()


async def say(hass: HomeAssistant, state: str) -> None:
    """Let the relay be in a state."""
    hass.states.async_set(RELAY, state)
    await hass.async_block_till_done()


async def test_an_event_begins_when_the_sensor_turns_on(
    hass: HomeAssistant, book: Book, source: BinarySensorSource
) -> None:
    """It is what the settings say, from now on, and has an end."""
    assert book.events == []

    await say(hass, "on")

    (event,) = book.events
    now = dt_util.utcnow()
    assert (event.provider, event.start) == (RELAY, now)
    assert (event.kind, event.direction) == (DsrKind.RESPONSE, DsrDirection.DOWN)
    assert event.limit == Limit(amperes=10)
    assert HOUR < event.end - now <= 2 * HOUR


async def test_the_event_is_withdrawn_when_the_sensor_turns_off(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    book: Book,
    source: BinarySensorSource,
) -> None:
    """Its end is not waited for."""
    await say(hass, "on")
    await pass_time(hass, freezer, timedelta(minutes=20))

    await say(hass, "off")

    assert book.events == []
    assert book.heard()[-1] == "withdraw 2026-11-24T12:00:00Z"


async def test_the_end_moves_on_while_the_sensor_stays_on(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    book: Book,
    source: BinarySensorSource,
) -> None:
    """It is always an hour ahead at least, and it is moved once an hour: a wallbox's memory wears."""
    await say(hass, "on")
    for _ in range(50):
        await pass_time(hass, freezer, timedelta(minutes=6))
        (event,) = book.events
        assert HOUR <= event.end - dt_util.utcnow() <= 2 * HOUR

    assert book.heard() == ["offer 2026-11-24T12:00:00Z"] * 6


async def test_d6_a_sensor_that_is_on_for_days_is_a_chain_of_events(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    book: Book,
    source: BinarySensorSource,
) -> None:
    """None is longer than a day, and no moment is without one."""
    await say(hass, "on")
    for _ in range(3 * 24 * 2):
        await pass_time(
            hass, freezer, timedelta(minutes=30), step=timedelta(minutes=30)
        )
        now = dt_util.utcnow()
        assert any(event.start <= now < event.end for event in book.events)

    assert all(event.end - event.start <= 24 * HOUR for event in book.events)
    ends = [event.end for event in book.events]
    assert [event.start for event in book.events[1:]] == ends[:-1]

    await say(hass, "off")
    assert [event for event in book.events if event.end > dt_util.utcnow()] == []


async def test_an_unavailable_sensor_ends_nothing_and_prolongs_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    book: Book,
    source: BinarySensorSource,
) -> None:
    """The event stands until its end; a sensor that is back before goes on with the same one."""
    await say(hass, "on")
    before = book.events

    await say(hass, "unavailable")
    await pass_time(hass, freezer, timedelta(minutes=90))
    assert book.events == before
    await say(hass, "on")
    assert [event.event_id for event in book.events] == [before[0].event_id]
    assert book.events[0].end > before[0].end

    await say(hass, "unavailable")
    await pass_time(hass, freezer, timedelta(hours=3))
    assert book.events[-1].end < dt_util.utcnow()
    await say(hass, "on")
    assert book.events[-1].start == dt_util.utcnow()
    assert not any(told.startswith("withdraw") for told in book.heard())


async def test_a11_3_a_restart_goes_on_with_the_event_and_its_delays(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    book: Book,
    source: BinarySensorSource,
) -> None:
    """After it the sensor is missing, then on "anew"; neither is a new event."""
    await say(hass, "on")
    await source.stop()
    hass.states.async_remove(RELAY)
    book.heard()
    await pass_time(hass, freezer, timedelta(minutes=10))

    again = BinarySensorSource(hass, SETTINGS)
    await again.start(book)
    await pass_time(hass, freezer, timedelta(minutes=1))
    await say(hass, "on")

    assert book.heard() == []
    assert [event.start_delay for event in book.held.values()] == [DRAWN]
    await again.stop()


async def test_a_sensor_that_went_off_during_a_restart_ends_its_event(
    hass: HomeAssistant, book: Book, source: BinarySensorSource
) -> None:
    """What has vanished while nobody looked is withdrawn when somebody looks."""
    await say(hass, "on")
    await source.stop()
    hass.states.async_set(RELAY, "off")

    again = BinarySensorSource(hass, SETTINGS)
    await again.start(book)

    assert book.events == []
    await again.stop()


async def test_nonsense_is_journalled_once_and_ends_nothing(
    hass: HomeAssistant,
    book: Book,
    source: BinarySensorSource,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A state that no binary sensor has is not taken for off."""
    await say(hass, "on")

    await say(hass, "perhaps")
    await say(hass, "on")
    await say(hass, "perhaps")

    assert len(book.events) == 1
    assert caplog.text.count("'perhaps'") == 1


async def test_a_source_that_was_stopped_tells_nothing(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    book: Book,
    source: BinarySensorSource,
) -> None:
    """Neither a state nor a timer reaches it."""
    await say(hass, "on")
    book.heard()

    await source.stop()
    await say(hass, "off")
    await pass_time(hass, freezer, timedelta(hours=3))

    assert book.heard() == []


async def test_an_entity_that_is_not_there_is_journalled_once_all_are(
    hass: HomeAssistant, book: Book, caplog: pytest.LogCaptureFixture
) -> None:
    """A name that was mistyped is found in the log; one that only comes late in a start is not in it."""
    hass.set_state(CoreState.starting)
    source = BinarySensorSource(hass, EntitySettings(entity_id="binary_sensor.no"))
    await source.start(book)
    assert "no entity" not in caplog.text

    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()

    assert caplog.text.count("no entity binary_sensor.no") == 1
    await source.stop()


async def test_nobody_is_behind_an_entity_who_could_be_told(
    hass: HomeAssistant,
    book: Book,
    source: BinarySensorSource,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An opt-out and an outcome are journalled, and change nothing of what the sensor says."""
    await say(hass, "on")
    (event,) = book.events
    book.heard()

    await source.opted_out(event, dt_util.utcnow())
    await source.completed(event, DsrOutcome.OVERRIDDEN, None)
    await hass.async_block_till_done()

    assert book.heard() == []
    assert "is not followed" in caplog.text
    assert "overridden" in caplog.text
