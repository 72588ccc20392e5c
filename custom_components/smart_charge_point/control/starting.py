"""Starting: sessions that Home Assistant begins, now or when the car may charge, and cars that it wakes."""

from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from enum import Enum, auto
import logging
from typing import TYPE_CHECKING, Any, Final

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..central_system.link import Answer, CallError, CallRefusedError, Link
from ..central_system.profiles import ChargingProfile
from ..central_system.resident import override_profile
from ..const import DOMAIN
from ..model.charge_point import ConnectorStatus
from ..model.limit import Limit
from ..model.sleeping_car import SleepingCar
from .connector import Connector
from .override import OWNER_TAG, Override, OverrideKind

if TYPE_CHECKING:
    from .charge_point import ChargePoint

_LOGGER = logging.getLogger(__name__)

START_PATIENCE: Final = 10
"""Seconds that a wallbox has to begin the session of a car by itself before Home Assistant does."""
WISH_LASTS: Final = timedelta(minutes=2)
"""How long a wish waits for the session that was asked for."""
CAR_PATIENCE: Final = 60
"""Seconds that a car has to draw what it may before it is taken to sleep."""
PULSE: Final = timedelta(seconds=10)
"""How long a car is offered nothing, so that the offer after it wakes the car."""


class _Waking(Enum):
    """What has been tried to wake a car since it was last held back."""

    WAITED = auto()
    PULSED = auto()
    BEGINS_ANEW = auto()
    GIVEN_UP = auto()


