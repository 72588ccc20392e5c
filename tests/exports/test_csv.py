"""CSV: what a script and a spreadsheet read in it."""

import csv
from datetime import UTC, datetime, timedelta
import io

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_charge_point.model.usage import SessionFigures, SessionRow
from custom_components.smart_charge_point.records.exports.csv_file import (
    FORMULA_SIGNS,
    write_csv,
)
from custom_components.smart_charge_point.records.exports.session_table import (
    session_table,
)

from .facts import asked, row


def read(*rows: SessionRow, **changes: object) -> list[dict[str, str]]:
    """Return the lines of a file of sessions, by their headings."""
    written = write_csv(session_table(rows, asked(**changes)))
    return list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"), newline="")))


def test_excel_takes_it_for_utf_8() -> None:
    """Without its mark Excel reads £ and ä as two other signs each."""
    written = write_csv(session_table([row(person="p2")], asked()))

    assert written.startswith(b"\xef\xbb\xbf")
    assert "Cost (£)" in written.decode("utf-8-sig")
    assert "Jürgen" in written.decode("utf-8-sig")
    assert written.endswith(b"\r\n")


def test_a_line_is_a_session_with_numbers_that_scripts_read() -> None:
    """Energy in kWh with a point, times with their offset and as UTC, nothing where nothing is known."""
    summer = datetime(2026, 7, 2, 22, 30, tzinfo=UTC)
    [line] = read(
        row(7, at=summer, energy=14_200.5, figures=SessionFigures(), person="p1")
    )

    assert line["Energy (kWh)"] == "14.2005"
    assert line["Start"] == "2026-07-02 23:30:00+01:00"
    assert line["Start (UTC)"] == "2026-07-02T22:30:00Z"
    assert line["Charging time"] == "2:00:00"
    assert line["Person"] == "Ada"
    assert line["Cost (£)"] == ""
    assert line["Session number"] == "7"


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    """When the clocks go back, two sessions that began an hour apart show the same civil time with another offset."""
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    lines = read(row(1, at=first), row(2, at=first + timedelta(hours=1)))

    assert [line["Start"] for line in lines] == [
        "2026-10-25 01:30:00+01:00",
        "2026-10-25 01:30:00+00:00",
    ]


@pytest.mark.parametrize("sign", FORMULA_SIGNS)
def test_names_are_never_formulas(sign: str) -> None:
    """A wallbox may call itself what a spreadsheet would carry out."""
    evil = f"{sign}cmd|' /C calc'!A0"
    [line] = read(row(charge_point=evil))

    assert line["Wallbox"] == f"'{evil}"


def test_tabs_and_line_ends_in_front_hide_no_formula() -> None:
    """They are blanks to a reader, and go with the other blanks."""
    [line] = read(row(charge_point="\t\r\n =1+1"))

    assert line["Wallbox"] == "'=1+1"


def test_a_line_holds_what_would_part_it() -> None:
    """Commas, quotes and line ends in names stay within their cell."""
    [line] = read(row(charge_point='Garage, "left"\r\nof the house'))

    assert line["Wallbox"] == 'Garage, "left" of the house'


@given(name=st.text(max_size=60), energy=st.floats(0, 1e9))
def test_no_name_and_no_figure_breaks_a_file(name: str, energy: float) -> None:
    """Whatever a thing is called, there is one line with all its cells; the energy comes back to a thousandth of a Wh."""
    [line] = read(row(charge_point=name, energy=energy))

    assert None not in line
    assert not line["Wallbox"].startswith(FORMULA_SIGNS)
    assert float(line["Energy (kWh)"]) * 1000 == pytest.approx(energy, abs=1e-3)


@given(st.lists(st.floats(0, 1e5), max_size=50))
def test_lines_come_to_what_the_ledger_says(energies: list[float]) -> None:
    """Adding a column up by hand is off by less than 1 Wh."""
    lines = read(*(row(i, energy=energy) for i, energy in enumerate(energies)))

    total = sum(float(line["Energy (kWh)"]) for line in lines)
    assert total * 1000 == pytest.approx(sum(energies), abs=1)


def test_tags_are_in_no_file() -> None:
    """They are credentials."""
    assert b"04SECRET" not in write_csv(session_table([row()], asked()))
