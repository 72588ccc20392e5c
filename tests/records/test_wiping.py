"""What the owner wants forgotten is gone: from every answer, and from every byte of the file and its log (S7b)."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
import sqlite3

import pytest

from custom_components.smart_charge_point.model.decision import DecisionKind
from custom_components.smart_charge_point.model.dsr_record import OptOut, OptOutScope
from custom_components.smart_charge_point.model.transaction import (
    CorrectedField,
    Session,
)
from custom_components.smart_charge_point.model.usage import (
    Correction,
    Receipt,
    SessionFilter,
    UsageKey,
    WipeRequest,
)
from custom_components.smart_charge_point.records.errors import LedgerBusyError
from custom_components.smart_charge_point.records.ledger import Ledger

from ..fourteen_months import charges, tell
from .facts import (
    HOUR,
    MINUTE,
    NOW,
    SECOND,
    decided,
    opened,
    pragma,
    record,
    rows,
    sample,
    started,
    stop,
    traced,
)

# Long and odd enough to be found among the bytes of a file.
ADA = "person-ada-5f21c7"
BEN = "person-ben-90aa41"
ADAS_CARD = "04AD0ADA77AD0A"
BENS_CARD = "04BE0BE988BE0B"
ADAS_USER = "user-ada-77e0d3"
MONTHS_LATER = NOW + timedelta(days=60)


async def session_of(
    ledger: Ledger,
    person: str,
    card: str,
    *,
    hours: int = 0,
    charge_point: str = "garage",
    ends: bool = True,
) -> Session:
    """A session of one person, with samples, corrected to and fro."""
    at = NOW + hours * HOUR
    begun = await ledger.begin(charge_point, started(at, tag=card), at)
    await ledger.assign(begun.transaction_id, person=person)
    await ledger.add_samples(
        begun.transaction_id,
        [sample(at + n * MINUTE, 7000.0, n * 100.0) for n in range(30)],
    )
    if not ends:
        return begun
    ended = await stop(
        ledger, begun.transaction_id, charge_point=charge_point, at=at + HOUR
    )
    assert ended is not None
    return ended


@pytest.fixture
async def home(path: Path) -> AsyncIterator[Ledger]:
    """A ledger in which two people have charged for months, and one of them has decided things."""
    ledger = await opened(path)
    await tell(ledger, charges(days=30, wallboxes=["carport"]))
    for n in range(0, 40, 8):
        await session_of(ledger, ADA, ADAS_CARD.lower(), hours=n)
        other = await session_of(ledger, BEN, BENS_CARD, hours=n + 4)
        for value in (ADA, BEN):
            await ledger.correct(
                Correction(
                    transaction_id=other.transaction_id,
                    field=CorrectedField.PERSON,
                    value=value,
                    user_id=ADAS_USER,
                    at=NOW,
                )
            )
        await ledger.add_decision(decided(NOW + n * HOUR, user_id=ADAS_USER))
        await ledger.add_decision(decided(NOW + n * HOUR, user_id="user-ben"))
    await ledger.keep_dsr_event(
        record(opt_out=OptOut(user_id=ADAS_USER, at=NOW, scope=OptOutScope.EVENT))
    )
    await ledger.add_trace("garage", 1, [traced(n) for n in range(5 * 3600)])
    yield ledger
    await ledger.close()


@contextmanager
def reader(path: Path) -> Iterator[None]:
    """Another program in the middle of reading."""
    other = sqlite3.connect(path, isolation_level=None)
    try:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM session").fetchone()
        yield
    finally:
        other.close()


def found(path: Path, *words: str) -> set[str]:
    """Which of the words stand anywhere in the ledger's folder."""
    content = b"".join(part.read_bytes() for part in path.parent.iterdir())
    return {word for word in words if word.encode() in content}


ADAS: tuple[str, ...] = (ADA, ADAS_CARD.lower(), ADAS_USER)
WIPE_ADA = WipeRequest(
    person=ADA, tags=frozenset({"04:AD:0A:DA:77:AD:0A"}), user_id=ADAS_USER
)


