"""Thinning: the samples of a session that its graph needs.

A wallbox may measure every second for twelve hours. A graph needs a point about every minute, and both ends of every
step of the power.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from ..model.transaction import SessionSample


@dataclass(frozen=True, slots=True, kw_only=True)
class Grain:
    """How fine a graph is: the least time between its points, and the step of power (W and share) worth a point."""

    spacing: timedelta
    step_watts: float
    step_share: float

    @property
    def coarser(self) -> Grain:
        """The grain that is half as fine."""
        return Grain(
            spacing=2 * self.spacing,
            step_watts=2 * self.step_watts,
            step_share=2 * self.step_share,
        )


# A wallbox that measures each minute does so give or take a few seconds; all of its samples are wanted.
FINEST: Final = Grain(spacing=timedelta(seconds=55), step_watts=100, step_share=0.05)
MOST_SAMPLES: Final = 2000
"""Samples of one session, at most; then they are thinned to half of it with a coarser grain."""


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


def follow(trail: Trail, sample: SessionSample, grain: Grain) -> tuple[Trail, bool]:
    """Return the trail with a later `sample` at its tip, and whether the former tip goes."""
    turns = _steps(trail.stays, sample, grain)
    point = turns or sample.at - trail.stays.at >= grain.spacing
    former_goes = trail.tip is not trail.stays and not (
        point and _steps(trail.tip, sample, grain)
    )
    return Trail(sample if point else trail.stays, sample), former_goes


def thin(
    samples: Iterable[SessionSample], grain: Grain = FINEST
) -> tuple[SessionSample, ...]:
    """Return the samples that a graph of `grain` needs, by time; the first and the last always.

    Samples may come in any order; of several at one moment, the later ones say what the earlier ones left open or
    otherwise. What was thinned already stays as it is.
    """
    ordered = merge(samples)
    if not ordered:
        return ()
    trail = begin_trail(ordered[0])
    thinned = [ordered[0]]
    for sample in ordered[1:]:
        trail, former_goes = follow(trail, sample, grain)
        if former_goes:
            thinned.pop()
        thinned.append(sample)
    return tuple(thinned)


def thin_to(samples: Sequence[SessionSample], most: int) -> tuple[SessionSample, ...]:
    """Return at most `most` (two or more) of the samples: the finest graph that is no longer than that."""
    grain = FINEST
    while len(samples) > most:
        grain = grain.coarser
        samples = thin(samples, grain)
    return tuple(samples)


def trail_of(thinned: Sequence[SessionSample]) -> Trail:
    """Return the trail of a graph (of one point or more) that was thinned with the finest grain or a coarser one."""
    trail = begin_trail(thinned[0])
    for sample in thinned[1:]:
        trail, _ = follow(trail, sample, FINEST)
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


def _steps(before: SessionSample, after: SessionSample, grain: Grain) -> bool:
    if before.power is None or after.power is None:
        return False
    step = abs(after.power - before.power)
    larger = max(abs(before.power), abs(after.power))
    return step > grain.step_watts and step > grain.step_share * larger
