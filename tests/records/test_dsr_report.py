"""The report of an event: what was asked, what became of it, and every second of it (A9.4, D1, D3)."""

import asyncio
from dataclasses import replace
from datetime import timedelta
import json
from math import pi, sin
import threading
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_charge_point.model.dsr import (
    DsrDirection,
    DsrKind,
    DsrOutcome,
)
from custom_components.smart_charge_point.model.dsr_record import OptOut, OptOutScope
from custom_components.smart_charge_point.model.limit import Limit
from custom_components.smart_charge_point.model.trace import Coverage, TraceSample
from custom_components.smart_charge_point.records import ledger as ledger_module
from custom_components.smart_charge_point.records.dsr_report import (
    CSV_HEADER,
    DsrReport,
    as_data,
    csv_rows,
    dsr_report,
)
from custom_components.smart_charge_point.records.ledger import Ledger
from custom_components.smart_charge_point.records.trace_figures import (
    EnergySource,
    figures,
)
from custom_components.smart_charge_point.records.traces import EVERY_SECOND

from .facts import HOUR, MINUTE, NOW, SECOND, record, started, traced

TEN_MINUTES = record(
    kind=DsrKind.RESPONSE,
    direction=DsrDirection.SETPOINT,
    limit=Limit(amperes=10.0),
    end=NOW + 10 * MINUTE,
    outcome=DsrOutcome.COMPLETED,
    reason="Low frequency",
)
NOTHING_OF_A_MINUTE = {
    "seconds_measured": 0,
    "seconds_asked": 60,
    "every_second": False,
}


def _charge(first: int, last: int, watts: float = 2300.0) -> list[TraceSample]:
    return [
        traced(n, watts, watts / 230, 1e6 + watts * n / 3600)
        for n in range(first, last)
    ]


async def test_d1_a_report_shows_a_minute_before_and_after(ledger: Ledger) -> None:
    """Every second from t0 - 60 to the end + 60, and the figures of the event itself."""
    await ledger.keep_dsr_event(TEN_MINUTES)
    before, after = _charge(-100, 0), _charge(600, 700)
    told = [
        *(replace(s, power=7000.0) for s in before),
        *_charge(0, 600),
        *(replace(s, power=7000.0) for s in after),
    ]
    await ledger.add_trace("garage", 1, told)
    await ledger.add_trace("drive", 1, told)

    report = await ledger.dsr_report("garage", "axle", "e1", NOW + HOUR)

    assert report is not None
    assert report.record == TEN_MINUTES
    (measured,) = report.connectors
    assert list(measured.samples) == told[40:760]
    assert measured.whole.energy == pytest.approx(2300 / 6)
    assert measured.whole.energy_source is EnergySource.REGISTER
    assert measured.whole.mean_power == pytest.approx(2300)
    assert measured.whole.peak_power == 2300
    assert measured.whole.coverage == Coverage(present=600, asked=600)
    assert await ledger.dsr_report("garage", "axle", "e2", NOW) is None


async def test_a_planned_event_shows_its_delays_too(ledger: Ledger) -> None:
    """What happened at its edges is what a provider asks about first."""
    await ledger.keep_dsr_event(record(start_delay=120, end_delay=30, end=NOW + MINUTE))
    await ledger.add_trace("garage", 1, _charge(-300, 300))

    report = await ledger.dsr_report("garage", "axle", "e1", NOW + HOUR)

    assert report is not None
    samples = report.connectors[0].samples
    assert samples[0].at == NOW - 180 * SECOND
    assert samples[-1].at == NOW + (60 + 30 + 60 - 1) * SECOND


def test_an_event_that_was_announced_late_is_shown_from_a_minute_before_its_start() -> (
    None
):
    """Its delays come after its edges, so nothing happened before, and the ramp after its end is shown (D1)."""
    late = record(start_delay=-120, end_delay=-30, end=NOW + MINUTE)

    (shown,) = dsr_report(late, {1: _charge(-300, 300)}, NOW + HOUR).connectors

    assert shown.samples[0].at == NOW - 60 * SECOND
    assert shown.samples[-1].at == NOW + (60 + 30 + 60 - 1) * SECOND


