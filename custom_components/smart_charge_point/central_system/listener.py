"""The door: accepts sockets, bounds what a socket may do before it is a websocket, and hands it to aiohttp."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
import logging
import socket
from typing import Final, override

from .counters import Count, Tally
from .request_head import HEAD_END, MAX_HEAD_BYTES, mended
from .timing import Timing

_LOGGER = logging.getLogger(__name__)

MAX_HALF_OPEN: Final = 100
"""Sockets in all whose request is not complete: more than a site that dials in at once after a power cut has."""
MAX_HALF_OPEN_PER_PEER: Final = 20
"""Of one address. A gateway may stand before many wallboxes; one client alone must not fill the door."""
BACKLOG: Final = 512
"""Sockets that the kernel holds while the loop is busy. One that it has no room for dials again after 1, 3, 7, 15 s."""
ACCEPT_PAUSE: Final = 0.1
"""Seconds after accepting failed: out of descriptors, which time alone mends."""
MAX_REMEMBERED_PEERS: Final = 256
"""Addresses whose TLS on the plain port has been told in the log."""
TLS_HANDSHAKE: Final = 0x16
"""The first byte of a TLS record that begins a handshake (RFC 8446 5.1). No HTTP request begins with it."""
GET: Final = b"GET "
BAD_REQUEST: Final = (
    b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
)

type _Address = tuple[str | int | bytes, ...]
type ProtocolFactory = Callable[[], asyncio.Protocol]


def address_of(peer: object) -> str:
    """Return the address of a peer name: IPv4 as such where it came in over IPv6."""
    if isinstance(peer, tuple) and peer and isinstance(peer[0], str):
        return peer[0].removeprefix("::ffff:").partition("%")[0]
    return ""


@dataclass(slots=True, eq=False)
class _Visitor:
    """A socket whose request is not complete."""

    peer: str
    socket: socket.socket
    task: asyncio.Task[None] | None = field(default=None)


class _Doorstep(asyncio.Protocol):
    """Collects a request's head, and nothing that is no request."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.complete: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        """True once the head is there, false where it is none."""
        self.lost = False

    @override
    def data_received(self, data: bytes) -> None:
        self.received += data
        begins = bytes(self.received[: len(GET)])
        if begins != GET[: len(begins)]:
            self._decide(False)
        elif HEAD_END.search(self.received):
            self._decide(True)
        elif len(self.received) > MAX_HEAD_BYTES:
            self._decide(False)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        self._decide(False)

    def _decide(self, good: bool) -> None:
        if not self.complete.done():
            self.complete.set_result(good)


