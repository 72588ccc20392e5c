"""Export: a file of what the panel shows, behind a link that the browser opens."""

from typing import Any, Final

from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import (
    async_response,
    websocket_command,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..export import ExportKind, Wish, async_export
from ..export_files import Downloads
from ..records.exports.writing import FileFormat
from ..rules.periods import period
from ..targets import target_of
from .access import Home, home_of, send_not_yours, send_refused

LONGEST: Final = 366 * 30
"""Days that a period may last."""


@websocket_command(
    {
        vol.Required("type"): "smart_charge_point/panel/export",
        vol.Required("kind"): vol.Coerce(ExportKind),
        vol.Required("format"): vol.Coerce(FileFormat),
        vol.Required("start"): cv.date,
        vol.Required("end"): cv.date,
        vol.Optional("device_id"): vol.Any(str, None),
        vol.Optional("person"): vol.Any(str, None),
        vol.Optional("vehicle"): vol.Any(str, None),
        vol.Optional("rate"): vol.Any(
            None, vol.All(vol.Coerce(float), vol.Range(min=0, max=1000))
        ),
        vol.Optional("language"): str,
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
        person = msg.get("person")
        if not home.viewer.sees_of(person):
            if person is not None or len(home.viewer.persons) != 1:
                send_not_yours(connection, msg["id"])
                return
            [person] = home.viewer.persons
        wish = _wish(hass, home, person, msg)
    except ServiceValidationError as error:
        send_refused(connection, msg["id"], error)
        return
    exported = await async_export(hass, home.entry, wish)
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
def _wish(
    hass: HomeAssistant, home: Home, person: str | None, msg: dict[str, Any]
) -> Wish:
    """Return what is asked for, about the sessions of `person`, or (None) of all.

    Raises:
        ServiceValidationError: there is nothing of the kind.
    """
    if msg["kind"] is ExportKind.MILEAGE_CLAIM and (
        person is None or person not in home.entry.subentries
    ):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="export_needs_person"
        )
    if not 0 <= (msg["end"] - msg["start"]).days <= LONGEST:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="export_ends_before_start"
        )
    device_id = msg.get("device_id")
    return Wish(
        kind=msg["kind"],
        file_format=msg["format"],
        period=period(msg["start"], msg["end"], dt_util.get_default_time_zone()),
        language=msg.get("language", hass.config.language),
        charge_point=None
        if device_id is None
        else target_of(hass, device_id).controller.identity,
        person=person,
        vehicle=msg.get("vehicle"),
        rate=msg.get("rate"),
    )
