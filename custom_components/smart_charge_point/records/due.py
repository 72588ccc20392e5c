"""What has changed of the usage and is not in the statistics yet. Each function is part of the change's transaction."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
import sqlite3
from typing import Any, Final

from ..model.usage import Due
from .rows import moment_of, text

HOUR: Final = timedelta(hours=1) // timedelta.resolution
"""Microseconds."""


def mark(connection: sqlite3.Connection, charge_point: str, half_hour: int) -> None:
    """Take note that the usage of a charge point has changed from a half hour (since 1970) on."""
    connection.execute(
        "INSERT INTO due VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET "
        "hour = min(coalesce(hour, excluded.hour), excluded.hour), revision = revision + 1",
        (text(charge_point), half_hour // 2),
    )


def mark_sessions(
    connection: sqlite3.Connection, where: str, values: Iterable[Any] = ()
) -> None:
    """Take note that sessions, as they are in the file at this moment, are about to change or have changed.

    `where` is a condition on the table `session` that is a literal of the caller's.
    """
    found = connection.execute(
        "SELECT charge_point, min(half_hour) FROM session JOIN slot USING (transaction_id) "  # noqa: S608
        f"WHERE {where} GROUP BY charge_point",
        tuple(values),
    ).fetchall()
    for charge_point, half_hour in found:
        mark(connection, charge_point, half_hour)


def read(connection: sqlite3.Connection) -> Mapping[str, Due]:
    """Return what is due, by charge point."""
    return {
        charge_point: Due(hour=moment_of(hour * HOUR), revision=revision)
        for charge_point, hour, revision in connection.execute(
            "SELECT charge_point, hour, revision FROM due WHERE hour IS NOT NULL ORDER BY charge_point"
        )
    }


def settled(connection: sqlite3.Connection, charge_point: str, done: Due) -> None:
    """Take note that what was due is done, unless anything has changed since it was read."""
    connection.execute(
        "UPDATE due SET hour = NULL WHERE charge_point = ? AND revision = ?",
        (text(charge_point), done.revision),
    )
