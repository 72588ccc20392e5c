"""Civil time: what the clock on the owner's wall shows, and when it is changed."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

DAY = timedelta(days=1)
YEAR = timedelta(days=366)


def offset_at(moment: datetime, zone: tzinfo) -> timedelta:
    """Return what civil time in `zone` is ahead of UTC at `moment`."""
    return moment.astimezone(zone).utcoffset() or timedelta()


def next_offset_change(
    after: datetime, zone: tzinfo, within: timedelta = YEAR
) -> datetime | None:
    """Return the first instant (UTC) later than `after`, at most `within` later, from which another offset holds.

    None where the clocks are not changed in that time. Looked for day by day: an offset that comes and goes within a
    day is not seen; no zone has had one.
    """
    start, end = after.astimezone(UTC), (after + within).astimezone(UTC)
    for year in range(start.year, end.year + 1):
        for change in _changes_of(year, zone):
            if start < change <= end:
                return change
    return None


@lru_cache(maxsize=64)
def _changes_of(year: int, zone: tzinfo) -> tuple[datetime, ...]:
    """Return the changes of the offset in a year of UTC. They are asked for at every look at a plan."""
    midnight = datetime(year, 1, 1, tzinfo=UTC)
    changes: list[datetime] = []
    while midnight.year == year:
        next_midnight = midnight + DAY
        if offset_at(midnight, zone) != offset_at(next_midnight, zone):
            changes.append(_change_between(midnight, next_midnight, zone))
        midnight = next_midnight
    return tuple(changes)


def _change_between(before: datetime, behind: datetime, zone: tzinfo) -> datetime:
    """Return the whole second in (`before`, `behind`] at which the offset of `before` ends."""
    offset = offset_at(before, zone)
    low, high = int(before.timestamp()), int(behind.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if offset_at(datetime.fromtimestamp(middle, UTC), zone) == offset:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def instant(day: date, civil: time, zone: tzinfo) -> datetime:
    """Return the one instant (UTC) at which it is `civil` on `day` in `zone`.

    A time that the clocks show twice is the first of the two; one that they skip is the instant of the change. So
    later civil times never come earlier, and each comes once (requirements.md A10.4).
    """
    local = datetime.combine(day, civil, tzinfo=zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    change = next_offset_change(moment - DAY, zone, DAY)
    return moment if change is None else change


def week_second(moment: datetime, zone: tzinfo) -> int:
    """Return the whole civil seconds since Monday midnight, 0 to 604799, at `moment`."""
    local = moment.astimezone(zone)
    return (
        local.weekday() * 86400 + local.hour * 3600 + local.minute * 60 + local.second
    )
