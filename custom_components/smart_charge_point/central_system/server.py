"""The central system: the server that wallboxes dial in to."""

import asyncio
from collections import Counter
from collections.abc import Mapping
import logging
from types import MappingProxyType
from typing import Any, Final, override
from urllib.parse import quote

from aiohttp import WSCloseCode, hdrs, web

from . import schemas
from .connection import Connection, Registrar, Socket
from .counters import Count, ServerCounters, Tally, snapshot
from .dialect import Clock, DialectFactory
from .dialects import DIALECTS
from .handler import Admission, Directory, Handler, RefusedError
from .journal import FrameJournal
from .listener import Listener, address_of
from .request_head import chosen_subprotocol, identity_in, subprotocols
from .timing import Timing

_LOGGER = logging.getLogger(__name__)
_HTTP_LOGGER = logging.getLogger(f"{__name__}.http")
# aiohttp logs a traceback for every request that it cannot parse, which any stranger can have it do for ever. What goes
# wrong on our side of the request is logged by us.
_HTTP_LOGGER.setLevel(logging.CRITICAL)

MAX_CONNECTIONS: Final = 500
"""More than any site has; each costs a descriptor and up to 100 KiB."""
MAX_STRANGERS: Final = 50
"""Connections that nobody has accepted, so that inventing identities costs the accepted ones nothing."""
MAX_STRANGERS_PER_PEER: Final = 10
"""Of one address, so that one client does not keep the others from being found."""
MAX_SOCKET_BYTES: Final = 1024 * 1024
"""A frame that is longer closes its socket, for aiohttp cannot skip it. Frames are refused from 256 KiB on: between the
two the wallbox gets an error and can drop what it wanted to say, where closing would have it dial in and say it again."""
WRITE_LIMIT: Final = 64 * 1024
"""Bytes that may wait for a wallbox that does not read, before answering it waits as well."""
MAX_JOURNALS: Final = 50
"""Journals of wallboxes that are not connected: what went wrong before a reconnect is what one wants to see."""
MAX_MISLEADING: Final = 100
"""Addresses that are remembered for having misled us."""
UNTOLD_SUBPROTOCOL: Final = "ocpp1.6"
"""Who names no subprotocol speaks this (Grizzl-E, quirk T1)."""
SUBPROTOCOL_PREFIX: Final = "ocpp"


