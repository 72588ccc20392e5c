"""Price steps on their way into the ledger."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
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
        self._waiting: list[Callable[[], Awaitable[None]]] = []
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
    def keep(self, at: datetime, price: float | None, *, shown: bool = False) -> None:
        """Keep that a kWh costs `price` from `at` (UTC) on, and whether an entity showed it.

        It never counts from before the last step, which stays true till then.
        """
        step = PriceStep(at=at, value=price, shown=shown and price is not None)
        if self.latest is not None:
            step = replace(step, at=max(at, self.latest.at))
            if step == replace(self.latest, at=step.at):
                return
        elif price is None:
            return
        self.latest = step
        self._write_soon(
            lambda: self._ledger.keep_price(step.at, price, shown=step.shown)
        )

    @callback
    def keep_since(
        self,
        steps: Callable[[], Sequence[PriceStep]],
        latest: PriceStep,
        shown_until: datetime,
    ) -> None:
        """Keep that these steps hold from the first of them on, beside what an entity showed before `shown_until` (UTC).

        There may be thousands, so they are asked for on a thread; `latest` is the last of them.
        """

        async def write() -> None:
            told = await self._hass.async_add_executor_job(steps)
            await self._ledger.keep_rates(told, shown_until)

        self.latest = latest
        self._write_soon(write)

    @callback
    def _write_soon(self, write: Callable[[], Awaitable[None]]) -> None:
        self._waiting.append(write)
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
                write = self._waiting[0]
                try:
                    await write()
                except InvalidRecordError as err:
                    _LOGGER.warning("No ledger takes the price: %s", err)
                except LedgerError as err:
                    _LOGGER.debug("The price waits for the ledger: %s", err)
                    self._cancel_again = async_call_later(
                        self._hass, AGAIN_AFTER, self._again
                    )
                    return
                self._waiting.remove(write)

    async def _again(self, _now: datetime) -> None:
        self._cancel_again = None
        await self._write()

    def _stop_waiting(self) -> None:
        if self._cancel_again is not None:
            self._cancel_again()
            self._cancel_again = None
