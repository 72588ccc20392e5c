"""The series of our own in the recorder: for the home, and each wallbox, person, vehicle and card."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from homeassistant.components.recorder.models import (
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.const import UnitOfEnergy
from homeassistant.core import HomeAssistant
from homeassistant.util.unit_conversion import EnergyConverter

from ...const import DOMAIN
from ...model.usage import HourSum, UsageKey
from ...records.ledger import Ledger
from .book import StatisticsBook
from .names import WALLBOX, Kind, Named, Names
from .series import SAME, amended, cost, energy

PART: Final = timedelta(weeks=4)
"""How much of a series is looked at and written at once.

Years of hours are more than the event loop should look through. Handled at once, they would also outlive so many of
Python's small searches for garbage that a search through all of Home Assistant follows, for which everything stops.
"""
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
        ledger: Ledger,
        book: StatisticsBook,
        names: Names,
    ) -> None:
        """Nothing is read before the first call."""
        self._hass = hass
        self._ledger = ledger
        self._book = book
        self.names = names

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
        present = {
            named.statistic_id(kind) for named in self.names.wallboxes for kind in Kind
        }
        for statistic_id in known.keys() - ours:
            # What a wallbox charged that nobody remembers is history, and nobody's to take out.
            if statistic_id in present or not statistic_id.startswith(WALLBOX):
                await self._forget(known[statistic_id], start, end)
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
        statistic_id, amounts_of = about["statistic_id"], AMOUNTS[kind]
        base = (await self._book.stretch(statistic_id, start, start + PART)).base
        if abs(base) <= SAME:
            before = amounts_of([await self._ledger.total_before(key, start)])
            if any(abs(amount) > SAME for amount in before.values()):
                start = await self._ledger.first_hour(key) or start

        async def amounts(since: datetime, until: datetime) -> dict[datetime, float]:
            return amounts_of(await self._ledger.hours(key, since, until))

        changed, right = await self._amend(about, amounts, start, end)
        if not changed and there is not None and there != about:
            await self._book.write(about, ())
        return right

    async def _forget(
        self, about: StatisticMetaData, start: datetime, end: datetime
    ) -> None:
        """Take out of a series what it says from `start` on: the ledger has nothing for it any more."""
        has = await self._book.stretch(about["statistic_id"], start)
        if has.rows and abs(has.base) <= SAME:
            await self._book.clear([about["statistic_id"]])
        elif has.rows:
            await self._amend(about, _nothing, start, end)

    async def _amend(
        self,
        about: StatisticMetaData,
        amounts_of: Callable[[datetime, datetime], Awaitable[dict[datetime, float]]],
        start: datetime,
        end: datetime,
    ) -> tuple[bool, bool]:
        """Make a series add its amounts in each hour from `start` up to `end`, and nothing after.

        Returns whether anything was written, and whether the recorder has all of it by its own word.
        """
        statistic_id = about["statistic_id"]
        changed, right = False, True
        for since, until in _parts(start, end):
            beyond = None if until == end else until
            amounts = await amounts_of(since, until)
            has = await self._book.stretch(statistic_id, since, beyond)
            if rows := amended(amounts, has):
                await self._book.write(about, rows)
                has = await self._book.stretch(statistic_id, since, beyond)
                changed, right = True, right and not amended(amounts, has)
        return changed, right

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


async def _nothing(_since: datetime, _until: datetime) -> dict[datetime, float]:
    return {}


def _parts(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the parts of [start, end), the one that ends at `end` last; that one even where it is empty."""
    while start + PART < end:
        yield start, start + PART
        start += PART
    yield start, end
