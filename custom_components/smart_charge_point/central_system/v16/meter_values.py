"""Meter values of OCPP 1.6 as samples in the model's units.

This is read once a second for every wallbox, so it looks each sampled value up in one table and builds nothing it does
not hand on. It reads what the standard says and skips the rest; whatever is written otherwise is mended before, by
`repairs`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from operator import attrgetter
from typing import Any, Final

from ...model.meter import Measurand, MeterSample, Phase, Reading, SampleContext
from .times import read_time

type Bucket = Mapping[str, Any]
"""One OCPP `MeterValue`: a timestamp and its sampled values."""

type SampledValue = Mapping[str, Any]

type Words = tuple[str | None, str | None, str | None]
"""What names a sampled value: measurand, unit and phase, each None where the wallbox left it out."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How a told number becomes a reading: `number * factor + offset`, and the range it can be true in."""

    reading: Reading
    factor: float = 1.0
    offset: float = 0.0
    low: float = 0.0
    high: float = 0.0
    bit: int = 0


class NoScale(Enum):
    """Why a sampled value has no scale."""

    IGNORED = auto()
    """The standard allows it; the house has no use for it."""
    UNKNOWN = auto()
    """The standard does not know these words, or not together."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A measurand as OCPP names it: its units as (factor, offset), the first being the one meant where none is told."""

    measurand: Measurand
    units: Mapping[str, tuple[float, float]]
    low: float
    high: float


_WATT_HOURS: Final = {"Wh": (1.0, 0.0), "kWh": (1000.0, 0.0)}
# Apparent power is taken for active: on a car the two differ by a hundredth.
_WATTS: Final = {
    "W": (1.0, 0.0),
    "kW": (1000.0, 0.0),
    "VA": (1.0, 0.0),
    "kVA": (1000.0, 0.0),
}
_AMPERES: Final = {"A": (1.0, 0.0)}
_CELSIUS: Final = {
    "Celsius": (1.0, 0.0),
    "Celcius": (1.0, 0.0),
    "K": (1.0, -273.15),
    "Fahrenheit": (5 / 9, -160 / 9),
}

MOST_ENERGY: Final = 1e12
"""Wh. A lifetime register above it is no register; lesser leaps are for `rules.energy` to judge."""
_MOST_POWER: Final = 1e7
_MOST_CURRENT: Final = 1e4

_KINDS: Final[Mapping[str, _Kind]] = {
    "Energy.Active.Import.Register": _Kind(
        Measurand.ENERGY_IMPORT, _WATT_HOURS, 0, MOST_ENERGY
    ),
    "Energy.Active.Export.Register": _Kind(
        Measurand.ENERGY_EXPORT, _WATT_HOURS, 0, MOST_ENERGY
    ),
    "Power.Active.Import": _Kind(Measurand.POWER, _WATTS, -_MOST_POWER, _MOST_POWER),
    "Power.Offered": _Kind(Measurand.POWER_OFFERED, _WATTS, -_MOST_POWER, _MOST_POWER),
    "Current.Import": _Kind(Measurand.CURRENT, _AMPERES, -_MOST_CURRENT, _MOST_CURRENT),
    "Current.Offered": _Kind(
        Measurand.CURRENT_OFFERED, _AMPERES, -_MOST_CURRENT, _MOST_CURRENT
    ),
    "Voltage": _Kind(Measurand.VOLTAGE, {"V": (1.0, 0.0)}, 0, 2000),
    "Frequency": _Kind(Measurand.FREQUENCY, {"Hertz": (1.0, 0.0)}, 0, 1000),
    "Temperature": _Kind(Measurand.TEMPERATURE, _CELSIUS, -100, 1000),
    "SoC": _Kind(Measurand.STATE_OF_CHARGE, {"Percent": (1.0, 0.0)}, 0, 100),
}

IGNORED_MEASURANDS: Final = frozenset(
    {
        "Energy.Reactive.Export.Register",
        "Energy.Reactive.Import.Register",
        "Energy.Active.Export.Interval",
        "Energy.Active.Import.Interval",
        "Energy.Reactive.Export.Interval",
        "Energy.Reactive.Import.Interval",
        "Power.Active.Export",
        "Power.Reactive.Export",
        "Power.Reactive.Import",
        "Power.Factor",
        "Current.Export",
        "RPM",
    }
)
"""What the standard knows and the house has no use for."""

MEASURANDS: Final = frozenset(_KINDS) | IGNORED_MEASURANDS

_PHASES: Final[Mapping[str | None, Phase]] = {
    None: Phase.TOTAL,
    "L1": Phase.L1,
    "L2": Phase.L2,
    "L3": Phase.L3,
    "N": Phase.NEUTRAL,
    "L1-N": Phase.L1,
    "L2-N": Phase.L2,
    "L3-N": Phase.L3,
}
# Between two lines stand 400 V, which no reading of the house is meant for.
LINE_PHASES: Final = frozenset({"L1-L2", "L2-L3", "L3-L1"})

