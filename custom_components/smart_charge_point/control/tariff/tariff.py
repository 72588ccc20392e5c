"""The tariff that the options name, looked after while Home Assistant runs."""

from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ...const import DOMAIN
from ...records.ledger import Ledger
from .book import PriceBook
from .issue import PriceIssue
from .settings import TariffSettings
from .sources import EntityPrice, FixedPrices, PriceSource

VERSION: Final = 1
KEPT_EVERY: Final = timedelta(minutes=10)
"""How much of the time before a power cut may count as not looked after."""


class Tariff:
    """Brings what a kWh costs into the ledger, by the source that the owner chose."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], ledger: Ledger
    ) -> None:
        """Take the config entry, whose options say what the tariff is; nothing runs before `async_sync`."""
        self._hass = hass
        self._entry = entry
        self._book = PriceBook(hass, entry, ledger)
        self._issue = PriceIssue(hass, entry.entry_id)
        self._store = _store(hass, entry.entry_id)
        self._settings: TariffSettings | None = None
        """What runs; None before the first `async_sync`."""
        self._source: PriceSource | None = None
        self._cancel_keeping: CALLBACK_TYPE | None = None

    async def async_sync(self) -> None:
        """Follow the options.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        wanted = TariffSettings.of(self._entry.options)
        if wanted == self._settings:
            return
        known_until: datetime | None = None
        chosen = self._settings is not None
        if chosen:
            self._end()
            self._issue.clear()
        else:
            await self._book.load()
            known_until = await self._load()
        self._settings = wanted
        if wanted.entity_id is not None:
            self._source = EntityPrice(
                self._hass, self._book, wanted.entity_id, self._issue
            )
        elif wanted.rates:
            self._source = FixedPrices(
                self._hass, self._book, wanted.rates, wanted.valid_since
            )
        else:
            self._book.keep(dt_util.utcnow(), None)
        if self._source is not None:
            self._source.start(chosen=chosen, known_until=known_until)
            self._cancel_keeping = async_track_time_interval(
                self._hass, self._keep_known, KEPT_EVERY
            )

    async def async_stop(self) -> None:
        """Look no more, and keep up to when the price was known."""
        if (known_until := self._end()) is not None:
            await self._save(known_until)
        await self._book.close()

    def _end(self) -> datetime | None:
        """End the source; return up to when the price was known, None where nobody looked."""
        if self._cancel_keeping is not None:
            self._cancel_keeping()
            self._cancel_keeping = None
        if self._source is None:
            return None
        known_until = self._source.stop()
        self._source = None
        return known_until

    async def _load(self) -> datetime | None:
        known = await self._store.async_load()
        return None if known is None else datetime.fromisoformat(known["known_until"])

    async def _keep_known(self, _now: datetime) -> None:
        if self._source is not None:
            await self._save(self._source.known_until)

    async def _save(self, known_until: datetime) -> None:
        await self._store.async_save({"known_until": known_until.isoformat()})


async def async_forget_tariff(hass: HomeAssistant, entry_id: str) -> None:
    """Forget what was kept of the tariff of a config entry. Its prices stay in the ledger."""
    PriceIssue(hass, entry_id).clear()
    await _store(hass, entry_id).async_remove()


def _store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, str]]:
    return Store(
        hass, VERSION, f"{DOMAIN}.{entry_id}.tariff", private=True, atomic_writes=True
    )
