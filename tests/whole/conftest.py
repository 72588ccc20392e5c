"""A house whose Home Assistant is a process, and a wallbox that outlives it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from .home import Home
from .wallbox import WatchedWallbox


@pytest.fixture
async def home(
    tmp_path: Path,
    socket_enabled: None,
    unused_tcp_port_factory: Callable[[], int],
) -> AsyncIterator[Home]:
    """A house in which nothing runs yet."""
    home = Home(tmp_path, unused_tcp_port_factory(), unused_tcp_port_factory())
    yield home
    await home.clean_up()


@pytest.fixture
async def wallbox(
    home: Home, request: pytest.FixtureRequest
) -> AsyncIterator[WatchedWallbox]:
    """A wallbox that was confirmed earlier and has no power yet; it begins by itself unless the parameter says no."""
    wallbox = WatchedWallbox(home.address, begins=getattr(request, "param", True))
    yield wallbox
    await wallbox.box.stop()
