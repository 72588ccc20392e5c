"""Whether draws look random: requirements.md A11.1."""

from datetime import UTC, datetime
from random import Random

import pytest

from custom_components.smart_charge_point.model.draws import PARTS, DrawTally
from custom_components.smart_charge_point.rules.uniformity import uniformity

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


def tally(*parts: int) -> DrawTally:
    """Return draws that fell so often into each part."""
    return DrawTally(count=sum(parts), parts=parts)


def test_too_few_draws_say_nothing() -> None:
    """Five in each part must be expected at least."""
    assert uniformity(DrawTally()) is None
    assert uniformity(tally(*[5] * 10, 4)) is None
    assert uniformity(tally(*[5] * 11)) == 1


def test_it_is_pearsons() -> None:
    """At the critical values of the tables for ten degrees of freedom (18.307 at 5 %, 29.588 at 0.1 %)."""
    # 100 expected; two parts that differ by d each way give 2 d²/100.
    for statistic, p in ((18.307, 0.05), (29.588, 0.001)):
        off = (statistic * 50) ** 0.5
        parts = [100.0] * 11
        parts[0] += off
        parts[1] -= off
        uneven = DrawTally(count=1100, parts=tuple(parts))  # type: ignore[arg-type]
        assert uniformity(uneven) == pytest.approx(p, rel=0.002)


@pytest.mark.parametrize("maximum", [600, 1800, 1])
def test_a11_1_fair_draws_pass_and_a_favourite_does_not(maximum: int) -> None:
    """All of 0 to the maximum are counted, and one of them all the time is not even."""
    source = Random(20261121)
    drawn = [source.randrange(maximum + 1) for _ in range(10_000)]
    fair = DrawTally().with_draws(drawn, maximum, NOW)

    assert fair.count == 10_000
    assert (fair.least, fair.most, fair.total) == (min(drawn), max(drawn), sum(drawn))
    assert sum(fair.parts) == 10_000
    if maximum > PARTS:
        assert (uniformity(fair) or 0) > 0.001
    one = DrawTally().with_draws([maximum] * 100, maximum, NOW)
    assert (uniformity(one) or 0) < 1e-6


def test_tallies_are_kept_and_added_up() -> None:
    """Draws of 0 to 0 s are none; those of several connectors are one tally; it survives a restart."""
    empty = DrawTally()
    one = empty.with_draws([600, 300], 600, NOW)
    other = empty.with_draws([0], 600, NOW)

    assert empty.with_draws([0, 0], 0, NOW) == empty
    assert one.and_also(empty) == empty.and_also(one) == one
    both = one.and_also(other)
    assert (both.count, both.least, both.most, both.total) == (3, 0, 600, 900)
    assert both == empty.with_draws([600, 300, 0], 600, NOW)
    assert DrawTally.from_data(both.as_data()) == both
    assert DrawTally.from_data(empty.as_data()) == empty
