"""Every wallbox that the simulator knows, asked, set and given its hours over a real socket, as a controller would."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import override

import pytest

from custom_components.smart_charge_point.central_system.composite import (
    Agreement,
    agrees,
    expected_limits,
)
from custom_components.smart_charge_point.central_system.handler import Handler
from custom_components.smart_charge_point.central_system.link import (
    Answer,
    CallError,
    CallTimedOutError,
    Link,
)
from custom_components.smart_charge_point.central_system.profiles import (
    ChargingProfile,
    Kind,
)
from custom_components.smart_charge_point.central_system.resident import (
    needs_sending,
    next_rung,
    resident_profiles,
    rung_for,
)
from custom_components.smart_charge_point.central_system.server import CentralSystem
from custom_components.smart_charge_point.central_system.timing import Timing
from custom_components.smart_charge_point.central_system.v16.dialect import Dialect16
from custom_components.smart_charge_point.central_system.v16.probe import (
    apply_settings,
    may_probe_valid_from,
    probe_valid_from,
    read_capabilities,
)
from custom_components.smart_charge_point.model.capabilities import (
    UNTRIED,
    Capabilities,
    Rung,
    Support,
)
from custom_components.smart_charge_point.simulator import DrivenClock, Wallbox
from custom_components.smart_charge_point.simulator.presets import PRESETS

from ..gb_hours import LIMIT, schedule
from .wallbox import Keeper

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""A Monday, four hours before the peak."""


@dataclass
class Owner(Keeper):
    """Takes whichever wallbox dials in."""

    links: list[Link] = field(default_factory=list)

    @override
    def connected(self, link: Link) -> None:
        self.links.append(link)

    def handler_for(self, identity: str, peer: str, *, named: bool) -> Handler:
        """Return itself."""
        return self

    def nameless_at(self, peer: str) -> str | None:
        """Know nobody by the address."""
        return None

    @property
    def link(self) -> Link:
        """The latest link."""
        return self.links[-1]


@pytest.fixture
def clock() -> DrivenClock:
    """A clock at noon."""
    return DrivenClock(NOON, patience=0.5)


@pytest.fixture
def owner() -> Owner:
    """Who answers for the wallbox."""
    return Owner()


@pytest.fixture
async def url(
    clock: DrivenClock, owner: Owner, socket_enabled: None
) -> AsyncIterator[str]:
    """The address of a central system that soon gives up on an answer."""
    system = CentralSystem(
        owner,
        clock=clock.now,
        dialects={"ocpp1.6": Dialect16},
        timing=Timing(call=0.3, close=0.1, stop=0.1),
    )
    port = await system.start("127.0.0.1", 0)
    yield f"ws://127.0.0.1:{port}/"
    await system.stop()


async def hold(
    link: Link, capabilities: Capabilities, now: datetime
) -> tuple[Capabilities, list[ChargingProfile]]:
    """Send the hours on the best rung that the wallbox takes; return what that showed and what it holds."""
    held: list[ChargingProfile] = []
    of = schedule(now, session_delay=120)
    for _ in range(8):
        wanted = resident_profiles(of, capabilities, now)
        for profile in needs_sending(wanted, held):
            answer = Answer.REJECTED
            with suppress(CallTimedOutError):
                answer = await _answer(link, profile, capabilities)
            if answer is Answer.ACCEPTED:
                held.append(profile)
                continue
            if profile.kind is Kind.RELATIVE:
                capabilities = replace(capabilities, relative_delay=Support.REFUSED)
            elif lower := next_rung(rung_for(of, capabilities, now)):
                capabilities = replace(capabilities, rung=lower)
            break
        else:
            return capabilities, held
    return replace(capabilities, smart_charging=Support.REFUSED), held


async def _answer(
    link: Link, profile: ChargingProfile, capabilities: Capabilities
) -> Answer:
    try:
        return await link.set_profile(profile, capabilities)
    except CallTimedOutError:
        raise
    except CallError:
        return Answer.REJECTED


@pytest.mark.parametrize("preset", PRESETS)
async def test_a5_3_every_known_wallbox_is_asked_set_and_given_its_hours(
    preset: str, clock: DrivenClock, owner: Owner, url: str
) -> None:
    """None is made to reboot more than once, and each ends with its hours on some rung."""
    wallbox = Wallbox(url, "WB1", clock=clock, preset=preset)
    await wallbox.start()
    try:
        for _ in range(100):  # Some dial in after a quarter of an hour (T9).
            if not owner.boots:
                await clock.advance(10)
        boots = len(owner.boots)
        assert boots == 1
        probe = await read_capabilities(owner.link, UNTRIED, owner.boots[-1], {0, 1})
        assert probe.capabilities.connectors == PRESETS[preset].connectors
        await clock.settle()
        capabilities, held = await hold(owner.link, probe.capabilities, clock.now())
        await clock.settle()
        assert capabilities.smart_charging is not Support.REFUSED
        assert {profile.profile_id for profile in held} >= {100}
        if rung_for(schedule(NOON), capabilities, NOON) is Rung.WEEKLY and held:
            await says_its_hours(owner.link, capabilities, clock.now())
        await apply_settings(owner.link, probe.configuration, boot=owner.boots[-1])
        await clock.advance(timedelta(minutes=20))
        assert len(owner.boots) <= boots + 1
    finally:
        await wallbox.stop()


async def says_its_hours(link: Link, capabilities: Capabilities, now: datetime) -> None:
    """Compare what it will apply in the coming day with the hours."""
    try:
        composite = await link.composite_schedule(1, 86_400, capabilities)
    except CallError:
        return
    start = now + timedelta(seconds=180)
    expected = expected_limits(schedule(now), LIMIT, start, timedelta(days=1))
    verdict = agrees(composite, expected, capabilities)
    assert verdict.agreement is not Agreement.DIFFERS or not verdict.exceeds


async def test_a10_3_the_simulated_wallbox_waits_for_valid_from(
    clock: DrivenClock, owner: Owner, url: str
) -> None:
    """Over the wire as in the fake: proven, and then nothing is left of the proof."""
    wallbox = Wallbox(url, "WB1", clock=clock, preset="plain")
    await wallbox.start()
    try:
        await clock.advance(60)
        now = clock.now()
        probe = await read_capabilities(owner.link, UNTRIED, owner.boots[-1])
        capabilities, _ = await hold(owner.link, probe.capabilities, now)
        assert may_probe_valid_from(schedule(now), capabilities, now)
        before = len(list(wallbox.profiles))
        support = await probe_valid_from(owner.link, 1, capabilities, now)
        assert support is Support.WORKS
        assert len(list(wallbox.profiles)) == before
    finally:
        await wallbox.stop()
