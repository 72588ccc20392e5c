"""Sessions are begun once, ended once, and never mixed up (A9.6)."""

from datetime import timedelta
from pathlib import Path

import pytest

from custom_components.smart_charge_point.model.transaction import (
    Doubt,
    Session,
    StopReason,
)
from custom_components.smart_charge_point.records.errors import (
    LedgerClosedError,
    LedgerError,
)
from custom_components.smart_charge_point.records.ledger import Ledger
from custom_components.smart_charge_point.rules.periods import hour_of

from .facts import HOUR, MINUTE, NOW, SECOND, measure, pragma, sample, started, stop


async def test_a9_6_a_new_session_is_kept_as_told(ledger: Ledger) -> None:
    """Everything that the start said is in the session."""
    begun = await ledger.begin("garage", started(), NOW)

    assert begun == Session(
        transaction_id=begun.transaction_id,
        charge_point="garage",
        connector=1,
        tag="04A1",
        started_at=NOW,
        stopped_at=None,
        meter_start=1000.0,
        meter_stop=None,
        energy=0.0,
        flow_time=timedelta(0),
        stop_reason=None,
        doubts=frozenset(),
    )
    assert 0 < begun.transaction_id < 2**31
    assert await ledger.session(begun.transaction_id) == begun
    assert await ledger.running("garage") == (begun,)
    assert await ledger.running("drive") == ()


async def test_a9_6_x12_a_repeated_start_gets_its_first_id_back(
    ledger: Ledger,
) -> None:
    """However often it comes, and whatever the time of its arrival."""
    begun = await ledger.begin("garage", started(), NOW)

    assert await ledger.begin("garage", started(), NOW + SECOND) == begun
    assert await ledger.begin("garage", started(), NOW + 48 * HOUR) == begun
    assert await ledger.count() == 1


async def test_a9_6_a_start_without_register_is_repeated_too(ledger: Ledger) -> None:
    """A register that was told unreadably is equal to itself."""
    begun = await ledger.begin("garage", started(meter=None), NOW)

    assert await ledger.begin("garage", started(meter=None), NOW) == begun
    assert begun.doubts == {Doubt.START_METER}


@pytest.mark.parametrize(
    "other",
    [
        started(connector=2),
        started(tag="04A2"),
        started(meter=1001.0),
        started(meter=None),
        started(NOW + SECOND),
    ],
    ids=["connector", "tag", "register", "no register", "time"],
)
async def test_a9_6_another_start_is_another_session(
    ledger: Ledger, other: object
) -> None:
    """Connectors, tags, registers and seconds tell sessions apart."""
    first = await ledger.begin("garage", started(), NOW)
    second = await ledger.begin("garage", other, NOW)  # type: ignore[arg-type]

    assert second.transaction_id != first.transaction_id
    assert (
        second.transaction_id
        != (await ledger.begin("drive", started(), NOW)).transaction_id
    )


async def test_a9_6_a_start_repeated_after_the_stop_gets_the_ended_session(
    ledger: Ledger,
) -> None:
    """An offline wallbox that lost our answer repeats both."""
    begun = await ledger.begin("garage", started(), NOW)
    ended = await stop(ledger, begun.transaction_id)

    assert await ledger.begin("garage", started(), NOW + 2 * HOUR) == ended


async def test_a9_6_a_start_repeated_after_a_restart_gets_its_first_id_back(
    path: Path, ledger: Ledger
) -> None:
    """The ledger remembers, not the process."""
    begun = await ledger.begin("garage", started(), NOW)
    await ledger.close()

    again = Ledger(path)
    await again.open()
    assert await again.begin("garage", started(), NOW + HOUR) == begun
    await again.close()


