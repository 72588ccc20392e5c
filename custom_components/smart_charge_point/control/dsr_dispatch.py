"""What the sources of demand-side response ask of a home: each charge point is told, and each source what came of it."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
import logging
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..model.dsr import DsrEvent, DsrOutcome
from ..model.dsr_record import DsrRecord
from ..records.dsr_report import DsrReport
from ..records.errors import LedgerError
from .dsr_desk import DsrDesk
from .dsr_source_issues import SourceIssues
from .dsr_sources.configured import forget, source_of
from .dsr_sources.source import DsrSink, DsrSource
from .site_settings import CONF_DSR_PROVIDERS, CONF_DSR_SOURCES

_LOGGER = logging.getLogger(__name__)

DECLINED: Final = frozenset({DsrOutcome.OVERRIDDEN, DsrOutcome.NOT_FOLLOWED})
"""What becomes of an event that its provider is told is not followed."""
REMEMBERED: Final = timedelta(hours=25)
"""How long an event that has passed may still be settled: no delay of its end is longer."""
OWED: Final = timedelta(days=7)
"""How long after its end a provider is still told what became of an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    """A source as the options described it when it was started."""

    # A server's secret is in it, which no log may show.
    data: Mapping[str, Any] = field(repr=False)
    source: DsrSource
    starting: asyncio.Task[None]


