"""Reg. 5 on wallboxes that refuse each purpose, kind, unit, stack level, period and profile count in turn (A5.3)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from custom_components.smart_charge_point.simulator import Car, Wallbox
from custom_components.smart_charge_point.simulator.quirks import Quirks, Refusal

from ..house import SELDOM, House

PEAK_ENDS = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)

REFUSALS = {
    "no max profile": Quirks(maximum_profile=Refusal.REJECTED),
    "max profile not known": Quirks(maximum_profile=Refusal.NOT_SUPPORTED),
    "max profile unanswered": Quirks(maximum_profile=Refusal.SILENCE),
    "max profile without effect": Quirks(maximum_profile=Refusal.WITHOUT_EFFECT),
    "no default profile": Quirks(default_profile=Refusal.REJECTED),
    "default profile unanswered": Quirks(default_profile=Refusal.SILENCE),
    "no transaction profile": Quirks(transaction_profile=Refusal.REJECTED),
    "transaction profile not known": Quirks(transaction_profile=Refusal.NOT_SUPPORTED),
    "only max profiles": Quirks(
        default_profile=Refusal.REJECTED, transaction_profile=Refusal.REJECTED
    ),
    "only default profiles": Quirks(
        maximum_profile=Refusal.REJECTED, transaction_profile=Refusal.REJECTED
    ),
    "only transaction profiles": Quirks(
        maximum_profile=Refusal.REJECTED, default_profile=Refusal.REJECTED
    ),
    "no weekly": Quirks(refused_kinds=frozenset({"Weekly"})),
    "no recurring": Quirks(refused_kinds=frozenset({"Weekly", "Daily"})),
    "no relative": Quirks(refused_kinds=frozenset({"Relative"})),
    "no absolute": Quirks(refused_kinds=frozenset({"Absolute"})),
    "only absolute": Quirks(refused_kinds=frozenset({"Weekly", "Daily", "Relative"})),
    "only relative": Quirks(refused_kinds=frozenset({"Weekly", "Daily", "Absolute"})),
    "weekly unanswered": Quirks(unanswered_kinds=frozenset({"Weekly"})),
    "only amperes": Quirks(rate_units="Current"),
    "only watts": Quirks(rate_units="Power"),
    "one stack level": Quirks(most_stack_level=0),
    "two stack levels": Quirks(most_stack_level=1),
    "only the lowest level counts": Quirks(only_lowest_stack_level=True),
    "one period": Quirks(most_periods=1),
    "two periods": Quirks(most_periods=2),
    "six periods": Quirks(most_periods=6),
    "too many periods unanswered": Quirks(
        most_periods=6, too_many_periods=Refusal.SILENCE
    ),
    "one profile": Quirks(most_profiles=1),
    "two profiles": Quirks(most_profiles=2),
    "three profiles": Quirks(most_profiles=3),
}


def flowed(wallbox: Wallbox) -> timedelta:
    """Return how long current has flowed."""
    changes = wallbox.switchings
    return sum(
        (
            later.at - earlier.at
            for earlier, later in pairwise(changes)
            if earlier.amperes > 0
        ),
        timedelta(),
    )


@pytest.mark.at(datetime(2026, 11, 23, 21, 20, tzinfo=UTC))
@pytest.mark.parametrize("quirks", REFUSALS.values(), ids=REFUSALS.keys())
@pytest.mark.draws(240)
async def test_a5_3_hours_delay_and_charge_now_hold_whatever_is_refused(
    house: House, quirks: Quirks
) -> None:
    """No minute of the peak, a random delay after it, charge now in seconds, and the limit kept."""
    wallbox = await house.wallbox(quirks=quirks, settings=SELDOM)
    await house.advance(timedelta(minutes=8))
    await wallbox.plug_in(Car(start_delay=timedelta(), battery_kwh=10_000.0))
    await house.advance_to(PEAK_ENDS + timedelta(seconds=200))
    # Where nothing can be left with the wallbox, the pause comes with the session, a moment after its start.
    assert flowed(wallbox) <= timedelta(seconds=1)

    await house.advance_to(PEAK_ENDS + timedelta(seconds=620))
    assert wallbox.current(1) > 30
    await house.advance_to(datetime(2026, 11, 24, 8, 0, tzinfo=UTC))
    assert wallbox.current(1) == 0

    await house.press("charge_now")
    await house.advance(timedelta(seconds=10))
    assert wallbox.current(1) > 30
