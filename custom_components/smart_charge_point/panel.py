"""The panel "Charging" in Home Assistant's sidebar: where its files are, and who serves them."""

from collections.abc import Mapping
from dataclasses import dataclass
import gzip
from http import HTTPStatus
import json
import logging
from pathlib import Path
from typing import Final

from aiohttp import hdrs
from aiohttp.web import Request, Response
from homeassistant.components.frontend import async_remove_panel
from homeassistant.components.http.static import CACHE_HEADERS
from homeassistant.components.panel_custom import async_register_panel
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.http import HomeAssistantView
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
    """The panel as it was built, by the names of its files. `module` is the one that the browser begins with."""

    contents: Mapping[str, bytes]
    compressed: Mapping[str, bytes]
    module: str


FILES: Final[HassKey[PanelFiles]] = HassKey(f"{DOMAIN}_panel_files")


class PanelFilesView(HomeAssistantView):
    """Serves the panel that belongs to the integration as it runs.

    An update replaces the files under a Home Assistant that goes on with the integration it has loaded until it is
    restarted; so they are read once.
    """

    requires_auth = False
    url = f"{FILES_URL}/{{name}}"
    name = f"{DOMAIN}:panel"

    def __init__(self, files: PanelFiles) -> None:
        """Take the files."""
        self._files = files

    async def get(self, request: Request, name: str) -> Response:
        """Answer with a file; of another version of the panel there is none."""
        if name not in self._files.contents:
            return Response(status=HTTPStatus.NOT_FOUND)
        # Each file's name changes with its content.
        headers = {**CACHE_HEADERS, hdrs.VARY: hdrs.ACCEPT_ENCODING}
        body = self._files.contents[name]
        if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            headers[hdrs.CONTENT_ENCODING] = "gzip"
            body = self._files.compressed[name]
        return Response(
            body=body, content_type="text/javascript", charset="utf-8", headers=headers
        )


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
    hass.http.register_view(PanelFilesView(files))


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
    """Return the panel in `folder`, None where none was built, or not the whole of it is there."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        contents = {
            chunk["file"]: (folder / chunk["file"]).read_bytes()
            for chunk in manifest.values()
        }
        return PanelFiles(
            contents=contents,
            compressed={name: gzip.compress(each) for name, each in contents.items()},
            module=manifest[ENTRY]["file"],
        )
    except OSError, ValueError, KeyError:
        return None
