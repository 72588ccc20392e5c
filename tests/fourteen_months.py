"""Fourteen months of a home's charging, made up but always the same, told to a ledger as wallboxes tell it.

What was truly charged in any stretch of time can be asked of each charge, so that sums can be held against it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypedDict

from custom_components.smart_charge_point.model.events import TransactionStarted
from custom_components.smart_charge_point.model.transaction import (
    Session,
    SessionSample,
    StopReason,
)
from custom_components.smart_charge_point.records.ledger import Ledger

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
UNTIL = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WALLBOXES = ("garage", "drive", "carport")
PEOPLE = ("ada", "ben", "cleo", None)
"""Ids of people, by wallbox and session; None is nobody that is known."""


@dataclass(frozen=True, kw_only=True)
class Charge:
    """One session as it truly was: plugged in, charging at one power for a while, unplugged."""

    charge_point: str
    connector: int
    tag: str
    person: str | None
    vehicle: str | None
    started_at: datetime
    stopped_at: datetime
    flows_from: datetime
    flows_until: datetime
    power: float
    meter_start: float

    @property
    def flow_time(self) -> timedelta:
        """How long current flowed."""
        return self.flows_until - self.flows_from

    @property
    def energy(self) -> float:
        """All Wh of it."""
        return self.until(self.stopped_at)

    def until(self, at: datetime) -> float:
        """The Wh that had flowed by a moment."""
        flowed = min(max(at, self.flows_from), self.flows_until) - self.flows_from
        return self.power * (flowed / HOUR)

    def within(self, start: datetime, end: datetime) -> float:
        """The Wh that flowed in [start, end)."""
        return self.until(end) - self.until(start)

    def samples(self, every: timedelta) -> list[SessionSample]:
        """What the wallbox measured, at an interval from the start and at both ends of the flow."""
        count = int((self.stopped_at - self.started_at) / every)
        moments = {self.started_at + n * every for n in range(count + 1)}
        return [
            SessionSample(
                at=at,
                power=self.power if self.flows_from <= at < self.flows_until else 0.0,
                energy=self.until(at),
                current=None,
            )
            for at in sorted(moments | {self.flows_from, self.flows_until})
        ]


class _Course(TypedDict):
    """When a charge flowed, and how much."""

    started_at: datetime
    flows_from: datetime
    flows_until: datetime
    stopped_at: datetime
    power: float


def charges(
    until: datetime = UNTIL,
    *,
    days: int = 426,
    wallboxes: Sequence[str] = WALLBOXES,
    seed: int = 14,
) -> list[Charge]:
    """Fourteen months of charges up to `until`, oldest first: three a day at each wallbox, of one connector each.

    All of them, 3,834 at three wallboxes, are told in some 15 s. One in nine is a blip of seconds; nights lie over midnight, month ends and changes of the clocks.
    """
    made: list[Charge] = []
    midnight = until.replace(hour=0, minute=0, second=0, microsecond=0)
    for place, wallbox in enumerate(wallboxes):
        chance = Random(f"{seed} {wallbox}")
        register = 1000.0 * place
        for day in range(days, 0, -1):
            for n, hour in enumerate((7, 13, 20)):
                start = midnight - timedelta(days=day) + hour * HOUR
                charge = _charge(chance, start + chance.randrange(3600) * MINUTE / 60)
                person = PEOPLE[(place + n) % len(PEOPLE)]
                made.append(
                    Charge(
                        charge_point=wallbox,
                        connector=1,
                        tag=f"04A{(place + n) % len(PEOPLE)}",
                        person=person,
                        vehicle=None if n == 1 else f"car-{place}",
                        meter_start=register,
                        **charge,
                    )
                )
                register += made[-1].energy
    return sorted(made, key=lambda charge: (charge.started_at, charge.charge_point))


def _charge(chance: Random, start: datetime) -> _Course:
    if chance.random() < 1 / 9:
        flowed = timedelta(seconds=20)
        return _Course(
            started_at=start,
            flows_from=start,
            flows_until=start + flowed,
            stopped_at=start + flowed,
            power=5400.0,
        )
    delay = timedelta(seconds=chance.randrange(600))
    flowed = timedelta(seconds=chance.randrange(20 * 60, 4 * 3600))
    return _Course(
        started_at=start,
        flows_from=start + delay,
        flows_until=start + delay + flowed,
        stopped_at=start + delay + flowed + chance.randrange(60) * MINUTE,
        power=chance.choice([1400.0, 3600.0, 7200.0]),
    )


async def tell(
    ledger: Ledger,
    told: Iterable[Charge],
    *,
    every: timedelta | None = 5 * MINUTE,
) -> list[Session]:
    """Tell a ledger of charges as a wallbox does, one after the other, and return the sessions that it made of them.

    Without `every` there are no samples, and the energy of a session lies evenly between its start and its stop.
    """
    kept: list[Session] = []
    for charge in told:
        session = await begin(ledger, charge)
        if every is not None:
            await ledger.add_samples(session.transaction_id, charge.samples(every))
            await ledger.progress(
                session.transaction_id,
                energy=charge.energy,
                flow_time=charge.flow_time,
                doubts=(),
                meter_last=charge.meter_start + charge.energy,
                at=charge.flows_until,
            )
        kept.append(await finish(ledger, charge, session))
    return kept


async def begin(ledger: Ledger, charge: Charge) -> Session:
    """Tell that a charge has begun, and whose it is."""
    session = await ledger.begin(
        charge.charge_point,
        TransactionStarted(
            connector=charge.connector,
            tag=charge.tag,
            meter=charge.meter_start,
            at=charge.started_at,
        ),
        charge.started_at,
    )
    if charge.person is not None or charge.vehicle is not None:
        await ledger.assign(
            session.transaction_id, person=charge.person, vehicle=charge.vehicle
        )
    return session


async def finish(ledger: Ledger, charge: Charge, session: Session) -> Session:
    """Tell that a charge has ended."""
    kept = await ledger.finish(
        charge.charge_point,
        session.transaction_id,
        at=charge.stopped_at,
        meter=charge.meter_start + charge.energy,
        reason=StopReason.LOCAL,
        energy=charge.energy,
        flow_time=charge.flow_time,
        doubts=(),
    )
    assert kept is not None
    return kept
