"""Down: what the owner wants of one charge point, and what the platforms may know of it."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..central_system.counters import ServerCounters
from ..central_system.handler import Handler
from ..central_system.link import (
    Answer,
    CallError,
    CallRefusedError,
    CallTimedOutError,
    Link,
    NotConnectedError,
    Priority,
)
from ..central_system.resident import to_store
from ..model.capabilities import Support
from ..model.charge_point import ChargePointState
from ..model.decision import DecisionKind
from ..model.hours import ChargingHours, HoursChoice, HoursDecision
from ..model.limit import LEAST_CURRENT, Limit
from ..model.plan import Plan
from ..model.trace import TraceSample
from ..records.technical_file.facts import Evidence, Fact
from ..rules.ladder import Decided
from ..rules.random_delay import DelayRefusal, DelayRefusedError, checked_maximum
from ..rules.ruleset import Ruleset
from . import refusal
from .authority import Authority
from .capability_report import Finding, capability_report
from .charge_point import ChargePoint
from .connector import Connector
from .dsr_desk import DsrDesk
from .evidence import evidence_of
from .fast_metering import SampleListener
from .override import Override, OverrideKind
from .reports import Reports
from .settings import ChargePointSettings
from .site_settings import SiteSettings
from .starting import WISH_LASTS
from .tampering import Tampering

_DELAY_REFUSALS: Final = {
    DelayRefusal.OUT_OF_RANGE: "delay_out_of_range",
    DelayRefusal.NEEDS_REASON: "delay_needs_reason",
    DelayRefusal.NEVER_OFF: "delay_never_off",
}


class Controller:
    """One charge point, as its owner meets it.

    Commands raise translated errors (`refusal`), and then nothing was changed.
    """

    def __init__(self, charge_point: ChargePoint) -> None:
        """Command `charge_point`."""
        self._charge_point = charge_point
        self._authority = Authority(charge_point)
        self.dsr = DsrDesk(charge_point, self._authority)
        self._tampering = Tampering(charge_point, self._authority)
        self._reports = Reports(charge_point, self._tampering)

    @property
    def handler(self) -> Handler:
        """Who answers the wallbox."""
        return self._reports

    @property
    def state(self) -> ChargePointState:
        """The charge point as it is: an immutable snapshot."""
        return self._charge_point.state

    @property
    def subentry_id(self) -> str:
        """The config subentry that it was set up by."""
        return self._charge_point.subentry_id

    @property
    def identity(self) -> str:
        """The name under which the wallbox dials in."""
        return self._charge_point.settings.identity

    @property
    def name(self) -> str:
        """What its owner calls it."""
        return self._charge_point.name

    @property
    def ruleset(self) -> Ruleset:
        """The rules that hold where it is installed."""
        return self._charge_point.site.ruleset

    @property
    def bank_holidays(self) -> frozenset[date]:
        """The days that have the hours of a Sunday."""
        return self._charge_point.site.bank_holidays

    async def async_start(self) -> None:
        """Take up what was known before the restart."""
        await self._charge_point.async_start()
        self._tampering.show()

    async def async_stop(self) -> None:
        """Keep what is known; sockets are the server's to close."""
        await self._charge_point.async_stop()

    async def async_let_go(self) -> None:
        """Leave the wallbox, if it is connected, with nothing that only Home Assistant could take away."""
        await self._charge_point.reconciler.let_go()

    async def async_remove(self) -> None:
        """Forget the charge point. Its sessions stay in the ledger; deleting them is the owner's act."""
        await self._charge_point.async_remove()

    async def async_update(self, name: str, settings: ChargePointSettings) -> None:
        """Take what the owner changed, without touching the socket."""
        other_hardware = settings.identity != self.identity
        await self._charge_point.async_update(name, settings)
        if other_hardware:
            await self._tampering.replaced()
        self._tampering.show()

    @callback
    def async_add_listener(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `listener` whenever `state` was replaced."""
        return self._charge_point.async_add_listener(listener)

    async def async_charge_now(
        self,
        connector: int,
        user_id: str | None = None,
        until: datetime | None = None,
    ) -> None:
        """Let this session charge whatever hours and delay say; begin one if a car waits (A10.5).

        It lasts until `until` (UTC), else as long as the session. Demand-side response gives way to a user who may
        override it.
        """
        kind = DecisionKind.CHARGE_NOW
        link, target = await self._ready(kind, connector, user_id)
        if until is not None and until <= dt_util.utcnow():
            raise refusal.not_possible("until_is_past")
        if not target.state.plugged_in and target.session is None:
            raise refusal.not_possible("no_car", name=self.name)
        if not target.state.charging:
            with suppress(HomeAssistantError):
                await self._set_own_delay_aside(link)
        now = dt_util.utcnow()
        before = target.memory.override
        if target.session is None:
            await self._begin_now(link, target, now, until)
        else:
            target.memory.override = Override(
                kind=OverrideKind.CHARGE_NOW,
                transaction_id=target.session.transaction_id,
                since=now,
                until=until,
            )
            await self._override(link, target, before)
        await self._authority.record(
            kind, user_id, connector, "" if until is None else until.isoformat()
        )
        session = target.session
        await self.dsr.async_give_way(
            user_id, None if session is None else session.transaction_id
        )

    async def _begin_now(
        self, link: Link, target: Connector, now: datetime, until: datetime | None
    ) -> None:
        """Begin a session that charges at once, until `until` (UTC) or its end."""
        wish = Override(
            kind=OverrideKind.CHARGE_NOW,
            transaction_id=None,
            since=now,
            until=now + WISH_LASTS,
            wished_until=until,
        )
        starting = self._charge_point.starting
        try:
            answer = await starting.begin(link, target, wish)
        except CallError as error:
            starting.start_soon(target)
            raise refusal.failed(self.name, error) from error
        if answer is not Answer.ACCEPTED:
            starting.start_soon(target)
            raise refusal.refused(self.name, answer)
        self._charge_point.publish()

    async def async_cancel_delay(
        self, connector: int, user_id: str | None = None
    ) -> None:
        """End the random delay that runs; the hours stay, and the next delay comes as ever (A11.4)."""
        kind = DecisionKind.CANCEL_DELAY
        link, target = await self._ready(kind, connector, user_id)
        await self._cancel_delay(link, target)
        await self._authority.record(kind, user_id, connector)

    async def _cancel_delay(self, link: Link, target: Connector) -> None:
        now = dt_util.utcnow()
        delays_itself = self._charge_point.reconciler.own_delay.may_run(target, now)
        if delays_itself:
            await self._set_own_delay_aside(link)
        if target.session is None and target.skip_held_delay(now):
            self._charge_point.store.save_soon()
            self._charge_point.publish()
            return
        if target.session is None or target.state.delay_ends is None:
            if delays_itself:
                return
            raise refusal.not_possible("no_delay", name=self.name)
        before = target.memory.override
        target.memory.override = Override(
            kind=OverrideKind.SKIP_DELAY,
            transaction_id=target.session.transaction_id,
            since=now,
            until=target.window_end(target.state.delay_ends),
        )
        await self._override(link, target, before)

    async def _set_own_delay_aside(self, link: Link) -> None:
        """Cancel the random delay that the wallbox applies by itself, if it does; it is put back afterwards (A11.5)."""
        try:
            answer = await self._charge_point.reconciler.own_delay.set_aside(link)
        except CallError as error:
            raise refusal.failed(self.name, error) from error
        finally:
            self._charge_point.reconciler.wake()
        if answer not in {Answer.ACCEPTED, Answer.REBOOT_REQUIRED}:
            raise refusal.refused(self.name, answer)

    async def async_stop_charging(
        self, connector: int, user_id: str | None = None
    ) -> None:
        """End the session; where the wallbox will not, hold it at no current."""
        kind = DecisionKind.STOP
        link, target = await self._ready(kind, connector, user_id)
        await self._stop_charging(link, target)
        await self._authority.record(kind, user_id, connector)

    async def _stop_charging(self, link: Link, target: Connector) -> None:
        if (session := target.session) is None:
            raise refusal.not_possible("no_session", name=self.name)
        try:
            answer = await link.stop_transaction(session.wallbox_id)
        except CallRefusedError, CallTimedOutError:
            answer = Answer.REJECTED
        except CallError as error:
            raise refusal.failed(self.name, error) from error
        if answer is Answer.ACCEPTED:
            return
        before = target.memory.override
        target.memory.override = Override(
            kind=OverrideKind.STOP,
            transaction_id=session.transaction_id,
            since=dt_util.utcnow(),
        )
        await self._override(link, target, before)

    async def async_set_current_limit(
        self, connector: int, amperes: float, user_id: str | None = None
    ) -> None:
        """Set the most that the owner wants to flow, in A per phase: 0 (paused) or from 6 to the maximum."""
        kind = DecisionKind.CURRENT_LIMIT_CHANGED
        link, target = await self._ready(kind, connector, user_id, faulted_too=True)
        maximum = self._charge_point.memory.capabilities.maximum
        if amperes and not LEAST_CURRENT.amperes <= amperes <= maximum.amperes:
            raise refusal.not_possible(
                "limit_out_of_range",
                least=f"{LEAST_CURRENT.amperes:g}",
                most=f"{maximum.amperes:g}",
            )
        before = target.memory.owner_limit
        if amperes > (before or maximum).amperes:
            # With a fault, less may be asked for and never more.
            await self._authority.check_safe(kind, user_id, target)
        known = self._charge_point.memory.capabilities
        target.memory.owner_limit = Limit(amperes=amperes)
        await self._charge_point.store.save()
        reconciler = self._charge_point.reconciler
        if before is not None and reconciler.own_delay.would_delay(
            target, before, dt_util.utcnow()
        ):
            with suppress(HomeAssistantError):
                await self._set_own_delay_aside(link)
        try:
            await reconciler.maximum.hold(link, Priority.OWNER)
            await reconciler.hold(link, target, Priority.OWNER)
            answer = await reconciler.overriding.apply(link, target, Priority.OWNER)
            capabilities = self._charge_point.memory.capabilities
            nothing_resident = {
                capabilities.default_profile,
                capabilities.maximum_profile,
            } == {Support.REFUSED}
            if nothing_resident and target.session is None:
                # Only a session's own profile could carry the limit, and none runs.
                answer = Answer.REJECTED
            if answer is not Answer.ACCEPTED:
                target.memory.owner_limit = before
                # Some refuse a limit that is low for them (S5), which says nothing of the profiles that carried it.
                self._charge_point.store.learn(
                    replace(known, connectors=capabilities.connectors)
                )
                raise refusal.refused(self.name, answer)
        except CallError as error:
            target.memory.owner_limit = before
            raise refusal.failed(self.name, error) from error
        finally:
            await self._charge_point.store.save()
            reconciler.wake()
            self._charge_point.publish()
        await self._authority.record(kind, user_id, connector, f"{amperes:g} A")

    async def async_set_charging_hours(
        self, hours: ChargingHours, choice: HoursChoice, user_id: str | None
    ) -> None:
        """Set the charging hours of all connectors; the wallbox learns of them as soon as it can."""
        kind = DecisionKind.HOURS_CHANGED
        await self._authority.check(kind, user_id)
        if choice is not HoursChoice.ACCEPTED:
            await self._authority.check_safe(kind, user_id, None)
        await self._async_change(
            replace(
                self._charge_point.settings,
                decision=HoursDecision(
                    hours=hours,
                    choice=choice,
                    decided_at=dt_util.utcnow(),
                    user_id=user_id or "",
                ),
            )
        )
        await self._authority.record(kind, user_id, detail=choice)

    async def async_set_delay_maximum(
        self, seconds: int, reason: str, user_id: str | None
    ) -> None:
        """Set the longest random delay in seconds; it holds from the next draw on, and the wallbox is told (A11.6).

        `reason` says why it is less than the ruleset asks for.
        """
        kind = DecisionKind.DELAY_MAXIMUM_CHANGED
        await self._authority.check(kind, user_id)
        try:
            checked_maximum(seconds, self.ruleset, reason)
        except DelayRefusedError as error:
            raise refusal.not_possible(
                _DELAY_REFUSALS[error.refusal],
                least=str(self.ruleset.least_delay),
                most=str(self.ruleset.most_delay),
            ) from error
        await self._async_change(
            replace(
                self._charge_point.settings,
                longest_delay=seconds,
                delay_reason=reason.strip(),
            )
        )
        await self._authority.record(
            kind, user_id, detail=f"{seconds} s {reason.strip()}".strip()
        )

    async def _async_change(self, settings: ChargePointSettings) -> None:
        """Put changed settings in force, and into the config subentry beside what else that carries."""
        subentry = self._charge_point.entry.subentries[self.subentry_id]
        self._charge_point.hass.config_entries.async_update_subentry(
            self._charge_point.entry,
            subentry,
            data={**subentry.data, **settings.as_data()},
        )
        await self.async_update(self.name, settings)

    @property
    def delay_maximum(self) -> int:
        """The longest random delay, in seconds."""
        return self._charge_point.settings.delay_maximum(self.ruleset)

    @callback
    def async_site_changed(self, site: SiteSettings) -> None:
        """Take what the owner changed for the whole home."""
        self._charge_point.async_site_changed(site)

    async def async_set_available(
        self, connector: int, available: bool, user_id: str | None = None
    ) -> None:
        """Take a connector in or out of service."""
        kind = DecisionKind.AVAILABLE_CHANGED
        link, target = await self._ready(kind, connector, user_id, faulted_too=True)
        taken = {Answer.ACCEPTED, Answer.SCHEDULED}
        alone = len(self._charge_point.connectors) == 1
        try:
            try:
                answer = await link.set_available(connector, available)
            except CallRefusedError:
                if not alone:
                    raise
                answer = Answer.REJECTED
            if answer not in taken and alone:
                # Some know only the wallbox as a whole.
                answer = await link.set_available(0, available)
        except CallError as error:
            raise refusal.failed(self.name, error) from error
        if answer not in taken:
            raise refusal.refused(self.name, answer)
        target.told_available(available, scheduled=answer is Answer.SCHEDULED)
        self._charge_point.publish()
        await self._authority.record(
            kind, user_id, connector, "in service" if available else "out of service"
        )

    async def async_clear_tampering(self, user_id: str | None) -> None:
        """Take it that the wallbox was looked at after somebody had interfered with it, and that all is well with it."""
        await self._tampering.clear(user_id)

    async def async_send_ocpp(
        self, action: str, payload: dict[str, Any]
    ) -> dict[str, Any]:
        """Send any message of the wallbox's OCPP version, and return the answer."""
        if self._charge_point.link is None:
            raise refusal.not_possible("not_connected", name=self.name)
        try:
            return await self._charge_point.link.call(action, payload)
        except CallError as error:
            raise refusal.failed(self.name, error) from error

    async def async_forget_cards(self) -> Answer:
        """Make the wallbox forget all cards it knows.

        Raises:
            CallError: it gave no usable answer, or is not connected.
        """
        if self._charge_point.link is None:
            raise NotConnectedError(self.name)
        return await self._charge_point.link.forget_cards()

    def plan(self, connector: int, until: datetime) -> Plan:
        """Return the plan of a connector from now until `until` (UTC)."""
        return self._known(connector).plan(dt_util.utcnow(), until)

    def ladder(self, connector: int, until: datetime) -> tuple[Decided, ...]:
        """Return the plan of a connector from now until `until` (UTC), with all that has a say in it."""
        return self._known(connector).ladder(dt_util.utcnow(), until)

    def capability_report(self) -> tuple[Finding, ...]:
        """Return what was found of the wallbox, and what of it rests on Home Assistant being up."""
        now = dt_util.utcnow()
        connectors = self._charge_point.connectors.values()
        return capability_report(
            self._charge_point.memory.capabilities,
            [connector.resident_schedule(now) for connector in connectors],
            now,
            delays=any(connector.delays for connector in connectors),
        )

    async def async_evidence(
        self,
        software: Mapping[Fact, str],
        counters: ServerCounters,
        *,
        personal: bool,
    ) -> Evidence:
        """Return what is known for the technical file: see `evidence.evidence_of`."""
        return await evidence_of(
            self._charge_point,
            software=software,
            counters=counters,
            personal=personal,
            now=dt_util.utcnow(),
        )

    def latest_power(self, connector: int) -> tuple[TraceSample, ...]:
        """Return what a connector measured in the latest minutes, by time."""
        return self._charge_point.fast_metering.latest(connector, dt_util.utcnow())

    @callback
    def async_watch_power(self, listener: SampleListener) -> CALLBACK_TYPE:
        """Call `listener` with the connector and each sample as it comes, until what is returned is called."""
        return self._charge_point.fast_metering.listen(listener)

    @property
    def decision(self) -> HoursDecision:
        """The hours in force, and who chose them."""
        return self._charge_point.settings.decision

    @property
    def maximum(self) -> Limit:
        """What the installation may draw, per phase."""
        return self._charge_point.settings.maximum

    @property
    def phases(self) -> int:
        """How many phases it has."""
        return self._charge_point.settings.phases

    def _known(self, number: int) -> Connector:
        if (connector := self._charge_point.connectors.get(number)) is None:
            raise refusal.not_possible("unknown_connector", name=self.name)
        return connector

    async def _ready(
        self,
        kind: DecisionKind,
        number: int,
        user_id: str | None,
        *,
        faulted_too: bool = False,
    ) -> tuple[Link, Connector]:
        """Return what a command needs, or refuse it (A2.1): nothing may be sent to a faulted or absent wallbox (A8.1)."""
        await self._authority.check(kind, user_id, number)
        connector = self._known(number)
        if self._charge_point.link is None or not self._charge_point.link.open:
            raise refusal.not_possible("not_connected", name=self.name)
        if not faulted_too:
            await self._authority.check_safe(kind, user_id, connector)
        return self._charge_point.link, connector

    async def _override(
        self, link: Link, target: Connector, before: Override | None
    ) -> None:
        """Send the override that was just set; take it back if the wallbox will not have it."""
        # On the disk first: a wallbox must never hold a wish that nobody remembers after Home Assistant was killed.
        await self._charge_point.store.save()
        try:
            reconciler = self._charge_point.reconciler
            await reconciler.maximum.hold(link, Priority.OWNER)
            answer = await reconciler.overriding.apply(link, target, Priority.OWNER)
        except CallError as error:
            await self._take_back(target, before)
            raise refusal.failed(self.name, error) from error
        if answer is not Answer.ACCEPTED:
            await self._take_back(target, before)
            raise refusal.refused(self.name, answer)
        self._charge_point.store.save_soon()
        self._charge_point.reconciler.wake()
        self._charge_point.publish()

    async def _take_back(self, target: Connector, before: Override | None) -> None:
        """Let the override that the wallbox would not have never have been."""
        target.memory.override = before
        await self._charge_point.store.save()

    def diagnostics(self) -> dict[str, Any]:
        """Return what helps to find out what is wrong, without tags, keys or addresses."""
        memory = self._charge_point.memory
        return {
            "connected": self._charge_point.link is not None,
            "capabilities": asdict(memory.capabilities),
            "report": [asdict(finding) for finding in self.capability_report()],
            "profiles": {
                number: [
                    to_store(profile)
                    for profile in connector.memory.acknowledged.values()
                ]
                for number, connector in self._charge_point.connectors.items()
            },
        }
