"""Charging hours: the owner's civil times of the week at which a car may charge."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import IntEnum, StrEnum
from typing import ClassVar


class Weekday(IntEnum):
    """A day of the owner's week, numbered as `datetime.date.weekday` does."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class CivilWindow:
    """A stretch of one weekday in civil time, half open: `start` belongs to it, `end` does not.

    `end` of 00:00 is the midnight that ends the day, so no window crosses midnight.
    """

    weekday: Weekday
    start: time
    end: time

    def __post_init__(self) -> None:
        """Refuse a window without length.

        Raises:
            ValueError: `end` is not after `start`, or a time carries a zone or parts of a second.
        """
        for moment in (self.start, self.end):
            if moment.tzinfo is not None or moment.microsecond:
                raise ValueError(f"{moment} is not a civil time in whole seconds")
        if self.end != time.min and self.end <= self.start:
            raise ValueError(f"A window from {self.start} to {self.end} has no length")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargingHours:
    """The windows of a week in which charging is allowed, sorted, apart from each other within a day.

    Build it through `rules.charging_hours`, which sorts and merges.
    """

    windows: tuple[CivilWindow, ...]

    ALWAYS: ClassVar[ChargingHours]
    """Every minute of the week: what the owner has who removed the charging hours."""


ChargingHours.ALWAYS = ChargingHours(
    windows=tuple(
        CivilWindow(weekday=day, start=time.min, end=time.min) for day in Weekday
    )
)


class HoursChoice(StrEnum):
    """What the owner answered when asked about the charging hours (reg. 10(1)(b))."""

    UNANSWERED = "unanswered"
    ACCEPTED = "accepted"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursDecision:
    """The hours in force and who chose them when (A10.1). `user_id` is empty where nobody was asked."""

    hours: ChargingHours
    choice: HoursChoice
    decided_at: datetime
    user_id: str = ""
