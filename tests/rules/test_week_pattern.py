"""The week's pattern: what a wallbox holds, swept minute by minute against the peak."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
import secrets
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings, strategies as st
import pytest

from custom_components.smart_charge_point.model.hours import (
    ChargingHours,
    CivilWindow,
    Weekday,
)
from custom_components.smart_charge_point.model.schedule import (
    EdgeDelays,
    EdgeKind,
    Step,
    WeekPattern,
)
from custom_components.smart_charge_point.rules.charging_hours import (
    Window,
    allowed_at,
    charging_hours,
    edges,
    hours_from_spans,
    windows_between,
)
from custom_components.smart_charge_point.rules.civil_time import (
    next_offset_change,
    offset_at,
)
from custom_components.smart_charge_point.rules.random_delay import draw_edges
from custom_components.smart_charge_point.rules.ruleset import GB_2021
from custom_components.smart_charge_point.rules.week_pattern import (
    allowed_between,
    following_pattern,
    same_every_day,
    week_pattern,
)

from .strategies import (
    LONDON,
    WEEK,
    any_hours,
    in_gb_peak,
    minutes_from,
    moments,
    numbers_from,
    utc,
)

HOURS = GB_2021.default_hours
CHANGES = [utc(2026, 10, 25, 1), utc(2027, 3, 28, 1), utc(2027, 10, 31, 1)]
GMT_MONDAY, BST_MONDAY = utc(2026, 1, 12), utc(2026, 6, 14, 23)


def fixed_delays(
    hours: ChargingHours, on: int, off: int, maximum: int = 600
) -> EdgeDelays:
    """Return delays that are the same at every edge of a kind."""
    return EdgeDelays(
        drawn_at=utc(2026, 1, 1),
        maximum=maximum,
        seconds=tuple(
            (edge, on if edge.kind is EdgeKind.ON else off) for edge in edges(hours)
        ),
    )


def drawn_delays(hours: ChargingHours, maximum: int = 600) -> EdgeDelays:
    """Return delays that differ from edge to edge."""
    return draw_edges(hours, maximum, utc(2026, 1, 1), numbers_from("pattern"))


def patterns(
    hours: ChargingHours, delays: EdgeDelays, now: datetime, zone: ZoneInfo = LONDON
) -> tuple[WeekPattern, WeekPattern | None]:
    """Return this season's pattern and the following one."""
    arguments = (hours, delays, delays.maximum, now, zone)
    return week_pattern(*arguments), following_pattern(*arguments)


@pytest.mark.parametrize("monday", [GMT_MONDAY, BST_MONDAY])
def test_a10_2_without_delay_permitted_if_and_only_if_not_peak(
    monday: datetime,
) -> None:
    """No mismatch in the 10 080 minutes of each week."""
    pattern, _ = patterns(HOURS, fixed_delays(HOURS, 0, 0, maximum=0), monday)
    assert not [
        moment
        for moment in minutes_from(monday)
        if pattern.allowed_at(moment) == in_gb_peak(moment)
    ]


@pytest.mark.parametrize("monday", [GMT_MONDAY, BST_MONDAY])
@pytest.mark.parametrize("drawing", range(3))
def test_a10_2_with_600_s_never_in_peak_and_blocked_only_near_it(
    monday: datetime, drawing: int
) -> None:
    """Blocked off-peak only within 600 s after an on-edge or before an off-edge, to the second."""
    delays = [
        fixed_delays(HOURS, 600, 0),
        fixed_delays(HOURS, 0, 600),
        draw_edges(HOURS, 600, monday, secrets.randbelow),
    ][drawing]
    pattern, following = patterns(HOURS, delays, monday + timedelta(days=2))
    for moment in minutes_from(monday):
        allowed = pattern.allowed_at(moment)
        assert not (allowed and in_gb_peak(moment))
        assert not (
            pattern.allowed_at(moment - timedelta(seconds=1))
            and in_gb_peak(moment - timedelta(seconds=1))
        )
        if not allowed and not in_gb_peak(moment):
            assert in_gb_peak(moment - timedelta(seconds=601)) or in_gb_peak(
                moment + timedelta(seconds=600)
            )
    nominal = windows_between(HOURS, monday, monday + WEEK, LONDON)
    allowed_windows = allowed_between(pattern, following, monday, monday + WEEK)
    assert len(nominal) == len(allowed_windows) == 11
    for civil, real in zip(nominal[1:-1], allowed_windows[1:-1], strict=True):
        assert timedelta() <= real.start - civil.start <= timedelta(seconds=600)
        assert timedelta() <= civil.end - real.end <= timedelta(seconds=600)


