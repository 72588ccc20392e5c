"""Periods: the owner's days, months and years as stretches of UTC.

Usage is kept by half hours of UTC and counts to the period that its half hour begins in. Where civil time is a quarter
of an hour off that (Nepal, the Chatham Islands), a midnight falls into a half hour, which counts to the day before.

Source: SI 2021/1467 reg. 9; requirements.md A9.2, A9.3.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from .civil_time import instant

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The civil days `first` to `last`, both included: [start, end) in UTC."""

    first: date
    last: date
    start: datetime
    end: datetime


def period(first: date, last: date, zone: tzinfo) -> Period:
    """Return the period of the civil days `first` to `last`, both included.

    Raises:
        ValueError: it ends before it begins.
    """
    if last < first:
        raise ValueError(f"A period from {first} to {last}")
    return Period(
        first=first,
        last=last,
        start=instant(first, time(), zone),
        end=instant(last + _DAY, time(), zone),
    )


def civil_day(at: datetime, zone: tzinfo) -> date:
    """Return the civil day that the moment falls on."""
    return at.astimezone(zone).date()


def day(on: date, zone: tzinfo) -> Period:
    """Return one civil day: 23, 24 or 25 hours, in most zones."""
    return period(on, on, zone)


def month(of: date, zone: tzinfo) -> Period:
    """Return the calendar month that the day is in."""
    return period(of.replace(day=1), _next_month(of) - _DAY, zone)


def year(of: date, zone: tzinfo) -> Period:
    """Return the calendar year that the day is in."""
    return period(of.replace(month=1, day=1), of.replace(month=12, day=31), zone)


def twelve_months(until: date, zone: tzinfo) -> Period:
    """Return the twelve months up to and with the day, from the same day a year before; they touch 13 calendar months."""
    return period(_year_before(until), until, zone)


def days(within: Period, zone: tzinfo) -> tuple[Period, ...]:
    """Return the civil days of a period; they touch and leave nothing out."""
    return _parts(within, zone, lambda first: first + _DAY)


def months(within: Period, zone: tzinfo) -> tuple[Period, ...]:
    """Return the calendar months that a period touches, each as far as it is within; they touch and leave nothing out."""
    return _parts(within, zone, _next_month)


def years(within: Period, zone: tzinfo) -> tuple[Period, ...]:
    """Return the calendar years that a period touches, each as far as it is within; they touch and leave nothing out."""
    return _parts(within, zone, lambda first: date(first.year + 1, 1, 1))


def hour_of(at: datetime) -> datetime:
    """Return the hour of UTC that the moment falls into."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _parts(
    within: Period, zone: tzinfo, following: Callable[[date], date]
) -> tuple[Period, ...]:
    parts: list[Period] = []
    first = within.first
    while first <= within.last:
        beyond = following(first)
        parts.append(period(first, min(beyond - _DAY, within.last), zone))
        first = beyond
    return tuple(parts)


def _next_month(of: date) -> date:
    return date(of.year + of.month // 12, of.month % 12 + 1, 1)


def _year_before(on: date) -> date:
    try:
        return on.replace(year=on.year - 1)
    except ValueError:
        return on.replace(year=on.year - 1, day=28)
