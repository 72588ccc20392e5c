"""The clock a wallbox lives by: the world's own, a faster one, or one that a test drives."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
import heapq
from itertools import count
import time
from typing import Protocol

# An answer over loopback takes a handful of passes of the event loop; a calm of this many means that nothing is under way.
_CALM_PASSES = 12
_SPINS_BEFORE_RESTING = 400


class Timer(Protocol):
    """Something that will be called once, unless it is cancelled before."""

    def cancel(self) -> None:
        """Forget the call. Does nothing if it was made already."""


class Party(Protocol):
    """Who lives by a clock and has conversations that a driven clock waits for."""

    @property
    def busy(self) -> bool:
        """Whether an answer is awaited or a frame not yet on the wire."""

    @property
    def traffic(self) -> int:
        """How many frames have come and gone; a change means that something is happening."""

    def stop_waiting(self) -> None:
        """Be no longer `busy` because of the answer that is awaited now."""


class Clock(Protocol):
    """What the simulator needs of a clock. Every instant is aware and in UTC."""

    def now(self) -> datetime:
        """Return the present instant."""

    def call_at(self, when: datetime, callback: Callable[[], None]) -> Timer:
        """Call `callback` at `when`, or as soon as possible if that has passed."""

    def join(self, party: Party) -> None:
        """Wait for `party` too when settling."""

    def leave(self, party: Party) -> None:
        """Wait for `party` no longer."""

    async def settle(self) -> None:
        """Return when what was set off has had its effect, as far as the clock can tell."""


class RealClock:
    """The world's time, from its beginning run `speed` times as fast."""

    def __init__(self, speed: float = 1.0, start: datetime | None = None) -> None:
        """Begin at `start` (by default: now).

        Raises:
            ValueError: `speed` is not above 0.
        """
        if speed <= 0:
            message = f"a clock cannot run at speed {speed}"
            raise ValueError(message)
        self._speed = speed
        self._start = start or datetime.now(UTC)
        self._origin = time.monotonic()

    def now(self) -> datetime:
        """Return the present instant of this clock."""
        return self._start + timedelta(
            seconds=(time.monotonic() - self._origin) * self._speed
        )

    def call_at(self, when: datetime, callback: Callable[[], None]) -> Timer:
        """Call `callback` when this clock shows `when`."""
        delay = (when - self.now()).total_seconds() / self._speed
        return asyncio.get_running_loop().call_later(max(delay, 0.0), callback)

    def join(self, party: Party) -> None:
        """Nothing to do: real time waits for nobody."""

    def leave(self, party: Party) -> None:
        """Nothing to do."""

    async def settle(self) -> None:
        """Let what is due happen; answers take the time they take."""
        await asyncio.sleep(0)


class OwnTimers:
    """Another clock's time, with timers of its own that can all be cancelled at once."""

    def __init__(self, clock: Clock) -> None:
        """Go by `clock`."""
        self._clock = clock
        self._pending: set[Timer] = set()

    def now(self) -> datetime:
        """Return the present instant of the clock beneath."""
        return self._clock.now()

    def call_at(self, when: datetime, callback: Callable[[], None]) -> Timer:
        """Call `callback` at `when`, unless everything is cancelled before."""

        def ring() -> None:
            self._pending.discard(timer)
            callback()

        timer = _OwnTimer(self._clock.call_at(when, ring), self._pending)
        self._pending.add(timer)
        return timer

    def cancel_all(self) -> None:
        """Forget every call that was to be made."""
        for timer in tuple(self._pending):
            timer.cancel()

    def join(self, party: Party) -> None:
        """Wait for `party` too when settling."""
        self._clock.join(party)

    def leave(self, party: Party) -> None:
        """Wait for `party` no longer."""
        self._clock.leave(party)

    async def settle(self) -> None:
        """Settle the clock beneath."""
        await self._clock.settle()


class _OwnTimer:
    """A call that knows where it is noted."""

    __slots__ = ("_inner", "_pending")

    def __init__(self, inner: Timer, pending: set[Timer]) -> None:
        self._inner = inner
        self._pending = pending

    def cancel(self) -> None:
        """Forget the call."""
        self._inner.cancel()
        self._pending.discard(self)


class _DrivenTimer:
    """A call in a driven clock."""

    __slots__ = ("callback", "when")

    def __init__(self, when: datetime, callback: Callable[[], None]) -> None:
        self.when = when
        self.callback: Callable[[], None] | None = callback

    def cancel(self) -> None:
        """Forget the call."""
        self.callback = None