def test_gb_makes_the_21_steps_of_the_reference() -> None:
    """Requirements.md 1b: from Monday 00:00 allowed, off at 28200 + d1, on at 39600 + d2, …; ten delays of their own."""
    pattern, _ = patterns(HOURS, drawn_delays(HOURS), GMT_MONDAY + timedelta(hours=50))
    assert pattern.starts == GMT_MONDAY
    assert len(pattern.steps) == 21
    assert pattern.steps[0] == Step(offset=0, allowed=True)
    drawn = [seconds for _, seconds in drawn_delays(HOURS).seconds]
    nominal = [
        day * 86400 + second
        for day in range(5)
        for second in (28200, 39600, 57000, 79200)
    ]
    assert [step.offset for step in pattern.steps[1:]] == [
        second + delay for second, delay in zip(nominal, drawn, strict=True)
    ]
    assert len(set(drawn)) > 15
    summer, _ = patterns(HOURS, drawn_delays(HOURS), BST_MONDAY + timedelta(hours=50))
    assert summer.steps == pattern.steps
    assert summer.starts == BST_MONDAY


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize(
    "lead", [timedelta(days=120), timedelta(days=1), timedelta(seconds=1)]
)
def test_a10_3_the_seasons_meet_at_the_change(
    change: datetime, lead: timedelta
) -> None:
    """Told beforehand, the following pattern is valid from the very change, and this one until then."""
    pattern, following = patterns(HOURS, drawn_delays(HOURS), change - lead)
    assert following is not None
    assert pattern.valid_to == following.valid_from == change
    assert pattern.valid_from <= change - lead
    assert abs(following.starts - pattern.starts) % WEEK in {
        timedelta(hours=1),
        WEEK - timedelta(hours=1),
    }
    assert following.steps == pattern.steps
    assert following.valid_to == next_offset_change(change, LONDON)


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("maximum", [0, 600, 1800])
def test_a10_3_offline_over_the_change_not_a_minute_in_the_peak(
    change: datetime, maximum: int
) -> None:
    """Both patterns preloaded on the Saturday, swept over the weeks before and after, Monday 29 March 2027 included."""
    saturday = change - timedelta(hours=13)
    delays = drawn_delays(HOURS, maximum)
    pattern, following = patterns(HOURS, delays, saturday)
    assert following is not None
    limit = timedelta(seconds=maximum)
    for moment in minutes_from(change - WEEK, 2 * WEEK):
        ruling = pattern if moment < change else following
        allowed = ruling.allowed_at(moment)
        assert not (allowed and in_gb_peak(moment))
        if not allowed and not in_gb_peak(moment):
            assert in_gb_peak(moment - limit - timedelta(seconds=1)) or in_gb_peak(
                moment + limit
            )


def test_a10_3_a_stale_pattern_would_be_wrong_600_minutes_a_week() -> None:
    """Why the following pattern is needed: requirements.md counts 600 wrongly allowed and 600 wrongly blocked."""
    summer, _ = patterns(HOURS, fixed_delays(HOURS, 0, 0, maximum=0), BST_MONDAY)
    week = minutes_from(utc(2026, 11, 2))
    assert sum(summer.allowed_at(one) and in_gb_peak(one) for one in week) == 600
    assert (
        sum(not summer.allowed_at(one) and not in_gb_peak(one) for one in week) == 600
    )


