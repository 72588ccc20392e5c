"""XLSX: what a spreadsheet reads in it."""

from datetime import UTC, date, datetime, timedelta
import io
from typing import Any

from hypothesis import given, settings, strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
import pytest

from custom_components.smart_charge_point.records.exports.session_table import (
    session_table,
)
from custom_components.smart_charge_point.records.exports.table import Table
from custom_components.smart_charge_point.records.exports.usage_table import usage_table
from custom_components.smart_charge_point.records.exports.words import Word
from custom_components.smart_charge_point.records.exports.xlsx_file import write_xlsx

from .facts import asked, row, usage


def sheets(table: Table, *, formulas: bool = False) -> list[Worksheet]:
    """Return the sheets of a table's file."""
    book = load_workbook(io.BytesIO(write_xlsx(table)), data_only=not formulas)
    return [book[name] for name in book.sheetnames]


def lines(table: Table, *, formulas: bool = False) -> list[dict[str, Any]]:
    """Return the lines of the first sheet, totals included, by their headings."""
    heading, *rows = sheets(table, formulas=formulas)[0].iter_rows(values_only=True)
    return [dict(zip(map(str, heading), cells, strict=True)) for cells in rows]


def test_cells_are_dates_durations_and_numbers() -> None:
    """A spreadsheet can sort and add them up as they are; times are those of the clocks of the house."""
    summer = datetime(2026, 7, 2, 22, 30, tzinfo=UTC)
    line = lines(session_table([row(at=summer, energy=14_200.0)], asked()))[0]

    assert line["Start"] == datetime(2026, 7, 2, 23, 30)  # noqa: DTZ001 - a spreadsheet knows no zones
    assert line["Charging time"] == timedelta(hours=2)
    assert line["Energy (kWh)"] == 14.2
    assert line["Solar share"] == 0.25
    assert line["Odometer (km)"] is None


def test_totals_add_up_by_formula_and_say_what_the_ledger_says() -> None:
    """A total follows what an owner changes above it, and is there for whoever reads without adding up."""
    table = session_table([row(1, energy=1234.0), row(2, energy=8766.0)], asked())

    assert lines(table)[-1]["Energy (kWh)"] == 10.0
    written = lines(table, formulas=True)[-1]
    assert written["Energy (kWh)"].startswith("=SUM(")
    assert written["Wallbox"] == "Total"
    assert not str(written["Solar share"]).startswith("=")


def test_names_stay_texts() -> None:
    """Neither a formula nor a link nor a number comes of what a thing is called."""
    for name in ("=1+1", "@SUM(A1)", "https://example.com", "0042", "-5"):
        table = session_table([row(charge_point=name)], asked())
        sheet = sheets(table, formulas=True)[0]
        [cell] = [
            cell for cells in sheet["A2:Z2"] for cell in cells if cell.value == name
        ]
        assert cell.data_type == "s"
        assert cell.hyperlink is None


def test_what_it_is_about_is_on_a_sheet_of_its_own() -> None:
    """Title, period, zone and notes do not stand in the way of the lines."""
    about = sheets(session_table([row()], asked()))[1]
    said = {str(cell) for cells in about.iter_rows(values_only=True) for cell in cells}

    assert "Charging sessions" in said
    assert "01/11/2026 to 30/11/2026" in said
    assert "Europe/London" in said


def test_months_are_dates() -> None:
    """They sort as such."""
    table = usage_table(
        Word.MONTHS, [(date(2026, 11, 1), usage(energy=21_000.0))], asked()
    )

    assert lines(table)[0]["Month"] == datetime(2026, 11, 1)  # noqa: DTZ001 - as above
    assert lines(table)[1]["Energy (kWh)"] == 21.0


@pytest.mark.parametrize("name", ["a:b/c\\d?e*f[g]h'i", "", "x" * 300])
def test_any_title_makes_a_sheet(name: str) -> None:
    """A translation may hold what a sheet may not be called."""
    words = {**asked().words, Word.SESSIONS: name or "/"}

    assert sheets(session_table([row()], asked(words=words)))


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=60))
def test_no_name_breaks_a_file(name: str) -> None:
    """Whatever a thing is called, spreadsheets open the file."""
    assert len(lines(session_table([row(charge_point=name)], asked()))) == 2
