"""One outlet: what is plugged in, what is authorised, which transaction runs, and what has flowed."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from .car import Car
from .charging import Running
from .meter import Reading
from .profile import NOMINAL_VOLTAGE


class Status(StrEnum):
    """OCPP 1.6 section 7.7."""

    AVAILABLE = "Available"
    PREPARING = "Preparing"
    CHARGING = "Charging"
    SUSPENDED_EV = "SuspendedEV"
    SUSPENDED_EVSE = "SuspendedEVSE"
    FINISHING = "Finishing"
    RESERVED = "Reserved"
    UNAVAILABLE = "Unavailable"
    FAULTED = "Faulted"


@dataclass(slots=True, kw_only=True)
class Transaction:
    """A transaction as the wallbox knows it. `identifier` is None until the central system has told it."""

    connector: int
    tag: str
    began: datetime
    meter_start: int
    identifier: int | None = None
    refused: bool = False
    never_numbered: bool = False
    samples: list[dict[str, Any]] = field(default_factory=list)

    @property
    def running(self) -> Running:
        """The transaction as the charging profiles ask for it."""
        return Running(transaction_id=self.identifier, began=self.began)

    def number(self) -> int:
        """Return the id to send: -1 where the central system never told one."""
        return -1 if self.identifier is None else self.identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """A connector kept for a tag until an instant."""

    identifier: int
    tag: str
    until: datetime


class Connector:
    """The state of one outlet. It decides nothing; the wallbox does."""

    def __init__(self, number: int, *, phases: int, register_wh: float = 0.0) -> None:
        """Be an outlet with nothing in it. `number` is 1 or more."""
        self.number = number
        self.phases = phases
        self.register_wh = register_wh
        self.transaction: Transaction | None = None
        self.available = True
        self.becomes_available: bool | None = None
        self.reservation: Reservation | None = None
        self.car: Car | None = None
        self.tag: str | None = None
        self.finished = False
        self.fault: str | None = None
        self.on_one_phase = False
        self.amperes = 0.0
        self.offered = 0.0
        self.measured_at: datetime | None = None

    @property
    def phases_in_use(self) -> int:
        """On how many phases the car that is plugged in charges."""
        if self.car is None:
            return 0
        return 1 if self.on_one_phase else min(self.phases, self.car.phases)

    @property
    def whole_wh(self) -> int:
        """The register as the meter shows it: whole Wh, as far as floating point lets it."""
        return int(self.register_wh + 1e-6)

    @property
    def power(self) -> float:
        """Watts that flow now."""
        return self.amperes * NOMINAL_VOLTAGE * self.phases_in_use

    @property
    def running(self) -> Running | None:
        """The transaction as the charging profiles ask for it."""
        return self.transaction.running if self.transaction else None

    @property
    def may_charge(self) -> bool:
        """Whether current may be offered at all, whatever the profiles say."""
        return (
            self.transaction is not None
            and not self.transaction.refused
            and self.fault is None
            and self.car is not None
        )

    @property
    def wants(self) -> bool:
        """Whether current would flow if it were offered."""
        return self.may_charge and self.car is not None and self.car.wants()

    @property
    def status(self) -> Status:
        """The state that OCPP reports."""
        if self.fault is not None:
            return Status.FAULTED
        if self.transaction is not None:
            if self.amperes > 0:
                return Status.CHARGING
            return (
                Status.SUSPENDED_EV
                if self.offered > 0 or self.car is None
                else Status.SUSPENDED_EVSE
            )
        if not self.available:
            return Status.UNAVAILABLE
        if self.car is not None:
            return Status.FINISHING if self.finished else Status.PREPARING
        if self.tag is not None:
            return Status.PREPARING
        return Status.RESERVED if self.reservation else Status.AVAILABLE

    @property
    def reading(self) -> Reading:
        """What the meter shows."""
        return Reading(
            register_wh=self.register_wh,
            amperes=self.amperes,
            offered=self.offered,
            phases=self.phases,
            phases_in_use=self.phases_in_use,
            soc=self.car.soc if self.car else None,
        )

    def measure(self, now: datetime) -> None:
        """Add what has flowed since the last time: exact, as the current is constant between two changes."""
        if self.measured_at is not None and self.amperes and self.car is not None:
            energy = self.power * (now - self.measured_at).total_seconds() / 3600
            self.register_wh += energy
            self.car.take(energy)
        self.measured_at = now

    def offer(self, amperes: float, now: datetime) -> bool:
        """Offer so much to the car, 0 below 6 A (IEC 61851 knows nothing in between); return whether anything changed."""
        before = (self.offered, self.amperes)
        self.offered = amperes if amperes >= 6 else 0.0
        if self.car is None:
            self.amperes = 0.0
        else:
            self.car.offer(self.offered, now)
            self.amperes = self.car.current(now)
        return (self.offered, self.amperes) != before

    def next_change(self, now: datetime) -> datetime | None:
        """Return when the car will change the current by itself."""
        return self.car.next_change(now, self.phases_in_use) if self.car else None
