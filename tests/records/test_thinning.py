"""A graph keeps what an eye would see, and no more."""

from datetime import timedelta
import itertools

from hypothesis import given, strategies as st

from custom_components.smart_charge_point.model.transaction import SessionSample
from custom_components.smart_charge_point.records.thinning import (
    MOST_SAMPLES,
    SPACING,
    STEP_SHARE,
    STEP_WATTS,
    envelope,
    merge,
    thin,
    trail_of,
)

from .facts import NOW, SECOND, sample

POWERS = st.one_of(
    st.none(),
    st.sampled_from([0.0, 99.0, 101.0, 1400.0, 7000.0, 7340.0, 7360.0]),
    st.floats(0, 22_000),
)
SAMPLES = st.lists(
    st.builds(
        lambda seconds, power, energy: sample(NOW + seconds * SECOND, power, energy),
        st.integers(0, 900),
        POWERS,
        st.none() | st.floats(0, 1e5),
    ),
    max_size=60,
)


def _seconds(samples: tuple[SessionSample, ...]) -> list[int]:
    return [(s.at - NOW) // SECOND for s in samples]


def test_steady_power_gets_a_point_a_minute() -> None:
    """An hour at 1 Hz becomes its ends and about sixty points."""
    hour = [sample(NOW + n * SECOND, 7000 + n % 90) for n in range(3601)]

    thinned = thin(hour)

    assert 61 <= len(thinned) <= 67
    assert (thinned[0], thinned[-1]) == (hour[0], hour[-1])


def test_a_wallbox_that_measures_each_minute_keeps_every_sample() -> None:
    """Give or take two seconds."""
    told = [sample(NOW + (60 * n + 2 * (-1) ** n) * SECOND) for n in range(60)]

    assert thin(told) == tuple(told)


def test_a_step_keeps_both_its_ends() -> None:
    """A graph that joined the points a minute apart would show a ramp."""
    told = [sample(NOW + n * SECOND, 0 if n < 20 else 7000) for n in range(41)]

    assert _seconds(thin(told)) == [0, 19, 20, 40]


def test_a_small_change_is_no_step() -> None:
    """Neither 4 % of 7 kW nor 90 W of 200 W is."""
    strong = [sample(NOW + n * SECOND, 7000 if n % 2 else 7280) for n in range(40)]
    weak = [sample(NOW + n * SECOND, 200 if n % 2 else 110) for n in range(40)]

    assert _seconds(thin(strong)) == _seconds(thin(weak)) == [0, 39]


def test_what_one_moment_says_twice_is_made_one() -> None:
    """Power in one message and energy in the next of the same second; the later one wins where both speak."""
    told = [
        sample(NOW, 7000, None),
        sample(NOW, None, 12.0),
        sample(NOW, 7100, None, 31.0),
    ]

    assert merge(told) == [sample(NOW, 7100, 12.0, 31.0)]


def test_flapping_is_bounded() -> None:
    """A car that starts and stops every other second for twelve hours (Hager) has a graph that is not too long."""
    flapping = [sample(NOW + n * SECOND, 7000 * (n % 2)) for n in range(43_200)]
    assert len(thin(flapping)) == len(flapping)

    short = envelope(flapping, MOST_SAMPLES)

    assert MOST_SAMPLES - 6 <= len(short) <= MOST_SAMPLES
    assert (short[0], short[-1]) == (flapping[0], flapping[-1])
    assert {s.power for s in short[100:104]} == {0, 7000}


def test_an_envelope_keeps_the_extremes() -> None:
    """A second of full power in a long night stays to be seen; samples without power do no harm."""
    night = [
        sample(NOW + n * SECOND, 22_000 if n == 7777 else None if n % 3 else 10)
        for n in range(20_000)
    ]

    short = envelope(night, 100)

    assert len(short) <= 100
    assert night[7777] in short
    assert envelope(short, 100) == short


@given(SAMPLES)
def test_thinning_twice_is_thinning_once(told: list[SessionSample]) -> None:
    """A graph that is read, added to and thinned again does not wear away."""
    thinned = thin(told)

    assert thin(thinned) == thinned


@given(SAMPLES, st.integers(0, 60))
def test_thinning_in_two_goes_is_thinning_once(
    told: list[SessionSample], cut: int
) -> None:
    """What came before a restart and what came after make the same graph."""
    ordered = merge(told)

    assert thin([*thin(ordered[:cut]), *ordered[cut:]]) == thin(ordered)


@given(SAMPLES.filter(bool))
def test_thinning_keeps_ends_order_and_spacing(told: list[SessionSample]) -> None:
    """Points are of the samples, in order, never more than a gap of the samples or the spacing apart."""
    ordered = merge(told)
    thinned = thin(told)

    assert set(thinned) <= set(ordered)
    assert (thinned[0], thinned[-1]) == (ordered[0], ordered[-1])
    assert all(a.at < b.at for a, b in itertools.pairwise(thinned))
    widest = max(
        (b.at - a.at for a, b in itertools.pairwise(ordered)), default=timedelta(0)
    )
    assert all(
        b.at - a.at <= widest + 2 * SPACING for a, b in itertools.pairwise(thinned)
    )
    assert trail_of(thinned).tip == ordered[-1]


@given(SAMPLES)
def test_the_graph_is_never_far_from_a_sample(told: list[SessionSample]) -> None:
    """Each sample has a point before it, a minute at most, that is not a step away from it."""
    points = thin(told)

    for one in merge(told):
        if one.power is None:
            continue
        before = [p for p in points if p.at <= one.at and one.at - p.at < SPACING]
        assert any(
            p.power is None
            or abs(p.power - one.power)
            <= max(STEP_WATTS, STEP_SHARE * max(p.power, one.power))
            for p in before
        )
