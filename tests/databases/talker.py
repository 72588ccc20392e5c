"""A wallbox that says what a plan has it say, on a real socket, at times of its own."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import aiohttp
import orjson

from custom_components.smart_charge_point.simulator import DrivenClock

from ..house import House

type Payload = dict[str, Any]


def told(moment: datetime) -> str:
    """Return a time as frames carry it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Talker:
    """A socket to the central system; a clock waits for what is said on it. It refuses all that it is asked."""

    def __init__(self, identity: str) -> None:
        """Say nothing yet."""
        self.identity = identity
        self.before_each: Callable[[], object] = lambda: None
        """Called before anything is said."""
        self.traffic = 0
        self._last_id = 0
        self._answers: dict[str, asyncio.Future[Payload]] = {}
        self._session: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._leave: Callable[[], None] = lambda: None

    @property
    def busy(self) -> bool:
        """Whether an answer is awaited."""
        return bool(self._answers)

    @property
    def online(self) -> bool:
        """Whether the socket stands."""
        return self._socket is not None and not self._socket.closed

    def stop_waiting(self) -> None:
        """Fail: Home Assistant answers everything."""
        for answer in self._answers.values():
            answer.set_exception(TimeoutError("no answer"))
        self._answers.clear()

    async def dial(self, house: House) -> None:
        """Dial in and boot."""
        clock: DrivenClock = house.clock
        self._session = aiohttp.ClientSession()
        self._socket = await self._session.ws_connect(
            house.address + self.identity, protocols=("ocpp1.6",)
        )
        self._reader = asyncio.create_task(self._read(self._socket))
        clock.join(self)
        self._leave = lambda: clock.leave(self)
        await self.call(
            "BootNotification",
            {"chargePointVendor": "Plain", "chargePointModel": "One"},
        )

    async def call(self, action: str, payload: Payload) -> Payload:
        """Say something, and return what it is answered."""
        assert self._socket is not None
        self.before_each()
        self._last_id += 1
        message_id = str(self._last_id)
        answer: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        self._answers[message_id] = answer
        self.traffic += 1
        await self._socket.send_bytes(orjson.dumps([2, message_id, action, payload]))
        return await answer

    async def hang_up(self) -> None:
        """Close the socket."""
        self._leave()
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            await self._reader
        if self._session is not None:
            await self._session.close()
        self._socket = self._reader = self._session = None

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            self.traffic += 1
            match orjson.loads(message.data):
                case [2, message_id, *_]:
                    refusal = [4, message_id, "NotImplemented", "", {}]
                    await socket.send_bytes(orjson.dumps(refusal))
                case [3, message_id, payload]:
                    self._answers.pop(message_id).set_result(payload)
                case [4, message_id, *about]:
                    self._answers.pop(message_id).set_exception(
                        AssertionError(f"refused: {about}")
                    )
        self.stop_waiting()
