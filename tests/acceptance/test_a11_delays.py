"""Reg. 11: the randomised delay (A11.*). The draws themselves are tested with their rule."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from custom_components.smart_charge_point.model.limit import Limit
from custom_components.smart_charge_point.model.sleeping_car import SleepingCar
from custom_components.smart_charge_point.simulator import Car, Wallbox

from ..house import SELDOM, House

pytestmark = pytest.mark.draws(412, 137, 555, 298, 476, 61)

SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WITHIN_HOURS = pytest.mark.at(SATURDAY)


def armed_delay(wallbox: Wallbox) -> int:
    """Return the delay, in seconds, that the wallbox holds for its next session."""
    relative = [
        request["csChargingProfiles"]["chargingSchedule"]["duration"]
        for request in wallbox.requests("SetChargingProfile")
        if request["csChargingProfiles"]["chargingProfileKind"] == "Relative"
        and request["csChargingProfiles"]["chargingProfilePurpose"]
        == "TxDefaultProfile"
    ]
    return int(relative[-1])


@WITHIN_HOURS
async def test_a11_2_current_flows_when_the_delay_is_over_to_the_second(
    house: House,
) -> None:
    """A drawn delay d has its first current at d seconds, plus what the car itself takes."""
    wallbox = await house.wallbox()
    delay = armed_delay(wallbox)
    plugged_in = house.now
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(seconds=delay - 2))
    assert wallbox.current(1) == 0
    assert house.state("charging_reason") == "random_delay"
    assert house.moment("delay_ends") == plugged_in + timedelta(seconds=delay)
    await house.advance(timedelta(seconds=4))
    assert wallbox.current(1) > 30


async def test_a11_2_every_edge_of_the_week_has_a_delay_of_its_own(
    house: House,
) -> None:
    """Ten on-edges at 11:00 and 22:00 plus their own delay, ten off-edges before 8:00 and 16:00."""
    wallbox = await house.wallbox()
    weekly = next(
        request["csChargingProfiles"]["chargingSchedule"]
        for request in wallbox.requests("SetChargingProfile")
        if request["csChargingProfiles"]["chargingProfileKind"] == "Recurring"
    )
    periods = weekly["chargingSchedulePeriod"]
    assert len(periods) == 21
    on = [period["startPeriod"] % 86400 for period in periods[1:] if period["limit"]]
    off = [period["startPeriod"] % 86400 for period in periods if not period["limit"]]
    assert len(on) == len(off) == 10
    assert {(second - 39600) in range(601) for second in on[::2]} == {True}
    assert {(second - 79200) in range(601) for second in on[1::2]} == {True}
    assert {(second - 28200) in range(601) for second in off[::2]} == {True}
    assert {(second - 57000) in range(601) for second in off[1::2]} == {True}
    assert len(set(on)) > 5


@WITHIN_HOURS
async def test_a11_3_restart_resumes_the_running_delay(house: House) -> None:
    """A delay that was half over when Home Assistant stopped ends at its stored second."""
    wallbox = await house.wallbox()
    delay = armed_delay(wallbox)
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(seconds=30))
    ends = house.moment("delay_ends")
    assert ends is not None
    sent = len(wallbox.requests("SetChargingProfile"))

    await house.restart(after=timedelta(seconds=delay // 2))
    await house.advance(timedelta(seconds=30))

    assert house.moment("delay_ends") == ends
    await house.advance_to(ends - timedelta(seconds=2))
    assert wallbox.current(1) == 0
    await house.advance_to(ends + timedelta(seconds=2))
    assert wallbox.current(1) > 30
    assert len(wallbox.requests("SetChargingProfile")) == sent


@WITHIN_HOURS
async def test_a11_4_cancelling_ends_this_delay_and_no_other(house: House) -> None:
    """Current flows at most 5 s later, the hours stay, and the next session is delayed again."""
    wallbox = await house.wallbox(settings=SELDOM)
    await wallbox.plug_in(Car(start_delay=timedelta(), battery_kwh=10_000.0))
    await house.advance(timedelta(seconds=20))
    assert wallbox.current(1) == 0

    await house.press("cancel_delay")
    await house.advance(timedelta(seconds=5))
    assert wallbox.current(1) > 30
    assert house.state("charging_reason") == "charging"

    await house.advance_to(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    assert wallbox.current(1) == 0
    await house.advance_to(datetime(2026, 11, 23, 11, 0, tzinfo=UTC))
    await house.advance(timedelta(seconds=30))
    assert wallbox.current(1) == 0
    assert house.state("charging_reason") == "random_delay"


@WITHIN_HOURS
async def test_a11_7_after_a_power_cut_the_wallbox_waits_before_anyone_is_up(
    house: House,
) -> None:
    """Wallbox and Home Assistant lose power together: current starts at boot plus the stored delay, not earlier."""
    wallbox = await house.wallbox(resumes_after_power_cut=False)
    delay = armed_delay(wallbox)
    await wallbox.power_cut()
    await house.stop()
    await house.clock.advance(timedelta(minutes=3))
    await wallbox.power_restore()
    await wallbox.plug_in(Car(start_delay=timedelta()))
    restored = house.now
    await house.clock.advance_to(restored + timedelta(seconds=delay - 2))
    assert wallbox.current(1) == 0
    await house.clock.advance_to(restored + timedelta(seconds=delay + 2))
    assert wallbox.current(1) > 30


@WITHIN_HOURS
async def test_a11_7_a_session_that_outlives_the_cut_is_delayed_anew(
    house: House,
) -> None:
    """The relative delay of a resumed session is long past; it is held back on the first message after the boot."""
    wallbox = await house.wallbox(resumes_after_power_cut=True)
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(minutes=20))
    assert wallbox.current(1) > 30

    await wallbox.power_cut()
    await house.advance(timedelta(minutes=20))
    await wallbox.power_restore()
    await house.advance(timedelta(seconds=5))
    assert wallbox.current(1) == 0
    assert house.state("charging_reason") == "random_delay"
    ends = house.moment("delay_ends")
    assert ends is not None
    await house.advance_to(ends + timedelta(seconds=5))
    assert wallbox.current(1) > 30


async def whole_street_goes_dark(
    house: House, wallbox: Wallbox, home_assistant_takes: timedelta
) -> datetime:
    """Cut the power of wallbox, router and Home Assistant for half an hour; return when it came back.

    The wallbox is up at once, the router a minute later, Home Assistant as late as is said.
    """
    await wallbox.go_offline()
    await wallbox.power_cut()
    await house.stop()
    await house.clock.advance(timedelta(minutes=30))
    assert wallbox.current(1) == 0
    restored = house.now
    await wallbox.power_restore()
    await house.clock.advance(timedelta(minutes=1))
    await wallbox.go_online()
    await house.clock.advance_to(restored + home_assistant_takes)
    await house.start()
    return restored


@WITHIN_HOURS
@pytest.mark.parametrize("minutes", [2, 12], ids=["quick", "slow"])
async def test_a11_7_wallbox_home_assistant_and_router_lose_power_together(
    house: House, minutes: int
) -> None:
    """A car charges as the street goes dark: its new session has the delay that the wallbox holds, and no second one."""
    wallbox = await house.wallbox(resumes_after_power_cut=False)
    delay = armed_delay(wallbox)
    await wallbox.plug_in(Car(start_delay=timedelta(), battery_kwh=10_000.0))
    await house.advance(timedelta(minutes=20))
    assert wallbox.current(1) > 30

    restored = await whole_street_goes_dark(house, wallbox, timedelta(minutes=minutes))
    await house.advance(timedelta(minutes=30))
    assert house.state("connected") == "on"
    assert house.state("charging") == "on"
    (flows, *later) = (change for change in wallbox.switchings if change.at > restored)
    assert flows.at - restored == timedelta(seconds=delay)
    assert flows.amperes > 30
    assert not later


@WITHIN_HOURS
async def test_a11_7_a_session_that_outlives_a_dark_street_is_delayed_by_home_assistant(
    house: House,
) -> None:
    """A wallbox that goes on by itself is held back on the first message after its boot, for a delay of its own."""
    wallbox = await house.wallbox(resumes_after_power_cut=True)
    await wallbox.plug_in(Car(start_delay=timedelta(), battery_kwh=10_000.0))
    await house.advance(timedelta(minutes=20))

    await whole_street_goes_dark(house, wallbox, timedelta(minutes=2))
    while house.state("connected") != "on":
        await house.advance(timedelta(seconds=1))
    await house.advance(timedelta(seconds=5))
    assert wallbox.current(1) == 0
    assert house.state("charging_reason") == "random_delay"
    ends = house.moment("delay_ends")
    assert ends is not None
    await house.advance_to(ends - timedelta(seconds=1))
    assert wallbox.current(1) == 0
    await house.advance_to(ends + timedelta(seconds=5))
    assert wallbox.current(1) > 30


async def test_a11_8_a_car_that_falls_asleep_in_the_peak_is_said_not_to_draw(
    house: House,
) -> None:
    """A car that sleeps on 0 A does not wake at the edge; the owner sees that it is the car, and can start it anew."""
    wallbox = await house.wallbox()
    await wallbox.plug_in(Car(sleep_after=timedelta(minutes=30)))
    await house.advance_to(datetime(2026, 11, 23, 22, 15, tzinfo=UTC))
    assert wallbox.current(1) == 0
    assert house.state("charging_reason") == "car_not_drawing"


async def test_a11_8_a_car_can_be_kept_awake_outside_the_hours(
    house: House,
) -> None:
    """Left 8 A in the peak, a car that would sleep charges fully as soon as the hours begin."""
    await house.set_up(
        "WB1",
        sleeping_car=SleepingCar.KEEP_AWAKE,
        awake_current=Limit(amperes=8),
    )
    wallbox = await house.wallbox()
    await wallbox.plug_in(
        Car(
            sleep_after=timedelta(minutes=30),
            minimum_current=8,
            battery_kwh=10_000.0,
        )
    )
    # It begins with its random delay, which no car sleeps through, at 0 A like any other.
    await house.advance(timedelta(seconds=30))
    assert wallbox.current(1) == 0
    await house.advance(timedelta(minutes=15))
    assert 7 < wallbox.current(1) <= 8
    assert house.state("charging_reason") == "keeping_awake"
    starts = house.moment("next_start")
    assert starts is not None
    assert starts.hour == 22

    await house.advance_to(starts - timedelta(seconds=2))
    assert wallbox.current(1) <= 8
    await house.advance_to(starts + timedelta(seconds=15))
    assert wallbox.current(1) > 30
    assert house.state("charging_reason") == "charging"


@WITHIN_HOURS
async def test_a11_9_the_armed_delay_is_replaced_after_each_session(
    house: House,
) -> None:
    """Each session has its own delay, and it is not touched while a session runs."""
    wallbox = await house.wallbox()
    seen = [armed_delay(wallbox)]
    for _ in range(3):
        await wallbox.plug_in(Car(start_delay=timedelta()))
        await house.advance(timedelta(minutes=15))
        assert armed_delay(wallbox) == seen[-1]
        await wallbox.unplug()
        await house.advance(timedelta(minutes=2))
        seen.append(armed_delay(wallbox))
    assert len(set(seen)) > 1
    assert all(earlier != later for earlier, later in pairwise(seen))
