"""Why a car is charging or not, in one word for the owner, and until when."""

from datetime import datetime
from typing import Final

from ..model.charge_point import ChargingReason, ConnectorState, ConnectorStatus
from ..model.limit import Limit
from ..model.meter import Measurand
from ..model.plan import Plan, PlanReason, Segment

FULL_AFTER: Final = 500.0
"""Wh that a car must have taken in a session for its pause to mean that it is full."""

DRAWING_FROM: Final = 50.0
"""W from which a car is taken to draw; below is what a wallbox's own meter shows of itself."""

_OF_PAUSE: Final = {
    PlanReason.OUTSIDE_CHARGING_HOURS: ChargingReason.WAITING_FOR_HOURS,
    PlanReason.RANDOM_DELAY: ChargingReason.RANDOM_DELAY,
    PlanReason.STOPPED: ChargingReason.PAUSED_BY_OWNER,
    PlanReason.OWNER_LIMIT: ChargingReason.PAUSED_BY_OWNER,
    PlanReason.HOUSE_FUSE: ChargingReason.PAUSED_BY_HOUSE_FUSE,
    PlanReason.DSR: ChargingReason.DSR_PAUSED,
    PlanReason.WAKING: ChargingReason.WAKING_CAR,
    PlanReason.FAULT: ChargingReason.FAULT,
    PlanReason.TAMPER: ChargingReason.PAUSED_BY_TAMPER,
}
_OF_FLOW: Final = {
    PlanReason.CHARGE_NOW: ChargingReason.CHARGING_NOW,
    PlanReason.OWNER_LIMIT: ChargingReason.LIMITED,
    PlanReason.TAMPER: ChargingReason.LIMITED_BY_TAMPER,
    PlanReason.HOUSE_FUSE: ChargingReason.LIMITED_BY_HOUSE_FUSE,
    PlanReason.DSR: ChargingReason.DSR_LIMITED,
    PlanReason.DSR_UP: ChargingReason.DSR_CHARGING,
    PlanReason.OUTSIDE_CHARGING_HOURS: ChargingReason.KEEPING_AWAKE,
    PlanReason.RANDOM_DELAY: ChargingReason.KEEPING_AWAKE,
}
_WAITING: Final = {PlanReason.OUTSIDE_CHARGING_HOURS, PlanReason.RANDOM_DELAY}


def of_measurements(
    power: float | None, session_energy: float | None
) -> tuple[bool, bool]:
    """Return all that a reason takes from figures that change all the time.

    That is whether the car draws next to nothing of the `power` (W), and whether it has taken enough (Wh) to be full;
    both are false where the figure is not known.
    """
    return (
        power is not None and power < DRAWING_FROM,
        session_energy is not None and session_energy >= FULL_AFTER,
    )


def charging_reason(
    connector: ConnectorState,
    segment: Segment | None,
    connected: bool,
    *,
    delays_itself: bool = False,
) -> ChargingReason:
    """Return why the car on `connector` is charging or not.

    `segment` is what the plan asks for now, None where there is no plan. What the wallbox says of itself comes first:
    the plan only explains a pause or a flow that is really there. A wallbox that `delays_itself` by a random delay of its
    own is taken to do so when it holds back.
    """
    if not connected:
        return ChargingReason.NOT_CONNECTED
    match connector.status:
        case ConnectorStatus.UNKNOWN:
            return ChargingReason.NOT_TOLD
        case ConnectorStatus.FAULTED:
            return ChargingReason.FAULT
        case ConnectorStatus.UNAVAILABLE:
            return ChargingReason.UNAVAILABLE
        case ConnectorStatus.AVAILABLE | ConnectorStatus.RESERVED:
            return (
                ChargingReason.NO_CAR
                if connector.available
                else ChargingReason.UNAVAILABLE
            )
        case ConnectorStatus.FINISHING:
            return ChargingReason.FINISHED
        case ConnectorStatus.CHARGING:
            return _charging(connector, segment)
        case ConnectorStatus.SUSPENDED_BY_WALLBOX:
            held_back = (
                ChargingReason.RANDOM_DELAY
                if delays_itself
                else ChargingReason.PAUSED_BY_WALLBOX
            )
            return _pause(segment) or held_back
        case ConnectorStatus.SUSPENDED_BY_CAR:
            return _pause(segment) or _idle(connector)
        case ConnectorStatus.PREPARING:
            if connector.session is not None:
                return _pause(segment) or _idle(connector)
            return _pause(segment) or ChargingReason.WAITING_FOR_START


def reason_until(plan: Plan, reason: ChargingReason, now: datetime) -> datetime | None:
    """Return when `reason`, which holds at `now` (UTC), ends by the plan; None where the plan knows no such time.

    It knows none for a reason that is not the plan's own (a full car, a wallbox that holds back), and none beyond its
    own end. Who waits for the charging hours waits until current may flow, so for their random delay too, and through
    whatever pauses before they begin.
    """
    ahead = [segment for segment in plan.segments if segment.end > now]
    if not ahead or ahead[0].start > now or _explained(ahead[0]) is not reason:
        return None
    if reason is ChargingReason.WAITING_FOR_HOURS:
        return _waits_until(ahead)
    for segment in ahead:
        if _explained(segment) is not reason:
            return segment.start
    return None


def _waits_until(ahead: list[Segment]) -> datetime | None:
    """Return when the charging hours and their delay no longer hold the current back."""
    until = None
    for segment in ahead:
        if segment.limit > Limit.PAUSED:
            return until
        if segment.reason in _WAITING:
            until = segment.end
    return None


def _explained(segment: Segment) -> ChargingReason:
    """Return the reason that the segment gives for what it does."""
    return _pause(segment) or _flow(segment)


def _charging(connector: ConnectorState, segment: Segment | None) -> ChargingReason:
    """Return why current flows; many a wallbox says so while it holds a car at 0 A."""
    pause = _pause(segment)
    idle, _ = of_measurements(connector.reading(Measurand.POWER), None)
    if pause is not None and idle:
        return pause
    if pause is not None or segment is None:
        return ChargingReason.CHARGING
    return _flow(segment)


def _flow(segment: Segment) -> ChargingReason:
    """Return why current flows as the plan lets it."""
    return _OF_FLOW.get(segment.reason, ChargingReason.CHARGING)


def _idle(connector: ConnectorState) -> ChargingReason:
    """Return why a car that may charge does not."""
    session = connector.session
    _, full = of_measurements(None, None if session is None else session.energy)
    return ChargingReason.CAR_FULL if full else ChargingReason.CAR_NOT_DRAWING


def _pause(segment: Segment | None) -> ChargingReason | None:
    """Return why the plan pauses, None where it does not."""
    if segment is None or segment.limit > Limit.PAUSED:
        return None
    return _OF_PAUSE.get(segment.reason, ChargingReason.PAUSED_BY_WALLBOX)
