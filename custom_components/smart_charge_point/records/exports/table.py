"""Tables: what stands in an exported file, whatever its format.

A table is built once, from the ledger's figures, and written by `csv_file`, `xlsx_file` or `pdf_file`. Its words are given
by whoever asks for it: none is written here.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import Enum, auto
from typing import Final
import unicodedata

from .words import Words

type Value = str | int | float | date | datetime | timedelta | None
"""What stands in a cell; None where it is not known."""

MOST_LETTERS: Final = 200
"""How long a text of a cell may be; names are shorter."""

_NO_TEXT: Final = frozenset({"Cc", "Cs"})
"""Control characters and halves of characters: some files cannot hold them."""
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What turns the direction of the text around it, and with it the order of the figures beside."""


class Kind(Enum):
    """What a column holds, and in which unit its values are given."""

    TEXT = auto()
    DATE = auto()
    """A civil day."""
    MONTH = auto()
    """The first day of a civil month."""
    TIME = auto()
    """A moment, UTC."""
    DURATION = auto()
    ENERGY = auto()
    """Wh, written as kWh."""
    POWER = auto()
    """W, written as kW."""
    MONEY = auto()
    PRICE = auto()
    """Money per kWh."""
    SHARE = auto()
    """0 to 1."""
    MASS = auto()
    """g, written as kg."""
    COUNT = auto()
    DISTANCE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column with its heading. `paper` is whether there is room for it on a page."""

    key: str
    title: str
    kind: Kind
    paper: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """A figure that says only a part: the rest is not known. It is marked where there is room for a mark."""

    value: float


type Cell = Value | Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How numbers and times are written for people: `decimal` and `group` are signs, `day` and `month` have fields.

    `day` has the fields year, month and day, `month` year and month, all of them numbers with leading zeros.
    """

    decimal: str
    group: str
    day: str
    month: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with all that stands around it.

    `facts` are pairs of words and values above it, `figures` those that matter most, `totals` a value per column (none
    at all where there is nothing to add up), `notes` sentences below. `zone` is that of the civil times and `currency` that of all money
    (ISO 4217). `made_at` is when it was made. `signatures` are the lines to be signed.
    """

    title: str
    facts: tuple[tuple[str, str], ...]
    figures: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[Cell, ...]
    notes: tuple[str, ...]
    signatures: tuple[str, ...]
    zone: tzinfo
    currency: str
    language: str
    style: Style
    words: Words
    made_at: datetime
    energy: float
    """What all of it comes to, Wh."""
    cost: float | None
    landscape: bool = False

    @property
    def filled(self) -> tuple[int, ...]:
        """The columns that a page has room for and that hold anything, by their place."""
        return tuple(
            place
            for place, column in enumerate(self.columns)
            if column.paper
            and (
                not self.rows or any(row[place] not in (None, "") for row in self.rows)
            )
        )


def plain_text(text: str) -> str:
    """Return a text on one line that every kind of file can hold, at most `MOST_LETTERS` long."""
    kept = "".join(
        " " if letter.isspace() else letter
        for letter in text
        if letter.isspace() or _writable(letter)
    )
    kept = " ".join(kept.split())
    return kept if len(kept) <= MOST_LETTERS else f"{kept[: MOST_LETTERS - 1]}…"


def _writable(letter: str) -> bool:
    # The last two codes of each plane, and 32 others, are no characters and never will be.
    code = ord(letter)
    return (
        code & 0xFFFE != 0xFFFE
        and not 0xFDD0 <= code <= 0xFDEF
        and letter not in _TURNING
        and unicodedata.category(letter) not in _NO_TEXT
    )


def value_of(cell: Cell) -> Value:
    """Return what stands in a cell, without its mark; texts are made plain."""
    value = cell.value if isinstance(cell, Part) else cell
    return plain_text(value) if isinstance(value, str) else value


def in_unit(value: float, kind: Kind) -> float:
    """Return a figure in the unit in which it is written, to a thousandth of what is measured."""
    if kind in {Kind.ENERGY, Kind.POWER, Kind.MASS}:
        return round(value / 1000, 6)
    return round(value, 6)
