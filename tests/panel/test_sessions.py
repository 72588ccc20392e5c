"""The tabs "Sessions" and "Months and year": what was charged, found, opened, summed up and taken along."""

import csv
from pathlib import Path
import re

from playwright.sync_api import Locator, Page, expect
import pytest

from .conftest import PHONE, OpenPanel
from .shared_home import ask


def rows(page: Page) -> Locator:
    """Return the rows of the table."""
    return page.locator("smart-charge-point-sessions tbody tr")


def sessions(open_panel: OpenPanel, **kinds: object) -> Page:
    """Open the list."""
    page = open_panel("/sessions", **kinds)
    expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
    return page


def settled(page: Page) -> None:
    """Return once the list shows what was asked for last."""
    expect(page.locator("smart-charge-point-sessions .list")).to_have_attribute(
        "aria-busy", "false"
    )


def figure(page: Page, tab: str, name: str) -> str:
    """Return the first figure of a name."""
    term = page.locator(f"smart-charge-point-{tab} dt", has_text=name).first
    said: str = term.locator("xpath=following-sibling::dd").inner_text()
    return said.split("\n", maxsplit=1)[0]


def number(text: str) -> float:
    """Return a figure as a number."""
    return float(re.sub(r"[^\d.]", "", text))


def test_sessions_are_listed_sorted_and_turned_page_by_page(
    open_panel: OpenPanel, pictures: Path
) -> None:
    """Latest first; by energy at the press of a head; 25 at a time."""
    page = sessions(open_panel)
    expect(rows(page)).to_have_count(25)
    page.screenshot(path=pictures / "sessions.png")
    latest = rows(page).first.inner_text()
    page.get_by_role("button", name="Next page").click()
    expect(page.get_by_role("navigation", name="Pages")).to_contain_text("26–50 of")
    expect(rows(page).first).not_to_have_text(latest)

    page.get_by_role("button", name="Energy").click()
    head = page.get_by_role("columnheader", name="Energy")
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(page.get_by_role("navigation", name="Pages")).to_contain_text("1–25 of")
    settled(page)
    energies = [
        number(text.split("\n")[0])
        for text in page.locator("td.energy").all_inner_texts()
    ]
    assert energies == sorted(energies, reverse=True)


def test_a_period_narrows_list_and_totals(open_panel: OpenPanel) -> None:
    """What is shown together is of the month then, and the short ones come when they are asked for."""
    page = sessions(open_panel)
    year = number(figure(page, "sessions", "Sessions"))
    filters = page.locator("smart-charge-point-sessions .filters")
    period = filters.get_by_role("combobox", name="Period")
    period.select_option(label="Last month")
    settled(page)
    month = number(figure(page, "sessions", "Sessions"))
    assert 0 < month < year
    period.select_option(label="All")
    page.get_by_label("Show very short ones too").check()
    settled(page)
    expect(page.get_by_text("Left out for being very short")).to_have_count(0)
    assert number(figure(page, "sessions", "Sessions")) >= year


def test_a_session_opens_by_keyboard_and_shows_all_of_itself(
    open_panel: OpenPanel, pictures: Path
) -> None:
    """Its curve is read by arrow keys; back again, the row is where one was; its address opens it too."""
    page = sessions(open_panel)
    link = rows(page).nth(4).get_by_role("link")
    day = link.inner_text()
    link.focus()
    page.keyboard.press("Enter")
    session = page.locator("smart-charge-point-session")
    expect(session.get_by_role("heading", level=2)).to_be_focused()
    expect(session.get_by_text("Meter at the start")).to_be_visible()
    curve = session.get_by_role("group", name="Power over time")
    curve.focus()
    page.keyboard.press("End")
    expect(session.locator("smart-charge-point-power-chart .caption")).to_contain_text(
        "kW"
    )
    session.get_by_text("Half hours and prices").click()
    expect(session.locator("table tbody tr").first).to_contain_text("kWh")
    page.screenshot(path=pictures / "session.png")
    address = page.url
    session.get_by_role("button", name="All sessions").click()
    expect(rows(page).nth(4).get_by_role("link")).to_be_focused()
    expect(rows(page).nth(4).get_by_role("link")).to_have_text(day)
    page.goto(address)
    expect(session.get_by_text("All figures")).to_be_visible()


def test_bars_say_what_they_stand_for_and_a_month_opens_its_days(
    open_panel: OpenPanel, pictures: Path
) -> None:
    """Twelve months; one is read by the arrow keys and opened; its days come to the month."""
    sessions(open_panel)
    page = open_panel("/months")
    months = page.locator("smart-charge-point-months")
    bars = months.locator("smart-charge-point-bars")
    figure_ = bars.locator("figure")
    expect(bars.locator("rect.energy").first).to_be_visible()
    page.screenshot(path=pictures / "months.png")
    figure_.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    caption = bars.locator(".caption")
    expect(caption).to_contain_text("kWh")
    said = caption.inner_text()
    page.keyboard.press("Enter")
    total = months.locator("section.chart dd").first
    expect(months.locator("section.chart h2")).to_have_text(said.split(":")[0])
    expect(total).to_have_text(re.split(r": |, ", said)[1].split("\n")[0])
    months.get_by_text("As a table").click()
    table = months.locator("table tbody tr")
    expect(table.nth(27)).to_be_visible()
    assert table.count() <= 31


def test_energy_cost_and_source_can_be_looked_at(open_panel: OpenPanel) -> None:
    """The bars follow, and what a colour means is said."""
    page = open_panel("/months")
    months = page.locator("smart-charge-point-months")
    expect(months.locator("rect.energy").first).to_be_visible()
    months.get_by_role("button", name="Cost", exact=True).click()
    expect(months.locator("rect.energy")).to_have_count(0)
    months.get_by_role("button", name="Source", exact=True).click()
    expect(months.locator(".legend")).to_contain_text(
        re.compile("Grid|Source not known")
    )


