"""The panel's months: read from the recorder's statistics, and the ledger's to the watt-hour, on every database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.smart_charge_point.control.statistics.book import StatisticsBook
from custom_components.smart_charge_point.simulator import Car

from ..panel_api.conftest import Browser, token
from .recorded import HOUR, RecordedHouse

EVENING = datetime(2026, 11, 28, 22, 0, tzinfo=UTC)
"""A Saturday, on which there is no peak."""


@pytest.mark.at(EVENING)
async def test_days_are_the_recorders_and_agree_with_the_ledger(
    recorded: RecordedHouse,
    hass_ws_client: WebSocketGenerator,
    hass_admin_user: MockUser,
) -> None:
    """Over midnight, the hour that runs included; and what the recorder lost is the ledger's until it is written again."""
    house = recorded.house
    await house.hass.config.async_set_time_zone("Europe/London")
    wallbox = await house.wallbox(settings={"MeterValueSampleInterval": "60"})
    await wallbox.plug_in(Car(battery_kwh=100, soc=0.1))
    await house.advance_to(EVENING + 2 * HOUR)
    before_midnight = wallbox.energy(1)
    await house.advance_to(EVENING + 3 * HOUR + timedelta(minutes=30))
    await recorded.written()

    async def usage() -> dict[str, Any]:
        # Whoever signed in is so for half an hour.
        shown = await token(house, hass_admin_user.id)
        browser = Browser(await hass_ws_client(house.hass, shown))
        answer = await browser.result(
            "usage", start="2026-11-28", end="2026-11-29", by="day"
        )
        await browser.close()
        return answer

    shown = await usage()
    assert (shown["source"], shown["agrees"]) == ("recorder", True)
    # The wallbox measures every minute.
    assert [bucket["energy"] for bucket in shown["buckets"]] == [
        pytest.approx(before_midnight, abs=130),
        pytest.approx(wallbox.energy(1) - before_midnight, abs=130),
    ]
    total = shown["total"]["energy"]
    [session] = await house.sessions()
    assert total == pytest.approx(1000 * session["energy"], abs=1)

    await wallbox.unplug()
    await house.advance_to(EVENING + 8 * HOUR)
    await recorded.written()
    whole = await usage()
    assert (whole["source"], whole["agrees"]) == ("recorder", True)
    await StatisticsBook(house.hass).clear(["smart_charge_point:home_energy"])
    lost = await usage()
    assert (lost["source"], lost["agrees"]) == ("ledger", False)
    assert lost["total"]["energy"] == pytest.approx(whole["total"]["energy"], abs=1)
    await recorded.rebuild()
    assert (await usage())["agrees"] is True
