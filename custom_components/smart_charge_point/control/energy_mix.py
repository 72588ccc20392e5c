"""Where the energy of the home came from in each hour, by the meters of the Energy dashboard, brought into the ledger.

The dashboard names the meters, the recorder's hourly statistics say what they counted. Both outlive a wallbox that was
offline: an hour of which the ledger hears days later is filled in then.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import logging
from typing import Any, Final

from homeassistant.components.energy.data import EnergyPreferences, async_get_manager
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import async_track_utc_time_change
from homeassistant.helpers.recorder import get_instance
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..records.errors import LedgerError
from ..records.ledger import Ledger
from ..rules.energy_mix import HOUR, HourFlows, carbon_factor, metered_in, shares

_LOGGER = logging.getLogger(__name__)

CONF_CARBON: Final = "carbon_entity"
ELECTRICITY_MAPS: Final = "co2signal"
"""The integration whose entity the Energy dashboard takes its CO₂ from."""
AT_MINUTES: Final = range(5, 60, 5)
"""Of each hour: at the first of them the recorder has the statistics of the hour before; a wallbox may tell late at any."""
GIVEN_UP_AFTER: Final = timedelta(days=7)
"""Meters of some suppliers are told of days later; after that an hour stays without a source."""
AT_ONCE: Final = 500
"""Hours that are filled in together."""
ASLEEP: Final = timedelta(days=1)
"""How long a meter may sleep: so much is read before and after the hours that are wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meters:
    """The statistics that count what flows, by their ids."""

    imported: frozenset[str]
    exported: frozenset[str]
    solar: frozenset[str]
    charged: frozenset[str]
    discharged: frozenset[str]

    @property
    def ids(self) -> frozenset[str]:
        """All of them."""
        return (
            self.imported | self.exported | self.solar | self.charged | self.discharged
        )

    @property
    def all_from_grid(self) -> bool:
        """Whether there is nothing but the grid, so that no meter has to be asked."""
        return not self.solar and not self.discharged


class EnergyMix:
    """Fills in what the ledger does not know yet of where energy came from."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], ledger: Ledger
    ) -> None:
        """Take the config entry, whose options may name an entity for CO₂; nothing runs before `start`."""
        self._hass = hass
        self._entry = entry
        self._ledger = ledger
        self._lock = asyncio.Lock()
        self._cancel: list[CALLBACK_TYPE] = []

    @callback
    def start(self) -> None:
        """Look once Home Assistant is up, and every few minutes, but not before an hour's statistics can be there."""
        self._cancel = [
            async_at_started(self._hass, self._started),
            async_track_utc_time_change(
                self._hass, self._fill_soon, minute=AT_MINUTES, second=0
            ),
        ]

    @callback
    def stop(self) -> None:
        """Look no more."""
        while self._cancel:
            self._cancel.pop()()

    @callback
    def _started(self, _hass: HomeAssistant) -> None:
        self._fill_soon(dt_util.utcnow())

    @callback
    def _fill_soon(self, now: datetime) -> None:
        self._entry.async_create_background_task(
            self._hass, self._fill(now), f"{DOMAIN} sources of energy"
        )

    async def _fill(self, now: datetime) -> None:
        async with self._lock:
            try:
                await self._fill_in(now)
            except LedgerError as err:
                _LOGGER.debug("Where energy came from is looked up later: %s", err)

    async def _fill_in(self, now: datetime) -> None:
        if not {"energy", "recorder"} <= self._hass.config.components:
            return
        manager = await async_get_manager(self._hass)
        meters = None if manager.data is None else meters_of(manager.data)
        if meters is None:
            return
        carbon = carbon_entity(self._hass, self._entry.options)
        asked: set[datetime] = set()
        # What is missing is told a part at a time, and what stays missing is told again.
        while hours := [
            hour
            for hour in await self._ledger.missing_mix()
            if hour + HOUR <= now and hour not in asked
        ]:
            asked.update(hours)
            while hours:
                batch = [
                    hour
                    for hour in hours[:AT_ONCE]
                    # What lies far apart is not read together with all that is between.
                    if hours[0] - hour <= AT_ONCE * HOUR
                ]
                hours = hours[len(batch) :]
                await self._fill_batch(batch, meters, carbon, now)

    async def _fill_batch(
        self,
        hours: Collection[datetime],
        meters: Meters,
        carbon: str | None,
        now: datetime,
    ) -> None:
        wanted = frozenset() if meters.all_from_grid else meters.ids
        if carbon is not None:
            wanted |= {carbon}
        read = await self._read(wanted, min(hours) - ASLEEP, max(hours) + HOUR + ASLEEP)
        counted = {
            meter: metered_in(
                [
                    (hour, total)
                    for hour, (total, _) in rows.items()
                    if total is not None
                ],
                hours,
            )
            for meter, rows in read.items()
        }
        factor = None if carbon is None else self._carbon_factor(carbon)
        for hour in sorted(hours):
            mix = None
            if meters.all_from_grid:
                mix = shares(HourFlows(imported=1))
            elif (flows := _flows(meters, counted, hour)) is not None:
                mix = shares(flows)
            elif hour > now - GIVEN_UP_AFTER:
                continue
            _, mean = read.get(carbon or "", {}).get(hour, (None, None))
            await self._ledger.keep_mix(
                hour,
                solar=None if mix is None else mix.solar,
                battery=None if mix is None else mix.battery,
                co2=None if mean is None or factor is None else max(0.0, mean * factor),
            )

    async def _read(
        self, wanted: frozenset[str], start: datetime, end: datetime
    ) -> Mapping[str, Mapping[datetime, tuple[float | None, float | None]]]:
        """Return the sum (kWh) and the mean of each hour, by statistic and by hour."""
        if not wanted:
            return {}
        found = await get_instance(self._hass).async_add_executor_job(
            statistics_during_period,
            self._hass,
            start,
            end,
            set(wanted),
            "hour",
            {"energy": "kWh"},
            {"sum", "mean"},
        )
        return {
            statistic: {
                datetime.fromtimestamp(row["start"], UTC): (
                    row.get("sum"),
                    row.get("mean"),
                )
                for row in rows
            }
            for statistic, rows in found.items()
        }

    def _carbon_factor(self, entity_id: str) -> float | None:
        state = self._hass.states.get(entity_id)
        unit = None if state is None else state.attributes.get("unit_of_measurement")
        return carbon_factor(unit)


