"""Evidence of what a wallbox said it would apply: read back day by day, until each minute of the week was."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Final

from ..model.result import FirmwareMet, ScheduleRead
from ..records.technical_file.building import YOUNG_ENOUGH
from ..records.technical_file.document import utc
from ..records.technical_file.facts import Fact, Seen, seen
from .charge_point import ChargePoint

MINUTE: Final = timedelta(minutes=1)
WEEK: Final = 7 * 24 * 60
"""Minutes."""


async def read_back_facts(
    charge_point: ChargePoint, now: datetime
) -> Mapping[Fact, Seen]:
    """Return how many minutes of the week a wallbox agreed on, of several connectors the least.

    It is asked for a day at a time, as many wallboxes say no more. What was read before the hours were changed, or
    another firmware came, says nothing of these.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    ledger, settings = charge_point.ledger, charge_point.settings
    since = max(now - YOUNG_ENOUGH, settings.decision.decided_at)
    for met in await ledger.results(FirmwareMet, settings.identity, since, limit=1):
        since = met.at
    reads = await ledger.results(ScheduleRead, settings.identity, since)
    if not reads:
        return {}
    zone = charge_point.site.ruleset.zone
    return {
        Fact.READ_BACK_MINUTES: seen(
            min(
                minutes_agreed(
                    (one for one in reversed(reads) if one.connector == number), zone
                )
                for number in charge_point.connectors
            ),
            reads[0].at,
            samples=len(reads),
            by=[
                [utc(one.at), one.connector, one.after, one.seconds, one.agrees]
                for one in reads
            ],
        )
    }


def minutes_agreed(reads: Iterable[ScheduleRead], zone: tzinfo) -> int:
    """Return how many minutes of the civil week of `zone` are whole in what was read last of them, and agreed.

    `reads` are in order. One over a change of the clocks counts for none.
    """
    agreed = bytearray(WEEK)
    for one in reads:
        start = (one.at + timedelta(seconds=one.after)).astimezone(zone)
        end = (one.at + timedelta(seconds=one.after + one.seconds)).astimezone(zone)
        if start.utcoffset() != end.utcoffset():
            continue
        monday = start.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(
            days=start.weekday()
        )
        # Of one zone, these are differences of civil times.
        first, last = -((monday - start) // MINUTE), (end - monday) // MINUTE
        # From the same minute of the week on there is nothing new; what reaches beyond its end is at its beginning.
        last = min(last, first + WEEK)
        for begin, until in ((first, min(last, WEEK)), (0, last - WEEK)):
            length = max(0, until - begin)
            agreed[begin : begin + length] = bytes([one.agrees]) * length
    return sum(agreed)
