"""What a provider is told: that an event is not followed, and what was charged in one.

Source: OpenADR 3.0.1 and 3.1.0 Definitions, the report and operating state enumerations.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ....model.dsr import DsrEvent
from .settings import OpenAdrSettings, OpenAdrVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report of one resource about a server's event `event_id`."""

    event_id: str
    name: str
    start: datetime
    duration: timedelta
    type: str
    value: str | float
    units: str | None = None


def opted_out(event: DsrEvent, at: datetime) -> Report:
    """Return the report that an event is not followed from `at` on."""
    return Report(
        event_id=server_event_id(event),
        name="opt-out",
        start=at,
        duration=timedelta(),
        type="OPERATING_STATE",
        value="RUNNING_OPTED_OUT",
    )


def charged(event: DsrEvent, energy_wh: float) -> Report:
    """Return the report of what was charged while an event ran."""
    return Report(
        event_id=server_event_id(event),
        name="usage",
        start=event.start,
        duration=event.end - event.start,
        type="USAGE",
        value=round(energy_wh / 1000, 3),
        units="KWH",
    )


def server_event_id(event: DsrEvent) -> str:
    """Return what the server calls the event that one of ours came of. There is no point in its ids."""
    return event.event_id.split(".", maxsplit=1)[0]


def wants_usage(event: Mapping[str, Any]) -> bool:
    """Return whether an event of a server asks for a report of what was charged in it."""
    descriptors = event.get("reportDescriptors")
    return isinstance(descriptors, list) and any(
        isinstance(item, dict) and item.get("payloadType") == "USAGE"
        for item in descriptors
    )


def body(report: Report, program_id: str, settings: OpenAdrSettings) -> dict[str, Any]:
    """Return a report as the server's version of the interface wants it."""
    interval = {
        "id": 0,
        "intervalPeriod": {
            "start": f"{report.start:%Y-%m-%dT%H:%M:%SZ}",
            "duration": f"PT{round(report.duration.total_seconds())}S",
        },
        "payloads": [{"type": report.type, "values": [report.value]}],
    }
    told: dict[str, Any] = {
        "eventID": report.event_id,
        "clientName": settings.ven_name,
        "reportName": report.name,
        "resources": [
            {"resourceName": settings.resource_name, "intervals": [interval]}
        ],
    }
    if settings.version is OpenAdrVersion.V3_0:
        told["programID"] = program_id
    if report.units is not None:
        told["payloadDescriptors"] = [
            {
                "objectType": "REPORT_PAYLOAD_DESCRIPTOR",
                "payloadType": report.type,
                "readingType": "DIRECT_READ",
                "units": report.units,
            }
        ]
    return told
