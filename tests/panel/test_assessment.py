"""The self-assessment in a real browser, of the demo's Home Assistant."""

from pathlib import Path
import re

from playwright.sync_api import expect

from .conftest import OpenPanel


def test_the_self_assessment_is_shown_line_by_line_and_downloaded(
    open_panel: OpenPanel, pictures: Path
) -> None:
    """A line opens to its evidence, and the file that comes is the document."""
    page = open_panel()
    page.get_by_role("tab", name="Self-assessment").click()
    line = page.locator("details", has_text="Encrypted connection")
    expect(line.locator(".verdict")).to_have_text("Not met")
    line.locator("summary").click()
    expect(line.locator("dd")).to_contain_text(re.compile(r"none\s+seen .* UTC"))
    page.screenshot(path=pictures / "assessment.png")
    with page.expect_download() as download:
        page.get_by_role("button", name="PDF").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")


def test_a_line_leads_to_where_its_papers_are_entered(open_panel: OpenPanel) -> None:
    """To the settings of the integration, where the wallbox can be changed."""
    page = open_panel("/assessment")
    line = page.locator("details", has_text="Who is responsible")
    line.locator("summary").click()
    line.get_by_role("link", name="Open the settings").click()
    expect(page).to_have_url(
        re.compile("/config/integrations/integration/smart_charge_point$")
    )
    expect(page.get_by_text("Simulated Wallbox").first).to_be_visible()
