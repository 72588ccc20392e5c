"""A wallbox's meter held against a second one: how far it is off, and whether it is always to the same side."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from math import comb, fsum, sqrt
from statistics import NormalDist
from typing import Final

HOUR: Final = timedelta(hours=1)
LEAST_COMPARED: Final = 20
"""Fewer say nothing yet."""
MOST_OFF: Final = 0.10
"""How far the measured energy may be off (SI 2021/1467 reg. 9)."""
MOST_OFF_TO_ONE_SIDE: Final = 0.02
"""How far it may be off where that is always to the same side: then it is systematic."""
NO_CHANCE: Final = 0.01
"""So unlikely must it be that the side is chance."""
CERTAINTY: Final = 0.95
"""How certain it is that the true bias lies within the margin."""


class MeterVerdict(StrEnum):
    """What the comparison comes to."""

    TOO_FEW = "too_few"
    WITHIN = "within"
    SYSTEMATIC = "systematic"
    TOO_FAR = "too_far"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One charge, or several without a whole hour in between: Wh of the wallbox and of the second meter in [start, end)."""

    start: datetime
    end: datetime
    energy: float
    reference: float

    @property
    def off(self) -> float:
        """How much more the wallbox measured, as a share of the reference."""
        return self.energy / self.reference - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterCheck:
    """What came of comparing. Shares are of the reference and positive where the wallbox measured more.

    `bias` is of all together, `worst` of the one that is furthest off, `slope` that of the line through the origin;
    None where nothing could be compared. The true bias lies within `margin` of it with `CERTAINTY`; None for fewer than two
    charges. `chance` is how likely it is that so many are off to one side by chance (sign
    test, both sides).
    """

    compared: int
    energy: float
    reference: float
    bias: float | None
    worst: float | None
    slope: float | None
    chance: float
    margin: float | None

    @property
    def verdict(self) -> MeterVerdict:
        """What it comes to (requirements.md A9.5)."""
        if self.bias is None or self.compared < LEAST_COMPARED:
            return MeterVerdict.TOO_FEW
        if abs(self.bias) > MOST_OFF:
            return MeterVerdict.TOO_FAR
        if self.chance < NO_CHANCE and abs(self.bias) > MOST_OFF_TO_ONE_SIDE:
            return MeterVerdict.SYSTEMATIC
        return MeterVerdict.WITHIN


def pair_up(
    energy: Mapping[datetime, float], reference: Mapping[datetime, float]
) -> tuple[Compared, ...]:
    """Return what can be compared, by time. Both are Wh by the hour (UTC) that they were measured in.

    Hours in a row are taken together, because the hours at the edges of a charge are part of it and the two meters are
    not read in the same second. A charge of which the second meter lacks an hour, or saw nothing, is left out.
    """
    found: list[Compared] = []
    for hours in _in_a_row(sorted(hour for hour, used in energy.items() if used > 0)):
        measured = [reference.get(hour) for hour in hours]
        known = [value for value in measured if value is not None]
        if len(known) < len(hours) or (total := fsum(known)) <= 0:
            continue
        found.append(
            Compared(
                start=hours[0],
                end=hours[-1] + HOUR,
                energy=fsum(energy[hour] for hour in hours),
                reference=total,
            )
        )
    return tuple(found)


def check_meter(pairs: Sequence[Compared]) -> MeterCheck:
    """Return what comparing comes to."""
    energy = fsum(pair.energy for pair in pairs)
    reference = fsum(pair.reference for pair in pairs)
    more = sum(pair.energy > pair.reference for pair in pairs)
    less = sum(pair.energy < pair.reference for pair in pairs)
    return MeterCheck(
        compared=len(pairs),
        energy=energy,
        reference=reference,
        bias=energy / reference - 1 if pairs else None,
        worst=max((pair.off for pair in pairs), key=abs, default=None),
        slope=_slope(pairs),
        chance=_sign_test(more, less),
        margin=_margin(pairs, energy / reference) if len(pairs) > 1 else None,
    )


def _in_a_row(hours: Sequence[datetime]) -> Iterable[list[datetime]]:
    """Part hours in order where at least one is missing in between."""
    if not hours:
        return
    row = [hours[0]]
    for before, hour in pairwise(hours):
        if hour - before > HOUR:
            yield row
            row = []
        row.append(hour)
    yield row


def _slope(pairs: Sequence[Compared]) -> float | None:
    squares = fsum(pair.reference**2 for pair in pairs)
    if not squares:
        return None
    return fsum(pair.energy * pair.reference for pair in pairs) / squares


def _margin(pairs: Sequence[Compared], ratio: float) -> float:
    """Return how far a ratio of sums may be off: its standard error (linearised), by the quantile of Student's t."""
    freedom = len(pairs) - 1
    rest = fsum((pair.energy - ratio * pair.reference) ** 2 for pair in pairs)
    error = sqrt(rest / freedom * len(pairs)) / fsum(pair.reference for pair in pairs)
    return error * _student(freedom)


def _student(freedom: int) -> float:
    """Return the two-sided quantile of Student's t, by its expansion about the normal one; good from ten degrees on.

    Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5.
    """
    z = NormalDist().inv_cdf((1 + CERTAINTY) / 2)
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
    )


def _sign_test(more: int, less: int) -> float:
    trials, fewer = more + less, min(more, less)
    tail = sum(comb(trials, count) for count in range(fewer + 1))
    return float(min(1.0, 2 * tail / 2**trials))
