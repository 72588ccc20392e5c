"""S7b: what a removed wallbox charged stays in the recorder as it is in the ledger, and goes with it."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.simulator import Car

from .recorded import HOUR, RecordedHouse

SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HOME = f"{DOMAIN}:home_energy"


@pytest.mark.at(SATURDAY)
@pytest.mark.parametrize("what", [{"removed_wallbox": "WB2"}, {"everything": True}])
async def test_s7b_the_series_of_a_removed_wallbox_follow_the_ledger(
    recorded: RecordedHouse, what: dict[str, str | bool]
) -> None:
    """They stay when it is removed, bear a cost that is told later, and are gone once its sessions are."""
    house = recorded.house
    await house.set_up("WB1", "WB2")
    for identity in ("WB1", "WB2"):
        wallbox = await house.wallbox(
            identity, settings={"MeterValueSampleInterval": "60"}
        )
        await wallbox.plug_in(Car(battery_kwh=100, soc=0.1))
    await house.advance_to(SATURDAY + HOUR)
    for wallbox in house.wallboxes:
        await wallbox.unplug()
    await house.advance_to(SATURDAY + 2 * HOUR)
    await recorded.written()
    energy, cost = (recorded.wallbox_id(kind, "WB2") for kind in ("energy", "cost"))
    charged = await recorded.hourly(energy, SATURDAY)
    assert charged[SATURDAY] > 5
    both = await recorded.hourly(HOME, SATURDAY)
    subentry_id = house.subentry("WB2").subentry_id
    house.hass.config_entries.async_remove_subentry(house.entry, subentry_id)
    await house.settle()

    await house.choose(
        "cost",
        "fixed_rates",
        {
            "rates": [{"start": "00:00:00", "price": 0.5}],
            "valid_since": "2026-11-20",
        },
    )
    await recorded.written()
    assert await recorded.hourly(energy, SATURDAY) == charged
    assert await recorded.hourly(cost, SATURDAY) == {
        hour: pytest.approx(kwh * 0.5) for hour, kwh in charged.items()
    }
    assert (await recorded.names())[energy] == "WB2: energy charged"

    await house.restart()
    await house.hass.services.async_call(
        DOMAIN, "delete_personal_data", {"confirm": True, **what}, blocking=True
    )
    await house.advance(timedelta(minutes=3))
    assert not {energy, cost} & (await recorded.names()).keys()
    left = await recorded.hourly(HOME, SATURDAY)
    others = {hour: kwh - charged.get(hour, 0.0) for hour, kwh in both.items()}
    if "everything" in what:
        others = {}
    for hour in left.keys() | others.keys():
        assert left.get(hour, 0.0) == pytest.approx(others.get(hour, 0.0), abs=0.001)
