"""The JSON types of what charge points send: what may stay in a message that does not fit its schema."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ..link import Payload

type Kind = Callable[[Any], bool]
type Shape = Mapping[str, Kind | tuple[Shape]]
"""The kind of each field; a tuple holds the shape of the objects in a list."""

MOST_DROPS_TOLD: Final = 16


def text(value: Any) -> bool:
    """Return whether `value` is a text."""
    return isinstance(value, str)


def number(value: Any) -> bool:
    """Return whether `value` is a number that fits a 64-bit integer, whole or not."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -(2**63) <= value < 2**63


def time(value: Any) -> bool:
    """Return whether `value` may be a time: a text, or a count since 1970."""
    return text(value) or number(value)


_SAMPLED: Final[Shape] = {
    "value": text,
    "context": text,
    "format": text,
    "measurand": text,
    "phase": text,
    "location": text,
    "unit": text,
}
_METER_VALUE: Final[Shape] = {"timestamp": time, "sampledValue": (_SAMPLED,)}

SHAPES: Final[Mapping[str, Shape]] = {
    "Authorize": {"idTag": text},
    "BootNotification": {
        "chargePointVendor": text,
        "chargePointModel": text,
        "chargePointSerialNumber": text,
        "chargeBoxSerialNumber": text,
        "firmwareVersion": text,
        "iccid": text,
        "imsi": text,
        "meterType": text,
        "meterSerialNumber": text,
    },
    "DataTransfer": {"vendorId": text, "messageId": text, "data": text},
    "MeterValues": {
        "connectorId": number,
        "transactionId": number,
        "meterValue": (_METER_VALUE,),
    },
    "SecurityEventNotification": {"type": text, "timestamp": time, "techInfo": text},
    "StartTransaction": {
        "connectorId": number,
        "idTag": text,
        "meterStart": number,
        "reservationId": number,
        "timestamp": time,
    },
    "StatusNotification": {
        "connectorId": number,
        "errorCode": text,
        "info": text,
        "status": text,
        "timestamp": time,
        "vendorId": text,
        "vendorErrorCode": text,
    },
    "StopTransaction": {
        "idTag": text,
        "meterStop": number,
        "timestamp": time,
        "transactionId": number,
        "reason": text,
        "transactionData": (_METER_VALUE,),
    },
}
"""The messages that are read. Of the others only the name matters, so they need no shape."""

_REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "Authorize": ("idTag",),
    "BootNotification": ("chargePointVendor", "chargePointModel"),
    "DataTransfer": ("vendorId",),
    "MeterValues": ("connectorId", "meterValue"),
    "SecurityEventNotification": ("type", "timestamp"),
    "StartTransaction": ("connectorId", "idTag", "meterStart", "timestamp"),
    "StatusNotification": ("connectorId", "errorCode", "status"),
    "StopTransaction": ("transactionId", "timestamp", "meterStop"),
}


def missing(action: str, payload: Payload) -> list[str]:
    """Return the required fields that `payload` lacks."""
    return [name for name in _REQUIRED.get(action, ()) if name not in payload]


def conform(payload: Payload, shape: Shape, dropped: list[str]) -> Payload:
    """Return the fields of `payload` that have their kind; add the names of the others to `dropped`."""
    kept: Payload = {}
    for name, value in payload.items():
        kind = shape.get(name)
        if isinstance(kind, tuple):
            if isinstance(value, list):
                kept[name] = _conform_each(name, value, kind[0], dropped)
                continue
        elif kind is not None and kind(value):
            kept[name] = value
            continue
        _tell(dropped, name)
    return kept


def _conform_each(
    name: str, values: list[Any], shape: Shape, dropped: list[str]
) -> list[Payload]:
    """Return what conforms of the objects in a list."""
    kept = []
    for value in values:
        if isinstance(value, dict):
            kept.append(conform(value, shape, dropped))
        else:
            _tell(dropped, f"{name}[]")
    return kept


def _tell(dropped: list[str], name: str) -> None:
    """Add `name`, cut short, unless enough was told already."""
    if len(dropped) < MOST_DROPS_TOLD:
        dropped.append(name[:32])
