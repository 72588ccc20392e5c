"""Sessions of wallboxes that tell them badly: each is kept once, with the right energy or one marked as doubtful."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.smart_charge_point.simulator import Car, Wallbox
from custom_components.smart_charge_point.simulator.quirks import Quirks, Refusal

from ..house import SELDOM, House
from ..told import (
    MINUTELY,
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

GWH = 1e9


async def charge(house: House, wallbox: Wallbox, stay: timedelta = QUARTER) -> float:
    """Let a car come, charge and go; return what it took in kWh."""
    before = wallbox.energy()
    await wallbox.plug_in(Car())
    await house.advance(stay)
    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    return (wallbox.energy() - before) / 1000


@pytest.mark.parametrize(
    "invented",
    [
        pytest.param(2**63 - 1, id="Alfen"),
        pytest.param(-77, id="Etrel"),
        pytest.param(1, id="Huawei"),
        pytest.param(0, id="Amperfied"),
    ],
)
async def test_x1_samples_under_an_invented_id_belong_to_the_session_that_runs(
    house: House, invented: int
) -> None:
    """Each session is there once, with all its samples, also in mid-session and after a restart."""
    wallbox = await hang_up_on_the_wall(house, Quirks(own_transaction_id=invented))
    first = await charge(house, wallbox)
    before = wallbox.energy()
    await wallbox.plug_in(Car())
    await house.advance(QUARTER)
    assert house.number("session_energy") == pytest.approx(
        (wallbox.energy() - before) / 1000, abs=0.15
    )
    await house.restart()
    await house.advance(QUARTER)
    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))

    second, once = await house.sessions()
    assert once["energy"] == pytest.approx(first, abs=0.002)
    assert second["energy"] == pytest.approx(
        (wallbox.energy() - before) / 1000, abs=0.002
    )
    assert second["charging_minutes"] == pytest.approx(30, abs=2)
    assert once["doubts"] == second["doubts"] == []


@pytest.mark.parametrize("invented", [1, 2**63 - 1])
async def test_x1_an_adopted_session_does_not_keep_its_invented_id_for_itself(
    house: House, invented: int
) -> None:
    """The id that one session was met by names the next ones as well: their samples are theirs."""
    wallbox = await hang_up_on_the_wall(
        house, Quirks(own_transaction_id=invented, no_stop_on_unplug=True)
    )
    await wallbox.plug_in(Car())
    await house.advance(QUARTER)
    await forget_everything(house)
    await house.advance(QUARTER)
    assert [session["doubts"] for session in await house.sessions()] == [["adopted"]]
    await wallbox.unplug()
    await house.restart(after=timedelta(minutes=5))
    await house.advance(timedelta(minutes=5))

    before = wallbox.energy()
    await wallbox.plug_in(Car())
    await house.advance(QUARTER)
    assert house.number("session_energy") == pytest.approx(
        (wallbox.energy() - before) / 1000, abs=0.15
    )
    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    second, adopted = await house.sessions()
    assert second["energy"] == pytest.approx(
        (wallbox.energy() - before) / 1000, abs=0.15
    )
    assert second["charging_minutes"] == pytest.approx(15, abs=1)
    assert adopted["energy"] < 3
    assert adopted["end"] is not None


async def test_x2_idle_samples_under_the_finished_id_change_nothing(
    house: House,
) -> None:
    """The id of a finished session is used on until the next: it ends once, and with its own energy."""
    wallbox = await hang_up_on_the_wall(
        house,
        Quirks(keeps_last_transaction_id=True, meter_values_after_stop=True),
        settings=MINUTELY | {"ClockAlignedDataInterval": "60"},
    )
    took = await charge(house, wallbox)
    (session,) = await house.sessions()
    await house.advance(QUARTER)
    assert await house.sessions() == [session]
    assert session["energy"] == pytest.approx(took, abs=0.002)
    assert house.number("session_energy") == pytest.approx(took, abs=0.002)
    assert house.number("power") == 0

    await house.restart()
    await house.advance(QUARTER)
    again = await charge(house, wallbox)
    second, first = await house.sessions()
    assert first == session
    assert second["energy"] == pytest.approx(again, abs=0.002)
    assert first["doubts"] == second["doubts"] == []


async def test_x2_the_finished_id_may_be_used_for_the_next_session(
    house: House,
) -> None:
    """Samples under the old id that were taken in the new session are the new one's."""
    wallbox = await hang_up_on_the_wall(
        house, settings={"MeterValueSampleInterval": "0"}
    )
    await charge(house, wallbox)
    (first,) = await house.sessions()
    before = wallbox.energy()
    await wallbox.plug_in(Car())
    for _ in range(15):
        await house.advance(timedelta(minutes=1))
        await say(
            house,
            wallbox,
            "MeterValues",
            connectorId=1,
            transactionId=first["id"],
            meterValue=[register(wallbox.energy(), house.now)],
        )
    took = (wallbox.energy() - before) / 1000
    assert house.number("session_energy") == pytest.approx(took, abs=0.15)
    second, again = await house.sessions()
    assert again == first
    assert second["end"] is None
    assert second["energy"] == pytest.approx(took, abs=0.002)