_UNPHASED: Final = frozenset(
    {Measurand.FREQUENCY, Measurand.TEMPERATURE, Measurand.STATE_OF_CHARGE}
)

_CONTEXTS: Final[Mapping[str | None, SampleContext]] = {
    "Sample.Periodic": SampleContext.PERIODIC,
    "Sample.Clock": SampleContext.CLOCK,
    "Transaction.Begin": SampleContext.BEGIN,
    "Transaction.End": SampleContext.END,
    "Trigger": SampleContext.TRIGGER,
}


@dataclass(frozen=True, slots=True)
class _Total:
    """How the whole connector's reading is made of its phases'."""

    total: Reading
    phases: tuple[Reading, ...]
    neutral: Reading
    combine: Callable[[Iterable[float]], float]
    total_bit: int
    phase_bit: int


def _totals() -> tuple[_Total, ...]:
    """Return how totals are made: energies and powers add up, of currents and voltages the highest phase counts.

    A limit is per phase, so the current to hold against it is that of the fullest phase; and of voltages the idle
    phases of a single-phase car may read 0.
    """
    combined: tuple[tuple[Measurand, Callable[[Iterable[float]], float]], ...] = (
        (Measurand.ENERGY_IMPORT, sum),
        (Measurand.ENERGY_EXPORT, sum),
        (Measurand.POWER, sum),
        (Measurand.POWER_OFFERED, sum),
        (Measurand.CURRENT, max),
        (Measurand.CURRENT_OFFERED, max),
        (Measurand.VOLTAGE, max),
    )
    return tuple(
        _Total(
            total=(measurand, Phase.TOTAL),
            phases=(
                (measurand, Phase.L1),
                (measurand, Phase.L2),
                (measurand, Phase.L3),
            ),
            neutral=(measurand, Phase.NEUTRAL),
            combine=combine,
            total_bit=1 << index,
            phase_bit=1 << index + _PHASE_SHIFT,
        )
        for index, (measurand, combine) in enumerate(combined)
    )


_PHASE_SHIFT: Final = 8
_TOTALS: Final = _totals()
_BITS: Final[Mapping[Reading, int]] = {
    reading: bit
    for total in _TOTALS
    for reading, bit in (
        (total.total, total.total_bit),
        (total.neutral, total.phase_bit),
        *((phase, total.phase_bit) for phase in total.phases),
    )
}


class _Scales(dict[Words, Scale | NoScale]):
    """Scales by the words of the sampled value, worked out once each."""

    def __missing__(self, words: Words) -> Scale | NoScale:
        """Return the scale of `words`, and remember it."""
        scale = _scale(*words)
        # Only words of the standard are remembered, so what a wallbox makes up cannot fill the memory.
        if scale is not NoScale.UNKNOWN:
            self[words] = scale
        return scale


def _scale(
    measurand: str | None, unit: str | None, phase: str | None
) -> Scale | NoScale:
    """Return how a sampled value with these words is read."""
    if phase not in _PHASES and phase not in LINE_PHASES:
        return NoScale.UNKNOWN
    if measurand in IGNORED_MEASURANDS:
        known = unit is None or unit in UNITS
        return NoScale.IGNORED if known else NoScale.UNKNOWN
    kind = _KINDS.get(
        "Energy.Active.Import.Register" if measurand is None else measurand
    )
    if kind is None:
        return NoScale.UNKNOWN
    factors = kind.units.get(next(iter(kind.units)) if unit is None else unit)
    if factors is None:
        return NoScale.UNKNOWN
    if kind.measurand in _UNPHASED:
        told_phase = Phase.TOTAL
    elif phase in LINE_PHASES:
        return NoScale.IGNORED
    else:
        told_phase = _PHASES[phase]
    reading = (kind.measurand, told_phase)
    return Scale(
        reading, *factors, low=kind.low, high=kind.high, bit=_BITS.get(reading, 0)
    )


UNITS: Final = frozenset(
    {unit for kind in _KINDS.values() for unit in kind.units}
    | {"varh", "kvarh", "var", "kvar"}
)
PHASES: Final = frozenset({word for word in _PHASES if word is not None}) | LINE_PHASES
CONTEXTS: Final = frozenset({word for word in _CONTEXTS if word is not None}) | {
    "Interruption.Begin",
    "Interruption.End",
    "Other",
}

SCALES: Final = _Scales()


