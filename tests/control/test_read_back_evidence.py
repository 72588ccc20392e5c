"""Which minutes of the week a wallbox was seen to agree on."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from custom_components.smart_charge_point.control.read_back_evidence import (
    WEEK,
    minutes_agreed,
)
from custom_components.smart_charge_point.model.result import ScheduleRead

LONDON = ZoneInfo("Europe/London")
NEW_YEAR = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
DAY = 86_400.0


def read(
    at: datetime, seconds: float = DAY, *, after: float = 0.0, agrees: bool = True
) -> ScheduleRead:
    """Return what came of reading back."""
    return ScheduleRead(at=at, connector=1, after=after, seconds=seconds, agrees=agrees)


def test_seven_days_are_a_week_and_no_minute_counts_twice() -> None:
    """Also where they overlap, or lie weeks apart."""
    days = [read(NEW_YEAR + timedelta(hours=22 * n)) for n in range(8)]
    assert minutes_agreed(days, LONDON) == WEEK
    assert minutes_agreed(days[:1], LONDON) == 1440
    assert minutes_agreed([days[0], days[0]], LONDON) == 1440
    weeks = [read(NEW_YEAR + timedelta(days=8 * n)) for n in range(7)]
    assert minutes_agreed(weeks, LONDON) == WEEK
    assert minutes_agreed([read(NEW_YEAR, 9 * DAY)], LONDON) == WEEK


def test_only_whole_minutes_count() -> None:
    """The one that has begun, and the one that is cut, do not."""
    at = NEW_YEAR + timedelta(seconds=20)
    assert minutes_agreed([read(at, 120.0)], LONDON) == 1
    assert minutes_agreed([read(NEW_YEAR, 119.0)], LONDON) == 1
    assert minutes_agreed([read(NEW_YEAR, 120.0, after=600.0)], LONDON) == 2


def test_what_was_read_last_counts() -> None:
    """A minute that differs later is no evidence any more, and the other way round."""
    agreed, differs = read(NEW_YEAR), read(NEW_YEAR, 3600.0, agrees=False)
    assert minutes_agreed([agreed, differs], LONDON) == 1380
    assert minutes_agreed([differs, agreed], LONDON) == 1440


def test_a_civil_week_goes_on_over_a_change_of_the_clocks() -> None:
    """The same wall time of the next season is the same minute; a day with a change in it counts for none."""
    change = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    winter, summer = change - timedelta(days=4), change + timedelta(days=3, hours=-1)
    assert minutes_agreed([read(winter), read(summer)], LONDON) == 1440
    assert minutes_agreed([read(change - timedelta(hours=12))], LONDON) == 0
