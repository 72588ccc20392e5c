"""CSV: one heading and one row each, for spreadsheets and for scripts.

RFC 4180: commas, quotes where needed, CRLF. UTF-8 with a byte order mark, without which Excel takes £ and ä for others; what
reads CSV knows it (`utf-8-sig`). Numbers have a point and no grouping, in whatever language, and a moment is written twice:
by the clocks of the house with its offset, and as UTC. Totals are left out: a column's sum is its total.
"""

import csv
from datetime import UTC, date, datetime, timedelta
import io
from typing import Final

from .table import Cell, Column, Kind, Table, Value, in_unit, value_of

FORMULA_SIGNS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%")
"""What a spreadsheet may take a text for a formula or a command by (OWASP, CSV injection)."""


def write_csv(table: Table) -> bytes:
    """Return the file. Texts that a spreadsheet might carry out are preceded by an apostrophe."""
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet)
    writer.writerow(
        heading for column in table.columns for heading in _headings(column, table)
    )
    for row in table.rows:
        writer.writerow(
            written
            for column, cell in zip(table.columns, row, strict=True)
            for written in _cells(column, cell, table)
        )
    return sheet.getvalue().encode("utf-8-sig")


def _headings(column: Column, table: Table) -> tuple[str, ...]:
    if column.kind is Kind.TIME:
        return (_harmless(column.title), _harmless(f"{column.title} (UTC)"))
    return (_harmless(column.title),)


def _cells(column: Column, cell: Cell, table: Table) -> tuple[str, ...]:
    value = value_of(cell)
    if column.kind is Kind.TIME:
        if not isinstance(value, datetime):
            return ("", "")
        return (
            value.astimezone(table.zone).isoformat(" ", "seconds"),
            f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        )
    return (_written(value, column.kind),)


def _written(value: Value, kind: Kind) -> str:
    """Return what stands in a cell; a duration as h:mm:ss, which spreadsheets take for one."""
    match value:
        case None:
            return ""
        case str():
            return _harmless(value)
        case timedelta():
            minutes, seconds = divmod(round(value.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case date():
            return f"{value:%Y-%m}" if kind is Kind.MONTH else f"{value:%Y-%m-%d}"
        case _:
            return f"{in_unit(value, kind):.6f}".rstrip("0").rstrip(".")


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
