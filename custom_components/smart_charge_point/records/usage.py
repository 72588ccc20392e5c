"""What the ledger's file says about usage: sessions with their figures, sums by hours and periods."""

from collections.abc import Sequence
from datetime import datetime, timedelta
import sqlite3
from typing import Any, Final

from ..model.usage import (
    HourSum,
    SessionFigures,
    SessionFilter,
    SessionOrder,
    SessionRow,
    UsageKey,
    UsageTotals,
    grid_of,
)
from ..rules.periods import Period
from .due import HOUR
from .marks import HALF_HOUR_LENGTH
from .rows import COLUMNS, COLUMNS_COUNT, moment, moment_of, number, session_of, text

_FIGURES: Final = "cost, unpriced, solar, battery, sourced, co2, peak_power, estimated"

_ORDERS: Final[dict[SessionOrder, str]] = {
    SessionOrder.STARTED: "started_at",
    SessionOrder.ENERGY: "energy",
    SessionOrder.DURATION: "coalesce(stopped_at - started_at, 9223372036854775807)",
    SessionOrder.COST: "cost",
    SessionOrder.SOLAR: "solar / nullif(sourced, 0)",
}
_CAN_BE_UNKNOWN: Final = frozenset({SessionOrder.COST, SessionOrder.SOLAR})

_SHOWN: Final = "(stopped_at IS NULL OR (stopped_at - started_at >= 60000000 AND session.energy >= 50))"
"""`Session.folded`, the other way round."""
_NOBODYS: Final = "person IS NULL"

_SUMS: Final = (
    "total(slot.energy), total(slot.flow_time), sum(slot.energy * price) / 1000, "
    "total(CASE WHEN price IS NULL THEN slot.energy END), sum(slot.solar), sum(slot.battery), "
    "total(CASE WHEN slot.solar IS NOT NULL THEN slot.energy END), sum(slot.co2), coalesce(max(slot.estimated), 0)"
)


def rows(
    connection: sqlite3.Connection,
    which: SessionFilter,
    order: SessionOrder,
    *,
    descending: bool,
    limit: int,
    offset: int,
) -> tuple[SessionRow, ...]:
    """Return a page of the sessions that are meant, sorted."""
    where, values = _meant(which)
    by = _ORDERS[order]
    direction = "DESC" if descending else "ASC"
    unknown = f"{by} IS NULL, " if order in _CAN_BE_UNKNOWN else ""
    of_equals = direction if order is SessionOrder.STARTED else "DESC"
    return _select(
        connection,
        f"WHERE {where} ORDER BY {unknown}{by} {direction}, started_at {of_equals}, transaction_id {of_equals} "
        "LIMIT ? OFFSET ?",
        (*values, max(limit, 0), max(offset, 0)),
    )


def row(connection: sqlite3.Connection, transaction_id: int) -> SessionRow | None:
    """Return one session with its figures."""
    found = _select(connection, "WHERE transaction_id = ?", (number(transaction_id),))
    return found[0] if found else None


def summary(connection: sqlite3.Connection, which: SessionFilter) -> UsageTotals:
    """Return what the sessions that are meant come to, each whole."""
    where, values = _meant(which)
    count, *sums = connection.execute(
        "SELECT count(*), total(energy), total(flow_time), sum(cost), total(unpriced), sum(solar), sum(battery), "  # noqa: S608
        f"total(sourced), sum(co2), coalesce(max(estimated), 0) FROM session WHERE {where}",
        values,
    ).fetchone()
    return _totals(count, sums)


