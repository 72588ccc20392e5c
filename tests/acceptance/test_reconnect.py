"""Any reconnect is survived: by the wallbox, by the session, and by the owner's nerves."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charge_point.simulator import Car

from ..house import House

SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WITHIN_HOURS = pytest.mark.at(SATURDAY)


@WITHIN_HOURS
async def test_half_open_sockets_give_way_to_the_new_one(house: House) -> None:
    """The router forgot the connection, the wallbox dials again: the new socket wins, nothing is lost."""
    wallbox = await house.wallbox()
    await wallbox.plug_in(Car())
    await house.advance(timedelta(minutes=15))
    await wallbox.go_offline(half_open=True)
    await house.advance(timedelta(minutes=1))
    await wallbox.go_online()
    await house.advance(timedelta(minutes=1))

    assert house.state("connected") == "on"
    assert house.state("charging") == "on"
    await house.set_number("current_limit", 6)
    await house.advance(timedelta(seconds=15))
    assert 0 < wallbox.current(1) <= 6.6


@WITHIN_HOURS
async def test_a_reconnect_without_a_boot_sends_nothing_again(house: House) -> None:
    """What the wallbox holds it still holds: its flash is not written for a dropped link."""
    wallbox = await house.wallbox()
    await house.advance(timedelta(minutes=2))
    sent = len(wallbox.requests("SetChargingProfile"))
    await wallbox.go_offline()
    await house.advance(timedelta(minutes=5))
    assert house.state("connected") == "off"
    await wallbox.go_online()
    await house.advance(timedelta(minutes=2))
    assert house.state("connected") == "on"
    assert len(wallbox.requests("SetChargingProfile")) == sent


async def test_after_a_reboot_everything_resident_is_sent_again(house: House) -> None:
    """A boot may mean that the wallbox forgot: the same hours with the same draws are sent again."""
    wallbox = await house.wallbox()
    await house.advance(timedelta(minutes=2))
    before = {
        request["csChargingProfiles"]["chargingProfileId"]: request
        for request in wallbox.requests("SetChargingProfile")
    }
    sent = len(wallbox.requests("SetChargingProfile"))
    await wallbox.reboot()
    await house.advance(timedelta(minutes=3))
    again = wallbox.requests("SetChargingProfile")[sent:]
    assert {
        request["csChargingProfiles"]["chargingProfileId"] for request in again
    } == set(before)
    for request in again:
        assert request == before[request["csChargingProfiles"]["chargingProfileId"]]


@WITHIN_HOURS
async def test_a_session_begun_while_home_assistant_was_down_is_adopted(
    house: House,
) -> None:
    """The start arrives late, from the wallbox's queue; the session runs on as one."""
    wallbox = await house.wallbox()
    await house.advance(timedelta(minutes=2))
    await house.stop()
    await wallbox.plug_in(Car())
    plugged_in = house.now
    await house.clock.advance(timedelta(minutes=30))
    await house.start()
    await house.advance(timedelta(minutes=5))
    assert house.state("charging") == "on"
    (session,) = await house.sessions()
    assert datetime.fromisoformat(session["start"]) == plugged_in
    assert session["end"] is None
    assert house.number("session_energy") == pytest.approx(
        wallbox.energy(1) / 1000, abs=0.2
    )


@WITHIN_HOURS
async def test_two_wallboxes_do_not_touch_each_other(house: House) -> None:
    """One is removed and one set up while the other charges on the same socket."""
    await house.set_up("WB1", "WB2")
    first = await house.wallbox("WB1")
    second = await house.wallbox("WB2")
    await first.plug_in(Car())
    await house.advance(timedelta(minutes=15))
    boots = len(first.calls("BootNotification"))
    subentry = next(
        subentry
        for subentry in house.entry.subentries.values()
        if subentry.unique_id == "WB2"
    )
    house.hass.config_entries.async_remove_subentry(house.entry, subentry.subentry_id)
    await house.advance(timedelta(minutes=2))
    assert house.state("connected") == "on"
    assert first.current(1) > 30
    assert len(first.calls("BootNotification")) == boots
    assert house.hass.config_entries.flow.async_progress_by_handler(
        "smart_charge_point"
    )
    await second.stop()
