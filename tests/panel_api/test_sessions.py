"""The panel's list of sessions, one of them, and its correction: who sees which, and that the sums are the ledger's."""

from datetime import timedelta
import json
from typing import Any

import pytest

from custom_components.smart_charge_point.model.usage import SessionFilter

from ..family import user
from ..house import House
from .conftest import SignIn, charging
from .history import TAGS, live_in


async def test_totals_and_pages_are_the_ledgers(house: House, sign_in: SignIn) -> None:
    """To the watt-hour, over pages that leave nothing out and show nothing twice; blips are counted only."""
    home = await live_in(house)
    browser = await sign_in()
    shown: list[dict[str, Any]] = []
    while True:
        page = await browser.result("sessions", limit=20, offset=len(shown))
        shown += page["sessions"]
        if len(page["sessions"]) < 20:
            break
    long, blips = (
        [session for session in home.sessions if session.folded is folded]
        for folded in (False, True)
    )
    assert blips
    assert page["folded"] == len(blips)
    assert {each["id"] for each in shown} == {each.transaction_id for each in long}
    assert len(shown) == len(long) == page["totals"]["sessions"]
    truth = sum(session.energy for session in long)
    assert sum(each["energy"] for each in shown) == pytest.approx(truth, abs=1)
    assert page["totals"]["energy"] == pytest.approx(truth, abs=1)

    every = await browser.result("sessions", folded=True)
    assert every["totals"]["sessions"] == len(home.sessions)
    assert every["totals"]["energy"] == pytest.approx(
        sum(session.energy for session in home.sessions), abs=1
    )


@pytest.mark.parametrize("order", ["started", "energy", "duration", "cost", "solar"])
async def test_they_are_sorted_as_asked(
    house: House, sign_in: SignIn, order: str
) -> None:
    """Upwards and downwards; what is not known stands last."""
    await live_in(house)
    browser = await sign_in()
    field = {"started": "started_at", "solar": "solar_share"}.get(order, order)
    for descending in (False, True):
        page = await browser.result(
            "sessions", order=order, descending=descending, limit=200
        )
        values = [each[field] for each in page["sessions"] if each[field] is not None]
        assert values == sorted(values, reverse=descending)


async def test_filters_narrow_what_is_shown_and_summed(
    house: House, sign_in: SignIn
) -> None:
    """By wallbox, person and civil days."""
    home = await live_in(house)
    browser = await sign_in()
    last = max(session.started_at for session in home.sessions).date()
    page = await browser.result(
        "sessions",
        device_id=house.device_id(),
        person=home.ben,
        start=(last - timedelta(days=6)).isoformat(),
        end=last.isoformat(),
        folded=True,
        limit=200,
    )
    wanted = [
        session
        for session in home.of(home.ben)
        if session.started_at.date() >= last - timedelta(days=6)
    ]
    assert {each["id"] for each in page["sessions"]} == {
        session.transaction_id for session in wanted
    }
    assert {each["person"]["name"] for each in page["sessions"]} == {"Ben"}
    assert page["totals"]["energy"] == pytest.approx(
        sum(session.energy for session in wanted), abs=1
    )


async def test_a2_1_a_person_sees_their_own_sessions_only(
    house: House, sign_in: SignIn
) -> None:
    """Without asking for them, and none of anybody else by asking; nor whom there is."""
    home = await live_in(house)
    browser = await sign_in(home.ada_user)
    page = await browser.result("sessions", folded=True, limit=200)
    assert {each["id"] for each in page["sessions"]} == {
        session.transaction_id for session in home.of(home.ada)
    }
    assert (page["persons"], page["vehicles"]) == ([], [])
    assert page["totals"]["sessions"] == len(home.of(home.ada))
    other = await browser.ask("sessions", person=home.ben)
    assert other["error"]["code"] == "unauthorized"
    mine, theirs, nobodys = (
        home.of(who)[0].transaction_id for who in (home.ada, home.ben, None)
    )
    assert (await browser.result("session", session=mine))["may_correct"] is False
    # Whether there is such a session is nobody else's business either.
    refusals = [
        (await browser.ask("session", session=number))["error"]
        for number in (theirs, nobodys, 999_999)
    ]
    assert [error["translation_key"] for error in refusals] == ["panel_not_yours"] * 3