class Starting:
    """Begins the sessions of one charge point."""

    def __init__(self, charge_point: ChargePoint) -> None:
        """Serve `charge_point`."""
        self._charge_point = charge_point
        self._timers: dict[int, CALLBACK_TYPE] = {}
        self._held_back: set[int] = set()
        """Connectors whose session was offered nothing, so that its car may have gone to sleep."""
        self._waking: dict[int, _Waking] = {}

    @callback
    def stop(self) -> None:
        """Let no timer outlive the charge point."""
        for cancel in self._timers.values():
            cancel()
        self._timers.clear()

    @property
    def _remedy(self) -> SleepingCar:
        return self._charge_point.settings.sleeping_car

    @callback
    def start_soon(self, connector: Connector) -> None:
        """Begin the session of a car that waits for one, unless that was tried or the wallbox does so by itself."""
        if (
            self._charge_point.settings.start_on_plug_in
            and self._remedy is not SleepingCar.HOLD_START
            and connector.state.status is ConnectorStatus.PREPARING
            and not connector.start_tried
            and connector.session is None
            and connector.number not in self._timers
        ):
            self._later(connector, START_PATIENCE, self._start)

    @callback
    def cancel(self, connector: Connector) -> None:
        """Begin no session of a car that waits for none any more."""
        if connector.session is None and (
            cancel := self._timers.pop(connector.number, None)
        ):
            cancel()

    @callback
    def look(self, connector: Connector, now: datetime) -> None:
        """Begin what was held until the car may charge, and see whether a car sleeps; `now` is UTC."""
        if connector.session is not None:
            self._watch(connector, now)
            return
        number = connector.number
        self._held_back.discard(number)
        if self._waking.get(number) is _Waking.BEGINS_ANEW:
            if connector.state.plugged_in:
                self._waking[number] = _Waking.GIVEN_UP
                self._run(connector, self._begin_allowed)
            return
        if not connector.state.plugged_in:
            self._waking.pop(number, None)
        if (
            connector.held
            # A wallbox that has just connected may have lost its power, and then the delay begins anew (A11.7).
            and connector.status_known
            and not connector.start_tried
            and connector.segment(now).limit > Limit.PAUSED
        ):
            self._run(connector, self._begin_allowed)

    def _watch(self, connector: Connector, now: datetime) -> None:
        """Take note of a session that is held back, and begin to wake its car when it may draw again and does not."""
        number = connector.number
        if self._remedy not in {SleepingCar.WAKE, SleepingCar.HOLD_START}:
            return
        waking = self._waking.get(number)
        if waking in {_Waking.PULSED, _Waking.BEGINS_ANEW}:
            return
        if connector.segment(now).limit <= Limit.PAUSED:
            self._held_back.add(number)
            self._waking.pop(number, None)
            self.cancel_waking(number)
        elif connector.drawing:
            self._held_back.discard(number)
            self._waking.pop(number, None)
            self.cancel_waking(number)
        elif number in self._held_back and waking is None:
            self._waking[number] = _Waking.WAITED
            self._later(connector, CAR_PATIENCE, self._wake)

    @callback
    def cancel_waking(self, number: int) -> None:
        """Let a car be that draws, or that may not."""
        if (cancel := self._timers.pop(number, None)) is not None:
            cancel()

    def _later(
        self,
        connector: Connector,
        seconds: int,
        action: Callable[[Connector], Coroutine[Any, Any, None]],
    ) -> None:
        """Do something for a connector when so many seconds have passed."""
        number = connector.number

        async def due(_now: datetime) -> None:
            self._timers.pop(number, None)
            await action(connector)

        self._timers[number] = async_call_later(self._charge_point.hass, seconds, due)

    def _run(
        self,
        connector: Connector,
        action: Callable[[Connector], Coroutine[Any, Any, None]],
    ) -> None:
        """Do something for a connector now."""
        connector.start_tried = True
        self._charge_point.entry.async_create_background_task(
            self._charge_point.hass,
            action(connector),
            f"{DOMAIN} start at {self._charge_point.name}",
        )

    async def _wake(self, connector: Connector) -> None:
        """Wake a car that does not draw what it may: by a pause, then by a session of its own."""
        link, session = self._charge_point.link, connector.session
        number, now = connector.number, dt_util.utcnow()
        if link is None or session is None or connector.drawing:
            self._waking.pop(number, None)
            return
        if self._waking.get(number) is _Waking.WAITED:
            self._waking[number] = _Waking.PULSED
            if connector.standing_override(now) is None:
                connector.memory.override = Override(
                    kind=OverrideKind.WAKE,
                    transaction_id=session.transaction_id,
                    since=now,
                    until=now + PULSE,
                )
                self._charge_point.reconciler.wake()
            self._later(
                connector, CAR_PATIENCE + int(PULSE.total_seconds()), self._wake
            )
            return
        _LOGGER.debug("The car at connector %s sleeps; its session begins anew", number)
        self._waking[number] = _Waking.BEGINS_ANEW
        try:
            answer = await link.stop_transaction(session.wallbox_id)
        except CallError as error:
            _LOGGER.debug("The session was not ended: %s", error)
            answer = Answer.REJECTED
        if answer is not Answer.ACCEPTED:
            self._waking[number] = _Waking.GIVEN_UP

    async def _start(self, connector: Connector) -> None:
        """Ask the wallbox to begin a session under the resident hours and delay."""
        link = self._charge_point.link
        if link is None or connector.session is not None or connector.start_tried:
            return
        connector.start_tried = True
        try:
            answer = await link.start_transaction(
                connector.number, OWNER_TAG, self._charge_point.memory.capabilities
            )
        except CallError as error:
            _LOGGER.debug(
                "%s did not begin a session: %s", self._charge_point.name, error
            )
        else:
            _LOGGER.debug(
                "%s was asked to begin a session: %s", self._charge_point.name, answer
            )

    async def _begin_allowed(self, connector: Connector) -> None:
        """Begin a session whose random delay was served before it began (A11.8)."""
        link, now = self._charge_point.link, dt_util.utcnow()
        if link is None or connector.session is not None:
            return
        wish = Override(
            kind=OverrideKind.SKIP_DELAY,
            transaction_id=None,
            since=now,
            until=now + WISH_LASTS,
        )
        try:
            answer = await self.begin(link, connector, wish)
        except CallError as error:
            _LOGGER.debug(
                "%s did not begin a session: %s", self._charge_point.name, error
            )
        else:
            _LOGGER.debug(
                "%s was asked to begin a session: %s", self._charge_point.name, answer
            )

    async def begin(self, link: Link, connector: Connector, wish: Override) -> Answer:
        """Ask for a session that `wish` is for; where it is not begun, all is as it was.

        Raises:
            CallError: no usable answer came.
        """
        memory = connector.memory
        before, tried = memory.override, connector.start_tried
        memory.override, connector.start_tried = wish, True
        await self._charge_point.store.save()
        profile = override_profile(
            connector.number,
            connector.override_limit(wish, wish.since),
            self._charge_point.memory.capabilities,
            transaction_id=None,
            now=wish.since,
            until=connector.wish_until(wish, wish.since),
        )
        answer = Answer.REJECTED
        try:
            answer = await self._ask(link, connector, profile)
        finally:
            if answer is not Answer.ACCEPTED:
                # It may have begun all the same, and have taken the wish up.
                if memory.override is wish:
                    memory.override = before
                connector.start_tried = tried
                await self._charge_point.store.save()
        return answer

    async def _ask(
        self, link: Link, connector: Connector, profile: ChargingProfile
    ) -> Answer:
        """Ask for a session under `profile`; where it is not taken along, for one that `profile` is sent to later."""
        capabilities = self._charge_point.memory.capabilities
        try:
            answer = await link.start_transaction(
                connector.number, OWNER_TAG, capabilities, profile
            )
        except CallRefusedError:
            answer = Answer.REJECTED
        if answer is Answer.ACCEPTED:
            return answer
        return await link.start_transaction(connector.number, OWNER_TAG, capabilities)
