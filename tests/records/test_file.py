"""The file: made, taken up, refused, put aside."""

from pathlib import Path
import sqlite3

import pytest

from custom_components.smart_charge_point.records import schema
from custom_components.smart_charge_point.records.errors import (
    LedgerCorruptError,
    LedgerError,
    LedgerUnwritableError,
    NewerLedgerError,
)
from custom_components.smart_charge_point.records.ledger import Ledger

from .facts import HOUR, NOW, content_of, opened, overwrite, pragma, rows, started


async def test_the_file_is_private_and_of_the_present_shape(
    path: Path, ledger: Ledger
) -> None:
    """Tags are credentials: other users of the machine cannot read them."""
    await ledger.begin("garage", started(), NOW)

    assert rows(path, "PRAGMA user_version") == [(len(schema.MIGRATIONS),)]
    assert rows(path, "PRAGMA journal_mode") == [("wal",)]
    assert {p.stat().st_mode & 0o777 for p in path.parent.iterdir()} == {0o600}


async def test_the_folder_is_made(tmp_path: Path) -> None:
    """The first start of the first installation needs nothing prepared."""
    ledger = await opened(tmp_path / "smart_charge_point" / "sessions.db")
    await ledger.close()


async def test_a_file_of_every_older_shape_is_taken_up(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sessions go through a migration; a migration that fails leaves the file as it was."""
    ledger = await opened(path)
    begun = await ledger.begin("garage", started(), NOW)
    await ledger.close()

    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE session ADD COLUMN colour TEXT")
        connection.execute("ALTER TABLE nothing ADD COLUMN colour TEXT")

    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, fail))
    with pytest.raises(LedgerError):
        await Ledger(path).open()
    present = len(schema.MIGRATIONS) - 1
    assert rows(path, "PRAGMA user_version") == [(present,)]

    def succeed(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE session ADD COLUMN colour TEXT")

    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS[:-1], succeed))
    ledger = await opened(path)
    assert await ledger.sessions() == (begun,)
    await ledger.close()
    assert rows(path, "PRAGMA user_version") == [(present + 1,)]
    assert rows(path, "SELECT colour FROM session") == [(None,)]


async def test_a_newer_file_is_refused_and_left_untouched(path: Path) -> None:
    """An owner who went back a release loses nothing."""
    rows(path, "PRAGMA user_version = 99")
    before = content_of(path)

    with pytest.raises(NewerLedgerError):
        await Ledger(path).open()

    assert content_of(path) == before
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("damage", ["no database", "page", "cut"])
async def test_a_damaged_file_is_put_aside_and_reported(
    path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    """It is never deleted; a new one is begun at once, and its ids are above those of the old."""
    ledger = await opened(path)
    ids = [
        (await ledger.begin("garage", started(connector=n), NOW)).transaction_id
        for n in range(200)
    ]
    await ledger.close()
    content = content_of(path)
    if damage == "no database":
        content = b"nonsense" * 999
    elif damage == "page":
        content = content[:4096] + b"\xff" * 4096 + content[8192:]
    else:
        content = content[: len(content) // 2]
    overwrite(path, content)

    ledger = await opened(path)

    assert ledger.set_aside is not None
    assert ledger.set_aside.name.startswith("sessions.db.corrupt-2")
    assert content_of(ledger.set_aside) == content
    assert str(ledger.set_aside) in caplog.text
    assert await ledger.sessions() == ()
    # The clock keeps the ids apart once it has gone on four seconds per session that was in the old file.
    begun = await ledger.begin("garage", started(), NOW + HOUR)
    assert begun.transaction_id > max(ids)
    await ledger.close()


async def test_damage_that_comes_to_light_later_is_put_aside_too(
    path: Path, ledger: Ledger
) -> None:
    """The call that meets it fails; the next one has a new file."""
    for n in range(200):
        await ledger.begin("garage", started(connector=n), NOW)
    await ledger.checkpoint()
    await ledger.resume()
    content = content_of(path)
    overwrite(path, content[:4096] + b"\xff" * (len(content) - 4096))
    await pragma(ledger, "PRAGMA shrink_memory")

    with pytest.raises(LedgerCorruptError):
        await ledger.begin("garage", started(tag="new"), NOW)
    assert ledger.set_aside is None

    begun = await ledger.begin("garage", started(tag="new"), NOW)
    assert ledger.set_aside is not None
    assert await ledger.sessions() == (begun,)


@pytest.mark.parametrize("where", ["folder", "under a file"])
async def test_a_file_that_cannot_be_made_is_told(tmp_path: Path, where: str) -> None:
    """Opening may be tried again."""
    path = tmp_path / "sessions.db"
    blocked = path if where == "folder" else tmp_path / "file" / "sessions.db"
    if where == "folder":
        path.mkdir()
    else:
        (tmp_path / "file").touch()

    ledger = Ledger(blocked)
    with pytest.raises(LedgerUnwritableError):
        await ledger.open()

    if where == "folder":
        path.rmdir()
    else:
        (tmp_path / "file").unlink()
    await ledger.open()
    assert await ledger.sessions() == ()
    await ledger.close()
