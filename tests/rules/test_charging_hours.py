"""Charging hours: sorted and merged, with their edges, and resolved against the clock on the wall."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_charge_point.model.hours import (
    ChargingHours,
    CivilWindow,
    Weekday,
)
from custom_components.smart_charge_point.model.schedule import Edge, EdgeKind
from custom_components.smart_charge_point.rules.charging_hours import (
    WEEK_SECONDS,
    Window,
    allowed_at,
    charging_hours,
    edges,
    hours_from_spans,
    overlaps_peak,
    spans,
    windows_between,
)
from custom_components.smart_charge_point.rules.ruleset import GB_2021

from .strategies import (
    LONDON,
    WEEK,
    any_hours,
    in_gb_peak,
    minutes_from,
    moments,
    utc,
    windows,
)

NEVER = ChargingHours(windows=())


def window(weekday: Weekday, start: time, end: time) -> CivilWindow:
    """Return a window, shorter to write."""
    return CivilWindow(weekday=weekday, start=start, end=end)


def test_windows_of_a_day_that_overlap_or_touch_become_one() -> None:
    """The order of entry has no meaning, and midnight keeps the days apart."""
    assert charging_hours(
        [
            window(Weekday.TUESDAY, time(0), time(2)),
            window(Weekday.MONDAY, time(22), time(0)),
            window(Weekday.MONDAY, time(12), time(14)),
            window(Weekday.MONDAY, time(10), time(12)),
            window(Weekday.MONDAY, time(11), time(13)),
            window(Weekday.MONDAY, time(16), time(17)),
            window(Weekday.MONDAY, time(15), time(16)),
        ]
    ) == ChargingHours(
        windows=(
            window(Weekday.MONDAY, time(10), time(14)),
            window(Weekday.MONDAY, time(15), time(17)),
            window(Weekday.MONDAY, time(22), time(0)),
            window(Weekday.TUESDAY, time(0), time(2)),
        )
    )


@given(st.lists(windows(), max_size=12))
def test_merging_keeps_what_is_allowed(given_windows: list[CivilWindow]) -> None:
    """A minute is allowed by the merged hours if and only if one of the windows allows it."""

    def allows(one: CivilWindow, moment: datetime) -> bool:
        return one.weekday == moment.weekday() and (
            one.start <= moment.time()
            and (one.end == time.min or moment.time() < one.end)
        )

    merged = charging_hours(given_windows)
    assert charging_hours(merged.windows) == merged
    for moment in minutes_from(utc(2026, 1, 5))[::7]:
        assert any(allows(one, moment) for one in given_windows) == any(
            allows(one, moment) for one in merged.windows
        )


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (time(1), time(5), ((6, time(1), time(5)),)),
        (time(20), time(0), ((6, time(20), time(0)),)),
        (time(0), time(0), ((6, time(0), time(0)),)),
        (
            time(23, 30),
            time(5, 30),
            ((0, time(0), time(5, 30)), (6, time(23, 30), time(0))),
        ),
        (time(7), time(7), ((0, time(0), time(7)), (6, time(7), time(0)))),
    ],
)
def test_a_span_may_cross_midnight(
    start: time, end: time, expected: tuple[tuple[int, time, time], ...]
) -> None:
    """Sunday's night reaches into Monday."""
    assert hours_from_spans([Weekday.SUNDAY], start, end) == ChargingHours(
        windows=tuple(
            window(Weekday(day), begin, finish) for day, begin, finish in expected
        )
    )


