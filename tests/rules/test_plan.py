"""The plan: what all the claims on a connector come to."""

from datetime import UTC, datetime, time, timedelta
from time import process_time

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_charge_point.model.hours import (
    ChargingHours,
    CivilWindow,
    Weekday,
)
from custom_components.smart_charge_point.model.limit import Limit
from custom_components.smart_charge_point.model.plan import (
    Claim,
    ClaimSource,
    ClaimStep,
    Effect,
    Plan,
    PlanReason,
    Segment,
)
from custom_components.smart_charge_point.rules.charging_hours import (
    charging_hours,
    windows_between,
)
from custom_components.smart_charge_point.rules.plan import (
    cancel_delay_claim,
    delay_claim,
    delay_ends,
    fault_claim,
    hours_claim,
    next_start,
    override_claim,
    owner_limit_claim,
    resolve,
    stop_claim,
    tamper_claim,
)
from custom_components.smart_charge_point.rules.random_delay import draw_edges
from custom_components.smart_charge_point.rules.ruleset import GB_2021
from custom_components.smart_charge_point.rules.week_pattern import (
    allowed_between,
    following_pattern,
    week_pattern,
)

from .strategies import LONDON, WEEK, any_hours, moments, numbers_from, utc

NOW = utc(2026, 1, 14, 17)  # a Wednesday, in the evening peak
UNTIL = NOW + WEEK
FULL, HALF = Limit(amperes=32), Limit(amperes=16)
HOURS = GB_2021.default_hours
ON_DELAY, OFF_DELAY = 240, 90


def gb_hours(now: datetime = NOW, until: datetime | None = None) -> Claim:
    """Return the claim of the default hours, with known delays at every edge."""
    delays = draw_edges(HOURS, 600, now, numbers_from("plan"))
    delays = type(delays)(
        drawn_at=now,
        maximum=600,
        seconds=tuple(
            (edge, ON_DELAY if edge.kind.value == "on" else OFF_DELAY)
            for edge, _ in delays.seconds
        ),
    )
    return hours_claim(
        week_pattern(HOURS, delays, 600, now, LONDON),
        following_pattern(HOURS, delays, 600, now, LONDON),
        FULL,
        now,
        until or now + WEEK,
        hours=HOURS,
        zone=LONDON,
    )


def plan_of(*claims: Claim, now: datetime = NOW, maximum: Limit = FULL) -> Plan:
    """Return the plan of the coming week."""
    return resolve(claims, now, now + WEEK, maximum)


def told(plan: Plan, count: int = 99) -> list[tuple[str, float, PlanReason]]:
    """Return the first segments as they would be told: from when, amperes, why."""
    return [
        (f"{one.start:%a %H:%M:%S}", one.limit.amperes, one.reason)
        for one in plan.segments[:count]
    ]


def test_without_claims_the_wallboxs_maximum_rules() -> None:
    """One segment to the end."""
    assert plan_of().segments == (
        Segment(
            start=NOW,
            end=UNTIL,
            limit=FULL,
            reason=PlanReason.WALLBOX_MAXIMUM,
            by=ClaimSource.SAFETY,
        ),
    )


def test_a_plan_must_have_a_length() -> None:
    """There is no plan for no time."""
    with pytest.raises(ValueError, match="length"):
        resolve([], NOW, NOW, FULL)


def test_the_delay_of_an_on_edge_is_a_reason_of_its_own() -> None:
    """From the civil edge on it is the delay; the guard before an off-edge is outside the hours."""
    assert told(plan_of(gb_hours()), 5) == [
        ("Wed 17:00:00", 0, PlanReason.OUTSIDE_CHARGING_HOURS),
        ("Wed 22:00:00", 0, PlanReason.RANDOM_DELAY),
        ("Wed 22:04:00", 32, PlanReason.CHARGING_HOURS),
        ("Thu 07:51:30", 0, PlanReason.OUTSIDE_CHARGING_HOURS),
        ("Thu 11:00:00", 0, PlanReason.RANDOM_DELAY),
    ]


