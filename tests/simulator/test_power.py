"""The power goes and comes, the network goes and comes, faults come and go."""

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
from .payloads import profile, set_profile


async def test_the_resident_profile_rules_before_any_connection(
    wallbox: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Power comes back in the pause, with the network still away: not a second of current."""
    daily = profile((0, 0), (7200, 16), kind="Daily", start="2026-11-22T00:00:00Z")
    await central.call("WB0", "SetChargingProfile", set_profile(1, daily))
    await wallbox.plug_in(Car(soc=0.1))
    await wallbox.go_offline()
    await wallbox.power_cut()
    await clock.advance(timedelta(minutes=10))
    await wallbox.power_restore()
    assert not wallbox.connected
    await clock.advance(timedelta(hours=3))
    flowing = [each.at for each in wallbox.switchings if each.amperes]
    assert min(flowing).isoformat() == "2026-11-23T02:00:03+00:00"


async def test_a_transaction_may_end_with_the_power(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Told after the restart, with the time the power went; free vend begins another."""
    wallbox = await new_wallbox(resumes_after_power_cut=False)
    await wallbox.plug_in(Car(soc=0.1))
    await clock.advance(timedelta(minutes=30))
    await wallbox.power_cut()
    await clock.advance(timedelta(minutes=30))
    assert central.calls("StopTransaction") == []
    await wallbox.power_restore()
    (stop,) = central.calls("StopTransaction")
    assert stop["reason"] == "PowerLoss"
    assert stop["timestamp"] == "2026-11-23T00:30:00Z"
    assert central.calls("StartTransaction")[1]["meterStart"] == stop["meterStop"]


async def test_a_cable_pulled_in_the_dark_ends_the_transaction(
    wallbox: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """The wallbox finds out when it wakes."""
    await wallbox.plug_in(Car(soc=0.1))
    await wallbox.power_cut(half_open=True)
    await wallbox.unplug()
    await wallbox.swipe("TAG")
    await wallbox.power_restore()
    assert central.calls("StopTransaction")[0]["reason"] == "PowerLoss"
    assert wallbox.status() is Status.AVAILABLE
    await clock.advance(1)


async def test_configuration_and_registers_outlive_a_power_cut(
    wallbox: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """And so do the profiles."""
    change = {"key": "MeterValueSampleInterval", "value": "10"}
    await central.call("WB0", "ChangeConfiguration", change)
    await central.call("WB0", "SetChargingProfile", set_profile(1, profile((0, 10))))
    await wallbox.plug_in(Car(soc=0.1))
    await clock.advance(timedelta(hours=1))
    energy = wallbox.energy()
    await wallbox.power_cut()
    await wallbox.power_cut()
    await wallbox.power_restore()
    await wallbox.power_restore()
    await clock.advance(60)
    assert wallbox.configuration.number("MeterValueSampleInterval") == 10
    assert wallbox.energy() > energy
    assert wallbox.current() == 10


async def test_a_reboot_ends_transactions_and_boots(
    wallbox: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Down for ten seconds, then a BootNotification."""
    await wallbox.plug_in(Car(soc=0.1))
    await wallbox.reboot()
    assert wallbox.current() == 0
    await clock.advance(10)
    assert central.calls("StopTransaction")[0]["reason"] == "Reboot"
    assert central.actions().count("BootNotification") == 2


@pytest.mark.parametrize("how", [{}, {"cleanly": True}, {"half_open": True}])
async def test_the_network_goes_in_three_ways(
    wallbox: Wallbox, central: CentralSystem, clock: DrivenClock, how: dict[str, bool]
) -> None:
    """Dropped, closed, or gone without the other side knowing; it comes back on a new socket."""
    first = central.sockets["WB0"]
    await wallbox.go_offline(**how)
    assert not wallbox.connected
    assert first.closed is not how.get("half_open", False)
    await wallbox.go_online()
    assert wallbox.connected
    assert central.dialled == ["WB0", "WB0"]
    await clock.advance(1)


async def test_a_fault_stops_the_current_until_it_is_cleared(
    wallbox: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """And is told with its code."""
    await wallbox.plug_in(Car(soc=0.1))
    await clock.advance(60)
    await wallbox.fault("HighTemperature")
    assert (wallbox.status(), wallbox.current()) == (Status.FAULTED, 0)
    assert central.calls("StatusNotification")[-1]["errorCode"] == "HighTemperature"
    await wallbox.clear_fault()
    await clock.advance(3)
    assert wallbox.status() is Status.CHARGING


async def test_a_cable_left_in_after_the_car_says_so(
    wallbox: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Where StopTransactionOnEVSideDisconnect is off, the transaction waits for the car to come back."""
    wallbox.configuration.put_value("StopTransactionOnEVSideDisconnect", "false")
    car = await wallbox.plug_in(Car(soc=0.1))
    assert await wallbox.unplug() is car
    assert wallbox.status() is Status.SUSPENDED_EV
    await wallbox.plug_in(car)
    await clock.advance(3)
    assert wallbox.status() is Status.CHARGING
    assert len(central.calls("StartTransaction")) == 1


async def test_a_maximum_is_shared_by_two_connectors(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Equally, up to what each may; where the half would be too little for a car, one waits."""
    wallbox = await new_wallbox(connectors=2)
    await wallbox.plug_in(Car(soc=0.1), 1)
    await wallbox.plug_in(Car(soc=0.1), 2)
    for limit, currents in ((20, (10, 10)), (10, (10, 0)), (5, (0, 0)), (50, (16, 16))):
        maximum = profile(
            (0, limit),
            purpose="ChargePointMaxProfile",
            kind="Absolute",
            start="2026-11-22T00:00:00Z",
        )
        await central.call("WB0", "SetChargingProfile", set_profile(0, maximum))
        await clock.advance(60)
        assert (wallbox.current(1), wallbox.current(2)) == currents


def test_there_is_no_connector_zero_to_touch() -> None:
    """A test that mistakes the number hears of it."""
    wallbox = Wallbox("ws://127.0.0.1:1", "WB", clock=DrivenClock(MIDNIGHT))
    with pytest.raises(IndexError):
        wallbox.connector(0)
