"""The random delay: what keeps a million homes from switching in the same second."""

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from itertools import pairwise

from ..model.hours import ChargingHours
from ..model.schedule import Edge, EdgeDelays, SessionDelay
from .bank_holidays import edges_with_holidays
from .charging_hours import DAY_SECONDS, WEEK_SECONDS, edges
from .civil_time import week_second
from .ruleset import Ruleset

type RandomSource = Callable[[int], int]
"""Returns a whole number from 0 to below its argument, all equally likely: `secrets.randbelow`."""

QUIET_MARGIN = 60
"""Seconds kept between an edge at work and the drawing of its next delay."""


class DelayRefusal(StrEnum):
    """Why a maximum of the random delay is not taken."""

    OUT_OF_RANGE = "out_of_range"
    """It is negative, or more than the ruleset knows."""
    NEEDS_REASON = "needs_reason"
    """It is less than the ruleset asks for, and nobody said why."""
    NEVER_OFF = "never_off"
    """It would be no delay at all, for good; a delay can only be cancelled one by one."""


class DelayRefusedError(ValueError):
    """A maximum of the random delay is not taken."""

    def __init__(self, refusal: DelayRefusal) -> None:
        """Say why."""
        super().__init__(refusal.value)
        self.refusal = refusal


def checked_maximum(seconds: int, ruleset: Ruleset, reason: str = "") -> int:
    """Return `seconds` as the maximum of the random delay from now on, if the ruleset lets it be that.

    Less than `ruleset.least_delay` needs a `reason`, which is to be kept with it; who may give one is not asked here.

    Source: SI 2021/1467 reg. 11; requirements.md A11.6 and section 7, 9.

    Raises:
        DelayRefusedError: it cannot be that.
    """
    if not 0 <= seconds <= ruleset.most_delay:
        raise DelayRefusedError(DelayRefusal.OUT_OF_RANGE)
    if seconds < ruleset.least_delay:
        if seconds == 0:
            raise DelayRefusedError(DelayRefusal.NEVER_OFF)
        if not reason.strip():
            raise DelayRefusedError(DelayRefusal.NEEDS_REASON)
    return seconds


def drawn_maximum(maximum: int, wallbox_delay: int) -> int:
    """Return the maximum to draw from on a wallbox that delays by itself by up to `wallbox_delay` seconds (0: does not).

    Two delays one after the other spread a herd no better than one and wait twice as long, so ours stands down.

    Source: SI 2021/1467 reg. 11; requirements.md A11.5 and section 6.
    """
    return 0 if wallbox_delay > 0 else maximum


def guard_band(drawn_from: int, wallbox_delay: int) -> int:
    """Return how many seconds before the end of the hours the band begins in which homes switch off.

    Delays that were drawn from up to `drawn_from` are in the time that a wallbox is told. One of its own, of up to
    `wallbox_delay`, comes after that: until the delays are drawn anew there may be both, and still none may reach into
    the peak.
    """
    return drawn_from + wallbox_delay


def draw(maximum: int, source: RandomSource) -> int:
    """Return a delay of 0 to `maximum` whole seconds, both included, all equally likely.

    Source: SI 2021/1467 reg. 11; requirements.md A11.1 and section 7, 8.

    Raises:
        ValueError: `maximum` is negative.
    """
    if maximum < 0:
        raise ValueError(f"A random delay of up to {maximum} s cannot be drawn")
    return source(maximum + 1)


def delayed_edges(hours: ChargingHours, *, holidays: bool) -> tuple[Edge, ...]:
    """Return the edges of the hours that a delay is drawn for, sorted.

    With `holidays`, where bank holidays are as at the weekend, also those that only a week with one has.
    """
    return edges_with_holidays(hours) if holidays else edges(hours)


def draw_edges(
    hours: ChargingHours,
    maximum: int,
    now: datetime,
    source: RandomSource,
    *,
    holidays: bool = False,
) -> EdgeDelays:
    """Return a delay of its own for each of the `delayed_edges`."""
    return EdgeDelays(
        drawn_at=now,
        maximum=maximum,
        seconds=tuple(
            (edge, draw(maximum, source))
            for edge in delayed_edges(hours, holidays=holidays)
        ),
    )


def draw_session(maximum: int, now: datetime, source: RandomSource) -> SessionDelay:
    """Return the delay for the next session."""
    return SessionDelay(drawn_at=now, maximum=maximum, seconds=draw(maximum, source))


def edges_due(
    delays: EdgeDelays,
    now: datetime,
    zone: tzinfo,
    hours: ChargingHours,
    maximum: int | None = None,
    *,
    holidays: bool = False,
) -> bool:
    """Return whether the delays of the edges are to be drawn anew at `now`.

    At once where they are not the `delayed_edges`. Otherwise as soon as the next edge to come has already used its delay,
    so that no delay serves twice, or as another `maximum` is to be drawn from, but only in a quiet moment: no edge is,
    or was, nearer than the maximum delay, so the old pattern and the new one agree on the present, and a delay that
    runs goes on to its end (A11.6). Where the week has no quiet moment, a week's age or the other maximum alone decides.
    """
    if {edge for edge, _ in delays.seconds} != set(
        delayed_edges(hours, holidays=holidays)
    ):
        return True
    if not delays.seconds:
        return False
    seconds = sorted({_week_second(edge) for edge, _ in delays.seconds})
    changed = maximum is not None and maximum != delays.maximum
    apart = max(delays.maximum, maximum or 0) + QUIET_MARGIN
    around = [*seconds, seconds[0] + WEEK_SECONDS]
    if all(behind - before <= 2 * apart for before, behind in pairwise(around)):
        return changed or now - delays.drawn_at >= timedelta(seconds=WEEK_SECONDS)

    second = week_second(now, zone)
    to_come = min((edge - second) % WEEK_SECONDS for edge in seconds)
    past = min((second - edge) % WEEK_SECONDS for edge in seconds)
    if to_come <= apart or past <= apart:
        return False
    if changed:
        return True
    # Civil times are compared, because edges keep to the clock on the wall when it is changed.
    used = now.astimezone(zone) + timedelta(seconds=to_come - WEEK_SECONDS)
    return used.replace(tzinfo=None) >= delays.drawn_at.astimezone(zone).replace(
        tzinfo=None
    )


def _week_second(edge: Edge) -> int:
    """Return the edge's civil second of the week."""
    return edge.weekday * DAY_SECONDS + edge.second