def test_the_reasons_are_right_where_the_plan_begins_amid_an_edge() -> None:
    """In the delay it is the delay, in the guard it is not."""
    in_delay = utc(2026, 1, 14, 22, 1)
    assert told(plan_of(gb_hours(in_delay), now=in_delay), 2) == [
        ("Wed 22:01:00", 0, PlanReason.RANDOM_DELAY),
        ("Wed 22:04:00", 32, PlanReason.CHARGING_HOURS),
    ]
    in_guard = utc(2026, 1, 15, 7, 55)
    assert told(plan_of(gb_hours(in_guard), now=in_guard), 2) == [
        ("Thu 07:55:00", 0, PlanReason.OUTSIDE_CHARGING_HOURS),
        ("Thu 11:00:00", 0, PlanReason.RANDOM_DELAY),
    ]
    # A plan that ends within a delay still calls it one.
    short = gb_hours(until=utc(2026, 1, 14, 22, 2))
    assert short.steps[-1].reason is PlanReason.RANDOM_DELAY


def test_a_window_that_vanished_is_no_delay() -> None:
    """Too short for its draws: outside the hours, all of it."""
    hours = charging_hours(
        [CivilWindow(weekday=Weekday.THURSDAY, start=time(9), end=time(9, 5))]
    )
    delays = draw_edges(hours, 600, NOW, lambda _: 300)
    pattern = week_pattern(hours, delays, 600, NOW, LONDON)
    claim = hours_claim(pattern, None, FULL, NOW, UNTIL, hours=hours, zone=LONDON)
    assert {step.reason for step in claim.steps} == {PlanReason.OUTSIDE_CHARGING_HOURS}


@settings(max_examples=100)
@given(any_hours(), moments(), st.sampled_from([0, 600, 1800]))
def test_the_hours_claim_is_the_patterns(
    hours: ChargingHours, now: datetime, maximum: int
) -> None:
    """It lets current flow exactly where the patterns do, and calls only time within the civil hours a delay."""
    delays = draw_edges(hours, maximum, now, numbers_from("claim"))
    arguments = (hours, delays, maximum, now, LONDON)
    pattern = week_pattern(*arguments)
    following = following_pattern(*arguments)
    until = now + WEEK
    claim = hours_claim(pattern, following, FULL, now, until, hours=hours, zone=LONDON)
    plan = resolve([claim], now, until, FULL)
    flows = [(one.start, one.end) for one in plan.segments if one.limit > Limit.PAUSED]
    assert flows == [
        (one.start, one.end) for one in allowed_between(pattern, following, now, until)
    ]
    civil = windows_between(hours, now, until, LONDON)
    for one in plan.segments:
        if one.reason is PlanReason.RANDOM_DELAY:
            assert any(w.start <= one.start < one.end <= w.end for w in civil)


def test_a10_5_charge_now_lifts_the_hours_and_the_delays() -> None:
    """From its first second; when it is taken back, the hours rule as before."""
    delay = delay_claim(NOW, 500)
    plan = plan_of(gb_hours(), delay, override_claim(FULL, NOW))
    assert told(plan) == [("Wed 17:00:00", 32, PlanReason.CHARGE_NOW)]
    plan = plan_of(gb_hours(), override_claim(FULL, NOW, NOW + timedelta(hours=1)))
    assert told(plan, 2) == [
        ("Wed 17:00:00", 32, PlanReason.CHARGE_NOW),
        ("Wed 18:00:00", 0, PlanReason.OUTSIDE_CHARGING_HOURS),
    ]


def test_stop_pauses_whatever_the_hours_say() -> None:
    """Of a stop and a charge-now of the same owner, the stop holds."""
    now = utc(2026, 1, 14, 13)
    for claims in ([stop_claim(now)], [override_claim(FULL, now), stop_claim(now)]):
        plan = plan_of(gb_hours(now), *claims, now=now)
        assert told(plan) == [("Wed 13:00:00", 0, PlanReason.STOPPED)]
    assert next_start(plan, now) is None


