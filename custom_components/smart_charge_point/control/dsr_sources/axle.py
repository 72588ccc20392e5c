"""Axle Energy: grid events, from the entities of Home Assistant's own integration `axle_energy`.

It polls Axle every ten minutes and shows one event: the sensors "Event type" (`import` or `export`), "Event start" and
"Event end", unknown while there is none or the household has opted out.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, override

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from ...model.dsr import DsrDirection, DsrEvent, DsrKind
from ...model.limit import Limit
from .entity_source import EntitySource, OnMissing, moment_id, read_moment
from .offers import Reading
from .source import DsrSink

DOMAIN: Final = "axle_energy"
_KEYS: Final = ("import_export", "start", "end")
"""The ends of the unique ids of the sensors; their beginning is the config entry's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AxleSettings:
    """The config entry of `axle_energy`, and what its events mean here.

    `limit` (per phase) holds while the home is to feed the grid. `charge_on_import` says whether to charge, with all that
    is permitted, while it is to take from the grid.
    """

    entry_id: str
    limit: Limit = Limit.PAUSED
    charge_on_import: bool = True


class AxleSource(EntitySource):
    """The grid event that Axle has announced. Axle announces beforehand: its events are planned."""

    def __init__(
        self,
        hass: HomeAssistant,
        settings: AxleSettings,
        on_missing: OnMissing | None = None,
    ) -> None:
        """Take the settings."""
        super().__init__(hass, DOMAIN, on_missing)
        self._settings = settings
        self._stop_renames: CALLBACK_TYPE | None = None
        self._heard: set[str] = set()

    @property
    @override
    def entity_ids(self) -> tuple[str, ...]:
        return tuple(filter(None, map(self._entity_id, _KEYS)))

    def _entity_id(self, key: str) -> str | None:
        return er.async_get(self._hass).async_get_entity_id(
            "sensor", DOMAIN, f"{self._settings.entry_id}_{key}"
        )

    @override
    async def start(self, sink: DsrSink) -> None:
        self._stop_renames = self._hass.bus.async_listen(
            er.EVENT_ENTITY_REGISTRY_UPDATED, self._registry_changed
        )
        await super().start(sink)

    @override
    async def stop(self) -> None:
        if self._stop_renames is not None:
            self._stop_renames()
            self._stop_renames = None
        await super().stop()

    @callback
    def _registry_changed(
        self, _event: Event[er.EventEntityRegistryUpdatedData]
    ) -> None:
        if set(self.entity_ids) != self._heard:
            self._listen()
            self._look_soon()

    @override
    def _listen(self) -> None:
        self._heard = set(self.entity_ids)
        super()._listen()

    @override
    async def read(self, now: datetime) -> Reading:
        entity_ids = self.entity_ids
        states = [self._state(entity_id) for entity_id in entity_ids]
        if len(states) < len(_KEYS):
            return Reading.SILENT
        values = [state.state for state in states if state is not None]
        if len(values) < len(_KEYS):
            return Reading.SILENT
        if values == [STATE_UNKNOWN] * len(_KEYS):
            return Reading()
        kind, start, end = values[0], read_moment(values[1]), read_moment(values[2])
        if kind not in {"import", "export"} or not start or not end or end <= start:
            self._nonsense(entity_ids[0], values)
            return Reading.SILENT
        if kind == "import" and not self._settings.charge_on_import:
            return Reading()
        exporting = kind == "export"
        return Reading(
            events=(
                DsrEvent(
                    provider=self._provider,
                    event_id=moment_id(start),
                    kind=DsrKind.PLANNED,
                    direction=DsrDirection.DOWN if exporting else DsrDirection.UP,
                    limit=self._settings.limit if exporting else None,
                    start=start,
                    end=end,
                    reason=kind,
                ),
            )
        )
