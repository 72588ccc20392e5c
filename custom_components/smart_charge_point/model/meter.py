"""Meter samples: what a wallbox measured, in one unit per measurand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Measurand(StrEnum):
    """What was measured, with the unit that every reading of it has been brought to."""

    ENERGY_IMPORT = "energy_import"
    """Lifetime register, Wh."""
    ENERGY_EXPORT = "energy_export"
    """Lifetime register, Wh."""
    POWER = "power"
    """Import, W."""
    POWER_OFFERED = "power_offered"
    """What the car is offered, W."""
    CURRENT = "current"
    """Import, A."""
    CURRENT_OFFERED = "current_offered"
    """What the car is offered, A."""
    VOLTAGE = "voltage"
    """V, between phase and neutral."""
    FREQUENCY = "frequency"
    """Hz."""
    TEMPERATURE = "temperature"
    """Degrees Celsius."""
    STATE_OF_CHARGE = "state_of_charge"
    """Of the car's battery, percent."""


class Phase(StrEnum):
    """The conductor a reading belongs to; TOTAL is the whole connector."""

    TOTAL = "total"
    L1 = "l1"
    L2 = "l2"
    L3 = "l3"
    NEUTRAL = "n"


class SampleContext(StrEnum):
    """When in its transaction a sample was taken."""

    PERIODIC = "periodic"
    BEGIN = "begin"
    END = "end"
    CLOCK = "clock"
    TRIGGER = "trigger"
    OTHER = "other"


type Reading = tuple[Measurand, Phase]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterSample:
    """One moment's readings. What the wallbox did not tell is absent from `values`.

    `at` is the wallbox's own time (UTC); where it gave none that can be true, it is the arrival and `at_trusted` is
    false.
    """

    at: datetime
    context: SampleContext
    values: Mapping[Reading, float]
    at_trusted: bool = True
