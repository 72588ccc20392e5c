"""Finding out what a charge point can hold, and setting what it should report: gently, one question at a time.

Nothing here triggers a message, resets or changes availability: there are wallboxes that take each of these for a reboot
(wallbox-quirks.md B2, B5).
"""

from collections import deque
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import batched, chain
from typing import Final

from ...model.capabilities import Capabilities, Rung, Support
from ...model.charge_point import NOTHING_TOLD, BootFacts
from ...model.limit import Limit, RateUnit
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
from .settings import (
    HOME,
    LONGEST_VALUE,
    MEASURANDS_KEY,
    MEASURANDS_MAX_KEY,
    Settings,
    Wanted,
    items,
    wanted,
    whole_number,
)

MOST_CONNECTORS: Final = 8
PATIENCE: Final = 3
"""Questions in a row without any answer after which no more are asked."""
USUAL_MAX_KEYS: Final = 10
PROFILES_PER_CONNECTOR: Final = 4
"""A careful guess: the hours, the next season, the delay and an override."""

CAPABILITY_KEYS: Final = (
    "NumberOfConnectors",
    "ChargeProfileMaxStackLevel",
    "ChargingScheduleMaxPeriods",
    "MaxChargingProfilesInstalled",
    "ChargingScheduleAllowedChargingRateUnit",
    "SupportedFeatureProfiles",
)
DELAY_KEYS: Final = (
    "RandomisedDelay",
    "RandomizedDelay",
    "RandomisedDelayDuration",
    "CurrentSessionRandomDelay",
)
"""Where wallboxes are known to keep a random delay of their own; OCPP 1.6 has no standard key."""

UNIT_WORDS: Final = {
    "current": RateUnit.AMPERE,
    "a": RateUnit.AMPERE,
    "amp": RateUnit.AMPERE,
    "amps": RateUnit.AMPERE,
    "ampere": RateUnit.AMPERE,
    "amperes": RateUnit.AMPERE,
    "power": RateUnit.WATT,
    "w": RateUnit.WATT,
    "watt": RateUnit.WATT,
    "watts": RateUnit.WATT,
}

VALID_FROM_TEST_LIMIT: Final = Limit(amperes=7)
CLEARLY_MORE: Final = 8.0
"""Amperes: told above this, the test profile is not in force."""
TEST_MARGIN: Final = timedelta(hours=1)
"""How far the wallbox's clock may be out without spoiling the test."""
TEST_VIEW: Final = timedelta(hours=1)
LONGEST_DELAY: Final = timedelta(seconds=1800)


