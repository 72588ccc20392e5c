"""Down: what a wallbox should hold against what it last acknowledged, until both are the same.

The reconciler can be killed at any line. What it is about to tell the wallbox is on the disk before it is told, and what
the wallbox acknowledged is known by the profile itself, so the next run reaches the same state with the same draws.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
import logging
import secrets
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ..central_system.link import (
    Answer,
    CallError,
    CallRefusedError,
    CallTimedOutError,
    Link,
    NotConnectedError,
    Priority,
)
from ..central_system.profiles import ChargingProfile, Kind
from ..central_system.resident import (
    displaced_by,
    is_exceptional,
    limit_always,
    needs_sending,
    next_rung,
    renew_at,
    resident_profiles,
    rung_for,
    stale,
)
from ..model.capabilities import Capabilities, Rung, Support
from ..model.result import ScheduleRead
from .capability_report import takes_no_limit, unmet
from .connector import BOOT_SETTLES, Connector
from .dsr import DsrBook
from .fast_metering import FastMetering
from .issues import Issues
from .maximum import MaximumKeeper
from .memory import MemoryStore
from .offline_start import OfflineStartKeeper
from .override import OverrideKind
from .overriding import Overriding
from .own_delay import OwnDelay
from .probing import Probing
from .readback import ReadBack
from .response_times import ResponseTimes
from .sending import ProfileSender
from .standby import StandbyKeeper

_LOGGER = logging.getLogger(__name__)

PATIENCE: Final = 3
"""Time-outs after which a profile counts as refused (ocpp.md 4.6)."""
FIRST_RETRY: Final = timedelta(seconds=10)
LAST_RETRY: Final = timedelta(minutes=10)
SETTLE: Final = timedelta(seconds=5)
"""After an edge, how long a wallbox may take to say that it applies the new limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refusal:
    """A resident profile that was not taken on its `rung`: refused in so many words, or not answered."""

    profile: ChargingProfile
    rung: Rung
    answer: Answer | CallTimedOutError


