"""What programs can tell of accessibility: names, roles, headings, contrast, by the rules of axe-core."""

from typing import Any, Final

from playwright.sync_api import Page, expect
import pytest

from .conftest import ROOT, OpenPanel

AXE: Final = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


def problems(page: Page) -> list[dict[str, Any]]:
    """Return which rules the panel breaks, and where; what Home Assistant puts around it is its own."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = page.locator("smart-charge-point-panel").evaluate(
        "async panel => (await axe.run(panel)).violations"
        ".map(({help, nodes}) => ({help, at: nodes.map(({html}) => html)}))"
    )
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_tab_keeps_the_rules_of_accessibility(
    open_panel: OpenPanel, scheme: str
) -> None:
    """Wallboxes, sessions, one of them, months with their table, the self-assessment, and the dialogs."""
    page = open_panel(color_scheme=scheme)
    expect(page.locator("smart-charge-point-ribbon .caption")).to_contain_text("charge")
    assert problems(page) == []

    page.get_by_role("tab", name="Sessions").click()
    expect(page.locator("smart-charge-point-sessions tbody tr")).to_have_count(25)
    assert problems(page) == []
    for opens, title, asks in (
        ("Export", "Export", "combobox"),
        ("Delete data …", "Delete personal data", "radio"),
    ):
        page.get_by_role("button", name=opens, exact=True).click()
        dialog = page.get_by_role("dialog", name=title)
        expect(dialog.get_by_role(asks).first).to_be_visible()
        assert problems(page) == []
        dialog.get_by_role("button", name="Close").click()
    page.locator("smart-charge-point-sessions tbody tr").nth(3).click()
    expect(page.get_by_text("All figures")).to_be_visible()
    page.get_by_text("Half hours and prices").click()
    assert problems(page) == []

    page.get_by_role("tab", name="Months and year").click()
    expect(page.locator("smart-charge-point-bars rect").first).to_be_visible()
    page.get_by_text("As a table").click()
    page.get_by_role("button", name="Source", exact=True).click()
    expect(page.locator("smart-charge-point-months .legend")).to_be_visible()
    assert problems(page) == []

    page.get_by_role("tab", name="Self-assessment").click()
    page.locator("smart-charge-point-assessment summary").first.click()
    assert problems(page) == []
