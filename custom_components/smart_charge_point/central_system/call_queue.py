"""Calls to one wallbox: one outstanding at a time, the most urgent next."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import heapq
from itertools import count
from typing import Final

from .counters import Count, Tally
from .frames import CallFailure, CallResult, ErrorCode, MalformedFrame, encode_call
from .link import (
    CallError,
    CallRefusedError,
    CallTimedOutError,
    InvalidCallError,
    NotConnectedError,
    Payload,
    Priority,
)

MAX_WAITING: Final = 100
"""Calls that may wait for one wallbox. A reconcile queues a dozen; more than this comes from a loop gone wild."""


@dataclass(slots=True, eq=False)
class _Outstanding:
    message_id: str
    action: str
    answer: asyncio.Future[Payload]
    expiry: asyncio.TimerHandle | None = None
    """Frees the line where the caller has gone away."""


class CallQueue:
    """The calls to one connection.

    One is outstanding until it is answered or its time is over, also where its caller has gone away: a wallbox that
    gets two calls at once may lose both. The others wait in the order of their priority, then of their coming.
    """

    def __init__(
        self, send: Callable[[str, bytes], Awaitable[None]], tally: Tally
    ) -> None:
        """Send frames by `send(action, frame)`, which raises a ConnectionError where the socket is gone."""
        self._send = send
        self._tally = tally
        self._loop = asyncio.get_running_loop()
        self._ids = count(1)
        self._order = count()
        self._waiting: list[tuple[Priority, int, asyncio.Future[None]]] = []
        self._busy = False
        self._closed = False
        self._outstanding: _Outstanding | None = None

    async def call(
        self,
        action: str,
        payload: Payload,
        priority: Priority,
        timeout: float,  # noqa: ASYNC109 - counts from sending
    ) -> Payload:
        """Send a call when its turn comes and return the answer's payload.

        Raises:
            CallError: no usable answer came; see `Transport.call`.
        """
        message_id = str(next(self._ids))
        try:
            frame = encode_call(message_id, action, payload)
        except TypeError as error:
            raise InvalidCallError(f"{action} cannot be written: {error}") from error
        await self._turn(action, priority)
        call = _Outstanding(message_id, action, self._loop.create_future())
        self._outstanding = call
        deadline = self._loop.time() + timeout
        try:
            async with asyncio.timeout_at(deadline):
                await self._send(action, frame)
                return await call.answer
        except TimeoutError:
            self._tally[Count.CALLS_TIMED_OUT] += 1
            self._release(call)
            raise CallTimedOutError(
                f"{action} was not answered in {timeout:g} s"
            ) from None
        except asyncio.CancelledError:
            if self._outstanding is call:
                call.expiry = self._loop.call_at(deadline, self._release, call)
            raise
        except ConnectionError as error:
            self._release(call)
            raise NotConnectedError(f"The socket closed before {action}") from error
        except BaseException:
            # The answer was an error, or sending failed in a way of its own: the line is free either way.
            self._release(call)
            raise
        finally:
            if call.answer.done() and not call.answer.cancelled():
                # Closing fails the answer also while its call is still being sent; nobody awaits it then.
                call.answer.exception()

    def answered(self, frame: CallResult | CallFailure | MalformedFrame) -> str | None:
        """Take an answer. Return the action that it answers, None where no call waits for it."""
        call = self._outstanding
        if call is None or str(frame.message_id) != call.message_id:
            self._tally[Count.LATE_ANSWERS] += 1
            return None
        if not call.answer.done():
            match frame:
                case CallResult(payload=payload):
                    call.answer.set_result(payload)
                case CallFailure(code=code, description=description):
                    call.answer.set_exception(
                        CallRefusedError(call.action, code, description)
                    )
                case MalformedFrame(reason=reason):
                    call.answer.set_exception(
                        CallRefusedError(
                            call.action, ErrorCode.FORMATION_VIOLATION, reason
                        )
                    )
        self._release(call)
        return call.action

    def close(self) -> None:
        """Fail every call, outstanding and waiting, and all that come: the socket is closed."""
        if self._closed:
            return
        self._closed = True
        waiting, self._waiting = self._waiting, []
        for *_, turn in waiting:
            if not turn.done():
                turn.set_exception(
                    NotConnectedError("The socket closed before the call was sent")
                )
        if (call := self._outstanding) is not None:
            if not call.answer.done():
                call.answer.set_exception(
                    NotConnectedError(
                        f"The socket closed before {call.action} was answered"
                    )
                )
            self._release(call)

    async def _turn(self, action: str, priority: Priority) -> None:
        """Wait until the line is free for this call; it is taken when this returns."""
        if not self._closed and self._busy:
            if len(self._waiting) >= MAX_WAITING:
                raise CallError(f"Too many calls wait already, {action} was not sent")
            turn = self._loop.create_future()
            heapq.heappush(self._waiting, (priority, next(self._order), turn))
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled() and not turn.exception():
                    # The turn came in the moment in which the caller went away.
                    self._next()
                raise
        if self._closed:
            raise NotConnectedError(f"There is no socket to send {action} by")
        self._busy = True

    def _release(self, call: _Outstanding) -> None:
        if call.expiry is not None:
            call.expiry.cancel()
        if self._outstanding is call:
            self._outstanding = None
            self._next()

    def _next(self) -> None:
        while self._waiting:
            *_, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._busy = False
