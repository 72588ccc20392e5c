"""Repairs of single sampled values: the part of OCPP 1.6 that wallboxes write in the most ways.

Each takes one sampled value, mends it in place and says whether it did.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from ..link import Payload
from .meter_values import CONTEXTS, MEASURANDS, PHASES, UNITS
from .shapes import number
from .words import LONGEST_WORD, SAMPLED_WORDS, recognise

type SampledRepairer = Callable[[Payload], bool]


def mend_sampled(values: Iterable[Payload]) -> Counter[str]:
    """Mend sampled values in place; return in how many of them each repair was made."""
    counts: Counter[str] = Counter()
    for sampled in values:
        for name, repairer in SAMPLED_REPAIRS:
            if repairer(sampled):
                counts[name] += 1
    return counts


def null_field(sampled: Payload) -> bool:
    """Firmware that knows no absent fields sends `null` for them."""
    if None not in sampled.values():
        return False
    for name in [name for name, told in sampled.items() if told is None]:
        del sampled[name]
    return True


def number_in_value(sampled: Payload) -> bool:
    """The value is a JSON number instead of a text (M2: OpenEVSE)."""
    value = sampled.get("value")
    if not number(value):
        return False
    sampled["value"] = repr(value)
    return True


def comma_in_value(sampled: Payload) -> bool:
    """The value is written with a decimal comma. Before three digits it may part thousands: then it stays unread."""
    value = sampled.get("value")
    if not isinstance(value, str) or "," not in value:
        return False
    whole, _, decimals = value.strip().partition(",")
    if not decimals.isdecimal() or len(decimals) == 3:
        return False
    sampled["value"] = f"{whole}.{decimals}"
    return True


def word_in_other_case(sampled: Payload) -> bool:
    """A word of the standard comes with blanks, in other case or with other dots (`"l1-n"`, `"KW"`)."""
    return bool(recognise(sampled, SAMPLED_WORDS))


def unit_in_other_words(sampled: Payload) -> bool:
    """The unit is right but called otherwise (M3: `Hz` from Charge Amps Halo)."""
    unit = sampled.get("unit")
    if not isinstance(unit, str) or unit in UNITS or len(unit) > LONGEST_WORD:
        return False
    meant = _UNITS_IN_OTHER_WORDS.get(unit.strip().casefold())
    if meant is None:
        return False
    sampled["unit"] = meant
    return True


def empty_word(sampled: Payload) -> bool:
    """An optional word that is not used is sent empty (`"phase":""`); an empty measurand says nothing about its value."""
    empty = [
        name
        for name in ("context", "format", "phase", "location", "unit")
        if isinstance(word := sampled.get(name), str) and not word.strip()
    ]
    for name in empty:
        del sampled[name]
    return bool(empty)


def unknown_context(sampled: Payload) -> bool:
    """The context is none of the standard's (M3: `CurrentMax` from Alfen); the sample is as good without it."""
    context = sampled.get("context")
    if not isinstance(context, str) or context in CONTEXTS:
        return False
    del sampled["context"]
    return True


def phase_in_measurand(sampled: Payload) -> bool:
    """The measurand carries its phase (C7: Alfen wants `Current.Import.L1` in its configuration)."""
    measurand = sampled.get("measurand")
    if not isinstance(measurand, str) or measurand in MEASURANDS:
        return False
    name, _, phase = measurand.rpartition(".")
    if name not in MEASURANDS or phase not in PHASES:
        return False
    sampled["measurand"] = name
    sampled.setdefault("phase", phase)
    return True


def measurand_left_to_unit(sampled: Payload) -> bool:
    """No measurand, which by the standard means the energy register, but a unit that no energy has."""
    told = sampled.get("measurand")
    if told is not None and told != "":
        return False
    unit = sampled.get("unit")
    meant = _MEASURAND_OF_UNIT.get(unit) if isinstance(unit, str) else None
    if meant is None or (told is None and meant == _USUAL_MEASURAND):
        return False
    sampled["measurand"] = meant
    return True


def unit_of_the_other_kind(sampled: Payload) -> bool:
    """Power is told in `Wh` (M3, lbbrhzn/ocpp#1617) or energy in `W`: the hour is the wallbox's slip, not a factor."""
    measurand = sampled.get("measurand")
    unit = sampled.get("unit")
    if not isinstance(measurand, str) or not isinstance(unit, str):
        return False
    meant = _UNITS_OF_THE_OTHER_KIND.get((measurand.partition(".")[0], unit))
    if meant is None:
        return False
    sampled["unit"] = meant
    return True


SAMPLED_REPAIRS: Final[tuple[tuple[str, SampledRepairer], ...]] = tuple(
    (repairer.__name__, repairer)
    for repairer in (
        null_field,
        number_in_value,
        comma_in_value,
        word_in_other_case,
        unit_in_other_words,
        empty_word,
        unknown_context,
        phase_in_measurand,
        measurand_left_to_unit,
        unit_of_the_other_kind,
    )
)
"""In this order: words are read before conclusions are drawn from them."""

_UNITS_IN_OTHER_WORDS: Final = {
    "hz": "Hertz",
    "%": "Percent",
    "pct": "Percent",
    "c": "Celsius",
    "°c": "Celsius",
    "f": "Fahrenheit",
    "°f": "Fahrenheit",
    "kelvin": "K",
    "watt": "W",
    "watts": "W",
    "amp": "A",
    "amps": "A",
    "ampere": "A",
    "amperes": "A",
    "volt": "V",
    "volts": "V",
}
_USUAL_MEASURAND: Final = "Energy.Active.Import.Register"
_MEASURAND_OF_UNIT: Final = {
    "W": "Power.Active.Import",
    "kW": "Power.Active.Import",
    "A": "Current.Import",
    "V": "Voltage",
    "Hertz": "Frequency",
    "Percent": "SoC",
    "Celsius": "Temperature",
    "Wh": _USUAL_MEASURAND,
    "kWh": _USUAL_MEASURAND,
}
_UNITS_OF_THE_OTHER_KIND: Final = {
    ("Power", "Wh"): "W",
    ("Power", "kWh"): "kW",
    ("Energy", "W"): "Wh",
    ("Energy", "kW"): "kWh",
}
