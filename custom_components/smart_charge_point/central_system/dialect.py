"""What the version-neutral wire asks of a dialect of OCPP, and what it gives to one."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from .frames import ErrorCode, FrameError
from .handler import Handler
from .journal import FrameJournal
from .link import Link, Payload, Priority
from .schemas import Schemas


class Transport(Protocol):
    """One connection, as a dialect sees it: raw calls out, and who answers for the charge point."""

    @property
    def identity(self) -> str:
        """The charge point's identity; empty for a socket that gave none, until `identify`."""

    @property
    def peer(self) -> str:
        """The address it dialled in from."""

    @property
    def open(self) -> bool:
        """Whether the socket still stands."""

    @property
    def handler(self) -> Handler | None:
        """Who answers for the charge point now; None while `identity` is empty. May change between two frames."""

    async def call(
        self,
        action: str,
        payload: Payload,
        *,
        priority: Priority = Priority.OWNER,
        timeout: float | None = None,  # noqa: ASYNC109 - counts from sending, not from waiting in the queue
    ) -> Payload:
        """Send a call as it is and return the answer's payload as it came.

        `timeout` seconds count from sending; None for the usual ones. The dialect checks both payloads.

        Raises:
            CallTimedOutError: no answer came in time.
            CallRefusedError: an error came.
            NotConnectedError: the socket is closed, or closed before the answer came.
        """

    async def close(self) -> None:
        """Close the socket; the wallbox will dial in again."""

    @property
    def presumed(self) -> bool:
        """Whether the identity is what `presume` found: no boot has confirmed it yet."""

    def identify(self, identity: str) -> None:
        """Say who is on a socket that gave no identity; it then has a `handler`, which learns that it is connected.

        Where somebody else was presumed there, it has no `handler` afterwards and closes once the frame is answered.

        Raises:
            RefusedError: the identity is none, or is not to be served. The socket closes once the frame is answered.
        """

    def presume(self) -> None:
        """Find out who is on a socket that gave no identity and does not boot; nothing happens where that is not certain."""

    def expect_heartbeat(self, interval: int) -> None:
        """Say after how many seconds of silence the wallbox was told to send a heartbeat; three are waited for."""


class Dialect(Link, Protocol):
    """One version of OCPP on one connection: the `Link` that the rooms above command a charge point by."""

    async def receive(self, action: str, payload: Payload) -> Payload:
        """Take a call of the wallbox and return the answer's payload.

        Calls come one at a time, in the order of their frames. Repairs are told to the journal by `journal.note`.

        Raises:
            FrameError: the call is answered with this error.
        """

    async def ask_identity(self) -> None:
        """Ask a charge point that gave no identity, and has not booted, to say who it is. Never raises."""


type Clock = Callable[[], datetime]
"""The time now, UTC."""

type DialectFactory = Callable[[Transport, Clock, FrameJournal], Dialect]


def not_handled(action: str, schemas: Schemas) -> FrameError:
    """Return the error for an action that the dialect does not handle: whether the version knows it or not."""
    if action in schemas.actions:
        return FrameError(ErrorCode.NOT_SUPPORTED, "This action is not handled here")
    return FrameError(ErrorCode.NOT_IMPLEMENTED, "This action is unknown")