class Reconciler:
    """Keeps one wallbox's resident profiles and overrides as its connectors want them."""

    def __init__(
        self,
        hass: HomeAssistant,
        store: MemoryStore,
        connectors: Mapping[int, Connector],
        *,
        issues: Issues,
        dsr: DsrBook,
        fast_metering: FastMetering,
        response_times: ResponseTimes,
        on_read: Callable[[ScheduleRead], None],
        on_change: Callable[[], None],
    ) -> None:
        """Take the parts; nothing happens before `run`."""
        self._hass = hass
        self._store = store
        self._connectors = connectors
        self._issues = issues
        self._dsr = dsr
        self._fast_metering = fast_metering
        self._response_times = response_times
        self._on_change = on_change
        self._link: Link | None = None
        self._wanted = asyncio.Event()
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._failures = 0
        self._sender = ProfileSender(store, response_times)
        self.overriding = Overriding(store, connectors, self._sender)
        self._probing = Probing(store, connectors, on_change)
        self._readback = ReadBack(store, issues, on_read)
        self.offline_start = OfflineStartKeeper(store, issues, connectors)
        self.own_delay = OwnDelay(store, issues, connectors)
        self.standby = StandbyKeeper(
            store,
            issues,
            connectors,
            sender=self._sender,
            overriding=self.overriding,
        )
        self.maximum = MaximumKeeper(
            store, connectors, self._sender, self.standby, self.wake
        )

    @property
    def capabilities(self) -> Capabilities:
        """What the wallbox can do, as far as it is known."""
        return self._store.memory.capabilities

    @callback
    def set_link(self, link: Link | None) -> None:
        """Take the live connection, or its loss."""
        self._link = link
        self._failures = 0
        if link is None:
            self._response_times.link_lost()
        self.offline_start.connected(link)
        self.standby.connected(link)
        self.wake()

    @callback
    def forget_acknowledged(self) -> None:
        """Take everything for lost that the wallbox held: after a boot it is sent again."""
        memory = self._store.memory
        memory.maximum_profile = None
        self.standby.forget()
        for connector in self._connectors.values():
            connector.memory.acknowledged.clear()
            connector.sent_override = None
            connector.verified = False

    async def let_go(self) -> None:
        """Put back what was only for a while, before the wallbox is nobody's any more."""
        if self._link is None:
            return
        try:
            await self.standby.let_go(self._link)
            await self.own_delay.let_go(self._link)
        except CallError as error:
            _LOGGER.debug("The wallbox is left as it is: %s", error)

    @callback
    def wake(self) -> None:
        """Reconcile soon."""
        self._wanted.set()

    async def run(self) -> None:
        """Reconcile whenever it is wanted, until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            self._stop_timer()
            if (link := self._link) is None:
                continue
            try:
                due = await self._reconcile(link)
            except NotConnectedError:
                continue  # The next connection wakes us.
            except CallError as error:
                self._failures += 1
                pause = min(LAST_RETRY, FIRST_RETRY * 2 ** (self._failures - 1))
                pause *= 1 + secrets.randbelow(100) / 400
                _LOGGER.debug("%s; trying again in %s", error, pause)
                due = dt_util.utcnow() + pause
            else:
                self._failures = 0
            self._on_change()
            if due is not None and not self._wanted.is_set():
                self._cancel_timer = async_track_point_in_utc_time(
                    self._hass, self._timer_ended, due
                )

    @callback
    def stop(self) -> None:
        """Let no timer outlive the controller."""
        self._stop_timer()

    @callback
    def _timer_ended(self, _now: datetime) -> None:
        self._cancel_timer = None
        self.wake()

    @callback
    def _stop_timer(self) -> None:
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None

    async def _reconcile(self, link: Link) -> datetime | None:
        """Bring the wallbox to what is wanted and return when to look again."""
        expected = self._response_times.expected
        await self._probing.ask(link, partial(self._hold_by_guess, link))
        connectors = tuple(self._connectors.values())
        unanswered = await self._hold_all(link, connectors)
        if len(self._connectors) > len(connectors):
            # One more turned up: no max profile is raised before each holds its own limit.
            self.wake()
            return None
        if self._dsr.responds(dt_util.utcnow()):
            await self._respond_at_once(link)
        await self.maximum.hold(link)
        for connector in connectors:
            await self.overriding.apply(link, connector)
        if unanswered is not None:
            raise unanswered
        self._response_times.carried_out(expected)
        for connector in connectors:
            if await self._readback.verify(link, connector):
                self.wake()
            if self._readback.judge_override(connector):
                self.wake()  # It is sent at the lowest level now.
        await self._fast_metering.reconcile(link, dt_util.utcnow())
        if await self.own_delay.reconcile(link, dt_util.utcnow()):
            self.wake()
        await self._probing.ask_status(link)
        await self._probing.configure(link)
        await self.offline_start.reconcile(link)
        if await self._probing.try_valid_from(link):
            self.wake()
        self._report()
        return self._next_due(dt_util.utcnow())

    async def _hold_all(
        self, link: Link, connectors: Iterable[Connector], *, guessing: bool = False
    ) -> CallTimedOutError | None:
        """Draw for each connector and `hold` what it needs; return the error where something was not answered."""
        now = dt_util.utcnow()
        drawn = [
            connector.draw(now, heard=connector.heard(now)) for connector in connectors
        ]
        if any(drawn):
            await self._store.save()
        unanswered: CallTimedOutError | None = None
        for connector in connectors:
            try:
                await self.hold(link, connector, guessing=guessing)
            except CallTimedOutError as error:
                unanswered = error  # The other connectors do not wait for the next try.
        return unanswered

    async def _hold_by_guess(self, link: Link) -> None:
        await self._hold_all(link, tuple(self._connectors.values()), guessing=True)

    async def _respond_at_once(self, link: Link) -> None:
        """Let the wallbox's own random delay be none while it responds to the grid (reg. 11)."""
        try:
            await self.own_delay.set_aside(link)
        except CallRefusedError as error:
            _LOGGER.debug("The wallbox's own random delay stays: %s", error)

    async def hold(
        self,
        link: Link,
        connector: Connector,
        priority: Priority = Priority.CONTROL,
        *,
        guessing: bool = False,
    ) -> None:
        """Make the wallbox hold the connector's resident profiles, on the best rung that it takes.

        Where nothing limits yet, a profile that is not answered is not insisted upon before the wallbox holds what it
        takes instead: a car may come at any moment (A10.1). When `guessing`, before the wallbox was asked what it can do,
        what it refuses is not held against it.

        Raises:
            CallTimedOutError: a profile was not answered, and is to be tried again.
        """
        meanwhile = self.capabilities if guessing else None
        unanswered: CallTimedOutError | None = None
        # Each refusal takes one thing away from the capabilities, so this ends.
        while refusal := await self._hold_once(
            link, connector, meanwhile or self.capabilities, priority
        ):
            _log_refusal(refusal)
            if isinstance(refusal.answer, CallTimedOutError):
                unanswered = refusal.answer
            if unanswered is None and not guessing:
                self._store.learn(_without(self.capabilities, refusal))
            else:
                meanwhile = _without(meanwhile or self.capabilities, refusal)
        if unanswered is not None:
            if meanwhile and meanwhile.default_profile is Support.REFUSED:
                # None was answered, so for now the hours are held otherwise.
                self._store.memory.defaults_unanswered = True
            raise unanswered
        if not guessing:
            self._store.memory.defaults_unanswered = False

    async def _hold_once(
        self,
        link: Link,
        connector: Connector,
        capabilities: Capabilities,
        priority: Priority,
    ) -> _Refusal | None:
        """Send what is missing for `capabilities`, up to the first refusal, which is returned."""
        now = dt_util.utcnow()
        acknowledged = connector.memory.acknowledged
        schedule = connector.resident_schedule(now)
        desired = resident_profiles(schedule, capabilities, now)
        standing = self.overriding.among_defaults(connector, now)
        if standing is not None:
            # It may stand in the very place of one of them, which returns when its session is over.
            desired = tuple(
                profile
                for profile in desired
                if standing.profile_id not in displaced_by(profile, [standing])
            )
        for profile in needs_sending(desired, acknowledged.values()):
            if capabilities.default_profile is Support.REFUSED:
                return None
            answer: Answer | CallTimedOutError
            try:
                answer = await self._sender.send(link, profile, priority)
            except CallTimedOutError as error:
                if limit_always(acknowledged.values()):
                    raise
                answer = error
            if answer is not Answer.ACCEPTED:
                return _Refusal(
                    profile=profile,
                    rung=rung_for(schedule, capabilities, now),
                    answer=answer,
                )
            for displaced in displaced_by(profile, acknowledged.values()):
                del acknowledged[displaced]
            acknowledged[profile.profile_id] = profile
            connector.verified = False
            self._store.learn(_proven(self.capabilities, profile))
            self._store.save_soon()
        for profile_id in stale(desired, acknowledged.values()):
            if standing is not None and profile_id == standing.profile_id:
                continue
            await link.clear_profile(profile_id, priority=priority)
            del acknowledged[profile_id]
            self._store.save_soon()
        return None

    def _report(self) -> None:
        """Say what rests on Home Assistant being up, and what cannot be done at all."""
        now = dt_util.utcnow()
        capabilities = self.capabilities
        if takes_no_limit(capabilities):
            self._store.learn(replace(capabilities, smart_charging=Support.REFUSED))
        self.standby.report()
        connectors = self._connectors.values()
        for kind, shown in unmet(
            capabilities,
            [connector.resident_schedule(now) for connector in connectors],
            now,
            delays=any(connector.delays for connector in connectors),
        ).items():
            self._issues.set(kind, shown)

    def _next_due(self, now: datetime) -> datetime | None:
        """Return when the passing of time alone changes what must be sent or said."""
        moments: list[datetime] = []
        moments += filter(
            None,
            (
                self._dsr.next_edge(now),
                self._fast_metering.next_change(now),
                self.own_delay.next_change(now),
                self.standby.next_change(now),
                self.maximum.next_change(),
            ),
        )
        for connector in self._connectors.values():
            if self._store.memory.no_default_profile:
                moments.append(connector.segment(now).end)
            schedule = connector.resident_schedule(now)
            if (renewal := renew_at(schedule, self.capabilities, now)) is not None:
                moments.append(renewal)
            moments.append(connector.looks_again(now))
            moments += self.overriding.holiday_moments(connector, now)
            override = connector.memory.override
            if (
                override is not None
                and override.kind is OverrideKind.DELAY
                and override.until is not None
            ):
                moments.append(override.until + SETTLE)
            if connector.just_booted(now):
                moments.append(now + BOOT_SETTLES)
        future = [moment for moment in moments if moment > now]
        return min(future, default=None)


