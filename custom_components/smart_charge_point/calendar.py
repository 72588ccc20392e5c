"""Calendars: when a car may charge in the coming weeks, and why."""

from dataclasses import dataclass
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
    before: tuple[Window, ...], plan: Plan, after: tuple[Window, ...]
) -> tuple[Stretch, ...]:
    """Return when a car may charge: by the hours before and after the plan, by the plan in between.

    What touches and has the same reason is one stretch. The time that a random delay has taken so far is not told as
    time in which a car could have charged.
    """
    first = plan.segments[0]
    if first.reason is PlanReason.RANDOM_DELAY:
        before = tuple(window for window in before if window.end < first.start)
    parts = [
        *(
            Stretch(
                start=window.start, end=window.end, reason=PlanReason.CHARGING_HOURS
            )
            for window in before
        ),
        *(
            Stretch(start=segment.start, end=segment.end, reason=segment.reason)
            for segment in plan.segments
            if segment.limit.amperes > 0
        ),
        *(
            Stretch(
                start=window.start, end=window.end, reason=PlanReason.CHARGING_HOURS
            )
            for window in after
        ),
    ]
    merged: list[Stretch] = []
    for part in parts:
        if merged and merged[-1].end == part.start and merged[-1].reason is part.reason:
            merged[-1] = Stretch(
                start=merged[-1].start, end=part.end, reason=part.reason
            )
        else:
            merged.append(part)
    return tuple(merged)


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
    _event: CalendarEvent | None = None
    _event_news: object = None
    _event_until: datetime | None = None

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
            self._event_until is None
            or self._event_until <= now
            or self._event_news != self.coordinator.news
        ):
            # From and until midnights, so that hours without an end do not begin and end at another time each minute.
            midnight = dt_util.as_utc(dt_util.start_of_local_day())
            events = self._events(midnight - DAY, midnight + PLANNED + 2 * DAY, now)
            self._event = next(
                (event for event in events if event.end_datetime_local > now), None
            )
            self._event_news = self.coordinator.news
            self._event_until = (
                now + DAY
                if self._event is None
                else dt_util.as_utc(self._event.end_datetime_local)
            )
        return self._event

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the stretches in a range of time."""
        return self._events(
            dt_util.as_utc(start_date), dt_util.as_utc(end_date), dt_util.utcnow()
        )

    def _events(
        self, start: datetime, end: datetime, now: datetime
    ) -> list[CalendarEvent]:
        hours, zone = self.controller.decision.hours, self.controller.ruleset.zone
        planned_until = now + PLANNED
        return [
            CalendarEvent(
                start=dt_util.as_local(stretch.start),
                end=dt_util.as_local(stretch.end),
                summary=self._summary(stretch.reason),
            )
            for stretch in stretches(
                windows_between(hours, start, now, zone),
                self.controller.plan(self.number, planned_until),
                windows_between(hours, planned_until, end, zone),
            )
            if stretch.start < end and stretch.end > start
        ]

    def _summary(self, reason: PlanReason) -> str:
        """Return the reason in the language of the house."""
        return self.platform_data.platform_translations.get(
            f"component.{DOMAIN}.entity.calendar.{self.translation_key}"
            f".state_attributes.message.state.{reason.value}",
            reason.value,
        )
