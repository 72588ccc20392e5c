"""What a wallbox said and heard, and what it switched: the records that a test looks at."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A frame on the wire. `kind` 2 is a call, 3 an answer, 4 an error; 0 what could not be read.

    `action` of an answer is that of its call, empty if unknown. `payload` of an error is `{"code", "description"}`.
    """

    at: datetime
    kind: int
    message_id: str
    action: str
    payload: dict[str, Any]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Switching:
    """From `at` on: so many amperes flow on each phase of `connector`, and so many are offered to the car."""

    at: datetime
    connector: int
    amperes: float
    offered: float


class Journal:
    """The frames, bounded to the last ones."""

    def __init__(self, keep: int = 200_000) -> None:
        """Keep so many frames of each direction."""
        self.sent_frames: deque[Frame] = deque(maxlen=keep)
        self.received_frames: deque[Frame] = deque(maxlen=keep)
        self.traffic = 0
        self._sent_calls: dict[str, str] = {}
        self._received_calls: dict[str, str] = {}

    def sent(self, at: datetime, text: str, frame: list[Any]) -> None:
        """Note a frame that was put on the wire."""
        self.traffic += 1
        self.sent_frames.append(
            _read(at, text, frame, self._sent_calls, self._received_calls)
        )

    def received(self, at: datetime, text: str, frame: Any) -> None:
        """Note a frame that came."""
        self.traffic += 1
        self.received_frames.append(
            _read(at, text, frame, self._received_calls, self._sent_calls)
        )


def _read(
    at: datetime, text: str, frame: Any, calls: dict[str, str], answered: dict[str, str]
) -> Frame:
    match frame:
        case [2, str(message_id), str(action), dict(payload)]:
            calls[message_id] = action
            return Frame(
                at=at,
                kind=2,
                message_id=message_id,
                action=action,
                payload=payload,
                text=text,
            )
        case [3, str(message_id), dict(payload)]:
            action = answered.pop(message_id, "")
            return Frame(
                at=at,
                kind=3,
                message_id=message_id,
                action=action,
                payload=payload,
                text=text,
            )
        case [4, str(message_id), str(code), *rest]:
            error = {"code": code, "description": str(rest[0]) if rest else ""}
            action = answered.pop(message_id, "")
            return Frame(
                at=at,
                kind=4,
                message_id=message_id,
                action=action,
                payload=error,
                text=text,
            )
        case _:
            return Frame(at=at, kind=0, message_id="", action="", payload={}, text=text)
