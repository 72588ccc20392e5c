"""Actions for demand-side response: what automations pass on from providers, and what the owner says to it."""

import csv
import io
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
from homeassistant.util import dt as dt_util
import voluptuous as vol

from .const import DOMAIN
from .control.site_settings import CONF_DSR_PROVIDERS
from .model.dsr import DsrDirection, DsrKind
from .model.dsr_record import OptOutScope
from .records.dsr_report import DsrReport, as_data, csv_rows
from .targets import TARGET_FIELDS, Target, moment_of, targets

SERVICE_CANCEL: Final = "cancel_dsr_event"
SERVICE_OVERRIDE: Final = "override_dsr"
SERVICE_REPORT: Final = "export_dsr_report"
SERVICE_START: Final = "start_dsr_event"
SERVICE_UPDATE: Final = "update_dsr_event"

ATTR_DIRECTION: Final = "direction"
ATTR_END: Final = "end"
ATTR_EQUIVALENT_DELAY: Final = "equivalent_delay_applied"
ATTR_EVENT_ID: Final = "event_id"
ATTR_FORMAT: Final = "format"
ATTR_KIND: Final = "kind"
ATTR_LIMIT_A: Final = "limit_a"
ATTR_LIMIT_W: Final = "limit_w"
ATTR_PROVIDER: Final = "provider"
ATTR_REASON: Final = "reason"
ATTR_SCOPE: Final = "scope"
ATTR_START: Final = "start"

FORMAT_CSV: Final = "csv"
FORMAT_JSON: Final = "json"

NAME: Final = vol.All(cv.string, vol.Strip, vol.Length(min=1, max=100))
EVENT_FIELDS: Final[dict[Any, Any]] = {
    **TARGET_FIELDS,
    vol.Required(ATTR_PROVIDER): NAME,
    vol.Required(ATTR_EVENT_ID): NAME,
}
LIMIT_FIELDS: Final[dict[Any, Any]] = {
    vol.Optional(ATTR_LIMIT_A): vol.Coerce(float),
    vol.Optional(ATTR_LIMIT_W): vol.Coerce(float),
}
START_SCHEMA: Final = vol.Schema(
    {
        **EVENT_FIELDS,
        **LIMIT_FIELDS,
        vol.Optional(ATTR_KIND, default=DsrKind.PLANNED.value): vol.Coerce(DsrKind),
        vol.Required(ATTR_DIRECTION): vol.Coerce(DsrDirection),
        vol.Optional(ATTR_START): cv.datetime,
        vol.Required(ATTR_END): cv.datetime,
        vol.Optional(ATTR_EQUIVALENT_DELAY, default=False): cv.boolean,
        vol.Optional(ATTR_REASON, default=""): vol.All(cv.string, vol.Length(max=200)),
    }
)
UPDATE_SCHEMA: Final = vol.Schema(
    {**EVENT_FIELDS, **LIMIT_FIELDS, vol.Optional(ATTR_END): cv.datetime}
)
CANCEL_SCHEMA: Final = vol.Schema(EVENT_FIELDS)
OVERRIDE_SCHEMA: Final = vol.Schema(
    {
        **TARGET_FIELDS,
        vol.Optional(ATTR_SCOPE, default=OptOutScope.EVENT.value): vol.Coerce(
            OptOutScope
        ),
    }
)
REPORT_SCHEMA: Final = vol.Schema(
    {
        **EVENT_FIELDS,
        vol.Optional(ATTR_FORMAT, default=FORMAT_JSON): vol.In(
            (FORMAT_CSV, FORMAT_JSON)
        ),
    }
)


@callback
def async_setup_dsr_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for service, handler, schema in (
        (SERVICE_START, _async_start, START_SCHEMA),
        (SERVICE_UPDATE, _async_update, UPDATE_SCHEMA),
        (SERVICE_CANCEL, _async_cancel, CANCEL_SCHEMA),
        (SERVICE_OVERRIDE, _async_override, OVERRIDE_SCHEMA),
    ):
        hass.services.async_register(DOMAIN, service, handler, schema)
    hass.services.async_register(
        DOMAIN, SERVICE_REPORT, _async_report, REPORT_SCHEMA, SupportsResponse.ONLY
    )


async def _async_start(call: ServiceCall) -> None:
    """Pass on what a provider asks for."""
    data = call.data
    for target in _targets_of_provider(call):
        await target.controller.dsr.async_start(
            provider=data[ATTR_PROVIDER],
            event_id=data[ATTR_EVENT_ID],
            kind=data[ATTR_KIND],
            direction=data[ATTR_DIRECTION],
            amperes=data.get(ATTR_LIMIT_A),
            watts=data.get(ATTR_LIMIT_W),
            start=moment_of(data.get(ATTR_START)) or dt_util.utcnow(),
            end=dt_util.as_utc(data[ATTR_END]),
            equivalent_delay_applied=data[ATTR_EQUIVALENT_DELAY],
            reason=data[ATTR_REASON],
            user_id=call.context.user_id,
        )


async def _async_update(call: ServiceCall) -> None:
    """Pass on that a provider changes what it asked for."""
    for target in _targets_of_provider(call):
        await target.controller.dsr.async_update(
            call.data[ATTR_PROVIDER],
            call.data[ATTR_EVENT_ID],
            end=moment_of(call.data.get(ATTR_END)),
            amperes=call.data.get(ATTR_LIMIT_A),
            watts=call.data.get(ATTR_LIMIT_W),
            user_id=call.context.user_id,
        )


async def _async_cancel(call: ServiceCall) -> None:
    """Pass on that a provider takes back what it asked for."""
    for target in _targets_of_provider(call):
        await target.controller.dsr.async_cancel(
            call.data[ATTR_PROVIDER], call.data[ATTR_EVENT_ID], call.context.user_id
        )


async def _async_override(call: ServiceCall) -> None:
    """Opt out of demand response (reg. 10)."""
    for target in targets(call):
        await target.controller.dsr.async_override(
            call.data[ATTR_SCOPE], call.context.user_id
        )


async def _async_report(call: ServiceCall) -> ServiceResponse:
    """Return what was measured in an event, at each wallbox that took part."""
    reports: list[Any] = []
    for target in targets(call):
        report = await target.controller.dsr.async_report(
            call.data[ATTR_PROVIDER], call.data[ATTR_EVENT_ID]
        )
        # A day of seconds is half a second's work.
        told = await call.hass.async_add_executor_job(
            _csv if call.data[ATTR_FORMAT] == FORMAT_CSV else as_data, report
        )
        reports.append({"wallbox": target.controller.name, **told})
    return {"reports": reports}


def _csv(report: DsrReport) -> dict[str, Any]:
    """Return the seconds of a report as one table."""
    table = io.StringIO()
    csv.writer(table).writerows(csv_rows(report))
    return {"csv": table.getvalue()}


def _targets_of_provider(call: ServiceCall) -> list[Target]:
    """Return the wallboxes of an action, whose provider the owner must have chosen (D6)."""
    chosen = targets(call)
    provider = call.data[ATTR_PROVIDER]
    for target in chosen:
        options = target.coordinator.config_entry.options
        if provider not in options.get(CONF_DSR_PROVIDERS, ()):
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="dsr_unknown_provider",
                translation_placeholders={"provider": provider},
            )
    return chosen
