"""Thinning: the samples of a session that its graph needs.

A wallbox may measure every second for twelve hours. A graph needs a point about every minute, and both ends of every
step of the power.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Final

from ..model.transaction import SessionSample

# A wallbox that measures each minute does so give or take a few seconds; all of its samples are wanted.
SPACING: Final = timedelta(seconds=55)
"""The least time between two points of a steady power."""
STEP_WATTS: Final = 100.0
STEP_SHARE: Final = 0.05
"""A step of the power, worth a point whatever the time, is larger than both: W, and share of the larger power."""
MOST_SAMPLES: Final = 2000
"""Points of one session's graph, at most; one that grows beyond it is thinned to half of it."""


@dataclass(frozen=True, slots=True)
class Trail:
    """Where the thinning of a growing graph stands: the last point that stays, and the last point.

    The last point is always part of the graph, but the next one may take its place.
    """

    stays: SessionSample
    tip: SessionSample


def begin_trail(sample: SessionSample) -> Trail:
    """Return the trail of a graph of one point."""
    return Trail(sample, sample)


def follow(trail: Trail, sample: SessionSample) -> tuple[Trail, bool]:
    """Return the trail with a later `sample` at its tip, and whether the former tip goes."""
    point = _step(trail.stays, sample) or sample.at - trail.stays.at >= SPACING
    former_goes = trail.tip is not trail.stays and not (
        point and _step(trail.tip, sample)
    )
    return Trail(sample if point else trail.stays, sample), former_goes


def thin(samples: Iterable[SessionSample]) -> tuple[SessionSample, ...]:
    """Return the samples that a graph needs, by time; the first and the last always.

    Samples may come in any order; of several at one moment, the later ones say what the earlier ones left open or
    otherwise. What was thinned already stays as it is.
    """
    ordered = merge(samples)
    if not ordered:
        return ()
    trail = begin_trail(ordered[0])
    thinned = [ordered[0]]
    for sample in ordered[1:]:
        trail, former_goes = follow(trail, sample)
        if former_goes:
            thinned.pop()
        thinned.append(sample)
    return tuple(thinned)


def envelope(samples: Sequence[SessionSample], most: int) -> tuple[SessionSample, ...]:
    """Return at most `most` (six or more) of the samples, which are sorted.

    These are the first, the last, and of each stretch of time those of the lowest and the highest power. However often the power steps, the graph still shows between what and what.
    """
    if len(samples) <= most:
        return tuple(samples)
    first, last = samples[0], samples[-1]
    # One stretch more may come of rounding its length.
    stretches = (most - 4) // 2
    length = (last.at - first.at) / stretches
    kept = {first.at: first, last.at: last}
    for _, stretch in groupby(samples, key=lambda s: (s.at - first.at) // length):
        ranked = sorted(stretch, key=_power)
        # The last sample alone may lie in a stretch of its own.
        kept |= {s.at: s for s in (ranked[0], ranked[-1]) if s.at < last.at}
    return tuple(kept[at] for at in sorted(kept))


def trail_of(thinned: Sequence[SessionSample]) -> Trail:
    """Return the trail of a graph of one point or more."""
    trail = begin_trail(thinned[0])
    for sample in thinned[1:]:
        trail, _ = follow(trail, sample)
    return trail


def merge(samples: Iterable[SessionSample]) -> list[SessionSample]:
    """Return the samples by time, those of one moment made one."""
    merged: list[SessionSample] = []
    for sample in sorted(samples, key=lambda s: s.at):
        if merged and merged[-1].at == sample.at:
            merged[-1] = _overlaid(merged[-1], sample)
        else:
            merged.append(sample)
    return merged


def _overlaid(under: SessionSample, over: SessionSample) -> SessionSample:
    return SessionSample(
        at=over.at,
        power=under.power if over.power is None else over.power,
        energy=under.energy if over.energy is None else over.energy,
        current=under.current if over.current is None else over.current,
    )


def _power(sample: SessionSample) -> float:
    return sample.power or 0.0


def _step(before: SessionSample, after: SessionSample) -> bool:
    if before.power is None or after.power is None:
        return False
    step = abs(after.power - before.power)
    larger = max(abs(before.power), abs(after.power))
    return step > STEP_WATTS and step > STEP_SHARE * larger
