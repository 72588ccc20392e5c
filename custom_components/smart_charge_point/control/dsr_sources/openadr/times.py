"""Moments and durations as OpenADR 3 writes them, and the pieces that long windows are cut into."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
import re
from typing import Final

FOREVER: Final = timedelta(days=365 * 1000)
"""From here on a duration means "until changed": the user guide writes `P9999Y`, and a duration of 0 says the same."""
LONGEST: Final = timedelta(hours=24)
"""How long one event may be (D6)."""
_DURATION: Final = re.compile(
    r"P(?=[\dT])(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_SECONDS: Final = {
    "years": 365 * 86400,
    "months": 30 * 86400,
    "weeks": 7 * 86400,
    "days": 86400,
    "hours": 3600,
    "minutes": 60,
    "seconds": 1,
}
_NOW: Final = re.compile(r"(?:0000-00-00|0000-01-01|0001-01-01)")
"""A beginning that means "now": 3.0 and 3.1 write it differently."""


class UnreadableError(Exception):
    """A part of an event that matters here, and cannot be read."""


def read_duration(value: object) -> timedelta | None:
    """Return an ISO 8601 duration, at most `FOREVER`; None for what is none. A month counts 30 days, a year 365."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    counted = sum(
        float(number or 0) * _SECONDS[unit]
        for unit, number in found.groupdict().items()
    )
    if counted >= FOREVER.total_seconds():
        return FOREVER
    return timedelta(seconds=counted)


def read_moment(value: object, now: datetime | None) -> datetime | None:
    """Return an RFC 3339 moment in UTC, None for what is none or names no time zone.

    `now` is what a moment that means "now" stands for.
    """
    if not isinstance(value, str):
        return None
    if _NOW.match(value):
        return now
    try:
        moment = datetime.fromisoformat(value)
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except ValueError, OverflowError:
        return None


def pieces(
    start: datetime, end: datetime | None, now: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield a window as it is where it is short enough, else cut into days that begin where it begins.

    `end` None is "until changed". Of a window that is cut, only the pieces that begin within a day from `now` and are
    not over are there: what a server asks for good must lapse where it is not heard any more.
    """
    if end is not None and end - start <= LONGEST:
        yield start, end
        return
    begins = start + max(0, (now - start) // LONGEST) * LONGEST
    while begins < now + LONGEST and (end is None or begins < end):
        ends = begins + LONGEST
        yield begins, ends if end is None else min(ends, end)
        begins = ends
