"""The technical file of a wallbox: put together from evidence, sealed, and written in the owner's language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from importlib.metadata import version
from typing import Final

from homeassistant.const import __version__ as home_assistant_version
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
from homeassistant.loader import async_get_integration
from homeassistant.util import dt as dt_util, slugify

from .const import DOMAIN
from .control.controller import Controller
from .control.results import keep_result
from .control.signing import async_signing_key
from .coordinator import SmartChargePointConfigEntry
from .export_files import ExportedFile
from .model.result import FileExported
from .records.technical_file.building import document
from .records.technical_file.document import Document
from .records.technical_file.facts import Fact
from .records.technical_file.reading import Reading, Texts, keys, read
from .records.technical_file.seal import Seal, seal, write_json


class PaperFormat(StrEnum):
    """What a file is; its value is how its name ends."""

    HTML = "html"
    JSON = "json"
    PDF = "pdf"


CONTENT_TYPES: Final[Mapping[PaperFormat, str]] = {
    PaperFormat.HTML: "text/html; charset=utf-8",
    PaperFormat.JSON: "application/json",
    PaperFormat.PDF: "application/pdf",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnicalFile:
    """The document of one wallbox with its seal."""

    document: Document
    seal: Seal


async def async_technical_file(
    hass: HomeAssistant,
    entry: SmartChargePointConfigEntry,
    controller: Controller,
    *,
    personal: bool,
) -> TechnicalFile:
    """Return the technical file of a wallbox as it stands now; with personal data only where `personal` is chosen.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    evidence = await controller.async_evidence(
        await _software(hass),
        entry.runtime_data.site.server.counters,
        personal=personal,
    )
    made = document(evidence, dt_util.utcnow(), personal=personal)
    return TechnicalFile(
        document=made, seal=seal(made, await async_signing_key(hass, entry))
    )


async def async_read(
    hass: HomeAssistant, made: TechnicalFile, language: str
) -> Reading:
    """Return a technical file in a language."""
    return read(made.document, made.seal, await _texts(hass, language), language)


async def async_exported(
    hass: HomeAssistant,
    entry: SmartChargePointConfigEntry,
    controller: Controller,
    paper: PaperFormat,
    language: str,
    *,
    personal: bool,
) -> tuple[TechnicalFile, ExportedFile]:
    """Return the technical file of a wallbox, and as a file; that it was exported is kept.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    made = await async_technical_file(hass, entry, controller, personal=personal)
    written = await _written(hass, made, paper, language)
    if (firmware := made.document.value(Fact.FIRMWARE)) is not None:
        keep_result(
            entry.runtime_data.site.ledger,
            FileExported(
                at=made.document.made_at,
                charge_point=controller.identity,
                firmware=str(firmware),
            ),
        )
    return made, written


async def _written(
    hass: HomeAssistant, made: TechnicalFile, paper: PaperFormat, language: str
) -> ExportedFile:
    if paper is PaperFormat.JSON:
        content = write_json(made.document, made.seal)
    else:
        reading = await async_read(hass, made, language)
        content = await hass.async_add_executor_job(_write, reading, paper)
    return ExportedFile(
        filename=_filename(made.document, paper),
        content=content,
        content_type=CONTENT_TYPES[paper],
    )


def _write(reading: Reading, paper: PaperFormat) -> bytes:
    """Return the file; the library of PDF takes most of a second to load."""
    module = import_module(f".records.technical_file.{paper}_file", __package__)
    writer: Callable[[Reading], bytes] = getattr(module, f"write_{paper}")
    return writer(reading)


async def _software(hass: HomeAssistant) -> Mapping[Fact, str]:
    integration = await async_get_integration(hass, DOMAIN)
    return {
        Fact.INTEGRATION: str(integration.version),
        Fact.HOME_ASSISTANT: home_assistant_version,
        Fact.OCPP_LIBRARY: await hass.async_add_executor_job(version, "ocpp"),
        Fact.SOFTWARE_MANUAL: integration.documentation or "",
    }


async def _texts(hass: HomeAssistant, language: str) -> Texts:
    texts = await async_get_translations(hass, language, "common", {DOMAIN})
    return {
        key: texts[f"component.{DOMAIN}.common.technical_file_{key}"] for key in keys()
    }


def _filename(made: Document, paper: PaperFormat) -> str:
    """Return a name by make, model and firmware, as another firmware has another file."""
    parts = [
        str(value)
        for fact in (Fact.MAKE, Fact.MODEL, Fact.FIRMWARE)
        if (value := made.value(fact)) is not None
    ]
    title = slugify(" ".join(("self-assessment", *parts)), separator="-")[:120]
    return f"{title}-{made.made_at:%Y-%m-%d}.{paper}"
