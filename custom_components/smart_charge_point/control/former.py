"""What wallboxes were called that are no longer in the home: their sessions stay, and an owner knows them by their names."""

from collections.abc import Iterable, Mapping

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from ..const import DOMAIN

VERSION = 1


class FormerWallboxes:
    """The last names of wallboxes that were removed, by identity, until what is known of them is deleted."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the config entry."""
        self._store: Store[dict[str, str]] = Store(
            hass,
            VERSION,
            f"{DOMAIN}.{entry_id}.former",
            private=True,
            atomic_writes=True,
        )
        self._names: dict[str, str] = {}

    @property
    def names(self) -> Mapping[str, str]:
        """What they were called, by identity; one that is back in the home may be among them."""
        return self._names

    async def load(self) -> None:
        """Take up what was known before the restart."""
        self._names = await self._store.async_load() or {}

    async def remove(self) -> None:
        """Forget the file."""
        await self._store.async_remove()

    async def keep(self, identity: str, name: str) -> None:
        """Keep what a wallbox was called that goes."""
        self._names[identity] = name
        await self._store.async_save(self._names)

    async def forget(self, identities: Iterable[str]) -> None:
        """Forget what these were called."""
        gone = self._names.keys() & set(identities)
        if gone:
            for identity in gone:
                del self._names[identity]
            await self._store.async_save(self._names)
