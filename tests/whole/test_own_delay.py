"""A whole Home Assistant is killed while a wallbox's own random delay is set aside: the wallbox gets it back (A11.5)."""

import asyncio
import signal

import pytest

from custom_components.smart_charge_point.simulator.configuration import Key

from .home import PATIENCE, Home
from .wallbox import WatchedWallbox

pytestmark = pytest.mark.timeout(600)

KEY = "RandomisedDelay"


def written(wallbox: WatchedWallbox, key: str) -> list[str]:
    """Return what was written to a key, in order."""
    return [
        request["value"]
        for request in wallbox.box.requests("ChangeConfiguration")
        if request["key"] == key
    ]


async def test_a11_5_killed_when_the_wallboxs_own_delay_was_set_to_0(
    home: Home, wallbox: WatchedWallbox
) -> None:
    """What the key held was on the disk before the wallbox was told, and nothing else puts it back."""
    wallbox.box.configuration.put(Key(name=KEY, value="600"))
    await home.start()
    await wallbox.connect()
    # The last of what a newly met wallbox is told.
    await wallbox.until(lambda: bool(written(wallbox, "WebSocketPingInterval")))
    await wallbox.plug_in()
    async with home.owner() as owner:
        wallbox.when_called("ChangeConfiguration", home.kill)
        await asyncio.gather(
            owner.do("button", "press", "charge_now"), return_exceptions=True
        )
    assert await home.ended() == -signal.SIGKILL
    assert written(wallbox, KEY) == ["0"]
    assert wallbox.box.configuration.text(KEY) == "0"
    await home.start()
    await wallbox.connect()
    await wallbox.unplug()
    # Half a minute after it was set to 0, by the clock of the world.
    async with asyncio.timeout(PATIENCE):
        while wallbox.box.configuration.text(KEY) == "0":
            await asyncio.sleep(0)
            await wallbox.catch_up()
    assert written(wallbox, KEY) == ["0", "600"]
