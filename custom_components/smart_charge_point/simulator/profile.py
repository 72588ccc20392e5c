"""A charging profile as OCPP 1.6 sends it, and what makes one refused."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

NOMINAL_VOLTAGE = 230.0
"""Volts between phase and neutral that a wallbox reckons with when it turns watts into amperes."""


class Purpose(StrEnum):
    """OCPP 1.6 section 7.12."""

    MAXIMUM = "ChargePointMaxProfile"
    DEFAULT = "TxDefaultProfile"
    TRANSACTION = "TxProfile"


class Kind(StrEnum):
    """OCPP 1.6 sections 7.11 and 7.34 in one."""

    ABSOLUTE = "Absolute"
    DAILY = "Daily"
    WEEKLY = "Weekly"
    RELATIVE = "Relative"

    @property
    def cycle(self) -> timedelta | None:
        """After how long the schedule begins anew; None if it does not."""
        return {Kind.DAILY: timedelta(days=1), Kind.WEEKLY: timedelta(days=7)}.get(self)


class Unit(StrEnum):
    """OCPP 1.6 section 7.15."""

    AMPERES = "A"
    WATTS = "W"


class MalformedProfileError(Exception):
    """A profile that breaks the message's form: answered with a CALLERROR of this `code`."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code = code


class RefusedProfileError(Exception):
    """A well-formed profile that means nothing, or nothing this wallbox can do: answered with Rejected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `start` seconds on: this limit in the schedule's unit, on so many phases (None: not said)."""

    start: float
    limit: float
    phases: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One stored profile. `connector` is 0 for the whole wallbox; times are UTC; `duration` in seconds."""

    identifier: int
    connector: int
    stack_level: int
    purpose: Purpose
    kind: Kind
    unit: Unit
    periods: tuple[Period, ...]
    start: datetime | None = None
    duration: float | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    transaction_id: int | None = None


def read_profile(connector: int, payload: Any) -> Profile:
    """Return the profile that `csChargingProfiles` of a SetChargingProfile holds.

    Raises:
        MalformedProfileError: a field is missing, unknown, null, of the wrong type or out of its range.
        RefusedProfileError: the fields contradict each other (OCPP 1.6 section 3.13).
    """
    fields = _object(payload, _PROFILE_FIELDS)
    schedule = _object(_needed(fields, "chargingSchedule"), _SCHEDULE_FIELDS)
    kind = _enum(fields, "chargingProfileKind", ("Absolute", "Recurring", "Relative"))
    if kind == "Recurring":
        if "recurrencyKind" not in fields:
            message = "a recurring profile without recurrencyKind"
            raise RefusedProfileError(message)
        kind = _enum(fields, "recurrencyKind", ("Daily", "Weekly"))
    profile = Profile(
        identifier=_integer(fields, "chargingProfileId"),
        connector=connector,
        stack_level=_integer(fields, "stackLevel", least=0),
        purpose=Purpose(_enum(fields, "chargingProfilePurpose", tuple(Purpose))),
        kind=Kind(kind),
        unit=Unit(_enum(schedule, "chargingRateUnit", tuple(Unit))),
        periods=_periods(_needed(schedule, "chargingSchedulePeriod")),
        start=_instant(schedule, "startSchedule"),
        duration=_integer(schedule, "duration", least=0)
        if "duration" in schedule
        else None,
        valid_from=_instant(fields, "validFrom"),
        valid_to=_instant(fields, "validTo"),
        transaction_id=_integer(fields, "transactionId")
        if "transactionId" in fields
        else None,
    )
    _check_sense(profile)
    return profile


def _check_sense(profile: Profile) -> None:
    """Raise RefusedProfileError if the profile contradicts itself."""
    starts = [period.start for period in profile.periods]
    for wrong, message in (
        (not starts or starts[0] != 0, "the first startPeriod is not 0"),
        (starts != sorted(set(starts)), "the periods are not in order"),
        (
            profile.kind.cycle is not None and profile.start is None,
            "a recurring profile without startSchedule",
        ),
        (
            profile.purpose is Purpose.MAXIMUM and profile.connector != 0,
            "ChargePointMaxProfile on a connector",
        ),
        (
            profile.purpose is Purpose.MAXIMUM and profile.kind is Kind.RELATIVE,
            "a relative ChargePointMaxProfile",
        ),
        (
            profile.purpose is Purpose.TRANSACTION and profile.connector == 0,
            "TxProfile on connector 0",
        ),
    ):
        if wrong:
            raise RefusedProfileError(message)


_PROFILE_FIELDS = frozenset(
    {
        "chargingProfileId", "transactionId", "stackLevel", "chargingProfilePurpose", "chargingProfileKind",
        "recurrencyKind", "validFrom", "validTo", "chargingSchedule",
    }
)  # fmt: skip
_SCHEDULE_FIELDS = frozenset(
    {
        "duration",
        "startSchedule",
        "chargingRateUnit",
        "chargingSchedulePeriod",
        "minChargingRate",
    }
)
_PERIOD_FIELDS = frozenset({"startPeriod", "limit", "numberPhases"})


def _object(value: Any, known: Collection[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise MalformedProfileError("TypeConstraintViolation", "an object was expected")
    if unknown := sorted(set(value) - set(known)):
        raise MalformedProfileError("FormationViolation", f"unknown field {unknown[0]}")
    return value


def _needed(fields: Mapping[str, Any], name: str) -> Any:
    if name not in fields:
        raise MalformedProfileError(
            "OccurenceConstraintViolation", f"{name} is missing"
        )
    return fields[name]


def _integer(fields: Mapping[str, Any], name: str, least: int | None = None) -> int:
    value = _needed(fields, name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise MalformedProfileError(
            "TypeConstraintViolation", f"{name} is not an integer"
        )
    if least is not None and value < least:
        raise MalformedProfileError(
            "PropertyConstraintViolation", f"{name} is below {least}"
        )
    return value


def _number(fields: Mapping[str, Any], name: str) -> float:
    value = _needed(fields, name)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise MalformedProfileError(
            "TypeConstraintViolation", f"{name} is not a number"
        )
    if value < 0:
        raise MalformedProfileError("PropertyConstraintViolation", f"{name} is below 0")
    return float(value)


def _enum(fields: Mapping[str, Any], name: str, known: Collection[str]) -> str:
    value = _needed(fields, name)
    if value not in known:
        raise MalformedProfileError(
            "PropertyConstraintViolation", f"{name} is none of {', '.join(known)}"
        )
    return str(value)


def _instant(fields: Mapping[str, Any], name: str) -> datetime | None:
    if name not in fields:
        return None
    try:
        value = datetime.fromisoformat(fields[name])
    except (TypeError, ValueError) as error:
        raise MalformedProfileError(
            "TypeConstraintViolation", f"{name} is not a date and time"
        ) from error
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _periods(value: Any) -> tuple[Period, ...]:
    if not isinstance(value, list):
        raise MalformedProfileError(
            "TypeConstraintViolation", "chargingSchedulePeriod is not a list"
        )
    periods = (_object(item, _PERIOD_FIELDS) for item in value)
    return tuple(
        Period(
            start=_integer(period, "startPeriod", least=0),
            limit=_number(period, "limit"),
            phases=_integer(period, "numberPhases", least=0)
            if "numberPhases" in period
            else None,
        )
        for period in periods
    )
