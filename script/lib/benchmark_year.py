"""What ten years of sessions cost: the panel's pages over a websocket, and a year that a wallbox tells at once."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import statistics
import time
from typing import Any, Final

from script.lib.benchmark_figure import Figure, blocked_loop
from script.lib.benchmark_ledger import past, told_energy
from script.lib.home_assistant import HomeAssistantClient
from script.lib.lines import Peer

PANEL: Final = "smart_charge_point/panel"
KEPT: Final = "TENYEARS"
LATE: Final = "OFFLINE"
"""The wallbox that was offline for a year."""
CALLS: Final = 20
SESSIONS_WITHIN: Final = 100
YEAR_WITHIN: Final = 300
BLOCKED: Final = 50
"""All three in ms; issue 4."""
_PART: Final = 1000
"""Sessions that are made at once."""
_SAME: Final = 0.001
"""kWh by which statistics may differ from what was charged."""
_PATIENCE: Final = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class Past:
    """How much has been charged."""

    years: float
    sessions: int
    late_years: float
    late_sessions: int


WHOLE: Final = Past(years=10, sessions=10_000, late_years=1, late_sessions=1_000)
QUICK: Final = Past(years=1, sessions=1_000, late_years=0.1, late_sessions=100)


async def ten_years(home: Peer, url: str, load: Peer, which: Past) -> list[Figure]:
    """Fill the ledger, ask for pages, and let a wallbox tell what it kept."""
    await home.ask("add", identities=[KEPT, LATE])
    await home.ask("prices", years=which.years)
    before = await home.ask("growth")
    for first in range(0, which.sessions, _PART):
        await home.ask(
            "fill",
            identity=KEPT,
            years=which.years,
            sessions=which.sessions,
            first=first,
            beyond=first + _PART,
        )
    await home.ask("watch")
    began = time.perf_counter()
    await home.ask("rebuild")
    rebuilt = time.perf_counter() - began
    rebuilding = await home.ask("unwatch")
    after = await home.ask("growth")
    async with HomeAssistantClient(url) as page:
        await page.log_in()
        return [
            Figure(
                f"{which.sessions} sessions: their statistics made right by the action",
                rebuilt,
                "s",
            ),
            *blocked_loop(rebuilding),
            *(
                Figure(
                    f"recorder's statistics of {round(which.sessions / which.years)} sessions a year: {name}",
                    (after[counted] - before[counted]) / which.years / scale,
                    unit,
                )
                for name, counted, scale, unit in (
                    ("rows", "rows", 1, "/year"),
                    ("size", "bytes", 1 << 20, "MiB/year"),
                )
            ),
            *await _pages(home, page, which),
            *await _replay(home, page, load, which),
        ]


async def _pages(home: Peer, page: HomeAssistantClient, which: Past) -> list[Figure]:
    today = datetime.now(UTC).date()
    twelve_months = {
        "start": (today - timedelta(days=364)).isoformat(),
        "end": today.isoformat(),
    }
    all_of_it = {
        "start": today.replace(year=today.year - 10, day=1).isoformat(),
        "end": today.isoformat(),
    }
    asked: Sequence[tuple[str, str, Mapping[str, Any], int | None]] = (
        ("sessions, the latest 25", "sessions", {}, SESSIONS_WITHIN),
        (
            "sessions, 200 of one person by cost, far back",
            "sessions",
            {
                "person": "ada",
                "order": "cost",
                "limit": 200,
                "offset": which.sessions // 8,
            },
            SESSIONS_WITHIN,
        ),
        ("a year by month", "usage", {"by": "month", **twelve_months}, YEAR_WITHIN),
        ("a year by day", "usage", {"by": "day", **twelve_months}, YEAR_WITHIN),
        (
            "a year of one person by day",
            "usage",
            {"by": "day", "person": "ada", **twelve_months},
            YEAR_WITHIN,
        ),
        (
            f"all {which.years:g} years by year",
            "usage",
            {"by": "year", **all_of_it},
            None,
        ),
    )
    found = []
    for name, command, fields, within in asked:
        took = []
        spent = -(await home.ask("cpu"))["cpu"]
        for _ in range(CALLS):
            began = time.perf_counter()
            answer = await page.command(f"{PANEL}/{command}", **fields)
            took.append((time.perf_counter() - began) * 1e3)
            if command == "usage" and not answer["agrees"]:
                raise RuntimeError(f"recorder and ledger differ: {name}")
        spent += (await home.ask("cpu"))["cpu"]
        found += [
            Figure(f"{name}: median of {CALLS}", statistics.median(took), "ms"),
            Figure("  CPU of Home Assistant, mean", spent / CALLS * 1e3, "ms"),
            Figure("  the longest", max(took), "ms", within),
        ]
    return found


async def _replay(
    home: Peer, page: HomeAssistantClient, load: Peer, which: Past
) -> list[Figure]:
    """Let the wallbox tell a year, and wait until the recorder has it where it was charged."""
    told = past(LATE, years=which.late_years, sessions=which.late_sessions)
    subentries = await page.subentries("smart_charge_point")
    series = f"smart_charge_point:wallbox_{subentries[LATE].lower()}_energy"
    of_home = "smart_charge_point:home_energy"
    kwh = sum(map(told_energy, told)) / 1000
    wanted = {series: kwh, of_home: kwh + await _shown(page, of_home)}
    await load.ask("connect", identities=[LATE])
    # A new wallbox is asked what it can do and armed.
    await asyncio.sleep(5)
    # What was made before this is not for this to clear away.
    await home.ask("clean")
    await home.ask("watch")
    began = time.perf_counter()
    await load.ask("replay", years=which.late_years, sessions=which.late_sessions)
    replayed = time.perf_counter() - began
    taking = await home.ask("unwatch")
    await home.ask("watch")
    async with asyncio.timeout(_PATIENCE.total_seconds()):
        while not all(
            [abs(await _shown(page, one) - kwh) <= _SAME for one, kwh in wanted.items()]
        ):
            await asyncio.sleep(1)
    right = time.perf_counter() - began - replayed
    importing = await home.ask("unwatch")
    name = f"{which.late_sessions} sessions told late"
    return [
        Figure(f"{name}: told within", replayed, "s"),
        *blocked_loop(taking, BLOCKED),
        Figure(f"{name}: statistics right after", right, "s"),
        *blocked_loop(importing, BLOCKED),
    ]


async def _shown(page: HomeAssistantClient, statistic_id: str) -> float:
    """Return the kWh that a series has come to."""
    answer = await page.command(
        "recorder/statistic_during_period",
        statistic_id=statistic_id,
        types=["change"],
        units={"energy": "kWh"},
    )
    change: float | None = answer.get("change")
    return change or 0.0
