"""The plan: what all the claims on a connector come to."""

from bisect import bisect_right
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from ..model.hours import ChargingHours
from ..model.limit import Limit
from ..model.plan import (
    Claim,
    ClaimSource,
    ClaimStep,
    Effect,
    Plan,
    PlanReason,
    Segment,
)
from ..model.schedule import WeekPattern
from .charging_hours import Window, windows_between
from .week_pattern import allowed_between

_RANK: Final = {source: rank for rank, source in enumerate(ClaimSource)}
_REASON_RANK: Final = {reason: rank for rank, reason in enumerate(PlanReason)}

_HELD_BACK: Final = {PlanReason.OUTSIDE_CHARGING_HOURS, PlanReason.RANDOM_DELAY}
_LOOK_AHEAD: Final = timedelta(hours=2)
"""How far behind the plan a window's beginning is looked for; more than any delay."""


class _Voice:
    """A claim that can quickly say what it wants at a moment."""

    __slots__ = ("claim", "starts")

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.starts = [step.start for step in claim.steps]

    def at(self, moment: datetime) -> ClaimStep | None:
        """Return the step in force at `moment`, None where the claim does not speak."""
        if self.claim.end is not None and moment >= self.claim.end:
            return None
        index = bisect_right(self.starts, moment)
        return self.claim.steps[index - 1] if index else None


type _Wish = tuple[ClaimSource, Limit, PlanReason]


def resolve(
    claims: Iterable[Claim], now: datetime, until: datetime, maximum: Limit
) -> Plan:
    """Return what the claims come to from `now` until `until` (UTC): segments without a gap, neighbours differing.

    From the lowest rung up, each claim that speaks takes the place of what is below it, or lifts it; where none speaks,
    `maximum` rules. Of one rung, what replaces goes before what lifts, by minimum and by maximum. Those that lower then
    apply by minimum, whatever their rung, and nothing exceeds `maximum`. The order of `claims` has no meaning.

    The reason is that of the claim that made the limit. One that lowers or lifts is a reason only where it does. Where
    several pause, it is the highest source's, but a random delay is no reason while anything else would pause as well.

    Source: architecture.md, the ladder of claims; requirements.md A8.2 and A8.4.

    Raises:
        ValueError: `until` is not after `now`.
    """
    if until <= now:
        raise ValueError("A plan must have a length")
    voices = [_Voice(claim) for claim in claims]
    moments = {now}
    for voice in voices:
        moments.update(start for start in voice.starts if now < start < until)
        if voice.claim.end is not None and now < voice.claim.end < until:
            moments.add(voice.claim.end)

    segments: list[Segment] = []
    starts = sorted(moments)
    for start, end in zip(starts, [*starts[1:], until], strict=True):
        by, limit, reason = _at(voices, start, maximum)
        if segments and (segments[-1].by, segments[-1].limit, segments[-1].reason) == (
            by,
            limit,
            reason,
        ):
            start = segments.pop().start  # noqa: PLW2901 - the neighbour goes on
        segments.append(
            Segment(start=start, end=end, limit=limit, reason=reason, by=by)
        )
    return Plan(segments=tuple(segments))


def hours_claim(
    pattern: WeekPattern,
    following: WeekPattern | None,
    limit: Limit,
    now: datetime,
    until: datetime,
    *,
    hours: ChargingHours,
    zone: tzinfo,
    holidays: Collection[date] = (),
    paused: Limit = Limit.PAUSED,
) -> Claim:
    """Return what the charging hours want from `now` until `until`: `limit` in the pattern's windows, else `paused`.

    `hours` and `holidays` are those the patterns were made of. From where a window of theirs begins until the pattern allows it, the
    reason is the random delay; before it ends, where the pattern has closed already, it is outside the hours.
    """
    horizon = until + _LOOK_AHEAD
    allowed = allowed_between(pattern, following, now, horizon)

    def held(start: datetime, reason: PlanReason) -> ClaimStep:
        return ClaimStep(start=start, limit=min(paused, limit), reason=reason)

    steps = {now: held(now, PlanReason.OUTSIDE_CHARGING_HOURS)}
    nominal = windows_between(hours, now, horizon, zone, holidays)
    for start in _delayed_starts(allowed, nominal):
        steps[start] = held(start, PlanReason.RANDOM_DELAY)
    for window in allowed:
        steps[window.end] = held(window.end, PlanReason.OUTSIDE_CHARGING_HOURS)
    for window in allowed:
        steps[window.start] = ClaimStep(
            start=window.start, limit=limit, reason=PlanReason.CHARGING_HOURS
        )
    return Claim(
        source=ClaimSource.CHARGING_HOURS,
        effect=Effect.REPLACES,
        steps=tuple(steps[start] for start in sorted(steps) if start < until),
        end=until,
    )


