"""The resident profiles: what a wallbox that holds them would apply, and that it can hold them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.smart_charge_point.central_system.profiles import (
    Kind,
    Period,
    Purpose,
)
from custom_components.smart_charge_point.central_system.resident import (
    displaced_by,
    from_store,
    holds_through_clock_change,
    maximum_profile,
    needs_sending,
    next_rung,
    override_default_profile,
    override_profile,
    possible_rungs,
    renew_at,
    resident_profiles,
    rung_for,
    stale,
    to_store,
)
from custom_components.smart_charge_point.model.capabilities import (
    Capabilities,
    Rung,
    Support,
)
from custom_components.smart_charge_point.model.limit import Limit
from custom_components.smart_charge_point.model.schedule import (
    ResidentSchedule,
    Step,
    WeekPattern,
)

from . import wallboxes
from .gb_hours import AUTUMN_2026, LIMIT, SPRING_2027, is_peak, schedule
from .stacking import Wallbox

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
GMT_NOW = datetime(2026, 11, 25, 12, 34, 56, tzinfo=UTC)
BST_NOW = datetime(2027, 6, 9, 4, 5, 6, tzinfo=UTC)
ROOMY = Capabilities(max_stack_level=8, max_periods=24, max_profiles=10)


def on(rung: Rung, capabilities: Capabilities = ROOMY) -> Capabilities:
    """Return capabilities that were demoted to `rung`."""
    return replace(capabilities, rung=rung)


def kept_alive(
    of: ResidentSchedule,
    capabilities: Capabilities,
    now: datetime,
    until: datetime,
) -> list[tuple[datetime, Wallbox]]:
    """Return what the wallbox holds from when on, Home Assistant renewing it whenever it says it must."""
    moment: datetime | None = now
    held: list[tuple[datetime, Wallbox]] = []
    wallbox = Wallbox()
    while moment is not None and moment < until:
        wallbox = Wallbox().accept(wallbox.held)
        wallbox.accept(resident_profiles(of, capabilities, moment))
        held.append((moment, wallbox))
        moment = renew_at(of, capabilities, moment)
        assert moment is None or moment > held[-1][0]
    return held


def amperes_at(held: list[tuple[datetime, Wallbox]], moment: datetime) -> float | None:
    """Return the limit at `moment` by what was held then, in a session that began long before."""
    wallbox = [wallbox for since, wallbox in held if since <= moment][-1]
    return wallbox.amperes(moment, session_from=held[0][0] - DAY)


@pytest.mark.parametrize("rung", list(Rung))
@pytest.mark.parametrize("now", [GMT_NOW, BST_NOW], ids=["GMT", "BST"])
def test_a10_2_permitted_exactly_outside_the_peak(rung: Rung, now: datetime) -> None:
    """With delay and guard band 0, each minute of a week is permitted exactly when it is not peak."""
    held = kept_alive(schedule(now), on(rung), now, now + 7 * DAY)
    wrong = [
        moment
        for moment in (now.replace(second=0) + MINUTE * n for n in range(1, 10_081))
        if amperes_at(held, moment) != (0 if is_peak(moment) else 32)
    ]
    assert wrong == []


@pytest.mark.parametrize("rung", list(Rung))
def test_a10_2_delays_never_reach_into_the_peak(rung: Rung) -> None:
    """With 600 s of delay and guard, never permitted in peak and blocked beside it for 600 s at most."""
    delays = iter(range(17, 600, 29))
    of = schedule(GMT_NOW, delay=lambda: next(delays), guard=600)
    held = kept_alive(of, on(rung), GMT_NOW, GMT_NOW + 7 * DAY)
    for moment in (GMT_NOW + timedelta(seconds=20) * n for n in range(30_240)):
        permitted = amperes_at(held, moment) == 32
        margin = timedelta(seconds=600)
        if is_peak(moment):
            assert not permitted, moment
        elif not is_peak(moment - margin) and not is_peak(moment + margin):
            assert permitted, moment


def test_a10_1_weekly_profile_is_the_reference() -> None:
    """The week is one recurring profile of 21 periods, begun in the past, at the bottom of the stack."""
    (profile,) = resident_profiles(schedule(BST_NOW), ROOMY, BST_NOW)
    assert (profile.profile_id, profile.stack_level) == (100, 0)
    assert (profile.purpose, profile.kind) == (Purpose.DEFAULT, Kind.WEEKLY)
    assert profile.start == datetime(2027, 6, 6, 23, tzinfo=UTC)
    assert profile.duration == 604_800
    assert len(profile.periods) == 21
    assert [period.start for period in profile.periods[:3]] == [0, 28_800, 39_600]


def test_daily_profile_has_five_periods_from_local_midnight() -> None:
    """Five periods from local midnight in UTC, which in summer is 23:00, and the weekend over it."""
    daily, weekend = resident_profiles(schedule(BST_NOW), on(Rung.DAILY), BST_NOW)
    assert (daily.kind, daily.duration, len(daily.periods)) == (Kind.DAILY, 86_400, 5)
    assert daily.start is not None
    assert daily.start.hour == 23
    assert (weekend.kind, weekend.duration) == (Kind.WEEKLY, 172_800)
    assert weekend.stack_level > daily.stack_level
    assert weekend.start == datetime(2027, 6, 4, 23, tzinfo=UTC)
    assert weekend.periods == (Period(start=0, limit=LIMIT),)


def test_days_that_differ_by_their_delays_are_no_daily_profile() -> None:
    """A pattern cannot tell a delay from another hour: what it does not say of every day is not promised for one."""
    delays = iter(range(10, 600, 29))
    of = schedule(GMT_NOW, delay=lambda: next(delays), guard=600)
    assert Rung.DAILY not in possible_rungs(of, on(Rung.DAILY))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(range(9, 13), id="another Wednesday"),
        pytest.param((), id="weekend not allowed throughout"),
    ],
)
def test_days_that_are_not_alike_are_no_daily_profile(changed: tuple[int, ...]) -> None:
    """Other hours on one weekday, or a weekend with a pause, do not fit into a daily profile."""
    of = schedule(GMT_NOW)
    steps = [
        replace(step, offset=step.offset + 3600) if index in changed else step
        for index, step in enumerate(of.week.steps)
    ]
    if not changed:
        steps += [
            Step(offset=6 * 86_400, allowed=False),
            Step(offset=6 * 86_400 + 60, allowed=True),
        ]
    of = replace(of, week=replace(of.week, steps=tuple(steps)))
    assert Rung.DAILY not in possible_rungs(of, ROOMY, GMT_NOW)
    assert Rung.WEEKLY in possible_rungs(of, ROOMY, GMT_NOW)


def test_days_with_a_window_less_are_not_alike() -> None:
    """A weekday without its morning pause has fewer steps than the others."""
    of = schedule(GMT_NOW)
    steps = of.week.steps[:5] + of.week.steps[7:]
    of = replace(of, week=replace(of.week, steps=steps))
    assert Rung.DAILY not in possible_rungs(of, ROOMY)


def offline_over(
    change: datetime, capabilities: Capabilities, wallbox: Wallbox
) -> set[datetime]:
    """Return the minutes in peak that a wallbox permits that is offline from the Saturday to the Tuesday."""
    saturday = change - timedelta(hours=13)
    of = schedule(saturday, guard=600, delay=lambda: 300)
    wallbox.accept(resident_profiles(of, capabilities, saturday))
    return {
        moment
        for moment in (saturday + MINUTE * n for n in range(60 * 24 * 3 + 1))
        if is_peak(moment) and wallbox.amperes(moment) != 0
    }


@pytest.mark.parametrize("change", [SPRING_2027, AUTUMN_2026], ids=["spring", "autumn"])
@pytest.mark.parametrize("rung", [Rung.WEEKLY, Rung.DAILY, Rung.NEXT_DAY])
@pytest.mark.parametrize("valid_from", list(Support))
def test_a10_3_offline_over_a_clock_change(
    change: datetime, rung: Rung, valid_from: Support
) -> None:
    """Never a minute in peak, whether the wallbox waits for validFrom or was found not to."""
    wallbox = Wallbox(honours_valid_from=valid_from is Support.WORKS)
    capabilities = replace(on(rung), valid_from=valid_from)
    assert offline_over(change, capabilities, wallbox) == set()
    saturday = change - timedelta(hours=13)
    assert holds_through_clock_change(schedule(saturday), capabilities, saturday)


def test_a10_3_next_season_waits_one_level_higher() -> None:
    """Where validFrom is honoured, the next season lies above this one and below the delay until the season after it."""
    of = schedule(GMT_NOW, session_delay=412)
    capabilities = replace(ROOMY, valid_from=Support.WORKS)
    delay, week, following = resident_profiles(of, capabilities, GMT_NOW)
    assert (week.stack_level, following.stack_level, delay.stack_level) == (0, 1, 2)
    assert (delay.profile_id, following.profile_id) == (102, 101)
    assert following.valid_from == SPRING_2027
    assert following.start is not None
    assert following.start < GMT_NOW
    assert renew_at(of, capabilities, GMT_NOW) == SPRING_2027


def test_a10_3_a_wallbox_left_alone_for_a_year_keeps_to_the_hours() -> None:
    """This season, the next and the one after it, without Home Assistant."""
    capabilities = replace(ROOMY, valid_from=Support.WORKS)
    wallbox = Wallbox().accept(
        resident_profiles(schedule(GMT_NOW), capabilities, GMT_NOW)
    )
    start = GMT_NOW.replace(minute=5, second=0)
    for n in range(2 * 24 * 365):
        moment = start + timedelta(minutes=30) * n
        assert wallbox.amperes(moment) == (0 if is_peak(moment) else 32), moment


@pytest.mark.parametrize("change", [SPRING_2027, AUTUMN_2026], ids=["spring", "autumn"])
@pytest.mark.parametrize("rung", list(Rung))
def test_a10_4_no_edge_twice_or_skipped_over_a_clock_change(
    change: datetime, rung: Rung
) -> None:
    """Home Assistant being up, each minute from ten days before to three days after is right."""
    now = change - 10 * DAY
    of = schedule(now)
    held = kept_alive(of, on(rung), now, change)
    late = schedule(change)
    held += kept_alive(late, on(rung), change, change + 3 * DAY)
    for moment in (now + MINUTE * n for n in range(60 * 24 * 13)):
        assert amperes_at(held, moment) == (0 if is_peak(moment) else 32), moment


def test_a10_3_midweek_before_the_change_the_week_joins_both_seasons() -> None:
    """What comes again only after the change is the next season's already: right for the seven days ahead."""
    now = SPRING_2027 - timedelta(days=3, hours=14)  # Wednesday 11:00
    of = schedule(now)
    wallbox = Wallbox().accept(resident_profiles(of, ROOMY, now))
    assert len(wallbox.held[0].periods) <= 22
    for moment in (now + MINUTE * n for n in range(60 * 24 * 7)):
        assert wallbox.amperes(moment) == (0 if is_peak(moment) else 32), moment


