"""What else there is in the demo's home: who lives in it, what electricity costs, the sun on the roof, and a year of all that.

The wallbox tells its sessions itself. What is made up here is what any home has of its own: settings, meters and
their history, brought in by Home Assistant's own commands.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
import math
from pathlib import Path
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from custom_components.smart_charge_point.model.tariff import FixedRate, RateDays
from custom_components.smart_charge_point.records.ledger import Ledger
from custom_components.smart_charge_point.rules.tariff import fixed_steps
from custom_components.smart_charge_point.simulator import (
    COMMUTER_CARD,
    PARTNER_CARD,
    DrivenClock,
    Wallbox,
    household_cars,
    live,
)

from .home_assistant import Answer, HomeAssistantClient

ZONE: Final = ZoneInfo("Europe/London")
YEAR: Final = timedelta(days=365)
HOUR: Final = timedelta(hours=1)
LATITUDE: Final = math.radians(51.48)

CARBON: Final = "sensor.grid_carbon_intensity"
SOLAR: Final = "sensor.solar_energy"
IMPORT: Final = "sensor.grid_import"
EXPORT: Final = "sensor.grid_export"

RATES: Final = ((time(22), 0.092), (time(6), 0.274))
"""From when, and GBP/kWh: cheap at night, when the charging hours begin."""
PEOPLE: Final = (
    ("Kim", COMMUTER_CARD, "Kona", "input_number.kona_odometer"),
    ("Robin", PARTNER_CARD, "Zoe", "input_number.zoe_odometer"),
)
"""Who lives here, with which card, which car and what shows what that has driven."""

CONFIGURATION: Final = """
# The rest of the demo's home: a roof with solar panels, the grid's meters, and two cars' odometers.
input_number:
  kona_odometer:
    name: Kona odometer
    icon: mdi:counter
    initial: 31482
    min: 0
    max: 500000
    mode: box
    unit_of_measurement: km
  zoe_odometer:
    name: Zoe odometer
    icon: mdi:counter
    initial: 18207
    min: 0
    max: 500000
    mode: box
    unit_of_measurement: km

template:
  - sensor:
      - name: Solar power
        unique_id: demo_solar_power
        device_class: power
        state_class: measurement
        unit_of_measurement: W
        state: >-
          {% set height = state_attr('sun.sun', 'elevation') | float(0) %}
          {{ (3600 * ([sin(height * pi / 180), 0] | max) * (0.75 + 0.2 * sin(now().minute / 9))) | round }}
      - name: House power
        unique_id: demo_house_power
        device_class: power
        state_class: measurement
        unit_of_measurement: W
        state: >-
          {% set minute = now().minute %}
          {% set wallboxes = integration_entities('smart_charge_point')
             | select('is_state_attr', 'device_class', 'power') | map('states') | map('float', 0) | sum %}
          {{ (340 + 120 * sin(minute / 7) + wallboxes) | round }}
      - name: Grid power
        unique_id: demo_grid_power
        device_class: power
        state_class: measurement
        unit_of_measurement: W
        state: "{{ states('sensor.house_power') | float(0) - states('sensor.solar_power') | float(0) }}"
      - name: Grid import power
        unique_id: demo_grid_import_power
        device_class: power
        state_class: measurement
        unit_of_measurement: W
        state: "{{ [states('sensor.grid_power') | float(0), 0] | max }}"
      - name: Grid export power
        unique_id: demo_grid_export_power
        device_class: power
        state_class: measurement
        unit_of_measurement: W
        state: "{{ [0 - states('sensor.grid_power') | float(0), 0] | max }}"
      - name: Grid carbon intensity
        unique_id: demo_grid_carbon_intensity
        state_class: measurement
        unit_of_measurement: gCO2eq/kWh
        icon: mdi:molecule-co2
        state: "{{ (165 + 60 * cos((now().hour - 18) / 3.82)) | round }}"

sensor:
  - platform: integration
    name: Solar energy
    unique_id: demo_solar_energy
    source: sensor.solar_power
    unit_prefix: k
    method: left
    max_sub_interval: "00:01:00"
  - platform: integration
    name: Grid import
    unique_id: demo_grid_import
    source: sensor.grid_import_power
    unit_prefix: k
    method: left
    max_sub_interval: "00:01:00"
  - platform: integration
    name: Grid export
    unique_id: demo_grid_export
    source: sensor.grid_export_power
    unit_prefix: k
    method: left
    max_sub_interval: "00:01:00"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HourOfPast:
    """What the meters counted in an hour (kWh), and the grid's CO₂ in it (g/kWh)."""

    start: datetime
    imported: float
    exported: float
    solar: float
    carbon: float


async def know_prices(ledger_file: Path, now: datetime) -> None:
    """Let a home that begins know what electricity cost in its last year, as one does that has kept its records since."""
    rates = [
        FixedRate(start=start, price=price, days=RateDays.EVERY_DAY)
        for start, price in RATES
    ]
    ledger = Ledger(ledger_file)
    await ledger.open()
    try:
        await ledger.keep_prices(fixed_steps(rates, now - YEAR, now, ZONE))
    finally:
        await ledger.close()


