"""A wallbox that dials in unasked: it waits, it is shown, and it is taken in at the owner's word."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import aiohttp
from homeassistant.config_entries import SOURCE_IGNORE, SOURCE_USER
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.smart_charge_point.const import DOMAIN, SUBENTRY_CHARGE_POINT
from custom_components.smart_charge_point.simulator import Car, Wallbox

from ..discovery import cards, confirm, replace, rows
from ..house import House
from .stranger import Stranger

WITHIN_HOURS = pytest.mark.at(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))

type Dial = Callable[..., Awaitable[Stranger]]


@pytest.fixture
async def dial(house: House) -> AsyncIterator[Dial]:
    """Dial in on raw sockets; they are closed in the end."""
    strangers: list[Stranger] = []

    async def dial(path: str, address: str = "127.0.0.1") -> Stranger:
        stranger = await Stranger.dial(house, path, address)
        strangers.append(stranger)
        return stranger

    yield dial
    for stranger in strangers:
        await stranger.hang_up()


async def diagnostics(house: House, new_client: ClientSessionGenerator) -> Any:
    """Return the diagnostics that the owner can download."""
    assert await async_setup_component(house.hass, "diagnostics", {})
    client = await new_client()
    response = await client.get(f"/api/diagnostics/config_entry/{house.entry.entry_id}")
    return (await response.json())["data"]


def known(house: House) -> Any:
    """Return all that Home Assistant knows: states, entities, devices and wallboxes."""
    return (
        {state.entity_id: state.as_dict() for state in house.hass.states.async_all()},
        set(er.async_get(house.hass).entities),
        {device.id for device in dr.async_get(house.hass).devices},
        set(house.entry.subentries),
        rows(house),
    )


@WITHIN_HOURS
async def test_nothing_that_it_says_changes_anything(house: House, dial: Dial) -> None:
    """It is answered, told to wait and to keep its sessions; no state, entity, device or row comes of it."""
    await house.wallbox("WB1")
    before = known(house)
    stranger = await dial("WB2")
    for _ in range(2):
        answer = await stranger.boot()
        assert answer["status"] == "Pending"
        assert answer["interval"] <= 10
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Charging"}
        assert await stranger.call("StatusNotification", status) == [3, {}]
        assert (await stranger.call("Heartbeat", {}))[0] == 3
        told: dict[str, dict[str, Any]] = {
            "Authorize": {"idTag": "A"},
            "StartTransaction": {
                "connectorId": 1,
                "idTag": "A",
                "meterStart": 0,
                "timestamp": house.now.isoformat(),
            },
            "MeterValues": {
                "connectorId": 1,
                "transactionId": 1,
                "meterValue": [
                    {
                        "timestamp": house.now.isoformat(),
                        "sampledValue": [{"value": "99"}],
                    }
                ],
            },
            "StopTransaction": {
                "transactionId": 1,
                "meterStop": 9,
                "timestamp": house.now.isoformat(),
            },
        }
        for action, payload in told.items():
            assert (await stranger.call(action, payload))[:2] == [4, "SecurityError"]
        await house.clock.settle()
        assert known(house) == before
    assert stranger.asked == []


async def test_its_card_names_it(house: House) -> None:
    """Vendor, model and serial number are what the wallbox says of itself."""
    await house.set_up()
    await house.wallbox("SN-0815", confirmed=False, preset="alfen-eve")
    form = await house.hass.config_entries.flow.async_configure(cards(house)["SN-0815"])
    told = form["description_placeholders"] or {}
    assert (told["vendor"], told["model"], told["serial"], told["peer"]) == (
        "Alfen BV",
        "NG910",
        "SN-0815",
        "127.0.0.1",
    )


async def test_one_that_says_nothing_gets_its_card_too(
    house: House, dial: Dial
) -> None:
    """A wallbox that redials without a boot is shown by its identity, when it has had time to tell more."""
    await house.set_up()
    await dial("WB2")
    await house.advance(timedelta(seconds=10))
    assert cards(house) == {}
    await house.advance(timedelta(seconds=10))
    assert list(cards(house)) == ["WB2"]


@WITHIN_HOURS
@pytest.mark.parametrize("hours", ["accepted", "changed", "removed"])
async def test_the_owners_word_takes_it_in_at_once(house: House, hours: str) -> None:
    """Within ten seconds, on the socket that it has, without a reload, and no other wallbox notices."""
    first = await house.wallbox("WB1")
    second = await house.wallbox("WB2", confirmed=False)
    assert not second.online
    site = house.entry.runtime_data.site
    heard = len(first.received)
    writes: list[str] = []

    @callback
    def written(event: Event[Any]) -> None:
        writes.append(event.data["entity_id"])

    house.hass.bus.async_listen(EVENT_STATE_CHANGED, written)
    others = {
        entity.entity_id
        for entity in er.async_entries_for_config_entry(
            er.async_get(house.hass), house.entry.entry_id
        )
    }
    await confirm(house, "WB2", hours)
    await house.advance(timedelta(seconds=10))

    assert second.online
    assert house.state("connected", "WB2") == "on"
    assert house.subentry("WB2").title == "Drive"
    assert house.subentry("WB2").data["hours_choice"] == hours
    assert (first.dialled, second.dialled) == (1, 1)
    assert len(first.received) == heard
    assert others.isdisjoint(writes)
    assert house.entry.runtime_data.site is site
    assert not cards(house)
    await house.advance(timedelta(minutes=1))
    assert house.state("charging_hours", "WB2") == (
        "off" if hours == "removed" else "on"
    )
    assert second.requests("SetChargingProfile")


@WITHIN_HOURS
async def test_what_happened_while_it_waited_is_kept(house: House) -> None:
    """A car that was plugged in meanwhile is in the records from its first second."""
    await house.set_up()
    wallbox = await house.wallbox("WB2", confirmed=False)
    await wallbox.plug_in(Car())
    plugged_in = house.now
    await house.advance(timedelta(minutes=5))
    assert rows(house) == 0
    await confirm(house, "WB2")
    await house.advance(timedelta(minutes=1))
    (session,) = await house.sessions("WB2")
    assert datetime.fromisoformat(session["start"]) == plugged_in
    assert house.state("plugged_in", "WB2") == "on"


@WITHIN_HOURS
async def test_nothing_is_asked_of_it_before_it_knows(house: House) -> None:
    """Commands wait for the boot that is answered with a welcome, and each is sent once."""
    await house.set_up()
    wallbox = await house.wallbox("WB2", confirmed=False)
    heard = len(wallbox.received)
    await confirm(house, "WB2")
    assert [frame for frame in wallbox.received[heard:] if frame.kind == 2] == []
    await house.advance(timedelta(minutes=1))
    told = [
        request["csChargingProfiles"]["stackLevel"]
        for request in wallbox.requests("SetChargingProfile")
    ]
    assert (told.count(0), told.count(2)) == (1, 1)


@WITHIN_HOURS
async def test_c7_it_is_known_before_it_is_probed(house: House) -> None:
    """A make that reboots when one key is read back is not asked for that key, on its first day either."""
    await house.set_up()
    wallbox = await house.wallbox("WB2", confirmed=False, preset="abb-terra")
    await confirm(house, "WB2")
    await house.advance(timedelta(minutes=2))
    assert wallbox.requests("ChangeConfiguration")
    assert wallbox.dialled == 1
    assert wallbox.online


async def test_twenty_invented_identities_get_five_cards(
    house: House,
    dial: Dial,
    hass_client: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The rest is counted, each once however often it asks, and told in a handful of lines."""
    await house.set_up()
    for number in range(20):
        rogue = await dial(f"fake{number}", f"127.0.0.{2 + number // 10}")
        for _ in range(3):
            assert (await rogue.boot(f"fake{number}"))["status"] == "Pending"
            await house.advance(timedelta(seconds=10))
    assert len(cards(house)) == 5
    told = await diagnostics(house, hass_client)
    assert told["turned_away"] == 15
    assert told["waiting"] == 5
    assert caplog.text.count("were not shown") <= 5


