"""A dialect, a handler and a directory of a few lines each, and a wallbox that says what a test has it say."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import aiohttp
import orjson

from custom_components.smart_charge_point.central_system.connection import Connection
from custom_components.smart_charge_point.central_system.counters import Count
from custom_components.smart_charge_point.central_system.dialect import (
    Clock,
    Dialect,
    Transport,
    not_handled,
)
from custom_components.smart_charge_point.central_system.frames import (
    ErrorCode,
    FrameError,
)
from custom_components.smart_charge_point.central_system.handler import (
    Admission,
    Handler,
    RefusedError,
)
from custom_components.smart_charge_point.central_system.journal import FrameJournal
from custom_components.smart_charge_point.central_system.link import CallError, Link
from custom_components.smart_charge_point.central_system.schemas import load
from custom_components.smart_charge_point.central_system.server import CentralSystem
from custom_components.smart_charge_point.central_system.timing import Timing

PATIENCE = 60.0
"""Seconds within which anything that is to happen has happened."""


@dataclass(eq=False)
class FakeHandler:
    """Notes what it is told."""

    identity: str = ""
    admission: Admission = Admission.ACCEPTED
    links: list[Link] = field(default_factory=list)
    lost: list[Link] = field(default_factory=list)
    frames: int = 0
    fails_on_connect: bool = False

    def connected(self, link: Link) -> None:
        """Note the link."""
        self.links.append(link)
        if self.fails_on_connect:
            raise ValueError("not prepared for this")

    def disconnected(self, link: Link) -> None:
        """Note the end of the link."""
        self.lost.append(link)

    def seen(self) -> None:
        """Count a frame."""
        self.frames += 1


class FakeDirectory:
    """Knows everybody but whom it refuses."""

    def __init__(self) -> None:
        """Refuse nobody."""
        self.handlers: dict[str, FakeHandler] = {}
        self.refused: set[str] = set()
        self.strangers: bool = False
        self.nameless: dict[str, str] = {}

    def nameless_at(self, peer: str) -> str | None:
        """Return the one that was met without an identity."""
        met = [name for name, address in self.nameless.items() if address == peer]
        return met[0] if len(met) == 1 else None

    def handler_for(self, identity: str, peer: str, *, named: bool) -> Handler:
        """Return the one handler of an identity."""
        if not named:
            self.nameless[identity] = peer
        if identity in self.refused:
            raise RefusedError(identity)
        handler = self.handlers.setdefault(identity, FakeHandler(identity))
        if self.strangers:
            handler.admission = Admission.QUARANTINED
        return cast("Handler", handler)


class World:
    """All that a test looks at: one central system, what its dialects received, gates that they wait at."""

    def __init__(self, timing: Timing) -> None:
        """Make a central system that is not listening yet."""
        self.directory = FakeDirectory()
        self.received: list[tuple[str, str, Any]] = []
        self.gates: dict[str, asyncio.Event] = {}
        self.server = CentralSystem(
            self.directory,
            clock=lambda: datetime.now(UTC),
            dialects={"ocpp1.6": self.dialect},
            timing=timing,
        )
        self.port = 0
        self.http: aiohttp.ClientSession = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0)
        )
        self.boxes: list[Box] = []

    def dialect(
        self, transport: Transport, clock: Clock, journal: FrameJournal
    ) -> Dialect:
        """Make a dialect, as the server asks for it."""
        return cast("Dialect", FakeDialect(self, transport, clock, journal))

    async def start(self) -> None:
        """Listen on the loopback."""
        self.port = await self.server.start("127.0.0.1", 0)

    async def stop(self) -> None:
        """Close everything."""
        for gate in self.gates.values():
            gate.set()
        await self.server.stop()
        for box in self.boxes:
            await box.close()
        await self.http.close()

    def url(self, path: str) -> str:
        """Return the address with `path`, which begins with a slash."""
        return f"ws://127.0.0.1:{self.port}{path}"

    async def box(self, path: str = "/WB1", **arguments: Any) -> Box:
        """Dial in, and be listened to."""
        arguments.setdefault("protocols", ("ocpp1.6",))
        arguments.setdefault("timeout", aiohttp.ClientWSTimeout(ws_close=0.2))
        before = self.count(Count.HANDSHAKES)
        box = Box(await self.http.ws_connect(self.url(path), **arguments))
        self.boxes.append(box)
        await self.until(lambda: self.count(Count.HANDSHAKES) > before)
        return box

    def connection(self, identity: str = "WB1") -> Connection:
        """Return the connection of a wallbox."""
        return self.server.connections[identity]

    def handler(self, identity: str = "WB1") -> FakeHandler:
        """Return the handler of a wallbox."""
        return self.directory.handlers[identity]

    def count_of_links(self, identity: str) -> int:
        """Return how many sockets a wallbox has been connected by."""
        return len(self.handler(identity).links)

    def count(self, count: Count) -> int:
        """Return how often something was counted."""
        return self.server.counters.counts[count]

    def journal(self, identity: str) -> list[dict[str, Any]]:
        """Return what the journal of a wallbox shows."""
        journal = self.server.journal(identity)
        return journal.export() if journal else []

    def journal_notes(self, identity: str) -> list[str]:
        """Return the notes in the journal of a wallbox."""
        return [entry["note"] for entry in self.journal(identity) if entry["note"]]

    def actions(self) -> list[str]:
        """Return the actions that dialects received."""
        return [action for _, action, _ in self.received]

    async def until(self, condition: Any) -> None:
        """Let the loop run, pass by pass and without a pause, until `condition()` holds."""
        async with asyncio.timeout(PATIENCE):
            while not condition():  # noqa: ASYNC110 - any condition, without an event for each
                await asyncio.sleep(0)


class FakeDialect:
    """Answers at once, unless the payload asks for something else."""

    version = "1.6"

    def __init__(
        self, world: World, transport: Transport, clock: Clock, journal: FrameJournal
    ) -> None:
        """Note the world."""
        self.world = world
        self.transport = transport
        self.clock = clock
        self.journal = journal

    async def ask_identity(self) -> None:
        """Ask for a boot."""
        with suppress(CallError):
            await self.transport.call("TriggerMessage", {})

    async def receive(self, action: str, payload: Any) -> Any:
        """Do what `data` of a DataTransfer says: wait at a gate, raise, repair."""
        self.world.received.append((self.transport.identity, action, payload))
        match action:
            case "Heartbeat":
                self.transport.presume()
                return {"currentTime": str(len(self.world.received))}
            case "BootNotification":
                if not self.transport.identity or self.transport.presumed:
                    try:
                        self.transport.identify(payload["chargePointSerialNumber"])
                    except RefusedError:
                        raise FrameError(ErrorCode.SECURITY_ERROR, "no") from None
                return {"status": "Accepted"}
            case "DataTransfer":
                await self._obey(*payload.get("data", "").partition(" ")[::2])
                return {"status": "Accepted", "data": str(len(self.world.received))}
            case "MeterValues":
                return {}
            case "StatusNotification":
                return {"impossible": object()}
        raise not_handled(action, load("1.6"))

    async def _obey(self, order: str, argument: str) -> None:
        match order:
            case "wait":
                await self.world.gates.setdefault(argument, asyncio.Event()).wait()
            case "fail":
                raise ValueError(argument)
            case "refuse":
                raise FrameError(ErrorCode.SECURITY_ERROR, argument)
            case "repair":
                self.journal.note(argument)
            case "heartbeat":
                self.transport.expect_heartbeat(int(argument))
            case "close":
                await self.transport.close()


class Box:
    """A wallbox that says what it is told to."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Take a connected socket."""
        self.socket = socket

    async def say(self, *elements: Any) -> None:
        """Send a frame made of `elements`."""
        await self.socket.send_bytes(orjson.dumps(elements))

    async def say_text(self, text: str) -> None:
        """Send a text frame as it is."""
        await self.socket.send_str(text)

    async def hear(self) -> list[Any]:
        """Return the next frame that comes."""
        message = await self.socket.receive(PATIENCE)
        assert message.type is aiohttp.WSMsgType.TEXT, message
        return cast("list[Any]", orjson.loads(message.data))

    async def call(
        self, message_id: Any, action: str, payload: Any = None
    ) -> list[Any]:
        """Send a call and return the next frame that comes."""
        await self.say(2, message_id, action, payload or {})
        return await self.hear()

    async def order(self, message_id: Any, order: str) -> list[Any]:
        """Have the fake dialect do something, and return the next frame that comes."""
        return await self.call(
            message_id, "DataTransfer", {"vendorId": "t", "data": order}
        )

    async def closed(self) -> int | None:
        """Wait until the socket is closed; return the code."""
        async with asyncio.timeout(PATIENCE):
            while not self.socket.closed:
                await self.socket.receive()
        return self.socket.close_code

    async def close(self) -> None:
        """Close the socket."""
        await self.socket.close()
