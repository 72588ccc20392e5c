"""Bank holidays with the wallbox: one dated profile between the weeks and the delay, or nothing that could go wrong."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from custom_components.smart_charge_point.central_system.profiles import Kind
from custom_components.smart_charge_point.central_system.resident import (
    as_held,
    displaced_by,
    holds_holidays,
    is_exceptional,
    needs_sending,
    renew_at,
    resident_profiles,
    stale,
)
from custom_components.smart_charge_point.model.capabilities import (
    Capabilities,
    Rung,
    Support,
)
from custom_components.smart_charge_point.model.schedule import ResidentSchedule
from custom_components.smart_charge_point.rules.bank_holidays import with_holidays
from custom_components.smart_charge_point.rules.random_delay import draw_edges
from custom_components.smart_charge_point.rules.ruleset import GB_2021
from custom_components.smart_charge_point.rules.week_pattern import (
    following_pattern,
    same_every_day,
    week_pattern,
)

from .gb_hours import LIMIT, LONDON, is_peak
from .stacking import Wallbox

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
HOURS = GB_2021.default_hours
HOLIDAYS = frozenset(
    {
        date(2027, 3, 26),
        date(2027, 3, 29),
        date(2027, 12, 27),
        date(2027, 12, 28),
        date(2028, 1, 3),
    }
)
GOOD = Capabilities(
    max_stack_level=3,
    max_periods=24,
    max_profiles=6,
    valid_from=Support.WORKS,
    relative_delay=Support.WORKS,
    default_profile=Support.WORKS,
    maximum_profile=Support.WORKS,
)


def at(now: datetime, *, delay: int = 300, alike: bool = False) -> ResidentSchedule:
    """Return what is to be held at `now`."""
    delays = draw_edges(HOURS, 0, now, lambda _: 0, holidays=True)
    if alike:
        delays = same_every_day(delays)
    week, following = with_holidays(
        week_pattern(HOURS, delays, 0, now, LONDON),
        following_pattern(HOURS, delays, 0, now, LONDON),
        hours=HOURS,
        delays=delays,
        guard=0,
        holidays=HOLIDAYS,
        until=now + 15 * DAY,
        zone=LONDON,
        now=now,
    )
    return ResidentSchedule(
        connector=1,
        limit=LIMIT,
        week=week,
        following=following,
        session_delay=delay,
        holidays_kept=True,
    )


@pytest.mark.parametrize("rung", list(Rung))
@pytest.mark.parametrize(
    ("start", "days"),
    [(datetime(2027, 3, 22, tzinfo=UTC), 10), (datetime(2027, 12, 20, tzinfo=UTC), 16)],
    ids=["Easter", "Christmas"],
)
def test_every_minute_is_what_is_said_to_be_held(
    rung: Rung, start: datetime, days: int
) -> None:
    """Renewed when it says it must, the wallbox applies just what `as_held` says, which is the whole of it on most rungs."""
    capabilities = replace(GOOD, rung=rung)
    wallbox = Wallbox()
    renewal: datetime | None = start
    wrong = []
    for n in range(days * 1440):
        moment = start + MINUTE * n
        if renewal is not None and moment >= renewal:
            schedule = at(moment, delay=0, alike=rung is Rung.DAILY)
            desired = resident_profiles(schedule, capabilities, moment)
            wallbox.accept(desired)
            gone = stale(desired, wallbox.held)
            wallbox.held = [p for p in wallbox.held if p.profile_id not in gone]
            renewal = renew_at(schedule, capabilities, moment)
        holiday = moment.astimezone(LONDON).date() in HOLIDAYS
        kept = holiday and rung is not Rung.DAILY
        applied = wallbox.amperes(moment, session_from=start - DAY)
        if applied != (32 if kept or not is_peak(moment) else 0):
            wrong.append(moment)
    assert wrong == []
    assert holds_holidays(at(start), capabilities, start) is (
        rung in {Rung.WEEKLY, Rung.NEXT_DAY}
    )


def test_left_alone_it_keeps_the_peak_for_ever_after() -> None:
    """Told a week before Easter and never again: the Mondays to come are Mondays, over the change of the clocks."""
    now = datetime(2027, 3, 22, tzinfo=UTC)
    wallbox = Wallbox().accept(resident_profiles(at(now, delay=0), GOOD, now))
    for n in range(0, 60 * 1440, 5):
        moment = now + MINUTE * n
        easter = moment.astimezone(LONDON).date() in HOLIDAYS
        expected = 32 if easter or not is_peak(moment) else 0
        assert wallbox.amperes(moment, session_from=now - DAY) == expected, moment


def test_it_stands_above_both_seasons_and_below_the_delay() -> None:
    """A session that begins on a holiday is delayed, and no two profiles are in one place."""
    now = datetime(2027, 3, 22, tzinfo=UTC)
    profiles = resident_profiles(at(now), GOOD, now)
    levels = {profile.profile_id: profile.stack_level for profile in profiles}

    assert levels == {100: 0, 101: 1, 103: 2, 102: 3}
    held = Wallbox().accept(profiles)
    assert len(held.held) == 4
    begins = datetime(2027, 3, 29, 9, tzinfo=UTC)
    assert held.amperes(begins + MINUTE, session_from=begins) == 0
    assert held.amperes(begins + 6 * MINUTE, session_from=begins) == 32


def test_it_is_written_once_whatever_is_drawn() -> None:
    """The draws of each week make it no other profile."""
    now = datetime(2027, 12, 20, tzinfo=UTC)
    first = resident_profiles(at(now), GOOD, now)
    delays = iter(range(10, 600, 7))
    drawn = draw_edges(HOURS, 600, now, lambda _: next(delays), holidays=True)
    later = now + timedelta(hours=3)
    week, following = with_holidays(
        week_pattern(HOURS, drawn, 600, later, LONDON),
        following_pattern(HOURS, drawn, 600, later, LONDON),
        hours=HOURS,
        delays=drawn,
        guard=600,
        holidays=HOLIDAYS,
        until=later + 15 * DAY,
        zone=LONDON,
        now=later,
    )
    again = resident_profiles(
        replace(at(later), week=week, following=following), GOOD, later
    )

    assert [p for p in needs_sending(again, first) if is_exceptional(p)] == []
    ((profile,),) = ([p for p in first if is_exceptional(p)],)
    assert (profile.kind, profile.duration) == (Kind.ABSOLUTE, 2 * 86_400)
    assert displaced_by(profile, [p for p in first if p is not profile]) == frozenset()


@pytest.mark.parametrize(
    "capabilities",
    [
        pytest.param(replace(GOOD, valid_from=Support.UNTRIED), id="not tried"),
        pytest.param(replace(GOOD, valid_from=Support.REFUSED), id="does not wait"),
        pytest.param(replace(GOOD, dated_profile=Support.REFUSED), id="refused"),
        pytest.param(replace(GOOD, max_stack_level=2), id="no level"),
        pytest.param(replace(GOOD, max_profiles=5), id="no room"),
        pytest.param(replace(GOOD, rung=Rung.DAILY), id="by the day"),
    ],
)
def test_where_it_has_no_place_the_next_season_and_the_delay_keep_theirs(
    capabilities: Capabilities,
) -> None:
    """Without the next season's week the hours would be wrong after the clock change, so nothing gives way to a holiday."""
    now = datetime(2027, 3, 22, tzinfo=UTC)
    schedule = at(now)
    plain = replace(
        schedule,
        week=schedule.week.plain,
        following=schedule.following and schedule.following.plain,
        holidays_kept=False,
    )

    profiles = resident_profiles(schedule, capabilities, now)
    assert profiles == resident_profiles(plain, capabilities, now)
    assert not holds_holidays(schedule, capabilities, now)
    assert as_held(schedule, capabilities, now).week.exceptions == ()
    assert not is_exceptional(profiles[0])


def test_it_is_told_eight_days_before_and_taken_back_when_it_is_over() -> None:
    """`renew_at` names both moments."""
    now = datetime(2027, 12, 17, tzinfo=UTC)
    told = renew_at(at(now), GOOD, now)
    assert told == datetime(2027, 12, 19, tzinfo=UTC)
    assert not any(map(is_exceptional, resident_profiles(at(now), GOOD, now)))
    assert any(map(is_exceptional, resident_profiles(at(told), GOOD, told)))

    over = datetime(2027, 12, 29, tzinfo=UTC)
    within = datetime(2027, 12, 28, 12, tzinfo=UTC)
    assert renew_at(at(within), GOOD, within) == over
    (left,) = (
        p for p in resident_profiles(at(within), GOOD, within) if is_exceptional(p)
    )
    desired = resident_profiles(at(over), GOOD, over)
    (coming,) = (p for p in desired if is_exceptional(p))
    # The next one takes its place: Monday 3 January, the substitute day.
    assert coming.profile_id == left.profile_id
    assert coming.start == datetime(2028, 1, 3, tzinfo=UTC)
