"""Nothing that a wallbox can say makes the ledger raise anything but its own errors, or keeps a wrong figure unmarked."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone
import sqlite3

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.smart_charge_point.model.transaction import Doubt, StopReason
from custom_components.smart_charge_point.records.errors import (
    InvalidRecordError,
    LedgerBusyError,
    LedgerCorruptError,
    LedgerError,
    LedgerUnwritableError,
    ledger_error,
)
from custom_components.smart_charge_point.records.ledger import Ledger
from custom_components.smart_charge_point.records.rows import (
    _BITS,
    doubt_bits,
    doubts_of,
)

from .facts import HOUR, NOW, measure, sample, started, stop

NAIVE = datetime(2026, 11, 2)  # noqa: DTZ001 - what is wrong with it is the point
ODD_FIGURES = [None, float("nan"), float("inf"), -float("inf"), -1.0, 4e9, 1e308]


@pytest.mark.parametrize("meter", [float("nan"), float("inf"), 10**400])
async def test_a9_6_a_register_that_is_no_number_was_not_told(
    ledger: Ledger, meter: float
) -> None:
    """It is marked at the start, and the stop bears the doubts it was given."""
    begun = await ledger.begin("garage", started(meter=meter), NOW)

    assert begun.meter_start is None
    assert begun.doubts == {Doubt.START_METER}
    ended = await stop(ledger, begun.transaction_id, meter=meter)
    assert ended is not None
    assert ended.meter_stop is None


@pytest.mark.parametrize("energy", [float("nan"), float("inf"), -1.0, 4e9, 10**400])
async def test_a9_6_an_energy_that_cannot_be_leaves_the_earlier_one(
    ledger: Ledger, energy: float
) -> None:
    """Never negative, never 4 GWh, never silently."""
    begun = await ledger.begin("garage", started(), NOW)
    await measure(ledger, begun.transaction_id, energy=500.0)
    await measure(ledger, begun.transaction_id, energy=energy, flow_time=HOUR)

    running = await ledger.session(begun.transaction_id)
    assert running is not None
    assert (running.energy, running.flow_time) == (500.0, HOUR)
    assert running.doubts == {Doubt.REGISTER_JUMP}
    ended = await stop(ledger, begun.transaction_id, energy=energy)
    assert ended is not None
    assert ended.energy == 500.0
    assert ended.doubts == {Doubt.REGISTER_JUMP}


async def test_a_sample_beyond_all_whole_numbers_of_a_file_is_kept(
    ledger: Ledger,
) -> None:
    """A figure that came as a whole number too long for SQLite is one with a point there, and takes no other with it."""
    begun = await ledger.begin("garage", started(), NOW)

    await ledger.add_samples(
        begun.transaction_id, [sample(NOW, 10**20), sample(NOW + HOUR, 7000.0)]
    )

    kept = await ledger.samples(begun.transaction_id)
    assert [one.power for one in kept] == [1e20, 7000.0]


async def test_times_at_the_ends_of_the_calendar_are_kept(ledger: Ledger) -> None:
    """The year 1, the year 9999, and the hours beyond them that a zone can add."""
    west, east = timezone(-timedelta(hours=12)), timezone(timedelta(hours=12))
    first = await ledger.begin(
        "garage", started(datetime.min.replace(tzinfo=east)), NOW
    )
    last = await ledger.begin("garage", started(datetime.max.replace(tzinfo=west)), NOW)

    assert first.started_at == datetime.min.replace(tzinfo=UTC)
    assert last.started_at == datetime.max.replace(tzinfo=UTC)
    ended = await stop(
        ledger, first.transaction_id, at=last.started_at, flow_time=timedelta.max
    )
    assert ended is not None
    assert ended.flow_time > timedelta(days=3000)
    assert (await ledger.totals()).flow_time == ended.flow_time
    backwards = await stop(ledger, last.transaction_id, flow_time=-HOUR)
    assert backwards is not None
    assert backwards.flow_time == timedelta(0)


async def test_a_tag_that_is_half_a_character_is_kept(ledger: Ledger) -> None:
    """JSON can carry it; SQLite cannot. Its repetition is still the same start."""
    begun = await ledger.begin("garage", started(tag="\ud800ab"), NOW)

    assert begun.tag == "?ab"
    assert await ledger.begin("garage", started(tag="\ud800ab"), NOW) == begun


@pytest.mark.parametrize(
    "wrong",
    [
        lambda ledger: ledger.begin("garage", started(NAIVE), NOW),
        lambda ledger: ledger.begin("garage", started(connector=2), NAIVE),
        lambda ledger: ledger.begin("garage", started(connector=2**70), NOW),
        lambda ledger: ledger.adopt("garage", 1, 5, NAIVE, None),
        lambda ledger: stop(ledger, 1, at=NAIVE),
        lambda ledger: measure(ledger, 1, at=NAIVE),
        lambda ledger: ledger.add_samples(1, [sample(NAIVE)]),
        lambda ledger: ledger.sessions("garage", NAIVE),
        lambda ledger: ledger.sessions("garage", offset=2**70),
    ],
)
async def test_what_no_file_can_bear_is_refused(
    ledger: Ledger, wrong: Callable[[Ledger], Awaitable[object]]
) -> None:
    """With a typed error; what was gathered and what comes after is kept."""
    begun = await ledger.begin("garage", started(), NOW)
    await measure(ledger, begun.transaction_id)
    with pytest.raises(InvalidRecordError):
        await wrong(ledger)

    running = await ledger.session(begun.transaction_id)
    assert running is not None
    assert running.energy == 500.0
    assert await ledger.count() == 1


FIGURES = st.sampled_from(ODD_FIGURES) | st.floats() | st.integers()
TIMES = st.datetimes(timezones=st.just(UTC)) | st.datetimes()
IDS = st.integers() | st.integers(-2, 4)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
async def test_whatever_is_told_only_typed_errors_leave(
    ledger: Ledger, data: st.DataObject
) -> None:
    """Any figures, times, ids and texts in any order; energies stay between 0 and a GWh."""
    calls = data.draw(
        st.lists(
            st.sampled_from(["begin", "adopt", "stop", "measure", "sample"]), max_size=8
        )
    )
    for call in calls:
        meter, at = data.draw(FIGURES), data.draw(TIMES)
        told = data.draw(IDS)
        try:
            match call:
                case "begin":
                    event = started(
                        at,
                        connector=data.draw(IDS),
                        tag=data.draw(st.text()),
                        meter=meter,
                        at_trusted=data.draw(st.booleans()),
                    )
                    await ledger.begin("garage", event, data.draw(TIMES))
                case "adopt":
                    await ledger.adopt("garage", data.draw(IDS), told, at, meter)
                case "stop":
                    reason = data.draw(st.sampled_from(StopReason))
                    energy = data.draw(FIGURES) or 0
                    await stop(
                        ledger, told, at=at, meter=meter, reason=reason, energy=energy
                    )
                case "measure":
                    energy = data.draw(FIGURES) or 0
                    await measure(ledger, told, energy=energy, meter_last=meter, at=at)
                case _:
                    await ledger.add_samples(told, [sample(at, meter, meter, meter)])
        except LedgerError:
            continue
    for session in await ledger.sessions(limit=1000):
        assert 0 <= session.energy <= 1e9
        assert 0 < session.transaction_id < 2**31
        assert session.stopped_at is None or session.stopped_at >= session.started_at
        await ledger.samples(session.transaction_id)


def test_every_doubt_has_a_bit_of_its_own() -> None:
    """A doubt that is new in the model must get one before it can be kept."""
    assert set(_BITS) == set(Doubt)
    assert doubt_bits(Doubt) == 2 ** len(Doubt) - 1
    assert doubts_of(doubt_bits(Doubt)) == set(Doubt)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError("gone"), LedgerUnwritableError),
        (sqlite3.InterfaceError("no code"), InvalidRecordError),
        (OverflowError("too large"), InvalidRecordError),
        (LedgerBusyError("as it is"), LedgerBusyError),
        (LedgerCorruptError("as it is"), LedgerCorruptError),
    ],
)
def test_errors_are_of_one_family(error: Exception, kind: type[LedgerError]) -> None:
    """Whatever layer they come from."""
    assert type(ledger_error(error)) is kind


async def test_a_reason_that_a_newer_release_wrote_is_another(ledger: Ledger) -> None:
    """A file that went back a release is read all the same."""
    begun = await ledger.begin("garage", started(), NOW)
    await stop(ledger, begun.transaction_id)
    await ledger._do(
        lambda: ledger._database._opened().execute(
            "UPDATE session SET stop_reason = 'unheard_of'"
        )
    )

    session = await ledger.session(begun.transaction_id)
    assert session is not None
    assert session.stop_reason is StopReason.OTHER
