"""History that a wallbox replays: every session in its own time, and nothing of it in the present."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, callback
import pytest

from custom_components.smart_charge_point.simulator import Car, Wallbox, live

from ..house import SELDOM, House

BEGIN = datetime(2026, 11, 14, 12, 0, tzinfo=UTC)
END = datetime(2026, 12, 19, 12, 0, tzinfo=UTC)
"""A Saturday: charging hours, and the car is away."""
pytestmark = pytest.mark.at(BEGIN)


async def live_through(house: House, before: Wallbox | None = None) -> Wallbox:
    """Return a wallbox with weeks to tell, which nobody has heard of; with `before` it is that one, and keeps to what that holds."""
    wallbox = Wallbox(
        house.address,
        "WB1",
        clock=house.clock,
        memory=None if before is None else before.memory,
    )
    house.wallboxes.append(wallbox)
    if before is None:
        for name, value in SELDOM.items():
            wallbox.configuration.put_value(name, value)
    await live(wallbox, Car(soc=0.6), until=END, seed=3)
    await house.advance(timedelta(seconds=1))
    return wallbox


def listen(house: House) -> dict[str, list[str]]:
    """Return what the entities will have shown, by their key, which grows as they show it."""
    shown: dict[str, list[str]] = {}

    # Not a callback, it would be called on several threads, in any order.
    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        if (state := event.data["new_state"]) is not None:
            shown.setdefault(state.entity_id, []).append(state.state)

    house.hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    return shown


def figures(states: Iterable[str]) -> list[float]:
    """Return the states that are figures."""
    return [float(state) for state in states if state not in {"unknown", "unavailable"}]


def moments(wallbox: Wallbox, action: str) -> list[datetime]:
    """Return the times that the wallbox told in calls of an action."""
    return [datetime.fromisoformat(call["timestamp"]) for call in wallbox.calls(action)]


def profiles(wallbox: Wallbox) -> list[dict[str, Any]]:
    """Return the charging profiles that the wallbox was told."""
    return [
        request["csChargingProfiles"]
        for request in wallbox.requests("SetChargingProfile")
    ]


async def check_sessions(house: House, wallbox: Wallbox) -> None:
    """Every session is there once, from its own start to its own end, with what its registers say."""
    sessions = [*reversed(await house.sessions())]
    starts, stops = (
        wallbox.calls(action) for action in ("StartTransaction", "StopTransaction")
    )
    assert len(sessions) == len(starts) == len(stops) >= 20
    for session, start, stop in zip(sessions, starts, stops, strict=True):
        began = datetime.fromisoformat(start["timestamp"])
        ended = datetime.fromisoformat(stop["timestamp"])
        assert datetime.fromisoformat(session["start"]) == began
        assert datetime.fromisoformat(session["end"]) == ended
        took = (stop["meterStop"] - start["meterStart"]) / 1000
        assert session["energy"] == pytest.approx(took, abs=0.001)
        assert session["id"] == stop["transactionId"]
        assert timedelta(minutes=session["charging_minutes"]) <= ended - began
        assert (session["charging_minutes"] > 0) == (took > 1) or took < 2
        assert set(session["doubts"]) <= {"gap"}
    assert len({session["id"] for session in sessions}) == len(sessions)


def check_present(house: House, wallbox: Wallbox, shown: dict[str, list[str]]) -> None:
    """The present showed nothing of it: no power, no session, and a register that only rose."""
    assert set(figures(shown.get(house.entity_id("power"), []))) <= {0.0}
    assert "on" not in shown.get(house.entity_id("charging"), [])
    assert "on" not in shown.get(house.entity_id("plugged_in"), [])
    assert set(shown.get(house.entity_id("charging_reason"), [])) <= {
        "no_car",
        "not_connected",
        "not_told",
        "unavailable",
        "unknown",
    }
    register = figures(shown[house.entity_id("energy")])
    assert register == sorted(register)
    assert house.number("energy") == pytest.approx(wallbox.energy() / 1000, abs=0.001)
    assert house.state("power") in {"unknown", "0.0"}
    start, stop = (
        wallbox.calls(action)[-1] for action in ("StartTransaction", "StopTransaction")
    )
    took = (stop["meterStop"] - start["meterStart"]) / 1000
    assert house.number("session_energy") == pytest.approx(took, abs=0.001)
    ended = {
        round((stop["meterStop"] - start["meterStart"]) / 1000, 3)
        for start, stop in zip(
            wallbox.calls("StartTransaction"),
            wallbox.calls("StopTransaction"),
            strict=True,
        )
    }
    # Only what has ended is shown, as the last session; nothing that seems to grow.
    assert {
        round(value, 3)
        for value in figures(shown.get(house.entity_id("session_energy"), []))
    } <= ended


async def test_a_wallbox_with_a_past_is_met(house: House) -> None:
    """Weeks of sessions are told at the first meeting; the draws of the present are left alone."""
    wallbox = await live_through(house)
    await house.set_up("WB1")
    shown = listen(house)
    await wallbox.go_online()
    await house.advance(timedelta(minutes=5))

    await check_sessions(house, wallbox)
    check_present(house, wallbox, shown)
    told = profiles(wallbox)
    ids = [profile["chargingProfileId"] for profile in told]
    # The hours and the delay once; beside them the next season's, and what tries whether those can be left with it.
    assert ids.count(100) == ids.count(102) == 1
    assert len(ids) <= 4
    (delay,) = (
        profile["chargingSchedule"]["duration"]
        for profile in told
        if profile["chargingProfileKind"] == "Relative"
    )
    await wallbox.plug_in(Car(start_delay=timedelta()))
    plugged_in = house.now
    await house.advance(timedelta(seconds=2))
    assert house.moment("delay_ends") == plugged_in + timedelta(seconds=delay)
    await house.advance(timedelta(minutes=11))
    assert house.state("charging_reason") == "charging"


async def away_for_weeks(house: House) -> Wallbox:
    """Return a wallbox that is known, with weeks to tell in which Home Assistant was down."""
    first = await house.wallbox(settings=SELDOM)
    await house.advance(timedelta(minutes=5))
    await first.stop()
    house.wallboxes.remove(first)
    await house.stop()
    return await live_through(house, before=first)


async def test_weeks_without_home_assistant_are_made_up_for(house: House) -> None:
    """Home Assistant comes back: the sessions are there, and each kind of profile is renewed once at most."""
    wallbox = await away_for_weeks(house)
    shown = listen(house)
    await house.start()
    await wallbox.go_online()
    await house.advance(timedelta(minutes=5))

    await check_sessions(house, wallbox)
    check_present(house, wallbox, shown)
    told = [profile["chargingProfileId"] for profile in profiles(wallbox)]
    assert len(told) <= 2 * len(set(told)) <= 6
