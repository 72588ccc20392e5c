"""Rulesets: what a jurisdiction demands of a charge point, as data."""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from ..model.hours import ChargingHours, CivilWindow, Weekday


class RulesetId(StrEnum):
    """The rulesets there are."""

    GB_2021 = "GB-2021"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """One jurisdiction's numbers.

    `peak` and `default_hours` are civil times in `zone`. Delays are the maximum of the random delay in whole seconds:
    `default_delay` unless the owner chose, who may choose from `least_delay` to `most_delay`. Sessions are kept for
    `records_months` at least. The rules hold from `in_force_from` until the day before `in_force_until`; None: since
    ever, and no end is known.
    """

    id: RulesetId
    zone: ZoneInfo
    peak: tuple[CivilWindow, ...]
    default_hours: ChargingHours
    default_delay: int = 600
    least_delay: int = 600
    most_delay: int = 1800
    records_months: int = 12
    in_force_from: date | None
    in_force_until: date | None

    def in_force_on(self, day: date) -> bool:
        """Return whether the rules hold on `day`."""
        return (self.in_force_from is None or self.in_force_from <= day) and (
            self.in_force_until is None or day < self.in_force_until
        )


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
    id=RulesetId.GB_2021,
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


def none_for(zone: ZoneInfo) -> Ruleset:
    """Return the ruleset where no law speaks, with civil time as in `zone`.

    It has no peak and asks for no delay, but an owner may have one. Records are kept as long as anywhere: that is what
    the product promises.
    """
    return Ruleset(
        id=RulesetId.NONE,
        zone=zone,
        peak=(),
        default_hours=ChargingHours.ALWAYS,
        default_delay=0,
        least_delay=0,
        in_force_from=None,
        in_force_until=None,
    )


def ruleset(ruleset_id: str, zone: ZoneInfo) -> Ruleset:
    """Return the ruleset of that name; `zone` is the home's, which counts where the ruleset has none of its own.

    Raises:
        ValueError: there is no such ruleset.
    """
    match RulesetId(ruleset_id):
        case RulesetId.GB_2021:
            return GB_2021
        case RulesetId.NONE:
            return none_for(zone)


def ruleset_for(country: str | None, zone: ZoneInfo) -> RulesetId:
    """Return which ruleset holds in a home, by its country (ISO 3166) and time zone.

    A home whose country was never set goes by its clock. Northern Ireland has the country and the clock, but not the law
    of Great Britain: its owners can choose otherwise (requirements.md A2.2 and section 7, 25).
    """
    if country is None:
        return RulesetId.GB_2021 if zone.key == GB_2021.zone.key else RulesetId.NONE
    return RulesetId.GB_2021 if country == "GB" else RulesetId.NONE
