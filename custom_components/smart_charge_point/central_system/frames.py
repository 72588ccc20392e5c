"""The frames of OCPP-J: tolerant reading, strict writing. Source: OCPP-J 1.6 section 4, OCPP-J 2.0.1 section 4."""

from dataclasses import dataclass
from enum import StrEnum
import json
import re
from typing import Any, Final

import orjson

from .link import Payload

MAX_FRAME_BYTES: Final = 256 * 1024
"""A full report part of OCPP 2.0.1 fits; nothing that an honest wallbox says is longer (ocpp.md 2.2)."""
MAX_DEPTH: Final = 32
"""The deepest message of OCPP 2.1 nests 12 levels; what reads a frame may recurse this often and no more."""
MAX_MESSAGE_ID: Final = 64
"""OCPP-J allows 36 characters; some wallboxes put more into theirs."""
MAX_ACTION: Final = 64
"""The longest action of any version has 35 characters."""
MAX_DESCRIPTION: Final = 255
"""OCPP-J: errorDescription."""
MAX_DIGITS: Final = 30
"""More digits than any integer of OCPP has; the time that parsing takes grows with their square."""

type MessageId = str | int | float
"""As it came: the answer carries the same, for a wallbox may compare it by type."""


class ErrorCode(StrEnum):
    """What a CALLERROR says. Source: OCPP-J 1.6 table 7, in its own spelling."""

    NOT_IMPLEMENTED = "NotImplemented"
    """The action is unknown."""
    NOT_SUPPORTED = "NotSupported"
    """The action is known, but not handled here."""
    INTERNAL_ERROR = "InternalError"
    PROTOCOL_ERROR = "ProtocolError"
    SECURITY_ERROR = "SecurityError"
    FORMATION_VIOLATION = "FormationViolation"
    PROPERTY_CONSTRAINT_VIOLATION = "PropertyConstraintViolation"
    OCCURRENCE_CONSTRAINT_VIOLATION = "OccurenceConstraintViolation"
    TYPE_CONSTRAINT_VIOLATION = "TypeConstraintViolation"
    GENERIC_ERROR = "GenericError"


class FrameError(Exception):
    """A call is to be answered with an error. `description` never repeats what the wallbox sent."""

    def __init__(self, code: ErrorCode, description: str = "") -> None:
        """Answer with `code` and `description`, which is cut to 255 characters."""
        super().__init__(f"{code} {description}".rstrip())
        self.code = code
        self.description = description


@dataclass(frozen=True, slots=True)
class Call:
    """A request. `mended` says what its frame needed to be readable; empty where nothing."""

    message_id: MessageId
    action: str
    payload: Payload
    mended: str = ""


@dataclass(frozen=True, slots=True)
class CallResult:
    """The answer to a call."""

    message_id: MessageId
    payload: Payload


@dataclass(frozen=True, slots=True)
class CallFailure:
    """The answer to a call that failed (CALLERROR). `code` is as it came, which may be no code of OCPP."""

    message_id: MessageId
    code: str
    description: str


@dataclass(frozen=True, slots=True)
class MalformedFrame:
    """What cannot be read as a frame, and why, in our own words.

    `message_id` is set where it could still be read. `answers` is true where it was an answer to a call of ours;
    nothing else is to be answered with an error, and only where there is an id.
    """

    reason: str
    message_id: MessageId | None = None
    answers: bool = False


type Frame = Call | CallResult | CallFailure | MalformedFrame

_CALL: Final = 2
_CALL_RESULT: Final = 3
_CALL_ERROR: Final = 4
_TYPES: Final = {
    "2": _CALL,
    "3": _CALL_RESULT,
    "4": _CALL_ERROR,
}
_CALL_HEAD: Final = re.compile(
    rb'\s*\[\s*2\s*,\s*(?:"([^"\\\x00-\x1f]{1,64})"|(\d{1,18}))\s*,'
)
_LONE_SURROGATE: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)


def decode(data: bytes | str) -> Frame:
    """Read one frame. Whatever `data` is, this returns and never raises."""
    if isinstance(data, str):
        data = data.encode(errors="replace")
    if len(data) > MAX_FRAME_BYTES:
        return MalformedFrame("too long", _call_id(data))
    mended = ""
    try:
        elements = orjson.loads(data)
    except orjson.JSONDecodeError:
        try:
            elements = _read_tolerantly(data)
        except ValueError, RecursionError:
            return MalformedFrame("not JSON", _call_id(data))
        mended = "characters or numbers that JSON does not have"
    # No frame nests deeper than it has opening brackets, and few have 32 of them: counting is cheaper than walking.
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH and _too_deep(elements):
        return MalformedFrame("nested too deeply", _call_id(data))
    if type(elements) is list and len(elements) == 4:
        kind, message_id, action, payload = elements
        if (
            type(kind) is int
            and kind == _CALL
            and type(message_id) is str
            and type(action) is str
            and type(payload) is dict
            and len(message_id) <= MAX_MESSAGE_ID
            and 0 < len(action) <= MAX_ACTION
        ):
            # What nearly every frame is; the rest is looked at more closely.
            return Call(message_id, action, payload, mended)
    return _frame(elements, mended)