async def test_s7b_a_person_is_forgotten_to_the_last_byte(
    path: Path, home: Ledger
) -> None:
    """With sessions, samples, traces, decisions; the others keep theirs, and the receipt says how much and not whose."""
    # As SQLite is built in most places.
    await pragma(home, "PRAGMA secure_delete = OFF")
    assert found(path, *ADAS) == set(ADAS)
    before = await home.summary(SessionFilter())
    kept = await home.rows(SessionFilter(person=BEN))

    receipt = await home.wipe(WIPE_ADA, MONTHS_LATER)

    assert receipt == Receipt(
        at=MONTHS_LATER,
        sessions=5,
        samples=150,
        seconds=3601,
        events=1,
        decisions=5,
        corrections=20,
    )
    assert found(path, *ADAS) == set()
    assert found(path, BEN, BENS_CARD) == {BEN, BENS_CARD}
    after = await home.summary(SessionFilter())
    assert after.energy == pytest.approx(before.energy - 5 * 7000.0)
    assert await home.rows(SessionFilter(person=BEN)) == kept
    assert await home.rows(SessionFilter(person=ADA)) == ()
    assert UsageKey(person=ADA) not in await home.keys()
    assert len(await home.decisions(limit=100)) == 5
    (event,) = await home.dsr_events()
    assert event.opt_out is not None
    assert event.opt_out.user_id is None
    told = [getattr(receipt, field.name) for field in fields(receipt)]
    assert not any(isinstance(one, str) for one in told)


async def test_s7b_the_figures_may_stay_without_the_person(
    path: Path, home: Ledger
) -> None:
    """The home's energy is what it was; nobody can say any more whose that part was."""
    before = await home.summary(SessionFilter())
    request = WipeRequest(
        person=ADA,
        tags=frozenset({ADAS_CARD}),
        user_id=ADAS_USER,
        keep_sessions=True,
    )
    receipt = await home.wipe(request, MONTHS_LATER)

    assert (receipt.sessions, receipt.anonymised, receipt.seconds) == (0, 5, 0)
    assert found(path, *ADAS) == set()
    assert await home.summary(SessionFilter()) == before
    anonymous = [
        row.session
        for row in await home.rows(SessionFilter(charge_point="garage"))
        if row.session.person is None
    ]
    assert len(anonymous) == 5
    assert {session.tag for session in anonymous} == {""}
    assert len(await home.samples(anonymous[0].transaction_id)) == 30


async def test_s7b_a_session_that_runs_loses_its_person_only(
    path: Path, home: Ledger
) -> None:
    """It goes on and ends as nobody's."""
    running = await session_of(home, ADA, ADAS_CARD.lower(), hours=90, ends=False)

    receipt = await home.wipe(WIPE_ADA, MONTHS_LATER)

    assert receipt.anonymised == 1
    session = await home.session(running.transaction_id)
    assert session is not None
    assert (session.tag, session.person, session.stopped_at) == ("", None, None)
    assert found(path, *ADAS) == set()
    ended = await stop(home, running.transaction_id, at=NOW + 91 * HOUR)
    assert ended is not None
    assert ended.energy == 7000.0


async def test_s7b_a_wallbox_is_forgotten(path: Path, home: Ledger) -> None:
    """All of it, and nothing of the others."""
    await home.add_decision(decided(charge_point="carport"))
    others = await home.rows(SessionFilter(charge_point="carport"), limit=999)

    receipt = await home.wipe(WipeRequest(charge_point="garage"), MONTHS_LATER)

    assert receipt.sessions == 10
    assert receipt.seconds == 5 * 3600
    assert (receipt.events, receipt.decisions) == (1, 10)
    assert found(path, *ADAS, BEN, BENS_CARD) == set()
    assert await home.rows(SessionFilter(), limit=999) == others
    assert len(await home.decisions()) == 1
    assert await home.trace("garage", 1, NOW, NOW + HOUR) == ()


async def test_s7b_traces_alone_are_forgotten_up_to_a_moment(home: Ledger) -> None:
    """Sessions keep their graphs."""
    before = await home.summary(SessionFilter())
    receipt = await home.wipe(WipeRequest(traces=True, before=NOW + HOUR), MONTHS_LATER)

    assert receipt == Receipt(at=MONTHS_LATER, seconds=3600)
    assert await home.summary(SessionFilter()) == before
    (first, *_) = await home.trace("garage", 1, NOW, NOW + 2 * HOUR)
    assert first.at == NOW + HOUR
    receipt = await home.wipe(
        WipeRequest(traces=True, charge_point="carport"), MONTHS_LATER
    )
    assert receipt.seconds == 0


