"""Reading frames: whatever comes is read, mended or named, and nothing raises."""

import tracemalloc

from hypothesis import example, given, strategies as st
import orjson
import pytest

from custom_components.smart_charge_point.central_system.frames import (
    MAX_FRAME_BYTES,
    Call,
    CallFailure,
    CallResult,
    ErrorCode,
    Frame,
    MalformedFrame,
    decode,
    encode_call,
    encode_error,
    encode_result,
)

ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("data", "frame"),
    [
        (b'[2,"1","Heartbeat",{}]', Call("1", "Heartbeat", {})),
        (b'[3,"1",{"status":"Accepted"}]', CallResult("1", {"status": "Accepted"})),
        (b'[4,"1","GenericError","what",{}]', CallFailure("1", "GenericError", "what")),
    ],
)
def test_frames_are_read(data: bytes, frame: Frame) -> None:
    """The three frames of OCPP-J, as bytes and as text."""
    assert decode(data) == frame
    assert decode(data.decode()) == frame


@pytest.mark.parametrize(
    ("data", "frame"),
    [
        (
            b'[4,"1","FormationViolation",""]',
            CallFailure("1", "FormationViolation", ""),
        ),
        (b'[4,"1"]', CallFailure("1", "GenericError", "")),
        (b'[4,"1",7,null,[]]', CallFailure("1", "GenericError", "")),
        (b'[3,"1"]', CallResult("1", {})),
        (b'[3,"1",null]', CallResult("1", {})),
        (b"[3,17,{}]", CallResult(17, {})),
    ],
)
def test_t14_careless_answers_are_answers(data: bytes, frame: Frame) -> None:
    """Errors of four elements and fewer, empty payloads."""
    assert decode(data) == frame


@pytest.mark.parametrize(
    "data",
    [
        b'[2,"1","A"]',
        b'[2,"1","A",null]',
        b'[2,"1","A",[]]',
        b'[2,"1","A",""]',
        b'["2","1","A",{}]',
        b'[2.0,"1","A",{}]',
        b'[2,"1","A",{},"more"]',
        b'[2,"1","A",{}]\x00',
        b'\xef\xbb\xbf[2,"1","A",{}]',
        b'[2,"1","A",{}]\r\nOK',
    ],
)
def test_calls_are_mended(data: bytes) -> None:
    """What firmware leaves out or adds does not cost the message, and it is said that it was mended."""
    frame = decode(data)
    assert isinstance(frame, Call)
    assert (frame.message_id, frame.action, frame.payload) == ("1", "A", {})
    assert frame.mended


def test_texts_are_mended() -> None:
    """Latin-1, control characters, half a surrogate pair and NaN cost the character, not the message."""
    frame = decode(
        b'[2,"1","A",{"a":"\xfcber","b":"x\ty","c":"cut \\ud83d","d":NaN,"e":"\\ud83d\\ude00"}]'
    )
    assert isinstance(frame, Call)
    assert frame.payload == {
        "a": "\ufffdber",
        "b": "x\ty",
        "c": "cut \ufffd",
        "d": None,
        "e": "\U0001f600",
    }
    orjson.dumps(frame.payload)


def test_t12_pretty_printed_frames_are_read() -> None:
    """Line feeds and tabs between the tokens."""
    frame = decode('\n[\n\t2,\n\t"1",\r\n "Heartbeat" , {\n}\n]\n')
    assert frame == Call("1", "Heartbeat", {})


@pytest.mark.parametrize("message_id", [7, -1, 1.5, "", "x" * 64, "\u00fc"])
def test_message_ids_are_kept_as_they_are(message_id: str | float) -> None:
    """Numbers stay numbers, for the wallbox compares."""
    assert decode(encode_call(message_id, "A", {})) == Call(message_id, "A", {})
    answer = orjson.loads(encode_result(message_id, {}))
    assert answer == [3, message_id, {}]
    assert type(answer[1]) is type(message_id)


@pytest.mark.parametrize(
    ("data", "message_id"),
    [
        (b"", None),
        (b"not JSON", None),
        (b"\xff\xfe\x00", None),
        (b"true", None),
        (b"{}", None),
        (b'"[2]"', None),
        (b"[]", None),
        (b"[2]", None),
        (b'[5,"1",{}]', None),
        (b'[6,"1","A",{}]', None),
        (b'[true,"1","A",{}]', None),
        (b'[null,"1","A",{}]', None),
        (b'[[2],"1","A",{}]', None),
        (b'["two","1","A",{}]', None),
        (b'[2,true,"A",{}]', None),
        (b'[2,null,"A",{}]', None),
        (b'[2,["1"],"A",{}]', None),
        (b'[2,"' + b"x" * 5000 + b'","A",{}]', None),
        (b'[2,"1"]', "1"),
        (b'[2,"1",["A"],{}]', "1"),
        (b'[2,"1",{"A":1},{}]', "1"),
        (b'[2,"1","",{}]', "1"),
        (b'[2,"1","' + b"A" * 65 + b'",{}]', "1"),
        (b'[2,"1","A",[1]]', "1"),
        (b'[2,"1","A","payload"]', "1"),
        (b'[2,"1","A",7]', "1"),
        (b'[2,"1","A",{"a":}]', "1"),
        (b'[2,"1","A",{"a":1e999}]', "1"),
        (b'[2,"1","A",' + b"7" * 5000 + b"]", "1"),
        (b'[2,12,"A",{"a":}]', 12),
        (b'[2,"1","A",' + b"[" * 100_000, "1"),
        (b"[" * 100_000, None),
        (b'[2,"1","A",{"a":' + b"[" * 40 + b"]" * 40 + b"}]", "1"),
        (b'[2,"1","A",{"a":' + b'{"a":' * 40 + b"1" + b"}" * 41 + b"]", "1"),
        (b'[2,"1","A",{"a":"' + b"x" * MAX_FRAME_BYTES + b'"}]', "1"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_malformed_frames_are_named(data: bytes, message_id: str | int | None) -> None:
    """The table of ocpp.md 1.3: each is a value that says why, with the id where it can be read."""
    frame = decode(data)
    assert isinstance(frame, MalformedFrame)
    assert frame.message_id == message_id
    assert not frame.answers
    assert frame.reason


@pytest.mark.parametrize("data", [b'[3,"1",[1]]', b'[3,"1","x"]', b'[3,"1",true]'])
def test_malformed_answers_are_answers(data: bytes) -> None:
    """They are never answered, but the call that waits for them need not wait longer."""
    frame = decode(data)
    assert isinstance(frame, MalformedFrame)
    assert frame.answers
    assert frame.message_id == "1"


def test_depth_is_told_from_breadth() -> None:
    """A hundred samples side by side are no nesting."""
    payload = {"meterValue": [{"sampledValue": [{"value": "1"}]}] * 100}
    assert decode(encode_call("1", "MeterValues", payload)) == Call(
        "1", "MeterValues", payload
    )


def test_frames_take_no_more_memory_than_they_need() -> None:
    """A journal of them is kept for every wallbox, and orjson's own buffers are of 4 KiB."""
    tracemalloc.start()
    try:
        written = [encode_result(str(number), {}) for number in range(100)]
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken < len(written) * 200


def test_error_descriptions_are_cut() -> None:
    """OCPP-J allows 255 characters."""
    frame = orjson.loads(encode_error("1", ErrorCode.INTERNAL_ERROR, "x" * 1000))
    assert frame == [4, "1", "InternalError", "x" * 255, {}]


@given(st.binary() | st.text())
@example(b"[2,\xc3\x28]")
@example("\ud800")
def test_anything_at_all_is_read(data: bytes | str) -> None:
    """No bytes raise."""
    decode(data)


@given(ANY_JSON)
def test_any_json_is_read(document: object) -> None:
    """No document raises, and what could be read can be answered."""
    frame = decode(orjson.dumps(document))
    if isinstance(frame, Call):
        encode_result(frame.message_id, {})


@given(
    st.lists(ANY_JSON, max_size=4),
    st.sampled_from([2, 3, 4, 5, "2", True, 2.5]),
    st.binary(max_size=3),
    st.integers(0, 60),
)
def test_almost_frames_are_read(
    rest: list[object], kind: object, noise: bytes, at: int
) -> None:
    """Frames with anything in their places, and with bytes gone wrong, raise nothing."""
    data = orjson.dumps([kind, *rest])
    decode(data)
    decode(data[:at] + noise + data[at:])
    decode(data[:at])
