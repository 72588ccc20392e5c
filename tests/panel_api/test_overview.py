"""The overview: every connector as it is, for whoever looks on, and again whenever that changes."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from custom_components.smart_charge_point.const import DOMAIN

from ..family import add_person, user
from ..house import House
from .conftest import EVERY, SignIn, charging

CARD = "04A1B2C3D4E5F6"


def only(event: dict[str, Any]) -> dict[str, Any]:
    """Return the connector of a home with one."""
    (charge_point,) = event["charge_points"]
    (connector,) = charge_point["connectors"]
    found: dict[str, Any] = connector
    return found


async def test_a_connector_is_told_with_its_reason_session_and_device(
    house: House, sign_in: SignIn
) -> None:
    """With the same sentence as its sensor, and whatever else the page shows."""
    await charging(house)
    browser = await sign_in()
    await browser.result("overview")
    event = await browser.event()
    assert event["ready"] is True
    assert event["role"] == "administrator"
    assert event["currency"] == house.hass.config.currency
    assert datetime.fromisoformat(event["now"]) == house.now
    (charge_point,) = event["charge_points"]
    assert charge_point["device_id"] == house.device_id()
    assert charge_point["connected"] is True
    connector = only(event)
    assert connector["device_id"] == house.device_id()
    assert connector["reason"] == house.state("charging_reason") == "charging_now"
    assert (
        connector["sentence"] == house.entity("charging_reason").attributes["sentence"]
    )
    assert connector["power"] == pytest.approx(house.number("power"), abs=50)
    assert connector["maximum_power"] == 7360
    assert connector["session"]["energy"] > 100
    assert connector["session"]["flow_time"] > 60


def _is_priced(event: dict[str, Any], above: float, price: float) -> bool:
    """Return whether a running session of more than `above` Wh is told with what just that energy costs."""
    session = only(event)["session"]
    if session["cost"] is None or session["energy"] <= above:
        return False
    wrong: float = session["cost"] - session["energy"] / 1000 * price
    return abs(wrong) < 0.001


async def test_a_session_is_told_with_what_it_costs(
    house: House, sign_in: SignIn
) -> None:
    """For the energy that is told with it, at the price in force; where no price is known, neither is the cost."""
    await charging(house)
    browser = await sign_in()
    await browser.result("overview")
    assert only(await browser.event())["session"]["cost"] is None
    ledger = house.entry.runtime_data.site.ledger
    await ledger.keep_price(house.now - timedelta(days=1), 0.30)
    told = [0.0]
    for _ in range(3):
        await house.advance(EVERY)
        event = await browser.until(lambda event: _is_priced(event, told[-1], 0.30))
        told.append(only(event)["session"]["energy"])
    assert only(event)["session"]["cost_complete"] is True


async def test_what_changes_is_told_at_once(house: House, sign_in: SignIn) -> None:
    """More energy, and then that the car is gone; what has not changed is not told again."""
    wallbox = await charging(house)
    browser = await sign_in()
    await browser.result("overview")
    before = only(await browser.event())["session"]["energy"]
    await house.advance(EVERY * 2)
    await browser.until(lambda event: only(event)["session"]["energy"] > before)
    await wallbox.unplug()
    await house.advance(EVERY)
    gone = await browser.until(lambda event: only(event)["reason"] == "no_car")
    assert only(gone)["session"] is None
    assert only(gone)["actions"]["stop_charging"] == {
        "allowed": False,
        "reason": "No car is being charged at WB1.",
    }


async def test_nothing_flows_once_a_session_is_over(
    house: House, sign_in: SignIn
) -> None:
    """The last measurement of a session stays no figure of now, although the wallbox sends no other."""
    await charging(house)
    await house.action("stop_charging")
    await house.advance(EVERY)
    browser = await sign_in()
    await browser.result("overview")
    connector = only(await browser.event())
    assert (connector["session"], connector["power"]) == (None, 0)


@pytest.mark.parametrize(
    ("language", "begins"),
    [("en", "Charging now"), ("de", "Lädt jetzt"), ("xx", "Charging now")],
)
async def test_sentences_are_in_the_language_that_is_asked_for(
    house: House, sign_in: SignIn, language: str, begins: str
) -> None:
    """One that is not there is English, and the home's own language has no say."""
    await charging(house)
    house.hass.config.language = "fr"
    browser = await sign_in()
    await browser.result("overview", language=language)
    assert only(await browser.event())["sentence"].startswith(begins)


