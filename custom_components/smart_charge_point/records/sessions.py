"""The sessions in the ledger's file: begun, adopted, measured, finished, found. Each function is part of a transaction."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
import sqlite3
from typing import Any, Final

from ..model.events import TransactionStarted
from ..model.transaction import Doubt, Session, SessionTotals, StopReason
from . import due, stale
from .errors import LedgerError
from .pages import PAGE, page, where
from .rows import (
    COLUMNS,
    credible_energy,
    doubt_bits,
    duration,
    figure,
    moment,
    number,
    session_of,
    text,
)

_IDS: Final = 2**31  # OCPP 1.6 says "integer"; wallboxes keep 32 bits, signed
# A clock that is centuries ahead must not use up the ids: 147 million are left above this.
_HIGHEST_FROM_CLOCK: Final = 2_000_000_000
# Some wallboxes give each of their transactions the same id; a stop is not that late.
_MOST_OF_ONE_ID: Final = 100
# How long a wallbox without a clock is believed to repeat a start that we have answered.
_REPETITION: Final = timedelta(hours=1) // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """The end of a session as `finish` keeps it; see `Ledger.finish`."""

    at: datetime
    meter: float | None
    reason: StopReason
    energy: float
    flow_time: timedelta
    doubts: frozenset[Doubt]
    provisional: bool
    exported: float | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """What a session has come to, in the units of its row; what is None stays as it was.

    `stopped_at` is None while it runs; else it is where our conclusion puts its end now, which leaves `doubts`.
    """

    energy: float | None
    flow_time: int
    doubts: int
    meter_last: float | None
    at: int
    exported: float | None = None
    stopped_at: int | None = None


def begin(
    connection: sqlite3.Connection,
    charge_point: str,
    started: TransactionStarted,
    now: datetime,
) -> Session:
    """Keep a new session, or return the one that the same start began before."""
    charge_point, tag = text(charge_point), text(started.tag)
    meter = figure(started.meter)
    at = moment(started.at)
    known = _repeated(connection, charge_point, tag, meter, started)
    if known is not None:
        return known
    doubts = set()
    if meter is None:
        doubts.add(Doubt.START_METER)
    if not started.at_trusted:
        doubts.add(Doubt.TIME)
    transaction_id = _next_id(connection, now)
    connection.execute(
        "INSERT INTO session (transaction_id, charge_point, connector, tag, started_at, meter_start, doubts) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            transaction_id,
            charge_point,
            started.connector,
            tag,
            at,
            meter,
            doubt_bits(doubts),
        ),
    )
    return _present(connection, transaction_id)


def adopt(
    connection: sqlite3.Connection,
    charge_point: str,
    connector: int,
    told_id: int,
    *,
    at: datetime,
    meter: float | None,
) -> Session:
    """Keep a session that was met while running, or return it where it runs already."""
    charge_point, told_id = text(charge_point), number(told_id)
    for known in _numbered(connection, charge_point, told_id):
        if known.stopped_at is None and known.connector == connector:
            return known
    if 0 < told_id < _IDS and session(connection, told_id) is None:
        transaction_id, wallbox_id = told_id, None
    else:
        transaction_id, wallbox_id = _next_id(connection, at), told_id
    doubts = {Doubt.ADOPTED}
    if figure(meter) is None:
        doubts.add(Doubt.START_METER)
    connection.execute(
        "INSERT INTO session (transaction_id, charge_point, connector, wallbox_transaction_id, tag, started_at, "
        "meter_start, doubts) VALUES (?, ?, ?, ?, '', ?, ?, ?)",
        (
            transaction_id,
            charge_point,
            connector,
            wallbox_id,
            moment(at),
            figure(meter),
            doubt_bits(doubts),
        ),
    )
    return _present(connection, transaction_id)


def progress(
    connection: sqlite3.Connection, transaction_id: int, made: Progress
) -> None:
    """Write what a session has come to that runs, or of which we concluded that it has ended.

    One that the wallbox told to have ended keeps the figures of its end.
    """
    written = connection.execute(
        "UPDATE session SET energy = coalesce(:energy, energy), flow_time = :flow_time, "
        "doubts = CASE WHEN :stopped_at IS NULL THEN doubts | :doubts ELSE doubts END, "
        "stop_doubts = CASE WHEN :stopped_at IS NULL THEN stop_doubts ELSE :doubts END, "
        "meter_last = coalesce(:meter_last, meter_last), "
        "meter_last_at = CASE WHEN :meter_last IS NULL THEN meter_last_at ELSE :at END, "
        "exported = coalesce(:exported, exported), stopped_at = :stopped_at "
        "WHERE transaction_id = :transaction_id "
        "AND CASE WHEN :stopped_at IS NULL THEN stopped_at IS NULL ELSE provisional END",
        {**asdict(made), "transaction_id": transaction_id},
    ).rowcount
    if written and made.stopped_at is not None:
        stale.outdate(connection, transaction_id)


def finish(
    connection: sqlite3.Connection, charge_point: str, told_id: int, stop: Stop
) -> tuple[Session | None, bool]:
    """Write the end of a session, and return it and whether anything changed."""
    meter, at = figure(stop.meter), moment(stop.at)
    ended = _meant(connection, text(charge_point), number(told_id), stop.at, meter)
    if ended is None:
        return None, False
    if ended.stopped_at is not None:
        (provisional,) = connection.execute(
            "SELECT provisional FROM session WHERE transaction_id = ?",
            (ended.transaction_id,),
        ).fetchone()
        if not provisional or (stop.provisional and stop.at >= ended.stopped_at):
            return ended, False
    doubts = set(stop.doubts)
    energy = credible_energy(stop.energy)
    if energy is None:
        energy = ended.energy
        doubts.add(Doubt.REGISTER_JUMP)
    if stop.at < ended.started_at:
        at = moment(ended.started_at)
        doubts.add(Doubt.TIME)
    connection.execute(
        "UPDATE session SET stopped_at = ?, meter_stop = ?, stop_reason = ?, energy = ?, flow_time = ?, "
        "stop_doubts = ?, provisional = ?, exported = coalesce(?, exported) WHERE transaction_id = ?",
        (
            at,
            meter,
            stop.reason.value,
            energy,
            duration(stop.flow_time),
            doubt_bits(doubts),
            stop.provisional,
            None if stop.exported is None else credible_energy(stop.exported),
            ended.transaction_id,
        ),
    )
    stale.outdate(connection, ended.transaction_id)
    return _present(connection, ended.transaction_id), True


def delete(connection: sqlite3.Connection, transaction_ids: Iterable[int]) -> int:
    """Delete sessions with their samples and return how many there were."""
    ids = [(number(transaction_id),) for transaction_id in transaction_ids]
    for which in ids:
        due.mark_sessions(connection, "session.transaction_id = ?", which)
    return connection.executemany(
        "DELETE FROM session WHERE transaction_id = ?", ids
    ).rowcount


def reassign(connection: sqlite3.Connection, old: str, new: str) -> int:
    """Give the sessions of charge point `old` to `new` and return how many there were."""
    due.mark_sessions(connection, "charge_point = ?", (text(old),))
    given = connection.execute(
        "UPDATE session SET charge_point = ? WHERE charge_point = ?",
        (text(new), text(old)),
    ).rowcount
    due.mark_sessions(connection, "charge_point = ?", (text(new),))
    return given


def session(connection: sqlite3.Connection, transaction_id: int) -> Session | None:
    """Return the session of this id of ours."""
    found = _select(connection, "WHERE transaction_id = ?", (number(transaction_id),))
    return found[0] if found else None


def find(
    connection: sqlite3.Connection, charge_point: str, told_id: int
) -> Session | None:
    """Return the session that the charge point means by an id: the running one, else the latest."""
    found = _numbered(connection, text(charge_point), number(told_id))
    running_ones = [s for s in found if s.stopped_at is None]
    return next(iter(running_ones or found), None)


def running(connection: sqlite3.Connection, charge_point: str) -> tuple[Session, ...]:
    """Return the sessions of a charge point that have not ended, oldest first."""
    return _select(
        connection,
        "WHERE charge_point = ? AND stopped_at IS NULL ORDER BY started_at, transaction_id",
        (text(charge_point),),
    )


def sessions(
    connection: sqlite3.Connection,
    charge_point: str | None,
    start: datetime | None,
    end: datetime | None,
    *,
    limit: int,
    offset: int,
) -> tuple[Session, ...]:
    """Return a page of the sessions that began in [start, end), newest first."""
    clause, values = _begun(charge_point, start, end)
    return _select(
        connection,
        f"{clause} ORDER BY started_at DESC, transaction_id DESC {PAGE}",
        (*values, *page(limit, offset)),
    )


def totals(
    connection: sqlite3.Connection,
    charge_point: str | None,
    start: datetime | None,
    end: datetime | None,
) -> SessionTotals:
    """Return what the sessions that began in [start, end) come to."""
    clause, values = _begun(charge_point, start, end)
    count, energy, flow_time = connection.execute(
        f"SELECT count(*), total(energy), total(flow_time) FROM session {clause}",  # noqa: S608
        values,
    ).fetchone()
    return SessionTotals(
        sessions=count, energy=energy, flow_time=timedelta(microseconds=flow_time)
    )


def _repeated(
    connection: sqlite3.Connection,
    charge_point: str,
    tag: str,
    meter: float | None,
    started: TransactionStarted,
) -> Session | None:
    """Return the session that the same start began.

    A start is the same if connector, tag, time and register are. Where the wallbox has no time to tell, each repetition
    arrives with another one; then it is the same while that session runs, if no energy has flowed since or the wallbox
    began it a short while ago.
    """
    at = moment(started.at)
    same = _select(
        connection,
        "WHERE charge_point = ? AND started_at = ? AND connector = ? AND tag = ? AND meter_start IS ? "
        "ORDER BY transaction_id LIMIT 1",
        (charge_point, at, started.connector, tag, meter),
    )
    if not same and not started.at_trusted:
        same = _select(
            connection,
            "WHERE charge_point = ? AND stopped_at IS NULL AND connector = ? AND tag = ? AND meter_start IS ? "
            "AND doubts & ? AND (started_at BETWEEN ? AND ? OR meter_last IS meter_start) "
            "ORDER BY started_at DESC LIMIT 1",
            (
                charge_point,
                started.connector,
                tag,
                meter,
                doubt_bits({Doubt.TIME}),
                at - _REPETITION,
                at,
            ),
        )
    return same[0] if same else None


def _next_id(connection: sqlite3.Connection, now: datetime) -> int:
    """Return an id that was never given: above all that were, and above all that a backup may have forgotten.

    One id for every four seconds since 1970 leaves a restored ledger far behind the clock, and lasts until 2242.
    """
    (given,) = connection.execute("SELECT given FROM last_id").fetchone()
    seconds = moment(now) // 1_000_000
    transaction_id: int = max(given + 1, min(seconds // 4, _HIGHEST_FROM_CLOCK))
    # An adopted one may stand in the way.
    while session(connection, transaction_id) is not None:
        transaction_id += 1
    if transaction_id >= _IDS:
        raise LedgerError("There are no transaction ids left")
    connection.execute("UPDATE last_id SET given = ?", (transaction_id,))
    return transaction_id


def _meant(
    connection: sqlite3.Connection,
    charge_point: str,
    told_id: int,
    at: datetime,
    meter: float | None,
) -> Session | None:
    """Return the session that a stop means.

    One id may stand for several sessions where a wallbox numbers them itself. Then it is the one that this very stop
    has ended before; else the latest running one that had begun by then; else any that runs; else the latest.
    """
    found = _numbered(connection, charge_point, told_id)
    for known in found:
        if known.stopped_at == at and known.meter_stop == meter:
            return known
    running_ones = [s for s in found if s.stopped_at is None]
    begun = [s for s in running_ones if s.started_at <= at]
    return next(iter(begun or running_ones or found), None)


def _numbered(
    connection: sqlite3.Connection, charge_point: str, told_id: int
) -> tuple[Session, ...]:
    """Return the sessions that a charge point may mean by an id, newest first."""
    return _select(
        connection,
        "WHERE charge_point = ? AND (transaction_id = ? OR wallbox_transaction_id = ?) "
        "ORDER BY started_at DESC, transaction_id DESC LIMIT ?",
        (charge_point, told_id, told_id, _MOST_OF_ONE_ID),
    )


def _begun(
    charge_point: str | None, start: datetime | None, end: datetime | None
) -> tuple[str, tuple[Any, ...]]:
    return where(
        charge_point,
        start,
        end,
        from_start="started_at >= ?",
        until_end="started_at < ?",
    )


def _present(connection: sqlite3.Connection, transaction_id: int) -> Session:
    (found,) = _select(connection, "WHERE transaction_id = ?", (transaction_id,))
    return found


def _select(
    connection: sqlite3.Connection, clauses: str, values: tuple[Any, ...]
) -> tuple[Session, ...]:
    # The clauses are literals of this file; whatever comes from outside is among the values.
    return tuple(
        map(
            session_of,
            connection.execute(f"SELECT {COLUMNS} FROM session {clauses}", values),  # noqa: S608
        )
    )
