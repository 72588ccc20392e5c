"""The action that holds a wallbox's meter against a second one (SI 2021/1467 reg. 9; requirements.md A9.5)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.const import UnitOfEnergy
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from .const import DOMAIN
from .control.results import keep_result
from .model.result import MeterCompared
from .model.usage import UsageKey
from .rules.meter_check import MeterCheck, MeterVerdict, check_meter, pair_up
from .targets import TARGET_FIELDS, moment_of, targets

SERVICE_COMPARE_METER: Final = "compare_meter"

ATTR_END: Final = "end"
ATTR_METER: Final = "meter"
ATTR_START: Final = "start"

LOOKED_BACK: Final = timedelta(days=365)

COMPARE_SCHEMA: Final = vol.Schema(
    {
        **TARGET_FIELDS,
        vol.Required(ATTR_METER): cv.entity_id,
        vol.Optional(ATTR_START): cv.datetime,
        vol.Optional(ATTR_END): cv.datetime,
    }
)


@callback
def async_setup_meter_services(hass: HomeAssistant) -> None:
    """Register the action."""
    hass.services.async_register(
        DOMAIN,
        SERVICE_COMPARE_METER,
        _async_compare_meter,
        COMPARE_SCHEMA,
        SupportsResponse.ONLY,
    )


async def _async_compare_meter(call: ServiceCall) -> ServiceResponse:
    """Return, for each connector, how far its energy is off that of a meter which counts the same.

    Only whole hours are compared, those that have not ended are left out.
    """
    now = dt_util.utcnow()
    end = min(moment_of(call.data.get(ATTR_END)) or now, now)
    start = moment_of(call.data.get(ATTR_START)) or end - LOOKED_BACK
    end = end.replace(minute=0, second=0, microsecond=0)
    if start >= end:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="comparison_ends_before_start"
        )
    meter: str = call.data[ATTR_METER]
    reference = await _by_hour(call.hass, meter, start, end)
    checks: list[JsonValueType] = []
    for target in targets(call):
        ledger = target.coordinator.config_entry.runtime_data.site.ledger
        await ledger.refresh_running()
        for connector in target.connectors:
            hours = await ledger.hours(
                UsageKey(charge_point=target.controller.identity, connector=connector),
                start,
                end,
            )
            check = check_meter(
                pair_up({hour.hour: hour.energy for hour in hours}, reference)
            )
            if came_out := _result(check, target.controller.identity, connector, now):
                keep_result(ledger, came_out)
            checks.append(
                {
                    "wallbox": target.controller.name,
                    "connector": connector,
                    "meter": meter,
                    **_shown(check),
                }
            )
    return {"checks": checks}


async def _by_hour(
    hass: HomeAssistant, meter: str, start: datetime, end: datetime
) -> Mapping[datetime, float]:
    """Return the Wh that a meter counted in each hour, by the recorder's statistics.

    Raises:
        ServiceValidationError: there is no recorder, or it has no hour of this meter.
    """
    rows: list[Any] = []
    if "recorder" in hass.config.components:
        found = await get_instance(hass).async_add_executor_job(
            statistics_during_period,
            hass,
            start,
            end,
            {meter},
            "hour",
            {"energy": UnitOfEnergy.WATT_HOUR},
            {"change"},
        )
        rows = list(found.get(meter, ()))
    counted = {
        dt_util.utc_from_timestamp(row["start"]): float(change)
        for row in rows
        if (change := row.get("change")) is not None
    }
    if not counted:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="meter_without_statistics",
            translation_placeholders={"meter": meter},
        )
    return counted


def _result(
    check: MeterCheck, identity: str, connector: int, now: datetime
) -> MeterCompared | None:
    """Return what is kept of a check; None of one that says nothing yet."""
    if (
        check.verdict is MeterVerdict.TOO_FEW
        or check.bias is None
        or check.margin is None
    ):
        return None
    return MeterCompared(
        at=now,
        charge_point=identity,
        connector=connector,
        charges=check.compared,
        bias=round(check.bias, 4),
        margin=round(check.margin, 4),
        systematic=check.verdict is MeterVerdict.SYSTEMATIC,
    )


def _shown(check: MeterCheck) -> dict[str, Any]:
    """Return a check in kWh and per cent."""
    return {
        "charges": check.compared,
        "energy": round(check.energy / 1000, 3),
        "meter_energy": round(check.reference / 1000, 3),
        "off_by": _per_cent(check.bias),
        "margin": _per_cent(check.margin),
        "furthest_off": _per_cent(check.worst),
        "slope": None if check.slope is None else round(check.slope, 4),
        "chance": round(check.chance, 4),
        "verdict": check.verdict.value,
    }


def _per_cent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 2)
