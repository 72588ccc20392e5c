"""When a server is asked."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from custom_components.smart_charge_point.control.dsr_sources.openadr.polling import (
    LONGEST_BACKOFF,
    next_poll,
    retry,
)

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FIVE_MINUTES = timedelta(minutes=5)


def test_a_home_asks_once_an_interval_at_its_own_second() -> None:
    """Also after a restart, at any moment."""
    first = next_poll("home", FIVE_MINUTES, NOW)
    for seconds in range(1000):
        now = NOW + timedelta(seconds=seconds)
        later = next_poll("home", FIVE_MINUTES, now)
        assert timedelta() < later - now <= FIVE_MINUTES
        rest = (later - first) % FIVE_MINUTES
        assert min(rest, FIVE_MINUTES - rest) < timedelta(milliseconds=1)


def test_a_million_homes_are_spread_over_the_interval() -> None:
    """Section 6: no second has much more than its share. Of 30,000 homes, 100 fall on each of 300 seconds."""
    seconds = Counter(
        int((next_poll(str(home), FIVE_MINUTES, NOW) - NOW).total_seconds())
        for home in range(30_000)
    )

    assert len(seconds) >= 300
    assert max(seconds.values()) < 150


def test_failures_are_asked_again_ever_more_seldom_and_never_all_at_once() -> None:
    """Full jitter up to ten minutes."""

    def last(_low: float, high: float) -> float:
        return high

    def first(low: float, _high: float) -> float:
        return low

    waits = [
        (retry(n, timedelta(), NOW, last) - NOW).total_seconds() for n in range(1, 12)
    ]
    assert waits[:4] == [15, 30, 60, 120]
    assert waits[-1] == LONGEST_BACKOFF
    assert retry(9, timedelta(), NOW, first) == NOW + timedelta(seconds=1)
    assert retry(10**6, timedelta(), NOW, last) == NOW + timedelta(minutes=10)


def test_a_server_is_not_asked_before_the_time_it_named() -> None:
    """And not by all at that second either."""
    asked = retry(1, timedelta(minutes=20), NOW, lambda low, high: (low + high) / 2)

    assert asked - NOW == timedelta(minutes=20, seconds=8)
