"""What sessions measure and what else comes out, on its way from the event loop to the file."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta
import sqlite3
from typing import Final

from ..model.result import Result
from ..model.trace import TraceSample
from ..model.transaction import Doubt, SessionSample
from . import (
    marks as mark_rows,
    results as result_rows,
    sessions as session_rows,
    traces as trace_rows,
)
from .marks import Marks
from .rows import credible_energy, doubt_bits, duration, figure, moment, number
from .samples import SampleStore
from .seconds import of_one_second, second_of
from .sessions import Progress
from .thinning import MOST_SAMPLES, envelope, thin
from .traces import TraceKey

_MOST_QUEUED: Final = 100_000
_MOST_RESULTS: Final = 1000
"""Results that wait while the disk is full; the earliest go first."""
_MOST_SECONDS: Final = 24 * 3600
"""Seconds of one connector's trace that wait while the disk is full; the earliest go first."""

type Measured = Progress | tuple[SessionSample, ...]


class Gathering:
    """Measurements that wait to be written. The loop calls `put`; everything else is the ledger's thread's."""

    def __init__(self) -> None:
        # The loop puts in, the thread takes out; both are atomic. Nothing else is shared between them.
        self._queue: deque[tuple[int, Measured]] = deque(maxlen=_MOST_QUEUED)
        self._progress: dict[int, Progress] = {}
        self._samples: dict[int, tuple[SessionSample, ...]] = {}
        self._marks: dict[int, Marks] = {}
        self._sample_store = SampleStore()
        self._trace_queue: deque[tuple[TraceKey, tuple[TraceSample, ...]]] = deque(
            maxlen=_MOST_QUEUED
        )
        self._traces: dict[TraceKey, dict[int, TraceSample]] = {}
        self._result_queue: deque[Result] = deque(maxlen=_MOST_RESULTS)
        self._results: deque[Result] = deque(maxlen=_MOST_RESULTS)

    @property
    def waiting(self) -> bool:
        """Whether there is anything that was sorted out and not written."""
        return bool(self._progress or self._samples or self._traces or self._results)

    def put(self, transaction_id: int, measured: Measured) -> None:
        """Take what a session has measured."""
        self._queue.append((number(transaction_id), measured))

    def put_trace(self, key: TraceKey, samples: tuple[TraceSample, ...]) -> None:
        """Take what a connector has measured, cleaned and on its seconds."""
        self._trace_queue.append((key, samples))

    def put_result(self, result: Result) -> None:
        """Take a result that was checked."""
        self._result_queue.append(result)

    def sort_out(self) -> None:
        """Empty the queue: of the progress of a session the latest counts, and its samples are bounded.

        So what waits takes no more room, however long a disk is full.
        """
        arrived: dict[int, list[SessionSample]] = {}
        while self._queue:
            transaction_id, measured = self._queue.popleft()
            if isinstance(measured, Progress):
                self._progress[transaction_id] = _later(
                    self._progress.get(transaction_id), measured
                )
            else:
                arrived.setdefault(transaction_id, []).extend(measured)
        for transaction_id, samples in arrived.items():
            mark_rows.collect(self._marks.setdefault(transaction_id, {}), samples)
            waiting = (*self._samples.get(transaction_id, ()), *samples)
            if len(waiting) > MOST_SAMPLES:
                waiting = envelope(thin(waiting), MOST_SAMPLES)
            self._samples[transaction_id] = waiting
        self._sort_out_traces()
        while self._result_queue:
            self._results.append(self._result_queue.popleft())

    def write(self, connection: sqlite3.Connection) -> None:
        """Write what was sorted out, as a part of a transaction; `written` tells that it succeeded, `reread` that it failed."""
        for transaction_id, made in self._progress.items():
            session_rows.progress(connection, transaction_id, made)
        for transaction_id, samples in self._samples.items():
            self._sample_store.add(connection, transaction_id, samples)
        for transaction_id, marks in self._marks.items():
            mark_rows.add(connection, transaction_id, marks)
        for key, seconds in self._traces.items():
            trace_rows.add(connection, key, seconds)
        for result in self._results:
            result_rows.add(connection, result)

    def cut(
        self, connection: sqlite3.Connection, transaction_id: int, stopped_at: datetime
    ) -> None:
        """Leave out the samples that are later than the end of their session."""
        self._sample_store.cut(connection, transaction_id, moment(stopped_at))
        mark_rows.cut(connection, transaction_id, moment(stopped_at))

    def written(self) -> None:
        """Forget what is in the file now."""
        self._progress.clear()
        self._samples.clear()
        self._marks.clear()
        self._traces.clear()
        self._results.clear()

    def reread(self) -> None:
        """Go by what the file says, not by what is remembered of it: a write failed, or a session was deleted."""
        self._sample_store.forget()

    def _sort_out_traces(self) -> None:
        while self._trace_queue:
            key, samples = self._trace_queue.popleft()
            seconds = self._traces.setdefault(key, {})
            for sample in samples:
                second = second_of(sample.at)
                earlier = seconds.pop(second, None)
                seconds[second] = (
                    sample if earlier is None else of_one_second(earlier, sample)
                )
            while len(seconds) > _MOST_SECONDS:
                del seconds[next(iter(seconds))]


def progress_of(
    energy: float,
    flow_time: timedelta,
    doubts: Iterable[Doubt],
    *,
    meter_last: float | None,
    at: datetime,
    exported: float | None = None,
    concluded_at: datetime | None = None,
) -> Progress:
    """Return the progress with figures that a file can bear.

    Raises:
        InvalidRecordError: a time bears no zone.
    """
    known = credible_energy(energy)
    if known is None:
        doubts = {*doubts, Doubt.REGISTER_JUMP}
    return Progress(
        known,
        duration(flow_time),
        doubt_bits(doubts),
        figure(meter_last),
        moment(at),
        None if exported is None else credible_energy(exported),
        None if concluded_at is None else moment(concluded_at),
    )


def clean(sample: SessionSample) -> SessionSample:
    """Return the sample with figures that a file can bear.

    Checked here, where whoever gave it can be told, and not later, among those of other sessions.

    Raises:
        InvalidRecordError: its time bears no zone.
    """
    moment(sample.at)
    return SessionSample(
        at=sample.at,
        power=figure(sample.power),
        energy=figure(sample.energy),
        current=figure(sample.current),
    )


def _later(earlier: Progress | None, later: Progress) -> Progress:
    if earlier is None:
        return later
    measured = later if later.meter_last is not None else earlier
    return Progress(
        earlier.energy if later.energy is None else later.energy,
        later.flow_time,
        later.doubts | (0 if later.stopped_at is not None else earlier.doubts),
        measured.meter_last,
        measured.at,
        earlier.exported if later.exported is None else later.exported,
        later.stopped_at,
    )