async def test_what_is_of_nobody_in_particular_can_be_found(
    house: House, sign_in: SignIn
) -> None:
    """All of it, and none of anybody's; a person is refused it, alone and together with themselves."""
    home = await live_in(house)
    browser = await sign_in()
    page = await browser.result("sessions", nobody=True, folded=True, limit=200)
    assert {each["id"] for each in page["sessions"]} == {
        session.transaction_id for session in home.of(None)
    }
    assert page["totals"]["sessions"] == len(home.of(None)) > 0
    both = await browser.result("sessions", nobody=True, person=home.ben, folded=True)
    assert both["sessions"] == []

    person = await sign_in(home.ada_user)
    for fields in ({}, {"person": home.ada}):
        refused = await person.ask("sessions", nobody=True, **fields)
        assert refused["error"]["translation_key"] == "panel_not_yours"


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("sessions", {}),
        ("sessions", {"nobody": True}),
        ("session", {"session": 1}),
        ("usage", {"start": "2026-11-01", "end": "2026-11-30", "by": "day"}),
        ("correct_session", {"session": 1, "person": None}),
    ],
)
async def test_a2_1_other_users_see_and_change_nothing(
    house: House, sign_in: SignIn, command: str, fields: dict[str, Any]
) -> None:
    """A user whom no administrator made a person of."""
    await live_in(house)
    browser = await sign_in(await user(house, "Somebody"))
    answer = await browser.ask(command, **fields)
    assert answer["error"]["translation_key"] == "panel_not_yours"


async def test_a2_1_only_administrators_correct(house: House, sign_in: SignIn) -> None:
    """A person may not, not even their own sessions; nothing changes."""
    home = await live_in(house)
    mine = home.of(home.ada)[0]
    browser = await sign_in(home.ada_user)
    answer = await browser.ask(
        "correct_session", session=mine.transaction_id, person=None
    )
    assert answer["error"]["translation_key"] == "panel_not_yours"
    kept = await home.ledger.session(mine.transaction_id)
    assert kept is not None
    assert kept.person == home.ada


async def test_a_correction_is_kept_and_can_be_taken_back(
    house: House, sign_in: SignIn
) -> None:
    """It says who it was before, who said so, and what stood there first returns."""
    home = await live_in(house)
    number = home.of(None)[0].transaction_id
    browser = await sign_in()
    corrected = await browser.result("correct_session", session=number, person=home.ben)
    assert corrected["person"] == {"id": home.ben, "name": "Ben"}
    assert corrected["corrected"] == ["person"]
    [correction] = corrected["corrections"]
    assert (correction["before"], correction["after"]["name"]) == (None, "Ben")
    assert correction["by"]
    back = await browser.result("correct_session", session=number, take_back=["person"])
    assert (back["person"], back["corrected"]) == (None, [])
    assert back["corrections"][-1]["taken_back"] is True


async def test_no_answer_says_a_tag(house: House, sign_in: SignIn) -> None:
    """Cards are credentials: neither the list nor a session names one."""
    home = await live_in(house)
    browser = await sign_in()
    said = json.dumps(
        [
            await browser.result("sessions", folded=True, limit=200),
            await browser.result(
                "session", session=home.of(home.ada)[0].transaction_id
            ),
        ]
    )
    assert home.of(home.ada)[0].tag in TAGS
    for tag in TAGS:
        assert tag not in said


