"""Price steps on their way into the ledger."""

import asyncio
from datetime import datetime, timedelta
import logging
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ...const import DOMAIN
from ...model.usage import PriceStep
from ...records.errors import InvalidRecordError, LedgerError
from ...records.ledger import Ledger

_LOGGER = logging.getLogger(__name__)

AGAIN_AFTER: Final = timedelta(minutes=1)
"""When the ledger is asked anew to keep what it could not."""


class PriceBook:
    """Keeps price steps in the order of time, each once; what the ledger cannot take now it is given later."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], ledger: Ledger
    ) -> None:
        """Take the ledger; nothing is read before `load`."""
        self._hass = hass
        self._entry = entry
        self._ledger = ledger
        self._waiting: list[PriceStep] = []
        self._lock = asyncio.Lock()
        self._cancel_again: CALLBACK_TYPE | None = None
        self.latest: PriceStep | None = None
        """The last step there is, whether the ledger has it already or not."""

    @property
    def price(self) -> float | None:
        """The price in force by the last step, None where it is not known."""
        return None if self.latest is None else self.latest.value

    async def load(self) -> None:
        """Take up what the ledger knows.

        Raises:
            LedgerError: it cannot be read.
        """
        self.latest = await self._ledger.latest_price()

    @callback
    def keep(self, at: datetime, price: float | None) -> None:
        """Keep that a kWh costs `price` from `at` (UTC) on; never from before the last step, which stays true till then."""
        if price == self.price:
            return
        if self.latest is not None:
            at = max(at, self.latest.at)
        self.latest = PriceStep(at=at, value=price)
        self._waiting.append(self.latest)
        self._entry.async_create_background_task(
            self._hass, self._write(), f"{DOMAIN} price", eager_start=False
        )

    async def close(self) -> None:
        """Write what waits, as far as the ledger takes it."""
        await self._write()
        self._stop_waiting()

    async def _write(self) -> None:
        async with self._lock:
            self._stop_waiting()
            while self._waiting:
                step = self._waiting[0]
                try:
                    await self._ledger.keep_price(step.at, step.value)
                except InvalidRecordError as err:
                    _LOGGER.warning("No ledger takes the price %s: %s", step, err)
                except LedgerError as err:
                    _LOGGER.debug("The price waits for the ledger: %s", err)
                    self._cancel_again = async_call_later(
                        self._hass, AGAIN_AFTER, self._again
                    )
                    return
                self._waiting.remove(step)

    async def _again(self, _now: datetime) -> None:
        self._cancel_again = None
        await self._write()

    def _stop_waiting(self) -> None:
        if self._cancel_again is not None:
            self._cancel_again()
            self._cancel_again = None
