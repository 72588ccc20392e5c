"""The source that asks an OpenADR 3 server for its events, and tells it who opted out."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
import logging
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import instance_id
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ....model.dsr import DsrEvent, DsrOutcome
from ....model.dsr_record import DsrRecord
from ..offers import Offers
from ..source import DsrSink
from . import reports
from .client import (
    OpenAdrAuthError,
    OpenAdrBusyError,
    OpenAdrClient,
    OpenAdrConflictError,
    OpenAdrError,
    OpenAdrRefusedError,
)
from .events import Context, read_events, read_units
from .outbox import Outbox
from .polling import Uniform, next_poll, retry, uniform
from .settings import OpenAdrSettings
from .targets import target_names

_LOGGER = logging.getLogger(__name__)

REFRESHED: Final = timedelta(hours=6)
"""How often a server is asked for its programs and for what it calls us."""


class OpenAdrProblem(StrEnum):
    """Why nothing new is heard."""

    CREDENTIALS = "credentials"
    REFUSED = "refused"
    """The credentials are accepted, but not for this; or the address is no OpenADR server's."""
    UNREACHABLE = "unreachable"
    NO_PROGRAM = "no_program"
    """The server has none of the programs that the owner named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAdrStatus:
    """How it stands with a server; `heard_at` (UTC) is its last good answer."""

    problem: OpenAdrProblem | None = None
    heard_at: datetime | None = None


async def check(hass: HomeAssistant, settings: OpenAdrSettings) -> None:
    """Ask a server for its programs, to see whether its address and the credentials are right.

    Raises:
        OpenAdrAuthError: the credentials are not accepted.
        OpenAdrError: the server was not reached, or is no OpenADR server.
    """
    await OpenAdrClient(async_get_clientsession(hass), settings).programs()


class OpenAdrSource:
    """A VEN. What a server said stands until its end while the server cannot be reached."""

    def __init__(
        self,
        hass: HomeAssistant,
        settings: OpenAdrSettings,
        *,
        on_status: Callable[[OpenAdrStatus], None] | None = None,
        draw: Uniform = uniform,
    ) -> None:
        """Take the settings, whom to tell how it stands, and where chance comes from; nothing is asked before `start`."""
        self._hass = hass
        self._settings = settings
        self._client = OpenAdrClient(async_get_clientsession(hass), settings)
        self._on_status = on_status
        self._draw = draw
        self._offers = Offers(settings.provider)
        self._status = OpenAdrStatus()
        self._household = ""
        self._sink: DsrSink | None = None
        self._task: asyncio.Task[None] | None = None
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._failures = 0
        self._ven_targets: frozenset[str] = frozenset()
        self._programs: Mapping[str, Mapping[str, Any]] = {}
        self._knows_until: datetime | None = None
        self._events: Mapping[str, Mapping[str, Any]] = {}
        self._problems: tuple[str, ...] = ()
        self._outbox = Outbox(hass, settings.provider)

    @property
    def provider(self) -> str:
        """The provider that all events name."""
        return self._settings.provider

    @property
    def status(self) -> OpenAdrStatus:
        """How it stands with the server."""
        return self._status

    async def start(self, sink: DsrSink) -> None:
        """Take up what `sink` holds, and ask at this home's next turn: after a power cut the whole street starts at once."""
        self._sink = sink
        self._offers.resume(sink.standing(self.provider))
        await self._recall()
        self._poll_at(self._next_turn())

    async def stop(self) -> None:
        """Ask no more. Reports that could not be sent wait for the next start."""
        self._sink = None
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def opted_out(self, event: DsrEvent, at: datetime) -> None:
        """Report at once that an event is not followed; later where the server cannot be reached."""
        await self._recall()
        await self._outbox.put(reports.opted_out(event, at, self._household))
        # A server in trouble is left alone until its time has come, and one that was not asked yet until our turn.
        if not self._failures and self._status.heard_at is not None:
            self._poll_soon()

    async def completed(
        self, event: DsrEvent, outcome: DsrOutcome, energy_wh: float | None
    ) -> None:
        """Report what was charged in an event, if its server asks for that."""
        if outcome is not DsrOutcome.COMPLETED:
            return
        await self._recall()
        if energy_wh is None:
            await self._outbox.done(reports.usage_name(event, self._household))
        else:
            await self._outbox.put(reports.charged(event, energy_wh, self._household))

    async def owes(self, record: DsrRecord) -> bool:
        """Return whether the server was not told yet, nor is about to be; what was told us under other terms counts not."""
        since = await self._recall()
        if record.outcome is DsrOutcome.COMPLETED:
            name = reports.usage_name(record.event, self._household)
        else:
            name = reports.opt_out_name(
                record.event, record.declined_at, self._household
            )
        return record.told_at >= since and not self._outbox.knows(name)

    async def _recall(self) -> datetime:
        """Take up what this home is, and what its server is still to be told; return since when it is told anything."""
        if not self._household:
            home = await instance_id.async_get(self._hass)
            self._household = f"{home}/{self.provider}"
        return await self._outbox.load()

    def _next_turn(self) -> datetime:
        return next_poll(self._household, self._settings.interval, dt_util.utcnow())

    def _poll_at(self, moment: datetime) -> None:
        if self._sink is None:
            return
        if self._cancel_timer is not None:
            self._cancel_timer()
        self._cancel_timer = async_track_point_in_utc_time(
            self._hass, self._turn, moment
        )

    @callback
    def _turn(self, _now: datetime) -> None:
        self._cancel_timer = None
        self._poll_soon()

    @callback
    def _poll_soon(self) -> None:
        if self._sink is None:
            return
        if self._task is not None and not self._task.done():
            return
        self._task = self._hass.async_create_background_task(
            self._poll(), f"OpenADR {self.provider}"
        )

    async def _poll(self) -> None:
        try:
            problem = await self._ask()
        except OpenAdrError as error:
            self._failed(error)
            return
        except Exception:
            # The edge: what a server says must never end the asking.
            _LOGGER.exception("The answer of %s could not be used", self.provider)
            self._failed(OpenAdrError("the answer could not be used"))
            return
        self._failures = 0
        self._tell(OpenAdrStatus(problem=problem, heard_at=dt_util.utcnow()))
        self._poll_at(self._next_turn())

    def _failed(self, error: OpenAdrError) -> None:
        self._failures += 1
        wait = timedelta()
        if isinstance(error, OpenAdrBusyError):
            wait = error.retry_after
        level = logging.WARNING if self._failures == 1 else logging.DEBUG
        _LOGGER.log(level, "The OpenADR server of %s: %s", self.provider, error)
        problem = OpenAdrProblem.UNREACHABLE
        if isinstance(error, OpenAdrAuthError):
            problem = OpenAdrProblem.CREDENTIALS
        elif isinstance(error, OpenAdrRefusedError):
            problem = OpenAdrProblem.REFUSED
        self._tell(OpenAdrStatus(problem=problem, heard_at=self._status.heard_at))
        self._poll_at(retry(self._failures, wait, dt_util.utcnow(), self._draw))

    def _tell(self, status: OpenAdrStatus) -> None:
        self._status = status
        if self._on_status is not None:
            self._on_status(status)

    async def _ask(self) -> OpenAdrProblem | None:
        """Ask for everything once, tell the sink, and send what waits.

        Raises:
            OpenAdrError: the server was not reached, or its answer cannot be used.
        """
        now = dt_util.utcnow()
        if self._knows_until is None or now >= self._knows_until:
            self._ven_targets = await self._register()
            self._programs = _by_id(await self._client.programs())
            self._knows_until = now + REFRESHED
        if self._settings.programs and not self._followed():
            # Whatever became of the program: what was asked under it ends as it was to end.
            self._knows_until = None
            return OpenAdrProblem.NO_PROGRAM
        answer = await self._answer()
        self._events = _by_id(answer)
        if not self._settings.programs and self._unknown_programs():
            self._knows_until = None
        found = read_events(answer, self._context(), now)
        if found.problems != self._problems:
            self._problems = found.problems
            for problem in found.problems:
                _LOGGER.warning(
                    "%s sent what cannot be read: %s", self.provider, problem
                )
        if self._sink is not None:
            await self._offers.tell(self._sink, found.reading, dt_util.utcnow())
        # A server that takes no report has been heard all the same.
        self._status = OpenAdrStatus(heard_at=dt_util.utcnow())
        await self._send_reports()
        return None

    async def _answer(self) -> list[Any]:
        if not self._settings.programs:
            return await self._client.events()
        answer: list[Any] = []
        for program_id in self._followed():
            answer += await self._client.events(program_id)
        return answer

    def _followed(self) -> list[str]:
        """Return the ids of the programs that the owner named."""
        return [
            program_id
            for program_id, program in self._programs.items()
            if not self._settings.programs.isdisjoint(
                {program_id, str(program.get("programName"))}
            )
        ]

    def _unknown_programs(self) -> bool:
        return any(
            str(event.get("programID")) not in self._programs
            for event in self._events.values()
        )

    def _context(self) -> Context:
        settings = self._settings
        return Context(
            provider=self.provider,
            household=self._household,
            settings=settings,
            ours=settings.targets
            | self._ven_targets
            | {settings.ven_name, settings.resource_name}
            | {str(program.get("programName")) for program in self._programs.values()},
            units={
                program_id: read_units(program.get("payloadDescriptors"))
                for program_id, program in self._programs.items()
            },
        )

    async def _register(self) -> frozenset[str]:
        """Make ourselves known, and return the names that the server's operator has given us.

        Where VENs are registered beforehand a client may not do it itself, nor look; then the owner's settings must do.
        """
        name = self._settings.ven_name
        try:
            vens = await self._client.vens(name)
            ours = [
                ven
                for ven in vens
                if isinstance(ven, dict) and ven.get("venName") == name
            ]
            ven = ours[0] if ours else await self._client.create_ven(name)
        except OpenAdrRefusedError as error:
            _LOGGER.debug("%s does not register VENs: %s", self.provider, error)
            return frozenset()
        return (
            target_names(ven.get("targets")) if isinstance(ven, dict) else frozenset()
        )

    async def _send_reports(self) -> None:
        while (report := self._outbox.first()) is not None:
            event = self._events.get(report.event_id)
            if event is not None and reports.is_wanted(report, event):
                await self._send(report, str(event.get("programID") or ""))
            await self._outbox.done(report.name)

    async def _send(self, report: reports.Report, program_id: str) -> None:
        """Send a report, unless it went out before and did arrive."""
        try:
            if await self._outbox.sending(report.name) and await self._has(report):
                return
            await self._client.report(reports.body(report, program_id, self._settings))
        except OpenAdrConflictError as error:
            _LOGGER.debug("%s has a report already: %s", self.provider, error)
        except OpenAdrRefusedError as error:
            # A server that takes no reports never will, and its events count all the same.
            _LOGGER.warning("%s takes no report: %s", self.provider, error)

    async def _has(self, report: reports.Report) -> bool:
        try:
            known = await self._client.reports(report.event_id)
        except OpenAdrRefusedError:
            # Not everybody may look. Under the same name the server can tell that it is the same.
            return False
        return any(
            isinstance(item, dict) and item.get("reportName") == report.name
            for item in known
        )


def _by_id(items: list[Any]) -> dict[str, Mapping[str, Any]]:
    """Return the objects of a server by their id; what has none is left out."""
    return {
        item["id"]: item
        for item in items
        if isinstance(item, dict) and isinstance(item.get("id"), str)
    }
