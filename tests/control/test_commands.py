"""What the owner asks of a wallbox reaches it, or is refused in words, and what was only for a session ends with it."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.smart_charge_point.simulator import Car, Wallbox
from custom_components.smart_charge_point.simulator.quirks import Quirks, Refusal
from custom_components.smart_charge_point.simulator.sessions import Sessions

from ..house import House

PEAK_ENDS = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
WITHIN_HOURS = pytest.mark.at(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
NEEDS_START: dict[str, Any] = {"free_vend": False}
REFUSES_TAG = Quirks(only_tag="1234")

type Command = Callable[[House], Coroutine[Any, Any, Any]]


def pressing(key: str) -> Command:
    """Return the press of a button."""
    return lambda house: house.press(key)


def action(name: str, **data: Any) -> Command:
    """Return the call of an action on the wallbox."""
    return lambda house: house.action(name, **data)


CHARGE_NOW = pressing("charge_now")
CANCEL_DELAY = pressing("cancel_delay")
STOP = pressing("stop_charging")
CHARGE_NOW_ACTION = action("charge_now")
CANCEL_DELAY_ACTION = action("cancel_delay")
STOP_ACTION = action("stop_charging")
SEND = action("send_ocpp", action="ClearCache")


async def plugged_in(
    house: House, wallbox: Wallbox, wait: timedelta = timedelta(minutes=1)
) -> Car:
    """Plug a car in that draws as soon as it may, and let some time pass."""
    car = await wallbox.plug_in(Car(start_delay=timedelta(seconds=1)))
    await house.advance(wait)
    return car


async def refused(house: House, command: Command) -> str:
    """Return the translation key of the error that a command raises; time passes until it does.

    What waits for the wallbox in vain must be an action: Home Assistant presses a button in a task of its own, and letting
    time pass waits for those.
    """
    task = asyncio.get_running_loop().create_task(command(house))
    await house.clock.settle()
    for _ in range(4):
        if not task.done():
            await house.advance(timedelta(seconds=31))
    with pytest.raises(HomeAssistantError) as error:
        await asyncio.wait_for(task, 60)
    assert error.value.translation_key
    return error.value.translation_key


# Charge now


async def test_a10_5_charge_now_lets_the_session_that_waits_charge(
    house: House,
) -> None:
    """One transaction profile for the transaction that runs, within 10 s, and no second start."""
    wallbox = await house.wallbox()
    await plugged_in(house, wallbox)
    transaction = wallbox.transaction()
    assert transaction is not None
    sent = len(wallbox.requests("SetChargingProfile"))

    await house.press("charge_now")
    await house.advance(timedelta(seconds=10))
    assert wallbox.current() == 32
    (profile,) = [
        request["csChargingProfiles"]
        for request in wallbox.requests("SetChargingProfile")[sent:]
    ]
    assert profile["chargingProfilePurpose"] == "TxProfile"
    assert profile["transactionId"] == transaction.identifier
    assert not wallbox.requests("RemoteStartTransaction")


async def test_a10_5_charge_now_begins_the_session_of_a_wallbox_that_waits_for_a_card(
    house: House,
) -> None:
    """Where no session runs one is begun, with the profile that lets it charge at once."""
    await house.set_up("WB1", start_on_plug_in=False)
    wallbox = await house.wallbox(**NEEDS_START)
    await plugged_in(house, wallbox)
    assert wallbox.transaction() is None

    await house.action("charge_now")
    await house.advance(timedelta(seconds=10))
    assert wallbox.current() == 32
    assert house.state("charging_reason") == "charging_now"
    (start,) = wallbox.requests("RemoteStartTransaction")
    assert start["connectorId"] == 1
    assert start["chargingProfile"]["chargingProfilePurpose"] == "TxProfile"
    assert "transactionId" not in start["chargingProfile"]


async def test_a10_5_charge_now_while_the_car_is_just_plugged_in_starts_it_once(
    house: House,
) -> None:
    """The start that Home Assistant would have made by itself is not made beside the owner's."""
    wallbox = await house.wallbox(**NEEDS_START)
    await plugged_in(house, wallbox, timedelta(seconds=2))
    await house.press("charge_now")
    await house.advance(timedelta(minutes=1))
    assert len(wallbox.requests("RemoteStartTransaction")) == 1
    assert wallbox.current() == 32