async def test_a_rogue_that_hangs_up_each_time(
    house: House, dial: Dial, hass_client: ClientSessionGenerator
) -> None:
    """Neither a boot nor silence gets it more than five cards, and nothing of it stays behind."""
    await house.set_up()
    for number in range(20):
        rogue = await dial(f"fake{number}")
        if number % 2:
            await rogue.boot()
        await rogue.hang_up()
        await house.clock.settle()
    await house.advance(timedelta(minutes=1))
    assert len(cards(house)) <= 5
    told = await diagnostics(house, hass_client)
    assert told["waiting"] == len(cards(house))
    assert told["counters"]["connections"] == 0


async def test_one_client_does_not_fill_the_room(house: House, dial: Dial) -> None:
    """From one address ten strangers are let in; a wallbox from elsewhere is still found."""
    await house.set_up()
    for number in range(10):
        await dial(f"fake{number}", "127.0.0.2")
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await dial("fake10", "127.0.0.2")
    await house.wallbox("WB2", confirmed=False)
    assert "WB2" in cards(house)


async def test_a_place_that_is_free_again_is_taken(house: House, dial: Dial) -> None:
    """When the owner has dealt with a card, the wallbox that was turned away gets one at its next call."""
    await house.set_up()
    for number in range(5):
        rogue = await dial(f"fake{number}", "127.0.0.2")
        await rogue.boot()
    await house.advance(timedelta(seconds=10))
    await house.wallbox("WB2", confirmed=False)
    assert "WB2" not in cards(house)
    await ignore(house, "fake0")
    await house.advance(timedelta(seconds=15))
    assert "WB2" in cards(house)
    assert len(cards(house)) == 5


