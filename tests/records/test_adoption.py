"""Sessions that were met while running, and wallboxes that number their transactions themselves (A9.6, X1)."""

import pytest

from custom_components.smart_charge_point.model.transaction import Doubt
from custom_components.smart_charge_point.records.ledger import Ledger

from .facts import HOUR, NOW, started, stop


async def test_a9_6_a_running_transaction_is_adopted(ledger: Ledger) -> None:
    """It keeps the id that the wallbox uses, and is the same one when it is met again."""
    adopted = await ledger.adopt("garage", 1, 123_456, NOW, 4000.0)

    assert adopted.transaction_id == 123_456
    assert adopted.wallbox_transaction_id is None
    assert adopted.doubts == {Doubt.ADOPTED}
    assert (adopted.started_at, adopted.meter_start) == (NOW, 4000.0)
    assert await ledger.adopt("garage", 1, 123_456, NOW + HOUR, 9.0) == adopted
    assert await ledger.find("garage", 123_456) == adopted


@pytest.mark.parametrize("told", [9223372036854775807, 2**31, 0, -1, -(2**63), 10**30])
async def test_x1_an_id_that_is_none_is_kept_beside_a_fresh_one(
    ledger: Ledger, told: int
) -> None:
    """Alfen counts to 2**63 - 1, Etrel below 0; stops with it close that session."""
    adopted = await ledger.adopt("garage", 1, told, NOW, None)

    assert 0 < adopted.transaction_id < 2**31
    assert adopted.wallbox_transaction_id is not None
    assert adopted.doubts == {Doubt.ADOPTED, Doubt.START_METER}
    assert await ledger.find("garage", told) == adopted
    ended = await stop(ledger, told)
    assert ended is not None
    assert ended.transaction_id == adopted.transaction_id


async def test_x1_two_charge_points_may_use_the_same_id(ledger: Ledger) -> None:
    """Two wallboxes that both count from 1 close their own session each."""
    garage = await ledger.adopt("garage", 1, 1, NOW, 0.0)
    drive = await ledger.adopt("drive", 1, 1, NOW, 0.0)

    assert garage.transaction_id == 1
    assert drive.transaction_id != 1
    ended = await stop(ledger, 1, charge_point="drive")
    assert ended is not None
    assert ended.transaction_id == drive.transaction_id
    assert await ledger.running("garage") == (garage,)


async def test_x1_each_session_of_a_constant_id_gets_its_own_row(
    ledger: Ledger,
) -> None:
    """Huawei says 1 for every transaction: stops, repeated and late ones too, go by their times."""
    first = await ledger.adopt("garage", 1, 1, NOW, 0.0)
    first_ended = await stop(ledger, 1, at=NOW + HOUR)
    second = await ledger.adopt("garage", 1, 1, NOW + 2 * HOUR, 8000.0)
    assert second.transaction_id != first.transaction_id
    assert await ledger.find("garage", 1) == second

    # The stop of the first, repeated while the second runs.
    assert await stop(ledger, 1, at=NOW + HOUR) == first_ended
    assert await ledger.running("garage") == (second,)

    second_ended = await stop(ledger, 1, at=NOW + 3 * HOUR, meter=9000)
    assert second_ended is not None
    assert second_ended.transaction_id == second.transaction_id
    assert await ledger.find("garage", 1) == second_ended


async def test_x1_a_late_stop_closes_the_session_that_ran_then(ledger: Ledger) -> None:
    """Of two running sessions with one id, the one that had begun by then."""
    first = await ledger.adopt("garage", 1, 1, NOW, 0.0)
    second = await ledger.adopt("garage", 2, 1, NOW + 2 * HOUR, 0.0)

    ended = await stop(ledger, 1, at=NOW + HOUR)

    assert ended is not None
    assert ended.transaction_id == first.transaction_id
    assert await ledger.running("garage") == (second,)


async def test_a9_6_an_adopted_id_is_not_given_again(ledger: Ledger) -> None:
    """An id that lies in the way of the next ones is stepped over."""
    begun = await ledger.begin("garage", started(), NOW)
    taken = await ledger.adopt("garage", 2, begun.transaction_id + 1, NOW, None)
    after = await ledger.begin("drive", started(), NOW)

    assert taken.transaction_id == begun.transaction_id + 1
    assert after.transaction_id == begun.transaction_id + 2
