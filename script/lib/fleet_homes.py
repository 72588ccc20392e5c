"""Simulated homes: each a charge point with its own random source, decided by the real rules.

A home's car is plugged in all week and takes 7 kW whenever its plan lets it, so that every edge of the default hours
switches every home: the worst that could happen.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from custom_components.smart_charge_point.model.limit import Limit
from custom_components.smart_charge_point.model.plan import Claim
from custom_components.smart_charge_point.model.schedule import WEEK, EdgeKind
from custom_components.smart_charge_point.rules.charging_hours import (
    Window,
    charging_hours,
    windows_between,
)
from custom_components.smart_charge_point.rules.civil_time import instant
from custom_components.smart_charge_point.rules.plan import (
    delay_claim,
    hours_claim,
    resolve,
)
from custom_components.smart_charge_point.rules.random_delay import (
    RandomSource,
    draw_edges,
    draw_session,
)
from custom_components.smart_charge_point.rules.ruleset import GB_2021
from custom_components.smart_charge_point.rules.week_pattern import (
    following_pattern,
    week_pattern,
)

KILOWATTS = 7.0
"""What a car takes, as in requirements.md section 6."""
CHARGING_AT_A_CUT = 0.3
"""The share of homes that charge when the power fails, as there."""

_FULL = Limit.from_watts(KILOWATTS * 1000, 1)
_HOURS, _ZONE = GB_2021.default_hours, GB_2021.zone
_PEAK = charging_hours(GB_2021.peak)


@dataclass(frozen=True, slots=True)
class Edge:
    """One edge of one day: its civil time of day and what it does."""

    at: time
    kind: EdgeKind
    day: date

    @property
    def name(self) -> str:
        """The time of day as the owner's clock shows it."""
        return f"{self.at:%H:%M}"


@dataclass(frozen=True, slots=True)
class Switched:
    """When the homes switched at each edge, in seconds after it (before it: negative), and what they took in the peak."""

    seconds: Mapping[Edge, Sequence[float]]
    peak_megawatts: float
    """The most that all homes together took at any moment of a peak."""

    def at(self, name: str) -> list[Sequence[float]]:
        """Return the switching of each day at the edge with this time of day."""
        return [seconds for edge, seconds in self.seconds.items() if edge.name == name]


def source_of(seed: str, home: int) -> RandomSource:
    """Return the random source of one home, which no other home has."""
    return Random(f"{seed}/{home}").randrange


def weeks_of_homes(
    homes: int, mondays: Iterable[date], maximum: int, seed: str
) -> Switched:
    """Let the homes live through the weeks that begin on `mondays`, each drawing its delays anew for each week."""
    sources = [source_of(seed, home) for home in range(homes)]
    seconds: defaultdict[Edge, list[float]] = defaultdict(list)
    in_peak: list[Window] = []
    for monday in mondays:
        start, end = (
            instant(monday, time.min, _ZONE),
            instant(monday + WEEK, time.min, _ZONE),
        )
        nominal = windows_between(_HOURS, start, end, _ZONE)
        peaks = windows_between(_PEAK, start, end, _ZONE)
        for source in sources:
            flows = _flows(_hours(source, maximum, start, end), start=start, end=end)
            for edge, late in _lateness(flows, nominal, start, end):
                seconds[edge].append(late)
            in_peak += _overlaps(flows, peaks)
    return Switched(seconds=dict(seconds), peak_megawatts=_most_at_once(in_peak))


def power_cuts(
    homes: int, back: datetime, cuts: int, maximum: int, seed: str
) -> list[Sequence[float]]:
    """Return when cars charge again after each of `cuts`, in seconds after the power is `back` (UTC, in the hours).

    Each wallbox holds a delay that was drawn before the cut and begins a session when it is up, 35 s later on average,
    with nobody there to tell it anything. Its car takes 2 to 15 s to react.
    """
    sources = [source_of(f"{seed}/cut", home) for home in range(homes)]
    hours = [_hours(source, maximum, back, back + WEEK) for source in sources]
    world = Random(f"{seed}/world")
    lateness: list[Sequence[float]] = []
    for _ in range(cuts):
        seconds: list[float] = []
        for source, claim in zip(sources, hours, strict=True):
            armed = draw_session(maximum, back, source)
            if world.random() >= CHARGING_AT_A_CUT:
                continue
            up = back + timedelta(seconds=boot_time(world))
            flows = _flows(
                claim,
                delay_claim(up, armed.seconds),
                start=up,
                end=up + timedelta(hours=1),
            )
            seconds.append(_seconds(flows[0].start, back) + reaction_time(world))
        lateness.append(seconds)
    return lateness


def boot_time(world: Random) -> float:
    """Return how many seconds a wallbox takes to be up."""
    return max(5.0, world.gauss(35, 8))


def reaction_time(world: Random) -> float:
    """Return how many seconds a car takes to draw current that is offered."""
    return world.uniform(2, 15)


def _hours(source: RandomSource, maximum: int, start: datetime, end: datetime) -> Claim:
    """Return what the charging hours of a home claim."""
    delays = draw_edges(_HOURS, maximum, start, source)
    arguments = (_HOURS, delays, maximum, start, _ZONE)
    return hours_claim(
        week_pattern(*arguments),
        following_pattern(*arguments),
        _FULL,
        start,
        end,
        hours=_HOURS,
        zone=_ZONE,
    )


def _flows(*claims: Claim, start: datetime, end: datetime) -> list[Window]:
    """Return the stretches in which current flows."""
    flows: list[Window] = []
    for segment in resolve(claims, start, end, _FULL).segments:
        if segment.limit == Limit.PAUSED:
            continue
        if flows and flows[-1].end == segment.start:
            flows[-1] = Window(start=flows[-1].start, end=segment.end)
        else:
            flows.append(Window(start=segment.start, end=segment.end))
    return flows


def _lateness(
    flows: Iterable[Window],
    nominal: Iterable[Window],
    start: datetime,
    end: datetime,
) -> Iterator[tuple[Edge, float]]:
    """Yield how long after each edge the home switched; the ends of the week are no edges."""
    for flow, window in zip(flows, nominal, strict=True):
        if window.start > start:
            yield _edge(window.start, EdgeKind.ON), _seconds(flow.start, window.start)
        if window.end < end:
            yield _edge(window.end, EdgeKind.OFF), _seconds(flow.end, window.end)


def _edge(moment: datetime, kind: EdgeKind) -> Edge:
    """Return the edge at a moment."""
    local = moment.astimezone(_ZONE)
    return Edge(local.time(), kind, local.date())


def _seconds(moment: datetime, since: datetime) -> float:
    """Return how much later than `since` a moment is."""
    return (moment - since).total_seconds()


def _overlaps(flows: Iterable[Window], peaks: Sequence[Window]) -> Iterator[Window]:
    """Yield what of the flows lies within a peak."""
    for flow in flows:
        for peak in peaks:
            begin, finish = max(flow.start, peak.start), min(flow.end, peak.end)
            if begin < finish:
                yield Window(start=begin, end=finish)


def _most_at_once(windows: Iterable[Window]) -> float:
    """Return the most megawatts that flow at any moment, one home to a window."""
    steps: defaultdict[datetime, int] = defaultdict(int)
    for window in windows:
        steps[window.start] += 1
        steps[window.end] -= 1
    most = now = 0
    for moment in sorted(steps, key=lambda moment: moment.astimezone(UTC)):
        now += steps[moment]
        most = max(most, now)
    return most * KILOWATTS / 1000
