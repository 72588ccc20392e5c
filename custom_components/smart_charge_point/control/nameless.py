"""Where the wallboxes were last met that say who they are only when they boot."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from ..const import DOMAIN

VERSION = 1
SAVE_DELAY = 1
"""Seconds: all wallboxes of a site are met at once when Home Assistant comes back."""


class Nameless:
    """The addresses of accepted wallboxes that give no identity when they dial (quirk T3), by their identity.

    Kept over a restart of Home Assistant, after which such a wallbox dials in without a boot (quirk T7), so that it
    has nothing but its address to be known by.
    """

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the config entry."""
        self._store: Store[dict[str, str]] = Store(
            hass, VERSION, f"{DOMAIN}.{entry_id}", private=True, atomic_writes=True
        )
        self._met: dict[str, str] = {}
        self._unsaved = False

    async def load(self) -> None:
        """Take up what was known before the restart."""
        self._met = await self._store.async_load() or {}

    async def save(self) -> None:
        """Write what may not be written yet."""
        if self._unsaved:
            await self._store.async_save(self._met)

    async def remove(self) -> None:
        """Forget everybody, and the file."""
        await self._store.async_remove()

    @callback
    def met(self, identity: str, peer: str) -> None:
        """Remember that a wallbox called from the address `peer` without an identity."""
        if self._met.get(identity) != peer:
            self._met[identity] = peer
            self._save_soon()

    @callback
    def forget(self, identity: str) -> None:
        """Forget a wallbox: it is gone, or has been given an identity to dial with."""
        if self._met.pop(identity, None) is not None:
            self._save_soon()

    @callback
    def _save_soon(self) -> None:
        self._unsaved = True
        self._store.async_delay_save(lambda: self._met, SAVE_DELAY)

    def only_one_at(self, peer: str) -> str | None:
        """Return the one wallbox that was last met at the address `peer`; None where there is none, or another too."""
        found = [identity for identity, address in self._met.items() if address == peer]
        return found[0] if len(found) == 1 else None
