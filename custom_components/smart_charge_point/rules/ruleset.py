"""Rulesets: what a jurisdiction demands of a charge point, as data."""

from dataclasses import dataclass
from datetime import date, time
from typing import Final
from zoneinfo import ZoneInfo

from ..model.hours import ChargingHours, CivilWindow, Weekday


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """One jurisdiction's numbers.

    `peak` and `default_hours` are civil times in `zone`. Delays are the maximum of the random delay in whole seconds:
    `default_delay` unless the owner chose, who may choose from `least_delay` to `most_delay`. Sessions are kept for
    `records_months` at least. The rules hold from `in_force_from` until `in_force_until`, None: no end is known.
    """

    id: str
    zone: ZoneInfo
    peak: tuple[CivilWindow, ...]
    default_hours: ChargingHours
    default_delay: int = 600
    least_delay: int = 600
    most_delay: int = 1800
    records_months: int = 12
    in_force_from: date
    in_force_until: date | None


_WORKING_DAYS: Final = (
    Weekday.MONDAY,
    Weekday.TUESDAY,
    Weekday.WEDNESDAY,
    Weekday.THURSDAY,
    Weekday.FRIDAY,
)
_WEEKEND: Final = (Weekday.SATURDAY, Weekday.SUNDAY)


def _each_day(
    days: tuple[Weekday, ...], spans: tuple[tuple[time, time], ...]
) -> tuple[CivilWindow, ...]:
    """Return the spans of time on each of the days, in order."""
    return tuple(
        CivilWindow(weekday=day, start=start, end=end)
        for day in days
        for start, end in spans
    )


GB_2021: Final = Ruleset(
    id="GB-2021",
    zone=ZoneInfo("Europe/London"),
    # Bank holidays are weekdays like any other: the regulations name no exception (requirements.md section 7, 1).
    peak=_each_day(_WORKING_DAYS, ((time(8), time(11)), (time(16), time(22)))),
    default_hours=ChargingHours(
        windows=_each_day(
            _WORKING_DAYS,
            ((time.min, time(8)), (time(11), time(16)), (time(22), time.min)),
        )
        + _each_day(_WEEKEND, ((time.min, time.min),))
    ),
    in_force_from=date(2022, 6, 30),
    # The Energy Smart Appliances rules are to take over then (requirements.md section 7, 23).
    in_force_until=date(2027, 12, 31),
)
"""Great Britain: The Electric Vehicles (Smart Charge Points) Regulations 2021 (SI 2021/1467), regs. 9 to 11."""