async def test_what_can_do_nothing_says_why(house: House, sign_in: SignIn) -> None:
    """Without a car there is nothing to charge; without a wallbox nothing to ask."""
    wallbox = await house.wallbox()
    browser = await sign_in()
    await browser.result("overview")
    actions = only(await browser.event())["actions"]
    assert actions["charge_now"] == {
        "allowed": False,
        "reason": "No car is plugged in at WB1.",
    }
    assert actions["cancel_delay"]["reason"] == "No delay is running at WB1."
    await wallbox.stop()
    await house.advance(timedelta(seconds=10))
    gone = await browser.until(lambda event: not event["charge_points"][0]["connected"])
    assert only(gone)["actions"]["charge_now"]["reason"] == (
        "WB1 is not connected. Nothing was sent to it."
    )


async def test_a2_1_a_user_sees_what_they_may_not_do(
    house: House, sign_in: SignIn
) -> None:
    """Stopping is anybody's; charging now needs a right, which counts from the moment that it is given."""
    await charging(house)
    kim = await user(house)
    browser = await sign_in(kim)
    await browser.result("overview")
    event = await browser.event()
    assert (event["role"], event["persons"]) == ("user", [])
    actions = only(event)["actions"]
    assert actions["stop_charging"]["allowed"]
    assert not actions["charge_now"]["allowed"]
    assert "people who may charge now" in actions["charge_now"]["reason"]

    await add_person(house, name="Kim", user_id=kim, rights=["charge_now"], tags=[CARD])
    event = await browser.until(lambda event: event["role"] == "person")
    assert only(event)["actions"]["charge_now"]["allowed"]
    assert CARD not in str(event)


async def test_it_outlives_a_reload(house: House, sign_in: SignIn) -> None:
    """While the integration does not run that is said, and what comes after it is told without being asked for."""
    await charging(house)
    browser = await sign_in()
    await browser.result("overview")
    assert (await browser.event())["ready"] is True
    await house.hass.config_entries.async_unload(house.entry.entry_id)
    stopped = await browser.until(lambda event: not event["ready"])
    assert stopped["charge_points"] == []
    await house.hass.config_entries.async_setup(house.entry.entry_id)
    event = await browser.until(lambda event: event["ready"])
    assert only(event)["device_id"] == house.device_id()


async def test_wallboxes_come_and_go(house: House, sign_in: SignIn) -> None:
    """One that is added is told, and one that is removed is told no longer; they are in order of their names."""
    await house.set_up("WB1")
    browser = await sign_in()
    await browser.result("overview")
    assert len((await browser.event())["charge_points"]) == 1
    added = house.add("WB2", "Attic")
    await house.settle()
    event = await browser.until(lambda event: len(event["charge_points"]) == 2)
    assert [each["name"] for each in event["charge_points"]] == ["Attic", "WB1"]
    house.hass.config_entries.async_remove_subentry(house.entry, added)
    await house.settle()
    event = await browser.until(lambda event: len(event["charge_points"]) == 1)
    assert event["charge_points"][0]["name"] == "WB1"


async def test_before_it_is_set_up_it_is_not_ready(
    house: House, sign_in: SignIn
) -> None:
    """The panel of one who removed the integration while it was open says so."""
    await house.set_up("WB1")
    await house.hass.config_entries.async_remove(house.entry.entry_id)
    assert not house.hass.config_entries.async_entries(DOMAIN)
    browser = await sign_in()
    await browser.result("overview")
    assert await browser.event() == {
        "now": house.now.isoformat(),
        "ready": False,
        "charge_points": [],
    }
