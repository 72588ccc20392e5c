"""What a controller must know again after a restart: draws, limits, overrides, and what the wallbox last acknowledged."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from ..central_system.profiles import ChargingProfile
from ..central_system.resident import from_store, to_store
from ..central_system.standby import Standby
from ..const import DOMAIN
from ..model.capabilities import (
    UNTRIED,
    AfterPowerCut,
    Capabilities,
    OfflineStart,
    Rung,
    Support,
)
from ..model.charge_point import NOTHING_TOLD, BootFacts, ConnectorStatus
from ..model.draws import DrawTally
from ..model.hours import Weekday
from ..model.limit import Limit, RateUnit
from ..model.own_delay import DelaySetAside
from ..model.schedule import Edge, EdgeDelays, EdgeKind, SessionDelay
from ..model.tamper import Tamper
from ..rules.energy import Register
from .dsr import StandingOptOut
from .override import Override, OverrideKind

VERSION = 1
SAVE_DELAY = 30
"""Seconds that a register may wait for the disk: a register that is behind only lags, it never falls."""


@dataclass(slots=True)
class ConnectorMemory:
    """What outlives a restart for one connector."""

    edge_delays: EdgeDelays | None = None
    session_delay: SessionDelay | None = None
    draws: DrawTally = field(default_factory=DrawTally)
    """All that were ever drawn, counted up: evidence that they are random."""
    owner_limit: Limit | None = None
    override: Override | None = None
    acknowledged: dict[int, ChargingProfile] = field(default_factory=dict)
    """By profile id: what the wallbox holds, as far as it ever said yes."""
    status: ConnectorStatus = ConnectorStatus.UNKNOWN
    plugged_in_since: datetime | None = None
    held_since: datetime | None = None
    """From when the delay of a session counts that is begun only once the car may charge."""
    plugged_in_for: tuple[int, ...] = ()
    """The sessions of the car that is plugged in: they are told when it is unplugged."""
    register: Register | None = None
    last_session_energy: float | None = None
    last_session_flow_time: timedelta | None = None


@dataclass(slots=True)
class Memory:
    """What outlives a restart for one charge point."""

    boot: BootFacts = NOTHING_TOLD
    capabilities: Capabilities = UNTRIED
    maximum_profile: ChargingProfile | None = None
    """The max profile that the wallbox last acknowledged."""
    settings_asked: frozenset[tuple[str, str]] = frozenset()
    """Configuration keys and values that were tried: a wallbox that reboots at each write is not asked twice."""
    settings_stopped: str | None = None
    """The firmware that fell silent at a change of its configuration: it is not asked for another."""
    connectors: dict[int, ConnectorMemory] = field(default_factory=dict)
    defaults_unanswered: bool = False
    """Whether no default profile was answered lately; not for longer than Home Assistant runs."""
    follow_dsr: bool = True
    dsr_opt_out: StandingOptOut | None = None
    sample_interval: str | None = None
    """What the wallbox's sample interval was before it was asked to measure every second; None while it is not."""
    standby: Standby | None = None
    """What the wallbox falls back to when the link is lost, and what it is lent meanwhile (A7.4)."""
    delay_set_aside: DelaySetAside | None = None
    """The wallbox's own random delay, to be put back; None while it is in force, or there is none."""
    offline_since: datetime | None = None
    """Since when there is no link; None while there is one, and where nobody knows."""
    tamper: Tamper | None = None
    """That somebody interfered with the wallbox; None while nobody did, or it was cleared."""
    tamper_cleared: Tamper | None = None
    """What was cleared last, to know it again if the wallbox repeats it."""

    @property
    def no_default_profile(self) -> bool:
        """Whether nothing is resident that holds the hours, so that Home Assistant has to."""
        refused = self.capabilities.default_profile is Support.REFUSED
        return refused or self.defaults_unanswered


