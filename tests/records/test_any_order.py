"""Whatever order starts, stops, retries, restarts and restores come in, each session stays itself (A9.6)."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
import shutil
import tempfile
from typing import Any, override

from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    precondition,
    rule,
)
import pytest

from custom_components.smart_charge_point.model.transaction import (
    Session,
    SessionSample,
    StopReason,
)
from custom_components.smart_charge_point.model.usage import UsageKey
from custom_components.smart_charge_point.records.ledger import Ledger
from custom_components.smart_charge_point.records.thinning import thin
from custom_components.smart_charge_point.rules.periods import hour_of

from .facts import HOUR, NOW, SECOND, measure, sample, started, stop

CHARGE_POINTS = st.sampled_from(["garage", "drive"])

type Start = tuple[str, int, str, datetime, float | None]


@dataclass(frozen=True)
class Expected:
    """What the ledger should hold, by the simplest of means: dictionaries."""

    sessions: dict[int, Session]
    starts: dict[Start, int]
    provisional: frozenset[int]
    samples: dict[int, tuple[SessionSample, ...]]


class AnyOrder(RuleBasedStateMachine):
    """A ledger and the expectation beside it."""

    starts = Bundle[Start]("starts")
    backups = Bundle[tuple[Path, Expected]]("backups")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "sessions.db"
        self.runner = asyncio.Runner()
        self.now = NOW
        self.given: set[int] = set()
        self.expected = Expected({}, {}, frozenset(), {})
        self.followed: dict[str, dict[datetime, float]] = {}
        self.ledger = Ledger(self.path)
        self.run(self.ledger.open())

    def run[T](self, call: Coroutine[Any, Any, T]) -> T:
        """Wait for a call to the ledger."""
        return self.runner.run(call)

    def expect(self, session: Session, *, provisional: bool | None = None) -> None:
        """Put a session into what is expected."""
        sessions = self.expected.sessions | {session.transaction_id: session}
        marked = self.expected.provisional
        if provisional is not None:
            marked -= {session.transaction_id}
            marked |= {session.transaction_id} if provisional else set()
        self.expected = replace(self.expected, sessions=sessions, provisional=marked)

    @rule(
        target=starts,
        charge_point=CHARGE_POINTS,
        connector=st.integers(1, 2),
        tag=st.sampled_from(["04A1", "04A2"]),
        seconds=st.integers(0, 3),
        meter=st.sampled_from([None, 0.0, 1000.0]),
    )
    def start(
        self,
        charge_point: str,
        connector: int,
        tag: str,
        seconds: int,
        meter: float | None,
    ) -> Start:
        """A start that may or may not be a repetition by chance."""
        start = (charge_point, connector, tag, NOW + seconds * SECOND, meter)
        self.repeat(start)
        return start

    @rule(start=starts)
    def repeat(self, start: Start) -> None:
        """A start that was told before, or before a backup that took its place."""
        charge_point, connector, tag, at, meter = start
        event = started(at, connector=connector, tag=tag, meter=meter)
        kept = self.run(self.ledger.begin(charge_point, event, self.now))
        known = self.expected.starts.get(start)
        if known is not None:
            assert kept == self.expected.sessions[known]
            return
        assert kept.transaction_id not in self.given
        assert kept.stopped_at is None
        assert (kept.charge_point, kept.connector, kept.tag) == start[:3]
        assert (kept.started_at, kept.meter_start) == start[3:]
        self.given.add(kept.transaction_id)
        starts = self.expected.starts | {start: kept.transaction_id}
        self.expected = replace(self.expected, starts=starts)
        self.expect(kept, provisional=False)

    @precondition(lambda self: self.expected.sessions)
    @rule(
        data=st.data(),
        hours=st.integers(0, 72),
        meter=st.sampled_from([None, 500.0, 8000.0]),
        reason=st.sampled_from([StopReason.LOCAL, StopReason.SUPERSEDED]),
    )
    def stop(
        self, data: st.DataObject, hours: int, meter: float | None, reason: StopReason
    ) -> None:
        """A stop of any session, however late, repeated or contradicting an earlier one."""
        before = data.draw(st.sampled_from(list(self.expected.sessions.values())))
        transaction_id = before.transaction_id
        at = before.started_at + hours * HOUR
        provisional = reason is StopReason.SUPERSEDED
        after = self.run(
            stop(
                self.ledger,
                transaction_id,
                charge_point=before.charge_point,
                at=at,
                meter=meter,
                reason=reason,
                energy=100.0 * hours,
            )
        )
        closes = before.stopped_at is None or (
            transaction_id in self.expected.provisional
            and (not provisional or at < before.stopped_at)
        )
        if not closes:
            assert after == before
            return
        assert after == replace(
            before,
            stopped_at=at,
            meter_stop=meter,
            stop_reason=reason,
            energy=100.0 * hours,
            flow_time=HOUR,
            concluded_with=frozenset() if provisional else None,
        )
        self.expect(after, provisional=provisional)
        samples = tuple(
            s
            for s in self.expected.samples.get(transaction_id, ())
            if s.at <= at + timedelta(minutes=1)
        )
        self.expected = replace(
            self.expected, samples=self.expected.samples | {transaction_id: samples}
        )

    @rule(charge_point=CHARGE_POINTS, told=st.integers(-1, 5))
    def stop_of_nothing(self, charge_point: str, told: int) -> None:
        """A stop with an id that was never given."""
        assert self.run(stop(self.ledger, told, charge_point=charge_point)) is None

    @precondition(lambda self: self.expected.sessions)
    @rule(data=st.data(), energy=st.floats(0, 1e5), seconds=st.integers(0, 9999))
    def measure(self, data: st.DataObject, energy: float, seconds: int) -> None:
        """Progress, which counts only while the session runs."""
        before = data.draw(st.sampled_from(list(self.expected.sessions.values())))
        at, flowed = before.started_at + seconds * SECOND, seconds * SECOND
        self.run(
            measure(
                self.ledger,
                before.transaction_id,
                energy=energy,
                flow_time=flowed,
                meter_last=energy,
                at=at,
            )
        )
        if before.stopped_at is None:
            self.expect(
                replace(
                    before,
                    energy=energy,
                    flow_time=flowed,
                    meter_last=energy,
                    meter_last_at=at,
                )
            )

    @precondition(lambda self: self.expected.sessions)
    @rule(
        data=st.data(),
        seconds=st.lists(st.integers(0, 3600), max_size=8),
        power=st.sampled_from([0.0, 1400.0, 7000.0]),
        energy=st.none() | st.floats(0, 20_000),
    )
    def sample(
        self,
        data: st.DataObject,
        seconds: list[int],
        power: float,
        energy: float | None,
    ) -> None:
        """Samples in any order; those of now that were thinned away stay away."""
        session = data.draw(st.sampled_from(list(self.expected.sessions.values())))
        told = [sample(session.started_at + n * SECOND, power, energy) for n in seconds]
        self.run(self.ledger.add_samples(session.transaction_id, told))
        graph = self.run(self.ledger.samples(session.transaction_id))
        had = self.expected.samples.get(session.transaction_id, ())
        last = session.stopped_at and session.stopped_at + timedelta(minutes=1)
        fresh = [s for s in told if last is None or s.at <= last]
        assert graph == thin([*had, *fresh])
        self.expected = replace(
            self.expected,
            samples=self.expected.samples | {session.transaction_id: graph},
        )

    @rule(hours=st.integers(0, 100))
    def look_at_the_usage(self, hours: int) -> None:
        """Each session is its half hours; all of them are the whole, before and after any hour; nothing of it is lost."""
        self.run(self.ledger.refresh_running())
        whole = 0.0
        for session in self.expected.sessions.values():
            slots = self.run(self.ledger.slots(session.transaction_id))
            assert sum(slot.energy for slot in slots) == pytest.approx(session.energy)
            whole += session.energy
        cut = hour_of(NOW) + hours * HOUR
        before = self.run(self.ledger.total_before(UsageKey(), cut))
        after = self.run(self.ledger.hours(UsageKey(), cut, NOW + 9999 * HOUR))
        assert before.energy + sum(hour.energy for hour in after) == pytest.approx(
            whole
        )

    @precondition(lambda self: self.expected.sessions)
    @rule(charge_point=CHARGE_POINTS)
    def settle(self, charge_point: str) -> None:
        """The statistics follow; then whatever changes an hour is due from there."""
        due = self.run(self.ledger.due())
        if charge_point in due:
            self.run(self.ledger.settled(charge_point, due[charge_point]))
            self.followed[charge_point] = self.hours_of(charge_point)

    @invariant()
    def what_changed_is_due(self) -> None:
        """What the statistics followed is what the ledger says, up to the hour that is due."""
        for charge_point, followed in self.followed.items():
            due = self.run(self.ledger.due()).get(charge_point)
            now = self.hours_of(charge_point)
            for hour in followed.keys() | now.keys():
                if due is None or hour < due.hour:
                    assert followed.get(hour) == now.get(hour)

    def hours_of(self, charge_point: str) -> dict[datetime, float]:
        """The energy of each hour of a charge point."""
        found = self.run(
            self.ledger.hours(
                UsageKey(charge_point=charge_point), NOW - HOUR, NOW + 9999 * HOUR
            )
        )
        return {hour.hour: hour.energy for hour in found}

    @rule()
    def restart(self) -> None:
        """Home Assistant is stopped and started."""
        self.run(self.ledger.close())
        self.ledger = Ledger(self.path)
        self.run(self.ledger.open())

    @rule(seconds=st.integers(0, 7200))
    def time_passes(self, seconds: int) -> None:
        """The clock goes on."""
        self.now += timedelta(seconds=seconds)

    @rule(target=backups)
    def back_up(self) -> tuple[Path, Expected]:
        """A copy of the main file is made."""
        self.run(self.ledger.checkpoint())
        copy = Path(tempfile.mkstemp(dir=self.folder.name)[1])
        shutil.copy(self.path, copy)
        self.run(self.ledger.resume())
        return copy, self.expected

    @rule(backup=consumes(backups), hours=st.integers(1, 100))
    def restore(self, backup: tuple[Path, Expected], hours: int) -> None:
        """The ledger goes back to an older state, the clock does not, and the wallbox remembers what came between."""
        copy, expected = backup
        self.run(self.ledger.close())
        shutil.copy(copy, self.path)
        self.expected = expected
        # The statistics are made anew after that.
        self.followed.clear()
        # Four seconds for each session that is forgotten (an hour for 900 of them).
        self.now += hours * HOUR
        self.ledger = Ledger(self.path)
        self.run(self.ledger.open())

    @invariant()
    def ledger_is_as_expected(self) -> None:
        """Every session is what it should be, and there is no other."""
        kept = self.run(self.ledger.sessions(limit=1000))
        assert {s.transaction_id: s for s in kept} == self.expected.sessions
        assert len(kept) == len(self.expected.sessions)
        for charge_point in ("garage", "drive"):
            assert set(self.run(self.ledger.running(charge_point))) == {
                s
                for s in kept
                if s.stopped_at is None and s.charge_point == charge_point
            }

    @override
    def teardown(self) -> None:
        self.run(self.ledger.close())
        self.runner.close()
        self.folder.cleanup()


AnyOrder.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None
)
TestAnyOrder = AnyOrder.TestCase
