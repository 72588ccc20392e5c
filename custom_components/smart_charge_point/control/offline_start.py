"""Starting offline: that a session can begin while Home Assistant is down (reg. 7, requirements.md A7.3)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..central_system.link import Link
from ..central_system.v16.offline_start import secure_offline_start
from ..model.capabilities import OfflineStart
from .connector import Connector
from .issues import IssueKind, Issues
from .memory import MemoryStore

_LOGGER = logging.getLogger(__name__)

CLEARLY: Final = timedelta(seconds=60)
"""How long before the link came a session must have begun to have begun without it: clocks differ."""


class OfflineStartKeeper:
    """Sees to it that one wallbox can begin a session by itself, and says where it cannot."""

    def __init__(
        self,
        store: MemoryStore,
        issues: Issues,
        connectors: Mapping[int, Connector],
    ) -> None:
        """Learn into the memory of `store`, complain to `issues`."""
        self._store = store
        self._issues = issues
        self._connectors = connectors
        self._asked_on: Link | None = None
        self._met_at: datetime | None = None
        self._known: frozenset[int] = frozenset()
        """The sessions that ran at the last look."""

    @callback
    def connected(self, link: Link | None) -> None:
        """Take the live connection, or its loss."""
        self._met_at = None if link is None else dt_util.utcnow()
        self._known = frozenset(self._running())

    async def reconcile(self, link: Link) -> None:
        """Find out, once for each firmware, and again at each connection as long as there is no way.

        Raises:
            NotConnectedError: the link was lost.
        """
        path = self._store.memory.capabilities.offline_start
        if (
            path in {OfflineStart.UNTRIED, OfflineStart.NONE}
            and self._asked_on is not link
        ):
            await self._secure(link)
            self._asked_on = link
        self._report()

    async def _secure(self, link: Link) -> None:
        memory = self._store.memory
        report = await secure_offline_start(
            link,
            free_vend=any(
                connector.settings.start_on_plug_in
                for connector in self._connectors.values()
            ),
            asked=memory.settings_asked,
            read_only=memory.settings_stopped == memory.boot.firmware,
        )
        memory.settings_asked |= report.asked
        if report.stopped:
            memory.settings_stopped = memory.boot.firmware
        _LOGGER.debug("Sessions without a link begin by: %s", report.path)
        if (
            report.path is not OfflineStart.NONE
            or memory.capabilities.offline_start is not OfflineStart.SEEN
        ):
            self._store.learn(replace(memory.capabilities, offline_start=report.path))
        self._store.save_soon()

    @callback
    def look(self) -> None:
        """Take note of a session that turns out to have begun while there was no link: then there is a way."""
        running = self._running()
        begun = running.keys() - self._known
        self._known = frozenset(running)
        if self._met_at is None or not any(
            running[session] < self._met_at - CLEARLY for session in begun
        ):
            return
        capabilities = self._store.memory.capabilities
        if capabilities.offline_start is OfflineStart.NONE:
            self._store.learn(replace(capabilities, offline_start=OfflineStart.SEEN))
            self._report()

    def _running(self) -> dict[int, datetime]:
        """Return when each session began that runs."""
        return {
            connector.session.transaction_id: connector.session.started_at
            for connector in self._connectors.values()
            if connector.session is not None
        }

    def _report(self) -> None:
        self._issues.set(
            IssueKind.NO_OFFLINE_START,
            self._store.memory.capabilities.offline_start is OfflineStart.NONE,
        )
