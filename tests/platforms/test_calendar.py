"""Tests of the calendar: when a car may charge in the coming weeks, and why."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from homeassistant.util import dt as dt_util
import pytest

from custom_components.smart_charge_point.calendar import Stretch, stretches
from custom_components.smart_charge_point.model.limit import Limit
from custom_components.smart_charge_point.model.plan import (
    ClaimSource,
    Plan,
    PlanReason,
    Segment,
)
from custom_components.smart_charge_point.rules.charging_hours import Window
from custom_components.smart_charge_point.simulator import Car

from ..house import House

EVENING = datetime(2026, 11, 23, 22, tzinfo=UTC)
FULL = Limit(amperes=32)


def at(minutes: int) -> datetime:
    """Return the evening's time, in minutes after the charging hours begin."""
    return EVENING + timedelta(minutes=minutes)


def segment(start: int, end: int, limit: Limit, reason: PlanReason) -> Segment:
    """Return a segment of the plan."""
    return Segment(
        start=at(start),
        end=at(end),
        limit=limit,
        reason=reason,
        by=ClaimSource.CHARGING_HOURS,
    )


def told(
    before: list[tuple[int, int]],
    *segments: Segment,
    plugged_in_at: int | None = None,
    running: tuple[int, int, PlanReason] | None = None,
) -> list[tuple[Any, ...]]:
    """Return the stretches in minutes; `running` is the one that was told before."""
    return [
        (
            (stretch.start - EVENING) / timedelta(minutes=1),
            (stretch.end - EVENING) / timedelta(minutes=1),
            stretch.reason,
        )
        for stretch in stretches(
            tuple(Window(start=at(start), end=at(end)) for start, end in before),
            Plan(segments=segments),
            (),
            plugged_in_at=None if plugged_in_at is None else at(plugged_in_at),
            told=None
            if running is None
            else Stretch(start=at(running[0]), end=at(running[1]), reason=running[2]),
        )
    ]


def test_a_running_window_is_one_stretch() -> None:
    """What was allowed until now and goes on is told as one."""
    assert told(
        [(-900, -500), (0, 60)],
        segment(60, 120, FULL, PlanReason.CHARGING_HOURS),
        segment(120, 180, Limit.PAUSED, PlanReason.OUTSIDE_CHARGING_HOURS),
    ) == [
        (-900, -500, PlanReason.CHARGING_HOURS),
        (0, 120, PlanReason.CHARGING_HOURS),
    ]


def test_the_time_a_delay_takes_is_not_told_as_charging() -> None:
    """While the random delay runs, the hours have not begun."""
    assert told(
        [(0, 3)],
        segment(3, 7, Limit.PAUSED, PlanReason.RANDOM_DELAY),
        segment(7, 120, FULL, PlanReason.CHARGING_HOURS),
    ) == [(7, 120, PlanReason.CHARGING_HOURS)]


def test_the_delay_of_a_session_parts_the_hours_that_it_began_in() -> None:
    """A car could have charged until it was plugged in, and may again when the delay is over; so it stays afterwards."""
    parted = [
        (0, 40, PlanReason.CHARGING_HOURS),
        (47, 120, PlanReason.CHARGING_HOURS),
    ]
    assert (
        told(
            [(0, 42)],
            segment(42, 47, Limit.PAUSED, PlanReason.RANDOM_DELAY),
            segment(47, 120, FULL, PlanReason.CHARGING_HOURS),
            plugged_in_at=40,
        )
        == parted
    )
    assert (
        told(
            [(0, 60)],
            segment(60, 120, FULL, PlanReason.CHARGING_HOURS),
            plugged_in_at=40,
            running=parted[1],
        )
        == parted
    )