def hours(
    connection: sqlite3.Connection, key: UsageKey, start: datetime, end: datetime
) -> tuple[HourSum, ...]:
    """Return the hours that begin in [start, end) and had any usage, by time."""
    first, beyond = (2 * -(-moment(at) // HOUR) for at in (start, end))
    tables, where, values = _series(key)
    return tuple(
        _hour_sum(hour, sums)
        for hour, *sums in connection.execute(
            f"SELECT half_hour / 2 AS hour, {_SUMS} FROM {tables} "  # noqa: S608
            f"WHERE half_hour >= ? AND half_hour < ? AND {where} GROUP BY hour ORDER BY hour",
            (first, beyond, *values),
        )
    )


def first_hour(connection: sqlite3.Connection, key: UsageKey) -> datetime | None:
    """Return the first hour with any usage."""
    tables, where, values = _series(key)
    (first,) = connection.execute(
        f"SELECT min(half_hour) FROM {tables} WHERE {where}",  # noqa: S608
        values,
    ).fetchone()
    return None if first is None else moment_of(first // 2 * HOUR)


def total_before(
    connection: sqlite3.Connection, key: UsageKey, hour: datetime
) -> HourSum:
    """Return all usage before an hour."""
    number_of_hour = -(-moment(hour) // HOUR)
    tables, where, values = _series(key)
    sums = connection.execute(
        f"SELECT {_SUMS} FROM {tables} WHERE half_hour < ? AND {where}",  # noqa: S608
        (2 * number_of_hour, *values),
    ).fetchone()
    return _hour_sum(number_of_hour, sums)


def usage(
    connection: sqlite3.Connection, key: UsageKey, periods: Sequence[Period]
) -> tuple[UsageTotals, ...]:
    """Return the usage of each period: sessions count where they began, energy where its half hour began."""
    tables, where, values = _series(key)
    # A cross join is made in this order: the few slots of a day, not all sessions of a person.
    tables = tables.replace("JOIN", "CROSS JOIN")
    found: list[UsageTotals] = []
    for period in periods:
        start, end = moment(period.start), moment(period.end)
        first, beyond = (-(-at // HALF_HOUR_LENGTH) for at in (start, end))
        sums = connection.execute(
            f"SELECT {_SUMS} FROM {tables} WHERE half_hour >= ? AND half_hour < ? AND {where}",  # noqa: S608
            (first, beyond, *values),
        ).fetchone()
        (count,) = connection.execute(
            f"SELECT count(*) FROM session WHERE started_at >= ? AND started_at < ? AND {where}",  # noqa: S608
            (start, end, *values),
        ).fetchone()
        found.append(_totals(count, sums))
    return tuple(found)


def keys(connection: sqlite3.Connection) -> tuple[UsageKey, ...]:
    """Return the series that there is any usage of."""
    found = connection.execute(
        "SELECT DISTINCT charge_point, person, vehicle, CASE WHEN person IS NOT NULL AND tag <> '' THEN tag END "
        "FROM session WHERE EXISTS (SELECT 1 FROM slot WHERE slot.transaction_id = session.transaction_id)"
    ).fetchall()
    if not found:
        return ()
    charge_points, persons, vehicles, tags = (
        sorted({one for one in column if one is not None})
        for column in zip(*found, strict=True)
    )
    return (
        UsageKey(),
        *(UsageKey(charge_point=charge_point) for charge_point in charge_points),
        *(UsageKey(person=person) for person in persons),
        *(UsageKey(vehicle=vehicle) for vehicle in vehicles),
        *(UsageKey(tag=tag) for tag in tags),
    )


def charge_points(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Return the charge points that there are any sessions of, whether they took anything or not."""
    return tuple(
        name
        for (name,) in connection.execute(
            "SELECT DISTINCT charge_point FROM session ORDER BY charge_point"
        )
    )


def _meant(which: SessionFilter) -> tuple[str, tuple[Any, ...]]:
    terms, values = _terms(
        charge_point=which.charge_point,
        connector=which.connector,
        person=which.person,
        vehicle=which.vehicle,
    )
    if which.nobody:
        terms.append(_NOBODYS)
    if which.start is not None:
        terms.append("started_at >= ?")
        values.append(moment(which.start))
    if which.end is not None:
        terms.append("started_at < ?")
        values.append(moment(which.end))
    if not which.folded:
        terms.append(_SHOWN)
    return " AND ".join(terms), tuple(values)


def _series(key: UsageKey) -> tuple[str, str, tuple[Any, ...]]:
    """Return the tables of the slots of a series, its condition, and the values of that."""
    terms, values = _terms(
        charge_point=key.charge_point,
        connector=key.connector,
        person=key.person,
        vehicle=key.vehicle,
        tag=key.tag,
    )
    if key.nobody:
        terms.append(_NOBODYS)
    of_sessions = bool(values) or key.nobody
    tables = "slot JOIN session USING (transaction_id)" if of_sessions else "slot"
    return tables, " AND ".join(terms), tuple(values)


def _terms(**wanted: str | int | None) -> tuple[list[str], list[Any]]:
    """Return conditions on columns, of those that are given; the names are literals of this file."""
    given = {column: value for column, value in wanted.items() if value is not None}
    values = [text(v) if isinstance(v, str) else number(v) for v in given.values()]
    return ["TRUE", *(f"{column} = ?" for column in given)], values


def _select(
    connection: sqlite3.Connection, clauses: str, values: tuple[Any, ...]
) -> tuple[SessionRow, ...]:
    # The clauses are literals of this file; whatever comes from outside is among the values.
    return tuple(
        map(
            _row_of,
            connection.execute(
                f"SELECT {COLUMNS}, {_FIGURES} FROM session {clauses}",  # noqa: S608
                values,
            ),
        )
    )


def _row_of(found: tuple[Any, ...]) -> SessionRow:
    session = session_of(found[:COLUMNS_COUNT])
    cost, unpriced, solar, battery, sourced, co2, peak_power, estimated = found[
        COLUMNS_COUNT:
    ]
    flowed, connected = session.flow_time, None
    if session.connected_at is not None and session.disconnected_at is not None:
        connected = max(timedelta(), session.disconnected_at - session.connected_at)
    return SessionRow(
        session=session,
        figures=SessionFigures(
            cost=cost,
            cost_complete=unpriced == 0,
            solar=solar,
            battery=battery,
            grid=grid_of(sourced, solar, battery),
            sourced=sourced,
            co2=co2,
            mean_power=session.energy / (flowed / timedelta(hours=1))
            if flowed
            else None,
            peak_power=peak_power,
            connected_time=connected,
            estimated=bool(estimated),
        ),
    )


def _figures(sums: Sequence[Any]) -> dict[str, Any]:
    """Return what `_SUMS` came to."""
    energy, flow_time, cost, unpriced, solar, battery, sourced, co2, estimated = sums
    return {
        "energy": energy,
        "flow_time": timedelta(microseconds=flow_time),
        "cost": cost,
        "cost_complete": unpriced == 0,
        "solar": solar,
        "battery": battery,
        "sourced": sourced,
        "co2": co2,
        "estimated": bool(estimated),
    }


def _hour_sum(hour: int, sums: Sequence[Any]) -> HourSum:
    return HourSum(hour=moment_of(hour * HOUR), **_figures(sums))


def _totals(sessions: int, sums: Sequence[Any]) -> UsageTotals:
    return UsageTotals(sessions=sessions, **_figures(sums))
