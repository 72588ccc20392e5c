"""The owner's current limit is carried by whatever the wallbox takes, and one that it will not have was never set."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.smart_charge_point.control.controller import Controller
from custom_components.smart_charge_point.simulator import Car, Wallbox
from custom_components.smart_charge_point.simulator.quirks import Quirks, Refusal
from custom_components.smart_charge_point.simulator.reports import Reports

from ..house import SELDOM, House

pytestmark = pytest.mark.at(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
"""A Saturday noon: within the charging hours."""

SETTLES = timedelta(seconds=15)


def controller(house: House) -> Controller:
    """Return who commands the wallbox, for what no slider lets an owner set."""
    subentry_id = house.subentry().subentry_id
    found: Controller = house.entry.runtime_data.coordinators[subentry_id].controller
    return found


async def limit(house: House, amperes: float, connector: int = 1) -> None:
    """Move the slider of a connector, and let the wallbox and the car follow."""
    await house.hass.services.async_call(
        "number",
        "set_value",
        {
            "entity_id": house.entity_id("current_limit", connector=connector),
            "value": amperes,
        },
        blocking=True,
    )
    await house.advance(SETTLES)


def shown(house: House, connector: int = 1) -> float:
    """Return where the slider of a connector stands."""
    return house.number("current_limit", connector=connector)


async def charging_car(house: House, wallbox: Wallbox, connector: int = 1) -> None:
    """Plug a car in, and wait its delay out."""
    await wallbox.plug_in(Car(start_delay=timedelta(seconds=1)), connector)
    await house.advance(timedelta(seconds=620))
    # Where Home Assistant times the delay, the car may have been let charge just now.
    await house.advance(timedelta(seconds=10))
    assert wallbox.current(connector) > 0


def held(wallbox: Wallbox, purpose: str, connector: int) -> set[float]:
    """Return the limits, pauses apart, of the profiles that the wallbox holds for this purpose."""
    return {
        period.limit
        for profile in wallbox.profiles
        if profile.purpose.value == purpose and profile.connector == connector
        for period in profile.periods
        if period.limit > 0
    }


def sent(wallbox: Wallbox, purpose: str) -> int:
    """Return how many profiles of this purpose were sent."""
    return sum(
        request["csChargingProfiles"]["chargingProfilePurpose"] == purpose
        for request in wallbox.requests("SetChargingProfile")
    )


def cleared(wallbox: Wallbox) -> set[int]:
    """Return the ids of the profiles that were cleared."""
    return {request["id"] for request in wallbox.requests("ClearChargingProfile")}


async def error_of(house: House, command: Coroutine[Any, Any, None]) -> str:
    """Return the translation key of the error that a command raises; time passes until it does."""
    task = asyncio.get_running_loop().create_task(command)
    for _ in range(20):
        await house.clock.settle()
        if task.done():
            break
        await house.advance(timedelta(seconds=31))
    with pytest.raises(HomeAssistantError) as error:
        await task
    assert error.value.translation_key
    return error.value.translation_key


async def test_the_limit_of_an_only_connector_is_one_max_profile(house: House) -> None:
    """Nothing that the wallbox holds for the hours is written again for it."""
    wallbox = await house.wallbox(settings=SELDOM)
    await charging_car(house, wallbox)
    before = len(wallbox.requests("SetChargingProfile"))
    for count, amperes in enumerate((10, 6, 16, 32), start=1):
        await limit(house, amperes)
        assert wallbox.current() == amperes
        assert shown(house) == amperes
        assert held(wallbox, "ChargePointMaxProfile", 0) == {amperes}
        assert len(wallbox.requests("SetChargingProfile")) == before + count
    await limit(house, 32)
    assert len(wallbox.requests("SetChargingProfile")) == before + 4
    assert cleared(wallbox).isdisjoint({1, 100})


async def test_each_of_two_connectors_has_a_limit_of_its_own(house: House) -> None:
    """What one holds for its hours is lowered; the other is not touched, nor the wallbox as a whole."""
    wallbox = await house.wallbox(settings=SELDOM, connectors=2, maximum_current=64)
    await charging_car(house, wallbox, 1)
    await charging_car(house, wallbox, 2)
    await limit(house, 10, connector=1)
    assert (wallbox.current(1), wallbox.current(2)) == (10, 32)
    await limit(house, 16, connector=2)
    assert (wallbox.current(1), wallbox.current(2)) == (10, 16)
    assert (shown(house, 1), shown(house, 2)) == (10, 16)
    await limit(house, 0, connector=1)
    assert (wallbox.current(1), wallbox.current(2)) == (0, 16)
    await limit(house, 32, connector=1)
    assert (wallbox.current(1), wallbox.current(2)) == (32, 16)
    assert not sent(wallbox, "ChargePointMaxProfile")


@pytest.mark.parametrize(
    "quirks",
    [
        pytest.param(Quirks(maximum_profile=Refusal.REJECTED), id="rejected"),
        pytest.param(Quirks(maximum_profile=Refusal.NOT_SUPPORTED), id="not supported"),
    ],
)
async def test_without_max_profiles_the_hours_carry_the_limit(
    house: House, quirks: Quirks
) -> None:
    """The one that is refused is asked for once; the limit is in force at once, and in the next session."""
    wallbox = await house.wallbox(settings=SELDOM, quirks=quirks)
    await charging_car(house, wallbox)
    for amperes in (10, 6, 32, 8):
        await limit(house, amperes)
        assert wallbox.current() == amperes
    assert sent(wallbox, "ChargePointMaxProfile") == 1
    assert held(wallbox, "TxDefaultProfile", 1) == {8}

    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    await charging_car(house, wallbox)
    assert wallbox.current() == 8


async def test_without_anything_resident_the_session_carries_the_limit(
    house: House,
) -> None:
    """It takes effect while a session runs. With none there is nothing to carry it: it is refused, and not shown."""
    wallbox = await house.wallbox(
        settings=SELDOM,
        quirks=Quirks(
            default_profile=Refusal.REJECTED, maximum_profile=Refusal.REJECTED
        ),
    )
    assert await error_of(house, limit(house, 10)) == "wallbox_refused"
    assert shown(house) == 32
    await charging_car(house, wallbox)
    await limit(house, 10)
    assert wallbox.current() == 10
    await limit(house, 0)
    assert wallbox.current() == 0
    await limit(house, 32)
    assert wallbox.current() == 32


@pytest.mark.parametrize(
    "refusal",
    [Refusal.NONE, Refusal.NOT_SUPPORTED],
    ids=["with max profiles", "without"],
)
async def test_a_limit_that_is_too_low_for_the_wallbox_leaves_the_earlier_one(
    house: House, refusal: Refusal
) -> None:
    """The owner is told; what was in force stays so, and what the wallbox can hold is not doubted for it (S5)."""
    wallbox = await house.wallbox(
        settings=SELDOM, quirks=Quirks(least_limit=10, maximum_profile=refusal)
    )
    await charging_car(house, wallbox)
    await limit(house, 16)
    assert await error_of(house, limit(house, 8)) == "wallbox_refused"
    await house.advance(timedelta(minutes=5))
    assert shown(house) == 16
    assert wallbox.current() == 16
    assert house.state("hours_held_by") == "weekly"
    await limit(house, 12)
    assert wallbox.current() == 12
    peak = datetime(2026, 11, 23, 8, 1, tzinfo=UTC)
    await house.clock.advance_to(peak, step=timedelta(hours=1))
    assert wallbox.current() == 0


async def test_a_limit_that_is_not_answered_leaves_the_earlier_one(
    house: House,
) -> None:
    """Twice it is not known what came of it; from the third time on it is held otherwise."""
    wallbox = await house.wallbox(
        settings=SELDOM, quirks=Quirks(maximum_profile=Refusal.SILENCE)
    )
    await charging_car(house, wallbox)
    for _ in range(2):
        setting = controller(house).settings.async_set_current_limit(1, 10)
        assert await error_of(house, setting) == "wallbox_timed_out"
        assert shown(house) == 32
        assert wallbox.current() == 32
    task = asyncio.get_running_loop().create_task(
        controller(house).settings.async_set_current_limit(1, 10)
    )
    await house.advance(timedelta(seconds=45))
    await task
    assert shown(house) == 10
    assert wallbox.current() == 10


async def test_a_limit_that_the_connection_breaks_at_leaves_the_earlier_one(
    house: House,
) -> None:
    """What the wallbox may have taken of it is put right when it is back."""
    wallbox = await house.wallbox(
        settings=SELDOM, quirks=Quirks(maximum_profile=Refusal.SILENCE)
    )
    task = asyncio.get_running_loop().create_task(
        controller(house).settings.async_set_current_limit(1, 10)
    )
    await house.clock.settle()
    await wallbox.go_offline()
    await house.clock.settle()
    with pytest.raises(HomeAssistantError) as error:
        await task
    assert error.value.translation_key == "not_connected"
    await wallbox.go_online()
    await house.advance(timedelta(minutes=1))
    assert shown(house) == 32
    await charging_car(house, wallbox)
    assert wallbox.current() == 32


async def test_no_current_is_a_limit_that_charge_now_does_not_lift(
    house: House,
) -> None:
    """0 A pauses, whatever is asked of the session; the limit is the owner's to raise."""
    wallbox = await house.wallbox(settings=SELDOM)
    await charging_car(house, wallbox)
    await limit(house, 0)
    assert wallbox.current() == 0
    assert house.state("charging_reason") == "paused_by_owner"
    await house.press("charge_now")
    await house.advance(SETTLES)
    assert wallbox.current() == 0
    await limit(house, 8)
    assert wallbox.current() == 8


