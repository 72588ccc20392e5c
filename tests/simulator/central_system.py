"""The least central system that a wallbox can live with: answers everything, remembers it, and calls when told to."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
import json
from typing import Any

from aiohttp import WSMsgType, web

from custom_components.smart_charge_point.simulator import DrivenClock

type Payload = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Heard:
    """A call that came, from whom."""

    identity: str
    action: str
    payload: Payload


class CentralSystem:
    """Listens on a loopback port. `answers` may hold another answer per action, or a CALLERROR code as text."""

    def __init__(self, clock: DrivenClock) -> None:
        """Listen nowhere yet."""
        self.clock = clock
        self._runner: web.AppRunner | None = None
        self._last_transaction = 100
        self._waiting: dict[str, asyncio.Future[list[Any]]] = {}
        self._last_id = 0
        self.url = ""
        self.heard: list[Heard] = []
        self.raw: list[str] = []
        self.sockets: dict[str, web.WebSocketResponse] = {}
        self.dialled: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.closed_with: list[int | None] = []
        self.pongs = 0
        self.answers: dict[
            str, Callable[[Payload], Payload | str | None] | Payload | str | None
        ] = {}

    async def start(self, port: int = 0) -> None:
        """Listen."""
        app = web.Application()
        app.router.add_get("/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"ws://127.0.0.1:{self._runner.addresses[0][1]}/ocpp"

    async def stop(self) -> None:
        """Hang up on everybody."""
        for socket in self.sockets.values():
            await socket.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def call(self, identity: str, action: str, payload: Payload) -> Payload:
        """Call a wallbox and return its answer; a CALLERROR is returned as {"error": code}."""
        self._last_id += 1
        message_id = f"c{self._last_id}"
        future: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        self._waiting[message_id] = future
        await self.sockets[identity].send_json([2, message_id, action, payload])
        async with asyncio.timeout(60):
            frame = await future
        await self.clock.settle()
        return frame[2] if frame[0] == 3 else {"error": frame[2]}

    def calls(self, action: str) -> list[Payload]:
        """Return the payloads heard of one action, in order."""
        return [heard.payload for heard in self.heard if heard.action == action]

    def actions(self) -> list[str]:
        """Return the actions heard, in order."""
        return [heard.action for heard in self.heard]

    async def _serve(self, request: web.Request) -> web.WebSocketResponse:
        identity = request.match_info["path"].rpartition("/")[2]
        self.headers.append(dict(request.headers))
        self.paths.append(request.path)
        socket = web.WebSocketResponse(protocols=("ocpp1.6",), autoping=False)
        await socket.prepare(request)
        self.dialled.append(identity)
        self.sockets[identity] = socket
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.raw.append(message.data)
                await self._take(identity, socket, json.loads(message.data))
            elif message.type is WSMsgType.PONG:
                self.pongs += 1
        self.closed_with.append(socket.close_code)
        return socket

    async def _take(
        self, identity: str, socket: web.WebSocketResponse, frame: list[Any]
    ) -> None:
        if frame[0] != 2:
            future = self._waiting.pop(frame[1], None)
            if future is not None and not future.done():
                future.set_result(frame)
            return
        _kind, message_id, action, payload = frame
        self.heard.append(Heard(identity, action, payload))
        answer = self._answer(action, payload)
        if isinstance(answer, str):
            await socket.send_json([4, message_id, answer, "", {}])
        elif answer is not None:
            await socket.send_json([3, message_id, answer])

    def _answer(self, action: str, payload: Payload) -> Payload | str | None:
        if action in self.answers:
            answer = self.answers[action]
            return answer(payload) if callable(answer) else answer
        now = self.clock.now().isoformat().replace("+00:00", "Z")
        match action:
            case "BootNotification":
                return {"status": "Accepted", "currentTime": now, "interval": 3600}
            case "Heartbeat":
                return {"currentTime": now}
            case "Authorize" | "StopTransaction":
                return {"idTagInfo": {"status": "Accepted"}}
            case "StartTransaction":
                self._last_transaction += 1
                return {
                    "transactionId": self._last_transaction,
                    "idTagInfo": {"status": "Accepted"},
                }
            case "DataTransfer":
                return {"status": "Accepted"}
            case _:
                return {}
