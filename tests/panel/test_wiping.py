"""Data that is deleted in the panel. The last tests of the shared home: what goes here, the others look at."""

from pathlib import Path
import re

from playwright.sync_api import expect

from .conftest import OpenAs
from .shared_home import GUEST, KIM, OWNER, ROBIN


def test_s7b_three_clicks_delete_what_is_known_of_a_person(
    open_as: OpenAs, pictures: Path
) -> None:
    """Their sessions are gone from the list, others' are not; the receipt can be kept and names nobody."""
    page = open_as(OWNER, "/sessions")
    people = page.locator("td.person")
    expect(people.filter(has_text=ROBIN).first).to_be_visible()

    page.get_by_role("button", name="Delete data").click()
    dialog = page.get_by_role("dialog", name="Delete personal data")
    expect(dialog.get_by_role("radio")).not_to_have_count(0)
    page.screenshot(path=pictures / "deletion.png")
    dialog.get_by_role("radio", name=ROBIN).check()
    act = dialog.get_by_role("button", name=re.compile(r"^Delete sessions: \d+$"))
    count = act.inner_text().split()[-1]
    act.click()

    receipt = page.get_by_role("dialog", name="Receipt for the deletion")
    expect(receipt.get_by_role("heading")).to_be_focused()
    expect(receipt.get_by_role("status")).to_contain_text(f"Sessions deleted: {count}")
    page.screenshot(path=pictures / "deletion-receipt.png")
    with page.expect_download() as download:
        receipt.get_by_role("button", name="Keep the receipt").click()
    kept = download.value.path().read_text(encoding="utf-8")
    assert f"Sessions deleted: {count}" in kept
    assert ROBIN not in kept
    page.keyboard.press("Escape")
    expect(receipt).to_be_hidden()
    expect(page.get_by_role("button", name="Delete data")).to_be_focused()
    expect(people.filter(has_text=ROBIN)).to_have_count(0)
    expect(people.filter(has_text=KIM).first).to_be_visible()


def test_only_administrators_can_delete(open_as: OpenAs) -> None:
    """Kim sees their own sessions, and no way to delete anybody's; Guest sees neither."""
    page = open_as(KIM, "/sessions")
    expect(page.locator("td.person").first).to_be_visible()
    expect(page.get_by_role("button", name="Delete data")).to_have_count(0)
    page = open_as(GUEST)
    expect(page.locator("smart-charge-point-connector").first).to_be_visible()
    expect(page.get_by_role("button", name="Delete data")).to_have_count(0)
