"""What the statistics have yet to follow is marked with each change, and forgotten only when it was followed."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from custom_components.smart_charge_point.model.transaction import (
    CorrectedField,
    Session,
)
from custom_components.smart_charge_point.model.usage import (
    Correction,
    Due,
    WipeRequest,
)
from custom_components.smart_charge_point.records.ledger import Ledger
from custom_components.smart_charge_point.rules.periods import hour_of

from .facts import HOUR, MINUTE, NOW, measure, opened, rows, sample, started, stop
from .test_prices import HOME, charged

EIGHT = hour_of(NOW) + HOUR


async def hours_due(ledger: Ledger) -> dict[str, datetime]:
    """From which hour on, by charge point."""
    return {name: due.hour for name, due in (await ledger.due()).items()}


async def settle(ledger: Ledger) -> None:
    """Follow all that is due."""
    for name, due in (await ledger.due()).items():
        await ledger.settled(name, due)
    assert await ledger.due() == {}


async def test_a_session_that_ended_is_due_from_its_first_hour(ledger: Ledger) -> None:
    """One that only began, or took nothing, is not."""
    begun = await ledger.begin("drive", started(), NOW)
    assert await ledger.due() == {}
    await stop(
        ledger, begun.transaction_id, charge_point="drive", energy=0, flow_time=0 * HOUR
    )
    assert await ledger.due() == {}
    await charged(ledger)

    assert await hours_due(ledger) == {"garage": hour_of(NOW)}


async def test_what_was_followed_is_due_no_more_until_it_changes(
    path: Path, ledger: Ledger
) -> None:
    """Also over a restart."""
    session = await charged(ledger)
    await settle(ledger)
    await ledger.close()
    again = await opened(path)
    assert await again.due() == {}
    await again.add_samples(
        session.transaction_id, [sample(NOW + 61 * MINUTE, 6000.0, 5800.0)]
    )

    # The first half hour that is another one than before.
    assert await hours_due(again) == {"garage": EIGHT}
    await again.close()


@pytest.mark.parametrize("hours_later", [0, 3])
async def test_what_changed_after_it_was_read_stays_due(
    ledger: Ledger, hours_later: int
) -> None:
    """A change while the statistics were written: earlier, the same hour or later."""
    await charged(ledger)
    read = (await ledger.due())["garage"]
    await ledger.keep_price(NOW + hours_later * HOUR / 2, 0.10)

    await ledger.settled("garage", read)

    assert await hours_due(ledger) == {"garage": hour_of(NOW)}
    await settle(ledger)


async def test_a_count_of_changes_never_comes_twice(ledger: Ledger) -> None:
    """A late settling of long ago settles nothing."""
    session = await charged(ledger)
    first = (await ledger.due())["garage"]
    await ledger.settled("garage", first)
    await ledger.keep_price(NOW, 0.10)
    second = (await ledger.due())["garage"]
    assert second.revision > first.revision
    await ledger.settled("garage", first)
    await ledger.settled("drive", Due(hour=NOW, revision=second.revision))
    assert await ledger.due() == {"garage": second}
    assert await ledger.row(session.transaction_id) is not None


async def _price(ledger: Ledger, _: Session) -> None:
    await ledger.keep_price(NOW + 30 * MINUTE, 0.10)


async def _mix(ledger: Ledger, _: Session) -> None:
    await ledger.keep_mix(EIGHT, solar=0.5, battery=0.0, co2=None)


async def _assign(ledger: Ledger, session: Session) -> None:
    await ledger.assign(session.transaction_id, person="ada")


async def _correct(ledger: Ledger, session: Session) -> None:
    await ledger.correct(
        Correction(
            transaction_id=session.transaction_id,
            field=CorrectedField.VEHICLE,
            value="zoe",
            user_id="owner",
            at=NOW,
        )
    )


async def _delete(ledger: Ledger, session: Session) -> None:
    await ledger.delete([session.transaction_id])


async def _wipe(ledger: Ledger, _: Session) -> None:
    await ledger.wipe(WipeRequest(charge_point="garage"), NOW)


@pytest.mark.parametrize(
    ("change", "hour"),
    [
        (_price, EIGHT),
        (_mix, EIGHT),
        (_assign, hour_of(NOW)),
        (_correct, hour_of(NOW)),
        (_delete, hour_of(NOW)),
        (_wipe, hour_of(NOW)),
    ],
)
async def test_each_change_is_due_from_where_it_reaches(
    path: Path,
    ledger: Ledger,
    change: Callable[[Ledger, Session], Awaitable[None]],
    hour: datetime,
) -> None:
    """Marked on the disk with the change itself, and of no other charge point."""
    session = await charged(ledger)
    other = await ledger.begin("drive", started(NOW - 99 * HOUR), NOW)
    await stop(ledger, other.transaction_id, charge_point="drive", at=NOW - 98 * HOUR)
    await settle(ledger)

    await change(ledger, session)
    await ledger.close()

    again = await opened(path)
    assert await hours_due(again) == {"garage": hour}
    await again.close()


async def test_a_replacement_is_due_and_what_it_replaced(ledger: Ledger) -> None:
    """The statistics of both must follow."""
    await charged(ledger)
    await settle(ledger)
    begun = await ledger.begin("new", started(NOW + 30 * HOUR), NOW)
    await stop(ledger, begun.transaction_id, charge_point="new", at=NOW + 31 * HOUR)
    await settle(ledger)

    await ledger.reassign("garage", "new")

    assert await hours_due(ledger) == {"garage": hour_of(NOW), "new": hour_of(NOW)}


async def test_a_running_session_is_due_from_where_it_went_on(ledger: Ledger) -> None:
    """What it took in the hours before stands already; nothing new is nothing due."""
    begun = await ledger.begin("garage", started(), NOW)
    for n in range(101):
        at = NOW + n * MINUTE
        await ledger.add_samples(begun.transaction_id, [sample(at, 6000.0, n * 100.0)])
    await measure(
        ledger,
        begun.transaction_id,
        energy=10_000.0,
        flow_time=100 * MINUTE,
        at=NOW + 100 * MINUTE,
    )
    await ledger.refresh_running()
    assert await hours_due(ledger) == {"garage": hour_of(NOW)}
    await settle(ledger)
    await ledger.refresh_running()
    assert await ledger.due() == {}

    at = NOW + 110 * MINUTE
    await ledger.add_samples(begun.transaction_id, [sample(at, 6000.0, 11_000.0)])
    await measure(
        ledger, begun.transaction_id, energy=11_000.0, flow_time=at - NOW, at=at
    )
    await ledger.refresh_running()
    assert await hours_due(ledger) == {"garage": hour_of(at)}


async def test_a_year_that_is_replayed_is_brought_up_to_date_a_few_at_a_time(
    path: Path, ledger: Ledger
) -> None:
    """A wallbox that begins to charge comes in between."""
    for n in range(100):
        begun = await ledger.begin("garage", started(NOW + n * timedelta(days=1)), NOW)
        await stop(
            ledger, begun.transaction_id, at=begun.started_at + HOUR, energy=100.0 + n
        )
    left: list[int] = []

    async def begin() -> None:
        await ledger.begin("drive", started(), NOW)
        ((count,),) = rows(path, "SELECT count(*) FROM stale")
        left.append(count)

    total, _ = await asyncio.gather(
        ledger.total_before(HOME, NOW + timedelta(days=999)), begin()
    )

    assert total.energy == pytest.approx(sum(100.0 + n for n in range(100)))
    assert 0 < left[0] < 100
