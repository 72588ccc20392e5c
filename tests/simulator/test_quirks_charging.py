"""Charging profiles as quirky wallboxes take them."""

from dataclasses import replace
import json
from typing import Any

import pytest

from custom_components.smart_charge_point.simulator import (
    Car,
    DrivenClock,
    Quirks,
    Refusal,
    Wallbox,
)

from .central_system import CentralSystem, Payload
from .conftest import NewWallbox
from .payloads import profile, set_profile
from .quirk_tools import ACCEPTED, REJECTED, give

_ABSOLUTE: dict[str, Any] = {"kind": "Absolute", "start": "2026-11-22T00:00:00Z"}


@pytest.mark.parametrize(
    ("quirks", "connector", "csp", "status", "stored"),
    [
        (Quirks(maximum_profile=Refusal.NOT_SUPPORTED), 0, profile((0, 9), purpose="ChargePointMaxProfile", **_ABSOLUTE), "NotSupported", 0),
        (Quirks(maximum_profile=Refusal.WITHOUT_EFFECT), 0, profile((0, 9), purpose="ChargePointMaxProfile", **_ABSOLUTE), "Accepted", 0),
        (Quirks(default_profile=Refusal.REJECTED), 1, profile(), "Rejected", 0),
        (Quirks(transaction_profile=Refusal.REJECTED), 1, profile(purpose="TxProfile"), "Rejected", 0),
        (Quirks(refused_kinds=frozenset({"Weekly"})), 1, profile(kind="Weekly", start="2026-11-22T00:00:00Z"), "Rejected", 0),
        (Quirks(refused_kinds=frozenset({"Weekly"})), 1, profile(kind="Daily", start="2026-11-22T00:00:00Z"), "Accepted", 1),
        (Quirks(absolute_needs_start=True), 1, profile(kind="Absolute"), "Rejected", 0),
        (Quirks(only_lowest_stack_level=True), 1, profile(stack=1), "Accepted", 0),
        (Quirks(least_limit=6), 1, profile((0, 5)), "Rejected", 0),
        (Quirks(least_limit=6), 1, profile((0, 0)), "Accepted", 1),
        (Quirks(most_periods=2), 1, profile((0, 0), (9, 6), (99, 0)), "Rejected", 0),
    ],
)  # fmt: skip
async def test_s1_to_s5_what_becomes_of_a_profile(
    new_wallbox: NewWallbox,
    central: CentralSystem,
    quirks: Quirks,
    connector: int,
    csp: Payload,
    status: str,
    stored: int,
) -> None:
    """Refused in many ways, or accepted and forgotten."""
    wallbox = await new_wallbox(quirks=quirks)
    assert await give(central, csp, connector) == {"status": status}
    assert len(wallbox.profiles) == stored


@pytest.mark.parametrize(
    ("quirks", "csp"),
    [
        (Quirks(unanswered_kinds=frozenset({"Absolute"})), profile(**_ABSOLUTE)),
        (Quirks(most_periods=1, too_many_periods=Refusal.SILENCE), profile((0, 0), (9, 6))),
        (Quirks(null_hangs=True), profile() | {"validFrom": None}),
        (Quirks(composite=Refusal.SILENCE), None),
    ],
)  # fmt: skip
async def test_s3_s11_silence(
    new_wallbox: NewWallbox,
    central: CentralSystem,
    clock: DrivenClock,
    quirks: Quirks,
    csp: Payload | None,
) -> None:
    """No answer; after a null also the line goes, 20 s later."""
    wallbox = await new_wallbox(quirks=quirks)
    frame: list[Any] = [
        2,
        "x",
        "GetCompositeSchedule",
        {"connectorId": 1, "duration": 60},
    ]
    if csp is not None:
        frame = [2, "x", "SetChargingProfile", set_profile(1, csp)]
    await central.sockets["WB0"].send_json(frame)
    await clock.advance(19)
    assert json.loads(central.raw[-1])[1] != "x"
    assert wallbox.connected
    await clock.advance(1)
    assert wallbox.connected is not quirks.null_hangs


