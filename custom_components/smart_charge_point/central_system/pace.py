"""How fast one wallbox may talk before it is made to wait."""

import asyncio
from typing import Final

BURST: Final = 100
"""Frames that may come without waiting for answers: a replay of an evening offline, from a wallbox that does not wait."""
RATE: Final = 20.0
"""Such frames per second from then on; wallboxes send a few (ocpp.md 5.6)."""
SLICE: Final = 8
"""Frames of one wallbox that are read before the others get their turn: below a millisecond."""


class Pace:
    """Tells who waits for answers from who does not.

    OCPP-J has one call outstanding per direction, so a wallbox cannot send the next one before the loop has come round
    again: however fast that is, it is bounded by our own speed and needs no limit. What comes in the same pass of the loop
    was sent without waiting for the answer. It costs a token, and without tokens the socket is not read from for a while,
    so that TCP holds the sender back. Nothing is dropped.
    """

    __slots__ = ("_filled_at", "_in_pass", "_loop", "_tokens")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin with a full bucket."""
        self._loop = loop
        self._in_pass = 0
        self._tokens = float(BURST)
        self._filled_at = loop.time()

    def frame(self) -> float | None:
        """Count a frame. Return the seconds to wait before reading on, 0 to let others run, None to read on."""
        self._in_pass += 1
        if self._in_pass == 1:
            self._loop.call_soon(self._pass_over)
            return None
        now = self._loop.time()
        self._tokens += (now - self._filled_at) * RATE
        self._tokens = min(self._tokens, BURST) - 1
        self._filled_at = now
        if self._tokens < 0:
            return -self._tokens / RATE
        return 0 if self._in_pass % SLICE == 0 else None

    def _pass_over(self) -> None:
        self._in_pass = 0
