"""The panel "Charging" in Home Assistant's sidebar: where its files are, and who serves them."""

from dataclasses import dataclass
import json
import logging
from pathlib import Path
from typing import Final

from homeassistant.components.frontend import async_remove_panel
from homeassistant.components.http.server import StaticPathConfig
from homeassistant.components.panel_custom import async_register_panel
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN

_LOGGER = logging.getLogger(__name__)

BUILT: Final = Path(__file__).parent / "frontend" / "dist"
ENTRY: Final = "src/panel.ts"
URL_PATH: Final = DOMAIN
FILES_URL: Final = f"/{DOMAIN}_panel"
ELEMENT: Final = "smart-charge-point-panel"


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelFiles:
    """The panel as it was built. `module` is the file that the browser begins with."""

    folder: Path
    module: str


FILES: Final[HassKey[PanelFiles]] = HassKey(f"{DOMAIN}_panel_files")


async def async_setup_panel_files(hass: HomeAssistant) -> None:
    """Serve the built panel, once for as long as Home Assistant runs."""
    files = await hass.async_add_executor_job(_read, BUILT)
    if files is None:
        # Releases bring it along; a checkout of the repository has to build it.
        _LOGGER.warning(
            "The panel is not in this installation, so the sidebar has no entry for it. In a checkout, script/panel builds it"
        )
        return
    hass.data[FILES] = files
    await hass.http.async_register_static_paths(
        # Each file's name changes with its content.
        [StaticPathConfig(FILES_URL, str(files.folder), cache_headers=True)]
    )


@callback
def panel_is_there(hass: HomeAssistant) -> bool:
    """Return whether this installation has the built panel."""
    return FILES in hass.data


async def async_show_panel(hass: HomeAssistant) -> None:
    """Put the panel into everybody's sidebar; who sees what in it is the commands' business."""
    if (files := hass.data.get(FILES)) is None:
        return
    texts = await async_get_translations(
        hass, hass.config.language, "config_panel", {DOMAIN}
    )
    await async_register_panel(
        hass,
        frontend_url_path=URL_PATH,
        webcomponent_name=ELEMENT,
        sidebar_title=texts.get(f"component.{DOMAIN}.config_panel.title"),
        sidebar_icon="mdi:ev-station",
        module_url=f"{FILES_URL}/{files.module}",
        require_admin=False,
    )


@callback
def async_hide_panel(hass: HomeAssistant) -> None:
    """Take the panel out of the sidebar."""
    async_remove_panel(hass, URL_PATH, warn_if_unknown=False)


def _read(folder: Path) -> PanelFiles | None:
    """Return the panel in `folder`, None where none was built."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return PanelFiles(folder=folder, module=manifest[ENTRY]["file"])
    except OSError, ValueError, KeyError:
        return None
