"""Evidence that came out once and was kept: the results in the ledger."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final

from ..model.result import DataDeleted, MeterCompared, Result
from ..records.technical_file.document import utc
from ..records.technical_file.facts import Fact, Seen, seen
from .charge_point import ChargePoint

type Facts = Mapping[Fact, Seen]

YEAR: Final = timedelta(days=365)


async def kept_facts(charge_point: ChargePoint, now: datetime) -> Facts:
    """Return what came out at a wallbox until `now` (UTC).

    Raises:
        LedgerError: the ledger cannot be read.
    """
    return {
        **await _accuracy(charge_point, now),
        **await _deletion(charge_point, now),
    }


async def _accuracy(charge_point: ChargePoint, now: datetime) -> Facts:
    """Return what came of holding the meter against another one: of several connectors, the one that is furthest off."""
    latest: dict[int, MeterCompared] = {}
    for one in await charge_point.ledger.results(
        MeterCompared, charge_point.settings.identity, now - YEAR
    ):
        latest.setdefault(one.connector, one)
    if not latest:
        return {}
    worst = max(latest.values(), key=lambda one: (one.systematic, abs(one.bias)))
    at = min(one.at for one in latest.values())
    by = [_row(one) for _, one in sorted(latest.items())]
    return {
        fact: seen(value, at, samples=worst.charges, by=by)
        for fact, value in {
            Fact.ACCURACY: worst.bias,
            Fact.ACCURACY_MARGIN: worst.margin,
            Fact.ACCURACY_SIDE: "one_side" if worst.systematic else "no_side",
        }.items()
    }


async def _deletion(charge_point: ChargePoint, now: datetime) -> Facts:
    """Return the latest receipt of a deletion anywhere in the home."""
    found = await charge_point.ledger.results(DataDeleted, None, now - YEAR, limit=1)
    return {
        fact: seen(value, one.at, by=_row(one))
        for one in found
        for fact, value in {
            Fact.DELETION: utc(one.at),
            Fact.DELETED: one.records,
            Fact.DELETION_LEFT: "something" if one.left_in_file else "nothing",
        }.items()
    }


def _row(result: Result) -> dict[str, Any]:
    """Return a result as JSON can carry it, without whose wallbox it was."""
    return {**asdict(result), "at": utc(result.at), "charge_point": None}
