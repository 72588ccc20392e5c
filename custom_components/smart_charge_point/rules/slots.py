"""Slots: what a session took, split over the half hours of UTC that it was charged in.

The registers at its ends say how much it was; its samples say when. So a session that was told days later lies where it
was charged, and no change of the clocks matters.

Source: SI 2021/1467 reg. 9; requirements.md A9.3, A9.6.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from ..model.slot import HALF_HOUR, Slot
from ..model.transaction import SessionSample
from .energy import JITTER
from .flow_time import FLOWS_FROM_CURRENT, FLOWS_FROM_POWER

SILENCE: Final = timedelta(minutes=15)
"""What was charged in a longer stretch without a sample lies somewhere in it: spread over half hours, it is estimated."""
LONGEST_SPREAD: Final = timedelta(days=31)
"""Of a longer stretch without a sample only the end counts: a clock that was years off makes no years of slots."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_SLOT: Final = HALF_HOUR // _MICROSECOND
_SILENCE: Final = SILENCE // _MICROSECOND
_LONGEST: Final = LONGEST_SPREAD // _MICROSECOND
_VOLTS: Final = 230.0
"""Only the shape of the power counts, where nothing but the current tells it."""

type _Reading = tuple[int, float]
"""A moment (µs since 1970) and Wh since the start."""


def slot_start(at: datetime) -> datetime:
    """Return the beginning (UTC) of the half hour that the moment falls into."""
    return _EPOCH + (at - _EPOCH) // HALF_HOUR * HALF_HOUR


