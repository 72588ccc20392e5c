"""Prices and sources of energy in the ledger's file, and what they make of the slots. Each function is part of a transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
import sqlite3
from typing import Any, Final

from ..model.usage import PriceStep
from ..rules.tariff import beside_shown
from . import due, slots
from .due import HOUR
from .errors import InvalidRecordError
from .marks import HALF_HOUR_LENGTH
from .rows import figure, moment, moment_of

_ROUNDING: Final = 1e-9
_NEVER: Final = 2**62
"""A moment and a half hour that do not come."""


def keep_price(connection: sqlite3.Connection, step: PriceStep) -> None:
    """Keep a step of the price, and price what was charged from it until the next one."""
    since = moment(step.at)
    connection.execute("INSERT OR REPLACE INTO price VALUES (?, ?, ?)", _row(step))
    (until,) = connection.execute(
        "SELECT min(at) FROM price WHERE at > ?", (since,)
    ).fetchone()
    _price(connection, since, until)


def keep_rates(
    connection: sqlite3.Connection, rates: Sequence[PriceStep], shown_until: datetime
) -> None:
    """Let rates hold from the first step of them on, beside what an entity showed before `shown_until`."""
    start = rates[0].at
    since = moment(start)
    known = prices(connection, start, moment_of(_NEVER))
    steps = list(beside_shown(rates, known, shown_until))
    if known and known[0].at < start and replace(known[0], at=start) == steps[0]:
        del steps[0]
    if steps == [step for step in known if step.at >= start]:
        return
    connection.execute("DELETE FROM price WHERE at >= ?", (since,))
    connection.executemany("INSERT INTO price VALUES (?, ?, ?)", map(_row, steps))
    _price(connection, since, None)


def prices(
    connection: sqlite3.Connection, start: datetime, end: datetime
) -> tuple[PriceStep, ...]:
    """Return the steps of [start, end) by time, and before them the one in force at `start`."""
    return tuple(
        _step(*row)
        for row in connection.execute(
            "SELECT at, value, shown FROM price WHERE at < ?2 "
            "AND at >= coalesce((SELECT max(at) FROM price WHERE at <= ?1), ?1) ORDER BY at",
            (moment(start), moment(end)),
        )
    )


def latest_price(connection: sqlite3.Connection) -> PriceStep | None:
    """Return the last step."""
    found = connection.execute(
        "SELECT at, value, shown FROM price ORDER BY at DESC LIMIT 1"
    ).fetchone()
    return None if found is None else _step(*found)


def keep_mix(
    connection: sqlite3.Connection,
    hour: datetime,
    solar: float | None,
    battery: float | None,
    co2: float | None,
) -> None:
    """Keep the sources of an hour, and say what they make of what was charged in it.

    Raises:
        InvalidRecordError: a share is not within 0 to 1, or both are above 1.
    """
    solar, battery, co2 = figure(solar), figure(battery), figure(co2)
    shares = (solar or 0.0, battery or 0.0)
    if min(shares) < 0 or sum(shares) > 1 + _ROUNDING:
        raise InvalidRecordError(f"Shares of {solar} and {battery}")
    number = moment(hour) // HOUR
    connection.execute(
        "INSERT OR REPLACE INTO mix VALUES (?, ?, ?, ?)", (number, solar, battery, co2)
    )
    if solar is None or battery is None:
        solar = battery = co2 = None
    grid = None if co2 is None else max(0.0, 1 - sum(shares)) * co2
    where = (
        "half_hour IN (2 * ?1, 2 * ?1 + 1) AND (solar IS NOT energy * ?2 OR battery IS NOT energy * ?3 "
        "OR co2 IS NOT energy / 1000 * ?4)"
    )
    values = (number, solar, battery, grid)
    changed = _changed(connection, where, values)
    if changed:
        connection.execute(
            "UPDATE slot SET solar = energy * ?2, battery = energy * ?3, co2 = energy / 1000 * ?4 "  # noqa: S608
            f"WHERE {where}",
            values,
        )
        due.mark_sessions(connection, "half_hour IN (2 * ?1, 2 * ?1 + 1)", (number,))
        _add_up(connection, changed)


def missing_mix(connection: sqlite3.Connection, limit: int) -> tuple[datetime, ...]:
    """Return the hours with energy for which no mix was kept, latest first."""
    return tuple(
        moment_of(hour * HOUR)
        for (hour,) in connection.execute(
            "SELECT DISTINCT half_hour / 2 AS needed FROM slot WHERE energy > 0 "
            "AND NOT EXISTS (SELECT 1 FROM mix WHERE hour = half_hour / 2) ORDER BY needed DESC LIMIT ?",
            (max(limit, 0),),
        )
    )


def _changed(
    connection: sqlite3.Connection, where: str, values: tuple[Any, ...]
) -> set[int]:
    """Return the sessions with slots that meet a condition."""
    # DISTINCT would make SQLite go through all slots in the order of their sessions.
    return {
        transaction_id
        for (transaction_id,) in connection.execute(
            f"SELECT transaction_id FROM slot WHERE {where}",  # noqa: S608
            values,
        )
    }


def _add_up(connection: sqlite3.Connection, changed: set[int]) -> None:
    for transaction_id in changed:
        slots.add_up(connection, transaction_id)


def _price(connection: sqlite3.Connection, since: int, until: int | None) -> None:
    """Price the half hours that begin at or after `since` and before `until` by the steps that are kept."""
    first = -(-since // HALF_HOUR_LENGTH)
    beyond = _NEVER if until is None else -(-until // HALF_HOUR_LENGTH)
    where = f"half_hour >= ?1 AND half_hour < ?2 AND slot.price IS NOT {slots.PRICE}"
    values = (first, beyond)
    changed = _changed(connection, where, values)
    if changed:
        due.mark_sessions(connection, where, values)
        connection.execute(
            f"UPDATE slot SET price = {slots.PRICE} WHERE {where}",  # noqa: S608
            values,
        )
        _add_up(connection, changed)


def _row(step: PriceStep) -> tuple[int, float | None, bool]:
    return moment(step.at), figure(step.value), step.shown


def _step(at: int, value: float | None, shown: int) -> PriceStep:
    return PriceStep(at=moment_of(at), value=value, shown=bool(shown))
