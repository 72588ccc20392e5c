"""A series of long-term statistics: what it should say by the hour, and what must be written so that it does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ...model.usage import HourSum

SAME: Final = 1e-9
"""Amounts (kWh, or money) that differ by no more than this are the same: sums round."""
_WATT_HOURS: Final = 1000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One hour of a series: from `start` (UTC) on, `state` was added to what was before, which then came to `sum`.

    In the series of an entity `state` is what the entity showed at the hour's end.
    """

    start: datetime
    state: float
    sum: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What the recorder has of a series from some hour on: its rows by time, and the sum before the first of them."""

    base: float
    rows: tuple[Row, ...]


def energy(hours: Iterable[HourSum]) -> dict[datetime, float]:
    """Return the kWh of each hour in which anything flowed."""
    return {one.hour: one.energy / _WATT_HOURS for one in hours if one.energy > 0}


def cost(hours: Iterable[HourSum]) -> dict[datetime, float]:
    """Return what each hour cost, where that is known; negative where the price was."""
    return {one.hour: one.cost for one in hours if one.cost is not None}


def amended(amounts: Mapping[datetime, float], has: Stretch) -> tuple[Row, ...]:
    """Return the rows that must be written so that a series adds `amounts` to what it came to before, and nothing else.

    An hour that the series has and that should have nothing stays as a row that adds nothing. The sums never fall
    unless an amount is negative. Empty where the series is right already.
    """
    present = {row.start: row for row in has.rows}
    before = has.base
    changes = []
    for hour in sorted(present.keys() | amounts.keys()):
        amount = amounts.get(hour, 0.0)
        row = Row(start=hour, state=amount, sum=before + amount)
        there = present.get(hour)
        # What is left alone is not below what was just written, not even by a rounding.
        if there is None or not _same(row, there) or there.sum < min(before, row.sum):
            changes.append(row)
            there = row
        before = there.sum
    return tuple(changes)


def _same(one: Row, other: Row) -> bool:
    return abs(one.sum - other.sum) <= SAME and abs(one.state - other.state) <= SAME
