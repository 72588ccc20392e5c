"""The standard's words, and how they are known again in what wallboxes make of them."""

from collections.abc import Iterable, Mapping
from typing import Final

from ocpp.v16.enums import (
    ChargePointErrorCode,
    ChargePointStatus,
    Location,
    Reason,
    ValueFormat,
)

from ..link import Payload
from .meter_values import CONTEXTS, MEASURANDS, PHASES, UNITS

LONGEST_WORD: Final = 64
"""Longer ones are not looked at: no word of the standard is half as long."""

WORDS_FOR_NOTHING: Final = frozenset(
    {"", "-", "--", "n/a", "na", "nan", "none", "null", "nil", "ok", "normal"}
)
"""What wallboxes write where there is nothing to say."""

ERROR_CODES: Final = frozenset(str(code.value) for code in ChargePointErrorCode)


def folded(word: str) -> str:
    """Return `word` without what wallboxes vary: case, blanks, dots and dashes."""
    return "".join(letter for letter in word if letter.isalnum()).casefold()


def _by_folded(words: Iterable[str]) -> Mapping[str, str]:
    """Return the words of the standard by themselves and by their folded form."""
    known = tuple(words)
    return {folded(word): word for word in known} | {word: word for word in known}


MESSAGE_WORDS: Final = {
    "status": _by_folded(str(word.value) for word in ChargePointStatus),
    "errorCode": _by_folded(ERROR_CODES),
    "reason": _by_folded(str(word.value) for word in Reason),
}
"""The words of a message's own fields."""

SAMPLED_WORDS: Final = {
    "context": _by_folded(CONTEXTS),
    "measurand": _by_folded(MEASURANDS),
    "phase": _by_folded(PHASES),
    "unit": _by_folded(UNITS),
    "location": _by_folded(str(word.value) for word in Location),
    "format": _by_folded(str(word.value) for word in ValueFormat),
}
"""The words of a sampled value's fields."""


def recognise(fields: Payload, words: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Write the words in `fields` as the standard does; return the names of those that this changed."""
    changed = []
    for name, known in words.items():
        told = fields.get(name)
        if not isinstance(told, str) or len(told) > LONGEST_WORD:
            continue
        word = known.get(told) or known.get(folded(told))
        if word is not None and word != told:
            fields[name] = word
            changed.append(name)
    return changed
