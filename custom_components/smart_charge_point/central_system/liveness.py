"""Whether somebody is still on the other end of a socket: pings, and how long nothing was heard."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from .counters import Count, Tally
from .timing import MISSED_HEARTBEATS, Timing

type Ping = Callable[[], Awaitable[None]]
type Died = Callable[[float], None]


class Liveness:
    """Pings one socket from `start` to `stop`, and says when it is dead.

    Anything that is heard keeps a link alive. An unanswered ping alone ends none, as some wallboxes answer no pings; only
    of one that always did does a silent ping say that it has gone.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        *,
        timing: Timing,
        tally: Tally,
        ping: Ping,
        died: Died,
    ) -> None:
        """Watch a socket: `ping` sends one, `died` is told once after how many seconds of silence it was given up."""
        self._loop = loop
        self._timing = timing
        self._tally = tally
        self._send_ping = ping
        self._died = died
        self._heartbeat = 0
        self._pong_due = False
        self._answers_pings = False
        self._questioned_at: float | None = None
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.heard_at = loop.time()
        """When a frame last came, by the loop's clock; set by whoever reads."""

    def start(self) -> None:
        """Ping from now on."""
        self._timer = self._loop.call_later(self._timing.ping, self._look)

    def stop(self) -> None:
        """Ping no more."""
        if self._timer is not None:
            self._timer.cancel()

    def expect_heartbeat(self, interval: int) -> None:
        """Be patient with a wallbox that was told to say something every `interval` seconds; 0 where it was not."""
        self._heartbeat = interval

    def ponged(self) -> None:
        """Learn that a ping was answered."""
        self._pong_due = False
        self._answers_pings = True

    def question(self) -> None:
        """Find out whether anybody is left, by a ping."""
        self._questioned_at = self._loop.time()
        self._begin_ping()

    @property
    def deserted(self) -> bool:
        """Whether nothing came since it was questioned, for so long that who always answered pings must be gone."""
        asked = self._questioned_at
        return (
            self._answers_pings
            and asked is not None
            and self.heard_at < asked
            and self._loop.time() - asked >= self._timing.pong
        )

    def _look(self) -> None:
        """Ping, count what was not answered, and give up a link that is dead."""
        patience = max(self._timing.silence, MISSED_HEARTBEATS * self._heartbeat)
        if self._loop.time() - self.heard_at > patience:
            self._tally[Count.DEAD_LINKS] += 1
            self._died(patience)
            return
        if self._pong_due:
            self._tally[Count.PINGS_UNANSWERED] += 1
        self._pong_due = True
        self._begin_ping()
        self.start()

    def _begin_ping(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.Task(self._ping(), loop=self._loop, eager_start=True)

    async def _ping(self) -> None:
        with suppress(ConnectionError):
            await self._send_ping()
