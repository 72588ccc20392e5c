"""Plans: what happens to a home of two wallboxes, step by step, as Hypothesis draws it and a failure prints it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from hypothesis import strategies as st

BEGINNINGS: Final = {
    "the clocks go forward": datetime(2026, 3, 28, 22, 20, tzinfo=UTC),
    "the clocks go back": datetime(2026, 10, 24, 22, 20, tzinfo=UTC),
    "a month of winter ends": datetime(2026, 11, 30, 21, 20, tzinfo=UTC),
    "a month of summer ends": datetime(2026, 6, 30, 20, 20, tzinfo=UTC),
}
"""When plans begin: some hours before something that sums may trip over, in Europe/London."""
CARDS: Final = {"04A0": "ada", "04FF": "ada", "04A1": "ben", "04EE": None}
"""Whose each card is."""


class Number(StrEnum):
    """By which number a wallbox calls a transaction after its start."""

    OURS = "the one it was given"
    ZERO = "0"
    FORMER = "that of the one before"


class Order(StrEnum):
    """In which order a queue of sessions is told."""

    OLDEST_FIRST = "oldest first"
    NEWEST_FIRST = "newest first"


@dataclass(frozen=True)
class Pass:
    """Time passes; cars that are plugged in charge."""

    minutes: int


@dataclass(frozen=True)
class PlugIn:
    """A car begins to charge; nothing where one does already."""

    box: int
    card: str
    watts: int
    sampled_every: int
    """Minutes."""
    number: Number = Number.OURS
    start_is_lost: bool = False
    start_is_told_twice: bool = False


@dataclass(frozen=True)
class Unplug:
    """A car stops charging; where none does, a stop without a start is told."""

    box: int
    stop_is_lost: bool = False
    stop_is_told_twice: bool = False


@dataclass(frozen=True)
class GoOffline:
    """A wallbox loses its link, and queues what it has to tell: of samples only if it keeps them."""

    box: int
    keeps_samples: bool


@dataclass(frozen=True)
class GoOnline:
    """It is back, and tells what it queued."""

    box: int
    order: Order


@dataclass(frozen=True)
class ChangeMeter:
    """The register stands at another figure: it was reset, or another meter was put in."""

    box: int
    register: int


@dataclass(frozen=True)
class Stop:
    """Home Assistant ends: the integration alone, or all of it with the recorder."""

    whole: bool


@dataclass(frozen=True)
class Kill:
    """Home Assistant dies: nothing is ended, and what is not on the disk is lost."""


@dataclass(frozen=True)
class Start:
    """Home Assistant is back."""


@dataclass(frozen=True)
class StopRecorder:
    """The recorder does not record."""


@dataclass(frozen=True)
class StartRecorder:
    """It does again."""


@dataclass(frozen=True)
class LoseStatistics:
    """The recorder loses our series: all of them, or some."""

    some: bool


@dataclass(frozen=True)
class Purge:
    """The owner has the recorder forget all states, and rows of five minutes that are older than a day."""


@dataclass(frozen=True)
class Rebuild:
    """The owner calls the action that writes the statistics again."""


@dataclass(frozen=True)
class Correct:
    """An administrator says whose a session is; which one is counted from the latest on."""

    session: int
    person: str | None


@dataclass(frozen=True)
class Forget:
    """An administrator has a person's sessions deleted, or only whose they were."""

    person: str
    keep_sessions: bool


type Step = (
    Pass
    | PlugIn
    | Unplug
    | GoOffline
    | GoOnline
    | ChangeMeter
    | Stop
    | Kill
    | Start
    | StopRecorder
    | StartRecorder
    | LoseStatistics
    | Purge
    | Rebuild
    | Correct
    | Forget
)


@dataclass(frozen=True)
class Plan:
    """What happens, and from when on."""

    begins: str
    steps: tuple[Step, ...]


_BOXES = st.sampled_from((0, 0, 1))
_PASS = st.builds(Pass, st.sampled_from((7, 45, 60, 100, 190, 420)))
_PLUG_IN = st.builds(
    PlugIn,
    box=_BOXES,
    card=st.sampled_from(tuple(CARDS)),
    watts=st.sampled_from((7200, 3600, 1440)),
    sampled_every=st.sampled_from((15, 5, 60)),
    number=st.sampled_from((Number.OURS, Number.OURS, Number.OURS, *Number)),
    start_is_lost=st.sampled_from((False, False, False, False, True)),
    start_is_told_twice=st.booleans(),
)
_UNPLUG = st.builds(
    Unplug,
    box=_BOXES,
    stop_is_lost=st.sampled_from((False, False, False, False, True)),
    stop_is_told_twice=st.booleans(),
)
_OFFLINE = st.builds(GoOffline, box=_BOXES, keeps_samples=st.booleans())
_ONLINE = st.builds(GoOnline, box=_BOXES, order=st.sampled_from(Order))
_PEOPLE = ("ada", "ben")
_STEPS: Final = st.one_of(
    _PASS,
    _PASS,
    _PASS,
    _PLUG_IN,
    _PLUG_IN,
    _PLUG_IN,
    _UNPLUG,
    _UNPLUG,
    _UNPLUG,
    _OFFLINE,
    _OFFLINE,
    _ONLINE,
    _ONLINE,
    st.builds(ChangeMeter, box=_BOXES, register=st.sampled_from((0, 250, 90_000_000))),
    st.builds(Stop, whole=st.booleans()),
    st.just(Kill()),
    st.just(Start()),
    st.just(Start()),
    st.just(StopRecorder()),
    st.just(StartRecorder()),
    st.builds(LoseStatistics, some=st.booleans()),
    st.just(Purge()),
    st.just(Rebuild()),
    st.builds(
        Correct, session=st.integers(0, 3), person=st.sampled_from((*_PEOPLE, None))
    ),
    st.builds(Forget, person=st.sampled_from(_PEOPLE), keep_sessions=st.booleans()),
)


_TROUBLES: Final = st.one_of(
    st.tuples(st.builds(Stop, whole=st.booleans()), st.just(Start())),
    st.tuples(st.just(Kill()), st.just(Start())),
    st.tuples(_OFFLINE, _ONLINE),
    st.tuples(_OFFLINE, _ONLINE),
    st.tuples(st.just(StopRecorder()), st.just(StartRecorder())),
    st.tuples(_STEPS, _STEPS),
)
"""Something that begins, and what ends it or comes later."""


@st.composite
def _tours(draw: st.DrawFn) -> tuple[Step, ...]:
    """A car that comes, charges and goes; and a trouble that begins and ends somewhere before, meanwhile or after."""
    plug_in = draw(_PLUG_IN)
    begins, ends = draw(_TROUBLES)
    tour: list[Step] = [
        plug_in,
        draw(_PASS),
        draw(_PASS),
        replace(draw(_UNPLUG), box=plug_in.box),
        draw(_PASS),
    ]
    first = draw(st.integers(0, len(tour)))
    tour.insert(first, begins)
    tour.insert(draw(st.integers(first + 1, len(tour))), ends)
    return tuple(tour)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Draw a plan of some fifteen steps."""
    parts = draw(
        st.lists(
            st.one_of(_tours(), _tours(), st.tuples(_STEPS)),
            min_size=1,
            max_size=4,
        )
    )
    return Plan(
        begins=draw(st.sampled_from(tuple(BEGINNINGS))),
        steps=tuple(step for part in parts for step in part),
    )