class Listener:
    """Accepts sockets on one port.

    Until its request is complete a socket is a task of ours with a deadline, a descriptor and at most 16 KiB; aiohttp, which
    has no deadline for a request, sees none before. Where too many wait, the oldest goes: an honest wallbox sends its
    request at once. The first byte is looked at before anything is read, so that TLS can be served on the same port.
    """

    def __init__(self, protocol: ProtocolFactory, tally: Tally, timing: Timing) -> None:
        """Give each socket with a request to a protocol of its own."""
        self._protocol = protocol
        self._tally = tally
        self._timing = timing
        self._sockets: list[socket.socket] = []
        self._accepting: list[asyncio.Task[None]] = []
        self._visitors: dict[_Visitor, None] = {}
        self._told: set[str] = set()

    @property
    def half_open(self) -> int:
        """How many sockets have not completed their request."""
        return len(self._visitors)

    async def start(self, host: str | None, port: int) -> int:
        """Listen on `host` (None: on every address of the machine, IPv4 and IPv6); return the port, chosen where it is 0.

        Raises:
            OSError: it cannot be bound.
        """
        try:
            for family, address in await self._addresses(host, port):
                # The first one may have chosen the port for all.
                bound = (address[0], self._port() or address[1], *address[2:])
                self._sockets.append(_bind(family, bound, dual=host is None))
        except OSError:
            self._close_sockets()
            raise
        loop = asyncio.get_running_loop()
        self._accepting = [
            loop.create_task(self._accept(listening)) for listening in self._sockets
        ]
        return self._port()

    async def stop(self) -> None:
        """Accept nothing more and drop who has not completed a request."""
        tasks = self._accepting + [
            visitor.task for visitor in self._visitors if visitor.task is not None
        ]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._accepting = []
        self._close_sockets()

    def _port(self) -> int:
        return int(self._sockets[0].getsockname()[1]) if self._sockets else 0

    def _close_sockets(self) -> None:
        for listening in self._sockets:
            listening.close()
        self._sockets = []

    @staticmethod
    async def _addresses(host: str | None, port: int) -> list[tuple[int, _Address]]:
        if host is None:
            if socket.has_dualstack_ipv6():
                return [(socket.AF_INET6, ("::", port))]
            return [(socket.AF_INET, ("0.0.0.0", port))]  # noqa: S104 - wallboxes are on the LAN
        found = await asyncio.get_running_loop().getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        return list(dict.fromkeys((info[0], info[4]) for info in found))

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                accepted, name = await loop.sock_accept(listening)
            except OSError as error:
                _LOGGER.debug("Accepting failed: %s", error)
                await asyncio.sleep(ACCEPT_PAUSE)
                continue
            self._tally[Count.SOCKETS] += 1
            self._let_in(accepted, address_of(name))
            # Accepting does not wait while the kernel has more: connected wallboxes have their turn in between.
            await asyncio.sleep(0)

    def _let_in(self, accepted: socket.socket, peer: str) -> None:
        same = [visitor for visitor in self._visitors if visitor.peer == peer]
        if len(same) >= MAX_HALF_OPEN_PER_PEER:
            self._turn_out(same[0])
        elif len(self._visitors) >= MAX_HALF_OPEN:
            self._turn_out(next(iter(self._visitors)))
        visitor = _Visitor(peer, accepted)
        self._visitors[visitor] = None
        visitor.task = asyncio.get_running_loop().create_task(self._receive(visitor))

    def _turn_out(self, visitor: _Visitor) -> None:
        self._visitors.pop(visitor, None)
        self._tally[Count.HALF_OPEN_DROPPED] += 1
        if visitor.task is not None:
            visitor.task.cancel()

    async def _receive(self, visitor: _Visitor) -> None:
        """See a socket through to its request."""
        transport: asyncio.Transport | None = None
        handed_on = False
        try:
            async with asyncio.timeout(self._timing.handshake):
                if await _first_byte(visitor.socket) == TLS_HANDSHAKE:
                    self._refuse_tls(visitor.peer)
                    return
                (
                    transport,
                    doorstep,
                ) = await asyncio.get_running_loop().connect_accepted_socket(
                    _Doorstep, visitor.socket
                )
                good = await doorstep.complete
            if doorstep.lost:
                return
            if good:
                self._hand_on(transport, bytes(doorstep.received))
                transport, handed_on = None, True
            else:
                self._tally[Count.REFUSED_REQUEST] += 1
                transport.write(BAD_REQUEST)
        except TimeoutError:
            self._tally[Count.HALF_OPEN_DROPPED] += 1
        except OSError as error:
            _LOGGER.debug("%s went away: %s", visitor.peer, error)
        finally:
            self._visitors.pop(visitor, None)
            if transport is not None:
                transport.close()
            elif not handed_on:
                visitor.socket.close()

    def _hand_on(self, transport: asyncio.Transport, request: bytes) -> None:
        """Let aiohttp go on from the request."""
        sound = mended(request)
        if sound is not request:
            self._tally[Count.MENDED_REQUESTS] += 1
        protocol = self._protocol()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        protocol.data_received(sound)

    def _refuse_tls(self, peer: str) -> None:
        self._tally[Count.TLS_ON_PLAIN_PORT] += 1
        if peer not in self._told and len(self._told) < MAX_REMEMBERED_PEERS:
            self._told.add(peer)
            _LOGGER.warning(
                "%s tries to connect with TLS (wss://); use ws:// in the wallbox", peer
            )


def _bind(family: int, address: _Address, *, dual: bool) -> socket.socket:
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        # A restart must not wait for the sockets of the last run to leave TIME_WAIT.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, not dual)
        listening.setblocking(False)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening


async def _first_byte(accepted: socket.socket) -> int | None:
    """Return the first byte that comes, without taking it; None where the other side closes."""
    loop = asyncio.get_running_loop()
    readable = loop.create_future()
    loop.add_reader(accepted, _set, readable)
    try:
        await readable
    finally:
        loop.remove_reader(accepted)
    first = accepted.recv(1, socket.MSG_PEEK)
    return first[0] if first else None


def _set(readable: asyncio.Future[None]) -> None:
    if not readable.done():
        readable.set_result(None)
