"""Whose a session is, of which vehicle, and what held it back; what the owner says stands above what was concluded."""

from pathlib import Path

import pytest

from custom_components.smart_charge_point.model.transaction import (
    CorrectedField,
    Session,
)
from custom_components.smart_charge_point.model.usage import (
    Correction,
    ReasonSpan,
    SessionFilter,
    UsageKey,
)
from custom_components.smart_charge_point.records.attribution import MOST_REASONS
from custom_components.smart_charge_point.records.errors import InvalidRecordError
from custom_components.smart_charge_point.records.ledger import Ledger

from .facts import HOUR, MINUTE, NOW, opened, started, stop
from .test_prices import charged, row_of


def correction(
    session: Session,
    value: str | None,
    *,
    field: CorrectedField = CorrectedField.PERSON,
    minutes: int = 0,
) -> Correction:
    """What the owner says."""
    return Correction(
        transaction_id=session.transaction_id,
        field=field,
        value=value,
        user_id="owner",
        at=NOW + minutes * MINUTE,
    )


async def test_what_is_known_of_a_session_is_kept(path: Path, ledger: Ledger) -> None:
    """Each fact when it is known, none lost by the next, over its end and a restart."""
    begun = await ledger.begin("garage", started(), NOW)
    await ledger.assign(begun.transaction_id, person="ada")
    await ledger.set_connected(begun.transaction_id, connected_at=NOW - MINUTE)
    await ledger.assign(begun.transaction_id, vehicle="zoe", odometer=12_345.6)
    await stop(ledger, begun.transaction_id)
    await ledger.set_connected(begun.transaction_id, disconnected_at=NOW + 2 * HOUR)
    await ledger.close()
    again = await opened(path)

    session = await again.session(begun.transaction_id)

    assert session is not None
    assert (session.person, session.vehicle) == ("ada", "zoe")
    assert session.odometer == 12_345.6
    assert session.connected_at == NOW - MINUTE
    assert session.disconnected_at == NOW + 2 * HOUR
    assert session.corrected == frozenset()
    (row,) = await again.rows(SessionFilter(person="ada", vehicle="zoe"))
    assert row.session == session
    assert await again.rows(SessionFilter(person="ben")) == ()
    await again.close()


async def test_those_of_nobody_in_particular_can_be_meant(ledger: Ledger) -> None:
    """Until they are somebody's; a person and nobody at once is nothing."""
    session = await charged(ledger)
    nobodys = SessionFilter(nobody=True)

    (row,) = await ledger.rows(nobodys)
    assert row.session.transaction_id == session.transaction_id
    used = await ledger.total_before(UsageKey(nobody=True), NOW + 24 * HOUR)
    assert used.energy == row.session.energy > 0
    await ledger.assign(session.transaction_id, person="ada")

    assert await ledger.rows(nobodys) == ()
    assert (await ledger.summary(nobodys)).sessions == 0
    used = await ledger.total_before(UsageKey(nobody=True), NOW + 24 * HOUR)
    assert used.energy == 0
    assert await ledger.rows(SessionFilter(nobody=True, person="ada")) == ()


async def test_a_correction_is_kept_as_such(ledger: Ledger) -> None:
    """Who, when, from what to what; the session and its series are the other person's from then on."""
    session = await charged(ledger)
    await ledger.assign(session.transaction_id, person="ada", vehicle="zoe")
    row = await ledger.correct(correction(session, "ben"))

    assert row is not None
    assert row.session.person == "ben"
    assert row.session.corrected == {CorrectedField.PERSON}
    assert await ledger.keys() == (
        UsageKey(),
        UsageKey(charge_point="garage"),
        UsageKey(person="ben"),
        UsageKey(vehicle="zoe"),
        UsageKey(tag="04A1"),
    )
    (kept,) = await ledger.corrections(session.transaction_id)
    assert (kept.before, kept.value, kept.user_id, kept.at) == (
        "ada",
        "ben",
        "owner",
        NOW,
    )
    assert not kept.taken_back


