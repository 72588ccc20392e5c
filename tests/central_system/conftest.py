"""A central system on the loopback."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from custom_components.smart_charge_point.central_system.timing import Timing

from .wire import World

type NewWorld = Callable[..., Awaitable[World]]
type Leap = Callable[[float], None]


@pytest.fixture
async def new_world(socket_enabled: None) -> AsyncIterator[NewWorld]:
    """Make central systems with waits of their own; they are stopped in the end."""
    made: list[World] = []

    async def new(**waits: float) -> World:
        waits.setdefault("close", 0.2)
        waits.setdefault("stop", 0.05)
        world = World(Timing(**waits))
        made.append(world)
        await world.start()
        return world

    yield new
    for world in made:
        await world.stop()


@pytest.fixture
async def world(new_world: NewWorld) -> World:
    """A central system with its usual waits."""
    return await new_world()


@pytest.fixture
async def leap(monkeypatch: pytest.MonkeyPatch) -> Leap:
    """Let seconds pass on the loop's clock without a wait: nothing may be late then because the machine is slow."""
    loop = asyncio.get_running_loop()
    clock, passed = loop.time, 0.0

    def on(seconds: float) -> None:
        nonlocal passed
        passed += seconds

    monkeypatch.setattr(loop, "time", lambda: clock() + passed)
    return on
