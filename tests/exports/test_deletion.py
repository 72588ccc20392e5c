"""The action that deletes personal data: from the ledger's file, from links, from the wallboxes (Schedule 1, 7(2); S7b)."""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Final
from unittest.mock import patch

from homeassistant.exceptions import Unauthorized
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.model.trace import TraceSample
from custom_components.smart_charge_point.records.errors import (
    LedgerBusyError,
    LedgerFullError,
)
from custom_components.smart_charge_point.records.ledger import Ledger
from custom_components.smart_charge_point.simulator import Quirks

from ..deletion import CARD, charge, charged, delete, refusal
from ..family import add_person, user
from ..house import House

OTHER: Final = "0B0B0B0B"
ACCEPTED: Final = {"status": "Accepted"}


async def test_s7b_a_person_is_deleted(house: House) -> None:
    """Sessions, seconds and cards of one person go, from the file and the wallbox; others' sessions stay."""
    wallbox = await charged(house)
    await add_person(house, name="Ada", tags=[CARD], rights=[])
    await charge(house, wallbox, OTHER)
    wallbox.whitelist.update(3, [{"idTag": CARD, "idTagInfo": ACCEPTED}], full=True)
    assert OTHER in wallbox.whitelist.cache
    ledger = Path(house.hass.config.path(DOMAIN))
    assert CARD.encode() in b"".join(contents(ledger))

    receipt = await delete(house, person="Ada")

    assert receipt["deleted"]["sessions"] == 1
    assert receipt["deleted"]["samples"] > 5
    assert receipt["wallboxes"] == {"forgot_cards": 1, "refused": 0, "waiting": 0}
    assert not receipt["left_in_file"]
    assert "Ada" not in str(receipt)
    assert CARD not in str(receipt)
    assert len(await house.sessions()) == 1
    assert wallbox.whitelist.cache == wallbox.whitelist.local == {}
    assert CARD.encode() not in b"".join(contents(ledger))


def contents(folder: Path) -> list[bytes]:
    """Return what is in the files of a folder."""
    return [path.read_bytes() for path in folder.iterdir() if path.is_file()]


async def test_names_alone_leave_the_figures(house: House) -> None:
    """Who it was is gone, what was charged stays."""
    await house.set_up("WB1")
    await add_person(house, name="Ada", tags=[CARD], rights=[])
    await charged(house)
    [before] = await house.sessions()
    assert before["person"] == "Ada"

    receipt = await delete(house, person="Ada", what="names")

    [after] = await house.sessions()
    assert receipt["deleted"]["anonymised"] == 1
    assert receipt["deleted"]["sessions"] == 0
    assert after["person"] is None
    assert after["energy"] == before["energy"]


async def test_a_wallbox_and_everything_are_deleted(house: House) -> None:
    """Of one wallbox, or of all of them."""
    await house.set_up("WB1", "WB2")
    first = await charged(house)
    second = await charged(house, identity="WB2")
    # Either wallbox comes to know the card again.
    await charge(house, first)

    receipt = await delete(house, device_id=house.device_id("WB2"))
    assert receipt["deleted"]["sessions"] == 1
    assert await house.sessions("WB2") == []
    assert second.whitelist.cache == {}
    assert len(await house.sessions("WB1")) == 2
    assert first.whitelist.cache != {}

    receipt = await delete(house, everything=True)
    assert receipt["deleted"]["sessions"] == 2
    assert receipt["wallboxes"]["forgot_cards"] == 2
    assert await house.sessions("WB1") == []


async def test_seconds_alone_leave_the_sessions(house: House) -> None:
    """What was measured every second goes, and wallboxes keep their cards."""
    wallbox = await charged(house)
    second = TraceSample(at=house.now - timedelta(minutes=5), power=7000.0)
    await house.entry.runtime_data.site.ledger.add_trace("WB1", 1, [second])

    receipt = await delete(house, what="traces", everything=True)

    assert receipt["deleted"]["seconds"] == 1
    assert receipt["deleted"]["sessions"] == 0
    assert len(await house.sessions()) == 1
    assert wallbox.whitelist.cache != {}


async def test_only_what_is_older_is_deleted(house: House) -> None:
    """A day of the home's own time parts what goes from what stays; cards are still in use."""
    await house.hass.config.async_set_time_zone("Europe/London")
    wallbox = await charged(house)
    await house.advance(timedelta(days=1))
    await charge(house, wallbox)
    today = house.now.date().isoformat()

    receipt = await delete(house, device_id=house.device_id(), before=today)

    assert receipt["deleted"]["sessions"] == 1
    [left] = await house.sessions()
    assert left["start"][:10] == today
    assert wallbox.whitelist.cache != {}


