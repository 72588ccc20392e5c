"""Whatever JSON a wallbox sends, it is answered, and what can be read of it arrives."""

from collections.abc import Coroutine
from copy import deepcopy
from datetime import UTC, datetime, timedelta
import math
from typing import Any, Final

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_charge_point.central_system.frames import (
    Call,
    ErrorCode,
    FrameError,
    decode,
)
from custom_components.smart_charge_point.central_system.handler import Admission
from custom_components.smart_charge_point.central_system.link import Payload
from custom_components.smart_charge_point.central_system.v16.messages import (
    MOST_CONNECTORS,
)
from custom_components.smart_charge_point.model.events import (
    ChargePointEvent,
    Metered,
    StatusChanged,
    TransactionStarted,
    TransactionStopped,
)
from custom_components.smart_charge_point.model.meter import Measurand, MeterSample

from .wallbox import NOW, Wallbox

SAMPLED: Final = {
    "value": "7200", "context": "Sample.Periodic", "format": "Raw", "measurand": "Power.Active.Import",
    "phase": "L1", "location": "Outlet", "unit": "W",
}  # fmt: skip
METER_VALUE: Final = {
    "timestamp": "2026-11-20T11:00:00Z",
    "sampledValue": [SAMPLED, {"value": "1500"}],
}
MESSAGES: Final[dict[str, dict[str, Any]]] = {
    "MeterValues": {"connectorId": 1, "transactionId": 7, "meterValue": [METER_VALUE]},
    "StartTransaction": {
        "connectorId": 1, "idTag": "A", "meterStart": 1000, "reservationId": 1, "timestamp": "2026-11-20T11:00:00Z",
    },
    "StopTransaction": {
        "transactionId": 7, "idTag": "A", "meterStop": 2000, "timestamp": "2026-11-20T11:00:00Z", "reason": "Local",
        "transactionData": [METER_VALUE],
    },
    "StatusNotification": {
        "connectorId": 1, "errorCode": "NoError", "status": "Charging", "timestamp": "2026-11-20T11:00:00Z",
        "info": "x", "vendorId": "v", "vendorErrorCode": "e",
    },
    "BootNotification": {"chargePointVendor": "V", "chargePointModel": "M", "chargePointSerialNumber": "S"},
    "Authorize": {"idTag": "A"},
    "DataTransfer": {"vendorId": "V", "messageId": "m", "data": "d"},
    "SecurityEventNotification": {"type": "T", "timestamp": "2026-11-20T11:00:00Z", "techInfo": "i"},
    "FirmwareStatusNotification": {"status": "Installed"},
    "DiagnosticsStatusNotification": {"status": "Uploaded"},
    "LogStatusNotification": {"status": "Uploaded", "requestId": 1},
    "SignedFirmwareStatusNotification": {"status": "Installed", "requestId": 1},
    "SignCertificate": {"csr": "c"},
    "Heartbeat": {},
}  # fmt: skip
"""Every message of a charge point, with all its fields, well-formed."""
WORDS: Final = sorted(
    {word for message in MESSAGES.values() for word in message}
    | {*METER_VALUE, *SAMPLED}
)
ODD_TEXTS: Final = [
    "", " ", "null", "0", "-1", "1e400", "nan", "1_0", "٣", "\ud800", "\x00", "Sample.Periodic", "L1", "Wh", "W", "Hz",
    "Transaction.Begin", "Voltage", "2026-11-20T11:00:00", "0001-01-01T00:00:00+14:00", "9" * 5000, "x" * 300,
]  # fmt: skip
SCALAR: Final = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(ODD_TEXTS)
    | st.sampled_from([2**63, -(2**63), 2**64, 10**400, 1e300, -0.0])
)  # fmt: skip
ANY_JSON: Final = st.recursive(
    SCALAR,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=10), inner, max_size=8),
    max_leaves=30,
)  # fmt: skip


def say(
    action: str, payload: Any, *, admission: Admission = Admission.ACCEPTED
) -> Wallbox:
    """Say something on a socket of its own; the answer fits its schema and every event is sane."""
    wallbox = Wallbox()
    wallbox.keeper.admission = admission
    at_once(wallbox.says(action, payload))
    for event in wallbox.keeper.events:
        assert_sane(event)
    return wallbox


def at_once(work: Coroutine[Any, Any, Payload]) -> Payload:
    """Run `work`, which nothing may keep waiting."""
    try:
        work.send(None)
    except StopIteration as done:
        answer: Payload = done.value
        return answer
    raise AssertionError("It waited for something")


def assert_sane(event: ChargePointEvent) -> None:
    """Check what every room above relies on."""
    samples: tuple[MeterSample, ...] = ()
    match event:
        case Metered(connector=connector, transaction_id=number):
            samples = event.samples
            assert samples
            assert 0 <= connector <= MOST_CONNECTORS
            assert number is None or -(2**63) <= number < 2**63
        case TransactionStopped(transaction_id=number):
            samples = event.samples
            assert number is None or -(2**63) <= number < 2**63
            assert_register(event.meter)
            assert_text(event.tag)
        case TransactionStarted():
            assert 1 <= event.connector <= MOST_CONNECTORS
            assert_register(event.meter)
            assert_text(event.tag)
        case StatusChanged():
            assert 0 <= event.connector <= MOST_CONNECTORS
            assert_text(event.info)
    moments = [sample.at for sample in samples]
    if not isinstance(event, Metered):
        moments.append(event.at)
    else:
        assert moments == sorted(moments)
    for moment in moments:
        assert moment.tzinfo is UTC
        assert datetime(2024, 1, 1, tzinfo=UTC) <= moment <= NOW + timedelta(days=1)
    for sample in samples:
        assert sample.values
        for (measurand, _), value in sample.values.items():
            assert math.isfinite(value)
            if measurand in {Measurand.ENERGY_IMPORT, Measurand.ENERGY_EXPORT}:
                assert value >= 0


def assert_register(meter: float | None) -> None:
    """Check that a register is one, or none."""
    assert meter is None or 0 <= meter <= 1e12


def assert_text(told: str) -> None:
    """Check that a text can be stored and shown."""
    assert len(told) <= 255
    assert told.isprintable()
    assert told.encode().decode() == told


@pytest.mark.parametrize("action", MESSAGES)
@given(payload=ANY_JSON)
def test_any_json_is_answered(action: str, payload: Any) -> None:
    """No payload at all, object or not, is refused or raises."""
    say(action, payload)


@pytest.mark.parametrize("action", ["MeterValues", "StopTransaction"])
@given(
    sampled=st.lists(ANY_JSON | st.dictionaries(st.sampled_from(sorted(SAMPLED)), SCALAR), max_size=5),
    moments=st.lists(ANY_JSON, max_size=3),
)  # fmt: skip
def test_any_sampled_values_are_answered(
    action: str, sampled: list[Any], moments: list[Any]
) -> None:
    """The same, deep inside."""
    payload = deepcopy(MESSAGES[action])
    field = "meterValue" if action == "MeterValues" else "transactionData"
    payload[field] = [
        {"timestamp": moment, "sampledValue": deepcopy(sampled)} for moment in moments
    ]
    say(action, payload)


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the paths of all fields in a payload."""
    found: list[tuple[str | int, ...]] = []
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for name, inner in items:
        found.append((*path, name))
        found += places(inner, (*path, name))
    return found


READ: Final = (
    "MeterValues",
    "StartTransaction",
    "StopTransaction",
    "StatusNotification",
)
FIELDS: Final = [(action, path) for action in READ for path in places(MESSAGES[action])]


@given(where=st.sampled_from(FIELDS), value=ANY_JSON, absent=st.booleans())
def test_one_bad_field_costs_no_more_than_itself(
    where: tuple[str, tuple[str | int, ...]], value: Any, absent: bool
) -> None:
    """Whatever stands in one field, or nothing, the others arrive as they were told."""
    action, path = where
    payload = deepcopy(MESSAGES[action])
    target: Any = payload
    for name in path[:-1]:
        target = target[name]
    if absent:
        del target[path[-1]]
    else:
        target[path[-1]] = value
    events = say(action, payload).keeper.events
    # What a field is needed for is lost with it: a status without its word, meter values without their list.
    if action == "StatusNotification":
        assert events or path == ("status",)
    elif action != "MeterValues":
        assert events
    for event in events:
        match event:
            case StatusChanged():
                assert path[0] == "connectorId" or event.connector == 1
                assert path[0] == "info" or event.info == "x"
                assert path[0] == "timestamp" or event.at_trusted
            case TransactionStarted():
                assert path[0] == "idTag" or event.tag == "A"
                assert path[0] == "meterStart" or event.meter == 1000
                assert path[0] == "timestamp" or event.at_trusted
            case TransactionStopped():
                assert path[0] == "idTag" or event.tag == "A"
                assert path[0] == "meterStop" or event.meter == 2000
                assert path[0] == "transactionId" or event.transaction_id == 7
                assert path[0] == "timestamp" or event.at_trusted
                assert path[0] == "transactionData" or event.samples
            case Metered():
                assert path[0] == "connectorId" or event.connector == 1
                assert path[0] == "transactionId" or event.transaction_id == 7
    # The energy register stands beside the sampled value that was spoilt.
    if action == "MeterValues" and path[:4] == ("meterValue", 0, "sampledValue", 0):
        (metered,) = events
        assert isinstance(metered, Metered)
        energies = [
            value
            for sample in metered.samples
            for (kind, _), value in sample.values.items()
            if kind is Measurand.ENERGY_IMPORT
        ]
        assert energies


@pytest.mark.parametrize("action", MESSAGES)
@given(payload=ANY_JSON)
def test_any_json_of_a_stranger_changes_nothing(action: str, payload: Any) -> None:
    """It is answered, or left with the wallbox; nothing reaches a state."""
    wallbox = Wallbox()
    wallbox.keeper.admission = Admission.QUARANTINED
    try:
        at_once(wallbox.says(action, payload))
    except FrameError as error:
        assert error.code is ErrorCode.SECURITY_ERROR  # noqa: PT017  either outcome is right
        assert action in {
            "Authorize",
            "MeterValues",
            "StartTransaction",
            "StopTransaction",
        }
    assert wallbox.keeper.events == []
    assert wallbox.keeper.security == []


@given(payload=ANY_JSON)
def test_notes_hold_no_credentials_and_stay_short(payload: Any) -> None:
    """A repair says where, never what stood there."""
    wallbox = say(
        "StartTransaction",
        {"idTag": "SECRET" * 10, "connectorId": payload, "meterStart": payload},
    )
    for entry in wallbox.journal.export():
        assert "SECRET" not in entry["note"]
        assert len(entry["note"]) < 1000


def test_a_frame_with_everything_wrong_is_answered() -> None:
    """From the frame to the answer, as the connection does it."""
    frame = decode(
        b'[2,"1","MeterValues",{"connectorId":"one","transactionId":1e99,"meterValue":[{"sampledValue":[{"value":1}]},7]}]'
    )
    assert isinstance(frame, Call)
    wallbox = say(frame.action, frame.payload)
    (event,) = wallbox.keeper.events
    assert isinstance(event, Metered)
    assert (event.connector, event.transaction_id) == (1, None)
