"""The address that the owner types into a wallbox."""

from homeassistant.components.network import async_get_source_ip
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.network import NoURLAvailableError, get_url
from yarl import URL


async def async_ocpp_address(hass: HomeAssistant, port: int) -> str:
    """Return the address of the central system in the owner's network: `ws://192.168.1.10:9000/`.

    Wallboxes rarely look up names, so it is an IP address where this host can tell its own.
    """
    try:
        host: str | None = await async_get_source_ip(hass)
    except HomeAssistantError:
        try:
            host = URL(get_url(hass, allow_external=False, allow_cloud=False)).host
        except NoURLAvailableError:
            host = None
    return str(
        URL.build(scheme="ws", host=host or "homeassistant.local", port=port, path="/")
    )
