"""A house with Home Assistant's recorder, and what the Energy dashboard would show of it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from homeassistant.components.recorder.statistics import (
    get_metadata,
    statistics_during_period,
)
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.recorder import get_instance

from custom_components.smart_charge_point.const import DOMAIN

from ..house import House

HOUR: Final = timedelta(hours=1)


class RecordedHouse:
    """What the recorder of a house has."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.hass = house.hass

    def wallbox_id(self, kind: str = "energy", identity: str = "WB1") -> str:
        """Return the id of the series of a wallbox."""
        subentry_id = self.house.subentry(identity).subentry_id.lower()
        return f"{DOMAIN}:wallbox_{subentry_id}_{kind}"

    async def quiet_until(self, moment: datetime) -> None:
        """Let a time pass in which nothing but the recorder's rows of five minutes is of interest."""
        await self.house.clock.advance_to(moment, step=timedelta(minutes=5))

    async def written(self) -> None:
        """Let what is over be written: the minute in which it is looked for passes."""
        await self.house.advance(timedelta(minutes=2))
        await self.hass.async_block_till_done()

    async def hourly(
        self, statistic_id: str, start: datetime, end: datetime | None = None
    ) -> dict[datetime, float]:
        """Return what the Energy dashboard shows by the hour (kWh, or money): hours with nothing are left out."""
        rows = await get_instance(self.hass).async_add_executor_job(
            partial(
                statistics_during_period,
                self.hass,
                start,
                end,
                {statistic_id},
                "hour",
                {"energy": "kWh"},
                {"change"},
            )
        )
        return {
            datetime.fromtimestamp(row["start"], UTC): row["change"]
            for row in rows.get(statistic_id, ())
            if row["change"]
        }

    async def names(self) -> Mapping[str, str | None]:
        """Return the names of all our series by their ids."""
        found = await get_instance(self.hass).async_add_executor_job(
            partial(get_metadata, self.hass, statistic_source=DOMAIN)
        )
        return {each: about["name"] for each, (_, about) in found.items()}

    async def rebuild(self) -> None:
        """Call the action that writes the statistics again."""
        await self.hass.services.async_call(
            DOMAIN, "rebuild_statistics", {}, blocking=True
        )

    @property
    def says_that_they_differ(self) -> bool:
        """Whether there is a repair that says that recorder and ledger differ."""
        return any(
            issue.translation_key == "statistics_differ"
            for issue in ir.async_get(self.hass).issues.values()
        )