def test_any_period_can_be_looked_at(open_panel: OpenPanel) -> None:
    """Days of one's own choosing, by the day."""
    page = open_panel("/months")
    months = page.locator("smart-charge-point-months")
    months.get_by_role("button", name="Dates").click()
    chart = months.locator("section.chart")
    chart.get_by_label("From", exact=True).fill("2026-02-01")
    chart.get_by_label("To", exact=True).fill("2026-02-10")
    months.get_by_text("As a table").click()
    expect(months.locator("table tbody tr")).to_have_count(10)


@pytest.mark.parametrize(
    ("part", "opens"),
    [("months-tab", "Months and year"), ("session-view", None)],
)
def test_a_page_of_an_earlier_version_says_that_it_has_to_be_reloaded(
    open_panel: OpenPanel, part: str, opens: str | None
) -> None:
    """The files of its version are gone; once it is reloaded, those of the new one are there."""
    page = sessions(open_panel)
    page.route(
        re.compile(rf"/{part}-[^/]*\.js$"), lambda route: route.fulfill(status=404)
    )
    if opens is None:
        rows(page).nth(2).get_by_role("link").click()
    else:
        page.get_by_role("tab", name=opens).click()
    notice = page.get_by_role("alert")
    expect(notice).to_contain_text("Reload it")
    page.unroute_all()
    notice.get_by_role("button", name="Reload").click()
    expect(page.locator("main .card").first).to_be_visible()
    expect(notice).to_have_count(0)


@pytest.mark.parametrize("tab", ["sessions", "months"])
def test_a_file_is_downloaded(open_panel: OpenPanel, tab: str) -> None:
    """What is looked at is what the dialog begins with; the browser saves the file."""
    sessions(open_panel)
    page = open_panel(f"/{tab}")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    path = download.value.path()
    lines = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    assert len(lines) > 10
    expect(page.get_by_text("Your browser saves it")).to_be_visible()


@pytest.mark.parametrize("kind", ["xlsx", "pdf"])
def test_other_files_are_what_they_are_called(open_panel: OpenPanel, kind: str) -> None:
    """Excel's and PDF."""
    page = sessions(open_panel)
    page.get_by_role("button", name="Export").click()
    page.get_by_label("File").select_option(value=kind)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename.endswith(f".{kind}")
    beginning = Path(download.value.path()).read_bytes()[:4]
    assert beginning == {"xlsx": b"PK\x03\x04", "pdf": b"%PDF"}[kind]


@pytest.mark.parametrize("path", ["/sessions", "/months"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_scrolls_downwards_only(
    open_panel: OpenPanel, pictures: Path, path: str, scheme: str
) -> None:
    """Rows are cards there, and nothing is wider than the screen."""
    sessions(open_panel)
    page = open_panel(path, viewport=PHONE, color_scheme=scheme, has_touch=True)
    expect(page.locator("main .card dd").first).to_be_visible()
    page.screenshot(path=pictures / f"{path[1:]}-phone-{scheme}.png")
    widths = page.locator("smart-charge-point-panel").evaluate(
        "panel => [panel.scrollWidth, document.scrollingElement.scrollWidth]"
    )
    assert max(widths) <= PHONE["width"]
    if path == "/months":
        # Each month has its letter, where names have no room.
        expect(page.locator("smart-charge-point-bars .axis span")).to_have_text(
            [re.compile("^[JFMASOND]$")] * 12
        )
    if path == "/sessions":
        box = rows(page).first.bounding_box()
        assert box is not None
        assert box["width"] <= PHONE["width"]
        rows(page).nth(2).click()
        expect(page.locator("smart-charge-point-session h2")).to_be_visible()


def test_a_page_read_from_right_to_left_keeps_figures_whole(
    open_panel: OpenPanel, pictures: Path
) -> None:
    """In a language that the panel does not speak: a number stays in front of its unit, and nothing is too wide."""
    owner = open_panel()
    before = ask(owner, "frontend/get_user_data", key="language")["value"]
    language = {**(before or {}), "language": "he"}
    ask(owner, "frontend/set_user_data", key="language", value=language)
    try:
        for path in ("/sessions", "/months"):
            page = open_panel(path, viewport=PHONE)
            expect(page.locator("html")).to_have_attribute("dir", "rtl")
            expect(page.locator("main .card dd").first).to_be_visible()
            energy = page.locator("main .card dd", has_text="kWh").first
            expect(energy).to_have_text(re.compile("^\u2068[\\d.,]+\\s*kWh\u2069$"))
            page.screenshot(path=pictures / f"{path[1:]}-right-to-left.png")
            wide = page.locator("smart-charge-point-panel").evaluate(
                "panel => panel.scrollWidth"
            )
            assert wide <= PHONE["width"]
    finally:
        ask(owner, "frontend/set_user_data", key="language", value=before)


@pytest.mark.parametrize("path", ["/sessions", "/months"])
def test_a_dark_theme_is_dark(open_panel: OpenPanel, pictures: Path, path: str) -> None:
    """Colours are the theme's, those of fields and charts too."""
    for scheme in ("light", "dark"):
        page = open_panel(path, color_scheme=scheme)
        card = page.locator("main .card").first
        expect(card).to_be_visible()
        page.screenshot(path=pictures / f"{path[1:]}-{scheme}.png")
        ink, paper = card.evaluate(
            "card => [getComputedStyle(card).color, getComputedStyle(card).backgroundColor]"
            ".map(each => each.match(/\\d+/g).slice(0, 3).map(Number).reduce((a, b) => a + b))"
        )
        assert (ink > paper) is (scheme == "dark")
