"""A day in the life of a plain wallbox."""

from datetime import timedelta

import pytest

from custom_components.smart_charge_point.simulator import (
    Car,
    DrivenClock,
    Status,
    Wallbox,
)

from .central_system import CentralSystem
from .conftest import MIDNIGHT, NewWallbox


async def test_boots_and_reports_its_connectors(
    wallbox: Wallbox, central: CentralSystem
) -> None:
    """It introduces itself, then says how it is; and beats at the interval it was given."""
    assert central.actions() == [
        "BootNotification",
        "StatusNotification",
        "StatusNotification",
    ]
    assert wallbox.online


async def test_charges_when_plugged_in(
    wallbox: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Free vend: the transaction begins with the cable, the current with the car, the energy is exact."""
    await wallbox.plug_in(Car(soc=0.2))
    assert wallbox.status() is Status.SUSPENDED_EV

    await clock.advance(3)
    assert wallbox.status() is Status.CHARGING
    assert wallbox.current() == 32

    await clock.advance(timedelta(hours=1))
    assert wallbox.energy() == pytest.approx(32 * 230)

    await wallbox.unplug()
    assert wallbox.status() is Status.AVAILABLE
    stop = central.calls("StopTransaction")[0]
    assert stop["transactionId"] == 101
    assert stop["meterStop"] == 7360
    assert stop["reason"] == "EVDisconnected"
    assert [call["transactionId"] for call in central.calls("MeterValues")] == [
        101
    ] * 60
    assert [call["status"] for call in central.calls("StatusNotification")][2:] == [
        "Preparing",
        "SuspendedEV",
        "Charging",
        "Finishing",
        "Available",
    ]


async def test_a_profile_pauses_and_resumes(
    wallbox: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """The current follows the default profile to the second, and the record says when."""
    answer = await central.call(
        "WB0",
        "SetChargingProfile",
        {
            "connectorId": 1,
            "csChargingProfiles": {
                "chargingProfileId": 1,
                "stackLevel": 0,
                "chargingProfilePurpose": "TxDefaultProfile",
                "chargingProfileKind": "Recurring",
                "recurrencyKind": "Daily",
                "chargingSchedule": {
                    "startSchedule": "2026-11-22T00:00:00Z",
                    "duration": 86400,
                    "chargingRateUnit": "A",
                    "chargingSchedulePeriod": [
                        {"startPeriod": 0, "limit": 0},
                        {"startPeriod": 3600, "limit": 16},
                        {"startPeriod": 7200, "limit": 0},
                    ],
                },
            },
        },
    )
    assert answer == {"status": "Accepted"}
    await wallbox.plug_in()
    assert wallbox.status() is Status.SUSPENDED_EVSE

    await clock.advance(timedelta(hours=3))

    flowing = [
        (switching.at - MIDNIGHT, switching.amperes) for switching in wallbox.switchings
    ]
    assert (timedelta(hours=1, seconds=3), 16) in flowing
    assert (timedelta(hours=2), 0) in flowing
    assert wallbox.energy() == pytest.approx(16 * 230 * 3597 / 3600)
    composite = await central.call(
        "WB0", "GetCompositeSchedule", {"connectorId": 1, "duration": 86400}
    )
    assert composite["chargingSchedule"]["chargingSchedulePeriod"] == [
        {"startPeriod": 0, "limit": 0.0},
        {"startPeriod": 79200, "limit": 16},
        {"startPeriod": 82800, "limit": 0.0},
    ]


async def test_replays_what_happened_offline_in_order(
    wallbox: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """What happened while the network was away is told afterwards, in order, with the times it happened at."""
    await wallbox.go_offline()
    await wallbox.plug_in(Car(soc=0.2))
    await clock.advance(timedelta(minutes=5))
    await wallbox.unplug()
    await clock.advance(timedelta(hours=1))
    central.heard.clear()

    await wallbox.go_online()

    assert central.actions() == ["StartTransaction"] + ["MeterValues"] * 5 + [
        "StopTransaction"
    ]
    assert central.calls("StartTransaction")[0]["timestamp"] == "2026-11-23T00:00:00Z"
    assert central.calls("StopTransaction")[0]["timestamp"] == "2026-11-23T00:05:00Z"
    assert {call["transactionId"] for call in central.calls("MeterValues")} == {101}
    assert central.calls("StopTransaction")[0]["transactionId"] == 101


async def test_power_cut_in_mid_charge(
    wallbox: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """The power goes and comes: nothing flows meanwhile, then the same transaction goes on after a boot."""
    await wallbox.plug_in(Car(soc=0.2))
    await clock.advance(timedelta(minutes=30))
    before = wallbox.energy()

    await wallbox.power_cut()
    await clock.advance(timedelta(hours=1))
    assert wallbox.current() == 0
    assert wallbox.energy() == before

    await wallbox.power_restore()
    await clock.advance(timedelta(minutes=1))
    assert wallbox.current() == 32
    assert central.actions().count("BootNotification") == 2
    assert central.calls("StopTransaction") == []


async def test_two_connectors(new_wallbox: NewWallbox, clock: DrivenClock) -> None:
    """Each connector has its own car, transaction and register."""
    wallbox = await new_wallbox(connectors=2)
    await wallbox.plug_in(Car(soc=0.1), connector=1)
    await wallbox.plug_in(Car(soc=0.1), connector=2)
    await clock.advance(60)
    assert (wallbox.current(1), wallbox.current(2)) == (32, 32)
    await wallbox.unplug(1)
    await clock.advance(60)
    assert wallbox.energy(2) > wallbox.energy(1) > 0