def delay_claim(session_started_at: datetime, seconds: int) -> Claim:
    """Return the random delay of a session that began at `session_started_at`, of `seconds`."""
    return Claim(
        source=ClaimSource.RANDOM_DELAY,
        effect=Effect.REPLACES,
        steps=(_pause(session_started_at, PlanReason.RANDOM_DELAY),),
        end=session_started_at + timedelta(seconds=seconds),
    )


def override_claim(
    limit: Limit, since: datetime, until: datetime | None = None
) -> Claim:
    """Return the owner's wish to charge now, whatever hours and delays say, until the session or `until` ends it."""
    return _replacing(limit, PlanReason.CHARGE_NOW, since, until)


def cancel_delay_claim(limit: Limit, since: datetime, until: datetime) -> Claim:
    """Return the owner's wish that the delay running at `since`, which `delay_ends` says ends at `until`, be no more."""
    return _replacing(limit, PlanReason.CHARGING_HOURS, since, until)


def stop_claim(since: datetime) -> Claim:
    """Return the owner's wish that no current flow, until he takes it back."""
    return _replacing(Limit.PAUSED, PlanReason.STOPPED, since, None)


def waking_claim(since: datetime, until: datetime) -> Claim:
    """Return the pause that is to wake a car which does not draw what it may (A11.8)."""
    return _replacing(Limit.PAUSED, PlanReason.WAKING, since, until)


def owner_limit_claim(limit: Limit, now: datetime) -> Claim:
    """Return the most current that the owner wants, from `now` on."""
    return Claim(
        source=ClaimSource.OWNER_LIMIT,
        effect=Effect.LOWERS,
        steps=(ClaimStep(start=now, limit=limit, reason=PlanReason.OWNER_LIMIT),),
        end=None,
    )


def house_fuse_claim(limit: Limit, now: datetime) -> Claim:
    """Return the most current that the house's main fuse leaves for the connector, from `now` on (A8.2)."""
    return Claim(
        source=ClaimSource.HOUSE_FUSE,
        effect=Effect.LOWERS,
        steps=(ClaimStep(start=now, limit=limit, reason=PlanReason.HOUSE_FUSE),),
        end=None,
    )


def fault_claim(now: datetime) -> Claim:
    """Return the pause that a fault demands from `now` on, which nobody can lift (A8.1)."""
    return Claim(
        source=ClaimSource.SAFETY,
        effect=Effect.LOWERS,
        steps=(_pause(now, PlanReason.FAULT),),
        end=None,
    )


def tamper_claim(hours: Claim, limit: Limit) -> Claim:
    """Return what tampering leaves of `hours`, the claim of the charging hours: at most `limit`, and nothing lifts them.

    Where the hours allow no more than that by themselves they remain the reason.

    Source: requirements.md A8.1; Schedule 1 §9.
    """

    def held(step: ClaimStep) -> ClaimStep:
        if step.limit < limit and step.reason is not PlanReason.CHARGING_HOURS:
            return step
        return ClaimStep(
            start=step.start, limit=min(step.limit, limit), reason=PlanReason.TAMPER
        )

    return Claim(
        source=ClaimSource.SAFETY,
        effect=Effect.LOWERS,
        steps=tuple(map(held, hours.steps)),
        end=hours.end,
    )


