"""The long-term statistics of our energy sensors, corrected where the recorder was told late."""

from collections.abc import Iterator
from datetime import datetime
import re
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import UnitOfEnergy
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util.unit_conversion import EnergyConverter

from ...model.usage import UsageKey
from ...records.ledger import Ledger
from .book import StatisticsBook
from .live import smoothed
from .names import Names
from .series import Row, Stretch

_ENERGY: Final = "energy"


class SensorSeries:
    """The series that the recorder makes of the energy sensors.

    Calls may raise as those of `ExternalSeries`.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        ledger: Ledger,
        book: StatisticsBook,
        names: Names,
    ) -> None:
        """Nothing is read before the first call."""
        self._hass = hass
        self._entry = entry
        self._ledger = ledger
        self._book = book
        self._names = names

    async def bring(self, charge_point: str, start: datetime, end: datetime) -> bool:
        """Move what a wallbox told late to the hours of [start, end) that it was charged in; return whether it is there.

        The recorder's latest row and all that it makes from now on stay as they are.
        """
        right = True
        for connector, entity_id in self._energy_sensors(charge_point):
            about = (await self._book.metadata(ids={entity_id})).get(entity_id)
            if about is None:
                continue
            key = UsageKey(charge_point=charge_point, connector=connector)
            hours = await self._ledger.hours(key, start, end)
            unit = about["unit_of_measurement"]
            has = _in_unit(
                await self._book.stretch(entity_id, start),
                unit,
                UnitOfEnergy.KILO_WATT_HOUR,
            )
            if not (rows := smoothed(hours, has)):
                continue
            written = _in_unit(
                Stretch(base=has.base, rows=rows), UnitOfEnergy.KILO_WATT_HOUR, unit
            )
            await self._book.write(about, written.rows)
            there = await self._book.stretch(entity_id, rows[0].start)
            right &= set(written.rows) <= set(there.rows)
        return right

    def _energy_sensors(self, charge_point: str) -> Iterator[tuple[int, str]]:
        """Yield the connectors of a wallbox with their energy sensors."""
        if (subentry := self._names.wallbox(charge_point)) is None:
            return
        pattern = re.compile(rf"{re.escape(subentry.subentry_id)}_(\d+)_{_ENERGY}")
        for entity in er.async_entries_for_config_entry(
            er.async_get(self._hass), self._entry.entry_id
        ):
            if (found := pattern.fullmatch(entity.unique_id)) is not None:
                yield int(found[1]), entity.entity_id


def _in_unit(stretch: Stretch, unit: str | None, wanted: str | None) -> Stretch:
    """Return the same in another unit of energy."""
    if unit == wanted:
        return stretch
    convert = EnergyConverter.converter_factory(unit, wanted)
    return Stretch(
        base=convert(stretch.base),
        rows=tuple(
            Row(start=row.start, state=convert(row.state), sum=convert(row.sum))
            for row in stretch.rows
        ),
    )
