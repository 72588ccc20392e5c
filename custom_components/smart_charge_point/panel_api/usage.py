"""Usage: what days, months and years come to, from the recorder's statistics where they agree with the ledger."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import accumulate
from typing import Any, Final

from homeassistant.components.websocket_api.decorators import websocket_command
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..control.statistics.book import NoBookError, StatisticsBook
from ..control.statistics.names import Kind
from ..model.usage import UsageKey, UsageTotals
from ..rules.periods import (
    Period,
    civil_day,
    days,
    hour_of,
    month,
    months,
    period,
    year,
    years,
)
from .about import ABOUT, DAY, about, ends_before_start
from .access import Home
from .answering import answered
from .session_answers import told_totals
from .sources import sources

WATT_HOURS: Final = 1000.0
SAME_ENERGY: Final = 1.0
"""Wh by which the recorder and the ledger may differ."""
SAME_MONEY: Final = 0.01


class By(StrEnum):
    """What a bar stands for."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


LONGEST: Final[Mapping[By, timedelta]] = {
    By.DAY: timedelta(days=800),
    By.MONTH: timedelta(days=366 * 30),
    By.YEAR: timedelta(days=366 * 100),
}
"""How long a period may be, so that there are no more bars than anybody looks at."""


class Source(StrEnum):
    """Where numbers were read."""

    RECORDER = "recorder"
    LEDGER = "ledger"


@websocket_command(
    {
        vol.Required("type"): "smart_charge_point/panel/usage",
        vol.Required("start"): DAY,
        vol.Required("end"): DAY,
        vol.Required("by"): vol.Coerce(By),
        **ABOUT,
    }
)
@answered
async def usage(hass: HomeAssistant, home: Home, msg: dict[str, Any]) -> dict[str, Any]:
    """Answer with the usage of the civil days `start` to `end`, both included, by day, month or year.

    With it comes what this and the last month and year came to, as far as they have gone by now and whole. Energy and
    cost are read from the recorder's statistics and compared with the ledger: `agrees` is None where that cannot be,
    as there is no recorder, no series of the kind, or it is still being written. Unless it agrees, they are the
    ledger's, as is all else.
    """
    key = about(hass, home, msg).key
    zone = dt_util.get_default_time_zone()
    if not timedelta() <= msg["end"] - msg["start"] <= LONGEST[msg["by"]]:
        raise ends_before_start()
    whole = period(msg["start"], msg["end"], zone)
    match msg["by"]:
        case By.DAY:
            buckets = days(whole, zone)
        case By.MONTH:
            buckets = months(whole, zone)
        case By.YEAR:
            buckets = years(whole, zone)
    now = dt_util.utcnow()
    others = _others(civil_day(now, zone))
    read = await _read(hass, home, key, (whole, *buckets, *others.values()), now)
    total, bars = read.totals[0], read.totals[1 : 1 + len(buckets)]
    return {
        "currency": hass.config.currency,
        "sources": await sources(hass),
        "source": read.source,
        "agrees": read.agrees,
        "today": civil_day(now, zone).isoformat(),
        "buckets": [
            _told(bucket, used) for bucket, used in zip(buckets, bars, strict=True)
        ],
        "total": _told(whole, total),
        "compared": {
            name: _told(other, used)
            for (name, other), used in zip(
                others.items(), read.totals[1 + len(buckets) :], strict=True
            )
        },
    }


