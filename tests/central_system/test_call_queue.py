"""The call queue: one outstanding, the most urgent next, nothing waits for ever."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from custom_components.smart_charge_point.central_system import call_queue
from custom_components.smart_charge_point.central_system.call_queue import CallQueue
from custom_components.smart_charge_point.central_system.counters import Count, Tally
from custom_components.smart_charge_point.central_system.frames import (
    CallFailure,
    CallResult,
    MalformedFrame,
)
from custom_components.smart_charge_point.central_system.link import (
    CallError,
    CallRefusedError,
    CallTimedOutError,
    InvalidCallError,
    NotConnectedError,
    Priority,
)


class Line:
    """A call queue, and what it sent."""

    def __init__(self) -> None:
        """Send into a list."""
        self.sent: list[list[Any]] = []
        self.tally: Tally = Counter()
        self.queue = CallQueue(self._send, self.tally)
        self.fails: BaseException | None = None
        self.blocked: asyncio.Event | None = None

    async def _send(self, action: str, frame: bytes) -> None:
        if self.blocked is not None:
            await self.blocked.wait()
        if self.fails is not None:
            raise self.fails
        self.sent.append(orjson.loads(frame))

    def call(
        self,
        action: str,
        priority: Priority = Priority.CONTROL,
        timeout: float = 60,
    ) -> asyncio.Task[dict[str, Any]]:
        """Begin a call."""
        return asyncio.ensure_future(self.queue.call(action, {}, priority, timeout))

    def answer(self, **payload: Any) -> str | None:
        """Answer the call that was sent last."""
        return self.queue.answered(CallResult(self.sent[-1][1], payload))

    @property
    def actions(self) -> list[str]:
        """What was sent."""
        return [frame[2] for frame in self.sent]


class LoopClock:
    """The event loop's clock, which a test puts forward instead of waiting."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Take over the clock of the running loop."""
        loop = asyncio.get_running_loop()
        told = loop.time
        self._ahead = 0.0
        monkeypatch.setattr(loop, "time", lambda: told() + self._ahead)

    async def forward(self, seconds: float) -> None:
        """Let time pass, and all that is due run."""
        self._ahead += seconds
        await settle()


@pytest.fixture
async def clock(monkeypatch: pytest.MonkeyPatch) -> LoopClock:
    """A clock that is put forward."""
    return LoopClock(monkeypatch)


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    """A line that is closed in the end."""
    line = Line()
    yield line
    line.queue.close()


async def settle() -> None:
    """Let all that is ready run."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_an_answer_reaches_its_call(line: Line) -> None:
    """Also with the id as a number."""
    call = line.call("Reset")
    await settle()
    assert line.sent == [[2, "1", "Reset", {}]]
    assert line.queue.answered(CallResult(1, {"status": "Accepted"})) == "Reset"
    assert await call == {"status": "Accepted"}


async def test_one_is_outstanding_and_the_urgent_go_first(line: Line) -> None:
    """Equal priorities keep their order."""
    calls = [
        line.call("first", Priority.HOUSEKEEPING),
        line.call("house 1", Priority.HOUSEKEEPING),
        line.call("control 1", Priority.CONTROL),
        line.call("owner", Priority.OWNER),
        line.call("control 2", Priority.CONTROL),
        line.call("safety", Priority.SAFETY),
        line.call("house 2", Priority.HOUSEKEEPING),
    ]
    await settle()
    for sent in range(1, len(calls) + 1):
        assert len(line.sent) == sent
        line.answer()
        await settle()
    await asyncio.gather(*calls)
    assert line.actions == [
        "first",
        "safety",
        "owner",
        "control 1",
        "control 2",
        "house 1",
        "house 2",
    ]


async def test_errors_reach_their_call(line: Line) -> None:
    """T14: with the code as it came; an answer that cannot be read is an error too."""
    call = line.call("Reset")
    await settle()
    line.queue.answered(CallFailure("1", "NotImplemented", "no"))
    with pytest.raises(CallRefusedError) as caught:
        await call
    assert (caught.value.action, caught.value.code) == ("Reset", "NotImplemented")
    call = line.call("Reset")
    await settle()
    line.queue.answered(MalformedFrame("payload is no object", "2", answers=True))
    with pytest.raises(CallRefusedError, match="FormationViolation"):
        await call
    call = line.call("after")
    await settle()
    assert line.actions[-1] == "after"
    line.answer()
    await call


async def test_t15_a_call_times_out_and_the_next_goes(
    line: Line, clock: LoopClock
) -> None:
    """The time counts from sending: what waits behind does not lose its own. The late answer is dropped."""
    first = line.call("first", timeout=30)
    second = line.call("second", timeout=30)
    await settle()
    await clock.forward(29)
    assert not first.done()
    await clock.forward(2)
    with pytest.raises(CallTimedOutError):
        await first
    await clock.forward(28)
    assert line.actions == ["first", "second"]
    assert line.queue.answered(CallResult("1", {})) is None
    assert not second.done()
    line.answer(late=False)
    assert await second == {"late": False}
    assert line.tally[Count.LATE_ANSWERS] == 1
    assert line.tally[Count.CALLS_TIMED_OUT] == 1


async def test_sending_counts_to_the_time(line: Line, clock: LoopClock) -> None:
    """A socket that takes nothing holds up nobody for longer than the call's own time."""
    line.blocked = asyncio.Event()
    call = line.call("Reset", timeout=30)
    await settle()
    await clock.forward(31)
    with pytest.raises(CallTimedOutError):
        await call