def meters_of(preferences: EnergyPreferences) -> Meters | None:
    """Return the meters that the Energy dashboard names; None where none counts what comes from the grid."""
    found: dict[str, set[str]] = {
        "imported": set(),
        "exported": set(),
        "solar": set(),
        "charged": set(),
        "discharged": set(),
    }

    def add(flow: str, statistic: str | None) -> None:
        if statistic:
            found[flow].add(statistic)

    for source in preferences["energy_sources"]:
        if source["type"] == "grid":
            add("imported", source["stat_energy_from"])
            add("exported", source["stat_energy_to"])
        elif source["type"] == "solar":
            add("solar", source["stat_energy_from"])
        elif source["type"] == "battery":
            add("charged", source["stat_energy_to"])
            add("discharged", source["stat_energy_from"])
    if not found["imported"]:
        return None
    return Meters(**{flow: frozenset(statistics) for flow, statistics in found.items()})


def carbon_entity(hass: HomeAssistant, options: Mapping[str, Any]) -> str | None:
    """Return the entity that shows the CO₂ of the grid: the one that was chosen, else the Energy dashboard's."""
    if chosen := options.get(CONF_CARBON):
        return str(chosen)
    for entity in er.async_get(hass).entities.values():
        if entity.platform == ELECTRICITY_MAPS and not entity.disabled_by:
            state = hass.states.get(entity.entity_id)
            unit = (
                None if state is None else state.attributes.get("unit_of_measurement")
            )
            if unit is not None and carbon_factor(unit) is not None:
                return entity.entity_id
    return None


def _flows(
    meters: Meters, counted: Mapping[str, Mapping[datetime, float]], hour: datetime
) -> HourFlows | None:
    """Return what flowed in an hour, None where one of the meters does not say."""

    def total(statistics: frozenset[str]) -> float:
        return sum(counted[statistic][hour] for statistic in statistics)

    try:
        return HourFlows(
            imported=total(meters.imported),
            exported=total(meters.exported),
            solar=total(meters.solar),
            charged=total(meters.charged),
            discharged=total(meters.discharged),
        )
    except KeyError:
        return None
