"""Power of wallboxes that measure volts and amperes and leave it to us to multiply them (quirk M7)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from ..model.meter import Measurand, MeterSample, Phase, Reading

_LINES: Final = (Phase.L1, Phase.L2, Phase.L3)
_POWER: Final = (Measurand.POWER, Phase.TOTAL)


def tells_power(sample: MeterSample) -> bool:
    """Return whether the wallbox itself says in `sample` what power flows, of whatever phase."""
    return any(measurand is Measurand.POWER for measurand, _ in sample.values)


def with_power(
    sample: MeterSample, known: Mapping[Reading, float], phases: int
) -> MeterSample:
    """Return `sample` with the power (W) that its currents come to; as it is where it tells one, or too little for it.

    `known` are the latest readings, of which the voltages stand in for those that the sample does not tell. `phases` is
    how many the installation has: fewer currents than that would make too little power, and so make none. The power is
    the apparent one: on a car the two differ by a hundredth.
    """
    if tells_power(sample):
        return sample
    told = sample.values
    currents = {
        phase: amperes
        for phase in _LINES
        if (amperes := told.get((Measurand.CURRENT, phase))) is not None
    }
    if not currents and phases == 1:
        total = told.get((Measurand.CURRENT, Phase.TOTAL))
        currents = {} if total is None else {Phase.TOTAL: total}
    if not currents or len(currents) < phases:
        return sample
    power = 0.0
    for phase, amperes in currents.items():
        volts = _volts(told, known, phase)
        if volts is None:
            return sample
        power += volts * max(0.0, amperes)
    return replace(sample, values={**told, _POWER: power})


def _volts(
    told: Mapping[Reading, float], known: Mapping[Reading, float], phase: Phase
) -> float | None:
    """Return the voltage of a phase, else of the whole connector: many tell but one, and some tell 0 of an idle phase."""
    voltages = [
        readings[Measurand.VOLTAGE, which]
        for which in (phase, Phase.TOTAL)
        for readings in (told, known)
        if (Measurand.VOLTAGE, which) in readings
    ]
    return next(
        (volts for volts in voltages if volts), voltages[0] if voltages else None
    )
