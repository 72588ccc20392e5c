"""What a wallbox says it applies against what it was told to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charge_point.central_system.composite import (
    Agreement,
    Verdict,
    agrees,
    expected_limits,
)
from custom_components.smart_charge_point.central_system.link import (
    CompositeSchedule,
    CompositeStep,
)
from custom_components.smart_charge_point.model.capabilities import UNTRIED
from custom_components.smart_charge_point.model.limit import Limit

from .gb_hours import LIMIT, SPRING_2027, schedule

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def told(
    *steps: tuple[float, float], start: datetime = NOON, duration: int = 86_400
) -> CompositeSchedule:
    """Return what a wallbox told: seconds from `start`, amperes."""
    return CompositeSchedule(
        start=start,
        duration=duration,
        steps=tuple(
            CompositeStep(
                start=start + timedelta(seconds=second), limit=Limit(amperes=amperes)
            )
            for second, amperes in steps
        ),
    )


DEFAULT = expected_limits(schedule(NOON), LIMIT, NOON, DAY)
RIGHT = ((0, 32), (14_400, 0), (36_000, 32), (72_000, 0), (82_800, 32))


def verdict(*steps: tuple[float, float]) -> Verdict:
    """Return what comes of a day from noon told like this."""
    return agrees(told(*steps), DEFAULT, UNTRIED)


def test_expected_limits_are_the_hours_from_any_moment() -> None:
    """The first step is what holds at the start; then come the edges before the end."""
    assert (
        tuple(
            (NOON + timedelta(seconds=second), Limit(amperes=amperes))
            for second, amperes in RIGHT
        )
        == DEFAULT
    )


def test_a10_3_expected_limits_follow_the_clock_change() -> None:
    """What is expected after the change is the next season's."""
    now = SPRING_2027 - DAY
    expected = expected_limits(schedule(now), LIMIT, now, 3 * DAY)
    assert [moment.hour for moment, _ in expected] == [1, 7, 10, 15, 21]


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param(RIGHT, id="exactly"),
        pytest.param(
            tuple((second + 1.5, amperes) for second, amperes in RIGHT), id="1.5 s late"
        ),
        pytest.param(
            tuple((second, amperes * 0.985) for second, amperes in RIGHT),
            id="watts at another voltage",
        ),
        pytest.param((*RIGHT[:2], (14_402, 0), *RIGHT[2:]), id="a step that is none"),
    ],
)
def test_agrees_within_tolerance(steps: tuple[tuple[float, float], ...]) -> None:
    """Rounding of limits and seconds is no difference."""
    assert verdict(*steps) == Verdict(agreement=Agreement.AGREES)


def test_a_limit_cut_to_a_whole_unit_agrees() -> None:
    """A wallbox that takes whole amperes may be nearly one below."""
    capabilities = replace(UNTRIED, whole_units=True)
    expected = ((NOON, Limit(amperes=10.9)),)
    assert agrees(told((0, 10)), expected, capabilities).agreement is Agreement.AGREES
    assert agrees(told((0, 10)), expected, UNTRIED).agreement is Agreement.DIFFERS


def test_edge_a_few_seconds_late_differs() -> None:
    """An off-edge that comes too late is told with its moment."""
    late = verdict(*RIGHT[:1], (14_405, 0), *RIGHT[2:])
    assert late == Verdict(
        agreement=Agreement.DIFFERS,
        moment=NOON + timedelta(seconds=14_400),
        expected=Limit.PAUSED,
        told=LIMIT,
    )
    assert late.exceeds


def test_less_than_expected_does_not_exceed() -> None:
    """A wallbox that is set to 16 A by itself differs, and lets nothing flow that may not."""
    less = verdict(*((second, min(amperes, 16)) for second, amperes in RIGHT))
    assert (less.agreement, less.moment) == (Agreement.DIFFERS, NOON)
    assert not less.exceeds


def test_more_than_expected_is_told_before_less() -> None:
    """What would let current flow in peak matters more than an earlier lower limit."""
    both = verdict((0, 16), (14_400, 0), (36_000, 48))
    assert both.exceeds
    assert both.moment == NOON + timedelta(seconds=36_000)


def test_an_hour_off_differs() -> None:
    """A schedule of the other season is found out."""
    shifted = verdict(*((max(0, second - 3600), amperes) for second, amperes in RIGHT))
    assert shifted.agreement is Agreement.DIFFERS


@pytest.mark.parametrize(
    "composite",
    [
        pytest.param(None, id="rejected"),
        pytest.param(told(), id="empty list, or limits of -1 only"),
        pytest.param(told((0, 32), duration=0), id="no duration"),
    ],
)
def test_silence_is_no_difference(composite: CompositeSchedule | None) -> None:
    """Not every wallbox says what it applies; that proves nothing."""
    assert agrees(composite, DEFAULT, UNTRIED).agreement is Agreement.SILENT
    assert agrees(told(*RIGHT), (), UNTRIED).agreement is Agreement.SILENT


def test_only_the_time_that_both_speak_of_is_compared() -> None:
    """A wallbox's clock may be a little behind: what was before our start is not looked at."""
    early = told(
        (0, 0), (60, 32), (14_460, 0), start=NOON - timedelta(seconds=60), duration=3600
    )
    assert agrees(early, DEFAULT, UNTRIED).agreement is Agreement.AGREES