@pytest.mark.parametrize("change", CHANGES)
def test_a10_4_no_edge_of_a_change_over_week_comes_twice_or_is_left_out(
    change: datetime,
) -> None:
    """From Monday's to next Monday's civil midnight: 20 edges, at the delays drawn for them."""
    delays = drawn_delays(HOURS)
    pattern, following = patterns(HOURS, delays, change - timedelta(days=3))
    assert following is not None
    monday = pattern.starts
    next_monday = (
        following.starts if following.starts > change else following.starts + WEEK
    )
    found = allowed_between(pattern, following, monday, next_monday)
    assert len(found) == 11
    nominal = windows_between(HOURS, monday, next_monday, LONDON)
    by_kind = {
        kind: [seconds for edge, seconds in delays.seconds if edge.kind is kind]
        for kind in EdgeKind
    }
    assert [
        (real.start - civil.start).total_seconds()
        for civil, real in zip(nominal[1:], found[1:], strict=True)
    ] == by_kind[EdgeKind.ON]
    assert [
        600 - (civil.end - real.end).total_seconds()
        for civil, real in zip(nominal[:-1], found[:-1], strict=True)
    ] == by_kind[EdgeKind.OFF]


@pytest.mark.parametrize("change", CHANGES)
def test_a10_4_a_sunday_night_across_the_change_is_one_window(
    change: datetime,
) -> None:
    """Saturday 23:00 to Sunday 05:00, on and off once, each at its delay."""
    hours = hours_from_spans([Weekday.SATURDAY], time(23), time(5))
    pattern, following = patterns(
        hours, fixed_delays(hours, 100, 200), change - timedelta(days=2)
    )
    (civil,) = windows_between(
        hours, change - timedelta(days=1), change + timedelta(days=1), LONDON
    )
    assert allowed_between(
        pattern, following, change - timedelta(days=1), change + timedelta(days=1)
    ) == (
        Window(
            start=civil.start + timedelta(seconds=100),
            end=civil.end - timedelta(seconds=400),
        ),
    )


@pytest.mark.parametrize(
    ("start", "end", "change", "expected"),
    [
        # The on-edge at 01:30 comes in its first passing, and does not come again in the second.
        (
            time(1, 30),
            time(5),
            utc(2026, 10, 25, 1),
            (utc(2026, 10, 25, 0, 31, 40), utc(2026, 10, 25, 4, 53, 20)),
        ),
        # The off-edge at 01:30, likewise.
        (
            time(0),
            time(1, 30),
            utc(2026, 10, 25, 1),
            (utc(2026, 10, 24, 23, 1, 40), utc(2026, 10, 25, 0, 23, 20)),
        ),
        # The on-edge at 01:30 is skipped: no home begins at the change without its delay.
        (
            time(1, 30),
            time(5),
            utc(2027, 3, 28, 1),
            (utc(2027, 3, 28, 1, 31, 40), utc(2027, 3, 28, 3, 53, 20)),
        ),
        # The off-edge at 01:30 is skipped: at the change it is no longer allowed.
        (
            time(0),
            time(1, 30),
            utc(2027, 3, 28, 1),
            (utc(2027, 3, 28, 0, 1, 40), utc(2027, 3, 28, 1)),
        ),
        # The delay of an on-edge at 00:59 reaches into the skipped hour.
        (
            time(0, 59),
            time(5),
            utc(2027, 3, 28, 1),
            (utc(2027, 3, 28, 1, 0, 40), utc(2027, 3, 28, 3, 53, 20)),
        ),
    ],
)
def test_a10_4_an_edge_in_the_changed_hour_comes_once_and_delayed(
    start: time, end: time, change: datetime, expected: tuple[datetime, datetime]
) -> None:
    """Hours of an owner's own, with an edge on the Sunday between 01:00 and 02:00; asked before and amid the change."""
    hours = charging_hours([CivilWindow(weekday=Weekday.SUNDAY, start=start, end=end)])
    delays = fixed_delays(hours, 100, 200)
    for now in (change - timedelta(days=3), change, change + timedelta(minutes=5)):
        pattern, following = patterns(hours, delays, now)
        begin = min(now, change - timedelta(days=1)) if now < change else now
        assert allowed_between(
            pattern, following, begin, change + timedelta(days=1)
        ) == tuple(
            Window(start=max(expected[0], begin), end=expected[1])
            for _ in range(expected[1] > begin)
        )


