"""Sessions: what the wallbox tells of its transactions, brought into the ledger and kept in sight while they run."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Final

from ..model.charge_point import ConnectorStatus
from ..model.events import Metered, TransactionStarted, TransactionStopped
from ..model.transaction import Doubt, Session, StopReason
from ..records.ledger import Ledger
from .asides import MOST_ASIDE, Asides
from .connector import Connector
from .lifetime import catch_up, is_repeated
from .open_session import ENERGY, OpenSession

_LOGGER = logging.getLogger(__name__)

PROGRESS_EVERY: Final = timedelta(seconds=5)
"""How much of a session's flow time a power cut may cost; its energy is in the wallbox's register anyway."""
MOST_REMEMBERED: Final = 1000
"""Ids that a look into the ledger is saved for."""
LIVE: Final = timedelta(minutes=5)
"""Older samples are history that a wallbox makes up for: they are kept, but are not what flows now."""
_ADOPTABLE: Final = frozenset(
    {
        ConnectorStatus.CHARGING,
        ConnectorStatus.SUSPENDED_BY_CAR,
        ConnectorStatus.SUSPENDED_BY_WALLBOX,
    }
)


class SessionKeeper:
    """Keeps the sessions of one charge point."""

    def __init__(
        self,
        ledger: Ledger,
        identity: str,
        connectors: Mapping[int, Connector],
        on_present: Callable[[], None],
    ) -> None:
        """Take the ledger and the connectors, whose `session` it sets.

        `on_present` is called when a session of the past turns out to run.
        """
        self._ledger = ledger
        self._on_present = on_present
        self._identity = identity
        self._connectors = connectors
        self._invented: set[int] = set()
        """Ids told that are not ours: they say nothing about which session is meant."""
        self._closed: set[int] = set()
        """Ids of ended sessions, which some wallboxes send samples for until they are switched off."""
        self._asides = Asides(ledger)
        self._shown: dict[int, int] = {}
        """By connector: the session whose figures the owner sees as those of the last one."""

    async def restore(self) -> None:
        """Take up the sessions that ran when Home Assistant stopped; of several on a connector, the latest.

        And the latest of those that we concluded have ended: samples without an id are theirs by their time.
        """
        latest = await self._ledger.sessions(self._identity, limit=MOST_ASIDE)
        for session in reversed(latest):
            if (connector := self._connectors.get(session.connector)) is not None:
                catch_up(connector, session)
            if session.stopped_at is not None:
                self._shown[session.connector] = session.transaction_id
            if session.concluded_with is not None:
                await self._asides.take_up(session)
        for session in await self._ledger.running(self._identity):
            if (connector := self._connectors.get(session.connector)) is None:
                continue
            if connector.session is not None:
                await self._supersede(
                    connector.session, OpenSession.from_ledger(session)
                )
            connector.session = OpenSession.from_ledger(session)
            connector.session.unheard_since = (
                session.meter_last_at or session.started_at
            )

    async def save(self) -> None:
        """Bring what runs into the ledger."""
        for connector in tuple(self._connectors.values()):
            if connector.session is not None and connector.session.flow.at is not None:
                await self._keep(connector.session, connector.session.flow.at)

    async def change_identity(self, identity: str) -> None:
        """Follow the charge point to its new hardware; what ran on the old one has ended.

        Its sessions bear the new identity already.
        """
        self._identity = identity
        self._asides.clear()
        for connector in tuple(self._connectors.values()):
            connector.memory.plugged_in_for = ()
            if (session := connector.session) is not None:
                await self._close(
                    session,
                    at=session.flow.at or session.started_at,
                    meter=None,
                    reason=StopReason.SUPERSEDED,
                )
                connector.session = None

    async def started(
        self, connector: Connector, event: TransactionStarted, now: datetime
    ) -> OpenSession:
        """Keep a transaction's beginning on the disk and return its session.

        One that began before the connector's present session is history: it does not end that.
        """
        kept = await self._ledger.begin(self._identity, event, now)
        session = self._asides.get(kept.transaction_id) or OpenSession.from_ledger(kept)
        current = connector.session
        if current is not None and current.transaction_id == kept.transaction_id:
            return current
        if kept.stopped_at is not None:
            return session
        session.of_the_past = event.at_trusted and now - event.at > LIVE
        if not event.at_trusted:
            session.doubts.add(Doubt.TIME)
        if (
            current is not None
            and Doubt.ADOPTED in current.doubts
            and session.started_at <= current.started_at
        ):
            # The true beginning of the session that was met while it was running.
            session.of_the_past = False
            await self._ledger.delete([current.transaction_id])
            session.take_over(current)
            _hand_over_override(connector, current, session)
            current = None
        if current is not None and session.started_at < current.started_at:
            await self._supersede(session, current)
        else:
            if current is not None:
                await self._supersede(current, session)
            connector.session = session
        await self._conclude_before(connector, session)
        return session

    async def stopped(
        self, event: TransactionStopped, now: datetime
    ) -> tuple[Connector | None, Session | None, bool]:
        """Keep a transaction's end on the disk.

        Return the connector whose present session it was, the session, and whether its end was not told before.

        An id that was never given out ends the session that runs, if there is but one: some wallboxes forget what an
        offline start was called.
        """
        running = {
            connector.session.transaction_id: connector
            for connector in self._connectors.values()
            if connector.session is not None
        }
        known = (
            await self._ledger.find(self._identity, event.transaction_id)
            if event.transaction_id is not None
            else None
        )
        if (
            known is not None
            and known.concluded_with is not None
            and Doubt.ADOPTED in known.doubts
            and event.at < known.started_at
        ):
            # By an id that the wallbox made up it means an earlier one, which is not known.
            return None, None, False
        if known is None:
            candidates = [
                connector
                for connector in running.values()
                if connector.session is not None
                and connector.session.started_at < event.at
            ]
            if len(candidates) != 1 or candidates[0].session is None:
                _LOGGER.debug("A transaction ended that is not known: %s", event.at)
                return None, None, False
            session = candidates[0].session
        elif (at := running.get(known.transaction_id)) is not None:
            session = at.session or OpenSession.from_ledger(known)
        else:
            session = await self._asides.take_up(known)
        points = [session.take(sample) for sample in event.samples]
        await self._ledger.add_samples(session.transaction_id, points)
        if not event.at_trusted:
            session.doubts.add(Doubt.TIME)
        news = (
            known is None
            or known.stopped_at is None
            or known.concluded_with is not None
        )
        kept = await self._close(
            session, at=event.at, meter=event.meter, reason=event.reason
        )
        self._asides.drop(session.transaction_id)
        connector = running.get(session.transaction_id)
        if connector is not None:
            connector.session = None
        shown = connector or self._connectors.get(session.connector)
        if (
            kept is not None
            and shown is not None
            and shown.session is None
            and (connector is not None or await self._is_latest(kept))
        ):
            self._show_last(shown, kept)
        return connector, kept, news

    async def _is_latest(self, session: Session) -> bool:
        """Return whether no later session of its connector is known."""
        return not any(
            later.connector == session.connector
            for later in await self._ledger.sessions(
                self._identity, session.started_at + timedelta(microseconds=1)
            )
        )

    async def gone(self, connector: Connector, at: datetime) -> bool:
        """End the session of a car that is gone, if it still runs; return whether it did.

        Some wallboxes never say so (X11). It is our conclusion: a stop that comes later after all takes its place.
        """
        session = connector.session
        if session is None or at < session.started_at:
            return False
        kept = await self._close(
            session,
            at=at,
            meter=None,
            reason=StopReason.CAR_DISCONNECTED,
            provisional=True,
        )
        connector.session = None
        if kept is not None:
            self._show_last(connector, kept)
        return True

    async def metered(
        self, connector: Connector, event: Metered, now: datetime
    ) -> OpenSession | None:
        """Take samples into the session they belong to, and return that."""
        session = connector.session
        told = event.transaction_id
        if told is None:
            session = self._of_time(connector, event)
        elif session is None or told not in {
            session.wallbox_id,
            session.transaction_id,
        }:
            session = await self._belongs_to(connector, told, event, now)
        if session is None:
            return None
        if event.samples and now - event.samples[-1].at <= LIVE:
            self._runs(connector, session)
        points = [session.take(sample) for sample in event.samples]
        await self._ledger.add_samples(session.transaction_id, points)
        if session.concluded_at is not None:
            await self._conclude_anew(connector, session, session.concluded_at)
        elif points and (
            session.kept_at is None
            or abs(points[-1].at - session.kept_at) >= PROGRESS_EVERY
        ):
            session.kept_at = points[-1].at
            await self._keep(session, points[-1].at)
        return session

    async def is_repeated(
        self, connector: Connector, register: float, at: datetime
    ) -> bool:
        """Return whether a reading (Wh) of the past was counted before; see `lifetime.is_repeated`."""
        return await is_repeated(self._ledger, self._identity, connector, register, at)

    def _runs(self, connector: Connector, session: OpenSession) -> None:
        """Take note that a session is not of the past."""
        if session.of_the_past and session is connector.session:
            session.of_the_past = False
            self._on_present()

    async def flowing(
        self,
        connector: Connector,
        status: ConnectorStatus,
        at: datetime,
        now: datetime,
    ) -> None:
        """Mark the flow of the running session by what the connector says of itself."""
        session = connector.session
        if session is None or at < session.started_at:
            return
        if status in _ADOPTABLE and now - at <= LIVE:
            self._runs(connector, session)
        session.flow = session.flow.mark(at, status is ConnectorStatus.CHARGING)
        await self._keep(session, at)

    async def _belongs_to(
        self, connector: Connector, told: int, event: Metered, now: datetime
    ) -> OpenSession | None:
        """Return the session that samples with an unexpected transaction id belong to.

        Some wallboxes invent ids, some go on with that of an ended session: what was measured while a session runs on
        the connector is that session's, unless the id is known to be that of another connector's. With none running,
        one that is plainly in progress is adopted: it began while Home Assistant was not there.
        """
        present = self._of_time(connector, event)
        for other in self._connectors.values():
            if (
                other.session is not None
                and other.session.transaction_id == told
                and Doubt.ADOPTED not in other.session.doubts
            ):
                return other.session
        if (
            present is not None
            and present is connector.session
            and event.samples
            and event.samples[0].at >= present.started_at
        ):
            return present
        if (aside := self._asides.get(told)) is not None:
            return await self._if_of(aside, event)
        if told in self._closed:
            return None
        if told not in self._invented:
            known = await self._ledger.find(self._identity, told)
            if known is None or known.transaction_id != told:
                if len(self._invented) >= MOST_REMEMBERED:
                    self._invented.clear()
                self._invented.add(told)
            elif known.stopped_at is not None and known.concluded_with is None:
                if len(self._closed) >= MOST_REMEMBERED:
                    self._closed.clear()
                self._closed.add(told)
                return None
            else:
                return await self._if_of(await self._asides.take_up(known), event)
        if present is not None:
            return present
        if connector.state.status not in _ADOPTABLE or not event.samples:
            return None
        first = event.samples[0]
        if now - first.at > LIVE:
            return None
        adopted = await self._ledger.adopt(
            self._identity,
            connector.number,
            told,
            first.at,
            first.values.get(ENERGY),
        )
        _LOGGER.info(
            "Session %s was met while it was running and is kept from here on",
            adopted.transaction_id,
        )
        connector.session = OpenSession.from_ledger(adopted)
        return connector.session

    async def _keep(self, session: OpenSession, at: datetime) -> None:
        await self._ledger.progress(
            session.transaction_id,
            energy=session.register.total,
            flow_time=session.flow.total(at),
            doubts=session.doubts,
            meter_last=session.register.last,
            at=session.register.at or at,
            exported=session.exported,
        )

    async def _close(
        self,
        session: OpenSession,
        *,
        at: datetime,
        meter: float | None,
        reason: StopReason,
        provisional: bool = False,
    ) -> Session | None:
        came_to = session.outcome(at, meter)
        kept = await self._ledger.finish(
            self._identity,
            session.transaction_id,
            at=at,
            meter=meter,
            reason=reason,
            energy=came_to.energy,
            flow_time=came_to.flow_time,
            doubts=came_to.doubts,
            provisional=provisional,
            exported=session.exported,
        )
        if kept is not None and kept.concluded_with is not None:
            session.concluded_at = kept.stopped_at
            self._asides.put(session)
        return kept

    async def _conclude_anew(
        self, connector: Connector, session: OpenSession, at: datetime
    ) -> None:
        """Let a session that has ended by our conclusion come to what was told of it since."""
        came_to = session.outcome(at, None)
        await self._ledger.progress(
            session.transaction_id,
            energy=came_to.energy,
            flow_time=came_to.flow_time,
            doubts=came_to.doubts,
            meter_last=session.register.last,
            at=session.register.at or at,
            exported=session.exported,
            concluded_at=at,
        )
        if self._shown.get(session.connector) == session.transaction_id:
            connector.memory.last_session_energy = came_to.energy
            connector.memory.last_session_flow_time = came_to.flow_time

    async def _supersede(self, session: OpenSession, following: OpenSession) -> None:
        """Conclude that a session has ended where the next one of its connector begins."""
        session.next_start = following.register_at_start
        await self._close(
            session,
            at=following.started_at,
            meter=None,
            reason=StopReason.SUPERSEDED,
        )

    async def _conclude_before(
        self, connector: Connector, session: OpenSession
    ) -> None:
        """Let those that we concluded have ended come to an end where a session of their connector was told to begin."""
        for other in self._asides.reaching_beyond(connector.number, session.started_at):
            await self._supersede(other, session)
        before = await self._asides.before(
            self._identity, connector.number, session.started_at
        )
        if before is None or before.concluded_at is None:
            return
        if before.next_start != session.register_at_start:
            before.next_start = session.register_at_start
            await self._conclude_anew(connector, before, before.concluded_at)

    def _of_time(self, connector: Connector, event: Metered) -> OpenSession | None:
        """Return the session of a connector that samples belong to by their time; else the present one, if any."""
        present = connector.session
        if not event.samples:
            return present
        at = event.samples[0].at
        if present is not None and at >= present.started_at:
            return present
        return self._asides.of_time(connector.number, at) or present

    async def _if_of(self, session: OpenSession, event: Metered) -> OpenSession | None:
        """Return the session where samples with its id are its own."""
        own = await self._asides.has_place_for(self._identity, session, event.samples)
        return session if own else None

    def _show_last(self, connector: Connector, session: Session) -> None:
        """Let `session` be what the owner sees of the connector's last one."""
        self._shown[connector.number] = session.transaction_id
        connector.memory.last_session_energy = session.energy
        connector.memory.last_session_flow_time = session.flow_time


def _hand_over_override(
    connector: Connector, adopted: OpenSession, session: OpenSession
) -> None:
    """Let what the owner asked for in an adopted session stand in the one that it truly is."""
    override = connector.memory.override
    if override is not None and override.transaction_id == adopted.transaction_id:
        connector.memory.override = replace(
            override, transaction_id=session.transaction_id
        )
