"""T3 and T7 together: a wallbox that gives no identity when it dials, and does not boot."""

import asyncio

import pytest

from .conftest import Leap, NewWorld
from .wire import World

BOOT = {"chargePointSerialNumber": "S1"}


async def met(world: World) -> None:
    """Let a nameless wallbox boot, and go."""
    box = await world.box("/")
    await box.call("1", "BootNotification", BOOT)
    assert list(world.server.connections) == ["S1"]
    await box.close()
    await world.until(lambda: not world.server.connections)


async def test_the_only_one_at_its_address_is_known(world: World) -> None:
    """With its first message, and that message reaches its handler's dialect as its own."""
    await met(world)
    box = await world.box("/")
    assert (await box.call("2", "Heartbeat"))[0] == 3
    assert list(world.server.connections) == ["S1"]
    assert world.handler("S1").links[-1] is world.connection("S1").dialect
    assert (await box.call("3", "MeterValues", {}))[0] == 3
    assert world.received[-1][0] == "S1"


async def test_it_is_known_without_a_word_too(world: World, leap: Leap) -> None:
    """When it had time to boot and did not; nothing is asked of it."""
    await met(world)
    box = await world.box("/")
    leap(11)
    await world.until(lambda: "S1" in world.server.connections)
    assert (await box.call("2", "MeterValues"))[0] == 3


async def test_a_boot_confirms_it(world: World) -> None:
    """And changes nothing."""
    await met(world)
    box = await world.box("/")
    await box.call("2", "Heartbeat")
    links = len(world.handler("S1").links)
    assert (await box.call("3", "BootNotification", BOOT))[0] == 3
    assert list(world.server.connections) == ["S1"]
    assert len(world.handler("S1").links) == links
    assert world.connection("S1").open


@pytest.mark.parametrize("second", [True, False])
async def test_who_may_be_somebody_else_is_asked(
    world: World, leap: Leap, second: bool
) -> None:
    """Another one at the same address, or one whose own socket stands: nobody is presumed, a boot is asked for, once."""
    await met(world)
    if second:
        world.directory.nameless["S2"] = "127.0.0.1"
    else:
        old = await world.box("/")
        await old.call("1", "BootNotification", BOOT)
    box = await world.box("/")
    leap(11)
    assert (await box.hear())[2] == "TriggerMessage"
    assert world.count_of_links("S1") == (1 if second else 2)
    await box.say(2, "1", "BootNotification", BOOT)
    assert (await box.hear())[0] == 3
    assert world.connection("S1").open
    assert world.count_of_links("S1") == (2 if second else 3)
    if not second:
        assert await old.closed() is not None


async def test_who_names_itself_is_not_asked(new_world: NewWorld) -> None:
    """Neither by its address nor by its boot."""
    world = await new_world(introduction=0, ping=0.02)
    named = await world.box("/WB1", autoping=False)
    message = await named.socket.receive()
    assert message.data != ""
    assert message.type.name == "PING"


async def test_a_wrong_guess_is_taken_back(new_world: NewWorld) -> None:
    """A boot that says otherwise ends the socket; nobody is presumed at that address any more."""
    world = await new_world()
    await met(world)
    other = await world.box("/")
    await other.call("1", "Heartbeat")
    wrong = world.connection("S1")
    waiting = asyncio.ensure_future(wrong.call("Reset", {}))
    assert (await other.hear())[2] == "Reset"
    boot = {"chargePointSerialNumber": "S2"}
    await other.say(2, "2", "BootNotification", boot)
    assert (await other.hear())[:2] == [3, "2"]
    assert await other.closed() == 1008
    with pytest.raises(Exception, match="closed"):
        await waiting
    assert world.handler("S1").lost[-1] is wrong.dialect
    assert "S2" not in world.directory.handlers

    again = await world.box("/")
    await again.call("1", "Heartbeat")
    assert not world.server.connections
    await again.call("2", "BootNotification", boot)
    assert list(world.server.connections) == ["S2"]
