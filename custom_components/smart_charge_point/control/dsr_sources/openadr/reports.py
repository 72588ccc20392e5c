"""What a provider is told: that an event is not followed, and what was charged in one.

Source: OpenADR 3.0.1 and 3.1.0 Definitions, the report and operating state enumerations.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from ....model.dsr import DsrEvent
from .settings import OpenAdrSettings, OpenAdrVersion

_USAGE: Final = "USAGE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report of one resource about a server's event `event_id`.

    `name` is its own alone, among all homes' too: some servers take a name once, and by it one is known that went out
    and was not answered.
    """

    event_id: str
    name: str
    start: datetime
    duration: timedelta
    type: str
    value: str | float
    units: str | None = None


def opt_out_name(event: DsrEvent, at: datetime, household: str) -> str:
    """Return the name of the report that a home does not follow an event from `at` on."""
    return f"opt-out-{_digest(household, event.event_id, f'{at:%Y-%m-%dT%H:%M:%SZ}')}"


def usage_name(event: DsrEvent, household: str) -> str:
    """Return the name of the report of what a home charged in an event."""
    return f"usage-{_digest(household, event.event_id)}"


def _digest(*parts: str) -> str:
    return sha256("/".join(parts).encode()).hexdigest()[:32]


def opted_out(event: DsrEvent, at: datetime, household: str) -> Report:
    """Return the report that an event is not followed from `at` on."""
    return Report(
        event_id=server_event_id(event),
        name=opt_out_name(event, at, household),
        start=at,
        duration=timedelta(),
        type="OPERATING_STATE",
        value="RUNNING_OPTED_OUT",
    )


def charged(event: DsrEvent, energy_wh: float, household: str) -> Report:
    """Return the report of what was charged while an event ran."""
    return Report(
        event_id=server_event_id(event),
        name=usage_name(event, household),
        start=event.start,
        duration=event.end - event.start,
        type=_USAGE,
        value=round(energy_wh / 1000, 3),
        units="KWH",
    )


def server_event_id(event: DsrEvent) -> str:
    """Return what the server calls the event that one of ours came of. There is no point in its ids."""
    return event.event_id.split(".", maxsplit=1)[0]


def is_wanted(report: Report, event: Mapping[str, Any]) -> bool:
    """Return whether a server wants a report of its event: what was charged in it only where it asks for that."""
    descriptors = event.get("reportDescriptors")
    return report.type != _USAGE or (
        isinstance(descriptors, list)
        and any(
            isinstance(item, dict) and item.get("payloadType") == _USAGE
            for item in descriptors
        )
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
