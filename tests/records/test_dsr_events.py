"""Demand-side response events outlast restarts: what was asked, what became of it, who opted out (D3, reg. 10)."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.smart_charge_point.model.dsr import (
    DsrDirection,
    DsrEvent,
    DsrKind,
    DsrOutcome,
)
from custom_components.smart_charge_point.model.dsr_record import (
    DsrRecord,
    OptOut,
    OptOutScope,
)
from custom_components.smart_charge_point.model.limit import Limit
from custom_components.smart_charge_point.records.errors import (
    InvalidRecordError,
    LedgerError,
)
from custom_components.smart_charge_point.records.ledger import Ledger

from .facts import HOUR, MINUTE, NOW, SECOND, content_of, opened, record

SETTLED = [
    DsrOutcome.COMPLETED,
    DsrOutcome.CANCELLED,
    DsrOutcome.OVERRIDDEN,
    DsrOutcome.NOT_FOLLOWED,
]


@pytest.mark.parametrize(
    "told",
    [
        record(),
        record(limit=None, direction=DsrDirection.UP),
        record(limit=Limit(amperes=6.5), direction=DsrDirection.SETPOINT),
        record(kind=DsrKind.RESPONSE, reason="Frequency below 49.5 Hz"),
        record(start_delay=317, end_delay=600, outcome=DsrOutcome.ACTIVE),
        record(start_delay=-86_399 - 1_800, end_delay=-1_800),
        record(
            outcome=DsrOutcome.OVERRIDDEN,
            opt_out=OptOut(user_id="ada", at=NOW + MINUTE, scope=OptOutScope.TODAY),
        ),
        record(opt_out=OptOut(user_id=None, at=NOW, scope=OptOutScope.SESSION)),
        *(record(outcome=outcome) for outcome in DsrOutcome),
    ],
)
async def test_d3_an_event_is_after_a_restart_what_it_was(
    path: Path, ledger: Ledger, told: DsrRecord
) -> None:
    """Its window, limit, drawn delays, outcome, and who opted out of it when and how far."""
    told = replace(told, event=replace(told.event, equivalent_delay_applied=True))
    assert await ledger.keep_dsr_event(told) == told
    await ledger.close()
    again = await opened(path)

    assert await again.dsr_event("garage", "axle", "e1") == told
    assert await again.dsr_events() == (told,)
    await again.close()


async def test_an_event_that_is_told_again_takes_the_place_of_the_first(
    ledger: Ledger,
) -> None:
    """Updated, overridden, repeated: one event, and when it was first told stays."""
    first = await ledger.keep_dsr_event(record())
    await ledger.keep_dsr_event(first)
    later = record(
        start=NOW + MINUTE,
        end=NOW + 2 * HOUR,
        limit=Limit(amperes=10),
        direction=DsrDirection.SETPOINT,
        kind=DsrKind.RESPONSE,
        start_delay=5,
        end_delay=6,
        reason="changed",
        outcome=DsrOutcome.OVERRIDDEN,
        told_at=NOW,
        opt_out=OptOut(user_id="ada", at=NOW, scope=OptOutScope.EVENT),
    )

    kept = await ledger.keep_dsr_event(later)

    assert kept == replace(later, told_at=first.told_at)
    assert await ledger.dsr_events() == (kept,)
    await ledger.keep_dsr_event(first)
    assert await ledger.dsr_events() == (first,)


async def test_events_of_one_name_are_apart_by_provider_and_charge_point(
    ledger: Ledger,
) -> None:
    """Two providers number their events alike; a call to the whole site is one event at each wallbox."""
    told = [
        record(),
        record(provider="octopus"),
        record(charge_point="drive"),
        record("e2"),
    ]
    for each in told:
        await ledger.keep_dsr_event(each)

    assert set(await ledger.dsr_events()) == set(told)
    assert await ledger.dsr_event("garage", "octopus", "e1") == told[1]
    assert await ledger.dsr_event("drive", "octopus", "e1") is None
    assert set(await ledger.dsr_events("drive")) == {told[2]}


async def test_a_running_event_is_taken_up_again(path: Path, ledger: Ledger) -> None:
    """Announced and running ones until their last delay is over; then they have lapsed, until someone says how."""
    told = [
        record("later", start=NOW + HOUR, end=NOW + 2 * HOUR),
        record("runs", outcome=DsrOutcome.ACTIVE, start=NOW - HOUR, end=NOW + SECOND),
        record(
            "ramps",
            outcome=DsrOutcome.ACTIVE,
            start=NOW - 2 * HOUR,
            end=NOW - MINUTE,
            end_delay=61,
        ),
        record(
            "ramps late",
            outcome=DsrOutcome.ACTIVE,
            start=NOW - HOUR,
            end=NOW - MINUTE,
            start_delay=-300,
            end_delay=-61,
        ),
        record("over late", start=NOW - HOUR, end=NOW - MINUTE, end_delay=-60),
        record("over", start=NOW - 3 * HOUR, end=NOW - MINUTE, end_delay=60),
        record("just", start=NOW - 2 * HOUR, end=NOW, outcome=DsrOutcome.ACTIVE),
        *(record(outcome.value, outcome=outcome) for outcome in SETTLED),
        record("elsewhere", charge_point="drive", outcome=DsrOutcome.ACTIVE),
    ]
    for each in told:
        await ledger.keep_dsr_event(each)
    await ledger.close()
    again = await opened(path)

    standing = await again.standing("garage", NOW)
    lapsed = await again.lapsed("garage", NOW)

    assert [r.event.event_id for r in standing] == [
        "ramps",
        "ramps late",
        "runs",
        "later",
    ]
    assert all(r.until_end > NOW and not r.settled for r in standing)
    assert [r.event.event_id for r in lapsed] == ["over", "just", "over late"]
    await again.keep_dsr_event(replace(lapsed[1], outcome=DsrOutcome.COMPLETED))
    assert [r.event.event_id for r in await again.lapsed("garage", NOW)] == [
        "over",
        "over late",
    ]
    assert not await again.standing("nowhere", NOW)
    await again.close()


async def test_a_period_has_the_events_that_have_a_part_in_it(ledger: Ledger) -> None:
    """The latest first, in pages."""
    for n in range(6):
        start = NOW + n * HOUR
        await ledger.keep_dsr_event(record(str(n), start=start, end=start + HOUR))

    async def found(
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        limit: int = 100,
        offset: int = 0,
    ) -> str:
        page = await ledger.dsr_events("garage", start, end, limit, offset)
        return "".join(r.event.event_id for r in page)

    assert await found() == "543210"
    assert await found(NOW + HOUR, NOW + 3 * HOUR) == "21"
    assert await found(NOW + 1.5 * HOUR, NOW + 1.6 * HOUR) == "1"
    assert await found(NOW + 5 * HOUR) == "5"
    assert await found(None, NOW) == ""
    assert await found(limit=2, offset=3) == "21"
    assert await found(limit=-1) == ""


async def test_a_replacement_gets_the_events(ledger: Ledger) -> None:
    """Except those that it was told itself."""
    for charge_point in ("old", "new"):
        await ledger.keep_dsr_event(record(charge_point=charge_point))
    await ledger.keep_dsr_event(record("e2", charge_point="old"))
    await ledger.reassign("old", "new")

    found = await ledger.dsr_events("new")

    assert {r.event.event_id for r in found} == {"e1", "e2"}


async def test_a_backup_has_the_event(
    path: Path, ledger: Ledger, tmp_path: Path
) -> None:
    """The main file alone."""
    told = await ledger.keep_dsr_event(record())
    await ledger.checkpoint()
    await ledger.keep_dsr_event(record("e2"))
    copy = tmp_path / "copy.db"
    copy.write_bytes(content_of(path))

    restored = await opened(copy)
    assert await restored.dsr_events() == (told,)
    await restored.close()


async def test_what_a_newer_release_wrote_is_left_out(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    """The rest of the list is there."""
    told = await ledger.keep_dsr_event(record())
    await ledger.keep_dsr_event(record("e2"))
    await ledger._do(
        lambda: (
            ledger._database._opened()
            .execute(
                "UPDATE dsr_event SET direction = 'sideways' WHERE event_id = 'e2'"
            )
            .fetchall()
        )
    )

    assert await ledger.dsr_events() == (told,)
    assert "e2" in caplog.text


NAIVE = datetime(2026, 11, 2)  # noqa: DTZ001 - what is wrong with it is the point


@pytest.mark.parametrize(
    "wrong",
    [
        lambda ledger: ledger.keep_dsr_event(record(start=NAIVE, end=NAIVE)),
        lambda ledger: ledger.keep_dsr_event(record(told_at=NAIVE)),
        lambda ledger: ledger.keep_dsr_event(
            record(opt_out=OptOut(user_id=None, at=NAIVE, scope=OptOutScope.EVENT))
        ),
        lambda ledger: ledger.keep_dsr_event(record(end=NOW - SECOND)),
        lambda ledger: ledger.keep_dsr_event(record(limit=Limit(amperes=float("inf")))),
        lambda ledger: ledger.keep_dsr_event(record(start_delay=-88_201)),
        lambda ledger: ledger.keep_dsr_event(record(end_delay=88_201)),
        lambda ledger: ledger.keep_dsr_event(record("")),
        lambda ledger: ledger.keep_dsr_event(record(provider="x" * 256)),
        lambda ledger: ledger.keep_dsr_event(record(charge_point="")),
        lambda ledger: ledger.standing("garage", NAIVE),
        lambda ledger: ledger.lapsed("garage", NAIVE),
        lambda ledger: ledger.dsr_events("garage", NAIVE),
        lambda ledger: ledger.dsr_events(end=NAIVE),
        lambda ledger: ledger.dsr_events(offset=2**70),
    ],
)
async def test_what_no_file_can_bear_is_refused(
    ledger: Ledger, wrong: Callable[[Ledger], Awaitable[object]]
) -> None:
    """With a typed error; what was there stays as it was."""
    told = await ledger.keep_dsr_event(record("e0"))
    with pytest.raises(InvalidRecordError):
        await wrong(ledger)

    assert await ledger.dsr_events() == (told,)


async def test_a_reason_of_any_length_is_kept_as_far_as_anybody_reads(
    ledger: Ledger,
) -> None:
    """A provider cannot fill the disk with one event."""
    kept = await ledger.keep_dsr_event(record(reason="\ud800" + "x" * 10**6))

    assert kept.event.reason == "?" + "x" * 999


TEXTS = st.text(max_size=3) | st.sampled_from(["e1", "axle"])
TIMES = st.datetimes(timezones=st.just(timezone(timedelta(hours=5)))) | st.datetimes()


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    told=st.builds(
        DsrRecord,
        charge_point=TEXTS,
        event=st.builds(
            DsrEvent,
            provider=TEXTS,
            event_id=TEXTS,
            kind=st.sampled_from(DsrKind),
            direction=st.sampled_from(DsrDirection),
            limit=st.none() | st.builds(Limit, amperes=st.floats(0)),
            start=TIMES,
            end=TIMES,
            equivalent_delay_applied=st.booleans(),
            start_delay=st.integers(),
            end_delay=st.integers() | st.integers(0, 600),
            reason=st.text(),
        ),
        outcome=st.sampled_from(DsrOutcome),
        told_at=TIMES,
        opt_out=st.none()
        | st.builds(
            OptOut,
            user_id=st.none() | TEXTS,
            at=TIMES,
            scope=st.sampled_from(OptOutScope),
        ),
    )
)
async def test_whatever_is_told_only_typed_errors_leave(
    ledger: Ledger, told: DsrRecord
) -> None:
    """And what was kept can be read, and is the same when kept again."""
    try:
        kept = await ledger.keep_dsr_event(told)
    except LedgerError:
        kept = None
    if kept is not None:
        assert await ledger.keep_dsr_event(kept) == kept
        assert kept in await ledger.dsr_events(limit=10_000)
        assert (kept.event.start, kept.event.end) == (told.event.start, told.event.end)
    await ledger.standing("garage", NOW)
