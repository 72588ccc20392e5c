"""Two seasons' weeks on the calendar, where they differ at the very change."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charge_point.central_system import timeline
from custom_components.smart_charge_point.model.schedule import Step, WeekPattern

MONDAY = datetime(2027, 3, 22, tzinfo=UTC)
CHANGE = datetime(2027, 3, 28, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def pattern(*steps: tuple[int, bool], valid_to: datetime | None = None) -> WeekPattern:
    """Return a week from Monday's midnight in UTC."""
    return WeekPattern(
        starts=MONDAY,
        steps=tuple(Step(offset=offset, allowed=allowed) for offset, allowed in steps),
        valid_from=MONDAY,
        valid_to=valid_to,
    )


ALWAYS = pattern((0, True), valid_to=CHANGE)
NEVER = pattern((0, False))
NOON = pattern((0, False), (43_200, True), (129_600, False), valid_to=CHANGE)


def test_the_change_itself_belongs_to_the_next_season() -> None:
    """Up to the second before it the one, from it on the other."""
    assert timeline.allowed_at(ALWAYS, NEVER, CHANGE - SECOND)
    assert not timeline.allowed_at(ALWAYS, NEVER, CHANGE)
    assert timeline.allowed_at(ALWAYS, None, CHANGE)


def test_the_change_is_an_edge_where_the_seasons_differ_at_it() -> None:
    """It is found between the edges of the weeks, and only once."""
    assert timeline.changes(ALWAYS, NEVER, CHANGE - DAY, CHANGE + DAY) == (
        (CHANGE - DAY, True),
        (CHANGE, False),
    )
    assert timeline.next_change(ALWAYS, NEVER, CHANGE - DAY) == CHANGE
    assert timeline.next_change(ALWAYS, NEVER, CHANGE) is None


@pytest.mark.parametrize(
    ("now", "last"),
    [
        (MONDAY, MONDAY - 5.5 * DAY),
        (MONDAY + 0.5 * DAY - SECOND, MONDAY - 5.5 * DAY),
        (MONDAY + 0.5 * DAY, MONDAY + 0.5 * DAY),
        (MONDAY + 1.4 * DAY, MONDAY + 0.5 * DAY),
        (MONDAY + 6 * DAY, MONDAY + 1.5 * DAY),
    ],
)
def test_last_change_reaches_back_over_the_week(now: datetime, last: datetime) -> None:
    """The edge that rules now, however long ago it was."""
    assert timeline.last_change(NOON, None, now) == last


def test_last_change_of_a_week_without_edges_is_its_beginning() -> None:
    """Something fixed to count from."""
    assert timeline.last_change(NEVER, None, MONDAY + 3 * DAY) == MONDAY


def test_a_week_of_two_seasons_changes_at_the_change() -> None:
    """What comes after it in the seven days is the next season's, round the end of the week."""
    steps = timeline.steps_of_coming_week(ALWAYS, NEVER, MONDAY, MONDAY + 2 * DAY)
    assert [(step.offset, step.allowed) for step in steps] == [
        (0, False),
        (2 * 86_400, True),
        (6 * 86_400 + 3600, False),
    ]
