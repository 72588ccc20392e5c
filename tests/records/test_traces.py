"""Traces: each second for 30 days, then each minute, whatever comes when (A9.4; requirements.md section 7, 16)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
import itertools
from pathlib import Path
import random

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.smart_charge_point.model.trace import TraceSample
from custom_components.smart_charge_point.records import gathering
from custom_components.smart_charge_point.records.errors import (
    InvalidRecordError,
    LedgerClosedError,
)
from custom_components.smart_charge_point.records.ledger import Ledger
from custom_components.smart_charge_point.records.seconds import coverage
from custom_components.smart_charge_point.records.traces import EVERY_SECOND

from .facts import (
    HOUR,
    MINUTE,
    NOW,
    SECOND,
    content_of,
    opened,
    pragma,
    rows,
    started,
    stop,
    traced,
)

DAY = 24 * HOUR
EXAMPLES = itertools.count()
EVER = (NOW - 1000 * DAY, NOW + 1000 * DAY)


async def _all(ledger: Ledger, charge_point: str = "garage") -> list[TraceSample]:
    return list(await ledger.trace(charge_point, 1, *EVER))


async def test_a9_4_a_minute_at_1_hz_has_60_distinct_seconds(ledger: Ledger) -> None:
    """What is put in second by second comes out again, and it says that it is every second."""
    told = [traced(n, 7000.0 + n, 30.4, 1e6 + n, derived=n > 30) for n in range(60)]
    for sample in told:
        await ledger.add_trace("garage", 1, [sample])

    found = await ledger.trace("garage", 1, NOW, NOW + MINUTE)

    assert list(found) == told
    assert coverage(found, NOW, NOW + MINUTE).every_second
    assert await ledger.trace("garage", 2, *EVER) == ()
    assert await ledger.trace("drive", 1, *EVER) == ()
    half = await ledger.trace("garage", 1, NOW + 0.5 * SECOND, NOW + 2.5 * SECOND)
    assert list(half) == told[1:3]


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
async def test_a9_4_any_samples_in_any_order_make_the_seconds_they_tell(
    ledger: Ledger, data: st.DataObject
) -> None:
    """In one batch or many, written between them or not: the last of a second counts, what it leaves open stays."""
    # One ledger serves all examples, so each has a charge point of its own.
    charge_point = f"garage {next(EXAMPLES)}"
    expected: dict[datetime, TraceSample] = {}
    batches = data.draw(
        st.lists(
            st.lists(
                st.builds(
                    traced,
                    st.floats(0, 20, exclude_max=True),
                    st.sampled_from([None, 0.0, 7000.0]),
                    st.sampled_from([None, 32.0]),
                    st.sampled_from([None, 1e6]),
                    derived=st.booleans(),
                ),
                max_size=8,
            ),
            max_size=6,
        )
    )
    for told in batches:
        await ledger.add_trace(charge_point, 1, told)
        if data.draw(st.booleans()):
            await _all(ledger, charge_point)  # has them written
        for sample in told:
            at = sample.at.replace(microsecond=0)
            earlier = expected.get(at, traced(0, None))
            over = sample if sample.power is not None else earlier
            expected[at] = TraceSample(
                at=at,
                power=over.power,
                derived=over.derived and over.power is not None,
                current=earlier.current if sample.current is None else sample.current,
                register=earlier.register
                if sample.register is None
                else sample.register,
            )

    found = await _all(ledger, charge_point)
    assert found == [expected[at] for at in sorted(expected)]


async def test_a9_4_order_and_repetition_change_nothing(ledger: Ledger) -> None:
    """A wallbox that lost our answer sends its seconds again, and late ones find their place."""
    told = [traced(n, 1.0 * n) for n in range(200)]
    shuffled = random.Random(5).sample(told, k=200)
    for n in range(0, 200, 20):
        await ledger.add_trace("garage", 1, [*shuffled[n : n + 20], *shuffled[:n:7]])
        await _all(ledger)

    assert await _all(ledger) == told


async def test_a_trace_goes_on_after_a_restart(path: Path, ledger: Ledger) -> None:
    """The last second before a shutdown is there."""
    await ledger.add_trace("garage", 1, [traced(0)])
    await ledger.close()
    with pytest.raises(LedgerClosedError):
        await ledger.add_trace("garage", 1, [traced(1)])
    again = await opened(path)
    await again.add_trace("garage", 1, [traced(1)])

    assert await _all(again) == [traced(0), traced(1)]
    await again.close()


async def test_a_backup_has_the_trace_until_then(
    path: Path, ledger: Ledger, tmp_path: Path
) -> None:
    """The main file alone, while seconds go on being kept."""
    await ledger.add_trace("garage", 1, [traced(0)])
    await ledger.checkpoint()
    await ledger.add_trace("garage", 1, [traced(1)])
    assert len(await _all(ledger)) == 2
    copy = tmp_path / "copy.db"
    copy.write_bytes(content_of(path))

    restored = await opened(copy)
    assert await _all(restored) == [traced(0)]
    await restored.close()


async def test_seconds_become_minutes_after_30_days(ledger: Ledger) -> None:
    """The mean power and the first register of each; nothing is lost of what is younger."""
    told = [traced(n, float(n % 60), 2.0, 1e6 + n) for n in range(600)]
    await ledger.add_trace("garage", 1, told)

    assert await ledger.thin(NOW + EVERY_SECOND + 59 * SECOND) == 0
    assert await _all(ledger) == told

    # The fifth minute is not over 30 days ago yet.
    went = await ledger.thin(NOW + EVERY_SECOND + 4.5 * MINUTE)

    assert went == 4 * 59
    minutes = [traced(60 * n, 29.5, 2.0, 1e6 + 60 * n) for n in range(4)]
    assert await _all(ledger) == [*minutes, *told[240:]]
    assert await ledger.thin(NOW + EVERY_SECOND + 4.5 * MINUTE) == 0
    assert await _all(ledger) == [*minutes, *told[240:]]


async def test_minutes_come_to_the_same_in_any_number_of_steps(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that was not thinned for long is thinned little by little; a minute is the same minute either way."""
    monkeypatch.setattr(
        "custom_components.smart_charge_point.records.traces._AT_ONCE", 60
    )
    chance = random.Random(7)
    told = [
        traced(n, chance.choice([None, 0.0, 7e3]))
        for n in chance.sample(range(900), 600)
    ]
    for name in ("at once", "by and by"):
        await ledger.add_trace(name, 1, told)
    for minutes in range(1, 20):
        await ledger.thin(NOW + EVERY_SECOND + minutes * MINUTE)
    by_and_by = await _all(ledger, "by and by")

    assert len(by_and_by) == 15
    expected = {}
    for n in range(15):
        known = [
            s.power
            for s in told
            if s.power is not None and n * MINUTE <= s.at - NOW < (n + 1) * MINUTE
        ]
        expected[NOW + n * MINUTE] = sum(known) / len(known)
    assert {s.at: s.power for s in by_and_by} == pytest.approx(expected)


