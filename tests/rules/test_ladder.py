"""The ladder of claims: what holds whatever the claims are."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations, pairwise
from random import Random
import secrets

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_charge_point.model.dsr import (
    DsrDirection,
    DsrEvent,
    DsrKind,
)
from custom_components.smart_charge_point.model.limit import Limit
from custom_components.smart_charge_point.model.plan import (
    Claim,
    ClaimSource,
    ClaimStep,
    Effect,
    Plan,
    PlanReason,
)
from custom_components.smart_charge_point.rules.dsr import dsr_claims
from custom_components.smart_charge_point.rules.plan import (
    cancel_delay_claim,
    delay_claim,
    fault_claim,
    hours_claim,
    house_fuse_claim,
    override_claim,
    owner_limit_claim,
    resolve,
    stop_claim,
)
from custom_components.smart_charge_point.rules.random_delay import draw_edges
from custom_components.smart_charge_point.rules.ruleset import GB_2021
from custom_components.smart_charge_point.rules.week_pattern import (
    following_pattern,
    week_pattern,
)

from .strategies import LONDON, WEEK, any_hours, dsr_events, moments, utc

NOW = utc(2026, 1, 14, 17)  # a Wednesday, in the evening peak
UNTIL = NOW + WEEK
FULL, HALF, LITTLE = Limit(amperes=32), Limit(amperes=16), Limit(amperes=6)
LIMITS = st.sampled_from([0.0, 6.0, 10.0, 16.0, 32.0, 40.0]).map(
    lambda amperes: Limit(amperes=amperes)
)
TIMES = st.integers(-3600, 8 * 86400).map(
    lambda seconds: NOW + timedelta(seconds=seconds)
)


@st.composite
def any_claim(
    draw: st.DrawFn,
    effect: Effect | None = None,
    limits: st.SearchStrategy[Limit] = LIMITS,
) -> Claim:
    """Draw a claim of any source, with up to four steps."""
    starts = sorted(draw(st.sets(TIMES, min_size=1, max_size=4)))
    return Claim(
        source=draw(st.sampled_from(ClaimSource)),
        effect=effect or draw(st.sampled_from(Effect)),
        steps=tuple(
            ClaimStep(
                start=start,
                limit=draw(limits),
                reason=draw(st.sampled_from(PlanReason)),
            )
            for start in starts
        ),
        end=draw(st.none() | TIMES),
    )


@st.composite
def real_claims(draw: st.DrawFn, now: datetime = NOW) -> list[Claim]:
    """Draw claims as they are really made: hours with drawn delays, and any of the others."""
    hours = draw(any_hours() | st.just(GB_2021.default_hours))
    maximum = draw(st.sampled_from([0, 600, 1800]))
    delays = draw_edges(hours, maximum, now, secrets.randbelow)
    arguments = (hours, delays, maximum, now, LONDON)
    claims = [
        hours_claim(
            week_pattern(*arguments),
            following_pattern(*arguments),
            FULL,
            now,
            now + WEEK,
            hours=hours,
            zone=LONDON,
        )
    ]
    others = (
        st.integers(0, 1800).map(lambda seconds: [delay_claim(now, seconds)])
        | st.builds(lambda limit: [override_claim(limit, now)], LIMITS)
        | st.just([cancel_delay_claim(FULL, now, now + timedelta(minutes=9))])
        | st.just([stop_claim(now)])
        | st.builds(lambda limit: [owner_limit_claim(limit, now)], LIMITS)
        | st.builds(lambda limit: [house_fuse_claim(limit, now)], LIMITS)
        | st.just([fault_claim(now)])
        | dsr_events(now).map(lambda event: list(dsr_claims(event, FULL)))
    )
    for more in draw(st.lists(others, max_size=5)):
        claims += more
    return claims


CLAIMS = st.lists(any_claim(), max_size=6) | real_claims()


def week_of(claims: Iterable[Claim], maximum: Limit = FULL) -> Plan:
    """Return the plan of the coming seven days."""
    return resolve(claims, NOW, UNTIL, maximum)


def limit_at(plan: Plan, moment: datetime) -> Limit:
    """Return the plan's limit."""
    segment = plan.at(moment)
    assert segment is not None
    return segment.limit


