"""The action that exports: files for the owner, and for automations that send them on."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .const import DOMAIN, SUBENTRY_PERSON, SUBENTRY_VEHICLE
from .coordinator import SmartChargePointConfigEntry
from .export import (
    DAY,
    LANGUAGE,
    ExportKind,
    PeriodName,
    Wish,
    async_export,
    period_between,
    period_named,
)
from .export_files import Downloads, async_store
from .panel_api.access import Viewer, viewer_of
from .records.errors import LedgerError
from .records.exports.writing import FileFormat
from .rules.periods import Period
from .targets import TARGET_FIELDS, targets

SERVICE_EXPORT: Final = "export_sessions"

ATTR_DESTINATION: Final = "destination"
ATTR_END: Final = "end"
ATTR_FORMAT: Final = "format"
ATTR_KIND: Final = "kind"
ATTR_LANGUAGE: Final = "language"
ATTR_PERIOD: Final = "period"
ATTR_PERSON: Final = "person"
ATTR_RATE: Final = "rate"
ATTR_START: Final = "start"
ATTR_VEHICLE: Final = "vehicle"

CUSTOM: Final = "custom"
LINK: Final = "link"
MEDIA: Final = "media"

NAME: Final = vol.All(cv.string, vol.Strip, vol.Length(min=1, max=100))
EXPORT_SCHEMA: Final = vol.Schema(
    {
        **TARGET_FIELDS,
        vol.Optional(ATTR_KIND, default=ExportKind.SESSIONS.value): vol.Coerce(
            ExportKind
        ),
        vol.Optional(ATTR_FORMAT, default=FileFormat.PDF.value): vol.Coerce(FileFormat),
        vol.Optional(ATTR_PERIOD, default=PeriodName.LAST_MONTH.value): vol.In(
            (*(name.value for name in PeriodName), CUSTOM)
        ),
        vol.Optional(ATTR_START): DAY,
        vol.Optional(ATTR_END): DAY,
        vol.Optional(ATTR_PERSON): NAME,
        vol.Optional(ATTR_VEHICLE): NAME,
        vol.Optional(ATTR_RATE): vol.All(vol.Coerce(float), vol.Range(min=0, max=1000)),
        vol.Optional(ATTR_DESTINATION, default=MEDIA): vol.In((MEDIA, LINK)),
        vol.Optional(ATTR_LANGUAGE): LANGUAGE,
    }
)


@callback
def async_setup_export_services(hass: HomeAssistant) -> None:
    """Register the action."""
    hass.services.async_register(
        DOMAIN,
        SERVICE_EXPORT,
        _async_export_sessions,
        EXPORT_SCHEMA,
        SupportsResponse.OPTIONAL,
    )


async def _async_export_sessions(call: ServiceCall) -> ServiceResponse:
    """Write a file and return where it is and what it comes to: kWh, and money in the home's currency."""
    hass, data = call.hass, call.data
    entry = the_home(hass)
    viewer = await viewer_of_call(call, entry)
    person = subentry_named(
        entry, SUBENTRY_PERSON, data.get(ATTR_PERSON), "unknown_person"
    )
    wish = Wish(
        kind=data[ATTR_KIND],
        file_format=data[ATTR_FORMAT],
        period=_period(data),
        language=data.get(ATTR_LANGUAGE, hass.config.language),
        charge_point=_charge_point(call),
        person=_seen_person(viewer, person),
        vehicle=subentry_named(
            entry, SUBENTRY_VEHICLE, data.get(ATTR_VEHICLE), "unknown_vehicle"
        ),
        rate=data.get(ATTR_RATE),
    )
    # Whatever lies in the media folder is seen by everyone in the home.
    if (
        data[ATTR_DESTINATION] == MEDIA
        and viewer is not None
        and not viewer.sees_of(None)
    ):
        raise refused("export_media_owner_only")
    if wish.kind is ExportKind.MILEAGE_CLAIM and wish.person is None:
        raise refused("export_needs_person")
    try:
        exported = await async_export(hass, entry, wish)
    except LedgerError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="export_unreadable",
            translation_placeholders={"error": str(error)},
        ) from error
    where: dict[str, str]
    if data[ATTR_DESTINATION] == LINK:
        where = {"url": Downloads.of(hass).offer(hass, exported)}
    else:
        stored = await async_store(hass, exported)
        where = {"path": stored.path, "media_content_id": stored.media_content_id}
    return {
        **where,
        "filename": exported.filename,
        "rows": exported.rows,
        "energy": round(exported.energy / 1000, 3),
        "cost": None if exported.cost is None else round(exported.cost, 4),
        "currency": exported.currency,
        "start": wish.period.first.isoformat(),
        "end": wish.period.last.isoformat(),
    }


def refused(key: str, **placeholders: str) -> ServiceValidationError:
    """Return the error for what cannot be asked for."""
    return ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


@callback
def the_home(hass: HomeAssistant) -> SmartChargePointConfigEntry:
    """Return the config entry.

    Raises:
        ServiceValidationError: it is not loaded.
    """
    for entry in hass.config_entries.async_entries(DOMAIN):
        if entry.state is ConfigEntryState.LOADED:
            return entry
    raise refused("panel_not_loaded")


async def viewer_of_call(
    call: ServiceCall, entry: SmartChargePointConfigEntry
) -> Viewer | None:
    """Return who calls an action, None where no user is behind it: an automation, which only administrators write."""
    if call.context.user_id is None:
        return None
    user = await call.hass.auth.async_get_user(call.context.user_id)
    if user is None or not user.is_active:
        raise refused("export_not_yours")
    return viewer_of(user, entry)


def _seen_person(viewer: Viewer | None, person: str | None) -> str | None:
    """Return whose sessions are exported: the wished ones, or the only ones that who asks may see."""
    if viewer is None or viewer.sees_of(person):
        return person
    if person is None and len(viewer.persons) == 1:
        return next(iter(viewer.persons))
    raise refused("export_not_yours")


@callback
def subentry_named(
    entry: SmartChargePointConfigEntry, kind: str, wanted: str | None, unknown: str
) -> str | None:
    """Return the subentry of a kind that is named by its title or its id; None where nothing is wanted.

    Raises:
        ServiceValidationError: there is none of that name, or more than one (`unknown` is the key of the text).
    """
    if wanted is None:
        return None
    found = {
        subentry.subentry_id: subentry.title.casefold()
        for subentry in entry.subentries.values()
        if subentry.subentry_type == kind
    }
    if wanted in found:
        return wanted
    named = [which for which, title in found.items() if title == wanted.casefold()]
    if len(named) != 1:
        raise refused(unknown, name=wanted)
    return named[0]


@callback
def _charge_point(call: ServiceCall) -> str | None:
    """Return the OCPP identity of the wallbox that was chosen, None where none was."""
    if not any(call.data.get(key) for key in map(str, TARGET_FIELDS)):
        return None
    chosen = targets(call)
    if len(chosen) != 1:
        raise refused("one_wallbox_only")
    return chosen[0].controller.identity


def _period(data: Mapping[str, Any]) -> Period:
    """Return the period that was chosen, in the civil time of the home."""
    if data[ATTR_PERIOD] != CUSTOM:
        return period_named(PeriodName(data[ATTR_PERIOD]), dt_util.now().date())
    if ATTR_START not in data or ATTR_END not in data:
        raise refused("export_needs_dates")
    period = period_between(data[ATTR_START], data[ATTR_END])
    if period is None:
        raise refused("export_ends_before_start")
    return period