async def test_x3_a_stop_without_an_id_ends_the_session_that_was_begun_offline(
    house: House,
) -> None:
    """The start was told offline and the stop says -1: it can only mean that session."""
    wallbox = await hang_up_on_the_wall(house, Quirks(offline_stop_has_no_id=True))
    before = await charge(house, wallbox)
    await house.stop()
    took = await charge_unheard(house, wallbox)
    left = house.now
    await house.clock.advance(timedelta(hours=3))
    await house.start()
    await house.advance(timedelta(minutes=10))

    assert [stop["transactionId"] for stop in wallbox.calls("StopTransaction")][1] == -1
    second, first = await house.sessions()
    assert first["energy"] == pytest.approx(before, abs=0.002)
    assert second["energy"] == pytest.approx(took, abs=0.002)
    assert datetime.fromisoformat(second["end"]) == left
    assert second["doubts"] == []


async def test_x3_a_stop_without_an_id_ends_no_session_that_began_later(
    house: House,
) -> None:
    """A stop of yesterday that says -1 is nothing to the session of today."""
    wallbox = await hang_up_on_the_wall(house)
    await wallbox.plug_in(Car())
    await house.advance(QUARTER)
    await say(
        house,
        wallbox,
        "StopTransaction",
        transactionId=-1,
        meterStop=1,
        timestamp=stamp(SATURDAY - timedelta(days=1)),
        reason="Local",
    )
    (session,) = await house.sessions()
    assert session["end"] is None
    assert wallbox.transaction() is not None


async def test_x3_a_stop_that_comes_days_late_closes_its_own_session_and_no_other(
    house: House,
) -> None:
    """Three days later, with other sessions since: the old one gets its own end, the others stay as they are."""
    wallbox = await hang_up_on_the_wall(house, Quirks(stops_late=True), settings=SELDOM)
    took = [await charge(house, wallbox, QUARTER * number) for number in (1, 2, 3)]
    await wallbox.plug_in(Car())
    await house.advance(QUARTER)
    running = house.number("session_energy")
    assert [session["end"] is None for session in await house.sessions()].count(
        True
    ) == 1
    await house.clock.advance_to(house.now + timedelta(days=3), step=timedelta(hours=1))
    await wallbox.go_offline()
    await house.advance(timedelta(minutes=1))
    await wallbox.go_online()
    await house.advance(timedelta(minutes=1))

    assert len(wallbox.calls("StopTransaction")) == 3
    present, *late = await house.sessions()
    assert present["end"] is None
    assert house.number("session_energy") > running
    assert [session["energy"] for session in reversed(late)] == pytest.approx(
        took, abs=0.002
    )
    for session in late:
        stayed = datetime.fromisoformat(session["end"]) - datetime.fromisoformat(
            session["start"]
        )
        assert stayed < timedelta(hours=1)
        assert session["stop_reason"] == "car_disconnected"
        assert session["doubts"] == []


