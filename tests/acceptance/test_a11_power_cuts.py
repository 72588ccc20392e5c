"""Reg. 11: what is known of a wallbox that goes on by itself after a power cut (A11.7)."""

from datetime import UTC, datetime, timedelta

from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.simulator import Car, Wallbox

from ..house import House

pytestmark = pytest.mark.at(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))


async def power_cut(house: House, wallbox: Wallbox) -> None:
    """Cut the wallbox's power for ten minutes in the middle of a session, and look some minutes later."""
    await wallbox.power_cut()
    await house.advance(timedelta(minutes=10))
    await wallbox.power_restore()
    await house.advance(timedelta(minutes=15))


async def found(house: House) -> tuple[str, str]:
    """Return what the report says of power cuts, and on whom the delay after one rests."""
    answer = await house.action("get_capabilities")
    (finding,) = (
        finding
        for finding in answer["wallboxes"][0]["abilities"]
        if finding["ability"] == "power_cut"
    )
    return finding["found"], finding["rests_on"]


def is_said(house: House) -> bool:
    """Return whether a repair tells the owner."""
    issue_id = f"resumes_after_power_cut_{house.subentry().subentry_id}"
    return ir.async_get(house.hass).async_get_issue(DOMAIN, issue_id) is not None


async def charging(house: House, *, resumes: bool) -> Wallbox:
    """Return a wallbox at which a car charges."""
    wallbox = await house.wallbox(resumes_after_power_cut=resumes)
    await wallbox.plug_in(Car(start_delay=timedelta(), battery_kwh=10_000.0))
    await house.advance(timedelta(minutes=20))
    assert wallbox.current(1) > 30
    assert await found(house) == ("untried", "not_known")
    assert not is_said(house)
    return wallbox


async def test_a11_7_a_wallbox_that_resumes_is_marked_and_that_outlives_a_restart(
    house: House,
) -> None:
    """The old transaction goes on after the boot: the report says on whom the delay rests, and a repair what that means."""
    wallbox = await charging(house, resumes=True)
    await power_cut(house, wallbox)
    assert len(wallbox.calls("StartTransaction")) == 1
    assert await found(house) == ("resumes", "home_assistant")
    assert is_said(house)

    await house.restart(after=timedelta(minutes=2))
    await house.advance(timedelta(minutes=2))
    assert await found(house) == ("resumes", "home_assistant")
    assert is_said(house)


async def test_a11_7_a_wallbox_that_begins_anew_is_not_accused(house: House) -> None:
    """The session ends with the power, so the next one has the delay that the wallbox holds."""
    wallbox = await charging(house, resumes=False)
    await power_cut(house, wallbox)
    assert await found(house) == ("ends", "wallbox")
    assert not is_said(house)


async def test_a11_7_it_is_seen_also_where_home_assistant_lost_its_power_too(
    house: House,
) -> None:
    """The boot is the first that Home Assistant hears after its own start."""
    wallbox = await charging(house, resumes=True)
    await wallbox.power_cut()
    await house.stop()
    await house.clock.advance(timedelta(minutes=30))
    await wallbox.power_restore()
    await house.clock.advance(timedelta(minutes=2))
    await house.start()
    await house.advance(timedelta(minutes=20))
    assert await found(house) == ("resumes", "home_assistant")
    assert is_said(house)


async def test_a11_7_a_lost_connection_is_no_power_cut(house: House) -> None:
    """The session goes on, and nothing is concluded from it."""
    wallbox = await charging(house, resumes=True)
    await wallbox.go_offline()
    await house.advance(timedelta(minutes=5))
    await wallbox.go_online()
    await house.advance(timedelta(minutes=10))
    assert house.state("connected") == "on"
    assert await found(house) == ("untried", "not_known")
    assert not is_said(house)


async def test_a11_7_new_firmware_is_looked_at_anew(house: House) -> None:
    """What was seen was seen of the old one; the repair goes until the new one is seen to do the same."""
    wallbox = await charging(house, resumes=True)
    await power_cut(house, wallbox)
    assert is_said(house)
    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    await wallbox.stop()
    await house.wallbox(memory=wallbox.memory, firmware="2.0")
    await house.advance(timedelta(minutes=2))
    assert await found(house) == ("untried", "not_known")
    assert not is_said(house)
