"""What a fleet does to the grid: the figures of requirements.md section 6, and which fleets they can be compared with.

Section 6 has a million homes. A thousand of them, made a thousand times larger, are far rougher: of 600 seconds one has
seven homes or more where 1.7 were to be expected. So what is compared is what does not depend on that: the mean ramp,
the most in 60 s of many fleets laid over one another, and a million draws of the same rule by itself. The largest second
of one fleet is held against what chance alone makes of so few homes.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from math import exp, floor, inf, lgamma, log
from statistics import fmean

from script.lib.fleet_homes import KILOWATTS

MILLION = 1_000_000
WITHIN = 0.1


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: what was measured and what was to be expected, both scaled as the unit says."""

    name: str
    measured: float
    expected: float
    unit: str
    remark: str = ""

    @property
    def off_by(self) -> float:
        """How far the measured figure is from the expected one, as a share of it."""
        if self.expected == 0:
            return 0.0 if self.measured == 0 else inf
        return self.measured / self.expected - 1

    @property
    def reached(self) -> bool:
        """Whether it is within 10 %; what is to be nothing must be nothing."""
        return abs(self.off_by) <= WITHIN

    def __str__(self) -> str:
        """Return the line."""
        verdict = "reached" if self.reached else "MISSED"
        return (
            f"{self.name:<58} {self.measured:>8.2f} {self.expected:>8.2f} {self.unit:<5}"
            f" {self.off_by:>+6.1%} {verdict:<8} {self.remark}"
        ).rstrip()


def largest_second(seconds: Iterable[float]) -> float:
    """Return the most kilowatts that were switched within one second."""
    return max(_a_second(seconds)) * KILOWATTS


def most_in_60_s(seconds: Iterable[float]) -> float:
    """Return the most kilowatts that were switched within 60 s, however they lie."""
    sums = [0] * 60 + list(accumulate(_a_second(seconds)))
    sums += [sums[-1]] * 60
    return (
        max(after - before for before, after in zip(sums, sums[60:], strict=False))
        * KILOWATTS
    )


def mean_ramp(seconds: Iterable[float]) -> float:
    """Return the kilowatts a second between the first and the last twentieth of the homes."""
    ordered = sorted(seconds)
    first, last = len(ordered) // 20, len(ordered) - 1 - len(ordered) // 20
    took = ordered[last] - ordered[first]
    return (last - first) * KILOWATTS / took if took else inf


def share(seconds: Iterable[float], part: float) -> float:
    """Return after how many seconds that part of the homes has switched."""
    ordered = sorted(seconds)
    return ordered[min(floor(len(ordered) * part), len(ordered) - 1)]


def chance(homes: float, maximum: int) -> float:
    """Return the kilowatts of the largest second to be expected of homes that draw evenly and know nothing of each other."""
    mean = homes / (maximum + 1)
    expected, below, count = 0.0, 0.0, 0
    while below < 1 - 1e-12:
        below += exp(count * log(mean) - mean - lgamma(count + 1))
        # The largest is above `count` unless each second is at most that.
        expected += 1 - min(below, 1.0) ** (maximum + 1)
        count += 1
    return expected * KILOWATTS


def of_fleets(
    name: str, fleets: Sequence[Sequence[float]], homes: int, scale: Scale
) -> list[Figure]:
    """Return the figures of fleets of `homes` each that switched at the same edge on many days."""
    together = list(chain.from_iterable(fleets))
    million = MILLION / (homes * len(fleets)) / 1000
    ramps = [mean_ramp(fleet) * MILLION / homes / 1000 for fleet in fleets]
    of_one = fmean(largest_second(fleet) for fleet in fleets)
    return [
        Figure(
            f"{name}: mean ramp",
            mean_ramp(together) * million,
            scale.ramp,
            "MW/s",
            f"one fleet alone {min(ramps):.1f} to {max(ramps):.1f}",
        ),
        Figure(
            f"{name}: most in 60 s, {len(fleets)} fleets",
            most_in_60_s(together) * million,
            scale.in_60_s,
            "MW",
        ),
        Figure(
            f"{name}: largest second of one fleet, unscaled",
            of_one,
            scale.largest(homes),
            "kW/s",
            "against chance",
        ),
    ]


@dataclass(frozen=True, slots=True)
class Scale:
    """What section 6 says of a million homes (MW/s and MW), and what chance makes of fewer (kW/s)."""

    ramp: float
    second: float
    in_60_s: float
    largest: Callable[[int], float]


EDGE = Scale(
    ramp=11.7, second=12.4, in_60_s=704, largest=lambda homes: chance(homes, 600)
)
"""Uniform 0 to 600 s, every home."""
LONG_EDGE = Scale(
    ramp=3.9, second=4.4, in_60_s=237, largest=lambda homes: chance(homes, 1800)
)
"""Uniform 0 to 1800 s, every home."""
CUT = Scale(
    ramp=3.5, second=4.0, in_60_s=212, largest=lambda homes: chance(homes * 0.3, 600)
)
"""A power cut with 30 % of the homes charging: N P f / T, and the figures beside it."""


def of_a_million(name: str, seconds: Sequence[float], scale: Scale) -> list[Figure]:
    """Return the figures of a million homes of which only the draws are real."""
    return [
        Figure(
            f"{name}: largest second",
            largest_second(seconds) / 1000,
            scale.second,
            "MW/s",
        ),
        Figure(
            f"{name}: most in 60 s", most_in_60_s(seconds) / 1000, scale.in_60_s, "MW"
        ),
    ]


def _a_second(seconds: Iterable[float]) -> list[int]:
    """Return how many homes switched in each second from the first to the last."""
    counts = Counter(floor(second) for second in seconds)
    return [counts[second] for second in range(min(counts), max(counts) + 1)]
