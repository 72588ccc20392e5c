"""Tariffs: what a kilowatt-hour costs at each minute, by fixed rates over clock changes and by what entities show."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import pairwise
import math
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_charge_point.model.tariff import FixedRate, RateDays
from custom_components.smart_charge_point.model.usage import PriceStep
from custom_components.smart_charge_point.rules.tariff import (
    LATE,
    beside_shown,
    fixed_steps,
    holds_from,
    overlapping,
    price_per_kwh,
)

from .strategies import LONDON, minutes_from, moments, utc

NIGHT = FixedRate(start=time(0, 30), price=0.07)
DAY = FixedRate(start=time(5, 30), price=0.28)
KYIV = ZoneInfo("Europe/Kyiv")
NEW_YORK = ZoneInfo("America/New_York")

rates = st.lists(
    st.builds(
        FixedRate,
        start=st.times(timezones=st.none()).map(
            lambda told: told.replace(second=0, microsecond=0)
        ),
        price=st.floats(-1, 1).map(lambda price: round(price, 4)),
        days=st.sampled_from(RateDays),
    ),
    min_size=1,
    max_size=5,
).filter(lambda rates: not overlapping(rates))


def by_the_wall(rates: list[FixedRate], moment: datetime, zone: ZoneInfo) -> float:
    """Return the price that whoever looks at the clock on the wall would name, where no rate begins while it is changed."""
    local = moment.astimezone(zone)
    for back in range(9):
        day = local.date() - timedelta(days=back)
        begun = [
            rate
            for rate in rates
            if rate.days.includes(day.weekday())
            and (back or rate.start <= local.time())
        ]
        if begun:
            return max(begun, key=lambda rate: rate.start).price
    raise AssertionError("no rate has begun in nine days")


@pytest.mark.parametrize(
    ("start", "zone"),
    [
        (utc(2026, 1, 12), LONDON),
        (utc(2026, 7, 13), LONDON),
        (utc(2026, 3, 25), LONDON),
        (utc(2026, 10, 21), LONDON),
        (utc(2026, 7, 13), KYIV),
        (utc(2026, 10, 21), NEW_YORK),
        (utc(2026, 10, 28), NEW_YORK),
    ],
    ids=["winter", "summer", "spring", "autumn", "east", "west", "west in autumn"],
)
def test_each_minute_of_a_week_has_the_price_that_the_clock_on_the_wall_says(
    start: datetime, zone: ZoneInfo
) -> None:
    """Weekends have rates of their own, and Friday's last one holds until they begin; also when the clocks change."""
    table = [
        NIGHT,
        DAY,
        FixedRate(start=time(9), price=0.2, days=RateDays.WEEKEND),
        FixedRate(start=time(16), price=0.4, days=RateDays.MONDAY_TO_FRIDAY),
    ]
    steps = fixed_steps(table, start, start + timedelta(days=7), zone)
    for minute in minutes_from(start):
        price = [step.value for step in steps if step.at <= minute][-1]
        assert price == by_the_wall(table, minute, zone), minute


@given(rates, moments(), st.integers(1, 5 * 24 * 60))
def test_steps_are_in_order_and_each_is_a_change(
    table: list[FixedRate], start: datetime, minutes: int
) -> None:
    """The first one is at the start, and none comes at or after the end."""
    end = start + timedelta(minutes=minutes)
    steps = fixed_steps(table, start, end, LONDON)
    assert steps[0].at == start
    for earlier, later in pairwise(steps):
        assert start < later.at < end
        assert earlier.at < later.at
        assert earlier.value != later.value


@given(rates, moments(), st.integers(1, 3 * 24 * 60), st.integers(1, 3 * 24 * 60))
def test_it_has_no_meaning_where_one_begins_to_look(
    table: list[FixedRate], start: datetime, first: int, second: int
) -> None:
    """Steps that were missed while nobody looked are the ones that would have been written."""
    middle = start + timedelta(minutes=first)
    end = middle + timedelta(minutes=second)
    whole = fixed_steps(table, start, end, LONDON)
    earlier = fixed_steps(table, start, middle, LONDON)
    later = fixed_steps(table, middle, end, LONDON)
    if earlier[-1].value == later[0].value:
        later = later[1:]
    assert whole == earlier + later


@pytest.mark.parametrize(
    ("day", "night", "whole"),
    [
        # 01:00 to 02:00 is skipped: the night is an hour shorter.
        (utc(2026, 3, 28, 12), timedelta(hours=4), timedelta(hours=24)),
        # 01:00 to 02:00 is shown twice: the night is an hour longer.
        (utc(2026, 10, 24, 12), timedelta(hours=6), timedelta(hours=24)),
        (utc(2026, 6, 1, 12), timedelta(hours=5), timedelta(hours=24)),
    ],
    ids=["spring", "autumn", "between"],
)
def test_a_night_rate_ends_by_the_clock_on_the_wall(
    day: datetime, night: timedelta, whole: timedelta
) -> None:
    """The clocks change within it."""
    steps = fixed_steps([NIGHT, DAY], day, day + whole, LONDON)
    assert [step.value for step in steps] == [0.28, 0.07, 0.28]
    assert steps[2].at - steps[1].at == night


def test_of_rates_that_the_clocks_skip_the_last_one_counts() -> None:
    """01:10 and 01:40 do not come on that day: from the change on it is the later one's price."""
    table = [
        FixedRate(start=time(1, 40), price=3),
        FixedRate(start=time(1, 10), price=2),
        FixedRate(start=time(0), price=1),
    ]
    steps = fixed_steps(table, utc(2026, 3, 29), utc(2026, 3, 29, 12), LONDON)
    assert [(step.at, step.value) for step in steps] == [
        (utc(2026, 3, 29), 1),
        (utc(2026, 3, 29, 1), 3),
    ]