def sampled(*plans: Plan) -> list[datetime]:
    """Return moments that no change of any of the plans escapes."""
    return sorted({one.start for plan in plans for one in plan.segments})


def wish_at(claim: Claim, moment: datetime) -> Limit | None:
    """Return what the claim wants, None where it wants nothing."""
    if claim.end is not None and moment >= claim.end:
        return None
    steps = [step for step in claim.steps if step.start <= moment]
    return steps[-1].limit if steps else None


@given(CLAIMS, st.randoms(use_true_random=False))
def test_the_order_of_claims_has_no_meaning(
    claims: list[Claim], shuffler: Random
) -> None:
    """The same claims in any order are the same plan, reasons too."""
    plan = week_of(claims)
    shuffled = list(claims)
    shuffler.shuffle(shuffled)
    assert week_of(shuffled) == plan
    assert week_of(reversed(claims)) == plan


@given(CLAIMS, LIMITS)
def test_a_plan_of_seven_days_is_complete(claims: list[Claim], maximum: Limit) -> None:
    """From now to the end without a gap, neighbours differing."""
    plan = week_of(claims, maximum)
    assert plan.segments[0].start == NOW
    assert plan.segments[-1].end == UNTIL
    for one, other in pairwise(plan.segments):
        assert one.end == other.start
        assert (one.limit, one.reason, one.by) != (other.limit, other.reason, other.by)
    assert all(one.start < one.end for one in plan.segments)


@settings(max_examples=40)
@given(st.data(), moments())
def test_a_plan_of_seven_days_is_complete_across_clock_changes(
    data: st.DataObject, now: datetime
) -> None:
    """Whenever it begins."""
    plan = resolve(data.draw(real_claims(now)), now, now + WEEK, FULL)
    assert (plan.segments[0].start, plan.segments[-1].end) == (now, now + WEEK)
    assert all(one.end == other.start for one, other in pairwise(plan.segments))


@given(CLAIMS, LIMITS)
def test_a8_4_no_claims_exceed_the_installers_maximum(
    claims: list[Claim], maximum: Limit
) -> None:
    """Whoever asks for what."""
    assert all(one.limit <= maximum for one in week_of(claims, maximum).segments)


@given(CLAIMS, LIMITS)
def test_a8_2_no_claims_exceed_the_house_fuse(claims: list[Claim], fuse: Limit) -> None:
    """Neither charge now nor demand response upwards."""
    plan = week_of([*claims, house_fuse_claim(fuse, NOW)])
    assert all(one.limit <= fuse for one in plan.segments)


@given(CLAIMS)
def test_a8_1_no_claims_pass_a_fault(claims: list[Claim]) -> None:
    """A fault pauses, all of the week."""
    plan = week_of([*claims, fault_claim(NOW)])
    assert all(one.limit == Limit.PAUSED for one in plan.segments)


@given(CLAIMS, any_claim(effect=Effect.LOWERS))
def test_taking_away_what_lowers_never_lowers(
    claims: list[Claim], lowering: Claim
) -> None:
    """And such a claim never asks for more than it leaves."""
    without, with_it = week_of(claims), week_of([*claims, lowering])
    for moment in sampled(without, with_it):
        assert limit_at(with_it, moment) <= limit_at(without, moment)
        wish = wish_at(lowering, moment)
        assert wish is None or limit_at(with_it, moment) <= wish


@given(CLAIMS, any_claim(effect=Effect.LIFTS))
def test_taking_away_what_lifts_never_raises(
    claims: list[Claim], lifting: Claim
) -> None:
    """What lifts has no other effect, whatever its limit: a small one beside a large one takes nothing."""
    without, with_it = week_of(claims), week_of([*claims, lifting])
    for moment in sampled(without, with_it):
        assert limit_at(with_it, moment) >= limit_at(without, moment)


