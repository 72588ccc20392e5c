"""Home Assistant as a process of its own, with the integration set up: it can be killed, and started again."""

import asyncio
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
import json
import os
from pathlib import Path
import sys
from typing import Any, Final

from custom_components.smart_charge_point.const import DOMAIN, SUBENTRY_CHARGE_POINT
from custom_components.smart_charge_point.control.settings import ChargePointSettings
from custom_components.smart_charge_point.model.hours import (
    ChargingHours,
    HoursChoice,
    HoursDecision,
)
from script.lib.demo_configuration import prepare
from script.lib.home_assistant import HomeAssistantClient

ROOT: Final = Path(__file__).parents[2]
IDENTITY: Final = "WB1"
PATIENCE: Final = 120
"""Seconds that one step may take on a machine that others use too."""
_ADDRESS: Final = "127.0.0.1"
_CONFIGURATION: Final = """\
homeassistant:
  auth_providers:
    - type: trusted_networks
      trusted_networks: [127.0.0.1]
      allow_bypass_login: true
http:
  server_host: 127.0.0.1
  server_port: {port}
config:
"""
# Home Assistant will not run without its pages, and those are no requirement of the tests.
_NO_PAGES: Final = """\
from pathlib import Path

def where():
    return Path(__file__).parent
"""

# A short delay would be over before a test has looked. Each draw is another one than all before, also those of a Home
# Assistant that was killed: a profile with the same delay is not sent again, and a test would wait for it in vain.
_LONG_DRAWS: Final = """\
import os
import secrets


def draw(bound):
    file = os.open(__file__ + ".drawn", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(file, b".")
    drawn = os.fstat(file).st_size
    os.close(file)
    return bound - 1 - drawn % max(1, bound // 4)


secrets.randbelow = draw
"""


