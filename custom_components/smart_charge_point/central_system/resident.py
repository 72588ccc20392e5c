"""What a charge point must hold, as charging profiles within what it can do.

Source: requirements.md 1b and reg. 10, 11; ocpp.md 4.1 to 4.6. Profile numbers and stack levels of one connector:

| profile | id | stack level |
|---|---|---|
| the hours (weekly, daily, absolute or a single limit) | connector * 100 | 0 |
| the next season's week, or the weekend over the daily one | + 1 | 1 |
| the delay of the next session | + 2 | 2, or the highest there is; 3 above a place for bank holidays |
| a bank holiday as at the weekend, where the owner wants that | + 3 | 2, or 1 where the next season has no place |
| an override of one transaction | + 10 | 3, or the highest there is |
| an override where transaction profiles are refused | + 11 | 3, or the highest there is |
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ..model.capabilities import Capabilities, Rung, Support
from ..model.limit import Limit
from ..model.schedule import WEEK, ResidentSchedule
from . import hours_profiles, timeline
from .hours_profiles import DAY, SECONDS_A_DAY, SECONDS_A_WEEK
from .profiles import ChargingProfile, Kind, Period, Purpose

CLOCK_SKEW: Final = timedelta(seconds=60)
"""How far ahead of the wallbox's clock ours may be before an override would start late."""
LONGEST_FALLBACK: Final = DAY
"""An override that stands in the default profiles must lapse by itself."""
MAXIMUM_SINCE: Final = datetime(2024, 1, 1, tzinfo=UTC)
"""A fixed past instant, so that the same maximum is the same profile."""
MAXIMUM_ID: Final = 1


def resident_profiles(
    schedule: ResidentSchedule, capabilities: Capabilities, now: datetime
) -> tuple[ChargingProfile, ...]:
    """Return all profiles that the schedule's connector must hold from `now` (UTC) on, in the order to send them.

    They are built for `rung_for`. None ever allows more than the maximum of `capabilities`, and something always
    limits: there is no moment of a session at which none of them speaks.
    """
    now = now.replace(microsecond=0)
    rung = rung_for(schedule, capabilities, now)
    match rung:
        case Rung.WEEKLY:
            hours = hours_profiles.weekly(schedule, capabilities, now)
        case Rung.DAILY:
            hours = hours_profiles.daily(schedule, capabilities, now)
        case Rung.NEXT_DAY:
            hours = (hours_profiles.coming(schedule, capabilities, now),)
        case Rung.HOME_ASSISTANT:
            hours = (hours_profiles.this_moment(schedule, capabilities, now),)
    holiday = hours_profiles.exceptional(schedule, capabilities, rung, now)
    if holiday is not None:
        hours = (*hours, holiday)
    if schedule.session_delay <= 0 or not holds_session_delay(
        schedule, capabilities, now
    ):
        return hours
    # The relative profile goes first: between the two calls a wallbox that starts would otherwise see the hours
    # without the delay.
    return (hours_profiles.delay(schedule, capabilities, rung), *hours)


def is_exceptional(profile: ChargingProfile) -> bool:
    """Return whether a resident profile is one of a bank holiday."""
    return profile.kind is Kind.ABSOLUTE and profile.valid_from is not None


def as_held(
    schedule: ResidentSchedule, capabilities: Capabilities, now: datetime
) -> ResidentSchedule:
    """Return the schedule as the wallbox holds it by itself from `now` (UTC) on: without bank holidays it was not told."""
    rung = rung_for(schedule, capabilities, now)
    if not schedule.week.exceptions or rung in {Rung.NEXT_DAY, Rung.HOME_ASSISTANT}:
        return schedule
    holiday = hours_profiles.exceptional(schedule, capabilities, rung, now)
    told = tuple(
        each
        for each in schedule.week.exceptions
        if holiday is not None and each.start == holiday.start
    )
    following = schedule.following
    return replace(
        schedule,
        week=replace(schedule.week, exceptions=told),
        following=following and replace(following, exceptions=told),
    )


def holds_holidays(
    schedule: ResidentSchedule, capabilities: Capabilities, now: datetime
) -> bool:
    """Return whether the wallbox can be told of bank holidays beforehand, and keeps to them without Home Assistant.

    Where it holds the coming day only, it is told of them with that.
    """
    rung = rung_for(schedule, capabilities, now)
    return rung is Rung.NEXT_DAY or hours_profiles.holds_exceptional(
        schedule, capabilities, rung
    )


def holds_session_delay(
    schedule: ResidentSchedule, capabilities: Capabilities, now: datetime
) -> bool:
    """Return whether the wallbox can delay its next session by itself; where it cannot, Home Assistant has to (reg. 11)."""
    return (
        capabilities.default_profile is not Support.REFUSED
        and hours_profiles.holds_delay(
            capabilities, rung_for(schedule, capabilities, now)
        )
    )


