"""What was charged is priced by the half hour, and known by where it came from, whenever that is told."""

from datetime import timedelta

import pytest

from custom_components.smart_charge_point.model.transaction import Session
from custom_components.smart_charge_point.model.usage import (
    PriceStep,
    SessionFilter,
    SessionOrder,
    SessionRow,
    UsageKey,
)
from custom_components.smart_charge_point.records.errors import InvalidRecordError
from custom_components.smart_charge_point.records.ledger import Ledger
from custom_components.smart_charge_point.rules.periods import hour_of

from .facts import HOUR, MINUTE, NOW, sample, started, stop

HOME = UsageKey()


async def charged(
    ledger: Ledger, *, hours: int = 2, charge_point: str = "garage"
) -> Session:
    """A session from NOW (half past seven) at 6 kW."""
    begun = await ledger.begin(charge_point, started(), NOW)
    told = [
        sample(NOW + n * MINUTE, 6000.0, n * 100.0) for n in range(0, 60 * hours, 30)
    ]
    await ledger.add_samples(begun.transaction_id, told)
    ended = await stop(
        ledger,
        begun.transaction_id,
        charge_point=charge_point,
        at=NOW + hours * HOUR,
        energy=6000.0 * hours,
        flow_time=hours * HOUR,
    )
    assert ended is not None
    return ended


async def row_of(ledger: Ledger, session: Session) -> SessionRow:
    """The session with its figures."""
    row = await ledger.row(session.transaction_id)
    assert row is not None
    return row


async def test_each_half_hour_has_the_price_in_force_at_its_beginning(
    ledger: Ledger,
) -> None:
    """A step within a half hour counts from the next one; one that was forgotten leaves a gap that is told."""
    await ledger.keep_price(NOW - 5 * HOUR, 0.10)
    await ledger.keep_price(NOW + 31 * MINUTE, 0.30)
    await ledger.keep_price(NOW + 90 * MINUTE, None)
    session = await charged(ledger)

    slots = await ledger.slots(session.transaction_id)

    assert [slot.price for slot in slots] == [0.10, 0.10, 0.30, None]
    assert [slot.cost for slot in slots] == [
        pytest.approx(0.3),
        pytest.approx(0.3),
        pytest.approx(0.9),
        None,
    ]
    figures = (await row_of(ledger, session)).figures
    assert figures.cost == pytest.approx(1.5)
    assert not figures.cost_complete


async def test_a_price_that_comes_late_prices_what_was_charged(ledger: Ledger) -> None:
    """And only until the step after it; hours and totals say the same as the session."""
    session = await charged(ledger)
    assert (await row_of(ledger, session)).figures.cost is None
    await ledger.keep_price(NOW + HOUR, 0.20)
    await ledger.keep_price(NOW - HOUR, 0.10)

    figures = (await row_of(ledger, session)).figures
    assert figures.cost == pytest.approx(0.6 + 1.2)
    assert figures.cost_complete
    hours = await ledger.hours(HOME, hour_of(NOW), NOW + 3 * HOUR)
    assert [hour.cost for hour in hours] == [
        pytest.approx(0.3),
        pytest.approx(0.3 + 0.6),
        pytest.approx(0.6),
    ]
    summary = await ledger.summary(SessionFilter())
    assert summary.cost == pytest.approx(1.8)
    assert (await ledger.total_before(HOME, NOW + 9 * HOUR)).cost == pytest.approx(1.8)

    await ledger.keep_price(NOW - HOUR, 0.50)
    assert (await row_of(ledger, session)).figures.cost == pytest.approx(4.2)
    await ledger.keep_price(NOW + 89 * MINUTE, 0.40)
    assert (await row_of(ledger, session)).figures.cost == pytest.approx(4.8)


async def test_prices_may_be_below_nothing(ledger: Ledger) -> None:
    """On windy nights."""
    session = await charged(ledger)
    await ledger.keep_price(NOW, -0.05)

    assert (await row_of(ledger, session)).figures.cost == pytest.approx(-0.6)


