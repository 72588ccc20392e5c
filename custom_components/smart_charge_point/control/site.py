"""The site: one home with its listener, its ledger and its charge points."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..central_system.handler import Directory, Handler
from ..central_system.server import CentralSystem
from ..central_system.v16.dialect import Dialect16
from ..const import DOMAIN, SUBENTRY_CHARGE_POINT
from ..records.ledger import Ledger
from .bank_holidays import async_bank_holidays
from .charge_point import ChargePoint
from .controller import Controller
from .dsr_dispatch import DsrDispatch
from .dsr_source_issues import SourceIssues
from .dsr_sources.configured import forget
from .energy_mix import EnergyMix
from .forgetting import Forgetting
from .former import FormerWallbox, FormerWallboxes
from .issues import Issues
from .memory import MemoryStore
from .nameless import Nameless
from .pending import PendingWallbox, Quarantine, WaitingRoom
from .ruleset_end import RulesetEnd
from .settings import ChargePointSettings
from .signing import async_forget_key
from .site_settings import CONF_DSR_SOURCES, SiteSettings
from .statistics.keeper import StatisticsKeeper, forget_statistics
from .supplier import SupplierWatch
from .tariff.tariff import Tariff, async_forget_tariff


class Site(Directory):
    """One home."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Take the config entry; nothing listens before `async_start`."""
        self._hass = hass
        self._entry = entry
        self.settings = SiteSettings.of(hass, entry.options, 1)
        self.port: int = entry.data["port"]
        self.ledger = Ledger(Path(hass.config.path(DOMAIN, "sessions.db")))
        self.server = CentralSystem(
            self, clock=dt_util.utcnow, dialects={"ocpp1.6": Dialect16}
        )
        self.controllers: dict[str, Controller] = {}
        self._dsr = DsrDispatch(hass, entry)
        self._supplier = SupplierWatch(self.ledger)
        self._tariff = Tariff(hass, entry, self.ledger)
        self._energy_mix = EnergyMix(hass, entry, self.ledger)
        self.former = FormerWallboxes(hass, entry.entry_id)
        self.statistics = StatisticsKeeper(hass, entry, self.ledger, self.former)
        self.forgetting = Forgetting(hass, entry)
        self._ruleset_end = RulesetEnd(hass, entry.entry_id)
        self._waiting_room = WaitingRoom(hass)
        self._nameless = Nameless(hass, entry.entry_id)
        self._listeners: list[Callable[[Controller], None]] = []

    @property
    def pending(self) -> Mapping[str, PendingWallbox]:
        """The wallboxes that wait for the owner's word, by identity."""
        return self._waiting_room.pending

    @property
    def turned_away(self) -> int:
        """How many wallboxes got no card because too many were waiting."""
        return self._waiting_room.turned_away

    async def async_start(self) -> None:
        """Open the ledger, take up the charge points and listen.

        Raises:
            OSError: the port cannot be bound.
            LedgerError: the ledger cannot be opened.
        """
        await self.ledger.open()
        try:
            await self._nameless.load()
            await self.forgetting.load()
            await self.former.load()
            await self.async_sync_subentries()
            self.port = await self.server.start(None, self.port)
            self.statistics.start()
            self._energy_mix.start()
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
        """Stop the sources, close the sockets, keep what is to be kept, and close the ledger."""
        self._energy_mix.stop()
        await self.statistics.stop()
        await self._dsr.async_stop()
        self._ruleset_end.stop()
        self._waiting_room.close()
        await self.server.stop()
        for controller in self.controllers.values():
            await controller.async_stop()
        await self._nameless.save()
        await self._tariff.async_stop()
        await self.ledger.close()

    @callback
    def async_listen_controllers(
        self, listener: Callable[[Controller], None]
    ) -> CALLBACK_TYPE:
        """Call `listener` with each charge point that is added from now on."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def async_sync_subentries(self) -> None:
        """Bring charge points and sources in line with subentries and options, each without touching the others."""
        wanted = {
            subentry.subentry_id: subentry
            for subentry in self._entry.subentries.values()
            if subentry.subentry_type == SUBENTRY_CHARGE_POINT
        }
        options = self._entry.options
        self._supplier.look(options, self.controllers.values())
        self.settings = replace(
            SiteSettings.of(self._hass, options, len(wanted)),
            bank_holidays=await async_bank_holidays(
                self._hass, self._entry.entry_id, options
            ),
        )
        self._ruleset_end.watch(self.settings.ruleset)
        await self._tariff.async_sync()
        for subentry_id in self.controllers.keys() - wanted.keys():
            controller = self.controllers.pop(subentry_id)
            await self.former.keep(
                controller.identity,
                FormerWallbox(subentry_id=subentry_id, name=controller.name),
            )
            await self.forgetting.drop(subentry_id)
            await controller.async_let_go()
            # What it is just telling may still be written down, so that goes first.
            await self.server.release(controller.identity)
            self._nameless.forget(controller.identity)
            await controller.async_remove()
        for subentry_id, subentry in wanted.items():
            settings = ChargePointSettings.from_data(subentry.data)
            if (known := self.controllers.get(subentry_id)) is not None:
                known.async_site_changed(self.settings)
                if settings.identity == known.identity:
                    await known.async_update(subentry.title, settings)
                else:
                    await self._replace(known, subentry.title, settings)
                continue
            controller = Controller(
                ChargePoint(
                    self._hass,
                    self._entry,
                    subentry_id=subentry_id,
                    name=subentry.title,
                    settings=settings,
                    site=self.settings,
                    ledger=self.ledger,
                )
            )
            await controller.async_start()
            self.controllers[subentry_id] = controller
            self.forgetting.watch(controller)
            for listener in self._listeners:
                listener(controller)
            self._welcome(controller)
        await self._dsr.async_sync(
            {one: controller.dsr for one, controller in self.controllers.items()}
        )

    async def _replace(
        self, controller: Controller, name: str, settings: ChargePointSettings
    ) -> None:
        """Give new hardware the place of the old."""
        # Until that is done both are nobody's, should they dial in.
        del self.controllers[controller.subentry_id]
        try:
            await self.server.release(controller.identity)
            self._nameless.forget(controller.identity)
            await controller.async_update(name, settings)
        finally:
            self.controllers[controller.subentry_id] = controller
        self._welcome(controller)

    @callback
    def _welcome(self, controller: Controller) -> None:
        """Give a wallbox that is waiting in quarantine to its controller, without touching its socket."""
        identity = controller.identity
        self._waiting_room.forget(identity)
        connection = self.server.connections.get(identity)
        if connection is not None:
            self._met(identity, connection.peer, named=connection.named)
        self.server.hand_over(identity, controller.handler)

    @callback
    def _met(self, identity: str, peer: str, *, named: bool) -> None:
        if named:
            self._nameless.forget(identity)
        else:
            self._nameless.met(identity, peer)

    @override
    def handler_for(self, identity: str, peer: str, *, named: bool) -> Handler:
        for controller in self.controllers.values():
            if controller.identity == identity:
                self._met(identity, peer, named=named)
                return controller.handler
        return Quarantine(identity, peer, self._waiting_room)

    @override
    def nameless_at(self, peer: str) -> str | None:
        return self._nameless.only_one_at(peer)


async def async_forget(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Forget a site that was removed, and its charge points. Their sessions stay in the ledger."""
    for subentry in entry.subentries.values():
        if subentry.subentry_type != SUBENTRY_CHARGE_POINT:
            continue
        await MemoryStore(hass, subentry.subentry_id).remove()
        Issues(hass, subentry.subentry_id, subentry.title).clear_all()
    await Nameless(hass, entry.entry_id).remove()
    await Forgetting(hass, entry).remove()
    await FormerWallboxes(hass, entry.entry_id).remove()
    await forget_statistics(hass, entry)
    await async_forget_key(hass, entry)
    await async_forget_tariff(hass, entry.entry_id)
    for provider in entry.options.get(CONF_DSR_SOURCES, ()):
        SourceIssues(hass, entry.entry_id).clear(provider)
        await forget(hass, provider)
