"""Up: what a wallbox tells, put into its state and its sessions."""

from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Final, override

from homeassistant.util import dt as dt_util

from ..central_system.handler import Admission, BootAnswer, Handler
from ..central_system.link import Link
from ..const import DOMAIN
from ..model.capabilities import UNTRIED
from ..model.charge_point import HAZARDS, BootFacts, ConnectorStatus, Fault
from ..model.events import (
    Metered,
    SecurityEvent,
    SecurityKind,
    StatusChanged,
    TransactionStarted,
    TransactionStopped,
)
from ..model.meter import Measurand, Phase
from ..model.result import FirmwareMet
from ..model.transaction import Session
from ..rules.energy import Register, advance
from .charge_point import ChargePoint
from .connector import Connector
from .override import Override, OverrideKind
from .power_cuts import PowerCuts
from .results import keep_result
from .sessions import LIVE
from .tampering import Tampering

_LOGGER = logging.getLogger(__name__)

HEARTBEAT: Final = 300
"""Seconds between a wallbox's signs of life; its clock is set with each."""
BOOT_FLAP: Final = timedelta(minutes=15)
"""Boots nearer to each other than this share one delay: some wallboxes say that they booted at each reconnection."""
ENERGY: Final = (Measurand.ENERGY_IMPORT, Phase.TOTAL)


