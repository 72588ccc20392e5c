"""Repair issues of the sources of demand-side response: what cannot be asked or is gone, said once and taken back."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from .dsr_sources.axle import DOMAIN as AXLE_DOMAIN
from .dsr_sources.openadr.source import OpenAdrProblem, OpenAdrStatus

SILENT_FOR: Final = timedelta(hours=1)
"""A server that comes back sooner is no matter for the owner."""


class SourceIssueKind(StrEnum):
    """What can be wrong with a source; the value is its translation key."""

    CREDENTIALS = "dsr_credentials"
    REFUSED = "dsr_refused"
    UNREACHABLE = "dsr_unreachable"
    NO_PROGRAM = "dsr_no_program"
    ENTITY_MISSING = "dsr_entity_missing"


_NAMES: Final = {AXLE_DOMAIN: "Axle Energy"}
"""What owners call a provider that nobody named."""
_KINDS: Final = {
    OpenAdrProblem.CREDENTIALS: SourceIssueKind.CREDENTIALS,
    OpenAdrProblem.REFUSED: SourceIssueKind.REFUSED,
    OpenAdrProblem.UNREACHABLE: SourceIssueKind.UNREACHABLE,
    OpenAdrProblem.NO_PROGRAM: SourceIssueKind.NO_PROGRAM,
}


class SourceIssues:
    """The repair issues of the sources of one site: at most one for each."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Bind them to the site's config entry."""
        self._hass = hass
        self._entry_id = entry_id
        self._since: dict[str, datetime] = {}

    @callback
    def began(self, provider: str) -> None:
        """Take note that a source is started."""
        self._since[provider] = dt_util.utcnow()

    @callback
    def status(self, provider: str, status: OpenAdrStatus) -> None:
        """Say what is wrong with a source, or take it back."""
        if status.problem is None:
            self.clear(provider)
            return
        kind = _KINDS[status.problem]
        silent = dt_util.utcnow() - (status.heard_at or self._since[provider])
        if kind is SourceIssueKind.UNREACHABLE and silent < SILENT_FOR:
            return
        self._show(provider, kind)

    @callback
    def missing(self, provider: str, missing: bool) -> None:
        """Say that an entity of a source is missing, or take it back."""
        if missing:
            self._show(provider, SourceIssueKind.ENTITY_MISSING)
        else:
            self.clear(provider)

    @callback
    def clear(self, provider: str) -> None:
        """Take back what was said of a source."""
        ir.async_delete_issue(self._hass, DOMAIN, self._id(provider))

    def _show(self, provider: str, kind: SourceIssueKind) -> None:
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._id(provider),
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=kind,
            translation_placeholders={"provider": _NAMES.get(provider, provider)},
        )

    def _id(self, provider: str) -> str:
        return f"dsr_source_{self._entry_id}_{provider}"
