"""What charge points say in OCPP 1.6, as events of the model.

Every field may be missing or absurd here, only its JSON type is the standard's: what does not fit its schema was through
`repairs` before. Nothing here raises.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from ...model.charge_point import BootFacts, ConnectorStatus, Fault
from ...model.events import (
    SecurityEvent,
    SecurityKind,
    StatusChanged,
    TransactionStarted,
    TransactionStopped,
)
from ...model.meter import Measurand, MeterSample, Phase, SampleContext
from ...model.transaction import StopReason
from ..link import Payload
from .meter_values import MOST_ENERGY
from .times import read_time

LONGEST_TEXT: Final = 255
MOST_CONNECTORS: Final = 16
"""More than any wallbox in a home has; a number above it is a slip."""

_STATUSES: Final[Mapping[str, ConnectorStatus]] = {
    "Available": ConnectorStatus.AVAILABLE,
    "Preparing": ConnectorStatus.PREPARING,
    "Charging": ConnectorStatus.CHARGING,
    "SuspendedEV": ConnectorStatus.SUSPENDED_BY_CAR,
    "SuspendedEVSE": ConnectorStatus.SUSPENDED_BY_WALLBOX,
    "Finishing": ConnectorStatus.FINISHING,
    "Reserved": ConnectorStatus.RESERVED,
    "Unavailable": ConnectorStatus.UNAVAILABLE,
    "Faulted": ConnectorStatus.FAULTED,
}

_FAULTS: Final[Mapping[str, Fault]] = {
    "NoError": Fault.NONE,
    "ConnectorLockFailure": Fault.CONNECTOR_LOCK,
    "EVCommunicationError": Fault.CAR_COMMUNICATION,
    "GroundFailure": Fault.EARTH_LEAKAGE,
    "HighTemperature": Fault.TEMPERATURE,
    "InternalError": Fault.INTERNAL,
    "LocalListConflict": Fault.LOCAL_LIST,
    "OtherError": Fault.OTHER,
    "OverCurrentFailure": Fault.OVER_CURRENT,
    "OverVoltage": Fault.OVER_VOLTAGE,
    "PowerMeterFailure": Fault.POWER_METER,
    "PowerSwitchFailure": Fault.POWER_SWITCH,
    "ReaderFailure": Fault.TAG_READER,
    "ResetFailure": Fault.RESET,
    "UnderVoltage": Fault.UNDER_VOLTAGE,
    "WeakSignal": Fault.WEAK_SIGNAL,
}

_REASONS: Final[Mapping[str, StopReason]] = {
    "Local": StopReason.LOCAL,
    "Remote": StopReason.REMOTE,
    "EVDisconnected": StopReason.CAR_DISCONNECTED,
    "EmergencyStop": StopReason.EMERGENCY_STOP,
    "PowerLoss": StopReason.POWER_LOSS,
    "HardReset": StopReason.REBOOT,
    "SoftReset": StopReason.REBOOT,
    "Reboot": StopReason.REBOOT,
    "UnlockCommand": StopReason.UNLOCKED,
    "DeAuthorized": StopReason.NOT_ALLOWED,
    "Other": StopReason.OTHER,
}

_SECURITY_KINDS: Final[Mapping[str, SecurityKind]] = {
    "tamperdetectionactivated": SecurityKind.TAMPER,
}
"""By the name of the whitepaper in small letters; all others are OTHER."""

_SAID_FOR_NOTHING: Final = frozenset({"", "null", "none", "n/a", "noerror", "no error"})


def read_boot(payload: Payload) -> BootFacts:
    """Return what a BootNotification tells of the wallbox."""
    return BootFacts(
        vendor=text(payload.get("chargePointVendor")),
        model=text(payload.get("chargePointModel")),
        serial=text(payload.get("chargePointSerialNumber"))
        or text(payload.get("chargeBoxSerialNumber")),
        firmware=text(payload.get("firmwareVersion")),
    )


def read_status(
    payload: Payload, connector: int, now: datetime
) -> StatusChanged | None:
    """Return what a StatusNotification tells of `connector`; None where it tells neither a status nor a fault.

    Faulted without a reason is a fault all the same. `now` (UTC) stands in for a time that cannot be true.
    """
    fault = _FAULTS.get(payload.get("errorCode", "NoError"), Fault.OTHER)
    status = _STATUSES.get(payload.get("status", ""))
    if status is None:
        if fault is Fault.NONE:
            return None
        status = ConnectorStatus.FAULTED
    if status is ConnectorStatus.FAULTED and fault is Fault.NONE:
        fault = Fault.OTHER
    at, trusted = read_time(payload.get("timestamp"), now)
    return StatusChanged(
        connector=connector,
        status=status,
        fault=fault,
        info=_told(payload.get("info")) or _told(payload.get("vendorErrorCode")),
        at=at,
        at_trusted=trusted,
    )


def read_start(payload: Payload, connector: int, now: datetime) -> TransactionStarted:
    """Return what a StartTransaction tells. `now` (UTC) stands in for a time that cannot be true."""
    at, trusted = read_time(payload.get("timestamp"), now)
    return TransactionStarted(
        connector=connector,
        tag=text(payload.get("idTag")),
        meter=register(payload.get("meterStart")),
        at=at,
        at_trusted=trusted,
    )


def read_stop(
    payload: Payload, samples: tuple[MeterSample, ...], now: datetime
) -> TransactionStopped:
    """Return what a StopTransaction tells, `samples` being those in it.

    Where it lacks its register, that of a sample taken at the transaction's end is the same (quirk X10). `now` (UTC)
    stands in for a time that cannot be true.
    """
    at, trusted = read_time(payload.get("timestamp"), now)
    meter = register(payload.get("meterStop"))
    return TransactionStopped(
        transaction_id=whole(payload.get("transactionId")),
        meter=_end_register(samples) if meter is None else meter,
        at=at,
        # A wallbox may leave the reason out where it is Local: OCPP 1.6 section 6.51.
        reason=_REASONS.get(payload.get("reason", "Local"), StopReason.OTHER),
        tag=text(payload.get("idTag")),
        samples=samples,
        at_trusted=trusted,
    )


def read_security_event(payload: Payload, now: datetime) -> SecurityEvent:
    """Return what a SecurityEventNotification tells. `now` (UTC) stands in for a time that cannot be true."""
    name = text(payload.get("type"))
    at, trusted = read_time(payload.get("timestamp"), now)
    return SecurityEvent(
        kind=_SECURITY_KINDS.get(name.casefold(), SecurityKind.OTHER),
        name=name,
        info=_told(payload.get("techInfo")),
        at=at,
        at_trusted=trusted,
    )


def read_connector(told: Any) -> int | None:
    """Return a connector's number (0: the charge point), None where it cannot be one."""
    number = whole(told)
    return number if number is not None and 0 <= number <= MOST_CONNECTORS else None