class Reports(Handler):
    """Answers for one charge point."""

    def __init__(self, charge_point: ChargePoint, tampering: Tampering) -> None:
        """Put what is told into `charge_point`, and what bears on its safety before `tampering`."""
        self._charge_point = charge_point
        self._tampering = tampering
        self._power_cuts = PowerCuts(charge_point)
        self._booted_at: datetime | None = None

    @property
    @override
    def admission(self) -> Admission:
        return Admission.ACCEPTED

    @override
    def connected(self, link: Link) -> None:
        now = dt_util.utcnow()
        self._charge_point.link = link
        self._charge_point.seen_at = now
        if self._charge_point.outages.back(now):
            self._charge_point.entry.async_create_background_task(
                self._charge_point.hass,
                self._charge_point.store.save(),
                f"{DOMAIN} memory of {self._charge_point.name}",
            )
        for connector in self._charge_point.connectors.values():
            connector.verified = False
            connector.status_known = False
        # Before its boot is answered it does not know that it may obey, nor we what it is.
        self._charge_point.reconciler.set_link(None if link.pending else link)
        self._charge_point.publish()

    @override
    def disconnected(self, link: Link) -> None:
        if self._charge_point.link is link:
            self._charge_point.link = None
            self._charge_point.outages.lost(dt_util.utcnow())
            self._charge_point.reconciler.set_link(None)
            self._charge_point.publish()

    @override
    def seen(self) -> None:
        self._charge_point.seen_at = dt_util.utcnow()

    @override
    async def booted(self, boot: BootFacts, *, asked: bool) -> BootAnswer:
        now = dt_util.utcnow()
        memory = self._charge_point.memory
        if boot.firmware != memory.boot.firmware:
            # Another firmware may hold what this one refused.
            memory.capabilities = replace(
                UNTRIED,
                connectors=memory.capabilities.connectors,
                maximum=memory.capabilities.maximum,
                phases=memory.capabilities.phases,
            )
            memory.settings_asked = frozenset()
            if boot.firmware:
                keep_result(
                    self._charge_point.ledger,
                    FirmwareMet(
                        at=now,
                        charge_point=self._charge_point.settings.identity,
                        firmware=boot.firmware,
                    ),
                )
        memory.boot = boot
        if not asked:
            # Whatever is wrong it says again now.
            self._charge_point.fault = Fault.NONE
            self._charge_point.reconciler.forget_acknowledged()
            for connector in self._charge_point.connectors.values():
                connector.booted_at = now
            self._power_cuts.booted(now)
            if self._booted_at is None or now - self._booted_at > BOOT_FLAP:
                self._delay_resumed_sessions(now)
            self._booted_at = now
        self._charge_point.store.save_soon()
        self._charge_point.reconciler.set_link(self._charge_point.link)
        self._charge_point.publish()
        return BootAnswer(admission=Admission.ACCEPTED, interval=HEARTBEAT)

    def _delay_resumed_sessions(self, now: datetime) -> None:
        """Delay what a power cut interrupted and the wallbox takes up again (A11.7).

        A session that outlived the cut is long past its own delay, so all the wallboxes of a street would start again
        in the same second.
        """
        for connector in self._charge_point.connectors.values():
            if connector.memory.held_since is not None:
                connector.memory.held_since = now
            delay = connector.memory.session_delay
            if connector.session is None or delay is None or not delay.seconds:
                continue
            if connector.standing_override(now) is None:
                connector.memory.override = Override(
                    kind=OverrideKind.DELAY,
                    transaction_id=connector.session.transaction_id,
                    since=now,
                    until=now + timedelta(seconds=delay.seconds),
                )

    @override
    async def status_changed(self, event: StatusChanged) -> None:
        if event.connector == 0:
            self._charge_point_status(event)
            return
        if (connector := self._charge_point.connector_told(event.connector)) is None:
            return
        before = connector.state.status
        booted = connector.booted_at is not None
        connector.booted_at = None
        if connector.told_status(event.status, event.fault, event.at, event.at_trusted):
            if booted or connector.awaits_delay:
                self._charge_point.reconciler.wake()
            sessions = self._charge_point.sessions
            now = dt_util.utcnow()
            await sessions.flowing(connector, event.status, event.at, now)
            if event.status is ConnectorStatus.AVAILABLE and await sessions.gone(
                connector, event.at
            ):
                await self._session_over(connector)
            await self._charge_point.facts.plugged(connector)
            if connector.state.status is not ConnectorStatus.PREPARING:
                self._charge_point.starting.cancel(connector)
            elif before is not ConnectorStatus.FINISHING:
                self._charge_point.starting.start_soon(connector)
            self._charge_point.store.save_soon()
        self._charge_point.publish()

    def _charge_point_status(self, event: StatusChanged) -> None:
        """Take what a wallbox says of itself as a whole: some say nothing else of a connector that has no car."""
        faulted = event.status is ConnectorStatus.FAULTED or event.fault in HAZARDS
        self._charge_point.fault = event.fault if faulted else Fault.NONE
        if len(self._charge_point.connectors) == 1:
            (connector,) = self._charge_point.connectors.values()
            if connector.status_at is None:
                connector.told_status(
                    event.status, event.fault, event.at, event.at_trusted
                )
                connector.status_at = None
                self._charge_point.publish()

    @override
    async def authorize(self, tag: str) -> bool:
        # Whose card it is has no part yet: a private wallbox charges for whoever can reach it.
        return True

    @override
    async def transaction_started(self, event: TransactionStarted) -> int:
        connector = (
            self._charge_point.connector_told(event.connector)
            or self._charge_point.connectors[1]
        )
        now = dt_util.utcnow()
        before = connector.session
        session = await self._charge_point.sessions.started(connector, event, now)
        await self._charge_point.facts.began(connector, session, event)
        if connector.session is session:
            # Also when it is told again: it was not answered, so what follows may not be on the disk.
            if event.meter is not None and session is not before:
                self._count(connector, event.meter, event.at, begins_session=True)
            self._bind_override(connector, now)
            connector.verified = False
            await self._charge_point.store.save()
            self._charge_point.reconciler.wake()
        self._charge_point.publish()
        return session.transaction_id

    def _bind_override(self, connector: Connector, now: datetime) -> None:
        """Give a wish that waited for a session to the one that began; hold its delay where the wallbox cannot."""
        memory = connector.memory
        session = connector.session
        if session is None:
            return
        waiting = memory.override
        if waiting is not None and waiting.transaction_id == session.transaction_id:
            return
        if (
            waiting is not None
            and waiting.transaction_id is None
            and waiting.stands_at(now)
        ):
            if session.started_at < waiting.since - LIVE:
                return  # A session of the past, that the wallbox replays.
            memory.override = replace(
                waiting,
                transaction_id=session.transaction_id,
                until=connector.wish_until(waiting, now),
                wished_until=None,
            )
            self._charge_point.dsr.session_began(session.transaction_id)
            self._charge_point.memory.dsr_opt_out = self._charge_point.dsr.opt_out
            return
        memory.override = None
        delay = memory.session_delay
        if delay is not None and delay.used:
            # It began before the wallbox could be given another one.
            _LOGGER.info(
                "%s delays a second session by the same %s s",
                self._charge_point.name,
                delay.seconds,
            )
        if (
            delay is not None
            and delay.seconds
            and session.started_at >= delay.drawn_at
            and not connector.holds_delay(now)
        ):
            memory.override = Override(
                kind=OverrideKind.DELAY,
                transaction_id=session.transaction_id,
                since=session.started_at,
                until=session.started_at + timedelta(seconds=delay.seconds),
            )

    @override
    async def transaction_stopped(self, event: TransactionStopped) -> None:
        now = dt_util.utcnow()
        connector, session, news = await self._charge_point.sessions.stopped(event, now)
        if session is not None:
            self._power_cuts.stopped(session.transaction_id, event)
            await self._charge_point.facts.ended(connector, session, event)
        if connector is None and session is not None:
            connector = self._left_unfinished(session)
        if session is not None and event.meter is not None and (connector or news):
            at = connector or self._charge_point.connectors.get(session.connector)
            if at is not None:
                self._count(at, event.meter, event.at)
        if connector is not None:
            used = connector.memory.session_delay
            # A session that began before the draw is history, and has used another delay.
            history = (
                used is not None
                and session is not None
                and session.started_at < used.drawn_at
            )
            await self._session_over(connector, redraw=not history)
        self._charge_point.publish()

    def _left_unfinished(self, session: Session) -> Connector | None:
        """Return the connector that does not know yet that `session` is over: Home Assistant was killed in between."""
        connector = self._charge_point.connectors.get(session.connector)
        if connector is None or connector.session is not None:
            return None
        served = connector.memory.session_delay
        if served is None or served.drawn_at > session.started_at:
            return None
        return connector

    async def _session_over(self, connector: Connector, *, redraw: bool = True) -> None:
        """Let what was only for the session end with it: the override, and the delay, which has served (A11.9)."""
        memory = connector.memory
        if memory.override is not None and memory.override.transaction_id is not None:
            memory.override = None
        connector.sent_override = None
        connector.verified = False
        if redraw and memory.session_delay is not None:
            memory.session_delay = replace(memory.session_delay, used=True)
        await self._charge_point.store.save()
        self._charge_point.reconciler.wake()

    @override
    async def metered(self, event: Metered) -> None:
        connector = self._charge_point.connector_told(event.connector or 1)
        if connector is None:
            return
        if (samples := connector.with_power(event.samples)) is not event.samples:
            event = replace(event, samples=samples)
        now = dt_util.utcnow()
        before = connector.session
        sessions = self._charge_point.sessions
        # Before a session takes them: it knows them then.
        news = [
            (energy, sample.at)
            for sample in event.samples
            if (energy := sample.values.get(ENERGY)) is not None
            and not await sessions.is_repeated(connector, energy, sample.at)
        ]
        session = await sessions.metered(connector, event, now)
        if connector.session is not before:
            await self._charge_point.facts.met(connector)
        ours = session is None or session is connector.session
        self._power_cuts.metered(connector, event)
        for energy, at in news:
            self._count(connector, energy, at)
        for sample in event.samples:
            fresh = abs(now - sample.at) <= LIVE and (
                connector.readings_at is None or sample.at >= connector.readings_at
            )
            if fresh and ours:
                connector.told_readings(sample.values, sample.at)
                self._charge_point.obedience.measured(connector, sample, now)
                await self._charge_point.fast_metering.measured(
                    connector.number, sample, now
                )
        self._charge_point.measured(connector)

    @override
    async def security_event(self, event: SecurityEvent) -> None:
        _LOGGER.info(
            "%s reports the security event %s", self._charge_point.name, event.name
        )
        if event.kind is SecurityKind.TAMPER:
            await self._tampering.told(event)

    def _count(
        self,
        connector: Connector,
        energy: float,
        at: datetime,
        *,
        begins_session: bool = False,
    ) -> None:
        """Take a reading of the lifetime register."""
        register = connector.memory.register or Register()
        connector.memory.register, _ = advance(
            register, energy, at, begins_session=begins_session
        )
        self._charge_point.store.save_soon()
