"""The end of the rules: a repair issue before other law takes over (requirements.md section 7, 23)."""

from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..rules.ruleset import Ruleset
from .in_words import day

RULES_END: Final = "rules_end"
"""The translation key of the issue."""
WARNED_BEFORE: Final = timedelta(days=90)
LOOKED_AT: Final = timedelta(days=1)


class RulesetEnd:
    """Looks once a day whether the ruleset of one site is about to end."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Bind it to the site's config entry."""
        self._hass = hass
        self._issue_id = f"{RULES_END}_{entry_id}"
        self._ruleset: Ruleset | None = None
        self._cancel: CALLBACK_TYPE | None = None

    @callback
    def watch(self, ruleset: Ruleset) -> None:
        """Look after `ruleset` from now on."""
        self._ruleset = ruleset
        if self._cancel is None:
            self._cancel = async_track_time_interval(self._hass, self._look, LOOKED_AT)
        self._look(dt_util.utcnow())

    @callback
    def stop(self) -> None:
        """Look no more."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    @callback
    def _look(self, now: datetime) -> None:
        ruleset = self._ruleset
        if ruleset is None:
            return
        ahead = (now + WARNED_BEFORE).astimezone(ruleset.zone).date()
        if ruleset.in_force_until is None or ruleset.in_force_on(ahead):
            ir.async_delete_issue(self._hass, DOMAIN, self._issue_id)
            return
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=RULES_END,
            translation_placeholders={"date": day(self._hass, ruleset.in_force_until)},
        )
