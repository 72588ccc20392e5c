"""Actions: what automations and the owner can ask of a wallbox."""

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
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

from .const import DOMAIN
from .control.controller import Controller
from .hours_form import WEEKDAYS
from .model.charge_point import ConnectorState
from .model.hours import ChargingHours, HoursChoice
from .rules.charging_hours import charging_hours, hours_from_spans
from .rules.ladder import Decided
from .sentences import finding_sentence, reason_sentence
from .targets import TARGET_FIELDS, moment_of, targets

SERVICE_CANCEL_DELAY: Final = "cancel_delay"
SERVICE_CHARGE_NOW: Final = "charge_now"
SERVICE_GET_CAPABILITIES: Final = "get_capabilities"
SERVICE_GET_CHARGING_PLAN: Final = "get_charging_plan"
SERVICE_SEND_OCPP: Final = "send_ocpp"
SERVICE_SET_CHARGING_HOURS: Final = "set_charging_hours"
SERVICE_SET_DELAY_MAXIMUM: Final = "set_delay_maximum"
SERVICE_STOP_CHARGING: Final = "stop_charging"

ATTR_ACTION: Final = "action"
ATTR_DAYS: Final = "days"
ATTR_END: Final = "end"
ATTR_HOURS: Final = "hours"
ATTR_PAYLOAD: Final = "payload"
ATTR_REASON: Final = "reason"
ATTR_SECONDS: Final = "seconds"
ATTR_START: Final = "start"
ATTR_UNTIL: Final = "until"
ATTR_WEEKDAYS: Final = "weekdays"
ATTR_WINDOWS: Final = "windows"

HOURS_DEFAULT: Final = "default"
HOURS_NONE: Final = "none"

