"""Every make lives through a day."""

from datetime import timedelta

import pytest

from custom_components.smart_charge_point.simulator import PRESETS, Car, DrivenClock
from custom_components.smart_charge_point.simulator.quirks import Quirks

from .central_system import CentralSystem
from .conftest import NewWallbox


@pytest.mark.parametrize("preset", sorted(PRESETS))
async def test_a_day_with_every_make(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock, preset: str
) -> None:
    """Plug in, charge, lose the network, charge on, pull the cable, have the network back: the energy is told."""
    wallbox = await new_wallbox(preset=preset)
    await clock.advance(timedelta(minutes=20))
    assert wallbox.registration.accepted
    await wallbox.plug_in(Car(soc=0.5, battery_kwh=40))
    if wallbox.transaction() is None:
        await wallbox.swipe("uc_default_auth")
    await clock.advance(timedelta(hours=1))
    assert wallbox.energy() > 1000
    await wallbox.go_offline()
    await clock.advance(timedelta(hours=1))
    stored = wallbox.energy()
    await wallbox.unplug()
    await wallbox.go_online()
    await clock.advance(timedelta(minutes=20))
    (stop,) = central.calls("StopTransaction")
    assert stop["meterStop"] == int(stored + 1e-6)
    assert wallbox.protocol.queued == ()


def test_every_quirk_is_in_words() -> None:
    """No switch is of a letter that nobody knows."""
    assert all("_" in name or name.isalpha() for name in Quirks.__dataclass_fields__)
    assert len(PRESETS) > 35