async def test_answers_that_nobody_waits_for_are_counted(line: Line) -> None:
    """Before any call, with a wrong id, twice."""
    assert line.queue.answered(CallResult("1", {})) is None
    call = line.call("Reset")
    await settle()
    assert line.queue.answered(CallResult("x", {})) is None
    assert line.answer() == "Reset"
    assert line.answer() is None
    await call
    assert line.tally[Count.LATE_ANSWERS] == 3


async def test_cancelling_a_waiting_call_sends_it_never(line: Line) -> None:
    """And the others keep their order."""
    calls = [line.call(name) for name in ("first", "second", "third")]
    await settle()
    calls[1].cancel()
    await settle()
    line.answer()
    await settle()
    line.answer()
    await settle()
    assert line.actions == ["first", "third"]
    assert calls[1].cancelled()


async def test_cancelling_an_outstanding_call_keeps_the_line(
    line: Line, clock: LoopClock
) -> None:
    """The wallbox still works on it: the next waits for its answer, or until its time is over."""
    first = line.call("first")
    second = line.call("second")
    await settle()
    first.cancel()
    await settle()
    assert line.actions == ["first"]
    line.answer()
    await settle()
    assert line.actions == ["first", "second"]
    third = line.call("third", timeout=30)
    line.answer()
    await settle()
    fourth = line.call("fourth")
    third.cancel()
    await clock.forward(29)
    assert line.actions[-1] == "third"
    await clock.forward(2)
    assert line.actions[-1] == "fourth"
    line.answer()
    await asyncio.gather(second, fourth)


async def test_a_turn_that_comes_to_a_cancelled_call_goes_on(line: Line) -> None:
    """In the very same pass of the loop."""
    calls = [line.call(name) for name in ("first", "second", "third")]
    await settle()
    line.answer()
    calls[1].cancel()
    await settle()
    assert line.actions == ["first", "third"]


async def test_closing_fails_all(line: Line) -> None:
    """The outstanding one, the waiting ones, and those that come after."""
    calls = [line.call(name) for name in ("first", "second", "third")]
    await settle()
    line.queue.close()
    calls.append(line.call("fourth"))
    for call in calls:
        with pytest.raises(NotConnectedError):
            await call
    assert line.actions == ["first"]


async def test_a_broken_socket_fails_its_call(line: Line) -> None:
    """What the socket raises is told in our words, and the line is free."""
    line.fails = ConnectionResetError("gone")
    with pytest.raises(NotConnectedError):
        await line.call("first")
    line.fails = None
    call = line.call("second")
    await settle()
    line.answer()
    await call


async def test_what_is_no_json_is_not_sent(line: Line) -> None:
    """It is the caller's mistake."""
    with pytest.raises(InvalidCallError):
        await line.queue.call("Reset", {"type": object()}, Priority.OWNER, 1)
    assert line.sent == []


async def test_the_queue_is_bounded(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loop gone wild gets an error."""
    monkeypatch.setattr(call_queue, "MAX_WAITING", 2)
    calls = [line.call(name) for name in ("out", "waits", "waits", "too many")]
    await settle()
    with pytest.raises(CallError, match="Too many"):
        await calls.pop()
    line.queue.close()
    await asyncio.gather(*calls, return_exceptions=True)
