"""Where a wallbox's quirks touch its messages: on the way out, on the way in, and nowhere else."""

from collections.abc import Callable
import json
from typing import Any

type Payload = dict[str, Any]


class Edges:
    """Passes messages on as they should be."""

    @property
    def holds_own_calls(self) -> bool:
        """Whether the wallbox's own calls wait until an answer has been given."""
        return True

    def outgoing(self, action: str, payload: Payload) -> Payload:
        """Return a call's payload as it goes on the wire."""
        return payload

    def answer(
        self, action: str, payload: Payload, think: Callable[[str, Payload], Payload]
    ) -> Payload | None:
        """Return the answer to the central system's call; None to give none."""
        return think(action, payload)

    def refusal(self, action: str, frame: list[Any]) -> list[Any]:
        """Return a CALLERROR as it goes on the wire."""
        return frame

    def text(self, frame: list[Any]) -> str:
        """Return a frame as text."""
        return json.dumps(frame, separators=(",", ":"))
