"""The traces in the ledger's file: each second for 30 days, then each minute. Each function is part of a transaction."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
import sqlite3
from typing import Final

from ..model.trace import TraceSample
from .rows import text
from .seconds import at_second, second_of, seconds_within

EVERY_SECOND: Final = timedelta(days=30)
"""How long each second is kept (requirements.md section 7, 16)."""
_MINUTE: Final = 60
_AT_ONCE: Final = 6 * 3600
"""Seconds of one connector that are thinned at a time, so that a wallbox that begins to charge does not wait for it."""

type TraceKey = tuple[str, int]
"""Charge point and connector."""

_KEEP: Final = (
    "INSERT INTO trace (source, second, power, current, register, derived) VALUES (?, ?, ?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET power = coalesce(excluded.power, power), current = coalesce(excluded.current, current), "
    "register = coalesce(excluded.register, register), "
    "derived = CASE WHEN excluded.power IS NULL THEN derived ELSE excluded.derived END"
)

# The mean of a minute stands at its beginning, so that a figure that is held for a minute comes to the same energy.
_THIN: Final = (
    "INSERT OR REPLACE INTO trace (source, second, power, current, register, derived) "
    "SELECT source, min(second) / 60 * 60, avg(power), avg(current), min(register), max(derived) FROM trace "
    "WHERE source = ? AND second >= ? AND second < ? GROUP BY second / 60"
)


def add(
    connection: sqlite3.Connection, key: TraceKey, samples: Mapping[int, TraceSample]
) -> None:
    """Add samples by their seconds. Those of a time that was thinned already are left out."""
    source, thinned_until = _source(connection, key)
    connection.executemany(
        _KEEP,
        [
            (source, second, s.power, s.current, s.register, s.derived)
            for second, s in samples.items()
            if second >= thinned_until
        ],
    )


def trace(
    connection: sqlite3.Connection,
    charge_point: str,
    connector: int,
    start: datetime,
    end: datetime,
) -> tuple[TraceSample, ...]:
    """Return the samples of [start, end) by time."""
    asked = seconds_within(start, end)
    return tuple(
        TraceSample(
            at=at_second(second),
            power=power,
            current=current,
            register=register,
            derived=bool(derived),
        )
        for second, power, current, register, derived in connection.execute(
            "SELECT second, power, current, register, derived FROM trace "
            "JOIN trace_source ON trace.source = trace_source.id "
            "WHERE charge_point = ? AND connector = ? AND second >= ? AND second < ? ORDER BY second",
            (text(charge_point), connector, asked.start, asked.stop),
        )
    )


def connectors(connection: sqlite3.Connection, charge_point: str) -> tuple[int, ...]:
    """Return the connectors of a charge point that there are traces of."""
    found: Iterable[tuple[int]] = connection.execute(
        "SELECT connector FROM trace_source WHERE charge_point = ? ORDER BY connector",
        (text(charge_point),),
    )
    return tuple(connector for (connector,) in found)


def thin(connection: sqlite3.Connection, now: datetime) -> int:
    """Make minutes of the seconds that are older than 30 days, a few hours at a time, and return how many rows went."""
    last = second_of(now - EVERY_SECOND) // _MINUTE * _MINUTE
    went = 0
    for source, thinned_until in connection.execute(
        "SELECT id, thinned_until FROM trace_source WHERE thinned_until < ?", (last,)
    ).fetchall():
        first, newest = connection.execute(
            "SELECT min(second), max(second) FROM trace WHERE source = ? AND second >= ?",
            (source, thinned_until),
        ).fetchone()
        if first is None or first >= last:
            continue
        first = first // _MINUTE * _MINUTE
        # Not beyond what there is: a clock that was years ahead for a while must not shut out what comes after it.
        until = min(last, first + _AT_ONCE, newest // _MINUTE * _MINUTE + _MINUTE)
        stretch = (source, first, until)
        connection.execute(_THIN, stretch)
        went += connection.execute(
            "DELETE FROM trace WHERE source = ? AND second >= ? AND second < ? AND second % 60 <> 0",
            stretch,
        ).rowcount
        connection.execute(
            "UPDATE trace_source SET thinned_until = ? WHERE id = ?", (until, source)
        )
    return went


def reassign(connection: sqlite3.Connection, old: str, new: str) -> None:
    """Give the traces of charge point `old` to `new`; where both have a second, that of `new` stays."""
    old, new = text(old), text(new)
    if old == new:
        return
    for connector in connectors(connection, old):
        before, until_before = _source(connection, (old, connector))
        after, until_after = _source(connection, (new, connector))
        connection.execute(
            "UPDATE OR IGNORE trace SET source = ? WHERE source = ?", (after, before)
        )
        connection.execute("DELETE FROM trace_source WHERE id = ?", (before,))
        connection.execute(
            "UPDATE trace_source SET thinned_until = ? WHERE id = ?",
            (min(until_before, until_after), after),
        )


def _source(connection: sqlite3.Connection, key: TraceKey) -> tuple[int, int]:
    """Return the number of a connector's trace, given if need be, and the second that it is thinned until."""
    connection.execute(
        "INSERT INTO trace_source (charge_point, connector) VALUES (?, ?) ON CONFLICT DO NOTHING",
        key,
    )
    source, thinned_until = connection.execute(
        "SELECT id, thinned_until FROM trace_source WHERE charge_point = ? AND connector = ?",
        key,
    ).fetchone()
    return source, thinned_until
