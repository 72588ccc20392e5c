"""The form in which an owner says the charging hours: weekdays, one or two windows, and the other days."""

from datetime import time
from typing import Any, Final

from homeassistant.const import WEEKDAYS as WEEKDAY_NAMES
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TimeSelector,
)
import voluptuous as vol

from .model.hours import ChargingHours, CivilWindow, Weekday
from .rules.charging_hours import charging_hours, hours_from_spans

CONF_END: Final = "end"
CONF_OTHER_DAYS: Final = "other_days"
CONF_SECOND_END: Final = "second_end"
CONF_SECOND_START: Final = "second_start"
CONF_START: Final = "start"
CONF_WEEKDAYS: Final = "weekdays"

WEEKDAYS: Final = dict(zip(WEEKDAY_NAMES, Weekday, strict=True))
"""The days by the names that Home Assistant has for them."""

HOURS_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_WEEKDAYS): SelectSelector(
            SelectSelectorConfig(
                options=list(WEEKDAYS),
                multiple=True,
                mode=SelectSelectorMode.LIST,
                translation_key="weekdays",
            )
        ),
        vol.Required(CONF_START): TimeSelector(),
        vol.Required(CONF_END): TimeSelector(),
        vol.Optional(CONF_SECOND_START): TimeSelector(),
        vol.Optional(CONF_SECOND_END): TimeSelector(),
        vol.Required(CONF_OTHER_DAYS, default=True): BooleanSelector(),
    }
)

NIGHTS: Final[dict[str, Any]] = {
    CONF_WEEKDAYS: list(WEEKDAYS),
    CONF_START: "22:00:00",
    CONF_END: "08:00:00",
    CONF_OTHER_DAYS: True,
}
"""What the form suggests to an owner who has no hours that it can show: every night, and never in the peak."""


class HoursFormError(Exception):
    """The form does not say which hours are meant. `field` and `key` say what is wrong where."""

    def __init__(self, field: str, key: str) -> None:
        """Name the field and the translation key of the error."""
        super().__init__(f"{field}: {key}")
        self.field = field
        self.key = key


def hours_from_form(values: dict[str, Any]) -> ChargingHours:
    """Return the hours that a filled in form says.

    Raises:
        HoursFormError: no day was chosen, or only one end of the second window was given.
    """
    if not values[CONF_WEEKDAYS]:
        raise HoursFormError(CONF_WEEKDAYS, "no_weekdays")
    if (CONF_SECOND_START in values) != (CONF_SECOND_END in values):
        missing = CONF_SECOND_END if CONF_SECOND_START in values else CONF_SECOND_START
        raise HoursFormError(missing, "second_window_incomplete")
    days = [WEEKDAYS[name] for name in values[CONF_WEEKDAYS]]
    windows: list[CivilWindow] = []
    for start, end in (
        (CONF_START, CONF_END),
        (CONF_SECOND_START, CONF_SECOND_END),
    ):
        if start in values:
            windows.extend(
                hours_from_spans(
                    days,
                    time.fromisoformat(values[start]),
                    time.fromisoformat(values[end]),
                ).windows
            )
    if values[CONF_OTHER_DAYS]:
        windows.extend(
            CivilWindow(weekday=day, start=time.min, end=time.min)
            for day in Weekday
            if day not in days
        )
    return charging_hours(windows)


def hours_to_form(hours: ChargingHours) -> dict[str, Any]:
    """Return what the form shows for `hours`, `NIGHTS` where it has no way to say them."""
    whole_days = {
        window.weekday
        for window in hours.windows
        if window.start == window.end == time.min
    }
    for day in Weekday:
        spans = _spans_of(hours, day)
        if not 1 <= len(spans) <= 2:
            continue
        start = spans[0][0]
        days = {window.weekday for window in hours.windows if window.start == start}
        for other_days in (False, True):
            chosen = days - whole_days if other_days else days
            values = {
                CONF_WEEKDAYS: [
                    name for name, weekday in WEEKDAYS.items() if weekday in chosen
                ],
                CONF_START: start.isoformat(),
                CONF_END: spans[0][1].isoformat(),
                CONF_OTHER_DAYS: other_days,
            }
            if len(spans) > 1:
                values[CONF_SECOND_START] = spans[1][0].isoformat()
                values[CONF_SECOND_END] = spans[1][1].isoformat()
            if chosen and hours_from_form(values) == hours:
                return values
    return NIGHTS


def _spans_of(hours: ChargingHours, day: Weekday) -> list[tuple[time, time]]:
    """Return the spans of a day; what ends at midnight goes on with what begins there."""
    spans = [
        (window.start, window.end) for window in hours.windows if window.weekday is day
    ]
    if len(spans) > 1 and spans[0][0] == time.min and spans[-1][1] == time.min:
        _, end = spans.pop(0)
        start, _ = spans.pop()
        spans.insert(0, (start, end))
    return spans
