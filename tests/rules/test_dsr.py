"""Demand-side response: D1, D2, D4 to D7, as far as the rules decide them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
import math
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
from custom_components.smart_charge_point.rules.dsr import (
    DsrRefusal,
    DsrRefusedError,
    active,
    cancelled,
    checked,
    draw_edges,
    dsr_claims,
    event_limit,
    next_edge,
)
from custom_components.smart_charge_point.rules.plan import (
    fault_claim,
    house_fuse_claim,
    owner_limit_claim,
    resolve,
    stop_claim,
)
from custom_components.smart_charge_point.rules.random_delay import RandomSource

from .strategies import dsr_events, utc

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
NOON = utc(2026, 1, 14, 12)
START, END = utc(2026, 1, 14, 17), utc(2026, 1, 14, 18)
FULL, HALF, LITTLE = Limit(amperes=32), Limit(amperes=16), Limit(amperes=6)


def event(
    direction: DsrDirection = DsrDirection.DOWN,
    limit: Limit | None = LITTLE,
    *,
    kind: DsrKind = DsrKind.PLANNED,
    start: datetime = START,
    end: datetime = END,
    provider: str = "octopus",
    equivalent: bool = False,
) -> DsrEvent:
    """Return an event from 17:00 to 18:00."""
    return DsrEvent(
        provider=provider,
        event_id="7",
        kind=kind,
        direction=direction,
        limit=limit,
        start=start,
        end=end,
        equivalent_delay_applied=equivalent,
    )


def numbers(*told: int) -> RandomSource:
    """Return a source that draws what it is told, once each."""
    left = list(told)

    def source(below: int) -> int:
        number = left.pop(0)
        assert 0 <= number < below
        return number

    return source


def nobody(below: int) -> int:
    """Fail: nothing is to be drawn."""
    raise AssertionError(f"drawn below {below}")


def ground(limit: Limit, reason: PlanReason) -> Claim:
    """Return hours that say one thing all day."""
    step = ClaimStep(start=NOON, limit=limit, reason=reason)
    return Claim(
        source=ClaimSource.CHARGING_HOURS,
        effect=Effect.REPLACES,
        steps=(step,),
        end=None,
    )


OPEN = ground(FULL, PlanReason.CHARGING_HOURS)
CLOSED = ground(Limit.PAUSED, PlanReason.OUTSIDE_CHARGING_HOURS)


def plan_of(
    hours: Claim, *events: DsrEvent, others: Sequence[Claim] = (), now: datetime = NOON
) -> Plan:
    """Return the plan of a day."""
    claims = [claim for one in events for claim in dsr_claims(one, FULL)]
    return resolve([hours, *claims, *others], now, NOON + 48 * HOUR, FULL)


def told(plan: Plan) -> list[tuple[str, float, PlanReason]]:
    """Return from when which limit holds, and why."""
    return [
        (f"{one.start:%H:%M:%S}", one.limit.amperes, one.reason)
        for one in plan.segments
    ]


# --- D6: what is taken


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        pytest.param(event(end=NOON, start=NOON - HOUR), DsrRefusal.OVER, id="over"),
        pytest.param(
            event(end=NOON - SECOND, start=NOON - HOUR), DsrRefusal.OVER, id="long over"
        ),
        pytest.param(event(start=END, end=START), DsrRefusal.NO_LENGTH, id="backwards"),
        pytest.param(event(start=START, end=START), DsrRefusal.NO_LENGTH, id="empty"),
        pytest.param(
            event(end=START + 24 * HOUR + SECOND),
            DsrRefusal.TOO_LONG,
            id="more than 24 h",
        ),
        pytest.param(event(limit=None), DsrRefusal.NO_LIMIT, id="down without a limit"),
        pytest.param(
            event(DsrDirection.SETPOINT, None), DsrRefusal.NO_LIMIT, id="no setpoint"
        ),
    ],
)
def test_d6_an_event_that_cannot_be_is_refused(
    asked: DsrEvent, refusal: DsrRefusal
) -> None:
    """With its reason."""
    with pytest.raises(DsrRefusedError) as refused:
        checked(asked, NOON)
    assert refused.value.refusal is refusal
    assert str(refused.value) == refusal.value


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(event(), id="down"),
        pytest.param(event(limit=Limit.PAUSED), id="a pause"),
        pytest.param(event(DsrDirection.UP, None), id="up without a limit"),
        pytest.param(event(end=START + 24 * HOUR), id="24 h"),
        pytest.param(event(start=NOON - HOUR), id="begun already"),
        pytest.param(event(start=NOON - HOUR, end=NOON + SECOND), id="almost over"),
    ],
)
def test_d6_an_event_that_can_be_is_taken(asked: DsrEvent) -> None:
    """As it is."""
    assert checked(asked, NOON) is asked


@pytest.mark.parametrize(
    ("amperes", "watts", "refusal"),
    [
        (-0.1, None, DsrRefusal.WRONG_LIMIT),
        (None, -1.0, DsrRefusal.WRONG_LIMIT),
        (math.nan, None, DsrRefusal.WRONG_LIMIT),
        (None, math.inf, DsrRefusal.WRONG_LIMIT),
        (6.0, 1380.0, DsrRefusal.TWO_LIMITS),
    ],
)
def test_d6_a_limit_below_0_is_refused(
    amperes: float | None, watts: float | None, refusal: DsrRefusal
) -> None:
    """Or one that is no number, or two at once."""
    with pytest.raises(DsrRefusedError) as refused:
        event_limit(amperes, watts, 1)
    assert refused.value.refusal is refusal


def test_d6_a_limit_comes_in_amperes_or_in_watts() -> None:
    """Or not at all."""
    assert event_limit(0, None, 3) == Limit.PAUSED
    assert event_limit(16, None, 1) == HALF
    assert event_limit(None, 11_040, 3) == HALF
    assert event_limit(None, 3680, 1) == HALF
    assert event_limit(None, None, 1) is None


# --- D1: a response acts at once


@pytest.mark.parametrize("direction", DsrDirection)
def test_d1_a_response_is_not_delayed(direction: DsrDirection) -> None:
    """Nothing is drawn: it begins and ends at its own seconds, even if it was told just then (reg. 11)."""
    for now in (NOON, START, START + SECOND):
        asked = event(direction, HALF, kind=DsrKind.RESPONSE)
        drawn = draw_edges(asked, 600, now, nobody)
        assert (drawn.start_delay, drawn.end_delay) == (0, 0)
        for claim in dsr_claims(drawn, FULL):
            assert (claim.steps[0].start, claim.end) == (START, END)


def test_d1_a_response_downwards_lowers_what_runs() -> None:
    """From its first second to its last."""
    response = event(kind=DsrKind.RESPONSE)
    assert told(plan_of(OPEN, response)) == [
        ("12:00:00", 32, PlanReason.CHARGING_HOURS),
        ("17:00:00", 6, PlanReason.DSR),
        ("18:00:00", 32, PlanReason.CHARGING_HOURS),
    ]


def test_an_equivalent_delay_that_was_applied_is_not_applied_again() -> None:
    """Reg. 11; section 7, 7."""
    drawn = draw_edges(event(equivalent=True), 600, NOON, nobody)
    assert (drawn.start_delay, drawn.end_delay) == (0, 0)


# --- D2: a planned event ramps outside its window


def test_d2_a_planned_event_is_there_early_and_stays_longer() -> None:
    """By two delays, each drawn for itself from 0 to the maximum."""
    asked: list[int] = []

    def source(below: int) -> int:
        asked.append(below)
        return (0, 420, 75)[len(asked)]

    drawn = draw_edges(event(), 600, NOON, source)
    assert asked == [601, 601]
    assert (drawn.start_delay, drawn.end_delay) == (600 - 420, 75)
    assert told(plan_of(OPEN, drawn)) == [
        ("12:00:00", 32, PlanReason.CHARGING_HOURS),
        ("16:57:00", 6, PlanReason.DSR),
        ("18:01:15", 32, PlanReason.CHARGING_HOURS),
    ]


@given(
    st.integers(0, 600),
    st.integers(0, 600),
    st.sampled_from([DsrDirection.DOWN, DsrDirection.SETPOINT]),
)
def test_d2_the_limit_holds_whole_in_the_window(
    first: int, second: int, direction: DsrDirection
) -> None:
    """From 17:00:00 sharp to 18:00:00, whatever is drawn; it is gone within the maximum on both sides."""
    drawn = draw_edges(event(direction), 600, NOON, numbers(first, second))
    plan = plan_of(OPEN, drawn)
    assert len(plan.segments) == 3
    lowered = plan.segments[1]
    assert START - 600 * SECOND <= lowered.start <= START
    assert END <= lowered.end <= END + 600 * SECOND
    assert lowered.limit == LITTLE


@given(st.integers(0, 600), st.integers(0, 600))
def test_d2_what_lifts_keeps_within_the_window(first: int, second: int) -> None:
    """It begins late and ends early: nobody asked for the load outside."""
    drawn = draw_edges(event(DsrDirection.UP, HALF), 600, NOON, numbers(first, second))
    plan = plan_of(CLOSED, drawn)
    assert len(plan.segments) == 3
    lifted = plan.segments[1]
    assert START <= lifted.start <= START + 600 * SECOND
    assert END - 600 * SECOND <= lifted.end <= END
    assert (lifted.limit, lifted.reason) == (HALF, PlanReason.DSR_UP)


def test_a_setpoint_lifts_within_its_window_and_lowers_around_it() -> None:
    """Outside the hours it is charged with only within; in the hours the limit is there early and stays longer."""
    drawn = draw_edges(event(DsrDirection.SETPOINT, HALF), 600, NOON, numbers(100, 200))
    assert told(plan_of(CLOSED, drawn)) == [
        ("12:00:00", 0, PlanReason.OUTSIDE_CHARGING_HOURS),
        ("17:01:40", 16, PlanReason.DSR_UP),
        ("17:56:40", 0, PlanReason.OUTSIDE_CHARGING_HOURS),
    ]
    assert told(plan_of(OPEN, drawn)) == [
        ("12:00:00", 32, PlanReason.CHARGING_HOURS),
        ("16:58:20", 16, PlanReason.DSR),
        ("18:03:20", 32, PlanReason.CHARGING_HOURS),
    ]


def test_an_event_upwards_too_short_for_its_delays_lifts_nothing() -> None:
    """Rather than outside its window."""
    short = replace(
        event(DsrDirection.UP, None, end=START + 300 * SECOND),
        start_delay=200,
        end_delay=100,
    )
    assert dsr_claims(short, FULL) == ()


def test_an_event_downwards_that_is_over_before_its_delay_lowers_nothing() -> None:
    """Announced so late that the delay outlasts it."""
    short = event(end=START + 300 * SECOND)
    drawn = draw_edges(short, 600, START, numbers(300, 500))
    assert dsr_claims(drawn, FULL) == ()
    in_time = draw_edges(short, 600, START, numbers(299, 500))
    assert len(dsr_claims(in_time, FULL)) == 1


def falls(drawn: DsrEvent) -> datetime:
    """Return when current falls in the hours."""
    return plan_of(OPEN, drawn, now=drawn.start - HOUR).segments[1].start


@pytest.mark.parametrize("notice", [-1800, -1, 0, 1, 120, 599, 600, 601])
@pytest.mark.parametrize("direction", [DsrDirection.DOWN, DsrDirection.SETPOINT])
def test_a_planned_event_is_never_taken_up_by_all_homes_at_once(
    notice: int, direction: DsrDirection
) -> None:
    """However late it is announced, every second of the maximum is as likely, and none has passed (reg. 11)."""
    now = START - notice * SECOND
    seen = sorted(
        falls(draw_edges(event(direction), 600, now, numbers(number, 0)))
        for number in range(601)
    )
    assert [b - a for a, b in pairwise(seen)] == [SECOND] * 600
    assert seen[0] >= now
    if notice >= 600:
        assert seen[-1] == START
    elif direction is DsrDirection.DOWN:
        assert seen[0] == now
    else:
        assert seen[0] == max(now, START)


@pytest.mark.parametrize("late", [-600, 0, 1, 1800])
@pytest.mark.parametrize("direction", [DsrDirection.UP, DsrDirection.SETPOINT])
def test_what_lifts_is_delayed_from_when_it_is_known(
    late: int, direction: DsrDirection
) -> None:
    """Announced in the middle of its window: up to the maximum later, not at once."""
    now = START + late * SECOND
    seen = sorted(
        dsr_claims(draw_edges(event(direction), 600, now, numbers(number, 0)), FULL)[-1]
        .steps[0]
        .start
        for number in range(601)
    )
    assert [b - a for a, b in pairwise(seen)] == [SECOND] * 600
    assert seen[0] == max(now, START)


def test_parts_of_a_second_are_never_used_up_twice() -> None:
    """Delays are whole seconds also where the announcement is not: nothing begins before it."""
    now = START - timedelta(seconds=30, microseconds=1)
    drawn = draw_edges(event(), 600, now, numbers(0, 0))
    assert (drawn.start_delay, type(drawn.start_delay)) == (30, int)
    late = START + timedelta(seconds=30, microseconds=1)
    lifts = draw_edges(event(DsrDirection.UP), 600, late, numbers(0, 0))
    assert lifts.start_delay == 31


@settings(max_examples=200)
@given(dsr_events(NOON), st.sampled_from([0, 600, 1800]), st.integers(0, 2**32))
def test_no_claim_of_an_event_begins_before_it_was_announced(
    asked: DsrEvent, maximum: int, seed: int
) -> None:
    """And all claims have an end, at most the maximum after the event's own (D5)."""
    drawn = draw_edges(checked(asked, NOON), maximum, NOON, lambda below: seed % below)
    for claim in dsr_claims(drawn, FULL):
        begins = claim.steps[0].start
        assert claim.end is not None
        assert begins < claim.end <= drawn.end + maximum * SECOND
        if drawn.kind is DsrKind.PLANNED and not drawn.equivalent_delay_applied:
            assert begins >= NOON


