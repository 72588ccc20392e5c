"""A wallbox's meter held against a second one (requirements.md A9.5)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_charge_point.rules.meter_check import (
    HOUR,
    Compared,
    MeterVerdict,
    check_meter,
    pair_up,
)

START = datetime(2026, 3, 1, tzinfo=UTC)


def charges(shares: Sequence[float], reference: float = 8000) -> list[Compared]:
    """Return a charge a day; the wallbox measures so much of what the second meter does."""
    return [
        Compared(
            start=START + timedelta(days=day),
            end=START + timedelta(days=day, hours=2),
            energy=reference * share,
            reference=reference,
        )
        for day, share in enumerate(shares)
    ]


@pytest.mark.parametrize(
    ("shares", "verdict"),
    [
        ([1.0] * 19, MeterVerdict.TOO_FEW),
        ([1.5] * 19, MeterVerdict.TOO_FEW),
        ([1.0] * 20, MeterVerdict.WITHIN),
        ([1.019] * 20, MeterVerdict.WITHIN),
        ([1.021] * 20, MeterVerdict.SYSTEMATIC),
        ([0.979] * 20, MeterVerdict.SYSTEMATIC),
        ([1.11] * 20, MeterVerdict.TOO_FAR),
        ([0.89] * 20, MeterVerdict.TOO_FAR),
        # As many to either side: that is noise, although the sum is off by 3 %.
        ([1.10, 0.96] * 10, MeterVerdict.WITHIN),
    ],
)
def test_a9_5_the_verdict(shares: list[float], verdict: MeterVerdict) -> None:
    """Red from 10 %, or from 2 % where it is always to the same side and that is no chance; nothing under 20 charges."""
    check = check_meter(charges(shares))
    assert check.verdict is verdict
    assert check.compared == len(shares)
    assert check.bias == pytest.approx(sum(shares) / len(shares) - 1)


def test_a9_5_the_figures() -> None:
    """Bias and slope are of all, the furthest is of one, and the chance is the sign test's of both sides."""
    check = check_meter(charges([1.02] * 18 + [0.98, 0.90]))
    assert check.slope == pytest.approx(1.012)
    assert check.worst == pytest.approx(-0.10)
    # 2 of 20 to one side: twice (1 + 20 + 190) of 2 to the 20th.
    assert check.chance == pytest.approx(422 / 2**20)


def test_nothing_to_compare_says_nothing() -> None:
    """No charge, no figures."""
    check = check_meter([])
    assert (check.bias, check.worst, check.slope) == (None, None, None)
    assert (check.chance, check.verdict) == (1.0, MeterVerdict.TOO_FEW)


@given(
    st.lists(st.integers(0, 200), unique=True, max_size=60),
    st.sets(st.integers(0, 200), max_size=20),
)
def test_hours_in_a_row_are_one_charge(charged: list[int], missing: set[int]) -> None:
    """Every hour is compared once, but for charges of which the second meter lacks an hour; order changes nothing."""
    energy = {START + hour * HOUR: 1000.0 for hour in charged}
    reference = {
        START + hour * HOUR: 1010.0 for hour in range(201) if hour not in missing
    }
    pairs = pair_up(energy, reference)
    compared = [
        START + hour * HOUR
        for hour in range(201)
        if any(pair.start <= START + hour * HOUR < pair.end for pair in pairs)
    ]
    assert set(compared) <= energy.keys()
    assert len(compared) * 1000 == pytest.approx(sum(pair.energy for pair in pairs))
    assert not {START + hour * HOUR for hour in missing} & set(compared)
    for earlier, later in pairwise(pairs):
        assert later.start > earlier.end
    for hour in set(charged) - missing:
        around = {hour - 1, hour, hour + 1} & set(charged)
        if around == {hour}:
            assert START + hour * HOUR in compared


def test_a_meter_that_saw_nothing_is_not_compared() -> None:
    """It was off, or counts something else: a share of nothing is no figure."""
    assert pair_up({START: 1000.0}, {START: 0.0}) == ()


def test_an_idle_hour_parts_two_charges() -> None:
    """An hour in which the wallbox measured nothing belongs to neither."""
    energy = {START: 500.0, START + HOUR: 0.0, START + 2 * HOUR: 700.0}
    reference = dict.fromkeys(energy, 600.0)
    assert [pair.energy for pair in pair_up(energy, reference)] == [500.0, 700.0]


def test_a9_5_the_margin_is_that_of_students_t() -> None:
    """For a charge of 100 after another the ratio is a mean, whose interval any table gives: t = 2.093 for 20 of them."""
    shares = [1.04, 0.96] * 10
    check = check_meter(charges(shares))
    deviation = (sum((share - 1) ** 2 for share in shares) / 19) ** 0.5
    assert check.margin == pytest.approx(2.093 * deviation / 20**0.5, rel=1e-3)
    assert check_meter(charges([1.0])).margin is None
    assert check_meter([]).margin is None
