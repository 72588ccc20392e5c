"""Composite schedules as wallboxes answer them, read as what they will apply."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import isfinite
from typing import Any, Final

from ...model.capabilities import Capabilities
from ...model.limit import Limit
from ..link import CompositeSchedule, CompositeStep, Payload
from .times import read_time

LONGEST: Final = 366 * 86_400
"""Seconds. A schedule that says it is longer is cut; nothing is ever asked for as long."""
MOST_STEPS: Final = 2048


def read_composite(
    answer: Payload, asked: int, capabilities: Capabilities, now: datetime
) -> CompositeSchedule | None:
    """Return what the answer to a GetCompositeSchedule for `asked` seconds says; None where it says nothing.

    Wallboxes leave out the status, the start (then it is `now`, UTC) or the unit, and say -1 for no limit, which is
    the installation's maximum. An empty list of periods is an answer without steps (quirk S8).
    """
    schedule = answer.get("chargingSchedule")
    if not isinstance(schedule, dict) or _says_no(answer):
        return None
    start, known = read_time(answer.get("scheduleStart"), now)
    if not known:
        start, _ = read_time(schedule.get("startSchedule"), now)
    told = _number(schedule.get("duration"))
    duration = asked if told is None or told <= 0 else min(int(told), LONGEST)
    unit = schedule.get("chargingRateUnit")
    if not isinstance(unit, str) or not unit.strip():
        unit = capabilities.rate_unit.value
    in_watts = unit.strip().upper().startswith(("W", "P"))
    steps = sorted(
        _steps(schedule.get("chargingSchedulePeriod"), start, in_watts, capabilities),
        key=lambda step: step.start,
    )
    return CompositeSchedule(start=start, duration=duration, steps=tuple(steps))


def _says_no(answer: Payload) -> bool:
    """Return whether the answer's status is anything but acceptance."""
    status = answer.get("status")
    return isinstance(status, str) and status.strip().casefold() not in {"accepted", ""}


def _steps(
    periods: Any, start: datetime, in_watts: bool, capabilities: Capabilities
) -> Iterator[CompositeStep]:
    """Yield the steps of the periods that can be read."""
    if isinstance(periods, dict):
        periods = [periods]
    if not isinstance(periods, list):
        return
    for period in periods[:MOST_STEPS]:
        if not isinstance(period, dict):
            continue
        offset = _number(period.get("startPeriod"))
        rate = _number(period.get("limit"))
        if offset is None or rate is None or not 0 <= offset <= LONGEST:
            continue
        yield CompositeStep(
            start=start.astimezone(UTC) + timedelta(seconds=offset),
            limit=_limit(rate, period.get("numberPhases"), in_watts, capabilities),
        )


def _limit(
    rate: float, phases: Any, in_watts: bool, capabilities: Capabilities
) -> Limit:
    """Return a rate as a limit; a negative one stands for none."""
    if rate < 0:
        return capabilities.maximum
    if not in_watts:
        return Limit(amperes=rate)
    told = _number(phases)
    # Three phases are what is meant where none are told, whatever the house has (ocpp.md 4.1).
    if told is None or not 1 <= told <= capabilities.phases:
        told = capabilities.phases
    return Limit.from_watts(rate, int(told))


def _number(told: Any) -> float | None:
    """Return `told` as a finite number, also where it is written as a text; None where it is none."""
    if isinstance(told, bool) or not isinstance(told, int | float | str):
        return None
    if isinstance(told, str) and len(told) > 32:
        return None
    try:
        number = float(told)
    except ValueError, OverflowError:
        return None
    return number if isfinite(number) else None
