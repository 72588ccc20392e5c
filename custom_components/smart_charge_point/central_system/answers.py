"""The answers that were given lately, for wallboxes that repeat a call because they did not get its answer in time."""

import asyncio
from typing import Final

from .frames import MessageId

KEPT: Final = 8
"""Answers per socket. One call is outstanding at a time; overlapping retries make it a few."""
KEPT_FOR: Final = 60.0
"""Seconds. Retries come within this; later, an equal message with an equal id comes from a wallbox that counts badly."""
MAX_FRAME_KEPT: Final = 2048
"""Bytes of a frame that is held to compare with; of a longer one a hash is."""
NEVER_KEPT: Final = frozenset({"Heartbeat", "BootNotification"})
"""Their answers carry the time and the admission of now."""


class AnswerCache:
    """Answers by message id and the whole frame that they answer.

    Never by the id alone: wallboxes count from "1" again after a reboot, and some use one id for everything. A cache
    belongs to one socket.
    """

    __slots__ = ("_answers", "_loop")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin empty."""
        self._loop = loop
        self._answers: dict[MessageId, tuple[bytes | int, float, bytes]] = {}

    def get(self, message_id: MessageId, frame: bytes) -> bytes | None:
        """Return the answer that was given to the very same frame."""
        if (kept := self._answers.get(message_id)) is None:
            return None
        what, until, answer = kept
        return answer if what == _what(frame) and self._loop.time() < until else None

    def keep(self, message_id: MessageId, frame: bytes, answer: bytes) -> None:
        """Keep the answer to `frame`."""
        answers = self._answers
        # Taken out first, so that it goes to the end: the oldest is dropped.
        answers.pop(message_id, None)
        if len(answers) >= KEPT:
            del answers[next(iter(answers))]
        answers[message_id] = (_what(frame), self._loop.time() + KEPT_FOR, answer)

    def clear(self) -> None:
        """Forget all."""
        self._answers.clear()


def _what(frame: bytes) -> bytes | int:
    """Return what stands for a frame: the journal holds a short one anyway."""
    return frame if len(frame) <= MAX_FRAME_KEPT else hash(frame)
