"""A9.5: a wallbox's energy by the hour held against what the recorder has of a second meter."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

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

from ..house import SELDOM
from ..technical import exported, said, verdicts
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


async def test_a9_5_the_verdict_is_evidence_of_the_self_assessment(
    recorded: RecordedHouse, tmp_path: Path
) -> None:
    """Twenty charges that are all 4 % off to one side are not met; as many to either side are, for 35 days."""
    house = recorded.house
    house.hass.config.media_dirs = {"local": str(tmp_path)}
    wallbox = await house.wallbox(settings=SELDOM)
    took: dict[datetime, float] = {}
    before = 0.0
    for n in range(20):
        await recorded.quiet_until(SATURDAY + 2 * n * HOUR)
        await wallbox.plug_in(Car(battery_kwh=100, soc=0.1, start_delay=timedelta()))
        await house.advance(timedelta(minutes=10))
        await wallbox.unplug()
        counted = wallbox.energy(1) / 1000
        took[SATURDAY + 2 * n * HOUR] = counted - before
        before = counted
    await house.advance(HOUR)
    assert verdicts(await exported(house))["accuracy"] == "not_evidenced"

    await count(recorded, {hour: used / 1.04 for hour, used in took.items()})
    (check,) = (await house.action("compare_meter", meter=METER))["checks"]
    file = await exported(house)
    assert check["verdict"] == "systematic"
    assert said(file)["accuracy"] == pytest.approx(0.04, abs=0.001)
    assert verdicts(file)["accuracy"] == "not_met"

    noise = dict(zip(took, [1.04, 0.96] * 10, strict=True))
    await count(recorded, {hour: used / noise[hour] for hour, used in took.items()})
    await house.action("compare_meter", meter=METER)
    await house.action("compare_meter", meter=METER, start=house.now - 9 * HOUR)
    file = await exported(house)
    assert verdicts(file)["accuracy"] == "met_by_charger"
    assert said(file)["accuracy"] == pytest.approx(0, abs=0.005)
    assert said(file)["accuracy_margin"] == pytest.approx(0.019, abs=0.002)

    await wallbox.stop()
    await house.restart(timedelta(days=36))
    assert verdicts(await exported(house))["accuracy"] == "not_evidenced"
