"""Actions on sessions: the owner looks at them, and corrects whose they are."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .const import DOMAIN, SUBENTRY_PERSON, SUBENTRY_VEHICLE
from .control.controller import Controller
from .model.transaction import CorrectedField, Session
from .model.usage import (
    Correction,
    ReasonSpan,
    SessionFigures,
    SessionFilter,
    SessionRow,
)
from .records.ledger import Ledger
from .targets import TARGET_FIELDS, Target, moment_of, targets

SERVICE_CORRECT_SESSION: Final = "correct_session"
SERVICE_GET_SESSIONS: Final = "get_sessions"

ATTR_END: Final = "end"
ATTR_LIMIT: Final = "limit"
ATTR_PERSON: Final = "person"
ATTR_SESSION: Final = "session"
ATTR_START: Final = "start"
ATTR_TAKE_BACK: Final = "take_back"
ATTR_VEHICLE: Final = "vehicle"

SESSIONS_SCHEMA: Final = vol.Schema(
    {
        **TARGET_FIELDS,
        vol.Optional(ATTR_START): cv.datetime,
        vol.Optional(ATTR_END): cv.datetime,
        vol.Optional(ATTR_LIMIT, default=100): vol.All(
            vol.Coerce(int), vol.Range(min=1, max=10000)
        ),
    }
)
CORRECT_SCHEMA: Final = vol.All(
    vol.Schema(
        {
            **TARGET_FIELDS,
            vol.Required(ATTR_SESSION): cv.positive_int,
            vol.Optional(ATTR_PERSON): vol.All(cv.string, str.strip),
            vol.Optional(ATTR_VEHICLE): vol.All(cv.string, str.strip),
            vol.Optional(ATTR_TAKE_BACK): vol.All(
                cv.ensure_list, [vol.In([field.value for field in CorrectedField])]
            ),
        }
    ),
    cv.has_at_least_one_key(ATTR_PERSON, ATTR_VEHICLE, ATTR_TAKE_BACK),
)
_NAMED_BY: Final[Mapping[CorrectedField, tuple[str, str]]] = {
    CorrectedField.PERSON: (SUBENTRY_PERSON, "unknown_person"),
    CorrectedField.VEHICLE: (SUBENTRY_VEHICLE, "unknown_vehicle"),
}
"""What names the values of a field: a kind of config subentry; and what is said where none has the name."""


@callback
def async_setup_session_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    hass.services.async_register(
        DOMAIN,
        SERVICE_GET_SESSIONS,
        _async_get_sessions,
        SESSIONS_SCHEMA,
        SupportsResponse.ONLY,
    )
    async_register_admin_service(
        hass, DOMAIN, SERVICE_CORRECT_SESSION, _async_correct_session, CORRECT_SCHEMA
    )


def _ledger(target: Target) -> Ledger:
    return target.coordinator.config_entry.runtime_data.site.ledger


def _names(target: Target, kind: str) -> dict[str, str]:
    """Return the names of the home's subentries of a kind, by their ids."""
    return {
        subentry.subentry_id: subentry.title
        for subentry in target.coordinator.config_entry.subentries.values()
        if subentry.subentry_type == kind
    }


async def _async_get_sessions(call: ServiceCall) -> ServiceResponse:
    """Return the sessions of a period with all that is known of them, newest first."""
    limit: int = call.data[ATTR_LIMIT]
    start, end = (
        moment_of(call.data.get(ATTR_START)),
        moment_of(call.data.get(ATTR_END)),
    )
    found: list[tuple[SessionRow, Target]] = []
    for target in targets(call):
        ledger = _ledger(target)
        await ledger.refresh_running()
        rows = await ledger.rows(
            SessionFilter(
                charge_point=target.controller.identity, start=start, end=end
            ),
            limit=limit,
        )
        found.extend(
            (row, target) for row in rows if row.session.connector in target.connectors
        )
    found.sort(key=lambda item: item[0].session.started_at, reverse=True)
    return {
        "sessions": [
            _session(
                row.session,
                target.controller,
                persons=_names(target, SUBENTRY_PERSON),
                vehicles=_names(target, SUBENTRY_VEHICLE),
            )
            | _figures(row.figures, call.hass.config.currency)
            | {
                "reasons": [
                    _reason(span)
                    for span in await _ledger(target).reasons(
                        row.session.transaction_id
                    )
                ]
            }
            for row, target in found[:limit]
        ]
    }


