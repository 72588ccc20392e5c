"""Where the home can have energy from: told with all that tells shares, so that none is shown that the home has not."""

from typing import Any, Final

from homeassistant.components.energy.data import async_get_manager
from homeassistant.components.recorder.core import Recorder
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from ..house import House
from .conftest import Browser, SignIn
from .history import live_in

GRID: Final = {
    "type": "grid",
    "stat_energy_from": "sensor.imported",
    "stat_energy_to": None,
}
SOLAR: Final = {"type": "solar", "stat_energy_from": "sensor.solar"}
BATTERY: Final = {
    "type": "battery",
    "stat_energy_from": "sensor.discharged",
    "stat_energy_to": "sensor.charged",
}


@pytest.fixture(autouse=True)
def owner(recorder_mock: Recorder, hass_admin_user: MockUser) -> str:
    """An administrator of a home with a recorder, which the Energy dashboard needs."""
    user_id: str = hass_admin_user.id
    return user_id


async def told(browser: Browser, session: int) -> list[list[str]]:
    """Return what the commands that tell shares say."""
    answers = [
        await browser.result("session", session=session),
        await browser.result("sessions"),
        await browser.result("usage", start="2026-01-01", end="2026-01-31", by="month"),
    ]
    return [answer["sources"] for answer in answers]


@pytest.mark.parametrize(
    ("meters", "sources"),
    [
        ([GRID], []),
        ([GRID, SOLAR], ["solar"]),
        ([BATTERY, GRID, SOLAR], ["solar", "battery"]),
    ],
)
async def test_what_the_energy_dashboard_has_meters_of_is_told(
    house: House,
    sign_in: SignIn,
    meters: list[dict[str, Any]],
    sources: list[str],
) -> None:
    """Solar panels and a home battery, as they are on the dashboard now."""
    assert await async_setup_component(house.hass, "energy", {})
    manager = await async_get_manager(house.hass)
    found: Any = {"energy_sources": meters}
    await manager.async_update(found)
    home = await live_in(house)
    number = home.sessions[0].transaction_id
    assert await told(await sign_in(), number) == [sources] * 3


async def test_without_an_energy_dashboard_there_is_no_source(
    house: House, sign_in: SignIn
) -> None:
    """Nothing is known of any then."""
    home = await live_in(house)
    number = home.sessions[0].transaction_id
    assert await told(await sign_in(), number) == [[]] * 3
