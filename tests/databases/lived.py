"""A home that a plan happens to: a real Home Assistant with a real recorder, wallboxes on real sockets, one time for all."""

from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
import shutil
from typing import Any, Final
from unittest.mock import PropertyMock, patch

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components.recorder.const import DOMAIN as RECORDER
from homeassistant.components.recorder.core import Recorder
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_recorder_block_till_done,
)
from pytest_homeassistant_custom_component.typing import RecorderInstanceContextManager

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.model.transaction import Session
from custom_components.smart_charge_point.records.ledger import Ledger

from ..house import House
from . import plans
from .homes import ask, home_assistant, household
from .plans import Order
from .recorded import RecordedHouse
from .told import Box, Charging, Message

_A_MOMENT: Final = timedelta(milliseconds=20)
"""How long it takes to say something."""
_OFTEN: Final = (0, 1, 10, 20, 30, 40, 50)
"""Minutes of each hour in which time is looked at while a wallbox is linked: it is given up after 15 minutes of silence."""
_SELDOM: Final = (0, 1, 30)
_KEPT: Final = (".storage", DOMAIN)
"""Where Home Assistant and the ledger keep what outlives them."""
_INDEX: Final = ".db-shm"
"""How the file ends that SQLite makes anew when nobody has the ledger open any more."""


