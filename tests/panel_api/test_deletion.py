"""The panel's deletion of personal data: what there is of whom, and that it is gone (requirements.md S7b)."""

from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from homeassistant.util import dt as dt_util
import pytest

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.model.usage import SessionFilter
from custom_components.smart_charge_point.records.errors import LedgerBusyError
from custom_components.smart_charge_point.records.ledger import Ledger

from ..house import House
from .conftest import Browser, SignIn, charging
from .history import TAGS, Home, live_in

ADAS: Final = frozenset(TAGS[:2])


async def subjects(browser: Browser) -> dict[tuple[str, str | None], dict[str, Any]]:
    """Return of whom there is anything, by kind and name."""
    told = (await browser.result("deletable"))["subjects"]
    found = {(one["kind"], one["name"]): one for one in told}
    assert len(found) == len(told)
    return found


def of_ada(home: Home, *, cards: bool = True) -> list[Any]:
    """Return the sessions that are Ada's: by name, or by her cards."""
    return [
        session
        for session in home.sessions
        if session.person == home.ada or (cards and session.tag in ADAS)
    ]


def as_told(sessions: list[Any]) -> dict[str, Any]:
    """Return how sessions are counted."""
    zone = dt_util.get_default_time_zone()
    days = [session.started_at.astimezone(zone).date() for session in sessions]
    return {
        "sessions": len(sessions),
        "running": 0,
        "first": min(days).isoformat(),
        "last": max(days).isoformat(),
    }


async def remove_ada(house: House, home: Home) -> None:
    """Take her out of the home."""
    house.hass.config_entries.async_remove_subentry(house.entry, home.ada)
    await house.settle()


async def test_s7b_each_person_wallbox_and_everything_is_counted(
    house: House, sign_in: SignIn
) -> None:
    """By name and by card, with the days; whoever has nothing is not among them."""
    home = await live_in(house)
    await house.wallbox("WB2")
    browser = await sign_in()

    told = await subjects(browser)

    everything = told["everything", None]
    [wallbox] = [one for (kind, _), one in told.items() if kind == "wallbox"]
    assert wallbox["id"] == house.device_id("WB1")
    ada = told["person", "Ada"]
    assert ada.items() >= {"id": home.ada, **as_told(of_ada(home))}.items()
    assert ada["sessions"] > len(of_ada(home, cards=False))
    assert everything.items() >= as_told(home.sessions).items()
    assert wallbox.items() >= as_told(home.sessions).items()
    assert set(told) == {
        ("person", "Ada"),
        ("person", "Ben"),
        ("wallbox", wallbox["name"]),
        ("everything", None),
    }


async def test_s7b_a_deleted_person_leaves_nothing(
    house: House, sign_in: SignIn
) -> None:
    """As many go as were counted, and the receipt says nothing of whose they were."""
    home = await live_in(house)
    browser = await sign_in()
    told = await subjects(browser)
    everybody, ada = told["everything", None], told["person", "Ada"]

    receipt = await browser.result("delete", about={"kind": "person", "id": home.ada})

    assert receipt["deleted"]["sessions"] == ada["sessions"]
    assert receipt["wallboxes"]["forgot_cards"] == 1
    assert not receipt["left_in_file"]
    for secret in ("Ada", home.ada, home.ada_user, "WB1", *TAGS):
        assert secret not in str(receipt)
    after = await subjects(browser)
    assert ("person", "Ada") not in after
    assert (
        after["everything", None]["sessions"] == everybody["sessions"] - ada["sessions"]
    )
    left = await home.ledger.rows(SessionFilter(), limit=1000)
    assert not [
        row for row in left if row.session.person == home.ada or row.session.tag in ADAS
    ]
    assert not any(home.ada.encode() in content for content in contents(house))


def contents(house: House) -> list[bytes]:
    """Return what is in the ledger's files."""
    folder = Path(house.hass.config.path(DOMAIN))
    return [path.read_bytes() for path in folder.iterdir() if path.is_file()]


