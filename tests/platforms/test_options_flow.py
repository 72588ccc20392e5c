"""The options, as an owner meets them: the home, and where demand response comes from."""

from collections.abc import AsyncIterator, Callable, Mapping
import json
from typing import Any

from aiohttp import web
from homeassistant.components.diagnostics import REDACTED
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from ..conformity.source import english
from ..control.dsr_sources.openadr.vtn import CLIENT_ID, CLIENT_KEY, Vtn, problem
from ..house import House

SENSOR = {
    "entity_id": "binary_sensor.grid",
    "direction": "down",
    "limit": 6,
    "kind": "response",
}


@pytest.fixture
async def vtn(house: House, unused_tcp_port_factory: Any) -> AsyncIterator[Vtn]:
    """Return a provider's server, for a home that has none yet."""
    vtn = Vtn()
    await vtn.start(unused_tcp_port_factory())
    yield vtn
    await vtn.stop()


def server(vtn: Vtn, **changes: Any) -> dict[str, Any]:
    """Return what an owner types in for a server."""
    return {
        "provider": "Grid",
        "url": vtn.url,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_KEY,
        "ven_name": "home",
        "more": {},
        **changes,
    }


def sources(house: House) -> Mapping[str, Any]:
    """Return the sources that are kept, by their provider."""
    kept: Mapping[str, Any] = house.entry.options.get("dsr_sources", {})
    return kept


async def add(house: House, kind: str, form: Mapping[str, Any]) -> Mapping[str, Any]:
    """Add a source; return what is shown last."""
    return await house.choose("demand_response", kind, form)


async def test_the_home_keeps_its_sources_and_the_sources_its_home(
    house: House,
) -> None:
    """Either page changes what is on it, and nothing else."""
    await house.set_options(house_fuse=40, dsr_providers=["mine"])
    await add(house, "binary_sensor", SENSOR)
    assert house.entry.options["house_fuse"] == 40
    assert house.entry.options["dsr_providers"] == ["mine"]

    await house.set_options(house_fuse=50)
    assert house.entry.options["house_fuse"] == 50
    assert "dsr_providers" not in house.entry.options
    assert set(sources(house)) == {"binary_sensor.grid"}


@pytest.mark.parametrize(
    ("kind", "form", "provider"),
    [
        (
            "octopus",
            {
                "entity_id": "event.octopus_energy_a_octoplus_power_down_events",
                "direction": "down",
            },
            "event.octopus_energy_a_octoplus_power_down_events",
        ),
        (
            "calendar",
            {
                "entity_id": "calendar.grid",
                "title": " peak ",
                "direction": "up",
                "kind": "planned",
            },
            "calendar.grid",
        ),
        ("binary_sensor", SENSOR, "binary_sensor.grid"),
    ],
)
async def test_an_entity_is_added_changed_and_removed(
    house: House, kind: str, form: Mapping[str, Any], provider: str
) -> None:
    """What was typed is shown again when it is changed; none is left in the end."""
    shown = await add(house, kind, form)
    assert shown["type"] is FlowResultType.CREATE_ENTRY
    kept = sources(house)[provider]
    assert kept["source"] == kind
    assert kept["direction"] == form["direction"]

    shown = await house.choose("demand_response", "change", {"source": provider})
    assert shown["step_id"] == kind
    suggested = {
        marker.schema: marker.description["suggested_value"]
        for marker in shown["data_schema"].schema
        if marker.description
    }
    assert suggested == {key: kept[key] for key in kept if key != "source"}
    await house.choose(
        "demand_response", "change", {"source": provider}, {**form, "limit": 8}
    )
    assert sources(house)[provider]["limit"] == 8

    await house.choose("demand_response", "remove", {"source": provider})
    assert "dsr_sources" not in house.entry.options
    shown = await house.choose("demand_response")
    assert not {"change", "remove"} & set(shown["menu_options"])


async def test_an_account_of_axle_is_added_once(house: House) -> None:
    """There is one at most, and no other integration's entry is taken for it."""
    axle = MockConfigEntry(domain="axle_energy")
    axle.add_to_hass(house.hass)
    form = {"entry_id": house.entry.entry_id, "charge_on_import": True}
    shown = await add(house, "axle", form)
    assert shown["errors"] == {"entry_id": "dsr_not_axle"}
    assert not sources(house)

    await add(house, "axle", {**form, "entry_id": axle.entry_id})
    assert sources(house)["axle_energy"]["entry_id"] == axle.entry_id
    shown = await house.choose("demand_response")
    assert "axle" not in shown["menu_options"]


async def test_what_cannot_be_is_said_at_its_field(house: House) -> None:
    """A setpoint without a limit, an entity or a provider that is there already."""
    setpoint = {**SENSOR, "direction": "setpoint"}
    del setpoint["limit"]
    shown = await add(house, "binary_sensor", setpoint)
    assert shown["errors"] == {"limit": "dsr_limit_needed"}
    await add(house, "binary_sensor", SENSOR)
    shown = await add(house, "binary_sensor", SENSOR)
    assert shown["errors"] == {"entity_id": "provider_in_use"}
    shown = await house.choose(
        "home", {"ruleset": "none", "dsr_providers": ["binary_sensor.grid"]}
    )
    assert shown["errors"] == {"dsr_providers": "provider_in_use"}
    assert set(sources(house)) == {"binary_sensor.grid"}


