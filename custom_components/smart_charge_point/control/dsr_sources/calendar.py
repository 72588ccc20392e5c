"""Any calendar of Home Assistant: each of its entries is an event."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import logging
from typing import Any, Final, override

from homeassistant.util import dt as dt_util

from ...model.dsr import DsrEvent
from .entity_source import OneEntitySource, read_moment
from .offers import Reading
from .source import EntitySettings

_LOGGER = logging.getLogger(__name__)

AHEAD: Final = timedelta(days=7)
"""How far ahead a calendar is read: as far as the plan goes."""
BEHIND: Final = timedelta(days=1)
"""An entry that runs began earlier, and some calendars list by the beginning alone. None may be longer (D6)."""
REFRESH: Final = timedelta(minutes=15)
"""A calendar's state shows its next entry only; what else is entered changes nothing that could be listened to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarSettings(EntitySettings):
    """A calendar, and the words that an entry's title must contain to count (case does not matter; empty: every entry)."""

    title: str = ""


class CalendarSource(OneEntitySource[CalendarSettings]):
    """The entries of a calendar. Two that begin at the same moment are one, as long as the longer."""

    @override
    def next_look(self, now: datetime) -> datetime | None:
        return now + REFRESH

    @override
    async def read(self, now: datetime) -> Reading:
        if self._state(self._settings.entity_id) is None:
            return Reading.SILENT
        entries = await self._entries(now)
        if not isinstance(entries, list):
            return Reading.SILENT
        complete = True
        events: dict[str, DsrEvent] = {}
        for entry in entries:
            fields = entry if isinstance(entry, Mapping) else {}
            if fields and not self._counts(fields):
                continue
            if (event := self._event(fields)) is None:
                complete = False
                continue
            same = events.get(event.event_id)
            if same is None or same.end < event.end:
                events[event.event_id] = event
        return Reading(events=tuple(events.values()), complete=complete)

    async def _entries(self, now: datetime) -> object:
        entity_id = self._settings.entity_id
        try:
            response: Any = await self._hass.services.async_call(
                "calendar",
                "get_events",
                {
                    "entity_id": entity_id,
                    "start_date_time": now - BEHIND,
                    "end_date_time": now + AHEAD,
                },
                blocking=True,
                return_response=True,
            )
            return response[entity_id]["events"]
        except Exception as error:  # noqa: BLE001 - the edge: behind a calendar is any integration's code
            _LOGGER.warning("The entries of %s cannot be read: %r", entity_id, error)
            return None

    def _counts(self, entry: Mapping[str, Any]) -> bool:
        title = str(entry.get("summary") or "")
        return self._settings.title.casefold() in title.casefold()

    def _event(self, entry: Mapping[str, Any]) -> DsrEvent | None:
        start, end = _bound(entry.get("start")), _bound(entry.get("end"))
        if start is None or end is None or end <= start:
            self._nonsense(self._settings.entity_id, entry)
            return None
        return self._asks(start, end, reason=str(entry.get("summary") or ""))


def _bound(value: object) -> datetime | None:
    """Return where an entry begins or ends; a day alone is its first moment in Home Assistant's time zone."""
    if (moment := read_moment(value)) is not None:
        return moment
    day = dt_util.parse_date(value) if isinstance(value, str) else None
    return None if day is None else dt_util.as_utc(dt_util.start_of_local_day(day))
