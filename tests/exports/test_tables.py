"""The tables: what is in them, and that the same makes the same."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
import json

from freezegun.api import FrozenDateTimeFactory
from hypothesis import given, strategies as st
import pytest

from custom_components.smart_charge_point.model.transaction import Doubt
from custom_components.smart_charge_point.model.usage import SessionFigures, UsageTotals
from custom_components.smart_charge_point.records.exports.claim_table import claim_table
from custom_components.smart_charge_point.records.exports.csv_file import write_csv
from custom_components.smart_charge_point.records.exports.pdf_file import write_pdf
from custom_components.smart_charge_point.records.exports.session_table import (
    session_table,
)
from custom_components.smart_charge_point.records.exports.table import (
    Cell,
    Part,
    Table,
    plain_text,
)
from custom_components.smart_charge_point.records.exports.usage_table import usage_table
from custom_components.smart_charge_point.records.exports.words import Word
from custom_components.smart_charge_point.records.exports.xlsx_file import write_xlsx

from .facts import TEXTS, asked, row, usage


def total(table: Table, key: str) -> Cell:
    """Return what a column comes to."""
    keys = [column.key for column in table.columns]
    return table.totals[keys.index(key)]


def cells(table: Table, key: str) -> list[Cell]:
    """Return what stands in a column."""
    keys = [column.key for column in table.columns]
    return [line[keys.index(key)] for line in table.rows]


@pytest.mark.parametrize("write", [write_csv, write_xlsx, write_pdf])
def test_the_same_makes_the_same_bytes(
    write: Callable[[Table], bytes], freezer: FrozenDateTimeFactory
) -> None:
    """A file that was made twice can be compared; when it was made is told, not looked up."""
    first = write(session_table([row(), row(2)], asked()))
    freezer.tick(timedelta(days=1))

    assert write(session_table([row(), row(2)], asked())) == first


def test_trials_are_one_line_where_there_is_no_room_for_them() -> None:
    """Sessions under 0.05 kWh are summed up in the last line, and nothing is lost of the total (A9.8)."""
    rows = [row(1), row(2, energy=30.0), row(3, energy=20.0)]
    folded, whole = (session_table(rows, asked(), fold=fold) for fold in (True, False))

    assert cells(folded, "wallbox") == ["Garage", "2 short sessions"]
    assert cells(folded, "energy") == [14_200.0, 50.0]
    assert len(whole.rows) == 3
    assert total(folded, "energy") == total(whole, "energy") == 14_250.0


def test_figures_that_are_not_certain_are_said_so() -> None:
    """What the ledger doubts, the file doubts."""
    doubted = row(1, doubts=frozenset({Doubt.GAP}))
    table = session_table([doubted, row(2)], asked())

    assert cells(table, "estimated") == ["Yes", "No"]
    assert any("estimated" in note for note in table.notes)


def test_unknown_names_are_shown_as_they_are_kept() -> None:
    """A wallbox or person that was taken out of the home keeps its sessions apart from others'."""
    table = session_table([row(charge_point="OLD", person="gone")], asked())

    assert cells(table, "wallbox") == ["OLD"]
    assert cells(table, "person") == ["gone"]


def test_a_solar_share_is_of_what_is_known() -> None:
    """Energy whose source nobody knows is neither sun nor grid."""
    known = SessionFigures(solar=500.0, battery=0.0, grid=500.0, sourced=1000.0)
    rows = [row(1, figures=known, energy=4000.0), row(2, figures=SessionFigures())]
    table = session_table(rows, asked())

    assert cells(table, "solar_share") == [0.5, None]
    assert total(table, "solar_share") == 0.5


@given(st.lists(st.tuples(st.integers(0, 50), st.floats(0, 1e6)), max_size=31))
def test_days_come_to_their_totals(days: list[tuple[int, float]]) -> None:
    """What is left out for being empty adds nothing."""
    lines = [
        (date(2026, 11, 1 + day % 30), UsageTotals(sessions=count, energy=energy))
        for day, (count, energy) in enumerate(days)
    ]
    table = usage_table(Word.DAYS, lines, asked())

    assert table.energy == pytest.approx(sum(energy for _, energy in days))
    assert sum(map(int, map(str, cells(table, "sessions")))) == sum(
        count for count, _ in days
    )


