"""Repairs on the way in: what wallboxes write otherwise than OCPP 1.6 says, mended field by field.

A message that fits its schema never comes here. One that does not is walked through `REPAIRS`, in order; what is still
of the wrong JSON type then is dropped by itself, so that the rest can be read. A new quirk is one function, one line in
a list and one recorded frame in the tests. Letters are those of the quirks' list in the documentation.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
import re
from typing import Any, Final

from ocpp.v16.enums import (
    ChargePointErrorCode,
    ChargePointStatus,
    Location,
    Reason,
    ValueFormat,
)

from ..link import Payload
from .meter_values import CONTEXTS, MEASURANDS, PHASES, UNITS
from .shapes import SHAPES, conform, missing

LONGEST_WORD: Final = 64
"""Longer ones are not looked at: no word of the standard is half as long."""
LONGEST_DETAIL: Final = 80
MOST_SAMPLED: Final = 2048
"""Sampled values that are looked at in a message that needs repairs; the largest frame holds fewer honest ones."""


@dataclass(frozen=True, slots=True)
class Repair:
    """What was mended in a message: the repair's name, and where, in a few words that hold no credentials."""

    name: str
    detail: str


type Repairer = Callable[[Payload], Repair | None]


def mend(action: str, payload: object) -> tuple[Payload, list[Repair]]:
    """Return what can be used of a request's `payload`, whatever it is, and what was mended for it.

    Every field of the result is of its JSON type; required ones may be missing all the same.
    """
    repairs: list[Repair] = []
    if not isinstance(payload, dict):
        repairs.append(Repair("payload_not_an_object", type(payload).__name__))
        payload = {}
    for repairer in REPAIRS:
        repair = repairer(payload)
        if repair is not None:
            repairs.append(repair)
    shape = SHAPES.get(action)
    if shape is None:
        return payload, repairs
    dropped: list[str] = []
    payload = conform(payload, shape, dropped)
    if dropped:
        repairs.append(Repair("dropped", _listed(dropped)))
    absent = missing(action, payload)
    if absent:
        repairs.append(Repair("missing", _listed(absent)))
    return payload, repairs


def too_many(payload: Payload) -> Repair | None:
    """No wallbox sends more sampled values than this in earnest; the rest is left out, so that none holds up the others."""
    left = MOST_SAMPLED
    cut = 0
    for name in _LISTS:
        buckets = payload.get(name)
        if isinstance(buckets, list) and len(buckets) > MOST_SAMPLED:
            cut += len(buckets) - MOST_SAMPLED
            payload[name] = buckets[:MOST_SAMPLED]
    for bucket in _buckets(payload):
        sampled = bucket.get("sampledValue")
        if not isinstance(sampled, list):
            continue
        if len(sampled) > left:
            cut += len(sampled) - left
            bucket["sampledValue"] = sampled[:left]
        left -= min(len(sampled), left)
    return Repair("too_many", f"{cut} left out") if cut else None


def lone_object_for_list(payload: Payload) -> Repair | None:
    """A wallbox with one meter value to send may leave out the list around it."""
    wrapped = [name for name in _LISTS if isinstance(payload.get(name), dict)]
    for name in wrapped:
        payload[name] = [payload[name]]
    for bucket in _buckets(payload):
        if isinstance(bucket.get("sampledValue"), dict):
            bucket["sampledValue"] = [bucket["sampledValue"]]
            wrapped.append("sampledValue")
    return _repair("lone_object_for_list", wrapped)


def null_field(payload: Payload) -> Repair | None:
    """Firmware that knows no absent fields sends `null` for them."""
    emptied: list[str] = []
    for fields in (payload, *_buckets(payload), *_sampled(payload)):
        nulls = [name for name, value in fields.items() if value is None]
        for name in nulls:
            del fields[name]
        emptied += nulls
    return _repair("null_field", emptied)