async def test_steps_are_read_with_the_one_in_force(ledger: Ledger) -> None:
    """Told in any order."""
    steps = [
        PriceStep(at=NOW + n * HOUR, value=None if n == 2 else n / 10) for n in range(5)
    ]
    assert await ledger.latest_price() is None
    await ledger.keep_prices(reversed(steps))

    assert await ledger.prices(NOW + 90 * MINUTE, NOW + 4 * HOUR) == tuple(steps[1:4])
    assert await ledger.prices(NOW - HOUR, NOW) == ()
    assert await ledger.prices(NOW - HOUR, NOW + MINUTE) == (steps[0],)
    assert await ledger.latest_price() == steps[4]


async def test_sources_share_out_the_energy_of_their_hour(ledger: Ledger) -> None:
    """Half past seven to half past nine: half an hour of seven, all of eight, half an hour of nine."""
    session = await charged(ledger)
    assert await ledger.missing_mix() == tuple(
        hour_of(NOW) + n * HOUR for n in (2, 1, 0)
    )
    await ledger.keep_mix(hour_of(NOW), solar=0.5, battery=0.25, co2=200.0)
    await ledger.keep_mix(hour_of(NOW) + HOUR, solar=0.0, battery=0.0, co2=None)
    assert await ledger.missing_mix() == (hour_of(NOW) + 2 * HOUR,)

    figures = (await row_of(ledger, session)).figures
    assert figures.sourced == pytest.approx(9000.0)
    assert figures.solar == pytest.approx(1500.0)
    assert figures.battery == pytest.approx(750.0)
    assert figures.grid == pytest.approx(6750.0)
    assert figures.co2 == pytest.approx(0.75 * 200.0)
    hours = await ledger.hours(HOME, hour_of(NOW), NOW + 3 * HOUR)
    assert [hour.solar for hour in hours] == [pytest.approx(1500.0), 0.0, None]
    assert [hour.grid for hour in hours] == [pytest.approx(750.0), 6000.0, None]


async def test_sources_told_before_the_energy_count_the_same(ledger: Ledger) -> None:
    """And telling them again changes nothing that the statistics would have to follow."""
    await ledger.keep_mix(hour_of(NOW) + HOUR, solar=0.3, battery=0.1, co2=123.0)
    session = await charged(ledger)
    figures = (await row_of(ledger, session)).figures
    before = await ledger.due()

    await ledger.keep_mix(hour_of(NOW) + HOUR, solar=0.3, battery=0.1, co2=123.0)
    assert await ledger.due() == before
    assert (await row_of(ledger, session)).figures == figures
    assert figures.solar == pytest.approx(1800.0)
    assert figures.co2 == pytest.approx(3.6 * 123)

    await ledger.keep_mix(hour_of(NOW) + HOUR, solar=None, battery=0.1, co2=123.0)
    unknown = (await row_of(ledger, session)).figures
    assert (unknown.solar, unknown.battery, unknown.co2) == (None, None, None)
    assert unknown.sourced == 0.0
    assert hour_of(NOW) + HOUR not in await ledger.missing_mix()


@pytest.mark.parametrize("shares", [(-0.1, 0.0), (1.1, 0.0), (0.6, 0.5)])
async def test_shares_that_cannot_be_are_refused(
    ledger: Ledger, shares: tuple[float, float]
) -> None:
    """Nothing of them is kept."""
    await charged(ledger)
    solar, battery = shares
    with pytest.raises(InvalidRecordError):
        await ledger.keep_mix(NOW, solar=solar, battery=battery, co2=None)

    assert len(await ledger.missing_mix()) == 3


async def test_what_is_not_known_is_listed_last(ledger: Ledger) -> None:
    """By cost and by solar share, upwards and downwards."""
    priced = await charged(ledger, hours=1)
    later = await ledger.begin("garage", started(NOW + 50 * HOUR), NOW + 50 * HOUR)
    await stop(ledger, later.transaction_id, at=NOW + 51 * HOUR)
    await ledger.keep_price(NOW, 0.10)
    await ledger.keep_price(NOW + 2 * HOUR, None)
    for n in range(2):
        await ledger.keep_mix(hour_of(NOW) + n * HOUR, solar=0.5, battery=0.0, co2=None)

    for order in (SessionOrder.COST, SessionOrder.SOLAR):
        for descending in (True, False):
            rows = await ledger.rows(SessionFilter(), order, descending=descending)
            ids = [row.session.transaction_id for row in rows]
            assert ids == [priced.transaction_id, later.transaction_id]


