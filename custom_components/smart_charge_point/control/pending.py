"""Quarantine: a wallbox that dialled in unasked is heard, but nothing it says changes anything."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import override

from homeassistant.util import dt as dt_util

from ..central_system.handler import Admission, BootAnswer, Handler
from ..central_system.link import Link
from ..model.charge_point import NOTHING_TOLD, BootFacts
from ..model.events import (
    Metered,
    StatusChanged,
    TransactionStarted,
    TransactionStopped,
)

RETRY_SECONDS = 10
"""How soon a pending wallbox asks again: the longest that a confirmed one may wait to be told that it is welcome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingWallbox:
    """A wallbox that waits for the owner's word."""

    identity: str
    peer: str
    boot: BootFacts
    since: datetime


class Quarantine(Handler):
    """Answers for one unknown wallbox until the owner confirms it."""

    def __init__(
        self, identity: str, peer: str, on_boot: Callable[[PendingWallbox], None]
    ) -> None:
        """Keep what is known, and whom to tell."""
        self._identity = identity
        self._peer = peer
        self._on_boot = on_boot

    @property
    @override
    def admission(self) -> Admission:
        return Admission.QUARANTINED

    @override
    def connected(self, link: Link) -> None:
        # A wallbox that is only redialling sends no boot, and the owner must still be able to find it.
        self._tell(NOTHING_TOLD)

    @override
    def disconnected(self, link: Link) -> None:
        """Keep the card: the owner may well confirm a wallbox that is rebooting."""

    @override
    def seen(self) -> None:
        """Take no notice."""

    @override
    async def booted(self, boot: BootFacts) -> BootAnswer:
        self._tell(boot)
        return BootAnswer(admission=Admission.QUARANTINED, interval=RETRY_SECONDS)

    def _tell(self, boot: BootFacts) -> None:
        self._on_boot(
            PendingWallbox(
                identity=self._identity,
                peer=self._peer,
                boot=boot,
                since=dt_util.utcnow(),
            )
        )

    @override
    async def status_changed(self, event: StatusChanged) -> None:
        raise QuarantinedError

    @override
    async def authorize(self, tag: str) -> bool:
        raise QuarantinedError

    @override
    async def transaction_started(self, event: TransactionStarted) -> int:
        raise QuarantinedError

    @override
    async def transaction_stopped(self, event: TransactionStopped) -> None:
        raise QuarantinedError

    @override
    async def metered(self, event: Metered) -> None:
        raise QuarantinedError

    @override
    async def security_event(self, kind: str, info: str) -> None:
        raise QuarantinedError


class QuarantinedError(Exception):
    """The wire asked a quarantine for what it must never ask: see `Handler.admission`."""
