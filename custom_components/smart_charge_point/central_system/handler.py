"""What the wire asks of whoever decides: the walls between this room and the rooms above it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ..model.charge_point import BootFacts
from ..model.events import (
    Metered,
    SecurityEvent,
    StatusChanged,
    TransactionStarted,
    TransactionStopped,
)
from .link import Link


class Admission(StrEnum):
    """Whether a charge point may speak.

    A QUARANTINED one is answered, but nothing it says reaches a state; see `Handler`.
    """

    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class BootAnswer:
    """The answer to a boot: admission, and the heartbeat or retry interval in whole seconds."""

    admission: Admission
    interval: int


class Handler(Protocol):
    """Who answers for one charge point.

    The wire calls in the order in which the frames came, one at a time for each charge point, and answers the wallbox
    when the call returns. While `admission` is QUARANTINED only `connected`, `booted`, `seen` and `disconnected` are
    called. None of these may await a command to the same charge point: answers wait behind it. An exception that leaves
    one of them is logged and answered as InternalError, so that the wallbox keeps the message and repeats it.
    """

    @property
    def admission(self) -> Admission:
        """Whether the charge point may speak."""

    def connected(self, link: Link) -> None:
        """Take `link` for sending; one given earlier is dead from now on."""

    def disconnected(self, link: Link) -> None:
        """Learn that `link` ended. Not called for a link that a newer one has replaced."""

    def seen(self) -> None:
        """Learn that a frame came. Called on every one, so it must cost nothing."""

    async def booted(self, boot: BootFacts, *, asked: bool) -> BootAnswer:
        """Learn that the charge point booted, or was only `asked` to say what it is, and answer it."""

    async def status_changed(self, event: StatusChanged) -> None:
        """Learn a status."""

    async def authorize(self, tag: str) -> bool:
        """Return whether `tag` may charge."""

    async def transaction_started(self, event: TransactionStarted) -> int:
        """Keep the transaction for good, then return its id: the same one for a repetition of the same start."""

    async def transaction_stopped(self, event: TransactionStopped) -> None:
        """Keep the end of the transaction for good before returning."""

    async def metered(self, event: Metered) -> None:
        """Take samples."""

    async def security_event(self, event: SecurityEvent) -> None:
        """Learn a security event (OCPP 1.6 security whitepaper 4.10)."""


class Directory(Protocol):
    """Who knows which charge points there are."""

    def handler_for(self, identity: str, peer: str, *, named: bool) -> Handler:
        """Return the handler of `identity`, which dialled in from the address `peer`.

        `named` says whether it gave its identity when it dialled; otherwise its boot did (quirk T3). An unknown
        identity gets a quarantining handler; it may be a fresh one each time.

        Raises:
            RefusedError: the identity is not to be served at all.
        """

    def nameless_at(self, peer: str) -> str | None:
        """Return who it can only be that calls from the address `peer` without an identity.

        None unless exactly one accepted charge point that gives none was last met there.
        """


class RefusedError(Exception):
    """A charge point is not to be served; the handshake is answered with 404."""
