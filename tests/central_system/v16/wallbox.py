"""A dialect with a wallbox's frames on one side and what was made of them on the other."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from custom_components.smart_charge_point.central_system.handler import (
    Admission,
    BootAnswer,
    Handler,
    RefusedError,
)
from custom_components.smart_charge_point.central_system.journal import FrameJournal
from custom_components.smart_charge_point.central_system.link import (
    CallError,
    Link,
    Payload,
    Priority,
)
from custom_components.smart_charge_point.central_system.schemas import Kind, load
from custom_components.smart_charge_point.central_system.v16.dialect import Dialect16
from custom_components.smart_charge_point.model.charge_point import BootFacts
from custom_components.smart_charge_point.model.events import (
    ChargePointEvent,
    Metered,
    SecurityEvent,
    StatusChanged,
    TransactionStarted,
    TransactionStopped,
)
from custom_components.smart_charge_point.model.meter import Measurand, Phase

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class Keeper:
    """A handler that keeps what it learns. Its transactions are numbered from 501."""

    admission: Admission = Admission.ACCEPTED
    interval: int = 300
    unknown_tags: frozenset[str] = frozenset()
    events: list[ChargePointEvent] = field(default_factory=list)
    boots: list[BootFacts] = field(default_factory=list)
    security: list[SecurityEvent] = field(default_factory=list)
    started: int = 500

    def connected(self, link: Link) -> None:
        """Take no notice."""

    def disconnected(self, link: Link) -> None:
        """Take no notice."""

    def seen(self) -> None:
        """Take no notice."""

    async def booted(self, boot: BootFacts, *, asked: bool) -> BootAnswer:
        """Keep what a boot told."""
        self.boots.append(boot)
        return BootAnswer(admission=self.admission, interval=self.interval)

    async def status_changed(self, event: StatusChanged) -> None:
        """Keep a status."""
        self.events.append(event)

    async def authorize(self, tag: str) -> bool:
        """Know all tags but some."""
        return tag not in self.unknown_tags

    async def transaction_started(self, event: TransactionStarted) -> int:
        """Number a transaction."""
        self.events.append(event)
        self.started += 1
        return self.started

    async def transaction_stopped(self, event: TransactionStopped) -> None:
        """Keep an end."""
        self.events.append(event)

    async def metered(self, event: Metered) -> None:
        """Keep samples."""
        self.events.append(event)

    async def security_event(self, event: SecurityEvent) -> None:
        """Keep a security event."""
        self.security.append(event)


@dataclass
class Wire:
    """A transport whose far end answers as the test says."""

    handler: Handler | None
    identity: str = "WB1"
    peer: str = "192.168.1.20"
    open: bool = True
    answers: list[Payload | CallError] = field(default_factory=list)
    sent: list[tuple[str, Payload, Priority]] = field(default_factory=list)
    heartbeat: int = 0
    strangers: dict[str, Handler] = field(default_factory=dict)
    presumed: bool = False

    async def call(
        self,
        action: str,
        payload: Payload,
        *,
        priority: Priority = Priority.OWNER,
        timeout: float | None = None,  # noqa: ASYNC109  as in Transport
    ) -> Payload:
        """Answer as the test says."""
        self.sent.append((action, payload, priority))
        answer = self.answers.pop(0) if self.answers else {"status": "Accepted"}
        if isinstance(answer, CallError):
            raise answer
        return answer

    async def close(self) -> None:
        """Close."""
        self.open = False

    def presume(self) -> None:
        """Know nobody by the address."""

    def identify(self, identity: str) -> None:
        """Know the strangers that the test made."""
        if identity not in self.strangers:
            raise RefusedError
        self.identity = identity
        self.handler = self.strangers[identity]

    def expect_heartbeat(self, interval: int) -> None:
        """Keep the interval."""
        self.heartbeat = interval


class Wallbox:
    """What a wallbox says, what it is answered, and what the house learns of it."""

    def __init__(self, *, anonymous: bool = False) -> None:
        """Hang it on the wall, accepted unless `anonymous`."""
        self.keeper = Keeper()
        self.wire = Wire(
            None if anonymous else self.keeper, identity="" if anonymous else "WB1"
        )
        self.journal = FrameJournal()
        self.now = NOW
        self.dialect = Dialect16(self.wire, lambda: self.now, self.journal)

    async def says(self, action: str, payload: Any) -> Payload:
        """Say something; its answer fits the schema."""
        entry = self.journal.keep(True, action, b"{}")
        self.journal.work_on(entry)
        answer = await self.dialect.receive(action, payload)
        assert load("1.6").check(action, answer, Kind.ANSWER) == ()
        return answer

    async def measures(self, *sampled: Any, **fields: Any) -> Metered | None:
        """Send one meter value with these sampled values; return what the house learned."""
        message = {
            "connectorId": 1,
            "transactionId": 7,
            "meterValue": [
                {"timestamp": "2026-11-20T11:59:58Z", "sampledValue": list(sampled)}
            ],
            **fields,
        }
        return await self.sends(message)

    async def sends(self, message: Any) -> Metered | None:
        """Send a whole MeterValues; return what the house learned, None for nothing."""
        before = len(self.keeper.events)
        assert await self.says("MeterValues", message) == {}
        learned = self.keeper.events[before:]
        if not learned:
            return None
        (event,) = learned
        assert isinstance(event, Metered)
        return event

    @property
    def event(self) -> ChargePointEvent:
        """The last that the house learned."""
        return self.keeper.events[-1]

    @property
    def mended(self) -> set[str]:
        """The names of all repairs so far."""
        return set(self.journal.repairs)


def reading(
    event: Metered | None, measurand: Measurand, phase: Phase = Phase.TOTAL
) -> float | None:
    """Return a reading of the event's only sample."""
    assert event is not None
    (sample,) = event.samples
    return sample.values.get((measurand, phase))
