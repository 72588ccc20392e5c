"""The session ledger: every charging session, kept for good.

What a wallbox is answered to is on the disk before the answer. What a running session measures is gathered and written
within a second. All of it happens on a thread of the ledger's own, one thing at a time, so that the event loop never
waits for a disk.

Source: SI 2021/1467 reg. 9; requirements.md A9.1, A9.6, A9.8.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
import logging
from pathlib import Path
import sqlite3
import time
from typing import Final

from ..model.events import TransactionStarted
from ..model.transaction import Doubt, Session, SessionSample, SessionTotals, StopReason
from . import samples as sample_rows, sessions as session_rows
from .database import Database
from .errors import LedgerClosedError, LedgerError
from .gathering import Gathering, clean, progress_of
from .rows import number
from .sessions import Progress, Stop

_LOGGER: Final = logging.getLogger(__name__)

_GATHER: Final = (
    0.5  # s; with the time of the write itself, a measurement is kept within a second
)
_TRY_AGAIN: Final = 5.0  # s
# What is gathered is safe from a kill of the process at once, and carried to the disk this often: that, and not every
# write, is what wears a memory card out.
_SYNC_EVERY: Final = 10.0  # s
_LONGEST_HOLD: Final = 1800.0  # s


class Ledger:
    """The session ledger in the file `path`.

    All calls are made on one event loop. Every call may raise a `LedgerError`; then nothing of it was kept, and it may
    be made again. A damaged file is put aside and a new one begun, at `open` or later; `set_aside` says where it is.
    """

    def __init__(self, path: Path) -> None:
        self.problem: LedgerError | None = None
        """Why the latest attempt to write gathered measurements failed; None if it did not."""
        self._database = Database(path)
        self._thread: ThreadPoolExecutor | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._hold_timer: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._gathered = Gathering()
        # The rest is the thread's.
        self._synced_at = 0.0

    @property
    def set_aside(self) -> Path | None:
        """Where the latest damaged file was put."""
        return self._database.set_aside

    async def open(self) -> None:
        """Open the file, or make it.

        Raises:
            NewerLedgerError: a newer release wrote it; it is left untouched.
            LedgerUnwritableError: it can neither be opened nor made.
        """
        if self._thread is not None:
            return
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="session-ledger")
        try:
            await self._do(self._database.open)
        except BaseException as error:
            # A call that was given up may still be at it.
            self._thread.shutdown(wait=isinstance(error, LedgerError))
            self._thread = None
            raise

    async def close(self) -> None:
        """Write what was gathered and close the file. What cannot be written is lost, and logged."""
        if self._thread is None:
            return
        for timer in (self._timer, self._hold_timer):
            if timer is not None:
                timer.cancel()
        self._timer = self._hold_timer = None
        thread, self._thread = self._thread, None
        try:
            # Whoever gives up waiting does not call the last write off.
            await asyncio.shield(
                asyncio.get_running_loop().run_in_executor(thread, self._end)
            )
        except BaseException:
            thread.shutdown(wait=False)
            raise
        thread.shutdown()

    async def checkpoint(self) -> None:
        """Bring everything into the main file for a backup, and leave that unchanged until `resume`.

        Nothing waits meanwhile: what is written goes into the log beside the main file. A copy of the main file is
        whole with and without a copy of the log. Without a `resume` it ends by itself after half an hour.

        Raises:
            LedgerBusyError: another program is reading the file; after five seconds.
        """
        await self._do(self._hold)
        if self._hold_timer is not None:
            self._hold_timer.cancel()
        if self._loop is not None:
            self._hold_timer = self._loop.call_later(_LONGEST_HOLD, self._resume_late)

    async def resume(self) -> None:
        """End what `checkpoint` began."""
        if self._hold_timer is not None:
            self._hold_timer.cancel()
            self._hold_timer = None
        await self._do(self._database.release)

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
    ) -> Session | None:
        """Keep the end of a session on the disk and return it; None where the charge point has no such session.

        `transaction_id` is ours or as the wallbox told it. A session that has ended stays as it is, with one exception:
        a `provisional` end (also any with the reason SUPERSEDED) was our conclusion, and gives way to one that the
        wallbox tells, however late.
        """
        stop = Stop(
            at=at,
            meter=meter,
            reason=reason,
            energy=energy,
            flow_time=flow_time,
            doubts=frozenset(doubts),
            provisional=provisional or reason is StopReason.SUPERSEDED,
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
    ) -> None:
        """Take what a running session has come to; it is kept within a second. Returns at once.

        Doubts are added to those it bears already; an energy that cannot be leaves the earlier one and adds
        `Doubt.REGISTER_JUMP`. A session that is unknown or has ended stays as it is.
        """
        self._gather(
            transaction_id,
            progress_of(energy, flow_time, doubts, meter_last=meter_last, at=at),
        )

    async def add_samples(
        self, transaction_id: int, samples: Sequence[SessionSample]
    ) -> None:
        """Take samples of a session, in any order, for its graph; they are kept within a second. Returns at once.

        Those more than a minute before its start or after its end are left out.
        """
        if samples:
            self._gather(transaction_id, tuple(map(clean, samples)))

    async def delete(self, transaction_ids: Iterable[int]) -> int:
        """Delete sessions with their samples, and return how many there were. Their ids are never given again."""
        ids = tuple(transaction_ids)

        def write(connection: sqlite3.Connection) -> int:
            self._gathered.reread()
            return session_rows.delete(connection, ids)

        return await self._do(lambda: self._keep(write))

    async def reassign(self, old: str, new: str) -> int:
        """Give the sessions of charge point `old` to `new`, its replacement, and return how many there were."""
        return await self._do(
            lambda: self._keep(
                lambda connection: session_rows.reassign(connection, old, new)
            )
        )

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

    # On the loop.

    async def _do[T](self, work: Callable[[], T]) -> T:
        if self._thread is None:
            raise LedgerClosedError("The ledger is not open")
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _read[T](self, query: Callable[[sqlite3.Connection], T]) -> T:
        def work() -> T:
            self._write_gathered()
            with self._database.reading() as connection:
                return query(connection)

        return await self._do(work)

    def _gather(
        self, transaction_id: int, measured: Progress | tuple[SessionSample, ...]
    ) -> None:
        if self._thread is None:
            raise LedgerClosedError("The ledger is not open")
        self._gathered.put(transaction_id, measured)
        if self._timer is None and self._loop is not None:
            self._timer = self._loop.call_later(_GATHER, self._write_soon)

    def _write_soon(self) -> None:
        self._timer = None
        if self._thread is not None:
            self._thread.submit(self._write_gathered)

    def _try_again(self) -> None:
        if self._thread is not None and self._timer is None and self._loop is not None:
            self._timer = self._loop.call_later(_TRY_AGAIN, self._write_soon)

    def _resume_late(self) -> None:
        self._hold_timer = None
        _LOGGER.warning(
            "A backup of the session ledger did not end; it goes on as usual"
        )
        if self._thread is not None:
            self._thread.submit(self._database.release)

    # On the thread.

    def _keep[T](self, write: Callable[[sqlite3.Connection], T]) -> T:
        """Do a transaction that is on the disk when this returns; what was gathered goes first, and with it."""
        self._gathered.sort_out()
        try:
            with self._database.writing(synced=True) as connection:
                self._gathered.write(connection)
                result = write(connection)
        except BaseException:
            self._gathered.reread()
            raise
        self._synced_at = time.monotonic()
        self._measured_kept()
        return result

    def _write_gathered(self) -> None:
        """Keep what was gathered, if it can be: else it stays, and is tried again."""
        self._gathered.sort_out()
        if not self._gathered.waiting:
            return
        now = time.monotonic()
        synced = now - self._synced_at >= _SYNC_EVERY
        try:
            with self._database.writing(synced=synced) as connection:
                self._gathered.write(connection)
        except LedgerError as error:
            self._gathered.reread()
            if self.problem is None:
                _LOGGER.error("Measurements cannot be written for now: %s", error)
            self.problem = error
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._try_again)
            return
        if synced:
            self._synced_at = now
        self._measured_kept()

    def _measured_kept(self) -> None:
        self._gathered.written()
        if self.problem is not None:
            _LOGGER.info("Measurements are written again")
            self.problem = None

    def _hold(self) -> None:
        self._gathered.sort_out()
        self._keep(lambda _: None)
        self._database.hold()

    def _end(self) -> None:
        self._write_gathered()
        if self._gathered.waiting:
            _LOGGER.error("The latest measurements of running sessions are lost")
        try:
            self._database.close()
        except sqlite3.Error as error:
            _LOGGER.error("The session ledger did not close well: %s", error)
