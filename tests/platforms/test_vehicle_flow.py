"""Tests of the form of a vehicle."""

import pytest

from ..cars import add_vehicle, change_vehicle, vehicle_id
from ..family import add_person, person_id
from ..house import House


@pytest.fixture(autouse=True)
async def home(house: House) -> None:
    """A home with a wallbox and somebody who drives."""
    house.add("WB1", "WB1")
    await house.settle()
    await add_person(house, name="Kim", rights=[], tags=["04AA"])


async def test_a_vehicle_is_kept_as_filled_in_and_shown_again(house: House) -> None:
    """What was said stands in the form when it is opened anew, and the entity can be taken back."""
    kim, wallbox = person_id(house, "Kim"), house.subentry().subentry_id
    done = await add_vehicle(
        house,
        name=" Zoe ",
        persons=[kim],
        wallboxes=[wallbox],
        tags=["04BB", " "],
        odometer="sensor.zoe_odometer",
    )
    assert done["type"] == "create_entry"
    subentry = house.entry.subentries[vehicle_id(house, "Zoe")]
    assert dict(subentry.data) == {
        "persons": [kim],
        "wallboxes": [wallbox],
        "tags": ["04BB"],
        "odometer": "sensor.zoe_odometer",
    }
    form = await house.entry.start_subentry_reconfigure_flow(
        house.hass, subentry.subentry_id
    )
    shown = {
        str(key): (key.description or {}).get("suggested_value")
        for key in form["data_schema"].schema
    }
    assert shown == {"name": "Zoe", **subentry.data}

    done = await change_vehicle(house, "Zoe", name="Zoe 2", persons=[], wallboxes=[])
    assert done["reason"] == "reconfigure_successful"
    subentry = house.entry.subentries[vehicle_id(house, "Zoe 2")]
    assert dict(subentry.data) == {
        "persons": [],
        "wallboxes": [],
        "tags": [],
        "odometer": None,
    }


async def test_persons_and_wallboxes_are_offered_by_name(house: House) -> None:
    """Those that there are, and none that was deleted since."""
    kim, wallbox = person_id(house, "Kim"), house.subentry().subentry_id
    await add_vehicle(house, name="Zoe", persons=[kim], wallboxes=[wallbox])
    house.hass.config_entries.async_remove_subentry(house.entry, kim)
    await house.settle()
    form = await house.entry.start_subentry_reconfigure_flow(
        house.hass, vehicle_id(house, "Zoe")
    )
    fields = {
        str(key): (key, value) for key, value in form["data_schema"].schema.items()
    }
    offered = {
        name: {one["value"]: one["label"] for one in fields[name][1].config["options"]}
        for name in ("persons", "wallboxes")
    }
    assert offered == {"persons": {}, "wallboxes": {wallbox: "WB1"}}
    assert fields["persons"][0].description["suggested_value"] == []
    done = await change_vehicle(house, "Zoe", name="Zoe", wallboxes=[wallbox])
    assert done["reason"] == "reconfigure_successful"


async def test_what_cannot_be_is_said_at_its_field(house: House) -> None:
    """A card and a wallbox are one car's, and Home Assistant's own tag is none's."""
    wallbox = house.subentry().subentry_id
    await add_vehicle(house, name="Zoe", wallboxes=[wallbox], tags=["04BB"])
    for fields, errors in (
        ({"name": " "}, {"name": "name_missing"}),
        ({"name": "Van", "wallboxes": [wallbox]}, {"wallboxes": "wallbox_taken"}),
        ({"name": "Van", "tags": ["04:bb"]}, {"tags": "tag_of_other_vehicle"}),
        (
            {"name": "Van", "tags": ["484f4d45"]},
            {"tags": "tag_of_home_assistant"},
        ),
    ):
        form = await add_vehicle(house, **fields)
        assert form["errors"] == errors
    # A person's card may be held for one car only.
    done = await add_vehicle(house, name="Van", tags=["04AA"])
    assert done["type"] == "create_entry"
    form = await change_vehicle(house, "Van", name="Van", tags=["04 BB"])
    assert form["errors"] == {"tags": "tag_of_other_vehicle"}


async def test_a_vehicle_of_one_home_changes_nothing_at_its_wallbox(
    house: House,
) -> None:
    """It is connected before and after, by the same connection."""
    wallbox = await house.wallbox()
    before = len(wallbox.received)
    await add_vehicle(house, name="Zoe", wallboxes=[house.subentry().subentry_id])
    assert house.state("connected") == "on"
    assert len(wallbox.received) == before
