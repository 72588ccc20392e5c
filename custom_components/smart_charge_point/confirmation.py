"""What an owner is asked who adds a wallbox, from its card or by hand."""

from typing import Any, Final

from homeassistant.components.http.const import KEY_HASS_USER
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.http import current_request
from homeassistant.util import dt as dt_util

from .control.papers import CONF_SET_UP, set_up_by
from .control.settings import ChargePointSettings
from .control.site_settings import SiteSettings
from .form_fields import choice
from .model.hours import ChargingHours, HoursChoice, HoursDecision

CONF_HOURS: Final = "hours"
CONF_IDENTITY: Final = "identity"

HOURS_SELECTOR: Final = choice(
    [
        HoursChoice.ACCEPTED.value,
        HoursChoice.CHANGED.value,
        HoursChoice.REMOVED.value,
    ],
    "hours_choice",
)


def asking_user() -> str | None:
    """Return who fills in the form that is being answered; None where Home Assistant itself does."""
    request = current_request.get()
    user = None if request is None else request.get(KEY_HASS_USER)
    return None if user is None else user.id


def decision(
    hass: HomeAssistant,
    entry: ConfigEntry,
    choice: HoursChoice,
    hours: ChargingHours | None,
) -> HoursDecision:
    """Return what the owner decided just now: `hours` of their own, the default ones or none (A10.1)."""
    if hours is None:
        hours = (
            ChargingHours.ALWAYS
            if choice is HoursChoice.REMOVED
            else SiteSettings.of(hass, entry.options, 1).ruleset.default_hours
        )
    return HoursDecision(
        hours=hours,
        choice=choice,
        decided_at=dt_util.utcnow(),
        user_id=asking_user() or "",
    )


def new_data(identity: str, decision: HoursDecision, inputs: int) -> dict[str, Any]:
    """Return the data of the subentry of a new charge point, for which so many fields were filled in."""
    return {
        **ChargePointSettings(identity=identity, decision=decision).as_data(),
        CONF_SET_UP: set_up_by(inputs, dt_util.utcnow()),
    }


def known(entry: ConfigEntry, identity: str) -> bool:
    """Return whether a wallbox with this identity has been added."""
    return any(subentry.unique_id == identity for subentry in entry.subentries.values())
