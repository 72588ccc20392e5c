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
    Plan,
    PlanReason,
    Segment,
)
from custom_components.smart_charge_point.rules.reason import (
    charging_reason,
    reason_until,
)

from .strategies import utc

NOW = utc(2026, 1, 14, 17)
PAUSES = {
    PlanReason.OUTSIDE_CHARGING_HOURS: ChargingReason.WAITING_FOR_HOURS,
    PlanReason.RANDOM_DELAY: ChargingReason.RANDOM_DELAY,
    PlanReason.STOPPED: ChargingReason.PAUSED_BY_OWNER,
    PlanReason.WAKING: ChargingReason.WAKING_CAR,
    PlanReason.OWNER_LIMIT: ChargingReason.PAUSED_BY_OWNER,
    PlanReason.HOUSE_FUSE: ChargingReason.PAUSED_BY_HOUSE_FUSE,
    PlanReason.DSR: ChargingReason.DSR_PAUSED,
    PlanReason.DSR_UP: ChargingReason.PAUSED_BY_WALLBOX,
    PlanReason.FAULT: ChargingReason.FAULT,
    PlanReason.TAMPER: ChargingReason.PAUSED_BY_TAMPER,
    PlanReason.WALLBOX_MAXIMUM: ChargingReason.PAUSED_BY_WALLBOX,
    PlanReason.CHARGING_HOURS: ChargingReason.PAUSED_BY_WALLBOX,
    PlanReason.CHARGE_NOW: ChargingReason.PAUSED_BY_WALLBOX,
}
FLOWS = {
    PlanReason.CHARGING_HOURS: ChargingReason.CHARGING,
    PlanReason.CHARGE_NOW: ChargingReason.CHARGING_NOW,
    PlanReason.OWNER_LIMIT: ChargingReason.LIMITED,
    PlanReason.HOUSE_FUSE: ChargingReason.LIMITED_BY_HOUSE_FUSE,
    PlanReason.TAMPER: ChargingReason.LIMITED_BY_TAMPER,
    PlanReason.DSR: ChargingReason.DSR_LIMITED,
    PlanReason.DSR_UP: ChargingReason.DSR_CHARGING,
    PlanReason.OUTSIDE_CHARGING_HOURS: ChargingReason.KEEPING_AWAKE,
    PlanReason.RANDOM_DELAY: ChargingReason.KEEPING_AWAKE,
    PlanReason.WALLBOX_MAXIMUM: ChargingReason.CHARGING,
}
WHATEVER_THE_PLAN = {
    ConnectorStatus.UNKNOWN: ChargingReason.NOT_TOLD,
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


# --- until when


def plan(*parts: tuple[PlanReason, float]) -> Plan:
    """Return a plan of segments of an hour each, from now on."""
    return Plan(
        segments=tuple(
            Segment(
                start=NOW + timedelta(hours=hour),
                end=NOW + timedelta(hours=hour + 1),
                limit=Limit(amperes=amperes),
                reason=reason,
                by=ClaimSource.CHARGING_HOURS,
            )
            for hour, (reason, amperes) in enumerate(parts)
        )
    )


CLOSED = (PlanReason.OUTSIDE_CHARGING_HOURS, 0)
DELAYED = (PlanReason.RANDOM_DELAY, 0)
OPEN = (PlanReason.CHARGING_HOURS, 32)
DSR_PAUSE = (PlanReason.DSR, 0)
WAITING = ChargingReason.WAITING_FOR_HOURS


@pytest.mark.parametrize(
    ("parts", "reason", "hours"),
    [
        pytest.param([CLOSED, DELAYED, OPEN], WAITING, 2, id="hours with their delay"),
        pytest.param(
            [CLOSED, DSR_PAUSE, CLOSED, DELAYED, OPEN],
            WAITING,
            4,
            id="hours, through an event before them",
        ),
        pytest.param(
            [CLOSED, DSR_PAUSE, OPEN], WAITING, 1, id="hours, then an event takes over"
        ),
        pytest.param(
            [CLOSED, (PlanReason.DSR_UP, 16), CLOSED, OPEN],
            WAITING,
            1,
            id="hours, until an event lifts them",
        ),
        pytest.param([CLOSED, DELAYED], WAITING, None, id="hours that never begin"),
        pytest.param(
            [DELAYED, DELAYED, OPEN], ChargingReason.RANDOM_DELAY, 2, id="two delays"
        ),
        pytest.param([DELAYED, CLOSED], ChargingReason.RANDOM_DELAY, 1, id="delay"),
        pytest.param(
            [OPEN, (PlanReason.WALLBOX_MAXIMUM, 32), CLOSED],
            ChargingReason.CHARGING,
            2,
            id="charging",
        ),
        pytest.param([OPEN, OPEN], ChargingReason.CHARGING, None, id="no end known"),
        pytest.param(
            [(PlanReason.CHARGE_NOW, 32), OPEN],
            ChargingReason.CHARGING_NOW,
            1,
            id="charge now with an end",
        ),
        pytest.param(
            [(PlanReason.HOUSE_FUSE, 10), (PlanReason.HOUSE_FUSE, 8), OPEN],
            ChargingReason.LIMITED_BY_HOUSE_FUSE,
            2,
            id="the fuse, whatever it leaves",
        ),
        pytest.param(
            [(PlanReason.HOUSE_FUSE, 10), (PlanReason.HOUSE_FUSE, 0), OPEN],
            ChargingReason.LIMITED_BY_HOUSE_FUSE,
            1,
            id="the fuse, until it leaves nothing",
        ),
        pytest.param(
            [DSR_PAUSE, CLOSED, OPEN], ChargingReason.DSR_PAUSED, 1, id="event"
        ),
        pytest.param(
            [(PlanReason.DSR, 6), OPEN], ChargingReason.DSR_LIMITED, 1, id="less"
        ),
        pytest.param(
            [(PlanReason.DSR_UP, 32), CLOSED], ChargingReason.DSR_CHARGING, 1, id="more"
        ),
        pytest.param(
            [
                (PlanReason.OUTSIDE_CHARGING_HOURS, 6),
                (PlanReason.RANDOM_DELAY, 6),
                OPEN,
            ],
            ChargingReason.KEEPING_AWAKE,
            2,
            id="kept awake through the delay of the hours",
        ),
        pytest.param(
            [(PlanReason.FAULT, 0)], ChargingReason.FAULT, None, id="a fault has no end"
        ),
        pytest.param(
            [OPEN, CLOSED], ChargingReason.CAR_FULL, None, id="not the plan's reason"
        ),
        pytest.param(
            [CLOSED, OPEN],
            ChargingReason.CHARGING,
            None,
            id="it flows where the plan pauses",
        ),
        pytest.param(
            [OPEN, CLOSED],
            ChargingReason.PAUSED_BY_WALLBOX,
            None,
            id="it pauses where the plan lets it flow",
        ),
    ],
)
def test_a_reason_ends_when_the_plan_says_another(
    parts: list[tuple[PlanReason, float]], reason: ChargingReason, hours: int | None
) -> None:
    """From any moment of its first segment on, and only if it is the plan's own."""
    ends = None if hours is None else NOW + timedelta(hours=hours)
    for now in (NOW, NOW + timedelta(minutes=59)):
        assert reason_until(plan(*parts), reason, now) == ends


def test_outside_the_plan_no_reason_has_an_end() -> None:
    """Nor before it."""
    short = plan(OPEN, CLOSED)
    for hours in (-1, 2, 3):
        now = NOW + timedelta(hours=hours)
        for reason in ChargingReason:
            assert reason_until(short, reason, now) is None
    assert (
        reason_until(short, WAITING, NOW + timedelta(hours=1))
        is reason_until(short, ChargingReason.CHARGING, NOW + timedelta(hours=1))
        is None
    )