async def test_a_late_stop_is_not_shown_as_the_last_session(house: House) -> None:
    """What the owner sees of the last session stays what the last session was."""
    wallbox = await hang_up_on_the_wall(house, Quirks(no_stop_on_unplug=True))
    await charge(house, wallbox, QUARTER)
    (old,) = await house.sessions()
    ended = datetime.fromisoformat(old["end"])
    await charge(house, wallbox, QUARTER * 2)
    shown = house.number("session_energy")
    assert shown > old["energy"] * 1.5
    await say(
        house,
        wallbox,
        "StopTransaction",
        transactionId=old["id"],
        meterStop=int(old["energy"] * 1000),
        timestamp=stamp(ended),
        reason="Local",
    )
    await house.advance(timedelta(minutes=2))
    assert house.number("session_energy") == shown
    _, old = await house.sessions()
    assert old["stop_reason"] == "local"
    assert old["doubts"] == []


async def test_a_new_start_ends_a_session_that_was_never_stopped(house: House) -> None:
    """The wallbox forgot the first session: it ends where the second begins, with what was measured in it."""
    wallbox = await hang_up_on_the_wall(house)
    await wallbox.plug_in(Car())
    await house.advance(QUARTER)
    began, stands_at = house.now, wallbox.energy()
    await say(
        house,
        wallbox,
        "StartTransaction",
        connectorId=1,
        idTag="FREEVEND",
        meterStart=int(stands_at),
        timestamp=stamp(began),
    )
    second, first = await house.sessions()
    assert second["end"] is None
    assert first["stop_reason"] == "superseded"
    assert datetime.fromisoformat(first["end"]) == began
    assert first["energy"] == pytest.approx(stands_at / 1000, abs=0.15)
    assert first["doubts"] == ["stop_meter"]


async def test_x12_a_repeated_start_gets_its_first_id_back(house: House) -> None:
    """The first answer was lost: the second names the same session."""
    wallbox = await hang_up_on_the_wall(house, Quirks(repeats_start=True))
    await wallbox.plug_in(Car())
    await house.advance(QUARTER)
    told = answers(wallbox, "StartTransaction")
    assert len(told) == 2
    assert told[0] == told[1]
    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))

    (start, *_) = wallbox.calls("StartTransaction")
    await say(house, wallbox, "StartTransaction", **start)
    assert answers(wallbox, "StartTransaction")[2] == told[0]
    (session,) = await house.sessions()
    assert session["end"] is not None
    assert session["energy"] == pytest.approx(wallbox.energy() / 1000, abs=0.002)


async def test_m6_a_register_that_shows_0_for_one_sample_costs_nothing(
    house: House,
) -> None:
    """Every tenth reading is 0: neither the session nor the lifetime register falls, and nothing is in doubt."""
    wallbox = await hang_up_on_the_wall(
        house, Quirks(register_glitches=True), register_wh=5_000_000
    )
    await wallbox.plug_in(Car())
    lowest = 5000.0
    for _ in range(30):
        await house.advance(timedelta(minutes=1))
        assert house.number("energy") >= lowest
        lowest = house.number("energy")
    await wallbox.unplug()
    await house.advance(timedelta(minutes=2))
    (session,) = await house.sessions()
    assert session["energy"] == pytest.approx(wallbox.energy() / 1000 - 5000, abs=0.002)
    assert session["doubts"] == []
    assert house.number("energy") == pytest.approx(wallbox.energy() / 1000, abs=0.002)


