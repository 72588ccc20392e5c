"""The schemas of OCPP's messages, compiled, and what a message violates of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

import jsonschema_rs

_FOLDERS: Final = {"1.6": "v16", "2.0.1": "v201", "2.1": "v21"}
"""Where the `ocpp` package keeps the Open Charge Alliance's files of each version."""


class Kind(StrEnum):
    """Which half of an exchange a payload is."""

    REQUEST = "request"
    ANSWER = "answer"


class Rule(StrEnum):
    """What a field can violate: the JSON schema keywords that OCPP's schemas use."""

    TYPE = "type"
    ENUM = "enum"
    FORMAT = "format"
    MAX_LENGTH = "maxLength"
    MIN_LENGTH = "minLength"
    MAXIMUM = "maximum"
    MINIMUM = "minimum"
    MULTIPLE_OF = "multipleOf"
    MAX_ITEMS = "maxItems"
    MIN_ITEMS = "minItems"
    REQUIRED = "required"
    ADDITIONAL = "additionalProperties"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One field that is not as the schema has it.

    `path` names the field itself, from the payload's root: for REQUIRED the one that is missing, for ADDITIONAL the
    one too many. `bound` is what the schema says instead: the list of words for ENUM, of type names for TYPE, the
    number for lengths, counts and limits, the format's name for FORMAT; None otherwise.
    """

    path: tuple[str | int, ...]
    rule: Rule
    bound: Any = None

    def __str__(self) -> str:
        """Say where and what, without the value."""
        return f"{'.'.join(map(str, self.path)) or 'payload'}: {self.rule}"


_RULES: Final = {rule.value: rule for rule in Rule}
_BOUNDS: Final = {
    Rule.TYPE: "types",
    Rule.ENUM: "options",
    Rule.FORMAT: "format",
    Rule.MAX_LENGTH: "limit",
    Rule.MIN_LENGTH: "limit",
    Rule.MAXIMUM: "limit",
    Rule.MINIMUM: "limit",
    Rule.MAX_ITEMS: "limit",
    Rule.MIN_ITEMS: "limit",
    Rule.MULTIPLE_OF: "multiple_of",
}


class Schemas:
    """The compiled schemas of one OCPP version."""

    def __init__(
        self, version: str, validators: Mapping[Kind, Mapping[str, Any]]
    ) -> None:
        """Keep one validator for each half of each action."""
        self.version = version
        self.actions = frozenset(validators[Kind.REQUEST])
        """The actions that the version knows."""
        self._requests = validators[Kind.REQUEST]
        self._answers = validators[Kind.ANSWER]

    def fits(self, action: str, payload: Any, kind: Kind) -> bool:
        """Return whether `payload` is as it should be; cheaper than `check` where it is not, whatever its size.

        Raises:
            KeyError: the version does not know `action`.
        """
        validators = self._requests if kind is Kind.REQUEST else self._answers
        return _fits(validators[action], payload)

    def check(self, action: str, payload: Any, kind: Kind) -> tuple[Violation, ...]:
        """Return what `payload` violates; nothing where it is as it should be.

        Raises:
            KeyError: the version does not know `action`.
        """
        validator = (
            self._requests[action] if kind is Kind.REQUEST else self._answers[action]
        )
        if _fits(validator, payload):
            return ()
        try:
            return tuple(
                violation
                for error in validator.iter_errors(payload)
                for violation in _violations(error)
            )
        except ValueError:
            return (Violation(path=(), rule=Rule.OTHER),)


@cache
def load(version: str) -> Schemas:
    """Return the schemas of `version` ("1.6"), read and compiled at the first call.

    The first call reads files for some 20 ms, so it belongs in an executor.

    Raises:
        KeyError: no such version.
    """
    folder = files("ocpp") / _FOLDERS[version] / "schemas"
    validators: dict[Kind, dict[str, Any]] = {Kind.REQUEST: {}, Kind.ANSWER: {}}
    for file in folder.iterdir():
        name = file.name.removesuffix(".json")
        # 1.6 names a request's file after the action alone, 2.x says "Request".
        kind = Kind.ANSWER if name.endswith("Response") else Kind.REQUEST
        action = name.removesuffix("Response").removesuffix("Request")
        validators[kind][action] = jsonschema_rs.validator_for(
            file.read_text(encoding="utf-8-sig"), validate_formats=True, offline=True
        )
    return Schemas(version, validators)


def _fits(validator: Any, payload: Any) -> bool:
    try:
        return bool(validator.is_valid(payload))
    except ValueError:
        # No JSON at all: half a surrogate pair, or nesting without end. No frame holds such, but a caller of ours may.
        return False


def _violations(error: jsonschema_rs.ValidationError) -> tuple[Violation, ...]:
    path = tuple(error.instance_path)
    rule = _RULES.get(error.kind.name, Rule.OTHER)
    details = error.kind.as_dict()
    if rule is Rule.REQUIRED:
        return (Violation(path=(*path, details["property"]), rule=rule),)
    if rule is Rule.ADDITIONAL:
        return tuple(
            Violation(path=(*path, name), rule=rule) for name in details["unexpected"]
        )
    bound = details[_BOUNDS[rule]] if rule in _BOUNDS else None
    return (Violation(path=path, rule=rule, bound=bound),)