def test_a8_2_nobody_gets_more_than_the_maximum() -> None:
    """Charge now at 32 A on an installation for 10 A; the owner's limit below that holds too."""
    plan = plan_of(override_claim(FULL, NOW), maximum=Limit(amperes=10))
    assert told(plan) == [("Wed 17:00:00", 10, PlanReason.CHARGE_NOW)]
    limit = owner_limit_claim(Limit(amperes=8), NOW)
    plan = plan_of(override_claim(FULL, NOW), limit, maximum=Limit(amperes=10))
    assert told(plan) == [("Wed 17:00:00", 8, PlanReason.OWNER_LIMIT)]


def test_a8_1_a_fault_pauses_whatever_the_owner_wants() -> None:
    """And is the reason, even where the hours pause as well."""
    plan = plan_of(gb_hours(), override_claim(FULL, NOW), fault_claim(NOW))
    assert told(plan) == [("Wed 17:00:00", 0, PlanReason.FAULT)]
    assert told(plan_of(gb_hours(), fault_claim(NOW))) == told(plan)


def test_a8_1_tampering_leaves_the_hours_as_they_are() -> None:
    """Their delays too, and their reasons; the reason is tampering only where it lowers."""
    hours = gb_hours()
    plan = plan_of(hours, tamper_claim(hours, FULL))
    assert told(plan) == told(plan_of(hours))
    assert told(plan_of(hours, tamper_claim(hours, HALF)), 4) == [
        ("Wed 17:00:00", 0, PlanReason.OUTSIDE_CHARGING_HOURS),
        ("Wed 22:00:00", 0, PlanReason.RANDOM_DELAY),
        ("Wed 22:04:00", 16, PlanReason.TAMPER),
        ("Thu 07:51:30", 0, PlanReason.OUTSIDE_CHARGING_HOURS),
    ]
    plan = plan_of(hours, tamper_claim(hours, Limit.PAUSED))
    assert told(plan) == [("Wed 17:00:00", 0, PlanReason.TAMPER)]
    plan = plan_of(hours, tamper_claim(hours, Limit.PAUSED), fault_claim(NOW))
    assert told(plan) == [("Wed 17:00:00", 0, PlanReason.FAULT)]


@pytest.mark.parametrize("effect", [Effect.REPLACES, Effect.LIFTS])
@pytest.mark.parametrize(
    "source", [each for each in ClaimSource if each is not ClaimSource.SAFETY]
)
def test_a8_1_nothing_lifts_the_hours_after_tampering(
    source: ClaimSource, effect: Effect
) -> None:
    """Whoever asks for it, and however."""
    hours = gb_hours()
    step = ClaimStep(start=NOW, limit=FULL, reason=PlanReason.CHARGE_NOW)
    lifting = Claim(source=source, effect=effect, steps=(step,), end=None)

    def limits(plan: Plan) -> list[tuple[datetime, Limit]]:
        """Return from when which limit holds, whatever the reason."""
        changes: list[tuple[datetime, Limit]] = []
        for one in plan.segments:
            if not changes or changes[-1][1] != one.limit:
                changes.append((one.start, one.limit))
        return changes

    plan = plan_of(hours, lifting, tamper_claim(hours, FULL))
    assert limits(plan) == limits(plan_of(hours))
    if source not in {ClaimSource.RANDOM_DELAY, ClaimSource.CHARGING_HOURS}:
        assert limits(plan_of(hours, lifting)) != limits(plan_of(hours))


def test_the_owners_limit_is_a_reason_only_where_it_lowers() -> None:
    """In the hours it does; outside them, and where it is no lower than the rest, it does not."""
    plan = plan_of(gb_hours(), owner_limit_claim(HALF, NOW))
    assert [reason for _, _, reason in told(plan, 4)] == [
        PlanReason.OUTSIDE_CHARGING_HOURS,
        PlanReason.RANDOM_DELAY,
        PlanReason.OWNER_LIMIT,
        PlanReason.OUTSIDE_CHARGING_HOURS,
    ]
    assert plan_of(gb_hours(), owner_limit_claim(FULL, NOW)) == plan_of(gb_hours())


