"""Whose sessions are, of which vehicle, when it was plugged in, what held it back. Each function is part of a transaction."""

from datetime import datetime
import sqlite3
from typing import Any, Final

from ..model.transaction import CorrectedField
from ..model.usage import Correction, ReasonSpan
from . import due
from .rows import CORRECTED_BITS, figure, moment, moment_of, name, number

MOST_REASONS: Final = 2000
"""Of one session; a limit that changes every second fills no disk."""

# The columns of what can be corrected; no name comes from outside.
_COLUMN: Final[dict[CorrectedField, str]] = {
    CorrectedField.PERSON: "person",
    CorrectedField.VEHICLE: "vehicle",
}


def add_reason(
    connection: sqlite3.Connection,
    transaction_id: int,
    since: datetime,
    reason: str,
    limit: float | None,
) -> None:
    """Keep what delays or limits a session from a moment on, unless it does already.

    Raises:
        InvalidRecordError: the time bears no zone, or the reason is empty or too long.
    """
    connection.execute(
        "INSERT OR REPLACE INTO reason SELECT ?1, ?2, ?3, ?4 "
        "WHERE EXISTS (SELECT 1 FROM session WHERE transaction_id = ?1) "
        "AND (SELECT count(*) FROM reason WHERE transaction_id = ?1) < ?5 "
        "AND (?3, ?4) IS NOT (SELECT reason, amperes FROM reason WHERE transaction_id = ?1 AND since <= ?2 "
        "ORDER BY since DESC LIMIT 1)",
        (
            number(transaction_id),
            moment(since),
            name(reason),
            figure(limit),
            MOST_REASONS,
        ),
    )


def reasons(
    connection: sqlite3.Connection, transaction_id: int
) -> tuple[ReasonSpan, ...]:
    """Return what delayed or limited a session, by time."""
    return tuple(
        ReasonSpan(since=moment_of(since), reason=reason, limit=limit)
        for since, reason, limit in connection.execute(
            "SELECT since, reason, amperes FROM reason WHERE transaction_id = ? ORDER BY since",
            (number(transaction_id),),
        )
    )


def set_connected(
    connection: sqlite3.Connection,
    transaction_id: int,
    connected_at: datetime | None,
    disconnected_at: datetime | None,
) -> None:
    """Keep when the car of a session was plugged in or unplugged."""
    connection.execute(
        "UPDATE session SET connected_at = coalesce(?, connected_at), disconnected_at = coalesce(?, disconnected_at) "
        "WHERE transaction_id = ?",
        (
            None if connected_at is None else moment(connected_at),
            None if disconnected_at is None else moment(disconnected_at),
            number(transaction_id),
        ),
    )


def assign(
    connection: sqlite3.Connection,
    transaction_id: int,
    *,
    person: str | None,
    vehicle: str | None,
    odometer: float | None,
) -> None:
    """Keep whose a session is, of which vehicle, and its km; what the owner corrected stays.

    Raises:
        InvalidRecordError: an id is empty or too long.
    """
    before = _standing(connection, transaction_id)
    if before is None:
        return
    for field, value in (
        (CorrectedField.PERSON, person),
        (CorrectedField.VEHICLE, vehicle),
    ):
        now, corrected = before[field]
        if value is not None and not corrected and now != name(value):
            _put(connection, transaction_id, field, value, corrected=False)
    if (km := figure(odometer)) is not None:
        connection.execute(
            "UPDATE session SET odometer = ? WHERE transaction_id = ?",
            (km, number(transaction_id)),
        )


def correct(connection: sqlite3.Connection, correction: Correction) -> None:
    """Keep that the owner corrects a session.

    Raises:
        InvalidRecordError: an id is empty or too long, or the time bears no zone.
    """
    before = _standing(connection, correction.transaction_id)
    if before is None or before[correction.field][0] == correction.value:
        return
    if correction.value is not None:
        name(correction.value)
    _note(connection, correction, before[correction.field][0], taken_back=False)
    _put(
        connection,
        correction.transaction_id,
        correction.field,
        correction.value,
        corrected=True,
    )


def take_back(connection: sqlite3.Connection, asked: Correction) -> None:
    """Restore what stood there before any correction; `asked.value` does not count."""
    standing = _standing(connection, asked.transaction_id)
    if standing is None or not standing[asked.field][1]:
        return
    (original,) = connection.execute(
        "SELECT before FROM correction WHERE transaction_id = ? AND field = ? AND id > coalesce("
        "(SELECT max(id) FROM correction WHERE transaction_id = ?1 AND field = ?2 AND taken_back), 0) "
        "ORDER BY id LIMIT 1",
        (number(asked.transaction_id), asked.field.value),
    ).fetchone() or (None,)
    _note(connection, asked, standing[asked.field][0], taken_back=True, value=original)
    _put(connection, asked.transaction_id, asked.field, original, corrected=False)


def corrections(
    connection: sqlite3.Connection, transaction_id: int
) -> tuple[Correction, ...]:
    """Return the corrections of a session, oldest first."""
    return tuple(
        Correction(
            transaction_id=transaction_id,
            field=CorrectedField(field),
            before=before,
            value=value,
            user_id=user_id,
            at=moment_of(at),
            taken_back=bool(taken_back),
        )
        for field, before, value, user_id, at, taken_back in connection.execute(
            "SELECT field, before, value, user_id, at, taken_back FROM correction WHERE transaction_id = ? ORDER BY id",
            (number(transaction_id),),
        )
    )


def _standing(
    connection: sqlite3.Connection, transaction_id: int
) -> dict[CorrectedField, tuple[str | None, bool]] | None:
    """Return what stands in a session, and whether it was corrected; None where there is no such session."""
    found = connection.execute(
        "SELECT person, vehicle, corrected FROM session WHERE transaction_id = ?",
        (number(transaction_id),),
    ).fetchone()
    if found is None:
        return None
    person, vehicle, bits = found
    values = {CorrectedField.PERSON: person, CorrectedField.VEHICLE: vehicle}
    return {
        field: (value, bool(bits & CORRECTED_BITS[field]))
        for field, value in values.items()
    }


def _put(
    connection: sqlite3.Connection,
    transaction_id: int,
    field: CorrectedField,
    value: str | None,
    *,
    corrected: bool,
) -> None:
    bit = CORRECTED_BITS[field]
    values: tuple[Any, ...] = (value, bit, bit if corrected else 0, transaction_id)
    connection.execute(
        f"UPDATE session SET {_COLUMN[field]} = ?, corrected = corrected & ~? | ? WHERE transaction_id = ?",  # noqa: S608
        values,
    )
    due.mark_sessions(connection, "session.transaction_id = ?", (transaction_id,))


def _note(
    connection: sqlite3.Connection,
    correction: Correction,
    before: str | None,
    *,
    taken_back: bool,
    value: str | None = None,
) -> None:
    by = correction.user_id
    connection.execute(
        "INSERT INTO correction (transaction_id, field, before, value, user_id, at, taken_back) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            correction.transaction_id,
            correction.field.value,
            before,
            value if taken_back else correction.value,
            None if by is None else name(by),
            moment(correction.at),
            taken_back,
        ),
    )
