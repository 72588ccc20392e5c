"""Times on an OCPP 1.6 wire: read as wallboxes write them, written as the standard says."""

from datetime import UTC, datetime, timedelta, timezone
import re

EARLIEST = datetime(2024, 1, 1, tzinfo=UTC)
"""A wallbox that says an earlier time has not set its clock yet: 1970, 2000 and 2020 are what they wake up with."""

MOST_AHEAD = timedelta(days=1)
"""A clock may be ahead by a zone written as if it were UTC (14 h at most), not by more."""

LONGEST_TEXT = 64

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECONDS_FROM = 10**11
"""Unix times from here on count milliseconds (as seconds it would be the year 5138)."""

_LOOSE = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[T _]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?(?:[.,]\d*)?"
    r"\s*(?:(Z|UTC|GMT)|([+-])(\d{1,2}):?(\d{2})?)?",
    re.IGNORECASE | re.ASCII,
)


def read_time(told: object, now: datetime) -> tuple[datetime, bool]:
    """Return the time (UTC) that a wallbox told, and whether it can be true.

    Any ISO 8601 date and time is read, with or without zone (then UTC, as the standard wants it), fraction, offset or
    blanks. One that cannot be read, lies before 2024, or lies more than a day after `now` (UTC) is replaced by `now`.

    Source: OCPP 1.6 section 3.13; wallbox-quirks.md B3, M8.
    """
    if type(told) is str:
        try:
            at = datetime.fromisoformat(told)
            if at.tzinfo is UTC and EARLIEST <= at <= now + MOST_AHEAD:
                return at, True
        except ValueError:
            pass
    found = _read_loosely(told)
    if found is not None and EARLIEST <= found <= now + MOST_AHEAD:
        return found, True
    return now, False


def write_time(moment: datetime) -> str:
    """Return `moment` as OCPP wants it: UTC with `Z`, whole seconds."""
    utc = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{utc.isoformat(timespec='seconds')}Z"


def _read_loosely(told: object) -> datetime | None:
    """Return the time (UTC) in `told`, None where there is none."""
    if isinstance(told, bool):
        return None
    if isinstance(told, int | float):
        return _from_epoch(told)
    if not isinstance(told, str) or len(told) > LONGEST_TEXT:
        return None
    text = told.strip()
    try:
        if text.isdecimal() and text.isascii():
            return _from_epoch(int(text))
        # A bare date parses too, as its midnight; a wallbox that says no more has told no time.
        if len(text) > 10:
            return _in_utc(datetime.fromisoformat(text))
    except ValueError, OverflowError:
        pass
    return _from_parts(text)


def _in_utc(at: datetime) -> datetime:
    """Return `at` in UTC; one without a zone is in UTC already."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _from_epoch(count: float) -> datetime | None:
    """Return the Unix time `count` (seconds or milliseconds), None where it is none."""
    try:
        seconds = count / 1000 if count >= MILLISECONDS_FROM else count
        return EPOCH + timedelta(seconds=seconds)
    except OverflowError, ValueError:
        return None


def _from_parts(text: str) -> datetime | None:
    """Return the time in a text that is almost ISO 8601: one-digit fields, slashes, a blank before the zone."""
    match = _LOOSE.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, _, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    try:
        zone = timezone(-offset if sign == "-" else offset)
        # A leap second has no place in `datetime`.
        seconds = min(int(second or 0), 59)
        parts = (int(year), int(month), int(day), int(hour), int(minute), seconds)
        return datetime(*parts, tzinfo=zone).astimezone(UTC)
    except ValueError, OverflowError:
        return None
