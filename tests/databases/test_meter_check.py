"""A9.5: a wallbox's energy by the hour held against what the recorder has of a second meter."""

from datetime import UTC, datetime, timedelta

from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.exceptions import ServiceValidationError
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.smart_charge_point.simulator import Car

from .recorded import HOUR, RecordedHouse

SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
METER = "sensor.garage_circuit"

pytestmark = pytest.mark.at(SATURDAY)


async def count(recorded: RecordedHouse, hours: dict[datetime, float]) -> None:
    """Let the recorder know what the second meter counted (kWh)."""
    total = 0.0
    rows = [StatisticData(start=SATURDAY - HOUR, sum=0.0)]
    for hour, counted in hours.items():
        total += counted
        rows.append(StatisticData(start=hour, sum=total))
    about = StatisticMetaData(
        mean_type=StatisticMeanType.NONE,
        has_sum=True,
        name=None,
        source="recorder",
        statistic_id=METER,
        unit_class="energy",
        unit_of_measurement="kWh",
    )
    async_import_statistics(recorded.hass, about, rows)
    await async_wait_recording_done(recorded.hass)


async def test_a9_5_a_charge_is_compared_over_its_whole_hours(
    recorded: RecordedHouse,
) -> None:
    """A charge over two hours is one; hours that have not ended are left out, and one charge is no verdict yet."""
    house = recorded.house
    wallbox = await house.wallbox(settings={"MeterValueSampleInterval": "60"})
    await house.advance_to(SATURDAY + timedelta(minutes=40))
    await wallbox.plug_in(Car(battery_kwh=100, soc=0.1))
    await house.advance(timedelta(minutes=50))
    await wallbox.unplug()
    took = wallbox.energy(1) / 1000
    await house.advance_to(SATURDAY + timedelta(hours=2, minutes=5))
    await count(recorded, {SATURDAY: 2.0, SATURDAY + HOUR: took / 0.95 - 2.0})

    (check,) = (await house.action("compare_meter", meter=METER))["checks"]

    assert check["charges"] == 1
    assert check["energy"] == pytest.approx(took, abs=0.002)
    assert check["off_by"] == pytest.approx(-5, abs=0.05)
    assert check["furthest_off"] == check["off_by"]
    assert check["verdict"] == "too_few"


async def test_a_meter_that_nobody_recorded_is_said(recorded: RecordedHouse) -> None:
    """So is a period without an hour in it."""
    house = recorded.house
    await house.wallbox()
    with pytest.raises(ServiceValidationError) as error:
        await house.action("compare_meter", meter="sensor.nothing")
    assert error.value.translation_key == "meter_without_statistics"
    with pytest.raises(ServiceValidationError) as error:
        await house.action("compare_meter", meter=METER, start=house.now)
    assert error.value.translation_key == "comparison_ends_before_start"
