"""PDF: what stands on the pages."""

from datetime import UTC, date, datetime, timedelta
import io

from hypothesis import given, settings, strategies as st
from pypdf import PdfReader
import pytest

from custom_components.smart_charge_point.model.usage import SessionFigures
from custom_components.smart_charge_point.records.exports.claim_table import claim_table
from custom_components.smart_charge_point.records.exports.pdf_file import write_pdf
from custom_components.smart_charge_point.records.exports.session_table import (
    session_table,
)
from custom_components.smart_charge_point.records.exports.table import Table
from custom_components.smart_charge_point.records.exports.usage_table import usage_table
from custom_components.smart_charge_point.records.exports.words import Word

from .facts import asked, row, usage


def pages(table: Table) -> list[str]:
    """Return the text of each page."""
    reader = PdfReader(io.BytesIO(write_pdf(table)))
    return [page.extract_text() for page in reader.pages]


def test_letters_of_many_languages_are_there() -> None:
    """Pounds, euros, umlauts, and names in Greek, Cyrillic, Armenian, Georgian letters."""
    names = ["Zoë Größe", "Ελένη", "Наташа", "Անի", "ნინო", "Łukasz Żółć"]
    table = session_table(
        [row(i, person=name) for i, name in enumerate(names)], asked()
    )
    [page] = pages(table)

    for name in (*names, "£"):
        assert name in page
    assert "€" in pages(session_table([row()], asked(currency="EUR")))[0]


def test_letters_it_has_not_are_boxes_and_named() -> None:
    """A name in other letters breaks nothing, and the reader learns where it can be read."""
    [page] = pages(session_table([row(person="李明 🚗")], asked()))

    assert "□□ □" in page
    assert "U+674E" in page
    assert "U+1F697" in page
    assert "XLSX" in page


def test_hebrew_is_read_from_the_right() -> None:
    """What is drawn from left to right is the name turned round."""
    [page] = pages(session_table([row(person="שרה")], asked()))

    assert "הרש" in page or "שרה" in page


def test_each_page_has_the_headings_and_its_number() -> None:
    """A table that goes on is read like its first page; its totals stand at the end, once, not alone."""
    start = datetime(2026, 11, 1, tzinfo=UTC)
    rows = [row(i, at=start + timedelta(hours=i)) for i in range(100)]
    found = pages(session_table(rows, asked()))

    assert len(found) > 2
    for number, page in enumerate(found, start=1):
        assert "Wallbox" in page
        assert f"Page {number} of {len(found)}" in page
    assert ["Total" in page for page in found] == [False] * (len(found) - 1) + [True]
    assert "Garage" in found[-1]


@pytest.mark.parametrize("count", range(14, 26))
def test_totals_follow_a_line_on_their_page(count: int) -> None:
    """However many lines there are, the page with the totals has one before them."""
    rows = [row(i) for i in range(count)]

    for page in pages(session_table(rows, asked())):
        assert "Total" not in page or "Garage" in page


def test_long_names_are_whole() -> None:
    """They go on in the next line."""
    name = "Wilhelmina Alexandrina Frederica von und zu Hohenlohe-Langenburg at the end of the lane"
    [page] = pages(session_table([row(person=name, charge_point=name)], asked()))

    for word in name.split():
        assert page.count(word) >= 2


def test_columns_without_anything_take_no_room() -> None:
    """A home without solar needs no column for it."""
    figures = SessionFigures(cost=1.0)
    [page] = pages(session_table([row(figures=figures)], asked()))

    assert "Solar" not in page
    assert "Cost" in page


def test_a_part_of_a_cost_is_marked() -> None:
    """Whoever reads it knows that it is not all."""
    part = SessionFigures(cost=0.4, cost_complete=False)
    [page] = pages(session_table([row(figures=part), row(2)], asked()))

    assert "0.40*" in page
    assert "1.39*" in page
    assert "part whose price was known" in page


def test_a_claim_can_be_signed() -> None:
    """It names who claims what, and leaves room for two signatures."""
    [page] = pages(claim_table([row(person="p1")], asked(), "Ada Lovelace"))

    for said in (
        "Mileage claim",
        "Ada Lovelace",
        "Claimed:",
        "Approved:",
        "02/11/2026",
    ):
        assert said in page


def test_nothing_is_said_as_such() -> None:
    """A period without a charge makes a page that says so."""
    [page] = pages(session_table([], asked()))

    assert "Nothing was charged in this period." in page


def test_other_languages_write_their_own_numbers() -> None:
    """Signs and the order of a day come with the words."""
    words = {
        **asked().words,
        Word.DECIMAL_SIGN: ",",
        Word.GROUP_SIGN: ".",
        Word.MONTH_STYLE: "{month}.{year}",
    }
    table = usage_table(
        Word.MONTHS,
        [(date(2026, 11, 1), usage(energy=1_234_560.0))],
        asked(words=words, currency="EUR"),
    )
    [page] = pages(table)

    assert "1.234,56" in page
    assert "11.2026" in page


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=60))
def test_no_name_breaks_a_page(name: str) -> None:
    """Whatever a thing is called, there is a page."""
    table = session_table([row(charge_point=name, person=name)], asked(home=name))

    assert pages(table)
