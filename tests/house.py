"""The house that tests live in: Home Assistant with the integration, wallboxes on real sockets, one clock for all."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.config_entries import (
    ConfigEntryState,
    ConfigSubentry,
    ConfigSubentryData,
)
from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.control.settings import ChargePointSettings
from custom_components.smart_charge_point.model.hours import ChargingHours
from custom_components.smart_charge_point.simulator import DrivenClock, Wallbox
from custom_components.smart_charge_point.simulator.configuration import Key

from .threads import Threads

SELDOM: Final = {
    "MeterValueSampleInterval": "3600",
    "HeartbeatInterval": "86400",
}
"""Settings of a wallbox that says little, for tests of whole weeks."""
PATIENCE: Final = 60.0
"""Real seconds that an answer or a thread may take on a machine that others use too; all in a house do answer."""
STEP = timedelta(seconds=60)
"""How often Home Assistant's timers are looked at while time passes."""


class House:
    """One home. Entities are named by their key, as in `translations/en.json`."""

    def __init__(
        self,
        hass: HomeAssistant,
        freezer: FrozenDateTimeFactory,
        folder: Path,
        port: int,
        start: datetime,
    ) -> None:
        self.hass = hass
        self.port = port
        self.clock = DrivenClock(start, patience=PATIENCE)
        self.wallboxes: list[Wallbox] = []
        self._freezer = freezer
        hass.config.config_dir = str(folder)
        hass.config.country = "GB"
        # A loop that traces every callback takes twice as long over a week, and time that leaps looks slow to it.
        hass.loop.set_debug(False)
        freezer.move_to(start)
        self.clock.followers.append(self._follow)
        self.clock.settlers.append(hass.async_block_till_done)
        # Nobody waits for background tasks, as some never end; those that do are at work on a thread, or at rest.
        self.clock.join(Threads(hass.loop))
        self.entry = MockConfigEntry(
            domain=DOMAIN, unique_id=DOMAIN, title="Home", data={"port": port}
        )

    @property
    def now(self) -> datetime:
        """The time in the house, UTC."""
        return self.clock.now().astimezone(UTC)

    @property
    def address(self) -> str:
        """What is typed into a wallbox."""
        return f"ws://127.0.0.1:{self.port}/"

    async def set_up(
        self,
        *identities: str,
        hours: ChargingHours | None = None,
        **changes: Any,
    ) -> None:
        """Set the integration up, with charge points that were confirmed earlier."""
        subentries: list[ConfigSubentryData] = []
        for identity in identities:
            settings = ChargePointSettings.default(identity, self.now)
            if hours is not None:
                settings = replace(
                    settings, decision=replace(settings.decision, hours=hours)
                )
            subentries.append(
                ConfigSubentryData(
                    data=replace(settings, **changes).as_data(),
                    subentry_type="charge_point",
                    title=identity,
                    unique_id=identity,
                )
            )
        self.entry = MockConfigEntry(
            domain=DOMAIN,
            unique_id=DOMAIN,
            title="Home",
            data={"port": self.port},
            subentries_data=subentries,
        )
        self.entry.add_to_hass(self.hass)
        await self.start()

    async def start(self) -> None:
        """Set the config entry up."""
        assert await self.hass.config_entries.async_setup(self.entry.entry_id)
        await self.settle()

    async def settle(self) -> None:
        """Let what was set off have its effect, in Home Assistant, on its threads and on the wallboxes."""
        await self.clock.settle()

    async def stop(self) -> None:
        """Unload the config entry, as a restart does."""
        assert await self.hass.config_entries.async_unload(self.entry.entry_id)
        await self.settle()

    async def restart(self, after: timedelta = timedelta()) -> None:
        """Take Home Assistant down and up again; `after` passes in between."""
        await self.stop()
        if after:
            await self.clock.advance(after)
        await self.start()

    async def wallbox(
        self,
        identity: str = "WB1",
        *,
        confirmed: bool = True,
        settings: Mapping[str, str] | None = None,
        **kinds: Any,
    ) -> Wallbox:
        """Hang a wallbox on the wall, and let it dial in. Its owner has confirmed it already unless told otherwise.

        `settings` are configuration keys that it has and does not let anyone change.
        """
        if confirmed and self.entry.state is not ConfigEntryState.LOADED:
            await self.set_up(identity)
        wallbox = Wallbox(self.address, identity, clock=self.clock, **kinds)
        for name, value in (settings or {}).items():
            wallbox.configuration.put(Key(name=name, value=value, readonly=True))
        self.wallboxes.append(wallbox)
        await wallbox.start()
        await self.advance(timedelta(seconds=30))
        return wallbox

    async def advance(self, by: timedelta) -> None:
        """Let time pass."""
        await self.clock.advance_to(self.now + by, step=STEP)

    async def advance_to(self, moment: datetime) -> None:
        """Let time pass until `moment`."""
        await self.clock.advance_to(moment, step=STEP)

    def subentry(self, identity: str = "WB1") -> ConfigSubentry:
        """Return the config subentry of a charge point."""
        found: ConfigSubentry = next(
            subentry
            for subentry in self.entry.subentries.values()
            if subentry.unique_id == identity
        )
        return found

    def add(self, identity: str = "WB1", name: str = "Garage", **data: Any) -> str:
        """Confirm a charge point while the integration runs; `data` is its subentry's. Return the subentry's id."""
        settings = ChargePointSettings.default(identity, self.now).as_data()
        subentry = ConfigSubentry(
            data=MappingProxyType({**settings, **data}),
            subentry_type="charge_point",
            title=name,
            unique_id=identity,
        )
        self.hass.config_entries.async_add_subentry(self.entry, subentry)
        return subentry.subentry_id

    def has(self, key: str, identity: str = "WB1", connector: int = 1) -> bool:
        """Return whether there is such an entity."""
        try:
            self.entity_id(key, identity, connector)
        except StopIteration:
            return False
        return True

    def entity_id(self, key: str, identity: str = "WB1", connector: int = 1) -> str:
        """Return the entity of a charge point, or of its connector, with the translation key `key`."""
        subentry = next(
            subentry
            for subentry in self.entry.subentries.values()
            if subentry.unique_id == identity
        )
        registry = er.async_get(self.hass)
        wanted = {
            f"{subentry.subentry_id}_{key}",
            f"{subentry.subentry_id}_{connector}_{key}",
        }
        return next(
            entity.entity_id
            for entity in er.async_entries_for_config_entry(
                registry, self.entry.entry_id
            )
            if entity.unique_id in wanted
        )

    def entity(self, key: str, identity: str = "WB1", connector: int = 1) -> State:
        """Return the state object of an entity."""
        state = self.hass.states.get(self.entity_id(key, identity, connector))
        assert state is not None
        return state

    def state(self, key: str, identity: str = "WB1", connector: int = 1) -> str:
        """Return the state of an entity."""
        return self.entity(key, identity, connector).state

    def number(self, key: str, identity: str = "WB1", connector: int = 1) -> float:
        """Return the state of an entity as a number."""
        return float(self.state(key, identity, connector))

    def moment(self, key: str, identity: str = "WB1") -> datetime | None:
        """Return the state of a timestamp entity; None where it is unknown."""
        state = self.state(key, identity)
        if state in {STATE_UNKNOWN, STATE_UNAVAILABLE}:
            return None
        return datetime.fromisoformat(state)

    def device_id(self, identity: str = "WB1") -> str:
        """Return the device of a charge point."""
        subentry = next(
            subentry
            for subentry in self.entry.subentries.values()
            if subentry.unique_id == identity
        )
        device = dr.async_get(self.hass).async_get_device_by_identifier(
            (DOMAIN, subentry.subentry_id), self.entry.entry_id
        )
        assert device is not None
        return device.id

    def connector_device_id(self, connector: int, identity: str = "WB1") -> str:
        """Return the device of a connector that has one of its own."""
        identifier = f"{self.subentry(identity).subentry_id}_{connector}"
        device = dr.async_get(self.hass).async_get_child_device_by_identifier(
            (DOMAIN, identifier), self.entry.entry_id
        )
        assert device is not None
        return device.id

    async def set_options(self, **options: Any) -> None:
        """Fill in what holds for the home as a whole, under the British rules unless told otherwise."""
        await self.choose("home", {"ruleset": "gb-2021", **options})

    async def choose(self, *steps: str | Mapping[str, Any]) -> Mapping[str, Any]:
        """Walk through the options, by the choices of menus and what is typed into forms; return what is shown last."""
        flows = self.hass.config_entries.options
        shown: Mapping[str, Any] = await flows.async_init(self.entry.entry_id)
        for step in steps:
            typed = {"next_step_id": step} if isinstance(step, str) else dict(step)
            shown = await flows.async_configure(shown["flow_id"], typed)
        await self.settle()
        return shown

    async def press(self, key: str, identity: str = "WB1") -> None:
        """Press a button, and let what it sets off settle."""
        await self.hass.services.async_call(
            "button",
            "press",
            {"entity_id": self.entity_id(key, identity)},
            blocking=True,
        )
        await self.settle()

    async def set_number(self, key: str, value: float, identity: str = "WB1") -> None:
        """Set a number."""
        await self.hass.services.async_call(
            "number",
            "set_value",
            {"entity_id": self.entity_id(key, identity), "value": value},
            blocking=True,
        )
        await self.settle()

    async def switch(self, key: str, on: bool, identity: str = "WB1") -> None:
        """Turn a switch."""
        await self.hass.services.async_call(
            "switch",
            "turn_on" if on else "turn_off",
            {"entity_id": self.entity_id(key, identity)},
            blocking=True,
        )
        await self.settle()

    async def action(
        self, name: str, identity: str = "WB1", **data: Any
    ) -> Mapping[str, Any]:
        """Call an action of the integration on a charge point; return its response, if it has one."""
        services = self.hass.services
        has_response = services.supports_response(DOMAIN, name) != "none"
        response = await services.async_call(
            DOMAIN,
            name,
            {"device_id": self.device_id(identity), **data},
            blocking=True,
            return_response=has_response,
        )
        await self.settle()
        return response or {}

    async def sessions(self, identity: str = "WB1") -> list[Mapping[str, Any]]:
        """Return the sessions that the owner can look at, newest first."""
        response = await self.action("get_sessions", identity)
        sessions: list[Mapping[str, Any]] = response["sessions"]
        return sessions

    async def tear_down(self) -> None:
        """Switch everything off."""
        for wallbox in self.wallboxes:
            await wallbox.stop()
        if self.entry.state is ConfigEntryState.LOADED:
            await self.hass.config_entries.async_unload(self.entry.entry_id)

    async def _follow(self, now: datetime) -> None:
        self._freezer.move_to(now)
        async_fire_time_changed(self.hass, now)
        await self.hass.async_block_till_done()
