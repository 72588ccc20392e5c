"""Charging profiles: OCPP's form of a plan, before it becomes a message of one version."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..model.limit import Limit


class Purpose(StrEnum):
    """What a profile is for: OCPP 1.6 section 7.12."""

    MAXIMUM = "ChargePointMaxProfile"
    DEFAULT = "TxDefaultProfile"
    TRANSACTION = "TxProfile"


class Kind(StrEnum):
    """What a profile's times count from: OCPP 1.6 section 7.11."""

    ABSOLUTE = "Absolute"
    DAILY = "RecurringDaily"
    WEEKLY = "RecurringWeekly"
    RELATIVE = "Relative"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `start` seconds after the schedule's start, this limit."""

    start: int
    limit: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingProfile:
    """One profile. Times are UTC, `duration` whole seconds (None: without end), periods begin at 0.

    `phases` and the unit are for the dialect to write the limits with (W needs the phases; A does not).
    """

    profile_id: int
    connector: int
    stack_level: int
    purpose: Purpose
    kind: Kind
    periods: tuple[Period, ...]
    start: datetime | None = None
    duration: int | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    transaction_id: int | None = None