async def test_s7b_what_is_before_a_moment_is_forgotten(home: Ledger) -> None:
    """Of one person, and of everybody."""
    which = WipeRequest(person=ADA, before=NOW + 10 * HOUR)
    assert (await home.wipe(which, MONTHS_LATER)).sessions == 2

    receipt = await home.wipe(
        WipeRequest(everything=True, before=NOW + 10 * HOUR), MONTHS_LATER
    )

    left = await home.rows(SessionFilter(), limit=999)
    assert min(row.session.started_at for row in left) == NOW + 12 * HOUR
    assert receipt.decisions == 4


async def test_s7b_everything_is_forgotten(path: Path, home: Ledger) -> None:
    """Damaged files that were put aside as well; ids are not given again."""
    last = await session_of(home, ADA, ADAS_CARD, hours=400)
    aside = path.with_name("sessions.db.corrupt-20260101T000000.000000Z")
    aside.write_bytes(ADA.encode())
    assert (await home.wipe(WipeRequest(person="nobody"), NOW)).set_aside == 1

    receipt = await home.wipe(WipeRequest(everything=True), MONTHS_LATER)

    assert receipt.set_aside == 0
    assert receipt.sessions > 90
    assert found(path, *ADAS, BEN, BENS_CARD, "04A1") == set()
    assert await home.summary(SessionFilter()) == await _summary_of_nothing(path)
    assert await home.decisions() == ()
    begun = await home.begin("garage", started(tag="new"), NOW)
    assert begun.transaction_id > last.transaction_id


async def _summary_of_nothing(path: Path) -> object:
    empty = await opened(path.with_name("empty.db"))
    nothing = await empty.summary(SessionFilter())
    await empty.close()
    return nothing


async def test_nothing_that_is_named_is_nothing_that_is_deleted(home: Ledger) -> None:
    """A request that was left empty by mistake does no harm; nor does a card that is none."""
    before = await home.summary(SessionFilter())
    begun = await home.begin("garage", started(NOW + 99 * HOUR, tag=""), NOW)
    await stop(home, begun.transaction_id, at=NOW + 100 * HOUR, energy=0)

    for request in (
        WipeRequest(),
        WipeRequest(before=MONTHS_LATER),
        WipeRequest(keep_sessions=True),
        WipeRequest(tags=frozenset({"", " - "})),
    ):
        assert await home.wipe(request, NOW) == Receipt(at=NOW)
    after = await home.summary(SessionFilter())
    assert after.energy == before.energy
    assert after.sessions == before.sessions + 1


async def test_a_backup_is_not_disturbed(path: Path, home: Ledger) -> None:
    """The deletion is refused whole while the file is being copied."""
    await home.checkpoint()
    with pytest.raises(LedgerBusyError):
        await home.wipe(WIPE_ADA, MONTHS_LATER)
    assert len(await home.rows(SessionFilter(person=ADA))) == 5
    await home.resume()

    assert (await home.wipe(WIPE_ADA, MONTHS_LATER)).sessions == 5
    assert found(path, *ADAS) == set()


async def test_what_could_not_be_scrubbed_is_told_and_made_up_for(
    path: Path, home: Ledger
) -> None:
    """Another program reads the file meanwhile: what was asked is deleted, and the bytes go with the next deletion."""
    with reader(path):
        receipt = await home.wipe(WIPE_ADA, MONTHS_LATER)
    assert not receipt.scrubbed
    assert receipt.sessions == 5
    assert await home.rows(SessionFilter(person=ADA)) == ()

    assert (await home.wipe(WipeRequest(traces=True), MONTHS_LATER)).scrubbed
    assert found(path, *ADAS) == set()


async def test_samples_that_were_on_their_way_are_forgotten_too(
    path: Path, home: Ledger
) -> None:
    """What waits to be written is written first, or has no session any more."""
    (row, *_) = await home.rows(SessionFilter(person=ADA))
    late = [sample(row.session.started_at + n * SECOND, 1.0, 1.0) for n in range(90)]
    await home.add_samples(row.session.transaction_id, late)
    await home.wipe(WIPE_ADA, MONTHS_LATER)
    await home.add_samples(row.session.transaction_id, late)
    await home.add_decision(decided(kind=DecisionKind.STOP, user_id="owner"))

    assert await home.samples(row.session.transaction_id) == ()
    for table in ("sample", "mark", "slot", "stale"):
        assert (
            rows(
                path,
                f"SELECT * FROM {table} WHERE transaction_id = {row.session.transaction_id}",  # noqa: S608
            )
            == []
        )
