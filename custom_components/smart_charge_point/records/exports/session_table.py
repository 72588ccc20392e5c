"""Sessions: a line for each session, with all that is known of it."""

from collections.abc import Sequence

from ...model.usage import SessionRow
from .building import Asked, added, added_cost, added_time, cost_of, solar_share
from .table import Cell, Column, Kind, Part, Table
from .words import Word


def session_table(
    rows: Sequence[SessionRow], asked: Asked, *, fold: bool = False
) -> Table:
    """Return the sessions in the order given, each whole, whenever it was charged.

    With `fold`, those under 60 s or 0.05 kWh are one line at the end (A9.8): a page has no room for trials.
    """
    short = [row for row in rows if fold and row.session.folded]
    shown = [row for row in rows if not fold or not row.session.folded]
    lines = [_line(row, asked) for row in shown]
    if short:
        lines.append(
            _sum(
                asked.words[Word.INCLUDED_SHORT].format(count=len(short)), short, asked
            )
        )
    totals = _sum(asked.words[Word.TOTAL], rows, asked)
    energy = sum(row.session.energy for row in rows)
    cost = added(row.figures.cost for row in rows)
    words = asked.words
    return asked.table(
        Word.SESSIONS,
        _columns(asked),
        lines,
        totals,
        energy=energy,
        cost=cost,
        figures=_figures(rows, energy, cost, asked),
        notes=tuple(
            note
            for note, applies in (
                (words[Word.NOTE_WHOLE_SESSIONS], bool(rows)),
                (
                    words[Word.NOTE_COST_PART],
                    any(isinstance(cost_of(row.figures), Part) for row in rows),
                ),
                (
                    words[Word.NOTE_ESTIMATED],
                    any(_estimated(row) for row in rows),
                ),
                (
                    words[Word.NOTE_RUNNING],
                    any(row.session.stopped_at is None for row in rows),
                ),
            )
            if applies
        ),
        landscape=True,
    )


def _columns(asked: Asked) -> tuple[Column, ...]:
    column = asked.column
    return (
        column("started", Word.STARTED, Kind.TIME),
        column("ended", Word.ENDED, Kind.TIME),
        column("wallbox", Word.WALLBOX, Kind.TEXT),
        column("connector", Word.CONNECTOR, Kind.COUNT, paper=False),
        column("person", Word.PERSON, Kind.TEXT),
        column("vehicle", Word.VEHICLE, Kind.TEXT),
        column("odometer", Word.ODOMETER, Kind.DISTANCE, paper=False),
        column("energy", Word.ENERGY, Kind.ENERGY),
        column("flow_time", Word.FLOW_TIME, Kind.DURATION),
        column("connected_time", Word.CONNECTED_TIME, Kind.DURATION),
        column("exported", Word.EXPORTED, Kind.ENERGY, paper=False),
        column("cost", Word.COST, Kind.MONEY),
        column("cost_complete", Word.COST_COMPLETE, Kind.TEXT, paper=False),
        column("solar", Word.SOLAR, Kind.ENERGY, paper=False),
        column("battery", Word.BATTERY, Kind.ENERGY, paper=False),
        column("grid", Word.GRID, Kind.ENERGY, paper=False),
        column("solar_share", Word.SOLAR_SHARE, Kind.SHARE),
        column("co2", Word.CO2, Kind.MASS),
        column("mean_power", Word.MEAN_POWER, Kind.POWER, paper=False),
        column("peak_power", Word.PEAK_POWER, Kind.POWER, paper=False),
        column("stop_reason", Word.STOP_REASON, Kind.TEXT, paper=False),
        column("estimated", Word.ESTIMATED, Kind.TEXT, paper=False),
        column("short", Word.SHORT, Kind.TEXT, paper=False),
        column("session", Word.SESSION, Kind.COUNT, paper=False),
    )


def _line(row: SessionRow, asked: Asked) -> tuple[Cell, ...]:
    session, figures = row.session, row.figures
    return (
        session.started_at,
        session.stopped_at,
        asked.wallboxes.get(session.charge_point, session.charge_point),
        session.connector,
        asked.persons.get(session.person or "", session.person),
        asked.vehicles.get(session.vehicle or "", session.vehicle),
        session.odometer,
        session.energy,
        session.flow_time,
        figures.connected_time,
        session.exported,
        cost_of(figures),
        "" if figures.cost is None else asked.yes(figures.cost_complete),
        figures.solar,
        figures.battery,
        figures.grid,
        solar_share(figures),
        figures.co2,
        figures.mean_power,
        figures.peak_power,
        session.stop_reason
        and asked.reasons.get(session.stop_reason, session.stop_reason.value),
        asked.yes(_estimated(row)),
        asked.yes(session.folded),
        session.transaction_id,
    )


def _estimated(row: SessionRow) -> bool:
    return row.figures.estimated or bool(row.session.doubts)


def _sum(name: str, rows: Sequence[SessionRow], asked: Asked) -> tuple[Cell, ...]:
    """Return a line that sums up sessions, under the name in its first text column."""
    figures = [row.figures for row in rows]
    sourced = sum(each.sourced for each in figures if each.solar is not None)
    solar = added(each.solar for each in figures)
    values: dict[str, Cell] = {
        "wallbox": name,
        "energy": sum(row.session.energy for row in rows),
        "flow_time": added_time(row.session.flow_time for row in rows),
        "connected_time": added_time(each.connected_time for each in figures),
        "exported": added(row.session.exported for row in rows),
        "cost": added_cost(figures),
        "solar": solar,
        "battery": added(each.battery for each in figures),
        "grid": added(each.grid for each in figures),
        "solar_share": solar / sourced if sourced and solar is not None else None,
        "co2": added(each.co2 for each in figures),
    }
    return tuple(values.get(column.key, "") for column in _columns(asked))


def _figures(
    rows: Sequence[SessionRow], energy: float, cost: float | None, asked: Asked
) -> tuple[tuple[str, str], ...]:
    words = asked.words
    return (
        (words[Word.SESSION_COUNT], str(len(rows))),
        (words[Word.ENERGY], asked.energy(energy)),
        *(() if cost is None else ((words[Word.COST], asked.money(cost)),)),
    )
