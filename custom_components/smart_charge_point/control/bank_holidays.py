"""Bank holidays: the days of the owner's region, from the library that Home Assistant's own integrations use.

The library is the one of Home Assistant's `holiday` integration, at the version which that release pins. A pin of our own
would take it away from that integration, or be taken away by it, with each other release. It is asked for only where the
owner wants it, and without it bank holidays are days like others, which the regulations say anyway.
"""

import asyncio
from collections.abc import Mapping
from datetime import date
from functools import partial
import logging
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.importlib import async_import_module
from homeassistant.loader import IntegrationNotFound
from homeassistant.requirements import (
    RequirementsNotFound,
    async_get_integration_with_requirements,
)
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from .site_settings import CONF_BANK_HOLIDAYS

_LOGGER = logging.getLogger(__name__)

AS_WEEKDAYS: Final = "as_weekdays"
REGIONS: Final = {"england_wales": "ENG", "scotland": "SCT", "northern_ireland": "NIR"}
"""The regions of the options, by the codes that the library has for them; England's days are those of Wales."""
CHOICES: Final = (AS_WEEKDAYS, *REGIONS)

UNKNOWN: Final = "bank_holidays_unknown"
"""The translation key of the issue."""
YEARS: Final = 5
"""How many years are looked up, from the present one; each release of Home Assistant may know better."""
PATIENCE: Final = 30
"""How many seconds Home Assistant may take to get the library, where it is not there: wallboxes wait meanwhile."""


async def async_bank_holidays(
    hass: HomeAssistant, entry_id: str, options: Mapping[str, Any]
) -> frozenset[date]:
    """Return the days that the options want as at the weekend; none where that cannot be found out, which is said."""
    issue_id = f"{UNKNOWN}_{entry_id}"
    region = REGIONS.get(options.get(CONF_BANK_HOLIDAYS, AS_WEEKDAYS))
    if region is None:
        ir.async_delete_issue(hass, DOMAIN, issue_id)
        return frozenset()
    try:
        async with asyncio.timeout(PATIENCE):
            await async_get_integration_with_requirements(hass, "holiday")
            library = await async_import_module(hass, "holidays")
    except (
        RequirementsNotFound,
        IntegrationNotFound,
        ImportError,
        TimeoutError,
    ) as error:
        _LOGGER.debug("Bank holidays are not known: %r", error)
        ir.async_create_issue(
            hass,
            DOMAIN,
            issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=UNKNOWN,
        )
        return frozenset()
    ir.async_delete_issue(hass, DOMAIN, issue_id)
    this_year = dt_util.now().year
    return await hass.async_add_executor_job(
        partial(_days, library, region, range(this_year, this_year + YEARS))
    )


def _days(library: Any, region: str, years: range) -> frozenset[date]:
    """Return the bank holidays of a region, substitute days among them."""
    return frozenset(library.country_holidays("GB", subdiv=region, years=years))
