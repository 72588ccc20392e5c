"""Evidence of what a wallbox did without a link: its latest outage in which a car was charged."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from ..model.result import LinkReturned
from ..model.transaction import Doubt, Session, SessionSample, StopReason
from ..records.ledger import Ledger
from ..records.technical_file.building import YOUNG_ENOUGH
from ..records.technical_file.document import utc
from ..records.technical_file.facts import Fact, Seen, Value, seen
from .charge_point import ChargePoint

MINUTE: Final = timedelta(minutes=1)
MOST_OUTAGES: Final = 50
"""Outages that are looked at, the latest."""
MOST_SESSIONS: Final = 20
"""Sessions of one that are looked at, the latest."""

type Point = tuple[datetime, float]
"""When, and Wh since the beginning of the session."""


async def outage_facts(charge_point: ChargePoint, now: datetime) -> Mapping[Fact, Seen]:
    """Return for how long a link was gone until `now` (UTC), what was charged meanwhile, and what of it was told afterwards.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    ledger, identity = charge_point.ledger, charge_point.settings.identity
    for outage in await ledger.results(
        LinkReturned, identity, now - YOUNG_ENOUGH, limit=MOST_OUTAGES
    ):
        lost = outage.at - timedelta(seconds=outage.seconds)
        energy, told = await _charged(ledger, identity, lost, outage.at)
        if energy <= 0:
            continue
        values: dict[Fact, Value] = {
            Fact.OFFLINE_TEST: round((outage.at - lost) / MINUTE),
            Fact.OFFLINE_ENERGY: round(energy / 1000, 3),
            Fact.OFFLINE_RECOVERED: told,
        }
        by = [utc(lost), utc(outage.at), *values.values()]
        return {
            fact: seen(value, outage.at, samples=max(told, 1), by=by)
            for fact, value in values.items()
        }
    return {}


async def _charged(
    ledger: Ledger, identity: str, lost: datetime, back: datetime
) -> tuple[float, int]:
    """Return the Wh of an outage, and how many starts, stops and readings of it are known: they were told afterwards."""
    energy, told = 0.0, 0
    for session in await ledger.sessions(identity, None, back, limit=MOST_SESSIONS):
        if session.stopped_at is not None and session.stopped_at <= lost:
            continue
        samples = await ledger.samples(session.transaction_id)
        points = _points(session, samples)
        energy += _energy_at(points, back) - _energy_at(points, lost)
        told += sum(
            lost < moment < back
            for moment in (
                *_transitions(session),
                *(sample.at for sample in samples),
            )
        )
    return energy, told


def _transitions(session: Session) -> tuple[datetime, ...]:
    """Return when a session began and ended, as far as the wallbox told it."""
    found = []
    if Doubt.ADOPTED not in session.doubts:
        found.append(session.started_at)
    if (
        session.stopped_at is not None
        and session.stop_reason is not StopReason.SUPERSEDED
    ):
        found.append(session.stopped_at)
    return tuple(found)


def _points(session: Session, samples: Sequence[SessionSample]) -> list[Point]:
    """Return what is known of a session's energy over time, in order."""
    points = {session.started_at: 0.0}
    points |= {
        sample.at: sample.energy for sample in samples if sample.energy is not None
    }
    if session.stopped_at is not None:
        points[session.stopped_at] = session.energy
    return sorted(points.items())


def _energy_at(points: Sequence[Point], at: datetime) -> float:
    """Return the energy at a moment: between two points on the line, before the first and after the last as there."""
    for (since, before), (until, after) in pairwise(points):
        if since <= at < until:
            return before + (after - before) * ((at - since) / (until - since))
    return points[0][1] if at < points[0][0] else points[-1][1]
