"""BootNotification, Heartbeat and the line to the central system."""

from datetime import timedelta

from custom_components.smart_charge_point.simulator import DrivenClock, Wallbox

from .central_system import CentralSystem, Payload
from .conftest import NewWallbox


def _boot(status: str, interval: int) -> Payload:
    return {
        "status": status,
        "currentTime": "2026-11-23T00:00:00Z",
        "interval": interval,
    }


async def test_pending_says_nothing_but_boot(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Until accepted it only boots, at the interval it was given; what happened meanwhile follows then."""
    central.answers["BootNotification"] = _boot("Pending", 30)
    wallbox = await new_wallbox()
    await wallbox.plug_in()
    await clock.advance(29)
    assert central.actions() == ["BootNotification"]
    assert not wallbox.online

    del central.answers["BootNotification"]
    await clock.advance(1)
    assert "StartTransaction" in central.actions()
    assert wallbox.online


async def test_pending_answers_and_does_what_is_triggered(
    new_wallbox: NewWallbox, central: CentralSystem
) -> None:
    """A pending wallbox can be looked at (OCPP 1.6 section 4.2)."""
    central.answers["BootNotification"] = _boot("Pending", 300)
    await new_wallbox()
    assert (await central.call("WB0", "GetConfiguration", {}))["configurationKey"]
    message = {"requestedMessage": "StatusNotification", "connectorId": 1}
    assert await central.call("WB0", "TriggerMessage", message) == {
        "status": "Accepted"
    }
    assert central.actions() == ["BootNotification", "StatusNotification"]
    del central.answers["BootNotification"]
    message = {"requestedMessage": "BootNotification"}
    await central.call("WB0", "TriggerMessage", message)
    assert central.actions()[2] == "BootNotification"


async def test_rejected_tries_again_later(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Without an interval, after a minute; also after an error."""
    central.answers["BootNotification"] = _boot("Rejected", 0)
    wallbox = await new_wallbox()
    central.answers["BootNotification"] = "InternalError"
    await clock.advance(60)
    assert central.actions() == ["BootNotification"] * 2
    del central.answers["BootNotification"]
    await clock.advance(60)
    assert wallbox.online


async def test_beats_at_the_interval_it_was_given(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """And at a new one when it is configured."""
    central.answers["BootNotification"] = _boot("Accepted", 100)
    await new_wallbox()
    await clock.advance(300)
    assert central.actions().count("Heartbeat") == 3
    change = {"key": "heartbeatinterval", "value": "10"}
    await central.call("WB0", "ChangeConfiguration", change)
    await clock.advance(50)
    assert central.actions().count("Heartbeat") == 8


async def test_dials_again_with_growing_pauses(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """10, 20, 40 … seconds while nobody answers, and at once accepted when somebody does."""
    wallbox = await new_wallbox()
    address = central.url
    await central.stop()
    await clock.settle()
    assert not wallbox.connected
    await clock.advance(10)
    await clock.advance(10)
    assert wallbox.dialled == 3
    await clock.advance(timedelta(minutes=10))
    assert wallbox.dialled == 8
    await central.start(port=int(address.rpartition(":")[2].partition("/")[0]))
    await clock.advance(timedelta(minutes=3))
    assert wallbox.online
    assert central.actions().count("BootNotification") == 1


async def test_reconnects_without_boot_and_says_only_what_is_new(
    wallbox: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """As OCPP wants it, and as the real stacks do it."""
    central.heard.clear()
    await wallbox.go_offline()
    await wallbox.plug_in()
    await clock.advance(60)
    await wallbox.go_online()
    assert "BootNotification" not in central.actions()
    statuses = central.calls("StatusNotification")
    assert [each["status"] for each in statuses] == ["Charging"]


async def test_a_password_is_shown_at_the_door(
    new_wallbox: NewWallbox, central: CentralSystem
) -> None:
    """HTTP Basic authentication, the identity being the user."""
    await new_wallbox(password="0123456789abcdef")
    assert central.headers[-1]["Authorization"] == "Basic V0IwOjAxMjM0NTY3ODlhYmNkZWY="
