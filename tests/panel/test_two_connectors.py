"""A wallbox that two cars can charge at."""

from pathlib import Path

from playwright.sync_api import expect

from .conftest import OpenAs
from .shared_home import OWNER


def test_each_connector_has_a_card_with_its_own_state(
    open_as: OpenAs, pictures: Path
) -> None:
    """The one with the car can be asked to charge, the other one says that there is no car."""
    page = open_as(OWNER)
    cards = page.locator("smart-charge-point-connector")
    expect(cards.get_by_role("heading")).to_have_text(
        ["Simulated Wallbox, connector 1", "Simulated Wallbox, connector 2"]
    )
    for number, enabled in ((0, True), (1, False)):
        now = cards.nth(number).get_by_role("button", name="Charge now", exact=True)
        expect(now).to_be_enabled(enabled=enabled)
    expect(cards.nth(1).locator(".sentence")).to_contain_text("No car")
    expect(cards.nth(0).locator(".sentence")).not_to_contain_text("No car")
    page.screenshot(path=pictures / "two-connectors.png")


def test_a_session_says_at_which_connector_it_was(
    open_as: OpenAs, pictures: Path
) -> None:
    """In the list, and among what the list can be narrowed down to."""
    page = open_as(OWNER, "/sessions")
    expect(page.locator("td.wallbox").first).to_have_text(
        "Simulated Wallbox, connector 1"
    )
    wallbox = page.get_by_role("combobox", name="Wallbox").first
    wallbox.select_option(label="Simulated Wallbox, connector 2")
    expect(page.locator("td.wallbox")).to_have_count(0)
    page.screenshot(path=pictures / "two-connectors-sessions.png")
