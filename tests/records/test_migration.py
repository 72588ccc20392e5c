"""A ledger of an older release is carried over whole, whatever happens meanwhile."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
import signal
import sqlite3
import subprocess
import sys

import pytest

from custom_components.smart_charge_point.model.transaction import (
    Doubt,
    Session,
    StopReason,
)
from custom_components.smart_charge_point.records import schema

from .facts import (
    HOUR,
    MINUTE,
    NOW,
    content_of,
    decided,
    opened,
    overwrite,
    record,
    rows,
    started,
    traced,
)
from .migrating_victim import __name__ as victim

# Each with a session that ended, two that were adopted, one by a wallbox without a clock; the second also with traces,
# events and decisions.
VERSIONS = {
    version: Path(__file__).with_name(f"version_{version}.sql").read_text("utf-8")
    for version in (1, 2)
}
EVERY_VERSION = pytest.mark.parametrize("version", VERSIONS)


def _write(path: Path, version: int) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(VERSIONS[version])
    connection.close()


def _content(path: Path, version: int) -> dict[str, list[tuple[object, ...]]]:
    """Return all that a file of the version has a place for."""
    old = sqlite3.connect(":memory:")
    old.executescript(VERSIONS[version])
    columns = {
        table: ", ".join(
            name for _, name, *_ in old.execute(f"PRAGMA table_info({table})")
        )
        for (table,) in old.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall()
    }
    old.close()
    return {
        table: rows(path, f"SELECT {names} FROM {table} ORDER BY {names}")  # noqa: S608
        for table, names in columns.items()
    }


def _open_until(path: Path, fatal: int) -> int:
    """Let a process open the ledger and be killed before its nth statement; return its exit code."""
    return subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-m", victim, str(path), str(fatal)],
        cwd=Path(__file__).parents[2],
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        check=False,
    ).returncode


def _shape(path: Path) -> set[tuple[object, ...]]:
    return set(
        rows(
            path, "SELECT type, name, tbl_name, trim(sql, char(10)) FROM sqlite_master"
        )
    )


@EVERY_VERSION
async def test_an_older_release_is_carried_over_whole(
    path: Path, tmp_path: Path, version: int
) -> None:
    """Each row is what it was, each session can be read, and the file has the shape of a new one."""
    _write(path, version)
    before = _content(path, version)
    assert rows(path, "PRAGMA user_version") == [(version,)]

    ledger = await opened(path)

    assert ledger.set_aside is None
    assert rows(path, "PRAGMA user_version") == [(len(schema.MIGRATIONS),)]
    assert _content(path, version) == before
    assert await ledger.count() == 4
    assert await ledger.session(448401150) == Session(
        transaction_id=448401150,
        charge_point="garage",
        connector=1,
        tag="04A1",
        started_at=NOW,
        stopped_at=NOW + HOUR,
        meter_start=1000.0,
        meter_stop=None,
        energy=7000.0,
        flow_time=timedelta(hours=1),
        stop_reason=StopReason.LOCAL,
        doubts=frozenset({Doubt.GAP, Doubt.STOP_METER}),
        meter_last=1500.0,
        meter_last_at=NOW + MINUTE,
    )
    assert [s.power for s in await ledger.samples(448401150)] == [
        *(7000.0 + n for n in range(5)),
        None,
    ]
    assert [s.transaction_id for s in await ledger.running("drive")] == [77]
    fresh = await ledger.begin("garage", started(connector=5), NOW)
    assert fresh.transaction_id > 448404751  # which was deleted
    await ledger.add_trace("garage", 1, [traced(0)])
    await ledger.add_decision(decided())
    await ledger.keep_dsr_event(record())
    await ledger.close()
    new = await opened(tmp_path / "new.db")
    await new.close()
    assert _shape(path) == _shape(tmp_path / "new.db")


async def test_the_second_release_had_traces_events_and_decisions(path: Path) -> None:
    """They are read as they were told then."""
    _write(path, 2)
    ledger = await opened(path)

    assert await ledger.trace("garage", 1, NOW, NOW + MINUTE) == (
        traced(0, 7000.0, 30.4, 1000.0),
        traced(1, 7001.0, None, 1002.0, derived=True),
    )
    assert [event.event.event_id for event in await ledger.dsr_events()] == [
        "e'2",
        "e1",
    ]
    assert await ledger.decisions() == (
        decided(NOW + HOUR, connector=None, user_id=None, allowed=False),
        decided(detail="it's late"),
    )
    await ledger.close()


@EVERY_VERSION
async def test_a9_3_sessions_of_an_older_release_get_their_half_hours(
    path: Path, version: int
) -> None:
    """At the first look at them, from what was measured then, and due in the statistics; those that run when asked."""
    _write(path, version)
    ledger = await opened(path)

    assert {name: due.hour for name, due in (await ledger.due()).items()} == {
        "drive": datetime(2026, 11, 2, 9, 0, tzinfo=UTC),
        "garage": datetime(2026, 11, 2, 7, 0, tzinfo=UTC),
    }
    slots = await ledger.slots(448401150)
    assert [slot.start for slot in slots] == [NOW, NOW + HOUR / 2]
    # 900 Wh in the nine minutes that were measured, and the rest of 7 kWh evenly over the 51 that were not.
    assert [slot.energy for slot in slots] == [
        pytest.approx(900 + 6100 * 21 / 51),
        pytest.approx(6100 * 30 / 51),
    ]
    assert [slot.estimated for slot in slots] == [True, True]
    row = await ledger.row(448401150)
    assert row is not None
    assert row.figures.peak_power == 7004.0
    assert await ledger.slots(77) == ()
    await ledger.refresh_running()
    assert [slot.energy for slot in await ledger.slots(77)] == [12.25]
    await ledger.close()


# A process for each statement of the opening; those of the first release are a sample of more.
@pytest.mark.parametrize(("version", "each"), [(1, 4), (2, 1)])
async def test_a_kill_in_mid_migration_leaves_it_whole(
    tmp_path: Path, version: int, each: int
) -> None:
    """At each statement of the opening: the file is of the one shape or the other, and opens with all rows."""
    versions: list[int] = []
    for fatal in range(1, 200, each):
        path = tmp_path / str(fatal) / "sessions.db"
        path.parent.mkdir()
        _write(path, version)
        before = _content(path, version)
        code = _open_until(path, fatal)
        ((found,),) = rows(path, "PRAGMA user_version")
        versions.append(found)
        assert _content(path, version) == before
        ledger = await opened(path)
        assert ledger.set_aside is None
        assert await ledger.count() == 4
        await ledger.add_reason(77, NOW, "house_fuse", 16.0)
        assert len(await ledger.slots(448401150)) == 2
        await ledger.close()
        assert _content(path, version) == before
        if code == 0:
            break
        assert code == -signal.SIGKILL
    assert versions == sorted(versions)
    assert versions.count(version) > 10
    assert versions[-1] == len(schema.MIGRATIONS)


@EVERY_VERSION
async def test_a_power_cut_in_mid_migration_leaves_it_whole(
    path: Path, tmp_path: Path, version: int
) -> None:
    """However much of the log had reached the disk by then, and whatever stands where the rest should be."""
    _write(path, version)
    before, main = _content(path, version), content_of(path)
    ledger = await opened(path)
    assert content_of(path) == main, "what is tested here is in the log"
    log = content_of(path.with_name("sessions.db-wal"))
    await ledger.close()
    seen: set[int] = set()
    for n, cut in enumerate(range(0, len(log) + 1, 4500)):
        rest = b"" if n % 2 else bytes(len(log) - cut)
        copy = tmp_path / str(cut) / "sessions.db"
        copy.parent.mkdir()
        overwrite(copy, main)
        overwrite(copy.with_name("sessions.db-wal"), log[:cut] + rest)

        ((found,),) = rows(copy, "PRAGMA user_version")
        seen.add(found)
        again = await opened(copy)
        assert again.set_aside is None
        assert await again.count() == 4
        await again.add_reason(77, NOW, "house_fuse", 16.0)
        await again.close()
        assert _content(copy, version) == before
    assert version in seen
