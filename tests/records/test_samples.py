"""The graph of a session: thinned as it grows, right by time, bounded."""

from pathlib import Path
import random

import pytest

from custom_components.smart_charge_point.model.transaction import SessionSample
from custom_components.smart_charge_point.records import samples as sample_store
from custom_components.smart_charge_point.records.ledger import Ledger
from custom_components.smart_charge_point.records.thinning import MOST_SAMPLES, thin

from .facts import HOUR, MINUTE, NOW, SECOND, sample, started, stop


def _charge(seconds: int) -> list[SessionSample]:
    """A charge at 1 Hz whose power steps every ten minutes."""
    return [
        sample(NOW + n * SECOND, 1400.0 + 1400 * (n // 600 % 4), n * 2.0, 6.1)
        for n in range(seconds)
    ]


async def test_a9_1_a_growing_graph_is_thinned_as_if_at_once(ledger: Ledger) -> None:
    """Samples that come one by one make the graph that they would make together."""
    begun = await ledger.begin("garage", started(), NOW)
    told = _charge(3000)
    for n in range(0, 3000, 7):
        await ledger.add_samples(begun.transaction_id, told[n : n + 7])
        if n % 5 == 0:
            await ledger.session(begun.transaction_id)  # has them written

    graph = await ledger.samples(begun.transaction_id)

    assert graph == thin(told)
    assert 50 < len(graph) < 70


async def test_a9_6_samples_out_of_order_are_placed_by_their_time(
    ledger: Ledger,
) -> None:
    """In a batch, across batches, and after later ones were written."""
    begun = await ledger.begin("garage", started(), NOW)
    told = [sample(NOW + n * MINUTE, 7000, n * 100.0) for n in range(60)]
    shuffled = random.Random(3).sample(told, k=60)
    for n in range(0, 60, 4):
        await ledger.add_samples(begun.transaction_id, shuffled[n : n + 4])
        await ledger.session(begun.transaction_id)

    assert await ledger.samples(begun.transaction_id) == tuple(told)


async def test_a9_6_samples_told_twice_are_kept_once(ledger: Ledger) -> None:
    """A wallbox that lost our answer sends them again."""
    begun = await ledger.begin("garage", started(), NOW)
    told = _charge(900)
    await ledger.add_samples(begun.transaction_id, told)
    once = await ledger.samples(begun.transaction_id)
    await ledger.add_samples(begun.transaction_id, told[300:])

    assert await ledger.samples(begun.transaction_id) == once


async def test_two_messages_of_one_second_make_one_point(ledger: Ledger) -> None:
    """Power in the one, energy in the other, written apart."""
    begun = await ledger.begin("garage", started(), NOW)
    await ledger.add_samples(begun.transaction_id, [sample(NOW, 7000)])
    await ledger.session(begun.transaction_id)
    await ledger.add_samples(begun.transaction_id, [sample(NOW, None, 12.0)])

    assert await ledger.samples(begun.transaction_id) == (sample(NOW, 7000, 12.0),)


async def test_a_graph_goes_on_after_a_restart(path: Path, ledger: Ledger) -> None:
    """What is thinned does not depend on when Home Assistant was restarted."""
    begun = await ledger.begin("garage", started(), NOW)
    told = _charge(1000)
    await ledger.add_samples(begun.transaction_id, told[:631])
    await ledger.close()
    again = Ledger(path)
    await again.open()
    await again.add_samples(begun.transaction_id, told[631:])

    assert await again.samples(begun.transaction_id) == thin(told)
    await again.close()


async def test_a_graph_is_bounded(ledger: Ledger) -> None:
    """A car that starts and stops every second for hours (Hager)."""
    begun = await ledger.begin("garage", started(), NOW)
    for start in range(0, 12_000, 500):
        await ledger.add_samples(
            begun.transaction_id,
            [
                sample(NOW + n * SECOND, n % 2 * 7000.0)
                for n in range(start, start + 500)
            ],
        )
        graph = await ledger.samples(begun.transaction_id)
        assert len(graph) <= MOST_SAMPLES

    assert len(graph) > MOST_SAMPLES / 3
    assert graph[0].at == NOW
    assert graph[-1].at == NOW + 11_999 * SECOND


async def test_samples_of_another_time_are_left_out(ledger: Ledger) -> None:
    """Alfen has told samples of 2020 (M8); a clock that is ahead tells some of next year until the session ends."""
    begun = await ledger.begin("garage", started(), NOW)
    right = [sample(NOW - 20 * SECOND, 1000), sample(NOW + HOUR, 7000)]
    await ledger.add_samples(
        begun.transaction_id,
        [sample(NOW.replace(year=2020)), sample(NOW.replace(year=2027)), *right],
    )
    await stop(ledger, begun.transaction_id)
    await ledger.add_samples(
        begun.transaction_id,
        [sample(NOW + HOUR + 5 * SECOND, 0), sample(NOW + 2 * HOUR)],
    )

    assert await ledger.samples(begun.transaction_id) == (
        *right,
        sample(NOW + HOUR + 5 * SECOND, 0),
    )


async def test_samples_of_no_session_are_left_out(ledger: Ledger) -> None:
    """Also those of one that was deleted while they were waiting to be written."""
    begun = await ledger.begin("garage", started(), NOW)
    await ledger.add_samples(begun.transaction_id, [sample(NOW)])
    await ledger.add_samples(4711, [sample(NOW)])
    await ledger.delete([begun.transaction_id])
    await ledger.add_samples(begun.transaction_id, [sample(NOW + MINUTE)])

    assert await ledger.samples(begun.transaction_id) == ()
    assert await ledger.samples(4711) == ()


async def test_many_graphs_grow_beside_each_other(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than the ledger remembers the newest points of."""
    monkeypatch.setattr(sample_store, "_MOST_TRAILS", 3)
    ids = [
        (await ledger.begin("garage", started(connector=n), NOW)).transaction_id
        for n in range(5)
    ]
    told = _charge(200)
    for n in range(0, 200, 50):
        for transaction_id in ids:
            await ledger.add_samples(transaction_id, told[n : n + 50])
        await ledger.session(ids[0])

    for transaction_id in ids:
        assert await ledger.samples(transaction_id) == thin(told)