def test_a10_3_warns_where_nothing_holds_over_the_change() -> None:
    """A month ahead without validFrom, on Home Assistant's timing, or with the next season unknown: not held."""
    of = schedule(GMT_NOW)
    assert not holds_through_clock_change(of, ROOMY, GMT_NOW)
    assert not holds_through_clock_change(of, on(Rung.HOME_ASSISTANT), GMT_NOW)
    assert not holds_through_clock_change(replace(of, following=None), ROOMY, GMT_NOW)
    endless = replace(of, following=None, week=replace(of.week, valid_to=None))
    assert holds_through_clock_change(endless, ROOMY, GMT_NOW)
    assert renew_at(endless, ROOMY, GMT_NOW) is None


def test_joined_seasons_that_need_too_many_periods_stay_apart() -> None:
    """Where the joined week would not fit, the plain one is sent and the change is not held."""
    now = SPRING_2027 - timedelta(days=3, hours=14)
    of = schedule(now)
    assert of.following is not None
    monday = tuple(Step(offset=600 * n, allowed=n % 2 == 0) for n in range(1, 13))
    first, *rest = of.following.steps
    steps = (first, *monday, *rest)
    of = replace(of, following=replace(of.following, steps=steps))
    (profile,) = resident_profiles(of, ROOMY, now)
    assert len(profile.periods) == 21
    assert not holds_through_clock_change(of, ROOMY, now)


