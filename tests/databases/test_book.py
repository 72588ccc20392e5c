"""Tests of reading and writing the recorder's statistics."""

from datetime import UTC, datetime, timedelta

from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.models import (
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.core import HomeAssistant
import pytest

from custom_components.smart_charge_point.control.statistics.book import StatisticsBook
from custom_components.smart_charge_point.control.statistics.series import Row, Stretch

MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
ABOUT = StatisticMetaData(
    mean_type=StatisticMeanType.NONE,
    has_sum=True,
    name="Garage: energy charged",
    source="smart_charge_point",
    statistic_id="smart_charge_point:wallbox_1_energy",
    unit_class="energy",
    unit_of_measurement="kWh",
)
SERIES = ABOUT["statistic_id"]


def rows(*sums: float) -> tuple[Row, ...]:
    """Return rows of consecutive hours with these sums."""
    return tuple(
        Row(start=MIDNIGHT + n * HOUR, state=1 / 3, sum=each)
        for n, each in enumerate(sums)
    )


async def test_what_is_written_is_read(
    recorder_mock: Recorder, hass: HomeAssistant
) -> None:
    """Every digit of a row survives, and what was before is known wherever one begins to read."""
    book = StatisticsBook(hass)
    written = rows(1 / 3, 2 / 3, 100 / 7, 12345.678901234)

    await book.write(ABOUT, written)

    assert await book.stretch(SERIES, MIDNIGHT) == Stretch(base=0.0, rows=written)
    later = await book.stretch(SERIES, MIDNIGHT + 2 * HOUR)
    assert later.rows == written[2:]
    assert later.base == pytest.approx(2 / 3)
    assert await book.stretch(SERIES, MIDNIGHT + 9 * HOUR) == Stretch(
        base=12345.678901234, rows=()
    )
    assert await book.changes(SERIES, MIDNIGHT, MIDNIGHT + HOUR) == {MIDNIGHT: 1 / 3}


async def test_a_row_takes_the_place_of_the_one_for_its_hour(
    recorder_mock: Recorder, hass: HomeAssistant
) -> None:
    """A correction overwrites, more rows than are handed over at once as well."""
    book = StatisticsBook(hass)
    await book.write(ABOUT, rows(*range(600)))

    await book.write(ABOUT, rows(*range(7, 607)))

    there = await book.stretch(SERIES, MIDNIGHT)
    assert [row.sum for row in there.rows] == list(range(7, 607))


async def test_a_new_name_is_taken_and_the_rows_stay(
    recorder_mock: Recorder, hass: HomeAssistant
) -> None:
    """A series is renamed by writing nothing under its new name."""
    book = StatisticsBook(hass)
    await book.write(ABOUT, rows(1))
    named = ABOUT.copy()
    named["name"] = "Carport: energy charged"

    await book.write(named, ())

    assert (await book.metadata("smart_charge_point"))[SERIES] == named
    assert len((await book.stretch(SERIES, MIDNIGHT)).rows) == 1


async def test_a_cleared_series_is_gone(
    recorder_mock: Recorder, hass: HomeAssistant
) -> None:
    """Nothing of it is left, its name neither."""
    book = StatisticsBook(hass)
    await book.write(ABOUT, rows(1, 2))

    await book.clear([SERIES])

    assert await book.metadata("smart_charge_point") == {}
    assert await book.stretch(SERIES, MIDNIGHT) == Stretch(base=0.0, rows=())
