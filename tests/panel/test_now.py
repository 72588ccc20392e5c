"""The tab "Now": what an owner sees of a wallbox, and what they can ask of it."""

from collections.abc import Callable
import json
from pathlib import Path
import re
import time
from typing import Final

from playwright.sync_api import Locator, Page, expect
import pytest

from .conftest import PATIENCE, PHONE, OpenPanel

LIVE_POINTS: Final = 5
SEEN: Final = (
    "state => { Object.defineProperty(document, 'visibilityState', {value: state, configurable: true});"
    " document.dispatchEvent(new Event('visibilitychange')); }"
)
"""As a browser says that its page is behind another one, or in front again."""


SPAN: Final = re.compile(r"\d\d:\d\d–.*\d\d:\d\d .*([Cc]harg|[Dd]elay)")
"""From when to when, and what may be charged then, or why nothing may."""


def card(page: Page) -> Locator:
    """Return the card of the only wallbox."""
    return page.locator("smart-charge-point-connector")


def button(page: Page, name: str) -> Locator:
    """Return a button of the card."""
    return card(page).get_by_role("button", name=name, exact=True)


def charge(page: Page) -> None:
    """Let the car charge, whatever the hours and delays."""
    expect(button(page, "Charge now")).to_be_enabled()
    button(page, "Charge now").click()
    expect(card(page).locator(".sentence")).to_contain_text("Charging")
    expect(card(page).locator(".number")).to_have_text(re.compile(r"^[67]\.\d\d$"))


def until(page: Page, condition: Callable[[], bool]) -> None:
    """Return when something holds that no locator says."""
    given_up = time.monotonic() + PATIENCE / 1000
    while not condition():
        assert time.monotonic() < given_up
        page.wait_for_timeout(50)


def test_the_wallbox_is_shown_with_its_state_and_its_day(
    open_panel: OpenPanel,
) -> None:
    """Its name, one sentence, the power, and the ribbon with what it means."""
    page = open_panel()
    expect(card(page).get_by_role("heading")).to_have_text("Simulated Wallbox")
    expect(card(page).locator(".sentence")).not_to_be_empty()
    expect(card(page).get_by_role("group", name="The day around now")).to_be_visible()
    expect(card(page).locator("smart-charge-point-ribbon .caption")).to_contain_text(
        "May charge"
    )
    expect(page.locator(".sidebar-list, ha-sidebar").first).to_be_attached()


def test_charge_now_and_stop(open_panel: OpenPanel, pictures: Path) -> None:
    """Current flows at the press of a button, and stops at the press of another."""
    page = open_panel()
    charge(page)
    expect(card(page).get_by_text("This session")).to_be_visible()
    page.screenshot(path=pictures / "now.png")
    button(page, "Stop").click()
    expect(card(page).locator(".number")).to_have_text("0.00")
    expect(card(page).locator(".sentence")).not_to_contain_text("Charging now")


def test_live_power_moves_every_second(open_panel: OpenPanel) -> None:
    """The line of the latest minutes gets a point with each measurement, without the recorder."""
    page = open_panel()
    charge(page)
    line = card(page).locator("path.stroke")
    expect(line).to_be_attached()
    began = time.monotonic()

    def new_points() -> int:
        """Return how many points are of the time since: ten minutes are 1000 wide, and the oldest ones leave."""
        begins = 1000 * (1 - (time.monotonic() - began) / 600)
        drawn = re.findall(r"[ML]([\d.]+) ", line.get_attribute("d") or "")
        return sum(float(x) > begins for x in drawn)

    until(page, lambda: new_points() >= LIVE_POINTS)


