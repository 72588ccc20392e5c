"""A9.2, A9.3: what is told late is shown in the hours in which it was charged, by our series and by the sensor's."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charge_point.simulator import Car

from .recorded import HOUR, RecordedHouse

SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WITHIN_HOURS = pytest.mark.at(SATURDAY)
"""At the weekend there is no peak, and current flows at once."""


@WITHIN_HOURS
async def test_an_hour_is_written_when_it_is_over(recorded: RecordedHouse) -> None:
    """Our series follows a running session hour by hour, and agrees with the wallbox's register."""
    house = recorded.house
    wallbox = await house.wallbox(settings={"MeterValueSampleInterval": "60"})
    await wallbox.plug_in(Car(battery_kwh=100, soc=0.1))
    await house.press("cancel_delay")
    await house.advance_to(SATURDAY + HOUR)
    first = wallbox.energy(1)
    await house.advance_to(SATURDAY + timedelta(minutes=90))

    shown = await recorded.hourly(recorded.wallbox_id(), SATURDAY)

    assert shown == {SATURDAY: pytest.approx(first / 1000, abs=0.02)}
    await wallbox.unplug()
    await house.advance_to(SATURDAY + 2 * HOUR)
    await recorded.written()
    shown = await recorded.hourly(recorded.wallbox_id(), SATURDAY)
    assert sum(shown.values()) == pytest.approx(wallbox.energy(1) / 1000, abs=0.001)
    assert shown.keys() == {SATURDAY, SATURDAY + HOUR}