async def test_a10_5_charge_now_ends_with_its_session_and_the_next_one_waits(
    house: House,
) -> None:
    """Stopped, unplugged and plugged in again, the car waits for the hours, with no profile of the old session left."""
    wallbox = await house.wallbox(**NEEDS_START)
    await plugged_in(house, wallbox)
    await house.press("charge_now")
    await house.advance(timedelta(seconds=10))
    assert wallbox.current() == 32
    await house.press("stop_charging")
    await house.advance(timedelta(seconds=10))
    assert wallbox.current() == 0
    await wallbox.unplug()
    await house.advance(timedelta(minutes=2))

    await plugged_in(house, wallbox, timedelta(minutes=5))
    assert wallbox.transaction() is not None
    assert wallbox.current() == 0
    assert house.state("charging_reason") == "waiting_for_hours"
    assert {profile.purpose.value for profile in wallbox.profiles} == {
        "TxDefaultProfile"
    }


async def test_a10_5_a_wish_that_began_no_session_is_not_for_the_next_car(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A start that was accepted and came to nothing: the car goes, and the one after it waits for the hours."""
    await house.set_up("WB1", start_on_plug_in=False)
    wallbox = await house.wallbox(**NEEDS_START)
    await plugged_in(house, wallbox)
    with monkeypatch.context() as deaf:
        deaf.setattr(Sessions, "let_in", lambda *_: None)
        await house.press("charge_now")
        await house.advance(timedelta(seconds=20))
    await wallbox.unplug()
    await house.advance(timedelta(seconds=20))
    await wallbox.plug_in(Car(start_delay=timedelta(seconds=1)))
    await wallbox.swipe("04AABBCC")
    await house.advance(timedelta(seconds=30))
    assert wallbox.transaction() is not None
    assert wallbox.current() == 0
    assert house.state("charging_reason") == "waiting_for_hours"


@pytest.mark.parametrize(
    ("quirks", "key", "asked"),
    [
        pytest.param(REFUSES_TAG, "wallbox_refused", 2, id="rejected"),
        pytest.param(
            Quirks(refused_actions=frozenset({"RemoteStartTransaction"})),
            "wallbox_refused",
            2,
            id="not implemented",
        ),
        pytest.param(
            Quirks(
                refused_actions=frozenset({"RemoteStartTransaction"}),
                error_code="FormationViolation",
            ),
            "wallbox_error",
            2,
            id="error",
        ),
        pytest.param(
            Quirks(never_answers=frozenset({"RemoteStartTransaction"})),
            "wallbox_timed_out",
            1,
            id="silence",
        ),
    ],
)
async def test_a10_5_a_start_that_is_refused_is_said_and_tried_without_its_profile(
    house: House, quirks: Quirks, key: str, asked: int
) -> None:
    """The owner is told, nothing charges, and nothing of the wish is left: a card begins a session that waits."""
    await house.set_up("WB1", start_on_plug_in=False)
    wallbox = await house.wallbox(quirks=quirks, **NEEDS_START)
    await plugged_in(house, wallbox)
    assert await refused(house, CHARGE_NOW_ACTION) == key
    starts = wallbox.requests("RemoteStartTransaction")
    assert ["chargingProfile" in start for start in starts] == [True, False][:asked]

    await wallbox.swipe("04AABBCC")
    await house.advance(timedelta(minutes=1))
    assert wallbox.transaction() is not None
    assert wallbox.current() == 0
    assert house.state("charging_reason") == "waiting_for_hours"


@pytest.mark.parametrize(
    "quirks",
    [
        pytest.param(REFUSES_TAG, id="rejected"),
        pytest.param(
            Quirks(
                refused_actions=frozenset({"RemoteStartTransaction"}),
                error_code="FormationViolation",
            ),
            id="error",
        ),
    ],
)
async def test_after_a_start_that_was_refused_the_session_is_begun_as_ever(
    house: House, quirks: Quirks
) -> None:
    """A charge now that failed is not the one try that Home Assistant makes for a car: that still comes, once."""
    wallbox = await house.wallbox(quirks=quirks, **NEEDS_START)
    await plugged_in(house, wallbox, timedelta(seconds=2))
    await refused(house, CHARGE_NOW_ACTION)
    before = len(wallbox.requests("RemoteStartTransaction"))
    await house.advance(timedelta(minutes=1))
    (start,) = wallbox.requests("RemoteStartTransaction")[before:]
    assert "chargingProfile" not in start


async def test_charge_now_without_a_car_sends_nothing(house: House) -> None:
    """There is nothing to charge, and the owner is told so."""
    wallbox = await house.wallbox(**NEEDS_START)
    received = len(wallbox.received)
    assert await refused(house, CHARGE_NOW) == "no_car"
    assert await refused(house, CHARGE_NOW_ACTION) == "no_car"
    assert len(wallbox.received) == received


# Start on plug-in


async def test_a_car_that_is_plugged_in_gets_a_session_that_waits_for_the_hours(
    house: House,
) -> None:
    """A wallbox that needs to be told is told once, after it had time to begin by itself, and with no profile."""
    wallbox = await house.wallbox(**NEEDS_START)
    await plugged_in(house, wallbox, timedelta(seconds=9))
    assert not wallbox.requests("RemoteStartTransaction")
    await house.advance(timedelta(minutes=5))
    (start,) = wallbox.requests("RemoteStartTransaction")
    assert "chargingProfile" not in start
    assert wallbox.transaction() is not None
    assert wallbox.current() == 0
    await house.advance_to(PEAK_ENDS + timedelta(seconds=601))
    assert wallbox.current() == 32


async def test_a_wallbox_that_begins_by_itself_is_not_told_to(house: House) -> None:
    """Nor is it a second time when the owner has stopped the session."""
    wallbox = await house.wallbox()
    await plugged_in(house, wallbox)
    assert wallbox.transaction() is not None
    await house.press("stop_charging")
    await house.advance(timedelta(minutes=2))
    assert wallbox.transaction() is None
    assert not wallbox.requests("RemoteStartTransaction")


async def test_a_car_that_leaves_at_once_is_not_started(house: House) -> None:
    """The wallbox is not told to begin with nothing plugged in; the next car is."""
    wallbox = await house.wallbox(**NEEDS_START)
    await plugged_in(house, wallbox, timedelta(seconds=5))
    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    assert not wallbox.requests("RemoteStartTransaction")
    await plugged_in(house, wallbox)
    assert len(wallbox.requests("RemoteStartTransaction")) == 1


async def test_a_session_that_was_stopped_is_not_begun_again(house: House) -> None:
    """Stopped by its owner, the car stays stopped until it is plugged in anew, whatever its wallbox says meanwhile."""
    wallbox = await house.wallbox()
    await plugged_in(house, wallbox)
    await house.press("stop_charging")
    await house.advance(timedelta(seconds=10))
    wallbox.connector().finished = False  # It goes back to waiting for a card.
    wallbox.update()
    await house.advance(timedelta(minutes=2))
    assert house.state("status") == "preparing"
    assert not wallbox.requests("RemoteStartTransaction")


@pytest.mark.parametrize("kind", [{}, NEEDS_START], ids=["by itself", "by card"])
async def test_with_start_on_plug_in_off_nothing_is_started(
    house: House, kind: dict[str, Any]
) -> None:
    """Then it is the wallbox's own affair, or a card's."""
    await house.set_up("WB1", start_on_plug_in=False)
    wallbox = await house.wallbox(**kind)
    await plugged_in(house, wallbox, timedelta(minutes=5))
    assert (wallbox.transaction() is None) == bool(kind)
    assert not wallbox.requests("RemoteStartTransaction")


async def test_a_wallbox_that_takes_only_hexadecimal_tags_is_started(
    house: House,
) -> None:
    """Alfen and Delta refuse other ones (X5)."""
    wallbox = await house.wallbox(
        quirks=Quirks(only_hexadecimal_tags=True), **NEEDS_START
    )
    await plugged_in(house, wallbox)
    assert wallbox.transaction() is not None


# Stop


@pytest.mark.parametrize(
    "quirks",
    [
        pytest.param(Quirks(refuses_remote_stop=True), id="rejected"),
        pytest.param(
            Quirks(
                refused_actions=frozenset({"RemoteStopTransaction"}),
                error_code="InternalError",
            ),
            id="error",
        ),
        pytest.param(
            Quirks(never_answers=frozenset({"RemoteStopTransaction"})), id="silence"
        ),
        pytest.param(
            Quirks(refuses_remote_stop=True, transaction_profile=Refusal.REJECTED),
            id="without transaction profiles",
        ),
    ],
)
@WITHIN_HOURS
async def test_a_session_that_cannot_be_stopped_is_held_at_no_current(
    house: House, quirks: Quirks
) -> None:
    """It draws nothing for as long as it lasts; charge now lifts that, and the next session knows nothing of it."""
    wallbox = await house.wallbox(quirks=quirks)
    await plugged_in(house, wallbox, timedelta(seconds=620))
    assert wallbox.current() == 32
    stopping = asyncio.get_running_loop().create_task(STOP_ACTION(house))
    await house.advance(timedelta(seconds=70))
    await stopping
    assert wallbox.transaction() is not None
    assert wallbox.current() == 0
    assert house.state("charging_reason") == "paused_by_owner"
    await house.advance(timedelta(minutes=30))
    assert wallbox.current() == 0

    await house.press("charge_now")
    await house.advance(timedelta(seconds=10))
    assert wallbox.current() == 32

    stopping = asyncio.get_running_loop().create_task(STOP_ACTION(house))
    await house.advance(timedelta(seconds=70))
    await stopping
    await wallbox.unplug()
    await house.advance(timedelta(minutes=2))
    await plugged_in(house, wallbox, timedelta(seconds=620))
    assert wallbox.current() == 32


async def test_stop_without_a_session_sends_nothing(house: House) -> None:
    """There is nothing to stop, and the owner is told so."""
    wallbox = await house.wallbox()
    received = len(wallbox.received)
    assert await refused(house, STOP) == "no_session"
    assert len(wallbox.received) == received


# Skip the delay


@WITHIN_HOURS
async def test_a11_4_only_a_delay_that_runs_can_be_skipped(house: House) -> None:
    """Before a session and once it charges there is none, and nothing is sent."""
    wallbox = await house.wallbox()
    received = len(wallbox.received)
    assert await refused(house, CANCEL_DELAY) == "no_delay"
    assert len(wallbox.received) == received

    await plugged_in(house, wallbox, timedelta(seconds=620))
    assert wallbox.current() == 32
    received = len(wallbox.received)
    assert await refused(house, CANCEL_DELAY) == "no_delay"
    assert await refused(house, CANCEL_DELAY_ACTION) == "no_delay"
    assert len(wallbox.received) == received


# In and out of service


@pytest.mark.parametrize(
    ("quirks", "asked"),
    [
        pytest.param(Quirks(), [1], id="connector"),
        pytest.param(
            Quirks(availability_rejected=frozenset({1})), [1, 0], id="only the whole"
        ),
    ],
)
async def test_a_connector_is_taken_out_of_service_and_back(
    house: House, quirks: Quirks, asked: list[int]
) -> None:
    """Where the wallbox knows only itself as a whole, it is that which goes out of service."""
    wallbox = await house.wallbox(quirks=quirks)
    await house.switch("available", on=False)
    assert house.state("available") == "off"
    assert wallbox.status() == "Unavailable"
    assert house.state("charging_reason") == "unavailable"
    await house.switch("available", on=True)
    assert house.state("available") == "on"
    assert wallbox.status() == "Available"
    requests = wallbox.requests("ChangeAvailability")
    assert [request["connectorId"] for request in requests] == asked * 2


@WITHIN_HOURS
async def test_a_connector_goes_out_of_service_once_its_session_is_over(
    house: House,
) -> None:
    """Until then the switch shows what was asked for, and can be turned back."""
    wallbox = await house.wallbox()
    await plugged_in(house, wallbox)
    await house.switch("available", on=False)
    assert house.state("available") == "off"
    await house.advance(timedelta(seconds=600))
    assert wallbox.current() == 32  # The session goes on.
    assert house.state("available") == "off"

    await house.switch("available", on=True)
    await house.set_number("current_limit", 0)
    await house.set_number("current_limit", 32)
    await house.advance(timedelta(seconds=10))
    assert house.state("available") == "on"

    await house.switch("available", on=False)
    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    assert wallbox.status() == "Unavailable"
    assert house.state("available") == "off"


@pytest.mark.parametrize(
    ("quirks", "key"),
    [
        pytest.param(
            Quirks(availability_rejected=frozenset({0, 1})),
            "wallbox_refused",
            id="rejected",
        ),
        pytest.param(
            Quirks(
                refused_actions=frozenset({"ChangeAvailability"}),
                error_code="InternalError",
            ),
            "wallbox_error",
            id="error",
        ),
    ],
)
async def test_a_wallbox_that_stays_in_service_is_said_to(
    house: House, quirks: Quirks, key: str
) -> None:
    """The switch stays on."""
    await house.wallbox(quirks=quirks)
    assert await refused(house, lambda _: house.switch("available", on=False)) == key
    assert house.state("available") == "on"


# Where nothing may be sent


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(CHARGE_NOW_ACTION, id="charge now"),
        pytest.param(CANCEL_DELAY_ACTION, id="skip the delay"),
        pytest.param(STOP_ACTION, id="stop"),
        pytest.param(SEND, id="send"),
    ],
)
async def test_to_a_wallbox_that_is_not_connected_nothing_is_sent(
    house: House, command: Command
) -> None:
    """Not then, and not when it is back: a wish is not kept for later."""
    wallbox = await house.wallbox()
    await plugged_in(house, wallbox)
    await wallbox.go_offline()
    received = len(wallbox.received)
    assert await refused(house, command) == "not_connected"
    for key in ("charge_now", "cancel_delay", "stop_charging", "available"):
        assert house.state(key) == "unavailable"
    assert house.state("current_limit") == "unavailable"
    await wallbox.go_online()
    await house.advance(timedelta(minutes=1))
    asked = {frame.action for frame in wallbox.received[received:] if frame.kind == 2}
    assert asked.isdisjoint(
        {"RemoteStartTransaction", "RemoteStopTransaction", "ClearCache"}
    )
    assert wallbox.transaction() is not None
    assert wallbox.current() == 0


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(CHARGE_NOW, id="charge now"),
        pytest.param(CHARGE_NOW_ACTION, id="charge now, the action"),
        pytest.param(CANCEL_DELAY, id="skip the delay"),
        pytest.param(CANCEL_DELAY_ACTION, id="skip the delay, the action"),
        pytest.param(STOP, id="stop"),
        pytest.param(STOP_ACTION, id="stop, the action"),
    ],
)
@pytest.mark.parametrize("session", [True, False], ids=["session", "no session"])
async def test_a8_1_to_a_faulted_wallbox_nothing_is_sent(
    house: House, command: Command, session: bool
) -> None:
    """No override reaches it until the fault is cleared; then it does what it did before."""
    wallbox = await house.wallbox()
    if session:
        await plugged_in(house, wallbox)
    await wallbox.fault()
    await house.advance(timedelta(seconds=5))
    assert house.state("status") == "faulted"
    asked = sum(frame.kind == 2 for frame in wallbox.received)
    assert await refused(house, command) == "faulted"
    assert sum(frame.kind == 2 for frame in wallbox.received) == asked

    await wallbox.clear_fault()
    await house.advance(timedelta(minutes=1))
    assert wallbox.current() == 0
    assert (wallbox.transaction() is not None) == session


async def test_to_a_connector_that_there_is_not_nothing_is_sent(house: House) -> None:
    """Every command and question says that the wallbox has no such connector."""
    wallbox = await house.wallbox()
    subentry_id = house.subentry().subentry_id
    controller = house.entry.runtime_data.coordinators[subentry_id].controller
    received = len(wallbox.received)
    for number in (0, 2, -1):
        for command in (
            controller.overrides.async_charge_now(number),
            controller.overrides.async_cancel_delay(number),
            controller.overrides.async_stop_charging(number),
            controller.settings.async_set_current_limit(number, 10),
            controller.settings.async_set_available(number, False),
        ):
            with pytest.raises(HomeAssistantError) as error:
                await command
            assert error.value.translation_key == "unknown_connector"
        with pytest.raises(HomeAssistantError) as error:
            controller.plan(number, PEAK_ENDS)
        assert error.value.translation_key == "unknown_connector"
    assert len(wallbox.received) == received
