"""Export: a file of what the panel shows, behind a link that the browser opens."""

from typing import Any

from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.const import ERR_HOME_ASSISTANT_ERROR
from homeassistant.components.websocket_api.decorators import (
    async_response,
    websocket_command,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
import voluptuous as vol

from ..const import DOMAIN
from ..export import DAY, LANGUAGE, ExportKind, Wish, async_export, period_between
from ..export_files import Downloads
from ..records.errors import LedgerError
from ..records.exports.writing import FileFormat
from .about import ABOUT, About, about
from .access import Home, home_of, send_refused


@websocket_command(
    {
        vol.Required("type"): "smart_charge_point/panel/export",
        vol.Required("kind"): vol.Coerce(ExportKind),
        vol.Required("format"): vol.Coerce(FileFormat),
        vol.Required("start"): DAY,
        vol.Required("end"): DAY,
        **ABOUT,
        vol.Optional("rate"): vol.Any(
            None, vol.All(vol.Coerce(float), vol.Range(min=0, max=1000))
        ),
        vol.Optional("language"): LANGUAGE,
    }
)
@async_response
async def export(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Answer with the link of a file about the civil days `start` to `end`, both included, and what it comes to.

    `person` and `vehicle` are subentries; who may see one person's sessions only gets those without naming the person.
    """
    try:
        home = home_of(hass, connection.user)
        wish = _wish(hass, home, about(hass, home, msg), msg)
    except ServiceValidationError as error:
        send_refused(connection, msg["id"], error)
        return
    try:
        exported = await async_export(hass, home.entry, wish)
    except LedgerError as error:
        connection.send_error(
            msg["id"],
            ERR_HOME_ASSISTANT_ERROR,
            str(error),
            translation_domain=DOMAIN,
            translation_key="export_unreadable",
            translation_placeholders={"error": str(error)},
        )
        return
    connection.send_result(
        msg["id"],
        {
            "url": Downloads.of(hass).offer(hass, exported),
            "filename": exported.filename,
            "rows": exported.rows,
            "energy": exported.energy,
            "cost": exported.cost,
            "currency": exported.currency,
        },
    )


@callback
def _wish(hass: HomeAssistant, home: Home, subject: About, msg: dict[str, Any]) -> Wish:
    """Return what is asked for.

    Raises:
        ServiceValidationError: there is nothing of the kind.
    """
    if msg["kind"] is ExportKind.MILEAGE_CLAIM and (
        subject.person is None or subject.person not in home.entry.subentries
    ):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="export_needs_person"
        )
    period = period_between(msg["start"], msg["end"])
    if period is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="export_ends_before_start"
        )
    return Wish(
        kind=msg["kind"],
        file_format=msg["format"],
        period=period,
        language=msg.get("language", hass.config.language),
        charge_point=subject.charge_point,
        connector=subject.connector,
        person=subject.person,
        vehicle=subject.vehicle,
        nobody=subject.nobody,
        rate=msg.get("rate"),
    )
