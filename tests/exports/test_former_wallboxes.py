"""Deletion of what removed wallboxes recorded, and of to whom wallboxes were sold (Schedule 1, 7(2); S7b)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.model.usage import SessionFilter

from ..deletion import CARD, charge, charged, delete, refusal
from ..family import add_person
from ..house import House

PAPERS: Final = {"seller": "Watt & Co", "buyer": "Ada Lovelace"}


async def removed(house: House, name: str = "Drive") -> None:
    """Let two wallboxes charge, one of them twice, and take that one out of the home under its last name."""
    await house.set_up("WB1", "WB2")
    await charged(house)
    gone = await charged(house, identity="WB2")
    await charge(house, gone)
    await rename(house, "WB2", name)
    await remove(house, "WB2")


async def rename(house: House, identity: str, name: str) -> None:
    """Give a wallbox another name."""
    house.hass.config_entries.async_update_subentry(
        house.entry, house.subentry(identity), title=name
    )
    await house.settle()


async def remove(house: House, identity: str) -> None:
    """Take a wallbox out of the home."""
    house.hass.config_entries.async_remove_subentry(
        house.entry, house.subentry(identity).subentry_id
    )
    await house.settle()


async def left(house: House) -> list[str]:
    """Return the wallboxes of the sessions that are left."""
    rows = await house.entry.runtime_data.site.ledger.rows(SessionFilter())
    return sorted(row.session.charge_point for row in rows)


async def fill_in(house: House, identity: str, typed: Mapping[str, str]) -> None:
    """Fill in the papers of a wallbox."""
    flows = house.hass.config_entries.subentries
    shown = await house.entry.start_subentry_reconfigure_flow(
        house.hass, house.subentry(identity).subentry_id
    )
    for answer in ({"next_step_id": "papers"}, dict(typed)):
        shown = await flows.async_configure(shown["flow_id"], answer)
    await house.settle()


def papers(house: House, identity: str) -> Mapping[str, Any]:
    """Return what stands in the papers of a wallbox."""
    found: Mapping[str, Any] = house.subentry(identity).data.get("papers", {})
    return found


@pytest.mark.parametrize("called", ["Drive", "WB2"])
async def test_s7b_a_removed_wallbox_is_deleted_by_its_last_name_or_its_identity(
    house: House, called: str
) -> None:
    """Over a restart too; the sessions of the others stay, and once it is gone it has no name any more."""
    await removed(house)
    await house.restart()

    receipt = await delete(house, removed_wallbox=called)

    assert receipt["deleted"]["sessions"] == 2
    assert receipt["wallboxes"] == {"forgot_cards": 0, "refused": 0, "waiting": 0}
    assert await left(house) == ["WB1"]
    assert await refusal(house, removed_wallbox=called) == "unknown_former_wallbox"


async def test_only_a_persons_or_the_older_sessions_of_it_can_be_deleted(
    house: House,
) -> None:
    """As of a wallbox that is there; then it is still known by its name."""
    await removed(house)
    await add_person(house, name="Ada", tags=[CARD], rights=[])
    await delete(house, removed_wallbox="Drive", before="2020-01-01")
    assert await left(house) == ["WB1", "WB2", "WB2"]
    receipt = await delete(house, removed_wallbox="Drive", person="Ada", what="names")
    assert receipt["deleted"]["anonymised"] == 2
    receipt = await delete(house, removed_wallbox="Drive", device_id=house.device_id())
    assert receipt["deleted"]["sessions"] == 3
    assert await left(house) == []


async def test_what_is_no_removed_wallbox_is_refused(house: House) -> None:
    """Unknown, in the home, or two of one name: nothing goes."""
    await removed(house, name="WB1")
    house.add("WB3", "WB1")
    await house.settle()
    await charged(house, identity="WB3")
    await remove(house, "WB3")
    for called in ("WB1", "WB4"):
        key = await refusal(house, removed_wallbox=called)
        assert key == "unknown_former_wallbox"
    assert (
        await refusal(house, removed_wallbox="WB2", everything=True)
        == "deletion_everything_alone"
    )
    assert await left(house) == ["WB1", "WB2", "WB2", "WB3"]


@pytest.mark.parametrize(
    ("what", "who_lose_it"),
    [
        ({"everything": True}, {"WB1", "WB2"}),
        ({"device": "WB2"}, {"WB2"}),
        ({"everything": True, "what": "traces"}, set()),
        ({"device": "WB2", "before": "2020-01-01"}, set()),
        ({"device": "WB2", "person": "Ada"}, set()),
    ],
)
async def test_s7b_the_buyer_goes_with_all_of_a_wallbox(
    house: House, what: dict[str, Any], who_lose_it: set[str]
) -> None:
    """With nothing less; the other papers stay, and the receipt counts it without the name."""
    await house.set_up("WB1", "WB2")
    await add_person(house, name="Ada", tags=[CARD], rights=[])
    for identity in ("WB1", "WB2"):
        await fill_in(house, identity, PAPERS)
    if (device := what.pop("device", None)) is not None:
        what["device_id"] = house.device_id(device)

    receipt = await delete(house, **what)

    assert receipt["deleted"]["buyers"] == len(who_lose_it)
    assert "Ada" not in str(receipt)
    for identity in ("WB1", "WB2"):
        assert papers(house, identity)["seller"] == "Watt & Co"
        assert ("buyer" in papers(house, identity)) is (identity not in who_lose_it)


async def test_papers_of_nothing_but_a_buyer_are_blank_then(house: House) -> None:
    """As if nobody had filled them in."""
    await house.set_up("WB1")
    await fill_in(house, "WB1", {"buyer": "Ada Lovelace"})
    await house.advance(timedelta(minutes=1))

    assert (await delete(house, everything=True))["deleted"]["buyers"] == 1

    assert papers(house, "WB1") == {}


async def test_files_name_a_removed_wallbox_as_it_was_called_last(
    house: House, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """Beside those of the home."""
    await removed(house)
    made = await house.hass.services.async_call(
        DOMAIN,
        "export_sessions",
        {"period": "this_month", "format": "csv", "destination": "link"},
        blocking=True,
        return_response=True,
    )
    assert made is not None
    client = await hass_client_no_auth()
    file = await (await client.get(str(made["url"]))).text()
    assert file.count("Drive") == 2
    assert file.count("WB1") == 1
    assert "WB2" not in file
