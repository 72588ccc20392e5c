"""How quirky wallboxes tell what they have measured: MeterValues payloads, bent after they were built right."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from .quirks import PhaseStyle, Quirks, ValueStyle

type Sample = dict[str, Any]
type Payload = dict[str, Any]

_REGISTER = "Energy.Active.Import.Register"
_POWER = "Power.Active.Import"
_PER_PHASE = frozenset({"Current.Import", "Voltage"})


class MeterQuirks:
    """Bends MeterValues. It remembers what its quirks need: registers told, and ids used."""

    def __init__(self, quirks: Quirks) -> None:
        """Bend as these quirks say."""
        self._quirks = quirks
        self._registers = 0
        self._begin: dict[int, Sample] = {}
        self._last_id: int | None = None

    def began(self, connector: int, meter_start: int) -> None:
        """Remember the register at the beginning of a transaction."""
        self._begin[connector] = {
            "value": str(meter_start),
            "context": "Transaction.Begin",
            "format": "Raw",
            "measurand": _REGISTER,
            "location": "Outlet",
            "unit": "Wh",
        }

    def bend(self, payload: Payload) -> Payload | None:
        """Return a MeterValues payload as it is sent; None if it is not sent."""
        quirks = self._quirks
        in_transaction = "transactionId" in payload
        if quirks.no_idle_values and not in_transaction:
            return None
        bent = dict(payload)
        self._bend_identifier(bent)
        values = []
        for value in payload["meterValue"]:
            samples = list(self._samples(value["sampledValue"]))
            if quirks.repeats_begin_register and in_transaction:
                begin = self._begin.get(payload["connectorId"])
                samples = [*([begin] if begin else []), *samples]
            values.append(
                {"timestamp": self._time(value["timestamp"]), "sampledValue": samples}
            )
        if quirks.bucket_per_measurand:
            values = [
                {"timestamp": value["timestamp"], "sampledValue": [sample]}
                for value in values
                for sample in value["sampledValue"]
            ]
        bent["meterValue"] = values
        if quirks.meter_on_connector_zero:
            bent["connectorId"] = 0
        return bent

    def _bend_identifier(self, payload: Payload) -> None:
        quirks = self._quirks
        if "transactionId" in payload:
            if quirks.own_transaction_id is not None:
                payload["transactionId"] = quirks.own_transaction_id
            self._last_id = payload["transactionId"]
        elif quirks.idle_transaction_id is not None:
            payload["transactionId"] = quirks.idle_transaction_id
        elif quirks.keeps_last_transaction_id and self._last_id is not None:
            payload["transactionId"] = self._last_id

    def _samples(self, samples: list[Sample]) -> Iterator[Sample]:
        quirks = self._quirks
        idle = all(
            float(sample["value"]) == 0
            for sample in samples
            if sample["measurand"] in {_POWER, "Current.Import"}
        )
        units = dict(quirks.units)
        for place, original in enumerate(samples):
            sample = dict(original)
            measurand = sample["measurand"]
            if quirks.no_power and measurand == _POWER:
                continue
            if quirks.no_idle_voltage and idle and measurand == "Voltage":
                sample["value"] = "0.0"
            if measurand == _REGISTER:
                self._bend_register(sample)
            if measurand in units:
                unit = units[measurand]
                if unit is None:
                    sample.pop("unit", None)
                else:
                    sample["unit"] = unit
            self._bend_context(sample, place)
            for told in self._phases(sample):
                yield self._styled(told)

    def _bend_register(self, sample: Sample) -> None:
        self._registers += 1
        if self._quirks.register_glitches and self._registers % 10 == 0:
            sample["value"] = "0"
        if self._quirks.register_in_kwh:
            sample["value"] = f"{float(sample['value']) / 1000:.3f}"
            sample["unit"] = "kWh"

    def _bend_context(self, sample: Sample, place: int) -> None:
        context = self._quirks.context
        if context:
            sample["context"] = context
        elif context is not None and place % 2:
            del sample["context"]

    def _phases(self, sample: Sample) -> Iterator[Sample]:
        """Yield what is told of a sample as to its phase."""
        measurand, phase = sample["measurand"], sample.get("phase")
        if self._quirks.direct_current and measurand in _PER_PHASE:
            if phase in {"L1", "L1-N"}:
                value = "400.0" if measurand == "Voltage" else sample["value"]
                yield {
                    name: field for name, field in sample.items() if name != "phase"
                } | {"value": value}
            return
        match self._quirks.phase_style:
            case PhaseStyle.ONLY_FIRST if phase in {"L2", "L3", "L2-N", "L3-N"}:
                return
            case PhaseStyle.WITH_NEUTRAL if measurand == "Current.Import":
                yield sample | {"phase": f"{phase}-N"}
            case PhaseStyle.WITH_NEUTRAL if measurand == _POWER:
                yield sample | {"phase": "L1-N"}
            case PhaseStyle.LONE_NEUTRAL if measurand == "Voltage":
                if phase == "L1-N":
                    yield sample | {"phase": "N"}
            case PhaseStyle.REGISTER_ON_FIRST if measurand == _REGISTER:
                yield sample | {"phase": "L1"}
            case PhaseStyle.ZEROS if measurand == _POWER:
                yield sample | {"phase": "L1"}
                yield sample | {"phase": "L2", "value": "0.0"}
                yield sample | {"phase": "L3", "value": "0.0"}
            case _:
                yield sample

    def _styled(self, sample: Sample) -> Sample:
        if sample["measurand"] in self._quirks.empty_measurands:
            return sample | {"value": ""}
        match self._quirks.value_style:
            case ValueStyle.BLANK_IN_FRONT:
                return sample | {"value": f" {sample['value']}"}
            case ValueStyle.NUMBER:
                return sample | {"value": float(sample["value"])}
            case ValueStyle.EMPTY:
                return sample | {"value": ""}
            case _:
                return sample

    def _time(self, text: str) -> str:
        if self._quirks.samples_in_2020:
            return f"2020{text[4:]}"
        return local_time(text, self._quirks.utc_offset)


def local_time(text: str, offset: timedelta | None) -> str:
    """Return a timestamp written with an offset; unchanged for None."""
    if offset is None:
        return text
    return datetime.fromisoformat(text).astimezone(timezone(offset)).isoformat()
