"""The action that writes the long-term statistics again."""

from typing import Final

from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.service import async_register_admin_service
import voluptuous as vol

from .const import DOMAIN
from .control.statistics.book import NoBookError
from .coordinator import SmartChargePointConfigEntry
from .records.errors import LedgerError

SERVICE_REBUILD: Final = "rebuild_statistics"


@callback
def async_setup_statistics_services(hass: HomeAssistant) -> None:
    """Register the action; administrators alone may call it."""
    async_register_admin_service(
        hass, DOMAIN, SERVICE_REBUILD, _async_rebuild, vol.Schema({})
    )


async def _async_rebuild(call: ServiceCall) -> None:
    """Write the statistics of every home again from its ledger."""
    entry: SmartChargePointConfigEntry
    for entry in call.hass.config_entries.async_loaded_entries(DOMAIN):
        try:
            await entry.runtime_data.site.statistics.rebuild()
        except (NoBookError, LedgerError) as error:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="no_statistics",
                translation_placeholders={"error": str(error)},
            ) from error
