"""The site: one home with its listener, its ledger and its charge points."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
import logging
from pathlib import Path
from typing import Any, Final, override

from homeassistant.config_entries import SOURCE_INTEGRATION_DISCOVERY, ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import discovery_flow
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..central_system.handler import Directory, Handler
from ..central_system.server import CentralSystem
from ..central_system.v16.dialect import Dialect16
from ..const import DOMAIN, SUBENTRY_CHARGE_POINT
from ..model.charge_point import NOTHING_TOLD
from ..records.ledger import Ledger
from ..rules.ruleset import GB_2021, Ruleset
from .charge_point import ChargePoint
from .controller import Controller
from .pending import PendingWallbox, Quarantine
from .settings import ChargePointSettings

_LOGGER = logging.getLogger(__name__)

MOST_CARDS: Final = 5
"""Discovery cards that may wait for the owner at one time: a client that invents identities gets no further."""
BOOT_GRACE: Final = 15
"""Seconds that an unknown wallbox has to say what it is before its card appears without that."""
CARD_TAKES: Final = timedelta(seconds=5)
"""How long Home Assistant may take to show a card."""
MOST_REMEMBERED: Final = 50
"""Pending wallboxes that are remembered, card or not."""


class Site(Directory):
    """One home."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Take the config entry; nothing listens before `async_start`."""
        self._hass = hass
        self._entry = entry
        self.ruleset: Ruleset = GB_2021
        self.port: int = entry.data["port"]
        self.ledger = Ledger(Path(hass.config.path(DOMAIN, "sessions.db")))
        self.server = CentralSystem(
            self, clock=dt_util.utcnow, dialects={"ocpp1.6": Dialect16}
        )
        self.controllers: dict[str, Controller] = {}
        self.turned_away = 0
        """How many wallboxes got no card because too many were waiting."""
        self._pending: dict[str, PendingWallbox] = {}
        self._grace: dict[str, CALLBACK_TYPE] = {}
        self._asked: dict[str, datetime] = {}
        self._listeners: list[Callable[[Controller], None]] = []

    @property
    def pending(self) -> Mapping[str, PendingWallbox]:
        """The wallboxes that wait for the owner's word, by identity."""
        return self._pending

    async def async_start(self) -> None:
        """Open the ledger, take up the charge points and listen.

        Raises:
            OSError: the port cannot be bound.
            LedgerError: the ledger cannot be opened.
        """
        await self.ledger.open()
        try:
            await self.async_sync_subentries()
            self.port = await self.server.start(None, self.port)
        except BaseException:
            await self.async_stop()
            raise
        # At Home Assistant's end config entries are not unloaded.
        self._entry.async_on_unload(
            self._hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, self._ends)
        )

    async def _ends(self, _event: Event) -> None:
        await self.async_stop()

    async def async_stop(self) -> None:
        """Close the sockets, keep what is to be kept, and close the ledger."""
        for cancel in self._grace.values():
            cancel()
        self._grace.clear()
        await self.server.stop()
        for controller in self.controllers.values():
            await controller.async_stop()
        await self.ledger.close()

    @callback
    def async_listen_controllers(
        self, listener: Callable[[Controller], None]
    ) -> CALLBACK_TYPE:
        """Call `listener` with each charge point that is added from now on."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def async_sync_subentries(self) -> None:
        """Bring the charge points in line with the config subentries, each without touching the others."""
        wanted = {
            subentry.subentry_id: subentry
            for subentry in self._entry.subentries.values()
            if subentry.subentry_type == SUBENTRY_CHARGE_POINT
        }
        for subentry_id in self.controllers.keys() - wanted.keys():
            controller = self.controllers.pop(subentry_id)
            await controller.async_remove()
            await self.server.disconnect(controller.identity)
        for subentry_id, subentry in wanted.items():
            settings = ChargePointSettings.from_data(subentry.data)
            if (known := self.controllers.get(subentry_id)) is not None:
                before = known.identity
                await known.async_update(subentry.title, settings)
                if known.identity != before:
                    await self.server.disconnect(before)
                    self._welcome(known)
                continue
            controller = Controller(
                ChargePoint(
                    self._hass,
                    self._entry,
                    subentry_id=subentry_id,
                    name=subentry.title,
                    settings=settings,
                    ruleset=self.ruleset,
                    ledger=self.ledger,
                )
            )
            await controller.async_start()
            self.controllers[subentry_id] = controller
            for listener in self._listeners:
                listener(controller)
            self._welcome(controller)

    @callback
    def _welcome(self, controller: Controller) -> None:
        """Give a wallbox that is waiting in quarantine to its controller, without touching its socket."""
        self._forget_pending(controller.identity)
        self.server.hand_over(controller.identity, controller.handler)

    @override
    def handler_for(self, identity: str, peer: str) -> Handler:
        for controller in self.controllers.values():
            if controller.identity == identity:
                return controller.handler
        return Quarantine(identity, peer, self._note_pending)

    @callback
    def _note_pending(self, wallbox: PendingWallbox) -> None:
        """Remember a wallbox in quarantine, and show its card once it has said what it is, or has had time to."""
        identity = wallbox.identity
        known = self._pending.get(identity)
        if known is None and len(self._pending) >= MOST_REMEMBERED:
            self._turn_away(wallbox)
            return
        if known is not None and wallbox.boot == NOTHING_TOLD:
            return
        self._pending[identity] = wallbox
        if (cancel := self._grace.pop(identity, None)) is not None:
            cancel()
        if wallbox.boot != NOTHING_TOLD:
            self._show_card(wallbox)
            return

        @callback
        def grace_ended(_now: object) -> None:
            self._grace.pop(identity, None)
            self._show_card(wallbox)

        self._grace[identity] = async_call_later(self._hass, BOOT_GRACE, grace_ended)

    @callback
    def _show_card(self, wallbox: PendingWallbox) -> None:
        waiting = {
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
        waiting |= self._asked.keys()
        if wallbox.identity in waiting:
            return
        if len(waiting) >= MOST_CARDS:
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
        self._pending.pop(wallbox.identity, None)
        self.turned_away += 1
        # Once in each power of two: a client that invents identities must not flood the log either.
        if self.turned_away & (self.turned_away - 1) == 0:
            _LOGGER.warning(
                "%s wallboxes were not shown because %s are waiting to be confirmed; the latest called from %s",
                self.turned_away,
                MOST_CARDS,
                wallbox.peer,
            )

    @callback
    def _forget_pending(self, identity: str) -> None:
        self._pending.pop(identity, None)
        if (cancel := self._grace.pop(identity, None)) is not None:
            cancel()