@pytest.mark.parametrize(
    ("leap", "energy"),
    [
        pytest.param(0.0, 3.5, id="to 0"),
        pytest.param(4 * GWH, 3.5, id="by 4 GWh"),
    ],
)
async def test_a_register_that_leaps_leaves_its_leap_out(
    house: House, leap: float, energy: float
) -> None:
    """In the middle of the session the register is reset, or leaps: the energy is what flowed, and marked."""
    wallbox = await hang_up_on_the_wall(house, register_wh=5_000_000)
    await wallbox.plug_in(Car())
    await house.advance(QUARTER)
    shown = house.number("energy")
    wallbox.energy()
    wallbox.connector().register_wh = leap
    await house.advance(QUARTER)
    assert shown <= house.number("energy") < shown + 3
    await wallbox.unplug()
    await house.advance(timedelta(minutes=2))
    (session,) = await house.sessions()
    assert session["energy"] == pytest.approx(energy, abs=0.3)
    assert session["doubts"] == ["register_jump"]
    assert shown <= house.number("energy") < shown + 3


async def test_a_stop_without_a_register_counts_what_was_measured(house: House) -> None:
    """The last sample stands in for meterStop, and that is said."""
    wallbox = await hang_up_on_the_wall(house, Quirks(no_stop_on_unplug=True))
    await wallbox.plug_in(Car())
    await house.advance(QUARTER)
    (session,) = await house.sessions()
    await say(
        house,
        wallbox,
        "StopTransaction",
        transactionId=session["id"],
        timestamp=stamp(house.now),
        reason="Local",
    )
    (session,) = await house.sessions()
    assert session["stop_reason"] == "local"
    assert session["energy"] == pytest.approx(wallbox.energy() / 1000, abs=0.15)
    assert session["doubts"] == ["stop_meter"]


async def test_a9_6_what_was_measured_before_the_latest_status_is_kept_at_once(
    house: House,
) -> None:
    """A wallbox is back, says that it charges, and then what it measured meanwhile: no further sample is waited for."""
    wallbox = await hang_up_on_the_wall(
        house, settings={"MeterValueSampleInterval": "0"}
    )
    await wallbox.plug_in(Car(start_delay=timedelta()))
    (session,) = await house.sessions()
    await house.advance(QUARTER)
    then = register(wallbox.energy(), house.now)
    await house.advance(QUARTER)
    now = register(wallbox.energy(), house.now)
    await say(
        house,
        wallbox,
        "StatusNotification",
        connectorId=1,
        status="Charging",
        errorCode="NoError",
        timestamp=stamp(house.now),
    )
    for reading in (then, now):
        await say(
            house,
            wallbox,
            "MeterValues",
            connectorId=1,
            transactionId=session["id"],
            meterValue=[reading],
        )
        (session,) = await house.sessions()
        assert session["energy"] == pytest.approx(
            float(reading["sampledValue"][0]["value"]) / 1000, abs=0.001
        )


async def test_samples_out_of_order_neither_add_nor_take(house: House) -> None:
    """Those of the last hour come backwards: the register is where it was, and so is the time that current flowed."""
    wallbox = await hang_up_on_the_wall(house)
    await wallbox.plug_in(Car())
    readings: list[dict[str, Any]] = []
    for _ in range(4):
        await house.advance(QUARTER)
        readings.append(register(wallbox.energy(), house.now))
    (session,) = await house.sessions()
    energy = house.number("energy")
    for reading in (*reversed(readings), readings[1], readings[3], readings[0]):
        await say(
            house,
            wallbox,
            "MeterValues",
            connectorId=1,
            transactionId=session["id"],
            meterValue=[reading],
        )
    await house.advance(timedelta(minutes=1))
    assert energy <= house.number("energy") <= energy + 0.15
    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    (session,) = await house.sessions()
    assert session["energy"] == pytest.approx(wallbox.energy() / 1000, abs=0.002)
    assert session["charging_minutes"] == pytest.approx(61, abs=0.5)
    assert session["doubts"] == []


async def test_x11_a_session_without_a_stop_ends_when_the_car_is_gone(
    house: House,
) -> None:
    """The connector is available again: the session ends there, as our conclusion."""
    wallbox = await hang_up_on_the_wall(house, Quirks(no_stop_on_unplug=True))
    took = await charge(house, wallbox)
    (session,) = await house.sessions()
    assert session["stop_reason"] == "car_disconnected"
    assert session["doubts"] == ["stop_meter"]
    assert session["energy"] == pytest.approx(took, abs=0.15)
    assert house.number("session_energy") == session["energy"]
    assert house.state("charging_reason") == "no_car"

    again = await charge(house, wallbox)
    second, first = await house.sessions()
    assert first == session
    assert second["energy"] == pytest.approx(again, abs=0.15)


