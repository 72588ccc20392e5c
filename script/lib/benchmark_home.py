"""A real Home Assistant with its recorder on and the integration set up, that tells what it spends.

Runs as a process of its own: `python -m script.lib.benchmark_home FOLDER PORT OCPP_PORT`, then commands as JSON lines.
"""

import asyncio
from contextlib import closing
from datetime import UTC, datetime
import gc
from pathlib import Path
import sqlite3
import sys
import time
import tracemalloc
from types import MappingProxyType
from typing import Any

from homeassistant import bootstrap, runner
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.util.resource import set_open_file_descriptor_limit

from custom_components.smart_charge_point.const import DOMAIN, SUBENTRY_CHARGE_POINT
from custom_components.smart_charge_point.control.settings import ChargePointSettings
from custom_components.smart_charge_point.model.hours import (
    ChargingHours,
    HoursChoice,
    HoursDecision,
)
from custom_components.smart_charge_point.records.ledger import Ledger
from script.lib.benchmark_ledger import fill, keep_prices
from script.lib.lines import serve

_TICK = 0.002
_SCHEDULED = Path("/proc/thread-self/schedstat")


class Watch:
    """Notes how long the event loop was held at the longest: how much later than due a timer came.

    That is what a wallbox waits, whoever took the time. How much the loop itself computed meanwhile is noted beside it,
    and how long the process can have held it, because on a machine that others use too a timer also comes late without
    it: no longer than all its threads computed, and not while the loop only waited for a core.
    """

    def __init__(self) -> None:
        self._task: asyncio.Task[None] | None = None
        self._longest = 0.0
        self._most_computed = 0.0
        self._held = 0.0
        self._cleaned = self._cleans_since = 0.0

    def start(self) -> None:
        """Begin to watch."""
        self._longest = self._most_computed = self._held = self._cleaned = 0.0
        gc.callbacks.append(self._on_garbage)
        self._task = asyncio.create_task(self._run())

    def stop(self) -> dict[str, float]:
        """Return the longest delay and what it was made of, in seconds; watch no more."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
            gc.callbacks.remove(self._on_garbage)
        return {
            "longest": self._longest,
            "computed": self._most_computed,
            "held": self._held,
            "cleaned": self._cleaned,
        }

    def _on_garbage(self, phase: str, _info: dict[str, int]) -> None:
        """Note how long Python looks for garbage among all objects of Home Assistant, for which every thread stops."""
        if phase == "start":
            self._cleans_since = time.thread_time()
        else:
            self._cleaned = max(self._cleaned, time.thread_time() - self._cleans_since)

    async def _run(self) -> None:
        waited = _waited_for_a_core()
        while True:
            due, before = time.perf_counter() + _TICK, time.thread_time()
            process_before = time.process_time()
            await asyncio.sleep(_TICK)
            late = time.perf_counter() - due
            waited_before, waited = waited, _waited_for_a_core()
            own = min(
                late - (waited - waited_before), time.process_time() - process_before
            )
            self._longest = max(self._longest, late)
            self._most_computed = max(self._most_computed, time.thread_time() - before)
            self._held = max(self._held, own)


def _waited_for_a_core() -> float:
    """Return for how many seconds this thread could have run, but the machine ran others."""
    return int(_SCHEDULED.read_text().split()[1]) / 1e9


class Home:
    """The Home Assistant and what is asked of it."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self._hass = hass
        self._entry = entry
        self._watch = Watch()

    async def command(self, order: dict[str, Any]) -> dict[str, Any]:
        """Carry out a command."""
        match order["do"]:
            case "add":
                for identity in order["identities"]:
                    self._add(identity)
                await self._hass.async_block_till_done()
            case "watch":
                self._watch.start()
            case "clean":
                gc.collect()
            case "unwatch":
                return self._watch.stop()
            case "trace":
                tracemalloc.start()
            case "untrace":
                tracemalloc.stop()
            case "memory":
                # Not what the system lent the process: that hardly falls when memory is free again, and does not rise
                # while what was free is used.
                gc.collect()
                return {"bytes": tracemalloc.get_traced_memory()[0]}
            case "rows":
                return {"rows": await self._asked("SELECT COUNT(*) FROM states")}
            case "growth":
                return {
                    "rows": await self._asked("SELECT COUNT(*) FROM statistics"),
                    "bytes": await self._asked(
                        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
                    ),
                }
            case "prices":
                await keep_prices(self._ledger, order["years"])
            case "fill":
                await fill(
                    self._ledger,
                    order["identity"],
                    years=order["years"],
                    sessions=order["sessions"],
                    part=slice(order["first"], order["beyond"]),
                )
            case "rebuild":
                await self._hass.services.async_call(
                    DOMAIN, "rebuild_statistics", {}, blocking=True
                )
            case "connected":
                return {
                    "connected": len(self._entry.runtime_data.site.server.connections)
                }
        return {
            "cpu": time.process_time(),
            "entities": len(self._hass.states.async_all()),
        }

    @property
    def _ledger(self) -> Ledger:
        ledger: Ledger = self._entry.runtime_data.site.ledger
        return ledger

    def _add(self, identity: str) -> None:
        """Add a wallbox that may charge at any time and at once, as the load does: no random delay is disobeyed."""
        decision = HoursDecision(
            hours=ChargingHours.ALWAYS,
            choice=HoursChoice.REMOVED,
            decided_at=datetime.now(UTC),
            user_id="",
        )
        settings = ChargePointSettings(
            identity=identity,
            decision=decision,
            longest_delay=1,
            delay_reason="the benchmark",
        )
        self._hass.config_entries.async_add_subentry(
            self._entry,
            ConfigSubentry(
                data=MappingProxyType(settings.as_data()),
                subentry_type=SUBENTRY_CHARGE_POINT,
                title=identity,
                unique_id=identity,
            ),
        )

    async def _asked(self, query: str) -> int:
        """Return what the recorder's database answers, once everything is in it."""
        await get_instance(self._hass).async_block_till_done()
        path = self._hass.config.path("home-assistant_v2.db")

        def count() -> int:
            with closing(sqlite3.connect(path)) as database:
                return int(database.execute(query).fetchone()[0])

        return await self._hass.async_add_executor_job(count)


async def _set_up(hass: HomeAssistant, ocpp_port: int) -> ConfigEntry:
    """Add the integration through its flow, as an owner does."""
    flow = hass.config_entries.flow
    step = await flow.async_init(DOMAIN, context={"source": "user"})
    step = await flow.async_configure(step["flow_id"], {"port": ocpp_port})
    step = await flow.async_configure(step["flow_id"], {})
    await hass.async_block_till_done()
    return step["result"]


async def main(folder: Path, ocpp_port: int) -> None:
    """Run until standard input ends."""
    hass = await bootstrap.async_setup_hass(
        runner.RuntimeConfig(config_dir=str(folder), skip_pip=True)
    )
    if hass is None:
        sys.exit("Home Assistant could not be set up")
    await hass.async_start()
    home = Home(hass, await _set_up(hass, ocpp_port))
    await serve(home.command)
    await hass.async_stop()


if __name__ == "__main__":
    set_open_file_descriptor_limit()
    runner.create_event_loop().run_until_complete(
        main(Path(sys.argv[1]), int(sys.argv[2]))
    )