async def test_a_year_of_half_hourly_prices_is_one_call(ledger: Ledger) -> None:
    """As a tariff is set up that was in force all along."""
    session = await charged(ledger)
    steps = [
        PriceStep(at=NOW + n * 30 * MINUTE, value=n % 48 / 100)
        for n in range(-17_000, 17)
    ]
    await ledger.keep_prices(steps)

    assert len(await ledger.prices(NOW - timedelta(days=400), NOW)) == 17_000
    slots = await ledger.slots(session.transaction_id)
    assert [slot.price for slot in slots] == [0.0, 0.01, 0.02, 0.03]


async def hours_due(ledger: Ledger) -> dict[str, int]:
    """From which hour after NOW's the statistics have to follow, by charge point."""
    due = await ledger.due()
    return {name: (one.hour - hour_of(NOW)) // HOUR for name, one in due.items()}


async def settle(ledger: Ledger) -> None:
    """Let the statistics follow."""
    for name, due in (await ledger.due()).items():
        await ledger.settled(name, due)


def rate(half_hour: int, value: float) -> PriceStep:
    """A rate that holds from so many half hours after NOW on."""
    return PriceStep(at=NOW + half_hour * 30 * MINUTE, value=value)


async def test_rates_price_what_had_no_price_or_others_and_leave_what_was_shown(
    ledger: Ledger,
) -> None:
    """A gap, an entity's price, former rates; the statistics follow from the first hour that costs something else."""
    session = await charged(ledger, hours=3)
    other = await charged(ledger, hours=1, charge_point="drive")
    await ledger.keep_price(NOW + 30 * MINUTE, 0.10, shown=True)
    await ledger.keep_price(NOW + 90 * MINUTE, 0.20)
    await settle(ledger)

    rates = [rate(-5, 0.5), rate(2, 0.6), rate(4, 0.2)]
    await ledger.keep_rates(rates, NOW + 9 * HOUR)

    slots = await ledger.slots(session.transaction_id)
    assert [slot.price for slot in slots] == [0.5, 0.1, 0.1, 0.6, 0.2, 0.2]
    assert [slot.price for slot in await ledger.slots(other.transaction_id)] == [
        0.5,
        0.1,
    ]
    figures = (await row_of(ledger, session)).figures
    assert figures.cost == pytest.approx(3 * (0.5 + 0.1 + 0.1 + 0.6 + 0.2 + 0.2))
    assert figures.cost_complete
    assert await hours_due(ledger) == {"garage": 0, "drive": 0}
    assert await ledger.latest_price() == rate(4, 0.2)


async def test_rates_that_are_kept_once_more_change_nothing(ledger: Ledger) -> None:
    """Nothing is due, whether by the same steps or by fewer that mean the same; only what differs is."""
    await charged(ledger, hours=3)
    await ledger.keep_price(NOW - HOUR, 0.10, shown=True)
    rates = [rate(0, 0.5), rate(2, 0.6), rate(4, 0.2)]
    await ledger.keep_rates(rates, NOW + 30 * MINUTE)
    told = await ledger.prices(NOW - 9 * HOUR, NOW + 9 * HOUR)
    await settle(ledger)

    for until in (NOW + 30 * MINUTE, NOW + 9 * HOUR):
        await ledger.keep_rates(rates, until)
        assert await ledger.prices(NOW - 9 * HOUR, NOW + 9 * HOUR) == told
        assert await hours_due(ledger) == {}
    await ledger.keep_rates([rate(3, 0.6), rate(4, 0.2)], NOW + 9 * HOUR)
    assert await ledger.prices(NOW - 9 * HOUR, NOW + 9 * HOUR) == told
    assert await hours_due(ledger) == {}

    await ledger.keep_rates([rate(3, 0.6), rate(4, 0.3)], NOW + 9 * HOUR)
    assert await hours_due(ledger) == {"garage": 2}


async def test_rates_since_long_before_the_first_session_price_what_is_told_later(
    ledger: Ledger,
) -> None:
    """A wallbox may be back with what it charged before."""
    await ledger.keep_rates([rate(-48 * 3000, 0.1), rate(1, 0.3)], NOW)
    session = await charged(ledger, hours=1)
    slots = await ledger.slots(session.transaction_id)
    assert [slot.price for slot in slots] == [0.1, 0.3]
