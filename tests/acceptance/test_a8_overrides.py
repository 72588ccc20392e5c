"""Reg. 8: while something is wrong nothing is overridden, whoever asks and however (A8.1)."""

from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from custom_components.smart_charge_point.simulator import Car, Wallbox
from custom_components.smart_charge_point.simulator.protocol import Call

from ..family import CHARGE_NOW, DSR, LESS, OVERRIDES, decisions, refused
from ..house import SELDOM, House

HAZARDS: Final = (
    "GroundFailure",
    "OverCurrentFailure",
    "OverVoltage",
    "UnderVoltage",
    "HighTemperature",
    "PowerSwitchFailure",
    "ConnectorLockFailure",
    "InternalError",
)


async def limited(house: House) -> Wallbox:
    """Return a wallbox whose car charges with no more than 10 A, in charging hours."""
    wallbox = await house.wallbox(settings=SELDOM)
    await house.set_number("current_limit", 10)
    await wallbox.plug_in(Car(start_delay=timedelta(), battery_kwh=10_000.0))
    await house.advance(timedelta(minutes=11))
    assert 9 < wallbox.current(1) <= 10
    return wallbox


async def says(
    house: House,
    wallbox: Wallbox,
    code: str,
    *,
    connector: int = 1,
    status: str = "Charging",
) -> None:
    """Let the wallbox say what is wrong, whatever it goes on doing."""
    payload = {
        "connectorId": connector,
        "status": status,
        "errorCode": code,
        "timestamp": house.now.isoformat(),
    }
    wallbox.protocol.put(Call(action="StatusNotification", payload=payload))
    wallbox.protocol.pump()
    await house.advance(timedelta(seconds=2))


async def nothing_is_overridden(house: House, wallbox: Wallbox, fault: str) -> None:
    """See that each override is refused with its reason, is on record, and sends nothing."""
    sent = sum(frame.kind == 2 for frame in wallbox.received)
    for name, (command, kind) in OVERRIDES.items():
        await house.advance(timedelta(seconds=1))
        assert await refused(house, command, None) == "faulted", name
        latest, *_ = await decisions(house)
        assert (latest.kind, latest.allowed) == (kind, False), name
        assert fault in latest.detail, name
    assert sum(frame.kind == 2 for frame in wallbox.received) == sent
    assert house.state("charging_hours") == "on"
    assert house.state("follow_dsr") == "on"
    assert house.state("current_limit") == "10.0"


@pytest.mark.at(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
async def test_a8_1_a_faulted_wallbox_is_overridden_in_nothing(house: House) -> None:
    """Neither hours, delay, limit nor demand response; less current may be asked for all the same."""
    wallbox = await limited(house)
    await wallbox.fault("RESERVED")
    await house.advance(timedelta(seconds=5))
    assert house.state("status") == "faulted"
    await nothing_is_overridden(house, wallbox, "other")
    await LESS(house, None)
    assert house.state("current_limit") == "8.0"


@pytest.mark.at(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
async def test_a8_1_a_hazard_is_enough_whatever_the_status_is(house: House) -> None:
    """A wallbox that goes on charging and only says what is wrong is overridden in nothing either, until it is over."""
    wallbox = await limited(house)

    for code in HAZARDS:
        await says(house, wallbox, code)
        assert house.state("status") == "charging"
        assert await refused(house, CHARGE_NOW["charge now"], None) == "faulted", code
    await nothing_is_overridden(house, wallbox, "internal")

    await says(house, wallbox, "WeakSignal")
    await OVERRIDES["more current"][0](house, None)
    await house.advance(timedelta(seconds=5))
    assert wallbox.current(1) > 30


@pytest.mark.at(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
async def test_a8_1_of_two_connectors_the_sound_one_is_the_owners(house: House) -> None:
    """What is for the whole wallbox is refused only where nothing of it is sound."""
    wallbox = await house.wallbox(settings=SELDOM, connectors=2)
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(minutes=11))
    await wallbox.fault(connector=1)
    await house.advance(timedelta(seconds=5))
    assert await refused(house, CHARGE_NOW["charge now"], None) == "faulted"
    await DSR["skip demand response"](house, None)
    await wallbox.fault(connector=2)
    await house.advance(timedelta(seconds=5))
    assert await refused(house, DSR["skip demand response"], None) == "faulted"


@pytest.mark.at(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
async def test_a8_1_a_fault_of_the_wallbox_as_a_whole_is_one_of_each_connector(
    house: House,
) -> None:
    """Some name no connector when something is wrong, and say that of the wallbox too when it is over."""
    wallbox = await limited(house)
    await says(house, wallbox, "HighTemperature", connector=0, status="Faulted")
    assert house.state("status") == "charging"
    await nothing_is_overridden(house, wallbox, "temperature")
    await says(house, wallbox, "NoError", connector=0, status="Available")
    await CHARGE_NOW["charge now"](house, None)
