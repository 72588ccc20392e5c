"""Sources that look at entities of Home Assistant."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Callable
from datetime import datetime
import logging
from typing import override

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import (
    CALLBACK_TYPE,
    CoreState,
    Event,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers.event import (
    EventStateChangedData,
    async_track_point_in_utc_time,
    async_track_state_change_event,
)
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from ...model.dsr import DsrEvent, DsrOutcome
from ...model.dsr_record import DsrRecord
from .offers import Offers, Reading
from .source import DsrSink, EntitySettings

_LOGGER = logging.getLogger(__name__)

type OnMissing = Callable[[bool], None]
"""Is told, at each look, whether an entity of a source is missing."""


class EntitySource(ABC):
    """Looks when one of its entities changes, and when a subclass asks to.

    An entity that is missing or unavailable says nothing, so it ends nothing: what it announced stands until its own end,
    and is compared again as soon as the entity is back. So a restart of Home Assistant, where every entity is missing
    for a while, changes nothing either.
    """

    def __init__(
        self, hass: HomeAssistant, provider: str, on_missing: OnMissing | None = None
    ) -> None:
        """Take the provider's name, and whom to tell whether an entity is missing; nothing is looked at before `start`."""
        self._hass = hass
        self._on_missing = on_missing
        self._provider = provider
        self._offers = Offers(provider)
        self._sink: DsrSink | None = None
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._stop_listening: CALLBACK_TYPE | None = None
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._stop_waiting: CALLBACK_TYPE | None = None
        self._missed: set[str] = set()
        self._nonsense_told = ""

    @property
    def provider(self) -> str:
        """The provider that all events name."""
        return self._provider

    @property
    @abstractmethod
    def entity_ids(self) -> tuple[str, ...]:
        """The entities whose changes matter."""

    @abstractmethod
    async def read(self, now: datetime) -> Reading:
        """Return what the entities say at `now`."""

    def next_look(self, now: datetime) -> datetime | None:
        """Return when to look again though nothing changes; None for never."""
        return None

    async def start(self, sink: DsrSink) -> None:
        """Take up what `sink` holds, look, and go on looking."""
        self._sink = sink
        self._offers.resume(sink.standing(self._provider))
        self._listen()
        if self._hass.state is not CoreState.running:
            self._stop_waiting = async_at_started(self._hass, self._started)
        await self._look()

    async def stop(self) -> None:
        """Look no more."""
        self._sink = None
        for cancel in (self._stop_listening, self._cancel_timer, self._stop_waiting):
            if cancel is not None:
                cancel()
        self._stop_listening = self._cancel_timer = self._stop_waiting = None
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def opted_out(self, event: DsrEvent, at: datetime) -> None:
        """Only journal it: an entity is read, and nobody is behind it who could be told."""
        _LOGGER.debug("%s cannot be told that %s is not followed", *event.key)

    async def completed(
        self, event: DsrEvent, outcome: DsrOutcome, energy_wh: float | None
    ) -> None:
        """Only journal it: an entity is read, and nobody is behind it who could be told."""
        _LOGGER.debug("%s cannot be told how %s ended: %s", *event.key, outcome)

    async def owes(self, record: DsrRecord) -> bool:
        """Return False: nobody is behind an entity who could be told."""
        return False

    def _listen(self) -> None:
        if self._stop_listening is not None:
            self._stop_listening()
        self._stop_listening = async_track_state_change_event(
            self._hass, self.entity_ids, self._changed
        )

    @callback
    def _started(self, _hass: HomeAssistant) -> None:
        """Look once all that there will be is there: only then is a missing entity missing."""
        self._stop_waiting = None
        self._look_soon()

    @callback
    def _changed(self, _event: Event[EventStateChangedData]) -> None:
        self._look_soon()

    @callback
    def _look_soon(self) -> None:
        if self._sink is None or self._task is not None:
            return
        # Not at once: what one coordinator tells several entities arrives one by one, and half of it is nonsense.
        self._task = self._hass.async_create_task(
            self._look_once(), f"DSR source {self._provider}", eager_start=False
        )

    async def _look_once(self) -> None:
        self._task = None
        await self._look()

    async def _look(self) -> None:
        async with self._lock:
            now = dt_util.utcnow()
            reading = await self.read(now)
            if self._sink is not None:
                self._tell_missing()
                await self._offers.tell(self._sink, reading, now)
                self._look_again_at(self.next_look(now))

    def _tell_missing(self) -> None:
        # While Home Assistant starts, what is missing is only late.
        if self._on_missing is None or self._hass.state is not CoreState.running:
            return
        entities = self.entity_ids
        self._on_missing(
            not entities or any(self._hass.states.get(one) is None for one in entities)
        )

    def _look_again_at(self, moment: datetime | None) -> None:
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None
        if moment is not None:
            self._cancel_timer = async_track_point_in_utc_time(
                self._hass, self._timer, moment
            )

    @callback
    def _timer(self, _now: datetime) -> None:
        self._cancel_timer = None
        self._look_soon()

    def _state(self, entity_id: str) -> State | None:
        """Return the state of an entity, None while it says nothing."""
        state = self._hass.states.get(entity_id)
        if state is None:
            running = self._hass.state is CoreState.running
            if running and entity_id not in self._missed:
                self._missed.add(entity_id)
                _LOGGER.warning("There is no entity %s to take events from", entity_id)
            return None
        self._missed.discard(entity_id)
        return None if state.state == STATE_UNAVAILABLE else state

    def _nonsense(self, entity_id: str, what: object) -> None:
        """Journal what an entity said that cannot be an event, once."""
        text = repr(what)[:200]
        if text != self._nonsense_told:
            self._nonsense_told = text
            _LOGGER.warning("%s says what is no event: %s", entity_id, text)


class OneEntitySource[SettingsT: EntitySettings](EntitySource, ABC):
    """Looks at the one entity of its settings, which also is the provider's name."""

    def __init__(
        self,
        hass: HomeAssistant,
        settings: SettingsT,
        on_missing: OnMissing | None = None,
    ) -> None:
        """Take the settings."""
        super().__init__(hass, settings.entity_id, on_missing)
        self._settings = settings

    @property
    @override
    def entity_ids(self) -> tuple[str, ...]:
        return (self._settings.entity_id,)

    def _asks(
        self, start: datetime, end: datetime, *, name: str = "", reason: str = ""
    ) -> DsrEvent:
        """Return the event of [start, end) that the owner means by what the entity says; without a `name` its start is it."""
        return DsrEvent(
            provider=self._provider,
            event_id=name or moment_id(start),
            kind=self._settings.kind,
            direction=self._settings.direction,
            limit=self._settings.limit,
            start=start,
            end=end,
            reason=reason,
        )


def read_moment(value: object) -> datetime | None:
    """Return a moment in UTC, None for what is none or does not say its time zone."""
    moment = dt_util.parse_datetime(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        return None
    return dt_util.as_utc(moment)


def moment_id(moment: datetime) -> str:
    """Return what names an event of one entity: when it begins."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
