"""A wallbox's own random delay: ours stands down for it, and it is set aside when the owner cancels it (A11.5)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..central_system.link import Answer, CallRefusedError, CallTimedOutError, Link
from ..central_system.v16.own_delay import read_delay
from ..model.charge_point import ConnectorStatus
from ..model.limit import Limit
from ..model.own_delay import DelaySetAside
from .connector import Connector
from .issues import IssueKind, Issues
from .memory import MemoryStore

_LOGGER = logging.getLogger(__name__)

NO_DELAY: Final = "0"
TRY_AGAIN: Final = timedelta(minutes=5)
"""When a wallbox is asked again that would not take its delay back."""
SETTLE: Final = timedelta(seconds=30)
"""What a wallbox is left to let current flow before its delay is put back because it does."""
PATIENCE: Final = 3
"""Refusals after which the owner is told."""


class OwnDelay:
    """Knows one wallbox's own random delay, sets it aside and puts it back.

    What its key held is on the disk before it is changed, so that no restart, nor the end of Home Assistant at any line,
    leaves the wallbox without a delay.
    """

    def __init__(
        self,
        store: MemoryStore,
        issues: Issues,
        connectors: Mapping[int, Connector],
    ) -> None:
        """Remember in the memory of `store`, complain to `issues`."""
        self._store = store
        self._issues = issues
        self._connectors = connectors
        self._read_on: Link | None = None
        self._told: int | None = None
        """The seconds that were last logged."""
        self._refusals = 0
        self._retry_at: datetime | None = None

    @property
    def seconds(self) -> int:
        """The longest delay in seconds that the wallbox applies by itself; 0: none."""
        return self._store.memory.capabilities.own_delay

    def may_run(self, connector: Connector, now: datetime) -> bool:
        """Return whether the wallbox may be delaying the car on `connector` at `now` (UTC); it does not say so."""
        return (
            self.seconds > 0
            and self._store.memory.delay_set_aside is None
            and connector.state.status
            in {ConnectorStatus.PREPARING, ConnectorStatus.SUSPENDED_BY_WALLBOX}
            and connector.segment(now).limit > Limit.PAUSED
        )

    def would_delay(self, connector: Connector, before: Limit, now: datetime) -> bool:
        """Return whether the wallbox would delay what the owner just asked for by hand, which no delay may (reg. 11).

        `before` is the limit that the owner had set: current begins to flow for no other reason than that it was 0. Where
        current flows already nothing is known to delay a raise, and setting the key for each would wear its memory.
        """
        return (
            self.seconds > 0
            and before == Limit.PAUSED
            and connector.state.plugged_in
            and connector.segment(now).limit > Limit.PAUSED
        )

    async def set_aside(self, link: Link) -> Answer:
        """End the delay that the wallbox applies now, and let it apply none until `reconcile` puts it back.

        Where it has none, there is nothing to do.

        Raises:
            CallError: no usable answer came; if 0 was taken all the same, `reconcile` puts back what was there.
        """
        memory = self._store.memory
        capabilities = memory.capabilities
        now = dt_util.utcnow()
        if capabilities.own_delay <= 0:
            return Answer.ACCEPTED
        if (before := memory.delay_set_aside) is not None:
            # It is 0 already, and what is to be put back is known.
            memory.delay_set_aside = replace(before, since=now)
            await self._store.save()
            return Answer.ACCEPTED
        name = capabilities.own_delay_key
        told = await read_delay(link, name)
        if told is not None and told[1] == 0:
            self._learn(0)
            return Answer.ACCEPTED
        memory.delay_set_aside = DelaySetAside(
            key=name,
            value=str(capabilities.own_delay) if told is None else told[0],
            seconds=capabilities.own_delay,
            since=now,
        )
        await self._store.save()
        try:
            answer = await link.configure(name, NO_DELAY)
        except CallRefusedError:
            memory.delay_set_aside = None
            await self._store.save()
            raise
        if answer not in {Answer.ACCEPTED, Answer.REBOOT_REQUIRED}:
            memory.delay_set_aside = None
            await self._store.save()
        else:
            _LOGGER.info("The wallbox's own random delay (%s) is set aside", name)
        return answer

    def next_change(self, now: datetime) -> datetime | None:
        """Return when the delay is to be put back, None where it is not set aside."""
        if (aside := self._store.memory.delay_set_aside) is None:
            return None
        due = aside.since + timedelta(seconds=aside.seconds)
        if now < aside.since + SETTLE:
            due = aside.since + SETTLE
        if self._retry_at is not None:
            due = max(due, self._retry_at)
        return max(due, now + timedelta(seconds=1))

    async def reconcile(self, link: Link, now: datetime) -> bool:
        """Put back a delay whose time is over, and learn what the wallbox delays by, once for each connection.

        Return whether it delays by more or less than it did, so that ours has to follow.

        Raises:
            CallTimedOutError: the wallbox did not answer, and is to be asked again.
            NotConnectedError: the link was lost.
        """
        before = self.seconds
        if (aside := self._store.memory.delay_set_aside) is not None:
            held_off = self._retry_at is not None and now < self._retry_at
            if self._over(aside, now) and not held_off:
                await self._put_back(link, aside)
        elif self._read_on is not link:
            await self._read(link)
            self._read_on = link
        if self._store.memory.delay_set_aside is None:
            await self._follow_owner(link)
        self._log()
        return self.seconds != before

    async def let_go(self, link: Link) -> None:
        """Put back a delay that is set aside, whatever it was set aside for."""
        if (aside := self._store.memory.delay_set_aside) is not None:
            await self._put_back(link, aside)

    def _over(self, aside: DelaySetAside, now: datetime) -> bool:
        """Return whether the delay that was cancelled would be over, or no car waits any more."""
        if now < aside.since + SETTLE:
            return False
        waiting = any(
            connector.state.status is ConnectorStatus.PREPARING
            or (
                connector.session is not None
                and connector.state.status is not ConnectorStatus.CHARGING
            )
            for connector in self._connectors.values()
        )
        return not waiting or now >= aside.since + timedelta(seconds=aside.seconds)

    async def _put_back(self, link: Link, aside: DelaySetAside) -> None:
        try:
            answer = await link.configure(aside.key, aside.value)
        except CallRefusedError:
            answer = Answer.REJECTED
        told = None
        if answer is Answer.ACCEPTED:
            told = await read_delay(link, aside.key)
        if answer is Answer.REBOOT_REQUIRED or (
            answer is Answer.ACCEPTED and (told is None or told[0] != NO_DELAY)
        ):
            _LOGGER.info("The wallbox's own random delay is %s s again", aside.value)
            self._refusals = 0
            self._retry_at = None
            self._store.memory.delay_set_aside = None
            self._learn(aside.seconds)
            await self._store.save()
            self._issues.clear(IssueKind.OWN_DELAY_LOST)
            return
        self._refusals += 1
        self._retry_at = dt_util.utcnow() + TRY_AGAIN
        _LOGGER.warning("The wallbox does not take its own random delay back")
        if self._refusals >= PATIENCE:
            # It has none now, so ours is the one that counts.
            self._learn(0)
            self._issues.show(IssueKind.OWN_DELAY_LOST)

    async def _read(self, link: Link) -> None:
        """Take in what the owner may have changed on the wallbox itself."""
        if name := self._store.memory.capabilities.own_delay_key:
            try:
                told = await read_delay(link, name)
            except CallTimedOutError:
                return
            if told is not None:
                self._learn(told[1])

    async def _follow_owner(self, link: Link) -> None:
        """Give the wallbox the longest delay that the owner chose, if they chose one (A11.6)."""
        memory = self._store.memory
        connector = next(iter(self._connectors.values()))
        if not self.seconds or connector.settings.longest_delay is None:
            return
        wanted = connector.settings.delay_maximum(connector.site.ruleset)
        write = (memory.capabilities.own_delay_key, str(wanted))
        if wanted in {0, self.seconds} or write in memory.settings_asked:
            return
        try:
            answer = await link.configure(*write)
        except CallRefusedError:
            answer = Answer.REJECTED
        if answer in {Answer.ACCEPTED, Answer.REBOOT_REQUIRED}:
            self._learn(wanted)
            return
        _LOGGER.debug("The wallbox keeps to its own longest delay: %s", answer)
        memory.settings_asked |= {write}
        self._store.save_soon()

    @callback
    def _learn(self, seconds: int) -> None:
        capabilities = self._store.memory.capabilities
        self._store.learn(replace(capabilities, own_delay=seconds))

    @callback
    def _log(self) -> None:
        """Say who delays, where that has changed: it is the proof that ours need not (requirements.md A11.5)."""
        seconds = self.seconds
        if seconds == (self._told or 0):
            return
        self._told = seconds
        if seconds:
            _LOGGER.info(
                "The wallbox delays by itself by up to %s s (%s); Home Assistant's own random delay stands down",
                seconds,
                self._store.memory.capabilities.own_delay_key,
            )
        else:
            _LOGGER.info(
                "The wallbox no longer delays by itself; Home Assistant's own random delay stands in"
            )
