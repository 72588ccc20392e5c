"""The session ledger: every charging session, kept for good, what demand-side response asked and measured, and results.

What a wallbox is answered to is on the disk before the answer. What a running session measures is gathered and written
within a second. All of it happens on a thread of the ledger's own, one thing at a time, so that the event loop never
waits for a disk.

Source: SI 2021/1467 regs. 9 and 10; requirements.md A2.1, A9.1, A9.4, A9.6, A9.8, D3.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
import sqlite3

from ..model.decision import Decision
from ..model.dsr_record import DsrRecord
from ..model.events import TransactionStarted
from ..model.result import Result
from ..model.trace import TraceSample
from ..model.transaction import Doubt, Session, SessionSample, SessionTotals, StopReason
from . import (
    decisions as decision_rows,
    dsr_events as dsr_rows,
    results as result_rows,
    samples as sample_rows,
    sessions as session_rows,
    traces as trace_rows,
)
from .dsr_report import DsrReport, dsr_report, shown
from .gathering import clean, progress_of
from .rows import number, text
from .seconds import on_its_second
from .sessions import Stop
from .usage_ledger import UsageLedger

type _Traced = tuple[DsrRecord, dict[int, tuple[TraceSample, ...]]]


class Ledger(UsageLedger):
    """The session ledger in the file `path`.

    All calls are made on one event loop. Every call may raise a `LedgerError`; then nothing of it was kept, and it may
    be made again. A damaged file is put aside and a new one begun, at `open` or later; `set_aside` says where it is.
    """

    async def begin(
        self, charge_point: str, started: TransactionStarted, now: datetime
    ) -> Session:
        """Keep a new session on the disk and return it.

        The same start (charge point, connector, tag, time, register) returns its first session again: after a restart
        too, and when that has ended. Closes no other session.
        """
        return await self._do(
            lambda: self._keep(
                lambda connection: session_rows.begin(
                    connection, charge_point, started, now
                )
            )
        )

    async def adopt(
        self,
        charge_point: str,
        connector: int,
        transaction_id: int,
        at: datetime,
        meter: float | None,
    ) -> Session:
        """Keep on the disk a session that was met while running, and return it; bears `Doubt.ADOPTED`.

        `transaction_id` is as the wallbox told it. Where that can be no id, or is another session's, the session gets a
        fresh one and has the told one beside it. A running session of that id on the connector is returned as it is.
        """
        return await self._do(
            lambda: self._keep(
                lambda connection: session_rows.adopt(
                    connection,
                    charge_point,
                    connector,
                    transaction_id,
                    at=at,
                    meter=meter,
                )
            )
        )

    async def finish(
        self,
        charge_point: str,
        transaction_id: int,
        *,
        at: datetime,
        meter: float | None,
        reason: StopReason,
        energy: float,
        flow_time: timedelta,
        doubts: Iterable[Doubt],
        provisional: bool = False,
        exported: float | None = None,
    ) -> Session | None:
        """Keep the end of a session on the disk and return it; None where the charge point has no such session.

        `transaction_id` is ours or as the wallbox told it. A session that has ended stays as it is, with one exception:
        a `provisional` end (also any with the reason SUPERSEDED) was our conclusion, and gives way to one that the
        wallbox tells, however late, and to an earlier one that we conclude.
        """
        stop = Stop(
            at=at,
            meter=meter,
            reason=reason,
            energy=energy,
            flow_time=flow_time,
            doubts=frozenset(doubts),
            provisional=provisional or reason is StopReason.SUPERSEDED,
            exported=exported,
        )

        def write(connection: sqlite3.Connection) -> Session | None:
            session, changed = session_rows.finish(
                connection, charge_point, transaction_id, stop
            )
            if session is not None and session.stopped_at is not None and changed:
                self._gathered.cut(
                    connection, session.transaction_id, session.stopped_at
                )
            return session

        return await self._do(lambda: self._keep(write))

    async def progress(
        self,
        transaction_id: int,
        *,
        energy: float,
        flow_time: timedelta,
        doubts: Iterable[Doubt],
        meter_last: float | None,
        at: datetime,
        exported: float | None = None,
        concluded_at: datetime | None = None,
    ) -> None:
        """Take what a session has come to; it is kept within a second. Returns at once.

        `exported` is Wh that flowed back, counted apart (A9.7); None leaves what is known, here as at its end.
        Doubts are added to those it bears already; an energy that cannot be leaves the earlier one and adds
        `Doubt.REGISTER_JUMP`. A session that is unknown or has ended stays as it is.

        With `concluded_at` it is a session that has ended by our conclusion, of which the wallbox has told more since:
        then its end is there, and all that this end leaves in doubt is in `doubts`. One that runs stays as it is.
        """
        made = progress_of(
            energy,
            flow_time,
            doubts,
            meter_last=meter_last,
            at=at,
            exported=exported,
            concluded_at=concluded_at,
        )
        self._gather(lambda gathered: gathered.put(transaction_id, made))

    async def add_samples(
        self, transaction_id: int, samples: Sequence[SessionSample]
    ) -> None:
        """Take samples of a session, in any order, for its graph; they are kept within a second. Returns at once.

        Those more than a minute before its start or after its end are left out.
        """
        if samples:
            measured = tuple(map(clean, samples))
            self._gather(lambda gathered: gathered.put(transaction_id, measured))

    async def delete(self, transaction_ids: Iterable[int]) -> int:
        """Delete sessions with their samples, and return how many there were. Their ids are never given again."""
        ids = tuple(transaction_ids)

        def write(connection: sqlite3.Connection) -> int:
            self._gathered.reread()
            return session_rows.delete(connection, ids)

        return await self._do(lambda: self._keep(write))

    async def reassign(self, old: str, new: str) -> int:
        """Give all that is kept of charge point `old` to `new`, its replacement, and return how many sessions that are."""

        def write(connection: sqlite3.Connection) -> int:
            trace_rows.reassign(connection, old, new)
            dsr_rows.reassign(connection, old, new)
            decision_rows.reassign(connection, old, new)
            return session_rows.reassign(connection, old, new)

        return await self._do(lambda: self._keep(write))

    async def session(self, transaction_id: int) -> Session | None:
        """Return the session of this id of ours."""
        return await self._read(
            lambda connection: session_rows.session(connection, transaction_id)
        )

    async def find(
        self, charge_point: str, wallbox_transaction_id: int
    ) -> Session | None:
        """Return the session that the charge point means by an id, ours or its own: the running one, else the latest."""
        return await self._read(
            lambda connection: session_rows.find(
                connection, charge_point, wallbox_transaction_id
            )
        )

    async def running(self, charge_point: str) -> tuple[Session, ...]:
        """Return the sessions of a charge point that have not ended, oldest first."""
        return await self._read(
            lambda connection: session_rows.running(connection, charge_point)
        )

    async def sessions(
        self,
        charge_point: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> tuple[Session, ...]:
        """Return a page of the sessions that began in [start, end), newest first. None leaves out the condition."""
        return await self._read(
            lambda connection: session_rows.sessions(
                connection, charge_point, start, end, limit=limit, offset=offset
            )
        )

    async def count(
        self,
        charge_point: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> int:
        """Return how many sessions began in [start, end)."""
        return (await self.totals(charge_point, start, end)).sessions

    async def totals(
        self,
        charge_point: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> SessionTotals:
        """Return number, energy and flow time of the sessions that began in [start, end)."""
        return await self._read(
            lambda connection: session_rows.totals(connection, charge_point, start, end)
        )

    async def samples(self, transaction_id: int) -> tuple[SessionSample, ...]:
        """Return the samples of a session's graph by time: at most 2,000, about one a minute and the power's steps."""
        return await self._read(
            lambda connection: sample_rows.read(connection, number(transaction_id))
        )

    async def add_trace(
        self, charge_point: str, connector: int, samples: Sequence[TraceSample]
    ) -> None:
        """Take seconds of a connector, in any order; they are kept within a second. Returns at once.

        Of several samples of a second the last one counts; what it leaves open, the earlier ones say. Seconds older
        than 30 days may have been made minutes already; such samples are left out.
        """
        if samples:
            key = (text(charge_point), number(connector))
            measured = tuple(map(on_its_second, samples))
            self._gather(lambda gathered: gathered.put_trace(key, measured))

    async def trace(
        self, charge_point: str, connector: int, start: datetime, end: datetime
    ) -> tuple[TraceSample, ...]:
        """Return what a connector measured in [start, end), by time: each second of 30 days, each minute before."""
        return await self._read(
            lambda connection: trace_rows.trace(
                connection, charge_point, connector, start, end
            )
        )

    async def keep_dsr_event(self, record: DsrRecord) -> DsrRecord:
        """Keep an event on the disk, in the place of what was known of it, and return it as it is kept.

        Charge point, provider and event id name it. When it was first told (`told_at`) stays as it is.
        """
        return await self._do(
            lambda: self._keep(lambda connection: dsr_rows.keep(connection, record))
        )

    async def dsr_event(
        self, charge_point: str, provider: str, event_id: str
    ) -> DsrRecord | None:
        """Return the event of this name."""
        return await self._read(
            lambda connection: dsr_rows.event(
                connection, charge_point, provider, event_id
            )
        )

    async def standing(self, charge_point: str, now: datetime) -> tuple[DsrRecord, ...]:
        """Return the announced and running events that may yet change a charge, their delays included, by start."""
        return await self._read(
            lambda connection: dsr_rows.standing(connection, charge_point, now)
        )

    async def lapsed(self, charge_point: str, now: datetime) -> tuple[DsrRecord, ...]:
        """Return the events that are still announced or running by the ledger, although their time has passed."""
        return await self._read(
            lambda connection: dsr_rows.lapsed(connection, charge_point, now)
        )

    async def dsr_events(
        self,
        charge_point: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> tuple[DsrRecord, ...]:
        """Return a page of the events that have a part in [start, end), those that begin last first."""
        return await self._read(
            lambda connection: dsr_rows.events(
                connection, charge_point, start, end, limit=limit, offset=offset
            )
        )

    async def dsr_report(
        self, charge_point: str, provider: str, event_id: str, now: datetime
    ) -> DsrReport | None:
        """Return the report of an event as far as it has passed, None where there is no such event."""

        def read(connection: sqlite3.Connection) -> _Traced | None:
            record = dsr_rows.event(connection, charge_point, provider, event_id)
            if record is None:
                return None
            return record, {
                connector: trace_rows.trace(
                    connection, charge_point, connector, *shown(record)
                )
                for connector in trace_rows.connectors(connection, charge_point)
            }

        measured = await self._read(read)
        if measured is None:
            return None
        # A day of seconds is a second's work, which no wallbox that begins to charge waits for.
        return await asyncio.to_thread(dsr_report, *measured, now)

    async def add_decision(self, decision: Decision) -> None:
        """Keep on the disk what was decided or refused. The same decision, told again, is kept once."""
        await self._do(
            lambda: self._keep(
                lambda connection: decision_rows.add(connection, decision)
            )
        )

    async def decisions(
        self,
        charge_point: str | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> tuple[Decision, ...]:
        """Return a page of the decisions of [start, end), newest first. All are kept for good."""
        return await self._read(
            lambda connection: decision_rows.decisions(
                connection, charge_point, start, end, limit=limit, offset=offset
            )
        )

    def keep_result(self, result: Result) -> None:
        """Take a result; it is kept within a second. Returns at once."""
        checked = result_rows.checked(result)
        self._gather(lambda gathered: gathered.put_result(checked))

    async def results[R: Result](
        self,
        kind: type[R],
        charge_point: str | None,
        start: datetime,
        limit: int = 10_000,
    ) -> tuple[R, ...]:
        """Return the results of a kind since `start`, newest first: those of a charge point, or (None) of the home.

        What was seen of a charge point is not its replacement's.
        """
        return await self._read(
            lambda connection: result_rows.results(
                connection, kind, charge_point, start, limit=limit
            )
        )
