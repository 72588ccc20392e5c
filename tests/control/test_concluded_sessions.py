"""Sessions whose end the wallbox never told: what it tells of them afterwards is still theirs (A9.3, A9.6, X11)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.smart_charge_point.simulator import Car, Wallbox
from custom_components.smart_charge_point.simulator.quirks import Quirks

from ..house import House
from ..told import (
    QUARTER,
    SATURDAY,
    answers,
    forget_everything,
    hang_up_on_the_wall,
    register,
    say,
    stamp,
)

pytestmark = [pytest.mark.at(SATURDAY), pytest.mark.draws(0)]

MINUTE = timedelta(minutes=1)
TOLD_BY_HAND = {"MeterValueSampleInterval": "0"}
UNTOLD = Quirks(no_stop_on_unplug=True)


@dataclass
class Concluded:
    """A session that was begun in sight, and went on out of it until the car left; its stop was never told."""

    wallbox: Wallbox
    number: int
    readings: list[dict[str, Any]]
    """What the wallbox measured every minute, out of sight."""
    took: float
    """kWh."""
    left: datetime


async def concluded(house: House, measured: int = 30) -> Concluded:
    """Let a car charge out of sight for 45 minutes, measured in the last so many, and the wallbox be back hours later."""
    wallbox = await hang_up_on_the_wall(house, UNTOLD, settings=TOLD_BY_HAND)
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(MINUTE)
    (session,) = await house.sessions()
    await wallbox.go_offline()
    await house.advance(timedelta(minutes=45 - measured))
    readings = []
    for _ in range(measured):
        await house.advance(MINUTE)
        readings.append(register(wallbox.energy(), house.now))
    await wallbox.unplug()
    left = house.now
    await house.clock.advance_to(left + timedelta(hours=3), step=timedelta(minutes=5))
    await wallbox.go_online()
    await house.advance(timedelta(minutes=2))
    (session,) = await house.sessions()
    assert (session["stop_reason"], session["energy"]) == ("car_disconnected", 0)
    return Concluded(wallbox, session["id"], readings, wallbox.energy() / 1000, left)


async def tell(
    house: House,
    wallbox: Wallbox,
    readings: Iterable[dict[str, Any]],
    number: int | None,
) -> None:
    """Let the wallbox tell samples, each by itself."""
    of = {} if number is None else {"transactionId": number}
    for reading in readings:
        await say(
            house, wallbox, "MeterValues", connectorId=1, meterValue=[reading], **of
        )


@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize("restarted", [False, True])
async def test_x11_samples_that_come_after_our_conclusion_count(
    house: House, restarted: bool, numbered: bool
) -> None:
    """By their number, or else by their time, and over a restart: the energy is theirs, and so is the time it took."""
    of = await concluded(house)
    (before,) = await house.sessions()
    if restarted:
        await house.restart()
        await house.advance(MINUTE)
    number = of.number if numbered else None

    await tell(house, of.wallbox, of.readings, number)
    await house.advance(MINUTE)

    (session,) = await house.sessions()
    assert session["energy"] == pytest.approx(of.took, abs=0.002)
    assert session["end"] == before["end"]
    assert "stop_meter" in session["doubts"]
    assert house.number("energy") == pytest.approx(of.took, abs=0.002)
    assert house.number("session_energy") == session["energy"]

    # Told again, in whatever order, they add nothing; over another restart neither.
    await tell(house, of.wallbox, reversed(of.readings), number)
    assert await house.sessions() == [session]
    await house.restart()
    await tell(house, of.wallbox, of.readings, number)
    assert await house.sessions() == [session]


async def test_x11_a_stop_takes_the_place_of_a_conclusion_that_was_drawn_anew(
    house: House,
) -> None:
    """However late: samples came, Home Assistant was restarted, and nothing is in doubt in the end."""
    of = await concluded(house, measured=44)
    await tell(house, of.wallbox, of.readings, of.number)
    await house.restart(after=timedelta(minutes=1))
    await house.advance(timedelta(minutes=5))

    await say(
        house,
        of.wallbox,
        "StopTransaction",
        transactionId=of.number,
        meterStop=round(of.took * 1000),
        timestamp=stamp(of.left),
    )

    (session,) = await house.sessions()
    assert datetime.fromisoformat(session["end"]) == of.left
    assert session["energy"] == pytest.approx(of.took, abs=0.002)
    assert session["charging_minutes"] == pytest.approx(45, abs=1.5)
    assert session["doubts"] == []


async def test_a9_6_the_register_of_a_stop_told_after_our_conclusion_counts(
    house: House,
) -> None:
    """The wallbox says first that the car is gone, and then where its meter stood: the energy sensor shows that."""
    of = await concluded(house)
    assert house.number("energy") < of.took - 1
    await say(
        house,
        of.wallbox,
        "StopTransaction",
        transactionId=of.number,
        meterStop=round(of.took * 1000),
        timestamp=stamp(of.left),
    )
    await house.advance(timedelta(minutes=2))
    assert house.number("energy") == pytest.approx(of.took, abs=0.002)
    (session,) = await house.sessions()
    assert session["energy"] == pytest.approx(of.took, abs=0.002)


async def test_a9_6_samples_of_a_concluded_session_leave_the_one_that_runs_alone(
    house: House,
) -> None:
    """Another car charges when they come: each session has what was measured in its own time."""
    of = await concluded(house)
    await of.wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(QUARTER)
    now = register(of.wallbox.energy(), house.now)
    present = of.wallbox.energy() / 1000 - of.took

    await tell(house, of.wallbox, [now, *of.readings[:15]], None)
    await tell(house, of.wallbox, of.readings[15:], of.number)

    second, first = await house.sessions()
    assert first["energy"] == pytest.approx(of.took, abs=0.002)
    assert second["energy"] == pytest.approx(present, abs=0.002)
    assert second["end"] is None
    assert house.number("session_energy") == pytest.approx(present, abs=0.002)


async def test_x11_a_session_goes_on_beyond_our_conclusion_where_energy_shows_it(
    house: House,
) -> None:
    """A wallbox says in mid-session that it has no car: what it goes on measuring is of the session, as is its time."""
    wallbox = await hang_up_on_the_wall(house, UNTOLD, settings=TOLD_BY_HAND)
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(QUARTER)
    (session,) = await house.sessions()
    number = session["id"]
    await say(
        house,
        wallbox,
        "StatusNotification",
        connectorId=1,
        status="Available",
        errorCode="NoError",
        timestamp=stamp(house.now),
    )
    for _ in range(30):
        await house.advance(MINUTE)
        reading = register(wallbox.energy(), house.now)
        power = {"value": "7400", "measurand": "Power.Active.Import", "unit": "W"}
        reading["sampledValue"].append(power)
        await tell(house, wallbox, [reading], number)
    (session,) = await house.sessions()
    assert datetime.fromisoformat(session["end"]) == house.now
    assert session["energy"] == pytest.approx(wallbox.energy() / 1000, abs=0.002)
    assert session["charging_minutes"] == pytest.approx(45, abs=1.5)

    # X2: idle samples under its number, also of a meter that creeps, end nothing later.
    await wallbox.unplug()
    energy = wallbox.energy()
    for n in range(30):
        await house.advance(MINUTE)
        reading = register(energy + n / 2, house.now)
        await tell(house, wallbox, [reading], number)
    assert await house.sessions() == [session]


async def test_x11_a_concluded_session_ends_before_the_next_one_begins(
    house: House,
) -> None:
    """What is told under its number of the time after that is not its own."""
    wallbox = await hang_up_on_the_wall(house, UNTOLD, settings=TOLD_BY_HAND)
    began = house.now
    tag = {"connectorId": 1, "idTag": "04A0"}
    for minutes, wh in ((0, 0), (30, 2000)):
        at = stamp(began + minutes * MINUTE)
        await say(
            house, wallbox, "StartTransaction", **tag, meterStart=wh, timestamp=at
        )
    first, second = (
        told["transactionId"] for told in answers(wallbox, "StartTransaction")
    )
    await house.advance(timedelta(hours=1))
    await say(
        house,
        wallbox,
        "StopTransaction",
        transactionId=second,
        meterStop=4000,
        timestamp=stamp(began + 60 * MINUTE),
    )
    for minutes, wh in ((10, 800), (29, 1900), (45, 3000), (70, 5000)):
        reading = register(wh, began + minutes * MINUTE)
        await tell(house, wallbox, [reading], first)

    later, earlier = await house.sessions()
    assert (earlier["id"], earlier["energy"]) == (first, 2.0)
    assert datetime.fromisoformat(earlier["end"]) == began + 30 * MINUTE
    assert (later["id"], later["energy"]) == (second, 2.0)
    assert began.tzinfo is UTC


@pytest.mark.parametrize("restarted", [False, True])
async def test_a9_6_what_flowed_after_the_last_sample_shows_when_the_next_session_begins(
    house: House, restarted: bool
) -> None:
    """The stop is never told: up to where the next session's register begins, it was all this one's."""
    wallbox = await hang_up_on_the_wall(house, UNTOLD, settings=TOLD_BY_HAND)
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(QUARTER)
    sample = register(wallbox.energy(), house.now)
    (session,) = await house.sessions()
    await tell(house, wallbox, [sample], session["id"])
    told = wallbox.energy() / 1000
    await house.advance(QUARTER)
    await wallbox.unplug()
    await house.advance(MINUTE)
    took = wallbox.energy() / 1000
    (session,) = await house.sessions()
    assert session["energy"] == pytest.approx(told, abs=0.002)

    await wallbox.plug_in(Car(start_delay=timedelta()))
    _, session = await house.sessions()
    assert session["energy"] == pytest.approx(took, abs=0.002)
    assert took > told + 1
    assert session["doubts"] == ["stop_meter"]

    # Neither a restart nor a sample that is told again changes that.
    if restarted:
        await house.restart()
        await house.advance(timedelta(minutes=5))
    await tell(house, wallbox, [sample], session["id"])
    assert (await house.sessions())[1] == session


async def test_a9_6_a_session_that_is_told_after_the_next_one_takes_its_own(
    house: House,
) -> None:
    """A queue is told newest first: what flowed between two sessions was not the former's, but of one that came after it."""
    wallbox = await hang_up_on_the_wall(house, UNTOLD, settings=TOLD_BY_HAND)
    await house.advance(timedelta(hours=2))
    began = house.now - timedelta(hours=2)

    async def start(minutes: int, wh: int) -> int:
        await say(
            house,
            wallbox,
            "StartTransaction",
            connectorId=1,
            idTag="04A0",
            meterStart=wh,
            timestamp=stamp(began + minutes * MINUTE),
        )
        told: int = answers(wallbox, "StartTransaction")[-1]["transactionId"]
        return told

    async def energies() -> list[float]:
        return [session["energy"] for session in await house.sessions()]

    await start(0, 0)
    third = await start(60, 5000)
    assert await energies() == [0, 5]
    await start(30, 2000)
    assert await energies() == [0, 3, 2]
    # A register that counts each session from 0 says nothing of the one before.
    await say(
        house,
        wallbox,
        "StopTransaction",
        transactionId=third,
        meterStop=6000,
        timestamp=stamp(began + 70 * MINUTE),
    )
    await start(90, 0)
    assert await energies() == [0, 1, 3, 2]


async def test_x1_a_stop_of_before_an_adopted_session_does_not_end_it(
    house: House,
) -> None:
    """The wallbox gives all its transactions one id, and tells the stop of an earlier one again: our conclusion stands."""
    wallbox = await hang_up_on_the_wall(house, UNTOLD, settings=TOLD_BY_HAND)
    earlier = house.now
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await forget_everything(house)
    await house.advance(timedelta(minutes=5))
    await tell(house, wallbox, [register(wallbox.energy(), house.now)], 0)
    await house.advance(QUARTER)
    await tell(house, wallbox, [register(wallbox.energy(), house.now)], 0)
    await wallbox.unplug()
    await house.advance(MINUTE)
    (adopted,) = await house.sessions()
    assert adopted["energy"] > 1

    await say(
        house,
        wallbox,
        "StopTransaction",
        transactionId=0,
        meterStop=0,
        timestamp=stamp(earlier),
    )

    assert await house.sessions() == [adopted]