def _others(today: date) -> dict[str, Period]:
    """Return the periods that are compared. `_by_now` ends on the day of the month, or of the year, that today is."""
    zone = dt_util.get_default_time_zone()
    last_month = month(today.replace(day=1) - timedelta(days=1), zone)
    last_year = year(date(today.year - 1, 1, 1), zone)
    day_before = min(today.day, last_month.last.day)
    leap_day = (today.month, today.day) == (2, 29)
    a_year_before = today.replace(
        year=today.year - 1, day=28 if leap_day else today.day
    )
    return {
        "this_month": period(today.replace(day=1), today, zone),
        "last_month": last_month,
        "last_month_by_now": period(
            last_month.first, last_month.first.replace(day=day_before), zone
        ),
        "this_year": period(today.replace(month=1, day=1), today, zone),
        "last_year": last_year,
        "last_year_by_now": period(last_year.first, a_year_before, zone),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    """What periods came to, and where that was read."""

    totals: tuple[UsageTotals, ...]
    source: Source
    agrees: bool | None


async def _read(
    hass: HomeAssistant,
    home: Home,
    key: UsageKey,
    periods: Sequence[Period],
    now: datetime,
) -> _Read:
    site = home.data.site
    await site.ledger.refresh_running()
    recorded = await _recorded(hass, home, key, periods, now)
    known = await site.ledger.usage(key, periods)
    if recorded is None:
        return _Read(totals=known, source=Source.LEDGER, agrees=None)
    if all(_same(*each) for each in zip(recorded, known, strict=True)):
        return _Read(
            totals=tuple(
                replace(
                    one,
                    energy=each[Kind.ENERGY] * WATT_HOURS,
                    cost=None if one.cost is None else each[Kind.COST],
                )
                for one, each in zip(known, recorded, strict=True)
            ),
            source=Source.RECORDER,
            agrees=True,
        )
    due = await site.ledger.due()
    written = not due if key.charge_point is None else key.charge_point not in due
    return _Read(totals=known, source=Source.LEDGER, agrees=False if written else None)


def _same(recorded: Mapping[Kind, float], known: UsageTotals) -> bool:
    return (
        abs(recorded[Kind.ENERGY] * WATT_HOURS - known.energy) <= SAME_ENERGY
        and abs(recorded[Kind.COST] - (known.cost or 0.0)) <= SAME_MONEY
    )


async def _recorded(
    hass: HomeAssistant,
    home: Home,
    key: UsageKey,
    periods: Sequence[Period],
    now: datetime,
) -> list[Mapping[Kind, float]] | None:
    """Return kWh and money of each period by the recorder's statistics, and by the ledger for the hour that runs.

    None: there is no recorder, no series of this kind, or a midnight within an hour.
    """
    about_one = [each for each in (key.charge_point, key.person, key.vehicle) if each]
    if key.connector is not None or key.nobody or len(about_one) > 1:
        return None
    if any(edge.minute for each in periods for edge in (each.start, each.end)):
        return None
    book = StatisticsBook(hass)
    ids = await home.data.site.statistics.statistic_ids(key)
    if not book.is_open or not ids:
        return None
    hour = hour_of(now)
    start = min(each.start for each in periods)
    try:
        changes = {
            kind: await book.changes(statistic_id, start, hour)
            for kind, statistic_id in ids.items()
        }
    except NoBookError:
        return None
    for running in await home.data.site.ledger.hours(
        key, hour, max(hour, *(each.end for each in periods))
    ):
        changes[Kind.ENERGY][running.hour] = running.energy / WATT_HOURS
        changes[Kind.COST][running.hour] = running.cost or 0.0
    sums = {kind: _Sums(hours) for kind, hours in changes.items()}
    return [
        {kind: of.within(each.start, each.end) for kind, of in sums.items()}
        for each in periods
    ]


class _Sums:
    """Amounts by the hour, of which any stretch is summed at once."""

    def __init__(self, hours: Mapping[datetime, float]) -> None:
        self._hours = sorted(hours)
        self._before = [0.0, *accumulate(hours[hour] for hour in self._hours)]

    def within(self, start: datetime, end: datetime) -> float:
        """Return the sum of the hours that begin in [start, end)."""
        first, beyond = (bisect_left(self._hours, edge) for edge in (start, end))
        return self._before[beyond] - self._before[first]


def _told(of: Period, used: UsageTotals) -> dict[str, Any]:
    return {
        "first": of.first.isoformat(),
        "last": of.last.isoformat(),
        **told_totals(used),
    }
