"""Measure what a message costs, and what ten years of sessions do; see script/benchmark."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
import socket
import statistics
import sys
import tempfile
import time

from script.lib.benchmark_figure import Figure, blocked_loop
from script.lib.benchmark_year import QUICK, WHOLE, Past, ten_years
from script.lib.demo_configuration import prepare
from script.lib.lines import Peer, peer

ROOT = Path(__file__).parent.parent
COMPONENT = ROOT / "custom_components" / "smart_charge_point"
LOG = ROOT / ".cache"

WALLBOXES = 200
SETTLED_AFTER = 15
"""Seconds until Home Assistant has its registries on the disk again, for which it makes JSON of every entity."""
KIB = 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="script/benchmark",
        description="What a message costs, and what ten years of sessions do.",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="a tenth of it: to see that it runs",
    )
    parser.add_argument(
        "--part",
        choices=("messages", "years"),
        help="only what messages cost, or only what ten years of sessions do",
    )
    asked = parser.parse_args()
    figures = []
    if asked.part != "years":
        figures += asyncio.run(_measure(1 if asked.quick else 10))
    if asked.part != "messages":
        figures += asyncio.run(_measure_years(QUICK if asked.quick else WHOLE))
    print()
    for figure in figures:
        print(figure)


async def _measure(scale: int) -> list[Figure]:
    port, ocpp_port, bare_port = (_free_port() for _ in range(3))
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        config = Path(folder)
        prepare(config, COMPONENT, port)
        _say("Starting Home Assistant and the bare server")
        async with (
            _home(folder, port, ocpp_port) as home,
            peer(
                ROOT,
                LOG / "benchmark-bare.log",
                "script.lib.benchmark_bare",
                str(bare_port),
            ) as bare,
        ):
            figures = await _one_wallbox(home, ocpp_port, bare, bare_port, 1000 * scale)
            return figures + await _many_wallboxes(home, ocpp_port, 12 * scale)


async def _measure_years(which: Past) -> list[Figure]:
    """A home of its own, whose recorder and ledger have nothing but what is made for it."""
    port, ocpp_port = _free_port(), _free_port()
    _say(f"{which.sessions} sessions in {which.years} years, and some told late")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        prepare(Path(folder), COMPONENT, port)
        async with _home(folder, port, ocpp_port) as home, _load(ocpp_port) as load:
            return await ten_years(home, f"http://127.0.0.1:{port}", load, which)


async def _one_wallbox(
    home: Peer, ocpp_port: int, bare: Peer, bare_port: int, messages: int
) -> list[Figure]:
    """One wallbox that sends as fast as it is answered, at both servers in turn."""
    _say(
        f"One wallbox, {messages} messages as fast as they are answered, five times at each server"
    )
    await home.ask("add", identities=["FLOOD"])
    costs: dict[str, list[float]] = {"home": [], "bare": []}
    rates: dict[str, list[float]] = {"home": [], "bare": []}
    async with _load(ocpp_port) as at_home, _load(bare_port) as at_bare:
        for load in (at_home, at_bare):
            await load.ask("connect", identities=["FLOOD"])
        # A new wallbox is asked what it can do and armed before it charges.
        await asyncio.sleep(5)
        for load in (at_home, at_bare):
            await load.ask("begin")
            await load.ask("flood", messages=messages // 2)
        for _ in range(5):
            for name, server, load in (
                ("bare", bare, at_bare),
                ("home", home, at_home),
            ):
                before, began = await server.ask("cpu"), time.perf_counter()
                await load.ask("flood", messages=messages)
                seconds, after = time.perf_counter() - began, await server.ask("cpu")
                costs[name].append((after["cpu"] - before["cpu"]) / messages * 1e6)
                rates[name].append(messages / seconds)
    cost = {name: statistics.median(found) for name, found in costs.items()}
    rate = {name: statistics.median(found) for name, found in rates.items()}
    return [
        Figure("bare websocket: CPU per message", cost["bare"], "µs"),
        Figure("bare websocket: messages a second", rate["bare"], "/s"),
        Figure("integration: CPU per MeterValues message", cost["home"], "µs"),
        Figure(
            "  as a multiple of the bare websocket", cost["home"] / cost["bare"], "x", 4
        ),
        Figure(
            "integration: messages a second, one wallbox",
            rate["home"],
            "/s",
            2000,
            at_least=True,
        ),
    ]


async def _many_wallboxes(home: Peer, ocpp_port: int, seconds: int) -> list[Figure]:
    """Two hundred wallboxes that charge and send their meter values once a second."""
    identities = [f"LOAD{number:03}" for number in range(WALLBOXES)]
    _say(f"{WALLBOXES} wallboxes at one message a second for {seconds} s")
    await home.ask("trace")
    await home.ask("add", identities=identities)
    await asyncio.sleep(SETTLED_AFTER)
    known = await home.ask("memory")
    async with _load(ocpp_port) as load:
        await load.ask("connect", identities=identities)
        await asyncio.sleep(SETTLED_AFTER)
        connected = await home.ask("memory")
        await load.ask("begin")
        await load.ask("tick", seconds=10)
        charging = await home.ask("memory")
        await home.ask("untrace")
        rows_before = await home.ask("rows")
        await home.ask("watch")
        before = await home.ask("cpu")
        result = await load.ask("tick", seconds=seconds)
        after = await home.ask("cpu")
        held = await home.ask("unwatch")
        rows_after = await home.ask("rows")
        if (still := (await home.ask("connected"))["connected"]) < WALLBOXES:
            raise RuntimeError(
                f"only {still} of {WALLBOXES} wallboxes are still connected"
            )
    rows = (rows_after["rows"] - rows_before["rows"]) / WALLBOXES / seconds * 3600
    return [
        Figure(
            f"{WALLBOXES} wallboxes at 1/s: answered, p50", result["p50"] * 1e3, "ms"
        ),
        Figure(
            f"{WALLBOXES} wallboxes at 1/s: answered, p99",
            result["p99"] * 1e3,
            "ms",
            50,
        ),
        *blocked_loop(
            held, 20, title=f"{WALLBOXES} wallboxes at 1/s: longest blocked loop"
        ),
        Figure(
            f"{WALLBOXES} wallboxes at 1/s: CPU per message",
            (after["cpu"] - before["cpu"]) / max(1, result["messages"]) * 1e6,
            "µs",
        ),
        Figure(
            "memory per wallbox: set up with its entities, not connected",
            _each(known),
            "KiB",
        ),
        Figure(
            "memory per wallbox: what being connected adds",
            _each(connected) - _each(known),
            "KiB",
            100,
        ),
        Figure(
            "  what being connected and charging at 1/s for 10 s adds",
            _each(charging) - _each(known),
            "KiB",
        ),
        Figure("  all of it, entities included", _each(charging), "KiB"),
        Figure(
            "recorder rows per hour of charging at 1 Hz (scaled)", rows, "rows", 300
        ),
    ]


def _each(memory: dict[str, int]) -> float:
    """Return the KiB that each wallbox has taken since they were traced."""
    return memory["bytes"] / WALLBOXES / KIB


@asynccontextmanager
async def _home(folder: str, port: int, ocpp_port: int) -> AsyncIterator[Peer]:
    async with peer(
        ROOT,
        LOG / "benchmark-home.log",
        "script.lib.benchmark_home",
        folder,
        str(ocpp_port),
        SETUP_PORT=str(port),
    ) as found:
        yield found


@asynccontextmanager
async def _load(port: int) -> AsyncIterator[Peer]:
    async with peer(
        ROOT,
        LOG / f"benchmark-load-{port}.log",
        "script.lib.benchmark_load",
        f"ws://127.0.0.1:{port}",
    ) as found:
        yield found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _say(text: str) -> None:
    print(f"==> {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
