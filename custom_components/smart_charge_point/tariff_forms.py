"""The forms of what a kilowatt-hour costs and of the grid's CO₂, and what the options keep of them."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, Final

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    DateSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    ObjectSelector,
    ObjectSelectorConfig,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TimeSelector,
)
import voluptuous as vol

from .control.energy_mix import CONF_CARBON
from .control.tariff.settings import (
    CONF_DAYS,
    CONF_ENTITY_ID,
    CONF_KIND,
    CONF_PRICE,
    CONF_RATES,
    CONF_START,
    CONF_TARIFF,
    CONF_VALID_SINCE,
    TariffKind,
    rates_from,
    rates_to_data,
)
from .model.tariff import RateDays
from .rules.energy_mix import carbon_factor
from .rules.tariff import overlapping, price_factor

PRICE_DOMAINS: Final = ["sensor", "number", "input_number"]
"""The domains of what may show a price."""
LONGEST_AGO: Final = timedelta(days=3653)
"""Since when rates may be entered: ten years are longer than a wallbox has told of sessions."""


def price_entity_schema(ours: Collection[str]) -> vol.Schema:
    """Return the form of a price entity. `ours` are our own entities, none of which shows one."""
    return vol.Schema(
        {
            vol.Required(CONF_ENTITY_ID): EntitySelector(
                EntitySelectorConfig(domain=PRICE_DOMAINS, exclude_entities=list(ours))
            )
        }
    )


def fixed_rates_schema(currency: str) -> vol.Schema:
    """Return the form of rates by time of day."""
    return vol.Schema(
        {
            vol.Required(CONF_RATES): ObjectSelector(
                ObjectSelectorConfig(
                    multiple=True,
                    label_field=CONF_START,
                    description_field=CONF_PRICE,
                    translation_key="rates",
                    fields={
                        CONF_START: {"required": True, "selector": TimeSelector()},
                        CONF_PRICE: {
                            "required": True,
                            "selector": NumberSelector(
                                NumberSelectorConfig(
                                    step="any",
                                    mode=NumberSelectorMode.BOX,
                                    unit_of_measurement=f"{currency}/kWh",
                                )
                            ),
                        },
                        CONF_DAYS: {
                            "selector": SelectSelector(
                                SelectSelectorConfig(
                                    options=[days.value for days in RateDays],
                                    mode=SelectSelectorMode.DROPDOWN,
                                    translation_key="rate_days",
                                )
                            )
                        },
                    },
                )
            ),
            vol.Optional(CONF_VALID_SINCE): DateSelector(),
        }
    )


def carbon_schema(ours: Collection[str]) -> vol.Schema:
    """Return the form of the entity that shows the grid's CO₂."""
    return vol.Schema(
        {
            vol.Optional(CONF_CARBON): EntitySelector(
                EntitySelectorConfig(domain="sensor", exclude_entities=list(ours))
            )
        }
    )


def tariff_from_form(
    kind: TariffKind, form: Mapping[str, Any], today: date
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what the options keep of a tariff's form on a civil day, and what is wrong with it by field."""
    if kind is TariffKind.PRICE_ENTITY:
        kept = {CONF_KIND: kind.value, CONF_ENTITY_ID: form[CONF_ENTITY_ID]}
        return {CONF_TARIFF: kept}, {}
    try:
        rates = rates_from(form[CONF_RATES])
    except ValueError:
        return {}, {CONF_RATES: "rate_not_a_price"}
    if not rates:
        return {}, {CONF_RATES: "rate_missing"}
    if overlapping(rates):
        return {}, {CONF_RATES: "rates_at_once"}
    kept = {CONF_KIND: kind.value, CONF_RATES: rates_to_data(rates)}
    if (typed := form.get(CONF_VALID_SINCE)) is not None:
        since = date.fromisoformat(typed)
        if since > today:
            return {}, {CONF_VALID_SINCE: "date_in_future"}
        if since < today - LONGEST_AGO:
            return {}, {CONF_VALID_SINCE: "date_too_early"}
        kept[CONF_VALID_SINCE] = typed
    return {CONF_TARIFF: kept}, {}


def price_entity_errors(hass: HomeAssistant, entity_id: str) -> dict[str, str]:
    """Return what is wrong with an entity as a price: it is in another currency, or in no unit of a price."""
    state = hass.states.get(entity_id)
    unit = None if state is None else state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    if price_factor(unit, hass.config.currency) is None:
        return {CONF_ENTITY_ID: "not_a_price"}
    return {}


def carbon_errors(hass: HomeAssistant, entity_id: str | None) -> dict[str, str]:
    """Return what is wrong with an entity as the grid's CO₂."""
    state = None if entity_id is None else hass.states.get(entity_id)
    unit = None if state is None else state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    return {} if carbon_factor(unit) is not None else {CONF_CARBON: "not_carbon"}
