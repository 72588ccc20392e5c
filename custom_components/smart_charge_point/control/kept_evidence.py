"""Evidence that came out once and was kept: the results in the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, Final

from ..model.result import (
    Acknowledged,
    DataDeleted,
    FileExported,
    FirmwareMet,
    MeterCompared,
    RateLowered,
    RateRaised,
    Result,
    SupplierChanged,
    TimeShifted,
)
from ..records.technical_file.document import utc
from ..records.technical_file.facts import Fact, Seen, Value, seen
from .capability_report import RestsOn
from .charge_point import ChargePoint

type Facts = Mapping[Fact, Seen]

YEAR: Final = timedelta(days=365)
MONTH: Final = timedelta(days=30)
TAKES: Final[Mapping[type[Acknowledged], tuple[Fact, Fact]]] = {
    RateRaised: (Fact.RATE_UP_P50, Fact.RATE_UP_P95),
    RateLowered: (Fact.RATE_DOWN_P50, Fact.RATE_DOWN_P95),
    TimeShifted: (Fact.TIME_SHIFT_P50, Fact.TIME_SHIFT_P95),
}
"""What was acknowledged, and the facts of how soon."""
EVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
MOST_VERSIONS: Final = 20
"""Versions of firmware that are told, the latest."""


async def kept_facts(charge_point: ChargePoint, now: datetime) -> Facts:
    """Return what came out at a wallbox until `now` (UTC).

    Raises:
        LedgerError: the ledger cannot be read.
    """
    return {
        **await _accuracy(charge_point, now),
        **await _deletion(charge_point, now),
        **await _firmware(charge_point),
        **await _supplier(charge_point, now),
        **await _response_times(charge_point, now),
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
    values: dict[Fact, Value] = {
        Fact.ACCURACY: worst.bias,
        Fact.ACCURACY_MARGIN: worst.margin,
        Fact.ACCURACY_SIDE: "one_side" if worst.systematic else "no_side",
    }
    return _alike(values, at, samples=worst.charges, by=by)


async def _deletion(charge_point: ChargePoint, now: datetime) -> Facts:
    """Return the latest receipt of a deletion anywhere in the home."""
    found = await charge_point.ledger.results(DataDeleted, None, now - YEAR, limit=1)
    if not found:
        return {}
    [one] = found
    values: dict[Fact, Value] = {
        Fact.DELETION: utc(one.at),
        Fact.DELETED: one.records,
        Fact.DELETION_LEFT: "something" if one.left_in_file else "nothing",
    }
    return _alike(values, one.at, by=_row(one))


async def _firmware(charge_point: ChargePoint) -> Facts:
    """Return the versions of firmware that were met, and whether the latest file was exported for the present one."""
    heard, firmware = charge_point.seen_at, charge_point.memory.boot.firmware
    if heard is None or not firmware:
        return {}
    ledger, identity = charge_point.ledger, charge_point.settings.identity
    facts: dict[Fact, Seen] = {}
    met = await ledger.results(FirmwareMet, identity, EVER, limit=MOST_VERSIONS)
    # After a kill a version may have been met twice in a row.
    versions = [
        next(same) for _, same in groupby(reversed(met), key=lambda one: one.firmware)
    ]
    if versions and versions[-1].firmware == firmware:
        facts[Fact.FIRMWARES] = seen(
            ", ".join(f"{one.firmware} ({one.at:%Y-%m-%d})" for one in versions),
            heard,
            samples=len(versions),
            by=[_row(one) for one in versions],
        )
    for one in await ledger.results(FileExported, identity, EVER, limit=1):
        state = "current" if one.firmware == firmware else "stale"
        facts[Fact.FILE_STATE] = seen(state, heard, by=_row(one))
    return facts


async def _supplier(charge_point: ChargePoint, now: datetime) -> Facts:
    """Return the latest change of tariff or sources, and whether what was seen to before it is seen to after it."""
    changes = await charge_point.ledger.results(
        SupplierChanged, charge_point.settings.identity, now - YEAR
    )
    if not changes:
        return {}
    latest = changes[0]
    facts = dict(
        _alike(
            {Fact.SUPPLIER_CHANGE: utc(latest.at), Fact.SUPPLIER_CHANGES: len(changes)},
            latest.at,
            samples=len(changes),
            by=[_row(one) for one in changes],
        )
    )
    heard = charge_point.seen_at
    if heard is None or heard <= latest.at:
        return facts
    after = {
        each.ability.value: each.rests_on
        for each in charge_point.capability_report(now)
        if each.ability.value in latest.functions
    }
    lost = RestsOn.NOBODY in after.values()
    if lost or (after and RestsOn.NOT_KNOWN not in after.values()):
        facts[Fact.FUNCTIONS_KEPT] = seen(
            "fewer" if lost else "equal",
            heard,
            samples=len(after),
            by=[_row(latest), {name: rests.value for name, rests in after.items()}],
        )
    return facts


async def _response_times(charge_point: ChargePoint, now: datetime) -> Facts:
    """Return how soon the wallbox acknowledged what was decided in 30 days: half of it, and all but a twentieth."""
    facts: dict[Fact, Seen] = {}
    for kind, (half, most) in TAKES.items():
        found = await charge_point.ledger.results(
            kind, charge_point.settings.identity, now - MONTH
        )
        if not found:
            continue
        took = sorted(one.seconds for one in found)
        values: dict[Fact, Value] = {
            half: _percentile(took, 50),
            most: _percentile(took, 95),
        }
        facts |= _alike(
            values,
            found[0].at,
            samples=len(found),
            by=[[utc(one.at), one.seconds] for one in found],
        )
    return facts


def _percentile(values: Sequence[float], per_cent: int) -> float:
    """Return the least of the values (in order) that so many per cent of them are not above."""
    return values[-(-len(values) * per_cent // 100) - 1]


def _alike(
    values: Mapping[Fact, Value], at: datetime, *, samples: int = 1, by: Any
) -> Facts:
    """Return facts that were seen at the same time, by the same."""
    return {
        fact: seen(value, at, samples=samples, by=by) for fact, value in values.items()
    }


def _row(result: Result) -> dict[str, Any]:
    """Return a result as JSON can carry it, without whose wallbox it was."""
    return {**asdict(result), "at": utc(result.at), "charge_point": None}