def possible_rungs(
    schedule: ResidentSchedule, capabilities: Capabilities, now: datetime | None = None
) -> tuple[Rung, ...]:
    """Return the rungs that fit the stack levels, periods and profiles of `capabilities`, best first.

    What the wallbox refused is not asked here: that is `capabilities.rung`. Without `now` the plain week is judged, not
    one that joins two seasons.
    """
    moment = now or schedule.week.valid_from
    possible = [Rung.HOME_ASSISTANT]
    if capabilities.max_periods >= 2 or hours_profiles.constant(schedule):
        possible.insert(0, Rung.NEXT_DAY)
    days = hours_profiles.day_steps(hours_profiles.pattern_for_days(schedule, moment))
    if (
        days is not None
        and len(days) <= capabilities.max_periods
        and capabilities.max_stack_level >= 1
        and hours_profiles.room(capabilities) >= 2
    ):
        possible.insert(0, Rung.DAILY)
    if len(schedule.week.steps) <= capabilities.max_periods:
        possible.insert(0, Rung.WEEKLY)
    return tuple(possible)


def rung_for(
    schedule: ResidentSchedule, capabilities: Capabilities, now: datetime | None = None
) -> Rung:
    """Return the best rung that is possible for the schedule and not above `capabilities.rung`."""
    order = tuple(Rung)
    return next(
        rung
        for rung in possible_rungs(schedule, capabilities, now)
        if order.index(rung) >= order.index(capabilities.rung)
    )


def next_rung(rung: Rung) -> Rung | None:
    """Return the rung to fall back to; None below the last."""
    order = tuple(Rung)
    below = order.index(rung) + 1
    return order[below] if below < len(order) else None


def renew_at(
    schedule: ResidentSchedule, capabilities: Capabilities, now: datetime
) -> datetime | None:
    """Return the next instant (UTC) at which `resident_profiles` may differ by the passing of time alone.

    None where what is held stays right for as long as the schedule does.
    """
    now = now.replace(microsecond=0)
    rung = rung_for(schedule, capabilities, now)
    if rung in {Rung.NEXT_DAY, Rung.HOME_ASSISTANT}:
        return timeline.next_change(schedule.week, schedule.following, now)
    holidays = [
        moment
        for each in schedule.week.exceptions
        for moment in (each.start - hours_profiles.HOLIDAY_AHEAD, each.end)
        if moment > now
    ]
    season = _season_renewal(schedule, capabilities, rung, now)
    return min([*holidays, *([] if season is None else [season])], default=None)


def _season_renewal(
    schedule: ResidentSchedule, capabilities: Capabilities, rung: Rung, now: datetime
) -> datetime | None:
    """Return the next instant (UTC) at which the weeks may differ by the passing of time alone."""
    week, following = schedule.week.plain, schedule.following
    ends = week.valid_to
    if ends is None or now >= ends or hours_profiles.constant(schedule):
        return None
    if following is None or hours_profiles.holds_next_season(
        schedule, capabilities, rung
    ):
        return ends
    if now < ends - WEEK:
        return ends - WEEK
    # A day of the next season can be taken up at an edge of its own.
    following = following.plain
    edges = (
        timeline.next_change(week, following, now),
        timeline.next_change(following, None, now),
    )
    return min([ends, *(moment for moment in edges if moment is not None)])


def holds_through_clock_change(
    schedule: ResidentSchedule, capabilities: Capabilities, now: datetime
) -> bool:
    """Return whether what the wallbox now holds stays right over the next clock change without Home Assistant (A10.3)."""
    if schedule.week.valid_to is None or hours_profiles.constant(schedule):
        return True
    if schedule.following is None:
        return False
    now = now.replace(microsecond=0)
    rung = rung_for(schedule, capabilities, now)
    if rung is Rung.HOME_ASSISTANT:
        return False
    return (
        rung is Rung.NEXT_DAY  # Its instants are the right ones, and it ends paused.
        or hours_profiles.holds_next_season(schedule, capabilities, rung)
        or (
            rung is Rung.WEEKLY
            and hours_profiles.joins_seasons(schedule, capabilities, now)
        )
        or (
            rung is Rung.DAILY
            and hours_profiles.pattern_for_days(schedule, now) is schedule.following
        )
    )


def override_id(connector: int) -> int:
    """Return the profile id of `override_profile`."""
    return connector * 100 + 10


