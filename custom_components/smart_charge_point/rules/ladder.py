"""The ladder as it stands: beside what rules at a moment, all that has a say in it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ..model.limit import Limit
from ..model.plan import Claim, ClaimSource, ClaimStep, Effect, PlanReason, Segment
from .plan import resolve

_RANK: Final = {source: rank for rank, source in enumerate(ClaimSource)}


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingClaim:
    """What one source wants at a moment: it lowers to, lifts to, or asks for `limit`, until it wants another (UTC).

    `until` is None where it goes on without a known end.
    """

    source: ClaimSource
    effect: Effect
    limit: Limit
    reason: PlanReason
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A segment of the plan with the claims that stand at its beginning, highest rung first."""

    segment: Segment
    claims: tuple[StandingClaim, ...]


def standing(
    claims: Collection[Claim], moment: datetime, horizon: datetime | None = None
) -> tuple[StandingClaim, ...]:
    """Return the claims that speak at `moment` (UTC), highest rung first; their order in `claims` has no meaning.

    A claim that only the end of the plan at `horizon` ends has no known end.
    """
    found = [
        StandingClaim(
            source=claim.source,
            effect=claim.effect,
            limit=step.limit,
            reason=step.reason,
            until=_until(claim, step, horizon),
        )
        for claim in claims
        if (step := _step(claim, moment)) is not None
    ]
    return tuple(sorted(found, key=_order))


def decided(
    claims: Collection[Claim], now: datetime, until: datetime, maximum: Limit
) -> tuple[Decided, ...]:
    """Return the plan that the claims come to from `now` until `until` (UTC), each segment with the claims behind it.

    Where `by` of a segment is the wallbox's maximum, no claim need stand.

    Raises:
        ValueError: `until` is not after `now`.
    """
    return tuple(
        Decided(segment=segment, claims=standing(claims, segment.start, until))
        for segment in resolve(claims, now, until, maximum).segments
    )


def _step(claim: Claim, moment: datetime) -> ClaimStep | None:
    """Return the step of the claim that is in force at `moment`, None where it does not speak."""
    if claim.end is not None and moment >= claim.end:
        return None
    begun = [step for step in claim.steps if step.start <= moment]
    return begun[-1] if begun else None


def _until(claim: Claim, step: ClaimStep, horizon: datetime | None) -> datetime | None:
    """Return when the claim wants something else than in `step`, or nothing any more."""
    ends = claim.end
    for later in claim.steps:
        if later.start > step.start and (later.limit, later.reason) != (
            step.limit,
            step.reason,
        ):
            ends = later.start if ends is None else min(ends, later.start)
            break
    return None if ends is None or (horizon is not None and ends >= horizon) else ends


def _order(claim: StandingClaim) -> tuple[int, Effect, Limit, PlanReason, bool, str]:
    """Return the order of claims: by source; the rest only makes it the same whatever order they come in."""
    return (
        _RANK[claim.source],
        claim.effect,
        claim.limit,
        claim.reason,
        claim.until is None,
        "" if claim.until is None else claim.until.isoformat(),
    )
