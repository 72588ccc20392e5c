"""Results in the ledger's file: what is evidence for the technical file. Each function is part of a transaction."""

from datetime import datetime
import json
import sqlite3

from ..model.result import Result
from .pages import PAGE, page
from .rows import moment, moment_of, name


def checked(result: Result) -> Result:
    """Return a result that a file can bear.

    Checked before it waits among others, where whoever gave it can be told.

    Raises:
        InvalidRecordError: its time bears no zone, or the charge point's name is empty or too long.
    """
    moment(result.at)
    _of(result.charge_point)
    return result


def add(connection: sqlite3.Connection, result: Result) -> None:
    """Add a result, and let go of those of its kind and charge point that were kept for long enough."""
    values = (_of(result.charge_point), result.kind)
    connection.execute(
        "INSERT INTO result (charge_point, kind, at, detail) VALUES (?, ?, ?, ?)",
        (*values, moment(result.at), json.dumps(result.detail(), sort_keys=True)),
    )
    if result.kept_for is not None:
        connection.execute(
            "DELETE FROM result WHERE charge_point IS ? AND kind = ? AND at < ?",
            (*values, moment(result.at - result.kept_for)),
        )


def results[R: Result](
    connection: sqlite3.Connection,
    kind: type[R],
    charge_point: str | None,
    start: datetime,
    *,
    limit: int,
) -> tuple[R, ...]:
    """Return the results of a kind since `start`, newest first; of the home where `charge_point` is None."""
    found = connection.execute(
        "SELECT at, detail FROM result WHERE charge_point IS ? AND kind = ? AND at >= ? "  # noqa: S608
        f"ORDER BY at DESC, id DESC {PAGE}",
        (_of(charge_point), kind.kind, moment(start), *page(limit, 0)),
    )
    return tuple(
        kind.of(moment_of(at), charge_point, json.loads(detail)) for at, detail in found
    )


def _of(charge_point: str | None) -> str | None:
    return None if charge_point is None else name(charge_point)
