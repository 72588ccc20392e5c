"""The slots of the sessions in the ledger's file. Each function is part of a transaction.

Whatever changes a session makes it stale, in the same transaction; its slots are made anew before anybody looks at them.
So a year that is replayed, or a file of an older release, costs nothing until then, and no more than a few at a time.
"""

from datetime import timedelta
import sqlite3
from typing import Any, Final

from ..model.slot import Slot
from ..rules.slots import split
from . import due, marks, samples
from .marks import HALF_HOUR_LENGTH
from .rows import duration, moment, moment_of

PRICE: Final = "(SELECT value FROM price WHERE at <= slot.half_hour * 1800000000 ORDER BY at DESC LIMIT 1)"
"""The price in force at the beginning of a slot."""

# That price, and the sources where both shares are known.
_PRICE: Final = f"""
UPDATE slot SET
    price = {PRICE},
    (solar, battery, co2) = (
        SELECT
            slot.energy * solar,
            slot.energy * battery,
            slot.energy / 1000 * (max(0.0, 1 - (solar + battery)) * co2)
        FROM mix
        WHERE hour = slot.half_hour / 2 AND solar IS NOT NULL AND battery IS NOT NULL
    )
WHERE transaction_id = ?
"""  # noqa: S608

_ADD_UP: Final = """
UPDATE session SET
    (cost, unpriced, solar, battery, sourced, co2, estimated) = (
        SELECT
            sum(energy * price) / 1000,
            total(CASE WHEN price IS NULL THEN energy END),
            sum(solar),
            sum(battery),
            total(CASE WHEN solar IS NOT NULL THEN energy END),
            sum(co2),
            coalesce(max(estimated), 0)
        FROM slot WHERE slot.transaction_id = session.transaction_id
    )
WHERE transaction_id = ?
"""


def renew(connection: sqlite3.Connection, most: int) -> None:
    """Make the slots of stale sessions anew, of so many at most."""
    found = connection.execute(
        "SELECT transaction_id FROM stale ORDER BY transaction_id LIMIT ?", (most,)
    ).fetchall()
    for (transaction_id,) in found:
        _renew(connection, transaction_id)
        connection.execute(
            "DELETE FROM stale WHERE transaction_id = ?", (transaction_id,)
        )


def add_up(connection: sqlite3.Connection, transaction_id: int) -> None:
    """Let a session know what its slots come to."""
    connection.execute(_ADD_UP, (transaction_id,))


def read(connection: sqlite3.Connection, transaction_id: int) -> tuple[Slot, ...]:
    """Return the slots of a session by time."""
    return tuple(
        Slot(
            start=moment_of(half_hour * HALF_HOUR_LENGTH),
            energy=energy,
            flow_time=timedelta(microseconds=flow_time),
            estimated=bool(estimated),
            price=price,
            cost=None if price is None else energy * price / 1000,
            solar=solar,
            battery=battery,
            co2=co2,
        )
        for half_hour, energy, flow_time, estimated, price, solar, battery, co2 in connection.execute(
            "SELECT half_hour, energy, flow_time, estimated, price, solar, battery, co2 FROM slot "
            "WHERE transaction_id = ? ORDER BY half_hour",
            (transaction_id,),
        )
    )


def _renew(connection: sqlite3.Connection, transaction_id: int) -> None:
    charge_point, started_at, stopped_at, last_at, energy, flow_time = (
        connection.execute(
            "SELECT charge_point, started_at, stopped_at, meter_last_at, energy, flow_time FROM session "
            "WHERE transaction_id = ?",
            (transaction_id,),
        ).fetchone()
    )
    graph = samples.read(connection, transaction_id)
    if stopped_at is None:
        told = [moment(sample.at) for sample in graph[-1:]]
        stopped_at = max(started_at, last_at or started_at, *told)
    fresh: dict[int, tuple[Any, ...]] = {}
    for slot in split(
        started_at=moment_of(started_at),
        stopped_at=moment_of(stopped_at),
        energy=energy,
        flow_time=timedelta(microseconds=flow_time),
        samples=[*graph, *marks.read(connection, transaction_id)],
    ):
        half_hour = moment(slot.start) // HALF_HOUR_LENGTH
        fresh[half_hour] = (slot.energy, duration(slot.flow_time), slot.estimated)
    known: dict[int, tuple[Any, ...]] = {
        half_hour: (energy, flow_time, bool(estimated))
        for half_hour, energy, flow_time, estimated in connection.execute(
            "SELECT half_hour, energy, flow_time, estimated FROM slot WHERE transaction_id = ?",
            (transaction_id,),
        )
    }
    changed = [
        half_hour
        for half_hour in fresh.keys() | known.keys()
        if fresh.get(half_hour) != known.get(half_hour)
    ]
    if changed:
        connection.executemany(
            "DELETE FROM slot WHERE transaction_id = ? AND half_hour = ?",
            [(transaction_id, half_hour) for half_hour in changed],
        )
        connection.executemany(
            "INSERT INTO slot (transaction_id, half_hour, energy, flow_time, estimated) VALUES (?, ?, ?, ?, ?)",
            [
                (transaction_id, half_hour, *fresh[half_hour])
                for half_hour in changed
                if half_hour in fresh
            ],
        )
        connection.execute(_PRICE, (transaction_id,))
        due.mark(connection, charge_point, min(changed))
    add_up(connection, transaction_id)
    connection.execute(
        "UPDATE session SET peak_power = (SELECT max(power) FROM ("
        "SELECT power FROM sample WHERE transaction_id = ?1 UNION ALL "
        "SELECT peak FROM mark WHERE transaction_id = ?1)) WHERE transaction_id = ?1",
        (transaction_id,),
    )