class LivedHome:
    """One home over its lives of Home Assistant."""

    def __init__(
        self,
        recorder: RecorderInstanceContextManager,
        freezer: FrozenDateTimeFactory,
        *,
        begins: datetime,
        folder: Path,
        port: int,
        database: str,
    ) -> None:
        """Nothing runs before the first start."""
        self.now = self._began = begins
        self.boxes = (Box("WB1", 4_000), Box("WB2", 90_000))
        self.forgotten: set[Charging] = set()
        """Charging of which the sessions were deleted."""
        self.lost = False
        """Whether the recorder lost something that was not written again."""
        self.nobodys: set[Charging] = set()
        """Charging of which it was forgotten whose it was."""
        self.recorded: RecordedHouse
        self._recorder = recorder
        self._freezer = freezer
        self._folder = folder
        self._port = port
        self._database = database
        self._life: AsyncExitStack | None = None
        self._outage: AsyncExitStack | None = None
        self._up = False
        freezer.move_to(begins)
        for box in self.boxes:
            # No two states of an entity are of the very same moment: the recorder could not say which is the later.
            box.talker.before_each = lambda: freezer.tick(_A_MOMENT)

    @property
    def house(self) -> House:
        """The house of the present life."""
        return self.recorded.house

    @property
    def hass(self) -> HomeAssistant:
        """The present Home Assistant."""
        return self.recorded.hass

    @property
    def _ledger(self) -> Ledger:
        ledger: Ledger = self.house.entry.runtime_data.site.ledger
        return ledger

    # Lives.

    async def start(self) -> None:
        """Let Home Assistant be there, and the wallboxes that are linked dial in."""
        if self._up:
            return
        if self._life is None:
            self._life = AsyncExitStack()
            hass = await self._life.enter_async_context(home_assistant(self._folder))
            house = House(hass, self._freezer, self._folder, self._port, self.now)
            await self._life.enter_async_context(
                self._recorder(hass, {"db_url": self._database})
            )
            house.entry = household(hass, self._port, self._began)
            self.recorded = RecordedHouse(house)
        await self.house.clock.advance_to(self.now)
        await self.house.start()
        self._up = True
        for box in self.boxes:
            if box.linked:
                await self._link(box, Order.OLDEST_FIRST)

    async def begin(self) -> None:
        """Start for the first time; the wallboxes say where their registers stand."""
        await self.start()
        for box in self.boxes:
            await box.tell(box.sample(self.now))
        await self.wait(1)

    async def stop(self, *, whole: bool) -> None:
        """End the integration, or all of Home Assistant."""
        await self.start_recorder()
        if self._up:
            for box in self.boxes:
                await box.talker.hang_up()
            await self.house.stop()
            self._up = False
        if whole and self._life is not None:
            await self._life.aclose()
            self._life = None

    async def kill(self) -> None:
        """Let Home Assistant die, half a minute after it last heard anything: what it kept is as it was at that moment."""
        if not self._up:
            return
        # The recorder hears of that, too, and ends, for which it has to do what it is given.
        await self.start_recorder()
        # Those times do not pass here: they are the loop's own.
        self.hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
        await self.hass.async_block_till_done()
        await self._ledger.sessions(limit=1)
        kept = {
            path: path.read_bytes()
            for folder in _KEPT
            for path in (self._folder / folder).rglob("*")
            if path.is_file() and path.suffix != _INDEX
        }
        await self.stop(whole=True)
        for folder in _KEPT:
            shutil.rmtree(self._folder / folder, ignore_errors=True)
        for path, content in kept.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    async def stop_recorder(self) -> None:
        """Let the recorder record nothing."""
        if self._life is None or self._outage is not None:
            return
        await self._recorder_done()
        self._outage = AsyncExitStack()
        self._outage.enter_context(
            patch.object(
                Recorder, "recording", new_callable=PropertyMock, return_value=False
            )
        )
        self._outage.enter_context(patch.object(get_instance(self.hass), "queue_task"))

    async def start_recorder(self) -> None:
        """Let it record again."""
        if self._outage is not None:
            await self._outage.aclose()
            self._outage = None

    async def _recorder_done(self) -> None:
        if self._life is not None and self._outage is None:
            await self.hass.async_block_till_done()
            await async_recorder_block_till_done(self.hass)
            await self.hass.async_block_till_done()

    # Time.

    async def wait(self, minutes: float) -> None:
        """Let time pass."""
        until = self.now + timedelta(minutes=minutes)
        while self.now < until:
            samples = [at for box in self.boxes if (at := box.next_sample())]
            await self._come_to(min(until, self._look_at(), *samples))
            for box in self.boxes:
                if box.next_sample() == self.now:
                    await self._say(box, box.sample(self.now))

    def _look_at(self) -> datetime:
        """Return when Home Assistant's timers are looked at next: 40 s after some full minutes."""
        linked = self._up and any(box.talker.online for box in self.boxes)
        hour = self.now.replace(minute=0, second=40, microsecond=0)
        moments = (
            hour + timedelta(minutes=minute)
            for minute in (*(_OFTEN if linked else _SELDOM), 60)
        )
        return next(moment for moment in moments if moment > self.now)

    async def _come_to(self, moment: datetime) -> None:
        self.now = moment
        if self._life is None:
            self._freezer.move_to(moment)
            return
        await self.house.clock.advance_to(moment)
        for box in self.boxes:
            if self._up and box.linked:
                if box.talker.online:
                    await box.talker.call("Heartbeat", {})
                else:
                    await self._link(box, Order.OLDEST_FIRST)
        # What the recorder does, it does now: not when the next hour has come.
        await self._recorder_done()

    # What happens.

    async def do(self, step: plans.Step) -> None:
        """Let one step of a plan happen."""
        match step:
            case plans.Pass(minutes):
                await self.wait(minutes)
            case plans.PlugIn(box) if (of := self.boxes[box]).car is None:
                for message in of.begin(step, self.now):
                    await self._say(of, message)
                if of.talker.online:
                    await of.tell(of.status(self.now))
            case plans.Unplug(box):
                await self._unplug(self.boxes[box], step)
            case plans.GoOffline(box, keeps_samples):
                self.boxes[box].linked = False
                self.boxes[box].keeps_samples = keeps_samples
                await self.boxes[box].talker.hang_up()
            case plans.GoOnline(box, order) if not self.boxes[box].linked:
                self.boxes[box].linked = True
                if self._up:
                    await self._link(self.boxes[box], order)
            case plans.ChangeMeter(box, register):
                self.boxes[box].change_meter(register, self.now)
            case plans.Stop(whole):
                await self.stop(whole=whole)
            case plans.Kill():
                await self.kill()
            case plans.Start():
                await self.start()
            case plans.StopRecorder():
                await self.stop_recorder()
            case plans.StartRecorder():
                await self.start_recorder()
            case _:
                if self._up:
                    await self._decide(step)
        if self._life is not None:
            await self.house.clock.settle()
            await self._recorder_done()

    async def _unplug(self, box: Box, step: plans.Unplug) -> None:
        car = box.car
        message = box.end(self.now)
        if car is None:
            # A wallbox that makes up stops does so while it is asked for them.
            if box.talker.online:
                await box.tell(message)
            return
        car.clean = car.clean and not step.stop_is_lost
        times = 0 if step.stop_is_lost else 2 if step.stop_is_told_twice else 1
        for _ in range(times):
            await self._say(box, message)
        if box.talker.online:
            await box.tell(box.status(self.now))

    async def _decide(self, step: plans.Step) -> None:
        """Let an owner do something."""
        match step:
            case plans.LoseStatistics(some) if self._outage is None:
                ids = sorted(await self.recorded.names())
                get_instance(self.hass).async_clear_statistics(ids[:: 2 if some else 1])
                self.lost = self.lost or bool(ids)
            case plans.Purge() if self._outage is None:
                await self._purge()
            case plans.Rebuild() if self._outage is None:
                await self.rebuild()
            case plans.Correct(session, person):
                await self._correct(session, person)
            case plans.Forget(person, keep_sessions):
                await self._forget(person, keep_sessions=keep_sessions)

    async def rebuild(self) -> None:
        """Call the action that writes the statistics again."""
        await self.recorded.rebuild()
        self.lost = False

    async def _purge(self) -> None:
        await self.hass.services.async_call(
            RECORDER, "purge", {"keep_days": 1}, blocking=True
        )
        # Without its rows of five minutes the recorder begins all sums anew, whosever they are: they stay for a day.
        await self.hass.services.async_call(
            RECORDER,
            "purge_entities",
            {"domains": ["sensor"], "keep_days": 0},
            blocking=True,
        )
        await self._recorder_done()

    async def _correct(self, session: int, person: str | None) -> None:
        found = await self._ledger.sessions(limit=session + 1)
        if len(found) <= session:
            return
        kept = found[session]
        await self.ask("correct_session", session=kept.transaction_id, person=person)

    async def _forget(self, person: str, *, keep_sessions: bool) -> None:
        """Have a person's sessions deleted, and take note of which that were. What runs is kept, as nobody's."""
        before = await self._ledger.sessions(limit=1000)
        await self.hass.services.async_call(
            DOMAIN,
            "delete_personal_data",
            {
                "person": person.title(),
                "what": "names" if keep_sessions else "sessions",
                "confirm": True,
            },
            blocking=True,
        )
        after = {
            (one.charge_point, one.started_at): one
            for one in await self._ledger.sessions(limit=1000)
        }
        for one in before:
            kept = after.get((one.charge_point, one.started_at))
            if kept != one:
                for car in self._cars(one):
                    (self.forgotten if kept is None else self.nobodys).add(car)

    def _cars(self, session: Session) -> list[Charging]:
        """Return what charged in a session."""
        return [
            car
            for box in self.boxes
            for car in box.all
            if (box.identity, car.began) == (session.charge_point, session.started_at)
        ]

    # Telling.

    async def _link(self, box: Box, order: Order) -> None:
        """Let a wallbox dial in, and tell what it queued."""
        await box.talker.hang_up()
        await box.talker.dial(self.house)
        await box.tell(box.status(self.now))
        for message in box.queued(order):
            await box.tell(message)

    async def _say(self, box: Box, message: Message) -> None:
        """Let a wallbox say something now, or queue it."""
        if box.talker.online:
            await box.tell(message)
        elif message.action != "MeterValues" or box.keeps_samples:
            box.queue.append(message)

    async def all_is_told(self) -> None:
        """Let everything be there again, whatever was queued be told, and the statistics come to rest."""
        await self.start_recorder()
        await self.start()
        for box in self.boxes:
            if not box.linked:
                box.linked = True
                await self._link(box, Order.OLDEST_FIRST)
        await self.wait(2)
        for box in self.boxes:
            # A car that still charges does so out of sight, and is not heard of any more.
            box.car = None
            box.linked = False
            await box.talker.hang_up()
        await self.settle()

    async def settle(self) -> None:
        """Let the statistics come to rest: what is told is settled two full hours later."""
        await self.wait(4 * 60)

    async def tell_again(self) -> None:
        """Let each wallbox repeat all that it ever told, but of what is forgotten: that would begin anew."""
        for box in self.boxes:
            await box.talker.hang_up()
            await box.talker.dial(self.house)
            for message in box.repeatable:
                if message.of not in self.forgotten | self.nobodys:
                    await message.tell(box.talker)
            await box.talker.hang_up()

    async def ask(self, command: str, **fields: Any) -> dict[str, Any]:
        """Ask something as the panel of an administrator does."""
        return await ask(self.hass, command, **fields)

    async def close(self) -> None:
        """End everything."""
        await self.stop(whole=True)
