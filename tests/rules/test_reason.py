"""Why the car is charging or not: every status with every segment."""

from datetime import timedelta

import pytest

from custom_components.smart_charge_point.model.charge_point import (
    ChargingReason,
    ConnectorState,
    ConnectorStatus,
    RunningSession,
)
from custom_components.smart_charge_point.model.limit import Limit
from custom_components.smart_charge_point.model.meter import Measurand, Phase
from custom_components.smart_charge_point.model.plan import (
    ClaimSource,
    PlanReason,
    Segment,
)
from custom_components.smart_charge_point.rules.reason import charging_reason

from .strategies import utc

NOW = utc(2026, 1, 14, 17)
PAUSES = {
    PlanReason.OUTSIDE_CHARGING_HOURS: ChargingReason.WAITING_FOR_HOURS,
    PlanReason.RANDOM_DELAY: ChargingReason.RANDOM_DELAY,
    PlanReason.STOPPED: ChargingReason.PAUSED_BY_OWNER,
    PlanReason.OWNER_LIMIT: ChargingReason.PAUSED_BY_OWNER,
    PlanReason.FAULT: ChargingReason.FAULT,
    PlanReason.WALLBOX_MAXIMUM: ChargingReason.PAUSED_BY_WALLBOX,
    PlanReason.CHARGING_HOURS: ChargingReason.PAUSED_BY_WALLBOX,
    PlanReason.CHARGE_NOW: ChargingReason.PAUSED_BY_WALLBOX,
}
FLOWS = {
    PlanReason.CHARGING_HOURS: ChargingReason.CHARGING,
    PlanReason.CHARGE_NOW: ChargingReason.CHARGING_NOW,
    PlanReason.OWNER_LIMIT: ChargingReason.LIMITED,
    PlanReason.WALLBOX_MAXIMUM: ChargingReason.CHARGING,
}
WHATEVER_THE_PLAN = {
    ConnectorStatus.UNKNOWN: ChargingReason.NOT_CONNECTED,
    ConnectorStatus.AVAILABLE: ChargingReason.NO_CAR,
    ConnectorStatus.RESERVED: ChargingReason.NO_CAR,
    ConnectorStatus.FINISHING: ChargingReason.FINISHED,
    ConnectorStatus.FAULTED: ChargingReason.FAULT,
    ConnectorStatus.UNAVAILABLE: ChargingReason.UNAVAILABLE,
}
HELD = {
    ConnectorStatus.PREPARING: ChargingReason.WAITING_FOR_START,
    ConnectorStatus.SUSPENDED_BY_WALLBOX: ChargingReason.PAUSED_BY_WALLBOX,
    ConnectorStatus.SUSPENDED_BY_CAR: ChargingReason.CAR_NOT_DRAWING,
}


def segment(reason: PlanReason, amperes: float) -> Segment:
    """Return what the plan asks for now."""
    return Segment(
        start=NOW,
        end=NOW + timedelta(hours=1),
        limit=Limit(amperes=amperes),
        reason=reason,
        by=ClaimSource.CHARGING_HOURS,
    )


def connector(
    status: ConnectorStatus,
    *,
    energy: float | None = None,
    power: float | None = None,
    available: bool = True,
) -> ConnectorState:
    """Return a connector; `energy` is what its session took, `power` what it draws."""
    return ConnectorState(
        number=1,
        status=status,
        available=available,
        readings={} if power is None else {(Measurand.POWER, Phase.TOTAL): power},
        session=None
        if energy is None
        else RunningSession(
            transaction_id=7, started_at=NOW, energy=energy, flow_time=timedelta()
        ),
    )


ALLOWED = segment(PlanReason.CHARGING_HOURS, 32)
OUTSIDE = segment(PlanReason.OUTSIDE_CHARGING_HOURS, 0)


