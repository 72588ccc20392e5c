"""The ruleset of Great Britain, as SI 2021/1467 has it."""

import ast
from datetime import date
from pathlib import Path

from custom_components.smart_charge_point import rules
from custom_components.smart_charge_point.rules.charging_hours import (
    charging_hours,
    spans,
)
from custom_components.smart_charge_point.rules.ruleset import GB_2021


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
