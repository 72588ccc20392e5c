"""The panel in the sidebar: there when it was built, and gone when the integration is."""

from http import HTTPStatus
import json
from pathlib import Path
import shutil
from typing import Final

from homeassistant.components.frontend import DATA_PANELS
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.smart_charge_point import panel
from custom_components.smart_charge_point.const import DOMAIN

from ..house import House

SCRIPT: Final = "export {};\n"
MANIFEST: Final = json.dumps({panel.ENTRY: {"file": "panel-1234.js"}})


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where the panel would be built."""
    folder = tmp_path / "dist"
    monkeypatch.setattr(panel, "BUILT", folder)
    return folder


def build(folder: Path, manifest: str = MANIFEST, name: str = "panel-1234.js") -> None:
    """Build something that looks like the panel."""
    folder.mkdir()
    (folder / name).write_text(SCRIPT, encoding="utf-8")
    (folder / "manifest.json").write_text(manifest, encoding="utf-8")


async def test_the_panel_is_in_the_sidebar_while_the_integration_runs(
    house: House, built: Path, hass_client: ClientSessionGenerator
) -> None:
    """For all users; its files are served for good, since each one's name changes with its content."""
    build(built)
    await house.set_up("WB1")
    shown = house.hass.data[DATA_PANELS][DOMAIN]
    assert shown.sidebar_title == "Charging"
    assert shown.sidebar_icon == "mdi:ev-station"
    assert shown.require_admin is False
    assert shown.config is not None
    client = await hass_client()
    response = await client.get(shown.config["_panel_custom"]["module_url"])
    assert response.status == 200
    assert "max-age" in response.headers["Cache-Control"]
    assert response.content_type == "text/javascript"
    assert await response.text() == SCRIPT

    await house.stop()
    assert DOMAIN not in house.hass.data[DATA_PANELS]
    await house.start()
    assert DOMAIN in house.hass.data[DATA_PANELS]


async def test_the_sidebar_speaks_the_homes_language(house: House, built: Path) -> None:
    """As the rest of Home Assistant's sidebar does."""
    build(built)
    house.hass.config.language = "de"
    await house.set_up("WB1")
    assert house.hass.data[DATA_PANELS][DOMAIN].sidebar_title == "Laden"


async def test_an_update_beneath_a_running_home_assistant_leaves_its_panel(
    house: House, built: Path, hass_client: ClientSessionGenerator
) -> None:
    """Until it is restarted, it goes on with the integration it has loaded, and so does the panel that belongs to it."""
    build(built)
    await house.set_up("WB1")
    shown = house.hass.data[DATA_PANELS][DOMAIN]
    assert shown.config is not None
    module = shown.config["_panel_custom"]["module_url"]
    shutil.rmtree(built)
    build(built, json.dumps({panel.ENTRY: {"file": "panel-5678.js"}}), "panel-5678.js")
    client = await hass_client()
    for accepted in ("identity", "gzip"):
        response = await client.get(module, headers={"Accept-Encoding": accepted})
        assert response.status == HTTPStatus.OK
        assert response.headers.get("Content-Encoding", "identity") == accepted
        assert await response.text() == SCRIPT
    for other in ("panel-5678.js", "manifest.json", "const.py"):
        response = await client.get(f"{panel.FILES_URL}/{other}")
        assert response.status == HTTPStatus.NOT_FOUND


NOT_WHOLE: Final = json.dumps(
    {panel.ENTRY: {"file": "panel-1234.js"}, "src/tab.ts": {"file": "tab-9.js"}}
)


@pytest.mark.parametrize("manifest", [None, "", "{}", NOT_WHOLE])
async def test_without_a_built_panel_there_is_none(
    house: House,
    built: Path,
    caplog: pytest.LogCaptureFixture,
    manifest: str | None,
) -> None:
    """A checkout in which nothing was built works; it is said once, and where to look."""
    if manifest is not None:
        build(built, manifest)
    await house.set_up("WB1")
    await house.restart()
    assert DOMAIN not in house.hass.data.get(DATA_PANELS, {})
    assert caplog.text.count("The panel is not in this installation") == 1
