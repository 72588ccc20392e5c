"""One charge point as it stands: its connectors, what is remembered of it, its link, and the snapshot of it all."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later, async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ..central_system.link import Link
from ..central_system.resident import rung_for
from ..const import DOMAIN
from ..model.capabilities import UNTRIED, Rung
from ..model.charge_point import NOTHING_TOLD, ChargePointState, Fault
from ..model.dsr_record import DsrRecord
from ..model.hours import HoursChoice
from ..model.result import ScheduleRead, TimeShifted
from ..records.ledger import Ledger
from ..rules.charging_hours import overlaps_peak
from .capability_report import Finding, capability_report
from .connector import Connector
from .dsr import DsrBook
from .fast_metering import FastMetering
from .issues import IssueKind, Issues
from .link_loss import LinkLossNotice
from .memory import ConnectorMemory, Memory, MemoryStore
from .obedience import Obedience
from .outages import Outages
from .reconciler import Reconciler
from .response_times import ResponseTimes
from .results import keep_result
from .session_facts import SessionFacts
from .sessions import SessionKeeper
from .settings import ChargePointSettings
from .site_settings import SiteSettings
from .starting import Starting

MOST_CONNECTORS: Final = 8
MEASUREMENTS_EVERY: Final = timedelta(seconds=0.9)
"""How often mere measurements make a new snapshot; all else makes one at once.

