"""What is evidence for the technical file: kept beside the sessions, without anything of a person."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from custom_components.smart_charge_point.model.result import (
    SHORT_LIVED,
    DataDeleted,
    FileExported,
    FirmwareMet,
    LinkReturned,
    MeterCompared,
    RateLowered,
    RateRaised,
    Result,
    ScheduleRead,
    SupplierChanged,
    TimeShifted,
)
from custom_components.smart_charge_point.model.usage import WipeRequest
from custom_components.smart_charge_point.records.errors import (
    InvalidRecordError,
    LedgerClosedError,
)
from custom_components.smart_charge_point.records.ledger import Ledger

from .facts import HOUR, NOW, opened, rows

ALL: tuple[Result, ...] = (
    MeterCompared(
        at=NOW,
        charge_point="garage",
        connector=2,
        charges=20,
        bias=-0.01,
        margin=0.02,
        systematic=False,
    ),
    DataDeleted(at=NOW, records=17, left_in_file=True),
    SupplierChanged(
        at=NOW,
        charge_point="garage",
        tariff=True,
        dsr=False,
        functions={"charging_hours": "wallbox"},
    ),
    LinkReturned(at=NOW, charge_point="garage", seconds=300.5),
    RateRaised(at=NOW, charge_point="garage", seconds=0.2),
    RateLowered(at=NOW, charge_point="garage", seconds=0.3),
    TimeShifted(at=NOW, charge_point="garage", seconds=4.0),
    FirmwareMet(at=NOW, charge_point="garage", firmware='1.0 "x" ü'),
    FileExported(at=NOW, charge_point="garage", firmware=""),
    ScheduleRead(
        at=NOW,
        charge_point="garage",
        connector=1,
        after=600.0,
        seconds=85_800.0,
        agrees=True,
    ),
)


@pytest.mark.parametrize("told", ALL, ids=lambda one: one.kind)
async def test_a_result_is_after_a_restart_what_it_was(
    path: Path, ledger: Ledger, told: Result
) -> None:
    """Each kind comes back by itself, and only to who asks for its charge point."""
    for one in ALL:
        ledger.keep_result(one)
    await ledger.close()
    again = await opened(path)

    assert await again.results(type(told), told.charge_point, NOW) == (told,)
    assert await again.results(type(told), "elsewhere", NOW) == ()
    assert (
        await again.results(type(told), told.charge_point, NOW + timedelta.resolution)
        == ()
    )
    await again.close()


async def test_results_come_newest_first(ledger: Ledger) -> None:
    """As many as are asked for."""
    told = [
        RateRaised(at=NOW + n * HOUR, charge_point="garage", seconds=n)
        for n in range(5)
    ]
    for one in (told[3], told[0], told[4], told[2], told[1]):
        ledger.keep_result(one)

    found = await ledger.results(RateRaised, "garage", NOW, limit=3)
    assert found == (told[4], told[3], told[2])


async def test_what_comes_often_is_not_kept_for_good(
    path: Path, ledger: Ledger
) -> None:
    """What counts for no evidence any more goes with the next of its kind; what is history stays."""
    late = NOW + SHORT_LIVED + HOUR
    for one in ALL:
        ledger.keep_result(one)
    for one in ALL:
        ledger.keep_result(replace(one, at=late))

    for one in ALL:
        found = await ledger.results(type(one), one.charge_point, NOW)
        assert len(found) == (2 if one.kept_for is None else 1), one.kind


async def test_s7b_who_deletes_a_wallboxes_data_deletes_its_results(
    path: Path, ledger: Ledger
) -> None:
    """When something was done at a home is the home's own matter; those of another wallbox stay."""
    other = FirmwareMet(at=NOW, charge_point="drive", firmware="2")
    for one in (*ALL, other):
        ledger.keep_result(one)
    await ledger.wipe(WipeRequest(charge_point="garage"), NOW)
    assert await ledger.results(FirmwareMet, "garage", NOW) == ()
    assert await ledger.results(FirmwareMet, "drive", NOW) == (other,)

    await ledger.wipe(WipeRequest(everything=True), NOW)
    assert rows(path, "SELECT * FROM result") == []


async def test_a_replacement_gets_no_results(ledger: Ledger) -> None:
    """What was seen of other hardware is no evidence of it."""
    ledger.keep_result(FirmwareMet(at=NOW, charge_point="old", firmware="1"))
    await ledger.reassign("old", "new")

    assert await ledger.results(FirmwareMet, "new", NOW) == ()


NAIVE = datetime(2026, 11, 2)  # noqa: DTZ001 - what is wrong with it is the point


async def test_what_no_file_can_bear_is_refused_at_once(ledger: Ledger) -> None:
    """It would keep all that waits with it from being written."""
    with pytest.raises(InvalidRecordError):
        ledger.keep_result(FirmwareMet(at=NAIVE, charge_point="garage", firmware="1"))
    with pytest.raises(InvalidRecordError):
        ledger.keep_result(FirmwareMet(at=NOW, charge_point="", firmware="1"))
    await ledger.close()
    with pytest.raises(LedgerClosedError):
        ledger.keep_result(FirmwareMet(at=NOW, charge_point="garage", firmware="1"))