def override_profile(
    connector: int,
    limit: Limit,
    capabilities: Capabilities,
    *,
    transaction_id: int | None,
    now: datetime,
    until: datetime | None,
) -> ChargingProfile:
    """Return the transaction profile that sets hours and delay aside until `until` (UTC, after `now`), or for all of its transaction.

    It dies with its transaction, so a crash cannot lose the hours. `transaction_id` is None only where the profile goes
    with the request to start a transaction.

    Source: ocpp.md 7.1 (case 057): Relative without a start, or Absolute with validity, start and duration.
    """
    profile = ChargingProfile(
        profile_id=override_id(connector),
        connector=connector,
        stack_level=min(3, capabilities.max_stack_level),
        purpose=Purpose.TRANSACTION,
        kind=Kind.RELATIVE,
        periods=(Period(start=0, limit=min(limit, capabilities.maximum)),),
        transaction_id=transaction_id,
    )
    start = now.replace(microsecond=0) - CLOCK_SKEW
    if until is not None:
        return replace(
            profile,
            kind=Kind.ABSOLUTE,
            start=start,
            duration=int((until - start).total_seconds()),
            valid_from=start,
            valid_to=until,
        )
    if capabilities.relative_delay is Support.REFUSED:
        return replace(profile, kind=Kind.ABSOLUTE, start=start)
    return profile


def override_default_id(connector: int) -> int:
    """Return the profile id of `override_default_profile`."""
    return connector * 100 + 11


def override_default_profile(
    connector: int,
    limit: Limit,
    capabilities: Capabilities,
    *,
    now: datetime,
    until: datetime | None,
) -> ChargingProfile:
    """Return an override for a wallbox that refuses transaction profiles: a default profile on top of the others.

    It lapses by itself at `until` (UTC), after 24 h at the latest, and the hours below it speak again. A wallbox with a
    single stack level has nothing below: there it ends paused, until the hours are sent again.
    """
    start = now.replace(microsecond=0) - CLOCK_SKEW
    end = start + LONGEST_FALLBACK
    if until is not None:
        end = min(until, end)
    duration = int((end - start).total_seconds())
    # Where there is room for one profile only, it takes the place of the hours until its session is over.
    level = (
        0 if capabilities.max_profiles <= 1 else min(3, capabilities.max_stack_level)
    )
    allowed = Period(start=0, limit=min(limit, capabilities.maximum))
    profile = ChargingProfile(
        profile_id=override_default_id(connector),
        connector=connector,
        stack_level=level,
        purpose=Purpose.DEFAULT,
        kind=Kind.ABSOLUTE,
        periods=(allowed,),
        start=start,
        duration=duration,
    )
    if level > 0:
        return profile
    periods = (allowed, Period(start=duration, limit=Limit.PAUSED))
    return replace(profile, duration=None, periods=periods[: capabilities.max_periods])


def maximum_profile(limit: Limit, capabilities: Capabilities) -> ChargingProfile:
    """Return the profile that caps the whole charge point, whatever the others allow."""
    return ChargingProfile(
        profile_id=MAXIMUM_ID,
        connector=0,
        stack_level=0,
        purpose=Purpose.MAXIMUM,
        kind=Kind.ABSOLUTE,
        periods=(Period(start=0, limit=min(limit, capabilities.maximum)),),
        start=MAXIMUM_SINCE,
    )


def capped_profile(
    steps: Sequence[tuple[datetime, Limit]], capabilities: Capabilities
) -> ChargingProfile:
    """Return the profile that caps the whole charge point by `steps`: from each instant (UTC) on, that limit.

    It ends by itself in the last one, whether Home Assistant is there then or not (D5). Where the wallbox takes fewer
    periods, only the first of the lower stretches are left with it.
    """
    start = steps[0][0].replace(microsecond=0)
    periods: list[Period] = []
    for moment, limit in steps:
        limited = min(limit, capabilities.maximum)
        if not periods or periods[-1].limit != limited:
            offset = max(0, int((moment - start).total_seconds()))
            periods.append(Period(start=offset, limit=limited))
    last = periods[-1].limit
    if len(periods) > capabilities.max_periods:
        periods = periods[: capabilities.max_periods]
        while len(periods) > 1 and periods[-1].limit != last:
            periods.pop()
    if len(periods) == 1:
        return maximum_profile(periods[0].limit, capabilities)
    return replace(
        maximum_profile(last, capabilities), start=start, periods=tuple(periods)
    )


def caps_alike(one: ChargingProfile, other: ChargingProfile, now: datetime) -> bool:
    """Return whether two capping profiles mean the same from `now` (UTC) on, whatever they meant before."""
    return _caps_from(one, now) == _caps_from(other, now)


def cap_at(profile: ChargingProfile, now: datetime) -> Limit:
    """Return the limit of a capping profile at `now` (UTC)."""
    return _caps_from(profile, now)[0][1]


