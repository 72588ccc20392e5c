"""Relevant times (reg. 11(4)): each row of requirements.md's table, what is delayed and what is not."""

from collections.abc import Iterable
from datetime import datetime, timedelta
import secrets

import pytest

from custom_components.smart_charge_point.model.dsr import (
    DsrDirection,
    DsrEvent,
    DsrKind,
)
from custom_components.smart_charge_point.model.limit import Limit
from custom_components.smart_charge_point.model.plan import Claim, Plan, PlanReason
from custom_components.smart_charge_point.model.schedule import EdgeDelays, EdgeKind
from custom_components.smart_charge_point.rules.dsr import (
    draw_edges as draw_event,
    dsr_claims,
)
from custom_components.smart_charge_point.rules.plan import (
    cancel_delay_claim,
    delay_claim,
    fault_claim,
    hours_claim,
    house_fuse_claim,
    override_claim,
    owner_limit_claim,
    resolve,
)
from custom_components.smart_charge_point.rules.random_delay import (
    draw_edges,
    draw_session,
    drawn_maximum,
    edges_due,
)
from custom_components.smart_charge_point.rules.ruleset import GB_2021
from custom_components.smart_charge_point.rules.week_pattern import (
    following_pattern,
    week_pattern,
)

from .strategies import LONDON, WEEK, utc

SECOND = timedelta(seconds=1)
FULL, HALF = Limit(amperes=32), Limit(amperes=16)
HOURS = GB_2021.default_hours
PEAK = utc(2026, 1, 14, 17)  # a Wednesday
OFF_PEAK = utc(2026, 1, 14, 13)
DELAYS = [0, 1, 299, 600]


def drawn(seconds: int, maximum: int = 600) -> EdgeDelays:
    """Return one delay for all edges."""
    return draw_edges(HOURS, maximum, OFF_PEAK, lambda _: seconds)


def hours(delays: EdgeDelays, now: datetime) -> Claim:
    """Return what the default hours claim."""
    arguments = (HOURS, delays, 600, now, LONDON)
    return hours_claim(
        week_pattern(*arguments),
        following_pattern(*arguments),
        FULL,
        now,
        now + WEEK,
        hours=HOURS,
        zone=LONDON,
    )


def plan_of(now: datetime, *claims: Claim) -> Plan:
    """Return the plan of the coming week."""
    return resolve(claims, now, now + WEEK, FULL)


def changes(plan: Plan) -> list[tuple[datetime, float]]:
    """Return when the current may change, and to what."""
    told: list[tuple[datetime, float]] = []
    for segment in plan.segments:
        if not told or told[-1][1] != segment.limit.amperes:
            told.append((segment.start, segment.limit.amperes))
    return told


def event(
    kind: DsrKind, direction: DsrDirection, limit: Limit, start: datetime
) -> DsrEvent:
    """Return an event of an hour."""
    return DsrEvent(
        provider="provider",
        event_id="1",
        kind=kind,
        direction=direction,
        limit=limit,
        start=start,
        end=start + timedelta(hours=1),
    )


def claims_of(one: DsrEvent, now: datetime, seconds: int) -> Iterable[Claim]:
    """Return the claims of an event that is announced at `now`, with one number drawn for both of its edges."""
    return dsr_claims(draw_event(one, 600, now, lambda _: seconds), FULL)


# --- delayed


@pytest.mark.parametrize("seconds", DELAYS)
def test_the_beginning_of_the_hours_is_delayed(seconds: int) -> None:
    """22:00 plus what was drawn."""
    plan = plan_of(PEAK, hours(drawn(seconds), PEAK))
    assert changes(plan)[1] == (utc(2026, 1, 14, 22) + seconds * SECOND, 32)


@pytest.mark.parametrize("seconds", DELAYS)
def test_plugging_in_off_peak_is_delayed(seconds: int) -> None:
    """By hand or by card: "naturally random" is no exemption."""
    plan = plan_of(OFF_PEAK, hours(drawn(0), OFF_PEAK), delay_claim(OFF_PEAK, seconds))
    flows = [moment for moment, amperes in changes(plan) if amperes]
    assert flows[0] == OFF_PEAK + seconds * SECOND