@given(CLAIMS, any_claim(effect=Effect.REPLACES))
def test_what_replaces_lowers_only_where_it_wants_less(
    claims: list[Claim], replacing: Claim
) -> None:
    """Such a claim lifts or lowers by what it wants, so "never raises" is true of it where it wants no less.

    Where it wants at least what the plan is without it, taking it away never raises the plan; where it wants no more
    than that, never lowers it.
    """
    without, with_it = week_of(claims), week_of([*claims, replacing])
    for moment in sampled(without, with_it):
        wish = wish_at(replacing, moment)
        before, after = limit_at(without, moment), limit_at(with_it, moment)
        if wish is None:
            assert after == before
        elif wish >= before:
            assert after >= before
        else:
            assert after <= before


@given(CLAIMS, any_claim(effect=Effect.REPLACES, limits=st.just(FULL)))
def test_taking_away_a_charge_now_never_raises(
    claims: list[Claim], lifting: Claim
) -> None:
    """What takes the others' place with all that is permitted only ever lifts."""
    without, with_it = week_of(claims), week_of([*claims, lifting])
    for moment in sampled(without, with_it):
        assert limit_at(with_it, moment) >= limit_at(without, moment)


@given(CLAIMS, st.integers(0, 9), LIMITS)
def test_lowering_any_claim_never_raises_the_plan(
    claims: list[Claim], which: int, ceiling: Limit
) -> None:
    """Whoever wants less gets no more."""
    if which >= len(claims):
        return
    chosen = claims[which]
    lowered = replace(
        chosen,
        steps=tuple(
            replace(step, limit=min(step.limit, ceiling)) for step in chosen.steps
        ),
    )
    before = week_of(claims)
    after = week_of([*claims[:which], lowered, *claims[which + 1 :]])
    for moment in sampled(before, after):
        assert limit_at(after, moment) <= limit_at(before, moment)


def told_by(claims: Sequence[Claim], moment: datetime) -> Limit:
    """Return what the ladder says, worked out the slow way: from the top down, until someone takes the others' place."""
    wishes = [
        (claim.source, claim.effect, wish)
        for claim in claims
        if (wish := wish_at(claim, moment)) is not None
    ]
    lift = Limit.PAUSED
    for source in ClaimSource:
        lifted = [w for s, e, w in wishes if s is source and e is Effect.LIFTS]
        lift = max([lift, *lifted])
        replaced = [w for s, e, w in wishes if s is source and e is Effect.REPLACES]
        if replaced:
            ruling = min(replaced)
            break
    else:
        ruling = FULL
    return min(
        [FULL, max(lift, ruling), *(w for _, e, w in wishes if e is Effect.LOWERS)]
    )


@given(
    st.lists(
        any_claim().filter(lambda claim: claim.source is not ClaimSource.RANDOM_DELAY),
        max_size=6,
    )
)
def test_the_ladder_rules(claims: list[Claim]) -> None:
    """The highest source that replaces rules, higher ones lift, all lower: against a second reading of the rule."""
    plan = week_of(claims)
    for hour in range(168):
        moment = NOW + timedelta(hours=hour)
        assert limit_at(plan, moment) == told_by(claims, moment)


# --- who outranks whom


def event(
    direction: DsrDirection,
    limit: Limit | None,
    kind: DsrKind = DsrKind.PLANNED,
    provider: str = "grid",
) -> DsrEvent:
    """Return an event that runs for an hour from now, with no delays."""
    return DsrEvent(
        provider=provider,
        event_id="1",
        kind=kind,
        direction=direction,
        limit=limit,
        start=NOW,
        end=NOW + timedelta(hours=1),
    )


def ground(limit: Limit, reason: PlanReason) -> Claim:
    """Return charging hours that say one thing all week."""
    return Claim(
        source=ClaimSource.CHARGING_HOURS,
        effect=Effect.REPLACES,
        steps=(ClaimStep(start=NOW, limit=limit, reason=reason),),
        end=None,
    )


CLOSED = ground(Limit.PAUSED, PlanReason.OUTSIDE_CHARGING_HOURS)
OPEN = ground(FULL, PlanReason.CHARGING_HOURS)