def test_removed_hours_are_one_period_at_the_limit_and_never_cleared() -> None:
    """Without hours each rung still limits, at the limit, and needs no renewal."""
    of = removed(GMT_NOW)
    for rung in Rung:
        capabilities = on(rung, replace(ROOMY, max_periods=1))
        base = resident_profiles(of, capabilities, GMT_NOW)[0]
        assert base.periods == (Period(start=0, limit=LIMIT),)
        assert rung_for(of, capabilities) is rung
        assert renew_at(of, capabilities, GMT_NOW) is None
        assert holds_through_clock_change(of, capabilities, GMT_NOW)


def removed(now: datetime) -> ResidentSchedule:
    """Return the schedule of an owner who removed the charging hours."""
    of = schedule(now)
    assert of.following is not None
    always = (Step(offset=0, allowed=True),)
    return replace(
        of,
        week=replace(of.week, steps=always),
        following=replace(of.following, steps=always),
    )


@pytest.mark.parametrize("rung", list(Rung))
def test_a8_4_a_limit_is_lowered_to_the_maximum(rung: Rung) -> None:
    """No period is above the installer's maximum; a limit of 0 pauses every one of them."""
    capabilities = replace(on(rung), maximum=Limit(amperes=16))
    for limit, most in (
        (Limit(amperes=32), 16),
        (Limit(amperes=10), 10),
        (LIMIT.PAUSED, 0),
    ):
        profiles = resident_profiles(
            schedule(GMT_NOW, limit=limit), capabilities, GMT_NOW
        )
        found = {p.limit.amperes for profile in profiles for p in profile.periods}
        assert max(found) == most


