"""The rulesets: Great Britain's, as SI 2021/1467 has it, and the one of homes without a law of their own."""

import ast
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from custom_components.smart_charge_point import rules
from custom_components.smart_charge_point.model.hours import ChargingHours
from custom_components.smart_charge_point.rules.charging_hours import (
    allowed_at,
    charging_hours,
    edges,
    overlaps_peak,
    spans,
)
from custom_components.smart_charge_point.rules.ruleset import (
    GB_2021,
    RulesetId,
    none_for,
    ruleset,
    ruleset_for,
)

from .strategies import LONDON, in_gb_peak, minutes_from

BERLIN = ZoneInfo("Europe/Berlin")


def test_gb_peak_is_45_hours_and_the_default_hours_are_the_other_123() -> None:
    """Together they are the week."""
    peak = charging_hours(GB_2021.peak)
    assert sum(end - start for start, end in spans(peak)) == 45 * 3600
    hours = GB_2021.default_hours
    assert sum(end - start for start, end in spans(hours)) == 123 * 3600
    week = charging_hours([*peak.windows, *hours.windows])
    assert spans(week) == ((0, 168 * 3600),)
    assert charging_hours(hours.windows) == hours


def test_gb_delays_and_records() -> None:
    """Reg. 9: 12 months; reg. 11: 600 s by default, up to 1800 s."""
    assert (GB_2021.least_delay, GB_2021.default_delay, GB_2021.most_delay) == (
        600,
        600,
        1800,
    )
    assert GB_2021.records_months == 12
    assert GB_2021.in_force_from == date(2022, 6, 30)
    assert GB_2021.zone.key == "Europe/London"


def test_gb_rules_have_their_dates() -> None:
    """From 30 June 2022 until other rules take over."""
    assert not GB_2021.in_force_on(date(2022, 6, 29))
    assert GB_2021.in_force_on(date(2022, 6, 30))
    assert GB_2021.in_force_on(date(2027, 12, 30))
    assert not GB_2021.in_force_on(date(2027, 12, 31))


@pytest.mark.parametrize(
    "day",
    [
        pytest.param(date(2026, 12, 25), id="Christmas Day, a Friday"),
        pytest.param(date(2026, 12, 28), id="Boxing Day, moved to a Monday"),
        pytest.param(date(2027, 1, 1), id="New Year's Day, a Friday"),
        pytest.param(date(2027, 3, 26), id="Good Friday"),
        pytest.param(date(2027, 3, 29), id="Easter Monday, first weekday of BST"),
        pytest.param(date(2026, 8, 31), id="the summer bank holiday"),
    ],
)
def test_bank_holidays_are_peak_days(day: date) -> None:
    """They are weekdays like any other: section 7, 1. Each minute, and as the default hours have it."""
    midnight = datetime.combine(day, time.min, LONDON)
    minutes = minutes_from(midnight, timedelta(days=1))
    permitted = [
        allowed_at(GB_2021.default_hours, minute, LONDON) for minute in minutes
    ]
    assert permitted.count(False) == 9 * 60
    assert permitted == [not in_gb_peak(minute) for minute in minutes]


def test_without_a_law_there_is_no_peak_and_no_delay() -> None:
    """By the home's own clock; an owner may have hours and delays all the same."""
    none = none_for(BERLIN)
    assert none.zone is BERLIN
    assert none.peak == ()
    assert none.default_hours is ChargingHours.ALWAYS
    assert edges(none.default_hours) == ()
    assert not overlaps_peak(ChargingHours.ALWAYS, none)
    assert (none.least_delay, none.default_delay, none.most_delay) == (0, 0, 1800)
    assert none.records_months == 12
    assert none.in_force_on(date.min)
    assert none.in_force_on(date.max)


def test_a_ruleset_is_known_by_its_name() -> None:
    """And brings its own clock, if it has one."""
    assert ruleset("GB-2021", BERLIN) is GB_2021
    assert ruleset("none", BERLIN) == none_for(BERLIN)
    assert [ruleset(name, BERLIN).id for name in RulesetId] == list(RulesetId)
    with pytest.raises(ValueError, match="GB-2022"):
        ruleset("GB-2022", BERLIN)


@pytest.mark.parametrize(
    ("country", "zone", "expected"),
    [
        ("GB", "Europe/London", RulesetId.GB_2021),
        ("GB", "Europe/Madrid", RulesetId.GB_2021),
        ("DE", "Europe/Berlin", RulesetId.NONE),
        ("IE", "Europe/London", RulesetId.NONE),
        ("JE", "Europe/Jersey", RulesetId.NONE),
        (None, "Europe/London", RulesetId.GB_2021),
        (None, "Europe/Berlin", RulesetId.NONE),
    ],
)
def test_a2_2_the_country_says_which_ruleset_holds(
    country: str | None, zone: str, expected: RulesetId
) -> None:
    """Only where it was never set, the clock does."""
    assert ruleset_for(country, ZoneInfo(zone)) is expected


def test_a11_1_no_rule_draws_from_a_source_of_its_own() -> None:
    """Numbers and times are given to the rules: they import no random source, no clock and no Home Assistant."""
    forbidden = {"random", "secrets", "time", "os", "asyncio", "homeassistant"}
    folder = Path(str(rules.__file__)).parent
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom) and not node.level
                else []
            )
            assert not forbidden & {name.split(".")[0] for name in names}, file
            assert not (
                isinstance(node, ast.Attribute)
                and node.attr in {"now", "utcnow", "today"}
            ), file
