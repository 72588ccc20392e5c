"""Traces: what a connector measured every second."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceSample:
    """One second of a connector: W, A (highest phase), Wh of the lifetime register; None where not measured.

    `at` is UTC; only its whole second counts. `derived` says that the power was not measured but concluded from the
    register, which whoever shows it must say as well.

    Source: SI 2021/1467 reg. 9; requirements.md A9.4.
    """

    at: datetime
    power: float | None
    current: float | None = None
    register: float | None = None
    derived: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """In how many of the seconds that were asked for a power is known."""

    present: int
    asked: int

    @property
    def every_second(self) -> bool:
        """Whether that is power every second: 57 of 60 at least (A9.4). Of no seconds, it is not."""
        return self.asked > 0 and 57 * self.asked <= 60 * self.present