@pytest.mark.parametrize("numbered", [True, False])
async def test_a9_6_what_is_told_again_after_the_meter_was_changed_is_counted_once(
    house: House, numbered: bool
) -> None:
    """A whole session is repeated whose register stood higher than the present one does: nothing is added."""
    wallbox = await hang_up_on_the_wall(
        house, settings={"MeterValueSampleInterval": "0"}
    )

    async def tell(began: datetime, *registers: float) -> None:
        """Tell a session that was measured every five minutes."""
        moments = [began + n * timedelta(minutes=5) for n in range(len(registers))]
        await say(
            house,
            wallbox,
            "StartTransaction",
            connectorId=1,
            idTag="04A0",
            meterStart=int(registers[0]),
            timestamp=stamp(began),
        )
        told = answers(wallbox, "StartTransaction")[-1]["transactionId"]
        of = {"transactionId": told} if numbered else {}
        for at, wh in zip(moments, registers, strict=True):
            reading = register(wh, at)
            await say(
                house, wallbox, "MeterValues", connectorId=1, meterValue=[reading], **of
            )
        await say(
            house,
            wallbox,
            "StopTransaction",
            transactionId=told,
            meterStop=int(registers[-1]),
            timestamp=stamp(moments[-1]),
        )

    began = house.now
    first = (5000, 5500, 6000, 6500)
    await house.advance(QUARTER)
    await tell(began, *first)
    await house.advance(2 * QUARTER)
    await tell(house.now - QUARTER, 0, 100, 200, 300)
    sessions = await house.sessions()
    await house.advance(timedelta(minutes=5))
    shown = house.number("energy")

    await tell(began, *first)
    await house.advance(timedelta(minutes=5))

    assert house.number("energy") == shown
    assert await house.sessions() == sessions
    assert [each["energy"] for each in sessions] == [0.3, 1.5]


async def test_x11_a_stop_that_comes_after_all_takes_the_place_of_our_conclusion(
    house: House,
) -> None:
    """Its time, its register and its reason count, and nothing is in doubt any more."""
    wallbox = await hang_up_on_the_wall(house, Quirks(no_stop_on_unplug=True))
    took = await charge(house, wallbox)
    (session,) = await house.sessions()
    ended = datetime.fromisoformat(session["end"])
    await house.advance(timedelta(minutes=5))
    await say(
        house,
        wallbox,
        "StopTransaction",
        transactionId=session["id"],
        meterStop=int(wallbox.energy()),
        timestamp=stamp(ended - timedelta(seconds=3)),
        reason="Other",
    )
    (session,) = await house.sessions()
    assert datetime.fromisoformat(session["end"]) == ended - timedelta(seconds=3)
    assert session["energy"] == pytest.approx(took, abs=0.002)
    assert session["doubts"] == []
    assert house.number("session_energy") == session["energy"]


async def test_a_conclusion_drawn_after_an_outage_gives_way_to_what_is_replayed(
    house: House,
) -> None:
    """The status comes first and says that the car is gone, then the samples and the stop of hours ago."""
    wallbox = await hang_up_on_the_wall(
        house,
        Quirks(no_stop_on_unplug=True),
        settings={"MeterValueSampleInterval": "0"},
    )
    await wallbox.plug_in(Car())
    await house.advance(QUARTER)
    (session,) = await house.sessions()
    await wallbox.go_offline()
    readings: list[dict[str, Any]] = []
    for _ in range(30):
        await house.advance(timedelta(minutes=1))
        readings.append(register(wallbox.energy(), house.now))
    await wallbox.unplug()
    left = house.now
    await house.clock.advance_to(left + timedelta(hours=3), step=timedelta(minutes=5))
    await wallbox.go_online()
    await house.advance(timedelta(minutes=2))
    (concluded,) = await house.sessions()
    assert concluded["doubts"] == ["stop_meter"]

    for reading in readings:
        await say(
            house,
            wallbox,
            "MeterValues",
            connectorId=1,
            transactionId=session["id"],
            meterValue=[reading],
        )
    await say(
        house,
        wallbox,
        "StopTransaction",
        transactionId=session["id"],
        meterStop=int(wallbox.energy()),
        timestamp=stamp(left),
        reason="Other",
    )
    (session,) = await house.sessions()
    assert datetime.fromisoformat(session["end"]) == left
    assert session["energy"] == pytest.approx(wallbox.energy() / 1000, abs=0.002)
    assert session["charging_minutes"] == pytest.approx(45, abs=0.5)
    assert session["doubts"] == []


