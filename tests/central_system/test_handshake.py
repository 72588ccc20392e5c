"""The door: who gets in, under which identity and subprotocol, and what a stalled or hostile socket costs."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
import logging
from pathlib import Path
import select
import socket
import time
from typing import Any

import aiohttp
import pytest

from custom_components.smart_charge_point.central_system import listener, server
from custom_components.smart_charge_point.central_system.counters import Count
from custom_components.smart_charge_point.central_system.listener import address_of

from .conftest import Leap, NewWorld
from .wire import PATIENCE, World

KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
UPGRADE = "Upgrade: websocket\r\nConnection: Upgrade\r\n"
VERSION = "Sec-WebSocket-Version: 13\r\n"
REQUEST = f"GET /WB1 HTTP/1.1\r\nHost: x\r\n{UPGRADE}{KEY}{VERSION}\r\n"
LONGEST_QUEUE = int(Path("/proc/sys/net/core/somaxconn").read_text())
"""What this machine allows."""

type Dial = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@pytest.fixture
async def dial(world: World) -> AsyncIterator[Dial]:
    """Open raw sockets; they are closed in the end."""
    writers: list[asyncio.StreamWriter] = []

    async def open_one() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
        writers.append(writer)
        return reader, writer

    yield open_one
    for writer in writers:
        writer.close()


async def answer_to(dial: Dial, request: bytes | str) -> bytes:
    """Send a raw request; return what comes back until the end of the head, or until the socket is closed."""
    reader, writer = await dial()
    writer.write(request.encode() if isinstance(request, str) else request)
    try:
        async with asyncio.timeout(PATIENCE):
            return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError as error:
        return error.partial
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize(
    ("path", "identity"),
    [
        ("/WB1", "WB1"),
        ("/ocpp/16/WB1/", "WB1"),
        ("//x///WB1?a=b/c", "WB1"),
        ("/My%20Box%C3%BC", "My Box\u00fc"),
    ],
)
async def test_t4_the_identity_comes_from_the_path(
    world: World, path: str, identity: str
) -> None:
    """Whatever prefix and query a wallbox adds."""
    box = await world.box(path)
    assert (await box.call("1", "Heartbeat"))[0] == 3
    assert list(world.server.connections) == [identity]
    assert world.connection(identity).peer == "127.0.0.1"
    assert world.received[0][0] == identity


@pytest.mark.parametrize("path", ["/a:b", "/" + "x" * 49, "/%FF", "/a%0Ab", "/refused"])
async def test_what_is_no_identity_is_refused(world: World, path: str) -> None:
    """404, as is one that the directory does not serve; and the socket is closed."""
    world.directory.refused.add("refused")
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await world.box(path)
    assert caught.value.status == 404
    assert world.count(Count.REFUSED_IDENTITY) == 1
    assert not world.server.connections


@pytest.mark.parametrize(
    ("lines", "status", "spoken"),
    [
        ([], 101, None),
        (["ocpp1.6"], 101, "ocpp1.6"),
        (["OCPP1.6"], 101, "OCPP1.6"),
        (["ocpp2.0.1, ocpp1.6"], 101, "ocpp1.6"),
        (["ocpp1.6, ocpp1.5"], 101, "ocpp1.6"),
        (["ocpp1.5", "ocpp1.6"], 101, "ocpp1.6"),
        (["ocpp0.1"], 400, None),
    ],
)
async def test_t1_t2_the_subprotocol(
    dial: Dial, world: World, lines: list[str], status: int, spoken: str | None
) -> None:
    """ocpp.md 2.2: of all lines, whatever the case; none is served as 1.6, and only unknown ones are refused."""
    told = "".join(f"Sec-WebSocket-Protocol: {line}\r\n" for line in lines)
    answer = (await answer_to(dial, REQUEST[:-2] + told + "\r\n")).decode()
    assert answer.startswith(f"HTTP/1.1 {status} ")
    found = [
        line.partition(": ")[2]
        for line in answer.split("\r\n")
        if line.lower().startswith("sec-websocket-protocol")
    ]
    assert found == ([spoken] if spoken else [])
    assert world.count(Count.NO_SUBPROTOCOL) == (not lines)


@pytest.mark.parametrize(
    "request_",
    [
        REQUEST.replace("Connection: Upgrade\r\n", ""),
        REQUEST.replace("Connection: Upgrade", "Connection: keep-alive"),
        REQUEST.replace("Upgrade: websocket\r\n", ""),
        REQUEST.replace(VERSION, ""),
        REQUEST.replace("\r\n", "\n"),
        REQUEST.replace("Host:", "Host :"),
    ],
)
async def test_careless_requests_are_served(
    dial: Dial, world: World, request_: str
) -> None:
    """Autel and others leave out what RFC 6455 asks for (lbbrhzn/ocpp#1933)."""
    assert (await answer_to(dial, request_)).startswith(b"HTTP/1.1 101 ")
    assert world.count(Count.MENDED_REQUESTS) == 1
    await world.until(lambda: "WB1" in world.server.connections)


async def test_a_slow_request_is_served(dial: Dial) -> None:
    """One byte at a time."""
    reader, writer = await dial()
    for byte in REQUEST.encode():
        writer.write(bytes([byte]))
        await asyncio.sleep(0)
    async with asyncio.timeout(PATIENCE):
        assert (await reader.readline()).startswith(b"HTTP/1.1 101 ")


async def test_frames_right_behind_the_request_are_read(
    dial: Dial, world: World
) -> None:
    """A wallbox that does not wait for the handshake's answer loses nothing."""
    body = b'[2,"1","Heartbeat",{}]'
    frame = bytes([0x81, 0x80 | len(body), 0, 0, 0, 0]) + body
    await answer_to(dial, REQUEST.encode() + frame)
    await world.until(lambda: world.actions() == ["Heartbeat"])


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 426),
        (REQUEST.replace(VERSION, "Sec-WebSocket-Version: 99\r\n").encode(), 400),
        (REQUEST.replace(KEY, "Sec-WebSocket-Key: ?\r\n").encode(), 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 99\r\n\r\n", 400),
        (b"SSH-2.0-x\r\n", 400),
        (b"\x00\x01\x02", 400),
        (b"GET /" + b"x" * 20_000, 400),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 5000, 400),
        (b"GET nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nH\x00: x\r\n\r\n", 400),
    ],
    ids=lambda value: str(value)[:24],
)
async def test_what_is_no_websocket_is_refused(
    dial: Dial,
    world: World,
    request_: bytes,
    status: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """With an answer, a closed socket, and without a line in the log that a stranger could repeat for ever."""
    reader, writer = await dial()
    writer.write(request_)
    async with asyncio.timeout(PATIENCE):
        try:
            answer = await reader.read(-1)
        except ConnectionResetError:
            answer = f"HTTP/1.1 {status} ".encode()  # closed with bytes unread
    assert f" {status} ".encode() in answer.partition(b"\r\n")[0]
    assert not world.server.connections
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]


