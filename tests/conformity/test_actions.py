"""The actions: what is registered, described, named and drawn is the same."""

from collections.abc import Mapping
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import validate_selector
import pytest
import yaml

from custom_components.smart_charge_point.deletion_services import (
    async_setup_deletion_services,
)
from custom_components.smart_charge_point.dsr_services import async_setup_dsr_services
from custom_components.smart_charge_point.export_services import (
    async_setup_export_services,
)
from custom_components.smart_charge_point.meter_services import (
    async_setup_meter_services,
)
from custom_components.smart_charge_point.services import async_setup_services
from custom_components.smart_charge_point.session_services import (
    async_setup_session_services,
)
from custom_components.smart_charge_point.statistics_services import (
    async_setup_statistics_services,
)
from custom_components.smart_charge_point.technical_file_services import (
    async_setup_technical_file_services,
)

from .source import COMPONENT, DOMAIN, english, read_json

DESCRIBED: Mapping[str, Any] = yaml.safe_load(
    (COMPONENT / "services.yaml").read_text(encoding="utf-8")
)
NAMED: Mapping[str, Any] = english()["services"]
FOR_THE_HOME = frozenset({"rebuild_statistics"})
"""Actions that are for no wallbox in particular."""


async def test_registered_actions_are_described(hass: HomeAssistant) -> None:
    """Every action that an automation can call is in services.yaml, with texts and an icon, and no other is."""
    async_setup_services(hass)
    async_setup_session_services(hass)
    async_setup_meter_services(hass)
    async_setup_statistics_services(hass)
    async_setup_dsr_services(hass)
    async_setup_export_services(hass)
    async_setup_deletion_services(hass)
    async_setup_technical_file_services(hass)
    registered = set(hass.services.async_services_for_domain(DOMAIN))

    assert registered == set(DESCRIBED)
    assert registered == set(NAMED)
    assert registered == set(read_json(COMPONENT / "icons.json")["services"])


@pytest.mark.parametrize("action", sorted(DESCRIBED))
def test_fields_have_texts_and_valid_selectors(action: str) -> None:
    """Every field of an action can be filled in on Home Assistant's pages and is explained there."""
    fields = DESCRIBED[action].get("fields", {})

    assert set(fields) == set(NAMED[action].get("fields", {}))
    for name, field in fields.items():
        validate_selector(field["selector"])
        text = NAMED[action]["fields"][name]
        assert text["name"], name
        assert text["description"], name


@pytest.mark.parametrize("action", sorted(DESCRIBED))
def test_actions_are_for_our_wallboxes(action: str) -> None:
    """The page that builds an automation offers only devices of this integration."""
    target = DESCRIBED[action].get("target")

    assert (target is None) is (action in FOR_THE_HOME)
    if target is not None:
        assert target["device"] == [{"integration": DOMAIN}]
