"""Flow time: how long current really flowed, beside how long the car was plugged in."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from ..model.meter import Measurand, MeterSample

FLOWS_FROM_POWER: Final = 50.0
"""W; below is what a wallbox's own meter shows of itself and of a car asleep."""
FLOWS_FROM_CURRENT: Final = 0.25
"""A on any phase, for wallboxes that tell no power: about the same at 230 V."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowMeter:
    """The time that current flowed in a session, by marks of when it did and when it did not.

    What the last mark says holds until the next. `flowed` is the time up to the mark of `at` (UTC; None: none yet).
    `longest_held` is the longest stretch counted as flow without a mark in it: where the marks are samples at an
    interval, a much longer one is a gap (`Doubt.GAP`).

    Source: SI 2021/1467 reg. 9 (time importing); requirements.md A9.1.
    """

    flowed: timedelta = timedelta()
    at: datetime | None = None
    flowing: bool = False
    longest_held: timedelta = timedelta()

    def mark(self, at: datetime, flowing: bool) -> FlowMeter:
        """Return the meter that knows that current flowed, or did not, from `at` (UTC) on.

        A mark older than the last one is ignored; of two of the same instant the later told counts.
        """
        if self.at is None:
            return replace(self, at=at, flowing=flowing)
        if at < self.at:
            return self
        held = at - self.at if self.flowing else timedelta()
        return FlowMeter(
            flowed=self.flowed + held,
            at=at,
            flowing=flowing,
            longest_held=max(self.longest_held, held),
        )

    def total(self, now: datetime) -> timedelta:
        """Return the time that current flowed until `now` (UTC); never less than `flowed`."""
        if self.at is None or not self.flowing or now < self.at:
            return self.flowed
        return self.flowed + (now - self.at)


def flowing_in(sample: MeterSample) -> bool | None:
    """Return whether current flowed into the car when the sample was taken, None where it does not tell.

    Power decides where it was measured, otherwise the highest current of any phase.
    """
    power: float | None = None
    current: float | None = None
    for (kind, _), value in sample.values.items():
        if kind is Measurand.POWER:
            power = value if power is None else max(power, value)
        elif kind is Measurand.CURRENT:
            current = value if current is None else max(current, value)
    if power is not None:
        return power >= FLOWS_FROM_POWER
    return None if current is None else current >= FLOWS_FROM_CURRENT
