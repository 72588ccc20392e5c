"""One session that more is told of: what has flowed in it, and how sure that is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from ..model.charge_point import RunningSession
from ..model.meter import Measurand, MeterSample, Phase
from ..model.transaction import Doubt, Session, SessionSample
from ..rules.energy import JITTER, MOST_POWER, Register, advance, session_energy
from ..rules.flow_time import (
    FLOWS_FROM_CURRENT,
    FLOWS_FROM_POWER,
    FlowMeter,
    flowing_in,
)

LONGEST_SILENCE: Final = timedelta(minutes=15)
"""A longer stretch between two samples leaves the flow time in doubt."""
ENERGY: Final = (Measurand.ENERGY_IMPORT, Phase.TOTAL)
_EXPORT: Final = (Measurand.ENERGY_EXPORT, Phase.TOTAL)
_POWER: Final = (Measurand.POWER, Phase.TOTAL)
_CURRENT: Final = (Measurand.CURRENT, Phase.TOTAL)
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a session came to: Wh, how long current flowed, and all that is in doubt about it."""

    energy: float
    flow_time: timedelta
    doubts: frozenset[Doubt]


@dataclass(slots=True)
class OpenSession:
    """A session that runs, or of which we only concluded that it has ended: more may be told of it.

    `register` counts from its start; `wallbox_id` is what the wallbox calls it.
    """

    transaction_id: int
    wallbox_id: int
    connector: int
    started_at: datetime
    meter_start: float | None
    register: Register
    flow: FlowMeter
    doubts: set[Doubt] = field(default_factory=set)
    sampled: bool = False
    kept_at: datetime | None = None
    """Of when the latest sample is that the ledger was told its progress with."""
    of_the_past: bool = False
    """Whether its start was told so late that it may long be over, and nothing has shown yet that it runs."""
    unheard_since: datetime | None = None
    """When Home Assistant last heard of it before it was down; None once the first sample after that has come."""
    exported: float | None = None
    """Wh that flowed back (A9.7); None where no register tells."""
    export_register: Register | None = None
    concluded_at: datetime | None = None
    """Where our conclusion puts its end (UTC); None while it runs."""
    next_start: float | None = None
    """Where the register (Wh) stood when the next session of its connector began; None: not known."""

    @staticmethod
    def from_ledger(session: Session) -> OpenSession:
        """Take up a session where the ledger left it."""
        last, last_at = session.meter_last, session.meter_last_at
        if last is None:
            last, last_at = session.meter_start, session.started_at
        return OpenSession(
            transaction_id=session.transaction_id,
            wallbox_id=session.wallbox_transaction_id or session.transaction_id,
            connector=session.connector,
            started_at=session.started_at,
            meter_start=session.meter_start,
            register=Register(total=session.energy, last=last, at=last_at)
            if last is not None
            else Register(),
            flow=FlowMeter(flowed=session.flow_time),
            doubts=set(session.doubts),
            exported=session.exported,
        )

    @staticmethod
    def concluded(session: Session, graph: Iterable[SessionSample]) -> OpenSession:
        """Take up a session that has ended by our conclusion; `graph` is what was measured in it, by time.

        What its end added, because current flowed when it was last measured, is left out: more may be told of that.
        """
        taken = OpenSession.from_ledger(session)
        if session.stopped_at is None or session.concluded_with is None:
            return taken
        flow = FlowMeter()
        for point in graph:
            if (flowing := _flowed_at(point)) is not None:
                flow = flow.mark(point.at, flowing)
        if flow.at is None:
            # Only the connector's status told: it flowed up to the end.
            flow = flow.mark(session.stopped_at - session.flow_time, flowing=True)
        else:
            taken.sampled = True
        added = flow.total(session.stopped_at) - flow.flowed
        taken.flow = replace(flow, flowed=max(timedelta(), session.flow_time - added))
        taken.doubts -= session.concluded_with & {Doubt.GAP, Doubt.STOP_METER}
        taken.concluded_at = session.stopped_at
        if Doubt.REGISTER_JUMP not in taken.doubts and session.meter_start is not None:
            # What shows at the beginning of the next one is in its energy, but was not measured in it.
            last = taken.register.last or session.meter_start
            total = max(0.0, last - session.meter_start)
            taken.register = replace(taken.register, total=total)
        taken.unheard_since = session.meter_last_at or session.started_at
        return taken

    @property
    def register_at_start(self) -> float | None:
        """Where the register (Wh) stood when it began, None where that is not certain."""
        return None if self.doubts & {Doubt.ADOPTED, Doubt.TIME} else self.meter_start

    def outcome(self, at: datetime, meter: float | None) -> Outcome:
        """Return what it comes to where it ends at `at` (UTC), the register at `meter` (Wh; None: not told).

        What flowed between its last sample and an end without a register shows when the next session begins (A9.6).
        """
        ended = replace(self, doubts=self.doubts - {Doubt.STOP_METER})
        if meter is not None:
            ended.count(meter, at)
        elif self.next_start is not None and self._can_reach(self.next_start, at):
            ended.count(self.next_start, at)
        lasted = None if Doubt.TIME in ended.doubts else at - ended.started_at
        took = session_energy(
            start=ended.meter_start,
            stop=meter,
            last=ended.register.last if meter is None else self.register.last,
            counted=ended.register.total,
            duration=lasted,
        )
        flow = ended.flow.mark(at, flowing=False)
        doubts = ended.doubts | took.doubts
        if ended.sampled and flow.longest_held > LONGEST_SILENCE:
            doubts.add(Doubt.GAP)
        return Outcome(
            energy=took.energy,
            flow_time=flow.flowed if lasted is None else min(flow.flowed, lasted),
            doubts=frozenset(doubts),
        )

    def _can_reach(self, register: float, at: datetime) -> bool:
        """Return whether the register can have counted on to a reading (Wh) by a moment."""
        last, last_at = self.register.last, self.register.at
        if last is None or last_at is None:
            return False
        return 0 < register - last <= MOST_POWER * ((at - last_at) / _HOUR)

    def is_over(self, at: datetime) -> bool:
        """Return whether we concluded that it had ended by a moment (UTC)."""
        return self.concluded_at is not None and at > self.concluded_at

    def outlasts(self, samples: Sequence[MeterSample]) -> bool:
        """Return whether samples show that current flowed after the end that we concluded.

        A meter that merely creeps, as of what the wallbox itself takes, does not.
        """
        last, last_at = self.register.last, self.register.at
        if last is None or last_at is None:
            return False
        return any(
            energy - last > JITTER
            and energy - last >= FLOWS_FROM_POWER * ((sample.at - last_at) / _HOUR)
            for sample in samples
            if (energy := sample.values.get(ENERGY)) is not None
            and self.is_over(sample.at)
        )

    def count(self, register: float, at: datetime) -> None:
        """Take a reading of the lifetime register (Wh)."""
        if self.register.last is None:
            # Its start was never told: what came before this reading is not known.
            self.register = Register(total=0, last=register, at=at)
            return
        self.register, doubt = advance(self.register, register, at)
        if doubt is not None:
            self.doubts.add(doubt)

    def take(self, sample: MeterSample) -> SessionSample:
        """Take a sample, and return what the session's graph shows of it; energy after its end says that it went on."""
        before = self.register.total
        self.sample(sample)
        if self.is_over(sample.at) and self.register.total > before:
            self.concluded_at = sample.at
        return self.point(sample)

    def sample(self, sample: MeterSample) -> None:
        """Take a sample."""
        if (energy := sample.values.get(ENERGY)) is not None:
            self._notice_gap(energy, sample.at)
            self.count(energy, sample.at)
        if (export := sample.values.get(_EXPORT)) is not None:
            self._count_export(export, sample.at)
        if (flowing := flowing_in(sample)) is not None:
            self.sampled = True
            self.flow = self.flow.mark(sample.at, flowing)
        if not sample.at_trusted:
            self.doubts.add(Doubt.TIME)

    def _count_export(self, register: float, at: datetime) -> None:
        """Take a reading of the lifetime register of what flowed back (Wh). The first one says where it stood."""
        if self.export_register is None:
            known = self.exported or 0.0
            self.export_register = Register(total=known, last=register, at=at)
        else:
            self.export_register, _ = advance(self.export_register, register, at)
        self.exported = self.export_register.total

    def _notice_gap(self, register: float, at: datetime) -> None:
        """Doubt the flow time where current flowed while Home Assistant was down, and nothing makes up for that."""
        since, last = self.unheard_since, self.register.last
        if since is None or at <= since:
            return
        self.unheard_since = None
        if (
            at - since > LONGEST_SILENCE
            and last is not None
            and abs(register - last) > JITTER
        ):
            self.doubts.add(Doubt.GAP)

    def take_over(self, adopted: OpenSession) -> None:
        """Go on with what was measured of this session when its beginning was not known."""
        self.flow, self.sampled = adopted.flow, adopted.sampled
        self.unheard_since = self.started_at
        if adopted.meter_start is not None:
            self._notice_gap(adopted.meter_start, adopted.started_at)
        self.unheard_since = None

    def point(self, sample: MeterSample) -> SessionSample:
        """Return what the session's graph shows of a sample that was just taken."""
        return SessionSample(
            at=sample.at,
            power=sample.values.get(_POWER),
            energy=self._energy_at(sample),
            current=sample.values.get(_CURRENT),
        )

    def _energy_at(self, sample: MeterSample) -> float | None:
        """Return the Wh since the start as of a sample, also of one that is told after later ones; None: not known."""
        reading = sample.values.get(ENERGY)
        last, last_at = self.register.last, self.register.at
        if reading is None:
            return None
        if last is None or last_at is None or sample.at >= last_at:
            return self.register.total
        # Above the last one, it is of before the register fell.
        return (
            max(0.0, self.register.total - (last - reading))
            if reading <= last
            else None
        )

    def snapshot(self, now: datetime) -> RunningSession:
        """Return the session as it is at `now`."""
        # What was last heard says nothing of the hours after it.
        heard = min(now, self.flow.at + LONGEST_SILENCE) if self.flow.at else now
        return RunningSession(
            transaction_id=self.transaction_id,
            started_at=self.started_at,
            energy=self.register.total,
            flow_time=self.flow.total(heard),
        )


def _flowed_at(point: SessionSample) -> bool | None:
    """Return whether current flowed at a point of a session's graph, None where it does not tell."""
    if point.power is not None:
        return point.power >= FLOWS_FROM_POWER
    return None if point.current is None else point.current >= FLOWS_FROM_CURRENT
