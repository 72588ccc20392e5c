"""One connected charge point: what it says is answered in order, what is said to it waits for its turn."""

import asyncio
from collections import deque
from contextlib import suppress
import logging
from struct import Struct
from typing import Final, Literal, Protocol, override

from aiohttp import WSCloseCode, WSMsgType, web

from .answers import NEVER_KEPT, AnswerCache
from .call_queue import CallQueue
from .counters import Count, Tally
from .dialect import Clock, Dialect, DialectFactory, Transport
from .frames import (
    Call,
    CallFailure,
    CallResult,
    ErrorCode,
    FrameError,
    MalformedFrame,
    decode,
    encode_error,
    encode_result,
)
from .handler import Handler, RefusedError
from .journal import FrameJournal, JournalEntry, note_at
from .link import Payload, Priority
from .liveness import Liveness
from .pace import Pace
from .timing import Timing

_LOGGER = logging.getLogger(__name__)

MAX_INBOX: Final = 32
"""Calls that wait for a slow handler; with more the socket is not read from, and TCP holds the wallbox back."""
INBOX_RESUME: Final = MAX_INBOX // 2
"""Reading goes on here, so that it does not stop and go at every frame."""
MAX_MALFORMED: Final = 20
"""Malformed frames within MALFORMED_WITHIN: whoever sends more speaks something else."""
MALFORMED_WITHIN: Final = 60.0
"""Seconds; ocpp.md 5.6."""
MALFORMED: Final = "(malformed)"
"""What the journal calls a frame that has no action."""
UNASKED: Final = "(unasked)"
"""What the journal calls an answer to no call of ours."""
PACK_CODE: Final = Struct("!H").pack
"""A closing frame's code (RFC 6455 5.5.1)."""

type Socket = web.WebSocketResponse[Literal[False]]
"""A websocket that gives text frames as bytes: they are read as JSON, not as text."""
type _Work = tuple[Call | bytes, bytes, JournalEntry]


class Registrar(Protocol):
    """Who knows which connection is whose."""

    def recognise(
        self, connection: Connection, identity: str
    ) -> tuple[Handler, asyncio.Task[None] | None]:
        """Return who answers for a charge point that told its identity late, and what its last socket still works on.

        Raises:
            RefusedError: the identity is none, or is not to be served.
        """

    def presume(self, connection: Connection) -> str | None:
        """Return whose a connection without an identity can only be, None where that is not certain."""

    def mistook(self, connection: Connection) -> None:
        """Learn that a connection is not whose it was presumed to be."""


