"""Curves: as many points of a graph as can be told apart on a screen."""

from collections.abc import Sequence

from ..model.transaction import SessionSample


def drawn(samples: Sequence[SessionSample], most: int) -> tuple[SessionSample, ...]:
    """Return the samples, given by time, that draw the same curve of the power with at most about `most` points.

    The first and the last stay, and of each equal number of samples between them the one with the least power and the
    one with the most, so that neither a dip nor a peak is lost. Samples without a power are gaps, of which one stays.
    """
    if len(samples) <= most or most < 4:
        return tuple(samples)
    between = samples[1:-1]
    size = -(-len(between) // ((most - 2) // 2))
    chosen = [samples[0]]
    for first in range(0, len(between), size):
        part = between[first : first + size]
        known = [sample for sample in part if sample.power is not None]
        kept = {id(part[0])} if len(known) < len(part) and not known else set()
        if known:
            kept |= {id(min(known, key=_power)), id(max(known, key=_power))}
        chosen += [sample for sample in part if id(sample) in kept]
    chosen.append(samples[-1])
    return tuple(chosen)


def _power(sample: SessionSample) -> float:
    return sample.power or 0.0
