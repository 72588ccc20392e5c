"""Calendars: when a car may charge in the coming weeks, and why."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, override

from homeassistant.components.calendar import (
    CalendarEntity,
    CalendarEntityDescription,
    CalendarEvent,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .coordinator import SmartChargePointConfigEntry, SmartChargePointCoordinator
from .entity import (
    ConnectorEntity,
    SmartChargePointEntityDescription,
    async_add_as_they_come,
)
from .model.plan import Plan, PlanReason
from .rules.charging_hours import Window, windows_between

PARALLEL_UPDATES = 0

DAY: Final = timedelta(days=1)
PLANNED: Final = timedelta(days=7)
"""How far ahead the random delays are drawn; beyond it the charging hours stand as they are."""
AROUND: Final = timedelta(days=8)
"""How far beyond what is asked for is looked, so that a stretch is told with its true start and end: more than a week of
hours can last, unless they are without an end.
"""


@dataclass(frozen=True, kw_only=True)
class ConnectorCalendarDescription(
    CalendarEntityDescription, SmartChargePointEntityDescription
):
    """Describes a calendar of a connector."""


CHARGING_PLAN: Final = ConnectorCalendarDescription(
    key="charging_plan", translation_key="charging_plan", offline=True
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of time (UTC, half open) in which a car may charge, and why."""

    start: datetime
    end: datetime
    reason: PlanReason


def stretches(
    before: tuple[Window, ...],
    plan: Plan,
    after: tuple[Window, ...],
    *,
    plugged_in_at: datetime | None = None,
    told: Stretch | None = None,
) -> tuple[Stretch, ...]:
    """Return when a car may charge: by the hours before and after the plan, by the plan in between.

    What touches and has the same reason is one stretch. The time that a random delay takes is not told as time in which
    a car could have charged: neither that of hours that begin, nor that of a session which began at `plugged_in_at`
    within them. The stretch that runs keeps the start that it was `told` with: a plan knows only what comes.
    """
    first = plan.segments[0]
    now = first.start
    if first.reason is PlanReason.RANDOM_DELAY:
        before = _until_delay(before, now, plugged_in_at)
    parts = [
        *_hours(before),
        *(
            Stretch(start=segment.start, end=segment.end, reason=segment.reason)
            for segment in plan.segments
            if segment.limit.amperes > 0
        ),
        *_hours(after),
    ]
    merged: list[Stretch] = []
    for part in parts:
        if merged and merged[-1].end == part.start and merged[-1].reason is part.reason:
            part = replace(part, start=merged.pop().start)  # noqa: PLW2901 - it goes on
        merged.append(part)
    if told is None or not told.start <= now <= told.end:
        return tuple(merged)
    return tuple(
        kept
        for stretch in merged
        for kept in _as_told(stretch, now, told, plugged_in_at)
    )


def _hours(windows: tuple[Window, ...]) -> list[Stretch]:
    return [
        Stretch(start=window.start, end=window.end, reason=PlanReason.CHARGING_HOURS)
        for window in windows
    ]


def _until_delay(
    windows: tuple[Window, ...], now: datetime, plugged_in_at: datetime | None
) -> tuple[Window, ...]:
    """Return the past windows without the delay that runs at the end of the last one."""
    *past, last = windows or (None,)
    if last is None or last.end < now:
        return windows
    kept = tuple(window for window in past if window is not None)
    if plugged_in_at is not None and plugged_in_at > last.start:
        return (*kept, replace(last, end=plugged_in_at))
    return kept


def _as_told(
    stretch: Stretch, now: datetime, told: Stretch, plugged_in_at: datetime | None
) -> list[Stretch]:
    """Return a stretch with the start that the running one was told with; what is past gives way to that."""
    if stretch.end <= now:
        # It may be the very past of the running one, by another reason.
        end = min(stretch.end, told.start)
        return [replace(stretch, end=end)] if stretch.start < end else []
    if stretch.start > now or stretch.reason is not told.reason:
        return [stretch]
    running = replace(stretch, start=told.start)
    if plugged_in_at is not None and stretch.start < plugged_in_at < told.start:
        return [replace(stretch, end=plugged_in_at), running]
    return [running]


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SmartChargePointConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the calendars, now and as wallboxes come."""

    def build(coordinator: SmartChargePointCoordinator) -> list[ChargingPlanCalendar]:
        return [
            ChargingPlanCalendar(coordinator, number, CHARGING_PLAN)
            for number in coordinator.data.connectors
        ]

    async_add_as_they_come(entry, async_add_entities, build)


class ChargingPlanCalendar(ConnectorEntity, CalendarEntity):
    """When a car may charge at a connector."""

    entity_description: ConnectorCalendarDescription
    _stretch: Stretch | None = None
    _news: object = None
    _until: datetime | None = None

    @property
    @override
    def current_value(self) -> str:
        return str(self.event)

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the stretch that runs now, or the next one."""
        now = dt_util.utcnow()
        if (
            self._until is None
            or self._until <= now
            or self._news != self.coordinator.news
        ):
            # From and until midnights, so that hours without an end do not begin and end at another time each minute.
            midnight = dt_util.as_utc(dt_util.start_of_local_day())
            coming = self._stretches(midnight, midnight + PLANNED + DAY)
            self._stretch = next(
                (stretch for stretch in coming if stretch.end > now), None
            )
            self._news = self.coordinator.news
            self._until = now + DAY if self._stretch is None else self._stretch.end
        return None if self._stretch is None else self._event(self._stretch)

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the stretches in a range of time."""
        start, end = dt_util.as_utc(start_date), dt_util.as_utc(end_date)
        return [
            self._event(stretch)
            for stretch in self._stretches(start, end)
            if stretch.start < end and stretch.end > start
        ]

    def _stretches(self, start: datetime, end: datetime) -> tuple[Stretch, ...]:
        """Return the stretches from `start` until `end`, and others `AROUND` them."""
        hours, zone = self.controller.decision.hours, self.controller.ruleset.zone
        plan = self.controller.plan(self.number, dt_util.utcnow() + PLANNED)
        session = self.coordinator.data.connectors[self.number].session
        # The plan says itself when now is: a clock read twice would leave a gap there.
        return stretches(
            windows_between(hours, start - AROUND, plan.segments[0].start, zone),
            plan,
            windows_between(hours, plan.segments[-1].end, end + AROUND, zone),
            plugged_in_at=None if session is None else session.started_at,
            told=self._stretch,
        )

    def _event(self, stretch: Stretch) -> CalendarEvent:
        return CalendarEvent(
            start=dt_util.as_local(stretch.start),
            end=dt_util.as_local(stretch.end),
            summary=self._summary(stretch.reason),
        )

    def _summary(self, reason: PlanReason) -> str:
        """Return the reason in the language of the house."""
        return self.platform_data.platform_translations.get(
            f"component.{DOMAIN}.entity.calendar.{self.translation_key}"
            f".state_attributes.message.state.{reason.value}",
            reason.value,
        )