class Connection(Transport):
    """One websocket and its charge point, from the handshake to the close.

    Reading never waits for a handler. A call is worked on at once, in the pass of the loop that read it: where nothing
    in its way has to wait, reading, handling and answering take no task switch. Where something has to, it goes on in a
    task of its own, and the calls that come meanwhile queue up behind it, so that there is one at a time. Answers to
    our own calls are matched as they come.
    """

    def __init__(
        self,
        identity: str,
        peer: str,
        socket: Socket,
        transport: asyncio.Transport,
        *,
        handler: Handler | None,
        dialect: DialectFactory,
        registrar: Registrar,
        clock: Clock,
        journal: FrameJournal,
        tally: Tally,
        timing: Timing,
    ) -> None:
        """Wrap a websocket that has had its handshake; nothing is read before `run`."""
        self._identity = identity
        self._named = bool(identity)
        self._peer = peer
        self._socket = socket
        self._transport = transport
        self._handler = handler
        self._registrar = registrar
        self._tally = tally
        self._timing = timing
        self._loop = asyncio.get_running_loop()
        self._open = True
        self._retired = False
        self._refused = False
        self._presumed = False
        self._introduction: asyncio.TimerHandle | None = None
        self._asking: asyncio.Task[None] | None = None
        self._liveness = Liveness(
            self._loop, timing=timing, tally=tally, ping=socket.ping, died=self._died
        )
        self._pace = Pace(self._loop)
        self._answers = AnswerCache(self._loop)
        self._calls = CallQueue(self._send, tally)
        self._inbox: deque[_Work] = deque()
        self._room: asyncio.Future[None] | None = None
        self._worker: asyncio.Task[None] | None = None
        self._closing: asyncio.Task[None] | None = None
        self._farewell: asyncio.Future[None] = self._loop.create_future()
        """Done when the other side says nothing more."""
        self._predecessor: asyncio.Task[None] | None = None
        self._malformed_at: deque[float] = deque(maxlen=MAX_MALFORMED)
        self._told_errors: set[type[Exception]] = set()
        self.journal = journal
        journal.event(f"connected from {peer}")
        self.dialect: Dialect = dialect(self, clock, journal)

    @property
    @override
    def identity(self) -> str:
        return self._identity

    @property
    @override
    def peer(self) -> str:
        return self._peer

    @property
    @override
    def open(self) -> bool:
        return self._open

    @property
    @override
    def handler(self) -> Handler | None:
        return self._handler

    @property
    def working(self) -> asyncio.Task[None] | None:
        """The call that is being worked on, and what waits behind it; None while there is none."""
        return self._worker

    @override
    async def call(
        self,
        action: str,
        payload: Payload,
        *,
        priority: Priority = Priority.OWNER,
        timeout: float | None = None,
    ) -> Payload:
        return await self._calls.call(
            action,
            payload,
            priority,
            self._timing.call if timeout is None else timeout,
        )

    @override
    async def close(self, code: int = WSCloseCode.OK) -> None:
        self.begin_close(code)
        if self._closing is not None:
            await asyncio.shield(self._closing)

    def begin_close(self, code: int = WSCloseCode.OK) -> None:
        """Close without waiting for it."""
        if not self._open:
            return
        self._shut()
        self.journal.event(f"closing with {int(code)}")
        self._closing = self._loop.create_task(self._close(code))

    def abort(self) -> None:
        """End the socket without a word."""
        self._shut()
        self._transport.abort()

    @property
    def named(self) -> bool:
        """Whether it gave its identity when it dialled."""
        return self._named

    @property
    @override
    def presumed(self) -> bool:
        return self._presumed

    @override
    def identify(self, identity: str) -> None:
        presumed, self._presumed = self._presumed, False
        if self._identity and (self._identity == identity or not presumed):
            return
        if presumed:
            self._mistook(identity)
            return
        try:
            self._become(identity)
        except RefusedError:
            self._refused = True
            raise
        self.journal.event(f"identified as {identity}")

    @override
    def presume(self) -> None:
        if self._identity or not self._open:
            return
        if (identity := self._registrar.presume(self)) is None:
            return
        with suppress(RefusedError):
            self._become(identity)
            self._presumed = True
            self.journal.event(f"presumed to be {identity}, by its address")

    def _become(self, identity: str) -> None:
        """Be the connection of a charge point from now on."""
        self._handler, predecessor = self._registrar.recognise(self, identity)
        self._identity = identity
        self.begin(predecessor)

    def _mistook(self, identity: str) -> None:
        """Let go of the charge point that was presumed here: on its next socket the other one is presumed nobody."""
        self.journal.event(f"is {identity} instead")
        self._registrar.mistook(self)
        self._handler = None
        self._refused = True
        self._calls.close()

    def _introduce(self) -> None:
        """Find out who is on a socket that gave no identity, and on which no boot came."""
        self.presume()
        if not self._identity:
            self._asking = self._loop.create_task(self.dialect.ask_identity())

    @override
    def expect_heartbeat(self, interval: int) -> None:
        self._liveness.expect_heartbeat(interval)

    def begin(self, predecessor: asyncio.Task[None] | None = None) -> None:
        """Tell the handler that the charge point is connected.

        `predecessor` is what the socket before this one still works on: nothing of this one is handled before it is done.
        """
        self._predecessor = predecessor
        if self._handler is not None:
            self._tell_connected(self._handler)

    def hand_over(self, handler: Handler) -> None:
        """Have `handler` answer for the charge point from the next call on."""
        self._handler = handler
        # What was answered under the old one (an authorisation, say) does not hold under the new one.
        self._answers.clear()
        self._tell_connected(handler)

    def retire(self) -> None:
        """Let go of the charge point, which has a newer socket: fail what waits, drop what is unread, tell no handler.

        The socket stands until `close`.
        """
        self._retired = True
        self._inbox.clear()
        self._calls.close()
        self._make_room()

    async def run(self) -> None:
        """Read until the socket closes; then finish what was read."""
        self._liveness.start()
        if not self._identity:
            self._introduction = self._loop.call_later(
                self._timing.introduction, self._introduce
            )
        try:
            await self._read()
        except asyncio.CancelledError:
            if self._worker is not None:
                self._worker.cancel()
            raise
        finally:
            self._shut()
            if not self._farewell.done():
                self._farewell.set_result(None)
            if self._closing is not None:
                # When this returns aiohttp closes what is still open, in its own way.
                await asyncio.wait({self._closing})
            self.journal.event(f"closed with {self._socket.close_code}")
            if self._transport.get_write_buffer_size():
                self._transport.abort()
            if (worker := self._worker) is not None:
                try:
                    await asyncio.wait({worker}, timeout=self._timing.last_work)
                finally:
                    worker.cancel()

    async def _read(self) -> None:
        socket = self._socket
        loop = self._loop
        pace = self._pace
        liveness = self._liveness
        while True:
            message = await pace.receive(socket.receive())
            liveness.heard_at = loop.time()
            kind = message.type
            if kind is WSMsgType.TEXT or kind is WSMsgType.BINARY:
                self._take(message.data)
            elif kind is WSMsgType.PONG:
                liveness.ponged()
            elif kind is WSMsgType.PING:
                try:
                    await socket.pong(message.data)
                except ConnectionError:
                    return
            else:
                if kind is WSMsgType.CLOSE and self._closing is None:
                    with suppress(ConnectionError):
                        await socket.close(drain=False)
                return
            if (wait := pace.pause()) is not None:
                if wait:
                    self._tally[Count.THROTTLED] += 1
                await asyncio.sleep(wait)
            if len(self._inbox) >= MAX_INBOX:
                self._room = loop.create_future()
                await self._room

    async def _close(self, code: int) -> None:
        """Exchange closing frames, then end the socket."""
        try:
            async with asyncio.timeout(self._timing.close):
                await self._socket.send_frame(PACK_CODE(code), WSMsgType.CLOSE)
                await self._farewell
        except TimeoutError, ConnectionError:
            pass
        finally:
            # A half-open socket must not linger until TCP gives up.
            self._transport.abort()

    def _take(self, data: bytes) -> None:
        """Take one frame. Never waits, never raises."""
        if self._retired:
            return
        try:
            frame = decode(data)
            if isinstance(frame, Call):
                entry = self.journal.keep(True, frame.action, data)
                if frame.mended:
                    note_at(entry, frame.mended)
                self._tell_seen()
                self._begin_work(frame, data, entry)
            elif isinstance(frame, MalformedFrame):
                self._malformed(frame, data)
            else:
                self._answered(frame, data)
        except Exception as error:  # noqa: BLE001 - the edge: no frame may end the loop that reads them
            self._tell_error(error, "reading a frame")

    def _begin_work(self, call: Call | bytes, data: bytes, entry: JournalEntry) -> None:
        """Work on a call, or on an answer that is ready but has to wait for those before it."""
        if self._worker is not None:
            self._inbox.append((call, data, entry))
            return
        # Begun at once and usually ended at once too; it is a task so that what has to wait can go on behind our back.
        task = asyncio.Task(
            self._work(call, data, entry), loop=self._loop, eager_start=True
        )
        if not task.done():
            self._worker = task

    async def _work(self, call: Call | bytes, data: bytes, entry: JournalEntry) -> None:
        """Answer one call and those that came meanwhile."""
        try:
            if self._predecessor is not None:
                await asyncio.wait({self._predecessor}, timeout=self._timing.last_work)
                self._predecessor = None
            while not self._retired:
                if isinstance(call, bytes):
                    answer = call
                else:
                    answer = await self._answer(call, data, entry)
                if self._open:
                    self.journal.answer(entry, answer)
                    with suppress(ConnectionError):
                        await self._socket.send_frame(answer, WSMsgType.TEXT)
                else:
                    note_at(entry, "handled, but the socket closed before the answer")
                if self._refused:
                    self.begin_close(WSCloseCode.POLICY_VIOLATION)
                    return
                if not self._inbox:
                    return
                call, data, entry = self._inbox.popleft()
                if len(self._inbox) <= INBOX_RESUME:
                    self._make_room()
        finally:
            self._worker = None

    async def _answer(self, call: Call, data: bytes, entry: JournalEntry) -> bytes:
        """Return the frame that answers `call`, whatever its handler does."""
        if (given := self._answers.get(call.message_id, data)) is not None:
            self._tally[Count.REPEATED_CALLS] += 1
            note_at(entry, "repeated: answered as before")
            return given
        self.journal.work_on(entry)
        try:
            answer = encode_result(
                call.message_id,
                await self.dialect.receive(call.action, call.payload),
            )
        except FrameError as error:
            note_at(entry, f"answered with {error}")
            return encode_error(call.message_id, error.code, error.description)
        except Exception as error:  # noqa: BLE001 - the edge: the wallbox gets an answer and the next call its turn
            self._tell_error(error, f"answering {call.action}")
            note_at(entry, f"failed here: {type(error).__name__}")
            return encode_error(
                call.message_id, ErrorCode.INTERNAL_ERROR, "The central system failed"
            )
        # Errors are not kept: what is repeated after one is to be tried again.
        if call.action not in NEVER_KEPT:
            self._answers.keep(call.message_id, data, answer)
        return answer

    def _answered(self, frame: CallResult | CallFailure, data: bytes) -> None:
        action = self._calls.answered(frame)
        entry = self.journal.keep(True, action or UNASKED, data)
        if action is None:
            note_at(entry, "answers no call that waits")
        self._tell_seen()

    def _malformed(self, frame: MalformedFrame, data: bytes) -> None:
        entry = self.journal.keep(True, MALFORMED, data)
        note_at(entry, f"malformed: {frame.reason}")
        self._tally[Count.MALFORMED_FRAMES] += 1
        now = self._liveness.heard_at
        times = self._malformed_at
        if len(times) == MAX_MALFORMED and now - times[0] < MALFORMED_WITHIN:
            self._tally[Count.DROPPED_FOR_MALFORMED] += 1
            _LOGGER.warning(
                "Wallbox %s (%s) is disconnected: it keeps sending what is no OCPP",
                self._identity,
                self._peer,
            )
            self.begin_close(WSCloseCode.UNSUPPORTED_DATA)
            return
        times.append(now)
        if frame.message_id is None:
            return
        if frame.answers:
            self._calls.answered(frame)
            return
        self._begin_work(
            encode_error(
                frame.message_id,
                ErrorCode.FORMATION_VIOLATION,
                f"The message cannot be read: {frame.reason}",
            ),
            b"",
            entry,
        )

    async def _send(self, action: str, data: bytes) -> None:
        """Send a frame; waits only where the other side does not read.

        Raises:
            ConnectionError: the socket is gone.
        """
        if not self._open:
            raise ConnectionResetError("The socket is closing")
        self.journal.keep(False, action, data)
        await self._socket.send_frame(data, WSMsgType.TEXT)

    def question(self) -> None:
        """Find out whether anybody is left on this socket, by a ping."""
        self._liveness.question()

    @property
    def deserted(self) -> bool:
        """Whether nothing came since it was questioned, for so long that who always answered pings must be gone."""
        return self._liveness.deserted

    def _died(self, patience: float) -> None:
        self.journal.event(f"dead: nothing came for {patience:g} s")
        self.abort()

    def _shut(self) -> None:
        """Let nothing more be sent. What was read is still worked on."""
        self._open = False
        self._calls.close()
        self._make_room()
        self._liveness.stop()
        if self._introduction is not None:
            self._introduction.cancel()

    def _make_room(self) -> None:
        room, self._room = self._room, None
        if room is not None and not room.done():
            room.set_result(None)

    def _tell_seen(self) -> None:
        if self._handler is not None:
            try:
                self._handler.seen()
            except Exception as error:  # noqa: BLE001 - the edge: the frame is worked on all the same
                self._tell_error(error, "noting a frame")

    def _tell_connected(self, handler: Handler) -> None:
        try:
            handler.connected(self.dialect)
        except Exception as error:  # noqa: BLE001 - the edge: the wallbox is served all the same
            self._tell_error(error, "taking the connection")

    def _tell_error(self, error: Exception, doing: str) -> None:
        """Log an error, the first of its type with its traceback: a wallbox may provoke one every second."""
        self._tally[Count.INTERNAL_ERRORS] += 1
        known = type(error) in self._told_errors
        self._told_errors.add(type(error))
        _LOGGER.log(
            logging.DEBUG if known else logging.ERROR,
            "Error while %s of wallbox %s",
            doing,
            self._identity or self._peer,
            exc_info=error,
        )
