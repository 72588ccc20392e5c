"""Usage: a line for each day, month or wallbox, of what was charged within it."""

from collections.abc import Sequence
from typing import Final

from ...model.usage import UsageTotals
from .building import Asked, added, added_cost, added_time, cost_of, solar_share
from .table import Cell, Column, Kind, Part, Table
from .words import Word

HEADS: Final = {
    Word.DAYS: (Word.DAY, Kind.DATE),
    Word.MONTHS: (Word.MONTH, Kind.MONTH),
    Word.WALLBOXES: (Word.WALLBOX, Kind.TEXT),
}
"""What the lines of each title are about."""


def usage_table(
    title: Word, lines: Sequence[tuple[Cell, UsageTotals]], asked: Asked
) -> Table:
    """Return a table under one of the titles of `HEADS`, with a line for each day, month or wallbox that has any usage.

    Energy counts where its half hour began, so a session over midnight at a month's end is in both months; it is counted
    as a session where it began (A9.3).
    """
    used = [(head, usage) for head, usage in lines if usage.sessions or usage.energy]
    usages = [usage for _, usage in used]
    energy = sum(usage.energy for usage in usages)
    cost = added(usage.cost for usage in usages)
    words = asked.words
    return asked.table(
        title,
        _columns(title, asked),
        [(head, *_line(usage, asked)) for head, usage in used],
        (
            words[Word.TOTAL],
            sum(usage.sessions for usage in usages),
            energy,
            added_time(usage.flow_time for usage in usages),
            added_cost(usages),
            "",
            added(usage.solar for usage in usages),
            added(usage.battery for usage in usages),
            added(usage.grid for usage in usages),
            _share(usages),
            added(usage.co2 for usage in usages),
            "",
        ),
        energy=energy,
        cost=cost,
        figures=(
            (words[Word.SESSION_COUNT], str(sum(usage.sessions for usage in usages))),
            (words[Word.ENERGY], asked.energy(energy)),
            *(() if cost is None else ((words[Word.COST], asked.money(cost)),)),
        ),
        notes=tuple(
            note
            for note, applies in (
                (
                    words[Word.NOTE_COST_PART],
                    any(isinstance(cost_of(usage), Part) for usage in usages),
                ),
                (
                    words[Word.NOTE_ESTIMATED],
                    any(usage.estimated for usage in usages),
                ),
            )
            if applies
        ),
    )


def _columns(title: Word, asked: Asked) -> tuple[Column, ...]:
    column = asked.column
    word, kind = HEADS[title]
    return (
        column(word.value, word, kind),
        column("sessions", Word.SESSION_COUNT, Kind.COUNT),
        column("energy", Word.ENERGY, Kind.ENERGY),
        column("flow_time", Word.FLOW_TIME, Kind.DURATION),
        column("cost", Word.COST, Kind.MONEY),
        column("cost_complete", Word.COST_COMPLETE, Kind.TEXT, paper=False),
        column("solar", Word.SOLAR, Kind.ENERGY),
        column("battery", Word.BATTERY, Kind.ENERGY),
        column("grid", Word.GRID, Kind.ENERGY),
        column("solar_share", Word.SOLAR_SHARE, Kind.SHARE),
        column("co2", Word.CO2, Kind.MASS),
        column("estimated", Word.ESTIMATED, Kind.TEXT, paper=False),
    )


def _line(usage: UsageTotals, asked: Asked) -> tuple[Cell, ...]:
    return (
        usage.sessions,
        usage.energy,
        usage.flow_time,
        cost_of(usage),
        "" if usage.cost is None else asked.yes(usage.cost_complete),
        usage.solar,
        usage.battery,
        usage.grid,
        solar_share(usage),
        usage.co2,
        asked.yes(usage.estimated),
    )


def _share(usages: Sequence[UsageTotals]) -> float | None:
    sourced = sum(usage.sourced for usage in usages if usage.solar is not None)
    solar = added(usage.solar for usage in usages)
    return solar / sourced if sourced and solar is not None else None
