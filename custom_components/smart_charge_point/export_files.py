"""Where exported files go: into the media folder for good, or behind a link that lapses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import errno
from http import HTTPStatus
from pathlib import Path
import secrets
from typing import Final
from urllib.parse import quote

from aiohttp import web
from homeassistant.components.http.auth import async_sign_path
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.http import HomeAssistantView
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN

FOLDER: Final = DOMAIN
"""The folder below the media folder."""
LINK_LASTS: Final = timedelta(hours=1)
MOST_BYTES: Final = 64 * 1024 * 1024
"""Of all files behind links together; the oldest gives way."""
MOST_OF_A_NAME: Final = 100
"""Files of one name that stand beside each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """A file that was made for an owner."""

    filename: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A file in the media folder. `media_content_id` is what Home Assistant's media source calls it."""

    path: str
    media_content_id: str


async def async_store(hass: HomeAssistant, exported: ExportedFile) -> Stored:
    """Keep a file in the media folder, beside those that are there.

    Raises:
        HomeAssistantError: there is no such folder, no room or no permission.
    """
    folders = hass.config.media_dirs
    source = "local" if "local" in folders else next(iter(folders), None)
    if source is None:
        raise _failed("export_no_media_folder")
    folder = Path(folders[source]) / FOLDER
    try:
        path = await hass.async_add_executor_job(
            _keep, folder, exported.filename, exported.content
        )
    except PermissionError as error:
        raise _failed("export_not_permitted", folder=str(folder)) from error
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise _failed("export_disk_full", folder=str(folder)) from error
        raise _failed(
            "export_not_kept", folder=str(folder), error=error.strerror or str(error)
        ) from error
    return Stored(
        path=str(path),
        media_content_id=f"media-source://media_source/{source}/{FOLDER}/{path.name}",
    )


def _failed(key: str, **placeholders: str) -> HomeAssistantError:
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders=placeholders,
    )


def _keep(folder: Path, filename: str, content: bytes) -> Path:
    """Write a file whole or not at all, under a name that no other file has, and return where it is."""
    folder.mkdir(parents=True, exist_ok=True)
    path = _reserved(folder, filename)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        part.write_bytes(content)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        path.unlink(missing_ok=True)
        raise
    return path


def _reserved(folder: Path, filename: str) -> Path:
    """Return the path of a new, empty file that bears the name, with a number where that is taken."""
    plain = folder / filename
    for number in range(1, MOST_OF_A_NAME + 1):
        numbered = f"{plain.stem}-{number}{plain.suffix}"
        path = plain if number == 1 else plain.with_name(numbered)
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            continue
        return path
    raise FileExistsError(errno.EEXIST, "Too many files of this name", str(plain))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    """A file behind a link, until it lapses."""

    exported: ExportedFile
    lapses: datetime


class Downloads:
    """Files behind links. They are in memory only: a link lapses when Home Assistant restarts."""

    def __init__(self) -> None:
        """Offer nothing."""
        self._offers: dict[str, _Offer] = {}

    @staticmethod
    @callback
    def of(hass: HomeAssistant) -> Downloads:
        """Return the downloads of this Home Assistant."""
        return hass.data[_DOWNLOADS]

    @callback
    def offer(self, hass: HomeAssistant, exported: ExportedFile) -> str:
        """Return a link to a file, good for `LINK_LASTS` for whoever has it, without signing in."""
        now = dt_util.utcnow()
        self._let_lapse(now)
        token = secrets.token_urlsafe(16)
        self._offers[token] = _Offer(exported=exported, lapses=now + LINK_LASTS)
        while (
            sum(len(offer.exported.content) for offer in self._offers.values())
            > MOST_BYTES
            and len(self._offers) > 1
        ):
            del self._offers[next(iter(self._offers))]
        path = f"/api/{DOMAIN}/export/{token}/{quote(exported.filename)}"
        return async_sign_path(hass, path, LINK_LASTS)

    @callback
    def file(self, token: str, filename: str) -> ExportedFile | None:
        """Return the file behind a link, None where there is none any more."""
        self._let_lapse(dt_util.utcnow())
        offer = self._offers.get(token)
        if offer is None or offer.exported.filename != filename:
            return None
        return offer.exported

    @callback
    def withdraw(self) -> None:
        """Let all links lapse."""
        self._offers.clear()

    def _let_lapse(self, now: datetime) -> None:
        for token in [
            token for token, offer in self._offers.items() if offer.lapses <= now
        ]:
            del self._offers[token]


_DOWNLOADS: Final[HassKey[Downloads]] = HassKey(f"{DOMAIN}_downloads")


class DownloadView(HomeAssistantView):
    """Gives a file to whoever has its signed link."""

    url = f"/api/{DOMAIN}/export/{{token}}/{{filename}}"
    name = f"api:{DOMAIN}:export"

    def __init__(self, downloads: Downloads) -> None:
        """Give out the files of `downloads`."""
        self._downloads = downloads

    async def get(
        self, request: web.Request, token: str, filename: str
    ) -> web.Response:
        """Return the file."""
        exported = self._downloads.file(token, filename)
        if exported is None:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        return web.Response(body=exported.content, headers=_headers(exported))


def _headers(exported: ExportedFile) -> Mapping[str, str]:
    """Return headers with which a browser saves the file, shows nothing of it and keeps no copy."""
    return {
        "Content-Type": exported.content_type,
        "Content-Disposition": f'attachment; filename="{exported.filename}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }


@callback
def async_setup_downloads(hass: HomeAssistant) -> None:
    """Register the address of downloads."""
    downloads = hass.data[_DOWNLOADS] = Downloads()
    hass.http.register_view(DownloadView(downloads))
