"""What a session knows beside its figures: whose it is, when its car was plugged in, and what held it back."""

from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..model.charge_point import ConnectorState, ConnectorStatus
from ..model.events import TransactionStarted, TransactionStopped
from ..model.limit import Limit
from ..model.transaction import Session, StopReason
from ..records.errors import LedgerError
from ..records.ledger import Ledger
from .connector import Connector
from .open_session import OpenSession
from .people import People
from .vehicles import Vehicles

_LOGGER = logging.getLogger(__name__)

SETTLES: Final = timedelta(seconds=5)
"""How long a reason must hold to be kept: what comes and goes faster explains nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What holds of a session: the value of a `ChargingReason`, and the limit (A per phase) where there is one."""

    reason: str
    limit: float | None


class SessionFacts:
    """Brings the facts about the sessions of one charge point into the ledger.

    A fact that the ledger cannot keep is let go: what it is about, a charge and what the wallbox is answered, never waits
    for it.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        ledger: Ledger,
        subentry_id: str,
    ) -> None:
        """Take the ledger and the charge point's config subentry."""
        self._hass = hass
        self._entry = entry
        self._ledger = ledger
        self._subentry_id = subentry_id
        self._people = People(hass, entry)
        self._vehicles = Vehicles(hass, entry)
        self._looked: dict[int, _Held] = {}
        """What was held back when that was last told, as it is with each sample."""
        self._kept: dict[int, _Held] = {}
        self._settling: dict[int, tuple[datetime, _Held]] = {}
        self._cancel_settling: CALLBACK_TYPE | None = None
        self._began: dict[int, datetime] = {}
        """When a session began that nothing was kept of yet."""

    @callback
    def stop(self) -> None:
        """Wait for nothing any more."""
        if self._cancel_settling is not None:
            self._cancel_settling()
            self._cancel_settling = None

    async def began(
        self, connector: Connector, session: OpenSession, event: TransactionStarted
    ) -> None:
        """Keep whose a session is that was told to have begun, and of which car."""
        person = self._people.id_of(event.tag)
        vehicle = self._vehicles.of_session(event.tag, person, self._subentry_id)
        odometer = None
        present = connector.session is session and not session.of_the_past
        if present:
            self._began[session.transaction_id] = session.started_at
            if vehicle is not None:
                odometer = self._vehicles.odometer(vehicle)
        if person is not None or vehicle is not None:
            await self._try(
                self._ledger.assign(
                    session.transaction_id,
                    person=person,
                    vehicle=None if vehicle is None else vehicle.vehicle_id,
                    odometer=odometer,
                )
            )
        await self.plugged(connector)

    async def met(self, connector: Connector) -> None:
        """Keep of which car a session is that was met while it was running: nobody told with which tag it began."""
        vehicle = self._vehicles.of_session("", None, self._subentry_id)
        if (session := connector.session) is None:
            return
        if vehicle is not None:
            await self._try(
                self._ledger.assign(session.transaction_id, vehicle=vehicle.vehicle_id)
            )
        # A ledger that was lost may have had another session of that id.
        connector.memory.plugged_in_for = tuple(
            one
            for one in connector.memory.plugged_in_for
            if one != session.transaction_id
        )
        await self.plugged(connector)

    async def plugged(self, connector: Connector) -> None:
        """Keep since when the car of the present session is plugged in, or that it is gone."""
        memory, session, state = connector.memory, connector.session, connector.state
        if (
            state.status is ConnectorStatus.AVAILABLE
            and connector.status_at is not None
        ):
            await self._unplugged(memory.plugged_in_for, connector.status_at)
            memory.plugged_in_for = ()
        if (
            session is not None
            and not session.of_the_past
            and state.plugged_in_since is not None
            and session.transaction_id not in memory.plugged_in_for
        ):
            await self._try(
                self._ledger.set_connected(
                    session.transaction_id,
                    connected_at=min(state.plugged_in_since, session.started_at),
                )
            )
            memory.plugged_in_for = (*memory.plugged_in_for, session.transaction_id)

    async def ended(
        self, connector: Connector | None, session: Session, event: TransactionStopped
    ) -> None:
        """Keep when the car was unplugged, where that is what ended the session."""
        if event.reason is not StopReason.CAR_DISCONNECTED:
            return
        told = {session.transaction_id}
        if connector is not None:
            told |= {*connector.memory.plugged_in_for}
            connector.memory.plugged_in_for = ()
        await self._unplugged(told, event.at)

    async def _unplugged(self, sessions: Iterable[int], at: datetime) -> None:
        for transaction_id in sessions:
            await self._try(
                self._ledger.set_connected(transaction_id, disconnected_at=at)
            )

    async def _try(self, keeping: Awaitable[object]) -> None:
        try:
            await keeping
        except LedgerError as err:
            _LOGGER.debug("A fact about a session is not kept: %s", err)

    @callback
    def look(self, connectors: Iterable[ConnectorState], ceiling: Limit) -> None:
        """Take note of what holds the running sessions back; `ceiling` is what may flow where nothing does."""
        now = dt_util.utcnow()
        running: dict[int, _Held] = {}
        for state in connectors:
            if state.session is not None:
                limited = state.requested is not None and state.requested < ceiling
                running[state.session.transaction_id] = _Held(
                    reason=state.reason.value,
                    limit=state.requested.amperes
                    if state.requested is not None and limited
                    else None,
                )
        if running == self._looked:
            return
        self._looked = running
        self._began = {one: at for one, at in self._began.items() if one in running}
        self._kept = {one: held for one, held in self._kept.items() if one in running}
        self._settling = {
            one: held for one, held in self._settling.items() if one in running
        }
        for one, held in running.items():
            if held == self._kept.get(one):
                self._settling.pop(one, None)
            elif one not in self._settling or self._settling[one][1] != held:
                self._settling[one] = (self._began.get(one, now), held)
        if not self._settling:
            self.stop()
        elif self._cancel_settling is None:
            self._cancel_settling = async_call_later(self._hass, SETTLES, self._settled)

    @callback
    def _settled(self, now: datetime) -> None:
        self._cancel_settling = None
        for one, (since, held) in tuple(self._settling.items()):
            if now - since >= SETTLES:
                del self._settling[one]
                self._kept[one] = held
                self._began.pop(one, None)
                self._entry.async_create_background_task(
                    self._hass,
                    self._try(
                        self._ledger.add_reason(one, since, held.reason, held.limit)
                    ),
                    f"{DOMAIN} reason",
                )
        if self._settling:
            self._cancel_settling = async_call_later(self._hass, SETTLES, self._settled)
