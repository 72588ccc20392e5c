"""The ladder as it stands: all that has a say at a moment, beside what rules."""

from datetime import datetime, timedelta
from random import Random

from hypothesis import given, strategies as st

from custom_components.smart_charge_point.model.limit import Limit
from custom_components.smart_charge_point.model.plan import (
    Claim,
    ClaimSource,
    ClaimStep,
    Effect,
    PlanReason,
)
from custom_components.smart_charge_point.rules.ladder import decided, standing
from custom_components.smart_charge_point.rules.plan import (
    house_fuse_claim,
    override_claim,
    owner_limit_claim,
    resolve,
)

from .strategies import WEEK
from .test_ladder import FULL, HALF, LITTLE, NOW, TIMES, UNTIL, any_claim

HOUR = timedelta(hours=1)
CLAIMS = st.lists(any_claim(), max_size=8)


def hours(*limits: Limit) -> Claim:
    """Return a claim of the charging hours that wants each of `limits` for an hour, to the end of the plan."""
    return Claim(
        source=ClaimSource.CHARGING_HOURS,
        effect=Effect.REPLACES,
        steps=tuple(
            ClaimStep(
                start=NOW + HOUR * hour,
                limit=limit,
                reason=PlanReason.CHARGING_HOURS
                if limit > Limit.PAUSED
                else PlanReason.OUTSIDE_CHARGING_HOURS,
            )
            for hour, limit in enumerate(limits)
        ),
        end=UNTIL,
    )


@given(CLAIMS)
def test_what_rules_stands_or_is_the_installers_maximum(claims: list[Claim]) -> None:
    """Whatever a segment says that rules is among its claims, with its reason and limit; else nothing holds back."""
    for part in decided(claims, NOW, UNTIL, FULL):
        segment = part.segment
        assert (segment.by, segment.reason, segment.limit) in {
            (claim.source, claim.reason, min(claim.limit, FULL))
            for claim in part.claims
        } | {(ClaimSource.SAFETY, PlanReason.WALLBOX_MAXIMUM, FULL)}


@given(CLAIMS)
def test_the_segments_are_those_of_the_plan(claims: list[Claim]) -> None:
    """The ladder says more of the plan, and nothing else."""
    parts = decided(claims, NOW, UNTIL, FULL)

    plan = resolve(claims, NOW, UNTIL, FULL)
    assert tuple(part.segment for part in parts) == plan.segments


@given(CLAIMS, TIMES, st.integers())
def test_the_order_of_the_claims_has_no_meaning(
    claims: list[Claim], moment: datetime, seed: int
) -> None:
    """Claims that arrive in another order stand in the same one, highest rung first."""
    shuffled = list(claims)
    Random(seed).shuffle(shuffled)

    found = standing(claims, moment)
    assert standing(shuffled, moment) == found
    ranks = [list(ClaimSource).index(claim.source) for claim in found]
    assert ranks == sorted(ranks)


@given(any_claim())
def test_a_claim_stands_from_its_first_step_until_its_end(claim: Claim) -> None:
    """At each edge of its own it begins or ceases to stand, and what stands until then says so."""
    edges = {step.start for step in claim.steps}
    edges |= {claim.end} if claim.end is not None else set()
    for edge in edges:
        begun = edge >= claim.steps[0].start
        over = claim.end is not None and edge >= claim.end
        found = standing([claim], edge)
        assert bool(found) is (begun and not over)
        for stands in found:
            assert stands.until is None or edge < stands.until
            assert stands.until in edges | {None}


def test_all_that_has_a_say_is_said() -> None:
    """Charge now rules, under the fuse; the hours below it and the owner's limit beside it stand all the same."""
    claims = [
        hours(Limit.PAUSED, FULL),
        override_claim(FULL, NOW, NOW + WEEK),
        owner_limit_claim(HALF, NOW),
        house_fuse_claim(LITTLE, NOW),
    ]

    (part,) = decided(claims, NOW, NOW + HOUR, FULL)

    assert part.segment.by is ClaimSource.HOUSE_FUSE
    assert [(claim.source, claim.limit, claim.effect) for claim in part.claims] == [
        (ClaimSource.HOUSE_FUSE, LITTLE, Effect.LOWERS),
        (ClaimSource.OWNER_LIMIT, HALF, Effect.LOWERS),
        (ClaimSource.OVERRIDE, FULL, Effect.REPLACES),
        (ClaimSource.CHARGING_HOURS, Limit.PAUSED, Effect.REPLACES),
    ]


def test_a_claim_says_until_when_it_wants_the_same() -> None:
    """A step that repeats the last one is no end, nor is the end of the plan; a step that differs is."""
    claim = hours(Limit.PAUSED, Limit.PAUSED, FULL, HALF)

    assert [
        standing([claim], NOW + HOUR * hour, UNTIL)[0].until for hour in range(4)
    ] == [NOW + HOUR * 2, NOW + HOUR * 2, NOW + HOUR * 3, None]
    assert standing([claim], NOW + HOUR * 3)[0].until == UNTIL
