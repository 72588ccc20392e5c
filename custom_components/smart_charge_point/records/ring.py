"""The latest minutes of a connector, second by second, in memory: for whoever looks on while it charges."""

from datetime import datetime, timedelta
import math
from struct import Struct
from typing import Final

from ..model.trace import Coverage, TraceSample
from .seconds import (
    at_second,
    coverage,
    of_one_second,
    on_its_second,
    second_of,
    seconds_within,
)

MOST_AHEAD: Final = 60
"""Seconds that a sample may be ahead of us. One further ahead would shut those of now out."""

_SLOT: Final = Struct("=q3d?")
"""The second of a sample, its power, current and register (NaN where not measured), and whether power is derived."""
_EMPTY: Final = _SLOT.pack(-(1 << 63), math.nan, math.nan, math.nan, False)


class TraceRing:
    """A sample for each of the latest `span` (whole seconds, 10 minutes unless told), whatever order they come in.

    Taking one costs the same however many there are. Of several samples of a second the last one counts; what it leaves
    open, the earlier ones say.

    Source: SI 2021/1467 reg. 9; requirements.md A9.4.
    """

    def __init__(self, span: timedelta = timedelta(minutes=10)) -> None:
        # The sample of a second lies in the slot of its remainder; what is there of an earlier round is gone. They are
        # bytes and no objects: Python looks through all objects that it has made for garbage, and one more for each
        # message of each wallbox has it hold the event loop for that every few seconds.
        self._size = max(span // timedelta(seconds=1), 1)
        self._slots = bytearray(self._size * _EMPTY)
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
        newest = present if self._newest is None else max(present, self._newest)
        if not newest - self._size < second <= present + MOST_AHEAD:
            return False
        taken = on_its_second(sample)
        earlier = self._of(second)
        if earlier is not None:
            taken = of_one_second(earlier, taken)
        _SLOT.pack_into(
            self._slots,
            self._place(second),
            second,
            *(
                math.nan if value is None else value
                for value in (taken.power, taken.current, taken.register)
            ),
            taken.derived,
        )
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
        first = max(asked.start, self._newest - self._size + 1)
        last = min(asked.stop, self._newest + 1)
        return tuple(
            sample
            for second in range(first, last)
            if (sample := self._of(second)) is not None
        )

    def coverage(self, start: datetime, end: datetime) -> Coverage:
        """Return in how many of the seconds of [start, end) a power is known."""
        return coverage(self.samples(start, end), start, end)

    def _place(self, second: int) -> int:
        return second % self._size * _SLOT.size

    def _of(self, second: int) -> TraceSample | None:
        told, *figures, derived = _SLOT.unpack_from(self._slots, self._place(second))
        if told != second:
            return None
        power, current, register = (
            None if math.isnan(value) else value for value in figures
        )
        return TraceSample(
            at=at_second(second),
            power=power,
            current=current,
            register=register,
            derived=derived,
        )
