"""The random delay: what keeps a million homes from switching in the same second."""

from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise

from ..model.hours import ChargingHours
from ..model.schedule import Edge, EdgeDelays, SessionDelay
from .charging_hours import DAY_SECONDS, WEEK_SECONDS, edges
from .civil_time import week_second

type RandomSource = Callable[[int], int]
"""Returns a whole number from 0 to below its argument, all equally likely: `secrets.randbelow`."""

QUIET_MARGIN = 60
"""Seconds kept between an edge at work and the drawing of its next delay."""


def draw(maximum: int, source: RandomSource) -> int:
    """Return a delay of 0 to `maximum` whole seconds, both included, all equally likely.

    Source: SI 2021/1467 reg. 11; requirements.md A11.1 and section 7, 8.

    Raises:
        ValueError: `maximum` is negative.
    """
    if maximum < 0:
        raise ValueError(f"A random delay of up to {maximum} s cannot be drawn")
    return source(maximum + 1)


def draw_edges(
    hours: ChargingHours, maximum: int, now: datetime, source: RandomSource
) -> EdgeDelays:
    """Return a delay of its own for each edge of the hours."""
    return EdgeDelays(
        drawn_at=now,
        maximum=maximum,
        seconds=tuple((edge, draw(maximum, source)) for edge in edges(hours)),
    )


def draw_session(maximum: int, now: datetime, source: RandomSource) -> SessionDelay:
    """Return the delay for the next session."""
    return SessionDelay(drawn_at=now, maximum=maximum, seconds=draw(maximum, source))


def edges_due(
    delays: EdgeDelays, now: datetime, zone: tzinfo, hours: ChargingHours
) -> bool:
    """Return whether the delays of the edges are to be drawn anew at `now`.

    At once where they are not those of `hours`. Otherwise as soon as the next edge to come has already used its delay,
    so that no delay serves twice, but only in a quiet moment: no edge is, or was, nearer than the maximum delay, so the
    old pattern and the new one agree on the present. Where the week has no quiet moment, a week's age alone decides.
    """
    if {edge for edge, _ in delays.seconds} != set(edges(hours)):
        return True
    if not delays.seconds:
        return False
    seconds = sorted({_week_second(edge) for edge, _ in delays.seconds})
    apart = delays.maximum + QUIET_MARGIN
    around = [*seconds, seconds[0] + WEEK_SECONDS]
    if all(behind - before <= 2 * apart for before, behind in pairwise(around)):
        return now - delays.drawn_at >= timedelta(seconds=WEEK_SECONDS)

    second = week_second(now, zone)
    to_come = min((edge - second) % WEEK_SECONDS for edge in seconds)
    past = min((second - edge) % WEEK_SECONDS for edge in seconds)
    if to_come <= apart or past <= apart:
        return False
    # Civil times are compared, because edges keep to the clock on the wall when it is changed.
    used = now.astimezone(zone) + timedelta(seconds=to_come - WEEK_SECONDS)
    return used.replace(tzinfo=None) >= delays.drawn_at.astimezone(zone).replace(
        tzinfo=None
    )


def _week_second(edge: Edge) -> int:
    """Return the edge's civil second of the week."""
    return edge.weekday * DAY_SECONDS + edge.second
