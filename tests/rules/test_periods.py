"""Days, months and years are the owner's, whatever the clocks do (A9.2, A9.3)."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_charge_point.model.slot import HALF_HOUR
from custom_components.smart_charge_point.rules.periods import (
    civil_day,
    day,
    days,
    hour_of,
    month,
    months,
    period,
    twelve_months,
    year,
    years,
)
from custom_components.smart_charge_point.rules.slots import slot_start

LONDON = ZoneInfo("Europe/London")
# The clocks change at 1:00, 2:00, midnight, by half an hour; a quarter of an hour off.
ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in (
            "Europe/London",
            "Europe/Berlin",
            "America/New_York",
            "America/Santiago",
            "Australia/Lord_Howe",
            "Asia/Kathmandu",
            "Pacific/Chatham",
            "UTC",
        )
    ]
)
DAYS = st.dates(date(2021, 1, 1), date(2036, 12, 31))


def utc(*parts: int) -> datetime:
    """Return a moment in UTC."""
    year_, month_, day_, *rest = parts
    hour, minute = (*rest, 0, 0)[:2]
    return datetime(year_, month_, day_, hour, minute, tzinfo=UTC)


@given(DAYS, DAYS, ZONES)
def test_days_months_and_years_touch_and_leave_nothing_out(
    one: date, other: date, zone: ZoneInfo
) -> None:
    """Of any stretch; none of them is empty, and each moment is in the one that the calendar on the wall says."""
    whole = period(min(one, other), max(one, other), zone)
    for parts in (days(whole, zone), months(whole, zone), years(whole, zone)):
        assert parts[0].start == whole.start
        assert parts[-1].end == whole.end
        assert all(part.start < part.end for part in parts)
        assert all(a.end == b.start for a, b in pairwise(parts))
        for part in parts:
            assert civil_day(part.start, zone) == part.first
            assert civil_day(part.end - timedelta(microseconds=1), zone) == part.last
    assert len(days(whole, zone)) == (whole.last - whole.first).days + 1


@given(DAYS, ZONES)
def test_a_day_lies_in_its_month_and_its_year(on: date, zone: ZoneInfo) -> None:
    """All of it."""
    its_day, its_month, its_year = day(on, zone), month(on, zone), year(on, zone)

    assert its_year.start <= its_month.start <= its_day.start
    assert its_day.end <= its_month.end <= its_year.end
    assert its_month in months(its_year, zone)
    assert its_day in days(its_month, zone)
    assert len(months(its_year, zone)) == 12


@given(DAYS, ZONES)
def test_a9_2_twelve_months_touch_thirteen_calendar_months(
    on: date, zone: ZoneInfo
) -> None:
    """On whatever day they are asked for."""
    whole = twelve_months(on, zone)

    assert len(months(whole, zone)) == 13
    assert whole.last == on
    assert 365 <= (whole.last - whole.first).days <= 366
    assert whole.end == day(on, zone).end


def test_months_of_london_are_not_months_of_utc() -> None:
    """March ends an hour early, in summer time."""
    march = month(date(2026, 3, 9), LONDON)

    assert (march.start, march.end) == (utc(2026, 3, 1), utc(2026, 3, 31, 23))
    assert (march.first, march.last) == (date(2026, 3, 1), date(2026, 3, 31))
    assert month(date(2026, 12, 31), LONDON).last == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("on", "hours"),
    [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 3, 30), 24)],
)
def test_days_on_which_the_clocks_change(on: date, hours: int) -> None:
    """They are an hour shorter or longer."""
    whole = day(on, LONDON)

    assert whole.end - whole.start == timedelta(hours=hours)


def test_a_midnight_that_the_clocks_skip_is_the_moment_of_the_change() -> None:
    """Santiago goes from midnight to one o'clock in September."""
    santiago = ZoneInfo("America/Santiago")
    whole = day(date(2026, 9, 6), santiago)

    assert whole.end - whole.start == timedelta(hours=23)
    assert civil_day(whole.start, santiago) == date(2026, 9, 6)


def test_twelve_months_of_a_leap_day_begin_on_the_day_before() -> None:
    """The 29th of February has no day a year before."""
    assert twelve_months(date(2028, 2, 29), LONDON).first == date(2027, 2, 28)


def test_a_period_that_ends_before_it_begins_is_none() -> None:
    """Whoever asks is told."""
    with pytest.raises(ValueError, match="2026-02-02 to 2026-02-01"):
        period(date(2026, 2, 2), date(2026, 2, 1), LONDON)


@given(DAYS, ZONES)
def test_midnights_are_on_the_half_hour_but_where_a_zone_is_a_quarter_off(
    on: date, zone: ZoneInfo
) -> None:
    """There, the half hour that a midnight falls into counts to the day before."""
    start = day(on, zone).start
    if zone.key in {"Asia/Kathmandu", "Pacific/Chatham"}:
        assert start - slot_start(start) == timedelta(minutes=15)
        assert not start <= slot_start(start)
    else:
        assert slot_start(start) == start
    assert (start - hour_of(start)) % HALF_HOUR == start - slot_start(start)
