"""Tests of live power: whoever looks on sees what is measured, and nothing is measured because of it (A9.4)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from custom_components.smart_charge_point.simulator import Car, Wallbox

from ..house import House

COMMAND = "smart_charge_point/subscribe_power"
EVERY = timedelta(seconds=10)


type LookOn = Callable[[], Awaitable[MockHAClientWebSocket]]


@pytest.fixture
async def look_on(
    house: House, hass_ws_client: WebSocketGenerator
) -> AsyncIterator[LookOn]:
    """A browser that is signed in once it is called: Home Assistant expects a sign of life of it within a minute."""
    clients: list[MockHAClientWebSocket] = []

    async def sign_in() -> MockHAClientWebSocket:
        clients.append(await hass_ws_client(house.hass))
        return clients[-1]

    yield sign_in
    for client in clients:
        await client.close()


async def charging(house: House, **kinds: Any) -> Wallbox:
    """Return a wallbox that measures every 10 s, with a car that charges on its last connector."""
    house.add()
    wallbox = await house.wallbox(
        settings={"MeterValueSampleInterval": str(EVERY.seconds)}, **kinds
    )
    connector = kinds.get("connectors", 1)
    await wallbox.plug_in(Car(battery_kwh=10_000.0, start_delay=timedelta()), connector)
    await house.advance(timedelta(minutes=1))
    await house.action("charge_now")
    await house.advance(timedelta(minutes=2))
    return wallbox


async def subscribe(client: MockHAClientWebSocket, device_id: str) -> int:
    """Look on; return the subscription."""
    await client.send_json_auto_id({"type": COMMAND, "device_id": device_id})
    answer = await client.receive_json()
    assert answer["success"], answer
    number: int = answer["id"]
    return number


async def samples(client: MockHAClientWebSocket) -> list[dict[str, Any]]:
    """Return the samples of the next event."""
    event = await client.receive_json()
    assert event["type"] == "event"
    found: list[dict[str, Any]] = event["event"]["samples"]
    return found


async def test_a9_4_the_latest_minutes_and_then_every_sample(
    house: House, look_on: LookOn
) -> None:
    """First what was measured before, then each sample at once: also those that the power sensor does not write."""
    wallbox = await charging(house)
    client = await look_on()
    await subscribe(client, house.device_id())
    known = await samples(client)
    assert len(known) >= 12
    times = [datetime.fromisoformat(sample["at"]) for sample in known]
    assert times == sorted(times)
    written = house.entity("power").last_updated

    asked = len(wallbox.received)
    for _ in range(4):
        await house.clock.advance(EVERY)
        (sample,) = await samples(client)
        at = datetime.fromisoformat(sample["at"])
        assert timedelta() <= house.now - at < EVERY
        assert sample["connector"] == 1
        assert sample["power"] == pytest.approx(7360, rel=0.01)
        assert sample["current"] == pytest.approx(32, rel=0.01)
        assert sample["energy"] == pytest.approx(wallbox.energy(), abs=25)
    assert house.entity("power").last_updated == written
    # Nobody measures more often because somebody looks on.
    assert not [frame for frame in wallbox.received[asked:] if "Interval" in str(frame)]


async def test_a9_4_every_second_of_an_event_reaches_who_looks_on(
    house: House, look_on: LookOn
) -> None:
    """While demand response runs, at least 57 of 60 seconds come, each of its own second, and measured."""
    house.add()
    wallbox = await house.wallbox()
    await house.set_options(dsr_providers=["octopus"])
    await wallbox.plug_in(Car(battery_kwh=10_000.0, start_delay=timedelta()))
    await house.advance(timedelta(minutes=1))
    await house.action("charge_now")
    await house.action(
        "start_dsr_event",
        provider="octopus",
        event_id="1",
        kind="response",
        direction="down",
        limit_a=6,
        end=house.now + timedelta(minutes=30),
    )
    await house.advance(timedelta(minutes=1))
    client = await look_on()
    await subscribe(client, house.device_id())
    await samples(client)
    told: list[dict[str, Any]] = []

    async def watch() -> None:
        while len(told) < 57:
            told.extend(await samples(client))

    watching = asyncio.create_task(watch())
    await house.clock.advance(timedelta(seconds=60))
    await asyncio.wait_for(watching, 60)
    assert len({sample["at"] for sample in told}) >= 57
    assert not any(sample["derived"] for sample in told)


async def test_who_looks_away_is_told_nothing(house: House, look_on: LookOn) -> None:
    """After the end of the subscription, and of the connection, samples go their way as ever."""
    await charging(house)
    client = await look_on()
    number = await subscribe(client, house.device_id())
    await samples(client)
    await client.send_json_auto_id(
        {"type": "unsubscribe_events", "subscription": number}
    )
    assert (await client.receive_json())["success"]
    await house.clock.advance(EVERY * 3)
    await client.send_json_auto_id({"type": "ping"})
    assert (await client.receive_json())["type"] == "pong"

    await subscribe(client, house.device_id())
    await samples(client)
    await client.close()
    before = house.number("energy")
    await house.advance(timedelta(minutes=5))
    assert house.number("energy") > before


async def test_a_connector_tells_of_itself_only(house: House, look_on: LookOn) -> None:
    """The device of a connector gives its own samples; that of the wallbox gives all."""
    await charging(house, connectors=2)
    client = await look_on()
    first = await subscribe(client, house.connector_device_id(1))
    assert await samples(client) == []
    await subscribe(client, house.connector_device_id(2))
    assert {sample["connector"] for sample in await samples(client)} == {2}
    await subscribe(client, house.device_id())
    assert {sample["connector"] for sample in await samples(client)} == {2}
    await house.clock.advance(EVERY)
    events = [await client.receive_json() for _ in range(2)]
    assert first not in {event["id"] for event in events}


async def test_the_last_event_says_that_there_will_be_no_more(
    house: House, look_on: LookOn
) -> None:
    """Who looks on while the integration is taken down knows that it is no silence of the wallbox."""
    await charging(house)
    client = await look_on()
    number = await subscribe(client, house.device_id())
    await samples(client)
    await house.stop()
    event = await client.receive_json()
    assert event["event"] == {"samples": [], "ended": True}
    await client.send_json_auto_id(
        {"type": "unsubscribe_events", "subscription": number}
    )
    answers = [await client.receive_json()]
    while answers[-1]["type"] == "event":
        answers.append(await client.receive_json())
    assert answers[-1]["success"]


async def test_what_is_no_wallbox_is_refused_in_words(
    house: House, look_on: LookOn
) -> None:
    """An unknown device, one of another integration, and a wallbox that is not running: each error is translated."""
    house.add()
    await house.wallbox()
    lamp = MockConfigEntry(domain="lamp")
    lamp.add_to_hass(house.hass)
    other = dr.async_get(house.hass).async_get_or_create(
        config_entry_id=lamp.entry_id, identifiers={("lamp", "1")}
    )
    device_id = house.device_id()
    client = await look_on()
    for asked in ("nothing", other.id):
        await client.send_json_auto_id({"type": COMMAND, "device_id": asked})
        answer = await client.receive_json()
        assert not answer["success"]
        assert answer["error"]["code"] == "not_found"
        assert answer["error"]["translation_key"] == "unknown_wallbox"
        assert asked in answer["error"]["message"]
    await house.stop()
    await client.send_json_auto_id({"type": COMMAND, "device_id": device_id})
    answer = await client.receive_json()
    assert answer["error"]["code"] == "home_assistant_error"
    assert answer["error"]["translation_key"] == "not_loaded"

    await client.send_json_auto_id({"type": COMMAND})
    assert (await client.receive_json())["error"]["code"] == "invalid_format"


# Home Assistant's web server leaves the sign of life of a stranger that it turned away to run out.
@pytest.mark.parametrize("expected_lingering_timers", [True])
async def test_nobody_looks_on_who_has_not_signed_in(
    house: House, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """Power tells when somebody is at home."""
    house.add()
    await house.wallbox()
    assert await async_setup_component(house.hass, "websocket_api", {})
    session = await hass_client_no_auth()
    stranger = await session.ws_connect("/api/websocket")
    assert (await stranger.receive_json())["type"] == "auth_required"
    await stranger.send_json({"id": 1, "type": COMMAND, "device_id": house.device_id()})
    assert (await stranger.receive_json())["type"] == "auth_invalid"
    await stranger.close()
