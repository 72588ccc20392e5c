"""Charging profiles as a central system sends them."""

from typing import Any

type Payload = dict[str, Any]


def profile(
    *periods: tuple[int, float],
    identifier: int = 1,
    stack: int = 0,
    purpose: str = "TxDefaultProfile",
    kind: str = "Relative",
    unit: str = "A",
    start: str | None = None,
    duration: int | None = None,
    **more: Any,
) -> Payload:
    """Return a `csChargingProfiles`; `kind` may be Daily or Weekly; periods are (start in s, limit)."""
    schedule: Payload = {
        "chargingRateUnit": unit,
        "chargingSchedulePeriod": [
            {"startPeriod": begin, "limit": limit}
            for begin, limit in periods or ((0, 0),)
        ],
    }
    if start is not None:
        schedule["startSchedule"] = start
    if duration is not None:
        schedule["duration"] = duration
    payload: Payload = {
        "chargingProfileId": identifier,
        "stackLevel": stack,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": kind,
        "chargingSchedule": schedule,
        **more,
    }
    if kind in {"Daily", "Weekly"}:
        payload |= {"chargingProfileKind": "Recurring", "recurrencyKind": kind}
    return payload


def set_profile(connector: int, csp: Payload) -> Payload:
    """Return a SetChargingProfile."""
    return {"connectorId": connector, "csChargingProfiles": csp}
