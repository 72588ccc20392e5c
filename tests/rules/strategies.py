"""What the tests of the rules draw their examples from."""

from datetime import UTC, datetime, time, timedelta
import hashlib
from itertools import count
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from custom_components.smart_charge_point.model.dsr import (
    DsrDirection,
    DsrEvent,
    DsrKind,
)
from custom_components.smart_charge_point.model.hours import (
    ChargingHours,
    CivilWindow,
    Weekday,
)
from custom_components.smart_charge_point.model.limit import Limit
from custom_components.smart_charge_point.rules.charging_hours import charging_hours
from custom_components.smart_charge_point.rules.random_delay import RandomSource

LONDON = ZoneInfo("Europe/London")
MINUTE = timedelta(minutes=1)
WEEK = timedelta(days=7)


def utc(*parts: int) -> datetime:
    """Return a moment in UTC from year, month and day, and hour, minute and second where given."""
    year, month, day, *rest = parts
    hour, minute, second = (*rest, 0, 0, 0)[:3]
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def minutes_from(start: datetime, length: timedelta = WEEK) -> list[datetime]:
    """Return every minute of a stretch."""
    return [start + MINUTE * minute for minute in range(length // MINUTE)]


def in_gb_peak(moment: datetime) -> bool:
    """Return whether the regulations call it peak: written down here once more, apart from the ruleset."""
    local = moment.astimezone(LONDON)
    return local.weekday() < 5 and (8 <= local.hour < 11 or 16 <= local.hour < 22)


def numbers_from(seed: str) -> RandomSource:
    """Return a source of numbers as even as the operating system's, but the same in every run."""
    blocks = count()

    def below(limit: int) -> int:
        while True:
            block = hashlib.sha256(f"{seed}/{next(blocks)}".encode()).digest()
            number = int.from_bytes(block[:8])
            if number < 2**64 // limit * limit:
                return number % limit

    return below


@st.composite
def windows(draw: st.DrawFn) -> CivilWindow:
    """Draw a window of a day, to the minute or the whole day."""
    start = draw(st.integers(0, 1439))
    end = draw(st.integers(start + 1, 1440))
    return CivilWindow(
        weekday=draw(st.sampled_from(Weekday)), start=_civil(start), end=_civil(end)
    )


def any_hours() -> st.SearchStrategy[ChargingHours]:
    """Draw charging hours."""
    return st.lists(windows(), max_size=12).map(charging_hours)


def moments() -> st.SearchStrategy[datetime]:
    """Draw a moment of some years, many of them about the time of a clock change."""
    changes = [
        utc(2026, 3, 29, 1),
        utc(2026, 10, 25, 1),
        utc(2027, 3, 28, 1),
        utc(2027, 10, 31, 1),
    ]
    near = st.builds(
        lambda change, seconds: change + timedelta(seconds=seconds),
        st.sampled_from(changes),
        st.integers(-200_000, 200_000),
    )
    anywhere = st.integers(0, 700 * 86400).map(
        lambda seconds: utc(2026, 1, 1) + timedelta(seconds=seconds)
    )
    return near | anywhere


@st.composite
def dsr_events(draw: st.DrawFn, now: datetime) -> DsrEvent:
    """Draw an event that can be taken at `now`, with delays as they can be drawn."""
    begins = draw(st.integers(-80_000, 7 * 86400))
    lasts = draw(st.integers(max(1, 1 - begins), 86400))
    direction = draw(st.sampled_from(DsrDirection))
    limits = [Limit(amperes=amperes) for amperes in (0, 6, 10, 16, 32, 40)]
    start = now + timedelta(seconds=begins)
    return DsrEvent(
        provider=draw(st.sampled_from(["axle", "octopus"])),
        event_id=draw(st.sampled_from(["1", "2"])),
        kind=draw(st.sampled_from(DsrKind)),
        direction=direction,
        limit=draw(
            st.sampled_from([*limits, None] if direction is DsrDirection.UP else limits)
        ),
        start=start,
        end=start + timedelta(seconds=lasts),
        start_delay=draw(st.integers(-1800, 1800)),
        end_delay=draw(st.integers(-1800, 1800)),
    )


def _civil(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)