def test_hours_that_began_late_are_not_told_as_begun_earlier() -> None:
    """When the random delay is over, its time does not turn into time in which a car could have charged."""
    assert told(
        [(0, 60)],
        segment(60, 120, FULL, PlanReason.CHARGING_HOURS),
        running=(7, 120, PlanReason.CHARGING_HOURS),
    ) == [(7, 120, PlanReason.CHARGING_HOURS)]


def test_charge_now_keeps_its_start() -> None:
    """What the owner wants began when he said so, not at each look; and takes the place of the hours it stands above."""
    assert told(
        [(-900, -500), (0, 10)],
        segment(10, 120, FULL, PlanReason.CHARGE_NOW),
        running=(-60, 120, PlanReason.CHARGE_NOW),
    ) == [
        (-900, -500, PlanReason.CHARGING_HOURS),
        (-60, 120, PlanReason.CHARGE_NOW),
    ]


def test_another_reason_is_another_stretch() -> None:
    """Charging now, whatever the hours say, stands beside the hours."""
    assert told(
        [],
        segment(-60, 0, FULL, PlanReason.CHARGE_NOW),
        segment(0, 120, FULL, PlanReason.CHARGING_HOURS),
    ) == [
        (-60, 0, PlanReason.CHARGE_NOW),
        (0, 120, PlanReason.CHARGING_HOURS),
    ]


def test_a_limit_parts_the_hours_where_it_was_set_and_nowhere_else() -> None:
    """The hours go on under a limit of the owner's; what he cannot be told any more began with the hours."""
    limited = segment(60, 120, Limit(amperes=16), PlanReason.OWNER_LIMIT)
    assert told([(0, 60)], limited) == [(0, 120, PlanReason.OWNER_LIMIT)]
    assert told(
        [(0, 60)], limited, running=(0, 120, PlanReason.CHARGING_HOURS)
    ) == told([(0, 60)], limited, running=(60, 120, PlanReason.OWNER_LIMIT))
    assert told([(0, 60)], limited, running=(40, 120, PlanReason.OWNER_LIMIT)) == [
        (0, 40, PlanReason.CHARGING_HOURS),
        (40, 120, PlanReason.OWNER_LIMIT),
    ]