class CentralSystem(Registrar):
    """Serves wallboxes on one port and gives each to the handler that the directory names.

    There is one connection per identity: a new socket wins at once, for the old one is nearly always half-open. A
    wallbox that gives no identity is served without one until its dialect learns it from the boot notification.
    """

    def __init__(
        self,
        directory: Directory,
        *,
        clock: Clock,
        dialects: Mapping[str, DialectFactory] = DIALECTS,
        timing: Timing | None = None,
    ) -> None:
        """Serve the subprotocols that `dialects` has, by their names in lower case ("ocpp1.6")."""
        self._directory = directory
        self._clock = clock
        self._dialects = dialects
        self._timing = timing or Timing()
        self._tally: Tally = Counter()
        self._registry: dict[str, Connection] = {}
        self._connections: dict[Connection, asyncio.Task[Any]] = {}
        """All that have had their handshake, also those without an identity, and what serves them."""
        self._journals: dict[str, FrameJournal] = {}
        self._misleading: set[str] = set()
        """Addresses at which somebody else was than was presumed: nobody is, from then on."""
        self._http: web.Server | None = None
        self._listener: Listener | None = None

    @property
    def connections(self) -> Mapping[str, Connection]:
        """The connected charge points by identity; a live view."""
        return MappingProxyType(self._registry)

    @property
    def counters(self) -> ServerCounters:
        """What was counted so far."""
        return snapshot(
            self._tally,
            connections=len(self._connections),
            half_open=self._listener.half_open if self._listener else 0,
        )

    def journal(self, identity: str) -> FrameJournal | None:
        """Return the frame journal of a charge point, also of one that is not connected just now."""
        connection = self._registry.get(identity)
        return connection.journal if connection else self._journals.get(identity)

    async def start(self, host: str | None, port: int) -> int:
        """Listen on `host` (None: everywhere) and `port` (0: any); return the port.

        Raises:
            OSError: it cannot be bound.
        """
        loop = asyncio.get_running_loop()
        for subprotocol in self._dialects:
            # Reads files; later calls find it loaded.
            version = subprotocol.removeprefix(SUBPROTOCOL_PREFIX)
            await loop.run_in_executor(None, schemas.load, version)
        self._http = web.Server(
            self._serve, access_log=None, logger=_HTTP_LOGGER, lingering_time=0
        )
        self._listener = Listener(self._http, self._tally, self._timing)
        return await self._listener.start(host, port)

    async def stop(self) -> None:
        """Close every socket with 1001 and the port. Waits a second at most for the other side."""
        if self._listener is not None:
            await self._listener.stop()
        for connection in self._connections:
            connection.begin_close(WSCloseCode.GOING_AWAY)
        await self._ended()
        # Whoever still stands is half-open, or works on something that does not end.
        for connection, serving in self._connections.items():
            connection.abort()
            serving.cancel()
        await self._ended()
        if self._http is not None:
            await self._http.shutdown(self._timing.stop)

    async def _ended(self) -> None:
        """Wait until all connections have ended, but not for long."""
        tasks = set(self._connections.values())
        tasks.update(one.working for one in self._connections if one.working)
        if tasks:
            await asyncio.wait(tasks, timeout=self._timing.stop)

    def hand_over(self, identity: str, handler: Handler) -> bool:
        """Have `handler` answer for a connected charge point, without touching its socket; whether it is connected."""
        if (connection := self._registry.get(identity)) is None:
            return False
        connection.hand_over(handler)
        return True

    async def release(self, identity: str) -> None:
        """Part a charge point, if it is connected, from its handler, which hears nothing of it any more.

        When this returns the handler has done with what it was told, and the socket is closing. The wallbox dials in
        anew and is looked up anew.
        """
        if (connection := self._registry.get(identity)) is None:
            return
        connection.retire()
        self._part(connection)
        if (working := connection.working) is not None:
            await asyncio.wait({working}, timeout=self._timing.last_work)
        connection.begin_close()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request: by a websocket that lasts as long as the wallbox is connected, or by a refusal."""
        try:
            return await self._welcome(request)
        except web.HTTPException as error:
            self._tally[Count.REFUSED_REQUEST] += 1
            return _refusal(error.status, "This is no websocket request of RFC 6455")
        except RefusedError:
            self._tally[Count.REFUSED_IDENTITY] += 1
            return _refusal(404, "This charge point is not served here")
        except ConnectionError:
            raise
        except Exception:
            _LOGGER.exception("Error while serving %s", _peer(request))
            return _refusal(500, "The central system failed")

    async def _welcome(self, request: web.BaseRequest) -> web.StreamResponse:
        if hdrs.SEC_WEBSOCKET_KEY not in request.headers:
            self._tally[Count.REFUSED_REQUEST] += 1
            return _refusal(426, "Wallboxes connect here, by OCPP over a websocket")
        peer = _peer(request)
        identity = identity_in(request.raw_path)
        if identity is None:
            raise RefusedError("no identity")
        offered = subprotocols(request.headers.getall(hdrs.SEC_WEBSOCKET_PROTOCOL, ()))
        chosen = chosen_subprotocol(offered, self._dialects)
        if offered and chosen is None:
            self._tally[Count.REFUSED_SUBPROTOCOL] += 1
            return _refusal(400, "None of the subprotocols is served")
        handler = (
            self._directory.handler_for(identity, peer, named=True)
            if identity
            else None
        )
        if self._crowded(identity, handler, peer):
            self._tally[Count.REFUSED_CROWD] += 1
            return _refusal(503, "Too many connections")
        socket: Socket = web.WebSocketResponse(
            timeout=self._timing.close,
            autoclose=False,
            autoping=False,
            protocols=(chosen,) if chosen else (),
            max_msg_size=MAX_SOCKET_BYTES,
            writer_limit=WRITE_LIMIT,
            decode_text=False,
        )
        await socket.prepare(request)
        transport = request.transport
        if transport is None:
            raise ConnectionResetError("gone during the handshake")
        self._tally[Count.HANDSHAKES] += 1
        if not offered:
            self._tally[Count.NO_SUBPROTOCOL] += 1
        connection = Connection(
            identity,
            peer,
            socket,
            transport,
            handler=handler,
            dialect=self._dialects[(chosen or UNTOLD_SUBPROTOCOL).casefold()],
            registrar=self,
            clock=self._clock,
            journal=self._journal_for(identity),
            tally=self._tally,
            timing=self._timing,
        )
        serving = asyncio.current_task()
        if serving is not None:
            self._connections[connection] = serving
        if not identity and (old := self._presumably(peer)) is not None:
            old.question()
        try:
            connection.begin(self._take_over(connection, identity))
            await connection.run()
        finally:
            self._connections.pop(connection, None)
            self._forget(connection)
        return socket

    def _crowded(self, identity: str, handler: Handler | None, peer: str) -> bool:
        """Whether there is no room for one more connection."""
        if identity in self._registry:
            return False
        if len(self._connections) >= MAX_CONNECTIONS:
            return True
        if not _is_stranger(handler):
            return False
        strangers = [
            connection
            for connection in self._connections
            if _is_stranger(connection.handler)
        ]
        return (
            len(strangers) >= MAX_STRANGERS
            or sum(stranger.peer == peer for stranger in strangers)
            >= MAX_STRANGERS_PER_PEER
        )

    @override
    def recognise(
        self, connection: Connection, identity: str
    ) -> tuple[Handler, asyncio.Task[None] | None]:
        if not identity or identity_in(quote(identity, safe="")) != identity:
            self._tally[Count.REFUSED_IDENTITY] += 1
            raise RefusedError("no identity")
        handler = self._directory.handler_for(identity, connection.peer, named=False)
        return handler, self._take_over(connection, identity)

    @override
    def presume(self, connection: Connection) -> str | None:
        # A wallbox that gives no identity (quirk T3) and redials without a boot (T7) has nothing but its address to be
        # known by. That is believed where there is no choice: one wallbox of that kind at that address, and nobody on
        # a socket of its own. Two behind one router are asked for their boot instead, which comes second because some
        # wallboxes take that for an order to reboot (B2).
        if connection.peer in self._misleading:
            return None
        old = self._presumably(connection.peer)
        if old is not None and not old.deserted:
            return None
        return self._directory.nameless_at(connection.peer)

    def _presumably(self, peer: str) -> Connection | None:
        """Return the socket of the wallbox that somebody without an identity at `peer` could be."""
        identity = self._directory.nameless_at(peer)
        return None if identity is None else self._registry.get(identity)

    @override
    def mistook(self, connection: Connection) -> None:
        if len(self._misleading) < MAX_MISLEADING:
            self._misleading.add(connection.peer)
        self._part(connection)

    def _take_over(
        self, connection: Connection, identity: str
    ) -> asyncio.Task[None] | None:
        """Give `identity` to a new socket; return what its old one still works on."""
        if not identity:
            return None
        old = self._registry.get(identity)
        self._registry[identity] = connection
        if old is None:
            return None
        self._tally[Count.SWAPS] += 1
        old.retire()
        old.begin_close()
        return old.working

    def _forget(self, connection: Connection) -> None:
        """Let go of a connection that has ended, and say so, unless a newer one has its identity."""
        identity = connection.identity
        if self._registry.get(identity) is not connection:
            return
        if not _is_stranger(connection.handler):
            self._journals[identity] = connection.journal
            if len(self._journals) > MAX_JOURNALS:
                del self._journals[next(iter(self._journals))]
        self._part(connection)

    def _part(self, connection: Connection) -> None:
        """Part a connection from its charge point."""
        identity = connection.identity
        del self._registry[identity]
        handler = connection.handler
        if handler is None:
            return
        try:
            handler.disconnected(connection.dialect)
        except Exception:
            _LOGGER.exception("Error while taking the end of wallbox %s", identity)

    def _journal_for(self, identity: str) -> FrameJournal:
        """Return the journal to go on with: that of the connection before, or a new one."""
        connected = self._registry.get(identity)
        kept = self._journals.pop(identity, None)
        return connected.journal if connected else kept or FrameJournal()


def _is_stranger(handler: Handler | None) -> bool:
    return handler is None or handler.admission is not Admission.ACCEPTED


def _peer(request: web.BaseRequest) -> str:
    transport = request.transport
    return address_of(transport.get_extra_info("peername")) if transport else ""


def _refusal(status: int, text: str) -> web.Response:
    response = web.Response(status=status, text=text)
    # Nothing more is to come on this socket; kept alive it would wait for an hour.
    response.force_close()
    return response