@pytest.mark.parametrize("capabilities", wallboxes.ALL.values(), ids=wallboxes.ALL)
@pytest.mark.parametrize("rung", list(Rung))
@pytest.mark.parametrize("valid_from", [Support.UNTRIED, Support.WORKS])
def test_a5_2_real_wallboxes_are_never_asked_for_more_than_they_hold(
    capabilities: Capabilities, rung: Rung, valid_from: Support
) -> None:
    """Stack levels, periods and profiles stay within what each announces, override and maximum included."""
    capabilities = replace(on(rung, capabilities), valid_from=valid_from)
    of = schedule(GMT_NOW, session_delay=300)
    profiles = resident_profiles(of, capabilities, GMT_NOW)
    override = override_profile(
        1, LIMIT, capabilities, transaction_id=7, now=GMT_NOW, until=None
    )
    for profile in (*profiles, override, maximum_profile(LIMIT, capabilities)):
        assert profile.stack_level <= capabilities.max_stack_level
        assert len(profile.periods) <= capabilities.max_periods
        assert profile.periods[0].start == 0
    assert len(profiles) <= max(1, capabilities.max_profiles - 1)
    assert len({profile.stack_level for profile in profiles}) == len(profiles)


@pytest.mark.parametrize(
    ("capabilities", "rung"),
    [
        (wallboxes.MICRO_OCPP, Rung.WEEKLY),
        (wallboxes.EVEREST, Rung.WEEKLY),
        (wallboxes.OPEN_OCPP, Rung.NEXT_DAY),
        (wallboxes.WARP, Rung.DAILY),
        (wallboxes.UK_FAMILY, Rung.WEEKLY),
        (wallboxes.BOTTOM_LEVEL_ONLY, Rung.HOME_ASSISTANT),
    ],
)
def test_best_rung_of_real_wallboxes(capabilities: Capabilities, rung: Rung) -> None:
    """What each can hold at best of the default hours."""
    assert rung_for(schedule(GMT_NOW), capabilities, GMT_NOW) is rung


def test_s3_single_limit_has_a_start_only_where_it_must() -> None:
    """A wallbox that refuses all times of day may still take a limit for any session; one that refuses that, a start."""
    (limit,) = resident_profiles(schedule(GMT_NOW), on(Rung.HOME_ASSISTANT), GMT_NOW)
    assert (limit.kind, limit.start, limit.duration) == (Kind.RELATIVE, None, None)
    refused = replace(on(Rung.HOME_ASSISTANT), relative_delay=Support.REFUSED)
    (limit,) = resident_profiles(schedule(GMT_NOW), refused, GMT_NOW)
    assert (limit.kind, limit.start) == (
        Kind.ABSOLUTE,
        GMT_NOW.replace(hour=11, minute=0, second=0),
    )
    assert stale(
        (limit,),
        (
            limit,
            *resident_profiles(schedule(GMT_NOW, session_delay=4), ROOMY, GMT_NOW)[:1],
        ),
    ) == (102,)


