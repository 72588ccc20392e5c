"""From the law's hours through the drawn delays to what a wallbox applies: the rules and the profiles together."""

from datetime import datetime, timedelta
import random

import pytest

from custom_components.smart_charge_point.central_system.resident import (
    holds_through_clock_change,
    resident_profiles,
)
from custom_components.smart_charge_point.model.capabilities import Capabilities, Rung
from custom_components.smart_charge_point.model.schedule import ResidentSchedule
from custom_components.smart_charge_point.rules.random_delay import draw_edges
from custom_components.smart_charge_point.rules.ruleset import GB_2021
from custom_components.smart_charge_point.rules.week_pattern import (
    following_pattern,
    week_pattern,
)

from .gb_hours import AUTUMN_2026, LIMIT, SPRING_2027, is_peak
from .stacking import Wallbox

MARGIN = timedelta(seconds=600)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("change", [SPRING_2027, AUTUMN_2026], ids=["spring", "autumn"])
@pytest.mark.parametrize("rung", [Rung.WEEKLY, Rung.DAILY, Rung.NEXT_DAY])
def test_a10_3_drawn_delays_over_a_clock_change(
    rung: Rung, change: datetime, seed: int
) -> None:
    """Offline from the Saturday to the Tuesday: never in peak, and always beside it but for the delays."""
    source = random.Random(seed)
    saturday = change - timedelta(hours=13)
    hours, zone = GB_2021.default_hours, GB_2021.zone
    delays = draw_edges(hours, 600, saturday, source.randrange)
    schedule = ResidentSchedule(
        connector=1,
        limit=LIMIT,
        week=week_pattern(hours, delays, 600, saturday, zone),
        following=following_pattern(hours, delays, 600, saturday, zone),
        session_delay=0,
    )
    capabilities = Capabilities(max_stack_level=8, max_profiles=10, rung=rung)
    assert holds_through_clock_change(schedule, capabilities, saturday)
    wallbox = Wallbox().accept(resident_profiles(schedule, capabilities, saturday))
    reach = 24 * 3 if rung is not Rung.NEXT_DAY else 24 * 2
    for n in range(60 * reach):
        moment = saturday + timedelta(minutes=n)
        permitted = wallbox.amperes(moment) == LIMIT.amperes
        if is_peak(moment):
            assert not permitted, moment
        elif not is_peak(moment - MARGIN) and not is_peak(moment + MARGIN):
            assert permitted, moment
