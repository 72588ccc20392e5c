"""What the wallbox's meter shows, as OCPP 1.6 section 7.43 writes it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .profile import NOMINAL_VOLTAGE


def timestamp(at: datetime) -> str:
    """Return an instant as it goes on the wire: UTC, with milliseconds only where there are any."""
    at = at.astimezone(UTC)
    precision = "milliseconds" if at.microsecond >= 1000 else "seconds"
    return at.isoformat(timespec=precision).replace("+00:00", "Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The meter at one instant: register in Wh, amperes on each of the phases in use, of so many phases there are."""

    register_wh: float
    amperes: float
    offered: float
    phases: int
    phases_in_use: int
    soc: float | None

    @property
    def power(self) -> float:
        """Watts."""
        return self.amperes * NOMINAL_VOLTAGE * self.phases_in_use


def meter_value(
    at: datetime, reading: Reading, measurands: Iterable[str], context: str
) -> dict[str, Any]:
    """Return one MeterValue with these measurands, phase by phase where a phase has its own."""
    samples: list[dict[str, Any]] = []
    for measurand in measurands:
        samples.extend(
            {"context": context} | sample for sample in _samples(measurand, reading)
        )
    return {"timestamp": timestamp(at), "sampledValue": samples}


def _phase_asked_for(measurand: str, reading: Reading) -> list[dict[str, Any]]:
    """Return the samples of a name that ends with a phase: `Current.Import.L1`."""
    name, _dot, phase = measurand.rpartition(".")
    return [
        sample for sample in _samples(name, reading) if sample.get("phase") == phase
    ]


def _samples(measurand: str, reading: Reading) -> list[dict[str, Any]]:
    base = {"format": "Raw", "measurand": measurand, "location": "Outlet"}
    match measurand:
        case "Energy.Active.Import.Register":
            return [
                {"value": str(int(reading.register_wh + 1e-6)), **base, "unit": "Wh"}
            ]
        case "Power.Active.Import":
            return [{"value": f"{reading.power:.1f}", **base, "unit": "W"}]
        case "Current.Import":
            return [
                {
                    "value": f"{_on_phase(reading, phase):.1f}",
                    **base,
                    "unit": "A",
                    "phase": f"L{phase}",
                }
                for phase in range(1, reading.phases + 1)
            ]
        case "Voltage":
            return [
                {
                    "value": f"{NOMINAL_VOLTAGE:.1f}",
                    **base,
                    "unit": "V",
                    "phase": f"L{phase}-N",
                }
                for phase in range(1, reading.phases + 1)
            ]
        case "Current.Offered":
            return [{"value": f"{reading.offered:.1f}", **base, "unit": "A"}]
        case "Power.Offered":
            return [
                {
                    "value": f"{reading.offered * NOMINAL_VOLTAGE * reading.phases:.1f}",
                    **base,
                    "unit": "W",
                }
            ]
        case "SoC" if reading.soc is not None:
            return [
                {
                    "value": f"{reading.soc * 100:.0f}",
                    **base,
                    "location": "EV",
                    "unit": "Percent",
                }
            ]
        case "Temperature":
            return [{"value": "31.0", **base, "location": "Body", "unit": "Celsius"}]
        case "Frequency":
            return [{"value": "50.0", **base}]
        case _ if ".L" in measurand:
            return _phase_asked_for(measurand, reading)
        case _:
            return []


def _on_phase(reading: Reading, phase: int) -> float:
    return reading.amperes if phase <= reading.phases_in_use else 0.0
