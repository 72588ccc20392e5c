"""The form in which an owner or installer says what the technical file of a wallbox needs and nobody can measure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from homeassistant.helpers.selector import DateSelector, TextSelector
import voluptuous as vol
from yarl import URL

from .control.papers import (
    CONF_AGREEMENT_PROVIDER,
    CONF_AGREEMENT_REFERENCE,
    CONF_AGREEMENT_TERMS,
    CONF_BUYER,
    CONF_CHARGER_PORTS,
    CONF_CONTACT,
    CONF_ENCLOSURE,
    CONF_MANUAL,
    CONF_MANUFACTURER,
    CONF_SELLER,
    CONF_SOLD,
    CONF_SUPPORT_END,
    CONF_TESTS,
    ENTERED,
)

PAPERS_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(CONF_SELLER): TextSelector(),
        vol.Optional(CONF_MANUFACTURER): TextSelector(),
        vol.Optional(CONF_CONTACT): TextSelector(),
        vol.Optional(CONF_SUPPORT_END): DateSelector(),
        vol.Optional(CONF_MANUAL): TextSelector(),
        vol.Optional(CONF_AGREEMENT_PROVIDER): TextSelector(),
        vol.Optional(CONF_AGREEMENT_REFERENCE): TextSelector(),
        vol.Optional(CONF_AGREEMENT_TERMS): TextSelector(),
        vol.Optional(CONF_ENCLOSURE): TextSelector(),
        vol.Optional(CONF_CHARGER_PORTS): TextSelector(),
        vol.Optional(CONF_TESTS): TextSelector(),
        vol.Optional(CONF_SOLD): DateSelector(),
        vol.Optional(CONF_BUYER): TextSelector(),
    }
)
LONGEST: Final = 500
"""Signs of one field."""


def papers_errors(typed: Mapping[str, Any], today: date) -> dict[str, str]:
    """Return what is wrong with what was typed, by field: translation keys."""
    errors = {field: "too_long" for field, text in typed.items() if len(text) > LONGEST}
    for field in (CONF_MANUAL, CONF_AGREEMENT_TERMS):
        if (link := typed.get(field, "").strip()) and not _is_link(link):
            errors[field] = "not_a_link"
    sold = typed.get(CONF_SOLD)
    if sold and date.fromisoformat(sold) > today:
        errors[CONF_SOLD] = "date_in_future"
    return errors


def papers_from_form(typed: Mapping[str, Any], now: datetime) -> dict[str, str]:
    """Return what the subentry keeps of it, entered at `now` (UTC); what is blank is left out."""
    filled = {field: text.strip() for field, text in typed.items() if text.strip()}
    return {**filled, ENTERED: now.isoformat()} if filled else {}


def _is_link(text: str) -> bool:
    try:
        url = URL(text)
    except ValueError:
        return False
    return url.scheme in {"http", "https"} and bool(url.host)