class DrivenClock:
    """A clock that stands still until it is told to go.

    It then passes through every due timer in the order of their instants (equal ones in the order they were set), and
    lets the conversations on the sockets come to rest before it moves on. Nothing depends on the event loop's clock, so a
    test may freeze that one. Real time matters only as `patience`: how many real seconds an answer may take to come
    before the clock moves on without it.

    `followers` are called (and awaited) with each instant the clock comes to, before the timers due there run: the place
    to move a frozen Home Assistant along. `settlers` are awaited whenever the clock settles: `hass.async_block_till_done`.
    """

    def __init__(self, start: datetime, *, patience: float = 5.0) -> None:
        """Stand still at `start` (aware)."""
        self._now = start.astimezone(UTC)
        self._patience = patience
        self._timers: list[tuple[datetime, int, _DrivenTimer]] = []
        self._order = count()
        self._parties: list[Party] = []
        self.followers: list[Callable[[datetime], Awaitable[None] | None]] = []
        self.settlers: list[Callable[[], Awaitable[None]]] = []

    def now(self) -> datetime:
        """Return the instant the clock stands at."""
        return self._now

    def call_at(self, when: datetime, callback: Callable[[], None]) -> Timer:
        """Call `callback` when the clock is driven to `when`."""
        timer = _DrivenTimer(max(when.astimezone(UTC), self._now), callback)
        heapq.heappush(self._timers, (timer.when, next(self._order), timer))
        return timer

    def join(self, party: Party) -> None:
        """Wait for this party's conversations when settling."""
        if party not in self._parties:
            self._parties.append(party)

    def leave(self, party: Party) -> None:
        """Wait for this party no longer."""
        if party in self._parties:
            self._parties.remove(party)

    async def advance(self, by: float | timedelta) -> None:
        """Go on by seconds or a span, through every timer on the way."""
        span = by if isinstance(by, timedelta) else timedelta(seconds=by)
        await self.advance_to(self._now + span)

    async def advance_to(
        self, until: datetime, *, step: timedelta | None = None
    ) -> None:
        """Go on to `until`, through every timer on the way.

        With `step` the clock also comes to rest at least that often, so that followers with timers of their own
        keep up. An instant in the past leaves the clock where it is.
        """
        until = until.astimezone(UTC)
        await self.settle()
        while self._now < until:
            due = self._next_due()
            stop = min(until, due) if due else until
            if step is not None:
                stop = min(stop, self._now + step)
            await self._arrive(stop)
            before = self._traffic()
            self._run_due()
            if self.followers or self._traffic() != before or self._busy():
                await self.settle()
            else:
                await asyncio.sleep(0)
        await self.settle()

    def run_to(self, until: datetime) -> None:
        """Go on to `until` without letting anybody speak: for a wallbox that is offline, and fast."""
        until = until.astimezone(UTC)
        while (due := self._next_due()) is not None and due <= until:
            self._now = max(self._now, due)
            self._run_due()
        self._now = max(self._now, until)

    async def settle(self) -> None:
        """Return when every conversation has come to rest, or `patience` has run out; what is due now has run."""
        await self._come_to_rest()
        while self.settlers:
            seen = self._traffic()
            for settler in tuple(self.settlers):
                await settler()
            await self._come_to_rest()
            if self._traffic() == seen:
                return

    async def _come_to_rest(self) -> None:
        calm = spins = 0
        began = _real_seconds()
        seen = self._traffic()
        while calm < _CALM_PASSES:
            await asyncio.sleep(0)
            self._run_due()
            traffic = self._traffic()
            if traffic != seen:
                calm, seen, began, spins = 0, traffic, _real_seconds(), 0
            elif self._busy():
                calm, spins = 0, spins + 1
                if spins > _SPINS_BEFORE_RESTING:
                    await _rest()
                if _real_seconds() - began > self._patience:
                    for party in self._parties:
                        party.stop_waiting()
            else:
                calm += 1

    async def _arrive(self, instant: datetime) -> None:
        self._now = instant
        for follower in tuple(self.followers):
            result = follower(instant)
            if result is not None:
                await result

    def _next_due(self) -> datetime | None:
        while self._timers and self._timers[0][2].callback is None:
            heapq.heappop(self._timers)
        return self._timers[0][0] if self._timers else None

    def _run_due(self) -> None:
        while (due := self._next_due()) is not None and due <= self._now:
            timer = heapq.heappop(self._timers)[2]
            callback, timer.callback = timer.callback, None
            if callback is not None:
                callback()

    def _traffic(self) -> int:
        return sum(party.traffic for party in self._parties)

    def _busy(self) -> bool:
        return any(party.busy for party in self._parties)


def _real_seconds() -> float:
    """Return a count of real seconds that a test which freezes `time.time` and `time.monotonic` does not stop."""
    return time.clock_gettime(time.CLOCK_MONOTONIC)


async def _rest() -> None:
    """Give other threads a real millisecond, also where the event loop's clock stands still."""
    await asyncio.get_running_loop().run_in_executor(None, time.sleep, 0.001)
