"""Octopus Energy: Power Down and Power Up sessions, from the custom integration `octopus_energy` (BottlecapDave).

Its event entities carry whole lists, past sessions too: `event.octopus_energy_…_octoplus_power_down_events` the sessions
that the household has joined (`joined_events`: id, start, end), `…_power_up_events` those that apply to it (`events`: code,
start, end). Their forerunners, which go in January 2027 (`…_saving_session_events`, `…_free_electricity_session_events`), carry
the same. The lists are renewed every half hour and outlive a restart; the moments are datetimes, and text after one.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, override

from homeassistant.core import HomeAssistant

from ...model.dsr import DsrDirection, DsrEvent
from .entity_source import OneEntitySource, OnMissing, read_moment
from .offers import Reading
from .source import EntitySettings

_LISTS: Final = {DsrDirection.DOWN: "joined_events", DsrDirection.UP: "events"}
"""A session that can be joined and was not is nobody's promise."""


class OctopusSource(OneEntitySource[EntitySettings]):
    """The sessions of one event entity; the direction of its settings says which kind of entity it is."""

    def __init__(
        self,
        hass: HomeAssistant,
        settings: EntitySettings,
        on_missing: OnMissing | None = None,
    ) -> None:
        """Take the settings.

        Raises:
            KeyError: there are no sessions in that direction.
        """
        super().__init__(hass, settings, on_missing)
        self._list = _LISTS[settings.direction]

    @override
    async def read(self, now: datetime) -> Reading:
        if (state := self._state(self._settings.entity_id)) is None:
            return Reading.SILENT
        sessions = state.attributes.get(self._list)
        if sessions is None:
            # Not told yet, as after the first set-up.
            return Reading.SILENT
        if not isinstance(sessions, Sequence) or isinstance(sessions, str):
            self._nonsense(self._settings.entity_id, sessions)
            return Reading.SILENT
        events = [self._event(session) for session in sessions]
        return Reading(
            events=tuple(event for event in events if event is not None),
            complete=None not in events,
        )

    def _event(self, session: object) -> DsrEvent | None:
        fields = session if isinstance(session, Mapping) else {}
        start, end = read_moment(fields.get("start")), read_moment(fields.get("end"))
        if start is None or end is None or end <= start:
            self._nonsense(self._settings.entity_id, session)
            return None
        name = fields.get("code") or fields.get("id")
        # A session that is moved keeps its name.
        return self._asks(start, end, name=str(name) if name else "")