async def events(house: House, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Return what the owner sees in the calendar."""
    entity_id = house.entity_id("charging_plan")
    answer: Any = await house.hass.services.async_call(
        "calendar",
        "get_events",
        {
            "entity_id": entity_id,
            "start_date_time": start.isoformat(),
            "end_date_time": end.isoformat(),
        },
        blocking=True,
        return_response=True,
    )
    found: list[dict[str, Any]] = answer[entity_id]["events"]
    return found


def let_time_go_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a little time pass between any two looks at the clock, as it does in life."""
    looked = 0

    def utcnow() -> datetime:
        nonlocal looked
        looked += 1
        return house.now + timedelta(microseconds=looked)

    def now(time_zone: tzinfo | None = None) -> datetime:
        return utcnow().astimezone(time_zone or dt_util.get_default_time_zone())

    monkeypatch.setattr(dt_util, "utcnow", utcnow)
    monkeypatch.setattr(dt_util, "now", now)


async def test_the_coming_weeks(house: House) -> None:
    """The charging hours stand in the calendar, never reach into the peak, and say why."""
    await house.hass.config.async_set_time_zone("Europe/London")
    house.add()
    await house.wallbox()
    assert house.state("charging_plan") == "off"
    coming = await events(house, house.now, house.now + timedelta(days=21))
    assert {event["summary"] for event in coming} == {"Charging hours"}
    # In a week: four nights, five middays, and the weekend.
    assert len(coming) == 3 * 10
    for event in coming:
        start = datetime.fromisoformat(event["start"])
        end = datetime.fromisoformat(event["end"])
        if start.weekday() < 4:
            assert start.hour in {22, 11}
            assert (end.hour, end.minute) <= (8, 0) or 11 <= end.hour <= 16
    past = await events(house, house.now - timedelta(days=7), house.now)
    assert len(past) == 10


async def test_whatever_is_asked_for_an_event_has_its_true_start_and_end(
    house: House,
) -> None:
    """An automation that asks for the next minutes is not told that the hours begin or end in them."""
    await house.hass.config.async_set_time_zone("Europe/London")
    house.add()
    await house.wallbox()
    wednesday = EVENING + timedelta(days=9)
    for minutes in (30, 300):
        begin = wednesday + timedelta(minutes=minutes)
        (event,) = await events(house, begin, begin + timedelta(minutes=15))
        assert datetime.fromisoformat(event["start"]) == wednesday
        assert datetime.fromisoformat(event["end"]) == wednesday + timedelta(hours=10)


async def test_the_present_moment_parts_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time goes on between two looks at the clock; the hours that run are one event all the same."""
    await house.hass.config.async_set_time_zone("Europe/London")
    house.add()
    await house.wallbox()
    await house.advance_to(EVENING + timedelta(hours=1))
    let_time_go_on(house, monkeypatch)
    assert house.state("charging_plan") == "on"
    (event,) = await events(house, EVENING, EVENING + timedelta(hours=9))
    # The hours began after their random delay.
    late = datetime.fromisoformat(event["start"]) - EVENING
    assert timedelta() <= late <= timedelta(minutes=10)


async def test_under_a_limit_the_calendar_stays_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit of the owner's is no end of the hours, also after a restart, when nobody knows since when it holds."""
    house.add()
    await house.wallbox()
    await house.advance_to(EVENING + timedelta(hours=1))
    let_time_go_on(house, monkeypatch)
    await house.set_number("current_limit", 16)
    set_at = house.now
    await house.advance(timedelta(minutes=5))
    assert house.state("charging_plan") == "on"
    _, limited = await events(house, EVENING, EVENING + timedelta(hours=9))
    since = datetime.fromisoformat(limited["start"]) - set_at
    assert timedelta() <= since < timedelta(seconds=1)
    await house.restart()
    await house.advance(timedelta(minutes=5))
    assert house.state("charging_plan") == "on"
    assert len(await events(house, EVENING, EVENING + timedelta(hours=9))) == 1


async def test_now_follows_the_plan(house: House) -> None:
    """The calendar is on while a car may charge, also when the owner lets it charge outside the hours."""
    house.add()
    wallbox = await house.wallbox()
    await wallbox.plug_in(Car(battery_kwh=60, soc=0.3))
    await house.press("charge_now")
    assert house.state("charging_plan") == "on"
    assert house.entity("charging_plan").attributes["message"] == "Charge now"
    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    assert house.state("charging_plan") == "off"
    await house.advance_to(EVENING + timedelta(minutes=31))
    assert house.state("charging_plan") == "on"


async def test_without_hours_it_is_always_on(house: House) -> None:
    """Without charging hours a car may charge at any time."""
    house.add()
    await house.wallbox()
    await house.switch("charging_hours", False)
    assert house.state("charging_plan") == "on"
    before = house.entity("charging_plan").attributes
    await house.advance(timedelta(minutes=10))
    assert house.entity("charging_plan").attributes == before
    coming = await events(house, house.now, house.now + timedelta(days=14))
    assert len(coming) == 1


async def test_paused_by_the_owner(house: House) -> None:
    """With the current limit at 0 A no car may charge, and the calendar says so."""
    house.add()
    await house.wallbox()
    await house.switch("charging_hours", False)
    await house.set_number("current_limit", 0)
    assert house.state("charging_plan") == "off"
    assert await events(house, house.now, house.now + timedelta(days=5)) == []


@pytest.mark.parametrize("days", [-3, 30])
async def test_beyond_the_plan(house: House, days: int) -> None:
    """Before now and beyond the drawn delays, the charging hours stand as they are."""
    house.add()
    await house.settle()
    start = house.now.replace(hour=12) + timedelta(days=days)
    assert await events(house, start, start + timedelta(days=1))