async def test_tls_on_the_plain_port_is_told_once(
    dial: Dial, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """By the first byte, before anything is read: no answer, and one line in the log for each address."""
    for _ in range(3):
        assert (
            await answer_to(dial, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
            == b""
        )
    assert world.count(Count.TLS_ON_PLAIN_PORT) == 3
    assert caplog.text.count("wss://") == 1


async def test_stalled_requests_end(world: World, leap: Leap) -> None:
    """ocpp.md 2.2: aiohttp alone holds them for an hour. Silent, half a request, and gone before the first byte."""
    streams = [await asyncio.open_connection("127.0.0.1", world.port) for _ in range(3)]
    streams[1][1].write(b"GET /WB1 HTT")
    streams[2][1].close()
    await world.until(lambda: world.server.counters.half_open == 2)
    # Both have been let in, and in the next pass their time runs.
    await asyncio.sleep(0)
    leap(11)
    async with asyncio.timeout(PATIENCE):
        for reader, writer in streams[:2]:
            with suppress(ConnectionResetError):  # closed with bytes unread
                assert await reader.read() == b""
            writer.close()
    await world.until(lambda: world.server.counters.half_open == 0)
    assert world.count(Count.HALF_OPEN_DROPPED) == 2
    assert (await (await world.box()).call("1", "Heartbeat"))[0] == 3


async def test_half_open_sockets_are_bounded(dial: Dial, world: World) -> None:
    """Of one address the oldest goes when it has too many, so that a wallbox that means it still gets in."""
    streams = [await dial() for _ in range(listener.MAX_HALF_OPEN_PER_PEER + 5)]
    async with asyncio.timeout(PATIENCE):
        for reader, _ in streams[:5]:
            assert await reader.read() == b""
    assert world.server.counters.half_open == listener.MAX_HALF_OPEN_PER_PEER
    assert world.count(Count.HALF_OPEN_DROPPED) == 5
    assert (await (await world.box()).call("1", "Heartbeat"))[0] == 3


async def test_half_open_sockets_are_bounded_in_all(
    dial: Dial, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also from many addresses."""
    monkeypatch.setattr(listener, "MAX_HALF_OPEN", 3)
    streams = [await dial() for _ in range(4)]
    async with asyncio.timeout(PATIENCE):
        assert await streams[0][0].read() == b""
    assert world.server.counters.half_open == 3


async def test_strangers_are_bounded(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inventing identities fills the room for strangers, and costs no wallbox that is known anything."""
    known = await world.box("/known")
    world.directory.strangers = True
    monkeypatch.setattr(server, "MAX_STRANGERS_PER_PEER", 3)
    for number in range(3):
        await world.box(f"/stranger{number}")
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await world.box("/stranger3")
    assert caught.value.status == 503
    assert world.count(Count.REFUSED_CROWD) == 1
    await world.box("/stranger2")
    world.directory.strangers = False
    await world.box("/accepted")
    assert (await known.call("1", "Heartbeat"))[0] == 3


async def test_connections_are_bounded(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But a wallbox that is connected may always dial in again."""
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 2)
    await world.box("/WB1")
    await world.box("/WB2")
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await world.box("/WB3")
    assert (await (await world.box("/WB1")).call("1", "Heartbeat"))[0] == 3


async def test_a_directory_that_fails_costs_its_wallbox_only(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged, and the next one is served."""

    def fail(identity: str, peer: str, *, named: bool) -> Any:
        raise KeyError(identity)

    with monkeypatch.context() as patched:
        patched.setattr(world.directory, "handler_for", fail)
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await world.box()
    assert caught.value.status == 500
    assert "KeyError" in caplog.text
    assert (await (await world.box()).call("1", "Heartbeat"))[0] == 3


async def test_accepting_goes_on_after_an_error(
    world: World, dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Out of descriptors is no reason to stop listening for ever."""
    monkeypatch.setattr(listener, "ACCEPT_PAUSE", 0)
    loop = asyncio.get_running_loop()
    accept = loop.sock_accept
    failures = iter(range(3))

    async def sometimes(listening: socket.socket) -> tuple[socket.socket, Any]:
        accepted = await accept(listening)
        if next(failures, None) is not None:
            accepted[0].close()
            raise OSError(24, "Too many open files")
        return accepted

    monkeypatch.setattr(loop, "sock_accept", sometimes)
    await world.box("/before")  # taken by the accept that was waiting already
    for _ in range(3):
        assert await answer_to(dial, REQUEST) == b""
    assert (await (await world.box()).call("1", "Heartbeat"))[0] == 3


async def test_a_port_in_use_is_an_error(new_world: NewWorld, world: World) -> None:
    """The one who starts us can say it in a form."""
    other = await new_world()
    await other.server.stop()
    with pytest.raises(OSError, match="in use"):
        await other.server.start("127.0.0.1", world.port)
    assert await other.server.start("127.0.0.1", 0)


async def test_all_may_dial_while_the_loop_is_busy(world: World) -> None:
    """The kernel turns none away: one that it did would be back only seconds later. Nothing runs between these lines."""
    dialled = [socket.socket() for _ in range(min(300, LONGEST_QUEUE))]
    waiting = select.poll()
    try:
        for each in dialled:
            each.setblocking(False)
            with suppress(BlockingIOError):
                each.connect(("127.0.0.1", world.port))
            waiting.register(each, select.POLLOUT)
        # The kernel may be late by itself; who was turned away dials again after a second.
        until = time.monotonic() + 0.9
        while len(waiting.poll(0)) < len(dialled) and time.monotonic() < until:
            pass
        assert len(waiting.poll(0)) == len(dialled)
    finally:
        for each in dialled:
            each.close()


async def test_it_listens_everywhere(new_world: NewWorld) -> None:
    """Without a host: on IPv4, and on IPv6 where the machine has it; IPv4 addresses are told as such."""
    world = await new_world()
    await world.server.stop()
    world.port = await world.server.start(None, 0)
    await world.box()
    assert world.connection().peer == "127.0.0.1"


@pytest.mark.parametrize(
    ("name", "address"),
    [
        (("192.168.1.9", 1), "192.168.1.9"),
        (("::ffff:192.168.1.9", 1, 0, 0), "192.168.1.9"),
        (("fe80::1%eth0", 1, 0, 2), "fe80::1"),
        (None, ""),
        ("", ""),
    ],
)
def test_addresses_are_plain(name: object, address: str) -> None:
    """One form for one peer."""
    assert address_of(name) == address


async def test_t3_no_identity_until_the_boot(world: World) -> None:
    """Served without one, then under its serial number; an old socket under that is retired."""
    old = await world.box("/S123")
    box = await world.box("/")
    assert (await box.call("1", "Heartbeat"))[0] == 3
    assert list(world.server.connections) == ["S123"]
    assert world.received[-1][0] == ""
    boot = {"chargePointSerialNumber": "S123"}
    assert (await box.call("2", "BootNotification", boot))[0] == 3
    assert await old.closed() is not None
    assert len(world.handler("S123").links) == 2
    assert (await box.call("3", "Heartbeat"))[0] == 3
    assert world.received[-1][0] == "S123"
    assert world.connection("S123").open
    assert not world.handler("S123").lost
    await box.call("4", "BootNotification", {"chargePointSerialNumber": "other"})
    assert list(world.server.connections) == ["S123"]
    await box.close()
    await world.until(lambda: world.handler("S123").lost)


@pytest.mark.parametrize("serial", ["", "a:b", "x" * 49, "refused", "a\nb"])
async def test_t3_a_serial_that_is_no_identity_is_refused(
    world: World, serial: str
) -> None:
    """The boot gets its error, then the socket is closed."""
    world.directory.refused.add("refused")
    box = await world.box("/")
    boot = {"chargePointSerialNumber": serial}
    answer = await box.call("1", "BootNotification", boot)
    assert answer[:3] == [4, "1", "SecurityError"]
    assert await box.closed() == 1008
    assert not world.server.connections
