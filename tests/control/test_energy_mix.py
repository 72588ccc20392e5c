"""Where a session's energy came from: by the meters of the Energy dashboard, hour by hour, or not known."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.components.energy.data import async_get_manager
from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import (
    async_add_external_statistics,
    async_import_statistics,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.smart_charge_point.model.hours import ChargingHours
from custom_components.smart_charge_point.simulator import Car, Wallbox

from ..house import House

NOON = datetime(2026, 6, 20, 12, 0, tzinfo=UTC)
pytestmark = [pytest.mark.at(NOON - timedelta(minutes=10)), pytest.mark.draws(0)]

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
GRID: Mapping[str, Any] = {
    "type": "grid",
    "stat_energy_from": "sensor.bought",
    "stat_energy_to": None,
    "stat_cost": None,
    "entity_energy_price": None,
    "number_energy_price": None,
    "stat_compensation": None,
    "entity_energy_price_export": None,
    "number_energy_price_export": None,
    "cost_adjustment_day": 0.0,
}
SOLAR: Mapping[str, Any] = {
    "type": "solar",
    "stat_energy_from": "sensor.roof",
    "config_entry_solar_forecast": None,
}
BATTERY: Mapping[str, Any] = {
    "type": "battery",
    "stat_energy_from": "sensor.discharged",
    "stat_energy_to": "sensor.charged",
}
NOTHING: Mapping[str, Any] = {"type": "gas", "stat_energy_from": "sensor.gas"}


@pytest.fixture
async def wallbox(recorder_mock: Recorder, house: House) -> Wallbox:
    """A wallbox in a house with a recorder, and with an Energy dashboard that nothing is on yet."""
    assert await async_setup_component(house.hass, "energy", {})
    await house.set_up("WB1", hours=ChargingHours.ALWAYS)
    return await house.wallbox(settings={"MeterValueSampleInterval": "300"})


async def dashboard(hass: HomeAssistant, *sources: Mapping[str, Any]) -> None:
    """Put meters on the Energy dashboard."""
    manager = await async_get_manager(hass)
    found: Any = {"energy_sources": [dict(source) for source in sources]}
    await manager.async_update(found)


async def counted(
    hass: HomeAssistant, meter: str, since: datetime, kwh: Iterable[float | None]
) -> None:
    """Let a meter have counted in each hour from `since` on; None where it slept. Before the first hour it had 100 kWh."""
    total, rows = 100.0, [StatisticData(start=since - HOUR, state=100.0, sum=100.0)]
    for number, each in enumerate(kwh):
        if each is not None:
            total += each
            rows.append(
                StatisticData(start=since + number * HOUR, state=total, sum=total)
            )
    about = StatisticMetaData(
        mean_type=StatisticMeanType.NONE,
        has_sum=True,
        name=None,
        source=meter.partition(":")[0] if ":" in meter else "recorder",
        statistic_id=meter,
        unit_class="energy",
        unit_of_measurement="kWh",
    )
    write = async_add_external_statistics if ":" in meter else async_import_statistics
    write(hass, about, rows)
    await async_wait_recording_done(hass)


async def intensity(hass: HomeAssistant, sensor: str, means: Iterable[float]) -> None:
    """Let a sensor have shown the CO₂ of the grid in each hour from noon on."""
    about = StatisticMetaData(
        mean_type=StatisticMeanType.ARITHMETIC,
        has_sum=False,
        name=None,
        source="recorder",
        statistic_id=sensor,
        unit_class=None,
        unit_of_measurement="gCO2eq/kWh",
    )
    rows = [
        StatisticData(start=NOON + number * HOUR, mean=mean, min=mean, max=mean)
        for number, mean in enumerate(means)
    ]
    async_import_statistics(hass, about, rows)
    hass.states.async_set(sensor, "200", {"unit_of_measurement": "gCO2eq/kWh"})
    await async_wait_recording_done(hass)


async def charge(house: House, wallbox: Wallbox, hours: int = 1) -> None:
    """Charge from noon on."""
    await house.advance_to(NOON)
    await wallbox.plug_in(Car())
    await house.advance_to(NOON + hours * HOUR)
    await wallbox.unplug()
    await house.advance(MINUTE)


async def told(house: House) -> tuple[Any, Any, Any]:
    """Return the parts of the latest session, as the owner sees them."""
    session = (await house.sessions())[0]
    return session["solar_share"], session["battery_share"], session["grid_share"]


async def test_parts_are_those_of_the_house_in_each_hour(
    wallbox: Wallbox, house: House
) -> None:
    """Two hours, each with its own parts; they are there a few minutes after the hour, with their CO₂."""
    await dashboard(house.hass, GRID, SOLAR, BATTERY)
    await house.choose("cost", "carbon", {"carbon_entity": "sensor.carbon"})
    await charge(house, wallbox, hours=2)
    assert await told(house) == (None, None, None)
    await counted(house.hass, "sensor.bought", NOON, [1, 4])
    await counted(house.hass, "sensor.roof", NOON, [3, 0])
    await counted(house.hass, "sensor.charged", NOON, [1, 0])
    await counted(house.hass, "sensor.discharged", NOON, [0, 4])
    await intensity(house.hass, "sensor.carbon", [300, 100])
    await house.advance_to(NOON + 2 * HOUR + 6 * MINUTE)
    # Noon: 2 of 3 kWh from the roof; one o'clock: half from the battery. The car drew the same in both.
    assert await told(house) == pytest.approx((1 / 3, 1 / 4, 5 / 12), abs=0.01)
    session = (await house.sessions())[0]
    each = session["energy"] / 2
    assert session["co2"] == pytest.approx(each / 3 * 300 + each / 2 * 100, rel=0.01)


async def test_a_home_with_nothing_but_the_grid_takes_all_from_it(
    wallbox: Wallbox, house: House
) -> None:
    """No meter has to say so."""
    await dashboard(house.hass, GRID)
    await charge(house, wallbox)
    await house.advance_to(NOON + HOUR + 6 * MINUTE)
    assert await told(house) == (0, 0, 1)


@pytest.mark.parametrize("sources", [(), (SOLAR,), (NOTHING,)])
async def test_without_a_meter_of_the_grid_nothing_is_known(
    wallbox: Wallbox, house: House, sources: tuple[Mapping[str, Any], ...]
) -> None:
    """Not known is not zero; once there is one, the hours of the past are filled in."""
    await dashboard(house.hass, *sources)
    await counted(house.hass, "sensor.roof", NOON, [3])
    await counted(house.hass, "sensor.bought", NOON, [1])
    await charge(house, wallbox)
    await house.advance_to(NOON + HOUR + 6 * MINUTE)
    assert await told(house) == (None, None, None)
    await dashboard(house.hass, GRID, SOLAR)
    await house.advance_to(NOON + 2 * HOUR + 6 * MINUTE)
    assert await told(house) == (0.75, 0, 0.25)


async def test_a_session_that_is_told_days_later_has_the_parts_of_its_own_hours(
    wallbox: Wallbox, house: House
) -> None:
    """The wallbox was offline; the recorder was not. Minutes later they are there."""
    await dashboard(house.hass, GRID, SOLAR)
    await counted(house.hass, "sensor.bought", NOON, [1, *[9] * 50])
    await counted(house.hass, "sensor.roof", NOON, [3, *[0] * 50])
    await wallbox.go_offline()
    await charge(house, wallbox)
    told_at = NOON + timedelta(hours=48, minutes=20)
    await house.clock.advance_to(told_at, step=HOUR)
    await wallbox.go_online()
    await house.advance_to(told_at + timedelta(minutes=16))
    assert await told(house) == (0.75, 0, 0.25)


async def test_weeks_that_are_told_at_once_are_looked_up_in_one_go(
    recorder_mock: Recorder, house: House
) -> None:
    """Also where that is more than the ledger tells at a time."""
    assert await async_setup_component(house.hass, "energy", {})
    await dashboard(house.hass, GRID)
    await house.set_up("WB1", hours=ChargingHours.ALWAYS)
    wallbox = await house.wallbox(settings={"MeterValueSampleInterval": "3600"})
    await wallbox.go_offline()
    await house.advance_to(NOON)
    await wallbox.plug_in(Car(battery_kwh=10_000, soc=0))
    told_at = NOON + 1100 * HOUR + 20 * MINUTE
    await house.clock.advance_to(told_at, step=HOUR)
    await wallbox.unplug()
    await wallbox.go_online()
    await house.advance_to(told_at + 6 * MINUTE)
    ledger = house.entry.runtime_data.site.ledger
    # The hour that is not over yet waits.
    assert await ledger.missing_mix() == (NOON + 1100 * HOUR,)


async def test_hours_of_the_past_are_looked_up_as_home_assistant_starts(
    wallbox: Wallbox, house: House
) -> None:
    """It was off as the hour ended."""
    await dashboard(house.hass, GRID, SOLAR)
    await charge(house, wallbox)
    await house.stop()
    await counted(house.hass, "sensor.bought", NOON, [1])
    await counted(house.hass, "sensor.roof", NOON, [3])
    await house.advance_to(NOON + HOUR + 20 * MINUTE)
    await house.start()
    await house.advance_to(NOON + HOUR + 22 * MINUTE)
    assert await told(house) == (0.75, 0, 0.25)


async def test_an_inverter_that_sleeps_is_known_once_it_wakes(
    wallbox: Wallbox, house: House
) -> None:
    """In between nothing is said of the hour; a supplier's meter may come a day later too."""
    await dashboard(house.hass, {**GRID, "stat_energy_from": "supplier:meter_1"}, SOLAR)
    await counted(house.hass, "sensor.roof", NOON, [None])
    await charge(house, wallbox)
    await house.advance_to(NOON + HOUR + 6 * MINUTE)
    assert await told(house) == (None, None, None)
    await counted(house.hass, "sensor.roof", NOON, [*[None] * 5, 0])
    await counted(house.hass, "supplier:meter_1", NOON, [2] * 6)
    await house.advance_to(NOON + 20 * HOUR + 6 * MINUTE)
    assert await told(house) == (0, 0, 1)