def number_for_text(payload: Payload) -> Repair | None:
    """A tag or an error code that consists of digits comes as a JSON number from loosely typed firmware."""
    written = [name for name in _TEXTS if _is_number(payload.get(name))]
    for name in written:
        payload[name] = repr(payload[name])
    return _repair("number_for_text", written)


def text_for_number(payload: Payload) -> Repair | None:
    """Loosely typed firmware sends a number in quotes (`"meterStart":"1234"`) or as a float (`12.0`)."""
    read = []
    for name in _NUMBERS:
        told = payload.get(name)
        if not isinstance(told, str | float) or len(str(told)) > LONGEST_WORD:
            continue
        try:
            # An integer keeps all its digits; a double would not.
            payload[name] = (
                int(told) if isinstance(told, str) else _whole_if_whole(told)
            )
        except ValueError:
            try:
                payload[name] = _whole_if_whole(float(told))
            except ValueError, OverflowError:
                continue
        except OverflowError:
            continue
        read.append(name)
    return _repair("text_for_number", read)


def number_in_value(payload: Payload) -> Repair | None:
    """The value is a JSON number instead of a text (M2: OpenEVSE)."""
    count = 0
    for sampled in _sampled(payload):
        value = sampled.get("value")
        if _is_number(value):
            sampled["value"] = repr(value)
            count += 1
    return _counted("number_in_value", count)


def time_in_other_words(payload: Payload) -> Repair | None:
    """A time has no zone, a blank too many or is a count since 1970; it is read all the same (M8, B3)."""
    count = 0
    for fields in (payload, *_buckets(payload)):
        told = fields.get("timestamp")
        if told is not None and not (
            isinstance(told, str) and _STANDARD_TIME.fullmatch(told)
        ):
            count += 1
    return Repair("time_in_other_words", f"{count} times") if count else None


def word_in_other_case(payload: Payload) -> Repair | None:
    """A word of the standard comes with blanks, in other case or with other dots (`"charging "`, `"l1-n"`)."""
    changed = [name for name in _WORDS if _recognise(payload, name)]
    for sampled in _sampled(payload):
        changed += [name for name in _SAMPLED_WORDS if _recognise(sampled, name)]
    return _repair("word_in_other_case", changed)


def unit_in_other_words(payload: Payload) -> Repair | None:
    """The unit is right but called otherwise (M3: `Hz` from Charge Amps Halo)."""
    count = 0
    for sampled in _sampled(payload):
        unit = sampled.get("unit")
        if not isinstance(unit, str) or unit in UNITS or len(unit) > LONGEST_WORD:
            continue
        meant = _UNITS_IN_OTHER_WORDS.get(unit.strip().casefold())
        if meant is not None:
            sampled["unit"] = meant
            count += 1
    return _counted("unit_in_other_words", count)


def empty_word(payload: Payload) -> Repair | None:
    """An optional word that is not used is sent empty (`"phase":""`); an empty measurand says nothing about its value."""
    count = 0
    for sampled in _sampled(payload):
        for name in ("context", "format", "phase", "location", "unit"):
            word = sampled.get(name)
            if isinstance(word, str) and not word.strip():
                del sampled[name]
                count += 1
    return _counted("empty_word", count)


def unknown_context(payload: Payload) -> Repair | None:
    """The context is none of the standard's (M3: `CurrentMax` from Alfen); the sample is as good without it."""
    count = 0
    for sampled in _sampled(payload):
        context = sampled.get("context")
        if isinstance(context, str) and context not in CONTEXTS:
            del sampled["context"]
            count += 1
    return _counted("unknown_context", count)


def phase_in_measurand(payload: Payload) -> Repair | None:
    """The measurand carries its phase (C7: Alfen wants `Current.Import.L1` in its configuration)."""
    count = 0
    for sampled in _sampled(payload):
        measurand = sampled.get("measurand")
        if not isinstance(measurand, str) or measurand in MEASURANDS:
            continue
        name, _, phase = measurand.rpartition(".")
        if name in MEASURANDS and phase in PHASES:
            sampled["measurand"] = name
            sampled.setdefault("phase", phase)
            count += 1
    return _counted("phase_in_measurand", count)


