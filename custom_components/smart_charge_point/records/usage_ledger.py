"""Usage in the ledger: what sessions took by the half hour, what that cost, whose it was, and how it is forgotten.

The rest of what a session knows is in `ledger`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
import logging
import sqlite3
from typing import Final

from ..model.slot import Slot
from ..model.transaction import CorrectedField
from ..model.usage import (
    Correction,
    Due,
    HourSum,
    PriceStep,
    ReasonSpan,
    Receipt,
    SessionFilter,
    SessionOrder,
    SessionRow,
    UsageKey,
    UsageTotals,
    WipeRequest,
    WipeScope,
)
from ..rules.periods import Period
from . import (
    attribution,
    due as due_rows,
    prices as price_rows,
    slots as slot_rows,
    stale,
    usage as usage_rows,
    wiping,
)
from .errors import LedgerError
from .rows import number
from .thread import LedgerThread

_LOGGER: Final = logging.getLogger(__name__)

_AT_ONCE: Final = 20
"""Sessions that are brought up to date at a time, so that a wallbox that begins to charge does not wait for a year."""


class UsageLedger(LedgerThread):
    """The part of the ledger that is about usage; calls are as those of `Ledger`."""

    # Sessions with their figures.

    async def rows(
        self,
        which: SessionFilter,
        order: SessionOrder = SessionOrder.STARTED,
        *,
        descending: bool = True,
        limit: int = 100,
        offset: int = 0,
    ) -> tuple[SessionRow, ...]:
        """Return a page of the sessions that are meant, sorted."""
        return await self._look(
            lambda connection: usage_rows.rows(
                connection,
                which,
                order,
                descending=descending,
                limit=limit,
                offset=offset,
            )
        )

    async def summary(self, which: SessionFilter) -> UsageTotals:
        """Return what the sessions that are meant come to: each whole, whenever it was charged (`usage` splits)."""
        return await self._look(
            lambda connection: usage_rows.summary(connection, which)
        )

    async def row(self, transaction_id: int) -> SessionRow | None:
        """Return one session with its figures."""
        return await self._look(
            lambda connection: usage_rows.row(connection, transaction_id)
        )

    async def slots(self, transaction_id: int) -> tuple[Slot, ...]:
        """Return the half hours of a session in which anything flowed, by time; their sum is the session.

        Those of a running session are as of the latest `refresh_running`.
        """
        return await self._look(
            lambda connection: slot_rows.read(connection, number(transaction_id))
        )

    async def reasons(self, transaction_id: int) -> tuple[ReasonSpan, ...]:
        """Return what delayed or limited a session, by time; each holds until the next."""
        return await self._read(
            lambda connection: attribution.reasons(connection, transaction_id)
        )

    # Usage by hours and periods.

    async def hours(
        self, key: UsageKey, start: datetime, end: datetime
    ) -> tuple[HourSum, ...]:
        """Return the hours that begin in [start, end) and had any usage, by time."""
        return await self._look(
            lambda connection: usage_rows.hours(connection, key, start, end)
        )

    async def first_hour(self, key: UsageKey) -> datetime | None:
        """Return the first hour that had any usage, None where none had."""
        return await self._look(
            lambda connection: usage_rows.first_hour(connection, key)
        )

    async def total_before(self, key: UsageKey, hour: datetime) -> HourSum:
        """Return all usage before `hour` as one sum that bears that hour."""
        return await self._look(
            lambda connection: usage_rows.total_before(connection, key, hour)
        )

    async def usage(
        self, key: UsageKey, periods: Sequence[Period]
    ) -> tuple[UsageTotals, ...]:
        """Return the usage of each period: sessions count where they began, energy where its half hour began (A9.3)."""
        return await self._look(
            lambda connection: usage_rows.usage(connection, key, periods)
        )

    async def keys(self) -> tuple[UsageKey, ...]:
        """Return the series that there is any usage of.

        The whole home, each charge point, each person, each vehicle, and each tag of a person's sessions; none where
        there is no usage at all.
        """
        return await self._look(usage_rows.keys)

    async def charge_points(self) -> tuple[str, ...]:
        """Return the charge points that there are any sessions of, also those that took nothing."""
        return await self._read(usage_rows.charge_points)

    async def refresh_running(self) -> None:
        """Bring the slots of running sessions to what has been measured by now."""
        await self._do(lambda: self._keep(stale.outdate_running))
        await self._look(lambda _: None)

    # What is out of date elsewhere.

    async def due(self) -> Mapping[str, Due]:
        """Return, by charge point, from which hour on usage has changed since it was last settled."""
        return await self._look(due_rows.read)

    async def settled(self, charge_point: str, read: Due) -> None:
        """Take note that all that was due when `read` was read is done. What has changed since remains due."""
        await self._do(
            lambda: self._keep(
                lambda connection: due_rows.settled(connection, charge_point, read)
            )
        )

    # Prices and sources.

    async def keep_price(
        self, at: datetime, value: float | None, *, shown: bool = False
    ) -> None:
        """Keep that a kWh costs `value` from `at` until the next step; None: not known from then on.

        A step that is there already at that moment is replaced. What was charged since is priced anew.
        """
        await self.keep_prices([PriceStep(at=at, value=value, shown=shown)])

    async def keep_prices(self, steps: Iterable[PriceStep]) -> None:
        """Keep several steps, all of them or none; see `keep_price`."""
        told = sorted(steps, key=lambda step: step.at)

        def write(connection: sqlite3.Connection) -> None:
            for step in told:
                price_rows.keep_price(connection, step)

        await self._do(lambda: self._keep(write))

    async def keep_rates(
        self, rates: Sequence[PriceStep], shown_until: datetime
    ) -> None:
        """Let these steps hold from the first of them on in the place of all others, and price anew what was charged since.

        What an entity showed before `shown_until` (UTC) stays as it is. Kept once more, nothing changes.
        """
        await self._do(
            lambda: self._keep(
                lambda connection: price_rows.keep_rates(connection, rates, shown_until)
            )
        )

    async def prices(self, start: datetime, end: datetime) -> tuple[PriceStep, ...]:
        """Return the steps of [start, end) by time, and before them the one in force at `start`, if any."""
        return await self._read(
            lambda connection: price_rows.prices(connection, start, end)
        )

    async def latest_price(self) -> PriceStep | None:
        """Return the last step there is."""
        return await self._read(price_rows.latest_price)

    async def keep_mix(
        self,
        hour: datetime,
        *,
        solar: float | None,
        battery: float | None,
        co2: float | None,
    ) -> None:
        """Keep where the home's energy of an hour came from, in the place of what was known of it.

        `solar` and `battery` are shares from 0 to 1 and the grid is the rest: a home without a battery has 0 of it.
        `co2` is g per kWh from the grid. None: not known; a source is known where both shares are, and CO2 where all
        three are.

        Raises:
            InvalidRecordError: a share is not within 0 to 1, or both are above 1.
        """
        await self._do(
            lambda: self._keep(
                lambda connection: price_rows.keep_mix(
                    connection, hour, solar, battery, co2
                )
            )
        )

    async def missing_mix(self, limit: int = 1000) -> tuple[datetime, ...]:
        """Return the hours with energy for which no mix was kept at all, latest first."""
        return await self._look(
            lambda connection: price_rows.missing_mix(connection, limit)
        )

    # Facts about sessions.

    async def add_reason(
        self, transaction_id: int, since: datetime, reason: str, limit: float | None
    ) -> None:
        """Keep what delays or limits a session from `since` on. What holds already is not kept again."""
        await self._do(
            lambda: self._keep(
                lambda connection: attribution.add_reason(
                    connection, transaction_id, since, reason, limit
                )
            )
        )

    async def set_connected(
        self,
        transaction_id: int,
        connected_at: datetime | None = None,
        disconnected_at: datetime | None = None,
    ) -> None:
        """Keep when the car of a session was plugged in or unplugged. None leaves what is known."""
        await self._do(
            lambda: self._keep(
                lambda connection: attribution.set_connected(
                    connection, transaction_id, connected_at, disconnected_at
                )
            )
        )

    async def assign(
        self,
        transaction_id: int,
        *,
        person: str | None = None,
        vehicle: str | None = None,
        odometer: float | None = None,
    ) -> SessionRow | None:
        """Keep whose a session is, of which vehicle, and its km. None leaves what is known; a correction stands above.

        Returns the session as it is then, None where there is none.
        """
        return await self._change(
            transaction_id,
            lambda connection: attribution.assign(
                connection,
                transaction_id,
                person=person,
                vehicle=vehicle,
                odometer=odometer,
            ),
        )

    async def correct(self, correction: Correction) -> SessionRow | None:
        """Keep that the owner corrects a session and return it; None where there is none.

        A correction to what stands there already changes nothing.
        """
        return await self._change(
            correction.transaction_id,
            lambda connection: attribution.correct(connection, correction),
        )

    async def take_back(
        self,
        transaction_id: int,
        field: CorrectedField,
        user_id: str | None,
        at: datetime,
    ) -> SessionRow | None:
        """Restore what stood there before any correction and return the session; None where there is none."""
        asked = Correction(
            transaction_id=transaction_id,
            field=field,
            value=None,
            user_id=user_id,
            at=at,
        )
        return await self._change(
            transaction_id,
            lambda connection: attribution.take_back(connection, asked),
        )

    async def corrections(self, transaction_id: int) -> tuple[Correction, ...]:
        """Return the corrections of a session, oldest first."""
        return await self._read(
            lambda connection: attribution.corrections(connection, transaction_id)
        )

    # Forgetting.

    async def scopes(self, requests: Iterable[WipeRequest]) -> tuple[WipeScope, ...]:
        """Return which sessions each wipe would find, as of one moment."""
        asked = tuple(requests)
        return await self._read(
            lambda connection: tuple(
                wiping.scope(connection, request) for request in asked
            )
        )

    async def wipe(self, request: WipeRequest, now: datetime) -> Receipt:
        """Delete for good what is meant: from the file, its log, and the gaps that deleted rows leave in them.

        It takes seconds where there are long traces, and everything else waits for it.

        Raises:
            LedgerBusyError: a backup is being made; nothing was deleted.
        """
        return await self._do(lambda: self._wipe(request, now))

    # On the loop.

    async def _look[T](self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Read what no session is out of date in; a few are brought up to date at a time, and others come between."""
        while await self._do(self._renew_some):
            pass
        return await self._read(query)

    async def _change(
        self, transaction_id: int, write: Callable[[sqlite3.Connection], None]
    ) -> SessionRow | None:
        def work() -> SessionRow | None:
            def change(connection: sqlite3.Connection) -> SessionRow | None:
                write(connection)
                return usage_rows.row(connection, transaction_id)

            return self._keep(change)

        return await self._do(work)

    # On the thread.

    def _renew_some(self) -> bool:
        """Make the slots of a few sessions anew, and return whether there are more."""
        self._write_gathered()
        with self._database.reading() as connection:
            if not stale.any_outdated(connection):
                return False
        with self._database.writing(synced=False) as connection:
            slot_rows.renew(connection, _AT_ONCE)
            return stale.any_outdated(connection)

    def _wipe(self, request: WipeRequest, now: datetime) -> Receipt:
        self._database.refuse_if_held()

        def write(connection: sqlite3.Connection) -> Receipt:
            self._gathered.reread()
            return wiping.wipe(connection, request, now)

        receipt = self._keep(write)
        if request.everything and request.before is None:
            for damaged in self._database.damaged_files():
                damaged.unlink(missing_ok=True)
        try:
            self._database.scrub()
        except LedgerError as error:
            _LOGGER.warning("What was deleted is still in the ledger's file: %s", error)
            receipt = replace(receipt, scrubbed=False)
        return replace(receipt, set_aside=len(self._database.damaged_files()))
