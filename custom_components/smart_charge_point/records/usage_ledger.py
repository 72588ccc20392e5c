"""Usage in the ledger: what sessions took by the half hour, what that cost, whose it was, and how it is forgotten.

The rest of what a session knows is in `ledger`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

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
)
from ..rules.periods import Period
from .thread import LedgerThread


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
        raise NotImplementedError

    async def summary(self, which: SessionFilter) -> UsageTotals:
        """Return what the sessions that are meant come to: each whole, whenever it was charged (`usage` splits)."""
        raise NotImplementedError

    async def row(self, transaction_id: int) -> SessionRow | None:
        """Return one session with its figures."""
        raise NotImplementedError

    async def slots(self, transaction_id: int) -> tuple[Slot, ...]:
        """Return the half hours of a session in which anything flowed, by time; their sum is the session.

        Those of a running session are as of the latest `refresh_running`.
        """
        raise NotImplementedError

    async def reasons(self, transaction_id: int) -> tuple[ReasonSpan, ...]:
        """Return what delayed or limited a session, by time; each holds until the next."""
        raise NotImplementedError

    # Usage by hours and periods.

    async def hours(
        self, key: UsageKey, start: datetime, end: datetime
    ) -> tuple[HourSum, ...]:
        """Return the hours that begin in [start, end) and had any usage, by time."""
        raise NotImplementedError

    async def total_before(self, key: UsageKey, hour: datetime) -> HourSum:
        """Return all usage before `hour` as one sum that bears that hour."""
        raise NotImplementedError

    async def usage(
        self, key: UsageKey, periods: Sequence[Period]
    ) -> tuple[UsageTotals, ...]:
        """Return the usage of each period: sessions count where they began, energy where its half hour began (A9.3)."""
        raise NotImplementedError

    async def keys(self) -> tuple[UsageKey, ...]:
        """Return the series that there is any usage of.

        The whole home, each charge point, each person, each vehicle, and each tag of a person's sessions; none where
        there is no usage at all.
        """
        raise NotImplementedError

    async def refresh_running(self) -> None:
        """Bring the slots of running sessions to what has been measured by now."""
        raise NotImplementedError

    # What is out of date elsewhere.

    async def due(self) -> Mapping[str, Due]:
        """Return, by charge point, from which hour on usage has changed since it was last settled."""
        raise NotImplementedError

    async def settled(self, charge_point: str, read: Due) -> None:
        """Take note that all that was due when `read` was read is done. What has changed since remains due."""
        raise NotImplementedError

    # Prices and sources.

    async def keep_price(self, at: datetime, value: float | None) -> None:
        """Keep that a kWh costs `value` from `at` until the next step; None: not known from then on.

        A step that is there already at that moment is replaced. What was charged since is priced anew.
        """
        raise NotImplementedError

    async def prices(self, start: datetime, end: datetime) -> tuple[PriceStep, ...]:
        """Return the steps of [start, end) by time, and before them the one in force at `start`, if any."""
        raise NotImplementedError

    async def latest_price(self) -> PriceStep | None:
        """Return the last step there is."""
        raise NotImplementedError

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
        raise NotImplementedError

    async def missing_mix(self, limit: int = 1000) -> tuple[datetime, ...]:
        """Return the hours with energy for which no mix was kept at all, latest first."""
        raise NotImplementedError

    # Facts about sessions.

    async def add_reason(
        self, transaction_id: int, since: datetime, reason: str, limit: float | None
    ) -> None:
        """Keep what delays or limits a session from `since` on. What holds already is not kept again."""
        raise NotImplementedError

    async def set_connected(
        self,
        transaction_id: int,
        connected_at: datetime | None = None,
        disconnected_at: datetime | None = None,
    ) -> None:
        """Keep when the car of a session was plugged in or unplugged. None leaves what is known."""
        raise NotImplementedError

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
        raise NotImplementedError

    async def correct(self, correction: Correction) -> SessionRow | None:
        """Keep that the owner corrects a session and return it; None where there is none.

        A correction to what stands there already changes nothing.
        """
        raise NotImplementedError

    async def take_back(
        self,
        transaction_id: int,
        field: CorrectedField,
        user_id: str | None,
        at: datetime,
    ) -> SessionRow | None:
        """Restore what stood there before any correction and return the session; None where there is none."""
        raise NotImplementedError

    async def corrections(self, transaction_id: int) -> tuple[Correction, ...]:
        """Return the corrections of a session, oldest first."""
        raise NotImplementedError

    # Forgetting.

    async def wipe(self, request: WipeRequest, now: datetime) -> Receipt:
        """Delete for good what is meant: from the file, its log, and the gaps that deleted rows leave in them.

        It takes seconds where there are long traces, and everything else waits for it.

        Raises:
            LedgerBusyError: a backup is being made; nothing was deleted.
        """
        raise NotImplementedError
