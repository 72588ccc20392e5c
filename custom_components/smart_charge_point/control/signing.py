"""Signing: the key by which this installation signs what it exports."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from ..const import DOMAIN
from ..records.technical_file.seal import new_key

VERSION: Final = 1


def _store(hass: HomeAssistant, entry: ConfigEntry[Any]) -> Store[str]:
    """Return the file of the key, which only Home Assistant itself may read."""
    return Store(
        hass,
        VERSION,
        f"{DOMAIN}.{entry.entry_id}.signing",
        private=True,
        atomic_writes=True,
    )


async def async_signing_key(hass: HomeAssistant, entry: ConfigEntry[Any]) -> str:
    """Return the key of this installation, made when it is first asked for: a credential."""
    store = _store(hass, entry)
    key = await store.async_load()
    if key is None:
        key = new_key()
        await store.async_save(key)
    return key


async def async_forget_key(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Forget the key: what it signed can still be verified."""
    await _store(hass, entry).async_remove()
