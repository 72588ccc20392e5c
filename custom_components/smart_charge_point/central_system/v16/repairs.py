"""Repairs on the way in: what wallboxes write otherwise than OCPP 1.6 says, mended field by field.

A message that fits its schema and can be read never comes here. One that does not is walked through `REPAIRS` and
`SAMPLED_REPAIRS`, in order; what is still of the wrong JSON type then is dropped by itself, so that the rest can be
read. A new quirk is one function, one line in a list and one recorded frame in the tests. Letters (M3, B3, ...) are
those of the list of quirks in the documentation.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
import re
from typing import Any, Final

from ..link import Payload
from .sampled_repairs import mend_sampled
from .shapes import SHAPES, conform, missing, number
from .words import (
    ERROR_CODES,
    LONGEST_WORD,
    MESSAGE_WORDS,
    WORDS_FOR_NOTHING,
    recognise,
)

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
    for name, count in mend_sampled(_sampled(payload)).items():
        repairs.append(Repair(name, f"{count} sampled"))
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
    for fields in (payload, *_buckets(payload)):
        nulls = [name for name, told in fields.items() if told is None]
        for name in nulls:
            del fields[name]
        emptied += nulls
    return _repair("null_field", emptied)


def number_for_text(payload: Payload) -> Repair | None:
    """A tag or an error code that consists of digits comes as a JSON number from loosely typed firmware."""
    written = [name for name in _TEXTS if number(payload.get(name))]
    for name in written:
        payload[name] = repr(payload[name])
    return _repair("number_for_text", written)


def text_for_number(payload: Payload) -> Repair | None:
    """Loosely typed firmware sends a number in quotes (`"meterStart":"1234"`) or as a float (`12.0`)."""
    read = []
    for name in _NUMBERS:
        told = payload.get(name)
        if not isinstance(told, str | float):
            continue
        found = _number_in(told)
        if found is not None:
            payload[name] = found
            read.append(name)
    return _repair("text_for_number", read)


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
    """A word of the standard comes with blanks, in other case or with other dots (`"charging "`)."""
    return _repair("word_in_other_case", recognise(payload, MESSAGE_WORDS))


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
    return Repair("empty_value", f"{count} sampled") if count else None


def error_code_of_its_own(payload: Payload) -> Repair | None:
    """The error code is a word or a bit mask of the vendor's (B3: `Error` from Legrand, a 32-bit mask from EN+)."""
    code = payload.get("errorCode")
    if not isinstance(code, str) or code in ERROR_CODES:
        return None
    said = code[:LONGEST_WORD].strip().casefold()
    nothing = said in WORDS_FOR_NOTHING or not said.removeprefix("0x").strip("0")
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
    time_in_other_words,
    word_in_other_case,
    empty_value,
    error_code_of_its_own,
    long_text,
)
"""In this order: what shapes the payload before what reads words."""

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
_TEXTS: Final = (*_LONGEST, *MESSAGE_WORDS)


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


def _number_in(told: str | float) -> float | None:
    """Return the number in `told`, an integer where it is whole, None where there is none."""
    if isinstance(told, str):
        if len(told) > LONGEST_WORD:
            return None
        try:
            # An integer keeps all its digits; a double would not.
            return int(told)
        except ValueError:
            pass
    try:
        found = float(told)
    except ValueError:
        return None
    if not number(found):
        return None
    return int(found) if found.is_integer() else found


def _is_empty(sampled: Any) -> bool:
    """Return whether a sampled value has a value that says nothing."""
    if not isinstance(sampled, dict):
        return False
    value = sampled.get("value")
    return isinstance(value, str) and value[:8].strip().casefold() in WORDS_FOR_NOTHING


def _repair(name: str, where: list[str]) -> Repair | None:
    """Return the repair of the fields in `where`, None where there are none."""
    return Repair(name, _listed(where)) if where else None


def _listed(where: list[str]) -> str:
    """Return the places in one short text."""
    return ", ".join(where[:8])[:LONGEST_DETAIL]
