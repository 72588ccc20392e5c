"""Power of a wallbox that tells none: it is made of volts and amperes, and one that is told always wins (M7)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.smart_charge_point.model.hours import ChargingHours
from custom_components.smart_charge_point.simulator import Car, Wallbox
from custom_components.smart_charge_point.simulator.protocol import Call
from custom_components.smart_charge_point.simulator.quirks import Quirks

from ..house import House

pytestmark = pytest.mark.at(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))


@pytest.mark.parametrize("phases", [1, 3])
async def test_m7_volts_and_amperes_make_the_power(house: House, phases: int) -> None:
    """The power, its end, and the time that current flowed are as they would be had the wallbox told them."""
    await house.set_up("WB1", hours=ChargingHours.ALWAYS, phases=phases)
    wallbox = await house.wallbox(
        quirks=Quirks(no_power=True),
        phases=phases,
        settings={
            "MeterValueSampleInterval": "30",
            "MeterValuesSampledData": "Energy.Active.Import.Register,Current.Import,Voltage",
        },
    )
    await wallbox.plug_in(Car(phases=phases))
    await house.press("charge_now")
    await house.advance(timedelta(minutes=5))
    assert wallbox.power > 7000 * phases
    assert house.number("power") == pytest.approx(wallbox.power, rel=0.02)
    assert house.state("charging_reason") == "charging_now"

    await house.advance(timedelta(minutes=5))
    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    assert house.number("power") == 0
    (session,) = await house.sessions()
    assert session["charging_minutes"] == pytest.approx(10, abs=1)


async def measure(house: House, wallbox: Wallbox, **values: float) -> None:
    """Let the wallbox tell measurands of one phase, and time pass until they are shown."""
    names: dict[str, tuple[str, dict[str, Any]]] = {
        "power": ("Power.Active.Import", {"unit": "W"}),
        "current": ("Current.Import", {"unit": "A", "phase": "L1"}),
        "voltage": ("Voltage", {"unit": "V", "phase": "L1-N"}),
    }
    sampled = [
        {"value": f"{value}", "measurand": names[name][0], **names[name][1]}
        for name, value in values.items()
    ]
    stamp = house.now.isoformat().replace("+00:00", "Z")
    wallbox.protocol.put(
        Call(
            action="MeterValues",
            payload={
                "connectorId": 1,
                "meterValue": [{"timestamp": stamp, "sampledValue": sampled}],
            },
        )
    )
    await house.clock.settle()
    await house.advance(timedelta(minutes=1))


async def test_m7_a_told_power_wins_also_in_another_message(house: House) -> None:
    """Once a power was told, volts and amperes of other messages make none."""
    await house.set_up("WB1", hours=ChargingHours.ALWAYS)
    wallbox = await house.wallbox(settings={"MeterValueSampleInterval": "0"})
    await wallbox.plug_in(Car())
    await house.press("charge_now")
    await measure(house, wallbox, voltage=240)
    assert house.state("power") == "unknown"
    await measure(house, wallbox, current=20)
    assert house.number("power") == 4800
    await measure(house, wallbox, power=4700, current=20, voltage=240)
    assert house.number("power") == 4700
    await measure(house, wallbox, current=10, voltage=240)
    assert house.number("power") == 4700
    await measure(house, wallbox, power=2300)
    assert house.number("power") == 2300
