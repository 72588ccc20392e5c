"""The latest minutes in memory: each second once, in order, bounded, whatever comes when (A9.4)."""

from datetime import UTC, datetime, timedelta, timezone
import random

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_charge_point.model.trace import Coverage, TraceSample
from custom_components.smart_charge_point.records.errors import InvalidRecordError
from custom_components.smart_charge_point.records.ring import MOST_AHEAD, TraceRing
from custom_components.smart_charge_point.records.seconds import coverage

from .facts import HOUR, MINUTE, NOW, SECOND, traced

EVER = (NOW - 1000 * HOUR, NOW + 1000 * HOUR)
SAMPLES = st.builds(
    traced,
    st.integers(-30, 90) | st.floats(-30, 90, allow_nan=False),
    st.sampled_from([None, 0.0, 7000.0, 7400.0]),
    st.sampled_from([None, 0.0, 32.0]),
    st.sampled_from([None, 1e6]),
    derived=st.booleans(),
)


def _as_told(samples: list[TraceSample], size: int) -> list[TraceSample]:
    """What should be in a ring of a number of seconds, by the simplest of means: a dictionary."""
    kept: dict[datetime, TraceSample] = {}
    present = NOW
    for told in samples:
        second = told.at.replace(microsecond=0)
        newest = max([present, *kept])
        if not newest - size * SECOND < second <= present + MOST_AHEAD * SECOND:
            continue
        earlier = kept.get(second, traced(0, None))
        kept[second] = TraceSample(
            at=second,
            power=told.power if told.power is not None else earlier.power,
            current=told.current if told.current is not None else earlier.current,
            register=told.register if told.register is not None else earlier.register,
            derived=told.derived if told.power is not None else earlier.derived,
        )
        oldest = max(kept) - size * SECOND
        kept = {at: s for at, s in kept.items() if at > oldest}
    return [kept[at] for at in sorted(kept)]


@given(st.lists(SAMPLES, max_size=60), st.integers(1, 90))
def test_a9_4_any_samples_in_any_order_make_the_seconds_they_tell(
    told: list[TraceSample], size: int
) -> None:
    """Distinct seconds, sorted, the last of a second on top, no older than the ring is long."""
    ring = TraceRing(size * SECOND)
    for sample in told:
        ring.put(sample, NOW)

    kept = list(ring.samples(*EVER))

    assert kept == _as_told(told, size)
    assert ring.latest == (kept[-1] if kept else None)


@given(
    st.lists(SAMPLES, max_size=40, unique_by=lambda s: s.at.replace(microsecond=0)),
    st.randoms(use_true_random=False),
)
def test_a9_4_order_and_repetition_change_nothing(
    told: list[TraceSample], chance: random.Random
) -> None:
    """As long as each second was told one thing."""
    shuffled = [*told, *told[::2]]
    chance.shuffle(shuffled)
    one, other = TraceRing(), TraceRing()
    for sample in told:
        one.put(sample, NOW)
    for sample in shuffled:
        other.put(sample, NOW)

    assert one.samples(*EVER) == other.samples(*EVER)


@given(
    st.lists(SAMPLES, max_size=60),
    st.floats(-60, 120, allow_nan=False),
    st.floats(0, 90, allow_nan=False),
)
def test_a9_4_coverage_counts_each_asked_second_once(
    told: list[TraceSample], start: float, length: float
) -> None:
    """In the ring and in what is read of it."""
    ring = TraceRing()
    for sample in told:
        ring.put(sample, NOW)
    first, end = NOW + start * SECOND, NOW + (start + length) * SECOND

    found = ring.coverage(first, end)

    seconds = [
        at
        for n in range(-61, 215)
        if first <= (at := NOW + n * SECOND) < end  # NOW is a whole second
    ]
    known = {s.at for s in ring.samples(*EVER) if s.power is not None}
    assert found == Coverage(
        present=sum(at in known for at in seconds), asked=len(seconds)
    )
    assert found == coverage(ring.samples(*EVER), first, end)
    assert set(ring.samples(first, end)) == {
        s for s in ring.samples(*EVER) if s.at in seconds
    }


@pytest.mark.parametrize(("lost", "enough"), [(0, True), (3, True), (4, False)])
def test_a9_4_57_of_60_are_every_second(lost: int, enough: bool) -> None:
    """Three seconds of a minute may be missing, not four; a second told twice does not make up for one."""
    ring = TraceRing()
    for n in range(60 - lost):
        ring.put(traced(n), NOW + MINUTE)
        ring.put(traced(n + 0.5), NOW + MINUTE)
    for n in range(60 - lost, 60):
        ring.put(traced(n, None, 32.0), NOW + MINUTE)

    found = ring.coverage(NOW, NOW + MINUTE)

    assert found == Coverage(present=60 - lost, asked=60)
    assert found.every_second is enough


def test_a9_4_of_no_seconds_is_not_every_second() -> None:
    """Nor of a stretch that ends before it begins."""
    assert not TraceRing().coverage(NOW, NOW).every_second
    assert TraceRing().coverage(NOW + HOUR, NOW) == Coverage(present=0, asked=0)
    assert TraceRing().latest is None


def test_a_clock_that_is_ahead_shuts_nobody_out() -> None:
    """A sample of next year is not taken, and those of now still are."""
    ring = TraceRing()
    assert ring.put(traced(-599), NOW)
    assert not ring.put(traced(-600), NOW)
    assert not ring.put(traced(365 * 86_400), NOW)
    assert not ring.put(traced(MOST_AHEAD + 1), NOW)
    assert ring.put(traced(MOST_AHEAD), NOW)
    assert ring.put(traced(0), NOW)
    assert not ring.put(traced(-540), NOW)
    assert len(ring.samples(*EVER)) == 2


def test_after_a_pause_the_old_round_is_gone() -> None:
    """What was measured hours ago does not come back as if it were of now."""
    ring = TraceRing(MINUTE)
    for n in range(60):
        ring.put(traced(n), NOW + n * SECOND)
    later = NOW + HOUR
    assert ring.put(traced(3600, 1.0), later)

    assert ring.samples(*EVER) == (traced(3600, 1.0),)


def test_what_is_no_figure_was_not_measured() -> None:
    """And a time without its zone is refused by type."""
    ring = TraceRing()
    ring.put(traced(0, float("nan"), float("inf")), NOW)
    assert ring.latest == traced(0, None)
    naive = TraceSample(at=datetime(2026, 1, 1), power=1)  # noqa: DTZ001 - the point
    with pytest.raises(InvalidRecordError):
        ring.put(naive, NOW)
    with pytest.raises(InvalidRecordError):
        ring.samples(naive.at, NOW)


def test_any_zone_names_the_same_second() -> None:
    """Seconds are UTC's."""
    ring = TraceRing()
    there = NOW.astimezone(timezone(timedelta(hours=5, minutes=45)))
    ring.put(TraceSample(at=there + timedelta(microseconds=999_999), power=1.0), NOW)

    assert ring.samples(*EVER) == (traced(0, 1.0),)


def test_a9_4_a_house_without_a_clock_has_seconds_of_1970() -> None:
    """Where a machine has no clock until it finds one, its first seconds are those that were told, and no others."""
    start = datetime(1970, 1, 1, tzinfo=UTC)
    told = TraceSample(at=start + 5 * SECOND, power=7.0)
    ring = TraceRing()

    ring.put(told, start + 5 * SECOND)

    assert ring.samples(start, start + MINUTE) == (told,)
    assert ring.latest == told
