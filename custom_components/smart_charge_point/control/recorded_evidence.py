"""Evidence from the ledger: what one wallbox did in the last 12 months, and what was decided about it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from ..model.charge_point import ChargingReason
from ..model.decision import Decision, DecisionKind
from ..model.dsr import DsrOutcome
from ..model.dsr_record import DsrRecord
from ..model.slot import Slot
from ..model.transaction import Session
from ..model.usage import ReasonSpan, SessionFilter, SessionOrder
from ..records.ledger import Ledger
from ..records.seconds import coverage
from ..records.technical_file.document import utc
from ..records.technical_file.facts import Fact, Seen, Value, seen
from ..rules.charging_hours import Window, windows_between
from .charge_point import ChargePoint

type Facts = Mapping[Fact, Seen]

YEAR: Final = timedelta(days=365)
LATELY: Final = timedelta(days=35)
HALF_HOUR: Final = timedelta(minutes=30)
MINUTE: Final = timedelta(minutes=1)
PAGE: Final = 500
MOST: Final = 20_000
"""Decisions that are looked at, the latest."""
MOST_SESSIONS: Final = 500
"""Sessions whose half hours are looked at, the latest."""
MOST_EVENTS: Final = 3
"""Events whose seconds are looked at, the latest."""
LOOKED_AT: Final = timedelta(minutes=15)
"""How much of the beginning of each."""

OVERRIDES: Final = frozenset({DecisionKind.CHARGE_NOW, DecisionKind.STOP})
OVERRIDDEN: Final = frozenset(
    {ChargingReason.CHARGING_NOW.value, ChargingReason.DSR_CHARGING.value}
)
"""Reasons to charge outside the hours."""


async def recorded_facts(charge_point: ChargePoint, now: datetime) -> Facts:
    """Return what the ledger knows of a wallbox at `now` (UTC).

    Raises:
        LedgerError: the ledger cannot be read.
    """
    ledger, identity = charge_point.ledger, charge_point.settings.identity
    decided = await _decisions(ledger, identity, now)
    events = await ledger.dsr_events(identity, now - YEAR, now, limit=1000)
    return {
        **_decided(decided),
        **_served(events, now),
        **await _sessions(ledger, identity, now),
        **await _outside_hours(charge_point, now),
        **await _seconds(charge_point, events, now),
    }


async def _decisions(ledger: Ledger, identity: str, now: datetime) -> list[Decision]:
    """Return the decisions of 12 months, newest first."""
    found: list[Decision] = []
    while len(found) < MOST:
        page = await ledger.decisions(
            identity, now - YEAR, now + MINUTE, limit=PAGE, offset=len(found)
        )
        found += page
        if len(page) < PAGE:
            break
    return found


def _decided(decided: list[Decision]) -> Facts:
    allowed = [one for one in decided if one.allowed]
    unsafe = [one for one in decided if not one.allowed and _causes(one)]
    changes = [one for one in allowed if one.kind is DecisionKind.CURRENT_LIMIT_CHANGED]
    counted = {
        Fact.DECISIONS: decided,
        Fact.RATE_CHANGES: changes,
        Fact.USER_DECISIONS: [one for one in allowed if one.user_id is not None],
        Fact.OVERRIDES: [one for one in allowed if one.kind in OVERRIDES],
        Fact.DELAYS_SKIPPED: [
            one for one in allowed if one.kind is DecisionKind.CANCEL_DELAY
        ],
        Fact.REFUSALS: unsafe,
        Fact.TAMPER_REPORTS: [
            one for one in decided if one.kind is DecisionKind.TAMPER_REPORTED
        ],
    }
    facts = {fact: _count(which) for fact, which in counted.items() if which}
    if decided:
        for fact, one in (
            (Fact.DECISIONS_FROM, decided[-1]),
            (Fact.DECISIONS_UNTIL, decided[0]),
        ):
            facts[fact] = seen(utc(one.at), decided[0].at, by=_row(one))
    if changes:
        facts[Fact.RATE_CHANGED] = seen(
            utc(changes[0].at), changes[0].at, by=_row(changes[0])
        )
    if unsafe:
        codes = Counter(cause for one in unsafe for cause in _causes(one))
        facts[Fact.REFUSALS_BY_CODE] = seen(
            ", ".join(f"{code}: {count}" for code, count in sorted(codes.items())),
            unsafe[0].at,
            samples=len(unsafe),
            by=[_row(one) for one in unsafe],
        )
    return facts


def _causes(decision: Decision) -> tuple[str, ...]:
    """Return for which faults a decision was refused; none where it was for something else."""
    what, _, detail = decision.detail.partition(":")
    if decision.allowed:
        return ()
    if what == "fault":
        return tuple(detail.strip().split(", "))
    # What a wallbox says of tampering is in its own words, which do not belong here.
    return ("tampering",) if what == "tampering" else ()


def _count(which: list[Decision]) -> Seen:
    """Return how many there are, as of the latest."""
    return seen(
        len(which),
        which[0].at,
        samples=len(which),
        by=[_row(one) for one in which],
    )


def _row(decision: Decision) -> list[Any]:
    """Return a decision without who decided."""
    return [
        utc(decision.at),
        decision.kind.value,
        decision.allowed,
        decision.connector,
        decision.detail,
    ]


def _served(events: tuple[DsrRecord, ...], now: datetime) -> Facts:
    served = [
        one
        for one in events
        if one.outcome in {DsrOutcome.ACTIVE, DsrOutcome.COMPLETED}
    ]
    out = [one.opt_out.at for one in events if one.opt_out is not None]
    facts = {}
    if served:
        facts[Fact.DSR_SERVED] = seen(
            len(served),
            min(now, max(one.event.end for one in served)),
            samples=len(served),
            by=[
                [utc(one.event.start), utc(one.event.end), one.outcome.value]
                for one in served
            ],
        )
    if out:
        facts[Fact.DSR_OPT_OUTS] = seen(
            len(out), max(out), samples=len(out), by=[utc(at) for at in sorted(out)]
        )
    return facts


async def _sessions(ledger: Ledger, identity: str, now: datetime) -> Facts:
    since = now - YEAR
    which = SessionFilter(charge_point=identity, start=since, end=now + MINUTE)
    totals = await ledger.totals(identity, since, now + MINUTE)
    [*first] = await ledger.rows(which, SessionOrder.STARTED, descending=False, limit=1)
    [*latest] = await ledger.rows(which, SessionOrder.STARTED, limit=1)
    if not first or not latest:
        return {}
    begun, last = first[0].session.started_at, latest[0].session
    at = last.stopped_at or now
    values: dict[Fact, Value] = {
        Fact.SESSIONS: totals.sessions,
        Fact.SESSIONS_FROM: utc(begun),
        Fact.SESSIONS_UNTIL: utc(last.started_at),
        Fact.ENERGY: round(totals.energy / 1000, 3),
        Fact.FLOW_TIME: round(totals.flow_time / MINUTE),
    }
    by = list(values.values())
    return {
        fact: seen(value, at, samples=totals.sessions, by=by)
        for fact, value in values.items()
    }


async def _outside_hours(charge_point: ChargePoint, now: datetime) -> Facts:
    """Return for how long was charged outside the charging hours where nobody had overridden them.

    Looked at is every half hour that lies outside as a whole, since the hours are what they are; whole minutes of it.
    """
    ledger, settings = charge_point.ledger, charge_point.settings
    since = max(now - LATELY, settings.decision.decided_at)
    windows = windows_between(
        settings.decision.hours,
        since - timedelta(days=7),
        now + HALF_HOUR,
        charge_point.site.ruleset.zone,
        charge_point.site.bank_holidays,
    )
    await ledger.refresh_running()
    slots: list[Slot] = []
    minutes = 0
    for session in await ledger.sessions(
        settings.identity, since, now, limit=MOST_SESSIONS
    ):
        measured = [
            slot
            for slot in await ledger.slots(session.transaction_id)
            if not slot.estimated
        ]
        slots += measured
        outside = [slot for slot in measured if _outside(slot, windows)]
        if outside:
            free = tuple(_overridden(session, await _spans(ledger, session), now))
            minutes += sum(
                slot.flow_time // MINUTE
                for slot in outside
                if not any(_touch(slot, one) for one in free)
            )
    if not slots:
        return {}
    return {
        Fact.MINUTES_OUTSIDE: seen(
            minutes,
            min(now, max(slot.start for slot in slots) + HALF_HOUR),
            samples=len(slots),
            by=[
                [utc(slot.start), round(slot.energy, 3), slot.flow_time.total_seconds()]
                for slot in slots
            ],
        )
    }


async def _spans(ledger: Ledger, session: Session) -> tuple[ReasonSpan, ...]:
    return await ledger.reasons(session.transaction_id)


def _overridden(
    session: Session, spans: tuple[ReasonSpan, ...], now: datetime
) -> Iterator[Window]:
    """Yield when the hours of a session were overridden."""
    ends = [*(span.since for span in spans[1:]), session.stopped_at or now]
    for span, end in zip(spans, ends, strict=False):
        if span.reason in OVERRIDDEN:
            yield Window(start=span.since, end=end)


def _outside(slot: Slot, windows: Iterable[Window]) -> bool:
    return not any(_touch(slot, window) for window in windows)


def _touch(slot: Slot, window: Window) -> bool:
    return window.start < slot.start + HALF_HOUR and slot.start < window.end


async def _seconds(
    charge_point: ChargePoint, events: tuple[DsrRecord, ...], now: datetime
) -> Facts:
    """Return in how many seconds of the best minute a power is known, of those minutes that were to have one each."""
    best: tuple[int, datetime, bool, list[Any]] | None = None
    lately = [one for one in events if now - LATELY < one.event.start <= now - MINUTE]
    for record in lately[:MOST_EVENTS]:
        event = record.event
        until = min(event.end, event.start + LOOKED_AT, now)
        for connector in charge_point.connectors:
            trace = await charge_point.ledger.trace(
                charge_point.settings.identity, connector, event.start, until
            )
            start = event.start
            while start + MINUTE <= until:
                minute = [one for one in trace if start <= one.at < start + MINUTE]
                present = coverage(minute, start, start + MINUTE).present
                if present and (best is None or present > best[0]):
                    best = (
                        present,
                        start + MINUTE,
                        any(one.derived for one in minute),
                        [[utc(one.at), one.power] for one in minute],
                    )
                start += MINUTE
    if best is None:
        return {}
    present, at, derived, by = best
    return {
        Fact.SECONDS: seen(present, at, samples=present, by=by),
        Fact.POWER_SOURCE: seen(
            "derived" if derived else "measured", at, samples=present, by=by
        ),
    }
