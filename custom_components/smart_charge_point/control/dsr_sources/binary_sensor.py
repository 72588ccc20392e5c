"""Any binary sensor of Home Assistant: while it is on, there is an event.

It does not say when it will be off, and an event must have an end, on the wallbox too: without one it would stand for good
where Home Assistant dies (D5). So the end is always one to two hours ahead, and moved on while the sensor stays on.
"""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, override

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN
from homeassistant.core import State

from .entity_source import OneEntitySource
from .offers import Reading
from .source import EntitySettings

RENEWED: Final = timedelta(hours=1)
"""How often the end is moved: seldom enough for a wallbox's memory."""
LONGEST: Final = timedelta(hours=24)
"""How long one event may be (D6); a sensor that stays on gives another one after it."""


class BinarySensorSource(OneEntitySource[EntitySettings]):
    """The event that a binary sensor is while it is on.

    One that becomes unavailable ends nothing, and moves no end either: the event lapses one to two hours later.
    """

    @override
    def next_look(self, now: datetime) -> datetime | None:
        if not (running := self._offers.running(now)):
            return None
        start = running[-1].start
        return start + ((now - start) // RENEWED + 1) * RENEWED

    @override
    async def read(self, now: datetime) -> Reading:
        state = self._state(self._settings.entity_id)
        if state is None or state.state == STATE_UNKNOWN:
            return Reading.SILENT
        if state.state == STATE_OFF:
            return Reading()
        if state.state != STATE_ON:
            self._nonsense(self._settings.entity_id, state.state)
            return Reading.SILENT
        start = self._since(state, now)
        end = start + ((now - start) // RENEWED + 2) * RENEWED
        bounds = [start, *([start + LONGEST] if end > start + LONGEST else []), end]
        return Reading(
            events=tuple(self._asks(begins, ends) for begins, ends in pairwise(bounds))
        )

    def _since(self, state: State, now: datetime) -> datetime:
        """Return when the event began: a restart of Home Assistant, after which the sensor is on anew, is no beginning."""
        if running := self._offers.running(now):
            return running[-1].start
        return min(state.last_changed, now).replace(microsecond=0)
