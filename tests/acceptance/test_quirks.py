"""Each wallbox of the field through a whole day: plugged in, waiting, delayed, charging, stopped, replayed."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charge_point.model.charge_point import ChargingReason
from custom_components.smart_charge_point.simulator import Car
from custom_components.smart_charge_point.simulator.presets import PRESETS

from ..house import House


@pytest.mark.at(datetime(2026, 11, 23, 21, 40, tzinfo=UTC))
@pytest.mark.parametrize("preset", sorted(PRESETS))
async def test_a_day_with(house: House, preset: str) -> None:
    """Nothing it says is lost, no minute of the peak is charged in, and the session is in the ledger once."""
    wallbox = await house.wallbox(preset=preset)
    while house.state("connected") != "on":  # Some take a quarter of an hour to dial.
        await house.advance(timedelta(minutes=1))
    await house.advance(timedelta(minutes=2))
    peak_ends = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
    await wallbox.plug_in(Car(battery_kwh=40, soc=0.3))
    await house.advance(timedelta(seconds=30))
    if wallbox.transaction(1) is None:
        await wallbox.swipe("04AABBCC")
    await house.advance_to(peak_ends)
    drawn_in_peak = [
        change
        for change in wallbox.switchings
        if change.amperes > 0 and change.at < peak_ends
    ]
    assert drawn_in_peak == []

    await house.advance(timedelta(minutes=11))
    assert house.state("connected") == "on"
    assert house.state("charging_reason") in set(ChargingReason)
    assert wallbox.current(1) > 5
    await house.advance(timedelta(minutes=5))
    await wallbox.unplug()
    await house.advance(timedelta(minutes=2))

    sessions = [session for session in await house.sessions() if not session["short"]]
    assert len(sessions) == 1
    assert sessions[0]["end"] is not None
    assert sessions[0]["energy"] == pytest.approx(wallbox.energy(1) / 1000, abs=0.6)
