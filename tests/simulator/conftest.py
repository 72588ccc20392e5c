"""A central system of a few lines, and wallboxes that dial it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.smart_charge_point.simulator import DrivenClock, Wallbox

from .central_system import CentralSystem

type NewWallbox = Callable[..., Awaitable[Wallbox]]

MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)
"""A Monday in winter: civil time in London is UTC."""


@pytest.fixture
def clock() -> DrivenClock:
    """A clock at midnight of a Monday."""
    return DrivenClock(MIDNIGHT)


@pytest.fixture
async def central(
    clock: DrivenClock, socket_enabled: None
) -> AsyncIterator[CentralSystem]:
    """A central system that accepts everything."""
    system = CentralSystem(clock)
    await system.start()
    yield system
    await system.stop()


@pytest.fixture
async def new_wallbox(
    clock: DrivenClock, central: CentralSystem
) -> AsyncIterator[NewWallbox]:
    """Make wallboxes that are started and, in the end, stopped."""
    made: list[Wallbox] = []

    async def new(*, online: bool = True, **arguments: Any) -> Wallbox:
        arguments.setdefault("identity", f"WB{len(made)}")
        wallbox = Wallbox(central.url, clock=clock, **arguments)
        made.append(wallbox)
        await wallbox.start(online=online)
        return wallbox

    yield new
    for wallbox in made:
        await wallbox.stop()


@pytest.fixture
async def wallbox(new_wallbox: NewWallbox) -> Wallbox:
    """A plain wallbox, connected and accepted."""
    return await new_wallbox()
