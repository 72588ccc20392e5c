"""Tests of the reason on screen: a word, its end, and a sentence, none of which ticks."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, callback
import pytest

from custom_components.smart_charge_point.simulator import Car

from ..house import House

SUNDAY = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)


@pytest.mark.at(SUNDAY)
async def test_a_running_day_writes_a_reason_only_where_there_is_another(
    house: House,
) -> None:
    """A car that charges, waits and charges again over a day of samples: a handful of states, and none each second."""
    await house.hass.config.async_set_time_zone("Europe/London")
    house.add()
    wallbox = await house.wallbox(settings={"MeterValueSampleInterval": "60"})
    written: dict[str, list[tuple[object, ...]]] = {}
    names = {
        house.entity_id(key): key
        for key in ("charging_reason", "charging_reason_until")
    }

    @callback
    def changed(event: Event[EventStateChangedData]) -> None:
        state = event.data["new_state"]
        if state is not None and state.entity_id in names:
            written.setdefault(names[state.entity_id], []).append(
                (state.state, state.attributes.get("sentence"))
            )

    house.hass.bus.async_listen(EVENT_STATE_CHANGED, changed)
    await wallbox.plug_in(Car(battery_kwh=10_000.0))
    await house.clock.advance_to(
        house.now + timedelta(days=1, hours=1), step=timedelta(minutes=5)
    )
    assert house.state("charging_reason") == "charging"
    for key, states in written.items():
        # Two windows and a few words of how each begins; a second look at the same is no news.
        assert 4 <= len(states) <= 24, (key, states)
        assert all(before != after for before, after in pairwise(states)), key
    words = {word for word, _ in written["charging_reason"]}
    assert {"charging", "waiting_for_hours", "random_delay"} <= words


async def test_the_sentence_follows_its_limit_and_end(house: House) -> None:
    """The word stays, and the sentence says the new limit at once."""
    house.add()
    wallbox = await house.wallbox()
    await wallbox.plug_in(Car(battery_kwh=10_000.0, start_delay=timedelta()))
    await house.advance(timedelta(minutes=1))
    await house.press("charge_now")
    await house.advance(timedelta(minutes=1))
    assert (
        house.entity("charging_reason").attributes["sentence"]
        == "Charging now, whatever the charging hours"
    )
    sentences = []
    for amperes in (10, 8):
        await house.set_number("current_limit", amperes)
        assert house.state("charging_reason") == "limited"
        sentences.append(house.entity("charging_reason").attributes["sentence"])
    assert sentences == ["Limited to 10 A by you", "Limited to 8 A by you"]


async def test_the_recorder_keeps_no_sentence(house: House) -> None:
    """The word and its end tell all of it; the sentence is for screens."""
    house.add()
    await house.wallbox()
    state = house.entity("charging_reason")
    assert state.state_info is not None
    assert "sentence" in state.state_info["unrecorded_attributes"]
