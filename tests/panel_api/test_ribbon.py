"""The ribbon: the plan of the next day, and what was charged in the last one."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from ..family import user
from ..house import SELDOM, House
from .conftest import SignIn, charging

DAY_BEFORE = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
HOURS = [("20:00", "08:00"), ("11:00", "16:00")]


async def test_the_plan_reaches_over_the_next_day_without_a_gap(
    house: House, sign_in: SignIn
) -> None:
    """It begins now, each segment at the end of the one before, and says why in words."""
    await house.wallbox(settings=SELDOM)
    browser = await sign_in()
    ribbon = await browser.result("ribbon", device_id=house.device_id(), connector=1)
    assert datetime.fromisoformat(ribbon["now"]) == house.now
    plan = ribbon["plan"]
    assert datetime.fromisoformat(plan[0]["start"]) == house.now
    assert plan[-1]["end"] == ribbon["end"]
    for one, following in pairwise(plan):
        assert one["end"] == following["start"]
    assert {segment["text"] for segment in plan} == {
        "Charging hours",
        "Outside charging hours",
        "Random delay",
    }
    for segment in plan:
        assert segment["charges"] is (segment["reason"] == "charging_hours")
        assert segment["power"] == segment["limit"] * 230
    assert ribbon["maximum_power"] == 7360


async def test_behind_now_are_the_charging_hours(house: House, sign_in: SignIn) -> None:
    """Those of the last 24 hours: a Monday after a weekend, which is allowed as a whole."""
    await house.wallbox(settings=SELDOM)
    browser = await sign_in()
    ribbon = await browser.result("ribbon", device_id=house.device_id(), connector=1)
    assert datetime.fromisoformat(ribbon["start"]) == DAY_BEFORE
    assert [
        (hours["start"][11:16], hours["end"][11:16]) for hours in ribbon["hours"]
    ] == HOURS


async def test_what_was_charged_is_told_by_the_half_hour(
    house: House, sign_in: SignIn
) -> None:
    """All of it, where it was charged, the running session's included."""
    wallbox = await charging(house)
    await house.advance(timedelta(minutes=70))
    browser = await sign_in()
    ribbon = await browser.result("ribbon", device_id=house.device_id(), connector=1)
    charged = ribbon["charged"]
    assert [slot["start"][11:16] for slot in charged] == ["20:00", "20:30", "21:00"]
    assert sum(slot["energy"] for slot in charged) == pytest.approx(
        wallbox.energy(), abs=25
    )
    assert charged[1]["energy"] == pytest.approx(3680, rel=0.02)


async def test_a2_1_everybody_sees_the_ribbon(house: House, sign_in: SignIn) -> None:
    """It is part of the connector as it is now."""
    await house.wallbox(settings=SELDOM)
    browser = await sign_in(await user(house))
    ribbon = await browser.result("ribbon", device_id=house.device_id(), connector=1)
    assert ribbon["plan"]


@pytest.mark.parametrize(
    ("device", "connector", "key"),
    [("nothing", 1, "unknown_wallbox"), (None, 7, "unknown_connector")],
)
async def test_what_there_is_not_is_refused_in_words(
    house: House, sign_in: SignIn, device: str | None, connector: int, key: str
) -> None:
    """A device of somebody else's, and a connector that the wallbox has not."""
    await house.wallbox(settings=SELDOM)
    browser = await sign_in()
    answer = await browser.ask(
        "ribbon", device_id=device or house.device_id(), connector=connector
    )
    assert answer["success"] is False
    assert answer["error"]["translation_key"] == key


async def test_while_the_site_reloads_it_is_refused_in_words(
    house: House, sign_in: SignIn
) -> None:
    """A page that asks in that moment hears why, and asks again."""
    await house.wallbox(settings=SELDOM)
    browser = await sign_in()
    device_id = house.device_id()
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    answer = await browser.ask("ribbon", device_id=device_id, connector=1)
    assert answer["error"]["translation_key"] == "not_loaded"
