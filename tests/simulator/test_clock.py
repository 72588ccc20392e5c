"""A driven clock goes through every timer in order and waits for whoever is speaking."""

import asyncio
from datetime import datetime, timedelta

from freezegun import freeze_time
import pytest

from custom_components.smart_charge_point.simulator import (
    Car,
    DrivenClock,
    RealClock,
    Wallbox,
)

from .central_system import CentralSystem
from .conftest import MIDNIGHT


class _Party:
    """Somebody who is busy until told not to be waited for."""

    def __init__(self) -> None:
        self.busy = True
        self.traffic = 0

    def stop_waiting(self) -> None:
        """Be waited for no longer."""
        self.busy = False


async def test_timers_run_in_order_at_their_instants(clock: DrivenClock) -> None:
    """Also those that a timer sets, and equal ones in the order they were set; cancelled ones do not."""
    ran: list[tuple[str, float]] = []

    def note(name: str) -> None:
        ran.append((name, (clock.now() - MIDNIGHT).total_seconds()))

    def first() -> None:
        note("first")
        clock.call_at(clock.now() + timedelta(seconds=1), lambda: note("nested"))

    clock.call_at(MIDNIGHT + timedelta(seconds=5), lambda: note("third"))
    clock.call_at(MIDNIGHT + timedelta(seconds=1), first)
    clock.call_at(MIDNIGHT + timedelta(seconds=5), lambda: note("fourth"))
    clock.call_at(MIDNIGHT + timedelta(seconds=3), lambda: note("never")).cancel()
    clock.call_at(MIDNIGHT - timedelta(seconds=9), lambda: note("late"))
    await clock.advance(5)
    assert ran == [
        ("late", 0),
        ("first", 1),
        ("nested", 2),
        ("third", 5),
        ("fourth", 5),
    ]
    assert clock.now() == MIDNIGHT + timedelta(seconds=5)


async def test_goes_nowhere_but_forward(clock: DrivenClock) -> None:
    """An instant in the past leaves it where it is."""
    await clock.advance_to(MIDNIGHT - timedelta(days=1))
    assert clock.now() == MIDNIGHT


async def test_followers_see_every_instant_before_its_timers(
    clock: DrivenClock,
) -> None:
    """And with a step also those in between."""
    seen: list[tuple[str, datetime]] = []
    clock.followers.append(lambda now: seen.append(("follower", now)))

    async def follow(now: datetime) -> None:
        seen.append(("awaited", now))

    clock.followers.append(follow)
    due = MIDNIGHT + timedelta(seconds=90)
    clock.call_at(due, lambda: seen.append(("timer", clock.now())))
    await clock.advance_to(MIDNIGHT + timedelta(seconds=120), step=timedelta(minutes=1))
    minutes = MIDNIGHT + timedelta(minutes=1), due, MIDNIGHT + timedelta(minutes=2)
    assert [at for who, at in seen if who == "follower"] == [*minutes]
    assert seen.index(("awaited", due)) < seen.index(("timer", due))


async def test_waits_for_an_answer_only_as_long_as_patience_lasts() -> None:
    """A central system that never answers does not stop time."""
    clock = DrivenClock(MIDNIGHT, patience=0.05)
    party = _Party()
    clock.join(party)
    await clock.advance(1)
    assert not party.busy
    clock.leave(party)
    clock.leave(party)


async def test_settles_with_whoever_else_has_work(clock: DrivenClock) -> None:
    """A settler is awaited."""
    calls: list[int] = []

    async def settler() -> None:
        calls.append(1)

    clock.settlers.append(settler)
    await clock.settle()
    assert calls


async def test_a_real_clock_runs_at_its_speed() -> None:
    """A thousandfold clock makes a timer of ten seconds a matter of ten milliseconds."""
    clock = RealClock(speed=1000, start=MIDNIGHT)
    rang: asyncio.Future[datetime] = asyncio.get_running_loop().create_future()
    due = clock.now() + timedelta(seconds=10)
    clock.call_at(due, lambda: rang.set_result(clock.now()))
    async with asyncio.timeout(60):
        assert await rang >= due
    clock.join(_Party())
    await clock.settle()
    clock.leave(_Party())


def test_a_clock_cannot_stand_still() -> None:
    """Speed 0 is refused."""
    with pytest.raises(ValueError, match="speed 0"):
        RealClock(0)


async def _a_day(seed_current: float) -> tuple[list[object], list[str]]:
    clock = DrivenClock(MIDNIGHT)
    central = CentralSystem(clock)
    await central.start()
    wallbox = Wallbox(central.url, "WB", clock=clock)
    await wallbox.start()
    await wallbox.plug_in(Car(soc=0.8, maximum_current=seed_current))
    await clock.advance(timedelta(hours=6))
    await wallbox.unplug()
    await wallbox.stop()
    await central.stop()
    return [*wallbox.switchings], [frame.text for frame in wallbox.sent]


async def test_the_same_day_comes_out_the_same(socket_enabled: None) -> None:
    """Twice the same life: the same switchings and the same frames, to the letter."""
    assert await _a_day(20) == await _a_day(20)


async def test_works_while_the_worlds_time_is_frozen(socket_enabled: None) -> None:
    """Where freezegun holds `time.time` and the event loop's clock, as in Home Assistant's tests, sockets still work."""
    with freeze_time(MIDNIGHT):
        switchings, sent = await _a_day(16)
    assert switchings
    assert any("StopTransaction" in text for text in sent)
