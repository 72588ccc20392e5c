"""Sessions: one transaction with what was measured in it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class StopReason(StrEnum):
    """Why a transaction ended."""

    LOCAL = "local"
    REMOTE = "remote"
    CAR_DISCONNECTED = "car_disconnected"
    TAG_REMOVED = "tag_removed"
    EMERGENCY_STOP = "emergency_stop"
    POWER_LOSS = "power_loss"
    REBOOT = "reboot"
    UNLOCKED = "unlocked"
    NOT_ALLOWED = "not_allowed"
    SUPERSEDED = "superseded"
    """The wallbox began another transaction on the connector without ending this one."""
    OTHER = "other"


class Doubt(StrEnum):
    """What is not certain about a session's figures; a session may bear several."""

    ADOPTED = "adopted"
    """Its beginning was never told; it was met while running."""
    START_METER = "start_meter"
    STOP_METER = "stop_meter"
    REGISTER_JUMP = "register_jump"
    """The register fell or leapt; the leap is left out of the energy."""
    TIME = "time"
    """A time of the wallbox could not be true; the arrival stands in for it."""
    GAP = "gap"
    """Samples are missing for a stretch that the flow time depends on."""


class CorrectedField(StrEnum):
    """What the owner may correct about a session."""

    PERSON = "person"
    VEHICLE = "vehicle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One charging session as the ledger keeps it.

    Times are UTC and the wallbox's own. `energy` is Wh, never negative. `flow_time` is how long current flowed;
    `stopped_at` is None while it runs. `tag` is a credential: it never reaches state, attributes or diagnostics.
    `wallbox_transaction_id` is the id that the wallbox uses for it where that is not `transaction_id`. `meter_last` is
    the latest register (Wh) that was measured in it and `meter_last_at` its moment; None before the first.

    `connected_at` and `disconnected_at` are when the car was plugged in and unplugged. `person` and `vehicle` are ids of
    config subentries, `corrected` says which of them the owner corrected. `odometer` is km, as told for this session.
    `exported` is Wh that flowed back, never part of `energy`. None: not known. `concluded_with` is what its end left in
    doubt, where that is our conclusion and nothing that the wallbox told; None where it runs, or was told to have ended.

    Source: SI 2021/1467 reg. 9; requirements.md A9.1, A9.6, A9.7.
    """

    transaction_id: int
    charge_point: str
    connector: int
    tag: str
    started_at: datetime
    stopped_at: datetime | None
    meter_start: float | None
    meter_stop: float | None
    energy: float
    flow_time: timedelta
    stop_reason: StopReason | None
    doubts: frozenset[Doubt]
    wallbox_transaction_id: int | None = None
    meter_last: float | None = None
    meter_last_at: datetime | None = None
    connected_at: datetime | None = None
    disconnected_at: datetime | None = None
    person: str | None = None
    vehicle: str | None = None
    odometer: float | None = None
    exported: float | None = None
    corrected: frozenset[CorrectedField] = frozenset()
    concluded_with: frozenset[Doubt] | None = None

    @property
    def folded(self) -> bool:
        """Whether it is a blip under 60 s or 0.05 kWh that lists fold away (A9.8)."""
        if self.stopped_at is None:
            return False
        return (
            self.stopped_at - self.started_at < timedelta(seconds=60)
            or self.energy < 50
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSample:
    """One point of a session's graph: W, Wh since its start, A (highest phase); None where not measured."""

    at: datetime
    power: float | None
    energy: float | None
    current: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTotals:
    """What a number of sessions come to: Wh, and how long current flowed."""

    sessions: int
    energy: float
    flow_time: timedelta
