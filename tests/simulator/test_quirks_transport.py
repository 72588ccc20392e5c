"""Sockets, addresses and frames as quirky wallboxes have them."""

from datetime import timedelta
import json
from typing import Any

import pytest

from custom_components.smart_charge_point.simulator import DrivenClock, Quirks
from custom_components.smart_charge_point.simulator.quirks import ErrorTail

from .central_system import CentralSystem
from .conftest import NewWallbox
from .quirk_tools import get


async def test_t1_no_subprotocol(
    new_wallbox: NewWallbox, central: CentralSystem
) -> None:
    """And the headers of a tiny client."""
    await new_wallbox(quirks=Quirks(no_subprotocol=True))
    assert "Sec-WebSocket-Protocol" not in central.headers[0]
    assert central.headers[0]["User-Agent"] == "TinyWebsockets Client"
    assert "Origin" in central.headers[0]


async def test_t2_other_subprotocols_and_a_probe(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """A socket of three seconds on which nothing is said, then the real one."""
    quirks = Quirks(subprotocols=("ocpp1.6", "ocpp1.5"), probes_first=True)
    wallbox = await new_wallbox(quirks=quirks)
    await clock.advance(2)
    assert central.heard == []
    await clock.advance(1)
    assert wallbox.online
    assert len(central.dialled) == 2
    assert central.headers[1]["Sec-WebSocket-Protocol"] == "ocpp1.6,ocpp1.5"


@pytest.mark.parametrize(
    ("quirks", "path"),
    [
        (Quirks(no_identity=True), "/ocpp/"),
        (Quirks(appends_serial=True), "/ocpp/WB0/WB0"),
        (Quirks(trailing_slash=True), "/ocpp/WB0/"),
    ],
)
async def test_t3_t4_addresses(
    new_wallbox: NewWallbox, central: CentralSystem, quirks: Quirks, path: str
) -> None:
    """No identity, one too many, a slash too many."""
    await new_wallbox(quirks=quirks)
    assert central.paths == [path]
    assert central.calls("BootNotification")[0]["chargePointSerialNumber"] == "WB0"


@pytest.mark.parametrize("ignores", [True, False])
async def test_t5_pings(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock, ignores: bool
) -> None:
    """Answered, or not."""
    await new_wallbox(quirks=Quirks(ignores_pings=ignores))
    await central.sockets["WB0"].ping(b"?")
    await clock.settle()
    assert central.pongs == (0 if ignores else 1)


async def test_t6_closes_idle_sockets(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """After so long without anything from the central system; a ping is something."""
    wallbox = await new_wallbox(quirks=Quirks(closes_idle_after=timedelta(seconds=45)))
    await clock.advance(40)
    await central.sockets["WB0"].ping()
    await clock.advance(40)
    assert wallbox.connected
    await clock.advance(5)
    assert not wallbox.connected
    assert central.closed_with == [1001]
    await clock.advance(10)
    assert wallbox.connected


async def test_t7_boots_on_every_connection(
    new_wallbox: NewWallbox, central: CentralSystem
) -> None:
    """The minority's habit."""
    wallbox = await new_wallbox(quirks=Quirks(reconnects_without_boot=False))
    await wallbox.go_offline()
    await wallbox.go_online()
    assert central.actions().count("BootNotification") == 2


async def test_t8_leaves_sockets_open(
    new_wallbox: NewWallbox, central: CentralSystem
) -> None:
    """The old socket is not closed when the new one opens."""
    wallbox = await new_wallbox(quirks=Quirks(leaves_sockets_open=True))
    old = central.sockets["WB0"]
    await wallbox.go_offline()
    await wallbox.go_online()
    assert not old.closed


async def test_t9_redials_late_or_never(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Minutes after a drop; or not before the power was cut; or the first time after a quarter of an hour."""
    late = await new_wallbox(quirks=Quirks(redials_after=timedelta(minutes=6)))
    never = await new_wallbox(quirks=Quirks(never_redials=True))
    slow = await new_wallbox(quirks=Quirks(first_dials_after=timedelta(minutes=15)))
    assert [each.connected for each in (late, never, slow)] == [True, True, False]
    await central.sockets["WB0"].close()
    await central.sockets["WB1"].close()
    await clock.advance(timedelta(minutes=5))
    assert not late.connected
    await clock.advance(timedelta(minutes=10))
    assert [each.connected for each in (late, never, slow)] == [True, False, True]
    await never.power_cut()
    await never.power_restore()
    assert never.connected


async def test_t10_reboots_when_dropped(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """But not when its own network went."""
    wallbox = await new_wallbox(quirks=Quirks(reboots_on_drop=True))
    await wallbox.go_offline()
    await wallbox.go_online()
    assert central.actions().count("BootNotification") == 1
    await central.sockets["WB0"].close()
    await clock.advance(12)
    assert central.actions().count("BootNotification") == 2


async def test_t12_pretty_json_and_words_between(
    new_wallbox: NewWallbox, central: CentralSystem
) -> None:
    """Newlines in frames; a call of its own before the answer."""
    await new_wallbox(quirks=Quirks(pretty_json=True, speaks_before_answering=True))
    await get(central, "HeartbeatInterval")
    frames = [json.loads(text) for text in central.raw]
    assert "\n\t" in central.raw[0]
    assert [frame[2] for frame in frames if frame[0] == 2][-1] == "Heartbeat"
    assert [frame[0] for frame in frames[-2:]] == [2, 3]


@pytest.mark.parametrize(
    ("quirks", "tail"),
    [
        (Quirks(error_code="FormationViolation", error_tail=ErrorTail.MISSING), ["FormationViolation", ""]),
        (Quirks(error_tail=ErrorTail.TEXT), ["NotImplemented", "Nonsense is not known", ""]),
        (Quirks(refused_actions=frozenset({"Nonsense"})), ["NotImplemented", "", {}]),
    ],
)  # fmt: skip
async def test_t14_call_errors(
    new_wallbox: NewWallbox, central: CentralSystem, quirks: Quirks, tail: list[Any]
) -> None:
    """Too short, of the wrong code, with a text where an object should be."""
    await new_wallbox(quirks=quirks)
    await central.call("WB0", "Nonsense", {})
    assert json.loads(central.raw[-1])[2:] == tail


async def test_t15_never_answers(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """And goes on living."""
    wallbox = await new_wallbox(quirks=Quirks(never_answers=frozenset({"Reset"})))
    await central.sockets["WB0"].send_json([2, "x", "Reset", {"type": "Soft"}])
    await clock.advance(60)
    assert wallbox.online
    assert await get(central, "HeartbeatInterval")
