"""The report of a demand-side response event: what was asked, what became of it, and what was measured meanwhile."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ..model.dsr_record import DsrRecord, OptOut
from ..model.trace import Coverage, TraceSample
from .seconds import coverage
from .trace_figures import TraceFigures, figures

MARGIN: Final = timedelta(seconds=60)
"""How much before and after the event is shown (requirements.md D1)."""
PERIOD: Final = timedelta(minutes=30)
"""The settlement period; energy is told for each of them (requirements.md section 4)."""
CSV_HEADER: Final = (
    "time",
    "connector",
    "power_w",
    "current_a",
    "register_wh",
    "power_derived",
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorReport:
    """What was measured at one connector.

    `whole` are the figures of the event's window as far as that has passed, `periods` those of each half-hour of it.
    `samples` also show its delays and a minute on both sides; a second that is not among them was not measured.
    `before` and `after` say how many were, outside the window and as far as that has passed: an event that nobody
    announced is measured every second from its beginning only.
    """

    connector: int
    before: Coverage
    whole: TraceFigures
    after: Coverage
    periods: tuple[TraceFigures, ...]
    samples: tuple[TraceSample, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DsrReport:
    """An event, how it stands, and what was measured at each connector, by number.

    Source: SI 2021/1467 regs. 9 and 10; requirements.md A9.4, D1, D3.
    """

    record: DsrRecord
    connectors: tuple[ConnectorReport, ...]


def shown(record: DsrRecord) -> tuple[datetime, datetime]:
    """Return the stretch [start, end) (UTC) that a report shows samples of."""
    return record.from_start - MARGIN, record.until_end + MARGIN


def dsr_report(
    record: DsrRecord, traces: Mapping[int, Sequence[TraceSample]], now: datetime
) -> DsrReport:
    """Return the report of an event by the traces of its connectors, each sorted by time and at least what is `shown`."""
    start = record.event.start
    end = max(start, min(record.event.end, now))
    first, last = shown(record)
    return DsrReport(
        record=record,
        connectors=tuple(
            ConnectorReport(
                connector=connector,
                before=coverage(samples, first, min(start, max(first, now))),
                whole=figures(samples, start, end),
                after=coverage(samples, end, min(last, max(end, now))),
                periods=tuple(
                    figures(samples, *period) for period in _periods(start, end)
                ),
                samples=tuple(s for s in samples if first <= s.at < last),
            )
            for connector, samples in sorted(traces.items())
        ),
    )


def as_data(report: DsrReport) -> dict[str, Any]:
    """Return the report as JSON can hold it: times in UTC, A per phase, W and Wh."""
    record, event = report.record, report.record.event
    return {
        "charge_point": record.charge_point,
        "provider": event.provider,
        "event_id": event.event_id,
        "kind": event.kind.value,
        "direction": event.direction.value,
        "limit_a": None if event.limit is None else event.limit.amperes,
        "start": _utc(event.start),
        "end": _utc(event.end),
        "equivalent_delay_applied": event.equivalent_delay_applied,
        "start_delay_s": event.start_delay,
        "end_delay_s": event.end_delay,
        "reason": event.reason,
        "told_at": _utc(record.told_at),
        "outcome": record.outcome.value,
        "opt_out": None if record.opt_out is None else _opt_out(record.opt_out),
        "connectors": [
            {
                "connector": measured.connector,
                **_figures(measured.whole),
                "before": _coverage(measured.before),
                "after": _coverage(measured.after),
                "half_hours": [_figures(period) for period in measured.periods],
                "samples": [_sample(sample) for sample in measured.samples],
            }
            for measured in report.connectors
        ],
    }


def csv_rows(report: DsrReport) -> Iterator[tuple[str, ...]]:
    """Return the samples as rows of a table below `CSV_HEADER`, by connector and time; empty: not measured."""
    yield CSV_HEADER
    for measured in report.connectors:
        for sample in measured.samples:
            yield (
                _utc(sample.at),
                str(measured.connector),
                _cell(sample.power),
                _cell(sample.current),
                _cell(sample.register),
                "" if sample.power is None else "yes" if sample.derived else "no",
            )


def _periods(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Return the parts of [start, end) by half-hours of the clock, which are the same in every zone of Europe."""
    while start < end:
        boundary = _EPOCH + ((start - _EPOCH) // PERIOD + 1) * PERIOD
        yield start, min(boundary, end)
        start = min(boundary, end)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _cell(value: float | None) -> str:
    return "" if value is None else str(_rounded(value))


def _opt_out(opt_out: OptOut) -> dict[str, Any]:
    return {
        "user_id": opt_out.user_id,
        "at": _utc(opt_out.at),
        "scope": opt_out.scope.value,
    }


def _figures(of: TraceFigures) -> dict[str, Any]:
    return {
        "from": _utc(of.start),
        "until": _utc(of.end),
        "energy_wh": _rounded(of.energy),
        "energy_source": of.energy_source.value,
        "energy_seconds": _rounded(of.energy_span.total_seconds()),
        "mean_power_w": _rounded(of.mean_power),
        "peak_power_w": _rounded(of.peak_power),
        **_coverage(of.coverage),
    }


def _coverage(of: Coverage) -> dict[str, Any]:
    return {
        "seconds_measured": of.present,
        "seconds_asked": of.asked,
        "every_second": of.every_second,
    }


def _sample(sample: TraceSample) -> dict[str, Any]:
    return {
        "at": _utc(sample.at),
        "power_w": _rounded(sample.power),
        "current_a": _rounded(sample.current),
        "register_wh": _rounded(sample.register),
        "power_derived": sample.derived,
    }