class Trouble(StrEnum):
    """What is odd about what a charge point said of itself."""

    ABSURD = "absurd"
    """A value that cannot be true; it was not used."""
    MISSING = "missing"
    NOT_ANNOUNCED = "not_announced"
    """Smart charging is not among the features it lists, though it may have it."""
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One oddity, for diagnostics. `told` is the value as it came, cut short."""

    trouble: Trouble
    key: str
    told: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """What a charge point said of itself.

    `own_delay_key` names the key of a random delay of its own, `own_delay` its seconds where readable: while that is
    above 0, ours must be 0 (A11.5).
    """

    capabilities: Capabilities
    configuration: Configuration
    complaints: tuple[Complaint, ...]
    own_delay_key: str | None = None
    own_delay: int | None = None


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
) -> Probe:
    """Ask a charge point what it can hold. `seen` are the connectors that reported a status, 0 included.

    What it does not say, or says absurdly, stays as `known`; what was seen to work or fail stays known until the firmware
    changes.

    Raises:
        NotConnectedError: the link was lost.
    """
    if known.firmware and known.firmware != boot.firmware:
        known = Capabilities(
            connectors=known.connectors, maximum=known.maximum, phases=known.phases
        )
    configuration = await _read_configuration(link)
    reader = _Reader(configuration)
    connectors = reader.connectors(known, seen)
    max_profiles = reader.number("MaxChargingProfilesInstalled", 1)
    if max_profiles is None:
        max_profiles = max(known.max_profiles, PROFILES_PER_CONNECTOR * connectors)
    stack_level = reader.number("ChargeProfileMaxStackLevel", 0)
    periods = reader.number("ChargingScheduleMaxPeriods", 1)
    reader.check_features()
    delay = next((key for key in configuration.keys.values() if _is_delay(key)), None)
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
            firmware=boot.firmware,
        ),
        configuration=configuration,
        complaints=tuple(reader.complaints),
        own_delay_key=None if delay is None else delay.key,
        own_delay=None if delay is None else whole_number(delay.value),
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


async def _read_configuration(link: Link) -> Configuration:
    """Return all keys, asked for at once, or in parts, or one by one, whichever the charge point answers."""
    everything = await _ask(link, ())
    answers = [] if everything is None else [everything]
    known = _merged(answers)
    names = [
        *CAPABILITY_KEYS,
        MEASURANDS_MAX_KEY,
        *(want.key for want in wanted(known, HOME)),
    ]
    if not known.keys:
        names += DELAY_KEYS
        limit = await _ask(link, ("GetConfigurationMaxKeys",))
        answers += [] if limit is None else [limit]
        known = _merged(answers)
    missing = [
        name for name in names if name.lower() not in known.keys.keys() | known.unknown
    ]
    most = known.keys.get("getconfigurationmaxkeys")
    size = (
        USUAL_MAX_KEYS
        if most is None
        else min(max(1, whole_number(most.value) or 1), USUAL_MAX_KEYS)
    )
    answers += await _ask_in_parts(link, missing, size)
    return _merged(answers)


async def _ask_in_parts(link: Link, names: list[str], size: int) -> list[Configuration]:
    """Ask for `names`, `size` at a time, then singly once that is not answered; give up after `PATIENCE` silences."""
    answers: list[Configuration] = []
    waiting = deque(batched(names, size, strict=False))
    silences = 0
    while waiting and silences < PATIENCE:
        part = waiting.popleft()
        answer = await _ask(link, part)
        if answer is not None and (answer.keys or answer.unknown):
            answers.append(answer)
            silences = 0
        elif len(part) > 1:
            waiting = deque((name,) for name in chain(part, *waiting))
        else:
            silences += 1
    return answers


async def _ask(link: Link, names: tuple[str, ...]) -> Configuration | None:
    try:
        return await link.configuration(names)
    except NotConnectedError:
        raise
    except CallError:
        return None


def _merged(answers: list[Configuration]) -> Configuration:
    keys: dict[str, ConfigurationKey] = {}
    for answer in answers:
        keys |= answer.keys
    unknown = frozenset(name.lower() for answer in answers for name in answer.unknown)
    return Configuration(keys=keys, unknown=unknown - keys.keys())


class _Reader:
    """Reads the keys of a configuration and notes what is odd about them."""

    def __init__(self, configuration: Configuration) -> None:
        self._keys = configuration.keys
        self.complaints: list[Complaint] = []
        if not self._keys:
            self._complain(Trouble.NO_ANSWER, "")

    def number(self, name: str, least: int) -> int | None:
        """Return a whole number of at least `least`; None where there is none to believe."""
        value = self._value(name)
        if value is None:
            return None
        number = whole_number(value)
        if number is None or number < least:
            self._complain(Trouble.ABSURD, name, value)
            return None
        return number

    def connectors(self, known: Capabilities, seen: Collection[int]) -> int:
        """Return how many connectors there are, connector 0 not counted."""
        most_seen = max(seen, default=0)
        name = "NumberOfConnectors"
        told = self.number(name, 1)
        if told is not None and told > MOST_CONNECTORS:
            self._complain(Trouble.ABSURD, name, str(told))
            told = None
        if told is None:
            return min(max(known.connectors, most_seen), MOST_CONNECTORS)
        if told > 1 and set(seen) == set(range(told)):
            # It counts connector 0 (wallbox-quirks.md C5).
            self._complain(Trouble.ABSURD, name, str(told))
            return most_seen
        return told

    def rate_unit(self, known: Capabilities) -> RateUnit:
        """Return the unit to write limits in: amperes where both are taken."""
        name = "ChargingScheduleAllowedChargingRateUnit"
        value = self._value(name)
        if value is None:
            return known.rate_unit
        words = items(value.replace(" ", ",").replace("/", ","))
        units = {UNIT_WORDS.get(word.lower()) for word in words}
        if RateUnit.AMPERE in units:
            return RateUnit.AMPERE
        if RateUnit.WATT in units:
            return RateUnit.WATT
        self._complain(Trouble.ABSURD, name, value)
        return known.rate_unit

    def check_features(self) -> None:
        """Note where smart charging is not announced. That proves nothing: several have it all the same (C1)."""
        name = "SupportedFeatureProfiles"
        value = self._value(name)
        if value is None:
            return
        features = {item.replace(" ", "").lower() for item in items(value)}
        if "smartcharging" not in features:
            self._complain(Trouble.NOT_ANNOUNCED, name, value)

    def _value(self, name: str) -> str | None:
        key = self._keys.get(name.lower())
        if key is None or not (key.value or "").strip():
            self._complain(Trouble.MISSING, name)
            return None
        return key.value

    def _complain(self, trouble: Trouble, key: str, told: str = "") -> None:
        self.complaints.append(
            Complaint(trouble=trouble, key=key, told=told[:LONGEST_VALUE])
        )


def _is_delay(key: ConfigurationKey) -> bool:
    name = key.key.lower()
    return "random" in name and "delay" in name


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
