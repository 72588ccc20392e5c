"""The demo's Home Assistant, and browsers that look at the panel in it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
import os
from pathlib import Path
import re
import signal
import subprocess
from typing import Any, Final

from playwright.sync_api import Browser, Page, expect, sync_playwright
import pytest

from ..ports import ports_of
from .shared_home import SharedHome, sign_in

ROOT: Final = Path(__file__).parents[2]
STARTED: Final = re.compile(r"http://localhost:\d+ +\(ready")
WORKER: Final = 11
"""Here nobody else works; the other tests begin at the first."""
PATIENCE: Final = 60_000
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
YEAR_TOLD: Final = 300_000
"""Milliseconds in which a wallbox has told a year of sessions there."""
DESKTOP: Final = {"width": 1280, "height": 860}
PHONE: Final = {"width": 360, "height": 780}

_PORTS: Final = ports_of(WORKER)

type OpenPanel = Callable[..., Page]
type OpenAs = Callable[..., Page]


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots are kept; PANEL_PICTURES names a folder for who wants to look at them."""
    if named := os.environ.get("PANEL_PICTURES"):
        folder = Path(named)
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[str]:
    """A Home Assistant with a wallbox, a plugged-in car and a year of sessions; where its pages are."""
    with _demo(tmp_path_factory.mktemp("home"), next(_PORTS)) as url:
        with _panels(chromium, url) as open_panel:
            # A new wallbox first tells its year, and only then of its car.
            expect(
                open_panel().get_by_role("button", name="Charge now", exact=True)
            ).to_be_enabled(timeout=YEAR_TOLD)
        yield url


@pytest.fixture(scope="session")
def shared_home(
    tmp_path_factory: pytest.TempPathFactory, chromium: Browser
) -> Iterator[SharedHome]:
    """A Home Assistant of three users, at whose wallbox two cars can charge; see `shared_home.py`."""
    folder, ocpp_port = tmp_path_factory.mktemp("shared_home"), next(_PORTS)
    with (
        _demo(folder, ocpp_port, "--wallbox", "none") as url,
        _panels(chromium, url) as open_panel,
    ):
        shared = SharedHome(url, open_panel())
        shared.move_in()
        simulator = [
            os.environ["DEMO_PYTHON"],
            *("-m", "custom_components.smart_charge_point.simulator"),
            f"ws://127.0.0.1:{ocpp_port}/TWINS",
            *("--connectors", "2", "--household", "--plugged-in"),
            *("--history", "14", "--sample-interval", "1"),
        ]
        with (
            (folder / "simulator.log").open("wb") as log,
            subprocess.Popen(  # noqa: S603 - nobody else has a say in it
                simulator, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
            ) as wallbox,
        ):
            try:
                shared.add_wallbox("TWINS")
                yield shared
            finally:
                wallbox.terminate()


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
    with _panels(chromium, home) as open_it:
        yield open_it


@pytest.fixture
def open_as(shared_home: SharedHome, chromium: Browser) -> Iterator[OpenAs]:
    """Open the panel of the shared home as one of its users, at `path` within it."""
    with _panels(chromium, shared_home.url) as open_it:

        def open_as(name: str, path: str = "", **kinds: Any) -> Page:
            state = sign_in(chromium, shared_home, name)
            return open_it(path, storage_state=state, **kinds)

        yield open_as


@contextmanager
def _demo(folder: Path, ocpp_port: int, *arguments: str) -> Iterator[str]:
    """Run the demo at ports of its own; yields where its pages are."""
    port = next(_PORTS)
    command = [
        os.environ["DEMO_PYTHON"],
        *("-m", "script.demo", "--sample-interval", "1", "--folder", str(folder)),
        *("--port", str(port), "--ocpp-port", str(ocpp_port), *arguments),
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
        try:
            yield f"http://localhost:{port}"
        finally:
            demo.send_signal(signal.SIGTERM)
            demo.communicate(timeout=180)


@contextmanager
def _panels(chromium: Browser, url: str) -> Iterator[OpenPanel]:
    """Yield what opens the panel; afterwards no script of the panel has failed."""
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
        page.goto(f"{url}/smart_charge_point{path}", wait_until="domcontentloaded")
        expect(page.locator("smart-charge-point-panel main")).to_be_visible()
        return page

    yield open_it
    for context in contexts:
        context.close()
    # Home Assistant's own scripts may fail for reasons of their own, such as having no internet.
    assert not [failure for failure in failures if "smart_charge_point" in failure]
