"""Run the demo: Home Assistant, the integration, and a simulated wallbox with a car; see script/demo."""

import argparse
import asyncio
from asyncio import Future
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
import ctypes
from dataclasses import dataclass
import os
from pathlib import Path
import shutil
import signal
import socket
import sys
import time
from typing import Any
from urllib.parse import urlsplit

from script.lib.demo_configuration import prepare
from script.lib.demo_dashboard import show
from script.lib.demo_home import (
    CONFIGURATION,
    HourOfPast,
    know_prices,
    lived_through,
    now_utc,
    settle_in,
)
from script.lib.home_assistant import Answer, HomeAssistantClient, HomeAssistantError

ROOT = Path(__file__).parent.parent
DEMO = ROOT / ".demo"
DOMAIN = "smart_charge_point"
COMPONENT = ROOT / "custom_components" / DOMAIN

START_TIMEOUT = 180
CARD_TIMEOUT = 60
STOP_TIMEOUT = 30


class DemoError(Exception):
    """The demo cannot go on; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line asked for."""

    wallbox: str
    port: int
    ocpp_port: int
    year: bool
    fresh: bool
    folder: Path
    sample_interval: int


def main() -> int:
    """Run the demo until it is ended; returns the exit code."""
    try:
        asyncio.run(_until_ended(_demo(_wishes())))
    except DemoError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _wishes() -> Wishes:
    parser = argparse.ArgumentParser(
        prog="script/demo",
        description="A real Home Assistant with the integration and a simulated wallbox with a car.",
    )
    parser.add_argument(
        "--wallbox",
        default="plain",
        metavar="none|PRESET",
        help="what kind of wallbox is simulated; none: point a real one at the address that is printed",
    )
    parser.add_argument(
        "--port", type=int, default=8123, help="where Home Assistant's pages are served"
    )
    parser.add_argument(
        "--ocpp-port",
        type=int,
        default=9000,
        help="where wallboxes dial in (asked at the first start)",
    )
    parser.add_argument(
        "--year",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="let a new simulated wallbox replay twelve months of sessions that it kept while offline",
    )
    parser.add_argument(
        "--fresh", action="store_true", help="throw the last demo's home away first"
    )
    parser.add_argument(
        "--folder", type=Path, default=DEMO, help="where the demo's home is kept"
    )
    parser.add_argument(
        "--sample-interval",
        type=int,
        default=10,
        metavar="SECONDS",
        help="how often the simulated wallbox measures",
    )
    return Wishes(**vars(parser.parse_args()))