def next_start(plan: Plan, now: datetime) -> datetime | None:
    """Return when the car may charge next; None while it may, and where the plan knows no such time.

    What only keeps a car awake outside the charging hours is no charging.
    """
    for segment in plan.segments:
        if (
            segment.end > now
            and segment.limit > Limit.PAUSED
            and segment.reason not in _HELD_BACK
        ):
            return segment.start if segment.start > now else None
    return None


def delay_ends(plan: Plan, now: datetime) -> datetime | None:
    """Return when the random delay that runs at `now` is over, None where none runs."""
    ends = None
    for segment in plan.segments:
        if segment.end <= now:
            continue
        to_come = ends is None and segment.start > now
        if to_come or segment.reason is not PlanReason.RANDOM_DELAY:
            break
        ends = segment.end
    return ends


def _at(voices: Iterable[_Voice], moment: datetime, maximum: Limit) -> _Wish:
    """Return who rules at `moment`, with which limit and why."""
    wishes: dict[Effect, list[_Wish]] = {effect: [] for effect in Effect}
    for voice in voices:
        step = voice.at(moment)
        if step is not None:
            wishes[voice.claim.effect].append(
                (voice.claim.source, min(step.limit, maximum), step.reason)
            )
    ruling = _ruling(wishes[Effect.REPLACES], wishes[Effect.LIFTS], maximum)
    if not wishes[Effect.LOWERS]:
        return ruling
    lowest = min(wishes[Effect.LOWERS], key=lambda wish: (wish[1], _order(wish)))
    if lowest[1] < ruling[1]:
        return lowest
    if lowest[1] == Limit.PAUSED and (
        _RANK[lowest[0]] < _RANK[ruling[0]] or ruling[0] is ClaimSource.RANDOM_DELAY
    ):
        return lowest
    return ruling


def _ruling(
    replacing: Iterable[_Wish], lifting: Iterable[_Wish], maximum: Limit
) -> _Wish:
    """Return what comes of the claims that replace and lift, those that lower aside."""
    rungs = [(wish, False) for wish in replacing] + [(wish, True) for wish in lifting]
    # The lowest rung first, so that each goes on from what is below it, and of equals the one that rules last.
    rungs.sort(key=lambda rung: _order(rung[0]), reverse=True)
    rungs.sort(key=lambda rung: (-_RANK[rung[0][0]], rung[1]))
    ruling: _Wish = (ClaimSource.SAFETY, maximum, PlanReason.WALLBOX_MAXIMUM)
    for wish, lifts in rungs:
        if lifts:
            acts = wish[1] > ruling[1]
        else:
            acts = wish[0] is not ClaimSource.RANDOM_DELAY or ruling[1] > Limit.PAUSED
        if acts:
            ruling = wish
    return ruling


def _order(wish: _Wish) -> tuple[int, Limit, int]:
    """Return the order in which wishes rule: by source, then the lower limit, then the reason."""
    source, limit, reason = wish
    return _RANK[source], limit, _REASON_RANK[reason]


def _replacing(
    limit: Limit, reason: PlanReason, since: datetime, until: datetime | None
) -> Claim:
    """Return an override."""
    return Claim(
        source=ClaimSource.OVERRIDE,
        effect=Effect.REPLACES,
        steps=(ClaimStep(start=since, limit=limit, reason=reason),),
        end=until,
    )


def _pause(start: datetime, reason: PlanReason) -> ClaimStep:
    """Return a pause from `start` on."""
    return ClaimStep(start=start, limit=Limit.PAUSED, reason=reason)


def _delayed_starts(
    allowed: tuple[Window, ...], nominal: tuple[Window, ...]
) -> list[datetime]:
    """Return where windows begin that the pattern opens only later, within the same window."""
    starts: list[datetime] = []
    remaining = list(reversed(allowed))
    for window in nominal:
        while remaining and remaining[-1].end <= window.start:
            remaining.pop()
        if remaining and window.start < remaining[-1].start < window.end:
            starts.append(window.start)
    return starts