def test_a10_3_a_day_of_the_next_season_stays_once_it_is_there() -> None:
    """Home Assistant asleep over the change itself finds the next season's day still wanted."""
    after = SPRING_2027 + HOUR
    before = SPRING_2027 - 13 * HOUR
    of = schedule(before)
    early = resident_profiles(of, on(Rung.DAILY), before)
    late = resident_profiles(of, on(Rung.DAILY), after)
    assert needs_sending(late, early) == ()


def test_rungs_are_tried_downwards() -> None:
    """A demotion is one step, and below the last there is none."""
    assert [next_rung(rung) for rung in Rung] == [*list(Rung)[1:], None]
    assert rung_for(schedule(GMT_NOW), on(Rung.NEXT_DAY)) is Rung.NEXT_DAY


@pytest.mark.parametrize("rung", list(Rung))
def test_a11_2_session_delay_pauses_the_beginning_of_a_session(rung: Rung) -> None:
    """The relative profile comes first, pauses for the delay exactly, and then the hours speak."""
    of = schedule(GMT_NOW, session_delay=412)
    profiles = resident_profiles(of, on(rung), GMT_NOW)
    assert profiles[0].kind is Kind.RELATIVE
    assert profiles[0].periods == (Period(start=0, limit=Limit.PAUSED),)
    wallbox = Wallbox().accept(profiles)
    begun = GMT_NOW + timedelta(seconds=5)
    ends = begun + timedelta(seconds=412)
    assert wallbox.amperes(ends - timedelta(seconds=1), session_from=begun) == 0
    assert wallbox.amperes(ends, session_from=begun) == 32


@pytest.mark.parametrize(
    "capabilities",
    [
        pytest.param(replace(ROOMY, relative_delay=Support.REFUSED), id="refused"),
        pytest.param(replace(ROOMY, max_stack_level=0), id="one level"),
        pytest.param(replace(ROOMY, max_profiles=2), id="no room beside an override"),
        pytest.param(replace(ROOMY, connectors=2, max_profiles=4), id="two connectors"),
    ],
)
def test_delay_is_left_to_home_assistant_where_it_does_not_fit(
    capabilities: Capabilities,
) -> None:
    """Without a level or room for the relative profile, the hours alone are sent."""
    of = schedule(GMT_NOW, session_delay=412)
    profiles = resident_profiles(of, capabilities, GMT_NOW)
    assert [profile.kind for profile in profiles] == [Kind.WEEKLY]


def test_delay_of_zero_is_no_profile() -> None:
    """A draw of 0 s omits the relative profile."""
    profiles = resident_profiles(schedule(GMT_NOW), ROOMY, GMT_NOW)
    assert [profile.profile_id for profile in profiles] == [100]


def test_delay_is_dearer_than_the_next_season() -> None:
    """With two levels only, the delay has the upper one."""
    capabilities = replace(ROOMY, max_stack_level=1, valid_from=Support.WORKS)
    of = schedule(GMT_NOW, session_delay=5)
    delay, week = resident_profiles(of, capabilities, GMT_NOW)
    assert (delay.stack_level, week.stack_level) == (1, 0)


def test_known_maximum_profile_takes_its_room() -> None:
    """A wallbox with four places, one of them the maximum's, keeps one for the override."""
    capabilities = replace(
        ROOMY,
        max_profiles=4,
        maximum_profile=Support.WORKS,
        valid_from=Support.WORKS,
    )
    of = schedule(GMT_NOW, session_delay=5)
    assert len(resident_profiles(of, capabilities, GMT_NOW)) == 2


