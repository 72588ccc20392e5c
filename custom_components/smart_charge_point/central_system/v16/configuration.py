"""Configuration keys as wallboxes answer them."""

from collections.abc import Iterator
from typing import Any

from ..link import Configuration, ConfigurationKey, Payload


def read_configuration(answer: Payload) -> Configuration:
    """Return the keys in the answer to a GetConfiguration, whatever of it can be read.

    Names are lower-cased, for wallboxes spell them as they like; values are trimmed. A key that was asked for may be
    neither here nor there: some answer an empty list (quirk C2).
    """
    keys: dict[str, ConfigurationKey] = {}
    for item in _items(answer.get("configurationKey")):
        if not isinstance(item, dict) or not isinstance(item.get("key"), str):
            continue
        name = item["key"].strip()
        keys[name.casefold()] = ConfigurationKey(
            key=name,
            readonly=_is_true(item.get("readonly")),
            value=_value(item.get("value")),
        )
    unknown = (
        item.strip().casefold()
        for item in _items(answer.get("unknownKey"))
        if isinstance(item, str)
    )
    # A key that was read is known, whatever else is said of it.
    return Configuration(keys=keys, unknown=frozenset(unknown) - keys.keys())


def _items(told: Any) -> Iterator[Any]:
    """Yield what is in a list; what should have been in one counts as its only item."""
    if isinstance(told, list):
        yield from told
    elif told is not None:
        yield told


def _is_true(told: Any) -> bool:
    """Return whether `told` says yes, in JSON or in words."""
    if isinstance(told, str):
        return told.strip().casefold() in {"true", "1", "yes"}
    return told is True or told == 1


def _value(told: Any) -> str | None:
    """Return a value as text; firmware that is loosely typed sends numbers and booleans as such."""
    match told:
        case str():
            return told.strip()
        case bool():
            return "true" if told else "false"
        case int() | float():
            return str(told)
    return None
