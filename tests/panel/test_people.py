"""Who is no administrator: what the panel lets them do and see at the home of somebody else."""

from pathlib import Path
import re

from playwright.sync_api import Locator, Page, expect

from .conftest import OpenAs
from .shared_home import DOMAIN, GUEST, KIM, OWNER, ROBIN, SharedHome, refusal


def first_card(page: Page) -> Locator:
    """Return the card of the connector that has the car."""
    return page.locator("smart-charge-point-connector").first


def button(page: Page, name: str) -> Locator:
    """Return a button of that card."""
    return first_card(page).get_by_role("button", name=name, exact=True)


def exported(page: Page, picture: Path) -> str:
    """Return the file of the sessions that are shown."""
    page.get_by_role("button", name="Export").click()
    download_button = page.get_by_role("button", name="Download")
    expect(download_button).to_be_visible()
    page.screenshot(path=picture)
    with page.expect_download() as download:
        download_button.click()
    text: str = download.value.path().read_text(encoding="utf-8-sig")
    page.get_by_role("button", name="Close").click()
    expect(download_button).to_be_hidden()
    return text


def test_who_has_no_right_reads_why(open_as: OpenAs, pictures: Path) -> None:
    """The button is disabled and described by the reason; there is nothing but the connectors to look at."""
    page = open_as(GUEST)
    now = button(page, "Charge now")
    expect(now).to_be_disabled()
    expect(now).to_have_accessible_description(
        re.compile("^Only administrators and people who may charge now")
    )
    page.screenshot(path=pictures / "people-guest.png")
    expect(page.get_by_role("tab")).to_have_count(0)


def test_who_has_the_right_lets_the_car_charge(open_as: OpenAs, pictures: Path) -> None:
    """One press, and the wallbox charges; everybody who looks sees it."""
    page, others = open_as(KIM), open_as(GUEST)
    expect(button(page, "Charge now")).to_be_enabled()
    button(page, "Charge now").click()
    for each in (page, others):
        expect(first_card(each).locator(".sentence")).to_contain_text(
            "Charging now, whatever the charging hours"
        )
        expect(first_card(each).locator(".number")).to_have_text(
            re.compile(r"^[67]\.\d\d$")
        )
    page.screenshot(path=pictures / "people-kim.png")


def test_only_own_sessions_are_listed_and_exported(
    open_as: OpenAs, pictures: Path
) -> None:
    """The owner's list has Robin's too, Kim's has nobody's but Kim's, nor has the file; Guest's is not there."""
    names, files = {}, {}
    for name in (OWNER, KIM):
        page = open_as(name, "/sessions")
        expect(page.locator("td.person").first).to_be_visible()
        files[name] = exported(page, pictures / f"people-{name.lower()}-export.png")
        names[name] = set(page.locator("td.person").all_inner_texts())
    assert names[OWNER] >= {KIM, ROBIN}
    assert names[KIM] == {KIM}
    assert KIM in files[OWNER]
    assert ROBIN in files[OWNER]
    assert KIM in files[KIM]
    assert ROBIN not in files[KIM]
    page.screenshot(path=pictures / "people-kim-sessions.png")
    expect(page.get_by_role("tab")).to_have_text(["Now", "Sessions", "Months and year"])
    expect(page.get_by_role("combobox", name="Person")).to_have_count(0)

    for path in ("/sessions", "/assessment"):
        page = open_as(GUEST, path)
        expect(first_card(page)).to_be_visible()
        expect(page.get_by_role("button", name="Export")).to_have_count(0)
    page = open_as(KIM, "/assessment")
    expect(first_card(page)).to_be_visible()


def test_the_address_of_another_ones_session_opens_nothing(open_as: OpenAs) -> None:
    """Who is given it reads that it is not there."""
    page = open_as(OWNER, "/sessions")
    row = page.locator("smart-charge-point-sessions tbody tr", has_text=ROBIN).first
    path = row.get_by_role("link").get_attribute("href")
    assert path is not None
    path = path.removeprefix("/smart_charge_point")
    session = open_as(OWNER, path).locator("smart-charge-point-session")
    expect(session.get_by_text("All figures")).to_be_visible()
    session = open_as(KIM, path).locator("smart-charge-point-session")
    expect(session.get_by_role("alert")).to_be_visible()
    expect(session.get_by_text("All figures")).to_have_count(0)


def test_a_file_of_anothers_sessions_is_refused_whoever_asks(
    open_as: OpenAs, shared_home: SharedHome
) -> None:
    """Not only is there no button for it: the browser of Kim or Guest that asks gets none, the owner's does."""
    persons = shared_home.command(f"{DOMAIN}/panel/sessions")["persons"]
    [robin] = [each["id"] for each in persons if each["name"] == ROBIN]
    wish = {
        "kind": "sessions",
        "format": "csv",
        "start": "2026-01-01",
        "end": "2026-12-31",
        "person": robin,
        "language": "en",
    }
    said = {
        name: refusal(open_as(name), f"{DOMAIN}/panel/export", **wish)
        for name in (OWNER, KIM, GUEST)
    }
    assert said == {OWNER: None, KIM: "unauthorized", GUEST: "unauthorized"}