def test_absolute_times_end_paused_and_reach_a_day() -> None:
    """The coming day ends at an off-edge, so that it never becomes a limit without end."""
    of = schedule(GMT_NOW)
    for hours in range(24 * 7):
        now = GMT_NOW + hours * HOUR
        (profile,) = resident_profiles(of, on(Rung.NEXT_DAY), now)
        assert profile.periods[-1].limit == Limit.PAUSED
        assert profile.duration is None
        assert profile.start is not None
        assert profile.start <= now
        ends = profile.start + timedelta(seconds=profile.periods[-1].start)
        assert ends - now >= timedelta(hours=36)


@pytest.mark.parametrize("periods", range(2, 8))
def test_absolute_times_with_few_periods_are_right_when_renewed(periods: int) -> None:
    """However few periods fit, renewed at each edge the week is right, and never more is allowed than should be."""
    of = schedule(GMT_NOW)
    capabilities = on(Rung.NEXT_DAY, replace(ROOMY, max_periods=periods))
    held = kept_alive(of, capabilities, GMT_NOW, GMT_NOW + 7 * DAY)
    for moment in (GMT_NOW + timedelta(minutes=5) * n for n in range(12 * 24 * 7)):
        assert amperes_at(held, moment) == (0 if is_peak(moment) else 32), moment
    for _, wallbox in held:
        (profile,) = wallbox.held
        assert len(profile.periods) <= periods


def test_a10_5_charge_now_beats_hours_and_delay_and_dies_with_its_session() -> None:
    """In peak the transaction profile rules; the next session has the hours again."""
    of = schedule(GMT_NOW, session_delay=600)
    wallbox = Wallbox().accept(resident_profiles(of, ROOMY, GMT_NOW))
    peak = GMT_NOW.replace(hour=17)
    override = override_profile(1, LIMIT, ROOMY, transaction_id=7, now=peak, until=None)
    assert (override.kind, override.start) == (Kind.RELATIVE, None)
    assert (override.profile_id, override.stack_level) == (110, 3)
    wallbox.accept([override])
    assert wallbox.amperes(peak, session_from=peak, transaction_id=7) == 32
    assert wallbox.amperes(peak, session_from=peak, transaction_id=8) == 0
    assert len(wallbox.held) == 3


def test_charge_now_is_absolute_where_relative_is_refused() -> None:
    """A wallbox that refused the relative delay gets a start."""
    capabilities = replace(ROOMY, relative_delay=Support.REFUSED)
    override = override_profile(
        1, LIMIT, capabilities, transaction_id=7, now=GMT_NOW, until=None
    )
    assert override.kind is Kind.ABSOLUTE
    assert override.start is not None
    assert override.start < GMT_NOW


def test_a11_4_cancelled_delay_ends_at_the_next_off_edge() -> None:
    """The override speaks at once, though the wallbox's clock be late, until its end; then the hours do."""
    now = GMT_NOW.replace(hour=14)
    until = now.replace(hour=16, minute=0, second=0)
    of = schedule(now, session_delay=600)
    override = override_profile(1, LIMIT, ROOMY, transaction_id=7, now=now, until=until)
    wallbox = Wallbox().accept(resident_profiles(of, ROOMY, now)).accept([override])
    assert override.kind is Kind.ABSOLUTE
    assert None not in {override.valid_from, override.valid_to, override.duration}
    for moment, amperes in (
        (now - timedelta(seconds=59), 32),
        (now, 32),
        (until - timedelta(seconds=1), 32),
        (until, 0),
    ):
        assert wallbox.amperes(moment, session_from=now, transaction_id=7) == amperes


@pytest.mark.parametrize("level", [1, 2, 3, 8])
@pytest.mark.parametrize("until", [None, GMT_NOW + HOUR])
def test_override_in_the_default_profiles_lapses_by_itself(
    level: int, until: datetime | None
) -> None:
    """Where transaction profiles are refused, what stands in for one ends within 24 h and the hours speak again."""
    capabilities = replace(ROOMY, max_stack_level=level)
    of = schedule(GMT_NOW, session_delay=600)
    override = override_default_profile(
        1, LIMIT, capabilities, now=GMT_NOW, until=until
    )
    wallbox = Wallbox().accept(resident_profiles(of, capabilities, GMT_NOW))
    wallbox.accept([override])
    assert wallbox.amperes(GMT_NOW, session_from=GMT_NOW) == 32
    after = GMT_NOW + DAY if until is None else until
    peak = after.replace(hour=17)
    assert wallbox.amperes(peak, session_from=GMT_NOW) == 0