def dsr(
    direction: DsrDirection, limit: Limit | None, kind: DsrKind = DsrKind.PLANNED
) -> tuple[Claim, ...]:
    """Return the claims of an event that runs now."""
    return dsr_claims(event(direction, limit, kind), FULL)


PLANNED_UP = dsr(DsrDirection.UP, None)
RESPONSE_UP = dsr(DsrDirection.UP, None, DsrKind.RESPONSE)
DOWN_TO_10 = dsr(DsrDirection.DOWN, Limit(amperes=10))
DOWN_TO_0 = dsr(DsrDirection.DOWN, Limit.PAUSED)
AT_16 = dsr(DsrDirection.SETPOINT, HALF)
DELAY = delay_claim(NOW, 412)
FUSE_10 = house_fuse_claim(Limit(amperes=10), NOW)
OWNER_6 = owner_limit_claim(LITTLE, NOW)


@pytest.mark.parametrize(
    ("claims", "amperes", "reason", "by"),
    [
        pytest.param(
            (OPEN, FUSE_10), 10, PlanReason.HOUSE_FUSE, "house_fuse", id="fuse"
        ),
        pytest.param(
            (CLOSED, FUSE_10, override_claim(FULL, NOW)),
            10,
            PlanReason.HOUSE_FUSE,
            "house_fuse",
            id="A8.2 charge now at the fuse",
        ),
        pytest.param(
            (OPEN, FUSE_10, OWNER_6),
            6,
            PlanReason.OWNER_LIMIT,
            "owner_limit",
            id="the owner below the fuse",
        ),
        pytest.param(
            (CLOSED, FUSE_10),
            0,
            PlanReason.OUTSIDE_CHARGING_HOURS,
            "charging_hours",
            id="the fuse is no reason where it lowers nothing",
        ),
        pytest.param(
            (CLOSED, *PLANNED_UP), 32, PlanReason.DSR_UP, "planned_dsr", id="up"
        ),
        pytest.param(
            (CLOSED, *RESPONSE_UP),
            32,
            PlanReason.DSR_UP,
            "response_dsr",
            id="response up",
        ),
        pytest.param(
            (OPEN, *PLANNED_UP),
            32,
            PlanReason.CHARGING_HOURS,
            "charging_hours",
            id="up is no reason where the hours let as much flow",
        ),
        pytest.param(
            (OPEN, *dsr(DsrDirection.UP, LITTLE)),
            32,
            PlanReason.CHARGING_HOURS,
            "charging_hours",
            id="up to 6 A takes nothing from 32 A",
        ),
        pytest.param(
            (CLOSED, *PLANNED_UP, FUSE_10),
            10,
            PlanReason.HOUSE_FUSE,
            "house_fuse",
            id="D7 up at the fuse",
        ),
        pytest.param(
            (CLOSED, *RESPONSE_UP, OWNER_6),
            6,
            PlanReason.OWNER_LIMIT,
            "owner_limit",
            id="D7 up at the owner's limit",
        ),
        pytest.param(
            (CLOSED, *RESPONSE_UP, stop_claim(NOW)),
            0,
            PlanReason.STOPPED,
            "override",
            id="D7 a stop outranks a response up",
        ),
        pytest.param(
            (CLOSED, *PLANNED_UP, stop_claim(NOW)),
            0,
            PlanReason.STOPPED,
            "override",
            id="D7 a stop outranks a planned up",
        ),
        pytest.param(
            (CLOSED, *RESPONSE_UP, fault_claim(NOW)),
            0,
            PlanReason.FAULT,
            "safety",
            id="D7 a fault",
        ),
        pytest.param(
            (OPEN, *PLANNED_UP, DELAY),
            0,
            PlanReason.RANDOM_DELAY,
            "random_delay",
            id="plugged in during a planned up: delayed",
        ),
        pytest.param(
            (CLOSED, *PLANNED_UP, DELAY),
            0,
            PlanReason.RANDOM_DELAY,
            "random_delay",
            id="plugged in during a planned up, outside the hours: delayed",
        ),
        pytest.param(
            (CLOSED, *RESPONSE_UP, DELAY),
            32,
            PlanReason.DSR_UP,
            "response_dsr",
            id="plugged in during a response up: not delayed",
        ),
        pytest.param((OPEN, *DOWN_TO_10), 10, PlanReason.DSR, "planned_dsr", id="down"),
        pytest.param(
            (CLOSED, *DOWN_TO_10, override_claim(FULL, NOW)),
            10,
            PlanReason.DSR,
            "planned_dsr",
            id="down lowers the charge now of one who may not override it",
        ),
        pytest.param(
            (OPEN, *dsr(DsrDirection.DOWN, HALF, DsrKind.RESPONSE)),
            16,
            PlanReason.DSR,
            "grid",
            id="response down",
        ),
        pytest.param(
            (OPEN, *DOWN_TO_0, DELAY),
            0,
            PlanReason.DSR,
            "planned_dsr",
            id="a delay is no reason while an event pauses as well",
        ),
        pytest.param(
            (CLOSED, *DOWN_TO_0),
            0,
            PlanReason.DSR,
            "planned_dsr",
            id="an event pauses above the hours",
        ),
        pytest.param(
            (CLOSED, *AT_16), 16, PlanReason.DSR_UP, "planned_dsr", id="setpoint lifts"
        ),
        pytest.param(
            (OPEN, *AT_16), 16, PlanReason.DSR, "planned_dsr", id="setpoint lowers"
        ),
        pytest.param(
            (CLOSED, *PLANNED_UP, *DOWN_TO_10),
            10,
            PlanReason.DSR,
            "planned_dsr",
            id="D4 up and down: the lower",
        ),
        pytest.param(
            (CLOSED, *AT_16, *DOWN_TO_10),
            10,
            PlanReason.DSR,
            "planned_dsr",
            id="D4 setpoint and down: the lower",
        ),
        pytest.param(
            (CLOSED, *AT_16, *dsr(DsrDirection.SETPOINT, LITTLE)),
            6,
            PlanReason.DSR,
            "planned_dsr",
            id="D4 two setpoints: the lower",
        ),
        pytest.param(
            (OPEN, DELAY, cancel_delay_claim(FULL, NOW, UNTIL)),
            32,
            PlanReason.CHARGING_HOURS,
            "override",
            id="A11.4 a cancelled delay",
        ),
    ],
)
def test_who_rules(
    claims: tuple[Claim, ...], amperes: float, reason: PlanReason, by: str
) -> None:
    """The limit of this moment, why, and by whom."""
    ruling = week_of(claims).segments[0]
    assert (ruling.limit.amperes, ruling.reason, ruling.by) == (amperes, reason, by)
    assert week_of(reversed(claims)).segments[0] == ruling


