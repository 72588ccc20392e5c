"""Finding out what a charge point can hold, and setting what it should report: gently, one question at a time.

Nothing here triggers a message, resets or changes availability: there are wallboxes that take each of these for a reboot
(wallbox-quirks.md B2, B5).
"""

from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ...model.capabilities import Capabilities, Rung, Support
from ...model.charge_point import NOTHING_TOLD, BootFacts
from ...model.limit import Limit
from ...model.schedule import ResidentSchedule
from ..hours_profiles import room
from ..link import (
    Answer,
    CallError,
    CallRefusedError,
    CallTimedOutError,
    CompositeSchedule,
    Configuration,
    ConfigurationKey,
    Link,
    NotConnectedError,
)
from ..profiles import ChargingProfile, Kind, Period, Purpose
from ..resident import rung_for
from ..timeline import changes
from .own_delay import delay_key, delay_seconds
from .questions import ask_for_configuration
from .self_report import Complaint, SelfReport
from .settings import HOME, MEASURANDS_KEY, Settings, Wanted, items, wanted

PROFILES_PER_CONNECTOR: Final = 4
"""A careful guess: the hours, the next season, the delay and an override."""

VALID_FROM_TEST_LIMIT: Final = Limit(amperes=7)
CLEARLY_MORE: Final = 8.0
"""Amperes: told above this, the test profile is not in force."""
TEST_MARGIN: Final = timedelta(hours=1)
"""How far the wallbox's clock may be out without spoiling the test."""
TEST_VIEW: Final = timedelta(hours=1)
LONGEST_DELAY: Final = timedelta(seconds=1800)


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a charge point said of itself."""

    capabilities: Capabilities
    configuration: Configuration
    complaints: tuple[Complaint, ...]


class Outcome(StrEnum):
    """What became of a change to the configuration."""

    TAKEN = "taken"
    AFTER_REBOOT = "after_reboot"
    REFUSED = "refused"
    IGNORED = "ignored"
    """Accepted, but it reads back as something else."""
    LOST = "lost"
    """The charge point fell silent: it may be rebooting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change that was asked for."""

    key: str
    value: str
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsReport:
    """What was changed. `stopped`: the charge point fell silent at the last change, so no more was asked of it.

    Keep both: a wallbox that reboots at each write must not be written to at each boot.
    """

    changes: tuple[Change, ...] = ()
    stopped: bool = False

    @property
    def asked(self) -> frozenset[tuple[str, str]]:
        """Keys and values that need no second try with the same firmware."""
        return frozenset((change.key, change.value) for change in self.changes)


async def read_capabilities(
    link: Link,
    known: Capabilities,
    boot: BootFacts,
    seen: Collection[int] = (),
    on_silence: Callable[[], Awaitable[None]] | None = None,
) -> Probe:
    """Ask a charge point what it can hold. `seen` are the connectors that reported a status, 0 included.

    What it does not say, or says absurdly, stays as `known`; what was seen to work or fail stays known until the firmware
    changes. `on_silence` is awaited once where it does not answer, before it is asked on.

    Raises:
        NotConnectedError: the link was lost.
    """
    if known.firmware and known.firmware != boot.firmware:
        known = Capabilities(
            connectors=known.connectors, maximum=known.maximum, phases=known.phases
        )
    configuration = await ask_for_configuration(link, on_silence)
    reader = SelfReport(configuration)
    connectors = reader.connectors(known, seen)
    max_profiles = reader.number("MaxChargingProfilesInstalled", 1)
    if max_profiles is None:
        max_profiles = max(known.max_profiles, PROFILES_PER_CONNECTOR * connectors)
    stack_level = reader.number("ChargeProfileMaxStackLevel", 0)
    periods = reader.number("ChargingScheduleMaxPeriods", 1)
    reader.check_features()
    delay = delay_key(configuration)
    return Probe(
        capabilities=replace(
            known,
            connectors=connectors,
            rate_unit=reader.rate_unit(known),
            max_stack_level=known.max_stack_level
            if stack_level is None
            else stack_level,
            max_periods=known.max_periods if periods is None else periods,
            max_profiles=max_profiles,
            own_delay_key="" if delay is None else delay.key,
            own_delay=0 if delay is None else delay_seconds(configuration, delay),
            firmware=boot.firmware,
        ),
        configuration=configuration,
        complaints=tuple(reader.complaints),
    )


async def apply_settings(
    link: Link,
    configuration: Configuration,
    desired: Settings = HOME,
    *,
    boot: BootFacts = NOTHING_TOLD,
    asked: Collection[tuple[str, str]] = (),
) -> SettingsReport:
    """Change what differs from `desired`: only keys that exist and are writable, one at a time, each read back.

    `asked` are changes that were tried before and need no second try. It ends at the first sign of a reboot.
    """
    made: list[Change] = []
    for want in wanted(configuration, desired):
        key = configuration.keys.get(want.key.lower())
        if key is None or key.readonly:
            continue
        for value in want.candidates:
            if _will_do(want, key, value):
                break
            if (key.key, value) in asked:
                continue
            outcome = await _change(link, want, key, value, boot)
            made.append(Change(key=key.key, value=value, outcome=outcome))
            if outcome is Outcome.LOST or not link.open:
                return SettingsReport(changes=tuple(made), stopped=True)
            if outcome is not Outcome.REFUSED:
                break
    return SettingsReport(changes=tuple(made))


def may_probe_valid_from(
    schedule: ResidentSchedule, capabilities: Capabilities, now: datetime
) -> bool:
    """Return whether `probe_valid_from` could tell anything at `now` (UTC).

    It needs the weekly hours in place, a level and room for the next season, and hours that allow more than the test's
    7 A throughout its view. The rest is for the caller to know: no car may be plugged in.
    """
    end = now + TEST_VIEW + TEST_MARGIN
    allowed = all(
        allowed for _, allowed in changes(schedule.week, schedule.following, now, end)
    )
    limit = min(schedule.limit, capabilities.maximum)
    return (
        capabilities.valid_from is Support.UNTRIED
        and capabilities.composite_schedule is not Support.REFUSED
        and rung_for(schedule, capabilities, now) is Rung.WEEKLY
        and capabilities.max_stack_level >= 1
        and room(capabilities) >= 2
        and allowed
        and limit.amperes > CLEARLY_MORE
    )


async def probe_valid_from(
    link: Link, connector: int, capabilities: Capabilities, now: datetime
) -> Support:
    """Find out, while nothing is plugged in, whether a charge point waits for a profile's validFrom.

    A profile of 7 A over the coming hours, valid only in two days, either shows in what the charge point says it will
    apply, or not. It can only lower, never raise: where it is heeded early it limits to 7 A for three hours at most, and
    left behind it is never in force, as its hours are over before it is valid. UNTRIED where nothing could be told.

    Raises:
        NotConnectedError: the link was lost.
    """
    now = now.replace(microsecond=0)
    if not await _allows_more(link, connector, capabilities, now):
        return Support.UNTRIED
    valid_from = now + timedelta(days=2)
    profile = ChargingProfile(
        profile_id=connector * 100 + 1,
        connector=connector,
        stack_level=1,
        purpose=Purpose.DEFAULT,
        kind=Kind.WEEKLY,
        periods=(
            Period(start=0, limit=min(VALID_FROM_TEST_LIMIT, capabilities.maximum)),
        ),
        start=now - TEST_MARGIN,
        duration=int((2 * TEST_MARGIN + TEST_VIEW).total_seconds()),
        valid_from=valid_from,
        valid_to=valid_from + TEST_VIEW,
    )
    try:
        answer = await link.set_profile(profile, capabilities)
    except NotConnectedError:
        raise
    except CallError as error:
        return classify(error)
    if answer is not Answer.ACCEPTED:
        return classify(answer)
    try:
        shown = await _allows_more(link, connector, capabilities, now)
    finally:
        # Left behind it would never be in force.
        with suppress(CallRefusedError, CallTimedOutError):
            await link.clear_profile(profile.profile_id)
    if shown is None:
        return Support.UNTRIED
    return Support.WORKS if shown else Support.REFUSED


def classify(outcome: Answer | CallError) -> Support:
    """Return what an answer to a command shows of the capability it needed.

    UNTRIED where it shows nothing yet: no answer, a failure inside the charge point, or an error of ours.
    """
    match outcome:
        case Answer.ACCEPTED | Answer.SCHEDULED | Answer.REBOOT_REQUIRED:
            return Support.WORKS
        case Answer.REJECTED | Answer.NOT_SUPPORTED:
            return Support.REFUSED
        case CallRefusedError(code=code) if code not in {
            "InternalError",
            "GenericError",
            "SecurityError",
        }:
            return Support.REFUSED
        case _:
            return Support.UNTRIED


async def _allows_more(
    link: Link, connector: int, capabilities: Capabilities, now: datetime
) -> bool | None:
    """Return whether the charge point says it allows more than the test's limit; None where it does not say.

    Only the time after the longest delay is looked at: some answer as if a session began now.
    """
    try:
        composite = await link.composite_schedule(
            connector, int(TEST_VIEW.total_seconds()), capabilities
        )
    except CallRefusedError, CallTimedOutError:
        return None
    if composite is None:
        return None
    told = _told_between(composite, now + LONGEST_DELAY, now + TEST_VIEW)
    if not told:
        return None
    return all(limit.amperes > CLEARLY_MORE for limit in told)


def _told_between(
    composite: CompositeSchedule, start: datetime, end: datetime
) -> list[Limit]:
    told = []
    for index, step in enumerate(composite.steps):
        later = composite.steps[index + 1 :]
        until = later[0].start if later else end
        if step.start < end and until > start:
            told.append(step.limit)
    return told


def _will_do(want: Wanted, key: ConfigurationKey, value: str) -> bool:
    """Return whether the value that the key has serves as well as `value` would."""
    if key.value is None:
        return False
    return want.will_do(key.value) or _same(key.value, value)


def _same(one: str, other: str) -> bool:
    return {item.lower() for item in items(one)} == {
        item.lower() for item in items(other)
    }


async def _change(
    link: Link, want: Wanted, key: ConfigurationKey, value: str, boot: BootFacts
) -> Outcome:
    try:
        answer = await link.configure(key.key, value)
        if answer is Answer.REBOOT_REQUIRED:
            return Outcome.AFTER_REBOOT
        if answer is not Answer.ACCEPTED:
            return Outcome.REFUSED
        if not _bears_reading_back(want, boot):
            return Outcome.TAKEN
        now_has = (await link.configuration((key.key,))).keys.get(key.key.lower())
    except CallTimedOutError, NotConnectedError:
        return Outcome.LOST
    except CallError:
        return Outcome.REFUSED
    if now_has is None or now_has.value is None or _will_do(want, now_has, value):
        return Outcome.TAKEN
    return Outcome.IGNORED


def _bears_reading_back(want: Wanted, boot: BootFacts) -> bool:
    """Return whether the key can be read after a write: ABB's wallboxes reboot on reading their measurands (C7)."""
    return want.key != MEASURANDS_KEY or "abb" not in boot.vendor.lower()
