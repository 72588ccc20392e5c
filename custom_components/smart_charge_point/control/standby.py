"""Standby: what a wallbox does while it hears nothing of Home Assistant, where the owner wants other than the schedule (A7.4)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
import logging
import secrets
from typing import Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..central_system.link import (
    Answer,
    CallRefusedError,
    CallTimedOutError,
    Link,
    Priority,
)
from ..central_system.profiles import ChargingProfile
from ..central_system.resident import caps_alike, rung_for
from ..central_system.standby import (
    LEASE,
    LEASE_ID,
    LOOKED_AT,
    RENEWED,
    Standby,
    fallback_profile,
    lent,
    room_for_standby,
    shows_standby,
)
from ..model.capabilities import Capabilities, Rung, Support
from ..model.limit import Limit
from ..model.link_loss import LinkLoss
from ..rules.random_delay import draw, drawn_maximum
from .connector import Connector
from .issues import IssueKind, Issues
from .memory import MemoryStore
from .override import Override, OverrideKind
from .overriding import Overriding
from .sending import ProfileSender

_LOGGER = logging.getLogger(__name__)

BEYOND: Final = timedelta(minutes=5)
"""How much further than the loan the wallbox is asked what it will apply."""


class StandbyKeeper:
    """Keeps one wallbox's fallback, and lends it the present cap for as long as the link stands."""

    def __init__(
        self,
        store: MemoryStore,
        issues: Issues,
        connectors: Mapping[int, Connector],
        *,
        sender: ProfileSender,
        overriding: Overriding,
    ) -> None:
        """Remember in the memory of `store`, complain to `issues`, send through `sender`."""
        self._store = store
        self._issues = issues
        self._connectors = connectors
        self._sender = sender
        self._overriding = overriding
        self._met_at: datetime | None = None
        """When the present link began."""

    @property
    def _capabilities(self) -> Capabilities:
        return self._store.memory.capabilities

    @property
    def _choice(self) -> LinkLoss:
        connector = next(iter(self._connectors.values()), None)
        return (
            LinkLoss.KEEP_SCHEDULE
            if connector is None
            else connector.settings.link_loss
        )

    @property
    def reaction(self) -> LinkLoss:
        """What the wallbox really does while the link is gone."""
        held = self._store.memory.standby
        if held is None or held.fallback is None:
            return LinkLoss.KEEP_SCHEDULE
        return self._choice

    @property
    def _limit(self) -> Limit | None:
        """What the fallback lets flow; None where there is to be none."""
        choice = self._choice
        if choice is LinkLoss.KEEP_SCHEDULE or not room_for_standby(self._capabilities):
            return None
        if choice is LinkLoss.STOP:
            return Limit.PAUSED
        return next(iter(self._connectors.values())).settings.link_loss_current

    @property
    def _in_use(self) -> bool:
        """Whether anything could flow, so that the loan matters."""
        return any(
            connector.session is not None or connector.state.plugged_in
            for connector in self._connectors.values()
        )

    @callback
    def connected(self, link: Link | None) -> None:
        """Take the live connection, or its loss."""
        self._met_at = None if link is None else dt_util.utcnow()

    @callback
    def forget(self) -> None:
        """Take everything for lost that the wallbox held, but for when its loan ended."""
        if (held := self._store.memory.standby) is not None:
            self._store.memory.standby = replace(held, fallback=None, kept=False)

    def next_change(self, now: datetime) -> datetime | None:
        """Return when the loan is to be renewed, None where it is not."""
        held = self._store.memory.standby
        if held is None or self._limit is None or not self._in_use:
            return None
        return max(held.ends - RENEWED, now + timedelta(seconds=1))

    async def hold(self, link: Link, cap: ChargingProfile, priority: Priority) -> bool:
        """Make the wallbox hold `cap` while the link stands, and the fallback otherwise.

        Return false where it is not to hold a fallback, or cannot: then `cap` itself is to be resident, as ever.

        Raises:
            CallError: no usable answer came, and it is to be tried again.
        """
        if (limit := self._limit) is None or self._to_be_probed():
            await self.release(link, cap, priority)
            return False
        held = await self._lend(link, cap, limit, priority)
        if held is None:
            await self._give_up(link, cap, priority)
            return False
        fallback = fallback_profile(cap, limit)
        now = dt_util.utcnow()
        if held.fallback is None or not caps_alike(held.fallback, fallback, now):
            answer = await self._sender.send(link, fallback, priority)
            if answer is not Answer.ACCEPTED:
                await self._give_up(link, cap, priority)
                return False
            held = self._store.memory.standby = replace(held, fallback=fallback)
        self._acknowledged(cap)
        if self._capabilities.standby is Support.UNTRIED:
            shown = await self._shown(link, held, limit)
            if shown is False:
                await self._give_up(link, cap, priority)
                return False
            if shown:
                self._learn(Support.WORKS)
        return True

    async def _lend(
        self, link: Link, cap: ChargingProfile, limit: Limit, priority: Priority
    ) -> Standby | None:
        """Lend `cap` for a while more, where that is due; return what is held then, None where it was refused."""
        memory = self._store.memory
        now = dt_util.utcnow()
        held = memory.standby
        proving = self._capabilities.standby is Support.UNTRIED
        if held is not None and (
            (held.lends(cap, now) and held.ends - now > RENEWED)
            or not (self._in_use or proving)
        ):
            return held
        if held is not None and now >= held.ends:
            await self._delay(link, limit, now)
        # Whoever loses many links at once must not lower many homes in one second.
        ends = now.replace(microsecond=0) + LEASE + timedelta(seconds=self._draw())
        lease = lent(cap, now, ends)
        if await self._sender.send(link, lease, priority) is not Answer.ACCEPTED:
            return None
        memory.standby = Standby(
            fallback=None if held is None else held.fallback, lease=lease, ends=ends
        )
        # On the disk before the fallback is told: a wallbox must never be left with one that nobody remembers.
        await self._store.save()
        for connector in self._connectors.values():
            connector.verified = False
        return memory.standby

    async def _delay(self, link: Link, limit: Limit, now: datetime) -> None:
        """Delay what is lent again to a session that fell back: its current would rise (reg. 11)."""
        for connector in self._connectors.values():
            session = connector.session
            seconds = self._draw()
            if (
                not seconds
                or session is None
                or self._met_at is None
                or session.started_at >= self._met_at
                or connector.standing_override(now) is not None
                or connector.segment(now).limit <= limit
            ):
                continue
            connector.memory.override = Override(
                kind=OverrideKind.DELAY,
                transaction_id=session.transaction_id,
                since=now,
                until=now + timedelta(seconds=seconds),
            )
            await self._store.save()
            await self._overriding.apply(link, connector)

    def _draw(self) -> int:
        connector = next(iter(self._connectors.values()))
        longest = drawn_maximum(
            connector.settings.delay_maximum(connector.site.ruleset),
            self._capabilities.own_delay,
        )
        return draw(longest, secrets.randbelow)

    async def _shown(self, link: Link, held: Standby, limit: Limit) -> bool | None:
        """Ask whether the wallbox will fall back, and not before the loan ends; None where it cannot be seen now."""
        connector = next(iter(self._connectors.values()))
        now = dt_util.utcnow()
        until = held.ends + BEYOND
        plan = connector.plan(now, until)
        sides = (plan.at(held.ends - LOOKED_AT), plan.at(held.ends + LOOKED_AT))
        delay = connector.memory.session_delay
        # Some wallboxes answer as if a session began now, delay and all.
        delayed = timedelta(seconds=0 if delay is None else delay.seconds)
        if now + delayed >= held.ends - LOOKED_AT or any(
            side is None or side.limit <= limit for side in sides
        ):
            return None
        try:
            composite = await link.composite_schedule(
                connector.number,
                int((until - now).total_seconds()),
                self._capabilities,
                priority=Priority.HOUSEKEEPING,
            )
        except CallTimedOutError:
            return None
        except CallRefusedError:
            composite = None
        if composite is None:
            return False
        return bool(shows_standby(composite, held.ends, limit))

    async def let_go(self, link: Link) -> None:
        """Leave the wallbox without a fallback: nobody will lend it anything any more."""
        if (cap := self._store.memory.maximum_profile) is not None:
            await self.release(link, cap, Priority.OWNER)

    def _to_be_probed(self) -> bool:
        """Return whether the wallbox is still to show if it waits for validFrom, which a fallback would hide."""
        connector = next(iter(self._connectors.values()))
        capabilities = self._capabilities
        schedule = connector.resident_schedule(dt_util.utcnow())
        return (
            capabilities.valid_from is Support.UNTRIED
            and rung_for(schedule, capabilities) is Rung.WEEKLY
            and not self._in_use
        )

    async def release(
        self, link: Link, cap: ChargingProfile, priority: Priority
    ) -> None:
        """Where there is a fallback, make `cap` resident in its place, and take away what was lent above it.

        Raises:
            CallError: no usable answer came, and it is to be tried again.
        """
        if self._store.memory.standby is None:
            return
        # Until that is acknowledged, nothing counts as held.
        self._store.memory.maximum_profile = None
        if await self._sender.send(link, cap, priority) is Answer.ACCEPTED:
            self._acknowledged(cap)
        try:
            await link.clear_profile(LEASE_ID)
        except CallRefusedError:
            _LOGGER.debug("What was lent is not taken away; it ends by itself")
        self._store.memory.standby = None
        self._store.save_soon()

    async def _give_up(
        self, link: Link, cap: ChargingProfile, priority: Priority
    ) -> None:
        """Take note that this wallbox cannot fall back."""
        _LOGGER.debug("The wallbox does not hold a fallback for a lost link")
        self._learn(Support.REFUSED)
        await self.release(link, cap, priority)

    def _acknowledged(self, cap: ChargingProfile) -> None:
        self._store.memory.maximum_profile = cap
        self._store.learn(replace(self._capabilities, maximum_profile=Support.WORKS))
        self._store.save_soon()

    def _learn(self, support: Support) -> None:
        self._store.learn(replace(self._capabilities, standby=support))

    @callback
    def report(self) -> None:
        """Say where the wallbox cannot do what the owner chose, or take that back."""
        self._issues.set(
            IssueKind.LINK_LOSS_NOT_HELD,
            self._choice is not LinkLoss.KEEP_SCHEDULE and self._limit is None,
        )
