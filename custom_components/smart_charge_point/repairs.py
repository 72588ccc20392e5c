"""Repairs: notices that the owner reads once and confirms, and what an administrator clears by it."""

from typing import override

from homeassistant.components.repairs import (
    ConfirmRepairFlow,
    RepairsFlow,
    RepairsFlowResult,
)
from homeassistant.core import HomeAssistant

from .confirmation import asking_user
from .const import DOMAIN
from .control.controller import Controller
from .control.issues import IssueKind
from .control.statistics.book import NoBookError
from .control.statistics.keeper import STATISTICS_DIFFER
from .coordinator import SmartChargePointConfigEntry
from .records.errors import LedgerError


async def async_create_fix_flow(
    hass: HomeAssistant,
    issue_id: str,
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Return the flow of a fixable issue: each of ours says something and asks for nothing but to be confirmed."""
    if data is not None and data["kind"] == IssueKind.TAMPERED:
        return TamperRepairFlow(str(data["subentry_id"]))
    if data is not None and data["kind"] == STATISTICS_DIFFER:
        return StatisticsRepairFlow(str(data["entry_id"]))
    return ConfirmRepairFlow()


class TamperRepairFlow(ConfirmRepairFlow):
    """Takes the word of an administrator that all is well with a wallbox that somebody had interfered with.

    Home Assistant lets nobody else open the flow of a repair.
    """

    def __init__(self, subentry_id: str) -> None:
        """Ask about the wallbox of a config subentry."""
        self._subentry_id = subentry_id

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Clear the tampering once it is confirmed."""
        if user_input is not None:
            if (controller := self._controller()) is None:
                return self.async_abort(reason="not_loaded")
            await controller.async_clear_tampering(asking_user())
        return await super().async_step_confirm(user_input)

    def _controller(self) -> Controller | None:
        """Return who answers for the wallbox, None while the integration does not run."""
        entry: SmartChargePointConfigEntry
        for entry in self.hass.config_entries.async_loaded_entries(DOMAIN):
            coordinators = entry.runtime_data.coordinators
            if (coordinator := coordinators.get(self._subentry_id)) is not None:
                return coordinator.controller
        return None


class StatisticsRepairFlow(ConfirmRepairFlow):
    """Writes the statistics of a home again."""

    def __init__(self, entry_id: str) -> None:
        """Ask about the home of a config entry."""
        self._entry_id = entry_id

    @override
    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Rebuild them once it is confirmed."""
        if user_input is not None:
            entry: SmartChargePointConfigEntry | None = next(
                (
                    entry
                    for entry in self.hass.config_entries.async_loaded_entries(DOMAIN)
                    if entry.entry_id == self._entry_id
                ),
                None,
            )
            if entry is None:
                return self.async_abort(reason="not_loaded")
            try:
                await entry.runtime_data.site.statistics.rebuild()
            except NoBookError, LedgerError:
                return self.async_abort(reason="no_statistics")
        return await super().async_step_confirm(user_input)