class Home:
    """A house whose Home Assistant knows one wallbox, which may charge at any time."""

    def __init__(self, folder: Path, port: int, ocpp_port: int) -> None:
        """Write the configuration into `folder`; nothing runs yet."""
        self._folder = folder
        self._port = port
        self.address = f"ws://{_ADDRESS}:{ocpp_port}/"
        self._process: Process | None = None
        self._log: asyncio.Task[None] | None = None
        config = folder / "config"
        config.mkdir()
        (config / "configuration.yaml").write_text(
            _CONFIGURATION.format(port=port), encoding="utf-8"
        )
        prepare(config, ROOT / "custom_components" / DOMAIN, port)
        (config / ".storage" / "core.config_entries").write_text(
            json.dumps(_entries(ocpp_port)), encoding="utf-8"
        )
        pages = folder / "stub" / "hass_frontend"
        pages.mkdir(parents=True)
        (pages / "__init__.py").write_text(_NO_PAGES, encoding="utf-8")
        (folder / "stub" / "sitecustomize.py").write_text(_LONG_DRAWS, encoding="utf-8")

    async def start(self) -> None:
        """Start Home Assistant, and return when everything is set up."""
        path = os.pathsep.join((str(self._folder / "stub"), str(ROOT)))
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "homeassistant", "--skip-pip", "--verbose"),
            *("--config", str(self._folder / "config")),
            env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": path},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            limit=1 << 20,
        )
        assert self._process.stdout is not None
        said: list[str] = []
        async with asyncio.timeout(PATIENCE):
            while line := await self._process.stdout.readline():
                said.append(line.decode(errors="replace"))
                if "Home Assistant initialized in" in said[-1]:
                    break
            else:
                raise AssertionError("".join(said[-20:]))
        self._log = asyncio.create_task(_drain(self._process.stdout))

    def kill(self) -> None:
        """Kill it now, whatever it is doing."""
        assert self._process is not None
        self._process.kill()

    @asynccontextmanager
    async def killed_when_kept(self, what: str) -> AsyncIterator[None]:
        """Have it killed in the block, as soon as its ledger has a session of which `what` (SQL) is true."""
        assert self._process is not None
        killer = await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).with_name("killer.py")),
            str(self._folder / "config" / DOMAIN / "sessions.db"),
            *(str(self._process.pid), what, str(PATIENCE)),
            stdout=PIPE,
        )
        assert killer.stdout is not None
        try:
            assert await killer.stdout.readline() == b"waiting\n"
            yield
            assert await killer.wait() == 0
        finally:
            if killer.returncode is None:
                killer.kill()
                await killer.wait()

    async def ended(self) -> int:
        """Return when it has ended, and how."""
        assert self._process is not None
        assert self._log is not None
        async with asyncio.timeout(PATIENCE):
            await self._log
            return await self._process.wait()

    async def stop(self) -> None:
        """End it in order, if it runs."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        await self.ended()

    async def clean_up(self) -> None:
        """Leave no process behind."""
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        if self._log is not None:
            self._log.cancel()
            with suppress(asyncio.CancelledError):
                await self._log

    @asynccontextmanager
    async def owner(self) -> AsyncIterator[Owner]:
        """Let the owner in."""
        url = f"http://{_ADDRESS}:{self._port}"
        async with HomeAssistantClient(url) as client:
            await client.log_in()
            yield Owner(client)


class Owner:
    """What the owner sees and does. Entities are named by their key, as in `translations/en.json`."""

    def __init__(self, client: HomeAssistantClient) -> None:
        """Act through `client`."""
        self._client = client

    async def entity_id(self, key: str) -> str:
        """Return the wallbox's entity with the translation key `key`."""
        for entity in await self._client.command("config/entity_registry/list"):
            if entity["platform"] == DOMAIN and entity["translation_key"] == key:
                found: str = entity["entity_id"]
                return found
        raise AssertionError(f"There is no entity {key}")

    async def state(self, key: str) -> str:
        """Return the state of an entity."""
        entity_id = await self.entity_id(key)
        states = await self._client.command("get_states")
        return next(
            str(state["state"]) for state in states if state["entity_id"] == entity_id
        )

    async def sees(self, key: str, state: str) -> None:
        """Return when an entity has come to a state."""
        async with asyncio.timeout(PATIENCE):
            while await self.state(key) != state:
                pass

    async def do(self, domain: str, service: str, key: str, **data: Any) -> Any:
        """Call an action on an entity of the wallbox; return its response, if it has one."""
        answer = await self._client.command(
            "call_service",
            domain=domain,
            service=service,
            target={"entity_id": await self.entity_id(key)},
            service_data=data,
            return_response=service.startswith("get_"),
        )
        return answer.get("response")

    async def sessions(self) -> list[dict[str, Any]]:
        """Return the sessions that are kept, the latest first."""
        response = await self.do(DOMAIN, "get_sessions", "power")
        sessions: list[dict[str, Any]] = response["sessions"]
        return sessions


async def _drain(output: asyncio.StreamReader) -> None:
    while await output.readline():
        pass


def _entries(ocpp_port: int) -> dict[str, Any]:
    """Return the stored config entry of a house with one wallbox that was confirmed earlier."""
    now = datetime.now(UTC)
    settings = ChargePointSettings(
        identity=IDENTITY,
        decision=HoursDecision(
            hours=ChargingHours.ALWAYS, choice=HoursChoice.REMOVED, decided_at=now
        ),
    )
    entry = {
        "created_at": now.isoformat(),
        "data": {"port": ocpp_port},
        "disabled_by": None,
        "discovery_keys": {},
        "domain": DOMAIN,
        "entry_id": "01M7YCT9ZJP7DHQ9Y1CBDY0FTT",
        "minor_version": 1,
        "modified_at": now.isoformat(),
        "options": {},
        "pref_disable_new_entities": False,
        "pref_disable_polling": False,
        "source": "user",
        "subentries": [
            {
                "data": settings.as_data(),
                "subentry_id": "01M7YCTB8NBN0HQM0PP3VC1M2B",
                "subentry_type": SUBENTRY_CHARGE_POINT,
                "title": "Garage",
                "unique_id": IDENTITY,
            }
        ],
        "title": "Smart Charge Point",
        "unique_id": DOMAIN,
        "version": 1,
    }
    return {
        "version": 1,
        "minor_version": 5,
        "key": "core.config_entries",
        "data": {"entries": [entry]},
    }