def test_draws_are_the_operating_systems() -> None:
    """With the source that is really used, all delays are within the maximum and differ."""
    drawn = [draw_edges(event(), 600, NOON, secrets.randbelow) for _ in range(200)]
    delays = [delay for one in drawn for delay in (one.start_delay, one.end_delay)]
    assert all(0 <= delay <= 600 for delay in delays)
    assert len(set(delays)) > 100
    assert any(one.start_delay != one.end_delay for one in drawn)


def test_an_update_draws_anew_only_what_it_moves() -> None:
    """The edge that stays keeps its delay; what makes another kind of event of it redraws both."""
    before = draw_edges(event(), 600, NOON, numbers(100, 200))
    longer = draw_edges(event(end=END + HOUR), 600, NOON, numbers(50), before)
    assert (longer.start_delay, longer.end_delay) == (before.start_delay, 50)
    sooner = draw_edges(event(start=START - HOUR), 600, NOON, numbers(50), before)
    assert (sooner.start_delay, sooner.end_delay) == (550, before.end_delay)
    lower = draw_edges(event(limit=Limit.PAUSED), 600, NOON, nobody, before)
    assert (lower.limit, lower.start_delay) == (Limit.PAUSED, before.start_delay)
    up = draw_edges(event(DsrDirection.UP), 600, NOON, numbers(1, 2), before)
    assert (up.start_delay, up.end_delay) == (1, 598)
    response = event(kind=DsrKind.RESPONSE)
    assert draw_edges(response, 600, NOON, nobody, before).start_delay == 0
    assert draw_edges(event(), 600, NOON, numbers(3, 4), response).end_delay == 4


