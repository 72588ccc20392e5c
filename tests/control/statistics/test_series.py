"""Tests of what must be written so that a series says what the ledger says."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_charge_point.control.statistics.series import (
    SAME,
    Row,
    Stretch,
    amended,
    cost,
    energy,
)
from custom_components.smart_charge_point.model.usage import HourSum

MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)


def at(hours: int) -> datetime:
    """Return the beginning of an hour after midnight."""
    return MIDNIGHT + timedelta(hours=hours)


AMOUNTS = st.dictionaries(st.integers(0, 40).map(at), st.floats(0, 22), max_size=12)


def written(has: Stretch, changes: tuple[Row, ...]) -> Stretch:
    """Return what the recorder has when `changes` were written over what it had."""
    rows = {row.start: row for row in (*has.rows, *changes)}
    return Stretch(base=has.base, rows=tuple(rows[start] for start in sorted(rows)))


def said(has: Stretch) -> dict[datetime, float]:
    """Return by how much each hour adds to the hour before, as the Energy dashboard shows it."""
    sums = [has.base, *(row.sum for row in has.rows)]
    return {
        row.start: row.sum - before
        for row, before in zip(has.rows, sums, strict=False)
        if row.sum - before > SAME
    }


def test_rows_add_up_from_what_was_there_before() -> None:
    """Sums go on where the series stands, and hours without anything get no row."""
    rows = amended({at(1): 2.0, at(4): 0.5}, Stretch(base=100.0, rows=()))

    assert rows == (
        Row(start=at(1), state=2.0, sum=102.0),
        Row(start=at(4), state=0.5, sum=102.5),
    )


def test_nothing_is_written_twice() -> None:
    """What is there already is left alone."""
    rows = amended({at(1): 2.0, at(4): 0.5}, Stretch(base=0.0, rows=()))

    assert amended({at(1): 2.0, at(4): 0.5}, Stretch(base=0.0, rows=rows)) == ()


def test_what_comes_late_raises_all_later_sums_and_no_earlier_one() -> None:
    """A session of Monday that is told on Tuesday changes Monday's hour and the totals since."""
    early, later = at(0), at(9)
    has = Stretch(
        base=0.0, rows=amended({early: 1.0, later: 3.0}, Stretch(base=0.0, rows=()))
    )

    changes = amended({early: 1.0, at(5): 2.0, later: 3.0}, has)

    assert [row.start for row in changes] == [at(5), later]
    assert said(written(has, changes)) == {early: 1.0, at(5): 2.0, later: 3.0}


def test_what_was_deleted_stays_as_an_hour_that_adds_nothing() -> None:
    """No row can be taken out of a series; one that adds nothing shows nothing."""
    has = Stretch(
        base=1.0, rows=amended({at(3): 2.0, at(4): 1.0}, Stretch(base=1.0, rows=()))
    )

    changes = amended({at(4): 1.0}, has)

    assert changes[0] == Row(start=at(3), state=0.0, sum=1.0)
    assert said(written(has, changes)) == {at(4): 1.0}


@given(wanted=AMOUNTS, had=AMOUNTS, base=st.floats(0, 50_000))
def test_whatever_was_there_becomes_what_the_ledger_says(
    wanted: dict[datetime, float], had: dict[datetime, float], base: float
) -> None:
    """However the series got where it is, one writing makes it right: its sums never fall, and a second has nothing to do."""
    has = Stretch(base=base, rows=())
    has = written(has, amended(had, has))

    has = written(has, amended(wanted, has))

    sums = [has.base, *(row.sum for row in has.rows)]
    assert sums == sorted(sums)
    assert sums[-1] - base == pytest.approx(sum(wanted.values()), abs=1e-6)
    assert amended(wanted, has) == ()


def test_energy_is_kilowatt_hours_and_cost_only_what_is_known() -> None:
    """An hour whose price is not known has energy and no cost; a negative price is one."""
    hours = (
        HourSum(hour=at(0), energy=7_400, cost=None, cost_complete=False),
        HourSum(hour=at(1), energy=7_000, cost=-0.35),
        HourSum(hour=at(2), energy=0.0, cost=None),
    )

    assert energy(hours) == {at(0): 7.4, at(1): 7.0}
    assert cost(hours) == {at(1): -0.35}
