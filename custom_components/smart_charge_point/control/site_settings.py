"""What the owner set for the home as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import floor
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeassistant.core import HomeAssistant

from ..model.limit import LEAST_CURRENT, Limit
from ..rules.ruleset import Ruleset, RulesetId, ruleset, ruleset_for

CONF_BANK_HOLIDAYS: Final = "bank_holidays"
CONF_DSR_PROVIDERS: Final = "dsr_providers"
CONF_DSR_SOURCES: Final = "dsr_sources"
CONF_HOUSE_FUSE: Final = "house_fuse"
CONF_RULESET: Final = "ruleset"

RULESETS: Final = {"gb-2021": RulesetId.GB_2021, "none": RulesetId.NONE}
"""The rulesets by the words of the options, which Home Assistant wants in small letters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """One home. `house_fuse` is what all charge points together may draw per phase, None where nobody said.

    `charge_points` is how many share it. `bank_holidays` are the days that the owner wants as at the weekend.
    """

    ruleset: Ruleset
    house_fuse: Limit | None = None
    charge_points: int = 1
    bank_holidays: frozenset[date] = frozenset()

    @staticmethod
    def of(
        hass: HomeAssistant, options: Mapping[str, Any], charge_points: int
    ) -> SiteSettings:
        """Return what the options of the config entry say; what they leave open, the home's country decides."""
        zone = ZoneInfo(hass.config.time_zone)
        chosen = RULESETS.get(options.get(CONF_RULESET, ""))
        fuse = options.get(CONF_HOUSE_FUSE)
        return SiteSettings(
            ruleset=ruleset(chosen or ruleset_for(hass.config.country, zone), zone),
            house_fuse=None if fuse is None else Limit(amperes=float(fuse)),
            charge_points=max(1, charge_points),
        )

    def fuse_share(self, connectors: int) -> Limit | None:
        """Return what the house fuse leaves one connector of a charge point with so many (A8.2).

        Nobody measures what else flows, so each gets its part whether the others charge or not; too little for a car is
        nothing.
        """
        if self.house_fuse is None:
            return None
        share = floor(self.house_fuse.amperes / self.charge_points / max(1, connectors))
        return Limit(amperes=share) if share >= LEAST_CURRENT.amperes else Limit.PAUSED