def test_the_rungs_are_those_of_the_plan_of_the_house() -> None:
    """Highest first, as docs/architecture.md lists them."""
    assert [source.value for source in ClaimSource] == [
        "safety",
        "house_fuse",
        "grid",
        "owner_limit",
        "override",
        "response_dsr",
        "random_delay",
        "planned_dsr",
        "charging_hours",
    ]


@pytest.mark.parametrize(
    ("higher", "lower"),
    [
        pytest.param(one, other, id=f"{one.value} over {other.value}")
        for one, other in combinations(ClaimSource, 2)
        if one is not ClaimSource.RANDOM_DELAY
    ],
)
def test_each_rung_outranks_those_below_it(
    higher: ClaimSource, lower: ClaimSource
) -> None:
    """In taking their place, and in being the reason where both pause."""

    def claim(source: ClaimSource, effect: Effect, limit: Limit) -> Claim:
        step = ClaimStep(start=NOW, limit=limit, reason=PlanReason.STOPPED)
        return Claim(source=source, effect=effect, steps=(step,), end=None)

    for over, under in ((HALF, FULL), (HALF, LITTLE)):
        ruling = week_of(
            [
                claim(higher, Effect.REPLACES, over),
                claim(lower, Effect.REPLACES, under),
            ]
        ).segments[0]
        assert (ruling.limit, ruling.by) == (over, higher)
    both = [claim(source, Effect.LOWERS, Limit.PAUSED) for source in (lower, higher)]
    assert week_of(both).segments[0].by is higher