def test_one_rate_is_one_price() -> None:
    """A flat tariff never changes, and none at all is refused."""
    start = utc(2026, 3, 1)
    assert len(fixed_steps([DAY], start, start + timedelta(days=40), LONDON)) == 1
    with pytest.raises(ValueError, match="without a rate"):
        fixed_steps([], start, start, LONDON)


@pytest.mark.parametrize(
    ("value", "unit", "price"),
    [
        ("0.2456", "GBP/kWh", 0.2456),
        ("0.2456", "£/kWh", 0.2456),
        ("24.56", "p/kWh", 0.2456),
        ("24.56", "GBp/kWh", 0.2456),
        ("24.56", "pence / kWh", 0.2456),
        ("245.6", "GBP/MWh", 0.2456),
        ("24560", "p/MWh", 0.2456),
        ("0.0002456", "GBP/Wh", 0.2456),
        ("-4.2", "p/kWh", -0.042),
        ("0", "GBP/kWh", 0.0),
        ("0.2456", None, 0.2456),
        ("0.2456", " ", 0.2456),
        ("0.2456", "EUR/kWh", None),
        ("0.2456", "kWh", None),
        ("0.2456", "GBP", None),
        ("0.2456", "/kWh", None),
        ("0.2456", "GBP/day", None),
        ("20", "°C", None),
        ("unknown", "GBP/kWh", None),
        ("unavailable", "GBP/kWh", None),
        ("", "GBP/kWh", None),
        ("nan", "GBP/kWh", None),
        ("inf", "GBP/kWh", None),
        ("-inf", "p/kWh", None),
        ("1e308", "GBP/Wh", None),
        ("5000", "GBP/kWh", None),
    ],
)
def test_a_price_is_told_per_kwh_or_not_at_all(
    value: str, unit: str | None, price: float | None
) -> None:
    """Pounds, pence, kWh and MWh come to the same, and nonsense to nothing."""
    assert price_per_kwh(value, unit, "GBP") == pytest.approx(price)


@given(st.text(max_size=20), st.none() | st.text(max_size=12))
def test_no_text_breaks_a_price(value: str, unit: str | None) -> None:
    """Whatever an entity shows is a finite price or none."""
    price = price_per_kwh(value, unit, "GBP")
    assert price is None or math.isfinite(price)


@given(moments())
def test_a_price_told_late_counts_from_its_half_hour(told: datetime) -> None:
    """A minute late is usual; a change in the middle of a half hour counts from when it is told."""
    since = holds_from(told)
    assert since <= told
    assert told - since <= LATE
    assert since == told or since.timestamp() % 1800 == 0
    if told.timestamp() % 1800 <= LATE.total_seconds():
        assert since.timestamp() % 1800 == 0


NOON = utc(2026, 11, 21, 12)
HALF_HOUR = timedelta(minutes=30)


def in_force(steps: Sequence[PriceStep], moment: datetime) -> PriceStep | None:
    """Return the step that holds at a moment."""
    return next((step for step in reversed(steps) if step.at <= moment), None)


def steps_at(*half_hours: tuple[int, float | None, bool]) -> tuple[PriceStep, ...]:
    """Return steps by half hours from noon on: the price, and whether an entity showed it."""
    return tuple(
        PriceStep(at=NOON + n * HALF_HOUR, value=value, shown=shown)
        for n, value, shown in half_hours
    )


known_steps = st.dictionaries(
    st.integers(-6, 20),
    st.tuples(st.none() | st.sampled_from((0.1, 0.2, 0.3)), st.booleans()),
).map(lambda told: steps_at(*((n, *told[n]) for n in sorted(told))))
steps_of_rates = st.dictionaries(
    st.integers(1, 20), st.sampled_from((0.1, 0.2, 0.5))
).map(
    lambda told: steps_at((0, 0.4, False), *((n, told[n], False) for n in sorted(told)))
)


@given(known_steps, steps_of_rates, st.integers(-4, 24))
def test_rates_hold_since_a_day_but_where_an_entity_showed_a_price(
    known: tuple[PriceStep, ...], rates: tuple[PriceStep, ...], until: int
) -> None:
    """At each half hour, whatever was known: a gap and former rates are taken over, what was shown stays; and once is enough."""
    shown_until = NOON + until * HALF_HOUR
    steps = beside_shown(rates, known, shown_until)
    assert steps[0].at == NOON
    for earlier, later in pairwise(steps):
        assert earlier.at < later.at
        assert (earlier.value, earlier.shown) != (later.value, later.shown)
    for n in range(26):
        moment = NOON + n * HALF_HOUR
        was, by_rate, now = (in_force(one, moment) for one in (known, rates, steps))
        if moment >= shown_until or was is None or was.value is None or not was.shown:
            was = by_rate
        assert was is not None
        assert now == replace(was, at=now.at if now else NOON), n
    before = [step for step in known if step.at < NOON]
    for n in (until, until + 1, 99):
        again = beside_shown(rates, (*before, *steps), NOON + n * HALF_HOUR)
        assert again == steps, n


def test_rates_that_are_none_take_the_place_of_nothing() -> None:
    """There is no price without a rate."""
    with pytest.raises(ValueError, match="no price"):
        beside_shown((), steps_at((0, 0.1, True)), NOON)
