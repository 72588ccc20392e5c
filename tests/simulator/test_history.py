"""A year in a moment, told by the ordinary replay; and the command line."""

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
import time
from zoneinfo import ZoneInfo

import pytest

from custom_components.smart_charge_point.simulator import (
    COMMUTER_CARD,
    PARTNER_CARD,
    Car,
    DrivenClock,
    RealClock,
    Wallbox,
    household_cars,
    live,
)
from custom_components.smart_charge_point.simulator.__main__ import read_arguments, run
from custom_components.smart_charge_point.simulator.life import stays

from .central_system import CentralSystem
from .conftest import MIDNIGHT

_LONDON = ZoneInfo("Europe/London")
_UNTIL = datetime(2026, 11, 21, tzinfo=UTC)


def test_a_life_is_in_order_and_the_same_for_the_same_seed() -> None:
    """Stays never overlap, most evenings have one."""
    year = [*stays(Random(4), _UNTIL - timedelta(days=365), _UNTIL, _LONDON)]
    assert year == [*stays(Random(4), _UNTIL - timedelta(days=365), _UNTIL, _LONDON)]
    assert all(earlier.leaves < later.arrives for earlier, later in pairwise(year))
    assert all(stay.arrives < stay.leaves for stay in year)
    assert 250 < len(year) < 320


async def test_a_year_is_lived_quickly_and_keeps_off_the_peak() -> None:
    """In seconds, with a bounded number of messages, and no current on a working day's morning or evening."""
    clock = DrivenClock(_UNTIL - timedelta(days=365))
    wallbox = Wallbox("ws://127.0.0.1:1", "WB", clock=clock)
    began = time.process_time()
    messages = await live(wallbox, Car(soc=0.6), until=_UNTIL, seed=1)
    # Of the processor's time: others may be at work on it too.
    assert time.process_time() - began < 20
    assert messages < 25_000
    assert clock.now() == _UNTIL
    for switching in wallbox.switchings:
        local = switching.at.astimezone(_LONDON)
        peak = 8 <= local.hour < 11 or 16 <= local.hour < 22
        if local.weekday() < 5 and peak:
            assert switching.amperes == 0, local
    assert 1_500_000 < wallbox.energy() < 4_000_000
    assert len(wallbox.profiles) == 0
    await wallbox.stop()


async def test_a_week_is_replayed_in_order_with_its_own_times(
    central: CentralSystem,
) -> None:
    """The queue is told whole; every session has the energy that its registers say."""
    clock = DrivenClock(_UNTIL - timedelta(days=7))
    central.clock = clock
    wallbox = Wallbox(central.url, "WB", clock=clock)
    messages = await live(wallbox, Car(soc=0.6), until=_UNTIL, seed=1)
    await wallbox.go_online()
    kept = [
        each
        for each in central.heard
        if each.action in {"StartTransaction", "MeterValues", "StopTransaction"}
    ]
    assert len(kept) == messages
    starts, stops = central.calls("StartTransaction"), central.calls("StopTransaction")
    assert len(starts) == len(stops) >= 4
    assert [each["transactionId"] for each in stops] == [*range(101, 101 + len(stops))]
    for start, stop, following in zip(starts, stops, [*starts[1:], None], strict=True):
        assert start["timestamp"] < stop["timestamp"]
        assert start["meterStart"] <= stop["meterStop"]
        assert following is None or following["meterStart"] == stop["meterStop"]
    assert wallbox.configuration.text("MeterValueSampleInterval") == "60"
    await wallbox.stop()


async def test_a_real_clock_cannot_hurry() -> None:
    """A year on a real clock takes a year."""
    wallbox = Wallbox("ws://127.0.0.1:1", "WB", clock=RealClock())
    with pytest.raises(TypeError):
        await live(wallbox, Car(), until=_UNTIL)


async def test_hours_that_the_wallbox_has_are_kept(central: CentralSystem) -> None:
    """A memory with a default profile lives by that."""
    clock = DrivenClock(MIDNIGHT - timedelta(days=2))
    first = Wallbox(central.url, "WB", clock=clock)
    second = Wallbox(central.url, "WB", clock=clock, memory=first.memory)
    assert second.configuration is first.configuration
    assert second.energy() == first.energy()


async def test_the_command_line(central: CentralSystem) -> None:
    """Some days told, the car plugged in, and an end when asked for."""
    central.clock = DrivenClock(MIDNIGHT)
    lines: list[str] = []
    stop = asyncio.Event()
    enough = asyncio.Event()

    def say(words: str) -> None:
        lines.append(words)
        if "Charging" in words:
            enough.set()

    arguments = read_arguments(
        f"{central.url}/HOME --preset plain --speed 50 --connectors 1 --sample-interval 30 "
        "--plugged-in --scenario demo --history 15 --car-soc 30 --car-sleeps-after 90".split()
    )
    life = asyncio.create_task(run(arguments, stop, say))
    async with asyncio.timeout(120):
        await enough.wait()
        stop.set()
        await life
    assert lines[0] == "Living through 15 days …"
    assert "Everything is told." in lines
    assert lines[-1] == "The wallbox is taken off the wall."
    assert len(central.calls("StopTransaction")) > 8
    assert set(central.dialled) == {"HOME"}


async def test_the_command_line_stops_while_nobody_answers(
    socket_enabled: None,
) -> None:
    """Also in the middle of telling a year."""
    lines: list[str] = []
    stop = asyncio.Event()

    def say(words: str) -> None:
        lines.append(words)
        if "waiting for the central system" in words:
            stop.set()

    arguments = read_arguments(
        ["ws://127.0.0.1:9/HOME", "--history", "3", "--needs-card"]
    )
    async with asyncio.timeout(120):
        await run(arguments, stop, say)
    assert "waiting for the central system" in lines[-1]


@pytest.mark.parametrize(
    "words",
    [[], ["ws://x/y", "--preset", "none-such"], ["ws://x/y", "--connectors", "0"]],
)
def test_the_command_line_says_what_is_wrong(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """And ends."""
    with pytest.raises(SystemExit):
        read_arguments(words)
    assert "usage" in capsys.readouterr().err


def test_a_year_is_365_days() -> None:
    """In words that an owner understands."""
    assert read_arguments(["ws://x/y", "--year"]).history == 365
    assert read_arguments(["ws://x/y"]).history == 0


async def test_a_household_shares_the_wallbox_by_card() -> None:
    """Both cars come, each with its own card, and never both at once; in August nobody is home."""
    clock = DrivenClock(_UNTIL - timedelta(days=365))
    wallbox = Wallbox("ws://127.0.0.1:1", "WB", clock=clock)
    await live(wallbox, *household_cars(), until=_UNTIL, seed=0)
    begun = [
        each.payload
        for each in wallbox.protocol.queued
        if each.action == "StartTransaction"
    ]
    ended = [
        each.payload
        for each in wallbox.protocol.queued
        if each.action == "StopTransaction"
    ]
    assert {each["idTag"] for each in begun} == {COMMUTER_CARD, PARTNER_CARD}
    assert len(begun) == len(ended) > 300
    for stop, start in zip(ended, begun[1:], strict=False):
        assert stop["timestamp"] < start["timestamp"]
    assert not any(each["timestamp"].startswith("2026-08-12") for each in begun)
    await wallbox.stop()
