"""Who decided what about a charge, and what was refused: a log that only grows (A2.1, A11.6, D3)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from custom_components.smart_charge_point.model.decision import DecisionKind
from custom_components.smart_charge_point.records.errors import InvalidRecordError
from custom_components.smart_charge_point.records.ledger import Ledger

from .facts import HOUR, MINUTE, NOW, content_of, decided, opened


@pytest.mark.parametrize("kind", DecisionKind)
async def test_a2_1_a_decision_is_after_a_restart_what_it_was(
    path: Path, ledger: Ledger, kind: DecisionKind
) -> None:
    """Who, when, about what, allowed or refused and why."""
    told = [
        decided(NOW, kind),
        decided(NOW + MINUTE, kind, connector=None, user_id=None),
        decided(
            NOW + 2 * MINUTE, kind, allowed=False, detail="Bob may not change hours"
        ),
    ]
    for each in told:
        await ledger.add_decision(each)
    await ledger.close()
    again = await opened(path)

    assert await again.decisions() == tuple(reversed(told))
    await again.close()


async def test_a_decision_that_is_told_again_is_kept_once(ledger: Ledger) -> None:
    """After an error nobody knows whether it was kept; what differs in anything is another."""
    told = [
        decided(),
        decided(user_id=None),
        decided(connector=None),
        decided(connector=2),
        decided(allowed=False),
        decided(detail="x"),
        decided(charge_point="drive"),
        decided(kind=DecisionKind.STOP),
        decided(NOW + timedelta(microseconds=1)),
    ]
    for each in [*told, *told]:
        await ledger.add_decision(each)

    found = await ledger.decisions()
    assert set(found) == set(told)
    assert len(found) == len(told)


async def test_decisions_of_a_period_come_newest_first(ledger: Ledger) -> None:
    """Of one charge point or all, in pages; of one moment, the one that was told last."""
    for n in (3, 1, 0, 2):
        await ledger.add_decision(decided(NOW + n * HOUR, detail=str(n)))
    await ledger.add_decision(decided(NOW + HOUR, detail="b"))
    await ledger.add_decision(decided(NOW, charge_point="drive", detail="d"))

    async def found(
        charge_point: str | None = "garage",
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        limit: int = 100,
        offset: int = 0,
    ) -> str:
        page = await ledger.decisions(charge_point, start, end, limit, offset)
        return "".join(d.detail for d in page)

    assert await found() == "32b10"
    assert await found(None) == "32b1d0"
    assert await found("garage", NOW + HOUR, NOW + 2 * HOUR) == "b1"
    assert await found(None, None, NOW + HOUR) == "d0"
    assert await found(limit=2, offset=1) == "2b"
    assert await found("nowhere") == ""


async def test_decisions_are_kept_beyond_14_months(ledger: Ledger) -> None:
    """Nothing that happens by itself takes one away."""
    told = decided(NOW - timedelta(days=430))
    await ledger.add_decision(told)
    await ledger.thin(NOW)

    assert await ledger.decisions() == (told,)


async def test_a_replacement_gets_the_decisions(ledger: Ledger) -> None:
    """With the wallbox's name, nothing else of them changes."""
    await ledger.add_decision(decided(charge_point="old", detail="why"))
    await ledger.reassign("old", "new")

    assert await ledger.decisions() == (decided(charge_point="new", detail="why"),)


async def test_a_backup_has_the_decision(
    path: Path, ledger: Ledger, tmp_path: Path
) -> None:
    """The main file alone."""
    await ledger.add_decision(decided())
    await ledger.checkpoint()
    copy = tmp_path / "copy.db"
    copy.write_bytes(content_of(path))

    restored = await opened(copy)
    assert await restored.decisions() == (decided(),)
    await restored.close()


async def test_a_kind_that_a_newer_release_wrote_is_another(ledger: Ledger) -> None:
    """A file that went back a release is read all the same."""
    await ledger.add_decision(decided())
    await ledger._do(
        lambda: (
            ledger._database._opened()
            .execute("UPDATE decision SET kind = 'unheard_of'")
            .fetchall()
        )
    )

    assert await ledger.decisions() == (replace(decided(), kind=DecisionKind.OTHER),)


async def test_a_detail_of_any_length_is_kept_as_far_as_anybody_reads(
    ledger: Ledger,
) -> None:
    """Half a character becomes a question mark."""
    await ledger.add_decision(decided(detail="\ud800" + "x" * 10**6))

    (kept,) = await ledger.decisions()
    assert kept.detail == "?" + "x" * 999


NAIVE = datetime(2026, 11, 2)  # noqa: DTZ001 - what is wrong with it is the point


@pytest.mark.parametrize(
    "wrong",
    [
        lambda ledger: ledger.add_decision(decided(NAIVE)),
        lambda ledger: ledger.add_decision(decided(connector=2**70)),
        lambda ledger: ledger.add_decision(decided(charge_point="")),
        lambda ledger: ledger.add_decision(decided(user_id="x" * 256)),
        lambda ledger: ledger.decisions("garage", NAIVE),
        lambda ledger: ledger.decisions(end=NAIVE),
        lambda ledger: ledger.decisions(offset=2**70),
    ],
)
async def test_what_no_file_can_bear_is_refused(
    ledger: Ledger, wrong: Callable[[Ledger], Awaitable[object]]
) -> None:
    """With a typed error; what was there stays as it was."""
    await ledger.add_decision(decided())
    with pytest.raises(InvalidRecordError):
        await wrong(ledger)

    assert await ledger.decisions() == (decided(),)
