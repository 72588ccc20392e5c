"""Charging profiles as OCPP 1.6 writes them."""

from math import floor
from typing import Final

from ...model.capabilities import Capabilities
from ...model.limit import Limit, RateUnit
from ..link import Payload
from ..profiles import ChargingProfile, Kind
from .times import write_time

_KINDS: Final = {
    Kind.ABSOLUTE: {"chargingProfileKind": "Absolute"},
    Kind.RELATIVE: {"chargingProfileKind": "Relative"},
    Kind.DAILY: {"chargingProfileKind": "Recurring", "recurrencyKind": "Daily"},
    Kind.WEEKLY: {"chargingProfileKind": "Recurring", "recurrencyKind": "Weekly"},
}


def write_profile(profile: ChargingProfile, capabilities: Capabilities) -> Payload:
    """Return the `ChargingProfile` object of OCPP 1.6 in the unit that the charge point takes.

    Optional fields are absent, never null, for null ones hang a wallbox (quirk S11). There is no minChargingRate: some
    take it as a floor under a limit of 0 (ocpp.md 4.1).

    Source: OCPP 1.6 section 7.8.
    """
    schedule: Payload = {}
    if profile.duration is not None:
        schedule["duration"] = profile.duration
    # A relative schedule counts from the start of charging and must not name another.
    if profile.start is not None and profile.kind is not Kind.RELATIVE:
        schedule["startSchedule"] = write_time(profile.start)
    schedule["chargingRateUnit"] = capabilities.rate_unit.value
    schedule["chargingSchedulePeriod"] = [
        _period(period.start, period.limit, capabilities) for period in profile.periods
    ]
    written: Payload = {"chargingProfileId": profile.profile_id}
    if profile.transaction_id is not None:
        written["transactionId"] = profile.transaction_id
    written["stackLevel"] = profile.stack_level
    written["chargingProfilePurpose"] = profile.purpose.value
    written |= _KINDS[profile.kind]
    if profile.valid_from is not None:
        written["validFrom"] = write_time(profile.valid_from)
    if profile.valid_to is not None:
        written["validTo"] = write_time(profile.valid_to)
    written["chargingSchedule"] = schedule
    return written


def write_limit(limit: Limit, capabilities: Capabilities) -> float:
    """Return `limit` as a number in the charge point's unit, never above its maximum.

    It is rounded down, to one decimal or to a whole number as the charge point wants it.
    """
    lowered = min(limit, capabilities.maximum)
    if capabilities.rate_unit is RateUnit.WATT:
        rate = lowered.watts(capabilities.phases)
    else:
        rate = lowered.amperes
    # The allowance keeps what is whole but for the last bit of a double from losing a step.
    if capabilities.whole_units:
        return floor(rate + 1e-6)
    tenths = floor(rate * 10 + 1e-6)
    return tenths // 10 if tenths % 10 == 0 else tenths / 10


def _period(start: int, limit: Limit, capabilities: Capabilities) -> Payload:
    """Return a `ChargingSchedulePeriod`. Watts are of all phases, which are three where not told (ocpp.md 4.1)."""
    period: Payload = {"startPeriod": start, "limit": write_limit(limit, capabilities)}
    if capabilities.rate_unit is RateUnit.WATT and capabilities.phases != 3:
        period["numberPhases"] = capabilities.phases
    return period
