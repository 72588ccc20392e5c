"""Limits: how much current a connector may draw."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

NOMINAL_VOLTAGE = 230.0
"""Volts between a phase and neutral, as the European grid is specified (EN 50160)."""


class RateUnit(StrEnum):
    """The unit that a charge point takes its limits in."""

    AMPERE = "A"
    WATT = "W"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Limit:
    """The most current, in amperes per phase (0 or more), that may flow."""

    amperes: float

    PAUSED: ClassVar[Limit]
    """No current may flow. Not the same as a limit that is not known."""

    def __post_init__(self) -> None:
        """Refuse a limit that is no limit.

        Raises:
            ValueError: `amperes` is negative or not a number.
        """
        if not self.amperes >= 0:
            raise ValueError(f"A limit is 0 A or more, not {self.amperes} A")

    def watts(self, phases: int) -> float:
        """Return the limit as total power in watts over `phases` (1 to 3) phases."""
        return self.amperes * NOMINAL_VOLTAGE * phases

    @staticmethod
    def from_watts(watts: float, phases: int) -> Limit:
        """Return the limit that lets `watts` flow in total over `phases` (1 to 3) phases."""
        return Limit(amperes=watts / (NOMINAL_VOLTAGE * phases))


Limit.PAUSED = Limit(amperes=0.0)

LEAST_CURRENT = Limit(amperes=6.0)
"""The least that a car can be told to draw (IEC 61851-1)."""
