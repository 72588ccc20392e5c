"""Power by volts and amperes, for wallboxes that tell none (M7)."""

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_charge_point.model.meter import (
    Measurand,
    MeterSample,
    Phase,
    Reading,
    SampleContext,
)
from custom_components.smart_charge_point.rules.power import tells_power, with_power

from .strategies import utc

LINES = (Phase.L1, Phase.L2, Phase.L3)
POWER = (Measurand.POWER, Phase.TOTAL)


def sample(values: dict[Reading, float]) -> MeterSample:
    """Return a sample of these readings."""
    return MeterSample(
        at=utc(2026, 1, 14, 21), context=SampleContext.PERIODIC, values=values
    )


def amperes(*each: float) -> dict[Reading, float]:
    """Return the currents of the phases, and their highest as the whole connector's, as they are read off the wire."""
    by_phase = {
        (Measurand.CURRENT, phase): value
        for phase, value in zip(LINES, each, strict=False)
    }
    return {**by_phase, (Measurand.CURRENT, Phase.TOTAL): max(each)}


def volts(*each: float) -> dict[Reading, float]:
    """Return the voltages of the phases, and their highest as the whole connector's."""
    by_phase = {
        (Measurand.VOLTAGE, phase): value
        for phase, value in zip(LINES, each, strict=False)
    }
    return {**by_phase, (Measurand.VOLTAGE, Phase.TOTAL): max(each)}


@pytest.mark.parametrize(
    ("told", "known", "phases", "power"),
    [
        pytest.param(
            amperes(16, 15, 14) | volts(230, 231, 232), {}, 3, 10393, id="3 phases"
        ),
        pytest.param(amperes(16) | volts(230), {}, 1, 3680, id="1 phase"),
        pytest.param(
            amperes(16, 0, 0) | volts(230, 0, 0), {}, 3, 3680, id="idle phases at 0 V"
        ),
        pytest.param(amperes(0, 0, 0) | volts(0, 0, 0), {}, 3, 0, id="idle at 0 V"),
        pytest.param(
            amperes(16, 16, 16) | {(Measurand.VOLTAGE, Phase.TOTAL): 230.0},
            {},
            3,
            11040,
            id="one voltage for all",
        ),
        pytest.param(amperes(16), volts(240), 1, 3840, id="the voltage known before"),
        pytest.param(
            {(Measurand.CURRENT, Phase.TOTAL): 10.0} | volts(230),
            {},
            1,
            2300,
            id="a current of no phase",
        ),
        pytest.param(amperes(16, 16, 16), {}, 3, None, id="no voltage"),
        pytest.param(volts(230), amperes(16), 1, None, id="no current"),
        pytest.param(
            amperes(16) | volts(230), {}, 3, None, id="one current of three phases"
        ),
        pytest.param(
            {(Measurand.CURRENT, Phase.TOTAL): 10.0} | volts(230),
            {},
            3,
            None,
            id="a current of no phase on three",
        ),
    ],
)
def test_m7_volts_times_amperes(
    told: dict[Reading, float],
    known: dict[Reading, float],
    phases: int,
    power: float | None,
) -> None:
    """Phase by phase, summed; and none at all where too little is told for it to be right."""
    assert with_power(sample(told), known, phases).values.get(POWER) == power


CURRENTS = st.lists(st.floats(-1, 100), min_size=1, max_size=3)
VOLTAGES = st.lists(st.floats(0, 300), min_size=1, max_size=3)
READINGS = st.dictionaries(
    st.tuples(st.sampled_from(Measurand), st.sampled_from(Phase)),
    st.floats(-1e4, 1e4),
)


@given(
    READINGS, READINGS, st.integers(1, 3), st.sampled_from(Phase), st.floats(-1e4, 1e4)
)
def test_m7_a_told_power_always_wins(
    told: dict[Reading, float],
    known: dict[Reading, float],
    phases: int,
    phase: Phase,
    power: float,
) -> None:
    """Whatever else is told, a sample with a power of the wallbox's own stays as it is."""
    own = sample({**told, (Measurand.POWER, phase): power})
    assert tells_power(own)
    assert with_power(own, known, phases) is own


@given(READINGS, READINGS, st.integers(1, 3))
def test_m7_nothing_else_of_a_sample_changes(
    told: dict[Reading, float], known: dict[Reading, float], phases: int
) -> None:
    """The power is added, and all that was told stays."""
    before = sample(told)
    after = with_power(before, known, phases)
    assert {key: value for key, value in after.values.items() if key in told} == told
    assert set(after.values) - set(told) <= {POWER}
    assert (after.at, after.context) == (before.at, before.context)


@given(CURRENTS, VOLTAGES)
def test_m7_the_power_is_within_what_the_readings_allow(
    currents: list[float], voltages: list[float]
) -> None:
    """Never negative, never above the highest voltage on each phase, nothing where nothing flows."""
    made = with_power(
        sample(amperes(*currents) | volts(*voltages)), {}, len(currents)
    ).values[POWER]
    flowing = sum(max(0.0, each) for each in currents)
    assert 0 <= made <= flowing * max(voltages) * (1 + 1e-9)
    if flowing == 0:
        assert made == 0


@given(st.permutations(LINES), st.lists(st.floats(0, 64), min_size=3, max_size=3))
def test_m7_phases_are_alike(order: list[Phase], currents: list[float]) -> None:
    """Which phase carries which current makes no difference."""
    told: dict[Reading, float] = {
        (Measurand.CURRENT, phase): value
        for phase, value in zip(order, currents, strict=True)
    }
    made = with_power(sample(told | volts(230, 230, 230)), {}, 3).values[POWER]
    assert made == pytest.approx(230 * sum(currents))