def _log_refusal(refusal: _Refusal) -> None:
    profile = refusal.profile
    _LOGGER.debug(
        "The wallbox answered %s to profile %s (%s, %s, level %s)",
        refusal.answer,
        profile.profile_id,
        profile.purpose,
        profile.kind,
        profile.stack_level,
    )


def _without(capabilities: Capabilities, refusal: _Refusal) -> Capabilities:
    """Return the capabilities without what the refusal of a resident profile shows to be missing."""
    if refusal.profile.kind is Kind.RELATIVE:
        return replace(capabilities, relative_delay=Support.REFUSED)
    if is_exceptional(refusal.profile):
        return replace(capabilities, dated_profile=Support.REFUSED)
    if refusal.profile.valid_from is not None:
        return replace(capabilities, valid_from=Support.REFUSED)
    if (lower := next_rung(refusal.rung)) is not None:
        return replace(capabilities, rung=lower)
    return replace(capabilities, default_profile=Support.REFUSED)


def _proven(capabilities: Capabilities, profile: ChargingProfile) -> Capabilities:
    """Return the capabilities with what the acceptance of a resident profile shows."""
    capabilities = replace(
        capabilities, smart_charging=Support.WORKS, default_profile=Support.WORKS
    )
    if profile.kind is Kind.RELATIVE:
        return replace(capabilities, relative_delay=Support.WORKS)
    if is_exceptional(profile):
        return replace(capabilities, dated_profile=Support.WORKS)
    return capabilities
