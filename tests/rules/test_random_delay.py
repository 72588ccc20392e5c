"""The random delay, held to A11.1 draw by draw."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise
import secrets
from statistics import fmean

from hypothesis import assume, given, settings, strategies as st
import pytest

from custom_components.smart_charge_point.model.hours import ChargingHours, Weekday
from custom_components.smart_charge_point.model.schedule import EdgeDelays
from custom_components.smart_charge_point.rules.charging_hours import (
    allowed_at,
    edges,
    hours_from_spans,
)
from custom_components.smart_charge_point.rules.random_delay import (
    QUIET_MARGIN,
    DelayRefusal,
    DelayRefusedError,
    checked_maximum,
    draw,
    draw_edges,
    draw_session,
    drawn_maximum,
    edges_due,
    guard_band,
)
from custom_components.smart_charge_point.rules.ruleset import GB_2021, none_for
from custom_components.smart_charge_point.rules.week_pattern import week_pattern

from .strategies import LONDON, any_hours, moments, numbers_from, utc

NOW = utc(2026, 1, 14, 13)
HOURS = GB_2021.default_hours


def chi_square(draws: Sequence[int], maximum: int, bins: int = 20) -> float:
    """Return how far the draws are from even over `bins` bins, each expected by how many numbers fall into it."""
    values = maximum + 1
    sizes = Counter(value * bins // values for value in range(values))
    found = Counter(value * bins // values for value in draws)
    return sum(
        (found[one] - len(draws) * size / values) ** 2 / (len(draws) * size / values)
        for one, size in sizes.items()
    )


def lag_one(draws: Sequence[int]) -> float:
    """Return the correlation of each draw with the next."""
    mean = fmean(draws)
    return sum((a - mean) * (b - mean) for a, b in pairwise(draws)) / sum(
        (a - mean) ** 2 for a in draws
    )


@pytest.mark.parametrize(("maximum", "tolerance"), [(600, 6), (1800, 18)])
def test_a11_1_draws_are_even_from_nothing_to_the_maximum(
    maximum: int, tolerance: int
) -> None:
    """10 000 draws of whole seconds: bounds, mean, chi-square over 20 bins (p > 0.001), no memory."""
    source = numbers_from("a11.1")
    draws = [draw(maximum, source) for _ in range(10_000)]
    assert {type(value) for value in draws} == {int}
    assert (min(draws), max(draws)) == (0, maximum)
    assert abs(fmean(draws) - maximum / 2) <= tolerance
    # 43.82: chi-square with 19 degrees of freedom at p = 0.001.
    assert chi_square(draws, maximum) < 43.82
    assert abs(lag_one(draws)) < 0.04


def test_a11_1_draws_from_the_operating_system_are_even() -> None:
    """The same of the source that is really used, with bounds that chance breaks less than once in a million runs."""
    draws = [draw(600, secrets.randbelow) for _ in range(10_000)]
    assert (min(draws), max(draws)) == (0, 600)
    assert abs(fmean(draws) - 300) < 9.1
    assert chi_square(draws, 600) < 75
    assert abs(lag_one(draws)) < 0.055


def test_a_maximum_of_nothing_draws_nothing() -> None:
    """And a negative one is refused."""
    assert draw(0, secrets.randbelow) == 0
    with pytest.raises(ValueError, match="-1 s"):
        draw(-1, secrets.randbelow)


def test_a11_1_every_edge_has_a_draw_of_its_own() -> None:
    """Twenty edges of the week, twenty draws in their order."""
    numbers = iter(range(100, 120))
    asked: list[int] = []

    def source(below: int) -> int:
        asked.append(below)
        return next(numbers)

    delays = draw_edges(HOURS, 1800, NOW, source)
    assert delays == EdgeDelays(
        drawn_at=NOW,
        maximum=1800,
        seconds=tuple(zip(edges(HOURS), range(100, 120), strict=True)),
    )
    assert asked == [1801] * 20
    session = draw_session(600, NOW, lambda below: below - 1)
    assert (session.drawn_at, session.maximum, session.seconds) == (NOW, 600, 600)


def test_other_hours_are_due_at_once() -> None:
    """The delays must be those of the edges there are."""
    delays = draw_edges(HOURS, 600, NOW, secrets.randbelow)
    other = hours_from_spans(Weekday, time(0, 30), time(4, 30))
    assert not edges_due(delays, NOW, LONDON, HOURS)
    assert edges_due(delays, NOW, LONDON, other)
    assert edges_due(delays, NOW, LONDON, ChargingHours.ALWAYS)


def test_hours_without_edges_are_never_due() -> None:
    """There is nothing to draw."""
    delays = draw_edges(ChargingHours.ALWAYS, 600, NOW, secrets.randbelow)
    assert delays.seconds == ()
    assert not edges_due(
        delays, NOW + timedelta(days=400), LONDON, ChargingHours.ALWAYS
    )


def due_times(
    hours: ChargingHours, start: datetime, days: int, maximum: int = 600
) -> list[datetime]:
    """Return when the delays were drawn anew by one who asks every five minutes."""
    delays = draw_edges(hours, maximum, start, secrets.randbelow)
    drawn = []
    for minute in range(0, days * 1440, 5):
        now = start + timedelta(minutes=minute)
        if edges_due(delays, now, LONDON, hours):
            delays = draw_edges(hours, maximum, now, secrets.randbelow)
            drawn.append(now)
    return drawn


@pytest.mark.parametrize("start", [NOW, utc(2026, 10, 21, 12), utc(2027, 3, 24, 3)])
def test_a11_1_no_delay_serves_two_edges(start: datetime) -> None:
    """About once a week, and always before the first edge that has used its delay comes again."""
    drawn = due_times(HOURS, start, 35)
    assert 4 <= len(drawn) <= 5
    for since, now in pairwise([start, *drawn]):
        assert timedelta(days=6, hours=12) <= now - since <= timedelta(days=7, hours=1)


def test_drawing_anew_waits_for_a_quiet_moment() -> None:
    """Never nearer to an edge than the delay: one that is running goes on."""
    for now in due_times(HOURS, NOW, 35):
        for minutes in (-11, 11):
            near = now + timedelta(minutes=minutes)
            assert allowed_at(HOURS, near, LONDON) == allowed_at(HOURS, now, LONDON)


def test_nothing_is_drawn_while_an_edge_is_near() -> None:
    """A week after: due at 15:00, but not in the guard before the off-edge at 16:00, nor in the delay after it."""
    delays = draw_edges(HOURS, 600, NOW, secrets.randbelow)
    week_later = NOW.replace(day=21, hour=15)
    assert edges_due(delays, week_later, LONDON, HOURS)
    assert edges_due(delays, week_later + timedelta(minutes=48), LONDON, HOURS)
    for minute in range(50, 71):
        near = week_later + timedelta(minutes=minute)
        assert not edges_due(delays, near, LONDON, HOURS)
    assert edges_due(delays, week_later + timedelta(minutes=72), LONDON, HOURS)


def test_a_week_without_a_quiet_moment_goes_by_age() -> None:
    """Windows closer to each other than two delays."""
    hours = hours_from_spans(Weekday, time(0), time(0, 30))
    for hour in range(1, 24):
        more = hours_from_spans(Weekday, time(hour), time(hour, 30))
        hours = ChargingHours(windows=tuple(sorted(hours.windows + more.windows)))
    delays = draw_edges(hours, 1800, NOW, secrets.randbelow)
    assert not edges_due(delays, NOW + timedelta(days=6.9), LONDON, hours)
    assert edges_due(delays, NOW + timedelta(days=7), LONDON, hours)


@pytest.mark.parametrize(("before", "after"), [(600, 1800), (1800, 600), (0, 600)])
def test_a11_6_another_maximum_leaves_a_running_delay_alone(
    before: int, after: int
) -> None:
    """Mid-window it is drawn from at once; about an edge, when the longer of both is over."""
    delays = draw_edges(HOURS, before, NOW, secrets.randbelow)
    assert edges_due(delays, NOW, LONDON, HOURS, after)
    assert not edges_due(delays, NOW, LONDON, HOURS, before)
    edge, apart = utc(2026, 1, 14, 22), max(before, after) + QUIET_MARGIN
    for seconds in range(-apart, apart + 1, 30):
        near = edge + timedelta(seconds=seconds)
        assert not edges_due(delays, near, LONDON, HOURS, after)
    behind = edge + timedelta(seconds=apart + 1)
    assert edges_due(delays, behind, LONDON, HOURS, after)


def test_a11_6_another_maximum_does_not_wait_where_no_moment_is_quiet() -> None:
    """Windows closer to each other than the delays may be."""
    hours = hours_from_spans(Weekday, time(0), time(0, 30))
    for hour in range(1, 24):
        more = hours_from_spans(Weekday, time(hour), time(hour, 30))
        hours = ChargingHours(windows=tuple(sorted(hours.windows + more.windows)))
    delays = draw_edges(hours, 600, NOW, secrets.randbelow)
    assert edges_due(delays, NOW, LONDON, hours, 1800)
    assert not edges_due(delays, NOW, LONDON, hours, 600)


MAXIMA = st.sampled_from([0, 600, 1800])


@settings(max_examples=100)
@given(any_hours(), moments(), st.integers(0, 14 * 1440), MAXIMA, MAXIMA)
def test_old_and_new_pattern_agree_when_drawn_anew(
    hours: ChargingHours, start: datetime, minutes: int, before: int, after: int
) -> None:
    """In a quiet moment a new draw switches nothing, not even one of another maximum."""
    now = start + timedelta(minutes=minutes)
    old = draw_edges(hours, before, start, numbers_from("old"))
    if not old.seconds or not edges_due(old, now, LONDON, hours, after):
        return
    marks = sorted(edge.weekday * 86400 + edge.second for edge, _ in old.seconds)
    apart = [b - a for a, b in pairwise([*marks, marks[0] + 7 * 86400])]
    assume(max(apart) > 2 * (max(before, after) + QUIET_MARGIN))
    new = draw_edges(hours, after, now, numbers_from("new"))
    assert week_pattern(hours, old, before, now, LONDON).allowed_at(
        now
    ) == week_pattern(hours, new, after, now, LONDON).allowed_at(now)


# --- the maximum


@pytest.mark.parametrize("seconds", [600, 601, 1200, 1800])
def test_a11_6_from_600_to_1800_nobody_has_to_say_why(seconds: int) -> None:
    """Whoever changes it."""
    assert checked_maximum(seconds, GB_2021) == seconds


@pytest.mark.parametrize("seconds", [1, 30, 599])
def test_a11_6_less_than_600_needs_a_reason(seconds: int) -> None:
    """In Great Britain; blanks are none."""
    for reason in ("", "  \n"):
        with pytest.raises(DelayRefusedError) as refused:
            checked_maximum(seconds, GB_2021, reason)
        assert refused.value.refusal is DelayRefusal.NEEDS_REASON
    assert checked_maximum(seconds, GB_2021, "a test by the installer") == seconds


def test_a11_6_no_reason_switches_the_delay_off_for_good() -> None:
    """Section 7, 9: only one by one can they be cancelled."""
    with pytest.raises(DelayRefusedError) as refused:
        checked_maximum(0, GB_2021, "my car does not like it")
    assert refused.value.refusal is DelayRefusal.NEVER_OFF


@pytest.mark.parametrize("seconds", [-1, 1801, 86400])
def test_a11_6_the_maximum_is_1800(seconds: int) -> None:
    """Everywhere, and with whatever reason."""
    for ruleset in (GB_2021, none_for(LONDON)):
        with pytest.raises(DelayRefusedError) as refused:
            checked_maximum(seconds, ruleset, "because")
        assert refused.value.refusal is DelayRefusal.OUT_OF_RANGE


def test_where_no_law_asks_for_a_delay_any_maximum_does() -> None:
    """None at all is the default there."""
    none = none_for(LONDON)
    for seconds in (0, 1, 599, 1800):
        assert checked_maximum(seconds, none) == seconds
    assert draw(none.default_delay, secrets.randbelow) == 0


def test_a11_6_another_maximum_counts_from_the_next_draw() -> None:
    """The edges' and the next session's; what was drawn before stays as it is."""
    before = draw_edges(HOURS, 600, NOW, secrets.randbelow)
    after = draw_edges(HOURS, 1200, NOW, lambda below: below - 1)
    assert {seconds for _, seconds in after.seconds} == {1200}
    assert max(seconds for _, seconds in before.seconds) <= 600
    assert draw_session(1800, NOW, lambda below: below - 1).seconds == 1800


def test_a11_5_a_wallbox_that_delays_by_itself_is_not_delayed_again() -> None:
    """Ours stands down while its own is in force, and is back when that is set to 0."""
    assert drawn_maximum(600, 600) == drawn_maximum(1800, 1) == 0
    assert drawn_maximum(600, 0) == 600
    delays = draw_edges(HOURS, drawn_maximum(600, 300), NOW, secrets.randbelow)
    assert {seconds for _, seconds in delays.seconds} == {0}


@pytest.mark.parametrize(
    ("drawn_from", "wallbox_delay"),
    [
        pytest.param(600, 0, id="ours"),
        pytest.param(0, 1800, id="its own, ours stands down"),
        pytest.param(600, 300, id="its own was found just now"),
        pytest.param(0, 0, id="none"),
    ],
)
def test_no_delay_carries_the_end_of_the_hours_into_the_peak(
    drawn_from: int, wallbox_delay: int
) -> None:
    """Neither ours nor one that the wallbox adds to the time it was told: the latest is off at 08:00:00."""
    delays = draw_edges(HOURS, drawn_from, NOW, lambda below: below - 1)
    guard = guard_band(drawn_from, wallbox_delay)
    pattern = week_pattern(HOURS, delays, guard, NOW, LONDON)
    ends = [step.offset for step in pattern.steps if not step.allowed]
    assert 8 * 3600 - wallbox_delay in ends
