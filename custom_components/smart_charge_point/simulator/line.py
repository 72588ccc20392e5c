"""The wallbox's telephone: one websocket to the central system at a time, dialled again when it drops."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
import socket

from aiohttp import (
    AddrInfoType,
    ClientError,
    ClientSession,
    ClientTimeout,
    ClientWebSocketResponse,
    TCPConnector,
    WSMsgType,
)

from .clock import Clock, Timer


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """Where and how to dial."""

    url: str
    protocols: tuple[str, ...] = ("ocpp1.6",)
    headers: dict[str, str] = field(default_factory=dict)
    answers_pings: bool = True
    probe_first: bool = False
    closes_idle_after: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redialling:
    """How long to wait before dialling again: after a drop at first, doubling to the most; after a refusal likewise."""

    first: timedelta = timedelta(seconds=10)
    most: timedelta = timedelta(seconds=160)
    after_drop: timedelta | None = None
    never: bool = False


class Line:
    """Dials, hands over the frames that come, and puts frames on the wire in order.

    Callbacks run in the event loop and must not block: `on_open` when a websocket stands, `on_text` with every text
    frame, `on_close` when it has gone (with whether it stood and was dropped by the other side).
    """

    def __init__(
        self,
        clock: Clock,
        number: Callable[[], Number],
        redialling: Redialling,
        *,
        on_open: Callable[[], None],
        on_text: Callable[[str], None],
        on_close: Callable[[bool], None],
    ) -> None:
        """Dial nothing yet. `number` is asked before each dialling."""
        self._clock = clock
        self._number = number
        self._redialling = redialling
        self._on_open = on_open
        self._on_text = on_text
        self._on_close = on_close
        self._session: ClientSession | None = None
        self._sockets: list[socket.socket] = []
        self._websocket: ClientWebSocketResponse | None = None
        self._abandoned: list[tuple[ClientWebSocketResponse, list[socket.socket]]] = []
        self._talk: asyncio.Task[None] | None = None
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()
        self._writing = False
        self._redial: Timer | None = None
        self._failures = 0
        self._wanted = False
        self._pause: timedelta | None = None
        self._waited_for = True
        self._stood = False
        self._probed = False
        self._hanging_up = False
        self._close_code = 1000
        self._idle: Timer | None = None
        self.dialling = False
        self.closing = False
        self.dialled = 0

    @property
    def is_open(self) -> bool:
        """Whether a websocket stands."""
        return self._websocket is not None

    @property
    def busy(self) -> bool:
        """Whether a driven clock should wait: dialling, hanging up, or a frame not on the wire yet."""
        unsent = self.is_open and (self._writing or not self._outgoing.empty())
        return unsent or (self._waited_for and (self.dialling or self.closing))

    def stop_waiting(self) -> None:
        """Let the clock go on although dialling or hanging up takes so long."""
        self._waited_for = False

    def open(self, *, after: timedelta = timedelta()) -> None:
        """Dial, and keep dialling, until told to close."""
        self._wanted = True
        self._cancel_redial()
        if self._talk is not None:
            if self.closing:
                self._pause = after
            return
        if after:
            self._redial = self._clock.call_at(self._clock.now() + after, self._dial)
        else:
            self._dial()

    def send(self, text: str) -> None:
        """Put a frame on the wire after those before it; without a websocket it is lost."""
        if self.is_open:
            self._outgoing.put_nowait(text)

    def hang_up(self, *, cleanly: bool = True, half_open: bool = False) -> None:
        """Hang up and stay so: with a closing handshake, by dropping the connection, or telling nobody (`half_open`)."""
        self._wanted = False
        self._cancel_redial()
        if self._talk is None or self.closing:
            return
        if half_open and self._websocket is not None:
            self._abandoned.append((self._websocket, self._sockets))
            self._sockets = []
        elif not cleanly:
            _shut_down(self._sockets)
        self.closing = self._waited_for = self._hanging_up = True
        self._websocket = None
        self._talk.cancel()

    def drop(self) -> None:
        """Lose the connection as a bad network does; it will be dialled again."""
        _shut_down(self._sockets)

    def power_up(self) -> None:
        """Forget that a probe was made."""
        self._probed = False

    async def shut(self) -> None:
        """Hang up for good and give everything back."""
        talk = self._talk
        self.hang_up()
        if talk is not None:
            await asyncio.gather(talk, return_exceptions=True)
        for websocket, sockets in self._abandoned:
            _shut_down(sockets)
            await websocket.close()
        self._abandoned.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _cancel_redial(self) -> None:
        if self._redial is not None:
            self._redial.cancel()
            self._redial = None

    def _dial(self) -> None:
        self._redial = None
        if not self._wanted or self._talk is not None:
            return
        self.dialling = self._waited_for = True
        self.dialled += 1
        self._stood = False
        self._close_code = 1000
        self._talk = asyncio.get_running_loop().create_task(
            self._converse(), name="wallbox line"
        )
        self._talk.add_done_callback(self._after)

    async def _converse(self) -> None:
        number = self._number()
        try:
            websocket = await self._http().ws_connect(
                number.url,
                protocols=number.protocols,
                headers=number.headers,
                autoping=False,
                max_msg_size=1 << 20,
            )
            self._stood = True
            try:
                if number.probe_first and not self._probed:
                    await self._probe(websocket)
                else:
                    await self._hold(websocket, number)
            finally:
                if all(websocket is not each for each, _sockets in self._abandoned):
                    await websocket.close(code=self._close_code)
        except ClientError, OSError, TimeoutError:
            return

    async def _probe(self, websocket: ClientWebSocketResponse) -> None:
        """Hold a socket for a moment without using it."""
        self._probed = True
        self.dialling = False
        self._pause = timedelta()
        self._idle = self._clock.call_at(
            self._clock.now() + timedelta(seconds=3), self._close_idle
        )
        async for _message in websocket:
            continue

    async def _hold(self, websocket: ClientWebSocketResponse, number: Number) -> None:
        self._websocket = websocket
        self._outgoing = asyncio.Queue()
        self._failures = 0
        self.dialling = False
        writer = asyncio.get_running_loop().create_task(
            self._write(websocket), name="wallbox writer"
        )
        try:
            self._watch(number)
            self._on_open()
            async for message in websocket:
                self._watch(number)
                if message.type is WSMsgType.TEXT:
                    self._on_text(message.data)
                elif message.type is WSMsgType.PING and number.answers_pings:
                    await websocket.pong(message.data)
        finally:
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)

    def _watch(self, number: Number) -> None:
        """Begin to wait anew for something to come."""
        if number.closes_idle_after is not None:
            if self._idle is not None:
                self._idle.cancel()
            self._idle = self._clock.call_at(
                self._clock.now() + number.closes_idle_after, self._close_idle
            )

    def _close_idle(self) -> None:
        """Close a socket on which nothing came, and dial again."""
        if self._talk is not None and not self.closing:
            self.closing = self._waited_for = self._hanging_up = True
            self._close_code = 1001
            self._websocket = None
            self._talk.cancel()

    async def _write(self, websocket: ClientWebSocketResponse) -> None:
        while True:
            text = await self._outgoing.get()
            self._writing = True
            try:
                await websocket.send_str(text)
            finally:
                self._writing = False

    def _after(self, talk: asyncio.Task[None]) -> None:
        if not talk.cancelled() and (error := talk.exception()) is not None:
            raise error
        dropped = self._stood and not self._hanging_up
        self._websocket = None
        self._talk = None
        self._sockets = []
        self._writing = self.dialling = self.closing = self._hanging_up = False
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        self._on_close(dropped)
        pause, self._pause = self._pause, None
        if not self._wanted or (self._stood and self._redialling.never):
            return
        if pause is not None:
            self.open(after=pause)
            return
        if self._stood:
            pause = self._redialling.after_drop or self._redialling.first
        else:
            self._failures += 1
            pause = min(
                self._redialling.first * 2 ** min(self._failures - 1, 16),
                self._redialling.most,
            )
        self._redial = self._clock.call_at(self._clock.now() + pause, self._dial)

    def _http(self) -> ClientSession:
        if self._session is None:
            connector = TCPConnector(socket_factory=self._new_socket, force_close=True)
            self._session = ClientSession(
                connector=connector, timeout=ClientTimeout(total=None)
            )
        return self._session

    def _new_socket(self, address: AddrInfoType) -> socket.socket:
        family, kind, protocol, _name, _address = address
        new = socket.socket(family, kind, protocol)
        self._sockets.append(new)
        return new


def _shut_down(sockets: list[socket.socket]) -> None:
    """Cut connections as a pulled plug does, without a closing handshake."""
    for each in sockets:
        try:
            each.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue
