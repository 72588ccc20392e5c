"""The action that deletes personal data for good, and says so on a receipt that holds none."""

from dataclasses import replace
from datetime import date, datetime, time
from typing import Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .const import DOMAIN, SUBENTRY_PERSON
from .coordinator import SmartChargePointConfigEntry
from .deletion import (
    IDENTITY,
    async_delete,
    async_persons_removed,
    async_wallbox_removed,
    wipe_of_person,
)
from .export import DAY
from .export_services import NAME, refused, subentry_named, the_home
from .model.usage import WipeRequest
from .rules.civil_time import instant
from .targets import TARGET_FIELDS, targets

SERVICE_DELETE: Final = "delete_personal_data"

ATTR_BEFORE: Final = "before"
ATTR_CONFIRM: Final = "confirm"
ATTR_EVERYTHING: Final = "everything"
ATTR_PERSON: Final = "person"
ATTR_REMOVED_WALLBOX: Final = "removed_wallbox"
ATTR_WHAT: Final = "what"

SESSIONS: Final = "sessions"
NAMES: Final = "names"
TRACES: Final = "traces"

DELETE_SCHEMA: Final = vol.Schema(
    {
        **TARGET_FIELDS,
        vol.Optional(ATTR_WHAT, default=SESSIONS): vol.In((SESSIONS, NAMES, TRACES)),
        vol.Optional(ATTR_PERSON): NAME,
        vol.Optional(ATTR_REMOVED_WALLBOX): IDENTITY,
        vol.Optional(ATTR_EVERYTHING, default=False): cv.boolean,
        vol.Optional(ATTR_BEFORE): DAY,
        vol.Optional(ATTR_CONFIRM, default=False): cv.boolean,
    }
)


@callback
def async_setup_deletion_services(hass: HomeAssistant) -> None:
    """Register the action; administrators alone may call it."""
    async_register_admin_service(
        hass,
        DOMAIN,
        SERVICE_DELETE,
        _async_delete,
        DELETE_SCHEMA,
        SupportsResponse.OPTIONAL,
    )


async def _async_delete(call: ServiceCall) -> ServiceResponse:
    """Delete what is meant: from the ledger, from links that were given out, and whom the wallboxes know."""
    data = call.data
    entry = the_home(call.hass)
    wipes = await _requests(call, entry)
    if not data[ATTR_CONFIRM]:
        raise refused("deletion_not_confirmed")
    # A wallbox keeps no date with a card: it forgets them where all that is known of somebody goes.
    cards = data[ATTR_WHAT] != TRACES and ATTR_BEFORE not in data
    return await async_delete(call.hass, entry, wipes, cards=cards)


async def _requests(
    call: ServiceCall, entry: SmartChargePointConfigEntry
) -> list[WipeRequest]:
    """Return what is to be deleted, for each wallbox that was chosen, or once for all of them.

    Raises:
        ServiceValidationError: it is not clear what is meant.
    """
    data = call.data
    what, wanted = data[ATTR_WHAT], data.get(ATTR_PERSON)
    chosen: list[str | None] = []
    if any(data.get(key) for key in map(str, TARGET_FIELDS)):
        chosen = [target.controller.identity for target in targets(call)]
    if (removed := data.get(ATTR_REMOVED_WALLBOX)) is not None:
        chosen.append(await async_wallbox_removed(entry, removed))
    if wanted is None and not chosen and not data[ATTR_EVERYTHING]:
        raise refused("deletion_of_what")
    if data[ATTR_EVERYTHING] and (wanted is not None or chosen):
        raise refused("deletion_everything_alone")
    if what == NAMES and wanted is None:
        raise refused("deletion_needs_person")
    if what == TRACES and wanted is not None:
        raise refused("deletion_traces_without_person")
    whose = wipe_of_person(entry, await _person(entry, wanted))
    return [
        replace(
            whose,
            charge_point=charge_point,
            keep_sessions=what == NAMES,
            traces=what == TRACES,
            everything=data[ATTR_EVERYTHING] and what == SESSIONS,
            before=_midnight(data.get(ATTR_BEFORE)),
        )
        for charge_point in chosen or [None]
    ]


async def _person(entry: SmartChargePointConfigEntry, wanted: str | None) -> str | None:
    """Return the person that is named; one who was taken out of the home is named by the id that exports show."""
    if wanted in await async_persons_removed(entry):
        return wanted
    return subentry_named(entry, SUBENTRY_PERSON, wanted, "unknown_person")


def _midnight(day: date | None) -> datetime | None:
    """Return when a civil day of the home begins, UTC."""
    if day is None:
        return None
    return instant(day, time(), dt_util.get_default_time_zone())
