"""The reports that a provider's server is to have: on the disk until it has them, and each of them once."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ....const import DOMAIN
from .reports import Report

VERSION: Final = 1
MOST_REPORTS: Final = 50
"""Reports that wait for a server that cannot be reached; of more the oldest are given up."""
WAITS: Final = timedelta(days=7)
"""How long a report waits."""
REMEMBERED: Final = timedelta(days=30)
"""How long it is known that a report is done with: longer than anybody asks for it."""
MOST_REMEMBERED: Final = 1000


@dataclass(slots=True, kw_only=True)
class _Waiting:
    report: Report
    since: datetime
    sent: bool
    """Whether it went out and no answer is known of."""


class Outbox:
    """The reports of one provider, by their names, in the order they were put in.

    What is in here was written when it was put in, and what is done with when it was done: a restart neither loses a
    report nor sends it again. Nothing in it is a secret.
    """

    def __init__(self, hass: HomeAssistant, provider: str) -> None:
        """Name the file after the provider, whose name may be anything."""
        self._hass = hass
        name = sha256(provider.encode()).hexdigest()[:16]
        self._store: Store[dict[str, Any]] = Store(
            hass, VERSION, f"{DOMAIN}.reports_{name}", private=True, atomic_writes=True
        )
        self._lock = asyncio.Lock()
        self._waiting: dict[str, _Waiting] = {}
        self._done: dict[str, datetime] = {}
        self._since: datetime | None = None
        """Since when the provider is reported to; None until loaded."""

    async def load(self) -> datetime:
        """Take up what was kept, if that is not done yet; return since when (UTC) this provider is reported to."""
        async with self._lock:
            if self._since is not None:
                return self._since
            if (data := await self._store.async_load()) is None:
                self._since = dt_util.utcnow()
                await self._save()
            else:
                self._waiting = {
                    kept["report"]["name"]: _Waiting(
                        report=_report_from(kept["report"]),
                        since=datetime.fromisoformat(kept["since"]),
                        sent=kept["sent"],
                    )
                    for kept in data["waiting"]
                }
                self._done = {
                    name: datetime.fromisoformat(at)
                    for name, at in data["done"].items()
                }
                self._since = datetime.fromisoformat(data["since"])
            return self._since

    def knows(self, name: str) -> bool:
        """Return whether a report of this name waits, or is done with."""
        return name in self._waiting or name in self._done

    async def put(self, report: Report) -> None:
        """Keep a report for the server; one of the same name is the same."""
        if self.knows(report.name):
            return
        self._waiting[report.name] = _Waiting(
            report=report, since=dt_util.utcnow(), sent=False
        )
        while len(self._waiting) > MOST_REPORTS:
            self._finish(next(iter(self._waiting)))
        await self._save()

    def first(self) -> Report | None:
        """Return the report that has waited longest, None where there is none; what has waited too long is given up."""
        oldest = dt_util.utcnow() - WAITS
        for name, waiting in tuple(self._waiting.items()):
            if waiting.since >= oldest:
                return waiting.report
            self._finish(name)
        return None

    async def sending(self, name: str) -> bool:
        """Take note that a report goes out now, and return whether it may have gone out before."""
        waiting = self._waiting[name]
        if waiting.sent:
            return True
        waiting.sent = True
        await self._save()
        return False

    async def done(self, name: str) -> None:
        """Take note that there is nothing more to be told under this name."""
        self._finish(name)
        await self._save()

    async def remove(self) -> None:
        """Forget it all, and the file."""
        await self._store.async_remove()

    def _finish(self, name: str) -> None:
        self._waiting.pop(name, None)
        now = dt_util.utcnow()
        self._done[name] = now
        known = {name: at for name, at in self._done.items() if at > now - REMEMBERED}
        self._done = dict(list(known.items())[-MOST_REMEMBERED:])

    async def _save(self) -> None:
        # Who waits may be cancelled, and the thread that writes is not: the next write waits for it.
        await asyncio.shield(
            self._hass.async_create_task(self._store.async_save(self._as_data()))
        )

    def _as_data(self) -> dict[str, Any]:
        return {
            "since": self._since and self._since.isoformat(),
            "waiting": [
                {
                    "report": _as_data(waiting.report),
                    "since": waiting.since.isoformat(),
                    "sent": waiting.sent,
                }
                for waiting in self._waiting.values()
            ],
            "done": {name: at.isoformat() for name, at in self._done.items()},
        }


def _as_data(report: Report) -> dict[str, Any]:
    return asdict(report) | {
        "start": report.start.isoformat(),
        "duration": report.duration.total_seconds(),
    }


def _report_from(data: Mapping[str, Any]) -> Report:
    return Report(
        **{
            **data,
            "start": datetime.fromisoformat(data["start"]),
            "duration": timedelta(seconds=data["duration"]),
        }
    )
