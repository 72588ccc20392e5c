"""What sessions cost: each half hour by the price in force as it began, whatever went down meanwhile, or not known."""

from datetime import UTC, datetime, timedelta

from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.smart_charge_point.records.errors import LedgerFullError
from custom_components.smart_charge_point.records.ledger import Ledger
from custom_components.smart_charge_point.simulator import Car

from ..house import House
from ..prices import (
    DAY_AND_NIGHT,
    HALF_HOUR,
    MINUTE,
    NOON,
    PRICE,
    Counter,
    by_entity,
    by_the_clock,
    finished,
    hang_up,
    price,
)

pytestmark = [pytest.mark.at(NOON - timedelta(minutes=10)), pytest.mark.draws(0)]


async def test_a_session_over_a_change_of_the_price_costs_both(house: House) -> None:
    """The entity tells the new price 40 s after the half hour has begun, as such entities do."""
    wallbox = await hang_up(house)
    await price(house, 0.10)
    await by_entity(house)
    await house.advance_to(NOON)
    counter = Counter(house, wallbox)
    await wallbox.plug_in(Car())
    await counter.to(NOON + HALF_HOUR)
    await house.advance(timedelta(seconds=40))
    await price(house, 30, "p/kWh")
    await counter.to(NOON + HALF_HOUR * 2)
    session = await finished(house, wallbox)
    assert counter.counted[0] > 3
    assert session["energy"] == pytest.approx(sum(counter.counted), abs=0.002)
    assert session["cost"] == pytest.approx(counter.cost(0.1, 0.3), abs=0.01)
    assert session["cost_complete"]
    assert session["currency"] == "GBP"


async def test_a_running_session_costs_what_it_has_taken_so_far(house: House) -> None:
    """It can be looked at before it has ended."""
    wallbox = await hang_up(house)
    await price(house, 0.10)
    await by_entity(house)
    await wallbox.plug_in(Car())
    await house.advance(timedelta(minutes=20))
    (session,) = await house.sessions()
    assert session["end"] is None
    assert session["cost"] == pytest.approx(session["energy"] * 0.1, rel=0.02)
    assert session["energy"] > 1


async def test_fixed_rates_are_known_for_the_time_that_home_assistant_was_off(
    house: House,
) -> None:
    """It goes down before two edges and comes up after them; the session is one and costs each rate."""
    wallbox = await hang_up(house)
    await by_the_clock(house, DAY_AND_NIGHT)
    await house.advance_to(NOON)
    counter = Counter(house, wallbox)
    await wallbox.plug_in(Car())
    await house.advance(timedelta(minutes=20))
    await house.stop()
    await counter.to(NOON + HALF_HOUR)
    await counter.to(NOON + HALF_HOUR * 2)
    await house.advance(timedelta(minutes=10))
    await house.start()
    await counter.to(NOON + HALF_HOUR * 3)
    session = await finished(house, wallbox)
    assert session["energy"] == pytest.approx(sum(counter.counted), abs=0.002)
    assert session["cost"] == pytest.approx(counter.cost(0.08, 0.2, 0.5), abs=0.05)
    assert session["cost_complete"]


@pytest.mark.parametrize(
    ("start", "night"),
    [
        (datetime(2026, 10, 24, 22, 50, tzinfo=UTC), 12),
        (datetime(2026, 3, 28, 23, 50, tzinfo=UTC), 8),
    ],
    ids=["autumn", "spring"],
)
async def test_a_night_in_which_the_clocks_change_costs_the_night_rate_by_the_clock(
    house: House, start: datetime, night: int
) -> None:
    """From 00:30 to 05:30 on the wall: six hours in October and four in March; the session begins and ends beside it."""
    wallbox = await hang_up(house)
    await by_the_clock(
        house,
        [{"start": "00:30:00", "price": 0.08}, {"start": "05:30:00", "price": 0.5}],
    )
    midnight = start + timedelta(minutes=10)
    await house.advance_to(midnight)
    counter = Counter(house, wallbox)
    await wallbox.plug_in(Car(battery_kwh=300))
    for half_hour in range(1, night + 3):
        await counter.to(midnight + HALF_HOUR * half_hour)
    session = await finished(house, wallbox)
    expected = counter.cost(0.5, *[0.08] * night, 0.5)
    assert session["cost"] == pytest.approx(expected, abs=0.05)
    assert session["cost_complete"]


