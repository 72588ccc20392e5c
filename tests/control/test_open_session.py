"""What a running session makes of its samples, in whatever order they are told."""

from datetime import UTC, datetime, timedelta

from custom_components.smart_charge_point.control.open_session import OpenSession
from custom_components.smart_charge_point.model.meter import (
    Measurand,
    MeterSample,
    Phase,
    SampleContext,
)
from custom_components.smart_charge_point.rules.energy import Register
from custom_components.smart_charge_point.rules.flow_time import FlowMeter

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def begun(register: float = 5000.0) -> OpenSession:
    """A session that has just begun."""
    return OpenSession(
        transaction_id=1,
        wallbox_id=1,
        connector=1,
        started_at=NOW,
        meter_start=register,
        register=Register(last=register, at=NOW),
        flow=FlowMeter(),
    )


def told(
    session: OpenSession,
    minutes: int,
    wh: float,
    measurand: Measurand = Measurand.ENERGY_IMPORT,
) -> float | None:
    """Let the session take a reading; return the energy of its point."""
    sample = MeterSample(
        at=NOW + minutes * MINUTE,
        context=SampleContext.PERIODIC,
        values={(measurand, Phase.TOTAL): wh},
    )
    session.sample(sample)
    return session.point(sample).energy


def test_a9_6_a_sample_told_late_bears_the_energy_of_its_time() -> None:
    """Not what has been counted since: the half hour that it lies in would get that."""
    session = begun()
    assert told(session, 10, 6000.0) == 1000.0
    assert told(session, 60, 11_000.0) == 6000.0

    assert told(session, 30, 8000.0) == 3000.0
    assert told(session, 10, 6000.0) == 1000.0
    assert told(session, 70, 12_000.0) == 7000.0


def test_a9_6_a_sample_of_before_the_register_fell_bears_no_energy() -> None:
    """What it says does not follow from what the register says now."""
    session = begun(900_000.0)
    told(session, 10, 901_000.0)
    told(session, 20, 500.0)
    assert told(session, 30, 1500.0) == 2000.0

    assert told(session, 5, 900_500.0) is None


def test_a9_7_what_flows_back_is_counted_apart() -> None:
    """From the first reading in the session; a register that falls takes nothing away."""
    session = begun()
    assert session.exported is None
    for minutes, wh in ((1, 70_000.0), (30, 70_400.0), (31, 0.0), (40, 100.0)):
        assert told(session, minutes, wh, Measurand.ENERGY_EXPORT) is None

    assert session.exported == 500.0
    assert session.register.total == 0.0
