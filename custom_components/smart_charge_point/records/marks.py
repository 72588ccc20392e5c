"""The marks of the sessions in the ledger's file: what their half hours need of samples that are thinned for the graph.

Each function of the file is part of a transaction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
import sqlite3
from typing import Final

from ..model.slot import HALF_HOUR
from ..model.transaction import SessionSample
from .rows import moment, moment_of

HALF_HOUR_LENGTH: Final = HALF_HOUR // timedelta.resolution
"""Microseconds."""

_MERGE: Final = (
    "INSERT INTO mark VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
    "first_energy = CASE WHEN first_at IS NULL OR excluded.first_at < first_at THEN excluded.first_energy "
    "WHEN excluded.first_at = first_at THEN max(excluded.first_energy, first_energy) ELSE first_energy END, "
    "first_at = coalesce(min(first_at, excluded.first_at), first_at, excluded.first_at), "
    "last_energy = CASE WHEN last_at IS NULL OR excluded.last_at > last_at THEN excluded.last_energy "
    "WHEN excluded.last_at = last_at THEN max(excluded.last_energy, last_energy) ELSE last_energy END, "
    "last_at = coalesce(max(last_at, excluded.last_at), last_at, excluded.last_at), "
    "peak = coalesce(max(peak, excluded.peak), peak, excluded.peak)"
)


@dataclass(slots=True)
class Mark:
    """What was measured in a half hour: the first and the last energy (µs since 1970, Wh), the highest power (W)."""

    first_at: int | None = None
    first_energy: float | None = None
    last_at: int | None = None
    last_energy: float | None = None
    peak: float | None = None

    def take(self, at: int, energy: float | None, power: float | None) -> None:
        """Take a sample; of one moment the higher energy counts, in whatever order they come."""
        if power is not None and (self.peak is None or power > self.peak):
            self.peak = power
        if energy is None:
            return
        first = (self.first_at, -(self.first_energy or 0.0))
        if self.first_at is None or (at, -energy) < first:
            self.first_at, self.first_energy = at, energy
        last = (self.last_at, self.last_energy or 0.0)
        if self.last_at is None or (at, energy) > last:
            self.last_at, self.last_energy = at, energy


type Marks = dict[int, Mark]
"""By half hours since 1970."""


def collect(marks: Marks, samples: Iterable[SessionSample]) -> None:
    """Take samples into the marks of their half hours."""
    for sample in samples:
        at = moment(sample.at)
        mark = marks.get(half_hour := at // HALF_HOUR_LENGTH)
        if mark is None:
            mark = marks[half_hour] = Mark()
        mark.take(at, sample.energy, sample.power)


def add(
    connection: sqlite3.Connection, transaction_id: int, marks: Mapping[int, Mark]
) -> None:
    """Merge marks into those of a session; those of another time than the session's are left out."""
    times = connection.execute(
        "SELECT started_at, stopped_at FROM session WHERE transaction_id = ?",
        (transaction_id,),
    ).fetchone()
    if times is None:
        return
    first = times[0] // HALF_HOUR_LENGTH
    last = None if times[1] is None else times[1] // HALF_HOUR_LENGTH
    connection.executemany(
        _MERGE,
        [
            (
                transaction_id,
                half_hour,
                mark.first_at,
                mark.first_energy,
                mark.last_at,
                mark.last_energy,
                mark.peak,
            )
            for half_hour, mark in marks.items()
            if half_hour >= first and (last is None or half_hour <= last)
        ],
    )


def cut(connection: sqlite3.Connection, transaction_id: int, stopped_at: int) -> None:
    """Leave out what is later than the end of the session."""
    connection.execute(
        "DELETE FROM mark WHERE transaction_id = ? AND half_hour > ?",
        (transaction_id, stopped_at // HALF_HOUR_LENGTH),
    )


def read(
    connection: sqlite3.Connection, transaction_id: int
) -> tuple[SessionSample, ...]:
    """Return what is marked of a session as samples."""
    samples: list[SessionSample] = []
    for first_at, first_energy, last_at, last_energy in connection.execute(
        "SELECT first_at, first_energy, last_at, last_energy FROM mark "
        "WHERE transaction_id = ? AND first_at IS NOT NULL ORDER BY half_hour",
        (transaction_id,),
    ):
        samples.append(_sample(first_at, first_energy))
        if last_at != first_at:
            samples.append(_sample(last_at, last_energy))
    return tuple(samples)


def _sample(at: int, energy: float) -> SessionSample:
    return SessionSample(at=moment_of(at), power=None, energy=energy, current=None)