def test_a_running_event_is_reported_as_far_as_it_has_come() -> None:
    """What has not been yet is not missing."""
    traces = {1: _charge(-60, 121)}

    (soon,) = dsr_report(TEN_MINUTES, traces, NOW - HOUR).connectors
    (running,) = dsr_report(TEN_MINUTES, traces, NOW + 120 * SECOND).connectors

    assert soon.whole.coverage == Coverage(present=0, asked=0)
    assert soon.whole.energy is None
    assert soon.whole.mean_power is None
    assert soon.periods == ()
    assert running.whole.coverage == Coverage(present=120, asked=120)
    assert running.whole.energy == pytest.approx(2300 / 30)


def test_energy_is_told_for_each_half_hour_of_the_clock() -> None:
    """From 07:40 to 08:40 there are three of them, and they add up."""
    event = record(start=NOW + 10 * MINUTE, end=NOW + 70 * MINUTE)
    traces = {1: _charge(0, 80 * 60)}

    (measured,) = dsr_report(event, traces, NOW + 2 * HOUR).connectors

    assert [(p.start, p.end) for p in measured.periods] == [
        (NOW + 10 * MINUTE, NOW + 30 * MINUTE),
        (NOW + 30 * MINUTE, NOW + 60 * MINUTE),
        (NOW + 60 * MINUTE, NOW + 70 * MINUTE),
    ]
    energies = [p.energy or 0.0 for p in measured.periods]
    assert energies == pytest.approx([2300 / 3, 2300 / 2, 2300 / 6])
    assert sum(energies) == pytest.approx(measured.whole.energy)


def test_d3_the_report_says_who_opted_out_and_is_json() -> None:
    """All times in UTC; the same report is the same text."""
    opted_out = replace(
        TEN_MINUTES,
        outcome=DsrOutcome.OVERRIDDEN,
        opt_out=OptOut(user_id="ada", at=NOW + MINUTE, scope=OptOutScope.EVENT),
    )
    data = as_data(
        dsr_report(opted_out, {2: [], 1: [traced(0, 2300.0004)]}, NOW + HOUR)
    )

    assert json.loads(json.dumps(data)) == data
    assert data == {
        "charge_point": "garage",
        "provider": "axle",
        "event_id": "e1",
        "kind": "response",
        "direction": "setpoint",
        "limit_a": 10.0,
        "start": "2026-11-02T07:30:00Z",
        "end": "2026-11-02T07:40:00Z",
        "equivalent_delay_applied": False,
        "start_delay_s": 0,
        "end_delay_s": 0,
        "reason": "Low frequency",
        "told_at": "2026-11-02T06:30:00Z",
        "outcome": "overridden",
        "opt_out": {
            "user_id": "ada",
            "at": "2026-11-02T07:31:00Z",
            "scope": "event",
        },
        "connectors": [
            {
                "connector": 1,
                "from": "2026-11-02T07:30:00Z",
                "until": "2026-11-02T07:40:00Z",
                "energy_wh": 38.333,  # held for a minute, then nothing is known
                "energy_source": "power",
                "energy_seconds": 60.0,
                "mean_power_w": 2300.0,
                "peak_power_w": 2300.0,
                "seconds_measured": 1,
                "seconds_asked": 600,
                "every_second": False,
                "before": NOTHING_OF_A_MINUTE,
                "after": NOTHING_OF_A_MINUTE,
                "half_hours": [
                    {
                        "from": "2026-11-02T07:30:00Z",
                        "until": "2026-11-02T07:40:00Z",
                        "energy_wh": 38.333,
                        "energy_source": "power",
                        "energy_seconds": 60.0,
                        "mean_power_w": 2300.0,
                        "peak_power_w": 2300.0,
                        "seconds_measured": 1,
                        "seconds_asked": 600,
                        "every_second": False,
                    }
                ],
                "samples": [
                    {
                        "at": "2026-11-02T07:30:00Z",
                        "power_w": 2300.0,
                        "current_a": None,
                        "register_wh": None,
                        "power_derived": False,
                    }
                ],
            },
            {
                "connector": 2,
                "from": "2026-11-02T07:30:00Z",
                "until": "2026-11-02T07:40:00Z",
                "energy_wh": None,
                "energy_source": "none",
                "energy_seconds": 0.0,
                "mean_power_w": None,
                "peak_power_w": None,
                "seconds_measured": 0,
                "seconds_asked": 600,
                "every_second": False,
                "before": NOTHING_OF_A_MINUTE,
                "after": NOTHING_OF_A_MINUTE,
                "half_hours": [
                    {
                        "from": "2026-11-02T07:30:00Z",
                        "until": "2026-11-02T07:40:00Z",
                        "energy_wh": None,
                        "energy_source": "none",
                        "energy_seconds": 0.0,
                        "mean_power_w": None,
                        "peak_power_w": None,
                        "seconds_measured": 0,
                        "seconds_asked": 600,
                        "every_second": False,
                    }
                ],
                "samples": [],
            },
        ],
    }