@pytest.mark.parametrize("seconds", DELAYS)
def test_the_end_of_the_hours_is_delayed_before_the_peak(seconds: int) -> None:
    """In a guard band: 15:50:00 to 16:00:00, so never after it."""
    plan = plan_of(OFF_PEAK, hours(drawn(seconds), OFF_PEAK))
    off = utc(2026, 1, 14, 15, 50) + seconds * SECOND
    assert changes(plan)[1] == (off, 0)
    assert off <= utc(2026, 1, 14, 16)


@pytest.mark.parametrize("seconds", DELAYS)
def test_a_suppliers_dispatch_is_delayed(seconds: int) -> None:
    """Even one that is told only when it begins: on after it, off before its end."""
    dispatch = event(DsrKind.PLANNED, DsrDirection.UP, FULL, PEAK)
    plan = plan_of(PEAK, hours(drawn(0), PEAK), *claims_of(dispatch, PEAK, seconds))
    on = PEAK + seconds * SECOND
    off = PEAK + timedelta(hours=1) - (600 - seconds) * SECOND
    assert [change for change in changes(plan) if change[0] <= off][-2:] == [
        (on, 32),
        (off, 0),
    ]


@pytest.mark.parametrize("seconds", DELAYS)
def test_planned_demand_response_is_delayed_outside_its_window(seconds: int) -> None:
    """Reduced before it, restored after it."""
    start = utc(2026, 1, 14, 14)
    session = event(DsrKind.PLANNED, DsrDirection.DOWN, HALF, start)
    plan = plan_of(
        OFF_PEAK, hours(drawn(0), OFF_PEAK), *claims_of(session, OFF_PEAK, seconds)
    )
    assert changes(plan)[:3] == [
        (OFF_PEAK, 32),
        (start - (600 - seconds) * SECOND, 16),
        (start + timedelta(hours=1) + seconds * SECOND, 32),
    ]


@pytest.mark.parametrize("seconds", [1, 299, 600])
def test_a11_7_power_that_is_restored_is_delayed(seconds: int) -> None:
    """The session that begins when the wallbox is up again waits for the delay that was drawn beforehand."""
    armed = draw_session(600, OFF_PEAK - timedelta(hours=3), lambda _: seconds)
    up = OFF_PEAK + 35 * SECOND
    plan = plan_of(up, hours(drawn(0), up), delay_claim(up, armed.seconds))
    assert changes(plan)[:2] == [(up, 0), (up + seconds * SECOND, 32)]


@pytest.mark.parametrize("seconds", DELAYS)
def test_what_changed_while_nobody_could_say_so_is_delayed(seconds: int) -> None:
    """A planned event heard of only when the network is back, twenty minutes into it."""
    start = utc(2026, 1, 14, 13, 30)
    back = start + timedelta(minutes=20)
    missed = event(DsrKind.PLANNED, DsrDirection.DOWN, HALF, start)
    plan = plan_of(back, hours(drawn(0), back), *claims_of(missed, back, seconds))
    falls = [moment for moment, amperes in changes(plan) if amperes == 16]
    assert falls[0] == back + seconds * SECOND


def test_both_edges_of_each_window_have_delays_of_their_own() -> None:
    """Twenty draws for the ten windows' edges of the default week."""
    numbers = iter(range(20))
    delays = draw_edges(HOURS, 600, OFF_PEAK, lambda _: next(numbers))
    kinds = [edge.kind for edge, _ in delays.seconds]
    assert kinds.count(EdgeKind.ON) == kinds.count(EdgeKind.OFF) == 10
    assert len({seconds for _, seconds in delays.seconds}) == 20


# --- not delayed


def test_charge_now_is_not_delayed() -> None:
    """From its own second, and only this time: the next edge has its delay again."""
    delayed = hours(drawn(300), PEAK)
    now = PEAK + 7 * SECOND
    until = PEAK + timedelta(hours=1)
    plan = plan_of(PEAK, delayed, override_claim(FULL, now, until))
    assert changes(plan)[:4] == [
        (PEAK, 0),
        (now, 32),
        (until, 0),
        (utc(2026, 1, 14, 22, 5), 32),
    ]


