"""Keeps the recorder's statistics to what the ledger says: soon after each change, for good, and checked every day."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, CoreState, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_utc_time_change
from homeassistant.util import dt as dt_util

from ...const import DOMAIN
from ...model.usage import Due, UsageKey
from ...records.errors import LedgerError
from ...records.ledger import Ledger
from ..former import FormerWallboxes
from ..people import CONF_TAGS
from .book import NoBookError, StatisticsBook
from .check import differing
from .external import ExternalSeries
from .names import Kind, Names
from .sensors import SensorSeries

_LOGGER: Final = logging.getLogger(__name__)

STATISTICS_DIFFER: Final = "statistics_differ"
"""The repair that says that recorder and ledger differ."""
_HOUR: Final = timedelta(hours=1)
_LOOK_AT: Final = 40
"""The second of each minute at which changes are looked for; the recorder makes its own rows in the tenth."""
_AFTER: Final = timedelta(minutes=1)
"""How long after its end an hour is written: its last samples are there, and so are the recorder's own rows of it."""
_CHECK_EVERY: Final = timedelta(days=1)
_FIRST_CHECK: Final = timedelta(minutes=15)
"""How long after the start the first check is: by then what was missed meanwhile is told and written."""


@dataclass(slots=True)
class _Mark:
    """Something due, when it was first seen, and the hour in which it was last written as far as it could be."""

    due: Due
    seen: datetime
    written: datetime | None = None


class StatisticsKeeper:
    """The long-term statistics of one home.

    An hour is written once it is over. What is due is settled in the ledger only when the recorder has it by its own
    word, and when two full hours have passed since it was told: by then the recorder has made its rows of the hour in
    which an energy sensor was told it, between which and the outage the sensor's series is corrected. A kill at any
    moment leaves it due. Without a recorder everything stays due.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        ledger: Ledger,
        former: FormerWallboxes,
    ) -> None:
        """Nothing happens before `start`."""
        self._hass = hass
        self._entry = entry
        self._ledger = ledger
        self._book = StatisticsBook(hass)
        names = Names(hass, entry, former)
        self._series = ExternalSeries(hass, ledger, self._book, names)
        self._sensors = SensorSeries(hass, entry, ledger, self._book, names)
        self._marks: dict[str, _Mark] = {}
        self._refreshed: datetime | None = None
        self._named: tuple[object, ...] | None = None
        """What the names of the series were last written from; None before they were."""
        self._check_at: datetime | None = None
        self._lock = asyncio.Lock()
        self._unsubscribe: CALLBACK_TYPE | None = None
        self._task: asyncio.Task[None] | None = None
        self._troubled = False

    @callback
    def start(self) -> None:
        """Look for changes every minute from now on."""
        self._check_at = dt_util.utcnow() + _FIRST_CHECK
        self._unsubscribe = async_track_utc_time_change(
            self._hass, self._on_minute, second=_LOOK_AT
        )

    async def stop(self) -> None:
        """End what runs; what was not finished remains due."""
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def statistic_ids(self, key: UsageKey) -> Mapping[Kind, str]:
        """Return the ids of the series of a key; none of a wallbox that nobody remembers."""
        await self._series.names.load()
        named = self._series.names.of(key)
        return (
            {} if named is None else {kind: named.statistic_id(kind) for kind in Kind}
        )

    async def rebuild(self) -> None:
        """Write all statistics that differ from the ledger anew, from its first hour on.

        Raises:
            NoBookError: there is no recorder, or it does not take them.
            LedgerError: the ledger cannot be read.
        """
        async with self._lock:
            await self._book.caught_up()
            await self._ledger.refresh_running()
            end = _hour_of(dt_util.utcnow() - _AFTER)
            if (first := await self._ledger.first_hour(UsageKey())) is not None:
                if not await self._series.bring(first, end):
                    raise NoBookError("The recorder did not keep what was written")
                for charge_point, due in (await self._ledger.due()).items():
                    await self._sensors.bring(charge_point, due.hour, end)
            await self._check(end)

    @callback
    def _on_minute(self, now: datetime) -> None:
        if self._hass.state is not CoreState.running or not self._book.is_open:
            return
        if self._task is None or self._task.done():
            self._task = self._entry.async_create_task(
                self._hass, self._look(now), "statistics of charging"
            )

    async def _look(self, now: datetime) -> None:
        async with self._lock:
            try:
                await self._write(now)
                if self._check_at is not None and now >= self._check_at:
                    await self._check(_hour_of(now - _AFTER))
                    self._check_at = now + _CHECK_EVERY
            except (NoBookError, LedgerError) as error:
                if not self._troubled:
                    _LOGGER.warning("Statistics cannot be written for now: %s", error)
                self._troubled = True
                return
        if self._troubled:
            _LOGGER.info("Statistics are written again")
            self._troubled = False

    async def _write(self, now: datetime) -> None:
        """Write what is due and not written yet, and settle what the recorder has."""
        hour = _hour_of(now - _AFTER)
        if self._refreshed != hour:
            await self._ledger.refresh_running()
            self._refreshed = hour
        due = await self._ledger.due()
        for charge_point in self._marks.keys() - due.keys():
            del self._marks[charge_point]
        for charge_point, one in due.items():
            mark = self._marks.get(charge_point)
            if mark is None or mark.due != one:
                self._marks[charge_point] = _Mark(due=one, seen=hour)
        unwritten = {
            charge_point: mark
            for charge_point, mark in self._marks.items()
            if mark.written != hour
        }
        named = self._words()
        if not unwritten and named == self._named:
            return
        # Its own rows of the hour may still be waiting to be made.
        await self._book.caught_up()
        start = min((hour, *(mark.due.hour for mark in unwritten.values())))
        right = await self._series.bring(start, hour)
        for charge_point, mark in unwritten.items():
            right &= await self._sensors.bring(charge_point, mark.due.hour, hour)
        if not right:
            raise NoBookError("The recorder did not keep what was written")
        self._named = named
        for charge_point, mark in unwritten.items():
            mark.written = hour
            if hour - mark.seen >= 2 * _HOUR:
                await self._ledger.settled(charge_point, mark.due)

    async def _check(self, end: datetime) -> None:
        """Compare with the ledger up to the first hour that is due, and say so where it differs."""
        # What the recorder was given, by whomever, is looked at too.
        await self._book.caught_up()
        for due in (await self._ledger.due()).values():
            end = min(end, due.hour)
        found = await differing(self._ledger, self._book, self._series, end)
        if not found:
            ir.async_delete_issue(self._hass, DOMAIN, _issue_id(self._entry))
            return
        _LOGGER.warning("Statistics differ from the session ledger: %s", found)
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            _issue_id(self._entry),
            data={"kind": STATISTICS_DIFFER, "entry_id": self._entry.entry_id},
            is_fixable=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=STATISTICS_DIFFER,
        )

    def _words(self) -> tuple[object, ...]:
        """Return all that names and units of series depend on."""
        return (
            self._hass.config.language,
            self._hass.config.currency,
            *(
                (subentry.title, *sorted(subentry.data.get(CONF_TAGS, ())))
                for subentry in self._entry.subentries.values()
            ),
        )


async def forget_statistics(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Forget what is kept beside the statistics of a home that was removed. They are the owner's to delete."""
    await Names(hass, entry, FormerWallboxes(hass, entry.entry_id)).remove()
    ir.async_delete_issue(hass, DOMAIN, _issue_id(entry))


def _issue_id(entry: ConfigEntry[Any]) -> str:
    return f"{STATISTICS_DIFFER}_{entry.entry_id}"


def _hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
