"""OCPP-J 1.6 from the wallbox's side: frames, one outstanding call, retries, and the queue that outlives being offline."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
import json
from typing import Any

from .clock import Clock, Timer
from .configuration import Configuration
from .edges import Edges
from .journal import Journal
from .line import Line
from .refusal import CallRefusedError

type Payload = dict[str, Any]

ANSWER_WITHIN = timedelta(seconds=30)


class Priority(IntEnum):
    """What goes first."""

    BOOT = 0
    PERSON_WAITING = 1
    ORDINARY = 2


@dataclass(slots=True, kw_only=True, eq=False)
class Call:
    """A message to the central system.

    With `keep` it is about a transaction or a security event: kept while offline, sent in order, repeated after errors. `number` is asked
    for the transaction's id when the call is sent, which may not be known before. `triggered` ones may be sent while
    the registration is pending.
    """

    action: str
    payload: Payload
    keep: bool = False
    priority: Priority = Priority.ORDINARY
    triggered: bool = False
    number: Callable[[], int] | None = None
    on_answer: Callable[[Payload], None] | None = None
    on_failure: Callable[[], None] | None = None
    attempts: int = 0
    place: int = 0
    not_before: datetime | None = None


@dataclass(slots=True)
class _Outstanding:
    call: Call
    timer: Timer | None = field(default=None)
    waited_for: bool = True


class Protocol:
    """Sends calls one at a time and answers those that come."""

    def __init__(
        self,
        *,
        clock: Clock,
        time: Callable[[], datetime],
        line: Line,
        edges: Edges,
        journal: Journal,
        configuration: Configuration,
        answer: Callable[[str, Payload], Payload],
        may_send: Callable[[Call], bool],
    ) -> None:
        """Speak over `line`; `answer` gives the answer to a call or raises CallRefusedError.

        `time` is what the wallbox believes the time is; `may_send` says whether the registration allows a call.
        """
        self._clock = clock
        self._time = time
        self._line = line
        self._edges = edges
        self._journal = journal
        self._configuration = configuration
        self._answer = answer
        self._may_send = may_send
        self._kept: deque[Call] = deque()
        self._loose: list[Call] = []
        self._late: list[Call] = []
        self._outstanding: dict[str, _Outstanding] = {}
        self._retry: Timer | None = None
        self._answering = False
        self._last_id = 0
        self._last_place = 0

    @property
    def waiting(self) -> bool:
        """Whether an answer is awaited that a driven clock should wait for."""
        return any(outstanding.waited_for for outstanding in self._outstanding.values())

    @property
    def queued(self) -> tuple[Call, ...]:
        """What is still to be said, in order."""
        return (*self._kept, *self._late, *self._loose)

    def stop_waiting(self) -> None:
        """Let the clock go on although an answer is missing."""
        for outstanding in self._outstanding.values():
            outstanding.waited_for = False

    def put(self, call: Call) -> None:
        """Send a call as soon as its turn comes. Offline, only what is to be kept is kept."""
        if not call.keep and not self._line.is_open:
            return
        self._last_place += 1
        call.place = self._last_place
        if self._line.is_open and self._edges.holds_back(call.action):
            self._late.append(call)
        elif call.keep:
            self._kept.append(call)
        else:
            self._loose.append(call)
        self.pump()

    def pump(self) -> None:
        """Send the next call, if one may be sent now."""
        if self._answering or self._outstanding or not self._line.is_open:
            return
        while (call := self._next()) is not None:
            if call.number is not None:
                call.payload["transactionId"] = call.number()
            payload = self._edges.outgoing(call.action, call.payload)
            if payload is None:
                self._forget(call)
                continue
            self._send(call, payload)
            return

    def _send(self, call: Call, payload: Payload) -> None:
        self._last_id += 1
        message_id = str(self._last_id)
        call.attempts += 1
        outstanding = _Outstanding(call)
        outstanding.timer = self._clock.call_at(
            self._clock.now() + ANSWER_WITHIN, lambda: self._failed(message_id)
        )
        self._outstanding[message_id] = outstanding
        if not call.keep:
            self._loose.remove(call)
        self._write([2, message_id, call.action, payload])

    def connected(self) -> None:
        """Take note of a new connection: what was held back follows what is kept."""
        self._kept.extend(self._late)
        self._late.clear()

    def receive(self, text: str) -> None:
        """Take a frame from the central system. What is no frame is ignored."""
        try:
            frame = json.loads(text)
        except ValueError:
            self._journal.received(self._time(), text, None)
            return
        self._journal.received(self._time(), text, frame)
        match frame:
            case [2, str(message_id), str(action), dict(payload)]:
                self._take_call(message_id, action, payload)
            case [3, str(message_id), payload]:
                self._take_answer(
                    message_id, payload if isinstance(payload, dict) else {}
                )
            case [4, str(message_id), *_rest]:
                self._failed(message_id)
            case _:
                return

    def lost(self) -> None:
        """Take note that the line has gone: what is kept will be sent again, the rest is forgotten."""
        for outstanding in self._outstanding.values():
            if outstanding.timer is not None:
                outstanding.timer.cancel()
            outstanding.call.attempts -= 1
        self._outstanding.clear()
        self._loose.clear()
        self._answering = False
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        if self._kept:
            self._kept[0].not_before = None

    def _next(self) -> Call | None:
        """Return the call whose turn it is: urgent ones first, those about transactions never out of their order."""
        now = self._clock.now()
        candidates = (*self._loose, self._kept[0]) if self._kept else self._loose
        ready = (
            call
            for call in candidates
            if (call.not_before is None or call.not_before <= now)
            and self._may_send(call)
        )
        return min(ready, key=lambda call: (call.priority, call.place), default=None)

    def _take_call(self, message_id: str, action: str, payload: Payload) -> None:
        self._answering = True
        frame: list[Any]
        try:
            answer = self._edges.answer(action, payload, self._answer)
        except CallRefusedError as refusal:
            frame = [4, message_id, refusal.code, str(refusal), {}]
        else:
            if answer is None:
                self._answering = False
                self.pump()
                return
            frame = [3, message_id, answer]
        self._answering = False
        self._edges.before_answer()
        self._answering = True
        self._write(self._edges.refusal(frame) if frame[0] == 4 else frame)
        self._answering = False
        self.pump()

    def _take_answer(self, message_id: str, payload: Payload) -> None:
        outstanding = self._settle(message_id)
        if outstanding is None:
            return
        if self._edges.disregards_answer(outstanding.call.action):
            self.pump()
            return
        self._forget(outstanding.call)
        if outstanding.call.on_answer is not None:
            outstanding.call.on_answer(payload)
        self.pump()

    def _failed(self, message_id: str) -> None:
        outstanding = self._settle(message_id)
        if outstanding is None:
            return
        call = outstanding.call
        attempts = max(self._configuration.number("TransactionMessageAttempts", 1), 1)
        if call.keep and call.attempts < attempts:
            # OCPP 1.6 section 3.7.1: the pause grows with the number of attempts made.
            pause = (
                self._configuration.number("TransactionMessageRetryInterval", 60)
                * call.attempts
            )
            call.not_before = self._clock.now() + timedelta(seconds=pause)
            self._retry = self._clock.call_at(call.not_before, self.pump)
        else:
            self._forget(call)
            if call.on_failure is not None:
                call.on_failure()
        self.pump()

    def _settle(self, message_id: str) -> _Outstanding | None:
        outstanding = self._outstanding.pop(message_id, None)
        if outstanding is not None and outstanding.timer is not None:
            outstanding.timer.cancel()
        return outstanding

    def _forget(self, call: Call) -> None:
        if call in self._loose:
            self._loose.remove(call)
        elif self._kept and self._kept[0] is call:
            self._kept.popleft()

    def _write(self, frame: list[Any]) -> None:
        text = self._edges.text(frame)
        self._journal.sent(self._time(), text, frame)
        self._line.send(text)
