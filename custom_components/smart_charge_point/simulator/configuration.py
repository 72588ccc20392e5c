"""The configuration keys of OCPP 1.6 section 9, with their types, limits and rights. They outlive power cuts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

MEASURANDS = (
    "Energy.Active.Import.Register",
    "Power.Active.Import",
    "Current.Import",
    "Voltage",
    "Current.Offered",
    "Power.Offered",
    "SoC",
    "Temperature",
    "Frequency",
)
"""What the simulator can measure."""


class Answer(StrEnum):
    """OCPP 1.6 section 7.20."""

    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    REBOOT_REQUIRED = "RebootRequired"
    NOT_SUPPORTED = "NotSupported"


class Type(StrEnum):
    """What a key's value must look like."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    LIST = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One configuration key. `value` None means that it is listed without one."""

    name: str
    value: str | None
    type: Type = Type.TEXT
    readonly: bool = False
    least: int | None = None
    most: int | None = None
    known: tuple[str, ...] = ()
    most_items: int | None = None
    needs_reboot: bool = False

    def takes(self, value: str) -> bool:
        """Return whether `value` is of the key's type and within its limits."""
        match self.type:
            case Type.INTEGER:
                if not value.lstrip("-").isdecimal():
                    return False
                number = int(value)
                return (self.least is None or number >= self.least) and (
                    self.most is None or number <= self.most
                )
            case Type.BOOLEAN:
                return value.lower() in {"true", "false"}
            case Type.LIST:
                items = split_list(value)
                return (self.most_items is None or len(items) <= self.most_items) and (
                    not self.known or all(item in self.known for item in items)
                )
            case Type.TEXT:
                return len(value) <= 500


class Configuration:
    """The keys of one wallbox, found without regard to case as OCPP 1.6 section 9 says."""

    def __init__(self, keys: Iterable[Key]) -> None:
        """Hold these keys."""
        self._keys = {key.name.lower(): key for key in keys}

    def __iter__(self) -> Iterator[Key]:
        return iter(tuple(self._keys.values()))

    def key(self, name: str) -> Key | None:
        """Return the key of this name, if there is one."""
        return self._keys.get(name.lower())

    def put(self, key: Key) -> None:
        """Add a key or put it in place of the one with its name, whoever may write it."""
        self._keys[key.name.lower()] = key

    def remove(self, name: str) -> None:
        """Take a key away, if it is there."""
        self._keys.pop(name.lower(), None)

    def put_value(self, name: str, value: str | None) -> None:
        """Set a key's value by the wallbox's own hand.

        Raises:
            KeyError: there is no such key.
        """
        key = self._keys[name.lower()]
        self._keys[name.lower()] = replace(key, value=value)

    def change(self, name: str, value: str) -> Answer:
        """Set a key's value at the central system's request."""
        key = self.key(name)
        if key is None:
            return Answer.NOT_SUPPORTED
        if key.readonly or not key.takes(value):
            return Answer.REJECTED
        self.put(replace(key, value=value))
        return Answer.REBOOT_REQUIRED if key.needs_reboot else Answer.ACCEPTED

    def text(self, name: str) -> str:
        """Return a key's value; empty if there is none."""
        key = self.key(name)
        return key.value or "" if key else ""

    def number(self, name: str, default: int = 0) -> int:
        """Return a key's value as an integer; `default` where there is none."""
        text = self.text(name)
        return int(text) if text.lstrip("-").isdecimal() else default

    def flag(self, name: str) -> bool:
        """Return whether a key's value is true."""
        return self.text(name).lower() == "true"

    def items(self, name: str) -> tuple[str, ...]:
        """Return a key's value as a list."""
        return split_list(self.text(name))


def split_list(text: str) -> tuple[str, ...]:
    """Return the items of a comma separated list, without blanks around them."""
    return tuple(item.strip() for item in text.split(",") if item.strip())


def standard_keys(
    *, connectors: int, units: str = "Current,Power", free_vend: bool = True
) -> tuple[Key, ...]:
    """Return the keys of a wallbox that supports what this simulator does."""
    measurands = ",".join(MEASURANDS[:4])
    return (
        _flag("AllowOfflineTxForUnknownId", value=True),
        _flag("AuthorizationCacheEnabled", value=True),
        _flag("AuthorizeRemoteTxRequests", value=False),
        _number("ClockAlignedDataInterval", 0, 0, 86400),
        _number("ConnectionTimeOut", 120, 0, 3600),
        _fixed("ConnectorPhaseRotation", "NotApplicable"),
        _fixed("GetConfigurationMaxKeys", "50"),
        _number("HeartbeatInterval", 300, 1, 86400),
        _flag("LocalAuthorizeOffline", value=True),
        _flag("LocalPreAuthorize", value=True),
        _number("MaxEnergyOnInvalidId", 0, 0, 100000),
        _measurands("MeterValuesAlignedData", MEASURANDS[0]),
        _fixed("MeterValuesAlignedDataMaxLength", str(len(MEASURANDS))),
        _measurands("MeterValuesSampledData", measurands),
        _fixed("MeterValuesSampledDataMaxLength", str(len(MEASURANDS))),
        _number("MeterValueSampleInterval", 60, 0, 86400),
        _number("MinimumStatusDuration", 0, 0, 600),
        _fixed("NumberOfConnectors", str(connectors)),
        _number("ResetRetries", 1, 0, 10),
        _flag("StopTransactionOnEVSideDisconnect", value=True),
        _flag("StopTransactionOnInvalidId", value=True),
        _measurands("StopTxnAlignedData", ""),
        _measurands("StopTxnSampledData", ""),
        _fixed(
            "SupportedFeatureProfiles",
            "Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger",
        ),
        _fixed("SupportedFileTransferProtocols", "HTTP,HTTPS"),
        _number("TransactionMessageAttempts", 3, 0, 100),
        _number("TransactionMessageRetryInterval", 60, 0, 86400),
        _flag("UnlockConnectorOnEVSideDisconnect", value=True),
        _number("WebSocketPingInterval", 0, 0, 3600),
        _flag("LocalAuthListEnabled", value=True),
        _fixed("LocalAuthListMaxLength", "100"),
        _fixed("SendLocalListMaxLength", "100"),
        _fixed("ReserveConnectorZeroSupported", "false"),
        _fixed("ChargeProfileMaxStackLevel", "8"),
        _fixed("ChargingScheduleAllowedChargingRateUnit", units),
        _fixed("ChargingScheduleMaxPeriods", "24"),
        _fixed("ConnectorSwitch3to1PhaseSupported", "false"),
        _fixed("MaxChargingProfilesInstalled", "10"),
        _flag("FreeVend", value=free_vend),
    )


def _fixed(name: str, value: str) -> Key:
    return Key(name=name, value=value, readonly=True)


def _flag(name: str, *, value: bool) -> Key:
    return Key(name=name, value="true" if value else "false", type=Type.BOOLEAN)


def _number(name: str, value: int, least: int, most: int) -> Key:
    return Key(name=name, value=str(value), type=Type.INTEGER, least=least, most=most)


def _measurands(name: str, value: str) -> Key:
    return Key(
        name=name,
        value=value,
        type=Type.LIST,
        known=MEASURANDS,
        most_items=len(MEASURANDS),
    )
