"""What tests of the ledger tell it: starts, stops, measurements."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
import sqlite3
from typing import Any

from custom_components.smart_charge_point.model.decision import Decision, DecisionKind
from custom_components.smart_charge_point.model.dsr import (
    DsrDirection,
    DsrEvent,
    DsrKind,
    DsrOutcome,
)
from custom_components.smart_charge_point.model.dsr_record import DsrRecord, OptOut
from custom_components.smart_charge_point.model.events import TransactionStarted
from custom_components.smart_charge_point.model.limit import Limit
from custom_components.smart_charge_point.model.trace import TraceSample
from custom_components.smart_charge_point.model.transaction import (
    Doubt,
    Session,
    SessionSample,
    StopReason,
)
from custom_components.smart_charge_point.records.ledger import Ledger

NOW = datetime(2026, 11, 2, 7, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def started(
    at: datetime = NOW,
    *,
    connector: int = 1,
    tag: str = "04A1",
    meter: float | None = 1000.0,
    at_trusted: bool = True,
) -> TransactionStarted:
    """A start, as the wallbox tells it."""
    return TransactionStarted(
        connector=connector, tag=tag, meter=meter, at=at, at_trusted=at_trusted
    )


async def stop(
    ledger: Ledger,
    transaction_id: int,
    *,
    charge_point: str = "garage",
    at: datetime = NOW + HOUR,
    meter: float | None = 8000.0,
    reason: StopReason = StopReason.LOCAL,
    energy: float = 7000.0,
    flow_time: timedelta = HOUR,
    doubts: Iterable[Doubt] = (),
    provisional: bool = False,
) -> Session | None:
    """End a session."""
    return await ledger.finish(
        charge_point,
        transaction_id,
        at=at,
        meter=meter,
        reason=reason,
        energy=energy,
        flow_time=flow_time,
        doubts=doubts,
        provisional=provisional,
    )


async def measure(
    ledger: Ledger,
    transaction_id: int,
    *,
    energy: float = 500.0,
    flow_time: timedelta = MINUTE,
    doubts: Iterable[Doubt] = (),
    meter_last: float | None = 1500.0,
    at: datetime = NOW + MINUTE,
    concluded_at: datetime | None = None,
) -> None:
    """Tell what a session has come to."""
    await ledger.progress(
        transaction_id,
        energy=energy,
        flow_time=flow_time,
        doubts=doubts,
        meter_last=meter_last,
        at=at,
        concluded_at=concluded_at,
    )


def sample(
    at: datetime,
    power: float | None = 7000.0,
    energy: float | None = None,
    current: float | None = None,
) -> SessionSample:
    """A point of a graph."""
    return SessionSample(at=at, power=power, energy=energy, current=current)


def traced(
    seconds: float,
    power: float | None = 7000.0,
    current: float | None = None,
    register: float | None = None,
    *,
    derived: bool = False,
) -> TraceSample:
    """A second of a trace, so many after NOW."""
    return TraceSample(
        at=NOW + seconds * SECOND,
        power=power,
        current=current,
        register=register,
        derived=derived,
    )


def record(
    event_id: str = "e1",
    *,
    charge_point: str = "garage",
    provider: str = "axle",
    kind: DsrKind = DsrKind.PLANNED,
    direction: DsrDirection = DsrDirection.DOWN,
    limit: Limit | None = Limit.PAUSED,
    start: datetime = NOW,
    end: datetime = NOW + HOUR,
    start_delay: int = 0,
    end_delay: int = 0,
    reason: str = "",
    outcome: DsrOutcome = DsrOutcome.ANNOUNCED,
    told_at: datetime = NOW - HOUR,
    opt_out: OptOut | None = None,
) -> DsrRecord:
    """What a provider asked of a charge point, and what became of it."""
    return DsrRecord(
        charge_point=charge_point,
        event=DsrEvent(
            provider=provider,
            event_id=event_id,
            kind=kind,
            direction=direction,
            limit=limit,
            start=start,
            end=end,
            start_delay=start_delay,
            end_delay=end_delay,
            reason=reason,
        ),
        outcome=outcome,
        told_at=told_at,
        opt_out=opt_out,
    )


def decided(
    at: datetime = NOW,
    kind: DecisionKind = DecisionKind.CHARGE_NOW,
    *,
    charge_point: str = "garage",
    connector: int | None = 1,
    user_id: str | None = "ada",
    allowed: bool = True,
    detail: str = "",
) -> Decision:
    """What somebody decided."""
    return Decision(
        at=at,
        charge_point=charge_point,
        kind=kind,
        allowed=allowed,
        connector=connector,
        user_id=user_id,
        detail=detail,
    )


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    """What another program finds in the file, or does to it."""
    other = sqlite3.connect(path, autocommit=True)
    try:
        return other.execute(query).fetchall()
    finally:
        other.close()


def content_of(path: Path) -> bytes:
    """What is in the file."""
    return path.read_bytes()


def overwrite(path: Path, content: bytes) -> None:
    """Put something else into the file."""
    path.write_bytes(content)


async def opened(path: Path) -> Ledger:
    """The ledger of a file."""
    ledger = Ledger(path)
    await ledger.open()
    return ledger


async def pragma(ledger: Ledger, statement: str) -> None:
    """Change the state of the ledger's own connection to the file."""
    await ledger._do(lambda: ledger._database._opened().execute(statement).fetchall())