@settings(max_examples=150)
@given(any_hours(), moments(), st.sampled_from([0, 600, 1800]))
def test_a10_3_no_hours_are_ever_exceeded(
    hours: ChargingHours, now: datetime, maximum: int
) -> None:
    """Whatever the hours, a wallbox left alone for three weeks charges in no minute that they do not allow.

    In the hour that a change repeats, both passings of a time are that time.
    """
    pattern, following = patterns(hours, drawn_delays(hours, maximum), now)
    until = now + 3 * WEEK
    civil = windows_between(hours, now, until, LONDON)
    for real in allowed_between(pattern, following, now, until):
        for moment in (real.start, real.end - timedelta(seconds=1)):
            repeated = moment - timedelta(hours=1)
            again = offset_at(repeated, LONDON) > offset_at(moment, LONDON)
            assert any(one.start <= moment < one.end for one in civil) or (
                again and allowed_at(hours, repeated, LONDON)
            )


@settings(max_examples=150)
@given(any_hours(), moments(), st.sampled_from([0, 1, 600, 1800]))
def test_every_window_keeps_its_delays_or_vanishes(
    hours: ChargingHours, now: datetime, maximum: int
) -> None:
    """In one season: on at + d, off at - guard + d; a window too short for that is left out, none is inverted."""
    delays = drawn_delays(hours, maximum)
    pattern, _ = patterns(hours, delays, now)
    drawn = {(e.weekday * 86400 + e.second, e.kind): d for e, d in delays.seconds}
    midwinter = utc(2026, 1, 5)  # the offset is 0 for weeks around
    winter, _ = patterns(hours, delays, midwinter)
    assert winter.steps == pattern.steps
    expected = []
    for civil in windows_between(hours, midwinter - WEEK, midwinter + 2 * WEEK, LONDON):
        on = int((civil.start - midwinter).total_seconds()) % 604800
        off = int((civil.end - midwinter).total_seconds()) % 604800
        start = civil.start + timedelta(seconds=drawn.get((on, EdgeKind.ON), 0))
        end = civil.end - timedelta(
            seconds=maximum - drawn.get((off, EdgeKind.OFF), maximum)
        )
        if start < end:
            expected.append(Window(start=start, end=end))
    begin, finish = midwinter + timedelta(hours=1), midwinter + WEEK
    assert allowed_between(winter, None, begin, finish) == tuple(
        Window(start=max(one.start, begin), end=min(one.end, finish))
        for one in expected
        if one.end > begin and one.start < finish
    )


@settings(max_examples=150)
@given(any_hours(), moments(), st.sampled_from([0, 600, 1800]))
@example(
    charging_hours(
        [CivilWindow(weekday=Weekday.SUNDAY, start=time(23, 55), end=time(0))]
    ),
    utc(2026, 1, 5),
    600,
)
def test_steps_are_a_week_that_alternates(
    hours: ChargingHours, now: datetime, maximum: int
) -> None:
    """What a profile is made of: from offset 0, sorted, alternating, below a week; the Monday at or before now."""
    for pattern in patterns(hours, drawn_delays(hours, maximum), now):
        assert pattern is not None
        offsets = [step.offset for step in pattern.steps]
        assert offsets[0] == 0
        assert offsets == sorted(set(offsets))
        assert offsets[-1] < 604800
        assert all(a.allowed is not b.allowed for a, b in pairwise(pattern.steps))
        ruled = max(now, pattern.valid_from)
        assert pattern.starts <= ruled
        assert ruled - pattern.starts < WEEK + timedelta(hours=1)
        # Amid a change the old offset may still count.
        assert any(
            (pattern.starts + offset_at(ruled - past, LONDON)).strftime("%a %H:%M:%S")
            == "Mon 00:00:00"
            for past in (timedelta(), timedelta(hours=1))
        )


@settings(max_examples=100)
@given(any_hours(), moments(), st.sampled_from([0, 600, 1800]))
def test_the_pattern_does_not_depend_on_when_it_was_made(
    hours: ChargingHours, now: datetime, maximum: int
) -> None:
    """Made today or a few days ago, the coming days are the same: a restart in between changes nothing."""
    delays = drawn_delays(hours, maximum)
    before = patterns(hours, delays, now - timedelta(days=3))
    after = patterns(hours, delays, now)
    assert allowed_between(*before, now, now + WEEK) == allowed_between(
        *after, now, now + WEEK
    )


