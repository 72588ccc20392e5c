"""The recorder's long-term statistics, read and written by its own functions only, so that every database will do."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from homeassistant.components.recorder.const import DOMAIN as RECORDER
from homeassistant.components.recorder.models import StatisticData, StatisticMetaData
from homeassistant.components.recorder.statistics import (
    StatisticsRow,
    async_add_external_statistics,
    async_import_statistics,
    async_update_statistics_metadata,
    get_last_statistics,
    get_metadata,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.recorder import (
    DATA_INSTANCE,
    async_migration_in_progress,
    get_instance,
)
from sqlalchemy.exc import SQLAlchemyError

from .names import PREFIX
from .series import Row, Stretch

_CHUNK: Final = 500
"""How many rows are handed over at once: the event loop is free in between, and so is the recorder."""
_NEAR: Final = timedelta(weeks=8)
"""Within what time the next row of a series is looked for first."""
_WAIT: Final = timedelta(minutes=5)
"""How long a busy recorder may take to write a chunk."""


class NoBookError(Exception):
    """The recorder cannot be asked now, or did not write."""


class StatisticsBook:
    """The recorder's statistics.

    Every call may raise a `NoBookError`: the recorder is off, is only starting, or has lost its database. Then nothing
    is certain about what was asked.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Nothing is asked before the first call."""
        self._hass = hass

    @property
    def is_open(self) -> bool:
        """Whether there is a recorder that records."""
        return (
            RECORDER in self._hass.config.components
            and DATA_INSTANCE in self._hass.data
            and get_instance(self._hass).recording
            and not async_migration_in_progress(self._hass)
        )

    async def metadata(
        self, source: str | None = None, ids: set[str] | None = None
    ) -> dict[str, StatisticMetaData]:
        """Return what the series of a source, or those of these ids, are called and measured in."""
        found: dict[str, tuple[int, StatisticMetaData]] = await self._read(
            get_metadata, statistic_source=source, statistic_ids=ids
        )
        return {
            statistic_id: StatisticMetaData(
                mean_type=about["mean_type"],
                has_sum=about["has_sum"],
                name=about["name"],
                source=about["source"],
                statistic_id=statistic_id,
                unit_class=about["unit_class"],
                unit_of_measurement=about["unit_of_measurement"],
            )
            for statistic_id, (_, about) in found.items()
        }

    async def stretch(
        self, statistic_id: str, start: datetime, end: datetime | None = None
    ) -> Stretch:
        """Return the rows of a series in [start, end) (UTC) in its own unit, and the sum before them."""
        found: Stretch = await self._read(_stretch, statistic_id, start, end)
        return found

    async def changes(
        self, statistic_id: str, start: datetime, end: datetime
    ) -> dict[datetime, float]:
        """Return by how much a series rose in each hour of [start, end) that it has a row for."""
        rows: list[StatisticsRow] = await self._read(_rows, statistic_id, start, end)
        return {_start(row): row["change"] or 0.0 for row in rows}

    async def write(self, about: StatisticMetaData, rows: Sequence[Row]) -> None:
        """Write rows of a series, in the place of those that are there for the same hours, and wait until it is done.

        Without rows its name and unit alone are written. Whether they are there says only `stretch`.
        """
        add = (
            async_import_statistics
            if about["source"] == RECORDER
            else async_add_external_statistics
        )
        for first in range(0, max(1, len(rows)), _CHUNK):
            data = [
                StatisticData(start=row.start, state=row.state, sum=row.sum)
                for row in rows[first : first + _CHUNK]
            ]
            self._look()
            # A copy each: the recorder keeps what it is given, and reads it later on its thread.
            try:
                add(self._hass, about.copy(), data)
            except HomeAssistantError as error:
                raise NoBookError(str(error)) from error
            await self.caught_up()

    async def clear(self, statistic_ids: Iterable[str]) -> None:
        """Delete series with all their rows."""
        self._look()
        get_instance(self._hass).async_clear_statistics(list(statistic_ids))
        await self.caught_up()

    async def caught_up(self) -> None:
        """Wait until the recorder, which does one thing after the other, has come to an end with what it was given."""
        self._look()
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()

        def arrived() -> None:
            if not done.done():
                done.set_result(None)

        def tell() -> None:
            loop.call_soon_threadsafe(arrived)

        # To change nothing about a series is the one order that every database answers and that says when it is done.
        async_update_statistics_metadata(self._hass, PREFIX, on_done=tell)
        try:
            async with asyncio.timeout(_WAIT.total_seconds()):
                await done
        except TimeoutError as error:
            raise NoBookError("The recorder does not get on") from error

    def _look(self) -> None:
        if not self.is_open:
            raise NoBookError("The recorder is not running")

    async def _read(self, query: Any, /, *args: Any, **named: Any) -> Any:
        self._look()
        try:
            return await get_instance(self._hass).async_add_executor_job(
                partial(query, self._hass, *args, **named)
            )
        except (SQLAlchemyError, RuntimeError) as error:
            # A RuntimeError is how an executor says that it takes nothing any more.
            raise NoBookError(str(error)) from error


# On the recorder's threads, as years of hours are more than the event loop should look through.


def _stretch(
    hass: HomeAssistant, statistic_id: str, start: datetime, end: datetime | None
) -> Stretch:
    if rows := _rows(hass, statistic_id, start, end):
        return Stretch(
            base=_sum_before(rows[0]),
            rows=tuple(
                Row(
                    start=_start(row),
                    state=row["state"] or 0.0,
                    sum=row["sum"] or 0.0,
                )
                for row in rows
            ),
        )
    latest = get_last_statistics(hass, 1, statistic_id, False, {"sum"})
    for row in latest.get(statistic_id, ()):
        if _start(row) < start:
            return Stretch(base=row["sum"] or 0.0, rows=())
        return Stretch(base=_base(hass, statistic_id, start, _start(row)), rows=())
    return Stretch(base=0.0, rows=())


def _base(
    hass: HomeAssistant, statistic_id: str, start: datetime, latest: datetime
) -> float:
    """Return the sum before the first row from `start` on; the latest row is there."""
    length = _NEAR
    while start + length <= latest:
        if rows := _rows(hass, statistic_id, start, start + length):
            return _sum_before(rows[0])
        length *= 4
    rows = _rows(hass, statistic_id, start, None)
    return _sum_before(rows[0]) if rows else 0.0


def _sum_before(row: StatisticsRow) -> float:
    return (row["sum"] or 0.0) - (row["change"] or 0.0)


def _rows(
    hass: HomeAssistant, statistic_id: str, start: datetime, end: datetime | None
) -> list[StatisticsRow]:
    found = get_metadata(hass, statistic_ids={statistic_id})
    if statistic_id not in found:
        return []
    _, about = found[statistic_id]
    unit_class, unit = about["unit_class"], about["unit_of_measurement"]
    rows = statistics_during_period(
        hass,
        start,
        end,
        {statistic_id},
        "hour",
        # Else it would be the unit that the entity shows.
        {unit_class: unit} if unit_class and unit else {},
        {"change", "state", "sum"},
    )
    return [row for row in rows.get(statistic_id, ()) if row["sum"] is not None]


def _start(row: StatisticsRow) -> datetime:
    return datetime.fromtimestamp(row["start"], UTC)