def test_what_is_not_looked_at_is_not_asked_for(open_panel: OpenPanel) -> None:
    """No power is sent for a page in the background, and nothing at all for one that was left for another."""
    asked: dict[int, str] = {}

    def sent(frame: str | bytes) -> None:
        messages = json.loads(frame)
        for message in messages if isinstance(messages, list) else [messages]:
            if message["type"].startswith("smart_charge_point/"):
                asked[message["id"]] = message["type"]
            elif message["type"] == "unsubscribe_events":
                asked.pop(message["subscription"], None)

    def subscriptions() -> set[str]:
        return {kind for kind in asked.values() if "ribbon" not in kind}

    page = open_panel(on_sent=sent)
    expect(button(page, "Stop")).to_be_visible()
    overview = "smart_charge_point/panel/overview"
    power = "smart_charge_point/subscribe_power"
    until(page, lambda: subscriptions() == {overview, power})
    page.evaluate(SEEN, "hidden")
    until(page, lambda: subscriptions() == {overview})
    page.evaluate(SEEN, "visible")
    until(page, lambda: subscriptions() == {overview, power})
    page.evaluate(
        "() => { history.pushState(null, '', '/profile');"
        " window.dispatchEvent(new CustomEvent('location-changed')); }"
    )
    expect(page.locator("smart-charge-point-panel")).to_have_count(0)
    until(page, lambda: not subscriptions())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_scrolls_downwards_only(
    open_panel: OpenPanel, pictures: Path, scheme: str
) -> None:
    """Everything fits the width of a small phone, and fingers hit the buttons."""
    page = open_panel(viewport=PHONE, color_scheme=scheme, has_touch=True)
    expect(button(page, "Charge now")).to_be_visible()
    expect(card(page).locator("svg.strip")).to_be_visible()
    page.screenshot(path=pictures / f"now-phone-{scheme}.png")
    wide = page.evaluate("document.scrollingElement.scrollWidth")
    assert wide <= PHONE["width"]
    panel = page.locator("smart-charge-point-panel").bounding_box()
    assert panel is not None
    assert panel["width"] <= PHONE["width"]
    for name in ("Charge now", "Stop"):
        box = button(page, name).bounding_box()
        assert box is not None
        assert box["height"] >= 44
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= PHONE["width"]


def test_a_dark_theme_is_dark(open_panel: OpenPanel, pictures: Path) -> None:
    """Colours are the theme's: light on dark, and the other way round."""
    brightness = {}
    for scheme in ("light", "dark"):
        page = open_panel(color_scheme=scheme)
        expect(card(page).locator("svg.strip")).to_be_visible()
        brightness[scheme] = [
            sum(map(int, re.findall(r"\d+", colour)[:3]))
            for colour in card(page)
            .locator("article")
            .evaluate(
                "card => [getComputedStyle(card).color, getComputedStyle(card).backgroundColor]"
            )
        ]
        page.screenshot(path=pictures / f"now-{scheme}.png")
    ink, paper = brightness["light"]
    assert ink < paper
    ink, paper = brightness["dark"]
    assert ink > paper


def test_it_is_used_by_keyboard(open_panel: OpenPanel) -> None:
    """Buttons are reached one after the other, show that they are, and are pressed by the keyboard."""
    page = open_panel()
    expect(button(page, "Charge now")).to_be_enabled()
    button(page, "Charge now").focus()
    page.keyboard.press("Tab")
    expect(button(page, "Stop")).to_be_focused()
    outline = button(page, "Stop").evaluate(
        "each => getComputedStyle(each).outlineStyle"
    )
    assert outline == "solid"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(card(page).locator(".sentence")).to_contain_text("Charging")


def test_a_screen_reader_hears_changes_and_not_each_second(
    open_panel: OpenPanel,
) -> None:
    """The sentence is announced when it changes, the countdown never; the ribbon is said as a list."""
    page = open_panel()
    expect(card(page).locator(".sentence")).to_have_attribute("aria-live", "polite")
    for timer in card(page).get_by_role("timer").all():
        assert timer.get_attribute("aria-live") == "off"
    plan = card(page).get_by_role("list", name="The day around now")
    expect(plan.get_by_role("listitem").first).to_contain_text(re.compile(r"\d\d:\d\d"))


def test_the_ribbon_is_read_by_the_arrow_keys(open_panel: OpenPanel) -> None:
    """Half an hour further at each press; what is there is announced, and no longer once it is left."""
    page = open_panel()
    ribbon = card(page).get_by_role("group", name="The day around now")
    caption = card(page).locator("smart-charge-point-ribbon .caption")
    pointer = card(page).locator("smart-charge-point-ribbon .pointer")
    expect(caption).to_have_attribute("aria-live", "polite")
    ribbon.focus()
    page.keyboard.press("ArrowRight")
    expect(caption).to_contain_text(SPAN)
    page.keyboard.press("End")
    expect(pointer).to_have_attribute("style", re.compile(r"left: 9[78]"))
    page.keyboard.press("ArrowLeft")
    expect(pointer).to_have_attribute("style", re.compile(r"left: 9[56]"))
    page.keyboard.press("Tab")
    expect(pointer).to_have_count(0)


def test_a_point_of_the_ribbon_says_what_is_there(open_panel: OpenPanel) -> None:
    """Time and reason, under the finger or the mouse."""
    page = open_panel()
    strip = card(page).locator("svg.strip")
    expect(strip).to_be_visible()
    strip.hover(position={"x": 700, "y": 40})
    expect(card(page).locator("smart-charge-point-ribbon .caption")).to_contain_text(
        SPAN
    )
