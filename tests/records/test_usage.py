"""What sessions come to, by the session, the half hour, the hour and the month: all of it to the watt-hour (A9.1 to A9.8)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from custom_components.smart_charge_point.model.transaction import Session, StopReason
from custom_components.smart_charge_point.model.usage import (
    SessionFilter,
    SessionOrder,
    SessionRow,
    UsageKey,
    UsageTotals,
)
from custom_components.smart_charge_point.records.ledger import Ledger
from custom_components.smart_charge_point.rules.periods import (
    Period,
    days,
    month,
    months,
    twelve_months,
)

from ..fourteen_months import UNTIL, Charge, charges, tell
from .facts import HOUR, MINUTE, NOW, SECOND, measure, opened, sample, started, stop

LONDON = ZoneInfo("Europe/London")
HOME = UsageKey()


@dataclass(frozen=True, kw_only=True)
class Year:
    """A ledger of fourteen months, and what was truly charged in them."""

    ledger: Ledger
    charges: list[Charge]
    sessions: list[Session]

    def energy(self, start: datetime, end: datetime) -> float:
        """The Wh that truly flowed in [start, end)."""
        return sum(charge.within(start, end) for charge in self.charges)

    def began(self, start: datetime, end: datetime) -> list[Charge]:
        """What began in [start, end)."""
        return [c for c in self.charges if start <= c.started_at < end]


@pytest.fixture(scope="module")
def year_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Session]]:
    """One wallbox, 1,278 sessions."""
    path = tmp_path_factory.mktemp("year") / "sessions.db"

    async def told() -> list[Session]:
        ledger = await opened(path)
        sessions = await tell(ledger, charges(wallboxes=["garage"]))
        await ledger.close()
        return sessions

    return path, asyncio.run(told())


@pytest.fixture
async def year(year_file: tuple[Path, list[Session]]) -> AsyncIterator[Year]:
    """The ledger of that file; nothing is written to it."""
    path, sessions = year_file
    ledger = await opened(path)
    yield Year(ledger=ledger, charges=charges(wallboxes=["garage"]), sessions=sessions)
    await ledger.close()


def _near(energy: float) -> object:
    return pytest.approx(energy, abs=1.0)


async def test_a9_1_energy_is_of_the_registers_and_connected_time_stands_apart(
    ledger: Ledger,
) -> None:
    """Eight hours connected, three of them flowing."""
    begun = await ledger.begin("garage", started(meter=1000.0), NOW)
    await ledger.set_connected(begun.transaction_id, connected_at=NOW - MINUTE)
    told = [sample(NOW + n * MINUTE, 7000.0, n * 7000 / 60) for n in range(180)]
    await ledger.add_samples(begun.transaction_id, told)
    await ledger.set_connected(
        begun.transaction_id, disconnected_at=NOW + 8 * HOUR - MINUTE
    )
    await stop(
        ledger,
        begun.transaction_id,
        at=NOW + 8 * HOUR,
        meter=22_000.0,
        energy=21_000.0,
        flow_time=3 * HOUR,
    )

    row = await ledger.row(begun.transaction_id)

    assert row is not None
    assert row.session.energy == 21_000.0
    assert row.session.flow_time == 3 * HOUR
    assert row.figures.connected_time == 8 * HOUR
    assert row.figures.mean_power == pytest.approx(7000.0)
    assert row.figures.peak_power == 7000.0
    slots = await ledger.slots(begun.transaction_id)
    assert sum(slot.energy for slot in slots) == pytest.approx(21_000.0)
    assert sum((slot.flow_time for slot in slots), timedelta()) == 3 * HOUR
    assert slots[-1].start < NOW + 3 * HOUR


async def test_a9_2_fourteen_months_are_all_there_and_agree_to_the_watt_hour(
    year: Year,
) -> None:
    """Each session of the last twelve months, each of thirteen calendar months of London, and all of it together."""
    whole = twelve_months(UNTIL.date(), LONDON)
    which = SessionFilter(start=whole.start, end=whole.end)
    truly = year.began(whole.start, whole.end)

    rows = await year.ledger.rows(which, limit=10_000)

    assert len(rows) == len(truly) > 1000
    for row, charge in zip(reversed(rows), truly, strict=True):
        assert row.session.started_at == charge.started_at
        assert row.session.energy == pytest.approx(charge.energy)
    summary = await year.ledger.summary(which)
    assert summary.sessions == len(truly)
    assert summary.energy == _near(sum(charge.energy for charge in truly))

    parts = months(whole, LONDON)
    assert len(parts) == 13
    totals = await year.ledger.usage(HOME, parts)
    for part, total in zip(parts, totals, strict=True):
        assert total.energy == _near(year.energy(part.start, part.end))
        assert total.sessions == len(year.began(part.start, part.end))
    (rolling,) = await year.ledger.usage(HOME, [whole])
    assert rolling.energy == _near(year.energy(whole.start, whole.end))
    assert rolling.energy == _near(sum(total.energy for total in totals))
    assert rolling.sessions == sum(total.sessions for total in totals)


async def test_a9_2_hours_days_and_all_before_come_to_the_same(year: Year) -> None:
    """However the time is cut: as the statistics are made, and as the owner looks at them."""
    whole = twelve_months(UNTIL.date(), LONDON)
    hours = await year.ledger.hours(HOME, whole.start, whole.end)
    before = await year.ledger.total_before(HOME, whole.start)
    after = await year.ledger.total_before(HOME, whole.end)

    assert all(hour.energy > 0 or hour.flow_time for hour in hours)
    assert [hour.hour for hour in hours] == sorted({hour.hour for hour in hours})
    assert before.energy + sum(hour.energy for hour in hours) == _near(after.energy)
    assert after.energy == _near(sum(charge.energy for charge in year.charges))
    for hour in hours[::97]:
        assert hour.energy == _near(year.energy(hour.hour, hour.hour + HOUR))
    totals = await year.ledger.usage(HOME, days(whole, LONDON))
    assert sum(total.energy for total in totals) == _near(after.energy - before.energy)


async def test_a9_2_people_and_vehicles_share_out_the_whole(year: Year) -> None:
    """Each series is that of its own sessions; those of nobody are the rest."""
    keys = await year.ledger.keys()

    assert keys == (
        HOME,
        UsageKey(charge_point="garage"),
        *(UsageKey(person=person) for person in ("ada", "ben", "cleo")),
        UsageKey(vehicle="car-0"),
        *(UsageKey(tag=tag) for tag in ("04A0", "04A1", "04A2")),
    )
    for key in keys:
        total = await year.ledger.total_before(key, UNTIL)
        truly = [
            charge.energy
            for charge in year.charges
            if key.person in {None, charge.person}
            and key.vehicle in {None, charge.vehicle}
            and key.tag in {None, charge.tag}
        ]
        assert total.energy == _near(sum(truly))


@pytest.mark.parametrize(
    ("midnight", "of"),
    [
        (datetime(2026, 3, 31, 23, 0, tzinfo=UTC), date(2026, 3, 9)),
        (datetime(2026, 11, 1, 0, 0, tzinfo=UTC), date(2026, 10, 9)),
    ],
)
async def test_a9_3_a_session_over_a_month_end_is_split_in_the_months_only(
    ledger: Ledger, midnight: datetime, of: date
) -> None:
    """By its samples, at London's midnight: an hour before that of UTC in summer. Its row is whole."""
    begin = midnight - 50 * MINUTE
    begun = await ledger.begin("garage", started(begin, meter=0.0), begin)
    told = [
        sample(begin + n * MINUTE, 6000.0 if n < 50 else 3000.0, _charged(n))
        for n in range(121)
    ]
    await ledger.add_samples(begun.transaction_id, told)
    await stop(
        ledger,
        begun.transaction_id,
        at=begin + 120 * MINUTE,
        meter=_charged(120),
        energy=_charged(120),
        flow_time=2 * HOUR,
    )

    before, after = await ledger.usage(HOME, _two_months(of))

    assert (before.sessions, after.sessions) == (1, 0)
    assert before.energy == pytest.approx(5000.0)
    assert after.energy == pytest.approx(3500.0)
    assert before.flow_time == 50 * MINUTE
    (row,) = await ledger.rows(SessionFilter())
    assert row.session.energy == 8500.0
    assert (await ledger.summary(SessionFilter())).energy == 8500.0