async def test_s7b_who_was_removed_from_the_home_can_still_be_deleted(
    house: House, sign_in: SignIn
) -> None:
    """Without a name: only what bears the person is known to be theirs."""
    home = await live_in(house)
    await remove_ada(house, home)
    browser = await sign_in()
    gone = (await subjects(browser))["person", None]
    assert (
        gone.items()
        >= {
            "id": home.ada,
            **as_told(of_ada(home, cards=False)),
        }.items()
    )

    receipt = await browser.result("delete", about={"kind": "person", "id": home.ada})

    assert receipt["deleted"]["sessions"] == gone["sessions"]
    assert ("person", None) not in await subjects(browser)


@pytest.mark.parametrize("kind", ["wallbox", "everything"])
async def test_s7b_a_wallbox_and_everything_leave_nothing(
    house: House, sign_in: SignIn, kind: str
) -> None:
    """Nothing is left to be deleted."""
    home = await live_in(house)
    browser = await sign_in()
    about = {"kind": kind}
    if kind == "wallbox":
        about["id"] = house.device_id("WB1")

    receipt = await browser.result("delete", about=about)

    assert receipt["deleted"]["sessions"] == len(home.sessions)
    assert await subjects(browser) == {}
    assert await home.ledger.rows(SessionFilter()) == ()


async def test_a_running_session_is_counted_apart(
    house: House, sign_in: SignIn
) -> None:
    """It stays, without a name."""
    await charging(house)
    await house.advance(timedelta(minutes=1))
    browser = await sign_in()

    [wallbox, everything] = (await browser.result("deletable"))["subjects"]
    assert (wallbox["sessions"], wallbox["running"]) == (0, 1)
    assert (everything["sessions"], everything["running"]) == (0, 1)

    receipt = await browser.result("delete", about={"kind": "everything"})
    assert (receipt["deleted"]["sessions"], receipt["deleted"]["anonymised"]) == (0, 1)


async def test_a2_1_only_administrators_delete(house: House, sign_in: SignIn) -> None:
    """A person may not even delete their own, nor ask what there is; nothing goes."""
    home = await live_in(house)
    about = {"kind": "person", "id": home.ada}
    for user_id in (home.ada_user, home.lou_user):
        browser = await sign_in(user_id)
        for answer in (
            await browser.ask("deletable"),
            await browser.ask("delete", about=about),
        ):
            assert answer["error"]["code"] == "unauthorized"
            assert answer["error"]["translation_key"] == "panel_not_yours"
    left = await home.ledger.rows(SessionFilter(), limit=1000)
    assert len(left) == len(home.sessions)


async def test_what_stands_in_the_way_is_said(house: House, sign_in: SignIn) -> None:
    """In the user's language: nobody of that name, no wallbox, a backup that is being made."""
    home = await live_in(house)
    browser = await sign_in()
    for key, about in (
        ("unknown_person", {"kind": "person", "id": "nobody"}),
        ("unknown_wallbox", {"kind": "wallbox", "id": "nothing"}),
    ):
        answer = await browser.ask("delete", about=about)
        assert answer["error"]["translation_domain"] == DOMAIN
        assert answer["error"]["translation_key"] == key
    with patch.object(Ledger, "wipe", side_effect=LedgerBusyError("held")):
        answer = await browser.ask("delete", about={"kind": "everything"})
    assert answer["error"]["translation_key"] == "deletion_busy"
    left = await home.ledger.rows(SessionFilter(), limit=1000)
    assert len(left) == len(home.sessions)


async def test_it_is_clear_what_is_meant(house: House, sign_in: SignIn) -> None:
    """Somebody without saying who, or everything of somebody, is refused before anything is looked at."""
    await house.set_up("WB1")
    browser = await sign_in()
    for about in (
        {},
        {"kind": "person"},
        {"kind": "wallbox"},
        {"kind": "everything", "id": "ada"},
        {"kind": "nothing"},
    ):
        answer = await browser.ask("delete", about=about)
        assert answer["error"]["code"] == "invalid_format"