def measurand_left_to_unit(payload: Payload) -> Repair | None:
    """No measurand, which by the standard means the energy register, but a unit that no energy has."""
    count = 0
    for sampled in _sampled(payload):
        told = sampled.get("measurand")
        unit = sampled.get("unit")
        meant = _MEASURAND_OF_UNIT.get(unit) if isinstance(unit, str) else None
        if meant is None or (told is not None and told != ""):
            continue
        if told == "" or meant != _USUAL_MEASURAND:
            sampled["measurand"] = meant
            count += 1
    return _counted("measurand_left_to_unit", count)


def unit_of_the_other_kind(payload: Payload) -> Repair | None:
    """Power is told in `Wh` (M3, lbbrhzn/ocpp#1617) or energy in `W`: the hour is the wallbox's slip, not a factor."""
    count = 0
    for sampled in _sampled(payload):
        measurand = sampled.get("measurand")
        unit = sampled.get("unit")
        if not isinstance(measurand, str) or not isinstance(unit, str):
            continue
        meant = _UNITS_OF_THE_OTHER_KIND.get((measurand.partition(".")[0], unit))
        if meant is not None:
            sampled["unit"] = meant
            count += 1
    return _counted("unit_of_the_other_kind", count)


def comma_in_value(payload: Payload) -> Repair | None:
    """The value is written with a decimal comma."""
    count = 0
    for sampled in _sampled(payload):
        value = sampled.get("value")
        if isinstance(value, str) and value.count(",") == 1 and "." not in value:
            sampled["value"] = value.replace(",", ".")
            count += 1
    return _counted("comma_in_value", count)


def empty_value(payload: Payload) -> Repair | None:
    """The value is empty (M2: Amperfied) or a word for nothing; the sampled value is left out."""
    count = 0
    for bucket in _buckets(payload):
        values = bucket.get("sampledValue")
        if not isinstance(values, list):
            continue
        told = [value for value in values if not _is_empty(value)]
        count += len(values) - len(told)
        bucket["sampledValue"] = told
    return _counted("empty_value", count)


def error_code_of_its_own(payload: Payload) -> Repair | None:
    """The error code is a word or a bit mask of the vendor's (B3: `Error` from Legrand, a 32-bit mask from EN+)."""
    code = payload.get("errorCode")
    if not isinstance(code, str) or code in _ERROR_CODES:
        return None
    said = code[:LONGEST_WORD].strip().casefold()
    nothing = said in _WORDS_FOR_NOTHING or not said.removeprefix("0x").strip("0")
    payload["errorCode"] = "NoError" if nothing else "OtherError"
    return Repair("error_code_of_its_own", payload["errorCode"])


def long_text(payload: Payload) -> Repair | None:
    """A text is longer than the standard lets it be (B3: `info` of 80 characters from Etrel); it is kept."""
    long = [
        f"{name}: {len(told)} of {most}"
        for name, most in _LONGEST.items()
        if isinstance(told := payload.get(name), str) and len(told) > most
    ]
    return _repair("long_text", long)


REPAIRS: Final[tuple[Repairer, ...]] = (
    too_many,
    lone_object_for_list,
    null_field,
    number_for_text,
    text_for_number,
    number_in_value,
    time_in_other_words,
    word_in_other_case,
    unit_in_other_words,
    empty_word,
    unknown_context,
    phase_in_measurand,
    measurand_left_to_unit,
    unit_of_the_other_kind,
    comma_in_value,
    empty_value,
    error_code_of_its_own,
    long_text,
)
"""In this order: what shapes the payload before what reads words, words before what draws conclusions from them."""