def _charged(minutes: int) -> float:
    """6 kW before midnight, 3 kW after it."""
    return min(minutes, 50) * 100.0 + max(minutes - 50, 0) * 50.0


def _two_months(of: date) -> list[Period]:
    first = month(of, LONDON)
    return [first, month(first.last + timedelta(days=1), LONDON)]


async def test_a9_6_late_samples_move_energy_to_where_it_was_charged(
    ledger: Ledger,
) -> None:
    """Told days after the end: the session stays what it was, its half hours become known."""
    begun = await ledger.begin("garage", started(), NOW)
    await stop(ledger, begun.transaction_id, at=NOW + 2 * HOUR, energy=6000.0)
    spread = await ledger.slots(begun.transaction_id)
    assert [slot.energy for slot in spread] == [pytest.approx(1500.0)] * 4
    assert all(slot.estimated for slot in spread)
    row = await ledger.row(begun.transaction_id)
    assert row is not None
    assert row.figures.estimated

    told = [sample(NOW + n * MINUTE, 6000.0, n * 100.0) for n in range(61)]
    await ledger.add_samples(
        begun.transaction_id, [*told, sample(NOW + 90 * MINUTE, 0.0, 6000.0)]
    )

    slots = await ledger.slots(begun.transaction_id)
    assert [(slot.start - NOW) / HOUR for slot in slots] == [0, 0.5]
    assert [slot.energy for slot in slots] == [pytest.approx(3000.0)] * 2
    assert not any(slot.estimated for slot in slots)


