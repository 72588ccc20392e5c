"""Curves: what a screen shows of a session's graph."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from custom_components.smart_charge_point.model.transaction import SessionSample
from custom_components.smart_charge_point.rules.curve import drawn

START = datetime(2026, 11, 21, 20, 0, tzinfo=UTC)


def samples(*powers: float | None) -> list[SessionSample]:
    """Return a sample a minute."""
    return [
        SessionSample(
            at=START + n * timedelta(minutes=1), power=power, energy=None, current=None
        )
        for n, power in enumerate(powers)
    ]


@given(st.lists(st.none() | st.floats(0, 22_000)), st.integers(4, 60))
def test_ends_dips_and_peaks_stay(powers: list[float | None], most: int) -> None:
    """However few points there may be, and in the order of time."""
    given_ = samples(*powers)
    shown = drawn(given_, most)
    assert list(shown) == [sample for sample in given_ if sample in shown]
    assert len(shown) <= most
    if given_:
        assert (shown[0], shown[-1]) == (given_[0], given_[-1])
    known = [power for power in powers if power is not None]
    if known:
        left = [sample.power for sample in shown if sample.power is not None]
        assert (min(left), max(left)) == (min(known), max(known))


def test_a_graph_that_is_short_enough_stays_as_it_is() -> None:
    """Nothing is left out that fits."""
    few = samples(0.0, 7200.0, None, 7100.0)
    assert drawn(few, 4) == tuple(few)