def test_a9_4_a_report_counts_the_minutes_around_an_event_apart() -> None:
    """One that nobody announced was measured every ten seconds before it, and no second of that is made up."""
    traces = {1: [*_charge(-60, 0)[::10], *_charge(0, 630)]}

    (soon,) = dsr_report(TEN_MINUTES, traces, NOW - 30 * SECOND).connectors
    (done,) = dsr_report(TEN_MINUTES, traces, NOW + HOUR).connectors

    assert soon.before.asked == 30
    assert soon.after == Coverage(present=0, asked=0)
    assert done.before == Coverage(present=6, asked=60)
    assert not done.before.every_second
    assert done.whole.coverage.every_second
    assert done.after == Coverage(present=30, asked=60)
    assert len(done.samples) == 6 + 630


@pytest.mark.parametrize(
    ("measured", "whole"),
    [
        (range(0, 601, 300), True),
        (range(540), True),
        (range(300), False),
        (range(300, 601), False),
    ],
)
def test_a9_6_an_energy_says_how_much_of_the_time_it_stands_for(
    measured: range, whole: bool
) -> None:
    """The difference of a register that was read in one half alone is not what was charged in both."""
    samples = [_charge(n, n + 1)[0] for n in measured]

    found = figures(samples, NOW, NOW + 10 * MINUTE)

    assert found.energy_source is EnergySource.REGISTER
    assert found.energy_is_whole is whole
    assert found.energy == pytest.approx(2300 * found.energy_span / HOUR)


def test_the_table_has_a_row_for_each_second() -> None:
    """Empty is not measured; a derived power says so (A9.4)."""
    traces = {
        2: [traced(5, 1.0)],
        1: [
            traced(0, 2300.0, 10.0, 1e6),
            traced(1, 0.1 + 0.2, derived=True),
            traced(2, None, 9.9),
        ],
    }

    assert list(csv_rows(dsr_report(TEN_MINUTES, traces, NOW + HOUR))) == [
        CSV_HEADER,
        ("2026-11-02T07:30:00Z", "1", "2300.0", "10.0", "1000000.0", "no"),
        ("2026-11-02T07:30:01Z", "1", "0.3", "", "", "yes"),
        ("2026-11-02T07:30:02Z", "1", "", "9.9", "", ""),
        ("2026-11-02T07:30:05Z", "2", "1.0", "", "", "no"),
    ]


def test_a9_6_missed_samples_do_not_lower_the_energy() -> None:
    """The register wins over the power, which is only asked before its first and after its last reading."""
    told = _charge(0, 3600)
    gap = [s for s in told if not 300 < (s.at - NOW).total_seconds() < 3300]

    found = figures(gap, NOW, NOW + HOUR)

    assert found.energy == pytest.approx(2300)
    assert found.coverage == Coverage(present=601, asked=3600)
    without = [replace(s, register=None) for s in gap]
    lowered = figures(without, NOW, NOW + HOUR)
    assert lowered.energy_source is EnergySource.POWER
    assert lowered.energy == pytest.approx(2300 * (660 / 3600))
    assert lowered.mean_power == pytest.approx(2300)


