"""The repair issue of a price that nobody tells: sessions have no cost meanwhile, which an owner would notice late."""

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ...const import DOMAIN

PRICE_NOT_KNOWN = "price_not_known"
"""The translation key of the issue."""


class PriceIssue:
    """Says that an entity tells no price, and takes it back."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Bind it to the site's config entry."""
        self._hass = hass
        self._issue_id = f"{PRICE_NOT_KNOWN}_{entry_id}"

    @callback
    def set(self, entity_id: str) -> None:
        """Say that `entity_id` tells no price."""
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue_id,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=PRICE_NOT_KNOWN,
            translation_placeholders={"entity": entity_id},
        )

    @callback
    def clear(self) -> None:
        """Take it back."""
        ir.async_delete_issue(self._hass, DOMAIN, self._issue_id)