async def test_a9_6_a_wallbox_without_a_clock_repeats_its_start(
    ledger: Ledger,
) -> None:
    """Each repetition arrives with another time; the register says that nothing has flowed."""
    begun = await ledger.begin("garage", started(at_trusted=False), NOW)
    assert begun.doubts == {Doubt.TIME}
    await measure(ledger, begun.transaction_id, energy=0, meter_last=1000.0)

    soon = started(NOW + 30 * SECOND, at_trusted=False)
    late = started(NOW + 9 * HOUR, at_trusted=False)
    assert (
        await ledger.begin("garage", soon, NOW)
    ).transaction_id == begun.transaction_id
    assert (
        await ledger.begin("garage", late, NOW)
    ).transaction_id == begun.transaction_id


async def test_a9_6_x7_a_wallbox_without_a_clock_begins_anew_at_0(
    ledger: Ledger,
) -> None:
    """Its register is that of the session; hours and energy later, the same start is another session."""
    begun = await ledger.begin("garage", started(meter=0, at_trusted=False), NOW)
    await measure(ledger, begun.transaction_id, energy=500, meter_last=500.0)

    later = started(NOW + 9 * HOUR, meter=0, at_trusted=False)
    assert (
        await ledger.begin("garage", later, NOW)
    ).transaction_id != begun.transaction_id


async def test_a9_6_a_start_without_a_clock_is_no_repetition_of_one_with(
    ledger: Ledger,
) -> None:
    """A session whose time was told began when it says, and not again when a clock failed."""
    begun = await ledger.begin("garage", started(), NOW)

    lost = started(NOW + MINUTE, at_trusted=False)
    assert (
        await ledger.begin("garage", lost, NOW)
    ).transaction_id != begun.transaction_id


async def test_a9_6_ids_are_distinct_within_a_second(ledger: Ledger) -> None:
    """Ten connectors that start in one second get ten ids, also when the clock is put back."""
    begun = [
        await ledger.begin("garage", started(connector=n), NOW) for n in range(1, 6)
    ] + [
        await ledger.begin("garage", started(connector=n), NOW - 999 * HOUR)
        for n in range(6, 11)
    ]

    ids = [session.transaction_id for session in begun]
    assert len(set(ids)) == 10
    assert ids == sorted(ids)


async def test_a9_6_ids_are_not_used_up_by_a_clock_that_is_ahead(
    ledger: Ledger,
) -> None:
    """A host in the year 9999 gets ids that a wallbox can keep, and so does the host that was put right."""
    ahead = NOW.replace(year=9999)
    first = await ledger.begin("garage", started(), ahead)
    second = await ledger.begin("garage", started(connector=2), NOW)

    assert first.transaction_id < second.transaction_id < 2**31


async def test_a9_6_ids_never_grow_beyond_what_a_wallbox_keeps(ledger: Ledger) -> None:
    """After two thousand million sessions a start is refused, rather than given an id that comes back otherwise."""
    await pragma(ledger, "UPDATE last_id SET given = 2147483646")
    last = await ledger.begin("garage", started(), NOW)
    assert last.transaction_id == 2**31 - 1

    with pytest.raises(LedgerError):
        await ledger.begin("garage", started(connector=2), NOW)
    assert await ledger.running("garage") == (last,)


async def test_a9_6_a_stop_days_late_closes_its_own_row(ledger: Ledger) -> None:
    """Enercab and Sigenergy replay a stop days later, while another session runs (X3)."""
    old = await ledger.begin("garage", started(), NOW)
    new = await ledger.begin("garage", started(NOW + 72 * HOUR, meter=8000), NOW)

    ended = await stop(ledger, old.transaction_id)

    assert ended is not None
    assert ended.transaction_id == old.transaction_id
    assert (ended.stopped_at, ended.meter_stop) == (NOW + HOUR, 8000.0)
    assert (ended.energy, ended.flow_time) == (7000.0, HOUR)
    assert ended.stop_reason is StopReason.LOCAL
    assert await ledger.running("garage") == (new,)


async def test_a9_6_a_second_stop_changes_nothing(ledger: Ledger) -> None:
    """Neither the same one nor one that says otherwise."""
    begun = await ledger.begin("garage", started(), NOW)
    ended = await stop(ledger, begun.transaction_id)

    assert await stop(ledger, begun.transaction_id) == ended
    assert (
        await stop(ledger, begun.transaction_id, at=NOW + 2 * HOUR, meter=9, energy=9)
        == ended
    )
    assert await ledger.session(begun.transaction_id) == ended


