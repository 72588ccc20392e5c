"""The series of our own in the recorder: for the home, and each wallbox, person, vehicle and card."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from homeassistant.components.recorder.models import (
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import UnitOfEnergy
from homeassistant.core import HomeAssistant
from homeassistant.util.unit_conversion import EnergyConverter

from ...const import DOMAIN
from ...model.usage import HourSum, UsageKey
from ...records.ledger import Ledger
from .book import StatisticsBook
from .names import WALLBOX, Kind, Named, Names
from .series import SAME, Row, Stretch, amended, cost, energy

BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Before any session there is: OCPP is younger."""
AMOUNTS: Final[Mapping[Kind, Callable[[Iterable[HourSum]], dict[datetime, float]]]] = {
    Kind.ENERGY: energy,
    Kind.COST: cost,
}
"""How the hours of the ledger are counted in each kind of series."""


class ExternalSeries:
    """Our series, brought to what the ledger says.

    Every call may raise a `NoBookError` or a `LedgerError`; made again, it goes on where it was.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        ledger: Ledger,
        book: StatisticsBook,
    ) -> None:
        """Nothing is read before the first call."""
        self._hass = hass
        self._ledger = ledger
        self._book = book
        self.names = Names(hass, entry)

    async def first_hour(self, end: datetime) -> datetime | None:
        """Return the first hour before `end` that the ledger has anything for."""
        hours = await self._ledger.hours(UsageKey(), BEGINNING, end)
        return hours[0].hour if hours else None

    async def bring(self, start: datetime, end: datetime) -> bool:
        """Bring all series, from the hour `start` up to `end`, to what the ledger says, and their names.

        What a series came to before `start` stands, whoever wrote it; where it had come to nothing although the ledger
        has more, the recorder has lost it, and all of it is written again. Returns whether the recorder has everything
        by its own word.
        """
        await self.names.load()
        known = await self._book.metadata(DOMAIN)
        ours = set()
        right = True
        for key in await self._ledger.keys():
            if (named := self.names.of(key)) is None:
                continue
            for kind in Kind:
                about = self.about(named, kind, known)
                ours.add(about["statistic_id"])
                there = known.get(about["statistic_id"])
                right &= await self._bring(
                    key, kind, about, there=there, start=start, end=end
                )
        for statistic_id in known.keys() - ours:
            # What a wallbox charged that was removed since is history, and nobody's to take out.
            if not statistic_id.startswith(WALLBOX):
                await self._forget(known[statistic_id], start)
        return right

    async def _bring(
        self,
        key: UsageKey,
        kind: Kind,
        about: StatisticMetaData,
        *,
        there: StatisticMetaData | None,
        start: datetime,
        end: datetime,
    ) -> bool:
        statistic_id = about["statistic_id"]
        amounts_of = AMOUNTS[kind]
        has = await self._book.stretch(statistic_id, start)
        if abs(has.base) <= SAME:
            before = amounts_of([await self._ledger.total_before(key, start)])
            if any(abs(amount) > SAME for amount in before.values()):
                start = BEGINNING
                has = await self._book.stretch(statistic_id, start)
        hours = await self._ledger.hours(key, start, end)
        # Years of hours are more than the event loop should look through.
        amounts, rows = await self._hass.async_add_executor_job(
            _compare, amounts_of, hours, has
        )
        if there is None and not amounts:
            return True
        if rows or there != about:
            await self._book.write(about, rows)
        if not rows:
            return True
        has = await self._book.stretch(statistic_id, start)
        return not await self._hass.async_add_executor_job(amended, amounts, has)

    async def _forget(self, about: StatisticMetaData, start: datetime) -> None:
        """Take out of a series what it says from `start` on: the ledger has nothing for it any more."""
        has = await self._book.stretch(about["statistic_id"], start)
        if has.rows and abs(has.base) <= SAME:
            await self._book.clear([about["statistic_id"]])
        elif rows := amended({}, has):
            await self._book.write(about, rows)

    def about(
        self, named: Named, kind: Kind, known: Mapping[str, StatisticMetaData]
    ) -> StatisticMetaData:
        """Return what a series is called and measured in; `known` is what the recorder has of that."""
        statistic_id = named.statistic_id(kind)
        name = self.names.title(named, kind)
        if name is None:
            there = known.get(statistic_id)
            name = there["name"] if there else self.names.former(named, kind)
        return StatisticMetaData(
            mean_type=StatisticMeanType.NONE,
            has_sum=True,
            name=name,
            source=DOMAIN,
            statistic_id=statistic_id,
            unit_class=EnergyConverter.UNIT_CLASS if kind is Kind.ENERGY else None,
            unit_of_measurement=(
                UnitOfEnergy.KILO_WATT_HOUR
                if kind is Kind.ENERGY
                else self._hass.config.currency
            ),
        )


def _compare(
    amounts_of: Callable[[Iterable[HourSum]], dict[datetime, float]],
    hours: Iterable[HourSum],
    has: Stretch,
) -> tuple[dict[datetime, float], tuple[Row, ...]]:
    """Return what a series should add by the hour, and the rows that must be written for it."""
    amounts = amounts_of(hours)
    return amounts, amended(amounts, has)