# --- taken back


def test_a_cancelled_event_that_has_not_begun_leaves_nothing() -> None:
    """Nor does one that is over."""
    drawn = draw_edges(event(), 600, NOON, numbers(100, 200))
    assert cancelled(drawn, 600, START - 501 * SECOND, nobody) is None
    assert cancelled(drawn, 600, END + 200 * SECOND, nobody) is None


def test_a_cancelled_planned_event_ends_with_a_random_delay() -> None:
    """All homes hear of it in the same second."""
    drawn = draw_edges(event(), 600, NOON, numbers(100, 200))
    now = START + 10 * SECOND
    remains = cancelled(drawn, 600, now, numbers(333))
    assert remains is not None
    assert (remains.start_delay, remains.end) == (drawn.start_delay, now)
    assert told(plan_of(OPEN, remains))[1:] == [
        ("16:51:40", 6, PlanReason.DSR),
        ("17:05:43", 32, PlanReason.CHARGING_HOURS),
    ]
    in_ramp = cancelled(drawn, 600, START - 60 * SECOND, numbers(30))
    assert in_ramp is not None
    assert told(plan_of(OPEN, in_ramp))[2][0] == "16:59:30"


def test_a_cancelled_event_upwards_ends_with_a_random_delay() -> None:
    """Not later than it would have."""
    drawn = draw_edges(event(DsrDirection.UP), 600, NOON, numbers(0, 400))
    assert drawn.end_delay == 200
    remains = cancelled(drawn, 600, START + 60 * SECOND, numbers(45))
    assert remains is not None
    assert told(plan_of(CLOSED, remains))[2][0] == "17:01:45"
    shortly_before = END - 300 * SECOND
    assert cancelled(drawn, 600, shortly_before, numbers(500)) == drawn


