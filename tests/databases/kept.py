"""A ledger, Home Assistant's recorder and what keeps the one as a copy of the other, without a wallbox in between."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.control.former import FormerWallboxes
from custom_components.smart_charge_point.control.settings import ChargePointSettings
from custom_components.smart_charge_point.control.statistics.keeper import (
    StatisticsKeeper,
)
from custom_components.smart_charge_point.control.statistics.names import Kind
from custom_components.smart_charge_point.model.usage import UsageKey
from custom_components.smart_charge_point.records.ledger import Ledger

HOUR: Final = timedelta(hours=1)
LONG_AGO: Final = datetime(2020, 1, 1, tzinfo=UTC)


class KeptHome:
    """One home whose ledger is told of charges by hand."""

    def __init__(
        self, hass: HomeAssistant, freezer: FrozenDateTimeFactory, path: Path
    ) -> None:
        self.hass = hass
        self.entry = MockConfigEntry(domain=DOMAIN, title="Home")
        self.ledger = Ledger(path)
        self.keeper = StatisticsKeeper(
            hass, self.entry, self.ledger, FormerWallboxes(hass, self.entry.entry_id)
        )
        self._path = path
        self._freezer = freezer
        self.entry.add_to_hass(hass)

    def add(self, kind: str, subentry_id: str, title: str, **data: object) -> None:
        """Add a wallbox, a person or a car to the home."""
        if kind == "charge_point":
            data = ChargePointSettings.default(subentry_id, dt_util.utcnow()).as_data()
        self.hass.config_entries.async_add_subentry(
            self.entry,
            ConfigSubentry(
                data=MappingProxyType(data),
                subentry_id=subentry_id,
                subentry_type=kind,
                title=title,
                unique_id=subentry_id,
            ),
        )

    def remove(self, subentry_id: str) -> None:
        """Take a part out of the home."""
        self.hass.config_entries.async_remove_subentry(self.entry, subentry_id)

    def rename(self, subentry_id: str, title: str) -> None:
        """Give a part of the home another name."""
        self.hass.config_entries.async_update_subentry(
            self.entry, self.entry.subentries[subentry_id], title=title
        )

    async def start(self) -> None:
        """Open the ledger and keep the statistics."""
        await self.ledger.open()
        self.keeper.start()

    async def stop(self) -> None:
        """End it in whatever it is at."""
        await self.keeper.stop()
        await self.ledger.close()

    async def restart(self) -> None:
        """End it and begin anew, with what is on the disk."""
        await self.stop()
        self.ledger = Ledger(self._path)
        self.keeper = StatisticsKeeper(
            self.hass,
            self.entry,
            self.ledger,
            FormerWallboxes(self.hass, self.entry.entry_id),
        )
        await self.start()

    async def lose_ledger(self) -> None:
        """Let the ledger's file be lost; the home begins a new one."""
        await self.stop()
        for file in self._path.parent.glob(f"{self._path.name}*"):
            file.unlink()
        await self.restart()

    def look(self, moment: datetime) -> None:
        """Let it be `moment`, or the next time after it at which changes are looked for, and let the looking begin."""
        moment = moment.replace(second=40, microsecond=0)
        self._freezer.move_to(moment)
        async_fire_time_changed(self.hass, moment)

    async def looked(self, moment: datetime) -> None:
        """Let changes be looked for at a moment, and written."""
        self.look(moment)
        await self.hass.async_block_till_done()

    async def changes(
        self,
        key: UsageKey,
        kind: Kind = Kind.ENERGY,
        period: Literal["hour", "day", "month"] = "hour",
    ) -> dict[datetime, float]:
        """Return what Home Assistant shows of a series: kWh or money by the hour, or the day or month of the home."""
        statistic_id = (await self.keeper.statistic_ids(key))[kind]
        rows = await get_instance(self.hass).async_add_executor_job(
            partial(
                statistics_during_period,
                self.hass,
                LONG_AGO,
                None,
                {statistic_id},
                period,
                {},
                {"change", "sum"},
            )
        )
        found = rows.get(statistic_id, ())
        if kind is Kind.ENERGY:
            sums = [row["sum"] or 0.0 for row in found]
            assert sums == sorted(sums)
        return {
            datetime.fromtimestamp(row["start"], UTC): change
            for row in found
            if abs(change := row["change"] or 0.0) > 1e-9
        }

    async def differences(self, until: datetime) -> Mapping[str, float]:
        """Return by how much the series differ from the ledger at most in any hour (kWh, money); nothing: by less than 1 Wh."""
        found: dict[str, float] = {}
        for key in await self.ledger.keys():
            if not await self.keeper.statistic_ids(key):
                # A wallbox that is not of the home any more.
                continue
            hours = await self.ledger.hours(key, LONG_AGO, until)
            for kind, told in (
                (Kind.ENERGY, {each.hour: each.energy / 1000 for each in hours}),
                (Kind.COST, {each.hour: each.cost or 0.0 for each in hours}),
            ):
                has = await self.changes(key, kind)
                most = max(
                    (
                        abs(has.get(hour, 0.0) - told.get(hour, 0.0))
                        for hour in has.keys() | told.keys()
                    ),
                    default=0.0,
                )
                total = abs(sum(has.values()) - sum(told.values()))
                if max(most, total) > 0.001:
                    found[f"{key} {kind}"] = max(most, total)
        return found

    @property
    def says_that_they_differ(self) -> bool:
        """Whether there is a repair that says so."""
        return any(
            issue.translation_key == "statistics_differ"
            for issue in ir.async_get(self.hass).issues.values()
        )