def test_a_session_that_begins_in_the_hours_waits_for_its_delay() -> None:
    """Then it charges; the countdown knows when."""
    now = utc(2026, 1, 14, 13)
    plan = plan_of(gb_hours(now), delay_claim(now, 412), now=now)
    assert told(plan, 3) == [
        ("Wed 13:00:00", 0, PlanReason.RANDOM_DELAY),
        ("Wed 13:06:52", 32, PlanReason.CHARGING_HOURS),
        ("Wed 15:51:30", 0, PlanReason.OUTSIDE_CHARGING_HOURS),
    ]
    ends = now + timedelta(seconds=412)
    assert delay_ends(plan, now) == next_start(plan, now) == ends
    assert delay_ends(plan, ends) is None
    assert next_start(plan, ends) is None
    assert plan_of(gb_hours(now), delay_claim(now, 0), now=now) == plan_of(
        gb_hours(now), now=now
    )


def test_a_delay_that_delays_nothing_is_no_reason() -> None:
    """Plugged in amid the peak: the car waits for the hours, not for the delay."""
    plan = plan_of(gb_hours(), delay_claim(NOW, 500))
    assert plan == plan_of(gb_hours())
    assert delay_ends(plan, NOW) is None
    assert next_start(plan, NOW) == utc(2026, 1, 14, 22, 4)


def test_delays_that_overlap_are_one_countdown() -> None:
    """A session that begins just before an on-edge waits for the longer of the two."""
    now = utc(2026, 1, 14, 21, 58)
    plan = plan_of(gb_hours(now), delay_claim(now, 590), now=now)
    assert told(plan, 4) == [
        ("Wed 21:58:00", 0, PlanReason.OUTSIDE_CHARGING_HOURS),
        ("Wed 22:00:00", 0, PlanReason.RANDOM_DELAY),
        ("Wed 22:04:00", 0, PlanReason.RANDOM_DELAY),
        ("Wed 22:07:50", 32, PlanReason.CHARGING_HOURS),
    ]
    at_edge = utc(2026, 1, 14, 22, 1)
    assert delay_ends(plan, at_edge) == utc(2026, 1, 14, 22, 7, 50)
    assert delay_ends(plan, now) is None


def test_a11_4_cancelling_a_delay_leaves_the_next_one_alone() -> None:
    """Current may flow at once; at the next on-edge the delay is there again."""
    now = utc(2026, 1, 14, 22, 1)
    delayed = plan_of(gb_hours(now), now=now)
    ends = delay_ends(delayed, now)
    assert ends is not None
    plan = plan_of(gb_hours(now), cancel_delay_claim(FULL, now, ends), now=now)
    assert plan.at(now) == Segment(
        start=now,
        end=ends,
        limit=FULL,
        reason=PlanReason.CHARGING_HOURS,
        by=ClaimSource.OVERRIDE,
    )
    assert plan.segments[2:] == delayed.segments[2:]
    assert plan.segments[3].reason is PlanReason.RANDOM_DELAY


def test_the_week_is_planned_in_well_under_5_ms() -> None:
    """It is done at every reconcile: patterns, claims and plan of a week with a clock change."""
    now = utc(2026, 10, 21, 12)
    delays = draw_edges(HOURS, 600, now, numbers_from("speed"))
    took = []
    for _ in range(20):
        # Of the processor's time: others may be at work on it too.
        begun = process_time()
        pattern = week_pattern(HOURS, delays, 600, now, LONDON)
        following = following_pattern(HOURS, delays, 600, now, LONDON)
        claim = hours_claim(
            pattern, following, FULL, now, now + WEEK, hours=HOURS, zone=LONDON
        )
        plan = plan_of(
            claim, delay_claim(now, 300), owner_limit_claim(HALF, now), now=now
        )
        took.append(process_time() - begun)
    assert len(plan.segments) > 30
    assert min(took) < 0.005


def test_outside_the_plan_there_is_no_segment() -> None:
    """Nor a start or the end of a delay."""
    plan = plan_of(gb_hours())
    late = UNTIL + timedelta(hours=1)
    assert plan.at(late) is None
    assert next_start(plan, late) is None
    assert delay_ends(plan, late) is None
    assert plan.segments[0].start.tzinfo is UTC