async def test_a_session_that_is_told_two_days_later_is_priced_by_its_own_half_hours(
    house: House,
) -> None:
    """The wallbox was offline; the price has changed often since."""
    wallbox = await hang_up(house)
    await price(house, 0.10)
    await by_entity(house)
    await wallbox.go_offline()
    await house.advance_to(NOON)
    counter = Counter(house, wallbox)
    await wallbox.plug_in(Car())
    await counter.to(NOON + HALF_HOUR)
    await price(house, 0.40)
    await counter.to(NOON + HALF_HOUR * 2)
    await price(house, -0.05)
    await counter.to(NOON + HALF_HOUR * 3)
    await wallbox.unplug()
    await house.advance(MINUTE)
    await price(house, 5)
    await house.advance(timedelta(hours=47))
    await house.restart()
    await wallbox.go_online()
    await house.advance(MINUTE * 5)
    (session,) = await house.sessions()
    assert session["energy"] == pytest.approx(sum(counter.counted), abs=0.002)
    assert session["cost"] == pytest.approx(counter.cost(0.1, 0.4, -0.05), abs=0.02)
    assert session["cost_complete"]


@pytest.mark.parametrize(
    ("away", "complete"), [(timedelta(minutes=4), True), (timedelta(minutes=9), False)]
)
async def test_a_price_may_be_away_for_a_moment_and_not_for_long(
    house: House, away: timedelta, complete: bool
) -> None:
    """It is gone when a half hour begins: for 4 minutes it is a blip, for longer nobody knows what that half hour cost."""
    wallbox = await hang_up(house)
    await price(house, 0.10)
    await by_entity(house)
    await house.advance_to(NOON)
    counter = Counter(house, wallbox)
    await wallbox.plug_in(Car())
    await counter.to(NOON + HALF_HOUR - MINUTE)
    await price(house, "unavailable")
    await house.advance(away)
    await price(house, 0.30)
    await counter.to(NOON + HALF_HOUR * 2)
    await counter.to(NOON + HALF_HOUR * 3)
    session = await finished(house, wallbox)
    assert session["cost_complete"] is complete
    expected = counter.cost(0.1, 0.3 if complete else 0, 0.3)
    # Of the half hour that begins a minute after the second reading, a minute is in the wrong one.
    assert session["cost"] == pytest.approx(expected, abs=0.05)


async def test_a_price_that_does_not_come_back_is_not_held_for_ever(
    house: House,
) -> None:
    """It is not known from when it went."""
    wallbox = await hang_up(house)
    await price(house, 0.10)
    await by_entity(house)
    await house.advance_to(NOON)
    counter = Counter(house, wallbox)
    await wallbox.plug_in(Car())
    await counter.to(NOON + HALF_HOUR - MINUTE)
    await price(house, "unavailable")
    await counter.to(NOON + HALF_HOUR * 2)
    session = await finished(house, wallbox)
    assert not session["cost_complete"]
    assert session["cost"] == pytest.approx(counter.cost(0.1, 0), abs=0.05)


