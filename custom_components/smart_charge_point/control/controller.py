"""Down: what the owner wants of one charge point, and what the platforms may know of it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.util import dt as dt_util

from ..central_system.counters import ServerCounters
from ..central_system.handler import Handler
from ..central_system.link import Answer, CallError, NotConnectedError
from ..central_system.resident import to_store
from ..model.charge_point import ChargePointState
from ..model.hours import HoursDecision
from ..model.limit import Limit
from ..model.plan import Plan
from ..model.trace import TraceSample
from ..records.technical_file.facts import Evidence, Fact
from ..rules.ladder import Decided
from ..rules.ruleset import Ruleset
from . import refusal
from .authority import Authority
from .capability_report import Finding
from .charge_point import ChargePoint
from .desk import known_connector
from .dsr_desk import DsrDesk
from .evidence import evidence_of
from .fast_metering import SampleListener
from .override_desk import OverrideDesk
from .reports import Reports
from .settings import ChargePointSettings
from .settings_desk import SettingsDesk
from .site_settings import SiteSettings
from .tampering import Tampering


class Controller:
    """One charge point, as its owner meets it: its desks take what is wished of it, the rest is told here.

    Commands raise translated errors (`refusal`), and then nothing was changed.
    """

    def __init__(self, charge_point: ChargePoint) -> None:
        """Command `charge_point`."""
        self._charge_point = charge_point
        self._authority = Authority(charge_point)
        self.dsr = DsrDesk(charge_point, self._authority)
        self.overrides = OverrideDesk(charge_point, self._authority, self.dsr)
        self.settings = SettingsDesk(charge_point, self._authority)
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

    @property
    def delay_maximum(self) -> int:
        """The longest random delay, in seconds."""
        return self._charge_point.settings.delay_maximum(self.ruleset)

    @callback
    def async_site_changed(self, site: SiteSettings) -> None:
        """Take what the owner changed for the whole home."""
        self._charge_point.async_site_changed(site)

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
        return known_connector(self._charge_point, connector).plan(
            dt_util.utcnow(), until
        )

    def ladder(self, connector: int, until: datetime) -> tuple[Decided, ...]:
        """Return the plan of a connector from now until `until` (UTC), with all that has a say in it."""
        return known_connector(self._charge_point, connector).ladder(
            dt_util.utcnow(), until
        )

    def capability_report(self) -> tuple[Finding, ...]:
        """Return what was found of the wallbox, and what of it rests on Home Assistant being up."""
        return self._charge_point.capability_report(dt_util.utcnow())

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