TARGET_SCHEMA: Final = vol.Schema(TARGET_FIELDS)
CHARGE_NOW_SCHEMA: Final = vol.Schema(
    {**TARGET_FIELDS, vol.Optional(ATTR_UNTIL): cv.datetime}
)
CHARGING_PLAN_SCHEMA: Final = vol.Schema(
    {
        **TARGET_FIELDS,
        vol.Optional(ATTR_DAYS, default=7): vol.All(
            vol.Coerce(int), vol.Range(min=1, max=14)
        ),
    }
)
SEND_OCPP_SCHEMA: Final = vol.Schema(
    {
        **TARGET_FIELDS,
        vol.Required(ATTR_ACTION): vol.All(cv.string, vol.Match(r"^[A-Za-z]{1,50}$")),
        vol.Optional(ATTR_PAYLOAD, default=dict): dict,
    }
)
DELAY_MAXIMUM_SCHEMA: Final = vol.Schema(
    {
        **TARGET_FIELDS,
        vol.Required(ATTR_SECONDS): vol.All(
            vol.Coerce(int), vol.Range(min=0, max=1800)
        ),
        vol.Optional(ATTR_REASON, default=""): vol.All(cv.string, vol.Length(max=200)),
    }
)
WINDOW_SCHEMA: Final = vol.Schema(
    {
        vol.Optional(ATTR_WEEKDAYS, default=lambda: list(WEEKDAYS)): vol.All(
            cv.ensure_list, vol.Length(min=1), [vol.In(WEEKDAYS)]
        ),
        vol.Required(ATTR_START): cv.time,
        vol.Required(ATTR_END): cv.time,
    }
)
CHARGING_HOURS_SCHEMA: Final = vol.All(
    vol.Schema(
        {
            **TARGET_FIELDS,
            vol.Exclusive(ATTR_HOURS, "hours"): vol.In((HOURS_DEFAULT, HOURS_NONE)),
            vol.Exclusive(ATTR_WINDOWS, "hours"): vol.All(
                cv.ensure_list, vol.Length(min=1), [WINDOW_SCHEMA]
            ),
        }
    ),
    cv.has_at_least_one_key(ATTR_HOURS, ATTR_WINDOWS),
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for service, handler, schema in (
        (SERVICE_CANCEL_DELAY, _async_cancel_delay, TARGET_SCHEMA),
        (SERVICE_CHARGE_NOW, _async_charge_now, CHARGE_NOW_SCHEMA),
        (SERVICE_STOP_CHARGING, _async_stop_charging, TARGET_SCHEMA),
    ):
        hass.services.async_register(DOMAIN, service, handler, schema)
    hass.services.async_register(
        DOMAIN,
        SERVICE_SET_CHARGING_HOURS,
        _async_set_charging_hours,
        CHARGING_HOURS_SCHEMA,
    )
    hass.services.async_register(
        DOMAIN,
        SERVICE_SET_DELAY_MAXIMUM,
        _async_set_delay_maximum,
        DELAY_MAXIMUM_SCHEMA,
    )
    hass.services.async_register(
        DOMAIN,
        SERVICE_GET_CHARGING_PLAN,
        _async_get_charging_plan,
        CHARGING_PLAN_SCHEMA,
        SupportsResponse.ONLY,
    )
    hass.services.async_register(
        DOMAIN,
        SERVICE_GET_CAPABILITIES,
        _async_get_capabilities,
        TARGET_SCHEMA,
        SupportsResponse.ONLY,
    )
    async_register_admin_service(
        hass,
        DOMAIN,
        SERVICE_SEND_OCPP,
        _async_send_ocpp,
        SEND_OCPP_SCHEMA,
        SupportsResponse.OPTIONAL,
    )


def _connectors(
    call: ServiceCall, applies: Callable[[ConnectorState], bool]
) -> Iterator[tuple[Controller, int]]:
    """Return the connectors that a command is for.

    Of a wallbox with several connectors it goes to those that it can be for; where it can be for none, the first one's
    controller says why.
    """
    for target in targets(call):
        connectors = [
            number
            for number in target.connectors
            if applies(target.coordinator.data.connectors[number])
        ]
        for number in connectors or target.connectors[:1]:
            yield target.controller, number


async def _async_cancel_delay(call: ServiceCall) -> None:
    """End the random delay that runs."""
    for controller, number in _connectors(
        call, lambda connector: connector.delay_ends is not None
    ):
        await controller.overrides.async_cancel_delay(number, call.context.user_id)


async def _async_charge_now(call: ServiceCall) -> None:
    """Charge whatever the hours say, until a given time or the end of the session (A10.5)."""
    until = moment_of(call.data.get(ATTR_UNTIL))
    for controller, number in _connectors(call, lambda connector: connector.plugged_in):
        await controller.overrides.async_charge_now(number, call.context.user_id, until)


async def _async_stop_charging(call: ServiceCall) -> None:
    """End the session that runs."""
    for controller, number in _connectors(
        call, lambda connector: connector.session is not None
    ):
        await controller.overrides.async_stop_charging(number, call.context.user_id)


async def _async_set_charging_hours(call: ServiceCall) -> None:
    """Put charging hours in force: the owner's own, the default ones, or none."""
    for target in targets(call):
        controller = target.controller
        if windows := call.data.get(ATTR_WINDOWS):
            hours, choice = _hours(windows), HoursChoice.CHANGED
        elif call.data[ATTR_HOURS] == HOURS_DEFAULT:
            hours, choice = controller.ruleset.default_hours, HoursChoice.ACCEPTED
        else:
            hours, choice = ChargingHours.ALWAYS, HoursChoice.REMOVED
        await controller.settings.async_set_charging_hours(
            hours, choice, call.context.user_id
        )


async def _async_set_delay_maximum(call: ServiceCall) -> None:
    """Set the longest random delay, with the reason where it is less than the rules ask for (A11.6)."""
    for target in targets(call):
        await target.controller.settings.async_set_delay_maximum(
            call.data[ATTR_SECONDS], call.data[ATTR_REASON], call.context.user_id
        )


def _hours(windows: list[dict[str, Any]]) -> ChargingHours:
    """Return the hours that an action's windows make."""
    return charging_hours(
        civil
        for window in windows
        for civil in hours_from_spans(
            [WEEKDAYS[name] for name in window[ATTR_WEEKDAYS]],
            _whole_second(window[ATTR_START]),
            _whole_second(window[ATTR_END]),
        ).windows
    )


def _whole_second(moment: time) -> time:
    return moment.replace(microsecond=0)


async def _async_get_charging_plan(call: ServiceCall) -> ServiceResponse:
    """Return what is now, and the coming segments of the plan with the claims behind each (limits in A per phase)."""
    until = dt_util.utcnow() + timedelta(days=call.data[ATTR_DAYS])
    chosen = targets(call)
    return {
        "now": [
            {
                "wallbox": target.controller.name,
                "connector": number,
                "reason": connector.reason.value,
                "until": _local(connector.reason_until),
                "sentence": reason_sentence(call.hass, connector),
            }
            for target in chosen
            for number in target.connectors
            for connector in (target.controller.state.connectors[number],)
        ],
        "segments": [
            {
                "wallbox": target.controller.name,
                "connector": number,
                **_segment(decided),
            }
            for target in chosen
            for number in target.connectors
            for decided in target.controller.ladder(number, until)
        ],
    }


def _segment(decided: Decided) -> dict[str, Any]:
    """Return a segment: which claim rules, and all that stand at its beginning, highest rung first."""
    segment = decided.segment
    return {
        "start": _local(segment.start),
        "end": _local(segment.end),
        "limit": segment.limit.amperes,
        "reason": segment.reason.value,
        "by": segment.by.value,
        "claims": [
            {
                "source": claim.source.value,
                "effect": claim.effect.value,
                "limit": claim.limit.amperes,
                "reason": claim.reason.value,
                "until": _local(claim.until),
            }
            for claim in decided.claims
        ],
    }


def _local(moment: datetime | None) -> str | None:
    """Return a time as the clocks of the house show it."""
    return None if moment is None else dt_util.as_local(moment).isoformat()


async def _async_get_capabilities(call: ServiceCall) -> ServiceResponse:
    """Return what was found of each wallbox, who sees to it, and a sentence for it."""
    return {
        "wallboxes": [
            {
                "wallbox": target.controller.name,
                "abilities": [
                    {
                        "ability": finding.ability.value,
                        "found": finding.found,
                        "rests_on": finding.rests_on.value,
                        "sentence": finding_sentence(
                            call.hass, finding, target.controller.state.capabilities
                        ),
                    }
                    for finding in target.controller.capability_report()
                ],
            }
            for target in targets(call)
        ]
    }


async def _async_send_ocpp(call: ServiceCall) -> ServiceResponse:
    """Send a message to one wallbox and return its answer as it came."""
    chosen = targets(call)
    if len(chosen) != 1:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="one_wallbox_only"
        )
    return await chosen[0].controller.async_send_ocpp(
        call.data[ATTR_ACTION], call.data[ATTR_PAYLOAD]
    )