def _local(moment: datetime | None) -> str | None:
    """Return a time as the clocks of the house show it."""
    return None if moment is None else dt_util.as_local(moment).isoformat()


def _session(
    session: Session,
    controller: Controller,
    *,
    persons: Mapping[str, str],
    vehicles: Mapping[str, str],
) -> dict[str, Any]:
    """Return a session in the units of the entities. The tag is a credential and stays out: whose it is, is told."""
    return {
        "wallbox": controller.name,
        "connector": session.connector,
        "person": persons.get(session.person or ""),
        "vehicle": vehicles.get(session.vehicle or ""),
        "odometer": None if session.odometer is None else round(session.odometer, 1),
        "corrected": sorted(field.value for field in session.corrected),
        "id": session.transaction_id,
        "plugged_in": _local(session.connected_at),
        "start": _local(session.started_at),
        "end": _local(session.stopped_at),
        "unplugged": _local(session.disconnected_at),
        "energy": round(session.energy / 1000, 3),
        "charging_minutes": _minutes(session.flow_time),
        "stop_reason": session.stop_reason and session.stop_reason.value,
        "doubts": sorted(doubt.value for doubt in session.doubts),
        "short": session.folded,
    }


def _figures(figures: SessionFigures, currency: str) -> dict[str, Any]:
    """Return what a session came to beside its energy; None is not known."""
    return {
        "connected_minutes": None
        if figures.connected_time is None
        else _minutes(figures.connected_time),
        "cost": _rounded(figures.cost, 4),
        "cost_complete": figures.cost_complete,
        "currency": currency,
        "solar_share": _share(figures.solar, figures.sourced),
        "battery_share": _share(figures.battery, figures.sourced),
        "grid_share": _share(figures.grid, figures.sourced),
        "co2": _rounded(figures.co2, 1),
        "mean_power": _rounded(figures.mean_power, 0),
        "peak_power": _rounded(figures.peak_power, 0),
        "estimated": figures.estimated,
    }


def _minutes(time: timedelta) -> float:
    return round(time.total_seconds() / 60, 1)


def _rounded(figure: float | None, digits: int) -> float | None:
    return None if figure is None else round(figure, digits)


def _share(part: float | None, whole: float) -> float | None:
    """Return a part as a share from 0 to 1 of the energy whose source is known."""
    return None if part is None or whole <= 0 else round(part / whole, 3)


def _reason(span: ReasonSpan) -> dict[str, Any]:
    return {
        "since": _local(span.since),
        "reason": span.reason,
        "limit": _rounded(span.limit, 1),
    }


async def _async_correct_session(call: ServiceCall) -> None:
    """Say whose a session is, or of which vehicle; or take such a correction back (administrators)."""
    transaction_id: int = call.data[ATTR_SESSION]
    for target in targets(call):
        row = await _ledger(target).row(transaction_id)
        if row is not None and row.session.charge_point == target.controller.identity:
            break
    else:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="unknown_session",
            translation_placeholders={"session": str(transaction_id)},
        )
    wanted = {
        field: _id_of(target, field, call.data[field.value])
        for field in CorrectedField
        if field.value in call.data
    }
    now = dt_util.utcnow()
    for name in call.data.get(ATTR_TAKE_BACK, ()):
        await _ledger(target).take_back(
            transaction_id, CorrectedField(name), call.context.user_id, now
        )
    for field, value in wanted.items():
        await _ledger(target).correct(
            Correction(
                transaction_id=transaction_id,
                field=field,
                value=value,
                user_id=call.context.user_id,
                at=now,
            )
        )


def _id_of(target: Target, field: CorrectedField, name: str) -> str | None:
    """Return the id of the person or vehicle of a name; None for the empty name, which is nobody's.

    Raises:
        ServiceValidationError: nobody, or more than one, is called that.
    """
    if not name:
        return None
    kind, unknown = _NAMED_BY[field]
    found = [
        one
        for one, known in _names(target, kind).items()
        if known.casefold() == name.casefold()
    ]
    if len(found) != 1:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key=unknown,
            translation_placeholders={"name": name},
        )
    return found[0]