def test_a_month_with_energy_and_no_beginning_is_listed() -> None:
    """A session over midnight at a month's end is in both months (A9.3)."""
    table = usage_table(
        Word.MONTHS, [(date(2026, 12, 1), usage(sessions=0, energy=500.0))], asked()
    )

    assert cells(table, "energy") == [500.0]


def test_a_claim_adds_up_by_hand() -> None:
    """Each amount is what can be paid, and the total is the sum of those (not of what was behind them)."""
    rows = [
        row(i, figures=SessionFigures(cost=0.335), energy=1000.0) for i in range(10)
    ]
    table = claim_table(rows, asked(), "Ada")

    assert cells(table, "cost") == [0.34] * 10 or cells(table, "cost") == [0.33] * 10
    [amount, *_] = cells(table, "cost")
    assert isinstance(amount, float)
    assert table.cost == round(amount * 10, 2)
    assert total(table, "cost") == table.cost


def test_a_claim_is_at_the_agreed_rate() -> None:
    """Where a rate is agreed, what the electricity cost does not matter, known or not."""
    rows = [row(1, energy=10_000.0), row(2, energy=5000.0, figures=SessionFigures())]
    table = claim_table(rows, asked(rate=0.25), "Ada")

    assert cells(table, "price") == [0.25, 0.25]
    assert cells(table, "cost") == [2.5, 1.25]
    assert table.cost == 3.75
    assert any("0.2500 GBP/kWh" in note for note in table.notes)


def test_a_claim_leaves_out_what_runs_and_what_was_a_trial() -> None:
    """Only what is certain is claimed."""
    table = claim_table(
        [row(1), row(2, lasting=None), row(3, energy=20.0)], asked(), "A"
    )

    assert cells(table, "energy") == [14_200.0]


def test_a_claim_says_where_a_price_was_not_known() -> None:
    """A cost of a part is marked, and the price of a kWh is not concluded from it."""
    part = SessionFigures(cost=0.4, cost_complete=False)
    table = claim_table([row(1, figures=part), row(2)], asked(), "Ada")

    assert cells(table, "cost")[0] == Part(0.4)
    assert cells(table, "price")[0] is None
    assert isinstance(total(table, "cost"), Part)


def test_days_of_a_claim_are_those_of_the_house() -> None:
    """A session after midnight in Berlin is of the next day there."""
    late = row(at=datetime(2026, 11, 2, 23, 30, tzinfo=UTC))
    berlin = timezone(timedelta(hours=1), "Europe/Berlin")

    assert cells(claim_table([late], asked(zone=berlin), "A"), "day") == [
        date(2026, 11, 3)
    ]


def test_money_has_the_digits_of_its_currency() -> None:
    """A yen has no hundredths."""
    rows = [row(1, figures=SessionFigures(cost=99.6))]
    table = claim_table(rows, asked(currency="JPY"), "A")

    assert table.cost == 100
    assert table.figures[-1] == ("Cost", "JPY 100")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\x00b\x1bc", "abc"),
        ("a\ud800b", "ab"),
        ("a\uffffb\ufffe", "ab"),
        ("abc\u202ecba", "abccba"),
        (" a \n\t b ", "a b"),
        ("x" * 300, "x" * 199 + "…"),
    ],
)
def test_texts_hold_nothing_that_a_file_cannot(text: str, kept: str) -> None:
    """Control characters, halves of characters and what turns the text around go."""
    assert plain_text(text) == kept


def test_every_language_has_the_words() -> None:
    """A file is in one language: every word and every reason of an end, and none that no file says."""
    for path in TEXTS.glob("*.json"):
        common = json.loads(path.read_text(encoding="utf-8"))["common"]
        written = {key for key in common if key.startswith("export_")}
        assert {f"export_{word}" for word in Word} <= written
        assert all(
            key.startswith("export_stop_")
            for key in written - {f"export_{word}" for word in Word}
        )
