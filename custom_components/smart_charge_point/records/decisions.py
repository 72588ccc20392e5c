"""The decisions in the ledger's file: a log that only grows. Each function is part of a transaction."""

from datetime import datetime
import sqlite3
from typing import Any

from ..model.decision import Decision, DecisionKind
from .pages import PAGE, page, where
from .rows import moment, moment_of, name, passage, text


def add(connection: sqlite3.Connection, decision: Decision) -> None:
    """Add a decision. One that is there already, down to the microsecond, is the same.

    Raises:
        InvalidRecordError: its time bears no zone, or a name is empty or too long.
    """
    by = decision.user_id
    values = (
        moment(decision.at),
        name(decision.charge_point),
        decision.connector,
        decision.kind.value,
        None if by is None else name(by),
        decision.allowed,
        passage(decision.detail),
    )
    connection.execute(
        "INSERT INTO decision (at, charge_point, connector, kind, user_id, allowed, detail) "
        "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS (SELECT 1 FROM decision "
        "WHERE charge_point = ?2 AND at = ?1 AND connector IS ?3 AND kind = ?4 AND user_id IS ?5 "
        "AND allowed = ?6 AND detail = ?7)",
        values,
    )


def decisions(
    connection: sqlite3.Connection,
    charge_point: str | None,
    start: datetime | None,
    end: datetime | None,
    *,
    limit: int,
    offset: int,
) -> tuple[Decision, ...]:
    """Return a page of the decisions of [start, end), newest first."""
    clause, values = where(
        charge_point, start, end, from_start="at >= ?", until_end="at < ?"
    )
    found = connection.execute(
        "SELECT at, charge_point, connector, kind, user_id, allowed, detail FROM decision "  # noqa: S608
        f"{clause} ORDER BY at DESC, id DESC {PAGE}",
        (*values, *page(limit, offset)),
    )
    return tuple(map(_decision_of, found))


def reassign(connection: sqlite3.Connection, old: str, new: str) -> None:
    """Give the decisions about charge point `old` to `new`."""
    connection.execute(
        "UPDATE decision SET charge_point = ? WHERE charge_point = ?",
        (text(new), text(old)),
    )


def _decision_of(row: tuple[Any, ...]) -> Decision:
    return Decision(
        at=moment_of(row[0]),
        charge_point=row[1],
        connector=row[2],
        kind=_kind_of(row[3]),
        user_id=row[4],
        allowed=bool(row[5]),
        detail=row[6],
    )


def _kind_of(told: str) -> DecisionKind:
    try:
        return DecisionKind(told)
    except ValueError:
        return DecisionKind.OTHER