Each of those of a wallbox that measures every second, more or less, makes one as it comes: none has to wait for its turn.
"""


class ChargePoint:
    """One charge point.

    Its `state` is an immutable snapshot, replaced whenever something the owner may see has changed; listeners are told.
    `Reports` puts in what the wallbox tells, `Controller` what the owner wants.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        *,
        subentry_id: str,
        name: str,
        settings: ChargePointSettings,
        site: SiteSettings,
        ledger: Ledger,
    ) -> None:
        """Take what is known of the charge point; nothing happens before `async_start`."""
        self.hass = hass
        self.entry = entry
        self.subentry_id = subentry_id
        self.name = name
        self.site = site
        self.settings = settings
        self.ledger = ledger
        self.link: Link | None = None
        self.seen_at: datetime | None = None
        self.fault = Fault.NONE
        """What it says is wrong with it as a whole, beside what its connectors say of themselves."""
        self.state = ChargePointState(identity=settings.identity)
        self.connectors: dict[int, Connector] = {}
        self.store = MemoryStore(hass, subentry_id)
        self.issues = Issues(hass, subentry_id, name)
        self.dsr = DsrBook(
            ledger, lambda: self.settings.identity, self._running, self._opted_out
        )
        self.fast_metering = FastMetering(
            self.store, self.dsr, ledger, settings.identity
        )
        self.outages = Outages(self.store, ledger, lambda: self.settings.identity)
        self.response_times = ResponseTimes(ledger, lambda: self.settings.identity)
        self.reconciler = Reconciler(
            hass,
            self.store,
            self.connectors,
            issues=self.issues,
            dsr=self.dsr,
            fast_metering=self.fast_metering,
            response_times=self.response_times,
            on_read=self._read_back,
            on_change=self._reconciled,
        )
        self.sessions = SessionKeeper(
            ledger, settings.identity, self.connectors, self.reconciler.wake
        )
        self.facts = SessionFacts(hass, entry, ledger, subentry_id)
        self.obedience = Obedience(self.store, self.reconciler, self.issues)
        self.starting = Starting(self)
        self.dsr_listeners: list[Callable[[DsrRecord], None]] = []
        """Called with each event that is not followed any more, or has ended."""
        self._link_loss = LinkLossNotice(
            hass,
            subentry_id,
            name=lambda: self.name,
            settings=lambda: self.settings,
            reaction=lambda: self.reconciler.standby.reaction,
        )
        self._listeners: list[Callable[[], None]] = [
            lambda: self._link_loss.connection(self.state.connected),
            self.reconciler.offline_start.look,
        ]
        self._hours_held_by = Rung.WEEKLY
        self._reconciling: asyncio.Task[None] | None = None
        self._edge_at: datetime | None = None
        self._cancel_edge: CALLBACK_TYPE | None = None
        self._published_at: datetime | None = None
        self._cancel_measured: CALLBACK_TYPE | None = None

    @property
    def memory(self) -> Memory:
        """What outlives a restart."""
        return self.store.memory

    async def async_start(self) -> None:
        """Take up what was known before the restart."""
        memory = await self.store.load()
        memory.capabilities = replace(
            memory.capabilities,
            maximum=self.settings.maximum,
            phases=self.settings.phases,
        )
        for number in range(1, memory.capabilities.connectors + 1):
            self.add_connector(number)
        await self.sessions.restore()
        self.dsr.opt_out = memory.dsr_opt_out
        await self.dsr.restore(dt_util.utcnow())
        if self.store.fresh:
            self._notice_overlap()
        self._link_loss.start(known=memory.boot != NOTHING_TOLD)
        self._reconciling = self.entry.async_create_background_task(
            self.hass, self.reconciler.run(), f"{DOMAIN} reconciler {self.name}"
        )
        self._reconciled()

    async def async_stop(self) -> None:
        """Keep what is known; sockets are the server's to close."""
        if self._reconciling is not None:
            self._reconciling.cancel()
            self._reconciling = None
        self.reconciler.stop()
        self.starting.stop()
        self.facts.stop()
        if self._cancel_edge is not None:
            self._cancel_edge()
            self._cancel_edge = None
        self._stop_waiting()
        self._link_loss.stop()
        await self.sessions.save()
        await self.store.close()

    async def async_remove(self) -> None:
        """Forget the charge point. Its sessions stay in the ledger; deleting them is the owner's act."""
        await self.async_stop()
        await self.store.remove()
        self._link_loss.forget()
        self.issues.clear_all()

    async def async_update(self, name: str, settings: ChargePointSettings) -> None:
        """Take what the owner changed, without touching the socket."""
        before, self.settings = self.settings, settings
        self.name = self.issues.name = name
        memory = self.store.memory
        if settings.identity != before.identity:
            await self.ledger.reassign(before.identity, settings.identity)
            await self.sessions.change_identity(settings.identity)
            self.fast_metering.identity = settings.identity
            memory.capabilities = UNTRIED
            memory.settings_asked = frozenset()
            memory.settings_stopped = None
            memory.boot = NOTHING_TOLD
            memory.offline_since = None
            self.reconciler.forget_acknowledged()
        memory.capabilities = replace(
            memory.capabilities, maximum=settings.maximum, phases=settings.phases
        )
        if settings.decision.hours != before.decision.hours:
            self._notice_overlap()
            if self.link is not None:
                self.response_times.expect(TimeShifted, settings.decision.decided_at)
        for connector in self.connectors.values():
            connector.settings = settings
        self.reconciler.wake()
        self.publish()

    @callback
    def async_site_changed(self, site: SiteSettings) -> None:
        """Take what the owner changed for the whole home."""
        if site == self.site:
            return
        self.site = site
        for connector in self.connectors.values():
            connector.site = site
        self._notice_overlap()
        self.reconciler.wake()
        self.publish()

    def _notice_overlap(self) -> None:
        """Say once that the owner's own hours reach into the peak (A10.6)."""
        decision = self.settings.decision
        self.issues.set(
            IssueKind.HOURS_OVERLAP_PEAK,
            decision.choice is HoursChoice.CHANGED
            and overlaps_peak(decision.hours, self.site.ruleset),
        )

    def capability_report(self, now: datetime) -> tuple[Finding, ...]:
        """Return what was found of the wallbox at `now` (UTC), and what of it rests on Home Assistant being up."""
        return capability_report(
            self.memory.capabilities,
            [each.resident_schedule(now) for each in self.connectors.values()],
            now,
            delays=any(each.delays for each in self.connectors.values()),
        )

    @callback
    def async_add_listener(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `listener` whenever `state` was replaced."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def _read_back(self, read: ScheduleRead) -> None:
        """Keep what came of holding what the wallbox will apply against what it was sent."""
        keep_result(self.ledger, replace(read, charge_point=self.settings.identity))

    @callback
    def _reconciled(self) -> None:
        """Take in what is known of the wallbox's abilities."""
        for number in range(1, self.store.memory.capabilities.connectors + 1):
            self.add_connector(number)
        now = dt_util.utcnow()
        order = tuple(Rung)
        self._hours_held_by = max(
            (
                rung_for(
                    connector.resident_schedule(now), self.memory.capabilities, now
                )
                for connector in self.connectors.values()
            ),
            key=order.index,
            default=Rung.WEEKLY,
        )
        self.publish()

    @callback
    def measured(self, connector: Connector) -> None:
        """Publish what `connector` measured: mere figures when `MEASUREMENTS_EVERY` has passed since the last time."""
        if self._published_at is None or connector.turned():
            self.publish()
        elif self._cancel_measured is None:
            age = dt_util.utcnow() - self._published_at
            if timedelta() <= age < MEASUREMENTS_EVERY:
                self._cancel_measured = async_call_later(
                    self.hass, MEASUREMENTS_EVERY - age, self._waited
                )
            else:
                self.publish()

    @callback
    def _waited(self, _now: datetime) -> None:
        self._cancel_measured = None
        self.publish()

    @callback
    def _stop_waiting(self) -> None:
        if self._cancel_measured is not None:
            self._cancel_measured()
            self._cancel_measured = None

    @callback
    def publish(self) -> None:
        """Replace the snapshot if anything in it has changed, and see to it that time moves it on."""
        self._stop_waiting()
        now = self._published_at = dt_util.utcnow()
        link = self.link
        connected = link is not None and link.open
        memory = self.store.memory
        state = ChargePointState(
            identity=self.settings.identity,
            connected=connected,
            last_seen=self.seen_at,
            boot=memory.boot,
            capabilities=memory.capabilities,
            hours_held_by=self._hours_held_by,
            follow_dsr=memory.follow_dsr,
            dsr_active=bool(self.dsr.active(now)),
            tamper=memory.tamper,
            connectors={
                number: connector.refresh(now, connected)
                for number, connector in self.connectors.items()
            },
        )
        self._watch_time(now)
        if connected:
            for connector in self.connectors.values():
                self.starting.look(connector, now)
        if state != self.state:
            self.state = state
            self.facts.look(state.connectors.values(), memory.capabilities.maximum)
            for listener in tuple(self._listeners):
                listener()

    def _watch_time(self, now: datetime) -> None:
        due = min(
            (
                *(connector.changes_at(now) for connector in self.connectors.values()),
                *filter(
                    None, (self.dsr.next_edge(now), self.fast_metering.next_change(now))
                ),
            ),
            default=None,
        )
        if due == self._edge_at:
            return
        self._edge_at = due
        if self._cancel_edge is not None:
            self._cancel_edge()
            self._cancel_edge = None
        if due is not None:
            self._cancel_edge = async_track_point_in_utc_time(
                self.hass, self._edge_passed, due
            )

    @callback
    def _edge_passed(self, now: datetime) -> None:
        self._cancel_edge = None
        self._edge_at = None
        self.publish()
        if self.dsr.due(now):
            self.entry.async_create_background_task(
                self.hass, self._settle_dsr(), f"{DOMAIN} events of {self.name}"
            )

    async def _settle_dsr(self) -> None:
        """Take in that events have begun or ended, and tell who asked for them."""
        for record in await self.dsr.settle(dt_util.utcnow()):
            for listener in tuple(self.dsr_listeners):
                listener(record)
        self.reconciler.wake()
        self.publish()

    def _running(self) -> frozenset[int]:
        """Return the sessions that run."""
        return frozenset(
            connector.session.transaction_id
            for connector in self.connectors.values()
            if connector.session is not None
        )

    @callback
    def _opted_out(self, record: DsrRecord) -> None:
        for listener in tuple(self.dsr_listeners):
            listener(record)

    def connector_told(self, number: int) -> Connector | None:
        """Return the connector that the wallbox speaks of, made known if it is a new one and a sane one."""
        if (known := self.connectors.get(number)) is not None:
            return known
        if not 1 <= number <= MOST_CONNECTORS:
            return None
        memory = self.memory
        memory.capabilities = replace(
            memory.capabilities, connectors=max(number, memory.capabilities.connectors)
        )
        for missing in range(1, number + 1):
            self.add_connector(missing)
        self.reconciler.wake()
        return self.connectors[number]

    def add_connector(self, number: int) -> None:
        """Make a connector known, if it is not."""
        if number in self.connectors:
            return
        memory = self.memory
        self.connectors[number] = Connector(
            number,
            memory.connectors.setdefault(number, ConnectorMemory()),
            settings=self.settings,
            site=self.site,
            capabilities=lambda: memory.capabilities,
            tampered=lambda: memory.tamper is not None,
            dsr=self.dsr,
        )
