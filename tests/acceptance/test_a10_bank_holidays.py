"""Bank holidays: weekdays like others by the regulations, as at the weekend where the owner wants it."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from unittest.mock import patch

from homeassistant.helpers import issue_registry as ir
from homeassistant.requirements import RequirementsNotFound
import pytest

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.rules.charging_hours import windows_between
from custom_components.smart_charge_point.rules.ruleset import GB_2021
from custom_components.smart_charge_point.simulator import Car, Wallbox
from custom_components.smart_charge_point.simulator.quirks import Quirks, Refusal

from ..house import SELDOM, House

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
THURSDAY_BEFORE_EASTER = datetime(2027, 3, 25, 12, 0, tzinfo=UTC)
"""In the winter; Easter Monday is the first weekday of the summer."""
WEDNESDAY_AFTER_EASTER = datetime(2027, 3, 31, 12, 0, tzinfo=UTC)
EASTER = {date(2027, 3, 26), date(2027, 3, 29)}
MAY_DAY = datetime(2027, 5, 3, 12, 0, tzinfo=UTC)
FRIDAY_BEFORE_MAY_DAY = datetime(2027, 4, 30, 23, 0, tzinfo=UTC)
SUNDAY_BEFORE_MAY_DAY = datetime(2027, 5, 2, 15, 0, tzinfo=UTC)


def endless_car() -> Car:
    """Return a car that is never full within a test."""
    return Car(battery_kwh=10_000.0, soc=0.01, start_delay=timedelta())


def flowing(wallbox: Wallbox, start: datetime, end: datetime) -> list[bool]:
    """Return for each minute from `start` until `end` whether current flowed in the middle of it."""
    changes = [(change.at, change.amperes > 0) for change in wallbox.switchings]
    stretches = [
        (since, until)
        for (since, flows), (until, _) in pairwise([*changes, (end, False)])
        if flows
    ]
    return [
        any(since <= moment < until for since, until in stretches)
        for moment in (
            start + MINUTE * (n + 0.5) for n in range((end - start) // MINUTE)
        )
    ]


def check_minutes(
    wallbox: Wallbox, start: datetime, end: datetime, holidays: set[date]
) -> None:
    """Current flowed in no minute of the peak, and in all others but those about an edge, of which holidays have none."""
    allowed = windows_between(GB_2021.default_hours, start, end, GB_2021.zone, holidays)
    margin = timedelta(seconds=660)
    for n, flows in enumerate(flowing(wallbox, start, end)):
        moment = start + MINUTE * (n + 0.5)
        inside = any(window.start <= moment < window.end for window in allowed)
        if not inside:
            assert not flows, moment
        elif any(
            max(window.start, start) + margin <= moment < window.end - margin
            or (window.end == end and moment >= window.start + margin)
            for window in allowed
        ):
            assert flows, moment


def profiles(wallbox: Wallbox, profile_id: int) -> list[dict[str, Any]]:
    """Return what was sent under an id."""
    return [
        request["csChargingProfiles"]
        for request in wallbox.requests("SetChargingProfile")
        if request["csChargingProfiles"]["chargingProfileId"] == profile_id
    ]


async def ability(house: House) -> tuple[str, str]:
    """Return what the report says of bank holidays, and on whom they rest."""
    answer = await house.action("get_capabilities")
    (found,) = (
        finding
        for finding in answer["wallboxes"][0]["abilities"]
        if finding["ability"] == "bank_holidays"
    )
    return found["found"], found["rests_on"]


@pytest.mark.at(THURSDAY_BEFORE_EASTER)
async def test_bank_holidays_are_peak_days_unless_the_owner_says_otherwise(
    house: House,
) -> None:
    """Good Friday is a Friday."""
    wallbox = await house.wallbox(settings=SELDOM)
    await house.advance(timedelta(minutes=10))
    await wallbox.plug_in(endless_car())
    start = house.now
    await house.advance_to(THURSDAY_BEFORE_EASTER + 2 * DAY)

    check_minutes(wallbox, start, house.now, set())
    assert profiles(wallbox, 103) == []
    assert await ability(house) == ("none", "not_needed")


@pytest.mark.at(THURSDAY_BEFORE_EASTER)
async def test_every_minute_of_easter_over_the_change_of_the_clocks(
    house: House,
) -> None:
    """One profile holds Good Friday to Easter Monday, sent once and cleared when it is over; Tuesday has its peak."""
    wallbox = await house.wallbox(settings=SELDOM)
    await house.set_options(bank_holidays="england_wales")
    await house.advance(timedelta(minutes=10))
    await wallbox.plug_in(endless_car())
    start = house.now
    await house.advance_to(WEDNESDAY_AFTER_EASTER)

    check_minutes(wallbox, start, house.now, EASTER)
    (sent,) = profiles(wallbox, 103)
    assert sent["chargingProfilePurpose"] == "TxDefaultProfile"
    assert sent["chargingProfileKind"] == "Absolute"
    assert sent["validFrom"].startswith("2027-03-26T00:00:00")
    assert sent["validTo"].startswith("2027-03-29T23:00:00")
    assert len(sent["chargingSchedule"]["chargingSchedulePeriod"]) == 1
    assert 103 in [call.get("id") for call in wallbox.requests("ClearChargingProfile")]
    assert await ability(house) == ("wallbox", "wallbox")


@pytest.mark.at(FRIDAY_BEFORE_MAY_DAY)
async def test_without_home_assistant_the_holiday_is_kept_and_the_week_after_has_its_peak(
    house: House,
) -> None:
    """The wallbox was told before; nobody is there to take it back, and each Monday after is a Monday."""
    wallbox = await house.wallbox(settings=SELDOM)
    await house.set_options(bank_holidays="england_wales")
    await house.advance(timedelta(minutes=10))
    await house.stop()
    await wallbox.plug_in(endless_car())
    start = house.now
    await house.advance_to(MAY_DAY + 10 * DAY)

    check_minutes(wallbox, start, house.now, {MAY_DAY.date()})


@pytest.mark.at(MAY_DAY.replace(hour=5))
async def test_a_session_that_begins_on_a_holiday_is_delayed_at_random(
    house: House,
) -> None:
    """The delay of the session stands above the holiday; no edge of a weekday stops the car afterwards."""
    wallbox = await house.wallbox(settings=SELDOM)
    await house.set_options(bank_holidays="england_wales")
    await house.advance_to(MAY_DAY.replace(hour=8))  # 9:00 in London
    await wallbox.plug_in(endless_car())
    await house.advance(timedelta(seconds=1))
    delay = profiles(wallbox, 102)[-1]
    ends = house.moment("delay_ends")
    assert ends is not None
    assert house.state("charging_reason") == "random_delay"
    assert delay["stackLevel"] > profiles(wallbox, 103)[-1]["stackLevel"]

    await house.advance_to(ends - timedelta(seconds=2))
    assert wallbox.current(1) == 0
    await house.advance_to(ends + timedelta(seconds=2))
    assert wallbox.current(1) > 0
    assert house.state("charging_reason") == "charging"
    began = house.now
    await house.advance_to(MAY_DAY.replace(hour=22))
    assert all(flowing(wallbox, began, house.now))


@pytest.mark.at(SUNDAY_BEFORE_MAY_DAY)
@pytest.mark.parametrize(
    "quirks",
    [
        pytest.param(Quirks(most_stack_level=2), id="no level for it"),
        pytest.param(Quirks(most_stack_level=1), id="two levels"),
        pytest.param(Quirks(most_stack_level=0), id="one level"),
        pytest.param(Quirks(most_profiles=4), id="no room for it"),
        pytest.param(Quirks(refused_kinds=frozenset({"Recurring"})), id="no recurring"),
        pytest.param(Quirks(composite=Refusal.REJECTED), id="tells nothing"),
        pytest.param(Quirks(most_periods=6), id="few periods"),
        pytest.param(Quirks(most_periods=1), id="one period"),
        pytest.param(
            Quirks(most_stack_level=2, transaction_profile=Refusal.NOT_SUPPORTED),
            id="no level and no transaction profile",
        ),
        pytest.param(
            Quirks(default_profile=Refusal.NOT_SUPPORTED), id="no default profile"
        ),
    ],
)
async def test_where_the_wallbox_cannot_hold_a_holiday_home_assistant_times_it(
    house: House, quirks: Quirks
) -> None:
    """Every minute of the holiday and the day after is right while Home Assistant is up, and the report says who sees to it."""
    wallbox = await house.wallbox(quirks=quirks, settings=SELDOM)
    await house.set_options(bank_holidays="england_wales")
    await house.advance(timedelta(minutes=10))
    await wallbox.plug_in(endless_car())
    await house.advance(timedelta(minutes=30))
    start = house.now
    await house.advance_to(MAY_DAY + DAY)

    check_minutes(wallbox, start, house.now, {MAY_DAY.date()})
    assert (await ability(house))[1] in {"home_assistant", "wallbox", "not_known"}


@pytest.mark.at(SUNDAY_BEFORE_MAY_DAY)
async def test_where_nobody_can_keep_a_holiday_it_is_a_weekday_and_that_is_said(
    house: House,
) -> None:
    """A wallbox that takes no time of day cannot be told when a holiday ends. It is asked once, and may still charge now."""
    wallbox = await house.wallbox(
        quirks=Quirks(refused_kinds=frozenset({"Absolute"})), settings=SELDOM
    )
    await house.set_options(bank_holidays="england_wales")
    await house.advance(timedelta(minutes=10))
    await wallbox.plug_in(endless_car())
    start = house.now
    await house.advance_to(MAY_DAY.replace(hour=18))

    check_minutes(wallbox, start, house.now, set())
    assert await ability(house) == ("refused", "nobody")
    absolute = [
        request["csChargingProfiles"]
        for request in wallbox.requests("SetChargingProfile")
        if request["csChargingProfiles"]["chargingProfileKind"] == "Absolute"
    ]
    assert len(absolute) <= 3  # In advance, of the session, and as a default profile.
    await house.press("charge_now")
    await house.advance(timedelta(seconds=30))
    assert wallbox.current(1) > 0


@pytest.mark.at(FRIDAY_BEFORE_MAY_DAY)
async def test_if_home_assistant_ends_on_a_holiday_that_it_times_no_peak_is_charged_in(
    house: House,
) -> None:
    """What it sent last lapses with the day."""
    wallbox = await house.wallbox(quirks=Quirks(most_stack_level=2), settings=SELDOM)
    await house.set_options(bank_holidays="england_wales")
    await house.advance(timedelta(minutes=10))
    assert await ability(house) == ("home_assistant", "home_assistant")
    await wallbox.plug_in(endless_car())
    await house.advance_to(MAY_DAY)
    assert wallbox.current(1) > 0
    await house.stop()
    start = house.now
    await house.advance_to(MAY_DAY + 9 * DAY)

    check_minutes(wallbox, start, house.now, {MAY_DAY.date()})


@pytest.mark.at(FRIDAY_BEFORE_MAY_DAY)
async def test_the_owner_changes_his_mind(house: House) -> None:
    """What the wallbox was told of a holiday is taken back at once, and the calendar shows the hours of a weekday."""
    wallbox = await house.wallbox(settings=SELDOM)
    await house.set_options(bank_holidays="england_wales")
    await house.advance(timedelta(minutes=10))
    assert len(profiles(wallbox, 103)) == 1
    await house.set_options(bank_holidays="as_weekdays")
    await house.advance(timedelta(minutes=1))
    assert await ability(house) == ("none", "not_needed")
    await wallbox.plug_in(endless_car())
    start = house.now
    await house.advance_to(MAY_DAY + DAY)

    check_minutes(wallbox, start, house.now, set())


@pytest.mark.at(datetime(2026, 11, 29, 12, 0, tzinfo=UTC))
@pytest.mark.parametrize(
    ("region", "charges"),
    [("scotland", True), ("england_wales", False), ("northern_ireland", False)],
)
async def test_each_region_has_its_own_days(
    house: House, region: str, charges: bool
) -> None:
    """Saint Andrew's Day 2026 is a Monday, and a bank holiday in Scotland."""
    wallbox = await house.wallbox(settings=SELDOM)
    await house.set_options(bank_holidays=region)
    await house.advance(timedelta(minutes=10))
    await wallbox.plug_in(endless_car())
    await house.advance_to(datetime(2026, 11, 30, 18, 0, tzinfo=UTC))

    assert (wallbox.current(1) > 0) is charges


@pytest.mark.at(FRIDAY_BEFORE_MAY_DAY)
async def test_without_the_list_of_holidays_they_are_weekdays_and_that_is_said(
    house: House,
) -> None:
    """Home Assistant may fail to get the library: the peak is kept, and a repair says so until it has it."""
    wallbox = await house.wallbox(settings=SELDOM)
    with patch(
        "custom_components.smart_charge_point.control.bank_holidays.async_get_integration_with_requirements",
        side_effect=RequirementsNotFound("holiday", ["holidays"]),
    ):
        await house.set_options(bank_holidays="england_wales")
    issues = ir.async_get(house.hass)
    issue_id = f"bank_holidays_unknown_{house.entry.entry_id}"
    assert issues.async_get_issue(DOMAIN, issue_id) is not None
    await wallbox.plug_in(endless_car())
    await house.advance_to(MAY_DAY.replace(hour=8))  # 9:00 in London
    assert wallbox.current(1) == 0

    await house.restart()
    await house.advance(timedelta(minutes=5))
    assert issues.async_get_issue(DOMAIN, issue_id) is None
    assert wallbox.current(1) > 0
