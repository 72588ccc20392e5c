"""Getting to know a wallbox: what it can do, how its connectors stand, and what it is told to report."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import astuple, replace
import logging

from homeassistant.util import dt as dt_util

from ..central_system.link import (
    CallRefusedError,
    CallTimedOutError,
    Configuration,
    Link,
)
from ..central_system.v16.probe import (
    apply_settings,
    may_probe_valid_from,
    probe_valid_from,
    read_capabilities,
)
from ..model.capabilities import Capabilities, Support
from .connector import Connector
from .memory import MemoryStore

_LOGGER = logging.getLogger(__name__)


class Probing:
    """Asks one wallbox, and tries out what it does not say. What is found is kept for its firmware."""

    def __init__(
        self,
        store: MemoryStore,
        connectors: Mapping[int, Connector],
        on_change: Callable[[], None],
    ) -> None:
        """Remember in the memory of `store`; `on_change` is called when the wallbox has said what it can do."""
        self._store = store
        self._connectors = connectors
        self._on_change = on_change
        self._probed_on: Link | None = None
        self._unset: Configuration | None = None
        """What a newly met wallbox has set, until it was told what it should."""

    @property
    def _capabilities(self) -> Capabilities:
        return self._store.memory.capabilities

    async def ask(
        self, link: Link, hold_by_guess: Callable[[], Awaitable[None]]
    ) -> None:
        """Ask a wallbox what it can do: once for each firmware.

        `hold_by_guess` sends it the hours where it does not answer: a car may come at any moment (A10.1).
        """
        memory = self._store.memory
        if self._probed_on is link or (
            memory.capabilities.smart_charging is not Support.UNTRIED
            and memory.capabilities.firmware == memory.boot.firmware
        ):
            return

        def seen() -> list[int]:
            return [
                number
                for number, connector in self._connectors.items()
                if connector.status_at is not None
            ]

        probe = await read_capabilities(
            link, self._capabilities, memory.boot, seen(), hold_by_guess
        )
        for complaint in probe.complaints:
            _LOGGER.debug("%s: %s is %s", *astuple(complaint))
        told = probe.capabilities
        self._store.learn(
            replace(
                self._capabilities,
                # Some count fewer than they speak of, and may do so while they are asked.
                connectors=max([told.connectors, *seen()]),
                rate_unit=told.rate_unit,
                max_stack_level=told.max_stack_level,
                max_periods=told.max_periods,
                max_profiles=told.max_profiles,
                own_delay=told.own_delay,
                own_delay_key=told.own_delay_key,
                firmware=memory.boot.firmware,
            )
        )
        self._probed_on = link
        self._unset = probe.configuration
        self._on_change()

    async def ask_status(self, link: Link) -> None:
        """Ask for the status of connectors that a wallbox, redialling without a boot, has said nothing of."""
        for connector in tuple(self._connectors.values()):
            if connector.status_known:
                continue
            connector.status_known = True
            try:
                await link.ask_for("StatusNotification", connector.number)
            except CallRefusedError, CallTimedOutError:
                _LOGGER.debug("The wallbox does not tell its status when asked")

    async def configure(self, link: Link) -> None:
        """Set what a newly met wallbox should report. The hours went first: a change may make it reboot."""
        memory = self._store.memory
        configuration, self._unset = self._unset, None
        if configuration is None or memory.settings_stopped == memory.boot.firmware:
            return
        report = await apply_settings(
            link, configuration, boot=memory.boot, asked=memory.settings_asked
        )
        memory.settings_asked |= report.asked
        if report.stopped:
            memory.settings_stopped = memory.boot.firmware
        self._store.save_soon()

    async def try_valid_from(self, link: Link) -> bool:
        """Find out, while nothing charges, whether the next season's hours can be left with the wallbox (A10.3).

        Return whether that was just found out.
        """
        if self._capabilities.valid_from is not Support.UNTRIED or any(
            connector.state.plugged_in for connector in self._connectors.values()
        ):
            return False
        connector = next(iter(self._connectors.values()))
        now = dt_util.utcnow()
        held = self._store.memory.maximum_profile
        if held is not None and any(
            period.limit < self._capabilities.maximum for period in held.periods
        ):
            return (
                False  # Under a low limit of the owner's, the test would show nothing.
            )
        if not may_probe_valid_from(
            connector.resident_schedule(now), self._capabilities, now
        ):
            return False
        support = await probe_valid_from(
            link, connector.number, self._capabilities, now
        )
        if support is Support.UNTRIED:
            # It would not tell: what is not proven is not relied upon.
            support = Support.REFUSED
        self._store.learn(replace(self._capabilities, valid_from=support))
        return support is Support.WORKS