async def test_a_running_session_goes_on_as_nobodys(house: House) -> None:
    """The car is not interrupted, and what it takes from here on is still counted."""
    await house.set_up("WB1")
    await add_person(house, name="Ada", tags=[CARD], rights=[])
    wallbox = await house.wallbox(
        settings={"MeterValueSampleInterval": "60"}, free_vend=False
    )
    await charge(house, wallbox, unplugs=False)

    receipt = await delete(house, person="Ada")
    assert receipt["deleted"]["anonymised"] == 1
    await house.advance(timedelta(minutes=10))
    await wallbox.unplug()
    await house.advance(timedelta(minutes=2))

    [session] = await house.sessions()
    assert session["person"] is None
    assert session["energy"] > 2
    assert CARD.encode() not in b"".join(contents(Path(house.hass.config.path(DOMAIN))))


async def test_a_wallbox_that_is_away_forgets_when_it_is_back(house: House) -> None:
    """Over a restart of Home Assistant too; and it is asked once."""
    wallbox = await charged(house)
    await wallbox.stop()
    await house.advance(timedelta(minutes=1))

    receipt = await delete(house, everything=True)
    assert receipt["wallboxes"] == {"forgot_cards": 0, "refused": 0, "waiting": 1}
    assert wallbox.whitelist.cache != {}

    await house.restart()
    await wallbox.start()
    await house.advance(timedelta(minutes=2))
    assert wallbox.whitelist.cache == {}

    await charge(house, wallbox)
    await house.restart()
    await house.advance(timedelta(minutes=2))
    assert wallbox.whitelist.cache != {}


async def test_a_wallbox_that_keeps_no_list_is_asked_for_none(house: House) -> None:
    """An empty list is not sent to who has none."""
    wallbox = await charged(house)

    receipt = await delete(house, everything=True)

    assert receipt["wallboxes"]["forgot_cards"] == 1
    assert wallbox.whitelist.version == 0


@pytest.mark.parametrize(
    ("error_code", "came"),
    [
        ("NotImplemented", {"forgot_cards": 1, "refused": 0, "waiting": 0}),
        ("InternalError", {"forgot_cards": 0, "refused": 1, "waiting": 0}),
    ],
)
async def test_a_wallbox_that_will_not_forget_is_counted(
    house: House, error_code: str, came: Mapping[str, int]
) -> None:
    """One that does not have the messages keeps no cards; of one that fails at them the owner learns."""
    quirks = Quirks(
        refused_actions=frozenset({"ClearCache", "GetLocalListVersion"}),
        error_code=error_code,
    )
    await charged(house, quirks=quirks)

    receipt = await delete(house, everything=True)

    assert receipt["wallboxes"] == came


async def test_links_lapse(
    house: House, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """A file that holds what was deleted is not given out any more."""
    await charged(house)
    made = await house.hass.services.async_call(
        DOMAIN,
        "export_sessions",
        {"period": "this_month", "format": "csv", "destination": "link"},
        blocking=True,
        return_response=True,
    )
    assert made is not None
    client = await hass_client_no_auth()
    assert (await client.get(str(made["url"]))).status == HTTPStatus.OK

    await delete(house, everything=True)

    assert (await client.get(str(made["url"]))).status == HTTPStatus.NOT_FOUND


async def test_what_is_not_meant_for_certain_is_not_deleted(house: House) -> None:
    """Without a confirmation, or without saying what, nothing goes."""
    await charged(house)

    for key, data in (
        ("deletion_not_confirmed", {"everything": True, "confirm": False}),
        ("deletion_of_what", {}),
        ("deletion_of_what", {"what": "traces"}),
        ("deletion_needs_person", {"what": "names", "everything": True}),
        ("unknown_person", {"person": "Ada"}),
    ):
        assert await refusal(house, **data) == key
    await add_person(house, name="Ada", tags=[CARD], rights=[])
    assert (
        await refusal(house, person="Ada", everything=True)
        == "deletion_everything_alone"
    )
    assert (
        await refusal(house, person="Ada", what="traces")
        == "deletion_traces_without_person"
    )

    assert len(await house.sessions()) == 1


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (LedgerBusyError("backup"), "deletion_busy"),
        (LedgerFullError("full"), "deletion_failed"),
    ],
)
async def test_what_stands_in_the_way_is_said(
    house: House, error: Exception, key: str
) -> None:
    """The owner learns that it is not done, and the wallbox is asked for nothing."""
    wallbox = await charged(house)

    with patch.object(Ledger, "wipe", side_effect=error):
        assert await refusal(house, everything=True) == key

    assert wallbox.whitelist.cache != {}


async def test_a2_1_only_administrators_delete(house: House) -> None:
    """Nobody deletes even what is their own without the owner."""
    kim = await user(house)
    await charged(house)
    await add_person(house, name="Kim", user_id=kim, tags=[CARD], rights=[])

    with pytest.raises(Unauthorized):
        await delete(house, kim, person="Kim")

    assert len(await house.sessions()) == 1