async def test_a_transaction_that_is_met_while_it_runs_is_adopted(house: House) -> None:
    """Its beginning was never told: it is kept from the first sample on, and says so."""
    wallbox = await hang_up_on_the_wall(house)
    await wallbox.plug_in(Car())
    await house.advance(QUARTER)
    await forget_everything(house)
    unknown = wallbox.energy()
    await house.advance(QUARTER)
    (session,) = await house.sessions()
    assert session["doubts"] == ["adopted"]
    assert house.number("session_energy") == pytest.approx(
        (wallbox.energy() - unknown) / 1000, abs=0.3
    )
    await house.press("charge_now")
    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    (session,) = await house.sessions()
    assert session["end"] is not None
    assert session["energy"] == pytest.approx(
        (wallbox.energy() - unknown) / 1000, abs=0.2
    )
    assert session["doubts"] == ["adopted"]


async def test_an_adopted_session_gives_way_to_its_true_start(house: House) -> None:
    """The start arrives after all: one session with the whole energy, and what the owner asked for stands."""
    wallbox = await hang_up_on_the_wall(house)
    await wallbox.plug_in(Car())
    plugged_in = house.now
    await house.advance(QUARTER)
    await forget_everything(house)
    await house.advance(QUARTER)
    await house.press("charge_now")
    (adopted,) = await house.sessions()
    assert adopted["doubts"] == ["adopted"]
    (start,) = wallbox.calls("StartTransaction")
    await say(house, wallbox, "StartTransaction", **start)

    await house.advance(QUARTER)
    (session,) = await house.sessions()
    assert datetime.fromisoformat(session["start"]) == plugged_in
    assert session["end"] is None
    # Nobody knows how much of the first quarter of an hour current flowed in.
    assert session["doubts"] == ["gap"]
    assert house.state("charging_reason") == "charging_now"
    assert house.number("energy") == pytest.approx(wallbox.energy() / 1000, abs=0.15)
    assert house.number("session_energy") == pytest.approx(
        wallbox.energy() / 1000, abs=0.15
    )
    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    (session,) = await house.sessions()
    assert session["end"] is not None
    assert session["energy"] == pytest.approx(wallbox.energy() / 1000, abs=0.002)
    assert session["charging_minutes"] == pytest.approx(30, abs=1)


async def test_a_start_of_a_session_before_it_does_not_become_the_adopted_one(
    house: House,
) -> None:
    """A wallbox that tells the present before the past: both sessions are kept, each with its own energy."""
    wallbox = await hang_up_on_the_wall(house)
    took = await charge(house, wallbox)
    (start,) = wallbox.calls("StartTransaction")
    (stop,) = wallbox.calls("StopTransaction")
    before = wallbox.energy()
    await wallbox.plug_in(Car())
    await house.advance(QUARTER)
    await forget_everything(house)
    await house.advance(QUARTER)
    await say(house, wallbox, "StartTransaction", **start)
    told = answers(wallbox, "StartTransaction")[-1]["transactionId"]
    await say(house, wallbox, "StopTransaction", **stop | {"transactionId": told})
    await house.advance(QUARTER)
    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))

    present, past = await house.sessions()
    assert past["energy"] == pytest.approx(took, abs=0.002)
    assert past["doubts"] == ["gap"]
    assert present["doubts"] == ["adopted"]
    assert 0 < present["energy"] <= (wallbox.energy() - before) / 1000
    assert present["end"] is not None


