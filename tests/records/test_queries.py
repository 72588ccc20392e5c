"""A year and more of sessions is at hand at once (A9.1, A9.8)."""

from datetime import timedelta
from pathlib import Path
import time

from custom_components.smart_charge_point.model.transaction import SessionTotals
from custom_components.smart_charge_point.records.ledger import Ledger

from .facts import HOUR, NOW, rows, sample, started, stop


async def _days(ledger: Ledger, charge_point: str, count: int) -> list[int]:
    """Keep a session a day, and return the ids, newest first."""
    ids = []
    for day in range(count):
        at = NOW + day * 24 * HOUR
        begun = await ledger.begin(charge_point, started(at), NOW)
        await stop(
            ledger,
            begun.transaction_id,
            charge_point=charge_point,
            at=at + HOUR,
            energy=100.0 * day,
            flow_time=timedelta(minutes=day),
        )
        ids.append(begun.transaction_id)
    return ids[::-1]


async def test_sessions_come_in_pages_newest_first(ledger: Ledger) -> None:
    """Pages neither overlap nor leave out; beyond the last one there is nothing."""
    garage = await _days(ledger, "garage", 10)
    await _days(ledger, "drive", 3)

    pages = [
        [s.transaction_id for s in await ledger.sessions("garage", limit=4, offset=n)]
        for n in (0, 4, 8, 12)
    ]

    assert pages == [garage[:4], garage[4:8], garage[8:], []]
    assert await ledger.count("garage") == 10
    assert await ledger.count() == len(await ledger.sessions()) == 13
    assert await ledger.sessions("nowhere") == ()
    assert await ledger.sessions(limit=0) == ()


async def test_a_period_has_the_sessions_that_began_in_it(ledger: Ledger) -> None:
    """Its start is part of it, its end is not; so each session is in one month and sums are right."""
    ids = await _days(ledger, "garage", 10)
    start, end = NOW + 48 * HOUR, NOW + 96 * HOUR

    found = await ledger.sessions("garage", start, end)

    assert [s.transaction_id for s in found] == ids[6:8]
    assert await ledger.count("garage", start, end) == 2
    assert await ledger.totals("garage", start, end) == SessionTotals(
        sessions=2, energy=500.0, flow_time=timedelta(minutes=5)
    )
    assert await ledger.totals(None, end, None) == SessionTotals(
        sessions=6, energy=3900.0, flow_time=timedelta(minutes=39)
    )


async def test_nothing_totals_nothing(ledger: Ledger) -> None:
    """An empty month is not an error."""
    assert await ledger.totals("garage") == SessionTotals(
        sessions=0, energy=0.0, flow_time=timedelta(0)
    )


async def test_10000_sessions_are_paged_in_20_ms(path: Path) -> None:
    """Any page, and the total of all, without holding up what the wallbox waits for."""
    await (ledger := Ledger(path)).open()
    await ledger.begin("garage", started(), NOW)
    await ledger.close()
    rows(
        path,
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 9999) "
        "INSERT INTO session (transaction_id, charge_point, connector, tag, started_at) "
        "SELECT transaction_id + i, charge_point, connector, tag, started_at + i FROM session, n RETURNING 1",
    )
    await ledger.open()
    assert await ledger.count("garage") == 10_000

    async def best_of_twenty(offset: int) -> float:
        # Of the processor's time: others may be at work on it too.
        times = []
        for _ in range(20):
            begun = time.process_time()
            page = await ledger.sessions("garage", limit=100, offset=offset)
            times.append(time.process_time() - begun)
            assert len(page) == 100
        return min(times)

    assert await best_of_twenty(0) < 0.020
    assert await best_of_twenty(9_900) < 0.020
    await ledger.close()


async def test_samples_are_those_of_the_session(ledger: Ledger) -> None:
    """And nobody else's."""
    begun = await ledger.begin("garage", started(), NOW)
    await ledger.add_samples(begun.transaction_id, [sample(NOW, 1.0, 2.0, 3.0)])

    assert await ledger.samples(begun.transaction_id) == (sample(NOW, 1.0, 2.0, 3.0),)
    assert await ledger.samples(begun.transaction_id + 1) == ()