def whole(told: Any) -> int | None:
    """Return `told` where it is a whole number of 64 bits, None otherwise."""
    if isinstance(told, float) and told.is_integer():
        told = int(told)
    if not isinstance(told, int) or isinstance(told, bool):
        return None
    return told if -(2**63) <= told < 2**63 else None


def register(told: Any) -> float | None:
    """Return `told` where it can be a lifetime register in Wh, None otherwise."""
    if not isinstance(told, int | float) or isinstance(told, bool):
        return None
    return told if 0 <= told <= MOST_ENERGY else None


def text(told: Any) -> str:
    """Return `told` where it is a text: trimmed, without what cannot be printed, at most 255 characters."""
    if not isinstance(told, str):
        return ""
    printable: str = (
        told
        if told.isprintable()
        else "".join(letter for letter in told if letter.isprintable())
    )
    return printable.strip()[:LONGEST_TEXT]


def _told(told: Any) -> str:
    """Return a text that says something; ABB writes "null" and "0x0000" where there is nothing to say."""
    said = text(told)
    folded = said.casefold()
    if folded in _SAID_FOR_NOTHING or not folded.removeprefix("0x").strip("0"):
        return ""
    return said


def _end_register(samples: Sequence[MeterSample]) -> float | None:
    """Return the register at the transaction's end, None where no sample has it."""
    for sample in reversed(samples):
        if sample.context is SampleContext.END:
            return sample.values.get((Measurand.ENERGY_IMPORT, Phase.TOTAL))
    return None
