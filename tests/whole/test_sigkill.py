"""A whole Home Assistant is killed in mid-session and started again: nothing that it had acknowledged is lost.

The wallbox lives in the test and outlives the kill, as a real one does.
"""

import asyncio
from datetime import timedelta
import signal

import pytest

from custom_components.smart_charge_point.simulator import Car
from custom_components.smart_charge_point.simulator.profile import Purpose

from .home import Home
from .wallbox import WatchedWallbox

pytestmark = pytest.mark.timeout(600)

HOURS, NEXT_SEASON, NEXT_DELAY, OVERRIDE, MAXIMUM = 100, 101, 102, 110, 1
"""Ids of charging profiles (docs/architecture.md)."""
RESIDENT = {HOURS, NEXT_SEASON, NEXT_DELAY}
"""What the wallbox holds whether Home Assistant is there or not."""


def is_settled(wallbox: WatchedWallbox) -> bool:
    """Return whether the wallbox has all that it should hold, and not what is only tried out under the same id."""
    season = wallbox.held.get(NEXT_SEASON)
    if set(wallbox.held) != RESIDENT or season is None:
        return False
    if season.valid_from is None or season.valid_to is None:
        return False
    return season.valid_to - season.valid_from > timedelta(days=7)


async def begin(home: Home, wallbox: WatchedWallbox) -> None:
    """Start Home Assistant, and let the wallbox have all that it should hold."""
    await home.start()
    await wallbox.connect()
    # It is also tried whether the wallbox honours a profile's first day; only then does it get the next season's hours.
    await wallbox.until(lambda: is_settled(wallbox))
    await wallbox.catch_up()


async def again(home: Home, wallbox: WatchedWallbox) -> None:
    """Start Home Assistant again when it has been killed, and let the wallbox find it."""
    assert await home.ended() == -signal.SIGKILL
    await home.start()
    await wallbox.connect()


async def test_killed_when_the_start_was_answered(
    home: Home, wallbox: WatchedWallbox
) -> None:
    """The session that the wallbox was given an id for is there, runs, and ends once."""
    await begin(home, wallbox)
    wallbox.when_answered("StartTransaction", home.kill)
    await wallbox.box.plug_in(Car(soc=0.3))
    await again(home, wallbox)
    transaction = wallbox.box.transaction()
    assert transaction is not None
    async with home.owner() as owner:
        (session,) = await owner.sessions()
        assert (session["id"], session["end"]) == (transaction.identifier, None)
        await owner.sees("charging_reason", "random_delay")
        await wallbox.unplug()
        (session,) = await owner.sessions()
        assert session["id"] == transaction.identifier
        assert session["end"] is not None
    await home.stop()
    assert set(wallbox.held) == RESIDENT


async def test_killed_when_the_stop_was_answered(
    home: Home, wallbox: WatchedWallbox
) -> None:
    """The session is kept with its end and its energy, and the next one gets a delay of its own."""
    await begin(home, wallbox)
    transaction = await wallbox.plug_in()
    delay = wallbox.held[NEXT_DELAY]
    async with home.owner() as owner:
        await owner.do("button", "press", "charge_now")
        await wallbox.pass_time(timedelta(minutes=10))
        wallbox.when_answered("StopTransaction", home.kill)
        await wallbox.box.unplug()
    took = wallbox.box.energy() / 1000
    assert took > 1
    await again(home, wallbox)
    # It may have been sent before the kill, too.
    await wallbox.until(lambda: wallbox.held[NEXT_DELAY] is not delay)
    async with home.owner() as owner:
        (session,) = await owner.sessions()
    assert session["id"] == transaction
    assert session["end"] is not None
    assert session["energy"] == pytest.approx(took, abs=0.002)
    await home.stop()
    assert set(wallbox.held) == RESIDENT


async def test_killed_when_the_first_profile_went_out(
    home: Home, wallbox: WatchedWallbox
) -> None:
    """The wallbox has all that it should hold, once."""
    await home.start()
    wallbox.when_called("SetChargingProfile", home.kill)
    await wallbox.catch_up()
    await wallbox.box.start()
    await again(home, wallbox)
    await wallbox.until(lambda: is_settled(wallbox))
    await home.stop()
    assert set(wallbox.held) == RESIDENT