@pytest.mark.parametrize(
    ("amperes", "key"),
    [
        (3, "limit_out_of_range"),
        (5.9, "limit_out_of_range"),
        (float("nan"), "limit_out_of_range"),
        (33, "out_of_range"),
        (-1, "out_of_range"),
    ],
)
async def test_a5_2_a_limit_out_of_range_is_not_sent(
    house: House, amperes: float, key: str
) -> None:
    """Nothing between 0 and 6 A, nor above the maximum of the installation."""
    wallbox = await house.wallbox(settings=SELDOM)
    received = len(wallbox.received)
    with pytest.raises(ServiceValidationError) as error:
        await limit(house, amperes)
    assert error.value.translation_key == key
    with pytest.raises(ServiceValidationError) as error:
        await controller(house).settings.async_set_current_limit(1, amperes)
    assert error.value.translation_key == "limit_out_of_range"
    assert len(wallbox.received) == received
    assert shown(house) == 32


async def test_a_wallbox_that_forgets_its_profiles_is_told_the_limit_again(
    house: House,
) -> None:
    """After a power cut it is back in force (S12), and can be raised as ever."""
    wallbox = await house.wallbox(settings=SELDOM, quirks=Quirks(forgets_profiles=True))
    await limit(house, 10)
    await wallbox.power_cut()
    await house.advance(timedelta(minutes=1))
    await wallbox.power_restore()
    await house.advance(timedelta(minutes=2))
    assert held(wallbox, "ChargePointMaxProfile", 0) == {10}
    await charging_car(house, wallbox)
    assert wallbox.current() == 10
    await limit(house, 32)
    assert wallbox.current() == 32