def test_a_cancelled_response_ends_at_once() -> None:
    """As it began."""
    now = START + 10 * SECOND
    remains = cancelled(event(kind=DsrKind.RESPONSE), 600, now, nobody)
    assert remains is not None
    assert told(plan_of(OPEN, remains))[2][0] == "17:00:10"


def test_cancelling_in_the_last_ramp_changes_nothing() -> None:
    """The event is over but for its delay."""
    drawn = draw_edges(event(), 600, NOON, numbers(100, 200))
    assert cancelled(drawn, 600, END + SECOND, nobody) == drawn


# --- D4, D5, D7


def test_d4_of_two_providers_the_lowest_limit_holds() -> None:
    """As long as both run; each alone before and after."""
    one = event(limit=HALF, provider="octopus")
    other = event(
        limit=LITTLE,
        provider="axle",
        start=START + HOUR / 2,
        end=END + HOUR / 2,
        kind=DsrKind.RESPONSE,
    )
    expected = [
        ("12:00:00", 32, PlanReason.CHARGING_HOURS),
        ("17:00:00", 16, PlanReason.DSR),
        ("17:30:00", 6, PlanReason.DSR),
        ("18:30:00", 32, PlanReason.CHARGING_HOURS),
    ]
    assert told(plan_of(OPEN, one, other)) == expected
    assert plan_of(OPEN, one, other) == plan_of(OPEN, other, one)


