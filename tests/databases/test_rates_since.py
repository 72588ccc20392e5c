"""A9.3: rates that are entered late give the hours since then their cost in the recorder too."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charge_point.simulator import Car

from .recorded import HOUR, RecordedHouse

SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.at(SATURDAY)
async def test_the_cost_of_hours_before_the_rates_were_entered_is_written(
    recorded: RecordedHouse,
) -> None:
    """There was none; hour by hour it is what was charged by the rates, and once more entered it stays so."""
    house = recorded.house
    await house.hass.config.async_set_time_zone("Europe/London")
    wallbox = await house.wallbox(settings={"MeterValueSampleInterval": "60"})
    await house.advance_to(SATURDAY + HOUR)
    await wallbox.plug_in(Car(battery_kwh=100, soc=0.1))
    await house.advance_to(SATURDAY + 3 * HOUR)
    await wallbox.unplug()
    await house.advance_to(SATURDAY + 4 * HOUR)
    await recorded.written()
    kwh = await recorded.hourly(recorded.wallbox_id(), SATURDAY)
    assert kwh.keys() == {SATURDAY + HOUR, SATURDAY + 2 * HOUR}
    assert await recorded.hourly(recorded.wallbox_id("cost"), SATURDAY) == {}

    rates = [{"start": "06:00:00", "price": 0.5}, {"start": "14:00:00", "price": 0.1}]
    for since in ("2026-11-21", "2026-11-20"):
        await house.choose(
            "cost", "fixed_rates", {"rates": rates, "valid_since": since}
        )
        await house.advance(timedelta(minutes=10))
        cost = await recorded.hourly(recorded.wallbox_id("cost"), SATURDAY)
        assert cost == {
            SATURDAY + HOUR: pytest.approx(kwh[SATURDAY + HOUR] * 0.5, abs=0.005),
            SATURDAY + 2 * HOUR: pytest.approx(
                kwh[SATURDAY + 2 * HOUR] * 0.1, abs=0.005
            ),
        }
