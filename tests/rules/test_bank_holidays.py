"""Bank holidays as at the weekend: the owner's choice, swept minute by minute over the weeks that have some."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_charge_point.model.hours import ChargingHours, Weekday
from custom_components.smart_charge_point.model.schedule import (
    EdgeDelays,
    Step,
    WeekPattern,
)
from custom_components.smart_charge_point.rules.bank_holidays import (
    edges_with_holidays,
    with_holidays,
)
from custom_components.smart_charge_point.rules.charging_hours import (
    edges,
    hours_from_spans,
    windows_between,
)
from custom_components.smart_charge_point.rules.random_delay import (
    draw_edges,
    edges_due,
)
from custom_components.smart_charge_point.rules.ruleset import GB_2021
from custom_components.smart_charge_point.rules.week_pattern import (
    allowed_between,
    following_pattern,
    week_pattern,
)

from .strategies import (
    LONDON,
    MINUTE,
    WEEK,
    any_hours,
    in_gb_peak,
    minutes_from,
    numbers_from,
    utc,
)

HOURS = GB_2021.default_hours
ENGLAND = frozenset(
    date(*day)
    for day in (
        (2026, 1, 1), (2026, 4, 3), (2026, 4, 6), (2026, 5, 4), (2026, 5, 25),
        (2026, 8, 31), (2026, 12, 25), (2026, 12, 26), (2026, 12, 28),
        (2027, 1, 1), (2027, 3, 26), (2027, 3, 29), (2027, 5, 3), (2027, 5, 31),
        (2027, 8, 30), (2027, 12, 25), (2027, 12, 26), (2027, 12, 27), (2027, 12, 28),
        (2028, 1, 3), (2028, 4, 14), (2028, 4, 17), (2028, 5, 1), (2028, 5, 29),
        (2028, 8, 28), (2028, 12, 25), (2028, 12, 26),
    )
)  # fmt: skip
"""Written down here from the government's list, substitute days and all."""
WEEKS = [
    utc(2026, 3, 30), utc(2026, 4, 6), utc(2026, 12, 21), utc(2026, 12, 28),
    utc(2027, 3, 22), utc(2027, 3, 29), utc(2027, 12, 20), utc(2027, 12, 27),
    utc(2028, 1, 3), utc(2028, 4, 10), utc(2028, 4, 17), utc(2028, 12, 25),
]  # fmt: skip
"""The weeks of Easter and Christmas."""


def patterns(
    hours: ChargingHours,
    delays: EdgeDelays,
    now: datetime,
    holidays: frozenset[date] = ENGLAND,
    zone: ZoneInfo = LONDON,
) -> tuple[WeekPattern, WeekPattern | None]:
    """Return both seasons at `now` with the holidays of the coming nine days in them."""
    guard = delays.maximum
    return with_holidays(
        week_pattern(hours, delays, guard, now, zone),
        following_pattern(hours, delays, guard, now, zone),
        hours=hours,
        delays=delays,
        guard=guard,
        holidays=holidays,
        until=now + timedelta(days=9),
        zone=zone,
        now=now,
    )


def draw(
    hours: ChargingHours, maximum: int, now: datetime, seed: str = "holidays"
) -> EdgeDelays:
    """Return delays as they are drawn where bank holidays are as at the weekend."""
    return draw_edges(hours, maximum, now, numbers_from(seed), holidays=True)


def allowed_minutes(
    pattern: WeekPattern, following: WeekPattern | None, start: datetime
) -> dict[datetime, bool]:
    """Return for every minute of a week whether the patterns allow charging."""
    windows = allowed_between(pattern, following, start, start + WEEK)
    return {
        minute: any(window.start <= minute < window.end for window in windows)
        for minute in minutes_from(start)
    }


@pytest.mark.parametrize("monday", WEEKS, ids=lambda monday: f"{monday:%Y-%m-%d}")
def test_every_minute_is_allowed_but_the_peak_of_days_that_are_no_holiday(
    monday: datetime,
) -> None:
    """With the option on, each minute of the weeks of Easter and Christmas, from each day before."""
    for days in range(8):
        now = monday - timedelta(days=days)
        pattern, following = patterns(HOURS, draw(HOURS, 0, now), now)
        for minute, allowed in allowed_minutes(pattern, following, now).items():
            holiday = minute.astimezone(LONDON).date() in ENGLAND
            assert allowed == (holiday or not in_gb_peak(minute)), minute


@pytest.mark.parametrize("monday", WEEKS, ids=lambda monday: f"{monday:%Y-%m-%d}")
def test_delays_never_reach_the_peak_and_a_holiday_has_none(monday: datetime) -> None:
    """What is blocked beside the peak lies about an edge that there is; a holiday has no edge."""
    pattern, following = patterns(HOURS, draw(HOURS, 1800, monday), monday)
    for minute, allowed in allowed_minutes(pattern, following, monday).items():
        if minute.astimezone(LONDON).date() in ENGLAND:
            assert allowed, minute
            continue
        assert not (allowed and in_gb_peak(minute)), minute
        near = any(
            in_gb_peak(minute + sign * MINUTE * span)
            and (minute + sign * MINUTE * span).astimezone(LONDON).date() not in ENGLAND
            for sign in (-1, 1)
            for span in range(31)
        )
        assert allowed or near, minute