async def test_what_is_replayed_beside_a_running_session_is_counted_too(
    house: House,
) -> None:
    """A session of yesterday is told while one runs: it has its own energy and flow time, and ends nothing."""
    wallbox = await hang_up_on_the_wall(house, register_wh=20_000)
    yesterday = house.now - timedelta(days=1)
    await wallbox.plug_in(Car())
    await house.advance(QUARTER)
    power, energy = house.number("power"), house.number("energy")
    await say(
        house,
        wallbox,
        "StartTransaction",
        connectorId=1,
        idTag="FREEVEND",
        meterStart=10_000,
        timestamp=stamp(yesterday),
    )
    past = answers(wallbox, "StartTransaction")[-1]["transactionId"]
    for minute in range(31):
        at = yesterday + timedelta(minutes=minute)
        value = register(10_000 + minute * 50, at)
        value["sampledValue"].append(
            {"value": "3000", "measurand": "Power.Active.Import", "unit": "W"}
        )
        await say(
            house,
            wallbox,
            "MeterValues",
            connectorId=1,
            transactionId=past,
            meterValue=[value],
        )
    assert house.number("power") == power
    assert house.number("energy") == energy
    await say(
        house,
        wallbox,
        "StopTransaction",
        transactionId=past,
        meterStop=11_500,
        timestamp=stamp(yesterday + timedelta(minutes=30)),
        reason="Local",
    )
    present, told_late = await house.sessions()
    assert present["end"] is None
    assert told_late["energy"] == 1.5
    assert told_late["charging_minutes"] == 30
    assert told_late["doubts"] == []
    await house.advance(timedelta(minutes=1))
    assert energy <= house.number("energy") <= energy + 0.2


async def test_a9_3_what_comes_with_a_stop_says_when_it_was_charged(
    house: House,
) -> None:
    """A wallbox that was offline tells its samples with the stop alone: 2 kWh in the first half hour, 1 in the last."""
    wallbox = await hang_up_on_the_wall(house, register_wh=20_000)
    begin = house.now.replace(minute=0, second=0) - timedelta(hours=9)
    await say(
        house,
        wallbox,
        "StartTransaction",
        connectorId=1,
        idTag="FREEVEND",
        meterStart=10_000,
        timestamp=stamp(begin),
    )
    past = answers(wallbox, "StartTransaction")[-1]["transactionId"]
    await say(
        house,
        wallbox,
        "StopTransaction",
        transactionId=past,
        meterStop=13_000,
        timestamp=stamp(begin + timedelta(hours=3)),
        reason="Local",
        transactionData=[
            register(wh, begin + timedelta(minutes=minute))
            for minute, wh in ((0, 10_000), (30, 12_000), (150, 12_000))
        ],
    )

    slots = await house.entry.runtime_data.site.ledger.slots(past)

    assert [(slot.start - begin, slot.energy) for slot in slots if slot.energy] == [
        (timedelta(), 2000.0),
        (timedelta(minutes=150), 1000.0),
    ]


