"""Demand-side response: which events are taken, when they begin and end, and what they claim."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import isfinite
from typing import Final

from ..model.dsr import DsrDirection, DsrEvent, DsrKind
from ..model.limit import Limit
from ..model.plan import Claim, ClaimSource, ClaimStep, Effect, PlanReason
from .random_delay import RandomSource, draw

LONGEST: Final = timedelta(hours=24)
"""No event may hold a charge for longer (D6)."""
_SECOND: Final = timedelta(seconds=1)


class DsrRefusal(StrEnum):
    """Why an event is not taken (D6)."""

    OVER = "over"
    """Its end has passed."""
    NO_LENGTH = "no_length"
    """It ends before it begins, or just then."""
    TOO_LONG = "too_long"
    NO_LIMIT = "no_limit"
    """Only an event upwards may go without."""
    WRONG_LIMIT = "wrong_limit"
    """Its limit is below 0, or no number."""
    TWO_LIMITS = "two_limits"
    """One in amperes and one in watts."""


class DsrRefusedError(ValueError):
    """An event is not taken."""

    def __init__(self, refusal: DsrRefusal) -> None:
        """Say why."""
        super().__init__(refusal.value)
        self.refusal = refusal


def event_limit(
    amperes: float | None, watts: float | None, phases: int
) -> Limit | None:
    """Return the limit that a provider names in amperes per phase or in watts over `phases`; None where in neither.

    Raises:
        DsrRefusedError: it is below 0, no number, or named in both.
    """
    if amperes is not None and watts is not None:
        raise DsrRefusedError(DsrRefusal.TWO_LIMITS)
    for number in (amperes, watts):
        if number is not None and not (isfinite(number) and number >= 0):
            raise DsrRefusedError(DsrRefusal.WRONG_LIMIT)
    if amperes is not None:
        return Limit(amperes=amperes)
    return None if watts is None else Limit.from_watts(watts, phases)


def checked(event: DsrEvent, now: datetime) -> DsrEvent:
    """Return the event, which can be taken at `now` (UTC).

    Source: requirements.md D6.

    Raises:
        DsrRefusedError: it cannot.
    """
    if event.end <= event.start:
        raise DsrRefusedError(DsrRefusal.NO_LENGTH)
    if event.end <= now:
        raise DsrRefusedError(DsrRefusal.OVER)
    if event.end - event.start > LONGEST:
        raise DsrRefusedError(DsrRefusal.TOO_LONG)
    if event.limit is None and event.direction is not DsrDirection.UP:
        raise DsrRefusedError(DsrRefusal.NO_LIMIT)
    return event


def draw_edges(
    event: DsrEvent,
    maximum: int,
    now: datetime,
    source: RandomSource,
    before: DsrEvent | None = None,
) -> DsrEvent:
    """Return the event, announced at `now` (UTC), with the delays of both edges drawn: 0 to `maximum` whole seconds.

    A response, and an event whose provider has drawn a delay of its own, get none. An edge that stands as it did in
    `before`, the same event as it was known until now, keeps its delay.

    Where the announcement comes less than `maximum` before an edge at which current falls, there is no time to spread
    all homes before it: the delay may then be negative, which means that long after the edge.

    Source: SI 2021/1467 reg. 11; requirements.md, relevant-time table and section 7, 6 and 7.

    Raises:
        ValueError: `maximum` is negative.
    """
    if event.kind is DsrKind.RESPONSE or event.equivalent_delay_applied:
        return replace(event, start_delay=0, end_delay=0)

    def delay(edge: datetime, falling: DsrDirection) -> int:
        """Return the delay of an edge at which events of the direction `falling` only ever lower."""
        drawn = draw(maximum, source)
        notice = (edge - now) // _SECOND
        if event.direction is falling:
            return min(maximum, notice) - drawn
        late = max(0, -notice)
        # A setpoint may turn out to lower or to lift: without the time to do it before, either comes after.
        if event.direction is DsrDirection.SETPOINT and notice < maximum:
            return -(late + drawn)
        return late + drawn

    known = before if before and _delayed_alike(before, event) else None
    return replace(
        event,
        start_delay=known.start_delay
        if known and known.start == event.start
        else delay(event.start, DsrDirection.DOWN),
        end_delay=known.end_delay
        if known and known.end == event.end
        else delay(event.end, DsrDirection.UP),
    )


def cancelled(
    event: DsrEvent, maximum: int, now: datetime, source: RandomSource
) -> DsrEvent | None:
    """Return what remains of an event that its provider takes back at `now` (UTC), None where nothing has begun.

    All homes hear of it in the same second, so a planned event ends with a random delay like any other, but no later
    than it would have. An owner's override is not a cancellation: nothing of the event remains then.

    Raises:
        ValueError: `maximum` is negative.
    """
    if not any(_speaks_at(claim, now) for claim in dsr_claims(event, Limit.PAUSED)):
        return None
    if event.end <= now:
        return event
    ended = draw_edges(replace(event, end=now), maximum, now, source, before=event)
    return min(ended, event, key=_lapses)


def dsr_claims(event: DsrEvent, maximum: Limit) -> tuple[Claim, ...]:
    """Return what an event claims; `maximum` is what it asks for where it names no limit.

    A limit downwards holds whole from the event's start to its end: a planned one is there early and stays longer, by
    the delays of its edges. What lifts begins later and ends earlier, as nobody asked for the load outside. Every claim
    has an end, so that it lapses by itself. Claims of several events meet in the plan, where the lowest limit holds; an event upwards
    limits nothing.

    Source: requirements.md section 4, D1, D2, D4, D5 and D7.
    """
    limit = maximum if event.limit is None else event.limit
    falls = event.start - event.start_delay * _SECOND
    rises_again = event.end + abs(event.end_delay) * _SECOND
    rises = event.start + abs(event.start_delay) * _SECOND
    falls_again = event.end - event.end_delay * _SECOND
    planned = event.kind is DsrKind.PLANNED
    claims: list[Claim] = []
    if event.direction is not DsrDirection.UP and falls < event.end:
        claims.append(
            Claim(
                source=ClaimSource.PLANNED_DSR if planned else ClaimSource.GRID,
                effect=Effect.LOWERS,
                steps=(ClaimStep(start=falls, limit=limit, reason=PlanReason.DSR),),
                end=rises_again,
            )
        )
    if event.direction is not DsrDirection.DOWN and rises < falls_again:
        claims.append(
            Claim(
                source=ClaimSource.PLANNED_DSR if planned else ClaimSource.RESPONSE_DSR,
                effect=Effect.LIFTS,
                steps=(ClaimStep(start=rises, limit=limit, reason=PlanReason.DSR_UP),),
                end=falls_again,
            )
        )
    return tuple(claims)


def active(event: DsrEvent, now: datetime) -> bool:
    """Return whether `now` (UTC) lies in the event's window, delays aside."""
    return event.start <= now < event.end


def next_edge(event: DsrEvent, now: datetime) -> datetime | None:
    """Return when the event next begins or ends, by its window or by its claims; None where it is over for good."""
    return min((edge for edge in _edges(event) if edge > now), default=None)


def _edges(event: DsrEvent) -> Iterator[datetime]:
    """Yield all moments at which something of the event changes."""
    yield event.start
    yield event.end
    for claim in dsr_claims(event, Limit.PAUSED):
        yield claim.steps[0].start
        if claim.end is not None:
            yield claim.end


def _lapses(event: DsrEvent) -> datetime:
    """Return when nothing of the event is claimed any more."""
    claims = dsr_claims(event, Limit.PAUSED)
    return max((claim.end for claim in claims if claim.end), default=event.start)


def _speaks_at(claim: Claim, moment: datetime) -> bool:
    """Return whether the claim wants something at `moment`."""
    return claim.steps[0].start <= moment and (claim.end is None or moment < claim.end)


def _delayed_alike(one: DsrEvent, other: DsrEvent) -> bool:
    """Return whether the delays of the one event are drawn as those of the other."""
    return (one.direction, one.kind, one.equivalent_delay_applied) == (
        other.direction,
        other.kind,
        other.equivalent_delay_applied,
    )