async def test_a9_6_a_stop_of_no_session_is_told(ledger: Ledger) -> None:
    """One of another charge point, or of an id that was never given, closes nothing."""
    begun = await ledger.begin("garage", started(), NOW)

    assert await stop(ledger, begun.transaction_id, charge_point="drive") is None
    assert await stop(ledger, begun.transaction_id + 1) is None
    assert await stop(ledger, 0) is None
    assert await stop(ledger, -1) is None
    assert await ledger.running("garage") == (begun,)


async def test_a9_6_a_superseded_session_takes_its_true_stop_later(
    ledger: Ledger,
) -> None:
    """What we concluded gives way to what the wallbox tells, doubts and all."""
    begun = await ledger.begin("garage", started(meter=None), NOW)
    guessed = await stop(
        ledger,
        begun.transaction_id,
        meter=None,
        reason=StopReason.SUPERSEDED,
        energy=6500,
        doubts={Doubt.STOP_METER},
    )
    assert guessed is not None
    assert guessed.doubts == {Doubt.START_METER, Doubt.STOP_METER}

    told = await stop(ledger, begun.transaction_id, at=NOW + HOUR - SECOND)

    assert told is not None
    assert (told.energy, told.meter_stop) == (7000.0, 8000.0)
    assert (told.stopped_at, told.stop_reason) == (
        NOW + HOUR - SECOND,
        StopReason.LOCAL,
    )
    assert told.doubts == {Doubt.START_METER}
    assert await stop(ledger, begun.transaction_id, meter=9) == told
    assert (
        await stop(ledger, begun.transaction_id, reason=StopReason.SUPERSEDED) == told
    )


async def test_x11_a_concluded_end_gives_way_to_the_told_one(ledger: Ledger) -> None:
    """A cable that was drawn ends a session; a wallbox may still tell the stop."""
    begun = await ledger.begin("garage", started(), NOW)
    await stop(
        ledger,
        begun.transaction_id,
        reason=StopReason.CAR_DISCONNECTED,
        meter=None,
        energy=1,
        provisional=True,
    )

    told = await stop(ledger, begun.transaction_id)

    assert told is not None
    assert told.energy == 7000.0


async def test_x11_a_concluded_session_comes_to_what_is_told_of_it_afterwards(
    ledger: Ledger,
) -> None:
    """Its end, its figures, its doubts and its half hours follow, until the wallbox tells the stop."""
    begun = await ledger.begin("garage", started(), NOW)
    number = begun.transaction_id
    await measure(ledger, number, concluded_at=NOW + HOUR)
    assert await ledger.session(number) == begun
    concluded = await stop(
        ledger, number, meter=None, energy=1, doubts={Doubt.GAP}, provisional=True
    )
    assert concluded is not None
    assert concluded.concluded_with == frozenset({Doubt.GAP})
    settled = (await ledger.due())["garage"]
    await ledger.settled("garage", settled)

    await ledger.add_samples(number, [sample(NOW + 3 * HOUR, energy=900)])
    await measure(
        ledger,
        number,
        energy=900,
        meter_last=1900.0,
        doubts={Doubt.STOP_METER},
        at=NOW + 3 * HOUR,
        concluded_at=NOW + 3 * HOUR,
    )

    session = await ledger.session(number)
    assert session is not None
    assert (session.energy, session.stopped_at) == (900, NOW + 3 * HOUR)
    assert session.doubts == session.concluded_with == frozenset({Doubt.STOP_METER})
    assert len(await ledger.samples(number)) == 1
    assert sum(slot.energy for slot in await ledger.slots(number)) == 900
    assert (await ledger.due())["garage"].hour == hour_of(NOW)

    # Of two conclusions the earlier counts; a told end counts whatever we conclude.
    earlier = await stop(ledger, number, at=NOW + 2 * HOUR, provisional=True)
    assert earlier is not None
    assert earlier.stopped_at == NOW + 2 * HOUR
    assert await ledger.samples(number) == ()
    assert await stop(ledger, number, at=NOW + 3 * HOUR, provisional=True) == earlier
    told = await stop(ledger, number)
    await measure(ledger, number, energy=1, concluded_at=NOW + 4 * HOUR)
    assert await ledger.session(number) == told
    assert told is not None
    assert told.concluded_with is None