@pytest.mark.parametrize("periods", [1, 2])
def test_override_on_a_single_stack_level_never_becomes_unlimited(periods: int) -> None:
    """It takes the place of the hours there, so it may not end."""
    capabilities = replace(wallboxes.BOTTOM_LEVEL_ONLY, max_periods=periods)
    override = override_default_profile(
        1, LIMIT, capabilities, now=GMT_NOW, until=GMT_NOW + HOUR
    )
    held = resident_profiles(schedule(GMT_NOW), capabilities, GMT_NOW)
    assert displaced_by(override, held) == {100}
    wallbox = Wallbox().accept(held).accept([override])
    assert wallbox.amperes(GMT_NOW) == 32
    assert wallbox.amperes(GMT_NOW + HOUR) == (0 if periods == 2 else 32)
    assert wallbox.amperes(GMT_NOW + 400 * DAY) is not None


def test_a8_2_maximum_profile_intersects_charge_now() -> None:
    """A house fuse of 10 A holds whatever the owner overrides."""
    wallbox = Wallbox().accept(resident_profiles(schedule(GMT_NOW), ROOMY, GMT_NOW))
    wallbox.accept([maximum_profile(Limit(amperes=10), ROOMY)])
    wallbox.accept(
        [override_profile(1, LIMIT, ROOMY, transaction_id=7, now=GMT_NOW, until=None)]
    )
    assert wallbox.amperes(GMT_NOW, session_from=GMT_NOW, transaction_id=7) == 10


@pytest.mark.parametrize("rung", [Rung.WEEKLY, Rung.DAILY])
def test_nothing_is_sent_again_while_nothing_changed(rung: Rung) -> None:
    """A profile that began in another week is the same one; another delay is not."""
    later = GMT_NOW + 15 * DAY
    sent = resident_profiles(schedule(GMT_NOW, session_delay=9), on(rung), GMT_NOW)
    same = resident_profiles(schedule(later, session_delay=9), on(rung), later)
    assert sent != same
    assert needs_sending(same, sent) == ()
    other = resident_profiles(schedule(later, session_delay=8), on(rung), later)
    assert needs_sending(other, sent) == (other[0],)
    assert needs_sending(other, ()) == other


@pytest.mark.parametrize("rung", list(Rung))
def test_between_renewals_nothing_is_sent_again(rung: Rung) -> None:
    """Whatever the rung, what is wanted changes at its renewals only."""
    of = schedule(GMT_NOW)
    held = kept_alive(of, on(rung), GMT_NOW, GMT_NOW + 7 * DAY)
    for moment in (GMT_NOW + HOUR * n for n in range(24 * 7)):
        wallbox = [wallbox for since, wallbox in held if since <= moment][-1]
        desired = resident_profiles(of, on(rung), moment)
        assert needs_sending(desired, wallbox.held) == ()


def test_stale_profiles_go_only_once_the_hours_are_acknowledged() -> None:
    """A profile is cleared only where one that always speaks stays."""
    sent = resident_profiles(schedule(GMT_NOW, session_delay=9), ROOMY, GMT_NOW)
    wanted = resident_profiles(schedule(GMT_NOW), ROOMY, GMT_NOW)
    assert stale(wanted, sent) == (102,)
    changed = resident_profiles(
        schedule(GMT_NOW, limit=Limit(amperes=10)), ROOMY, GMT_NOW
    )
    assert stale(changed, sent) == ()
    assert stale((), sent) == ()
    held = (*sent, maximum_profile(LIMIT, ROOMY))
    assert stale(wanted, held) == (102,)


def test_stale_needs_a_profile_that_always_speaks() -> None:
    """A season with validity, a weekend or a delay does not keep a connector limited."""
    of = schedule(GMT_NOW, session_delay=9)
    capabilities = replace(ROOMY, valid_from=Support.WORKS)
    delay, week, following = resident_profiles(of, capabilities, GMT_NOW)
    weekend = resident_profiles(of, on(Rung.DAILY), GMT_NOW)[2]
    for kept in (delay, following, weekend):
        assert stale((kept,), (week, kept)) == ()
    assert stale((week,), (week, following)) == (101,)


