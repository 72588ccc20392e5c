"""A client on a raw socket that says whatever a test has it say."""

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
        """The central system's own calls, which are never answered."""

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
        while True:
            message = await self._socket.receive()
            assert message.type is aiohttp.WSMsgType.TEXT, message
            kind, told_id, *rest = orjson.loads(message.data)
            if kind == 2:
                self.asked.append(rest)
            else:
                assert told_id == str(self._last_id)
                return [kind, *rest]

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
