"""A backup has every session, and no session waits for it."""

import asyncio
from pathlib import Path
import shutil
import sqlite3

import pytest

from custom_components.smart_charge_point.records import thread as ledger_thread
from custom_components.smart_charge_point.records.errors import LedgerBusyError
from custom_components.smart_charge_point.records.ledger import Ledger

from .facts import NOW, content_of, measure, opened, pragma, started


async def test_a_backup_has_every_session_until_then(
    path: Path, ledger: Ledger, tmp_path: Path
) -> None:
    """A copy of the main file is whole by itself, and stays the same while sessions go on being kept."""
    before = await ledger.begin("garage", started(), NOW)
    await measure(ledger, before.transaction_id, energy=44.0)
    await ledger.checkpoint()
    held = content_of(path)
    for n in range(2, 400):
        await ledger.begin("garage", started(connector=n), NOW)
    assert content_of(path) == held

    copy = tmp_path / "copy" / "sessions.db"
    copy.parent.mkdir()
    copy.write_bytes(held)
    restored = await opened(copy)
    (session,) = await restored.sessions()
    assert (session.transaction_id, session.energy) == (before.transaction_id, 44.0)
    await restored.close()

    await ledger.resume()
    assert await ledger.count() == 399
    await pragma(ledger, "PRAGMA wal_checkpoint(TRUNCATE)")
    assert content_of(path) != held


@pytest.mark.parametrize("torn", [0, 1, 100, 2000, 4200])
async def test_a_backup_with_its_log_has_what_came_meanwhile(
    path: Path, ledger: Ledger, tmp_path: Path, torn: int
) -> None:
    """A log that is copied in mid-write is read up to where it is whole."""
    await ledger.begin("garage", started(), NOW)
    await ledger.checkpoint()
    for n in range(2, 100):
        await ledger.begin("garage", started(connector=n), NOW)
    copy = tmp_path / "copy" / "sessions.db"
    copy.parent.mkdir()
    shutil.copy(path, copy)
    log = path.with_name("sessions.db-wal").read_bytes()
    copy.with_name("sessions.db-wal").write_bytes(log[: len(log) - torn])

    restored = await opened(copy)

    assert restored.set_aside is None
    count = await restored.count()
    assert 98 <= count <= 99 if torn else count == 99
    await restored.close()


async def test_a_held_file_stays_so_through_a_restart(
    path: Path, ledger: Ledger
) -> None:
    """A shutdown during a backup leaves the log beside the main file; nothing of it is lost."""
    await ledger.begin("garage", started(), NOW)
    await ledger.checkpoint()
    held = content_of(path)
    await ledger.begin("garage", started(connector=2), NOW)
    await ledger.close()
    assert content_of(path) == held

    again = await opened(path)
    assert await again.count() == 2
    await again.close()
    assert content_of(path) != held


async def test_a_file_that_is_read_by_another_is_not_held(
    path: Path, ledger: Ledger
) -> None:
    """The backup is told; nothing waits on."""
    await ledger.begin("garage", started(), NOW)
    other = sqlite3.connect(path, autocommit=True)
    other.execute("BEGIN")
    other.execute("SELECT * FROM session").fetchall()
    await pragma(ledger, "PRAGMA busy_timeout = 10")
    await ledger.begin("garage", started(connector=2), NOW)

    with pytest.raises(LedgerBusyError):
        await ledger.checkpoint()

    other.close()
    await ledger.checkpoint()
    await ledger.checkpoint()
    await ledger.resume()
    await ledger.resume()


async def test_a_backup_that_never_ends_is_ended(
    path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log does not grow for ever."""
    monkeypatch.setattr(ledger_thread, "_LONGEST_HOLD", 0)
    await ledger.checkpoint()
    held = content_of(path)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    for n in range(1, 900):
        await ledger.begin("garage", started(connector=n), NOW)

    assert content_of(path) != held