def test_stale_looks_at_each_connector() -> None:
    """One connector's hours do not make the other's dispensable."""
    first = resident_profiles(schedule(GMT_NOW), ROOMY, GMT_NOW)
    second = resident_profiles(
        schedule(GMT_NOW, connector=2, session_delay=9), ROOMY, GMT_NOW
    )
    assert {profile.profile_id for profile in second} == {200, 202}
    assert stale(first, (*first, *second)) == ()


def test_profile_survives_its_store() -> None:
    """What is kept as JSON comes back as it was, for every kind of profile."""
    of = schedule(GMT_NOW, session_delay=9)
    capabilities = replace(ROOMY, valid_from=Support.WORKS)
    override = override_profile(
        1, LIMIT, ROOMY, transaction_id=7, now=GMT_NOW, until=GMT_NOW + HOUR
    )
    for profile in (
        *resident_profiles(of, capabilities, GMT_NOW),
        *resident_profiles(of, on(Rung.DAILY), GMT_NOW),
        *resident_profiles(of, on(Rung.NEXT_DAY), GMT_NOW),
        override,
        maximum_profile(LIMIT, ROOMY),
    ):
        assert from_store(json.loads(json.dumps(to_store(profile)))) == profile


@st.composite
def patterns(draw: st.DrawFn) -> WeekPattern:
    """Any alternating week, to the second."""
    offsets = sorted(
        draw(st.sets(st.integers(min_value=1, max_value=604_799), max_size=30))
    )
    first = draw(st.booleans())
    return WeekPattern(
        starts=datetime(2026, 11, 23, tzinfo=UTC),
        steps=tuple(
            Step(offset=offset, allowed=first ^ bool(index % 2))
            for index, offset in enumerate([0, *offsets])
        ),
        valid_from=datetime(2026, 10, 25, 1, tzinfo=UTC),
        valid_to=None,
    )


capabilities_of_any_wallbox = st.builds(
    Capabilities,
    connectors=st.integers(1, 2),
    maximum=st.sampled_from([6, 10, 13, 16, 32]).map(lambda a: Limit(amperes=a)),
    max_stack_level=st.integers(0, 4),
    max_periods=st.integers(1, 40),
    max_profiles=st.integers(1, 10),
    rung=st.sampled_from(Rung),
    relative_delay=st.sampled_from(Support),
    valid_from=st.sampled_from(Support),
    maximum_profile=st.sampled_from(Support),
)


@settings(max_examples=40, deadline=None)
@given(
    week=patterns(),
    capabilities=capabilities_of_any_wallbox,
    amperes=st.sampled_from([0, 6, 16, 32, 80]),
    delay=st.integers(0, 1800),
    second=st.integers(0, 604_799),
)
def test_any_week_on_any_wallbox_is_the_pattern_at_every_minute(
    week: WeekPattern,
    capabilities: Capabilities,
    amperes: float,
    delay: int,
    second: int,
) -> None:
    """Whatever fits is the pattern; nothing is above the maximum, without a limit, or beyond what the wallbox holds."""
    now = week.starts + 7 * DAY + timedelta(seconds=second)
    of = ResidentSchedule(
        connector=1,
        limit=Limit(amperes=amperes),
        week=week,
        following=None,
        session_delay=delay,
    )
    held = kept_alive(of, capabilities, now, now + 7 * DAY)
    exact = rung_for(of, capabilities, now) is not Rung.DAILY
    most = min(amperes, capabilities.maximum.amperes)
    for moment in (now + MINUTE * n for n in range(10_080)):
        told = amperes_at(held, moment)
        assert told is not None
        assert told <= most
        assert not exact or told == (most if week.allowed_at(moment) else 0)
    for _, wallbox in held:
        assert len(wallbox.held) <= max(1, capabilities.max_profiles)
        for profile in wallbox.held:
            assert len(profile.periods) <= capabilities.max_periods
            assert profile.stack_level <= capabilities.max_stack_level
            offsets = [period.start for period in profile.periods]
            assert offsets == sorted(set(offsets))
            assert offsets[0] == 0
