"""The capability report: what was found of a wallbox, and that nothing that cannot be met is kept silent (A5.3)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.control.capability_report import Ability
from custom_components.smart_charge_point.simulator import Car
from custom_components.smart_charge_point.simulator.configuration import Key
from custom_components.smart_charge_point.simulator.quirks import Quirks, Refusal

from ..house import SELDOM, House

SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.at(SATURDAY)

SAID: Mapping[tuple[str, str], str | None] = {
    ("charging_hours", "home_assistant"): "hours_on_home_assistant",
    ("charging_hours", "nobody"): "smart_charging_refused",
    ("random_delay", "home_assistant"): "delay_on_home_assistant",
    ("random_delay", "nobody"): "smart_charging_refused",
    ("current_limit", "home_assistant"): "hours_on_home_assistant",
    ("current_limit", "nobody"): "smart_charging_refused",
    # An event comes by way of Home Assistant in any case, and ends by itself.
    ("demand_response", "home_assistant"): None,
    ("demand_response", "nobody"): "smart_charging_refused",
    # Said in the two weeks before the clocks change: see test_a10_hours.
    ("clock_change", "home_assistant"): None,
    ("clock_change", "nobody"): "smart_charging_refused",
    # A wish of the owner's, not a rule: they are days like others then.
    ("bank_holidays", "home_assistant"): None,
    ("bank_holidays", "nobody"): None,
    ("power_cut", "home_assistant"): "resumes_after_power_cut",
    ("power_cut", "nobody"): "smart_charging_refused",
    ("offline_start", "nobody"): "no_offline_start",
    ("every_second", "nobody"): "not_every_second",
    # No rule asks for it.
    ("read_back", "home_assistant"): None,
}
"""Which repair says what; None where there is nothing to repair."""


def issues(house: House) -> set[str]:
    """Return the kinds of repair issues that are shown."""
    return {
        issue.translation_key
        for (domain, _), issue in ir.async_get(house.hass).issues.items()
        if domain == DOMAIN and issue.active and issue.translation_key
    }


async def found(house: House) -> dict[str, tuple[str, str]]:
    """Return what was found and on whom it rests; check that it is said in words, and in a repair where it must be."""
    answer = await house.action("get_capabilities")
    (wallbox,) = answer["wallboxes"]
    assert wallbox["wallbox"] == "WB1"
    shown = issues(house)
    for finding in wallbox["abilities"]:
        assert finding["sentence"].endswith("."), finding
        assert "{" not in finding["sentence"]
        if finding["rests_on"] in {"home_assistant", "nobody"}:
            kind = SAID[finding["ability"], finding["rests_on"]]
            assert kind is None or kind in shown, finding
    abilities = {
        finding["ability"]: (finding["found"], finding["rests_on"])
        for finding in wallbox["abilities"]
    }
    assert list(abilities) == [ability.value for ability in Ability]
    return abilities


async def home(house: House, quirks: Quirks | None = None, **kinds: Any) -> None:
    """Hang a wallbox on the wall, lower its limit once and charge a car, so that it was asked for everything."""
    wallbox = await house.wallbox(
        quirks=quirks or Quirks(), **{"settings": SELDOM, **kinds}
    )
    await house.advance(timedelta(minutes=10))
    await wallbox.plug_in(Car(start_delay=timedelta(), battery_kwh=10_000.0))
    await house.advance(timedelta(minutes=2))
    await house.press("charge_now")
    await house.set_number("current_limit", 10)
    await house.advance(timedelta(minutes=2))


async def ask_for_less(house: House) -> None:
    """Let a provider ask for two minutes."""
    await house.set_options(dsr_providers=["octopus"])
    await house.action(
        "start_dsr_event",
        provider="octopus",
        event_id="1",
        kind="response",
        direction="down",
        limit_a=6,
        end=house.now + timedelta(minutes=2),
    )


async def test_a5_3_a_good_wallbox_holds_everything_by_itself(house: House) -> None:
    """Nothing rests on Home Assistant, and no repair is shown."""
    await home(house)
    assert await found(house) == {
        "charging_hours": ("weekly", "wallbox"),
        "random_delay": ("wallbox", "wallbox"),
        "own_delay": ("none", "not_needed"),
        "current_limit": ("wallbox", "wallbox"),
        "demand_response": ("wallbox", "wallbox"),
        "clock_change": ("wallbox", "wallbox"),
        "bank_holidays": ("none", "not_needed"),
        "power_cut": ("untried", "not_known"),
        "offline_start": ("no_card", "wallbox"),
        "every_second": ("untried", "not_known"),
        "read_back": ("works", "wallbox"),
    }
    assert issues(house) == set()


async def test_a5_3_without_default_profiles_the_hours_rest_on_home_assistant(
    house: House,
) -> None:
    """Home Assistant times the hours and the delays, and says so."""
    await home(house, Quirks(default_profile=Refusal.REJECTED))
    abilities = await found(house)
    assert abilities["charging_hours"] == ("home_assistant", "home_assistant")
    assert abilities["random_delay"] == ("home_assistant", "home_assistant")
    assert abilities["current_limit"] == ("wallbox", "wallbox")
    assert abilities["clock_change"] == ("home_assistant", "home_assistant")
    assert {"hours_on_home_assistant", "delay_on_home_assistant"} <= issues(house)


async def test_a5_3_without_a_maximum_the_limit_lowers_the_hours(house: House) -> None:
    """The limit and the hours hold all the same; demand response is told to each session."""
    await home(house, Quirks(maximum_profile=Refusal.NOT_SUPPORTED))
    abilities = await found(house)
    assert abilities["charging_hours"] == ("weekly", "wallbox")
    assert abilities["current_limit"] == ("wallbox", "wallbox")
    assert abilities["demand_response"] == ("home_assistant", "home_assistant")
    assert issues(house) == set()


async def test_a5_3_without_any_limit_nothing_can_be_met(house: House) -> None:
    """No profile is taken: nobody keeps the hours, and the owner is told."""
    wallbox = await house.wallbox(
        quirks=Quirks(
            default_profile=Refusal.REJECTED,
            maximum_profile=Refusal.REJECTED,
            transaction_profile=Refusal.REJECTED,
        ),
        settings=SELDOM,
    )
    await house.advance(timedelta(minutes=10))
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(minutes=20))
    abilities = await found(house)
    for ability in (
        "charging_hours",
        "random_delay",
        "current_limit",
        "demand_response",
        "clock_change",
    ):
        assert abilities[ability] == ("refused", "nobody"), ability
    assert "smart_charging_refused" in issues(house)


async def test_a5_3_a_start_that_home_assistant_delays_is_said(house: House) -> None:
    """A wallbox that takes no relative profile keeps the hours, but delays no start by itself; without delays it need not."""
    await home(house, Quirks(refused_kinds=frozenset({"Relative"})))
    abilities = await found(house)
    assert abilities["charging_hours"] == ("weekly", "wallbox")
    assert abilities["random_delay"] == ("home_assistant", "home_assistant")
    assert issues(house) == {"delay_on_home_assistant"}

    await house.set_options(ruleset="none")
    await house.action("set_delay_maximum", seconds=0)
    await house.advance(timedelta(minutes=2))
    assert (await found(house))["random_delay"] == ("none", "not_needed")
    assert issues(house) == set()


@pytest.mark.parametrize(
    ("kinds", "expected", "said"),
    [
        ({"settings": {"HeartbeatInterval": "86400"}}, ("works", "wallbox"), set()),
        ({"settings": SELDOM}, ("refused", "nobody"), {"not_every_second"}),
    ],
    ids=["measures", "fixed interval"],
)
async def test_a9_4_every_second_is_counted_and_said(
    house: House,
    kinds: dict[str, Any],
    expected: tuple[str, str],
    said: set[str],
) -> None:
    """Whether a wallbox measures every second is known from an event on, by what really arrived."""
    await home(house, **kinds)
    await ask_for_less(house)
    await house.advance(timedelta(minutes=4))
    assert (await found(house))["every_second"] == expected
    assert issues(house) == said


@pytest.mark.parametrize(
    ("cut", "expected"),
    [(False, ("refused", "nobody")), (True, ("untried", "not_known"))],
)
async def test_a9_4_a_promise_that_is_not_kept_is_counted(
    house: House, cut: bool, expected: tuple[str, str]
) -> None:
    """A wallbox that takes the second and measures every ten is found out, but not for the gap of a lost link."""
    await home(house, settings={"HeartbeatInterval": "86400"})
    (wallbox,) = house.wallboxes
    await ask_for_less(house)
    await house.advance(timedelta(seconds=20))
    wallbox.configuration.put(Key(name="MeterValueSampleInterval", value="10"))
    if cut:
        await wallbox.go_offline()
        await house.advance(timedelta(seconds=30))
        await wallbox.go_online()
    await house.advance(timedelta(minutes=4))
    assert (await found(house))["every_second"] == expected
    assert ("not_every_second" in issues(house)) is not cut


async def test_the_report_is_in_the_diagnostics(
    house: House, hass_client: ClientSessionGenerator
) -> None:
    """Who helps an owner sees it as well."""
    await home(house)
    told = await get_diagnostics_for_config_entry(house.hass, hass_client, house.entry)
    (charge_point,) = told["charge_points"]
    report = charge_point["controller"]["report"]
    assert report[0] == {
        "ability": "charging_hours",
        "found": "weekly",
        "rests_on": "wallbox",
    }
    assert len(report) == len(Ability)
