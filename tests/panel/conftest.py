"""The demo's Home Assistant, and browsers that look at the panel in it."""

from collections.abc import Callable, Iterator
import os
from pathlib import Path
import re
import signal
import socket
import subprocess
from typing import Any, Final

from playwright.sync_api import Browser, Page, expect, sync_playwright
import pytest

ROOT: Final = Path(__file__).parents[2]
STARTED: Final = re.compile(r"http://localhost:\d+ +\(ready")
PATIENCE: Final = 30_000
"""Milliseconds that one step may take on a machine that others use too."""
FLAGS: Final = (
    # Chromium's own walls need rights that a container has not; it looks at nothing but this machine.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP: Final = {"width": 1280, "height": 860}
PHONE: Final = {"width": 360, "height": 780}

type OpenPanel = Callable[..., Page]


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots are kept; PANEL_PICTURES names a folder for who wants to look at them."""
    if named := os.environ.get("PANEL_PICTURES"):
        folder = Path(named)
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Home Assistant with a wallbox, a plugged-in car and a year of sessions; where its pages are."""
    port, ocpp_port = _free_port(), _free_port()
    command = [
        os.environ["DEMO_PYTHON"],
        *("-m", "script.demo", "--sample-interval", "1"),
        *("--folder", str(tmp_path_factory.mktemp("home"))),
        *("--port", str(port), "--ocpp-port", str(ocpp_port)),
    ]
    with subprocess.Popen(  # noqa: S603 - nobody else has a say in it
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as demo:
        told = ""
        assert demo.stdout is not None
        while not STARTED.search(told):
            line = demo.stdout.readline()
            assert line, f"the demo ended: {told}"
            told += line
        yield f"http://localhost:{port}"
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=60)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ["CHROMIUM"], args=list(FLAGS)
        )
        yield browser
        browser.close()


@pytest.fixture
def open_panel(home: str, chromium: Browser) -> Iterator[OpenPanel]:
    """Open the panel as the owner, at `path` within it; a script of it that fails fails the test.

    `on_sent` is called with what the page sends, `kinds` say what kind of browser it is.
    """
    failures: list[str] = []
    contexts = []

    def open_it(
        path: str = "",
        on_sent: Callable[[str | bytes], None] | None = None,
        **kinds: Any,
    ) -> Page:
        context = chromium.new_context(
            **{
                "viewport": DESKTOP,
                "color_scheme": "light",
                "locale": "en-GB",
                "reduced_motion": "reduce",
                # A service worker that has just been installed reloads the page in the middle of a test.
                "service_workers": "block",
                **kinds,
            }
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on(
            "pageerror",
            lambda error: failures.append(f"{error}\n{error.stack}"),
        )
        if on_sent is not None:
            page.on("websocket", lambda socket: socket.on("framesent", on_sent))
        page.goto(f"{home}/smart_charge_point{path}", wait_until="domcontentloaded")
        expect(page.locator("smart-charge-point-panel main")).to_be_visible()
        return page

    yield open_it
    for context in contexts:
        context.close()
    # Home Assistant's own scripts may fail for reasons of their own, such as having no internet.
    assert not [failure for failure in failures if "smart_charge_point" in failure]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