@pytest.mark.parametrize("status", ConnectorStatus)
@pytest.mark.parametrize("reason", PlanReason)
@pytest.mark.parametrize("amperes", [0, 16])
def test_every_status_with_every_segment(
    status: ConnectorStatus, reason: PlanReason, amperes: float
) -> None:
    """What the wallbox says of itself comes first; the plan explains a pause or a flow that is really there."""
    told = charging_reason(connector(status), segment(reason, amperes), connected=True)
    if status in WHATEVER_THE_PLAN:
        assert told is WHATEVER_THE_PLAN[status]
    elif status is ConnectorStatus.CHARGING:
        expected = FLOWS.get(reason, ChargingReason.CHARGING)
        assert told is (expected if amperes else ChargingReason.CHARGING)
    else:
        assert told is (HELD[status] if amperes else PAUSES[reason])


@pytest.mark.parametrize("status", ConnectorStatus)
def test_a_wallbox_that_is_away_is_not_connected(status: ConnectorStatus) -> None:
    """Whatever it said last."""
    told = charging_reason(connector(status), ALLOWED, connected=False)
    assert told is ChargingReason.NOT_CONNECTED


@pytest.mark.parametrize(
    ("status", "expected"),
    [*HELD.items(), (ConnectorStatus.CHARGING, ChargingReason.CHARGING)],
)
def test_without_a_plan_the_status_alone_speaks(
    status: ConnectorStatus, expected: ChargingReason
) -> None:
    """As before the hours were chosen."""
    assert charging_reason(connector(status), None, connected=True) is expected


@pytest.mark.parametrize(
    ("energy", "expected"),
    [
        (None, ChargingReason.CAR_NOT_DRAWING),
        (0.0, ChargingReason.CAR_NOT_DRAWING),
        (499.0, ChargingReason.CAR_NOT_DRAWING),
        (500.0, ChargingReason.CAR_FULL),
        (42_000.0, ChargingReason.CAR_FULL),
    ],
)
def test_a_car_is_full_only_if_it_took_something(
    energy: float | None, expected: ChargingReason
) -> None:
    """One that has not begun is asleep, or set to charge later."""
    car = connector(ConnectorStatus.SUSPENDED_BY_CAR, energy=energy)
    assert charging_reason(car, ALLOWED, connected=True) is expected
    # Paused by us it cannot draw, whatever it would like.
    assert (
        charging_reason(car, OUTSIDE, connected=True)
        is ChargingReason.WAITING_FOR_HOURS
    )


def test_a_session_that_the_status_forgot_has_begun() -> None:
    """Some wallboxes stay at Preparing: then it is the car that is awaited, not the session."""
    begun = connector(ConnectorStatus.PREPARING, energy=0)
    assert (
        charging_reason(begun, ALLOWED, connected=True)
        is ChargingReason.CAR_NOT_DRAWING
    )
    assert (
        charging_reason(begun, OUTSIDE, connected=True)
        is ChargingReason.WAITING_FOR_HOURS
    )


@pytest.mark.parametrize(
    ("power", "expected"),
    [
        (None, ChargingReason.CHARGING),
        (0.0, ChargingReason.WAITING_FOR_HOURS),
        (12.0, ChargingReason.WAITING_FOR_HOURS),
        (7300.0, ChargingReason.CHARGING),
    ],
)
def test_charging_at_0_a_is_a_pause(
    power: float | None, expected: ChargingReason
) -> None:
    """Wallboxes that go on saying Charging while they hold the car; where power flows in a pause, it is told."""
    car = connector(ConnectorStatus.CHARGING, energy=100, power=power)
    assert charging_reason(car, OUTSIDE, connected=True) is expected


def test_out_of_service_without_a_car_is_unavailable() -> None:
    """The wallbox may still say Available for a moment."""
    told = charging_reason(
        connector(ConnectorStatus.AVAILABLE, available=False), ALLOWED, connected=True
    )
    assert told is ChargingReason.UNAVAILABLE
