"""The samples of the sessions in the ledger's file."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
import sqlite3
from typing import Final

from ..model.transaction import SessionSample
from . import stale
from .rows import moment, moment_of
from .thinning import MOST_SAMPLES, Trail, envelope, follow, merge, thin, trail_of

# A closing sample may be a little later than the stop, a first one a little earlier than the start.
_MARGIN: Final = timedelta(minutes=1) // timedelta(microseconds=1)
_MOST_TRAILS: Final = 256

_KEEP: Final = "INSERT OR REPLACE INTO sample VALUES (?, ?, ?, ?, ?)"
_DROP: Final = "DELETE FROM sample WHERE transaction_id = ? AND at = ?"


class SampleStore:
    """Adds samples to the graphs of sessions. The newest point of each graph is remembered, so that adding is cheap."""

    def __init__(self) -> None:
        self._trails: dict[int, Trail] = {}
        self._counts: dict[int, int] = {}

    def forget(self) -> None:
        """Forget what is remembered, because the file may say otherwise."""
        self._trails.clear()
        self._counts.clear()

    def add(
        self,
        connection: sqlite3.Connection,
        transaction_id: int,
        samples: Iterable[SessionSample],
    ) -> None:
        """Add samples, which may be of any order, to the graph of a session.

        Those of another time than the session's, and those of a session that the ledger does not have, are left out.
        """
        times = connection.execute(
            "SELECT started_at, stopped_at FROM session WHERE transaction_id = ?",
            (transaction_id,),
        ).fetchone()
        if times is None:
            return
        started_at, stopped_at = times
        fresh = merge(
            sample
            for sample in samples
            if moment(sample.at) >= started_at - _MARGIN
            and (stopped_at is None or moment(sample.at) <= stopped_at + _MARGIN)
        )
        if not fresh:
            return
        if stopped_at is not None:
            stale.outdate(connection, transaction_id)
        trail = self._trails.get(transaction_id)
        if trail is None or fresh[0].at <= trail.tip.at:
            self._weave(connection, transaction_id, fresh)
        else:
            self._append(connection, transaction_id, trail, fresh)
        if self._counts[transaction_id] > MOST_SAMPLES:
            stored = read(connection, transaction_id)
            self._replace(
                connection,
                transaction_id,
                stored,
                envelope(stored, MOST_SAMPLES // 2),
            )

    def cut(
        self, connection: sqlite3.Connection, transaction_id: int, stopped_at: int
    ) -> None:
        """Leave out the samples that are later than the end of the session."""
        connection.execute(
            "DELETE FROM sample WHERE transaction_id = ? AND at > ?",
            (transaction_id, stopped_at + _MARGIN),
        )
        self._trails.pop(transaction_id, None)
        self._counts.pop(transaction_id, None)

    def _append(
        self,
        connection: sqlite3.Connection,
        transaction_id: int,
        trail: Trail,
        fresh: Sequence[SessionSample],
    ) -> None:
        kept: dict[int, SessionSample] = {}
        dropped: list[tuple[int, int]] = []
        for sample in fresh:
            former = trail.tip
            trail, former_goes = follow(trail, sample)
            if former_goes and kept.pop(moment(former.at), None) is None:
                dropped.append((transaction_id, moment(former.at)))
            kept[moment(sample.at)] = sample
        connection.executemany(_DROP, dropped)
        connection.executemany(_KEEP, _rows(transaction_id, kept))
        self._trails[transaction_id] = trail
        self._counts[transaction_id] += len(kept) - len(dropped)

    def _weave(
        self,
        connection: sqlite3.Connection,
        transaction_id: int,
        fresh: Sequence[SessionSample],
    ) -> None:
        stored = read(connection, transaction_id)
        self._replace(connection, transaction_id, stored, thin([*stored, *fresh]))

    def _replace(
        self,
        connection: sqlite3.Connection,
        transaction_id: int,
        stored: Sequence[SessionSample],
        wanted: Sequence[SessionSample],
    ) -> None:
        before = {moment(sample.at): sample for sample in stored}
        after = {moment(sample.at): sample for sample in wanted}
        connection.executemany(
            _DROP, [(transaction_id, at) for at in before.keys() - after.keys()]
        )
        connection.executemany(
            _KEEP,
            _rows(
                transaction_id,
                {at: s for at, s in after.items() if before.get(at) != s},
            ),
        )
        if len(self._trails) >= _MOST_TRAILS:
            self.forget()
        self._trails[transaction_id] = trail_of(wanted)
        self._counts[transaction_id] = len(wanted)


def read(
    connection: sqlite3.Connection, transaction_id: int
) -> tuple[SessionSample, ...]:
    """Return the samples of a session by time."""
    return tuple(
        SessionSample(at=moment_of(at), power=power, energy=energy, current=current)
        for at, power, energy, current in connection.execute(
            "SELECT at, power, energy, current FROM sample WHERE transaction_id = ? ORDER BY at",
            (transaction_id,),
        )
    )


def _rows(
    transaction_id: int, samples: Mapping[int, SessionSample]
) -> list[tuple[int, int, float | None, float | None, float | None]]:
    return [
        (transaction_id, at, s.power, s.energy, s.current) for at, s in samples.items()
    ]