@pytest.mark.parametrize(
    ("menu", "step"),
    [
        (None, "home"),
        *(
            ("demand_response", kind)
            for kind in (
                "axle",
                "octopus",
                "calendar",
                "binary_sensor",
                "openadr",
                "change",
                "remove",
            )
        ),
    ],
)
async def test_every_form_reaches_the_browser(
    house: House, hass_client: ClientSessionGenerator, menu: str | None, step: str
) -> None:
    """Its fields are ones that a browser can be told of, and each has a label."""
    assert await async_setup_component(house.hass, "config", {})
    await add(house, "binary_sensor", SENSOR)
    client = await hass_client()
    path = "/api/config/config_entries/options/flow"
    response = await client.post(path, json={"handler": house.entry.entry_id})
    shown = await response.json()
    for choice in filter(None, (menu, step)):
        response = await client.post(
            f"{path}/{shown['flow_id']}", json={"next_step_id": choice}
        )
        shown = await response.json()
    assert shown["step_id"] == step
    fields = {field["name"]: field for field in shown["data_schema"]}
    texts = english()["options"]["step"][step]
    assert fields.keys() - texts.get("sections", {}).keys() == texts["data"].keys()
    for name, section in texts.get("sections", {}).items():
        within = {field["name"] for field in fields[name]["schema"]}
        assert within == section["data"].keys() == section["data_description"].keys()


@pytest.mark.parametrize("kind", ["calendar", "binary_sensor"])
async def test_a_wallbox_cannot_follow_itself(house: House, kind: str) -> None:
    """What it shows of demand response is no source of it."""
    house.add()
    await house.settle()
    key = {"calendar": "dsr_events", "binary_sensor": "dsr_active"}[kind]
    with pytest.raises(InvalidData):
        await add(house, kind, {**SENSOR, "entity_id": house.entity_id(key)})


async def test_a_server_is_asked_before_it_is_kept(house: House, vtn: Vtn) -> None:
    """With the credentials as they were typed."""
    shown = await add(house, "openadr", server(vtn))
    assert shown["type"] is FlowResultType.CREATE_ENTRY
    assert vtn.heard()[:2] == ["POST auth/token", "GET programs"]
    assert sources(house)["Grid"]["interval"] == 5


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"client_secret": "wrong"}, {"base": "dsr_credentials_wrong"}),
        ({"client_secret": ""}, {"client_secret": "dsr_empty"}),
        ({"provider": "  "}, {"provider": "dsr_empty"}),
        ({"provider": "mine"}, {"provider": "provider_in_use"}),
        ({"url": "http://example.com/openadr3"}, {"url": "https_required"}),
        ({"url": "no address"}, {"url": "https_required"}),
        ({"url": "http://127.0.0.1:1/openadr3"}, {"base": "dsr_server_unreachable"}),
        (
            {"more": {"token_url": "http://example.com/token"}},
            {"url": "https_required"},
        ),
    ],
)
async def test_a_server_that_cannot_be_used_is_not_kept(
    house: House, vtn: Vtn, changes: dict[str, Any], errors: dict[str, str]
) -> None:
    """And the owner reads what is wrong with it."""
    await house.set_options(dsr_providers=["mine"])
    shown = await add(house, "openadr", server(vtn, **changes))
    assert shown["errors"] == errors
    assert not sources(house)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda: problem(403), "dsr_server_refused"),
        (lambda: problem(500), "dsr_server_unreachable"),
    ],
)
async def test_a_server_that_refuses_is_told_from_one_that_fails(
    house: House, vtn: Vtn, answer: Callable[[], web.StreamResponse], error: str
) -> None:
    """It is the provider who can help there."""
    vtn.answers["programs"] = answer
    shown = await add(house, "openadr", server(vtn))
    assert shown["errors"] == {"base": error}


async def test_a_secret_is_typed_once_and_shown_nowhere(
    house: House, vtn: Vtn, hass_client: ClientSessionGenerator
) -> None:
    """Not in the form when the server is changed, where it stays if left empty; not in what is downloaded."""
    assert await async_setup_component(house.hass, "diagnostics", {})
    await add(house, "openadr", server(vtn))
    shown = await house.choose("demand_response", "change", {"source": "Grid"})
    assert CLIENT_KEY not in str(
        [marker.description for marker in shown["data_schema"].schema]
    )
    typed = server(vtn, provider="Power company")
    del typed["client_secret"]
    await house.choose("demand_response", "change", {"source": "Grid"}, typed)
    assert set(sources(house)) == {"Power company"}
    assert sources(house)["Power company"]["client_secret"] == CLIENT_KEY

    client = await hass_client()
    response = await client.get(f"/api/diagnostics/config_entry/{house.entry.entry_id}")
    told = await response.json()
    (source,) = told["data"]["options"]["dsr_sources"]
    assert source["source"] == "openadr"
    assert source["client_secret"] == REDACTED
    for secret in (CLIENT_KEY, CLIENT_ID, vtn.url, "Power company"):
        assert secret not in json.dumps(told)