async def test_added_by_hand_it_is_accepted_at_its_first_boot(house: House) -> None:
    """It never waits, and nobody asks the owner again."""
    await house.set_up()
    form = await house.hass.config_entries.subentries.async_init(
        (house.entry.entry_id, SUBENTRY_CHARGE_POINT), context={"source": SOURCE_USER}
    )
    await house.hass.config_entries.subentries.async_configure(
        form["flow_id"], {"identity": "WB1", "name": "Drive", "hours": "accepted"}
    )
    await house.clock.settle()
    assert house.state("connected") == "off"
    wallbox = await house.wallbox("WB1", confirmed=False)
    assert wallbox.online
    assert len(wallbox.calls("BootNotification")) == 1
    assert house.state("connected") == "on"
    assert cards(house) == {}


@WITHIN_HOURS
async def test_new_hardware_takes_over(house: House) -> None:
    """It is accepted on the socket that it has, has the sessions of the old one, and a third wallbox notices nothing."""
    await house.set_up("WB1", "WB3")
    third = await house.wallbox("WB3")
    old = await house.wallbox("WB1")
    await old.plug_in(Car())
    await house.advance(timedelta(minutes=10))
    await old.unplug()
    await house.advance(timedelta(minutes=1))
    await old.power_cut()
    new = await house.wallbox("WB2", confirmed=False, preset="plain-3-phase")
    assert "WB2" in cards(house)
    entity_id = house.entity_id("connected", "WB1")
    heard = len(third.received)

    await replace(house, "WB1", "WB2")
    await house.advance(timedelta(seconds=10))
    assert new.online
    assert new.dialled == 1
    assert house.entity_id("connected", "WB2") == entity_id
    assert house.state("connected", "WB2") == "on"
    assert len(await house.sessions("WB2")) == 1
    assert cards(house) == {}
    assert (third.dialled, len(third.received)) == (1, heard)
    await house.advance(timedelta(minutes=2))
    assert new.requests("SetChargingProfile")

    await old.power_restore()
    await house.advance(timedelta(minutes=1))
    assert list(cards(house)) == ["WB1"]
    assert house.state("connected", "WB2") == "on"
    assert new.dialled == 1


@WITHIN_HOURS
async def test_the_old_hardware_is_let_go_of(house: House) -> None:
    """One that is still connected under its old identity loses the wallbox at once, in mid-charge too."""
    old = await house.wallbox("WB1")
    await old.plug_in(Car())
    await house.advance(timedelta(minutes=10))
    await replace(house, "WB1", "WB2")
    await house.advance(timedelta(minutes=1))
    assert house.state("connected", "WB2") == "off"
    assert house.state("plugged_in", "WB2") != "on"
    assert list(cards(house)) == ["WB1"]
    (session,) = await house.sessions("WB2")
    assert session["end"] is not None


@WITHIN_HOURS
async def test_a_new_name_touches_no_socket(house: House) -> None:
    """Neither its own nor another's."""
    await house.set_up("WB1", "WB2")
    both: list[Wallbox] = [await house.wallbox(name) for name in ("WB1", "WB2")]
    await house.advance(timedelta(minutes=2))
    heard = [len(wallbox.received) for wallbox in both]
    subentry = house.subentry("WB1")
    house.hass.config_entries.async_update_subentry(
        house.entry, subentry, title="Drive"
    )
    await house.advance(timedelta(seconds=10))
    assert house.entity("current_limit", "WB1").name == "Drive Current limit"
    assert [wallbox.dialled for wallbox in both] == [1, 1]
    assert [len(wallbox.received) for wallbox in both] == heard


async def ignore(house: House, identity: str) -> None:
    """Let the owner ignore a card, as Home Assistant's own button does."""
    await house.hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_IGNORE},
        data={"unique_id": identity, "title": identity},
    )
    await house.clock.settle()


async def test_an_ignored_wallbox_is_not_asked_for_again(
    house: House, hass_client: ClientSessionGenerator
) -> None:
    """It goes on waiting without a card, without being counted, and without a flow at each of its calls."""
    await house.set_up()
    wallbox = await house.wallbox("WB2", confirmed=False)
    await ignore(house, "WB2")
    assert cards(house) == {}
    asked = len(wallbox.calls("BootNotification"))
    flows = house.hass.config_entries.flow
    with patch.object(flows, "async_init", wraps=flows.async_init) as begun:
        await house.advance(timedelta(minutes=20))
    assert cards(house) == {}
    assert not begun.called
    assert len(wallbox.calls("BootNotification")) > asked
    assert not wallbox.online
    told = await diagnostics(house, hass_client)
    assert (told["waiting"], told["turned_away"]) == (0, 0)


async def test_an_ignored_wallbox_can_be_added_after_all(house: House) -> None:
    """When the owner takes the ignoring back, it is shown again; added by hand, it is accepted."""
    await house.set_up()
    wallbox = await house.wallbox("WB2", confirmed=False)
    await ignore(house, "WB2")
    (ignored,) = [
        entry
        for entry in house.hass.config_entries.async_entries(DOMAIN)
        if entry.source == SOURCE_IGNORE
    ]
    await house.hass.config_entries.async_remove(ignored.entry_id)
    await house.advance(timedelta(seconds=15))
    assert list(cards(house)) == ["WB2"]
    await ignore(house, "WB2")
    house.add("WB2")
    await house.advance(timedelta(seconds=10))
    assert wallbox.online
    assert wallbox.dialled == 1