def test_easter_is_one_exception_that_no_draw_changes() -> None:
    """From Good Friday to Easter Monday nothing steps, so one profile holds it, whatever was drawn."""
    now = utc(2027, 3, 22)
    seen = {
        patterns(HOURS, draw(HOURS, 600, now, seed), now)[0].exceptions
        for seed in ("one", "two", "three")
    }

    assert len(seen) == 1
    ((easter,),) = seen
    assert (easter.start, easter.end) == (utc(2027, 3, 26), utc(2027, 3, 29, 23))
    assert easter.steps == (Step(offset=0, allowed=True),)


def test_the_week_that_repeats_knows_no_holiday() -> None:
    """What is left of the pattern without its exceptions keeps to the peak."""
    now = utc(2027, 12, 20)
    delays = draw(HOURS, 600, now)
    pattern, _ = patterns(HOURS, delays, now)

    assert pattern.exceptions
    assert pattern.plain == week_pattern(HOURS, delays, 600, now, LONDON)


def test_a_holiday_far_away_or_at_the_weekend_is_no_exception() -> None:
    """Boxing Day 2026 is a Saturday, and nobody plans for a year."""
    now = utc(2026, 9, 10)
    assert patterns(HOURS, draw(HOURS, 600, now), now)[0].exceptions == ()

    saturday = frozenset({date(2026, 12, 26)})
    now = utc(2026, 12, 21)
    assert patterns(HOURS, draw(HOURS, 600, now), now, saturday)[0].exceptions == ()


def test_the_edges_that_only_a_holiday_has_are_delayed_too() -> None:
    """Nights on weekdays and daytime on Sundays: on the Monday after Easter it begins in the morning, with a delay."""
    hours = ChargingHours(
        windows=(
            *hours_from_spans(list(Weekday)[:5], time(0, 30), time(4, 30)).windows,
            *hours_from_spans([Weekday.SUNDAY], time(9), time(15)).windows,
        )
    )
    now = utc(2027, 3, 27)
    delays = draw(hours, 600, now)
    drawn = {(edge.weekday, edge.second): seconds for edge, seconds in delays.seconds}
    pattern, following = patterns(hours, delays, now)
    windows = allowed_between(
        pattern, following, utc(2027, 3, 28, 23), utc(2027, 3, 29, 23)
    )

    begins = utc(2027, 3, 29, 8) + timedelta(seconds=drawn[Weekday.MONDAY, 9 * 3600])
    ends = utc(2027, 3, 29, 14) + timedelta(
        seconds=drawn[Weekday.MONDAY, 15 * 3600] - 600
    )
    assert [(window.start, window.end) for window in windows] == [(begins, ends)]
    assert not edges_due(delays, now, LONDON, hours, 600, holidays=True)
    assert edges_due(delays, now, LONDON, hours, 600)


def test_default_hours_need_no_delay_more() -> None:
    """A holiday takes edges away from them and adds none, so an owner who turns the option keeps his draws."""
    assert edges_with_holidays(HOURS) == edges(HOURS)


@settings(max_examples=150, deadline=None)
@given(
    hours=any_hours(),
    now=st.sampled_from(WEEKS).flatmap(
        lambda monday: st.integers(-7 * 86400, 6 * 86400).map(
            lambda second: monday + timedelta(seconds=second)
        )
    ),
    maximum=st.sampled_from((0, 600, 1800)),
)
def test_any_hours_have_a_sundays_on_a_holiday(
    hours: ChargingHours, now: datetime, maximum: int
) -> None:
    """Whatever the hours: never outside those of the day, exceptions are in order, and without delays it is exactly them."""
    pattern, following = patterns(hours, draw(hours, maximum, now), now)
    for exception in pattern.exceptions:
        assert exception.start < exception.end
        assert exception.steps[0].offset == 0
    for before, behind in zip(pattern.exceptions, pattern.exceptions[1:], strict=False):
        assert before.end < behind.start
    end = now + WEEK
    if pattern.valid_to is not None and pattern.valid_to < end:
        end = (
            pattern.valid_to
        )  # About a change of the clocks other rules hold, which have their own tests.
    if end - timedelta(hours=2) <= now:
        return
    end -= timedelta(hours=2)
    real = allowed_between(pattern, following, now, end)
    nominal = windows_between(hours, now, end, LONDON, ENGLAND)
    if maximum == 0:
        assert real == nominal
    for window in real:
        assert any(
            each.start <= window.start and window.end <= each.end for each in nominal
        )
