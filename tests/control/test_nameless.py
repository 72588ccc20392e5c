"""T3: a wallbox that gives no identity when it dials, from its first day to its last."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charge_point.simulator import Car, Wallbox
from custom_components.smart_charge_point.simulator.quirks import Quirks

from ..discovery import cards, confirm, replace
from ..house import House

WITHIN_HOURS = pytest.mark.at(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
NAMELESS = Quirks(no_identity=True)


async def hang(
    house: House, identity: str = "S1", quirks: Quirks = NAMELESS
) -> Wallbox:
    """Hang a nameless wallbox on the wall, and confirm it."""
    wallbox = await house.wallbox(identity, confirmed=False, quirks=quirks)
    await confirm(house, identity)
    await house.advance(timedelta(minutes=1))
    return wallbox


def asked_for_boot(wallbox: Wallbox) -> int:
    """Return how often a wallbox was asked for its boot."""
    return [
        request["requestedMessage"] for request in wallbox.requests("TriggerMessage")
    ].count("BootNotification")


@WITHIN_HOURS
async def test_its_serial_number_is_its_identity(house: House) -> None:
    """It waits, is shown, and is taken in on the socket that it has; then it charges and is recorded as any other."""
    await house.set_up()
    wallbox = await house.wallbox("S1", confirmed=False, quirks=NAMELESS)
    assert not wallbox.online
    await confirm(house, "S1")
    await house.advance(timedelta(seconds=10))
    assert wallbox.online
    assert wallbox.dialled == 1
    assert house.state("connected", "S1") == "on"
    await wallbox.plug_in(Car())
    await house.advance(timedelta(minutes=15))
    assert house.state("charging", "S1") == "on"
    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    (session,) = await house.sessions("S1")
    assert session["end"] is not None


@WITHIN_HOURS
@pytest.mark.parametrize("takes", [timedelta(seconds=20), timedelta(hours=2)])
async def test_t7_it_redials_without_a_boot(house: House, takes: timedelta) -> None:
    """Its session goes on as if it had said its name, and it is asked for nothing that might reboot it."""
    await house.set_up()
    wallbox = await hang(house)
    await wallbox.plug_in(Car())
    await house.advance(timedelta(minutes=15))
    boots = len(wallbox.calls("BootNotification"))
    await wallbox.go_offline()
    await house.advance(takes)
    assert house.state("connected", "S1") == "off"
    await wallbox.go_online()
    await house.advance(timedelta(seconds=10))
    assert house.state("connected", "S1") == "on"
    await house.set_number("current_limit", 6, "S1")
    await house.advance(timedelta(seconds=15))
    assert 0 < wallbox.current(1) <= 6.6
    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    (session,) = await house.sessions("S1")
    assert session["end"] is not None
    assert session["energy"] == pytest.approx(wallbox.energy(1) / 1000, abs=0.05)
    assert len(wallbox.calls("BootNotification")) == boots
    assert not asked_for_boot(wallbox)


@WITHIN_HOURS
async def test_t7_it_is_known_after_a_restart(house: House) -> None:
    """Home Assistant was down for a night; the wallbox comes back without a boot, in mid-session."""
    await house.set_up()
    wallbox = await hang(house)
    await wallbox.plug_in(Car(battery_kwh=100, soc=0.1))
    await house.advance(timedelta(minutes=15))
    boots = len(wallbox.calls("BootNotification"))
    await house.restart(timedelta(hours=1))
    await house.advance(timedelta(minutes=4))
    assert house.state("connected", "S1") == "on"
    assert house.state("charging", "S1") == "on"
    assert len(wallbox.calls("BootNotification")) == boots
    (session,) = await house.sessions("S1")
    assert session["end"] is None


@WITHIN_HOURS
@pytest.mark.parametrize(
    ("pongs", "asked"), [(True, 0), (False, 1)], ids=["pongs", "no pongs"]
)
async def test_t8_its_old_socket_is_half_open(
    house: House, pongs: bool, asked: int
) -> None:
    """Where nobody answers a ping there any more it has its place again in seconds; one that never did is asked."""
    await house.set_up()
    quirks = Quirks(no_identity=True, ignores_pings=not pongs)
    wallbox = await hang(house, quirks=quirks)
    await wallbox.plug_in(Car())
    await house.advance(timedelta(minutes=15))
    await wallbox.go_offline(half_open=True)
    await house.advance(timedelta(seconds=5))
    await wallbox.go_online()
    await house.advance(timedelta(seconds=15))
    await house.set_number("current_limit", 6, "S1")
    await house.advance(timedelta(seconds=15))
    assert 0 < wallbox.current(1) <= 6.6
    assert asked_for_boot(wallbox) == asked


@WITHIN_HOURS
async def test_t8_one_that_says_nothing_waits_for_the_old_to_die(house: House) -> None:
    """Without pongs and without a boot it is known when its old socket is given up; its session is kept."""
    await house.set_up()
    quirks = Quirks(
        no_identity=True,
        ignores_pings=True,
        refused_actions=frozenset({"TriggerMessage"}),
    )
    wallbox = await hang(house, quirks=quirks)
    await wallbox.plug_in(Car(battery_kwh=100, soc=0.1))
    await house.advance(timedelta(minutes=15))
    await wallbox.go_offline(half_open=True)
    await house.advance(timedelta(seconds=5))
    await wallbox.go_online()
    await house.advance(timedelta(minutes=21))
    await house.set_number("current_limit", 6, "S1")
    await house.advance(timedelta(seconds=15))
    assert 0 < wallbox.current(1) <= 6.6
    (session,) = await house.sessions("S1")
    assert session["end"] is None


@WITHIN_HOURS
async def test_two_at_one_address_are_asked(house: House) -> None:
    """Behind one router neither is taken for the other: each is asked for its boot, once, and is itself again."""
    await house.set_up()
    both = [await hang(house, identity) for identity in ("S1", "S2")]
    await both[0].plug_in(Car())
    await house.advance(timedelta(minutes=15))
    await house.restart(timedelta(minutes=1))
    await house.advance(timedelta(minutes=4))
    for wallbox, identity in zip(both, ("S1", "S2"), strict=True):
        assert house.state("connected", identity) == "on"
        assert asked_for_boot(wallbox) == 1
    assert house.state("charging", "S1") == "on"
    assert house.state("charging", "S2") == "off"


@WITHIN_HOURS
async def test_b2_one_that_reboots_when_asked_does_so_once(house: House) -> None:
    """The reboot is its answer: it says who it is, and nobody asks again."""
    await house.set_up()
    quirks = Quirks(no_identity=True, trigger_boot_reboots=True)
    both = [await hang(house, identity, quirks) for identity in ("S1", "S2")]
    boots = [len(wallbox.calls("BootNotification")) for wallbox in both]
    await house.restart(timedelta(minutes=1))
    await house.advance(timedelta(minutes=20))
    for wallbox, identity, before in zip(both, ("S1", "S2"), boots, strict=True):
        assert house.state("connected", identity) == "on"
        assert asked_for_boot(wallbox) == 1
        assert len(wallbox.calls("BootNotification")) == before + 1


@WITHIN_HOURS
async def test_an_unknown_one_that_is_redialling_is_asked(house: House) -> None:
    """One that was accepted elsewhere, or before it was removed, gets its card all the same."""
    await house.set_up()
    wallbox = await hang(house)
    house.hass.config_entries.async_remove_subentry(
        house.entry, house.subentry("S1").subentry_id
    )
    await house.advance(timedelta(minutes=1))
    assert list(cards(house)) == ["S1"]
    assert not wallbox.online
    await confirm(house, "S1")
    await house.advance(timedelta(seconds=10))
    assert wallbox.online


@WITHIN_HOURS
async def test_new_hardware_is_not_taken_for_the_old(house: House) -> None:
    """Once it was replaced, nobody who calls from its address is taken for the new one."""
    await house.set_up()
    old = await hang(house)
    await replace(house, "S1", "WB2")
    await house.wallbox("WB2", confirmed=False)
    await house.advance(timedelta(minutes=5))
    assert house.state("connected", "WB2") == "on"
    assert list(cards(house)) == ["S1"]
    assert not old.online
    await house.wallboxes[-1].go_offline()
    await old.go_offline()
    await old.go_online()
    await house.advance(timedelta(minutes=1))
    assert house.state("connected", "WB2") == "off"