@pytest.mark.parametrize(
    ("quirks", "limit", "amperes"),
    [
        (Quirks(ignores_limits_below=7), 6, 32),
        (Quirks(current_steps=(6, 8, 10, 13, 16)), 15, 13),
        (Quirks(current_steps=(6, 8, 10, 13, 16)), 5, 0),
        (Quirks(current_cap=20), 32, 20),
        (Quirks(old_profile=True), 32, 16),
    ],
)
async def test_s5_s13_what_flows_instead(
    new_wallbox: NewWallbox,
    central: CentralSystem,
    clock: DrivenClock,
    quirks: Quirks,
    limit: float,
    amperes: float,
) -> None:
    """Steps, floors, caps, and a profile from a former life."""
    wallbox = await new_wallbox(quirks=quirks)
    assert await give(central, profile((0, limit))) == ACCEPTED
    await wallbox.plug_in(Car(soc=0.1))
    await clock.advance(10)
    assert wallbox.current() == amperes


async def test_s6_zero_ends_or_unlimits(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """The transaction ends; or what follows the pause is not followed until it changes."""
    for quirks in (Quirks(zero_ends_transaction=True), Quirks(resumes_unlimited=True)):
        wallbox = await new_wallbox(quirks=quirks)
        await wallbox.plug_in(Car(soc=0.1))
        await clock.advance(10)
        for limit, current in ((0, 0), (10, 32), (12, 12)):
            call = set_profile(1, profile((0, limit)))
            await central.call(wallbox.identity, "SetChargingProfile", call)
            await clock.advance(10)
            if quirks.resumes_unlimited:
                assert wallbox.current() == current
    assert central.calls("StopTransaction")[0]["reason"] == "Other"


async def test_s7_one_phase_for_little_power(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Watts only, and below 4.5 kW on one phase."""
    quirks = Quirks(one_phase_below=4500, rate_units="power")
    wallbox = await new_wallbox(quirks=quirks, phases=3)
    assert await give(central, profile((0, 16))) == REJECTED
    await wallbox.plug_in(Car(soc=0.1, phases=3, maximum_current=32))
    for watts in (3680, 6900):
        assert await give(central, profile((0, watts), unit="W")) == ACCEPTED
        await clock.advance(10)
        assert wallbox.power == pytest.approx(watts)


async def test_s8_s9_s12_composites_spikes_and_forgetting(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """No periods; two seconds without limit after a clear; nothing left after a restart."""
    quirks = Quirks(empty_composite=True, clearing_spikes=True, forgets_profiles=True)
    wallbox = await new_wallbox(quirks=quirks)
    await give(central, profile((0, 10)))
    await give(central, profile((0, 8), identifier=2, stack=1))
    answer = await central.call(
        "WB0", "GetCompositeSchedule", {"connectorId": 1, "duration": 60}
    )
    assert answer["chargingSchedule"]["chargingSchedulePeriod"] == []
    await wallbox.plug_in(Car(soc=0.1))
    await clock.advance(10)
    await central.call("WB0", "ClearChargingProfile", {"id": 2})
    assert wallbox.current() == 32
    await clock.advance(2)
    assert wallbox.current() == 10
    await wallbox.power_cut()
    await wallbox.power_restore()
    await clock.advance(10)
    assert wallbox.current() == 32
    refuses = replace(quirks, composite=Refusal.REJECTED)
    await new_wallbox(quirks=refuses)
    answer = await central.call(
        "WB1", "GetCompositeSchedule", {"connectorId": 1, "duration": 60}
    )
    assert answer == REJECTED


async def test_s10_number_of_phases_ignored(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Watts without numberPhases are taken as those of its own phases."""
    for quirks, amperes in (
        (Quirks(), 10),
        (Quirks(ignores_number_of_phases=True), 30),
    ):
        wallbox: Wallbox = await new_wallbox(quirks=quirks)
        call = set_profile(1, profile((0, 6900), unit="W"))
        await central.call(wallbox.identity, "SetChargingProfile", call)
        await wallbox.plug_in(Car(soc=0.1))
        await clock.advance(10)
        assert wallbox.current() == pytest.approx(amperes)