async def test_a_session_is_told_whole(house: House, sign_in: SignIn) -> None:
    """Its half hours come to its energy, its curve reaches from end to end, and its reasons are said in words."""
    wallbox = await charging(house)
    await house.advance(timedelta(minutes=70))
    await wallbox.unplug()
    await house.advance(timedelta(minutes=2))
    browser = await sign_in()
    [row] = (await browser.result("sessions"))["sessions"]
    session = await browser.result("session", session=row["id"], language="en")
    assert sum(slot["energy"] for slot in session["slots"]) == pytest.approx(
        session["energy"], abs=1
    )
    assert len(session["slots"]) == 3
    assert 10 < len(session["samples"]) <= 600
    assert max(power for _, power, _ in session["samples"]) == pytest.approx(
        session["peak_power"]
    )
    assert [reason["text"] for reason in session["reasons"]][-1] != ""
    for reason in session["reasons"]:
        assert reason["since"] < reason["until"]
    assert session["stopped_at"] == session["reasons"][-1]["until"]


async def test_a_running_session_is_up_to_date(house: House, sign_in: SignIn) -> None:
    """What was measured a moment ago is in it."""
    wallbox = await charging(house)
    await house.advance(timedelta(minutes=40))
    browser = await sign_in()
    [row] = (await browser.result("sessions"))["sessions"]
    assert (row["stopped_at"], row["duration"]) == (None, None)
    session = await browser.result("session", session=row["id"])
    assert sum(slot["energy"] for slot in session["slots"]) == pytest.approx(
        wallbox.energy(), abs=25
    )


@pytest.mark.parametrize(
    ("command", "fields", "refusal"),
    [
        ("sessions", {"limit": 1_000_000}, "invalid_format"),
        ("sessions", {"limit": 0}, "invalid_format"),
        ("sessions", {"offset": -1}, "invalid_format"),
        ("sessions", {"offset": 2**70}, "invalid_format"),
        ("sessions", {"order": "tag"}, "invalid_format"),
        ("sessions", {"start": "0001-01-01"}, "invalid_format"),
        ("sessions", {"end": "9999-12-31"}, "invalid_format"),
        ("sessions", {"person": "' OR 1=1 --" * 20}, "invalid_format"),
        ("sessions", {"device_id": "nothing"}, "unknown_wallbox"),
        ("sessions", {"start": "2026-11-02", "end": "2026-11-01"}, "panel_no_period"),
        ("session", {"session": -1}, "invalid_format"),
        ("session", {"session": 2**64}, "invalid_format"),
        ("session", {"session": 4711}, "panel_unknown_session"),
        ("correct_session", {"session": 4711}, "panel_unknown_session"),
        ("correct_session", {"session": 1, "person": "nobody"}, "unknown_person"),
        ("correct_session", {"session": 1, "vehicle": "none"}, "unknown_vehicle"),
        ("correct_session", {"session": 1, "take_back": ["tag"]}, "invalid_format"),
        (
            "usage",
            {"start": "2026-11-02", "end": "2026-11-01", "by": "day"},
            "panel_no_period",
        ),
        (
            "usage",
            {"start": "2000-01-01", "end": "2099-12-31", "by": "day"},
            "panel_no_period",
        ),
        (
            "usage",
            {"start": "2026-11-01", "end": "2026-11-02", "by": "second"},
            "invalid_format",
        ),
    ],
)
async def test_what_makes_no_sense_is_refused(
    house: House,
    sign_in: SignIn,
    command: str,
    fields: dict[str, Any],
    refusal: str,
) -> None:
    """In words where an owner could have meant it, and the ledger is as it was."""
    await charging(house)
    browser = await sign_in()
    ledger = house.entry.runtime_data.site.ledger
    [before] = await ledger.rows(SessionFilter())
    if fields.get("session") == 1:
        fields = {**fields, "session": before.session.transaction_id}
    answer = await browser.ask(command, **fields)
    assert answer["success"] is False
    error = answer["error"]
    assert refusal in (error["code"], error.get("translation_key"))
    [after] = await ledger.rows(SessionFilter())
    assert after.session.corrected == before.session.corrected
