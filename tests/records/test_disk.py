"""What is on the disk when, and what happens while the disk does not take it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
import sqlite3

import pytest

from custom_components.smart_charge_point.model.transaction import Session
from custom_components.smart_charge_point.records import (
    database,
    thread as ledger_thread,
)
from custom_components.smart_charge_point.records.errors import (
    LedgerBusyError,
    LedgerFullError,
    LedgerUnwritableError,
)
from custom_components.smart_charge_point.records.ledger import Ledger

from .facts import HOUR, MINUTE, NOW, measure, pragma, rows, sample, started, stop


@pytest.fixture
async def page_limit(
    ledger: Ledger,
) -> AsyncIterator[Callable[[bool], Awaitable[None]]]:
    """A disk that is full, or has room again."""

    async def fill(full: bool) -> None:
        await pragma(ledger, f"PRAGMA max_page_count = {1 if full else 10**6}")

    yield fill
    await fill(False)


async def test_a_full_disk_refuses_a_start_and_takes_it_later(
    ledger: Ledger, page_limit: Callable[[bool], Awaitable[None]]
) -> None:
    """The wallbox repeats what was not kept. What is in the ledger can still be read."""
    first = await ledger.begin("garage", started(), NOW)
    await page_limit(True)
    refused = None
    kept: list[Session] = [first]
    for n in range(2, 500):
        try:
            kept.append(await ledger.begin("garage", started(connector=n), NOW))
        except LedgerFullError:
            refused = started(connector=n)
            break
    assert refused is not None
    with pytest.raises(LedgerFullError):
        await ledger.begin("garage", refused, NOW)
    assert await ledger.count() == len(kept)

    await page_limit(False)

    begun = await ledger.begin("garage", refused, NOW)
    assert begun.transaction_id not in {s.transaction_id for s in kept}


async def test_a_full_disk_keeps_measurements_waiting(
    ledger: Ledger,
    page_limit: Callable[[bool], Awaitable[None]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """They are said to wait once, bounded, and written when there is room."""
    begun = await ledger.begin("garage", started(), NOW)
    transaction_id = begun.transaction_id
    await page_limit(True)
    await measure(ledger, transaction_id, energy=1.0, meter_last=7.0)
    for hour in range(30):
        at = NOW + hour * HOUR
        await ledger.add_samples(
            transaction_id,
            [sample(at + n * MINUTE / 2, 7000.0 * (n % 2)) for n in range(120)],
        )
        await measure(ledger, transaction_id, energy=float(hour), meter_last=None)
        await ledger.session(transaction_id)

    stale = await ledger.session(transaction_id)
    assert stale is not None
    assert stale.energy < 29.0
    assert isinstance(ledger.problem, LedgerFullError)
    assert caplog.text.count("cannot be written") == 1
    assert len(ledger._gathered._samples[transaction_id]) <= 2000

    await page_limit(False)

    running = await ledger.session(transaction_id)
    assert running is not None
    assert (running.energy, running.meter_last) == (29.0, 7.0)
    assert len(await ledger.samples(transaction_id)) > 1000
    assert ledger.problem is None
    assert "written again" in caplog.text


async def test_a_file_that_turns_read_only_is_opened_afresh(ledger: Ledger) -> None:
    """The call fails with what is wrong; the next one is as good as ever."""
    await pragma(ledger, "PRAGMA query_only = ON")

    with pytest.raises(LedgerUnwritableError):
        await ledger.begin("garage", started(), NOW)

    begun = await ledger.begin("garage", started(), NOW)
    assert await ledger.running("garage") == (begun,)


async def test_another_program_that_writes_is_told(
    path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is waited for, but not for ever; reading goes on."""
    await pragma(ledger, "PRAGMA busy_timeout = 10")
    other = sqlite3.connect(path, autocommit=True)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(LedgerBusyError):
        await ledger.begin("garage", started(), NOW)
    assert await ledger.sessions() == ()

    other.execute("ROLLBACK")
    other.close()
    await ledger.begin("garage", started(), NOW)


