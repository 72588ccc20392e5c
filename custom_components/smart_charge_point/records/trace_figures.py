"""What a trace comes to: energy, mean and peak power of a stretch of time."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
import math
from operator import attrgetter
from typing import Final

from ..model.trace import Coverage, TraceSample
from ..rules.energy import Register, advance
from .seconds import coverage

HOLD: Final = timedelta(minutes=1)
"""How long a power is taken to last while nothing else is known; what was thinned has one figure a minute."""
_HOUR: Final = timedelta(hours=1)
_AT: Final = attrgetter("at")


class EnergySource(StrEnum):
    """Where an energy comes from."""

    REGISTER = "register"
    """The difference of the wallbox's register, which missed samples do not lower (A9.6)."""
    POWER = "power"
    """The power over time."""
    NONE = "none"
    """Nothing was measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceFigures:
    """The figures of [start, end) (UTC): Wh and W, None where nothing was measured.

    `energy_span` is how much of that time the energy stands for: what was measured only after its start, or not up to
    its end, says nothing of the rest.
    """

    start: datetime
    end: datetime
    energy: float | None
    energy_source: EnergySource
    energy_span: timedelta
    mean_power: float | None
    peak_power: float | None
    coverage: Coverage

    @property
    def energy_is_whole(self) -> bool:
        """Whether the energy is that of all the time, 57 seconds of 60 of it at least, as for power (A9.4).

        The power at single moments is no measure of what flowed between them.
        """
        if self.energy_source is EnergySource.POWER:
            return self.coverage.every_second
        asked = self.end - self.start
        return (
            self.energy_source is EnergySource.REGISTER
            and asked > timedelta()
            and 57 * asked <= 60 * self.energy_span
        )


def figures(
    samples: Sequence[TraceSample], start: datetime, end: datetime
) -> TraceFigures:
    """Return the figures of [start, end).

    `samples` are sorted and may reach further. Where they bear the register, its difference counts, and power only
    before the first and after the last reading in the stretch.
    """
    energy, source, span = _energy(samples, start, end)
    by_power, known = _by_power(samples, start, end)
    within = samples[
        bisect_left(samples, start, key=_AT) : bisect_left(samples, end, key=_AT)
    ]
    powers = [s.power for s in within if s.power is not None]
    return TraceFigures(
        start=start,
        end=end,
        energy=energy,
        energy_source=source,
        energy_span=span,
        mean_power=by_power / (known / _HOUR) if known else None,
        peak_power=max(powers, default=None),
        coverage=coverage(within, start, end),
    )


def _energy(
    samples: Sequence[TraceSample], start: datetime, end: datetime
) -> tuple[float | None, EnergySource, timedelta]:
    """Return the Wh of [start, end), where they come from, and how much of that time they stand for."""
    within = samples[
        bisect_left(samples, start, key=_AT) : bisect_right(samples, end, key=_AT)
    ]
    readings = [(s.register, s.at) for s in within if s.register is not None]
    if len(readings) < 2:
        energy, known = _by_power(samples, start, end)
        if not known:
            return None, EnergySource.NONE, known
        return energy, EnergySource.POWER, known
    # What a register does that no meter can do is left out here as it is everywhere (requirements.md A9.6).
    first = register = advance(Register(), *readings[0])[0]
    for reading in readings[1:]:
        register, _ = advance(register, *reading)
    begins, ends = readings[0][1], readings[-1][1]
    before, known_before = _by_power(samples, start, begins)
    after, known_after = _by_power(samples, ends, end)
    return (
        before + register.total - first.total + after,
        EnergySource.REGISTER,
        known_before + (ends - begins) + known_after,
    )


def _by_power(
    samples: Sequence[TraceSample], start: datetime, end: datetime
) -> tuple[float, timedelta]:
    """Return the Wh of [start, end) by the power, and how much of that time a power is known for."""
    near = samples[
        bisect_left(samples, start - HOLD, key=_AT) : bisect_left(samples, end, key=_AT)
    ]
    powers = [(s.at, s.power) for s in near if s.power is not None]
    parts: list[float] = []
    known = timedelta()
    for index, (at, power) in enumerate(powers):
        until = min(at + HOLD, end)
        if index + 1 < len(powers):
            until = min(until, powers[index + 1][0])
        span = until - max(at, start)
        if span > timedelta():
            parts.append(power * (span / _HOUR))
            known += span
    return math.fsum(parts), known