async def test_a9_6_an_end_before_the_beginning_is_marked(ledger: Ledger) -> None:
    """A session never lasts a negative time."""
    begun = await ledger.begin("garage", started(), NOW)

    ended = await stop(ledger, begun.transaction_id, at=NOW - HOUR)

    assert ended is not None
    assert ended.stopped_at == NOW
    assert ended.doubts == {Doubt.TIME}


async def test_a9_6_ids_of_deleted_sessions_are_not_given_again(
    ledger: Ledger,
) -> None:
    """Deleting is final; a wallbox may still use the id."""
    begun = await ledger.begin("garage", started(), NOW)
    await ledger.add_samples(begun.transaction_id, [])
    assert await ledger.delete([begun.transaction_id, 77]) == 1
    assert await ledger.session(begun.transaction_id) is None

    again = await ledger.begin("garage", started(), NOW)
    assert again.transaction_id > begun.transaction_id


async def test_a_replaced_wallbox_hands_its_sessions_on(ledger: Ledger) -> None:
    """The history belongs to the owner's charge point, whatever hardware it is."""
    begun = await ledger.begin("garage", started(), NOW)
    other = await ledger.begin("drive", started(), NOW)

    assert await ledger.reassign("garage", "garage-2") == 1

    assert await ledger.running("garage") == ()
    (moved,) = await ledger.running("garage-2")
    assert moved.transaction_id == begun.transaction_id
    assert await ledger.running("drive") == (other,)


async def test_a9_6_progress_is_seen_at_once_and_ends_with_the_session(
    ledger: Ledger,
) -> None:
    """A measurement that arrives after the stop changes nothing (Ocular, EN+: X2)."""
    begun = await ledger.begin("garage", started(), NOW)
    await measure(ledger, begun.transaction_id, doubts={Doubt.GAP})
    await measure(
        ledger,
        begun.transaction_id,
        energy=600,
        meter_last=None,
        doubts={Doubt.REGISTER_JUMP},
        at=NOW + 2 * MINUTE,
    )

    running = await ledger.session(begun.transaction_id)
    assert running is not None
    assert (running.energy, running.flow_time) == (600.0, MINUTE)
    assert (running.meter_last, running.meter_last_at) == (1500.0, NOW + MINUTE)
    assert running.doubts == {Doubt.GAP, Doubt.REGISTER_JUMP}

    ended = await stop(ledger, begun.transaction_id)
    await measure(ledger, begun.transaction_id, energy=1)
    assert await ledger.session(begun.transaction_id) == ended


async def test_a9_8_blips_are_kept(ledger: Ledger) -> None:
    """A session of 20 s is in the ledger like any other; lists may fold it."""
    begun = await ledger.begin("garage", started(), NOW)
    ended = await stop(ledger, begun.transaction_id, at=NOW + 20 * SECOND, energy=30)

    assert ended is not None
    assert ended.folded
    assert await ledger.sessions() == (ended,)


async def test_a_closed_ledger_says_so(path: Path) -> None:
    """Before `open` and after `close`; closing and opening twice is no matter."""
    ledger = Ledger(path)
    with pytest.raises(LedgerClosedError):
        await ledger.running("garage")
    with pytest.raises(LedgerClosedError):
        await measure(ledger, 1)
    await ledger.open()
    await ledger.open()
    await ledger.close()
    await ledger.close()
    with pytest.raises(LedgerClosedError):
        await ledger.begin("garage", started(), NOW)
