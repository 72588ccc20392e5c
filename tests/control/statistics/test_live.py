"""Tests of how the series of an energy sensor gets back what was charged while nobody looked."""

from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_charge_point.control.statistics.live import smoothed
from custom_components.smart_charge_point.control.statistics.series import Row, Stretch
from custom_components.smart_charge_point.model.usage import HourSum

MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
BASE, REGISTER = 100.0, 4_000.0


def charged(**kwh: float) -> tuple[HourSum, ...]:
    """Return what the ledger has: `h3=7.4` is 7.4 kWh from 03:00 on, charged throughout."""
    return tuple(
        HourSum(
            hour=MIDNIGHT + int(name[1:]) * HOUR, energy=each * 1000, flow_time=HOUR
        )
        for name, each in kwh.items()
    )


def shown(*changes: float | None) -> Stretch:
    """Return what the recorder made of a sensor: by how much it rose in each hour; None where it made no row."""
    sums = accumulate(change or 0.0 for change in changes)
    return Stretch(
        base=BASE,
        rows=tuple(
            Row(start=MIDNIGHT + n * HOUR, state=REGISTER + each, sum=BASE + each)
            for n, (each, change) in enumerate(zip(sums, changes, strict=True))
            if change is not None
        ),
    )


def after(has: Stretch, changes: tuple[Row, ...]) -> dict[int, Any]:
    """Return by how much the series rises in each hour when `changes` are written; hours where it does not are left out."""
    rows = {row.start: row for row in (*has.rows, *changes)}
    ordered = [rows[start] for start in sorted(rows)]
    sums = [has.base, *(row.sum for row in ordered)]
    assert sums == sorted(sums)
    return {
        (row.start - MIDNIGHT) // HOUR: pytest.approx(later - earlier)
        for row, (earlier, later) in zip(ordered, pairwise(sums), strict=True)
        if later - earlier > 1e-9
    }


def test_what_was_charged_offline_leaves_the_hour_of_reconnection() -> None:
    """The wallbox charged in two hours, and told it in the fifth, in which it charged on."""
    has = shown(0, 0, 0, 0, 16.8, 7)
    ledger = charged(h1=7.4, h2=7.4, h4=2, h5=7)

    changes = smoothed(ledger, has)

    assert after(has, changes) == {1: 7.4, 2: 7.4, 4: 2, 5: 7}
    assert {row.start for row in changes} == {MIDNIGHT + n * HOUR for n in (1, 2, 3)}
    assert changes[0].state == pytest.approx(REGISTER + 7.4)


def test_hours_that_nobody_recorded_get_a_row_where_something_was_charged() -> None:
    """Home Assistant was down: there is no row at all for the hours of the outage."""
    has = shown(1, None, None, None, 14.8, 0)
    ledger = charged(h0=1, h1=7.4, h3=7.4)

    changes = smoothed(ledger, has)

    assert after(has, changes) == {0: 1, 1: 7.4, 3: 7.4}
    assert [row.start for row in changes] == [MIDNIGHT + HOUR, MIDNIGHT + 3 * HOUR]


def test_what_follows_in_the_course_of_things_is_left_alone() -> None:
    """A sensor that is a minute behind the wallbox is not corrected at every hour."""
    has = shown(7.3, 7.4, 7.4, 1.1)

    assert smoothed(charged(h0=7.4, h1=7.4, h2=7.4, h3=1), has) == ()


def test_nothing_moves_before_the_recorder_was_told() -> None:
    """As long as the recorder's last row knows nothing of the outage, there is nothing to move."""
    has = shown(0, 0, 0, 0)

    assert smoothed(charged(h1=7.4, h2=7.4), has) == ()


def test_more_than_the_register_rose_is_never_inserted() -> None:
    """Where the ledger has more than the sensor, later hours keep theirs and the earliest ones go short."""
    has = shown(0, 0, 0, 10, 2)

    assert after(has, smoothed(charged(h0=8, h1=8, h4=2), has)) == {0: 2, 1: 8, 4: 2}


def test_what_the_ledger_does_not_know_stays_where_it_is() -> None:
    """The register rose by more than all sessions: the rest remains in the hour of reconnection."""
    has = shown(0, 0, 0, 10, 2)

    assert after(has, smoothed(charged(h1=6, h4=2), has)) == {1: 6, 3: 4, 4: 2}


def test_a_sensor_that_began_later_gets_no_history() -> None:
    """What was charged before the recorder knew the sensor is not in its sum, and nothing goes below its first row."""
    has = Stretch(
        base=0.0,
        rows=tuple(Row(start=MIDNIGHT + n * HOUR, state=9, sum=0) for n in (4, 5)),
    )

    assert smoothed(charged(h1=7.4, h2=7.4), has) == ()


def test_a_sensor_without_a_series_gets_none() -> None:
    """Nothing is recorded of it, by the owner's wish."""
    assert smoothed(charged(h1=7.4), Stretch(base=0.0, rows=())) == ()


@given(
    real=st.lists(st.just(0.0) | st.floats(0.01, 22), min_size=3, max_size=30),
    outage=st.tuples(st.integers(0, 29), st.integers(1, 29)),
    rows=st.booleans(),
)
def test_an_outage_of_any_length_leaves_no_trace(
    real: list[float], outage: tuple[int, int], rows: bool
) -> None:
    """Whatever was charged while nobody looked is shown in its hours afterwards, and a second look finds nothing to do."""
    begins = min(outage[0], len(real) - 2)
    ends = min(begins + outage[1], len(real) - 1)
    seen: list[float | None] = list(real)
    for n in range(begins, ends):
        seen[n] = 0 if rows else None
    seen[ends] = sum(real[begins : ends + 1])
    ledger = charged(**{f"h{n}": each for n, each in enumerate(real) if each > 0})
    has = shown(*seen)

    changes = smoothed(ledger, has)

    late = sum(real[begins:ends])
    if changes or late > 1.2:
        assert after(has, changes) == {
            n: pytest.approx(each) for n, each in enumerate(real) if each > 1e-6
        }
    fixed = {row.start: row for row in (*has.rows, *changes)}
    again = Stretch(base=has.base, rows=tuple(fixed[start] for start in sorted(fixed)))
    assert smoothed(ledger, again) == ()