def split(
    *,
    started_at: datetime,
    stopped_at: datetime,
    energy: float,
    flow_time: timedelta,
    samples: Iterable[SessionSample],
) -> tuple[Slot, ...]:
    """Return the half hours of a session in which anything flowed, by time; `energy` (Wh) and `flow_time` are its own.

    `stopped_at` is the latest that is known of a session that runs. Samples may come in any order; of their energies
    only the first and the last of each half hour count, so those suffice. What they do not tell is spread by the power
    where it was measured, else evenly. Their energies need not agree with `energy`, nor rise: it is never exceeded, and
    one that is above a later one gives way to that.
    """
    start, stop = _at(started_at), max(_at(started_at), _at(stopped_at))
    samples = tuple(samples)
    power = _Power(_powers(samples, start, stop), stop, flow_time // _MICROSECOND)
    energies: dict[int, float] = {}
    estimated: set[int] = set()
    readings = [(start, 0.0), *_marks(samples, start, stop, energy), (stop, energy)]
    for (since, before), (until, after) in pairwise(readings):
        if after <= before:
            continue
        shares = _shares(since, until, power)
        for slot, share in shares.items():
            energies[slot] = energies.get(slot, 0.0) + (after - before) * share
        silent = after - before > JITTER and len(shares) > 1
        if silent and power.longest_silence(since, until) > _SILENCE:
            estimated.update(shares)
    flows = _flows(start, stop, flow_time // _MICROSECOND, energies, power)
    return tuple(
        Slot(
            start=_EPOCH + slot * HALF_HOUR,
            energy=energies.get(slot, 0.0),
            flow_time=flows.get(slot, 0) * _MICROSECOND,
            estimated=slot in estimated,
        )
        for slot in sorted(energies.keys() | flows.keys())
        if energies.get(slot) or flows.get(slot)
    )


class _Power:
    """The power of a session over time: what a sample says holds until the next.

    Current that flowed for longer than the session says it did has stopped in a stretch without samples, the last one
    first.
    """

    def __init__(self, powers: Sequence[_Reading], stop: int, flow_time: int) -> None:
        self._told = [at for at, _ in powers]
        self._turns: list[int] = []
        self._rates: list[float] = []
        self._sums: list[float] = []
        lengths = [b - a for a, b in pairwise([*self._told, stop])]
        excess = -flow_time + sum(
            length
            for (_, watts), length in zip(powers, lengths, strict=True)
            if watts >= FLOWS_FROM_POWER
        )
        # How long each power is held.
        held = list(lengths)
        for n in reversed(range(len(powers))):
            flows = powers[n][1] >= FLOWS_FROM_POWER
            if excess > 0 and flows and lengths[n] > _SILENCE:
                held[n] -= min(excess, lengths[n])
                excess -= lengths[n] - held[n]
        flowing: list[tuple[int, int]] = []
        total = 0.0
        for (at, watts), length, hold in zip(powers, lengths, held, strict=True):
            self._turn(at, watts, total)
            total += watts * hold
            if hold < length:
                self._turn(at + hold, 0.0, total)
            if hold > 0 and watts >= FLOWS_FROM_POWER:
                flowing.append((at, at + hold))
        self.flowing = tuple(flowing)

    def _turn(self, at: int, rate: float, total: float) -> None:
        self._turns.append(at)
        self._rates.append(rate)
        self._sums.append(total)

    def until(self, at: int) -> float:
        """Return what the power comes to by `at`, in W times µs."""
        n = bisect_right(self._turns, at) - 1
        if n < 0:
            return 0.0
        return self._sums[n] + self._rates[n] * (at - self._turns[n])

    def longest_silence(self, since: int, until: int) -> int:
        """Return the longest stretch between two moments in which no power was told (µs)."""
        told = self._told[
            bisect_right(self._told, since) : bisect_right(self._told, until)
        ]
        return max(b - a for a, b in pairwise([since, *told, until]))


def _at(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _powers(
    samples: Iterable[SessionSample], start: int, stop: int
) -> list[tuple[int, float]]:
    """Return the power (W) where it is told, by time; within the session, and one for each moment."""
    powers: dict[int, float] = {}
    for sample in samples:
        if sample.power is not None:
            watts = max(0.0, sample.power)
        elif sample.current is not None:
            flows = sample.current >= FLOWS_FROM_CURRENT
            watts = sample.current * _VOLTS if flows else 0.0
        else:
            continue
        at = min(max(_at(sample.at), start), stop)
        powers[at] = max(watts, powers.get(at, 0.0))
    return sorted(powers.items())


def _marks(
    samples: Iterable[SessionSample], start: int, stop: int, energy: float
) -> list[_Reading]:
    """Return the first and the last energy of each half hour, by time, none above a later one or above `energy`."""
    told: dict[int, float] = {}
    for sample in samples:
        if sample.energy is not None and start < (at := _at(sample.at)) < stop:
            told[at] = max(sample.energy, told.get(at, 0.0))
    moments = sorted(told)
    kept = [
        at
        for n, at in enumerate(moments)
        if n in {0, len(moments) - 1}
        or moments[n - 1] // _SLOT != at // _SLOT
        or at // _SLOT != moments[n + 1] // _SLOT
    ]
    most = energy
    marks: list[_Reading] = []
    for at in reversed(kept):
        most = min(most, max(0.0, told[at]))
        marks.append((at, most))
    return marks[::-1]


def _pieces(since: int, until: int) -> Iterator[tuple[int, int, int]]:
    """Return the half hours between two moments, by their numbers, each with the part of it that is between them."""
    since = max(since, until - _LONGEST)
    slot = since // _SLOT
    while True:
        end = min((slot + 1) * _SLOT, until)
        yield slot, since, end
        if end >= until:
            return
        slot, since = slot + 1, end


def _shares(since: int, until: int, power: _Power) -> dict[int, float]:
    """Return which share of what was charged between two moments falls into each half hour."""
    pieces = list(_pieces(since, until))
    if len(pieces) == 1:
        return {pieces[0][0]: 1.0}
    whole = power.until(until) - power.until(pieces[0][1])
    if whole > 0:
        weights = [power.until(end) - power.until(begin) for _, begin, end in pieces]
    else:
        weights = [float(end - begin) for _, begin, end in pieces]
    whole = sum(weights)
    return {
        slot: weight / whole
        for (slot, _, _), weight in zip(pieces, weights, strict=True)
        if weight > 0
    }


def _flows(
    start: int,
    stop: int,
    flow_time: int,
    energies: Mapping[int, float],
    power: _Power,
) -> dict[int, int]:
    """Return the µs that current flowed in each half hour; they come to `flow_time`.

    By the power where it was measured, else by the energy; no half hour gets more than it has, unless all are full.
    """
    if flow_time <= 0:
        return {}
    room = {slot: end - since for slot, since, end in _pieces(start, stop)}
    weights: dict[int, float] = {}
    for begin, end in power.flowing:
        for slot, since, until in _pieces(begin, end):
            weights[slot] = weights.get(slot, 0.0) + until - since
    if not weights:
        weights = dict(energies)
    whole = sum(weights.values())
    flows = {
        slot: min(flow_time * (weight / whole), room.get(slot, _SLOT))
        for slot, weight in weights.items()
        if weight > 0
    }
    left = flow_time - sum(flows.values())
    if left >= 1:
        free = {slot: most - flows.get(slot, 0.0) for slot, most in room.items()}
        spare = sum(free.values())
        for slot, most in free.items():
            share = most / spare if left < spare else 1 / len(free)
            more = left * share if left < spare else most + (left - spare) * share
            flows[slot] = flows.get(slot, 0.0) + more
    return _rounded(flows, flow_time)


def _rounded(flows: Mapping[int, float], whole: int) -> dict[int, int]:
    """Return the parts in whole numbers that come to `whole`."""
    rounded: dict[int, int] = {}
    so_far, given = 0.0, 0
    for slot in sorted(flows):
        so_far += flows[slot]
        rounded[slot] = max(0, min(round(so_far), whole) - given)
        given += rounded[slot]
    rounded[max(flows, key=flows.__getitem__)] += whole - given
    return rounded
