"""Quarantine: a wallbox that dialled in unasked is heard, but nothing it says changes anything but its card."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
import logging
from typing import Final, override

from homeassistant.config_entries import SOURCE_IGNORE, SOURCE_INTEGRATION_DISCOVERY
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import discovery_flow
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..central_system.handler import Admission, BootAnswer, Handler
from ..central_system.link import Link
from ..const import DOMAIN
from ..model.charge_point import NOTHING_TOLD, BootFacts
from ..model.events import (
    Metered,
    SecurityEvent,
    StatusChanged,
    TransactionStarted,
    TransactionStopped,
)

_LOGGER = logging.getLogger(__name__)

RETRY_SECONDS = 10
"""How soon a pending wallbox asks again: the longest that a confirmed one may wait to be told that it is welcome."""
MOST_CARDS: Final = 5
"""Discovery cards that may wait for the owner at one time: a client that invents identities gets no further."""
BOOT_GRACE: Final = 15
"""Seconds that an unknown wallbox has to say what it is before its card appears without that."""
CARD_TAKES: Final = timedelta(seconds=5)
"""How long Home Assistant may take to show a card."""
MOST_REMEMBERED: Final = 1000
"""Wallboxes without a card that are remembered, so that each is counted once however often it asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingWallbox:
    """A wallbox that waits for the owner's word."""

    identity: str
    peer: str
    boot: BootFacts = NOTHING_TOLD


class WaitingRoom:
    """The wallboxes that wait for the owner's word, and their discovery cards."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Nobody waits yet."""
        self._hass = hass
        self.turned_away = 0
        """How many wallboxes got no card when they asked because too many were waiting."""
        self._waiting: dict[str, PendingWallbox] = {}
        self._grace: dict[str, CALLBACK_TYPE] = {}
        self._asked: dict[str, datetime] = {}
        """When a card was asked for that may not be shown yet."""
        self._turned_away: dict[str, None] = {}

    @property
    def pending(self) -> Mapping[str, PendingWallbox]:
        """Who waits for the owner's word, by identity; not whom the owner ignores."""
        return {
            identity: wallbox
            for identity, wallbox in self._waiting.items()
            if not self._ignored(identity)
        }

    @callback
    def came(self, wallbox: PendingWallbox) -> None:
        """Give a wallbox that has connected a while to say what it is, then show its card all the same.

        One that is only redialling sends no boot, and the owner must still be able to find it.
        """
        identity = wallbox.identity
        if identity in self._waiting or self._ignored(identity):
            return
        self._waiting[identity] = wallbox

        @callback
        def grace_ended(_now: object) -> None:
            self._grace.pop(identity, None)
            self._show_card(wallbox)

        self._grace[identity] = async_call_later(self._hass, BOOT_GRACE, grace_ended)

    @callback
    def told(self, wallbox: PendingWallbox) -> None:
        """Show the card of a wallbox that has said what it is."""
        self._end_grace(wallbox.identity)
        if self._ignored(wallbox.identity):
            self._waiting.pop(wallbox.identity, None)
            return
        self._waiting[wallbox.identity] = wallbox
        self._show_card(wallbox)

    @callback
    def left(self, identity: str) -> None:
        """Forget a visitor that hung up without having said what it is.

        A card stays: the owner may well confirm a wallbox that is rebooting.
        """
        if identity in self._grace:
            self.forget(identity)

    @callback
    def forget(self, identity: str) -> None:
        """Expect no more word from the owner about this one."""
        self._end_grace(identity)
        self._waiting.pop(identity, None)
        self._turned_away.pop(identity, None)

    @callback
    def close(self) -> None:
        """Let no timer outlive the site."""
        for cancel in self._grace.values():
            cancel()
        self._grace.clear()

    @callback
    def _end_grace(self, identity: str) -> None:
        if (cancel := self._grace.pop(identity, None)) is not None:
            cancel()

    def _ignored(self, identity: str) -> bool:
        entry = self._hass.config_entries.async_entry_for_domain_unique_id(
            DOMAIN, identity
        )
        return entry is not None and entry.source == SOURCE_IGNORE

    @callback
    def _show_card(self, wallbox: PendingWallbox) -> None:
        shown = {
            card["context"].get("unique_id")
            for card in self._hass.config_entries.flow.async_progress_by_handler(
                DOMAIN, match_context={"source": SOURCE_INTEGRATION_DISCOVERY}
            )
        }
        now = dt_util.utcnow()
        # A card that was just asked for is not in progress yet.
        self._asked = {
            identity: asked_at
            for identity, asked_at in self._asked.items()
            if now - asked_at < CARD_TAKES
        }
        shown |= self._asked.keys()
        if wallbox.identity in shown:
            return
        if len(shown) >= MOST_CARDS:
            self._turn_away(wallbox)
            return
        self._asked[wallbox.identity] = now
        discovery_flow.async_create_flow(
            self._hass,
            DOMAIN,
            context={"source": SOURCE_INTEGRATION_DISCOVERY},
            data={
                "identity": wallbox.identity,
                "vendor": wallbox.boot.vendor,
                "model": wallbox.boot.model,
                "serial": wallbox.boot.serial,
                "peer": wallbox.peer,
            },
        )

    @callback
    def _turn_away(self, wallbox: PendingWallbox) -> None:
        self._waiting.pop(wallbox.identity, None)
        if wallbox.identity in self._turned_away:
            return
        if len(self._turned_away) >= MOST_REMEMBERED:
            del self._turned_away[next(iter(self._turned_away))]
        self._turned_away[wallbox.identity] = None
        self.turned_away += 1
        # Once in each power of two: a client that invents identities must not flood the log either.
        if self.turned_away & (self.turned_away - 1) == 0:
            _LOGGER.warning(
                "%s wallboxes were not shown because %s are waiting to be confirmed; the latest called from %s",
                self.turned_away,
                MOST_CARDS,
                wallbox.peer,
            )


class Quarantine(Handler):
    """Answers for one unknown wallbox until the owner confirms it."""

    def __init__(self, identity: str, peer: str, room: WaitingRoom) -> None:
        """Have the wallbox wait in `room`."""
        self._wallbox = PendingWallbox(identity=identity, peer=peer)
        self._room = room

    @property
    @override
    def admission(self) -> Admission:
        return Admission.QUARANTINED

    @override
    def connected(self, link: Link) -> None:
        self._room.came(self._wallbox)

    @override
    def disconnected(self, link: Link) -> None:
        self._room.left(self._wallbox.identity)

    @override
    def seen(self) -> None:
        """Take no notice."""

    @override
    async def booted(self, boot: BootFacts, *, asked: bool) -> BootAnswer:
        self._room.told(replace(self._wallbox, boot=boot))
        return BootAnswer(admission=Admission.QUARANTINED, interval=RETRY_SECONDS)

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
    async def security_event(self, event: SecurityEvent) -> None:
        raise QuarantinedError


class QuarantinedError(Exception):
    """The wire asked a quarantine for what it must never ask: see `Handler.admission`."""
