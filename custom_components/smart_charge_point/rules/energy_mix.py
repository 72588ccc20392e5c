"""Where the energy of an hour came from: solar, the home battery and the grid, by the meters of the house.

Meters tell how much came in and went out in an hour, not which of it went where. What is taken to have happened:

- what is sent to the grid is solar first; only what is more than that comes from the battery;
- what the battery takes is solar first, as far as that was not sent out; the rest is from the grid;
- what remains of each was used in the house, and whatever ran in it has the same part of each.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from math import isfinite
from typing import Final

HOUR: Final = timedelta(hours=1)
LEAST: Final = 0.001
"""kWh: where the house used less in an hour, nothing can be said of it."""
_PER_KWH: Final = {"wh": 1000.0, "kwh": 1.0, "mwh": 0.001}
_GRAMS: Final = {"g": 1.0, "kg": 1000.0, "t": 1_000_000.0}
_CARBON: Final = frozenset({"", "co2", "co2e", "co2eq", "co2-eq"})


@dataclass(frozen=True, slots=True, kw_only=True)
class HourFlows:
    """What flowed in one hour, kWh, all 0 or more. `charged` is what the home battery took, `discharged` what it gave."""

    imported: float
    exported: float = 0.0
    solar: float = 0.0
    charged: float = 0.0
    discharged: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """The parts of what the house used, 0 to 1 each; together with the grid's they are 1."""

    solar: float
    battery: float

    @property
    def grid(self) -> float:
        """The grid's part."""
        return max(0.0, 1.0 - self.solar - self.battery)


def shares(flows: HourFlows) -> Shares | None:
    """Return where what the house used in an hour came from, None where it used nothing by its meters."""
    if not all(map(isfinite, astuple(flows))):
        return None
    kept = max(0.0, flows.solar - flows.exported)
    solar = max(0.0, kept - flows.charged)
    sent_by_battery = max(0.0, flows.exported - flows.solar)
    battery = max(0.0, flows.discharged - sent_by_battery)
    taken_from_grid = max(0.0, flows.charged - kept)
    grid = max(0.0, flows.imported - taken_from_grid)
    used = solar + battery + grid
    if used < LEAST:
        return None
    return Shares(solar=solar / used, battery=battery / used)


def metered_in(
    sums: Sequence[tuple[datetime, float]], hours: Iterable[datetime]
) -> Mapping[datetime, float]:
    """Return what a meter counted in each of `hours` (UTC), kWh, without those that it says nothing of.

    `sums` are what it had counted up to the end of the hour that begins at the given time, by time. An hour of which
    there is no sum is one in which a meter slept (an inverter at night): where it had counted no more when it woke, it
    counted nothing in between; otherwise nothing is known of those hours. A sum that falls counts as nothing.
    """
    moments = [moment for moment, _ in sums]
    counted: dict[datetime, float] = {}
    for hour in hours:
        behind = bisect_left(moments, hour)
        if behind in {0, len(moments)}:
            continue
        before, after = sums[behind - 1], sums[behind]
        took = after[1] - before[1]
        if not isfinite(took):
            continue
        took = max(0.0, took)
        if took == 0 or (after[0] == hour and before[0] == hour - HOUR):
            counted[hour] = took
    return counted


def carbon_factor(unit: str | None) -> float | None:
    """Return what a figure in `unit` is to be multiplied by to be g of CO₂ per kWh, None where it is no such figure.

    What is weighed may be named behind g, kg or t (`gCO2eq/kWh`); without a unit it is g per kWh.
    """
    if unit is None or not unit.strip():
        return 1.0
    mass, slash, energy = (part.strip() for part in unit.partition("/"))
    per = _PER_KWH.get(energy.lower())
    if not slash or per is None:
        return None
    named = mass.lower().replace("₂", "2").replace(" ", "")
    for name, grams in _GRAMS.items():
        if named.removeprefix(name) in _CARBON and named.startswith(name):
            return grams * per
    return None
