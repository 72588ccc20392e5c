"""The action that exports technical files, one for each wallbox."""

from typing import Final

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
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from .const import DOMAIN
from .export import LANGUAGE
from .export_files import Downloads, async_store
from .export_services import (
    ATTR_DESTINATION,
    ATTR_FORMAT,
    ATTR_LANGUAGE,
    LINK,
    MEDIA,
    the_home,
)
from .records.errors import LedgerError
from .targets import TARGET_FIELDS, targets
from .technical_file import PaperFormat, async_exported

SERVICE_EXPORT_TECHNICAL_FILE: Final = "export_technical_file"

ATTR_PERSONAL: Final = "include_personal_data"

TECHNICAL_FILE_SCHEMA: Final = vol.Schema(
    {
        **TARGET_FIELDS,
        vol.Optional(ATTR_FORMAT, default=PaperFormat.PDF.value): vol.Coerce(
            PaperFormat
        ),
        vol.Optional(ATTR_PERSONAL, default=False): cv.boolean,
        vol.Optional(ATTR_DESTINATION, default=MEDIA): vol.In((MEDIA, LINK)),
        vol.Optional(ATTR_LANGUAGE): LANGUAGE,
    }
)


@callback
def async_setup_technical_file_services(hass: HomeAssistant) -> None:
    """Register the action; administrators alone may call it."""
    async_register_admin_service(
        hass,
        DOMAIN,
        SERVICE_EXPORT_TECHNICAL_FILE,
        _async_export,
        TECHNICAL_FILE_SCHEMA,
        SupportsResponse.OPTIONAL,
    )


async def _async_export(call: ServiceCall) -> ServiceResponse:
    """Write a file for each wallbox that is meant; return where they are, and their hashes."""
    hass, data = call.hass, call.data
    entry = the_home(hass)
    files: list[JsonValueType] = []
    for target in targets(call):
        try:
            made, written = await async_exported(
                hass,
                entry,
                target.controller,
                data[ATTR_FORMAT],
                data.get(ATTR_LANGUAGE, hass.config.language),
                personal=data[ATTR_PERSONAL],
            )
        except LedgerError as error:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="export_unreadable",
                translation_placeholders={"error": str(error)},
            ) from error
        where: dict[str, str]
        if data[ATTR_DESTINATION] == LINK:
            where = {"url": Downloads.of(hass).offer(hass, written)}
        else:
            stored = await async_store(hass, written)
            where = {"path": stored.path, "media_content_id": stored.media_content_id}
        files.append(
            {
                **where,
                "wallbox": target.controller.name,
                "filename": written.filename,
                "sha256": made.seal.digest,
                "public_key": made.seal.public_key,
            }
        )
    return {"files": files}