def test_a11_4_a_cancelled_delay_is_over_at_once() -> None:
    """This one; the next one is not."""
    delayed = hours(drawn(300), OFF_PEAK)
    now = OFF_PEAK + 7 * SECOND
    plan = plan_of(
        OFF_PEAK,
        delayed,
        delay_claim(OFF_PEAK, 412),
        cancel_delay_claim(FULL, now, OFF_PEAK + 412 * SECOND),
    )
    on = [moment for moment, amperes in changes(plan) if amperes]
    assert on[:2] == [now, utc(2026, 1, 14, 22, 5)]


def test_the_owners_current_limit_is_not_delayed() -> None:
    """A slider moved by hand."""
    now = OFF_PEAK + 7 * SECOND
    plan = plan_of(OFF_PEAK, hours(drawn(300), OFF_PEAK), owner_limit_claim(HALF, now))
    assert changes(plan)[:2] == [(OFF_PEAK, 32), (now, 16)]


def test_a11_5_a_wallbox_that_delays_by_itself_is_not_delayed_by_us() -> None:
    """Doubling adds waiting, not benefit."""
    session = draw_session(drawn_maximum(600, 600), OFF_PEAK, secrets.randbelow)
    plan = plan_of(
        OFF_PEAK, hours(drawn(0), OFF_PEAK), delay_claim(OFF_PEAK, session.seconds)
    )
    assert changes(plan)[0] == (OFF_PEAK, 32)


@pytest.mark.parametrize("seconds", DELAYS)
def test_a_response_is_not_delayed(seconds: int) -> None:
    """Neither its edges nor a car that is plugged in during it."""
    down = event(DsrKind.RESPONSE, DsrDirection.DOWN, HALF, utc(2026, 1, 14, 14))
    plan = plan_of(
        OFF_PEAK, hours(drawn(0), OFF_PEAK), *claims_of(down, OFF_PEAK, seconds)
    )
    assert changes(plan)[1:3] == [(down.start, 16), (down.end, 32)]
    up = event(DsrKind.RESPONSE, DsrDirection.UP, FULL, PEAK)
    plugged_in = PEAK + 60 * SECOND
    plan = plan_of(
        plugged_in,
        hours(drawn(0), plugged_in),
        *claims_of(up, PEAK, seconds),
        delay_claim(plugged_in, 600),
    )
    assert changes(plan)[:2] == [(plugged_in, 32), (up.end, 0)]


@pytest.mark.parametrize("amperes", [6, 0])
def test_what_the_house_leaves_is_not_delayed(amperes: float) -> None:
    """Load sharing is behind the meter, and a fuse does not wait: down and up again at once."""
    now = OFF_PEAK + 7 * SECOND
    less = house_fuse_claim(Limit(amperes=amperes), now)
    more = house_fuse_claim(FULL, now + 20 * SECOND)
    of_hours = hours(drawn(300), OFF_PEAK)
    assert changes(plan_of(OFF_PEAK, of_hours, less))[1] == (now, amperes)
    after = plan_of(now + 20 * SECOND, of_hours, more).segments[0]
    assert (after.limit, after.reason) == (FULL, PlanReason.CHARGING_HOURS)


def test_a8_3_a_fault_is_not_delayed() -> None:
    """Safety never waits, not even for an override."""
    now = OFF_PEAK + 7 * SECOND
    claims = (override_claim(FULL, OFF_PEAK), hours(drawn(300), OFF_PEAK))
    plan = plan_of(OFF_PEAK, *claims, fault_claim(now))
    assert changes(plan) == [(OFF_PEAK, 32), (now, 0)]


@pytest.mark.parametrize("at", [1, 206, 411])
def test_a11_3_a_restart_draws_nothing(at: int) -> None:
    """What was stored goes on to its second: an edge's delay and a session's."""
    edge = utc(2026, 1, 14, 22)
    delays = drawn(412)
    again = edge + at * SECOND
    assert not edges_due(delays, again, LONDON, HOURS)
    for claims in (
        (hours(delays, again),),
        (hours(drawn(0), again), delay_claim(edge, 412)),
    ):
        assert changes(plan_of(again, *claims))[:2] == [
            (again, 0),
            (edge + 412 * SECOND, 32),
        ]
