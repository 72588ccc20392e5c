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
    SmartChargePointEntity,
    SmartChargePointEntityDescription,
    async_add_as_they_come,
)
from .model.dsr import DsrEvent
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


HELD_BACK: Final = {PlanReason.OUTSIDE_CHARGING_HOURS, PlanReason.RANDOM_DELAY}
"""With these a current only keeps a car awake."""


@dataclass(frozen=True, kw_only=True)
class SmartChargePointCalendarDescription(
    CalendarEntityDescription, SmartChargePointEntityDescription
):
    """Describes a calendar."""


CHARGING_PLAN: Final = SmartChargePointCalendarDescription(
    key="charging_plan", translation_key="charging_plan", offline=True
)
DSR_EVENTS: Final = SmartChargePointCalendarDescription(
    key="dsr_events", translation_key="dsr_events", offline=True
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
    within them. A plan knows only what comes: the stretch that runs keeps the start that it was `told` with, or else
    began with the hours.
    """
    now = plan.segments[0].start
    past = _hours(before)
    if plan.segments[0].reason is PlanReason.RANDOM_DELAY and _touches(past, now):
        last = past.pop()
        past += [] if plugged_in_at is None else _cut(last, plugged_in_at)
    coming = _merged(
        [
            *(
                Stretch(start=segment.start, end=segment.end, reason=segment.reason)
                for segment in plan.segments
                if segment.limit.amperes > 0 and segment.reason not in HELD_BACK
            ),
            *_hours(after),
        ]
    )
    if not coming or coming[0].start > now:
        return (*past, *coming)
    running, *later = coming
    if told is not None and told.start <= now <= told.end:
        if told.reason is running.reason:
            past = _until(past, told, plugged_in_at)
            running = replace(running, start=told.start)
    elif _touches(past, now):
        running = replace(running, start=past.pop().start)
    return (*past, running, *later)


def _hours(windows: tuple[Window, ...]) -> list[Stretch]:
    return [
        Stretch(start=window.start, end=window.end, reason=PlanReason.CHARGING_HOURS)
        for window in windows
    ]


def _merged(parts: list[Stretch]) -> list[Stretch]:
    merged: list[Stretch] = []
    for part in parts:
        if _touches(merged, part.start) and merged[-1].reason is part.reason:
            merged.append(replace(part, start=merged.pop().start))
        else:
            merged.append(part)
    return merged


def _touches(parts: list[Stretch], moment: datetime) -> bool:
    return bool(parts) and parts[-1].end == moment


def _until(
    past: list[Stretch], told: Stretch, plugged_in_at: datetime | None
) -> list[Stretch]:
    """Return what is past until the stretch that was told, or until the delay in front of it."""
    kept: list[Stretch] = []
    for stretch in past:
        if stretch.end <= told.start:
            kept.append(stretch)
        elif told.reason is not PlanReason.CHARGING_HOURS:
            kept += _cut(stretch, told.start)
        elif plugged_in_at is not None and plugged_in_at < told.start:
            kept += _cut(stretch, plugged_in_at)
    return kept


def _cut(stretch: Stretch, end: datetime) -> list[Stretch]:
    return [replace(stretch, end=end)] if stretch.start < end else []


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SmartChargePointConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the calendars, now and as wallboxes come."""

    def build(
        coordinator: SmartChargePointCoordinator,
    ) -> list[SmartChargePointEntity]:
        return [
            DsrCalendar(coordinator, DSR_EVENTS),
            *(
                ChargingPlanCalendar(coordinator, number, CHARGING_PLAN)
                for number in coordinator.data.connectors
            ),
        ]

    async_add_as_they_come(entry, async_add_entities, build)


class ChargingPlanCalendar(ConnectorEntity, CalendarEntity):
    """When a car may charge at a connector."""

    entity_description: SmartChargePointCalendarDescription
    _stretch: Stretch | None = None
    _news: object = None
    _until: datetime | None = None

    @property
    @override
    def stretch(self) -> object:
        # Looked at with each sample, for which an event of Home Assistant's is too dear.
        return self._next_stretch()

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the stretch that runs now, or the next one."""
        stretch = self._next_stretch()
        return None if stretch is None else self._event(stretch)

    def _next_stretch(self) -> Stretch | None:
        now = dt_util.utcnow()
        if (
            self._until is None
            or self._until <= now
            or self._news != self.coordinator.news
        ):
            # From and until midnights, so that hours without an end do not begin and end at another time each minute.
            midnight = dt_util.as_utc(dt_util.start_of_local_day())
            coming = self._stretches(midnight, midnight + PLANNED + DAY)
            now = dt_util.utcnow()
            self._stretch = next(
                (stretch for stretch in coming if stretch.end > now), None
            )
            self._news = self.coordinator.news
            self._until = now + DAY if self._stretch is None else self._stretch.end
        return self._stretch

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
        plan = self.controller.plan(self.number, dt_util.utcnow() + PLANNED)
        session = self.coordinator.data.connectors[self.number].session
        # The plan says itself when now is: a clock read twice would leave a gap there.
        return stretches(
            self._windows(start - AROUND, plan.segments[0].start),
            plan,
            self._windows(plan.segments[-1].end, end + AROUND),
            plugged_in_at=None if session is None else session.started_at,
            told=self._stretch,
        )

    def _windows(self, start: datetime, end: datetime) -> tuple[Window, ...]:
        """Return the charging hours from `start` until `end` (UTC), delays aside."""
        return windows_between(
            self.controller.decision.hours,
            start,
            end,
            self.controller.ruleset.zone,
            self.controller.bank_holidays,
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


class DsrCalendar(SmartChargePointEntity, CalendarEntity):
    """What providers of demand response ask for."""

    entity_description: SmartChargePointCalendarDescription

    @property
    @override
    def current_value(self) -> str:
        return str(self._next_event())

    @property
    @override
    def event(self) -> CalendarEvent | None:
        """Return the event that runs now, or the next one."""
        event = self._next_event()
        return None if event is None else self._event(event)

    def _next_event(self) -> DsrEvent | None:
        now = dt_util.utcnow()
        return next(
            (event for event in self.controller.dsr.events if event.end > now), None
        )

    @override
    async def async_get_events(
        self, hass: HomeAssistant, start_date: datetime, end_date: datetime
    ) -> list[CalendarEvent]:
        """Return the events in a range of time, whatever became of them."""
        records = await self.controller.dsr.async_records(
            dt_util.as_utc(start_date), dt_util.as_utc(end_date)
        )
        return [self._event(record.event) for record in reversed(records)]

    def _event(self, event: DsrEvent) -> CalendarEvent:
        return CalendarEvent(
            start=dt_util.as_local(event.start),
            end=dt_util.as_local(event.end),
            summary=self.platform_data.platform_translations.get(
                f"component.{DOMAIN}.entity.calendar.{self.translation_key}"
                f".state_attributes.message.state.{event.direction.value}",
                event.direction.value,
            ),
            description=event.reason or event.provider,
            uid=f"{event.provider}/{event.event_id}",
        )
