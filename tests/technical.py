"""Technical files, as the action makes them, and what is in them."""

from collections.abc import Mapping
from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any, Final

from custom_components.smart_charge_point.const import DOMAIN

from .house import House

MONDAY: Final = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


async def export(house: House, *identities: str, **data: Any) -> list[dict[str, Any]]:
    """Call the action for wallboxes; return what is said of their files."""
    response = await house.hass.services.async_call(
        DOMAIN,
        "export_technical_file",
        {"device_id": [house.device_id(one) for one in identities or ["WB1"]], **data},
        blocking=True,
        return_response=True,
    )
    assert response is not None
    files: Any = response["files"]
    return list(files)


def content(made: Mapping[str, Any]) -> bytes:
    """Return what is in a file."""
    return Path(made["path"]).read_bytes()


async def exported(house: House, **data: Any) -> dict[str, Any]:
    """Return the JSON file of the only wallbox."""
    [made] = await export(house, format="json", **data)
    file: dict[str, Any] = json.loads(content(made))
    return file


def verdicts(file: Mapping[str, Any]) -> dict[str, str]:
    """Return what each line came to."""
    return {line["subject"]: line["verdict"] for line in file["document"]["lines"]}


def said(file: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of each fact."""
    return {
        evidence["fact"]: evidence["value"]
        for line in file["document"]["lines"]
        for evidence in line["evidence"]
    }
