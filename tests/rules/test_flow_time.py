"""Flow time: how long current flowed (A9.1)."""

from datetime import datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_charge_point.model.meter import (
    Measurand,
    MeterSample,
    Phase,
    Reading,
    SampleContext,
)
from custom_components.smart_charge_point.rules.flow_time import FlowMeter, flowing_in

from .strategies import utc

PLUGGED_IN = utc(2026, 1, 14, 21)


def after(**parts: float) -> datetime:
    """Return a moment after the car was plugged in."""
    return PLUGGED_IN + timedelta(**parts)


def test_a9_1_eight_hours_plugged_in_three_hours_flowing() -> None:
    """By status and samples every minute, off and on in between: 3:00:00, to the second."""
    meter = FlowMeter().mark(PLUGGED_IN, flowing=False)
    for minute in range(8 * 60):
        now = after(minutes=minute)
        flowing = 60 <= minute < 150 or 300 <= minute < 390
        meter = meter.mark(now, flowing)
    meter = meter.mark(after(hours=8), flowing=False)
    assert meter.total(after(hours=8)) == timedelta(hours=3)
    assert meter.flowed == timedelta(hours=3)
    assert meter.longest_held == timedelta(minutes=1)


def test_a9_1_by_status_changes_alone() -> None:
    """What was told last holds until something else is told."""
    meter = (
        FlowMeter()
        .mark(after(minutes=7, seconds=3), flowing=True)
        .mark(after(hours=3, minutes=7, seconds=3), flowing=False)
    )
    assert meter.total(after(hours=8)) == timedelta(hours=3)
    assert meter.longest_held == timedelta(hours=3)


def test_while_it_flows_the_total_runs() -> None:
    """And never below what is certain."""
    meter = FlowMeter(flowed=timedelta(hours=1)).mark(after(hours=2), flowing=True)
    assert meter.total(after(hours=2, minutes=5)) == timedelta(hours=1, minutes=5)
    assert meter.total(after(hours=1)) == timedelta(hours=1)
    assert FlowMeter().total(PLUGGED_IN) == timedelta()


def test_marks_out_of_order_are_ignored() -> None:
    """A replayed sample neither adds nor takes; of two of one instant the later told counts."""
    meter = FlowMeter().mark(after(minutes=10), flowing=True)
    assert meter.mark(after(minutes=5), flowing=False) is meter
    stopped = meter.mark(after(minutes=10), flowing=False)
    assert stopped.total(after(hours=1)) == timedelta()


@given(st.lists(st.tuples(st.integers(0, 10_000), st.booleans()), max_size=30))
def test_flow_time_never_falls_and_never_exceeds_the_clock(
    marks: list[tuple[int, bool]],
) -> None:
    """Whatever is marked in whatever order."""
    meter, before = FlowMeter(), timedelta()
    for second, flowing in marks:
        meter = meter.mark(after(seconds=second), flowing)
        assert meter.flowed >= before
        before = meter.flowed
    assert meter.total(after(seconds=10_000)) <= timedelta(seconds=10_000)


P, C, V = Measurand.POWER, Measurand.CURRENT, Measurand.VOLTAGE


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({(P, Phase.TOTAL): 7300.0}, True),
        ({(P, Phase.TOTAL): 50.0}, True),
        ({(P, Phase.TOTAL): 8.0}, False),
        ({(P, Phase.L1): 0.0, (P, Phase.L2): 2300.0}, True),
        ({(P, Phase.TOTAL): 0.0, (C, Phase.L1): 16.0}, False),
        ({(C, Phase.L1): 0.0, (C, Phase.L3): 6.0}, True),
        ({(C, Phase.L1): 0.1}, False),
        ({(V, Phase.L1): 230.0}, None),
        ({}, None),
    ],
)
def test_a_sample_tells_whether_current_flows(
    values: dict[Reading, float], expected: bool | None
) -> None:
    """By power, else by current; a sample with neither does not say."""
    sample = MeterSample(at=PLUGGED_IN, context=SampleContext.PERIODIC, values=values)
    assert flowing_in(sample) is expected