class MemoryStore:
    """Keeps one charge point's memory on disk."""

    def __init__(self, hass: HomeAssistant, subentry_id: str) -> None:
        """Name the file after the subentry, which outlives a new name and new hardware."""
        self._store: Store[dict[str, Any]] = Store(
            hass, VERSION, f"{DOMAIN}.{subentry_id}", private=True, atomic_writes=True
        )
        self.memory = Memory()
        self.fresh = True
        """Whether nothing was kept yet: the charge point is new."""
        self._hass = hass
        self._closed = False
        self._saved_by = 0.0
        """Loop time by which a save is already under way."""

    async def load(self) -> Memory:
        """Read the memory; an empty one where there is none."""
        if (data := await self._store.async_load()) is not None:
            self.memory = _memory_from(data)
            self.fresh = False
        return self.memory

    async def save(self) -> None:
        """Write at once: for what is about to be told to the wallbox."""
        if not self._closed:
            await self._write()

    async def _write(self) -> None:
        # This takes the place of a save that waits, so what changes from here on needs one of its own.
        self._saved_by = 0.0
        # Who waits may be cancelled, and the thread that writes is not: the next save, or the removal, waits for it.
        await asyncio.shield(
            self._hass.async_create_task(
                self._store.async_save(_memory_data(self.memory))
            )
        )

    def save_soon(self) -> None:
        """Write within `SAVE_DELAY` seconds and at Home Assistant's end."""
        # The store puts a save off at each call: a sample a second would put it off for ever.
        if self._closed or (now := self._hass.loop.time()) < self._saved_by:
            return
        self._saved_by = now + SAVE_DELAY
        self._store.async_delay_save(lambda: _memory_data(self.memory), SAVE_DELAY)

    def learn(self, capabilities: Capabilities) -> None:
        """Remember what the wallbox showed that it can or cannot do."""
        if capabilities != self.memory.capabilities:
            self.memory.capabilities = capabilities
            self.save_soon()

    async def close(self) -> None:
        """Write for the last time: what is learned later belongs to nobody, or to who has taken this one's place."""
        self._closed = True
        await self._write()

    async def remove(self) -> None:
        """Forget the charge point."""
        self._closed = True
        await self._store.async_remove()


def _memory_data(memory: Memory) -> dict[str, Any]:
    capabilities = memory.capabilities
    return {
        "boot": {
            "vendor": memory.boot.vendor,
            "model": memory.boot.model,
            "serial": memory.boot.serial,
            "firmware": memory.boot.firmware,
        },
        "capabilities": {
            "connectors": capabilities.connectors,
            "maximum": capabilities.maximum.amperes,
            "phases": capabilities.phases,
            "rate_unit": capabilities.rate_unit,
            "max_stack_level": capabilities.max_stack_level,
            "max_periods": capabilities.max_periods,
            "max_profiles": capabilities.max_profiles,
            "whole_units": capabilities.whole_units,
            "rung": capabilities.rung,
            "relative_delay": capabilities.relative_delay,
            "valid_from": capabilities.valid_from,
            "dated_profile": capabilities.dated_profile,
            "default_profile": capabilities.default_profile,
            "transaction_profile": capabilities.transaction_profile,
            "timed_override": capabilities.timed_override,
            "maximum_profile": capabilities.maximum_profile,
            "composite_schedule": capabilities.composite_schedule,
            "smart_charging": capabilities.smart_charging,
            "offline_start": capabilities.offline_start,
            "after_power_cut": capabilities.after_power_cut,
            "standby": capabilities.standby,
            "every_second": capabilities.every_second,
            "own_delay": capabilities.own_delay,
            "own_delay_key": capabilities.own_delay_key,
            "firmware": capabilities.firmware,
        },
        "settings_asked": sorted(memory.settings_asked),
        "settings_stopped": memory.settings_stopped,
        "maximum_profile": memory.maximum_profile and to_store(memory.maximum_profile),
        "connectors": {
            str(number): _connector_data(connector)
            for number, connector in memory.connectors.items()
        },
        "follow_dsr": memory.follow_dsr,
        "dsr_opt_out": memory.dsr_opt_out and memory.dsr_opt_out.as_data(),
        "sample_interval": memory.sample_interval,
        "standby": memory.standby and memory.standby.as_data(),
        "delay_set_aside": memory.delay_set_aside and memory.delay_set_aside.as_data(),
        "offline_since": memory.offline_since and memory.offline_since.isoformat(),
        "tamper": memory.tamper and memory.tamper.as_data(),
        "tamper_cleared": memory.tamper_cleared and memory.tamper_cleared.as_data(),
    }


def _memory_from(data: dict[str, Any]) -> Memory:
    known = data["capabilities"]
    return Memory(
        boot=BootFacts(**data["boot"]),
        capabilities=Capabilities(
            connectors=known["connectors"],
            maximum=Limit(amperes=known["maximum"]),
            phases=known["phases"],
            rate_unit=RateUnit(known["rate_unit"]),
            max_stack_level=known["max_stack_level"],
            max_periods=known["max_periods"],
            max_profiles=known["max_profiles"],
            whole_units=known["whole_units"],
            rung=Rung(known["rung"]),
            relative_delay=Support(known["relative_delay"]),
            valid_from=Support(known["valid_from"]),
            dated_profile=Support(known["dated_profile"]),
            default_profile=Support(known["default_profile"]),
            transaction_profile=Support(known["transaction_profile"]),
            timed_override=Support(known["timed_override"]),
            maximum_profile=Support(known["maximum_profile"]),
            composite_schedule=Support(known["composite_schedule"]),
            smart_charging=Support(known["smart_charging"]),
            offline_start=OfflineStart(known["offline_start"]),
            after_power_cut=AfterPowerCut(known["after_power_cut"]),
            standby=Support(known["standby"]),
            every_second=Support(known["every_second"]),
            own_delay=known["own_delay"],
            own_delay_key=known["own_delay_key"],
            firmware=known["firmware"],
        ),
        maximum_profile=from_store(held) if (held := data["maximum_profile"]) else None,
        settings_stopped=data["settings_stopped"],
        settings_asked=frozenset((key, value) for key, value in data["settings_asked"]),
        connectors={
            int(number): _connector_from(connector)
            for number, connector in data["connectors"].items()
        },
        follow_dsr=data["follow_dsr"],
        dsr_opt_out=data["dsr_opt_out"]
        and StandingOptOut.from_data(data["dsr_opt_out"]),
        sample_interval=data["sample_interval"],
        standby=data["standby"] and Standby.from_data(data["standby"]),
        delay_set_aside=data["delay_set_aside"]
        and DelaySetAside.from_data(data["delay_set_aside"]),
        offline_since=data["offline_since"]
        and datetime.fromisoformat(data["offline_since"]),
        tamper=data["tamper"] and Tamper.from_data(data["tamper"]),
        tamper_cleared=data["tamper_cleared"]
        and Tamper.from_data(data["tamper_cleared"]),
    )


