"""The events of one charge point while they are being written: what happens meanwhile counts."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from custom_components.smart_charge_point.control.dsr import DsrBook
from custom_components.smart_charge_point.model.dsr import (
    DsrDirection,
    DsrEvent,
    DsrKind,
    DsrOutcome,
)
from custom_components.smart_charge_point.model.dsr_record import OptOutScope
from custom_components.smart_charge_point.model.limit import Limit
from custom_components.smart_charge_point.records.ledger import Ledger

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
START = NOW + timedelta(minutes=5)
END = START + timedelta(hours=1)


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    """Return an empty ledger."""
    ledger = Ledger(tmp_path / "sessions.db")
    await ledger.open()
    yield ledger
    await ledger.close()


def event(name: str) -> DsrEvent:
    """Return an event."""
    return DsrEvent(
        provider="axle",
        event_id=name,
        kind=DsrKind.RESPONSE,
        direction=DsrDirection.DOWN,
        limit=Limit(amperes=6),
        start=START,
        end=END,
    )


@pytest.fixture
async def book(ledger: Ledger) -> DsrBook:
    """Return a book with an event that was announced."""
    book = DsrBook(ledger, lambda: "WB1", frozenset, lambda _: None)
    await book.put(event("1"), follow=True, delay_maximum=600, now=NOW)
    return book


async def test_an_event_that_is_settled_twice_at_once_ends_once(book: DsrBook) -> None:
    """Two edges may be met before the ledger has answered."""
    ended = await asyncio.gather(book.settle(END), book.settle(END))

    assert [record.outcome for records in ended for record in records] == [
        DsrOutcome.COMPLETED
    ]
    assert book.events == ()


async def test_d3_an_opt_out_while_an_event_begins_stands(
    book: DsrBook, ledger: Ledger
) -> None:
    """The beginning that is just being written does not bring the event back."""
    await asyncio.gather(
        book.settle(START),
        book.override(OptOutScope.EVENT, "kim", until=None, now=START),
    )

    assert book.events == ()
    kept = await ledger.dsr_event("WB1", "axle", "1")
    assert kept is not None
    assert kept.outcome is DsrOutcome.OVERRIDDEN


@pytest.mark.parametrize("how", ["override", "unfollow"])
async def test_d3_an_opt_out_of_several_events_at_their_end_is_one_of_each(
    book: DsrBook, ledger: Ledger, how: str
) -> None:
    """They end while it is being written, and another one is told."""
    for name in ("2", "3"):
        await book.put(event(name), follow=True, delay_maximum=600, now=NOW)
    last = END - timedelta(seconds=1)
    await asyncio.gather(
        book.override(OptOutScope.EVENT, "kim", until=None, now=last)
        if how == "override"
        else book.unfollow(last, "kim"),
        book.settle(END),
        book.put(event("4"), follow=True, delay_maximum=600, now=last),
    )

    assert [one.event_id for one in book.events] == ["4"]
    for name in ("1", "2", "3"):
        kept = await ledger.dsr_event("WB1", "axle", name)
        assert kept is not None
        assert kept.opt_out is not None
