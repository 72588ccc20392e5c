"""Tariffs: what a kilowatt-hour costs, by the clock on the owner's wall."""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum


class RateDays(StrEnum):
    """The civil days on which a rate begins."""

    EVERY_DAY = "every_day"
    MONDAY_TO_FRIDAY = "monday_to_friday"
    WEEKEND = "weekend"

    def includes(self, weekday: int) -> bool:
        """Return whether the rate begins on `weekday` (0 is Monday, 6 is Sunday)."""
        if self is RateDays.EVERY_DAY:
            return True
        return (weekday >= 5) is (self is RateDays.WEEKEND)

    def meets(self, other: RateDays) -> bool:
        """Return whether there is a day on which both begin."""
        return any(self.includes(day) and other.includes(day) for day in range(7))


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedRate:
    """From `start` (civil time) on `days`, until the next rate begins, a kWh costs `price` in the home's currency."""

    start: time
    price: float
    days: RateDays = RateDays.EVERY_DAY
