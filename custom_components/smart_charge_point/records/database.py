"""The ledger's file: opened, kept whole, put aside when damaged. Everything here runs on the ledger's own thread."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
import logging
from pathlib import Path
import sqlite3
from typing import Final

from .errors import (
    InvalidRecordError,
    LedgerBusyError,
    LedgerCorruptError,
    LedgerError,
    LedgerFullError,
    ledger_error,
)
from .schema import migrate, refuse_newer

_LOGGER: Final = logging.getLogger(__name__)

_BUSY_SECONDS: Final = 5.0
_AUTOCHECKPOINT_PAGES: Final = 1000
_LONGEST_WAL: Final = 4 * 1024 * 1024  # what is left of it on disk after a checkpoint


class Database:
    """One SQLite file in WAL mode. A failure leaves it so that the next use opens it afresh."""

    def __init__(self, path: Path) -> None:
        self.set_aside: Path | None = None
        """Where the latest damaged file was put."""
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._held = False

    @contextmanager
    def writing(self, *, synced: bool) -> Iterator[sqlite3.Connection]:
        """Do one transaction: what is in the block is kept as a whole, or not at all.

        With `synced` it is on the disk, safe from a power cut, when the block ends; without it, it is safe from a kill
        of the process only, and the next `synced` one carries it to the disk.

        Raises:
            LedgerError: it could not be done.
        """
        with self._translated():
            connection = self._opened()
            connection.execute(
                "PRAGMA synchronous = FULL" if synced else "PRAGMA synchronous = NORMAL"
            )
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # Some errors have rolled back by themselves.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Read in the block.

        Raises:
            LedgerError: it could not be done.
        """
        with self._translated():
            yield self._opened()

    def open(self) -> None:
        """Open the file, or make it.

        Raises:
            LedgerError: it could not be done; a damaged file raises nothing, it is put aside.
        """
        with self._translated():
            self._opened()

    def close(self) -> None:
        """Close the file."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        if self._held:
            _keep_wal_at_close(connection)
        connection.close()

    def hold(self) -> None:
        """Bring everything into the main file and leave that unchanged until `release`.

        Writes go on meanwhile, into the write-ahead log beside it. So a copy of the main file alone is whole, and so is
        a copy with the log, at whatever moment that is taken: SQLite ignores a torn end of it.

        Raises:
            LedgerBusyError: another program is reading; the file is not held.
        """
        with self._translated():
            connection = self._opened()
            busy, _, _ = connection.execute(
                "PRAGMA wal_checkpoint(TRUNCATE)"
            ).fetchone()
            if busy:
                raise LedgerBusyError("Another program is reading the ledger")
            self._held = True
            _set_autocheckpoint(connection, held=True)

    def release(self) -> None:
        """Let the main file change again."""
        self._held = False
        if self._connection is not None:
            with self._translated():
                _set_autocheckpoint(self._connection, held=False)

    def refuse_if_held(self) -> None:
        """Do nothing, unless the main file must not change.

        Raises:
            LedgerBusyError: it is held for a backup.
        """
        if self._held:
            raise LedgerBusyError("A backup of the ledger is being made")

    def scrub(self) -> None:
        """Leave nothing of what was deleted in the file or in its log.

        SQLite leaves it in pages that are free, in gaps of others, and in older copies of pages in the log.

        Raises:
            LedgerError: it could not be done: there is no room for a second file, or another program is reading.
        """
        with self._translated():
            connection = self._opened()
            connection.execute("VACUUM")
            busy, _, _ = connection.execute(
                "PRAGMA wal_checkpoint(TRUNCATE)"
            ).fetchone()
            if busy:
                raise LedgerBusyError("Another program is reading the ledger")

    def damaged_files(self) -> tuple[Path, ...]:
        """Return the damaged files that were put aside, with what belongs to them."""
        return tuple(self._path.parent.glob(f"{self._path.name}.corrupt-*"))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (
            LedgerError,
            sqlite3.Error,
            OSError,
            OverflowError,
            ValueError,
        ) as error:
            known = ledger_error(error)
            # After anything but these the connection itself is suspect.
            if not isinstance(
                known, (InvalidRecordError, LedgerFullError, LedgerBusyError)
            ):
                self._forget_connection()
            if known is error:
                raise
            raise known from error

    def _forget_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None:
            return
        # What is in the log stays beside the file that may be damaged, rather than being written into it.
        _keep_wal_at_close(connection)
        try:
            connection.close()
        except sqlite3.Error as error:
            _LOGGER.debug("Closing %s failed: %s", self._path, error)

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            try:
                self._connection = self._connect()
            except (sqlite3.DatabaseError, LedgerCorruptError) as error:
                if not isinstance(ledger_error(error), LedgerCorruptError):
                    raise
                self._put_aside(error)
                self._connection = self._connect()
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # The tags in it are credentials: nobody else on the machine may read the file.
        if not self._path.exists():
            self._path.touch(mode=0o600)
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None
        )
        try:
            refuse_newer(connection)
            _refuse_damaged(connection)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA journal_size_limit = {_LONGEST_WAL}")
            connection.execute("PRAGMA foreign_keys = ON")
            _set_autocheckpoint(connection, held=self._held)
            migrate(connection)
        except BaseException:
            _keep_wal_at_close(connection)
            connection.close()
            raise
        return connection

    def _put_aside(self, error: Exception) -> None:
        """Rename the damaged file and what belongs to it; SQLite's own tools find them by their common name."""
        name = f"{self._path.name}.corrupt-{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
        aside = self._path.with_name(name)
        for suffix in ("-wal", "-shm", ""):
            part = self._path.with_name(self._path.name + suffix)
            if part.exists():
                part.rename(aside.with_name(aside.name + suffix))
        self.set_aside = aside
        _LOGGER.error(
            "The session ledger %s is damaged (%s). It was put aside as %s and a new one was begun",
            self._path,
            error,
            aside,
        )


def _refuse_damaged(connection: sqlite3.Connection) -> None:
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise LedgerCorruptError(found)


def _keep_wal_at_close(connection: sqlite3.Connection) -> None:
    connection.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)


def _set_autocheckpoint(connection: sqlite3.Connection, *, held: bool) -> None:
    pages = 0 if held else _AUTOCHECKPOINT_PAGES
    connection.execute(f"PRAGMA wal_autocheckpoint = {pages}")
