"""Tests of the form of a person."""

import pytest
from pytest_homeassistant_custom_component.common import MockUser

from ..family import add_person, change_person, person_id, user
from ..house import House


@pytest.fixture(autouse=True)
def owner(hass_admin_user: MockUser) -> str:
    """An administrator, who lives here too."""
    user_id: str = hass_admin_user.id
    return user_id


async def test_a_person_is_kept_as_filled_in_and_shown_again(house: House) -> None:
    """What was said stands in the form when it is opened anew."""
    kim = await user(house)
    done = await add_person(
        house, name=" Kim ", user_id=kim, rights=["dsr", "hours"], tags=["04AA", " "]
    )
    assert done["type"] == "create_entry"
    subentry = house.entry.subentries[person_id(house, "Kim")]
    assert dict(subentry.data) == {
        "user_id": kim,
        "rights": ["dsr", "hours"],
        "tags": ["04AA"],
    }
    form = await house.entry.start_subentry_reconfigure_flow(
        house.hass, subentry.subentry_id
    )
    shown = {
        str(key): (key.description or {}).get("suggested_value")
        for key in form["data_schema"].schema
    }
    assert shown == {"name": "Kim", **subentry.data}

    done = await change_person(house, "Kim", name="Kim B", rights=[])
    assert done["reason"] == "reconfigure_successful"
    subentry = house.entry.subentries[person_id(house, "Kim B")]
    assert dict(subentry.data) == {"user_id": None, "rights": [], "tags": []}


async def test_users_are_offered_by_name(house: House, owner: str) -> None:
    """Those who sign in, and neither Home Assistant's own nor who was deactivated."""
    kim = await user(house)
    await user(house, "Gone", active=False)
    await house.hass.auth.async_create_system_user("Machine")
    form = await house.hass.config_entries.subentries.async_init(
        (house.entry.entry_id, "person"), context={"source": "user"}
    )
    assert form["data_schema"] is not None
    (selector,) = (
        value for key, value in form["data_schema"].schema.items() if key == "user_id"
    )
    offered = {
        option["value"]: option["label"] for option in selector.config["options"]
    }
    assert offered[kim] == "Kim"
    assert set(offered) == {kim, owner}


async def test_a_user_who_was_deleted_is_no_choice_any_more(house: House) -> None:
    """The form opens, and the person stays without a user."""
    kim = await user(house)
    await add_person(house, name="Kim", user_id=kim, rights=[])
    deleted = await house.hass.auth.async_get_user(kim)
    assert deleted is not None
    await house.hass.auth.async_remove_user(deleted)
    done = await change_person(house, "Kim", name="Kim", rights=["hours"])
    assert done["reason"] == "reconfigure_successful"
    subentry = house.entry.subentries[person_id(house, "Kim")]
    assert subentry.data["user_id"] is None


async def test_what_cannot_be_is_said_at_its_field(house: House) -> None:
    """A user and a card are one person's, and Home Assistant's own tag is nobody's."""
    kim = await user(house)
    await add_person(house, name="Kim", user_id=kim, rights=[], tags=["04AA"])
    for fields, error in (
        ({"name": " "}, {"name": "name_missing"}),
        ({"name": "Lee", "user_id": kim}, {"user_id": "user_taken"}),
        ({"name": "Lee", "tags": ["04:aa"]}, {"tags": "tag_taken"}),
        ({"name": "Lee", "tags": ["484f4d45"]}, {"tags": "tag_of_home_assistant"}),
    ):
        form = await add_person(house, **fields, rights=[])
        assert form["errors"] == error
    done = await change_person(
        house, "Kim", name="Kim", user_id=kim, rights=[], tags=["04AA", "04BB"]
    )
    assert done["reason"] == "reconfigure_successful"