async def test_a_meter_that_stays_silent_is_given_up(
    wallbox: Wallbox, house: House
) -> None:
    """After a week what it might say comes too late, and what is not known stays so."""
    await dashboard(house.hass, GRID, SOLAR)
    await charge(house, wallbox)
    await wallbox.go_offline()
    await house.clock.advance_to(NOON + timedelta(days=7, hours=1), step=HOUR)
    await counted(house.hass, "sensor.bought", NOON, [1])
    await counted(house.hass, "sensor.roof", NOON, [3])
    await house.advance_to(house.now + 2 * HOUR)
    assert await told(house) == (None, None, None)


async def test_the_energy_dashboards_own_sensor_of_co2_is_taken(
    wallbox: Wallbox, house: House
) -> None:
    """Where nobody chose one: that of Electricity Maps, by what it weighs in."""
    registry = er.async_get(house.hass)
    for name, unit in (("fossil", "%"), ("intensity", "gCO2eq/kWh")):
        entity = registry.async_get_or_create(
            "sensor", "co2signal", name, suggested_object_id=f"maps_{name}"
        )
        house.hass.states.async_set(
            entity.entity_id, "1", {"unit_of_measurement": unit}
        )
    await dashboard(house.hass, GRID)
    await charge(house, wallbox)
    await intensity(house.hass, "sensor.maps_intensity", [150])
    await house.advance_to(NOON + HOUR + 6 * MINUTE)
    (session,) = await house.sessions()
    assert session["co2"] == pytest.approx(session["energy"] * 150, rel=0.01)


async def test_a_home_without_a_recorder_charges_as_ever(house: House) -> None:
    """Nothing is known of where its energy came from, and nothing breaks."""
    await house.set_up("WB1", hours=ChargingHours.ALWAYS)
    wallbox = await house.wallbox()
    await charge(house, wallbox)
    await house.advance(HOUR)
    assert await told(house) == (None, None, None)
    assert (await house.sessions())[0]["co2"] is None