_STANDARD_TIME: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)"
)
_LISTS: Final = ("meterValue", "transactionData")
_NUMBERS: Final = (
    "connectorId",
    "transactionId",
    "meterStart",
    "meterStop",
    "reservationId",
)
_LONGEST: Final = {
    "idTag": 20,
    "info": 50,
    "vendorErrorCode": 50,
    "vendorId": 255,
    "messageId": 50,
    "type": 50,
    "techInfo": 255,
    "chargePointVendor": 20,
    "chargePointModel": 20,
    "chargePointSerialNumber": 25,
    "chargeBoxSerialNumber": 25,
    "firmwareVersion": 50,
}
_TEXTS: Final = (*_LONGEST, "status", "errorCode", "reason")

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
_WORDS_FOR_NOTHING: Final = frozenset(
    {"", "-", "--", "n/a", "na", "nan", "none", "null", "nil", "ok", "normal"}
)
_ERROR_CODES: Final = frozenset(str(code.value) for code in ChargePointErrorCode)


def _folded(word: str) -> str:
    """Return `word` without what wallboxes vary: case, blanks, dots and dashes."""
    return "".join(letter for letter in word if letter.isalnum()).casefold()


def _by_folded(words: Iterator[str] | frozenset[str]) -> Mapping[str, str]:
    """Return the words of the standard by their folded form."""
    return {_folded(word): word for word in words}


_WORDS: Final = {
    "status": _by_folded(str(word.value) for word in ChargePointStatus),
    "errorCode": _by_folded(_ERROR_CODES),
    "reason": _by_folded(str(word.value) for word in Reason),
}
_SAMPLED_WORDS: Final = {
    "context": _by_folded(CONTEXTS),
    "measurand": _by_folded(MEASURANDS),
    "phase": _by_folded(PHASES),
    "unit": _by_folded(UNITS),
    "location": _by_folded(str(word.value) for word in Location),
    "format": _by_folded(str(word.value) for word in ValueFormat),
}
_KNOWN: Final = {**_WORDS, **_SAMPLED_WORDS}


def _recognise(fields: Payload, name: str) -> bool:
    """Write the word in field `name` as the standard does; return whether that changed it."""
    told = fields.get(name)
    if not isinstance(told, str) or len(told) > LONGEST_WORD:
        return False
    word = _KNOWN[name].get(_folded(told))
    if word is None or word == told:
        return False
    fields[name] = word
    return True


def _buckets(payload: Payload) -> Iterator[Payload]:
    """Yield the objects in the payload's lists of meter values."""
    for name in _LISTS:
        buckets = payload.get(name)
        if isinstance(buckets, list):
            yield from (bucket for bucket in buckets if isinstance(bucket, dict))


def _sampled(payload: Payload) -> Iterator[Payload]:
    """Yield the sampled values that are objects."""
    for bucket in _buckets(payload):
        values = bucket.get("sampledValue")
        if isinstance(values, list):
            yield from (value for value in values if isinstance(value, dict))


def _is_number(value: Any) -> bool:
    """Return whether `value` is a JSON number of a size that means something."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -(2**63) <= value < 2**63


def _whole_if_whole(number: float) -> float:
    """Return `number`, as an integer where it is one.

    Raises:
        ValueError: `number` is not finite.
    """
    if not isfinite(number):
        raise ValueError(number)
    return int(number) if number.is_integer() else number


def _is_empty(sampled: Any) -> bool:
    """Return whether a sampled value has a value that says nothing."""
    if not isinstance(sampled, dict):
        return False
    value = sampled.get("value")
    return isinstance(value, str) and value[:8].strip().casefold() in _WORDS_FOR_NOTHING


def _repair(name: str, where: list[str]) -> Repair | None:
    """Return the repair of the fields in `where`, None where there are none."""
    return Repair(name, _listed(where)) if where else None


def _counted(name: str, count: int) -> Repair | None:
    """Return the repair of `count` sampled values, None where there are none."""
    return Repair(name, f"{count} sampled") if count else None


def _listed(where: list[str]) -> str:
    """Return the places in one short text."""
    return ", ".join(where[:8])[:LONGEST_DETAIL]