def test_a9_6_a_register_that_leaps_or_starts_afresh_is_no_energy() -> None:
    """Four GWh and back, and a register that begins at 0 in mid-event."""
    told = _charge(0, 3600)
    leapt = [
        replace(s, register=4e9) if n in {100, 2000} else s for n, s in enumerate(told)
    ]
    afresh = [
        s if n < 1800 else replace(s, register=(s.register or 0) - 1.0005e6)
        for n, s in enumerate(told)
    ]

    assert figures(leapt, NOW, NOW + HOUR).energy == pytest.approx(2300, abs=1)
    assert figures(afresh, NOW, NOW + HOUR).energy == pytest.approx(2300, abs=2)


async def test_a_report_that_is_older_than_30_days_still_has_its_energy(
    ledger: Ledger,
) -> None:
    """Minutes say what seconds said, by power and by register."""
    told = [traced(n, 3000 + 2000 * sin(n / 100 * pi), None, None) for n in range(600)]
    await ledger.keep_dsr_event(TEN_MINUTES)
    await ledger.add_trace("garage", 1, told)
    before = await ledger.dsr_report("garage", "axle", "e1", NOW + HOUR)
    assert await ledger.thin(NOW + EVERY_SECOND + HOUR) == 590
    after = await ledger.dsr_report("garage", "axle", "e1", NOW + HOUR)

    assert before is not None
    assert after is not None
    old, new = before.connectors[0].whole, after.connectors[0].whole
    assert new.energy == pytest.approx(old.energy)
    assert new.mean_power == pytest.approx(old.mean_power)
    assert old.coverage.every_second
    assert not new.coverage.every_second


async def test_no_wallbox_waits_for_a_report(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A day of seconds takes its time; a session is begun and answered meanwhile."""
    await ledger.keep_dsr_event(TEN_MINUTES)
    at_it, begun = threading.Event(), threading.Event()

    def slow(*measured: Any) -> DsrReport:
        at_it.set()
        assert begun.wait(60), "the session was not begun before the report was made"
        return dsr_report(*measured)

    monkeypatch.setattr(ledger_module, "dsr_report", slow)
    making = asyncio.create_task(ledger.dsr_report("garage", "axle", "e1", NOW))
    assert await asyncio.to_thread(at_it.wait, 60)
    await ledger.begin("garage", started(), NOW)
    begun.set()

    report = await making
    assert report is not None
    assert report.record == TEN_MINUTES


@given(
    st.lists(
        st.builds(
            traced,
            st.integers(-120, 720),
            st.none() | st.floats(0, 22_000),
            st.none(),
            st.none() | st.floats(allow_nan=False, allow_infinity=False),
        ),
        max_size=40,
        unique_by=lambda s: s.at,
    ),
    st.integers(-700, 1500),
)
def test_any_trace_makes_a_report(told: list[TraceSample], now: int) -> None:
    """No figure is below zero or beyond what there was, and it can be told as JSON."""
    traces = {1: sorted(told, key=lambda s: s.at)}

    report = dsr_report(TEN_MINUTES, traces, NOW + now * SECOND)

    whole = report.connectors[0].whole
    powers = [s.power for s in told if s.power is not None]
    assert whole.end - whole.start <= timedelta(minutes=10)
    assert whole.energy is None or whole.energy >= 0
    if whole.mean_power is not None:
        assert min(powers) - 1e-6 <= whole.mean_power <= max(powers) + 1e-6
    if whole.energy_source is EnergySource.POWER:
        assert whole.energy is not None
        assert whole.energy <= max(powers) / 6 + 1e-6
    json.dumps(as_data(report), allow_nan=False)
    assert len(list(csv_rows(report))) == len(report.connectors[0].samples) + 1
