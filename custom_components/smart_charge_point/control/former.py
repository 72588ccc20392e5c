"""What is remembered of wallboxes that are no longer in the home: their sessions and statistics stay until they are deleted."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from ..const import DOMAIN

VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerWallbox:
    """A wallbox that was removed: the subentry it had, by which its statistics go, and its last name.

    `name` is None once all that is known of it was deleted.
    """

    subentry_id: str
    name: str | None


class FormerWallboxes:
    """The wallboxes that were removed, by identity. One that is back in the home may be among them."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Name the file after the config entry."""
        self._store: Store[dict[str, dict[str, Any]]] = Store(
            hass,
            VERSION,
            f"{DOMAIN}.{entry_id}.former",
            private=True,
            atomic_writes=True,
        )
        self._known: dict[str, FormerWallbox] = {}

    @property
    def known(self) -> Mapping[str, FormerWallbox]:
        """What is remembered of them."""
        return self._known

    @property
    def names(self) -> Mapping[str, str]:
        """What they were called, by identity."""
        return {
            identity: former.name
            for identity, former in self._known.items()
            if former.name is not None
        }

    async def load(self) -> None:
        """Take up what was known before the restart."""
        self._known = {
            identity: FormerWallbox(**data)
            for identity, data in (await self._store.async_load() or {}).items()
        }

    async def remove(self) -> None:
        """Forget the file."""
        await self._store.async_remove()

    async def keep(self, identity: str, former: FormerWallbox) -> None:
        """Remember a wallbox that goes."""
        self._known[identity] = former
        await self._save()

    async def forget_names(self, identities: Iterable[str]) -> None:
        """Forget what these were called."""
        gone = self._known.keys() & set(identities)
        if gone:
            for identity in gone:
                self._known[identity] = replace(self._known[identity], name=None)
            await self._save()

    async def _save(self) -> None:
        await self._store.async_save(
            {identity: asdict(former) for identity, former in self._known.items()}
        )
