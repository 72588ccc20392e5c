"""XLSX: a sheet with real dates, durations and numbers, totals that add up by formula, and what it is about on a second sheet.

Imported where a file is made, on a thread.
"""

from datetime import date, datetime, timedelta
import io
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from .currency import digits
from .table import Cell, Column, Kind, Table, in_unit, plain_text, value_of
from .words import Word

NUMBERS: Final = {
    Kind.TEXT: "@",
    Kind.DATE: "yyyy-mm-dd",
    Kind.MONTH: "yyyy-mm",
    Kind.TIME: "yyyy-mm-dd hh:mm:ss",
    Kind.DURATION: "[h]:mm:ss",
    Kind.ENERGY: "#,##0.000",
    Kind.POWER: "#,##0.00",
    Kind.PRICE: "0.0000",
    Kind.SHARE: "0%",
    Kind.MASS: "#,##0.000",
    Kind.COUNT: "0",
    Kind.DISTANCE: "#,##0",
}
"""How a spreadsheet shows each kind; it writes dates and decimal marks in its own language."""
ADDED_UP: Final = frozenset(
    {Kind.DURATION, Kind.ENERGY, Kind.MONEY, Kind.MASS, Kind.COUNT}
)
WIDEST: Final = 40
"""Letters that a column is wide at most."""


def write_xlsx(table: Table) -> bytes:
    """Return the file. Texts are texts: nothing that a person or a wallbox is called becomes a formula or a link."""
    file = io.BytesIO()
    book = Workbook(file, {"in_memory": True})
    book.set_properties(
        {
            "title": plain_text(table.title),
            "author": "Smart Charge Point",
            "created": table.made_at.astimezone(table.zone).replace(tzinfo=None),
        }
    )
    _Sheet(book, table).write()
    _about(book, table)
    book.close()
    return file.getvalue()


class _Sheet:
    """The sheet with the table."""

    def __init__(self, book: Workbook, table: Table) -> None:
        self._table = table
        self._sheet: Worksheet = book.add_worksheet(_sheet_name(table.title))
        money = f"#,##0.{'0' * digits(table.currency)}".rstrip(".")
        self._formats: dict[tuple[Kind, bool], Format] = {
            (kind, total): book.add_format(
                {
                    "num_format": money if kind is Kind.MONEY else NUMBERS[kind],
                    **({"bold": True, "top": 1} if total else {}),
                }
            )
            for kind in Kind
            for total in (False, True)
        }
        self._heading: Format = book.add_format(
            {"bold": True, "bg_color": "#F4F6F8", "bottom": 1, "text_wrap": True}
        )

    def write(self) -> None:
        """Write headings, rows and totals."""
        table, sheet = self._table, self._sheet
        for place, column in enumerate(table.columns):
            sheet.write_string(0, place, plain_text(column.title), self._heading)
            sheet.set_column(place, place, self._width(place, column))
        for line, row in enumerate(table.rows, start=1):
            for place, cell in enumerate(row):
                self._put(line, place, cell)
        if table.totals:
            self._put_totals(len(table.rows) + 1)
        sheet.freeze_panes(1, 0)
        if table.rows:
            sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)

    def _put(self, line: int, place: int, cell: Cell, *, total: bool = False) -> None:
        kind = self._table.columns[place].kind
        shape = self._formats[kind, total]
        match value_of(cell):
            case None:
                self._sheet.write_blank(line, place, None, shape)
            case str() as text:
                self._sheet.write_string(line, place, text, shape)
            case datetime() as moment:
                # A spreadsheet knows no zones: it gets what the clocks of the house showed.
                civil = moment.astimezone(self._table.zone).replace(tzinfo=None)
                self._sheet.write_datetime(line, place, civil, shape)
            case timedelta() | date() as value:
                self._sheet.write_datetime(line, place, value, shape)
            case number:
                self._sheet.write_number(line, place, in_unit(number, kind), shape)

    def _put_totals(self, line: int) -> None:
        """Write the totals: as formulas where they are sums of the rows above."""
        for place, cell in enumerate(self._table.totals):
            kind = self._table.columns[place].kind
            value = value_of(cell)
            if (
                kind not in ADDED_UP
                or not self._table.rows
                or not isinstance(value, int | float | timedelta)
            ):
                self._put(line, place, cell, total=True)
                continue
            known = (
                value / timedelta(days=1)
                if isinstance(value, timedelta)
                else in_unit(value, kind)
            )
            name = xl_col_to_name(place)
            self._sheet.write_formula(
                line,
                place,
                f"=SUM({name}2:{name}{line})",
                self._formats[kind, True],
                known,
            )

    def _width(self, place: int, column: Column) -> float:
        longest = max(
            (
                len(text)
                for row in self._table.rows
                if isinstance(text := value_of(row[place]), str)
            ),
            default=0,
        )
        least = 19 if column.kind is Kind.TIME else 11
        return min(WIDEST, max(least, longest, *map(len, column.title.split()))) + 1


def _about(book: Workbook, table: Table) -> None:
    """Write what the table is about on a sheet of its own, so that the first can be sorted and added up as it is."""
    sheet = book.add_worksheet(_sheet_name(table.words[Word.ABOUT]))
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 60)
    sheet.write_string(0, 0, plain_text(table.title), bold)
    lines = [*table.facts, *table.figures, *((note, "") for note in table.notes)]
    for line, (name, value) in enumerate(lines, start=2):
        sheet.write_string(line, 0, plain_text(name))
        sheet.write_string(line, 1, plain_text(value))


def _sheet_name(title: str) -> str:
    """Return a title as a sheet may be called: at most 31 letters, without signs that formulas need."""
    kept = "".join(" " if letter in "[]:*?/\\'" else letter for letter in title)
    return " ".join(kept.split())[:31].strip() or "1"
