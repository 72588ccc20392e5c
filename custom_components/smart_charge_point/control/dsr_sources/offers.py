"""What a source has told, against what it finds now."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
import logging
from typing import ClassVar

from ...model.dsr import DsrEvent
from .source import DsrSink

_LOGGER = logging.getLogger(__name__)

MOST_EVENTS = 100
"""Events of one source at a time. The nearest ones count; no provider announces as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was found when a source looked.

    Where it is not `complete`, an event that is not in it may still stand: nothing is withdrawn. `unread` names
    provider's events that were there but could not be read; what came of them before (`<name>.<part>`) stands.
    """

    events: tuple[DsrEvent, ...] = ()
    complete: bool = True
    unread: frozenset[str] = frozenset()

    SILENT: ClassVar[Reading]
    """Nothing was said. What was said before holds until it ends by itself."""

    def vouches_for_absence_of(self, event_id: str) -> bool:
        """Return whether an event that is not among `events` has been taken back."""
        return self.complete and not any(
            event_id.startswith(f"{name}.") for name in self.unread
        )


Reading.SILENT = Reading(complete=False)


class Offers:
    """The events that a source has told its sink, and which of them are not over."""

    def __init__(self, provider: str) -> None:
        """Begin with nothing told."""
        self._provider = provider
        self._told: dict[str, DsrEvent] = {}

    def resume(self, standing: Iterable[DsrEvent]) -> None:
        """Begin with what was told before a restart."""
        self._told = {event.event_id: _as_told(event) for event in standing}

    def running(self, now: datetime) -> tuple[DsrEvent, ...]:
        """Return the told events that run at `now`, in the order they began."""
        running = (e for e in self._told.values() if e.start <= now < e.end)
        return tuple(sorted(running, key=lambda event: event.start))

    async def tell(self, sink: DsrSink, reading: Reading, now: datetime) -> None:
        """Tell what is new, changed or gone. An event that is over is neither told nor withdrawn.

        What is new comes before what is gone: an event that was moved is another one, and nothing may rise in between.
        """
        wanted = self._wanted(reading, now)
        self._told = {key: told for key, told in self._told.items() if told.end > now}
        for event_id, event in wanted.items():
            if self._told.get(event_id) != event:
                _LOGGER.debug("%s asks for %s", self._provider, event)
                await sink.offer(event)
                self._told[event_id] = event
        for event_id in [*self._told]:
            if event_id not in wanted and reading.vouches_for_absence_of(event_id):
                _LOGGER.debug("%s took back %s", self._provider, event_id)
                await sink.withdraw(self._provider, event_id)
                del self._told[event_id]

    def _wanted(self, reading: Reading, now: datetime) -> dict[str, DsrEvent]:
        ahead = sorted(
            (event for event in reading.events if event.end > now),
            key=lambda event: event.start,
        )
        if len(ahead) > MOST_EVENTS:
            _LOGGER.warning(
                "%s announces %d events; only the next %d are followed",
                self._provider,
                len(ahead),
                MOST_EVENTS,
            )
        return {event.event_id: event for event in ahead[:MOST_EVENTS]}


def _as_told(event: DsrEvent) -> DsrEvent:
    """Return an event without what was drawn for it after it was told."""
    return replace(event, start_delay=0, end_delay=0)