def test_hours_without_edges_make_one_step() -> None:
    """Always and never, delays or not."""
    always, _ = patterns(
        ChargingHours.ALWAYS, drawn_delays(ChargingHours.ALWAYS), GMT_MONDAY
    )
    assert always.steps == (Step(offset=0, allowed=True),)
    never_hours = ChargingHours(windows=())
    never, _ = patterns(never_hours, drawn_delays(never_hours), GMT_MONDAY)
    assert never.steps == (Step(offset=0, allowed=False),)
    assert allowed_between(always, None, GMT_MONDAY, GMT_MONDAY + 3 * WEEK) == (
        Window(start=GMT_MONDAY, end=GMT_MONDAY + 3 * WEEK),
    )


def test_a_window_too_short_for_its_delays_is_left_out() -> None:
    """Ten minutes with 600 s: what the draws leave of it, here 50 s or nothing."""
    hours = charging_hours(
        [CivilWindow(weekday=Weekday.MONDAY, start=time(9), end=time(9, 10))]
    )
    some, _ = patterns(hours, fixed_delays(hours, 100, 150), GMT_MONDAY)
    assert [step.offset for step in some.steps] == [0, 32500, 32550]
    none, _ = patterns(hours, fixed_delays(hours, 150, 150), GMT_MONDAY)
    assert none.steps == (Step(offset=0, allowed=False),)


def test_a_delay_may_reach_into_the_next_week() -> None:
    """On at Sunday 23:55 and 400 s: Monday 00:01:40, after a Monday that began paused."""
    hours = hours_from_spans([Weekday.SUNDAY], time(23, 55), time(2))
    pattern, _ = patterns(hours, fixed_delays(hours, 400, 0), GMT_MONDAY)
    assert pattern.steps == (
        Step(offset=0, allowed=False),
        Step(offset=100, allowed=True),
        Step(offset=6600, allowed=False),
    )


def test_delays_of_other_hours_are_refused() -> None:
    """As is a guard that a delay could overrun into the peak."""
    other = hours_from_spans([Weekday.MONDAY], time(1), time(5))
    with pytest.raises(ValueError, match="other hours"):
        week_pattern(HOURS, drawn_delays(other), 600, GMT_MONDAY, LONDON)
    with pytest.raises(ValueError, match="guard of 599"):
        week_pattern(HOURS, drawn_delays(HOURS), 599, GMT_MONDAY, LONDON)


def test_a_zone_without_clock_changes_has_nothing_to_follow() -> None:
    """Kolkata, half past the hour from UTC."""
    kolkata = ZoneInfo("Asia/Kolkata")
    pattern, following = patterns(HOURS, drawn_delays(HOURS), GMT_MONDAY, kolkata)
    assert following is None
    assert pattern.valid_to is None
    assert pattern.starts == utc(2026, 1, 11, 18, 30)


def test_a_zone_that_shifts_by_half_an_hour() -> None:
    """Lord Howe: the Monday after the change begins half an hour earlier."""
    zone = ZoneInfo("Australia/Lord_Howe")
    pattern, following = patterns(HOURS, drawn_delays(HOURS), utc(2026, 9, 30), zone)
    assert following is not None
    assert pattern.valid_to == following.valid_from == utc(2026, 10, 3, 15, 30)
    assert (pattern.starts - following.starts) % WEEK == timedelta(minutes=30)


def test_instants_are_in_utc_whatever_zone_now_is_in() -> None:
    """`now` from a clock that shows civil time means the same."""
    now = utc(2026, 10, 23, 9)
    assert patterns(HOURS, drawn_delays(HOURS), now.astimezone(LONDON)) == patterns(
        HOURS, drawn_delays(HOURS), now
    )
    assert (
        week_pattern(
            HOURS, drawn_delays(HOURS), 600, now.astimezone(LONDON), LONDON
        ).starts.tzinfo
        is UTC
    )


def test_one_draw_for_each_time_of_day_makes_the_weekdays_alike() -> None:
    """Each weekday has the first day's delays, and every edge still has one."""
    delays = drawn_delays(HOURS)
    alike = same_every_day(delays)
    assert [edge for edge, _ in alike.seconds] == [edge for edge, _ in delays.seconds]
    of_day: dict[tuple[int, str], set[int]] = {}
    for edge, seconds in alike.seconds:
        of_day.setdefault((edge.second, edge.kind), set()).add(seconds)
    assert {len(drawn) for drawn in of_day.values()} == {1}
    assert alike != delays
