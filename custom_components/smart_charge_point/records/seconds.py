"""Whole seconds (UTC): what a trace is counted by."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from ..model.trace import Coverage, TraceSample
from .errors import InvalidRecordError
from .rows import figure, moment, moment_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


def second_of(at: datetime) -> int:
    """Return the second since 1970 that `at` falls into.

    Raises:
        InvalidRecordError: `at` bears no zone.
    """
    if at.tzinfo is None:
        raise InvalidRecordError(f"A time without its zone: {at}")
    return (at - _EPOCH) // _SECOND


def at_second(second: int) -> datetime:
    """Return the beginning (UTC) of a second since 1970."""
    return moment_of(second * 1_000_000)


def seconds_within(start: datetime, end: datetime) -> range:
    """Return the seconds that begin in [start, end).

    Raises:
        InvalidRecordError: one of them bears no zone.
    """
    return range(-(-moment(start) // 1_000_000), -(-moment(end) // 1_000_000))


def on_its_second(sample: TraceSample) -> TraceSample:
    """Return the sample at the beginning of its second, with figures that a file can bear.

    Raises:
        InvalidRecordError: its time bears no zone.
    """
    power = figure(sample.power)
    return TraceSample(
        at=at_second(second_of(sample.at)),
        power=power,
        current=figure(sample.current),
        register=figure(sample.register),
        derived=sample.derived and power is not None,
    )


def of_one_second(under: TraceSample, over: TraceSample) -> TraceSample:
    """Return what two samples of a second say together: `over` came later and counts where both speak."""
    return TraceSample(
        at=over.at,
        power=under.power if over.power is None else over.power,
        current=under.current if over.current is None else over.current,
        register=under.register if over.register is None else over.register,
        derived=under.derived if over.power is None else over.derived,
    )


def coverage(
    samples: Iterable[TraceSample], start: datetime, end: datetime
) -> Coverage:
    """Return in how many of the seconds of [start, end) a power is known (requirements.md A9.4)."""
    asked = seconds_within(start, end)
    known = {second_of(s.at) for s in samples if s.power is not None}
    return Coverage(present=sum(second in asked for second in known), asked=len(asked))
