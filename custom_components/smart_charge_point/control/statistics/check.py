"""Whether the recorder's statistics say what the ledger says: their totals, and a sample of days."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from ...model.usage import UsageKey
from ...records.ledger import Ledger
from .book import StatisticsBook
from .external import AMOUNTS, ExternalSeries
from .names import Kind

ALLOWED: Final[Mapping[Kind, float]] = {Kind.ENERGY: 0.001, Kind.COST: 0.005}
"""By how much totals and hours may differ: 1 Wh, half a penny."""
_DAY: Final = timedelta(days=1)
_EVERY: Final = 30
"""Of the last days every so manieth is looked at, and tomorrow those next to them: each day once a month."""
_BACK: Final = timedelta(days=427)
"""How far back days are looked at: the fourteen months that are always kept."""


async def differing(
    ledger: Ledger, book: StatisticsBook, series: ExternalSeries, end: datetime
) -> tuple[str, ...]:
    """Return the ids of our series that do not say what the ledger says of the time before the hour `end`.

    What the recorder has from before the ledger's first hour is not the ledger's to judge.
    """
    first = await ledger.first_hour(UsageKey())
    if first is None or first >= end:
        return ()
    await series.names.load()
    found = []
    for key in await ledger.keys():
        if (named := series.names.of(key)) is None:
            continue
        for kind in Kind:
            statistic_id = named.statistic_id(kind)
            amounts_of, allowed = AMOUNTS[kind], ALLOWED[kind]
            total = sum(amounts_of([await ledger.total_before(key, end)]).values())
            before, now = [
                (await book.stretch(statistic_id, hour, hour + _DAY)).base
                for hour in (first, end)
            ]
            same = abs(now - before - total) <= allowed
            for start, until in _days(first, end):
                wanted = amounts_of(await ledger.hours(key, start, until))
                has = await book.changes(statistic_id, start, until)
                same &= all(
                    abs(wanted.get(hour, 0.0) - has.get(hour, 0.0)) <= allowed
                    for hour in wanted.keys() | has.keys()
                )
            if not same:
                found.append(statistic_id)
    return tuple(found)


def _days(first: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the days (UTC) that are looked at today, the latest first; each ends at `end` at the latest."""
    day = end.replace(hour=0)
    while day + _DAY > max(first, end - _BACK):
        yield max(first, day), min(end, day + _DAY)
        day -= _EVERY * _DAY
