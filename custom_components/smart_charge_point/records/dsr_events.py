"""Demand-side response events in the ledger's file. Each function is part of a transaction."""

from datetime import datetime
import logging
import math
import sqlite3
from typing import Any, Final

from ..model.dsr import DsrDirection, DsrEvent, DsrKind, DsrOutcome
from ..model.dsr_record import DsrRecord, OptOut, OptOutScope
from ..model.limit import Limit
from .errors import InvalidRecordError
from .pages import PAGE, page, where
from .rows import moment, moment_of, name, passage, text

_LOGGER: Final = logging.getLogger(__name__)

_LONGEST_DELAY: Final = 86_400 + 1_800  # s
"""An event of a day, announced when it is nearly over, and the longest random delay (`rules.dsr.draw_edges`)."""

_COLUMNS: Final = (
    "charge_point, provider, event_id, kind, direction, amperes, starts, ends, equivalent_delay_applied, start_delay, "
    "end_delay, reason, outcome, opted_out_at, opted_out_by, opted_out_of, told_at"
)
_STANDS: Final = "outcome IN ('announced', 'active')"
_UNTIL: Final = "ends + abs(end_delay) * 1000000"


def keep(connection: sqlite3.Connection, record: DsrRecord) -> DsrRecord:
    """Keep an event, in the place of what was known of it, and return it as it is kept.

    When it was first told stays as it is.

    Raises:
        InvalidRecordError: it is no event that can be kept: a time without its zone, an end before the start, a limit
            that is no number, a delay longer than an event can have, a name that is empty or too long.
    """
    event = record.event
    values = {
        "charge_point": name(record.charge_point),
        "provider": name(event.provider),
        "event_id": name(event.event_id),
        "kind": event.kind.value,
        "direction": event.direction.value,
        "amperes": _amperes(event.limit),
        "starts": moment(event.start),
        "ends": moment(event.end),
        "equivalent_delay_applied": event.equivalent_delay_applied,
        "start_delay": _delay(event.start_delay),
        "end_delay": _delay(event.end_delay),
        "reason": passage(event.reason),
        "outcome": record.outcome.value,
        "opted_out_at": None,
        "opted_out_by": None,
        "opted_out_of": None,
        "told_at": moment(record.told_at),
    }
    if event.end < event.start:
        raise InvalidRecordError(f"An event that ends at {event.end}, before its start")
    if record.opt_out is not None:
        by = record.opt_out.user_id
        values["opted_out_at"] = moment(record.opt_out.at)
        values["opted_out_by"] = None if by is None else name(by)
        values["opted_out_of"] = record.opt_out.scope.value
    # All but what was told first; the columns are literals of this file.
    changes = ", ".join(f"{c} = excluded.{c}" for c in list(values)[3:-1])
    connection.execute(
        f"INSERT INTO dsr_event ({_COLUMNS}) VALUES ({', '.join('?' * len(values))}) "  # noqa: S608
        f"ON CONFLICT DO UPDATE SET {changes}",
        tuple(values.values()),
    )
    (kept,) = _select(
        connection,
        "WHERE charge_point = ? AND provider = ? AND event_id = ?",
        (values["charge_point"], values["provider"], values["event_id"]),
    )
    return kept


def event(
    connection: sqlite3.Connection, charge_point: str, provider: str, event_id: str
) -> DsrRecord | None:
    """Return the event of this name."""
    found = _select(
        connection,
        "WHERE charge_point = ? AND provider = ? AND event_id = ?",
        (text(charge_point), text(provider), text(event_id)),
    )
    return found[0] if found else None


def standing(
    connection: sqlite3.Connection, charge_point: str, now: datetime
) -> tuple[DsrRecord, ...]:
    """Return the announced and the running events that may yet change a charge, by their start."""
    return _unsettled(connection, charge_point, f"{_UNTIL} > ?", now)


def lapsed(
    connection: sqlite3.Connection, charge_point: str, now: datetime
) -> tuple[DsrRecord, ...]:
    """Return the events whose time has passed and whose outcome nobody has told, by their start."""
    return _unsettled(connection, charge_point, f"{_UNTIL} <= ?", now)


def events(
    connection: sqlite3.Connection,
    charge_point: str | None,
    start: datetime | None,
    end: datetime | None,
    *,
    limit: int,
    offset: int,
) -> tuple[DsrRecord, ...]:
    """Return a page of the events that have a part in [start, end), those that begin last first."""
    clause, values = where(
        charge_point, start, end, from_start="ends > ?", until_end="starts < ?"
    )
    return _select(
        connection,
        f"{clause} ORDER BY starts DESC, charge_point, provider, event_id {PAGE}",
        (*values, *page(limit, offset)),
    )


def reassign(connection: sqlite3.Connection, old: str, new: str) -> None:
    """Give the events of charge point `old` to `new`, except those that it has itself."""
    connection.execute(
        "UPDATE OR IGNORE dsr_event SET charge_point = ? WHERE charge_point = ?",
        (text(new), text(old)),
    )


def _unsettled(
    connection: sqlite3.Connection, charge_point: str, when: str, now: datetime
) -> tuple[DsrRecord, ...]:
    return _select(
        connection,
        f"WHERE charge_point = ? AND {_STANDS} AND {when} ORDER BY starts, provider, event_id",
        (text(charge_point), moment(now)),
    )


def _select(
    connection: sqlite3.Connection, clauses: str, values: tuple[Any, ...]
) -> tuple[DsrRecord, ...]:
    # The clauses are literals of this file; whatever comes from outside is among the values.
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM dsr_event {clauses}",  # noqa: S608
        values,
    )
    return tuple(record for row in found if (record := _record_of(row)) is not None)


def _record_of(row: tuple[Any, ...]) -> DsrRecord | None:
    """Return the record of a row; None where a newer release wrote what this one has no word for."""
    try:
        return DsrRecord(
            charge_point=row[0],
            event=DsrEvent(
                provider=row[1],
                event_id=row[2],
                kind=DsrKind(row[3]),
                direction=DsrDirection(row[4]),
                limit=None if row[5] is None else Limit(amperes=row[5]),
                start=moment_of(row[6]),
                end=moment_of(row[7]),
                equivalent_delay_applied=bool(row[8]),
                start_delay=row[9],
                end_delay=row[10],
                reason=row[11],
            ),
            outcome=DsrOutcome(row[12]),
            opt_out=None
            if row[13] is None
            else OptOut(
                at=moment_of(row[13]), user_id=row[14], scope=OptOutScope(row[15])
            ),
            told_at=moment_of(row[16]),
        )
    except ValueError as error:
        _LOGGER.warning(
            "Event %s of %s cannot be read and is left out: %s", row[2], row[1], error
        )
        return None


def _amperes(limit: Limit | None) -> float | None:
    if limit is None:
        return None
    if not math.isfinite(limit.amperes):
        raise InvalidRecordError(f"A limit of {limit.amperes} A")
    return limit.amperes


def _delay(seconds: int) -> int:
    if abs(seconds) > _LONGEST_DELAY:
        raise InvalidRecordError(f"A delay of {seconds} s")
    return seconds
