"""The capability report: what was found of a wallbox, and which rule rests on Home Assistant being up for it (A5.3)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ..central_system.resident import (
    holds_holidays,
    holds_session_delay,
    holds_through_clock_change,
    rung_for,
)
from ..model.capabilities import (
    AfterPowerCut,
    Capabilities,
    OfflineStart,
    Rung,
    Support,
)
from ..model.schedule import ResidentSchedule
from .issues import IssueKind

SAID_BEFORE: Final = timedelta(days=14)
"""How long before the clocks change an owner is told what he has to do then."""


class Ability(StrEnum):
    """What is asked of a wallbox."""

    CHARGING_HOURS = "charging_hours"
    RANDOM_DELAY = "random_delay"
    OWN_DELAY = "own_delay"
    CURRENT_LIMIT = "current_limit"
    DEMAND_RESPONSE = "demand_response"
    CLOCK_CHANGE = "clock_change"
    BANK_HOLIDAYS = "bank_holidays"
    """The owner's wish to have them as at the weekend."""
    POWER_CUT = "power_cut"
    """That what charged before a power cut is delayed after it (A11.7)."""
    OFFLINE_START = "offline_start"
    EVERY_SECOND = "every_second"
    """Power every second while demand-side response runs (A9.4)."""
    READ_BACK = "read_back"


