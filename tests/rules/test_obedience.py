"""What was measured, held against the limit: when it counts as ignored."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from custom_components.smart_charge_point.model.limit import Limit
from custom_components.smart_charge_point.model.meter import (
    Measurand,
    MeterSample,
    Phase,
    Reading,
    SampleContext,
)
from custom_components.smart_charge_point.rules.obedience import PATIENCE, Watch, drawn

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
TEN = Limit(amperes=10)


def sample(**values: float) -> MeterSample:
    """Return a sample of the total `current` or `power`."""
    readings: dict[Reading, float] = {
        (Measurand(name), Phase.TOTAL): value for name, value in values.items()
    }
    return MeterSample(at=START, context=SampleContext.PERIODIC, values=readings)


def watched(*samples: tuple[int, float], limit: Limit = TEN) -> Watch:
    """Return the watch after samples of (seconds, amperes)."""
    watch = Watch()
    for seconds, amperes in samples:
        watch = watch.sampled(START + timedelta(seconds=seconds), amperes, limit)
    return watch


def test_more_than_the_limit_for_a_minute_is_disobedience() -> None:
    """Not a second sooner, and whatever the interval of the samples."""
    assert not watched((0, 16), (59, 16)).disobeyed
    assert watched((0, 16), (60, 16)).disobeyed
    assert watched((0, 16), (300, 16)).disobeyed


def test_one_sample_within_the_limit_begins_anew() -> None:
    """A car that is slow to follow is not a wallbox that does not."""
    assert not watched((0, 16), (40, 9.8), (61, 16), (100, 16)).disobeyed


def test_a_tenth_and_an_ampere_are_forgiven() -> None:
    """A meter may be 10 % wrong, and limits are rounded."""
    assert watched((0, 11), (900, 11)).since is None
    assert watched((0, 11.2), (900, 11.2)).disobeyed
    assert watched((0, 0.9), (900, 0.9), limit=Limit.PAUSED).since is None
    assert watched((0, 35.1), (900, 35.1), limit=Limit(amperes=32)).since is None


def test_another_limit_begins_anew() -> None:
    """A limit has to be in force for its minute."""
    watch = watched((0, 32), (50, 32))
    watch = watch.sampled(START + timedelta(seconds=70), 32, Limit(amperes=6))
    assert not watch.disobeyed


def test_power_counts_where_no_current_is_told() -> None:
    """Spread over all phases: too little is suspected rather than too much."""
    assert drawn(sample(current=7.0, power=9000.0), 1) == 7.0
    assert drawn(sample(power=2300.0), 1) == 10.0
    assert drawn(sample(power=6900.0), 3) == 10.0
    assert drawn(sample(voltage=230.0), 3) is None


@given(
    st.lists(
        st.tuples(st.integers(0, 3600), st.floats(0, 80, allow_nan=False)),
        max_size=40,
    )
)
def test_whatever_is_accused_has_drawn_too_much_for_a_minute(
    told: list[tuple[int, float]],
) -> None:
    """No order of samples makes a wallbox guilty that kept to its limit within the last minute."""
    watch = watched(*told)
    if watch.disobeyed:
        assert watch.at is not None
        assert watch.since is not None
        assert watch.at - watch.since >= PATIENCE
        start = (watch.since - START).total_seconds()
        end = (watch.at - START).total_seconds()
        assert (start, True) in {(second, amperes > 11) for second, amperes in told}
        assert (end, True) in {(second, amperes > 11) for second, amperes in told}
