"""What can go wrong with the ledger: one family, so that a caller can catch it by one name."""

import sqlite3
from typing import Final


class LedgerError(Exception):
    """The ledger could not do what was asked; nothing of it was kept."""


class LedgerClosedError(LedgerError):
    """The ledger is not open."""


class LedgerFullError(LedgerError):
    """The disk is full. The ledger goes on by itself once there is room."""


class LedgerUnwritableError(LedgerError):
    """The file cannot be opened, read or written. The ledger tries again at the next call."""


class LedgerBusyError(LedgerError):
    """Another program holds the file. The ledger tries again at the next call."""


class LedgerCorruptError(LedgerError):
    """The file is damaged. The next call puts it aside and begins a new one."""


class NewerLedgerError(LedgerError):
    """The file was written by a newer release; it is left untouched."""


class InvalidRecordError(LedgerError):
    """What was to be kept cannot be kept by any file, such as a time without its zone."""


_BY_CODE: Final[dict[int, type[LedgerError]]] = {
    sqlite3.SQLITE_FULL: LedgerFullError,
    sqlite3.SQLITE_BUSY: LedgerBusyError,
    sqlite3.SQLITE_LOCKED: LedgerBusyError,
    sqlite3.SQLITE_CORRUPT: LedgerCorruptError,
    sqlite3.SQLITE_NOTADB: LedgerCorruptError,
    sqlite3.SQLITE_MISMATCH: InvalidRecordError,
    sqlite3.SQLITE_CONSTRAINT: InvalidRecordError,
    sqlite3.SQLITE_TOOBIG: InvalidRecordError,
    sqlite3.SQLITE_RANGE: InvalidRecordError,
}


def ledger_error(error: Exception) -> LedgerError:
    """Return the member of the family that says what `error` (of SQLite, the system or a conversion) means."""
    if isinstance(error, LedgerError):
        return error
    if isinstance(error, OSError):
        return LedgerUnwritableError(str(error))
    if isinstance(error, sqlite3.Error):
        # Errors that Python's own layer raises carry no code: a value that no column takes.
        code: int | None = getattr(error, "sqlite_errorcode", None)
        if code is None:
            return InvalidRecordError(str(error))
        # The low byte is the kind, the rest its detail (sqlite.org/rescode.html).
        return _BY_CODE.get(code & 0xFF, LedgerUnwritableError)(str(error))
    return InvalidRecordError(str(error))
