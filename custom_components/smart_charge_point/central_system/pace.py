"""How fast one wallbox may talk before it is made to wait."""

import asyncio
from collections.abc import Coroutine, Generator
import types
from typing import Any, Final, cast

BURST: Final = 100
"""Frames that may come without waiting for answers: a replay of an evening offline, from a wallbox that does not wait."""
RATE: Final = 20.0
"""Such frames per second from then on; wallboxes send a few (ocpp.md 5.6)."""
SLICE: Final = 8
"""Frames of one wallbox that are read before the others get their turn: below a millisecond."""


class Pace:
    """Tells who waits for answers from who does not, and how long to make the latter wait.

    OCPP-J has one call outstanding per direction: whoever keeps to it has nothing more to say when we have answered, and
    reading has to wait for the next frame. Such a wallbox is bounded by our own speed and needs no limit, however fast that is.
    A frame that is there already was sent without waiting for the answer. It costs a token, and without tokens the
    socket is not read from for a while, so that TCP holds the sender back. Nothing is dropped.
    """

    __slots__ = ("_filled_at", "_loop", "_piled_up", "_tokens")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin with a full bucket."""
        self._loop = loop
        self._piled_up = 0
        self._tokens = float(BURST)
        self._filled_at = loop.time()

    @types.coroutine
    def receive[T](self, receiving: Coroutine[Any, Any, T]) -> Generator[Any, Any, T]:
        """Await `receiving`, and notice whether that takes waiting at all."""
        try:
            waits_for = receiving.send(None)
        except StopIteration as received:
            self._piled_up += 1
            return cast("T", received.value)
        self._piled_up = 0
        # From here on it is what `await` does.
        while True:
            try:
                sent = yield waits_for
            except BaseException as error:  # noqa: BLE001 - handed on, not swallowed
                thrown: BaseException | None = error
            else:
                thrown = None
            try:
                waits_for = (
                    receiving.throw(thrown)
                    if thrown is not None
                    else receiving.send(sent)
                )
            except StopIteration as received:
                return cast("T", received.value)

    def pause(self) -> float | None:
        """Return the seconds to wait before reading on, 0 to let others run, None to read on."""
        if not self._piled_up:
            return None
        now = self._loop.time()
        self._tokens += (now - self._filled_at) * RATE
        self._tokens = min(self._tokens, BURST) - 1
        self._filled_at = now
        if self._tokens < 0:
            return -self._tokens / RATE
        return 0 if self._piled_up % SLICE == 0 else None