async def test_killed_when_the_owners_limit_went_out(
    home: Home, wallbox: WatchedWallbox
) -> None:
    """The wallbox has the limit, and so has the owner: it is not held to what nobody knows of."""
    await begin(home, wallbox)
    async with home.owner() as owner:
        wallbox.when_called("SetChargingProfile", home.kill)
        await asyncio.gather(
            owner.do("number", "set_value", "current_limit", value=16),
            return_exceptions=True,
        )
    await again(home, wallbox)
    async with home.owner() as owner:
        assert float(await owner.state("current_limit")) == 16
        assert set(wallbox.held) == RESIDENT | {MAXIMUM}
        assert wallbox.held[MAXIMUM].periods[0].limit == 16
        await owner.do("number", "set_value", "current_limit", value=32)
        assert wallbox.held[MAXIMUM].periods[0].limit == 32
    await home.stop()
    assert set(wallbox.held) == RESIDENT | {MAXIMUM}


async def test_killed_when_charge_now_went_out(
    home: Home, wallbox: WatchedWallbox
) -> None:
    """The car charges at once, the owner sees why, and it ends with the session."""
    await begin(home, wallbox)
    transaction = await wallbox.plug_in()
    async with home.owner() as owner:
        wallbox.when_called("SetChargingProfile", home.kill)
        await asyncio.gather(
            owner.do("button", "press", "charge_now"), return_exceptions=True
        )
    await again(home, wallbox)
    assert set(wallbox.held) == RESIDENT | {OVERRIDE}
    assert wallbox.held[OVERRIDE].purpose is Purpose.TRANSACTION
    await wallbox.pass_time(timedelta(seconds=10))
    assert wallbox.box.current() == 32
    async with home.owner() as owner:
        await owner.sees("charging_reason", "charging_now")
        (session,) = await owner.sessions()
        assert session["id"] == transaction
        await wallbox.unplug()
        await owner.sees("charging_reason", "no_car")
    await home.stop()
    assert set(wallbox.held) == RESIDENT


@pytest.mark.parametrize("wallbox", [False], indirect=True)
async def test_killed_when_a_start_was_kept_but_not_answered(
    home: Home, wallbox: WatchedWallbox
) -> None:
    """Charge now is for the session that it began, which the wallbox tells again."""
    await begin(home, wallbox)
    await wallbox.box.plug_in(Car(soc=0.3))
    await wallbox.answered()
    async with home.owner() as owner:
        await owner.do("button", "press", "charge_now")
    wallbox.hear_nothing()
    async with home.killed_when_kept("TRUE"):
        await wallbox.pass_time(timedelta(seconds=5))
    await again(home, wallbox)
    await wallbox.until(lambda: len(wallbox.box.calls("StartTransaction")) > 1)
    await wallbox.pass_time(timedelta(seconds=10))
    transaction = wallbox.box.transaction()
    assert transaction is not None
    assert wallbox.box.current() == 32
    async with home.owner() as owner:
        (session,) = await owner.sessions()
        assert session["id"] == transaction.identifier
        await owner.sees("charging_reason", "charging_now")
    await home.stop()


async def test_killed_when_a_stop_was_kept_but_not_answered(
    home: Home, wallbox: WatchedWallbox
) -> None:
    """What was only for the session ends when the wallbox tells its end again: its delay has served."""
    await begin(home, wallbox)
    await wallbox.plug_in()
    delay = wallbox.held[NEXT_DELAY]
    wallbox.hear_nothing()
    async with home.killed_when_kept("stopped_at IS NOT NULL"):
        await wallbox.box.unplug()
    await again(home, wallbox)
    await wallbox.until(lambda: wallbox.held[NEXT_DELAY] is not delay)
    async with home.owner() as owner:
        (session,) = await owner.sessions()
        assert session["end"] is not None
    await home.stop()
    assert set(wallbox.held) == RESIDENT