class RestsOn(StrEnum):
    """Who sees to it."""

    WALLBOX = "wallbox"
    """It holds without Home Assistant."""
    HOME_ASSISTANT = "home_assistant"
    """It holds while Home Assistant is up."""
    NOBODY = "nobody"
    """It cannot be met."""
    NOT_KNOWN = "not_known"
    """It was not tried yet."""
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found of one ability: `found` is a word for it, of the texts in `translations`."""

    ability: Ability
    found: str
    rests_on: RestsOn


def capability_report(
    capabilities: Capabilities,
    schedules: Collection[ResidentSchedule],
    now: datetime,
    *,
    delays: bool,
) -> tuple[Finding, ...]:
    """Return what was found at `now` (UTC), one finding for each ability, in their order.

    `schedules` are what the wallbox's connectors are to hold; `delays` is whether starts are to be delayed at random by
    us.
    """
    hopeless = capabilities.smart_charging is Support.REFUSED or takes_no_limit(
        capabilities
    )
    return tuple(
        Finding(ability=ability, found=found, rests_on=rests_on)
        for ability, (found, rests_on) in {
            Ability.CHARGING_HOURS: _REFUSED
            if hopeless
            else _hours(capabilities, schedules, now),
            Ability.RANDOM_DELAY: _delay(
                capabilities, schedules, now, delays=delays, hopeless=hopeless
            ),
            Ability.OWN_DELAY: ("some", RestsOn.WALLBOX)
            if capabilities.own_delay > 0
            else ("none", RestsOn.NOT_NEEDED),
            Ability.CURRENT_LIMIT: _REFUSED if hopeless else _limit(capabilities),
            Ability.DEMAND_RESPONSE: _REFUSED if hopeless else _dsr(capabilities),
            Ability.CLOCK_CHANGE: _REFUSED
            if hopeless
            else _clock_change(capabilities, schedules, now),
            Ability.BANK_HOLIDAYS: _bank_holidays(
                capabilities, schedules, now, hopeless=hopeless
            ),
            Ability.POWER_CUT: _power_cut(
                capabilities, delays=delays, hopeless=hopeless
            ),
            Ability.OFFLINE_START: _offline_start(capabilities),
            Ability.EVERY_SECOND: _support(
                capabilities.every_second, otherwise=RestsOn.NOBODY
            ),
            Ability.READ_BACK: _support(
                capabilities.composite_schedule, otherwise=RestsOn.HOME_ASSISTANT
            ),
        }.items()
    )


type _Found = tuple[str, RestsOn]

_REFUSED: _Found = ("refused", RestsOn.NOBODY)


def takes_no_limit(capabilities: Capabilities) -> bool:
    """Return whether the wallbox refused every purpose of profile: reg. 5(2) is not met then."""
    return {
        capabilities.default_profile,
        capabilities.transaction_profile,
        capabilities.maximum_profile,
    } == {Support.REFUSED}


def unmet(
    capabilities: Capabilities,
    schedules: Collection[ResidentSchedule],
    now: datetime,
    *,
    delays: bool,
) -> dict[IssueKind, bool]:
    """Return what the owner has to know at `now` (UTC) of what cannot be met, or rests on Home Assistant, and what not."""
    refused = takes_no_limit(capabilities)
    return {
        IssueKind.SMART_CHARGING_REFUSED: refused,
        IssueKind.HOURS_ON_HOME_ASSISTANT: not refused
        and any(_timed_by_us(capabilities, schedule, now) for schedule in schedules),
        IssueKind.DELAY_ON_HOME_ASSISTANT: not refused
        and delays
        and not _delays_by_itself(capabilities, schedules, now),
        IssueKind.RESUMES_AFTER_POWER_CUT: not refused
        and delays
        and capabilities.after_power_cut is AfterPowerCut.RESUMES,
        IssueKind.NOT_EVERY_SECOND: capabilities.every_second is Support.REFUSED,
        IssueKind.CLOCK_CHANGE: not refused
        and any(
            schedule.week.valid_to is not None
            and schedule.week.valid_to - now < SAID_BEFORE
            and not holds_through_clock_change(schedule, capabilities, now)
            for schedule in schedules
        ),
    }


def _timed_by_us(
    capabilities: Capabilities, schedule: ResidentSchedule, now: datetime
) -> bool:
    """Return whether Home Assistant has to time the hours of one connector."""
    return rung_for(schedule, capabilities, now) in {
        Rung.NEXT_DAY,
        Rung.HOME_ASSISTANT,
    } and not _constant(schedule)


def _delays_by_itself(
    capabilities: Capabilities, schedules: Collection[ResidentSchedule], now: datetime
) -> bool:
    """Return whether a session that begins while Home Assistant is off is delayed at random as well (reg. 11)."""
    return all(
        holds_session_delay(schedule, capabilities, now) for schedule in schedules
    )


def _hours(
    capabilities: Capabilities, schedules: Collection[ResidentSchedule], now: datetime
) -> _Found:
    if capabilities.default_profile is Support.UNTRIED:
        return "untried", RestsOn.NOT_KNOWN
    if all(map(_constant, schedules)):
        return "always", RestsOn.NOT_NEEDED
    order = tuple(Rung)
    worst = max(
        (rung_for(schedule, capabilities, now) for schedule in schedules),
        key=order.index,
    )
    if any(_timed_by_us(capabilities, schedule, now) for schedule in schedules):
        return worst.value, RestsOn.HOME_ASSISTANT
    return worst.value, RestsOn.WALLBOX


def _delay(
    capabilities: Capabilities,
    schedules: Collection[ResidentSchedule],
    now: datetime,
    *,
    delays: bool,
    hopeless: bool,
) -> _Found:
    if capabilities.own_delay > 0:
        return "own", RestsOn.WALLBOX
    if not delays:
        return "none", RestsOn.NOT_NEEDED
    if hopeless:
        return _REFUSED
    if not _delays_by_itself(capabilities, schedules, now):
        return "home_assistant", RestsOn.HOME_ASSISTANT
    if capabilities.relative_delay is Support.UNTRIED:
        return "untried", RestsOn.NOT_KNOWN
    return "wallbox", RestsOn.WALLBOX


def _limit(capabilities: Capabilities) -> _Found:
    # Where it takes no maximum, the limit lowers what it holds of the hours.
    for carrier in (capabilities.maximum_profile, capabilities.default_profile):
        if carrier is Support.WORKS:
            return "wallbox", RestsOn.WALLBOX
    if Support.UNTRIED in {capabilities.maximum_profile, capabilities.default_profile}:
        return "untried", RestsOn.NOT_KNOWN
    return "home_assistant", RestsOn.HOME_ASSISTANT


def _dsr(capabilities: Capabilities) -> _Found:
    match capabilities.maximum_profile:
        case Support.WORKS:
            return "wallbox", RestsOn.WALLBOX
        case Support.UNTRIED:
            return "untried", RestsOn.NOT_KNOWN
        case Support.REFUSED:
            return "home_assistant", RestsOn.HOME_ASSISTANT


def _clock_change(
    capabilities: Capabilities, schedules: Collection[ResidentSchedule], now: datetime
) -> _Found:
    if all(
        schedule.week.valid_to is None or _constant(schedule) for schedule in schedules
    ):
        return "none", RestsOn.NOT_NEEDED
    if all(
        holds_through_clock_change(schedule, capabilities, now)
        for schedule in schedules
    ):
        return "wallbox", RestsOn.WALLBOX
    if (
        capabilities.default_profile is not Support.REFUSED
        and capabilities.valid_from is Support.UNTRIED
    ):
        return "untried", RestsOn.NOT_KNOWN
    return "home_assistant", RestsOn.HOME_ASSISTANT


def _bank_holidays(
    capabilities: Capabilities,
    schedules: Collection[ResidentSchedule],
    now: datetime,
    *,
    hopeless: bool,
) -> _Found:
    if not any(
        schedule.holidays_kept and not _constant(schedule) for schedule in schedules
    ):
        return "none", RestsOn.NOT_NEEDED
    if hopeless:
        return _REFUSED
    if all(holds_holidays(schedule, capabilities, now) for schedule in schedules):
        if capabilities.dated_profile is Support.WORKS:
            return "wallbox", RestsOn.WALLBOX
        return "untried", RestsOn.NOT_KNOWN
    if (
        capabilities.default_profile is not Support.REFUSED
        and capabilities.valid_from is Support.UNTRIED
    ):
        return "untried", RestsOn.NOT_KNOWN
    if capabilities.timed_override is Support.REFUSED:
        return _REFUSED
    return "home_assistant", RestsOn.HOME_ASSISTANT


def _power_cut(capabilities: Capabilities, *, delays: bool, hopeless: bool) -> _Found:
    if not delays:
        return "none", RestsOn.NOT_NEEDED
    if hopeless:
        return _REFUSED
    match capabilities.after_power_cut:
        case AfterPowerCut.UNTRIED:
            return "untried", RestsOn.NOT_KNOWN
        case AfterPowerCut.ENDS:
            return "ends", RestsOn.WALLBOX
        case AfterPowerCut.RESUMES:
            return "resumes", RestsOn.HOME_ASSISTANT


def _offline_start(capabilities: Capabilities) -> _Found:
    path = capabilities.offline_start
    match path:
        case OfflineStart.UNTRIED:
            return path.value, RestsOn.NOT_KNOWN
        case OfflineStart.NONE:
            return path.value, RestsOn.NOBODY
        case _:
            return path.value, RestsOn.WALLBOX


def _support(support: Support, *, otherwise: RestsOn) -> _Found:
    match support:
        case Support.WORKS:
            return "works", RestsOn.WALLBOX
        case Support.REFUSED:
            return "refused", otherwise
        case Support.UNTRIED:
            return "untried", RestsOn.NOT_KNOWN


def _constant(schedule: ResidentSchedule) -> bool:
    """Return whether the hours have no edge."""
    return len(schedule.week.steps) <= 1