def _caps_from(
    profile: ChargingProfile, now: datetime
) -> tuple[tuple[datetime | None, Limit], ...]:
    """Return the limit at `now` and every later one with its instant."""
    start = profile.start or MAXIMUM_SINCE
    caps: list[tuple[datetime | None, Limit]] = []
    for period in profile.periods:
        moment = start + timedelta(seconds=period.start)
        if moment <= now:
            caps = [(None, period.limit)]
        else:
            caps.append((moment, period.limit))
    return tuple(caps)


def needs_sending(
    desired: Collection[ChargingProfile], acknowledged: Collection[ChargingProfile]
) -> tuple[ChargingProfile, ...]:
    """Return those of `desired`, in their order, that the wallbox has not acknowledged in the same effect."""
    held = {_effect(profile) for profile in acknowledged}
    return tuple(profile for profile in desired if _effect(profile) not in held)


def displaced_by(
    profile: ChargingProfile, acknowledged: Collection[ChargingProfile]
) -> frozenset[int]:
    """Return the ids that a wallbox forgets when it accepts `profile`: those at its purpose and stack level.

    Source: OCPP 1.6 section 3.13.2; one profile for each purpose and level of a connector.
    """
    place = (profile.connector, profile.purpose, profile.stack_level)
    return frozenset(
        held.profile_id
        for held in acknowledged
        if (held.connector, held.purpose, held.stack_level) == place
        and held.profile_id != profile.profile_id
    )


def stale(
    desired: Collection[ChargingProfile], acknowledged: Collection[ChargingProfile]
) -> tuple[int, ...]:
    """Return the ids of acknowledged profiles that are no longer wanted and can be cleared without lifting every limit.

    A default or transaction profile goes only once the wallbox has acknowledged a desired one that speaks at every
    moment on the same connector. A maximum profile never goes: it is replaced.
    """
    wanted = {profile.profile_id for profile in desired}
    held = {_effect(profile) for profile in acknowledged}
    safe = {
        profile.connector
        for profile in desired
        if _always_speaks(profile) and _effect(profile) in held
    }
    return tuple(
        profile.profile_id
        for profile in acknowledged
        if profile.profile_id not in wanted
        and profile.purpose is not Purpose.MAXIMUM
        and profile.connector in safe
    )


def limit_always(profiles: Collection[ChargingProfile]) -> bool:
    """Return whether one of `profiles` limits at every moment of a session."""
    return any(_always_speaks(profile) for profile in profiles)


def to_store(profile: ChargingProfile) -> dict[str, Any]:
    """Return `profile` as JSON can carry it."""

    def iso(moment: datetime | None) -> str | None:
        return None if moment is None else moment.isoformat()

    return {
        "id": profile.profile_id,
        "connector": profile.connector,
        "stack_level": profile.stack_level,
        "purpose": profile.purpose.value,
        "kind": profile.kind.value,
        "periods": [[period.start, period.limit.amperes] for period in profile.periods],
        "start": iso(profile.start),
        "duration": profile.duration,
        "valid_from": iso(profile.valid_from),
        "valid_to": iso(profile.valid_to),
        "transaction_id": profile.transaction_id,
    }


def from_store(data: Mapping[str, Any]) -> ChargingProfile:
    """Read a profile that `to_store` wrote."""

    def moment(value: str | None) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)

    return ChargingProfile(
        profile_id=data["id"],
        connector=data["connector"],
        stack_level=data["stack_level"],
        purpose=Purpose(data["purpose"]),
        kind=Kind(data["kind"]),
        periods=tuple(
            Period(start=start, limit=Limit(amperes=amperes))
            for start, amperes in data["periods"]
        ),
        start=moment(data["start"]),
        duration=data["duration"],
        valid_from=moment(data["valid_from"]),
        valid_to=moment(data["valid_to"]),
        transaction_id=data["transaction_id"],
    )


def _effect(profile: ChargingProfile) -> ChargingProfile:
    """Return a stand-in that is equal for profiles of the same effect: a recurrence may have begun in another week."""
    if profile.start is None:
        return profile
    start = profile.start
    if len(profile.periods) == 1 and _always_speaks(profile):
        start = MAXIMUM_SINCE
    elif profile.kind is Kind.WEEKLY:
        start = MAXIMUM_SINCE + (start - MAXIMUM_SINCE) % WEEK
    elif profile.kind is Kind.DAILY:
        start = MAXIMUM_SINCE + (start - MAXIMUM_SINCE) % DAY
    return replace(profile, start=start)


def _always_speaks(profile: ChargingProfile) -> bool:
    """Return whether a default profile yields a limit at every moment of a session."""
    if profile.purpose is not Purpose.DEFAULT or profile.valid_from is not None:
        return False
    recurrence = {Kind.DAILY: SECONDS_A_DAY, Kind.WEEKLY: SECONDS_A_WEEK}
    return profile.duration in {None, recurrence.get(profile.kind)}
