"""A wallbox whose frames a test can wait for, and meet with a kill."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import json

from custom_components.smart_charge_point.simulator import Car, DrivenClock, Wallbox
from custom_components.smart_charge_point.simulator.profile import Profile

from .home import IDENTITY, PATIENCE


class WatchedWallbox:
    """A wallbox that is listened to."""

    def __init__(self, address: str, *, begins: bool) -> None:
        """Hang it on the wall; `begins` is whether it begins when a car is plugged in."""
        self._clock = DrivenClock(datetime.now(UTC))
        self.box = Wallbox(address, IDENTITY, clock=self._clock, free_vend=begins)
        self._news = asyncio.Event()
        self._fatal: tuple[str, int, Callable[[], None]] | None = None
        self._deaf = False
        self._receive = self.box.protocol.receive
        self.box.protocol.receive = self._overhear  # type: ignore[method-assign]

    @property
    def held(self) -> dict[int, Profile]:
        """The charging profiles that it holds, by id."""
        return {profile.identifier: profile for profile in self.box.profiles}

    def when_called(self, action: str, then: Callable[[], None]) -> None:
        """Do `then` once, at the first call of `action` to come, before it is answered."""
        self._fatal = (action, 2, then)

    def when_answered(self, action: str, then: Callable[[], None]) -> None:
        """Do `then` once, when the next call of `action` is answered."""
        self._fatal = (action, 3, then)

    def hear_nothing(self) -> None:
        """Lose all that comes from now on, until it dials again: no kill is surely quicker than an answer."""
        self._deaf = True

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return when a frame has made `condition` true."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def connect(self) -> None:
        """Dial, again if need be, and return when Home Assistant has asked what comes of all that it sent."""
        asked = len(self.box.requests("GetCompositeSchedule"))
        self._deaf = False
        await self.catch_up()
        if self.box.powered:
            await self.box.go_online()
        else:
            await self.box.start()
        await self.until(lambda: len(self.box.requests("GetCompositeSchedule")) > asked)

    async def plug_in(self) -> int:
        """Plug a car in, and return the id of the transaction that begins, once it is known."""
        await self.box.plug_in(Car(soc=0.3))
        await self.until(lambda: self._transaction_id is not None)
        await self.answered()
        assert self._transaction_id is not None
        return self._transaction_id

    async def unplug(self) -> None:
        """Pull the cable, and return when all that came of it is answered."""
        await self.box.unplug()
        await self.answered()

    async def answered(self) -> None:
        """Return when all that it has told is answered."""
        protocol = self.box.protocol
        await self.until(lambda: not protocol.waiting and not protocol.queued)

    @property
    def _transaction_id(self) -> int | None:
        transaction = self.box.transaction()
        return None if transaction is None else transaction.identifier

    async def catch_up(self) -> None:
        """Set its clock, which stands still by itself, to the time that Home Assistant has."""
        await self._clock.advance_to(datetime.now(UTC))

    async def pass_time(self, time: timedelta) -> None:
        """Let time pass on its clock."""
        await self._clock.advance(time)

    def _overhear(self, text: str) -> None:
        if self._deaf:
            return
        match json.loads(text):
            case [2, _, str(action), _]:
                self._meet(action, 2)
            case [3, str(message_id), _]:
                sent = reversed(self.box.journal.sent_frames)
                self._meet(
                    next(
                        frame.action for frame in sent if frame.message_id == message_id
                    ),
                    3,
                )
        self._receive(text)
        self._news.set()

    def _meet(self, action: str, kind: int) -> None:
        if self._fatal is not None and self._fatal[:2] == (action, kind):
            _, _, then = self._fatal
            self._fatal = None
            then()