class _Group:
    """Readings of one moment and context while they are gathered."""

    __slots__ = ("bits", "context", "values")

    def __init__(self, context: SampleContext | None) -> None:
        self.context = context
        self.values: dict[Reading, float] = {}
        self.bits = 0

    def sample(self, at: datetime, trusted: bool) -> MeterSample:
        """Return the readings as a sample, with the totals that the wallbox left to us."""
        bits = self.bits
        if bits >> _PHASE_SHIFT & ~bits:
            self._add_totals()
        return MeterSample(
            at=at,
            context=self.context or SampleContext.PERIODIC,
            values=self.values,
            at_trusted=trusted,
        )

    def _add_totals(self) -> None:
        """Make the totals of the measurands that were told by phase only."""
        values = self.values
        for rule in _TOTALS:
            if not self.bits & rule.phase_bit or self.bits & rule.total_bit:
                continue
            told = [values[phase] for phase in rule.phases if phase in values]
            # A single-phase wallbox may name its only conductor N.
            values[rule.total] = (
                rule.combine(told) if told else values.pop(rule.neutral)
            )


class _Moment:
    """The groups of one moment. Readings at another place than the outlet stand aside for those at the outlet."""

    __slots__ = ("aside", "at", "begin", "end", "rest", "trusted")

    def __init__(self, at: datetime, trusted: bool) -> None:
        self.at = at
        self.trusted = trusted
        self.begin: _Group | None = None
        self.rest = _Group(None)
        self.end: _Group | None = None
        self.aside: list[tuple[_Group, Scale, float]] | None = None

    def samples(self) -> Iterable[MeterSample]:
        """Return the samples of the moment, the beginning of a transaction first and its end last."""
        for told, scale, value in self.aside or ():
            if scale.reading not in told.values:
                told.values[scale.reading] = value
                told.bits |= scale.bit
        if self.begin is not None:
            # Growatt repeats the register of the transaction's begin beside each later one: no reading of this moment.
            for reading in self.rest.values:
                self.begin.values.pop(reading, None)
        for group in (self.begin, self.rest, self.end):
            if group is not None and group.values:
                yield group.sample(self.at, self.trusted)

    def group_of(self, context: str) -> _Group:
        """Return the group that a sampled value of `context` (OCPP's word) belongs to.

        Only the begin and end of a transaction stand apart: wallboxes mix the other contexts, and leave them out at
        some of the phases, in one and the same measurement (EN+).
        """
        told = _CONTEXTS.get(context, SampleContext.OTHER)
        if told is SampleContext.BEGIN:
            if self.begin is None:
                self.begin = _Group(told)
            return self.begin
        if told is SampleContext.END:
            if self.end is None:
                self.end = _Group(told)
            return self.end
        if self.rest.context is None:
            self.rest.context = told
        return self.rest


def read_samples(
    buckets: Sequence[Bucket], now: datetime
) -> tuple[tuple[MeterSample, ...], list[SampledValue]]:
    """Return the samples in `buckets`, oldest first, and the sampled values that could not be read.

    Buckets of one moment become one sample (Zaptec sends a bucket for each measurand), but for the begin and the end of
    a transaction. `now` (UTC) stands in for a time that cannot be true. Every field may be missing; none may be of
    another JSON type than the standard's.
    """
    unread: list[SampledValue] = []
    if len(buckets) == 1:
        return tuple(_read_bucket(buckets[0], now, {}, unread).samples()), unread
    moments: dict[datetime, _Moment] = {}
    for bucket in buckets:
        _read_bucket(bucket, now, moments, unread)
    samples = [sample for moment in moments.values() for sample in moment.samples()]
    samples.sort(key=attrgetter("at"))
    return tuple(samples), unread


def _read_bucket(
    bucket: Bucket,
    now: datetime,
    moments: dict[datetime, _Moment],
    unread: list[SampledValue],
) -> _Moment:
    """Add what `bucket` holds to its moment in `moments`, and to `unread`; return the moment."""
    at, trusted = read_time(bucket.get("timestamp"), now)
    moment = moments.get(at)
    if moment is None:
        moment = moments[at] = _Moment(at, trusted)
    rest = moment.rest
    scales = SCALES
    for sampled in bucket.get("sampledValue", ()):
        get = sampled.get
        scale = scales[get("measurand"), get("unit"), get("phase")]
        if scale is NoScale.IGNORED:
            continue
        try:
            number = float(sampled["value"])
        except KeyError, ValueError:
            # Signed data is no number and belongs to the billing that a home has none of.
            if get("format") != "SignedData":
                unread.append(sampled)
            continue
        if scale is NoScale.UNKNOWN:
            unread.append(sampled)
            continue
        value = number * scale.factor + scale.offset
        # Refuses not-a-number too.
        if not scale.low <= value <= scale.high:
            unread.append(sampled)
            continue
        context = get("context")
        group = rest if context is None else moment.group_of(context)
        if get("location", "Outlet") != "Outlet":
            if moment.aside is None:
                moment.aside = []
            moment.aside.append((group, scale, value))
            continue
        group.values[scale.reading] = value
        group.bits |= scale.bit
    return moment