async def _until_ended(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` until it ends or a signal asks to stop; either way what it opened is closed."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(ending, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


async def _demo(wishes: Wishes) -> None:
    began = time.monotonic()
    if wishes.fresh:
        shutil.rmtree(wishes.folder, ignore_errors=True)
    config = wishes.folder / "config"
    _check_free(wishes.port)
    prepare(config, COMPONENT, wishes.port, CONFIGURATION)
    past: Future[Sequence[HourOfPast]] | None = None
    if wishes.year and wishes.wallbox != "none" and not (config / DOMAIN).exists():
        await know_prices(config / DOMAIN / "sessions.db", now_utc())
        past = asyncio.ensure_future(asyncio.to_thread(lived_through, now_utc()))
    url = f"http://localhost:{wishes.port}"
    arguments = ("-m", "homeassistant", "--config", str(config), "--skip-pip")
    async with (
        _running(
            "Home Assistant",
            arguments,
            wishes.folder / "home-assistant.log",
            SETUP_PORT=str(wishes.port),
        ) as core,
        HomeAssistantClient(url) as client,
    ):
        _say("Starting Home Assistant")
        await _while_alive(core, _started(client), START_TIMEOUT)
        address = await _integration(client, wishes, past)
        if wishes.wallbox == "none":
            _announce(url, began)
            print(
                f"    a wallbox's OCPP address (central system URL): {address}",
                flush=True,
            )
            await _forever(core)
        else:
            await _with_wallbox(client, core, wishes, address, began)


async def _started(client: HomeAssistantClient) -> None:
    """Return when the pages answer, somebody at this machine is let in, and everything is set up."""
    while not await client.answers():
        await asyncio.sleep(0.25)
    await client.log_in()
    await client.wait_running()


async def _integration(
    client: HomeAssistantClient,
    wishes: Wishes,
    past: Future[Sequence[HourOfPast]] | None,
) -> str:
    """Set the integration up as an owner does, unless it is; returns the address that wallboxes dial."""
    entries = await client.entries(DOMAIN)
    if not entries:
        _say("Adding the integration")
        step = await client.start_flow(DOMAIN)
        result = await client.finish_flow(step, {"port": wishes.ocpp_port})
        if result["type"] != "create_entry":
            raise DemoError(f"the integration could not be added: {result}")
        entries = await client.entries(DOMAIN)
        if wishes.wallbox != "none":
            _say("Moving in: two people, their cars, solar panels and meters")
            known = await past if past is not None else ()
            await settle_in(client, DOMAIN, entries[0]["entry_id"], known)
    entry = entries[0]
    if entry["state"] != "loaded":
        raise DemoError(
            f"the integration is not loaded: {entry.get('reason') or entry['state']}"
        )
    for entity in await client.command("config/entity_registry/list"):
        if entity["platform"] == DOMAIN and entity["translation_key"] == "ocpp_address":
            break
    else:
        raise DemoError("the integration does not tell its address")
    for state in await client.command("get_states"):
        if state["entity_id"] == entity["entity_id"]:
            address: str = state["state"]
            return address
    raise DemoError("the integration's address sensor is switched off")


async def _with_wallbox(
    client: HomeAssistantClient,
    core: Process,
    wishes: Wishes,
    address: str,
    began: float,
) -> None:
    """Connect the simulated wallbox, confirm its discovery card if it is new, and stay."""
    identity = f"DEMO-{wishes.wallbox.upper()}"
    url = f"ws://127.0.0.1:{urlsplit(address).port}/{identity}"
    known = identity in await client.subentries(DOMAIN)
    arguments = ["--preset", wishes.wallbox, "--household", "--plugged-in"]
    arguments += ["--sample-interval", str(wishes.sample_interval)]
    if wishes.year and not known:
        arguments.append("--year")
    _say(f"Connecting the simulated wallbox {identity}")
    async with _running(
        "the simulated wallbox",
        ("-m", f"custom_components.{DOMAIN}.simulator", url, *arguments),
        wishes.folder / "simulator.log",
    ) as wallbox:
        if not known:
            card = await _while_alive(wallbox, _card(client, identity), CARD_TIMEOUT)
            _say("Confirming its discovery card")
            await client.finish_flow(await client.flow_step(card["flow_id"]))
        await _while_alive(wallbox, _connected(client, identity), CARD_TIMEOUT)
        await show(client, DOMAIN)
        _announce(client.url, began)
        await _forever(core, wallbox)


async def _card(client: HomeAssistantClient, identity: str) -> Answer:
    """Wait for the wallbox's discovery card."""
    while True:
        for card in await client.discovered(DOMAIN):
            if card["context"].get("unique_id") == identity:
                return card
        await asyncio.sleep(0.25)


async def _connected(client: HomeAssistantClient, identity: str) -> None:
    """Wait until Home Assistant shows the wallbox as connected."""
    subentry = (await client.subentries(DOMAIN))[identity]
    while True:
        entities = {
            entity["entity_id"]
            for entity in await client.command("config/entity_registry/list")
            if entity["platform"] == DOMAIN
            and entity["translation_key"] == "connected"
            and entity["config_subentry_id"] == subentry
        }
        states: list[Answer] = await client.command("get_states")
        if any(
            state["entity_id"] in entities and state["state"] == "on"
            for state in states
        ):
            return
        await asyncio.sleep(0.25)


@asynccontextmanager
async def _running(
    name: str, arguments: tuple[str, ...], log: Path, **settings: str
) -> AsyncIterator[Process]:
    """Run this Python with `arguments`, its output in `log`, and end it with the block."""
    environment = {**os.environ, **settings, "PYTHONUNBUFFERED": "1"}
    # The second start is fast because the first one kept what it compiled.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *arguments,
            cwd=ROOT,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            # Ctrl-C is ours to pass on, so that everything ends in order.
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
    try:
        yield process
        if process.returncode:
            raise DemoError(
                f"{name} ended with {process.returncode}; the last lines of {log}:\n{_tail(log)}"
            )
    except TimeoutError as error:
        raise DemoError(
            f"waited too long; the last lines of {log}:\n{_tail(log)}"
        ) from error
    except HomeAssistantError as error:
        raise DemoError(f"{error}; the last lines of {log}:\n{_tail(log)}") from error
    finally:
        if process.returncode is None:
            _say(f"Ending {name}")
            await asyncio.shield(_end(process))


def _end_with_parent() -> None:
    """Ask Linux to end this process when the demo is killed without a chance to clean up."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)


async def _end(process: Process) -> None:
    for ending in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, ending)
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_TIMEOUT):
                await process.wait()
                return


async def _while_alive[T](
    process: Process, work: Coroutine[Any, Any, T], seconds: float
) -> T:
    """Return what `work` returns; give up when the process that it waits for has ended, or after `seconds`."""
    task = asyncio.ensure_future(work)
    ended = asyncio.ensure_future(process.wait())
    try:
        done, _ = await asyncio.wait(
            {task, ended}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
        )
        if task in done:
            return task.result()
        raise TimeoutError
    finally:
        for pending in (task, ended):
            pending.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await pending


async def _forever(*processes: Process) -> None:
    """Return when one of them ends by itself."""
    waits = [asyncio.ensure_future(process.wait()) for process in processes]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            raise DemoError(
                f"port {port} is in use (another demo?); choose one with --port"
            ) from error


def _tail(log: Path) -> str:
    return "\n".join(
        log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
    )


def _announce(url: str, began: float) -> None:
    print(
        f"\n    {url}     (ready after {time.monotonic() - began:.0f} s; Ctrl-C ends it)",
        flush=True,
    )


def _say(text: str) -> None:
    print(f"==> {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
