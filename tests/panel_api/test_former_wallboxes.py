"""The panel's deletion of what a removed wallbox recorded (requirements.md S7b)."""

import pytest

from ..house import House
from .conftest import SignIn
from .history import live_in


async def test_s7b_a_removed_wallbox_is_offered_by_its_last_name_and_deleted(
    house: House, sign_in: SignIn
) -> None:
    """Beside everything, and no longer among the wallboxes of the home; after it nothing is left."""
    home = await live_in(house)
    browser = await sign_in()
    house.hass.config_entries.async_update_subentry(
        house.entry, house.subentry(), title="Drive"
    )
    await house.settle()
    house.hass.config_entries.async_remove_subentry(
        house.entry, house.subentry().subentry_id
    )
    await house.settle()

    told = (await browser.result("deletable"))["subjects"]
    [former] = [one for one in told if "wallbox" in one["kind"]]
    assert former["kind"] == "former_wallbox"
    assert (former["id"], former["name"]) == ("WB1", "Drive")
    assert former["sessions"] == len(home.sessions)

    shown = (await browser.result("sessions"))["sessions"]
    assert {session["wallbox"] for session in shown} == {"Drive"}

    about = {"kind": former["kind"], "id": former["id"]}
    receipt = await browser.result("delete", about=about)
    assert receipt["deleted"]["sessions"] == len(home.sessions)
    assert (await browser.result("deletable"))["subjects"] == []
    answer = await browser.ask("delete", about=about)
    assert answer["error"]["translation_key"] == "unknown_former_wallbox"


@pytest.mark.parametrize("identity", ["WB1", "WB9"])
async def test_what_is_no_removed_wallbox_is_not_deleted_as_one(
    house: House, sign_in: SignIn, identity: str
) -> None:
    """One that is in the home, and one that never was."""
    await live_in(house)
    browser = await sign_in()
    about = {"kind": "former_wallbox", "id": identity}
    answer = await browser.ask("delete", about=about)
    assert answer["error"]["translation_key"] == "unknown_former_wallbox"
    [wallbox] = [
        one
        for one in (await browser.result("deletable"))["subjects"]
        if one["kind"] == "wallbox"
    ]
    assert wallbox["sessions"] > 0
