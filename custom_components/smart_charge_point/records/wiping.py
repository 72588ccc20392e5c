"""What the owner wants forgotten, deleted from the ledger's file. Each function is part of a transaction.

That nothing of it is left in the gaps of the file is `Database.scrub`'s.

Source: UK SI 2021/1467 schedule 1, 7(2); requirements.md S7b.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
import sqlite3
from typing import Any, Final

from ..model.person import plain
from ..model.usage import Receipt, WipeRequest, WipeScope
from . import due
from .rows import moment, moment_of, text

_WANTED: Final = "wanted"
"""A table of this connection alone: the sessions that are meant."""


def wipe(
    connection: sqlite3.Connection, request: WipeRequest, now: datetime
) -> Receipt:
    """Delete what is meant, and say how much that was."""
    receipt = Receipt(at=now)
    if request.traces and not _names_a_person(request):
        return replace(receipt, seconds=_traces(connection, request))
    if not _means_anything(request):
        return receipt
    connection.execute(
        f"CREATE TEMP TABLE {_WANTED} (transaction_id INTEGER PRIMARY KEY)"
    )
    try:
        _find_sessions(connection, request)
        due.mark_sessions(connection, f"transaction_id IN {_WANTED}")
        if _names_a_person(request) and not request.everything:
            return _wipe_person(connection, request, receipt)
        return _wipe_all(connection, request, receipt)
    finally:
        connection.execute(f"DROP TABLE {_WANTED}")


def scope(connection: sqlite3.Connection, request: WipeRequest) -> WipeScope:
    """Return which sessions `wipe` would find."""
    if not _means_anything(request):
        return WipeScope()
    where, values = _sessions_meant(connection, request)
    ended, running, first, last = connection.execute(
        "SELECT count(stopped_at), count(*) - count(stopped_at), min(started_at), max(started_at) "  # noqa: S608
        f"FROM session WHERE {where}",
        values,
    ).fetchone()
    return WipeScope(
        ended=ended,
        running=running,
        first=None if first is None else moment_of(first),
        last=None if last is None else moment_of(last),
    )


def _means_anything(request: WipeRequest) -> bool:
    return (
        request.everything
        or request.charge_point is not None
        or _names_a_person(request)
    )


def _names_a_person(request: WipeRequest) -> bool:
    return bool(request.person or request.tags or request.user_id)


def _find_sessions(connection: sqlite3.Connection, request: WipeRequest) -> None:
    where, values = _sessions_meant(connection, request)
    # The terms are literals of this file; whatever comes from outside is among the values.
    connection.execute(
        f"INSERT INTO {_WANTED} SELECT transaction_id FROM session WHERE {where}",  # noqa: S608
        values,
    )


def _sessions_meant(
    connection: sqlite3.Connection, request: WipeRequest
) -> tuple[str, list[Any]]:
    """Return the condition on the sessions that are meant: those by a person's cards are that person's."""
    terms, values = ["TRUE"], list[Any]()
    if request.charge_point is not None:
        terms.append("charge_point = ?")
        values.append(text(request.charge_point))
    if request.before is not None:
        terms.append("started_at < ?")
        values.append(moment(request.before))
    if not request.everything and _names_a_person(request):
        cards = [
            tag
            for (tag,) in connection.execute("SELECT DISTINCT tag FROM session")
            if plain(tag) and plain(tag) in set(map(plain, request.tags))
        ]
        terms.append(f"(person = ? OR tag IN ({', '.join('?' * len(cards))}))")
        values += [None if request.person is None else text(request.person), *cards]
    return " AND ".join(terms), values


def _wipe_person(
    connection: sqlite3.Connection, request: WipeRequest, receipt: Receipt
) -> Receipt:
    """Delete the sessions that are meant, or who they were of; and what the person did."""
    seconds = 0 if request.keep_sessions else _traces_of_sessions(connection)
    anonymised = _anonymise(connection, running_only=not request.keep_sessions)
    samples, sessions = (
        (0, 0) if request.keep_sessions else _delete_sessions(connection)
    )
    corrections = 0
    if request.person is not None:
        person = text(request.person)
        for column in ("before", "value"):
            corrections += connection.execute(
                f"UPDATE correction SET {column} = NULL WHERE field = 'person' AND {column} = ?",  # noqa: S608
                (person,),
            ).rowcount
    events = decisions = 0
    if request.user_id is not None:
        user = text(request.user_id)
        where, values = _of_period(request, "at")
        corrections += connection.execute(
            "UPDATE correction SET user_id = NULL WHERE user_id = ?", (user,)
        ).rowcount
        events = connection.execute(
            "UPDATE dsr_event SET opted_out_by = NULL WHERE opted_out_by = ?", (user,)
        ).rowcount
        what = (
            "UPDATE decision SET user_id = NULL"
            if request.keep_sessions
            else "DELETE FROM decision"
        )
        decisions = connection.execute(
            f"{what} WHERE user_id = ? AND {where}",
            (user, *values),
        ).rowcount
    return replace(
        receipt,
        sessions=sessions,
        anonymised=anonymised,
        samples=samples,
        seconds=seconds,
        events=events,
        decisions=decisions,
        corrections=corrections,
    )


def _wipe_all(
    connection: sqlite3.Connection, request: WipeRequest, receipt: Receipt
) -> Receipt:
    """Delete all that is known, or all of a charge point."""
    seconds = _traces(connection, request)
    anonymised = _anonymise(connection, running_only=True)
    (corrections,) = connection.execute(
        f"SELECT count(*) FROM correction WHERE transaction_id IN {_WANTED}"  # noqa: S608
    ).fetchone()
    samples, sessions = _delete_sessions(connection)
    where, values = _of_period(request, "ends")
    events = connection.execute(
        f"DELETE FROM dsr_event WHERE {where}",  # noqa: S608
        values,
    ).rowcount
    where, values = _of_period(request, "at")
    decisions = connection.execute(
        f"DELETE FROM decision WHERE {where}",  # noqa: S608
        values,
    ).rowcount
    # They hold nothing of a person, but tell when something was done at this home.
    connection.execute(f"DELETE FROM result WHERE {where}", values)  # noqa: S608
    return replace(
        receipt,
        sessions=sessions,
        anonymised=anonymised,
        samples=samples,
        seconds=seconds,
        events=events,
        decisions=decisions,
        corrections=corrections,
    )


def _of_period(request: WipeRequest, column: str) -> tuple[str, list[Any]]:
    """Return the condition on what is of the charge point and the time that are meant."""
    terms, values = ["TRUE"], list[Any]()
    if request.charge_point is not None:
        terms.append("charge_point = ?")
        values.append(text(request.charge_point))
    if request.before is not None:
        terms.append(f"{column} < ?")
        values.append(moment(request.before))
    return " AND ".join(terms), values


def _anonymise(connection: sqlite3.Connection, *, running_only: bool) -> int:
    """Take tag and person from the sessions that are meant, and return of how many."""
    where = f"transaction_id IN {_WANTED}"
    if running_only:
        where += " AND stopped_at IS NULL"
    connection.execute(
        f"DELETE FROM correction WHERE field = 'person' AND transaction_id IN (SELECT transaction_id FROM session WHERE {where})"  # noqa: S608
    )
    return connection.execute(
        f"UPDATE session SET tag = '', person = NULL, corrected = corrected & ~1 WHERE {where}"  # noqa: S608
    ).rowcount


def _delete_sessions(connection: sqlite3.Connection) -> tuple[int, int]:
    """Delete the sessions that are meant and have ended, and return how many samples and sessions that were."""
    ended = f"transaction_id IN {_WANTED} AND stopped_at IS NOT NULL"
    (samples,) = connection.execute(
        f"SELECT count(*) FROM sample JOIN session USING (transaction_id) WHERE {ended}"  # noqa: S608
    ).fetchone()
    sessions = connection.execute(f"DELETE FROM session WHERE {ended}").rowcount  # noqa: S608
    return samples, sessions


def _traces(connection: sqlite3.Connection, request: WipeRequest) -> int:
    """Delete what was measured every second, of a charge point or of all."""
    where, values = "TRUE", list[Any]()
    if request.charge_point is not None:
        where = "charge_point = ?"
        values.append(text(request.charge_point))
    sources: Iterable[tuple[int]] = connection.execute(
        f"SELECT id FROM trace_source WHERE {where}",  # noqa: S608
        values,
    ).fetchall()
    until = None if request.before is None else -(-moment(request.before) // 1_000_000)
    return sum(
        connection.execute(
            "DELETE FROM trace WHERE source = ?1 AND (?2 IS NULL OR second < ?2)",
            (source, until),
        ).rowcount
        for (source,) in sources
    )


def _traces_of_sessions(connection: sqlite3.Connection) -> int:
    """Delete what was measured every second in the sessions that are meant."""
    spans = connection.execute(
        "SELECT trace_source.id, started_at / 1000000, coalesce(stopped_at, 9223372036854775807) / 1000000 "  # noqa: S608
        "FROM session JOIN trace_source USING (charge_point, connector) "
        f"WHERE transaction_id IN {_WANTED}"
    ).fetchall()
    return sum(
        connection.execute(
            "DELETE FROM trace WHERE source = ? AND second BETWEEN ? AND ?", span
        ).rowcount
        for span in spans
    )