async def test_a_price_that_the_ledger_cannot_take_now_it_takes_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full for a quarter of an hour, in which the price changes."""

    async def full(*_: object, **__: object) -> None:
        raise LedgerFullError("the disk is full")

    wallbox = await hang_up(house)
    await price(house, 0.10)
    await by_entity(house)
    await house.advance_to(NOON)
    counter = Counter(house, wallbox)
    await wallbox.plug_in(Car())
    await house.advance(MINUTE * 20)
    with monkeypatch.context() as disk:
        disk.setattr(Ledger, "keep_price", full)
        await counter.to(NOON + HALF_HOUR)
        await price(house, 0.30)
        await house.advance(MINUTE * 5)
    await counter.to(NOON + HALF_HOUR * 2)
    session = await finished(house, wallbox)
    assert session["cost"] == pytest.approx(counter.cost(0.1, 0.3), abs=0.05)
    assert session["cost_complete"]


async def test_an_owner_is_told_of_a_price_that_stays_away(house: House) -> None:
    """After an hour, until it is back or another tariff is chosen; not for less."""
    await hang_up(house)
    await price(house, 0.10)
    await by_entity(house)

    def told() -> bool:
        issues = ir.async_get(house.hass).issues
        return any("price_not_known" in issue_id for _, issue_id in issues)

    for minutes, silent in ((50, False), (65, True)):
        await price(house, "unavailable")
        await house.advance(MINUTE * minutes)
        assert told() is silent
        await price(house, 0.2)
        assert not told()
    house.hass.states.async_remove(PRICE)
    await house.advance(MINUTE * 65)
    assert told()
    await by_the_clock(house, DAY_AND_NIGHT)
    assert not told()
    await house.advance(MINUTE * 65)
    assert not told()


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        ("nan", "GBP/kWh"),
        ("inf", "GBP/kWh"),
        ("unknown", "GBP/kWh"),
        ("cheap", "GBP/kWh"),
        ("0.3", "EUR/kWh"),
        ("0.3", "kWh"),
    ],
)
async def test_a_price_that_is_none_is_not_known_and_not_zero(
    house: House, value: str, unit: str
) -> None:
    """Whatever the entity shows, nothing breaks, and a good price counts from when it comes."""
    wallbox = await hang_up(house)
    await by_entity(house)
    await price(house, value, unit)
    await house.advance_to(NOON)
    await wallbox.plug_in(Car())
    await house.advance_to(NOON + HALF_HOUR)
    session = await finished(house, wallbox)
    assert session["energy"] > 3
    assert session["cost"] is None
    assert not session["cost_complete"]
    await price(house, "0.2")
    await house.advance_to(NOON + HALF_HOUR * 2)
    await wallbox.plug_in(Car())
    await house.advance_to(NOON + HALF_HOUR * 3)
    session = await finished(house, wallbox)
    assert session["cost"] == pytest.approx(session["energy"] * 0.2, rel=0.01)
    assert session["cost_complete"]


async def test_without_a_tariff_no_cost_is_said(house: House) -> None:
    """Not known is not nothing; one that is taken back leaves what was charged before at its cost."""
    wallbox = await hang_up(house)
    await wallbox.plug_in(Car())
    await house.advance_to(NOON + HALF_HOUR)
    free = await finished(house, wallbox)
    assert free["cost"] is None
    await by_the_clock(house, [{"start": "00:00:00", "price": 0.3}])
    await house.advance_to(NOON + HALF_HOUR * 2)
    await wallbox.plug_in(Car())
    await house.advance_to(NOON + HALF_HOUR * 3)
    paid = await finished(house, wallbox)
    assert paid["cost"] == pytest.approx(paid["energy"] * 0.3, rel=0.01)
    await house.choose("cost", "no_tariff")
    await house.advance_to(NOON + HALF_HOUR * 4)
    await wallbox.plug_in(Car())
    await house.advance_to(NOON + HALF_HOUR * 5)
    await finished(house, wallbox)
    costs = [session["cost"] for session in await house.sessions()]
    assert costs == [None, paid["cost"], None]


async def test_a_new_tariff_does_not_change_the_past(house: House) -> None:
    """Rates that are entered in the afternoon hold from their half hour on, also those that began in the morning."""
    wallbox = await hang_up(house)
    await by_the_clock(house, [{"start": "00:00:00", "price": 0.3}])
    await house.advance_to(NOON)
    counter = Counter(house, wallbox)
    await wallbox.plug_in(Car())
    await counter.to(NOON + HALF_HOUR)
    await counter.to(NOON + HALF_HOUR * 2)
    await house.advance(timedelta(minutes=12))
    await by_the_clock(
        house,
        [{"start": "12:10:00", "price": 0.9}, {"start": "12:50:00", "price": 0.1}],
    )
    await counter.to(NOON + HALF_HOUR * 3)
    await house.restart()
    session = await finished(house, wallbox)
    assert session["cost"] == pytest.approx(counter.cost(0.3, 0.3, 0.1), abs=0.05)


@pytest.mark.parametrize(
    ("after", "prices", "complete"),
    [
        (0.1, (0.1, 0.1, 0.1, 0.1), True),
        (0.4, (0.1, 0.0, 0.0, 0.4), False),
    ],
)
async def test_what_an_entity_showed_while_nobody_looked_is_not_made_up(
    house: House,
    after: float,
    prices: tuple[float, ...],
    complete: bool,
) -> None:
    """Home Assistant is off for over an hour: the price held if it is the same afterwards, else it is not known."""
    wallbox = await hang_up(house)
    await price(house, 0.10)
    await by_entity(house)
    await house.advance_to(NOON)
    counter = Counter(house, wallbox)
    await wallbox.plug_in(Car())
    await house.advance(MINUTE * 20)
    await house.stop()
    await price(house, "unavailable")
    for half_hour in (1, 2, 3):
        await counter.to(NOON + HALF_HOUR * half_hour)
    await house.start()
    await house.advance(MINUTE)
    await price(house, after)
    await counter.to(NOON + HALF_HOUR * 4)
    session = await finished(house, wallbox)
    assert session["cost_complete"] is complete
    assert session["cost"] == pytest.approx(counter.cost(*prices), abs=0.05)


async def test_a_crash_forgets_ten_minutes_of_an_entitys_price_at_most(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is written at the end; the half hours before the last ten minutes keep their price."""
    wallbox = await hang_up(house)
    await price(house, 0.10)
    await by_entity(house)
    await house.advance_to(NOON)
    counter = Counter(house, wallbox)
    await wallbox.plug_in(Car())
    await counter.to(NOON + HALF_HOUR)
    await counter.to(NOON + HALF_HOUR * 2)
    await house.advance(MINUTE * 20)
    with monkeypatch.context() as killed:
        killed.setattr(
            "custom_components.smart_charge_point.control.tariff.tariff.Tariff._save",
            _no_time,
        )
        await house.stop()
    await price(house, 0.40)
    await counter.to(NOON + HALF_HOUR * 3)
    await house.advance(MINUTE)
    await house.start()
    await counter.to(NOON + HALF_HOUR * 4)
    session = await finished(house, wallbox)
    assert session["cost"] == pytest.approx(counter.cost(0.1, 0.1, 0.1, 0.4), abs=0.05)


async def _no_time(*_: object) -> None:
    """There is none when the power fails."""