async def test_a9_6_a_late_stop_takes_the_place_of_our_own(ledger: Ledger) -> None:
    """The half hours follow the session's figures, whichever end it has."""
    begun = await ledger.begin("garage", started(), NOW)
    await stop(
        ledger, begun.transaction_id, at=NOW + HOUR, energy=3000.0, provisional=True
    )
    assert await _energy(ledger, begun) == pytest.approx(3000.0)

    await stop(ledger, begun.transaction_id, at=NOW + 3 * HOUR, energy=9000.0)

    assert await _energy(ledger, begun) == pytest.approx(9000.0)
    assert len(await ledger.slots(begun.transaction_id)) == 6


async def _energy(ledger: Ledger, session: Session) -> float:
    return sum(slot.energy for slot in await ledger.slots(session.transaction_id))


async def test_a9_6_the_graph_may_be_thinned_but_not_the_half_hours(
    ledger: Ledger,
) -> None:
    """A car that starts and stops every second: its graph keeps one point in ten, its half hours are exact."""
    begun = await ledger.begin("garage", started(NOW + 17 * MINUTE), NOW)
    begin, energy = begun.started_at, 0.0
    told = []
    for n in range(7200):
        told.append(sample(begin + n * SECOND, 11_000.0 * (n % 2), energy))
        energy += 11_000.0 / 3600 * (n % 2) * (3 if n // 700 % 2 else 1)
    for n in range(0, len(told), 480):
        await ledger.add_samples(begun.transaction_id, told[n : n + 480])
        await ledger.session(begun.transaction_id)
    await stop(ledger, begun.transaction_id, at=begin + 7200 * SECOND, energy=energy)
    assert len(await ledger.samples(begun.transaction_id)) < 2000

    slots = await ledger.slots(begun.transaction_id)

    assert len(slots) == 5
    for slot in slots:
        first = max(0, (slot.start - begin) // SECOND)
        beyond = (slot.start + 30 * MINUTE - begin) // SECOND
        until = energy if beyond >= len(told) else told[beyond].energy
        assert until is not None
        assert slot.energy == pytest.approx(until - (told[first].energy or 0.0), abs=1)
    row = await ledger.row(begun.transaction_id)
    assert row is not None
    assert row.figures.peak_power == 11_000.0


async def test_a9_7_export_is_counted_apart(ledger: Ledger) -> None:
    """It is kept beside the energy, never in it."""
    begun = await ledger.begin("garage", started(), NOW)
    await ledger.progress(
        begun.transaction_id,
        energy=500.0,
        flow_time=MINUTE,
        doubts=(),
        meter_last=None,
        at=NOW + MINUTE,
        exported=120.0,
    )
    running = await ledger.session(begun.transaction_id)
    assert running is not None
    assert (running.energy, running.exported) == (500.0, 120.0)
    ended = await ledger.finish(
        "garage",
        begun.transaction_id,
        at=NOW + HOUR,
        meter=None,
        reason=StopReason.LOCAL,
        energy=700.0,
        flow_time=HOUR,
        doubts=(),
        exported=200.0,
    )
    assert ended is not None
    assert (ended.energy, ended.exported) == (700.0, 200.0)


async def test_a9_8_blips_are_kept_and_can_be_folded_away(year: Year) -> None:
    """They count in every sum, and lists leave them out when asked to."""
    blips = [s for s in year.sessions if s.folded]
    assert len(blips) > 100
    every = await year.ledger.summary(SessionFilter())
    shown = await year.ledger.summary(SessionFilter(folded=False))

    assert every.sessions == len(year.sessions)
    assert shown.sessions == every.sessions - len(blips)
    assert every.energy - shown.energy == pytest.approx(sum(s.energy for s in blips))
    rows = await year.ledger.rows(SessionFilter(folded=False), limit=10_000)
    assert not any(row.session.folded for row in rows)
    assert len(rows) == shown.sessions
    total = await year.ledger.total_before(HOME, UNTIL)
    assert total.energy == _near(every.energy)


@pytest.mark.parametrize(
    ("seconds", "energy", "folded"),
    [(59, 500.0, True), (60, 50.0, False), (600, 49.9, True)],
)
async def test_a9_8_a_blip_is_under_a_minute_or_50_watt_hours(
    ledger: Ledger, seconds: int, energy: float, *, folded: bool
) -> None:
    """Lists fold away what a session says of itself."""
    begun = await ledger.begin("garage", started(), NOW)
    ended = await stop(
        ledger, begun.transaction_id, at=NOW + seconds * SECOND, energy=energy
    )
    assert ended is not None
    assert ended.folded == folded

    assert len(await ledger.rows(SessionFilter(folded=False))) == (not folded)


async def test_hours_are_those_that_begin_in_the_stretch(ledger: Ledger) -> None:
    """From half past seven to half past nine: asked for from then on, eight o'clock is the first."""
    begun = await ledger.begin("garage", started(), NOW)
    await stop(ledger, begun.transaction_id, at=NOW + 2 * HOUR, energy=4000.0)

    hours = await ledger.hours(HOME, NOW, NOW + 2 * HOUR)

    assert [hour.hour - NOW for hour in hours] == [30 * MINUTE, 90 * MINUTE]
    assert [hour.energy for hour in hours] == [
        pytest.approx(2000.0),
        pytest.approx(1000.0),
    ]
    before = await ledger.total_before(HOME, NOW + 30 * MINUTE)
    assert before.energy == pytest.approx(1000.0)
    assert before.hour == NOW + 30 * MINUTE


async def test_running_sessions_are_shown_and_kept_up_with(ledger: Ledger) -> None:
    """They are never blips; their half hours are as of the latest look at them."""
    begun = await ledger.begin("garage", started(), NOW)
    await ledger.add_samples(
        begun.transaction_id,
        [sample(NOW + n * MINUTE, 6000.0, n * 100.0) for n in range(41)],
    )
    await measure(
        ledger,
        begun.transaction_id,
        energy=4000.0,
        at=NOW + 40 * MINUTE,
        flow_time=40 * MINUTE,
    )
    assert len(await ledger.rows(SessionFilter(folded=False))) == 1
    assert await ledger.slots(begun.transaction_id) == ()

    await ledger.refresh_running()

    slots = await ledger.slots(begun.transaction_id)
    assert [slot.energy for slot in slots] == [
        pytest.approx(3000.0),
        pytest.approx(1000.0),
    ]
    await measure(ledger, begun.transaction_id, energy=4500.0, at=NOW + 45 * MINUTE)
    await ledger.refresh_running()
    assert await _energy(ledger, begun) == pytest.approx(4500.0)


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("order", SessionOrder)
async def test_rows_are_sorted_and_paged(
    year: Year, order: SessionOrder, *, descending: bool
) -> None:
    """Pages touch: none is missing, none comes twice."""
    which = SessionFilter(person="ada", end=UNTIL - timedelta(days=300))
    whole = await year.ledger.rows(which, order, descending=descending, limit=999)
    pages = [
        row
        for offset in range(0, len(whole), 40)
        for row in await year.ledger.rows(
            which, order, descending=descending, limit=40, offset=offset
        )
    ]

    assert pages == list(whole)
    assert {row.session.person for row in whole} == {"ada"}
    values = [_value(row, order) for row in whole]
    assert values == sorted(values, reverse=descending)


def _value(row: SessionRow, order: SessionOrder) -> float:
    session = row.session
    assert session.stopped_at is not None
    return {
        SessionOrder.STARTED: session.started_at.timestamp(),
        SessionOrder.ENERGY: session.energy,
        SessionOrder.DURATION: (session.stopped_at - session.started_at) / SECOND,
        SessionOrder.COST: row.figures.cost or 0.0,
        SessionOrder.SOLAR: row.figures.solar or 0.0,
    }[order]


async def test_an_empty_ledger_has_no_usage(ledger: Ledger) -> None:
    """Sums of nothing are nothing, and there is no series."""
    assert await ledger.keys() == ()
    assert await ledger.rows(SessionFilter()) == ()
    assert await ledger.summary(SessionFilter()) == UsageTotals()
    assert await ledger.hours(HOME, NOW, NOW + HOUR) == ()
    assert (await ledger.total_before(HOME, NOW)).energy == 0
    assert await ledger.row(4711) is None
    assert await ledger.slots(4711) == ()
    assert await ledger.due() == {}
