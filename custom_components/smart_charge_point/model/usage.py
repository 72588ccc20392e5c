"""Usage: what sessions come to for the home, a wallbox, a person or a vehicle, and what it cost."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from .transaction import CorrectedField, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFigures:
    """What a session came to beside its energy. None: not known.

    `cost` is in the owner's currency; where not `cost_complete`, a part of the energy had no known price and is not in
    it. `solar`, `battery` and `grid` are Wh and together `sourced`: the part of the energy whose source is known.
    `co2` is g. Powers are W: `mean_power` over the time that current flowed, `peak_power` the highest measured.
    `connected_time` is from plugging in to unplugging.
    """

    cost: float | None = None
    cost_complete: bool = True
    solar: float | None = None
    battery: float | None = None
    grid: float | None = None
    sourced: float = 0.0
    co2: float | None = None
    mean_power: float | None = None
    peak_power: float | None = None
    connected_time: timedelta | None = None
    estimated: bool = False
    """Whether a slot of it is estimated; `Session.doubts` says what is uncertain about the session as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A session as lists show it."""

    session: Session
    figures: SessionFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFilter:
    """Which sessions are meant: those that bear what is given and began in [start, end) (UTC). None leaves it open.

    `nobody`: those of nobody in particular alone; none that bear a person.
    Without `folded`, blips under 60 s or 0.05 kWh are left out (A9.8).
    """

    charge_point: str | None = None
    connector: int | None = None
    person: str | None = None
    vehicle: str | None = None
    nobody: bool = False
    start: datetime | None = None
    end: datetime | None = None
    folded: bool = True


class SessionOrder(StrEnum):
    """What lists of sessions are sorted by; of equals, the one that began last comes first."""

    STARTED = "started"
    ENERGY = "energy"
    DURATION = "duration"
    """From start to end; one that runs is longer than all others."""
    COST = "cost"
    """What is not known stands last either way."""
    SOLAR = "solar"
    """The share of the energy whose source is known; what is not known stands last either way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageTotals:
    """What a number of sessions come to: Wh, currency, g; see `SessionFigures`."""

    sessions: int = 0
    energy: float = 0.0
    flow_time: timedelta = timedelta()
    cost: float | None = None
    cost_complete: bool = True
    solar: float | None = None
    battery: float | None = None
    sourced: float = 0.0
    co2: float | None = None
    estimated: bool = False

    @property
    def grid(self) -> float | None:
        """The Wh that are known to have come from the grid, None where no source is known."""
        return grid_of(self.sourced, self.solar, self.battery)


@dataclass(frozen=True, slots=True, kw_only=True)
class HourSum:
    """What was used in the hour from `hour` (UTC); see `SessionFigures`."""

    hour: datetime
    energy: float = 0.0
    flow_time: timedelta = timedelta()
    cost: float | None = None
    cost_complete: bool = True
    solar: float | None = None
    battery: float | None = None
    sourced: float = 0.0
    co2: float | None = None
    estimated: bool = False

    @property
    def grid(self) -> float | None:
        """The Wh that are known to have come from the grid, None where no source is known."""
        return grid_of(self.sourced, self.solar, self.battery)


def grid_of(sourced: float, solar: float | None, battery: float | None) -> float | None:
    """Return what of the energy came from the grid: the rest of what is known of its source; None where nothing is."""
    if solar is None or battery is None:
        return None
    return max(0.0, sourced - solar - battery)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageKey:
    """What a series of usage is about; all None is the whole home. `tag` is a credential: it is not shown.

    `nobody`: what is of nobody in particular alone.
    """

    charge_point: str | None = None
    connector: int | None = None
    person: str | None = None
    vehicle: str | None = None
    nobody: bool = False
    tag: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """From which hour (UTC) the statistics of a charge point may be out of date, and the count of changes that says so."""

    hour: datetime
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceStep:
    """What a kWh costs from `at` (UTC) on, in the owner's currency; None: not known from then on.

    `shown`: an entity showed it, so that nothing the owner enters later takes its place.
    """

    at: datetime
    value: float | None
    shown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonSpan:
    """What held of a session from `since` (UTC) until the next one: the value of a `ChargingReason`, and A per phase.

    `limit` None: nothing limited it.
    """

    since: datetime
    reason: str
    limit: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """That the owner says a session is somebody else's, or of another vehicle.

    `value` is a subentry's id, None for nobody. `user_id` is Home Assistant's. `before` is what stood there, and
    `taken_back` says that it restored what was there before any correction; the ledger fills both in.
    """

    transaction_id: int
    field: CorrectedField
    value: str | None
    user_id: str | None
    at: datetime
    before: str | None = None
    taken_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WipeRequest:
    """What the owner wants deleted for good. What is given narrows it together; nothing given means nothing.

    `charge_point`: its sessions, traces, events and decisions. `person`, with the `tags` and Home Assistant's `user_id`
    of that person: the sessions of any of them, what was measured meanwhile, and what the user decided; with
    `keep_sessions` the figures stay, without tag, person and user. `traces` alone: what was measured every second.
    `everything`: all of it. `before` (UTC): only what was before that moment. Sessions that run lose tag and person
    only.

    Source: UK SI 2021/1467 schedule 1, 7(2); requirements.md S7b.
    """

    charge_point: str | None = None
    person: str | None = None
    tags: frozenset[str] = field(default=frozenset(), repr=False)
    user_id: str | None = None
    keep_sessions: bool = False
    traces: bool = False
    everything: bool = False
    before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WipeScope:
    """Which sessions a wipe would find: how many that ended and that run, and when (UTC) the first and last began."""

    ended: int = 0
    running: int = 0
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was deleted, without saying whose. `samples` counts points of graphs, `seconds` those of traces.

    `scrubbed`: nothing of it is left in the file either; where false, there was no room for that, and the next deletion
    makes up for it. `set_aside`: how many damaged files lie beside the ledger that may still hold some of it.
    """

    at: datetime
    sessions: int = 0
    anonymised: int = 0
    samples: int = 0
    seconds: int = 0
    events: int = 0
    decisions: int = 0
    corrections: int = 0
    scrubbed: bool = True
    set_aside: int = 0