def encode_call(message_id: MessageId, action: str, payload: Payload) -> bytes:
    """Write a call.

    Raises:
        TypeError: the payload holds what JSON does not have.
    """
    return _written([_CALL, message_id, action, payload])


def encode_result(message_id: MessageId, payload: Payload) -> bytes:
    """Write the answer to a call.

    Raises:
        TypeError: the payload holds what JSON does not have.
    """
    return _written([_CALL_RESULT, message_id, payload])


def encode_error(
    message_id: MessageId, code: ErrorCode, description: str = ""
) -> bytes:
    """Write the answer to a call that failed."""
    return _written([_CALL_ERROR, message_id, code, description[:MAX_DESCRIPTION], {}])


def _written(elements: list[Any]) -> bytes:
    """Write a frame into no more memory than it needs.

    orjson leaves what it wrote in a buffer of 4 KiB or more, and frames are kept: in the journal, and in case that the
    call is repeated.
    """
    return memoryview(orjson.dumps(elements)).tobytes()


def _frame(elements: Any, mended: str) -> Frame:
    if type(elements) is not list:
        return MalformedFrame("not an array")
    if len(elements) < 2:
        return MalformedFrame("too few elements")
    kind = elements[0]
    if type(kind) is not int:
        kind, told = _message_type(kind), kind
        if kind is None:
            return MalformedFrame("no message type")
        mended = mended or f"message type as {type(told).__name__}"
    if not _CALL <= kind <= _CALL_ERROR:
        # OCPP-J 1.6 section 4.1.3: the payload of a type that is not known shall be ignored.
        return MalformedFrame("unknown message type")
    message_id = elements[1]
    if type(message_id) is str:
        if len(message_id) > MAX_MESSAGE_ID:
            return MalformedFrame("message id too long", None, kind != _CALL)
    elif type(message_id) is not int and type(message_id) is not float:
        return MalformedFrame("no message id", None, kind != _CALL)
    if kind == _CALL:
        return _call(message_id, elements, mended)
    if kind == _CALL_RESULT:
        payload = _payload(elements[2] if len(elements) > 2 else None)
        if payload is None:
            return MalformedFrame("payload is no object", message_id, answers=True)
        return CallResult(message_id, payload)
    texts = [text for text in elements[2:4] if type(text) is str]
    return CallFailure(
        message_id,
        texts[0][:MAX_ACTION] if texts else ErrorCode.GENERIC_ERROR,
        texts[1][:MAX_DESCRIPTION] if len(texts) > 1 else "",
    )


def _call(message_id: MessageId, elements: list[Any], mended: str) -> Frame:
    if len(elements) < 3:
        return MalformedFrame("no action", message_id)
    action = elements[2]
    if type(action) is not str or not 0 < len(action) <= MAX_ACTION:
        return MalformedFrame("action is no name", message_id)
    told: Any = elements[3] if len(elements) > 3 else None
    payload = _payload(told)
    if payload is None:
        return MalformedFrame("payload is no object", message_id)
    if len(elements) > 4:
        mended = mended or "more elements than a call has"
    elif told is not payload:
        mended = mended or "empty payload"
    return Call(message_id, action, payload, mended)


def _payload(payload: Any) -> Payload | None:
    """Return the payload; an empty one for what stands for it in careless JSON, None for anything else."""
    if type(payload) is dict:
        return payload
    return {} if payload is None or payload in ([], "") else None


def _message_type(told: Any) -> int | None:
    if type(told) is str:
        return _TYPES.get(told.strip())
    if type(told) is float and told.is_integer():
        return int(told)
    return None


def _read_tolerantly(data: bytes) -> Any:
    """Read JSON with what firmware leaves in it.

    A byte order mark, a terminating NUL or anything else behind the document, control characters and Latin-1 in
    strings, half a surrogate pair where a text was cut, NaN (read as null).

    Raises:
        ValueError: it is no JSON even so.
        RecursionError: it nests too deeply to be read.
    """
    text = data.decode(errors="replace").lstrip("\ufeff \t\r\n\x00")
    document, _ = _TOLERANT.raw_decode(_LONE_SURROGATE.sub(r"\\ufffd", text))
    return document


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError("out of range")
    return number


def _short(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError("too many digits")
    return int(digits)


_TOLERANT: Final = json.JSONDecoder(
    parse_float=_finite,
    parse_int=_short,
    parse_constant=lambda _: None,
    strict=False,
)


def _too_deep(document: Any) -> bool:
    level = [document]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for container in level:
            values = container.values() if type(container) is dict else container
            below.extend(value for value in values if type(value) in (dict, list))
        if not below:
            return False
        level = below
    return True


def _call_id(data: bytes) -> MessageId | None:
    """Return the message id of what begins like a call but cannot be read."""
    if (head := _CALL_HEAD.match(data)) is None:
        return None
    text, number = head.groups()
    if text is None:
        return int(number)
    try:
        return str(text.decode())
    except UnicodeDecodeError:
        return None