async def test_what_the_owner_corrected_is_not_concluded_otherwise(
    ledger: Ledger,
) -> None:
    """Only of what was corrected; also where the correction is that it is nobody's."""
    session = await charged(ledger)
    await ledger.assign(session.transaction_id, person="ada")
    await ledger.correct(correction(session, None))

    row = await ledger.assign(session.transaction_id, person="ada", vehicle="zoe")

    assert row is not None
    assert (row.session.person, row.session.vehicle) == (None, "zoe")


async def test_a_correction_can_be_taken_back(ledger: Ledger) -> None:
    """After several of them, and again after another; each step is on record."""
    session = await charged(ledger)
    await ledger.assign(session.transaction_id, person="ada")
    for value in ("ben", "cleo"):
        await ledger.correct(correction(session, value))

    row = await ledger.take_back(
        session.transaction_id, CorrectedField.PERSON, "owner", NOW + HOUR
    )
    assert row is not None
    assert (row.session.person, row.session.corrected) == ("ada", frozenset())
    await ledger.assign(session.transaction_id, person="dora")
    await ledger.correct(correction(session, "ben"))
    row = await ledger.take_back(
        session.transaction_id, CorrectedField.PERSON, "owner", NOW + HOUR
    )
    assert row is not None
    assert row.session.person == "dora"
    assert [
        (one.before, one.value, one.taken_back)
        for one in await ledger.corrections(session.transaction_id)
    ] == [
        ("ada", "ben", False),
        ("ben", "cleo", False),
        ("cleo", "ada", True),
        ("dora", "ben", False),
        ("ben", "dora", True),
    ]


async def test_nothing_to_correct_is_no_correction(ledger: Ledger) -> None:
    """To what stands there already, of nothing, and taken back where there is none."""
    session = await charged(ledger)
    await ledger.assign(session.transaction_id, person="ada")
    before = await row_of(ledger, session)

    assert await ledger.correct(correction(session, "ada")) == before
    assert (
        await ledger.take_back(session.transaction_id, CorrectedField.PERSON, None, NOW)
        == before
    )
    assert await ledger.corrections(session.transaction_id) == ()
    nobody = Correction(
        transaction_id=4711,
        field=CorrectedField.PERSON,
        value="ben",
        user_id=None,
        at=NOW,
    )
    assert await ledger.correct(nobody) is None
    assert await ledger.take_back(4711, CorrectedField.PERSON, None, NOW) is None
    assert await ledger.assign(4711, person="ben") is None


@pytest.mark.parametrize("value", ["", "x" * 256])
async def test_what_is_no_id_is_refused(ledger: Ledger, value: str) -> None:
    """And nothing is noted of it."""
    session = await charged(ledger)
    with pytest.raises(InvalidRecordError):
        await ledger.correct(correction(session, value))
    with pytest.raises(InvalidRecordError):
        await ledger.assign(session.transaction_id, vehicle=value)

    assert await ledger.corrections(session.transaction_id) == ()


async def test_what_held_a_session_back_is_told_over_time(ledger: Ledger) -> None:
    """What holds already is told once; what is told late has its place by time."""
    session = await charged(ledger)
    spans = [
        ReasonSpan(since=NOW, reason="random_delay", limit=0.0),
        ReasonSpan(since=NOW + 5 * MINUTE, reason="charging_hours"),
        ReasonSpan(since=NOW + 9 * MINUTE, reason="house_fuse", limit=16.0),
        ReasonSpan(since=NOW + 12 * MINUTE, reason="house_fuse", limit=10.0),
    ]
    for n in (0, 1, 3, 2):
        span = spans[n]
        for later in range(2):
            await ledger.add_reason(
                session.transaction_id,
                span.since + later * MINUTE,
                span.reason,
                span.limit,
            )

    assert await ledger.reasons(session.transaction_id) == tuple(spans)
    await ledger.add_reason(4711, NOW, "house_fuse", None)
    assert await ledger.reasons(4711) == ()


async def test_a_limit_that_changes_all_the_time_fills_no_disk(
    ledger: Ledger,
) -> None:
    """The first ones are kept."""
    session = await charged(ledger)
    for n in range(MOST_REASONS + 5):
        await ledger.add_reason(
            session.transaction_id, NOW + n * MINUTE, "house_fuse", float(n)
        )

    assert len(await ledger.reasons(session.transaction_id)) == MOST_REASONS