def _connector_data(memory: ConnectorMemory) -> dict[str, Any]:
    edges, session, override = (
        memory.edge_delays,
        memory.session_delay,
        memory.override,
    )
    return {
        "edge_delays": edges
        and {
            "drawn_at": edges.drawn_at.isoformat(),
            "maximum": edges.maximum,
            "seconds": [
                [edge.weekday, edge.second, edge.kind, seconds]
                for edge, seconds in edges.seconds
            ],
        },
        "session_delay": session
        and {
            "drawn_at": session.drawn_at.isoformat(),
            "maximum": session.maximum,
            "seconds": session.seconds,
            "used": session.used,
        },
        "draws": memory.draws.as_data(),
        "owner_limit": memory.owner_limit.amperes if memory.owner_limit else None,
        "override": override
        and {
            "kind": override.kind,
            "transaction_id": override.transaction_id,
            "since": override.since.isoformat(),
            "until": override.until.isoformat() if override.until else None,
            "wished_until": override.wished_until and override.wished_until.isoformat(),
        },
        "acknowledged": [to_store(profile) for profile in memory.acknowledged.values()],
        "status": memory.status,
        "plugged_in_since": memory.plugged_in_since
        and memory.plugged_in_since.isoformat(),
        "held_since": memory.held_since and memory.held_since.isoformat(),
        "plugged_in_for": memory.plugged_in_for,
        "register": memory.register and memory.register.as_data(),
        "last_session_energy": memory.last_session_energy,
        "last_session_flow_time": None
        if memory.last_session_flow_time is None
        else memory.last_session_flow_time.total_seconds(),
    }


def _connector_from(data: dict[str, Any]) -> ConnectorMemory:
    edges, session, override = (
        data["edge_delays"],
        data["session_delay"],
        data["override"],
    )
    limit = data["owner_limit"]
    profiles = [from_store(profile) for profile in data["acknowledged"]]
    return ConnectorMemory(
        edge_delays=edges
        and EdgeDelays(
            drawn_at=datetime.fromisoformat(edges["drawn_at"]),
            maximum=edges["maximum"],
            seconds=tuple(
                (
                    Edge(weekday=Weekday(day), second=second, kind=EdgeKind(kind)),
                    seconds,
                )
                for day, second, kind, seconds in edges["seconds"]
            ),
        ),
        session_delay=session
        and SessionDelay(
            drawn_at=datetime.fromisoformat(session["drawn_at"]),
            maximum=session["maximum"],
            seconds=session["seconds"],
            used=session["used"],
        ),
        draws=DrawTally.from_data(data["draws"]),
        owner_limit=None if limit is None else Limit(amperes=limit),
        override=override
        and Override(
            kind=OverrideKind(override["kind"]),
            transaction_id=override["transaction_id"],
            since=datetime.fromisoformat(override["since"]),
            until=datetime.fromisoformat(override["until"])
            if override["until"]
            else None,
            wished_until=datetime.fromisoformat(override["wished_until"])
            if override["wished_until"]
            else None,
        ),
        acknowledged={profile.profile_id: profile for profile in profiles},
        status=ConnectorStatus(data["status"]),
        plugged_in_since=data["plugged_in_since"]
        and datetime.fromisoformat(data["plugged_in_since"]),
        held_since=data["held_since"] and datetime.fromisoformat(data["held_since"]),
        plugged_in_for=tuple(data["plugged_in_for"]),
        register=data["register"] and Register.from_data(data["register"]),
        last_session_energy=data["last_session_energy"],
        last_session_flow_time=None
        if (flowed := data["last_session_flow_time"]) is None
        else timedelta(seconds=flowed),
    )