async def test_what_is_told_again_of_a_thinned_time_changes_nothing(
    ledger: Ledger,
) -> None:
    """A minute is made once, by all of its seconds."""
    told = [traced(n, float(n)) for n in range(120)]
    await ledger.add_trace("garage", 1, told)
    await ledger.thin(NOW + EVERY_SECOND + HOUR)
    minutes = await _all(ledger)
    await ledger.add_trace("garage", 1, [*told, traced(121, 5.0)])

    assert await _all(ledger) == [*minutes, traced(121, 5.0)]


async def test_a_clock_that_was_years_ahead_shuts_nothing_out(ledger: Ledger) -> None:
    """Seconds that come after it was set right are kept."""
    await ledger.add_trace("garage", 1, [traced(0)])
    for _ in range(3):
        await ledger.thin(NOW + 5000 * DAY)
    await ledger.add_trace("garage", 1, [traced(60), traced(61)])

    assert await _all(ledger) == [traced(0), traced(60), traced(61)]


async def test_thinning_happens_by_itself(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every hour, in the ledger's own thread, and a full disk does not end it."""
    await ledger.add_trace("garage", 1, [traced(n - 5000 * 86_400) for n in range(60)])
    await _all(ledger)
    fire: list[Callable[[], object]] = []
    loop = asyncio.get_running_loop()

    def call_later(_: float, callback: Callable[[], object]) -> asyncio.TimerHandle:
        fire.append(callback)
        return asyncio.TimerHandle(0, callback, (), loop)

    assert ledger._thin_timer is not None
    ledger._thin_timer.cancel()
    monkeypatch.setattr(loop, "call_later", call_later)
    await pragma(ledger, "PRAGMA query_only = ON")

    ledger._thin_soon()
    await ledger._do(lambda: None)  # the thread does one thing after the other
    assert len(await ledger.trace("garage", 1, NOW - 6000 * DAY, NOW)) == 60
    fire.pop()()
    await ledger._do(lambda: None)

    assert len(await ledger.trace("garage", 1, NOW - 6000 * DAY, NOW)) == 1
    assert len(fire) == 1


async def test_a_replacement_gets_the_trace(ledger: Ledger) -> None:
    """Where both have a second, the new one's stays."""
    await ledger.add_trace("old", 1, [traced(n, 1.0) for n in range(3)])
    await ledger.add_trace("new", 1, [traced(2, 2.0), traced(3, 2.0)])
    await ledger.reassign("old", "new")
    await ledger.reassign("new", "new")

    assert await _all(ledger, "old") == []
    assert [s.power for s in await _all(ledger, "new")] == [1.0, 1.0, 2.0, 2.0]


async def test_a_full_disk_keeps_the_latest_seconds_waiting(
    ledger: Ledger, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bounded; they are written when there is room."""
    monkeypatch.setattr(gathering, "_MOST_SECONDS", 100)
    await pragma(ledger, "PRAGMA max_page_count = 1")
    n = 0
    while ledger.problem is None:  # what is left of the last page
        n += 1
        await ledger.add_trace("garage", 1, [traced(n)])
        await ledger.session(1)
    for late in range(n, n + 250):
        await ledger.add_trace("garage", 1, [traced(late)])
        await ledger.session(1)
    assert rows(path, "SELECT count(*) FROM trace") == [(n - 1,)]
    await pragma(ledger, "PRAGMA max_page_count = 1000000")

    expected = [*range(1, n), *range(n + 150, n + 250)]
    assert await _all(ledger) == [traced(second) for second in expected]
    assert ledger.problem is None


NAIVE = datetime(2026, 11, 2)  # noqa: DTZ001 - what is wrong with it is the point


@pytest.mark.parametrize(
    "wrong",
    [
        lambda ledger: ledger.add_trace("garage", 1, [TraceSample(at=NAIVE, power=1)]),
        lambda ledger: ledger.trace("garage", 1, NAIVE, NOW),
        lambda ledger: ledger.trace("garage", 2**70, NOW, NOW),
        lambda ledger: ledger.thin(NAIVE),
    ],
)
async def test_what_no_file_can_bear_is_refused(
    ledger: Ledger, wrong: Callable[[Ledger], Awaitable[object]]
) -> None:
    """With a typed error, and nothing else suffers."""
    begun = await ledger.begin("garage", started(), NOW)
    await ledger.add_trace("garage", 1, [traced(0)])
    with pytest.raises(InvalidRecordError):
        await wrong(ledger)
    await stop(ledger, begun.transaction_id)

    assert await _all(ledger) == [traced(0)]


async def test_odd_names_and_figures_hold_nobody_up(ledger: Ledger) -> None:
    """Neither is in the way of what others measure in the same second."""
    await ledger.add_trace("\ud800", 2**70, [traced(0, float("nan"), float("inf"))])
    await ledger.add_trace(
        "garage", 1, [TraceSample(at=NOW - timedelta(days=365_000), power=1.0)]
    )
    await ledger.add_trace("garage", 1, [traced(0)])

    assert await _all(ledger) == [traced(0)]
    assert await ledger.trace("?", 2**63 - 1, *EVER) == (traced(0, None),)
