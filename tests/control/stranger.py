"""A client on a raw socket that says whatever a test has it say."""

from collections.abc import Callable, Mapping
from typing import Any, Self

import aiohttp
import orjson

from ..house import House


class Stranger:
    """A socket to the central system, without a simulator that would mind its manners."""

    def __init__(
        self, session: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse
    ) -> None:
        """Take a connected socket."""
        self._session = session
        self._socket = socket
        self._last_id = 0
        self.asked: list[list[Any]] = []
        """The central system's own calls."""
        self.answers: Mapping[str, dict[str, Any]] | None = None
        """What they are answered with, by their action, and "Accepted" else; None: they are never answered."""

    @classmethod
    async def dial(cls, house: House, path: str, address: str = "127.0.0.1") -> Self:
        """Dial in from a loopback address of its own.

        Raises:
            aiohttp.WSServerHandshakeError: the central system does not let it in.
        """
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(local_addr=(address, 0))
        )
        try:
            socket = await session.ws_connect(
                house.address + path, protocols=("ocpp1.6",)
            )
        except BaseException:
            await session.close()
            raise
        return cls(session, socket)

    @property
    def open(self) -> bool:
        """Whether the socket stands."""
        return not self._socket.closed

    async def call(self, action: str, payload: dict[str, Any]) -> list[Any]:
        """Send a call and return what answers it, without its id: `[3, payload]` or `[4, code, ...]`."""
        self._last_id += 1
        await self._socket.send_bytes(
            orjson.dumps([2, str(self._last_id), action, payload])
        )
        while (answer := await self._hear()) is None:
            pass
        assert answer[1] == str(self._last_id)
        return [answer[0], *answer[2:]]

    async def hear(self, until: Callable[[], bool]) -> None:
        """Take the central system's calls until one makes `until` true."""
        while not until():
            assert await self._hear() is None

    async def _hear(self) -> list[Any] | None:
        """Take one frame, and return it where it is an answer."""
        message = await self._socket.receive()
        assert message.type is aiohttp.WSMsgType.TEXT, message
        frame: list[Any] = orjson.loads(message.data)
        if frame[0] != 2:
            return frame
        self.asked.append(frame[2:])
        if self.answers is not None:
            answer = self.answers.get(frame[2], {"status": "Accepted"})
            await self._socket.send_bytes(orjson.dumps([3, frame[1], answer]))
        return None

    async def boot(self, serial: str = "S-1", **more: str) -> dict[str, Any]:
        """Send a BootNotification and return its answer."""
        kind, answer = await self.call(
            "BootNotification",
            {
                "chargePointVendor": "Rogue",
                "chargePointModel": "One",
                "chargePointSerialNumber": serial,
                **more,
            },
        )
        assert kind == 3
        told: dict[str, Any] = answer
        return told

    async def closed(self) -> int | None:
        """Read until the other side has closed the socket; return its code."""
        while not self._socket.closed:
            await self._socket.receive()
        return self._socket.close_code

    async def hang_up(self) -> None:
        """Close the socket."""
        await self._socket.close()
        await self._session.close()