class DsrDispatch(DsrSink):
    """Runs the sources that the owner chose, and stands between them and the charge points of the home.

    An event of a source is asked of every charge point, also of one that is added while it stands.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Take the config entry, whose options name the sources; nothing runs before `async_sync`."""
        self._hass = hass
        self._entry = entry
        self._issues = SourceIssues(hass, entry.entry_id)
        self._running: dict[str, _Running] = {}
        self._desks: dict[str, DsrDesk] = {}
        self._told: dict[tuple[str, str], DsrEvent] = {}
        """What the sources have told and not taken back, until it has ended at every charge point."""
        self._declined: set[tuple[str, tuple[str, str]]] = set()
        """The events of which a provider knows that a charge point does not follow them."""

    async def async_sync(self, desks: Mapping[str, DsrDesk]) -> None:
        """Bring sources and charge points (by subentry) in line with the options, each without touching the others."""
        wanted: Mapping[str, Mapping[str, Any]] = self._entry.options.get(
            CONF_DSR_SOURCES, {}
        )
        for provider, running in tuple(self._running.items()):
            if running.data != wanted.get(provider):
                await self._end(provider)
                if provider not in wanted:
                    await forget(self._hass, provider)
        self._told = {
            key: event for key, event in self._told.items() if key[0] in wanted
        }
        new = [one for one in desks if one not in self._desks]
        self._desks = dict(desks)
        for one in new:
            desks[one].async_listen(partial(self._settled, one))
        settled: list[DsrRecord] = []
        known = {
            one: await self._recall(one, frozenset(wanted), settled) for one in new
        }
        await self._let_go_of_others(frozenset(wanted))
        for one in new:
            for event in self._ahead():
                if event.key not in known[one]:
                    await self._offer(one, event)
        for provider, data in wanted.items():
            if provider not in self._running:
                self._begin(provider, data)
        if settled:
            self._soon(self._tell_owed(settled), "providers")

    async def async_stop(self) -> None:
        """Stop the sources. The events stay what they are."""
        for provider in tuple(self._running):
            await self._end(provider, forget=False)

    @override
    def standing(self, provider: str) -> Sequence[DsrEvent]:
        return [event for event in self._ahead() if event.provider == provider]

    @override
    async def offer(self, event: DsrEvent) -> None:
        now = dt_util.utcnow()
        self._told = {
            key: told for key, told in self._told.items() if told.end > now - REMEMBERED
        }
        self._declined = {one for one in self._declined if one[1] in self._told}
        self._told[event.key] = event
        for one in tuple(self._desks):
            await self._offer(one, event)

    @override
    async def withdraw(self, provider: str, event_id: str) -> None:
        self._told.pop((provider, event_id), None)
        for desk in tuple(self._desks.values()):
            await self._withdraw(desk, provider, event_id)

    def _ahead(self) -> list[DsrEvent]:
        now = dt_util.utcnow()
        return [event for event in self._told.values() if event.end > now]

    def _begin(self, provider: str, data: Mapping[str, Any]) -> None:
        self._issues.began(provider)
        source = source_of(
            self._hass,
            data,
            on_status=partial(self._issues.status, provider),
            on_missing=partial(self._issues.missing, provider),
        )
        self._running[provider] = _Running(
            data=data,
            source=source,
            # A calendar may ask a server of its own; the home does not wait for that.
            starting=self._entry.async_create_background_task(
                self._hass, source.start(self), f"{DOMAIN} events of {provider}"
            ),
        )

    async def _end(self, provider: str, *, forget: bool = True) -> None:
        running = self._running.pop(provider)
        running.starting.cancel()
        await asyncio.gather(running.starting, return_exceptions=True)
        await running.source.stop()
        if forget:
            self._issues.clear(provider)

    async def _recall(
        self, one: str, providers: frozenset[str], settled: list[DsrRecord]
    ) -> frozenset[tuple[str, str]]:
        """Take up what a charge point was told before a restart; return what it knows already.

        What its providers may still have to be told goes to `settled`.
        """
        now = dt_util.utcnow()
        known: set[tuple[str, str]] = set()
        try:
            records = await self._desks[one].async_records(now - OWED)
        except LedgerError as error:
            _LOGGER.warning("Earlier events cannot be read: %s", error)
            return frozenset()
        for record in records:
            event = record.event
            taken_back = record.outcome is DsrOutcome.CANCELLED
            if event.provider not in providers or taken_back:
                continue
            if record.settled:
                settled.append(record)
                if event.end <= now:
                    continue
            known.add(event.key)
            self._told.setdefault(event.key, event)
            if record.outcome in DECLINED:
                self._declined.add((one, event.key))
        return frozenset(known)

    async def _let_go_of_others(self, providers: frozenset[str]) -> None:
        """Withdraw the events of those whom the owner does not name any more, neither as a source nor for automations."""
        allowed = providers.union(self._entry.options.get(CONF_DSR_PROVIDERS, ()))
        for desk in tuple(self._desks.values()):
            for event in desk.events:
                if event.provider not in allowed:
                    await self._withdraw(desk, *event.key)

    async def _offer(self, one: str, event: DsrEvent) -> None:
        """Ask a charge point for an event. What it refuses (D6) its desk has recorded."""
        if (desk := self._desks.get(one)) is None:
            return
        try:
            record = await desk.async_offer(event)
        except (HomeAssistantError, LedgerError) as error:
            _LOGGER.warning("Event %s of %s: %s", event.event_id, event.provider, error)
            return
        if record.outcome in DECLINED and (one, event.key) not in self._declined:
            await self._tell_declined(one, record)

    async def _withdraw(self, desk: DsrDesk, provider: str, event_id: str) -> None:
        try:
            await desk.async_withdraw(provider, event_id)
        except LedgerError as error:
            _LOGGER.warning("Event %s of %s: %s", event_id, provider, error)

    @callback
    def _settled(self, one: str, record: DsrRecord) -> None:
        """Take note that an event ended at a charge point, or is not followed there any more."""
        if record.event.provider in self._running:
            self._soon(self._tell(one, record), record.event.provider)

    def _soon(self, telling: Coroutine[Any, Any, None], to: str) -> None:
        self._entry.async_create_background_task(
            self._hass, telling, f"{DOMAIN} word to {to}"
        )

    async def _tell_owed(self, settled: Sequence[DsrRecord]) -> None:
        """Tell what providers were not told: Home Assistant was down when an event ended, or ended before it was told."""
        for record in sorted(settled, key=lambda one: one.until_end):
            running = self._running.get(record.event.provider)
            if running is None or not await running.source.owes(record):
                continue
            if record.outcome is DsrOutcome.COMPLETED:
                self._told.setdefault(record.event.key, record.event)
                await self._tell_completed(record.event.key)
            else:
                await running.source.opted_out(record.event, record.declined_at)

    async def _tell(self, one: str, record: DsrRecord) -> None:
        if record.outcome in DECLINED:
            await self._tell_declined(one, record)
        await self._tell_completed(record.event.key)

    async def _tell_declined(self, one: str, record: DsrRecord) -> None:
        """Tell a provider that a charge point does not follow its event (D3)."""
        self._declined.add((one, record.event.key))
        if (running := self._running.get(record.event.provider)) is not None:
            await running.source.opted_out(record.event, record.declined_at)

    async def _tell_completed(self, key: tuple[str, str]) -> None:
        """Tell a provider what was charged in its event at all charge points that kept to it, once it has ended at each."""
        if any(
            event.key == key for desk in self._desks.values() for event in desk.events
        ):
            return
        ended = [
            report
            for report in await self._reports(key)
            if report.record.outcome is DsrOutcome.COMPLETED
        ]
        running = self._running.get(key[0])
        if not ended or running is None or self._told.pop(key, None) is None:
            return
        await running.source.completed(
            ended[0].record.event, DsrOutcome.COMPLETED, _energy(ended)
        )

    async def _reports(self, key: tuple[str, str]) -> list[DsrReport]:
        """Return what was measured in an event, at each charge point that knows of it."""
        reports = []
        for desk in tuple(self._desks.values()):
            with suppress(HomeAssistantError, LedgerError):
                reports.append(await desk.async_report(*key))
        return reports


def _energy(reports: Sequence[DsrReport]) -> float | None:
    """Return the Wh that were charged in an event at all charge points; None where one of them did not measure all of it."""
    total = 0.0
    for report in reports:
        measured = [
            connector.whole.energy
            for connector in report.connectors
            if connector.whole.energy is not None and connector.whole.energy_is_whole
        ]
        if not measured:
            return None
        total += sum(measured)
    return total
