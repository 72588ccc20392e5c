"""The fleet check: many homes by the real rules, and that it sees a herd where there is one."""

from collections.abc import Callable, Sequence
from datetime import date
from random import Random
from statistics import fmean
from xml.etree import ElementTree as ET

import pytest

from custom_components.smart_charge_point.model.hours import ChargingHours
from custom_components.smart_charge_point.rules.random_delay import RandomSource
from script import fleet
from script.lib import fleet_homes
from script.lib.fleet_figures import (
    EDGE,
    Figure,
    chance,
    largest_second,
    mean_ramp,
    most_in_60_s,
    of_fleets,
    share,
)
from script.lib.fleet_plot import draw_fleet

HOMES = 40
LIVED = fleet.live(
    HOMES, "test", weeks=[date(2027, 3, 22), date(2027, 10, 25)], cuts=10
)


def evenly(homes: int, days: int, seed: str = "even") -> list[Sequence[float]]:
    """Return homes that switch evenly within 600 s."""
    world = Random(seed)
    return [[world.randrange(601) for _ in range(homes)] for _ in range(days)]


def missed(fleets: Sequence[Sequence[float]], homes: int) -> list[str]:
    """Return which figures are not those of section 6."""
    found = of_fleets("edge", fleets, homes, EDGE)
    return [figure.name for figure in found if not figure.reached]


def test_no_home_charges_in_the_peak() -> None:
    """0 MW at any moment of it, also in the weeks in which the clocks are changed."""
    assert LIVED.weeks.peak_megawatts == 0


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [("22:00", 0, 600), ("11:00", 0, 600), ("08:00", -600, 0), ("16:00", -600, 0)],
)
def test_homes_switch_apart_at_every_edge(name: str, least: int, most: int) -> None:
    """On after it, off before it, on five days of each week, evenly."""
    days = LIVED.weeks.at(name)
    assert len(days) == 10
    assert [len(day) for day in days] == [HOMES] * 10
    every = [seconds for day in days for seconds in day]
    assert all(least <= seconds <= most for seconds in every)
    assert abs(fmean(every) - (least + most) / 2) < 35
    assert len(set(every)) > 250


def test_a11_7_no_home_is_back_before_its_delay() -> None:
    """A wallbox needs some seconds to be up; the last cars come ten minutes later."""
    back = [seconds for cut in LIVED.cuts for seconds in cut]
    assert 60 < len(back) < 180
    assert min(back) > 7
    assert 300 < fmean(back) < 390
    assert 600 < max(back) < 700


def test_each_home_has_draws_of_its_own_and_each_seed_other_homes() -> None:
    """The same seed gives the same figures again."""
    again = fleet.live(HOMES, "test", weeks=[date(2027, 3, 22)], cuts=1)
    assert again.weeks.at("22:00") == LIVED.weeks.at("22:00")[:5]
    other = fleet.live(HOMES, "other", weeks=[date(2027, 3, 22)], cuts=1)
    assert other.weeks.at("22:00") != again.weeks.at("22:00")
    week = [
        tuple(day[home] for day in again.weeks.at("22:00")) for home in range(HOMES)
    ]
    assert len(set(week)) == HOMES


def test_a_charge_in_the_peak_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three homes without charging hours: 21 kW."""
    monkeypatch.setattr(fleet_homes, "_HOURS", ChargingHours.ALWAYS)
    switched = fleet_homes.weeks_of_homes(3, [date(2027, 1, 11)], 600, "test")
    assert switched.peak_megawatts == pytest.approx(0.021)


def test_even_homes_are_those_of_section_6() -> None:
    """A thousand of them on twenty days."""
    assert missed(evenly(1000, 20), 1000) == []


type Way = Callable[[Random], RandomSource]
"""A way to draw."""


def one_for_all(_: Random) -> RandomSource:
    """Draw the same in every home."""
    return lambda below: below // 2


def whole_minutes(world: Random) -> RandomSource:
    """Draw no seconds."""
    return lambda below: world.randrange(0, below, 60)


def half_the_time(world: Random) -> RandomSource:
    """Draw from the first five minutes only."""
    return lambda below: world.randrange(below // 2)


def shared_seed(world: Random) -> RandomSource:
    """Draw the same in every tenth home."""
    return lambda below: below // 2 if world.random() < 0.1 else world.randrange(below)


def hump(world: Random) -> RandomSource:
    """Draw more often from the middle."""
    return lambda below: int(below * world.betavariate(5, 5))


@pytest.mark.parametrize(
    ("way", "figures"),
    [
        (one_for_all, {"mean ramp", "60 s", "largest second"}),
        (whole_minutes, {"largest second"}),
        (half_the_time, {"mean ramp", "60 s", "largest second"}),
        (shared_seed, {"60 s", "largest second"}),
        (hump, {"mean ramp", "60 s", "largest second"}),
    ],
)
def test_a_herd_is_seen(way: Way, figures: set[str]) -> None:
    """Each of section 6's bad ways to draw misses figures."""
    source = way(Random("herd"))
    fleets = [[source(601) for _ in range(1000)] for _ in range(20)]
    seen = " ".join(missed(fleets, 1000))
    assert all(figure in seen for figure in figures)


def test_chance_is_what_section_6_has_for_a_million() -> None:
    """12.4 MW/s with every home, 3.9 with a third of them, 4.4 within 1800 s."""
    assert chance(1_000_000, 600) / 1000 == pytest.approx(12.4, rel=0.02)
    assert chance(300_000, 600) / 1000 == pytest.approx(3.9, rel=0.03)
    assert chance(1_000_000, 1800) / 1000 == pytest.approx(4.4, rel=0.03)
    measured = fmean(largest_second(day) for day in evenly(1000, 200))
    assert chance(1000, 600) == pytest.approx(measured, rel=0.03)


def test_the_figures_are_counted_right() -> None:
    """Seven kilowatts a home; 60 s however they lie."""
    assert largest_second([0.2, 0.9, 1.0, -0.1]) == 14
    assert most_in_60_s([0, 59, 60, 119, 119]) == 21
    assert most_in_60_s([5]) == 7
    assert mean_ramp(range(101)) == pytest.approx(7)
    assert share([1, 2, 3, 4], 0.5) == 3
    assert share([1, 2, 3, 4], 1) == 4


@pytest.mark.parametrize(
    ("measured", "expected", "reached"),
    [
        (1.099, 1.0, True),
        (1.101, 1.0, False),
        (0.901, 1, True),
        (0, 0, True),
        (0.1, 0, False),
    ],
)
def test_a_figure_is_reached_within_a_tenth(
    measured: float, expected: float, reached: bool
) -> None:
    """What is to be nothing must be nothing."""
    figure = Figure("what", measured, expected, "MW")
    assert figure.reached is reached
    assert ("reached" if reached else "MISSED") in str(figure)


def test_the_curves_are_drawn() -> None:
    """Four diagrams in one picture that a browser can read, by itself."""
    picture = draw_fleet(
        HOMES,
        {name: LIVED.weeks.at(name) for name in fleet.ON_EDGES},
        {"08:00": LIVED.weeks.at("08:00")},
        LIVED.cuts,
    )
    root = ET.fromstring(picture)  # noqa: S314 - made here
    svg = "{http://www.w3.org/2000/svg}"
    assert len(root.findall(f"{svg}g")) == 4
    curves = root.findall(f".//{svg}polyline")
    assert len(curves) == 4 * 7
    said = [text.text or "" for text in root.iter(f"{svg}text")]
    assert any("22:00" in text for text in said)
    assert any(f"{HOMES} homes" in text for text in said)
