"""When an OpenADR 3 event asks for what: its intervals, each with its beginning and its end."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from .times import FOREVER, LONGEST, UnreadableError, read_duration, read_moment

MOST_ROUNDS: Final = 100
"""How often intervals are followed round: a cycle shorter than a quarter of an hour is none for a car."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One interval in time: `end` None is "until changed", `start` None is not said.

    Its beginning is to be spread over `spread`. `round` counts how often the intervals have begun anew.
    """

    name: str
    payloads: object
    start: datetime | None
    end: datetime | None
    spread: timedelta
    round: int = 0


def slots(event: Mapping[str, Any], now: datetime) -> Iterator[Slot]:
    """Yield the intervals of an event, as often as they come round until a day from `now`.

    Raises:
        UnreadableError: the event has none, or their times cannot be read.
    """
    once = list(_once(event))
    span = _duration(event.get("duration"))
    starts = [slot.start for slot in once if slot.start is not None]
    ends = [slot.end for slot in once if slot.end is not None]
    if not span or not starts:
        yield from once
        return
    first, over = min(starts), None if span >= FOREVER else min(starts) + span
    if len(ends) < len(once) or (cycle := max(ends) - first) <= timedelta():
        yield from (_ended(slot, over) for slot in once)
        return
    current = max(0, (now - first) // cycle)
    for number in range(current, current + MOST_ROUNDS):
        begins = first + number * cycle
        if number > current and (
            begins > now + LONGEST or (over is not None and begins >= over)
        ):
            return
        for slot in once:
            yield from _moved(slot, number * cycle, number, over)


def _moved(
    slot: Slot, by: timedelta, number: int, over: datetime | None
) -> Iterator[Slot]:
    if slot.start is None or slot.end is None:
        return
    start = slot.start + by
    if over is None or start < over:
        moved = replace(slot, start=start, end=slot.end + by, round=number)
        yield _ended(moved, over)


def _ended(slot: Slot, over: datetime | None) -> Slot:
    """Return a slot that ends with its event."""
    if over is None or (slot.end is not None and slot.end <= over):
        return slot
    return replace(slot, end=over)


def _once(event: Mapping[str, Any]) -> Iterator[Slot]:
    """Yield each interval. Those without a beginning of their own follow one another from the event's."""
    intervals = event.get("intervals")
    if not isinstance(intervals, list) or not intervals:
        raise UnreadableError("it has no intervals")
    told = read_moment(
        event.get("createdDateTime") or event.get("modificationDateTime"), None
    )
    common = _Period.read(event.get("intervalPeriod"), told)
    cursor = common.start
    for number, interval in enumerate(intervals):
        if not isinstance(interval, dict):
            raise UnreadableError("an interval is none")
        own = _Period.read(interval.get("intervalPeriod"), told)
        start = own.start or cursor
        length = common.duration if own.duration is None else own.duration
        spread = common.spread if own.spread is None else own.spread
        end = None
        if start is not None and length and length < FOREVER:
            end = cursor = start + length
        yield Slot(
            name=str(interval.get("id", number)),
            payloads=interval.get("payloads"),
            start=start,
            end=end,
            spread=spread or timedelta(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Period:
    """An `intervalPeriod`; None is what it does not say."""

    start: datetime | None = None
    duration: timedelta | None = None
    spread: timedelta | None = None

    @staticmethod
    def read(period: object, told: datetime | None) -> _Period:
        """Read a period; `told` is what "now" means in it.

        Raises:
            UnreadableError: it is there, and cannot be read.
        """
        if period is None:
            return _Period()
        if not isinstance(period, dict):
            raise UnreadableError("a period is none")
        start = None
        if (written := period.get("start")) is not None:
            start = read_moment(written, told)
            if start is None:
                raise UnreadableError(f"{written!r} is no moment")
        return _Period(
            start=start,
            duration=_duration(period.get("duration")),
            spread=_duration(period.get("randomizeStart")),
        )


def _duration(value: object) -> timedelta | None:
    if value is None:
        return None
    if (duration := read_duration(value)) is None:
        raise UnreadableError(f"{value!r} is no duration")
    return duration
