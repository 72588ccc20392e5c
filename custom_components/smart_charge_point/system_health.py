"""System health: whether the central system listens and who is connected."""

from typing import Any

from homeassistant.components import system_health
from homeassistant.core import HomeAssistant, callback

from .const import DOMAIN
from .coordinator import SmartChargePointConfigEntry
from .panel import panel_is_there


@callback
def async_register(
    hass: HomeAssistant, register: system_health.SystemHealthRegistration
) -> None:
    """Register the information."""
    register.async_register_info(system_health_info)


async def system_health_info(hass: HomeAssistant) -> dict[str, Any]:
    """Return the information; no address, since owners paste it into public issues."""
    entries: list[SmartChargePointConfigEntry] = (
        hass.config_entries.async_loaded_entries(DOMAIN)
    )
    if not entries:
        return {"listening": False}
    data = entries[0].runtime_data
    return {
        "listening": True,
        "port": data.site.port,
        "wallboxes": len(data.coordinators),
        "connected": sum(
            coordinator.data.connected for coordinator in data.coordinators.values()
        ),
        "waiting": len(data.site.pending),
        "panel": panel_is_there(hass),
    }
