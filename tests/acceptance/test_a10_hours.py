"""Reg. 10: off-peak charging, held by the wallbox itself (A10.*)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.rules.charging_hours import windows_between
from custom_components.smart_charge_point.rules.ruleset import GB_2021
from custom_components.smart_charge_point.simulator import Car, Wallbox

from ..house import SELDOM, House

WEEK = timedelta(days=7)
SATURDAY_BEFORE_WINTER = datetime(2026, 10, 24, 12, 0, tzinfo=UTC)
SATURDAY_BEFORE_SUMMER = datetime(2027, 3, 27, 12, 0, tzinfo=UTC)


def endless_car() -> Car:
    """Return a car that is never full within a test."""
    return Car(battery_kwh=10_000.0, soc=0.01)


def minutes_in_peak(wallbox: Wallbox, start: datetime, end: datetime) -> float:
    """Return for how many minutes current flowed in the peak, from `start` to `end`."""
    allowed = windows_between(GB_2021.default_hours, start, end, GB_2021.zone)
    changes = [(change.at, change.amperes) for change in wallbox.switchings]
    flowing = [
        (max(since, start), min(until, end))
        for (since, amperes), (until, _) in pairwise([*changes, (end, 0.0)])
        if amperes > 0 and since < end and until > start
    ]
    flowed = sum((until - since for since, until in flowing), timedelta())
    inside = sum(
        (
            max(timedelta(), min(until, window.end) - max(since, window.start))
            for since, until in flowing
            for window in allowed
        ),
        timedelta(),
    )
    return (flowed - inside) / timedelta(minutes=1)


async def test_a10_1_the_hours_are_armed_before_the_first_transaction(
    house: House,
) -> None:
    """A wallbox with a car already plugged in holds the default hours before it may begin."""
    wallbox = await house.wallbox()
    purposes = [
        request["csChargingProfiles"]["chargingProfilePurpose"]
        for request in wallbox.requests("SetChargingProfile")
    ]
    assert purposes == ["TxDefaultProfile", "TxDefaultProfile"]
    assert not wallbox.calls("StartTransaction")

    await wallbox.plug_in(Car())
    await house.advance(timedelta(hours=1, minutes=55))
    assert wallbox.current(1) == 0
    assert house.state("charging_reason") == "waiting_for_hours"
    next_start = house.moment("next_start")
    assert next_start is not None
    assert (
        timedelta()
        <= next_start - datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
        <= timedelta(seconds=600)
    )


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(datetime(2026, 11, 23, tzinfo=UTC), id="winter"),
        pytest.param(datetime(2026, 6, 21, 23, tzinfo=UTC), id="summer"),
    ],
)
async def test_a10_2_no_minute_of_a_week_in_the_peak(
    house: House, start: datetime
) -> None:
    """A car that never fills draws in every charging hour but for its delays, and in no peak."""
    wallbox = await house.wallbox(settings=SELDOM)
    await wallbox.plug_in(endless_car())
    began = house.now
    await house.clock.advance_to(began + WEEK, step=timedelta(minutes=15))

    assert minutes_in_peak(wallbox, began, house.now) == 0
    on = [change for change in wallbox.switchings if change.amperes > 0]
    assert len(on) == 11  # the session's own, and ten on-edges
    # 123 hours, less at most two delays at each of ten windows.
    assert wallbox.energy(1) > 7000 * (123 - 10 * 2 * 600 / 3600 - 1)


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(SATURDAY_BEFORE_WINTER, id="to winter"),
        pytest.param(SATURDAY_BEFORE_SUMMER, id="to summer"),
    ],
)
async def test_a10_3_a_wallbox_offline_over_the_clock_change_keeps_to_the_hours(
    house: House, start: datetime
) -> None:
    """Offline from Saturday to Tuesday across a change, 0 minutes are in the peak."""
    wallbox = await house.wallbox(settings=SELDOM)
    await house.advance(timedelta(minutes=5))
    await house.stop()
    await wallbox.plug_in(endless_car())
    began = house.now
    await house.clock.advance_to(began + timedelta(days=3), step=timedelta(minutes=30))
    assert minutes_in_peak(wallbox, began, house.now) == 0
    assert wallbox.energy(1) > 7000 * 40


@pytest.mark.parametrize(
    "start", [SATURDAY_BEFORE_WINTER, SATURDAY_BEFORE_SUMMER], ids=["winter", "summer"]
)
async def test_a10_4_no_edge_comes_twice_or_never_on_a_sunday_of_23_or_25_hours(
    house: House, start: datetime
) -> None:
    """From Saturday to Tuesday there are two on-edges a working day, and none on the Sunday."""
    wallbox = await house.wallbox(settings=SELDOM)
    await wallbox.plug_in(endless_car())
    await house.clock.advance_to(
        start + timedelta(days=3, hours=14), step=timedelta(minutes=15)
    )
    assert minutes_in_peak(wallbox, start, house.now) == 0
    on = [change.at for change in wallbox.switchings if change.amperes > 0]
    assert len(on) == 1 + 4  # the session's own; Monday twice, Tuesday twice


async def test_a10_5_charge_now_in_the_peak_lasts_for_the_session(
    house: House,
) -> None:
    """It starts within 10 s, ends with the session, and the next session follows the hours."""
    wallbox = await house.wallbox()
    await wallbox.plug_in(Car(start_delay=timedelta(seconds=3)))
    await house.advance(timedelta(minutes=1))
    assert wallbox.current(1) == 0

    await house.press("charge_now")
    await house.advance(timedelta(seconds=10))
    assert wallbox.current(1) > 30
    assert house.state("charging_reason") == "charging_now"

    await wallbox.unplug()
    await house.advance(timedelta(minutes=5))
    await wallbox.plug_in(Car())
    await house.advance(timedelta(minutes=30))
    assert wallbox.current(1) == 0
    assert house.state("charging_reason") == "waiting_for_hours"


async def test_a10_5_removing_the_hours_persists_and_is_another_control(
    house: House,
) -> None:
    """Hours removed stay removed over a restart; the random delay stays with each session."""
    wallbox = await house.wallbox()
    await house.switch("charging_hours", on=False)
    await house.advance(timedelta(minutes=1))
    await house.restart()
    assert house.state("charging_hours") == "off"
    await wallbox.plug_in(Car())
    await house.advance(timedelta(seconds=620))
    assert wallbox.current(1) > 30

    await house.switch("charging_hours", on=True)
    await house.advance(timedelta(minutes=1))
    assert wallbox.current(1) == 0
    for request in wallbox.requests("SetChargingProfile"):
        schedule = request["csChargingProfiles"]["chargingSchedule"]
        limits = [period["limit"] for period in schedule["chargingSchedulePeriod"]]
        assert max(limits) <= 32
    cleared = [request["id"] for request in wallbox.requests("ClearChargingProfile")]
    assert 100 not in cleared


async def test_a10_6_hours_in_the_peak_are_the_owners_right_and_said_once(
    house: House, hass: HomeAssistant
) -> None:
    """Custom hours overlapping the peak are allowed, with a one-time notice."""
    wallbox = await house.wallbox()
    await house.action(
        "set_charging_hours",
        windows=[{"weekdays": ["mon"], "start": "20:05", "end": "21:00"}],
    )
    issues = [issue for domain, issue in ir.async_get(hass).issues if domain == DOMAIN]
    assert len(issues) == 1
    assert issues[0].startswith("hours_overlap_peak")
    await wallbox.plug_in(Car())
    await house.advance(timedelta(minutes=25))
    assert wallbox.current(1) > 30
    await house.advance_to(datetime(2026, 11, 23, 21, 0, tzinfo=UTC))
    assert wallbox.current(1) == 0


async def test_a10_2_a_wallbox_that_takes_only_a_day_holds_a_day_and_a_weekend(
    house: House, hass: HomeAssistant
) -> None:
    """Where a week has too many periods, the hours still hold, and what it says it applies is what was sent."""
    wallbox = await house.wallbox(settings={"ChargingScheduleMaxPeriods": "5"})
    assert house.state("hours_held_by") == "daily"
    await wallbox.plug_in(Car())
    await house.advance_to(datetime(2026, 11, 23, 22, 0, tzinfo=UTC))
    assert wallbox.current(1) == 0
    starts = house.moment("next_start")
    assert starts is not None
    await house.advance_to(starts - timedelta(seconds=2))
    assert wallbox.current(1) == 0
    await house.advance_to(starts + timedelta(seconds=10))
    assert wallbox.current(1) > 30
    assert not [domain for domain, _ in ir.async_get(hass).issues if domain == DOMAIN]
