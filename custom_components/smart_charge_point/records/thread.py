"""The ledger's thread: one thing at a time happens to the file, and the event loop never waits for a disk."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
import logging
from pathlib import Path
import sqlite3
import time
from typing import Final

from . import traces
from .database import Database
from .errors import LedgerClosedError, LedgerError
from .gathering import Gathering

_LOGGER: Final = logging.getLogger(__name__)

_GATHER: Final = (
    0.5  # s; with the time of the write itself, a measurement is kept within a second
)
_TRY_AGAIN: Final = 5.0  # s
# What is gathered is safe from a kill of the process at once, and carried to the disk this often: that, and not every
# write, is what wears a memory card out.
_SYNC_EVERY: Final = 10.0  # s
_LONGEST_HOLD: Final = 1800.0  # s
_THIN_EVERY: Final = 3600.0  # s


class LedgerThread:
    """The file `path` and the thread that keeps it; `Ledger` says what is kept.

    All calls are made on one event loop. Measurements are gathered and written within a second.
    """

    def __init__(self, path: Path) -> None:
        self.problem: LedgerError | None = None
        """Why the latest attempt to write gathered measurements failed; None if it did not."""
        self._database = Database(path)
        self._thread: ThreadPoolExecutor | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._hold_timer: asyncio.TimerHandle | None = None
        self._thin_timer: asyncio.TimerHandle | None = None
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
        self._thin_timer = self._loop.call_later(_THIN_EVERY, self._thin_soon)

    async def close(self) -> None:
        """Write what was gathered and close the file. What cannot be written is lost, and logged."""
        if self._thread is None:
            return
        for timer in (self._timer, self._hold_timer, self._thin_timer):
            if timer is not None:
                timer.cancel()
        self._timer = self._hold_timer = self._thin_timer = None
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

    async def thin(self, now: datetime) -> int:
        """Make minutes of traced seconds that are older than 30 days, and return how many rows went.

        It happens by itself every hour, a few hours of a trace at a time.
        """
        return await self._do(lambda: self._thin(now))

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

    def _gather(self, put: Callable[[Gathering], None]) -> None:
        if self._thread is None:
            raise LedgerClosedError("The ledger is not open")
        put(self._gathered)
        if self._timer is None and self._loop is not None:
            self._timer = self._loop.call_later(_GATHER, self._write_soon)

    def _write_soon(self) -> None:
        self._timer = None
        if self._thread is not None:
            self._thread.submit(self._write_gathered)

    def _thin_soon(self) -> None:
        if self._thread is not None and self._loop is not None:
            self._thread.submit(self._thin_if_possible, datetime.now(UTC))
            self._thin_timer = self._loop.call_later(_THIN_EVERY, self._thin_soon)

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

    def _thin(self, now: datetime) -> int:
        self._write_gathered()
        with self._database.writing(synced=False) as connection:
            return traces.thin(connection, now)

    def _thin_if_possible(self, now: datetime) -> None:
        try:
            self._thin(now)
        except LedgerError as error:
            _LOGGER.warning("Old traces cannot be thinned for now: %s", error)

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
