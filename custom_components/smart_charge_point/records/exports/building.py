"""Building: what the tables of all kinds have in common."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from functools import cached_property
from typing import Final

from ...model.usage import HourSum, SessionFigures, UsageTotals
from ...rules.periods import Period
from . import formats
from .currency import sign
from .table import Cell, Column, Kind, Part, Style, Table
from .words import Word, Words

type Figures = SessionFigures | UsageTotals | HourSum


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an export is about, and how it is written.

    `names` are those of wallboxes (by their OCPP identity), persons and vehicles (by their subentries); what has none is
    shown as it is kept. `reasons` are the words for why a session stopped. `rate` is what a kWh is charged at, in the
    place of what it cost, None for the cost itself. `chosen` are the words and names by which sessions were chosen.
    """

    period: Period
    zone: tzinfo
    currency: str
    language: str
    words: Words
    made_at: datetime
    home: str
    wallboxes: Mapping[str, str] = field(default_factory=dict)
    persons: Mapping[str, str] = field(default_factory=dict)
    vehicles: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    chosen: tuple[tuple[str, str], ...] = ()
    rate: float | None = None

    @cached_property
    def style(self) -> Style:
        """How numbers and days are written in the language of the words."""
        return Style(
            decimal=self.words[Word.DECIMAL_SIGN],
            group=self.words[Word.GROUP_SIGN].replace("_", "\N{NO-BREAK SPACE}"),
            day=self.words[Word.DAY_STYLE],
            month=self.words[Word.MONTH_STYLE],
        )

    @property
    def span(self) -> str:
        """The period, in words."""
        return self.words[Word.PERIOD_SPAN].format(
            first=formats.day(self.period.first, self.style),
            last=formats.day(self.period.last, self.style),
        )

    def day_of(self, moment: datetime) -> date:
        """Return the civil day of a moment."""
        return moment.astimezone(self.zone).date()

    def column(
        self,
        key: str,
        word: Word,
        kind: Kind,
        *,
        paper: bool = True,
    ) -> Column:
        """Return a column with its heading, and the unit in it."""
        unit = {
            Kind.ENERGY: "kWh",
            Kind.POWER: "kW",
            Kind.MONEY: sign(self.currency),
            Kind.PRICE: f"{sign(self.currency)}/kWh",
            Kind.MASS: "kg",
            Kind.DISTANCE: "km",
        }.get(kind)
        title = self.words[word] if unit is None else f"{self.words[word]} ({unit})"
        return Column(key=key, title=title, kind=kind, paper=paper)

    def yes(self, answer: bool) -> str:
        """Return yes or no."""
        return self.words[Word.YES if answer else Word.NO]

    def money(self, amount: float) -> str:
        """Return an amount with its currency."""
        written = formats.on_paper(
            amount,
            Kind.MONEY,
            style=self.style,
            zone=self.zone,
            currency=self.currency,
        )
        shown = sign(self.currency)
        return f"{shown}{written}" if len(shown) == 1 else f"{shown} {written}"

    def energy(self, energy: float) -> str:
        """Return Wh as kWh, with the unit."""
        return f"{formats.number(energy / 1000, 2, self.style)} kWh"

    def table(
        self,
        title: Word,
        columns: tuple[Column, ...],
        rows: Iterable[tuple[Cell, ...]],
        totals: tuple[Cell, ...],
        *,
        energy: float,
        cost: float | None,
        figures: Iterable[tuple[str, str]],
        notes: Iterable[str] = (),
        signatures: tuple[str, ...] = (),
        landscape: bool = False,
    ) -> Table:
        """Return a table with what stands around each."""
        words = self.words
        made = tuple(rows)
        return Table(
            title=words[title],
            facts=(
                (words[Word.HOME], self.home),
                (words[Word.PERIOD], self.span),
                *self.chosen,
                (words[Word.ZONE], str(self.zone)),
            ),
            figures=tuple(figures),
            columns=columns,
            rows=made,
            totals=totals if made else (),
            notes=(*notes, *(() if made else (words[Word.NOTE_NOTHING],))),
            signatures=signatures,
            zone=self.zone,
            currency=self.currency,
            language=self.language,
            style=self.style,
            words=words,
            made_at=self.made_at,
            energy=energy,
            cost=cost,
            landscape=landscape,
        )


SOURCES: Final = (
    ("solar", Word.SOLAR),
    ("battery", Word.BATTERY),
    ("grid", Word.GRID),
)


def cost_of(figures: Figures) -> Cell:
    """Return a cost, marked where a part of the energy had no known price."""
    if figures.cost is None or figures.cost_complete:
        return figures.cost
    return Part(figures.cost)


def solar_share(figures: Figures) -> float | None:
    """Return the share of the sun in the energy whose source is known; None where no source is."""
    if figures.solar is None or not figures.sourced:
        return None
    return min(1.0, figures.solar / figures.sourced)


def added(parts: Iterable[float | None]) -> float | None:
    """Return the sum of what is known, None where nothing is."""
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def added_cost(parts: Iterable[Figures]) -> Cell:
    """Return the sum of costs; marked where a part of any is not known."""
    all_parts = tuple(parts)
    total = added(part.cost for part in all_parts)
    if total is None or all(part.cost_complete for part in all_parts):
        return total
    return Part(total)


def added_time(parts: Iterable[timedelta | None]) -> timedelta:
    """Return the sum of durations."""
    return sum((part for part in parts if part is not None), timedelta())
