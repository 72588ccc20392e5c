"""The latest minutes of a connector, second by second, in memory: for whoever looks on while it charges."""

from datetime import datetime, timedelta
from typing import Final

from ..model.trace import Coverage, TraceSample
from .seconds import coverage, of_one_second, on_its_second, second_of, seconds_within

MOST_AHEAD: Final = 60
"""Seconds that a sample may be ahead of us. One further ahead would shut those of now out."""


class TraceRing:
    """A sample for each of the latest `span` (whole seconds, 10 minutes unless told), whatever order they come in.

    Taking one costs the same however many there are. Of several samples of a second the last one counts; what it leaves
    open, the earlier ones say.

    Source: SI 2021/1467 reg. 9; requirements.md A9.4.
    """

    def __init__(self, span: timedelta = timedelta(minutes=10)) -> None:
        # The sample of a second lies in the slot of its remainder; what is there of an earlier round is gone.
        self._slots: list[tuple[int, TraceSample] | None] = [None] * max(
            span // timedelta(seconds=1), 1
        )
        self._newest: int | None = None

    @property
    def latest(self) -> TraceSample | None:
        """The sample of the latest second."""
        return None if self._newest is None else self._of(self._newest)

    def put(self, sample: TraceSample, now: datetime) -> bool:
        """Take a sample and return whether there was a place for it: not where it is too old or in the future.

        Raises:
            InvalidRecordError: a time without its zone.
        """
        second, present = second_of(sample.at), second_of(now)
        size = len(self._slots)
        newest = present if self._newest is None else max(present, self._newest)
        if not newest - size < second <= present + MOST_AHEAD:
            return False
        taken = on_its_second(sample)
        earlier = self._of(second)
        if earlier is not None:
            taken = of_one_second(earlier, taken)
        self._slots[second % size] = (second, taken)
        if self._newest is None or second > self._newest:
            self._newest = second
        return True

    def samples(self, start: datetime, end: datetime) -> tuple[TraceSample, ...]:
        """Return the samples of [start, end) by time.

        Raises:
            InvalidRecordError: a time without its zone.
        """
        asked = seconds_within(start, end)
        if self._newest is None:
            return ()
        first = max(asked.start, self._newest - len(self._slots) + 1)
        last = min(asked.stop, self._newest + 1)
        return tuple(
            sample
            for second in range(first, last)
            if (sample := self._of(second)) is not None
        )

    def coverage(self, start: datetime, end: datetime) -> Coverage:
        """Return in how many of the seconds of [start, end) a power is known."""
        return coverage(self.samples(start, end), start, end)

    def _of(self, second: int) -> TraceSample | None:
        slot = self._slots[second % len(self._slots)]
        return slot[1] if slot is not None and slot[0] == second else None
