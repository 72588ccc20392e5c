"""OpenADR 3 events, as a server words them, to the events of the model.

Nothing in a server's answer is trusted to be what it should be: an event that cannot be read is named in the reading, so
that what it asked for before stands, and the others count all the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from ....model.dsr import DsrEvent
from ..offers import Reading
from .intervals import slots
from .settings import OpenAdrSettings
from .signals import Signal, read_signal
from .targets import is_for
from .times import UnreadableError, pieces

LOWEST_PRIORITY = 2**31
"""The rank of an event without a priority. A lower number ranks higher."""
MOST_WINDOWS = 500
"""How many intervals that ask for something are followed. Each is compared with each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What an event is read with.

    `household` is what only this home has: with it, and an event's name, the delay is drawn that a server asks for.
    `ours` are the names that mean this home, `units` those that programs give their payloads, by program and type.
    """

    provider: str
    household: str
    settings: OpenAdrSettings
    ours: frozenset[str]
    units: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was read, and what could not be, in words for the journal."""

    reading: Reading
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """One payload of one interval; `end` None is "until changed"."""

    event_id: str
    name: str
    program_id: str
    rank: int
    signal: Signal
    start: datetime
    end: datetime | None
    randomized: bool
    reason: str

    def outranks(self, other: _Window) -> bool:
        """Return whether this one counts where both are."""
        return (
            self.program_id == other.program_id
            and self.event_id != other.event_id
            and self.rank < other.rank
        )


def read_events(answer: Iterable[object], context: Context, now: datetime) -> Found:
    """Return the events for this home."""
    windows: list[_Window] = []
    unread: set[str] = set()
    problems: list[str] = []
    for item in answer:
        event_id = item.get("id") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(event_id, str) or not event_id:
            problems.append("an event has no id")
            continue
        try:
            windows += _windows(event_id, item, context, now)
        except (UnreadableError, OverflowError) as error:
            problems.append(f"{event_id}: {error}")
            unread.add(event_id)
    windows = [one for one in windows if one.end is None or one.end > now]
    if len(windows) > MOST_WINDOWS:
        problems.append(f"more than {MOST_WINDOWS} intervals")
        windows = sorted(windows, key=lambda one: one.start)[:MOST_WINDOWS]
    return Found(
        reading=Reading(
            events=tuple(
                event
                for window in windows
                for part in _uncovered(window, windows)
                for event in _events(part, window, context, now)
            ),
            complete=len(problems) == len(unread),
            unread=frozenset(unread),
        ),
        problems=tuple(problems),
    )


def _windows(
    event_id: str, event: Mapping[str, Any], context: Context, now: datetime
) -> list[_Window]:
    """Return what an event asks of this home.

    Raises:
        UnreadableError: it asks something, but what or when cannot be read.
    """
    if not is_for(event.get("targets"), context.ours):
        return []
    program_id = str(event.get("programID") or "")
    priority = event.get("priority")
    units = {
        **context.units.get(program_id, {}),
        **read_units(event.get("payloadDescriptors")),
    }
    found = []
    for slot in slots(event, now):
        if not isinstance(slot.payloads, list):
            raise UnreadableError("an interval has no payloads")
        for payload in slot.payloads:
            if not isinstance(payload, dict):
                raise UnreadableError("a payload is none")
            if (signal := read_signal(payload, units, context.settings)) is None:
                continue
            if slot.start is None:
                raise UnreadableError("it does not say when")
            name = f"{event_id}.{slot.name}.{signal.type}"
            if slot.round:
                name += f".{slot.round}"
            shift = _shift(context.household, name, slot.spread)
            found.append(
                _Window(
                    event_id=event_id,
                    name=name,
                    program_id=program_id,
                    rank=priority if isinstance(priority, int) else LOWEST_PRIORITY,
                    signal=signal,
                    start=slot.start + shift,
                    end=None if slot.end is None else slot.end + shift,
                    randomized=slot.spread > timedelta(),
                    reason=str(event.get("eventName") or signal.type),
                )
            )
    return found


def _shift(household: str, name: str, spread: timedelta) -> timedelta:
    """Return this home's part of a spread beginning: 0 to `spread` whole seconds, both included, all equally likely.

    A server leaves the draw to its clients (`randomizeStart`), and it must come out the same at every look and after a
    restart. So it is drawn by a hash of the event's name and 128 random bits that only this home has.
    """
    seconds = int(min(spread, timedelta(days=1)).total_seconds())
    drawn = int.from_bytes(sha256(f"{household}/{name}".encode()).digest())
    return timedelta(seconds=drawn % (seconds + 1))


def read_units(descriptors: object) -> dict[str, str]:
    """Return the units that payload descriptors name, by the type of payload."""
    return {
        item["payloadType"]: item["units"]
        for item in (descriptors if isinstance(descriptors, list) else ())
        if isinstance(item, dict)
        and isinstance(item.get("payloadType"), str)
        and isinstance(item.get("units"), str)
    }


type _Part = tuple[datetime, datetime | None]


def _uncovered(window: _Window, windows: Iterable[_Window]) -> list[_Part]:
    """Return the parts of a window in which no event of its program outranks it."""
    parts: list[_Part] = [(window.start, window.end)]
    for rival in windows:
        if rival.outranks(window):
            parts = [
                rest
                for part in parts
                for rest in _without(part, rival.start, rival.end)
            ]
    return parts


def _without(part: _Part, start: datetime, end: datetime | None) -> Iterator[_Part]:
    begins, ends = part
    if (ends is not None and ends <= start) or (end is not None and end <= begins):
        yield part
        return
    if begins < start:
        yield begins, start
    if end is not None and (ends is None or end < ends):
        yield end, ends


def _events(
    part: _Part, window: _Window, context: Context, now: datetime
) -> Iterator[DsrEvent]:
    if window.signal.direction is None:
        return
    for start, end in pieces(*part, now):
        moved = start != window.start
        yield DsrEvent(
            provider=context.provider,
            event_id=f"{window.name}@{start:%Y-%m-%dT%H:%M:%SZ}"
            if moved
            else window.name,
            kind=context.settings.kind,
            direction=window.signal.direction,
            limit=window.signal.limit,
            start=start,
            end=end,
            equivalent_delay_applied=window.randomized,
            reason=window.reason,
        )