async def test_measurements_are_written_within_a_second(
    path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a timer that the first of them sets, and while the loop does other things."""
    begun = await ledger.begin("garage", started(), NOW)
    set_for: list[float] = []
    fire: list[Callable[[], object]] = []
    loop = asyncio.get_running_loop()

    def call_later(
        delay: float, callback: Callable[[], object], *_: object
    ) -> asyncio.TimerHandle:
        set_for.append(delay)
        fire.append(callback)
        return asyncio.TimerHandle(0, callback, (), loop)

    monkeypatch.setattr(loop, "call_later", call_later)
    await measure(ledger, begun.transaction_id, energy=1.0)
    await measure(ledger, begun.transaction_id, energy=2.0)
    await ledger.add_samples(begun.transaction_id, [sample(NOW)])
    assert len(set_for) == 1
    assert set_for[0] <= 0.5

    fire.pop()()
    await ledger._do(lambda: None)  # the thread does one thing after the other

    assert rows(path, "SELECT energy FROM session") == [(2.0,)]
    assert rows(path, "SELECT count(*) FROM sample") == [(1,)]
    # The next measurement sets the timer again, and so does a failure.
    await pragma(ledger, "PRAGMA query_only = ON")
    await measure(ledger, begun.transaction_id, energy=3.0)
    fire.pop()()
    await ledger._do(lambda: None)
    await asyncio.sleep(0)
    assert isinstance(ledger.problem, LedgerUnwritableError)
    fire.pop()()
    await ledger._do(lambda: None)
    assert rows(path, "SELECT energy FROM session") == [(3.0,)]
    assert set_for[1:] == [set_for[0], ledger_thread._TRY_AGAIN]


async def test_measurements_are_written_at_close(path: Path, ledger: Ledger) -> None:
    """The last second before a shutdown is not lost."""
    begun = await ledger.begin("garage", started(), NOW)
    await measure(ledger, begun.transaction_id, energy=1.5)
    await ledger.add_samples(begun.transaction_id, [sample(NOW)])
    await ledger.close()

    assert rows(path, "SELECT energy FROM session") == [(1.5,)]
    assert rows(path, "SELECT count(*) FROM sample") == [(1,)]


async def test_a_close_that_is_given_up_writes_all_the_same(
    path: Path, ledger: Ledger
) -> None:
    """A shutdown that runs out of patience does not interrupt the thread."""
    begun = await ledger.begin("garage", started(), NOW)
    await measure(ledger, begun.transaction_id, energy=1.5)
    thread = ledger._thread
    assert thread is not None
    closing = asyncio.create_task(ledger.close())
    await asyncio.sleep(0)
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    thread.shutdown()

    assert rows(path, "SELECT energy FROM session") == [(1.5,)]


async def test_measurements_that_cannot_be_written_at_close_are_told(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    """Closing goes through all the same."""
    begun = await ledger.begin("garage", started(), NOW)
    await pragma(ledger, "PRAGMA query_only = ON")
    await measure(ledger, begun.transaction_id)
    await ledger.close()

    assert "are lost" in caplog.text


async def test_answers_are_on_the_disk(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a wallbox is answered to survives a power cut; measurements go to the disk every ten seconds."""
    modes: list[bool] = []
    writing = database.Database.writing

    def spy(self: database.Database, *, synced: bool) -> object:
        modes.append(synced)
        return writing(self, synced=synced)

    monkeypatch.setattr(database.Database, "writing", spy)
    begun = await ledger.begin("garage", started(), NOW)
    await ledger.adopt("garage", 2, 5, NOW, None)
    await stop(ledger, begun.transaction_id)
    assert modes == [True, True, True]

    await measure(ledger, 5)
    await ledger.session(5)
    ledger._synced_at -= 10
    await measure(ledger, 5)
    await ledger.session(5)
    await measure(ledger, 5)
    await ledger.session(5)
    assert modes[3:] == [False, True, False]
