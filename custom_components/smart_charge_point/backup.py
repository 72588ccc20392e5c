"""Backups: the session ledger holds still while Home Assistant copies it."""

import asyncio
import logging

from homeassistant.core import HomeAssistant

from .const import DOMAIN
from .coordinator import SmartChargePointConfigEntry
from .records.errors import LedgerError
from .records.ledger import Ledger

_LOGGER = logging.getLogger(__name__)

HOLD_TIMEOUT = 30
"""Seconds that a backup waits for what is being written."""


def _ledgers(hass: HomeAssistant) -> list[Ledger]:
    entries: list[SmartChargePointConfigEntry] = (
        hass.config_entries.async_loaded_entries(DOMAIN)
    )
    return [entry.runtime_data.site.ledger for entry in entries]


async def async_pre_backup(hass: HomeAssistant) -> None:
    """Bring everything into the file and hold what comes until the backup is done."""
    for ledger in _ledgers(hass):
        try:
            async with asyncio.timeout(HOLD_TIMEOUT):
                await ledger.checkpoint()
        except (LedgerError, TimeoutError) as err:
            _LOGGER.warning(
                "The session ledger could not be held still for the backup, its copy may lack the latest session: %s",
                err,
            )


async def async_post_backup(hass: HomeAssistant) -> None:
    """Write what came during the backup."""
    for ledger in _ledgers(hass):
        await ledger.resume()
