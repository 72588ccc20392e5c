"""Reg. 11: what is changed while a random delay runs does not touch it (A11.6)."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charge_point.simulator import Car

from ..house import House
from .test_a11_maximum import weekly

EDGE = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)


@pytest.mark.at(EDGE - timedelta(minutes=20))
async def test_a11_6_a_longer_maximum_waits_until_the_running_delay_is_over(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The car charges when it would have, goes on charging, and the wallbox holds the new delays once all is quiet."""
    monkeypatch.setattr(
        "custom_components.smart_charge_point.control.planning.secrets.randbelow",
        lambda count: count - 1,
    )
    wallbox = await house.wallbox()
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance_to(EDGE + timedelta(minutes=2))
    await house.set_number("delay_maximum", 1200)
    await house.advance_to(EDGE + timedelta(seconds=595))
    assert wallbox.current(1) == 0
    assert house.state("charging_reason") == "random_delay"
    await house.advance_to(EDGE + timedelta(seconds=605))
    assert wallbox.current(1) > 30
    assert set(weekly(wallbox)) == {600}

    for minute in range(11, 24):
        await house.advance_to(EDGE + timedelta(minutes=minute))
        assert wallbox.current(1) > 30
    assert set(weekly(wallbox)) == {1200}