async def test_a_second_connector_that_turns_up_later_is_not_under_the_first_ones_limit(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The max profile is raised, not cleared, and only once the first connector's own profiles are lower."""
    send = Reports.send
    with monkeypatch.context() as quiet:
        quiet.setattr(
            Reports,
            "send",
            lambda self, number, **how: number == 2 or send(self, number, **how),
        )
        wallbox = await house.wallbox(
            settings={**SELDOM, "NumberOfConnectors": "1"},
            connectors=2,
            maximum_current=64,
        )
        await charging_car(house, wallbox)
        await limit(house, 10)
        assert wallbox.current(1) == 10
        assert held(wallbox, "ChargePointMaxProfile", 0) == {10}
    await wallbox.plug_in(Car(start_delay=timedelta(seconds=1)), 2)
    await house.advance(timedelta(seconds=620))
    assert held(wallbox, "ChargePointMaxProfile", 0) == {32}
    assert held(wallbox, "TxDefaultProfile", 1) == {10}
    assert wallbox.current(1) == 10
    assert wallbox.current(2) > 16
    assert all(
        change.amperes <= 10
        for change in wallbox.switchings
        if change.connector == 1 and change.at > house.now - timedelta(seconds=620)
    )
    assert cleared(wallbox).isdisjoint({1, 100})
    assert (shown(house, 1), shown(house, 2)) == (10, 32)


async def test_a_wallbox_that_comes_back_with_two_connectors_is_not_under_the_old_limit(
    house: House,
) -> None:
    """Also where the max profile that it still holds was forgotten about with its boot."""
    first = await house.wallbox(settings=SELDOM)
    await limit(house, 10)
    await first.stop()
    wallbox = await house.wallbox(
        memory=replace(first.memory, registers={1: 0.0, 2: 0.0}), maximum_current=64
    )
    await house.advance(timedelta(minutes=1))
    assert held(wallbox, "ChargePointMaxProfile", 0) == {32}
    assert held(wallbox, "TxDefaultProfile", 1) == {10}
    assert held(wallbox, "TxDefaultProfile", 2) == {32}


async def test_a_wallbox_that_counts_its_connectors_wrongly_has_a_limit_for_each(
    house: House,
) -> None:
    """It says one, and speaks of two."""
    wallbox = await house.wallbox(
        settings={**SELDOM, "NumberOfConnectors": "1"},
        connectors=2,
        maximum_current=64,
    )
    await limit(house, 10, connector=1)
    await charging_car(house, wallbox, 1)
    await charging_car(house, wallbox, 2)
    assert (wallbox.current(1), wallbox.current(2)) == (10, 32)