async def test_a_session_of_the_past_is_told_nothing_and_teaches_nothing(
    house: House,
) -> None:
    """A wallbox that takes profiles for the transaction only gets none for one that is long over, until it shows that it runs."""
    wallbox = await hang_up_on_the_wall(
        house,
        Quirks(default_profile=Refusal.REJECTED, maximum_profile=Refusal.REJECTED),
        settings=SELDOM,
        connectors=2,
    )

    def for_transactions() -> list[int]:
        return [
            request["csChargingProfiles"]["transactionId"]
            for request in wallbox.requests("SetChargingProfile")
            if request["csChargingProfiles"]["chargingProfilePurpose"] == "TxProfile"
        ]

    for days, (begin, end) in ((2, (1000, 3000)), (1, (3000, 7000))):
        began = house.now - timedelta(days=days)
        await say(
            house,
            wallbox,
            "StartTransaction",
            connectorId=1,
            idTag="FREEVEND",
            meterStart=begin,
            timestamp=stamp(began),
        )
        await house.advance(timedelta(seconds=5))
        past = answers(wallbox, "StartTransaction")[-1]["transactionId"]
        assert house.state("session_energy") in {"unknown", "2.0"}
        await say(
            house,
            wallbox,
            "StopTransaction",
            transactionId=past,
            meterStop=end,
            timestamp=stamp(began + timedelta(hours=1)),
            reason="Local",
        )
        await house.advance(timedelta(seconds=5))
    assert for_transactions() == []

    await wallbox.go_offline()
    await wallbox.plug_in(Car())
    await house.advance(QUARTER)
    await wallbox.go_online()
    await house.advance(timedelta(minutes=1))
    (running, *past) = await house.sessions()
    assert len(past) == 2
    assert set(for_transactions()) == {running["id"]}
    await house.press("charge_now")
    assert house.state("charging_reason") == "charging_now"


@pytest.mark.parametrize(
    ("away", "doubts"),
    [(timedelta(minutes=10), []), (timedelta(minutes=30), ["gap"])],
)
async def test_a_restart_leaves_the_flow_time_in_doubt_only_where_it_is(
    house: House, away: timedelta, doubts: list[str]
) -> None:
    """What flowed while Home Assistant was down, and nobody made up for, is said to be missing."""
    wallbox = await hang_up_on_the_wall(house)
    await wallbox.plug_in(Car())
    await house.advance(QUARTER)
    await wallbox.go_offline()
    wallbox.configuration.put_value("MeterValueSampleInterval", "0")
    wallbox.configuration_changed("MeterValueSampleInterval")
    await house.restart(after=away)
    wallbox.configuration.put_value("MeterValueSampleInterval", "60")
    wallbox.configuration_changed("MeterValueSampleInterval")
    await wallbox.go_online()
    await house.advance(QUARTER)
    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    (session,) = await house.sessions()
    assert session["energy"] == pytest.approx(wallbox.energy() / 1000, abs=0.002)
    assert session["doubts"] == doubts


async def test_new_hardware_ends_the_session_of_the_old(house: House) -> None:
    """The wallbox was exchanged while a session ran: that has an end, under the new one's name."""
    wallbox = await hang_up_on_the_wall(house)
    await wallbox.plug_in(Car())
    await house.advance(QUARTER)
    await wallbox.stop()
    subentry = house.subentry()
    house.hass.config_entries.async_update_subentry(
        house.entry,
        subentry,
        unique_id="WB2",
        data={**subentry.data, "identity": "WB2"},
    )
    await house.clock.settle()
    await house.advance(timedelta(minutes=1))
    (session,) = await house.sessions("WB2")
    assert session["end"] is not None
    assert session["stop_reason"] == "superseded"
    assert session["energy"] == pytest.approx(1.8, abs=0.15)


async def charge_unheard(
    house: House, wallbox: Wallbox, stay: timedelta = QUARTER
) -> float:
    """Let a car come, charge and go while Home Assistant is down; return what it took in kWh."""
    before = wallbox.energy()
    await wallbox.plug_in(Car())
    await house.clock.advance(stay)
    await wallbox.unplug()
    return (wallbox.energy() - before) / 1000


@pytest.mark.at(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
async def test_the_charging_time_does_not_run_on_in_silence(house: House) -> None:
    """What flowed when it was last heard says nothing of the hours after it; the next sample makes up for it."""
    wallbox = await house.wallbox(settings=SELDOM)
    await wallbox.plug_in(Car(start_delay=timedelta(), battery_kwh=10_000.0))
    await house.advance(timedelta(minutes=50))
    await house.set_number("current_limit", 16)
    assert 0 < house.number("session_duration") <= 16
    await house.advance(timedelta(minutes=30))
    assert house.number("session_duration") >= 45
