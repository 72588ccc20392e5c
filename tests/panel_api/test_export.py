"""The panel's export: a link to a file of what its user may see."""

from datetime import timedelta
from http import HTTPStatus
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.smart_charge_point.records.errors import LedgerUnwritableError
from custom_components.smart_charge_point.records.ledger import Ledger

from ..family import add_person, person_id, user
from ..house import House
from .conftest import SignIn, charging
from .history import live_in

MONTH = {
    "kind": "sessions",
    "format": "csv",
    "start": "2026-11-01",
    "end": "2026-11-30",
}


async def test_a_browser_gets_a_link_to_the_file(
    house: House, sign_in: SignIn, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """The answer says what is in it (Wh), and the browser opens the link as it is."""
    await charging(house)
    await house.advance(timedelta(minutes=10))
    browser = await sign_in()

    made = await browser.result(
        "export", **MONTH, device_id=house.device_id(), person=None, language="en"
    )

    assert made["filename"] == "charging-sessions-2026-11-01-2026-11-30.csv"
    assert made["rows"] == 1
    assert made["energy"] > 500
    assert (made["cost"], made["currency"]) == (None, house.hass.config.currency)
    client = await hass_client_no_auth()
    response = await client.get(made["url"])
    assert response.status == HTTPStatus.OK
    assert b"Charging time" in await response.read()


async def test_a2_1_a_user_gets_what_is_its_persons(
    house: House, sign_in: SignIn
) -> None:
    """Without a person of one's own there is nothing, and with one only that."""
    await charging(house)
    kim, lou = await user(house, "Kim"), await user(house, "Lou")
    await add_person(house, name="Kim", user_id=kim, rights=[], tags=["0CAFE0"])
    await add_person(house, name="Ada", rights=[], tags=["04A1B2"])
    ada = person_id(house, "Ada")

    assert (await (await sign_in(lou)).ask("export", **MONTH))["error"][
        "translation_key"
    ] == "panel_not_yours"
    browser = await sign_in(kim)
    assert (await browser.ask("export", **MONTH, person=ada))["error"][
        "translation_key"
    ] == "panel_not_yours"
    assert (await browser.result("export", **MONTH))["rows"] == 0


async def test_a_file_is_of_whoever_and_wherever_is_looked_at(
    house: House, sign_in: SignIn, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """Of nobody in particular, or of one connector: as many sessions and as much energy as the list shows then."""
    home = await live_in(house, connectors=2)
    browser = await sign_in()
    client = await hass_client_no_auth()
    year = {"start": "2026-01-01", "end": "2026-12-31"}
    page = await sign_in()
    await page.result("overview")
    [wallbox] = (await page.event())["charge_points"]
    connector = wallbox["connectors"][0]["device_id"]
    for about, says in (
        ({"nobody": True}, "nobody-in-particular"),
        ({"device_id": connector}, None),
        ({"device_id": connector, "nobody": True}, "nobody-in-particular"),
    ):
        shown = await browser.result("sessions", **year, **about, folded=True)
        for kind in ("sessions", "period"):
            made = await browser.result(
                "export", **{**MONTH, **year, "kind": kind}, **about, language="en"
            )
            assert made["energy"] == pytest.approx(shown["totals"]["energy"], abs=1)
            assert says is None or says in made["filename"]
        text = await (await client.get(made["url"])).text()
        assert "Ada" not in text
    assert 0 < len(home.of(None)) < len(home.sessions)

    kim = await sign_in(home.ada_user)
    answer = await kim.ask("export", **MONTH, nobody=True)
    assert answer["error"]["code"] == "unauthorized"


async def test_what_cannot_be_made_is_said(house: House, sign_in: SignIn) -> None:
    """A claim of nobody, and a period that ends before it begins."""
    await charging(house)
    browser = await sign_in()

    for key, changes in (
        ("export_needs_person", {"kind": "mileage_claim"}),
        ("export_needs_person", {"kind": "mileage_claim", "person": "gone"}),
        ("export_needs_person", {"kind": "mileage_claim", "nobody": True}),
        ("export_ends_before_start", {"end": "2026-10-31"}),
        ("export_ends_before_start", {"start": "1980-01-01"}),
        ("unknown_wallbox", {"device_id": "nothing"}),
    ):
        answer = await browser.ask("export", **{**MONTH, **changes})
        assert answer["error"]["translation_key"] == key


async def test_records_that_cannot_be_read_are_said(
    house: House, sign_in: SignIn
) -> None:
    """The panel learns why there is no file."""
    await charging(house)
    browser = await sign_in()

    with patch.object(Ledger, "rows", side_effect=LedgerUnwritableError("broken")):
        answer = await browser.ask("export", **MONTH)

    assert answer["error"]["translation_key"] == "export_unreadable"


async def test_nothing_but_days_and_languages_is_taken(
    house: House, sign_in: SignIn
) -> None:
    """What is no day or no language is refused before anything is looked at."""
    await charging(house)
    browser = await sign_in()

    for changes in (
        {"start": "0001-01-01"},
        {"end": "9999-12-31"},
        {"language": "../en"},
        {"format": "exe"},
        {"rate": -1},
    ):
        answer = await browser.ask("export", **{**MONTH, **changes})
        assert answer["error"]["code"] == "invalid_format"
