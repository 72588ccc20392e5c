"""Reg. 11: a wallbox that delays at random by itself is left to it, and its delay is cancelled with its own key (A11.5)."""

from datetime import UTC, datetime, timedelta
import logging

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.simulator import Car, Quirks, Wallbox
from custom_components.smart_charge_point.simulator.configuration import Key

from ..house import SELDOM, House

SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WITHIN_HOURS = pytest.mark.at(SATURDAY)
KEY = "RandomisedDelay"
DELAYS_ITSELF = Quirks(own_delay_key=KEY, vendor_keys=((KEY, "600"),))


async def plugged_in(house: House) -> Wallbox:
    """Return a wallbox that has just begun to delay the car that was plugged in."""
    wallbox = await house.wallbox(quirks=DELAYS_ITSELF)
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(seconds=60))
    assert wallbox.current(1) == 0
    return wallbox


def written(wallbox: Wallbox) -> list[str]:
    """Return what was written to the key of the wallbox's own delay, in order."""
    return [
        request["value"]
        for request in wallbox.requests("ChangeConfiguration")
        if request["key"] == KEY
    ]


@WITHIN_HOURS
async def test_a11_5_ours_stands_down_for_a_wallbox_that_delays_itself(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Its own delay is the only one: none of ours at the start of a session nor at an edge, and that is on record."""
    caplog.set_level(logging.INFO)
    wallbox = await house.wallbox(quirks=DELAYS_ITSELF)
    profiles = [
        request["csChargingProfiles"]
        for request in wallbox.requests("SetChargingProfile")
    ]
    assert not any(profile["chargingProfileKind"] == "Relative" for profile in profiles)
    (weekly,) = (
        profile["chargingSchedule"]["chargingSchedulePeriod"]
        for profile in profiles
        if profile["chargingProfileId"] == 100
    )
    on = {period["startPeriod"] % 86400 for period in weekly[1:] if period["limit"]}
    off = {period["startPeriod"] % 86400 for period in weekly if not period["limit"]}
    assert on == {39600, 79200}
    # Its delay comes after the edge that it was told, and none may end in the peak.
    assert off == {28800 - 600, 57600 - 600}
    assert "stands down" in caplog.text
    assert KEY in caplog.text

    began = house.now
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(seconds=598))
    assert wallbox.current(1) == 0
    assert house.state("charging_reason") == "random_delay"
    await house.advance_to(began + timedelta(seconds=605))
    assert wallbox.current(1) > 30
    assert house.state("charging_reason") == "charging"


@WITHIN_HOURS
async def test_a11_5_cancelling_sets_the_key_to_0_and_puts_it_back(
    house: House,
) -> None:
    """Current flows at most 5 s later, the next session is delayed again by what the key held before."""
    wallbox = await plugged_in(house)
    wallbox.configuration.put_value(KEY, "900")

    await house.press("cancel_delay")
    await house.advance(timedelta(seconds=5))
    assert wallbox.current(1) > 30
    assert written(wallbox) == ["0"]
    await house.advance(timedelta(minutes=1))
    assert written(wallbox) == ["0", "900"]
    assert wallbox.configuration.text(KEY) == "900"

    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(seconds=895))
    assert wallbox.current(1) == 0
    await house.advance(timedelta(seconds=10))
    assert wallbox.current(1) > 30
    assert written(wallbox) == ["0", "900"]


async def test_a11_5_charge_now_cancels_it_as_well(house: House) -> None:
    """In the peak: the hours and the wallbox's own delay are both set aside."""
    wallbox = await house.wallbox(quirks=DELAYS_ITSELF)
    await wallbox.plug_in(Car(start_delay=timedelta(), battery_kwh=10_000.0))
    await house.advance(timedelta(seconds=60))
    assert house.state("charging_reason") == "waiting_for_hours"
    await house.press("charge_now")
    await house.advance(timedelta(seconds=10))
    assert wallbox.current(1) > 30
    await house.advance(timedelta(minutes=1))
    assert written(wallbox) == ["0", "600"]


@WITHIN_HOURS
async def test_a11_5_current_that_the_owner_lets_flow_again_by_hand_is_not_delayed(
    house: House,
) -> None:
    """From 0 A on the slider; between two currents nothing is written, as it would wear the wallbox's memory."""
    wallbox = await house.wallbox(quirks=DELAYS_ITSELF)
    await wallbox.plug_in(Car(start_delay=timedelta(), battery_kwh=10_000.0))
    await house.advance(timedelta(minutes=11))
    assert wallbox.current(1) > 30
    for amperes in (10, 16, 6):
        await house.set_number("current_limit", amperes)
        await house.advance(timedelta(seconds=15))
        assert wallbox.current(1) > amperes - 1
    assert written(wallbox) == []

    await house.set_number("current_limit", 0)
    await house.advance(timedelta(minutes=5))
    assert wallbox.current(1) == 0
    await house.set_number("current_limit", 16)
    await house.advance(timedelta(seconds=5))
    assert wallbox.current(1) > 15
    await house.advance(timedelta(minutes=1))
    assert written(wallbox) == ["0", "600"]


async def test_a11_5_a_limit_that_is_raised_in_the_peak_leaves_the_next_delay_alone(
    house: House,
) -> None:
    """It lets nothing flow, so there is nothing to cancel, and the edge of the hours is delayed as ever."""
    wallbox = await house.wallbox(quirks=DELAYS_ITSELF)
    await wallbox.plug_in(Car(start_delay=timedelta(), battery_kwh=10_000.0))
    await house.set_number("current_limit", 0)
    edge = house.now.replace(hour=22, minute=0, second=0)
    await house.advance_to(edge - timedelta(minutes=5))
    await house.set_number("current_limit", 16)
    await house.advance_to(edge + timedelta(seconds=595))
    assert wallbox.current(1) == 0
    assert written(wallbox) == []
    await house.advance_to(edge + timedelta(seconds=610))
    assert wallbox.current(1) > 15


@WITHIN_HOURS
async def test_a11_5_a_running_delay_is_not_cancelled_by_a_higher_limit(
    house: House,
) -> None:
    """Who wants that says so."""
    wallbox = await plugged_in(house)
    for amperes in (10, 16):
        await house.set_number("current_limit", amperes)
    await house.advance(timedelta(minutes=2))
    assert wallbox.current(1) == 0
    assert written(wallbox) == []


@WITHIN_HOURS
async def test_a11_5_no_delay_runs_once_the_car_charges(house: House) -> None:
    """There is nothing to cancel then, and nothing is written."""
    wallbox = await plugged_in(house)
    await house.advance(timedelta(minutes=11))
    assert wallbox.current(1) > 30
    with pytest.raises(HomeAssistantError, match="No delay is running"):
        await house.press("cancel_delay")
    assert written(wallbox) == []


@WITHIN_HOURS
async def test_a11_5_home_assistant_dies_between_setting_to_0_and_putting_back(
    house: House,
) -> None:
    """The previous value is on the disk before the key is changed; the next start of Home Assistant puts it back."""
    wallbox = await plugged_in(house)
    await house.press("cancel_delay")
    assert written(wallbox) == ["0"]
    await house.restart(after=timedelta(minutes=20))
    assert written(wallbox) == ["0"]
    await house.advance(timedelta(minutes=5))
    assert house.state("connected") == "on"
    assert written(wallbox) == ["0", "600"]

    # What was put back is not put back again.
    await house.restart(after=timedelta(minutes=1))
    await house.advance(timedelta(minutes=15))
    assert written(wallbox) == ["0", "600"]


@WITHIN_HOURS
async def test_a11_5_the_link_is_lost_between_setting_to_0_and_putting_back(
    house: House,
) -> None:
    """It is put back as soon as the wallbox is there again."""
    wallbox = await plugged_in(house)
    await house.press("cancel_delay")
    await wallbox.go_offline()
    await house.advance(timedelta(hours=1))
    await wallbox.go_online()
    await house.advance(timedelta(seconds=30))
    assert written(wallbox) == ["0", "600"]


@WITHIN_HOURS
async def test_a11_5_putting_back_is_tried_until_it_is_done(house: House) -> None:
    """A refusal is not the end; while the wallbox has no delay, ours stands in, and the owner is told."""
    wallbox = await plugged_in(house)
    await house.press("cancel_delay")
    wallbox.configuration.put(Key(name=KEY, value="0", readonly=True))
    await house.advance(timedelta(minutes=15))
    assert set(written(wallbox)) == {"0", "600"}
    issue = f"own_delay_lost_{house.subentry().subentry_id}"
    issues = ir.async_get(house.hass)
    assert issues.async_get_issue(DOMAIN, issue)
    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    assert any(
        request["csChargingProfiles"]["chargingProfileKind"] == "Relative"
        for request in wallbox.requests("SetChargingProfile")
    )

    wallbox.configuration.put(Key(name=KEY, value="0"))
    await house.advance(timedelta(minutes=10))
    assert wallbox.configuration.text(KEY) == "600"
    assert not issues.async_get_issue(DOMAIN, issue)


@WITHIN_HOURS
async def test_a11_5_a_key_that_cannot_be_written_is_said(house: House) -> None:
    """The owner learns that the wallbox will not; nothing is remembered of it."""
    wallbox = await plugged_in(house)
    wallbox.configuration.put(Key(name=KEY, value="600", readonly=True))
    with pytest.raises(HomeAssistantError, match="refused"):
        await house.press("cancel_delay")
    await house.advance(timedelta(minutes=15))
    assert written(wallbox) == ["0"]


@WITHIN_HOURS
async def test_a11_5_what_the_owner_sets_on_the_wallbox_is_heeded(
    house: House,
) -> None:
    """Switched off in the wallbox's own app, its delay gives way to ours at the next connection."""
    wallbox = await house.wallbox(quirks=DELAYS_ITSELF, settings=SELDOM)
    wallbox.configuration.put_value(KEY, "0")
    await wallbox.go_offline()
    await house.advance(timedelta(minutes=1))
    await wallbox.go_online()
    await house.advance(timedelta(minutes=1))
    relative = [
        request["csChargingProfiles"]["chargingSchedule"]["duration"]
        for request in wallbox.requests("SetChargingProfile")
        if request["csChargingProfiles"]["chargingProfileKind"] == "Relative"
    ]
    assert len(relative) == 1


@WITHIN_HOURS
async def test_a11_6_the_owners_maximum_is_the_wallboxs_too(house: House) -> None:
    """Changed and changed back, the wallbox's own key follows; one that refuses keeps its own, and is asked once."""
    wallbox = await house.wallbox(quirks=DELAYS_ITSELF)
    assert written(wallbox) == []
    for seconds in (1200, 700, 1200):
        await house.set_number("delay_maximum", seconds)
        await house.advance(timedelta(seconds=60))
        assert wallbox.configuration.text(KEY) == str(seconds)
    assert written(wallbox) == ["1200", "700", "1200"]

    wallbox.configuration.put(Key(name=KEY, value="1200", readonly=True))
    await house.set_number("delay_maximum", 900)
    await house.advance(timedelta(hours=3))
    assert written(wallbox)[3:] == ["900"]


@WITHIN_HOURS
async def test_a11_5_a_response_is_not_delayed_by_the_wallbox_either(
    house: House,
) -> None:
    """While the grid is answered its own delay is 0, and afterwards it is what it was."""
    wallbox = await plugged_in(house)
    await house.set_options(dsr_providers=["grid"])
    end = house.now + timedelta(minutes=20)
    await house.action(
        "start_dsr_event",
        provider="grid",
        event_id="1",
        kind="response",
        direction="up",
        limit_a=10,
        end=end,
    )
    await house.advance(timedelta(seconds=10))
    assert written(wallbox) == ["0"]
    assert wallbox.current(1) > 9

    await house.advance_to(end - timedelta(seconds=5))
    assert written(wallbox) == ["0"]
    await house.advance_to(end + timedelta(minutes=12))
    assert written(wallbox) == ["0", "600"]
