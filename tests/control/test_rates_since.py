"""Rates that were in force before anybody entered them: what was charged meanwhile costs them, and nothing else changes."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from custom_components.smart_charge_point.records.errors import LedgerFullError
from custom_components.smart_charge_point.records.ledger import Ledger
from custom_components.smart_charge_point.simulator import Car, Wallbox

from ..house import House
from ..prices import (
    DAY_AND_NIGHT,
    HALF_HOUR,
    MINUTE,
    NOON,
    Counter,
    by_entity,
    by_the_clock,
    finished,
    hang_up,
    price,
)

pytestmark = [pytest.mark.at(NOON - timedelta(minutes=10)), pytest.mark.draws(0)]

DAY: Final = timedelta(days=1)
ALL_DAY: Final = [{"start": "00:00:00", "price": 0.3}]
NIGHT_AND_DAY: Final = [
    {"start": "00:30:00", "price": 0.08},
    {"start": "05:30:00", "price": 0.5},
]


async def charged_for(
    house: House, wallbox: Wallbox, start: datetime, half_hours: int
) -> Counter:
    """Charge from `start` on, and return what was counted by the half hour."""
    await house.advance_to(start)
    counter = Counter(house, wallbox)
    await wallbox.plug_in(Car(battery_kwh=300))
    for half_hour in range(1, half_hours + 1):
        await counter.to(start + HALF_HOUR * half_hour)
    await wallbox.unplug()
    await house.advance(MINUTE)
    return counter


async def sessions(house: House) -> list[Mapping[str, Any]]:
    """Return all sessions in the order of time."""
    return list(reversed(await house.sessions()))


@pytest.mark.parametrize("since", ["2026-11-21", "2018-02-03"])
async def test_what_was_charged_since_the_day_costs_the_rates_over_restarts(
    house: House, since: str
) -> None:
    """Rates that are entered two days later price what had no price, whether the day is the session's or years before it."""
    wallbox = await hang_up(house)
    counter = await charged_for(house, wallbox, NOON, 3)
    (before,) = await sessions(house)
    assert before["cost"] is None
    await house.advance_to(NOON + 2 * DAY)
    await by_the_clock(house, DAY_AND_NIGHT, valid_since=since)

    expected = pytest.approx(counter.cost(0.08, 0.2, 0.5), abs=0.05)
    for _ in range(3):
        (session,) = await sessions(house)
        assert session["cost"] == expected
        assert session["cost_complete"]
        await house.restart(after=timedelta(hours=7))


async def test_what_is_told_after_the_rates_were_entered_costs_them_too(
    house: House,
) -> None:
    """The wallbox was offline while it charged, and still is while the rates are entered."""
    wallbox = await hang_up(house)
    await wallbox.go_offline()
    counter = await charged_for(house, wallbox, NOON, 3)
    await house.advance_to(NOON + DAY)
    await by_the_clock(house, DAY_AND_NIGHT, valid_since="2026-11-20")
    await wallbox.go_online()
    await house.advance(MINUTE * 5)

    (session,) = await sessions(house)
    assert session["cost"] == pytest.approx(counter.cost(0.08, 0.2, 0.5), abs=0.05)
    assert session["cost_complete"]


@pytest.mark.parametrize(
    ("start", "since", "night"),
    [
        (datetime(2026, 10, 24, 22, tzinfo=UTC), "2026-10-25", 12),
        (datetime(2026, 3, 28, 23, tzinfo=UTC), "2026-03-29", 8),
    ],
    ids=["autumn", "spring"],
)
async def test_the_day_begins_and_the_rates_change_by_the_clocks_of_the_home(
    house: House, start: datetime, since: str, night: int
) -> None:
    """In a night of six hours, and of four; what was charged in the hour before midnight has no price still."""
    wallbox = await hang_up(house)
    counter = await charged_for(house, wallbox, start, night + 4)
    await house.advance(timedelta(hours=30))
    await by_the_clock(house, NIGHT_AND_DAY, valid_since=since)

    (session,) = await sessions(house)
    expected = counter.cost(0, 0, 0.5, *[0.08] * night, 0.5)
    assert session["cost"] == pytest.approx(expected, abs=0.05)
    assert not session["cost_complete"]


