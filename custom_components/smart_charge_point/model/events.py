"""What a charge point tells, read from any dialect. Times are the wallbox's own, UTC."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .charge_point import ConnectorStatus, Fault
from .meter import MeterSample
from .transaction import StopReason


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged:
    """A connector's status; `connector` 0 speaks for the whole charge point.

    `at_trusted` is false where the wallbox gave no time that can be true and the arrival stands in for it.
    """

    connector: int
    status: ConnectorStatus
    fault: Fault
    info: str
    at: datetime
    at_trusted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionStarted:
    """A transaction began. `meter` is Wh, None where it was told unreadably."""

    connector: int
    tag: str
    meter: float | None
    at: datetime
    at_trusted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionStopped:
    """A transaction ended. `meter` is Wh, None where it was missing or unreadable.

    `transaction_id` is as the wallbox told it and may be no id that was ever given out.
    """

    transaction_id: int | None
    meter: float | None
    at: datetime
    reason: StopReason
    tag: str
    samples: tuple[MeterSample, ...]
    at_trusted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Metered:
    """Samples of a connector, oldest first. `transaction_id` is as told; None where none was told."""

    connector: int
    transaction_id: int | None
    samples: tuple[MeterSample, ...]


class SecurityKind(StrEnum):
    """What a security event is about. OTHER: nothing that is acted upon."""

    TAMPER = "tamper"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEvent:
    """Something that bears on security happened at the charge point. `name` and `info` are in its own words."""

    kind: SecurityKind
    name: str
    info: str
    at: datetime
    at_trusted: bool = True


type ChargePointEvent = (
    StatusChanged | TransactionStarted | TransactionStopped | Metered
)