@given(st.lists(dsr_events(NOON), min_size=2, max_size=4))
def test_d4_no_event_gets_more_than_another_allows(events: list[DsrEvent]) -> None:
    """Whatever their kinds and directions: in the window of one that limits, its limit holds."""
    plan = plan_of(OPEN, *(replace(one, start_delay=0, end_delay=0) for one in events))
    for one in events:
        if one.direction is DsrDirection.UP or one.limit is None:
            continue
        for segment in plan.segments:
            if segment.start < one.end and segment.end > one.start:
                assert segment.limit <= one.limit


@given(dsr_events(NOON))
def test_d5_an_event_lapses_by_itself(one: DsrEvent) -> None:
    """Behind its end and its longest delay the hours rule as before, without anyone doing anything."""
    over = one.end + 1800 * SECOND
    plan = resolve([OPEN, *dsr_claims(one, FULL)], over, over + HOUR, FULL)
    assert [segment.reason for segment in plan.segments] == [PlanReason.CHARGING_HOURS]


@given(dsr_events(NOON), st.sampled_from([0.0, 6.0, 10.0]))
def test_d7_no_event_breaks_the_fuse_the_owners_limit_a_stop_or_a_fault(
    one: DsrEvent, amperes: float
) -> None:
    """Upwards or not, planned or a response."""
    limit = Limit(amperes=amperes)
    for other, most in (
        (house_fuse_claim(limit, NOON), limit),
        (owner_limit_claim(limit, NOON), limit),
        (stop_claim(NOON), Limit.PAUSED),
        (fault_claim(NOON), Limit.PAUSED),
    ):
        for hours in (OPEN, CLOSED):
            plan = plan_of(hours, one, others=[other])
            assert all(segment.limit <= most for segment in plan.segments)


# --- when


def test_an_event_is_active_in_its_window() -> None:
    """Its ramps are not part of it."""
    drawn = draw_edges(event(), 600, NOON, numbers(0, 600))
    assert not active(drawn, START - SECOND)
    assert active(drawn, START)
    assert active(drawn, END - SECOND)
    assert not active(drawn, END)


def test_the_next_edge_of_an_event_is_any_that_changes_something() -> None:
    """Window and ramps, in order; none once it is over for good."""
    drawn = draw_edges(event(DsrDirection.SETPOINT), 600, NOON, numbers(100, 200))
    seen = []
    now = NOON
    while (edge := next_edge(drawn, now)) is not None:
        assert edge > now
        seen.append(f"{edge:%H:%M:%S}")
        now = edge
    assert seen == [
        "16:58:20",
        "17:00:00",
        "17:01:40",
        "17:56:40",
        "18:00:00",
        "18:03:20",
    ]


def test_an_event_has_a_name_of_two_parts() -> None:
    """Two providers may give the same number."""
    assert event(provider="axle").key != event(provider="octopus").key