async def test_new_rates_change_the_past_only_since_their_day(house: House) -> None:
    """The rates before them keep what was charged until then; entered without a day, new ones change nothing."""
    wallbox = await hang_up(house)
    await by_the_clock(house, ALL_DAY)
    first = await charged_for(house, wallbox, NOON, 1)
    second = await charged_for(house, wallbox, NOON + DAY, 2)
    third = await charged_for(house, wallbox, NOON + 2 * DAY, 1)

    async def costs(*expected: float) -> None:
        found = [session["cost"] for session in await sessions(house)]
        assert found == [pytest.approx(cost, abs=0.05) for cost in expected]

    await by_the_clock(house, [{"start": "00:00:00", "price": 2}])
    old = [counter.cost(*[0.3] * len(counter.counted)) for counter in (first, second)]
    await costs(*old, third.cost(0.3))
    await by_the_clock(
        house,
        [{"start": "00:00:00", "price": 0.6}, {"start": "12:30:00", "price": 0.9}],
        valid_since="2026-11-22",
    )
    expected = first.cost(0.3), second.cost(0.6, 0.9), third.cost(0.6)
    await costs(*expected)
    await house.restart()
    await costs(*expected)
    await by_the_clock(house, ALL_DAY, valid_since="2026-11-24")
    await costs(*expected)


async def test_what_an_entity_showed_stays_and_what_it_did_not_is_filled(
    house: House,
) -> None:
    """It told a price, fell silent for an hour, and told another; then the owner went back to fixed rates."""
    wallbox = await hang_up(house)
    await by_entity(house)
    await price(house, 0.1)
    await house.advance_to(NOON)
    counter = Counter(house, wallbox)
    await wallbox.plug_in(Car(battery_kwh=300))
    await counter.to(NOON + HALF_HOUR)
    await price(house, "unavailable")
    await counter.to(NOON + HALF_HOUR * 2)
    await counter.to(NOON + HALF_HOUR * 3)
    await price(house, 0.2)
    await counter.to(NOON + HALF_HOUR * 4)
    await by_the_clock(house, ALL_DAY, valid_since="2026-11-01")
    await counter.to(NOON + HALF_HOUR * 5)
    told = await finished(house, wallbox)

    expected = pytest.approx(counter.cost(0.1, 0.3, 0.3, 0.2, 0.3), abs=0.05)
    assert told["cost"] == expected
    assert told["cost_complete"]
    await house.restart(after=timedelta(hours=5))
    (session,) = await sessions(house)
    assert session["cost"] == expected


@pytest.mark.parametrize("killed", [False, True])
async def test_a_ledger_that_takes_nothing_gets_the_rates_when_it_does_again(
    house: House, monkeypatch: pytest.MonkeyPatch, killed: bool
) -> None:
    """The disk is full when they are entered: they are kept a minute later, or after Home Assistant was killed and is back."""

    async def full(*_: object) -> None:
        raise LedgerFullError("the disk is full")

    wallbox = await hang_up(house)
    counter = await charged_for(house, wallbox, NOON, 2)
    with monkeypatch.context() as disk:
        disk.setattr(Ledger, "keep_rates", full)
        await by_the_clock(house, DAY_AND_NIGHT, valid_since="2026-11-21")
        (session,) = await sessions(house)
        assert session["cost"] is None
        if killed:
            await house.stop()
    if killed:
        await house.start()
    await house.advance(MINUTE * 2)

    (session,) = await sessions(house)
    assert session["cost"] == pytest.approx(counter.cost(0.08, 0.2), abs=0.05)
    assert session["cost_complete"]


async def test_rates_entered_before_an_entity_is_chosen_price_what_came_before_it(
    house: House,
) -> None:
    """As the guide says: the past costs the rates, also over a restart, and what comes costs what the entity shows."""
    wallbox = await hang_up(house)
    before = await charged_for(house, wallbox, NOON, 2)
    await by_the_clock(house, DAY_AND_NIGHT, valid_since="2026-11-21")
    await price(house, 0.9)
    await by_entity(house)
    await house.restart()
    await price(house, 0.9)
    after = await charged_for(house, wallbox, NOON + timedelta(hours=2), 1)

    costs = [session["cost"] for session in await sessions(house)]
    expected = (before.cost(0.08, 0.2), after.cost(0.9))
    assert costs == [pytest.approx(cost, abs=0.05) for cost in expected]
