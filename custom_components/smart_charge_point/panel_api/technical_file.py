"""The self-assessment of operation: the technical file of a wallbox, to look at and to take along; for administrators."""

from dataclasses import asdict
from typing import Any

from homeassistant.components.websocket_api.decorators import websocket_command
from homeassistant.core import HomeAssistant
import voluptuous as vol

from ..control.papers import FACTS
from ..export import LANGUAGE
from ..export_files import Downloads
from ..records.technical_file.document import Document
from ..records.technical_file.reading import ReadLine
from ..targets import target_of
from ..technical_file import (
    PaperFormat,
    async_exported,
    async_read,
    async_technical_file,
)
from .about import ID
from .access import Home, PanelRole, not_yours
from .answering import answered


@websocket_command(
    {
        vol.Required("type"): "smart_charge_point/panel/technical_file",
        vol.Required("device_id"): ID,
        vol.Optional("format"): vol.Coerce(PaperFormat),
        vol.Optional("include_personal_data", default=False): bool,
        vol.Optional("language"): LANGUAGE,
    }
)
@answered
async def technical_file(
    hass: HomeAssistant, home: Home, msg: dict[str, Any]
) -> dict[str, Any]:
    """Answer with the technical file of a wallbox in words; with `format`, with the link of its file."""
    if home.viewer.role is not PanelRole.ADMINISTRATOR:
        raise not_yours()
    controller = target_of(hass, msg["device_id"]).controller
    personal = msg["include_personal_data"]
    language = msg.get("language", hass.config.language)
    if "format" in msg:
        _, written = await async_exported(
            hass, home.entry, controller, msg["format"], language, personal=personal
        )
        url = Downloads.of(hass).offer(hass, written)
        return {"url": url, "filename": written.filename}
    made = await async_technical_file(hass, home.entry, controller, personal=personal)
    reading = await async_read(hass, made, language)
    return {
        "about": reading.about,
        "facts": reading.facts,
        "sections": [
            {
                "title": section.title,
                "lines": [_line(line, made.document) for line in section.lines],
            }
            for section in reading.sections
        ],
        "about_seal": reading.about_seal,
        "proof": reading.proof,
    }


def _line(line: ReadLine, document: Document) -> dict[str, Any]:
    """Return a line in words; `papers` says of a finding that it is what the owner can enter."""
    [kept] = [each for each in document.lines if each.subject is line.subject]
    return {
        **asdict(line),
        "findings": [
            {**asdict(read), "papers": finding.fact in FACTS}
            for read, finding in zip(line.findings, kept.findings, strict=True)
        ],
    }
