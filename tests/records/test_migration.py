"""A ledger of the first release is carried over whole, whatever happens meanwhile."""

from datetime import timedelta
from pathlib import Path
import signal
import sqlite3
import subprocess
import sys

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

# As release 0.1 wrote it: a session that ended, two that were adopted, one by a wallbox without a clock.
VERSION_1 = Path(__file__).with_name("version_1.sql").read_text("utf-8")
_COLUMNS_1 = (
    "transaction_id, charge_point, connector, wallbox_transaction_id, tag, started_at, stopped_at, meter_start, "
    "meter_stop, meter_last, meter_last_at, energy, flow_time, stop_reason, doubts, stop_doubts, provisional"
)


def _write_version_1(path: Path) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(VERSION_1)
    connection.close()


def _content(path: Path) -> list[list[tuple[object, ...]]]:
    return [
        rows(path, f"SELECT {_COLUMNS_1} FROM session ORDER BY transaction_id"),  # noqa: S608
        rows(path, "SELECT * FROM sample ORDER BY transaction_id, at"),
        rows(path, "SELECT * FROM last_id"),
    ]


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


async def test_the_first_release_is_carried_over_whole(
    path: Path, tmp_path: Path
) -> None:
    """Each row is what it was, each session can be read, and the file has the shape of a new one."""
    _write_version_1(path)
    before = _content(path)
    assert rows(path, "PRAGMA user_version") == [(1,)]

    ledger = await opened(path)

    assert ledger.set_aside is None
    assert rows(path, "PRAGMA user_version") == [(len(schema.MIGRATIONS),)]
    assert _content(path) == before
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


async def test_a_kill_in_mid_migration_leaves_it_whole(tmp_path: Path) -> None:
    """At each statement of the opening: the file is of the one shape or the other, and opens with all rows."""
    versions: list[int] = []
    for fatal in range(1, 100):
        path = tmp_path / str(fatal) / "sessions.db"
        path.parent.mkdir()
        _write_version_1(path)
        before = _content(path)
        code = _open_until(path, fatal)
        ((version,),) = rows(path, "PRAGMA user_version")
        versions.append(version)
        assert _content(path) == before
        ledger = await opened(path)
        assert ledger.set_aside is None
        assert await ledger.count() == 4
        await ledger.keep_dsr_event(record())
        await ledger.close()
        assert _content(path) == before
        if code == 0:
            break
        assert code == -signal.SIGKILL
    assert versions == sorted(versions)
    assert versions.count(1) > 10
    assert versions[-1] == len(schema.MIGRATIONS)


async def test_a_power_cut_in_mid_migration_leaves_it_whole(
    path: Path, tmp_path: Path
) -> None:
    """However much of the log had reached the disk by then, and whatever stands where the rest should be."""
    _write_version_1(path)
    before, main = _content(path), content_of(path)
    ledger = await opened(path)
    assert content_of(path) == main, "what is tested here is in the log"
    log = content_of(path.with_name("sessions.db-wal"))
    await ledger.close()
    seen: set[int] = set()
    for n, cut in enumerate(range(0, len(log) + 1, 1500)):
        rest = b"" if n % 2 else bytes(len(log) - cut)
        copy = tmp_path / str(cut) / "sessions.db"
        copy.parent.mkdir()
        overwrite(copy, main)
        overwrite(copy.with_name("sessions.db-wal"), log[:cut] + rest)

        ((version,),) = rows(copy, "PRAGMA user_version")
        seen.add(version)
        again = await opened(copy)
        assert again.set_aside is None
        assert await again.count() == 4
        await again.keep_dsr_event(record())
        await again.close()
        assert _content(copy) == before
    assert 1 in seen
