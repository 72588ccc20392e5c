"""What energy costs, as an owner says it in the options."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from ..house import House

pytestmark = pytest.mark.at(datetime(2026, 11, 21, 12, tzinfo=UTC))

NIGHT = {"start": "00:30:00", "price": 0.07}
DAY = {"start": "05:30:00", "price": 0.28, "days": "every_day"}


@pytest.fixture(autouse=True)
async def home(hass: HomeAssistant, house: House) -> None:
    """A British home."""
    hass.config.currency = "GBP"


def suggested(form: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stands in a form."""
    return {
        str(marker): marker.description["suggested_value"]
        for marker in form["data_schema"].schema
        if marker.description
    }


async def test_fixed_rates_are_kept_in_order_and_shown_again(house: House) -> None:
    """Days that were not chosen are all of them."""
    done = await house.choose("cost", "fixed_rates", {"rates": [DAY, NIGHT]})
    assert done["type"] is FlowResultType.CREATE_ENTRY
    kept = {
        "kind": "fixed_rates",
        "rates": [{**NIGHT, "days": "every_day"}, DAY],
    }
    assert house.entry.options["tariff"] == kept
    form = await house.choose("cost", "fixed_rates")
    assert suggested(form) == {"rates": kept["rates"], "valid_since": "2026-11-21"}
    assert form["description_placeholders"] == {"currency": "GBP"}
    assert suggested(await house.choose("cost", "price_entity")) == {}


async def test_an_entity_in_the_homes_currency_is_kept_and_shown_again(
    house: House,
) -> None:
    """Pence are pounds; what is not there yet may come."""
    house.hass.states.async_set(
        "sensor.agile", "12.3", {"unit_of_measurement": "p/kWh"}
    )
    for entity_id in ("sensor.agile", "input_number.price"):
        await house.choose("cost", "price_entity", {"entity_id": entity_id})
        assert house.entry.options["tariff"] == {
            "kind": "price_entity",
            "entity_id": entity_id,
        }
    form = await house.choose("cost", "price_entity")
    assert suggested(form) == {"entity_id": "input_number.price"}


@pytest.mark.parametrize("unit", ["EUR/kWh", "kWh", "°C"])
async def test_an_entity_that_shows_no_price_is_refused(
    house: House, unit: str
) -> None:
    """It is said at its field, and what was typed stands there."""
    house.hass.states.async_set("sensor.x", "12.3", {"unit_of_measurement": unit})
    form = await house.choose("cost", "price_entity", {"entity_id": "sensor.x"})
    assert form["errors"] == {"entity_id": "not_a_price"}
    assert suggested(form) == {"entity_id": "sensor.x"}
    assert "tariff" not in house.entry.options


@pytest.mark.parametrize(
    ("rates", "error"),
    [
        ([], "rate_missing"),
        ([{"start": "00:00:00", "price": 5000}], "rate_not_a_price"),
        ([NIGHT, {**NIGHT, "price": 0.1}], "rates_at_once"),
        ([NIGHT, {**NIGHT, "days": "weekend"}], "rates_at_once"),
    ],
)
async def test_rates_that_cannot_be_are_refused(
    house: House, rates: list[dict[str, Any]], error: str
) -> None:
    """None, nonsense, and two at once."""
    form = await house.choose("cost", "fixed_rates", {"rates": rates})
    assert form["errors"] == {"rates": error}
    assert "tariff" not in house.entry.options


async def test_each_page_of_the_options_leaves_the_others_alone(house: House) -> None:
    """The home, the tariff, the grid's CO₂ and demand response are kept apart; a tariff can be taken back."""
    assert "no_tariff" not in (await house.choose("cost"))["menu_options"]
    await house.set_options(house_fuse=40)
    await house.choose("cost", "fixed_rates", {"rates": [NIGHT]})
    await house.choose("cost", "carbon", {"carbon_entity": "sensor.carbon"})
    await house.set_options(house_fuse=50)
    options = house.entry.options
    assert options["house_fuse"] == 50
    assert options["tariff"]["kind"] == "fixed_rates"
    assert options["carbon_entity"] == "sensor.carbon"
    await house.choose("cost", "no_tariff")
    assert "tariff" not in house.entry.options
    await house.choose("cost", "carbon", {})
    assert "carbon_entity" not in house.entry.options
    assert house.entry.options["house_fuse"] == 50


async def test_diagnostics_name_no_meter_of_the_owners(
    house: House, hass_client: ClientSessionGenerator
) -> None:
    """Suppliers name entities after the number of a meter; rates are nobody's."""
    assert await async_setup_component(house.hass, "diagnostics", {})
    for kind, form in (
        ("price_entity", {"entity_id": "sensor.meter_1234567890_rate"}),
        ("carbon", {"carbon_entity": "sensor.carbon_at_1234567890"}),
        ("fixed_rates", {"rates": [NIGHT]}),
    ):
        await house.choose("cost", kind, form)
        told: Any = await get_diagnostics_for_config_entry(
            house.hass, hass_client, house.entry
        )
        assert "1234567890" not in str(told)
    assert told["options"]["tariff"]["rates"][0]["price"] == NIGHT["price"]


async def test_a_sensor_of_something_else_is_no_carbon(house: House) -> None:
    """A share of fossil fuel is no weight."""
    hass = house.hass
    hass.states.async_set("sensor.x", "12", {"unit_of_measurement": "%"})
    form = await house.choose("cost", "carbon", {"carbon_entity": "sensor.x"})
    assert form["errors"] == {"carbon_entity": "not_carbon"}
    hass.states.async_set("sensor.x", "12", {"unit_of_measurement": "gCO2eq/kWh"})
    await house.choose("cost", "carbon", {"carbon_entity": "sensor.x"})
    assert house.entry.options["carbon_entity"] == "sensor.x"


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("2026-11-22", "date_in_future"),
        ("2016-11-19", "date_too_early"),
        ("2016-11-21", None),
        ("2026-11-21", None),
    ],
)
async def test_rates_are_valid_since_a_day_of_the_last_ten_years(
    house: House, typed: str, error: str | None
) -> None:
    """Today is the last one, by the clocks of the home: in London it is still the 21st while it is the 22nd in Kyiv."""
    await house.hass.config.async_set_time_zone("Europe/London")
    await house.advance_to(datetime(2026, 11, 21, 23, 30, tzinfo=UTC))
    done = await house.choose(
        "cost", "fixed_rates", {"rates": [NIGHT], "valid_since": typed}
    )
    if error is None:
        assert house.entry.options["tariff"]["valid_since"] == typed
        await house.hass.config.async_set_time_zone("Europe/Kyiv")
        form = await house.choose("cost", "fixed_rates")
        assert suggested(form)["valid_since"] == "2026-11-22"
    else:
        assert done["errors"] == {"valid_since": error}
        assert suggested(done)["valid_since"] == typed
        assert "tariff" not in house.entry.options
