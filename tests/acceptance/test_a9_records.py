"""Reg. 9 and the ledger: every session is kept, once, with its own times and the right energy (A7.2, A9.*)."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charge_point.simulator import Car

from ..house import SELDOM, House

SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WITHIN_HOURS = pytest.mark.at(SATURDAY)


@WITHIN_HOURS
async def test_a7_2_a_week_without_home_assistant(house: House) -> None:
    """Plugged in while nobody listens, the car charges by the armed hours, and the sessions arrive once, as they were."""
    wallbox = await house.wallbox(settings=SELDOM)
    await house.advance(timedelta(minutes=2))
    await house.stop()
    plugged_in: list[datetime] = []
    for day in range(1, 7):
        await house.clock.advance_to(SATURDAY + timedelta(days=day, hours=6))
        plugged_in.append(house.now)
        await wallbox.plug_in(Car(battery_kwh=10, soc=0.2))
        await house.clock.advance_to(SATURDAY + timedelta(days=day, hours=20))
        await wallbox.unplug()
    register = wallbox.energy(1)
    assert register > 6 * 7500

    await house.start()
    await house.advance(timedelta(minutes=20))
    sessions = await house.sessions()
    assert len(sessions) == 6
    starts = [datetime.fromisoformat(session["start"]) for session in sessions]
    assert sorted(starts) == plugged_in
    assert sum(session["energy"] for session in sessions) == pytest.approx(
        register / 1000, abs=0.01
    )
    assert house.state("power") == "0.0"
    assert house.number("energy") == pytest.approx(register / 1000, abs=0.001)

    await house.restart(after=timedelta(minutes=5))
    await house.advance(timedelta(minutes=20))
    assert len(await house.sessions()) == 6


@WITHIN_HOURS
@pytest.mark.draws(0)
async def test_a9_1_flow_time_is_not_connected_time(house: House) -> None:
    """Eight hours connected, three of them flowing: energy is stop less start, and the times are told apart."""
    wallbox = await house.wallbox(settings={"MeterValueSampleInterval": "60"})
    await house.switch("charging_hours", on=False)
    await house.advance(timedelta(minutes=1))
    await wallbox.plug_in(Car(start_delay=timedelta(), battery_kwh=1000, soc=0.1))
    began = house.now
    await house.advance(timedelta(hours=3))
    await house.set_number("current_limit", 0)
    await house.advance(timedelta(hours=5))
    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))

    (session,) = await house.sessions()
    assert session["energy"] == pytest.approx(wallbox.energy(1) / 1000, abs=0.002)
    flowed = timedelta(minutes=session["charging_minutes"])
    assert abs(flowed - timedelta(hours=3)) <= timedelta(seconds=6)
    ended = datetime.fromisoformat(session["end"])
    assert ended - began >= timedelta(hours=8)


@WITHIN_HOURS
async def test_a9_6_a_restart_in_mid_session_keeps_it_one_session(house: House) -> None:
    """Home Assistant goes and comes while the car charges: one session, its energy whole."""
    wallbox = await house.wallbox()
    await wallbox.plug_in(Car())
    await house.advance(timedelta(minutes=30))
    await house.restart(after=timedelta(minutes=10))
    await house.advance(timedelta(minutes=30))
    assert house.state("charging") == "on"
    assert house.number("session_energy") > 5
    await wallbox.unplug()
    await house.advance(timedelta(minutes=2))

    (session,) = await house.sessions()
    assert session["energy"] == pytest.approx(wallbox.energy(1) / 1000, abs=0.002)
    assert session["doubts"] == []


@WITHIN_HOURS
async def test_a9_8_blips_are_kept_and_folded(house: House) -> None:
    """A session of under a minute is in the list, marked as short."""
    wallbox = await house.wallbox()
    await wallbox.plug_in(Car())
    await house.advance(timedelta(seconds=20))
    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    (session,) = await house.sessions()
    assert session["short"] is True
