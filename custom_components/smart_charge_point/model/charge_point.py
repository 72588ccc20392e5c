"""A charge point and its connectors at one moment: immutable snapshots."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from .capabilities import UNTRIED, Capabilities, Rung
from .limit import Limit
from .meter import Measurand, Phase, Reading
from .tamper import Tamper


class ConnectorStatus(StrEnum):
    """What a connector says of itself. UNKNOWN: it has not said yet."""

    AVAILABLE = "available"
    PREPARING = "preparing"
    CHARGING = "charging"
    SUSPENDED_BY_CAR = "suspended_by_car"
    SUSPENDED_BY_WALLBOX = "suspended_by_wallbox"
    FINISHING = "finishing"
    RESERVED = "reserved"
    UNAVAILABLE = "unavailable"
    FAULTED = "faulted"
    UNKNOWN = "unknown"


PLUGGED_IN = frozenset(
    {
        ConnectorStatus.PREPARING,
        ConnectorStatus.CHARGING,
        ConnectorStatus.SUSPENDED_BY_CAR,
        ConnectorStatus.SUSPENDED_BY_WALLBOX,
        ConnectorStatus.FINISHING,
    }
)


class Fault(StrEnum):
    """What is wrong with a connector."""

    NONE = "none"
    CONNECTOR_LOCK = "connector_lock"
    CAR_COMMUNICATION = "car_communication"
    EARTH_LEAKAGE = "earth_leakage"
    TEMPERATURE = "temperature"
    INTERNAL = "internal"
    LOCAL_LIST = "local_list"
    OTHER = "other"
    OVER_CURRENT = "over_current"
    OVER_VOLTAGE = "over_voltage"
    POWER_METER = "power_meter"
    POWER_SWITCH = "power_switch"
    TAG_READER = "tag_reader"
    RESET = "reset"
    UNDER_VOLTAGE = "under_voltage"
    WEAK_SIGNAL = "weak_signal"


class ChargingReason(StrEnum):
    """Why the car is charging or not, in words that an owner understands."""

    NO_CAR = "no_car"
    WAITING_FOR_START = "waiting_for_start"
    """Plugged in; the wallbox has not begun a session yet."""
    WAITING_FOR_HOURS = "waiting_for_hours"
    RANDOM_DELAY = "random_delay"
    CHARGING = "charging"
    CHARGING_NOW = "charging_now"
    """The owner asked for it, whatever the hours say."""
    LIMITED = "limited"
    """Charging at the owner's current limit."""
    LIMITED_BY_HOUSE_FUSE = "limited_by_house_fuse"
    PAUSED_BY_HOUSE_FUSE = "paused_by_house_fuse"
    """The house leaves the car nothing."""
    DSR_CHARGING = "demand_response_charging"
    """Charging because a provider asked for it."""
    DSR_LIMITED = "demand_response_limited"
    DSR_PAUSED = "demand_response_paused"
    KEEPING_AWAKE = "keeping_awake"
    """Outside the charging hours, with as little current as keeps the car awake (A11.8)."""
    PAUSED_BY_OWNER = "paused_by_owner"
    WAKING_CAR = "waking_car"
    """A short pause that is to wake the car."""
    CAR_NOT_DRAWING = "car_not_drawing"
    CAR_FULL = "car_full"
    FINISHED = "finished"
    FAULT = "fault"
    LIMITED_BY_TAMPER = "limited_by_tamper"
    PAUSED_BY_TAMPER = "paused_by_tamper"
    """The owner wants no charge since somebody interfered with the wallbox."""
    UNAVAILABLE = "unavailable"
    PAUSED_BY_WALLBOX = "paused_by_wallbox"
    """The wallbox holds back for a reason of its own."""
    NOT_TOLD = "not_told"
    """The wallbox is connected and has not said yet what it is doing."""
    NOT_CONNECTED = "not_connected"
    """The wallbox is not connected to Home Assistant; it keeps to what it holds."""


HAZARDS = frozenset(
    {
        Fault.EARTH_LEAKAGE,
        Fault.OVER_CURRENT,
        Fault.OVER_VOLTAGE,
        Fault.UNDER_VOLTAGE,
        Fault.TEMPERATURE,
        Fault.POWER_SWITCH,
        Fault.CONNECTOR_LOCK,
        Fault.INTERNAL,
    }
)
"""Faults with which nothing is overridden, whatever a connector's status is (A8.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BootFacts:
    """What a wallbox told of itself at boot; empty where it told nothing."""

    vendor: str = ""
    model: str = ""
    serial: str = ""
    firmware: str = ""


NOTHING_TOLD = BootFacts()


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningSession:
    """The session in progress on a connector. `energy` is Wh; times are UTC."""

    transaction_id: int
    started_at: datetime
    energy: float
    flow_time: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorState:
    """One connector at one moment. Times are UTC.

    `readings` holds the latest value of each reading that was ever told since the wallbox connected. `energy` is the
    lifetime register in Wh, corrected so that it never falls; None until first read. `requested` is the limit that
    our plan asks for now, and `reason_until` when `reason` ends by it, None where it does not know; `effective` is what the wallbox says it applies, None where it does not tell.
    """

    number: int
    status: ConnectorStatus = ConnectorStatus.UNKNOWN
    fault: Fault = Fault.NONE
    reason: ChargingReason = ChargingReason.NOT_CONNECTED
    reason_until: datetime | None = None
    available: bool = True
    readings: Mapping[Reading, float] = field(default_factory=dict)
    energy: float | None = None
    session: RunningSession | None = None
    last_session_energy: float | None = None
    last_session_flow_time: timedelta | None = None
    plugged_in_since: datetime | None = None
    owner_limit: Limit | None = None
    requested: Limit | None = None
    effective: Limit | None = None
    next_start: datetime | None = None
    delay_ends: datetime | None = None
    hours_in_force: bool = True

    @property
    def plugged_in(self) -> bool:
        """Whether a car's cable is in."""
        return self.status in PLUGGED_IN

    @property
    def unsafe(self) -> bool:
        """Whether nothing may be overridden: it is faulted, or says that something dangerous is wrong (A8.1)."""
        return self.status is ConnectorStatus.FAULTED or self.fault in HAZARDS

    @property
    def charging(self) -> bool:
        """Whether the wallbox lets current flow into the car."""
        return self.status is ConnectorStatus.CHARGING

    def reading(self, measurand: Measurand, phase: Phase = Phase.TOTAL) -> float | None:
        """Return the latest reading in the measurand's unit, None where it was never told."""
        return self.readings.get((measurand, phase))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargePointState:
    """One charge point at one moment. Times are UTC.

    `hours_held_by` is the rung that the hours as they are now are held on: hours with many edges may need a lower one
    than the wallbox is capable of. `tamper` is None where nobody interfered with it, or somebody has looked at it since.
    """

    identity: str
    connected: bool = False
    last_seen: datetime | None = None
    boot: BootFacts = NOTHING_TOLD
    capabilities: Capabilities = UNTRIED
    hours_held_by: Rung = Rung.WEEKLY
    follow_dsr: bool = True
    dsr_active: bool = False
    tamper: Tamper | None = None
    connectors: Mapping[int, ConnectorState] = field(default_factory=dict)