def lived_through(now: datetime) -> Sequence[HourOfPast]:
    """Return what the meters counted in the year before `now`, with the cars as the simulated wallbox charged them."""
    begin = (now - YEAR).replace(minute=0, second=0, microsecond=0)
    charged = asyncio.run(_charged(now))
    random = Random(1)
    past = []
    clouds = 1.0
    for number in range((now - begin) // HOUR):
        start = begin + number * HOUR
        local = start.astimezone(ZONE)
        if local.hour == 0:
            clouds = random.choice((0.2, 0.45, 0.7, 0.9, 1.0))
        sun = 3.6 * _height_of_sun(start + HOUR / 2) * clouds * random.uniform(0.8, 1)
        used = _used(local.hour) * random.uniform(0.7, 1.4) + charged.get(start, 0.0)
        grid = used - sun
        evening = math.cos((local.hour - 18) / 24 * 2 * math.pi)
        past.append(
            HourOfPast(
                start=start,
                imported=max(grid, 0.0),
                exported=max(-grid, 0.0),
                solar=sun,
                carbon=165 + 60 * evening + random.uniform(-40, 40),
            )
        )
    return past


async def _charged(now: datetime) -> Mapping[datetime, float]:
    """Return what the cars took in each hour, kWh, in the same life that the simulated wallbox will tell of."""
    wallbox = Wallbox("ws://127.0.0.1:1", "PAST", clock=DrivenClock(now - YEAR))
    cars = household_cars()
    await live(wallbox, *cars, until=now)
    await wallbox.stop()
    hours: dict[datetime, float] = {}
    since, amperes = now - YEAR, 0.0
    for switching in wallbox.switchings:
        at = since
        while amperes and at < switching.at:
            hour = at.replace(minute=0, second=0, microsecond=0)
            end = min(hour + HOUR, switching.at)
            hours[hour] = hours.get(hour, 0.0) + (end - at) / HOUR * amperes * 0.23
            at = end
        since, amperes = switching.at, switching.amperes
    return hours


def _height_of_sun(moment: datetime) -> float:
    """Return the sine of the sun's height in London, 0 at night."""
    tilt = math.radians(23.44) * math.sin(
        2 * math.pi * (moment.timetuple().tm_yday - 81) / 365
    )
    turn = math.radians(15 * (moment.hour + moment.minute / 60 - 12))
    height = math.sin(LATITUDE) * math.sin(tilt)
    height += math.cos(LATITUDE) * math.cos(tilt) * math.cos(turn)
    return max(height, 0.0)


def _used(hour: int) -> float:
    """Return what a house without cars takes in an hour of the day, kWh."""
    if 7 <= hour < 9:
        return 0.55
    if 17 <= hour < 22:
        return 0.75
    return 0.2 if hour < 6 else 0.35


async def settle_in(
    client: HomeAssistantClient, domain: str, entry_id: str, past: Sequence[HourOfPast]
) -> None:
    """Name who lives here with their cars and what electricity costs, and bring in what the meters counted."""
    rates = [
        {"start": f"{start}", "price": price, "days": RateDays.EVERY_DAY.value}
        for start, price in RATES
    ]
    await client.choose_options(entry_id, "cost", "fixed_rates", {"rates": rates})
    await client.choose_options(entry_id, "cost", "carbon", {"carbon_entity": CARBON})
    for person, card, car, odometer in PEOPLE:
        await client.add_subentry(
            entry_id,
            "person",
            {"name": person, "rights": ["charge_now"], "tags": [card]},
        )
        persons = await client.subentries_by_title(domain)
        await client.add_subentry(
            entry_id,
            "vehicle",
            {
                "name": car,
                "persons": [persons[person]],
                "wallboxes": [],
                "odometer": odometer,
            },
        )
    for statistic, kind in (
        (IMPORT, "imported"),
        (EXPORT, "exported"),
        (SOLAR, "solar"),
    ):
        await _remember_meter(client, statistic, past, kind)
    await _remember_carbon(client, past)
    await client.command("energy/save_prefs", energy_sources=_meters())


async def _remember_meter(
    client: HomeAssistantClient,
    statistic: str,
    past: Sequence[HourOfPast],
    kind: str,
) -> None:
    # The meter's own series goes on from zero: what was before counts up to that.
    counted = -sum(getattr(hour, kind) for hour in past)
    rows = []
    for hour in past:
        counted += getattr(hour, kind)
        rows.append({"start": hour.start.isoformat(), "sum": round(counted, 4)})
    await _remember(client, statistic, rows, unit="kWh", unit_class="energy")


async def _remember_carbon(
    client: HomeAssistantClient, past: Sequence[HourOfPast]
) -> None:
    rows = [
        {
            "start": hour.start.isoformat(),
            "mean": round(hour.carbon, 1),
            "min": round(hour.carbon, 1),
            "max": round(hour.carbon, 1),
        }
        for hour in past
    ]
    await _remember(client, CARBON, rows, unit="gCO2eq/kWh", unit_class=None)


async def _remember(
    client: HomeAssistantClient,
    statistic: str,
    rows: Sequence[Mapping[str, Any]],
    *,
    unit: str,
    unit_class: str | None,
) -> None:
    if not rows:
        return
    counts = "sum" in rows[0]
    metadata = {
        "statistic_id": statistic,
        "source": "recorder",
        "name": None,
        "has_sum": counts,
        "mean_type": 0 if counts else 1,
        "unit_of_measurement": unit,
        "unit_class": unit_class,
    }
    await client.command("recorder/import_statistics", metadata=metadata, stats=rows)


def _meters() -> Sequence[Answer]:
    return [
        {
            "type": "grid",
            "stat_energy_from": IMPORT,
            "stat_energy_to": EXPORT,
            "cost_adjustment_day": 0,
        },
        {"type": "solar", "stat_energy_from": SOLAR},
    ]


def now_utc() -> datetime:
    """Return the present second."""
    return datetime.now(UTC).replace(microsecond=0)
