"""One session while it runs: what has flowed in it, and how sure that is."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from ..model.charge_point import RunningSession
from ..model.meter import Measurand, MeterSample, Phase
from ..model.transaction import Doubt, Session, SessionSample
from ..rules.energy import JITTER, Register, advance
from ..rules.flow_time import FlowMeter, flowing_in

LONGEST_SILENCE: Final = timedelta(minutes=15)
"""A longer stretch between two samples leaves the flow time in doubt."""
ENERGY: Final = (Measurand.ENERGY_IMPORT, Phase.TOTAL)
_EXPORT: Final = (Measurand.ENERGY_EXPORT, Phase.TOTAL)
_POWER: Final = (Measurand.POWER, Phase.TOTAL)
_CURRENT: Final = (Measurand.CURRENT, Phase.TOTAL)


@dataclass(slots=True)
class OpenSession:
    """A session that runs. `register` counts from its start; `wallbox_id` is what the wallbox calls it."""

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
    """Up to when the ledger knows it."""
    of_the_past: bool = False
    """Whether its start was told so late that it may long be over, and nothing has shown yet that it runs."""
    unheard_since: datetime | None = None
    """When Home Assistant last heard of it before it was down; None once the first sample after that has come."""
    exported: float | None = None
    """Wh that flowed back (A9.7); None where no register tells."""
    export_register: Register | None = None

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

    def count(self, register: float, at: datetime) -> None:
        """Take a reading of the lifetime register (Wh)."""
        if self.register.last is None:
            # Its start was never told: what came before this reading is not known.
            self.register = Register(total=0, last=register, at=at)
            return
        self.register, doubt = advance(self.register, register, at)
        if doubt is not None:
            self.doubts.add(doubt)

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