def test_gb_has_ten_on_edges_and_ten_off_edges() -> None:
    """No edge at a midnight: Friday 22:00 to Monday 08:00 is one stretch."""
    found = edges(GB_2021.default_hours)
    assert [(edge.weekday, edge.second // 3600, edge.kind) for edge in found] == [
        (day, hour, kind)
        for day in list(Weekday)[:5]
        for hour, kind in (
            (8, EdgeKind.OFF),
            (11, EdgeKind.ON),
            (16, EdgeKind.OFF),
            (22, EdgeKind.ON),
        )
    ]
    assert spans(GB_2021.default_hours)[-1] == (
        4 * 86400 + 22 * 3600,
        WEEK_SECONDS + 8 * 3600,
    )


def test_hours_that_never_change_have_no_edges() -> None:
    """Always and never allowed, however they were written down."""
    assert edges(ChargingHours.ALWAYS) == ()
    assert edges(hours_from_spans(Weekday, time(7), time(7))) == ()
    assert edges(NEVER) == ()
    assert spans(ChargingHours.ALWAYS) == ((0, WEEK_SECONDS),)
    assert spans(NEVER) == ()


def test_a_window_up_to_sunday_midnight_ends_on_monday() -> None:
    """Its off-edge is Monday's second 0."""
    hours = charging_hours([window(Weekday.SUNDAY, time(20), time(0))])
    assert edges(hours) == (
        Edge(weekday=Weekday.MONDAY, second=0, kind=EdgeKind.OFF),
        Edge(weekday=Weekday.SUNDAY, second=72000, kind=EdgeKind.ON),
    )


@given(any_hours())
def test_edges_come_in_pairs_that_alternate(hours: ChargingHours) -> None:
    """Round the week, every on-edge is followed by an off-edge."""
    kinds = [edge.kind for edge in edges(hours)]
    assert all(a is not b for a, b in zip(kinds, kinds[1:] + kinds[:1], strict=True))


@pytest.mark.parametrize("monday", [utc(2026, 1, 12), utc(2026, 6, 14, 23)])
def test_a10_2_allowed_if_and_only_if_not_peak(monday: datetime) -> None:
    """Every minute of a GMT and a BST week."""
    assert not [
        moment
        for moment in minutes_from(monday)
        if allowed_at(GB_2021.default_hours, moment, LONDON) == in_gb_peak(moment)
    ]


@pytest.mark.parametrize(
    ("monday", "hours_long"),
    [
        (utc(2026, 10, 18, 23), 169),
        (utc(2027, 3, 22), 167),
        (utc(2027, 10, 24, 23), 169),
    ],
)
def test_a10_4_no_edge_of_a_change_over_week_comes_twice_or_is_left_out(
    monday: datetime, hours_long: int
) -> None:
    """Eleven windows from Monday to Monday, on the minute of the wall clock, the last one longer or shorter."""
    end = monday + timedelta(hours=hours_long)
    found = windows_between(GB_2021.default_hours, monday, end, LONDON)
    assert len(found) == 11
    civil = [
        (one.start.astimezone(LONDON).hour, one.end.astimezone(LONDON).hour)
        for one in found
    ]
    assert civil == [(0, 8), *[(11, 16), (22, 8)] * 4, (11, 16), (22, 0)]
    assert found[-1].end - found[-1].start == timedelta(hours=50 + hours_long - 168)


def test_a10_4_a_night_across_the_change_is_longer_or_shorter() -> None:
    """Saturday 23:00 to Sunday 05:00 on the clock on the wall: 7 hours in October, 5 in March."""
    hours = hours_from_spans([Weekday.SATURDAY], time(23), time(5))
    assert windows_between(hours, utc(2026, 10, 24), utc(2026, 10, 26), LONDON) == (
        Window(start=utc(2026, 10, 24, 22), end=utc(2026, 10, 25, 5)),
    )
    assert windows_between(hours, utc(2027, 3, 27), utc(2027, 3, 29), LONDON) == (
        Window(start=utc(2027, 3, 27, 23), end=utc(2027, 3, 28, 4)),
    )


@pytest.mark.parametrize(
    ("start", "end", "october", "march"),
    [
        # In October 01:30 is shown twice: the first one counts. In March it is skipped: the change counts.
        (
            time(1, 30),
            time(5),
            (utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 5)),
            (utc(2027, 3, 28, 1), utc(2027, 3, 28, 4)),
        ),
        (
            time(0, 15),
            time(1, 30),
            (utc(2026, 10, 24, 23, 15), utc(2026, 10, 25, 0, 30)),
            (utc(2027, 3, 28, 0, 15), utc(2027, 3, 28, 1)),
        ),
        (
            time(1, 10),
            time(1, 40),
            (utc(2026, 10, 25, 0, 10), utc(2026, 10, 25, 0, 40)),
            None,
        ),
    ],
)
def test_a10_4_an_edge_in_the_changed_hour_comes_once(
    start: time,
    end: time,
    october: tuple[datetime, datetime],
    march: tuple[datetime, datetime] | None,
) -> None:
    """A time shown twice is the first of the two; a time that is skipped is the change."""
    hours = charging_hours([window(Weekday.SUNDAY, start, end)])
    assert windows_between(hours, utc(2026, 10, 24), utc(2026, 10, 26), LONDON) == (
        Window(start=october[0], end=october[1]),
    )
    assert windows_between(hours, utc(2027, 3, 27), utc(2027, 3, 29), LONDON) == (
        () if march is None else (Window(start=march[0], end=march[1]),)
    )


@given(any_hours(), moments(), st.integers(1, 20 * 86400))
def test_windows_are_apart_sorted_and_inside(
    hours: ChargingHours, start: datetime, seconds: int
) -> None:
    """Touching windows are one; none is empty or reaches out of what was asked for."""
    end = start + timedelta(seconds=seconds)
    found = windows_between(hours, start, end, LONDON)
    marks = [start, *(mark for one in found for mark in (one.start, one.end)), end]
    assert marks == sorted(marks)
    assert all(a.end < b.start for a, b in pairwise(found))
    assert all(one.start < one.end and one.start.tzinfo is UTC for one in found)


@given(any_hours(), moments())
def test_allowed_at_agrees_with_the_windows(
    hours: ChargingHours, moment: datetime
) -> None:
    """A moment is allowed if and only if it lies in a window."""
    found = windows_between(hours, moment - WEEK, moment + WEEK, LONDON)
    assert allowed_at(hours, moment, LONDON) == any(
        one.start <= moment < one.end for one in found
    )


def test_windows_follow_the_zone_asked_for() -> None:
    """A half-hour change (Lord Howe) and a zone without any (Kolkata)."""
    hours = hours_from_spans([Weekday.SUNDAY], time(1), time(3))
    lord_howe, kolkata = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kolkata")
    (found,) = windows_between(hours, utc(2026, 10, 3), utc(2026, 10, 5), lord_howe)
    assert found.end - found.start == timedelta(hours=1, minutes=30)
    (found,) = windows_between(hours, utc(2026, 10, 3), utc(2026, 10, 5), kolkata)
    assert found == Window(start=utc(2026, 10, 3, 19, 30), end=utc(2026, 10, 3, 21, 30))


def test_a10_6_hours_that_reach_into_the_peak_are_noticed() -> None:
    """By a second is enough; touching it is not."""
    assert not overlaps_peak(GB_2021.default_hours, GB_2021)
    assert overlaps_peak(ChargingHours.ALWAYS, GB_2021)
    into = charging_hours([window(Weekday.FRIDAY, time(5), time(8, 0, 1))])
    up_to = charging_hours([window(Weekday.FRIDAY, time(11), time(16))])
    weekend = charging_hours([window(Weekday.SATURDAY, time(5), time(12))])
    assert overlaps_peak(into, GB_2021)
    assert not overlaps_peak(up_to, GB_2021)
    assert not overlaps_peak(weekend, GB_2021)
