"""The action that deletes personal data for good, and says so on a receipt that holds none."""

from dataclasses import fields
from datetime import date, datetime, time
from typing import Any, Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .const import DOMAIN, SUBENTRY_PERSON
from .control.forgetting import CardsForgotten, counted
from .control.people import CONF_TAGS, CONF_USER
from .control.site import Site
from .coordinator import SmartChargePointConfigEntry
from .export import DAY
from .export_files import Downloads
from .export_services import NAME, refused, subentry_named, the_home
from .model.usage import Receipt, WipeRequest
from .records.errors import LedgerBusyError, LedgerError
from .rules.civil_time import instant
from .targets import TARGET_FIELDS, targets

SERVICE_DELETE: Final = "delete_personal_data"

ATTR_BEFORE: Final = "before"
ATTR_CONFIRM: Final = "confirm"
ATTR_EVERYTHING: Final = "everything"
ATTR_PERSON: Final = "person"
ATTR_WHAT: Final = "what"

SESSIONS: Final = "sessions"
NAMES: Final = "names"
TRACES: Final = "traces"

DELETE_SCHEMA: Final = vol.Schema(
    {
        **TARGET_FIELDS,
        vol.Optional(ATTR_WHAT, default=SESSIONS): vol.In((SESSIONS, NAMES, TRACES)),
        vol.Optional(ATTR_PERSON): NAME,
        vol.Optional(ATTR_EVERYTHING, default=False): cv.boolean,
        vol.Optional(ATTR_BEFORE): DAY,
        vol.Optional(ATTR_CONFIRM, default=False): cv.boolean,
    }
)
_COUNTS: Final = tuple(
    field.name
    for field in fields(Receipt)
    if field.name not in {"at", "scrubbed", "set_aside"}
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
    hass, data = call.hass, call.data
    entry = the_home(hass)
    site = entry.runtime_data.site
    wipes = await _requests(call, entry)
    if not data[ATTR_CONFIRM]:
        raise refused("deletion_not_confirmed")
    now = dt_util.utcnow()
    try:
        receipts = [await site.ledger.wipe(wipe, now) for wipe in wipes]
    except LedgerBusyError as error:
        raise _failed("deletion_busy") from error
    except LedgerError as error:
        raise _failed("deletion_failed", error=str(error)) from error
    Downloads.of(hass).withdraw()
    cards = await _forget_cards(site, wipes, data)
    return {
        "at": now.isoformat(),
        "deleted": {
            name: sum(getattr(receipt, name) for receipt in receipts)
            for name in _COUNTS
        },
        "wallboxes": dict(counted(cards)),
        "left_in_file": not all(receipt.scrubbed for receipt in receipts),
        "damaged_files": max(receipt.set_aside for receipt in receipts),
    }


def _failed(key: str, **placeholders: str) -> HomeAssistantError:
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


async def _requests(
    call: ServiceCall, entry: SmartChargePointConfigEntry
) -> list[WipeRequest]:
    """Return what is to be deleted, for each wallbox that was chosen, or once for all of them.

    Raises:
        ServiceValidationError: it is not clear what is meant.
    """
    data = call.data
    what, wanted = data[ATTR_WHAT], data.get(ATTR_PERSON)
    chosen: list[str | None] = [None]
    if any(data.get(key) for key in map(str, TARGET_FIELDS)):
        chosen = [target.controller.identity for target in targets(call)]
    elif wanted is None and not data[ATTR_EVERYTHING]:
        raise refused("deletion_of_what")
    if data[ATTR_EVERYTHING] and (wanted is not None or chosen != [None]):
        raise refused("deletion_everything_alone")
    if what == NAMES and wanted is None:
        raise refused("deletion_needs_person")
    if what == TRACES and wanted is not None:
        raise refused("deletion_traces_without_person")
    person = await _person(entry, wanted)
    subentry = None if person is None else entry.subentries.get(person)
    about = {} if subentry is None else subentry.data
    return [
        WipeRequest(
            charge_point=charge_point,
            person=person,
            tags=frozenset(about.get(CONF_TAGS, ())),
            user_id=about.get(CONF_USER),
            keep_sessions=what == NAMES,
            traces=what == TRACES,
            everything=data[ATTR_EVERYTHING] and what == SESSIONS,
            before=_midnight(data.get(ATTR_BEFORE)),
        )
        for charge_point in chosen
    ]


async def _person(entry: SmartChargePointConfigEntry, wanted: str | None) -> str | None:
    """Return the person that is named; one who was taken out of the home is named by the id that exports show."""
    gone = {key.person for key in await entry.runtime_data.site.ledger.keys()}
    if wanted in gone:
        return wanted
    return subentry_named(entry, SUBENTRY_PERSON, wanted, "unknown_person")


def _midnight(day: date | None) -> datetime | None:
    """Return when a civil day of the home begins, UTC."""
    if day is None:
        return None
    return instant(day, time(), dt_util.get_default_time_zone())


async def _forget_cards(
    site: Site, wipes: list[WipeRequest], data: dict[str, Any]
) -> CardsForgotten:
    """Make the wallboxes forget the cards they know, where all that is known of somebody goes.

    A wallbox has no word for a single card, and it keeps no date with one.
    """
    if data[ATTR_WHAT] == TRACES or ATTR_BEFORE in data:
        return CardsForgotten()
    chosen = {wipe.charge_point for wipe in wipes}
    return await site.forgetting.ask(
        controller
        for controller in site.controllers.values()
        if chosen == {None} or controller.identity in chosen
    )
