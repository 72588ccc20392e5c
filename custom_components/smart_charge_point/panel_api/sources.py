"""Sources: where the home can have energy from beside the grid, so that nothing is said of what it does not have."""

from typing import Final

from homeassistant.components.energy.data import async_get_manager
from homeassistant.core import HomeAssistant

SOURCES: Final = ("solar", "battery")
"""As the Energy dashboard calls them."""


async def sources(hass: HomeAssistant) -> list[str]:
    """Return which of `SOURCES` the Energy dashboard has a meter of now."""
    if "energy" not in hass.config.components:
        return []
    preferences = (await async_get_manager(hass)).data
    if preferences is None:
        return []
    metered = {source["type"] for source in preferences["energy_sources"]}
    return [source for source in SOURCES if source in metered]
