"""Statuses, boots, transactions and the rest that a wallbox says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.smart_charge_point.central_system.frames import (
    ErrorCode,
    FrameError,
)
from custom_components.smart_charge_point.central_system.handler import Admission
from custom_components.smart_charge_point.model.charge_point import (
    BootFacts,
    ConnectorStatus,
    Fault,
)
from custom_components.smart_charge_point.model.events import (
    StatusChanged,
    TransactionStarted,
    TransactionStopped,
)
from custom_components.smart_charge_point.model.transaction import StopReason

from .wallbox import NOW, Keeper, Wallbox

AT = datetime(2026, 11, 20, 11, tzinfo=UTC)
STATUS = {
    "connectorId": 1,
    "errorCode": "NoError",
    "status": "Available",
    "timestamp": "2026-11-20T11:00:00Z",
}
START = {
    "connectorId": 1,
    "idTag": "04A1B2C3",
    "meterStart": 1000,
    "timestamp": "2026-11-20T11:00:00Z",
}
STOP = {
    "transactionId": 501,
    "idTag": "04A1B2C3",
    "meterStop": 2000,
    "timestamp": "2026-11-20T11:00:00Z",
    "reason": "Local",
}
BOOT = {
    "chargePointVendor": "Vendor",
    "chargePointModel": "Model",
    "chargePointSerialNumber": "SN1",
    "firmwareVersion": "1.2",
}


async def status_of(wallbox: Wallbox, **fields: Any) -> StatusChanged:
    """Say STATUS with other fields (None: left out); return what the house learned."""
    payload = {
        name: told for name, told in (STATUS | fields).items() if told is not ...
    }
    assert await wallbox.says("StatusNotification", payload) == {}
    assert isinstance(wallbox.event, StatusChanged)
    return wallbox.event


async def test_a_status_is_told_with_its_own_time(wallbox: Wallbox) -> None:
    """Nothing is mended where nothing is wrong."""
    event = await status_of(wallbox, status="Charging", info="all well")
    assert event == StatusChanged(
        connector=1,
        status=ConnectorStatus.CHARGING,
        fault=Fault.NONE,
        info="all well",
        at=AT,
        at_trusted=True,
    )
    assert wallbox.mended == set()


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ("GroundFailure", Fault.EARTH_LEAKAGE),
        ("groundfailure", Fault.EARTH_LEAKAGE),
        ("Error", Fault.OTHER),  # Legrand
        ("00000000000000000000000000000000", Fault.NONE),  # EN+
        ("00000000000000000000000000010000", Fault.OTHER),
        ("0x0000", Fault.NONE),
        ("", Fault.NONE),
        ("null", Fault.NONE),
        (None, Fault.NONE),
        (..., Fault.NONE),
        (0, Fault.NONE),
        (4, Fault.OTHER),
        ({}, Fault.NONE),
    ],
)
async def test_quirk_b3_error_codes_of_the_vendors_own(
    wallbox: Wallbox, told: object, fault: Fault
) -> None:
    """The status arrives whatever the error code is."""
    event = await status_of(wallbox, status="Preparing", errorCode=told)
    assert (event.status, event.fault) == (ConnectorStatus.PREPARING, fault)


async def test_quirk_b3_abb_says_null_in_words_and_no_time(wallbox: Wallbox) -> None:
    """ABB's frame as it was recorded (lbbrhzn/ocpp#169)."""
    event = await status_of(
        wallbox, info="null", vendorErrorCode="0x0000", vendorId="ABB", timestamp=...
    )
    assert (event.info, event.at, event.at_trusted) == ("", NOW, False)


async def test_quirk_b3_a_long_info_is_kept(wallbox: Wallbox) -> None:
    """Etrel writes 80 characters where 50 are allowed (#987)."""
    event = await status_of(wallbox, info="x" * 80)
    assert event.info == "x" * 80
    assert wallbox.mended == {"long_text"}


async def test_the_vendors_code_stands_in_for_no_info(wallbox: Wallbox) -> None:
    """A fault that is explained in the wrong field is explained all the same."""
    event = await status_of(
        wallbox, status="Faulted", errorCode="OtherError", vendorErrorCode="E-17 \x00\n"
    )
    assert event.info == "E-17"


async def test_faulted_without_a_reason_is_a_fault(wallbox: Wallbox) -> None:
    """Many wallboxes say Faulted and NoError in one breath."""
    assert (await status_of(wallbox, status="Faulted")).fault is Fault.OTHER


@pytest.mark.parametrize("told", ["charging", "CHARGING ", "Charging\n"])
async def test_a_status_in_other_case_is_read(wallbox: Wallbox, told: str) -> None:
    """Words are known by their letters."""
    assert (await status_of(wallbox, status=told)).status is ConnectorStatus.CHARGING


@pytest.mark.parametrize("told", ["Dancing", "", None, ..., 7, {}, []])
async def test_an_unknown_status_changes_nothing_unless_it_is_a_fault(
    wallbox: Wallbox, told: object
) -> None:
    """It is answered; the state stays as it was."""
    payload = {
        name: value
        for name, value in (STATUS | {"status": told}).items()
        if value is not ...
    }
    assert await wallbox.says("StatusNotification", dict(payload)) == {}
    assert wallbox.keeper.events == []
    await wallbox.says("StatusNotification", payload | {"errorCode": "HighTemperature"})
    event = wallbox.event
    assert isinstance(event, StatusChanged)
    assert (event.status, event.fault) == (ConnectorStatus.FAULTED, Fault.TEMPERATURE)


@pytest.mark.parametrize(
    "told", ["yesterday", "", None, 12, {}, "1970-01-01T00:00:00Z"]
)
async def test_a_status_without_a_time_arrives_now(
    wallbox: Wallbox, told: object
) -> None:
    """No time is better than a wrong one."""
    event = await status_of(wallbox, timestamp=told)
    assert (event.at, event.at_trusted) == (NOW, False)


async def test_a_start_is_kept_and_gets_the_houses_id(wallbox: Wallbox) -> None:
    """The ledger's id goes back to the wallbox."""
    answer = await wallbox.says("StartTransaction", dict(START))
    assert answer == {"transactionId": 501, "idTagInfo": {"status": "Accepted"}}
    assert wallbox.event == TransactionStarted(
        connector=1, tag="04A1B2C3", meter=1000, at=AT, at_trusted=True
    )


async def test_a_start_with_an_unknown_tag_is_kept_too(wallbox: Wallbox) -> None:
    """The car may charge by the wallbox's own leave; its session is never lost."""
    wallbox.keeper.unknown_tags = frozenset({"04A1B2C3"})
    answer = await wallbox.says("StartTransaction", dict(START))
    assert answer == {"transactionId": 501, "idTagInfo": {"status": "Invalid"}}
    assert len(wallbox.keeper.events) == 1


@pytest.mark.parametrize(
    ("told", "meter"),
    [
        (0, 0),
        ("1234", 1234),
        (" 12.5 ", 12.5),
        (12.5, 12.5),
        (-1, None),
        (1e15, None),
        ("", None),
        (None, None),
        (..., None),
        ([], None),
        (True, None),
    ],
)
async def test_quirk_x7_a_register_is_read_or_unknown_never_guessed(
    wallbox: Wallbox, told: object, meter: float | None
) -> None:
    """A register that cannot be read is none, not 0: 0 is what a session register begins with."""
    start = {
        name: value
        for name, value in (START | {"meterStart": told}).items()
        if value is not ...
    }
    assert (await wallbox.says("StartTransaction", start))["transactionId"] == 501
    event = wallbox.event
    assert isinstance(event, TransactionStarted)
    assert event.meter == meter
    stop = {
        name: value
        for name, value in (STOP | {"meterStop": told}).items()
        if value is not ...
    }
    await wallbox.says("StopTransaction", stop)
    stopped = wallbox.event
    assert isinstance(stopped, TransactionStopped)
    assert stopped.meter == meter


@pytest.mark.parametrize(
    ("told", "tag"),
    [
        ("", ""),
        (None, ""),
        (..., ""),
        (12345678, "12345678"),
        ("A" * 36, "A" * 36),
        (" A1\x00", "A1"),
        ({}, ""),
    ],
)
async def test_quirk_x5_a_tag_is_taken_as_it_is(
    wallbox: Wallbox, told: object, tag: str
) -> None:
    """A tag is never cut to another one's, and none is no reason to lose the session."""
    start = {
        name: value
        for name, value in (START | {"idTag": told}).items()
        if value is not ...
    }
    await wallbox.says("StartTransaction", start)
    event = wallbox.event
    assert isinstance(event, TransactionStarted)
    assert event.tag == tag


async def test_a_start_of_no_connector_begins_where_a_car_is(wallbox: Wallbox) -> None:
    """Of two connectors it can only be the one with a cable in and no transaction."""
    for number, status in ((1, "Available"), (2, "Preparing")):
        await status_of(wallbox, connectorId=number, status=status)
    for told in (0, None, "x"):
        await wallbox.says("StartTransaction", START | {"connectorId": told})
        event = wallbox.event
        assert isinstance(event, TransactionStarted)
        assert event.connector == (2 if told == 0 else 1)


@pytest.mark.parametrize(
    ("told", "transaction"),
    [
        (-1, -1),
        (501, 501),
        (9223372036854775807, 9223372036854775807),
        ("501", 501),
        (None, None),
        (..., None),
        ("x", None),
        (2**70, None),
    ],
)
async def test_quirk_x3_a_stop_of_any_transaction_is_answered(
    wallbox: Wallbox, told: object, transaction: int | None
) -> None:
    """Offline start, stop with -1 (EVerest): it is valid, whatever the id (errata 3.18)."""
    stop = {
        name: value
        for name, value in (STOP | {"transactionId": told}).items()
        if value is not ...
    }
    assert await wallbox.says("StopTransaction", stop) == {
        "idTagInfo": {"status": "Accepted"}
    }
    event = wallbox.event
    assert isinstance(event, TransactionStopped)
    assert event.transaction_id == transaction


async def test_quirk_x3_a_stop_of_three_days_ago_keeps_its_time(
    wallbox: Wallbox,
) -> None:
    """Sigenergy replays it at reconnect (#1803)."""
    await wallbox.says("StopTransaction", STOP | {"timestamp": "2026-11-17T11:00:00Z"})
    event = wallbox.event
    assert isinstance(event, TransactionStopped)
    assert (event.at, event.at_trusted) == (AT - timedelta(days=3), True)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (..., StopReason.LOCAL),
        ("EVDisconnected", StopReason.CAR_DISCONNECTED),
        ("evdisconnected", StopReason.CAR_DISCONNECTED),
        ("Boredom", StopReason.OTHER),
        (None, StopReason.LOCAL),
        ("SoftReset", StopReason.REBOOT),
    ],
)
async def test_why_a_transaction_stopped(
    wallbox: Wallbox, told: object, reason: StopReason
) -> None:
    """Left out, it is Local."""
    stop = {
        name: value
        for name, value in (STOP | {"reason": told}).items()
        if value is not ...
    }
    await wallbox.says("StopTransaction", stop)
    event = wallbox.event
    assert isinstance(event, TransactionStopped)
    assert event.reason is reason


async def test_quirk_x10_the_register_of_a_stop_may_be_in_its_samples(
    wallbox: Wallbox,
) -> None:
    """A stop with transactionData only: the sample at the end is the register at the stop."""
    stop = {
        name: value
        for name, value in STOP.items()
        if name not in {"meterStop", "idTag"}
    }
    samples = [
        {
            "timestamp": f"2026-11-20T{hour}:00:00Z",
            "sampledValue": [{"value": value, "unit": "kWh", "context": context}],
        }
        for hour, value, context in (
            (11, "2.5", "Transaction.End"),
            (10, "1.0", "Transaction.Begin"),
        )
    ]
    assert (
        await wallbox.says("StopTransaction", stop | {"transactionData": samples}) == {}
    )
    event = wallbox.event
    assert isinstance(event, TransactionStopped)
    assert event.meter == 2500
    assert len(event.samples) == 2
    assert wallbox.mended == {"missing"}


@pytest.mark.parametrize(
    ("told", "facts"),
    [
        (BOOT, BootFacts(vendor="Vendor", model="Model", serial="SN1", firmware="1.2")),
        (
            {
                "chargePointVendor": " V\x00\n" + "x" * 300,
                "chargePointModel": 7,
                "chargeBoxSerialNumber": "BOX",
                "imsi": None,
            },
            BootFacts(vendor="V" + "x" * 254, model="7", serial="BOX"),
        ),
        ({}, BootFacts()),
        (None, BootFacts()),
        ([1], BootFacts()),
    ],
)
async def test_quirk_b_whatever_a_wallbox_tells_of_itself_is_trimmed(
    wallbox: Wallbox, told: Any, facts: BootFacts
) -> None:
    """A boot is never refused."""
    answer = await wallbox.says("BootNotification", told)
    assert answer == {
        "currentTime": "2026-11-20T12:00:00Z",
        "interval": 300,
        "status": "Accepted",
    }
    assert wallbox.keeper.boots == [facts]
    assert wallbox.wire.heartbeat == 300


async def test_a_heartbeat_sets_the_clock(wallbox: Wallbox) -> None:
    """The time now, in UTC."""
    assert await wallbox.says("Heartbeat", {}) == {
        "currentTime": "2026-11-20T12:00:00Z"
    }
    assert await wallbox.says("Heartbeat", {"extra": 1}) == {
        "currentTime": "2026-11-20T12:00:00Z"
    }


async def test_a_tag_is_authorised_by_the_house(wallbox: Wallbox) -> None:
    """Known or not, in OCPP's words."""
    wallbox.keeper.unknown_tags = frozenset({"B"})
    assert await wallbox.says("Authorize", {"idTag": "A"}) == {
        "idTagInfo": {"status": "Accepted"}
    }
    assert await wallbox.says("Authorize", {"idTag": "B"}) == {
        "idTagInfo": {"status": "Invalid"}
    }


@pytest.mark.parametrize(
    ("told", "status"),
    [
        (
            {"vendorId": "EV-BOX", "messageId": "evbStatusNotification", "data": "1,2"},
            "Accepted",
        ),
        ({"vendorId": "EN+", "messageId": "gatewayInfo", "data": {"a": 1}}, "Accepted"),
        ({"vendorId": "Somebody", "messageId": "cpChargingParameterRpt"}, "Accepted"),
        ({"vendorId": "Somebody", "messageId": "hello"}, "UnknownVendorId"),
        ({}, "UnknownVendorId"),
    ],
)
async def test_quirk_b10_vendor_data(wallbox: Wallbox, told: Any, status: str) -> None:
    """The floods that must be accepted are; nothing else is pretended to be understood."""
    assert await wallbox.says("DataTransfer", told) == {"status": status}


@pytest.mark.parametrize(
    ("told", "kind", "info"),
    [
        ({"type": "TamperDetectionActivated", "techInfo": "lid"}, "tamper", "lid"),
        ({"type": "tamperDetectionActivated"}, "tamper", ""),
        ({"type": "TamperDetectionActivated", "techInfo": "null"}, "tamper", ""),
        (
            {"type": "TamperDetectionActivated", "techInfo": "x" * 5000},
            "tamper",
            "x" * 255,
        ),
        ({"type": "TamperDetectionActivatedNot", "techInfo": "lid"}, "other", "lid"),
        ({"type": "FirmwareUpdated", "techInfo": "tamper"}, "other", "tamper"),
        ({"type": "y" * 5000}, "other", ""),
        ({"type": {"TamperDetectionActivated": 1}}, "other", ""),
    ],
)
async def test_a_security_event_reaches_the_house(
    wallbox: Wallbox, told: dict[str, Any], kind: str, info: str
) -> None:
    """Its name and what is said are the wallbox's own words, cut to a length that can be kept."""
    message = {"timestamp": "2026-11-20T11:00:00Z", **told}
    assert await wallbox.says("SecurityEventNotification", message) == {}
    (event,) = wallbox.keeper.security
    assert (event.kind, event.info) == (kind, info)
    assert event.name == (told["type"][:255] if isinstance(told["type"], str) else "")
    assert event.at == datetime(2026, 11, 20, 11, tzinfo=UTC)
    assert event.at_trusted


@pytest.mark.parametrize("time", ["1970-01-01T00:00:00Z", "soon", None])
async def test_a_security_event_without_a_true_time_is_of_now(
    wallbox: Wallbox, time: str | None
) -> None:
    """A wallbox without a clock is believed all the same."""
    told = {"type": "TamperDetectionActivated", "timestamp": time}
    await wallbox.says("SecurityEventNotification", told)
    (event,) = wallbox.keeper.security
    assert (event.kind, event.at, event.at_trusted) == ("tamper", NOW, False)


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("FirmwareStatusNotification", {"status": "Installed"}),  # B9
        ("DiagnosticsStatusNotification", {"status": "Idle"}),
        ("LogStatusNotification", {"status": "Uploaded", "requestId": 1}),
        ("SignedFirmwareStatusNotification", {"status": "InvalidSignature"}),
        ("FirmwareStatusNotification", {"status": "Exploded"}),
    ],
)
async def test_quirk_b9_notifications_are_answered(
    wallbox: Wallbox, action: str, payload: Any
) -> None:
    """Asked for or not, well-formed or not."""
    assert await wallbox.says(action, payload) == {}


async def test_a_certificate_request_is_turned_down(wallbox: Wallbox) -> None:
    """There is no authority to sign it."""
    assert await wallbox.says("SignCertificate", {"csr": "-----BEGIN"}) == {
        "status": "Rejected"
    }


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ("Reset", ErrorCode.NOT_SUPPORTED),
        ("TransactionEvent", ErrorCode.NOT_IMPLEMENTED),
        ("metervalues", ErrorCode.NOT_IMPLEMENTED),
    ],
)
async def test_an_action_that_is_not_the_wallboxes_to_send(
    wallbox: Wallbox, action: str, code: ErrorCode
) -> None:
    """Known to OCPP 1.6 or not makes the difference."""
    with pytest.raises(FrameError) as refused:
        await wallbox.dialect.receive(action, {})
    assert refused.value.code is code


class TestQuarantine:
    """A wallbox that the owner has not confirmed yet."""

    @pytest.fixture
    def stranger(self, wallbox: Wallbox) -> Wallbox:
        """Return the wallbox, quarantined."""
        wallbox.keeper.admission = Admission.QUARANTINED
        return wallbox

    async def test_its_boot_is_pending(self, stranger: Wallbox) -> None:
        """It comes again after the interval."""
        answer = await stranger.says("BootNotification", dict(BOOT))
        assert (answer["status"], answer["interval"]) == ("Pending", 300)

    @pytest.mark.parametrize(
        "action", ["Authorize", "StartTransaction", "StopTransaction", "MeterValues"]
    )
    async def test_what_must_not_be_lost_is_left_with_it(
        self, stranger: Wallbox, action: str
    ) -> None:
        """SecurityError makes it keep and repeat the message."""
        payloads: dict[str, dict[str, Any]] = {
            "Authorize": {"idTag": "A"},
            "StartTransaction": START,
            "StopTransaction": STOP,
        }
        payload = payloads.get(action, {})
        with pytest.raises(FrameError) as refused:
            await stranger.dialect.receive(action, dict(payload))
        assert refused.value.code is ErrorCode.SECURITY_ERROR
        assert stranger.keeper.events == []

    @pytest.mark.parametrize(
        ("action", "payload", "answer"),
        [
            ("StatusNotification", STATUS, {}),
            (
                "SecurityEventNotification",
                {"type": "X", "timestamp": "2026-11-20T11:00:00Z"},
                {},
            ),
            ("FirmwareStatusNotification", {"status": "Installed"}, {}),
            ("Heartbeat", {}, {"currentTime": "2026-11-20T12:00:00Z"}),
            ("DataTransfer", {"vendorId": "EV-BOX"}, {"status": "Accepted"}),
            ("SignCertificate", {"csr": "x"}, {"status": "Rejected"}),
        ],
    )
    async def test_the_rest_is_answered_and_reaches_no_state(
        self, stranger: Wallbox, action: str, payload: Any, answer: Any
    ) -> None:
        """Nothing it says changes anything."""
        assert await stranger.says(action, dict(payload)) == answer
        assert stranger.keeper.events == []
        assert stranger.keeper.security == []

    async def test_once_accepted_it_speaks_on_the_same_socket(
        self, stranger: Wallbox
    ) -> None:
        """The handler is asked for every frame."""
        stranger.keeper.admission = Admission.ACCEPTED
        await stranger.says("StatusNotification", dict(STATUS))
        assert len(stranger.keeper.events) == 1


class TestWithoutIdentity:
    """Quirk T3: the address has no identity, the boot has."""

    async def test_its_serial_tells_who_it_is(self) -> None:
        """The boot itself is then answered by its handler."""
        wallbox = Wallbox(anonymous=True)
        known = Keeper()
        wallbox.wire.strangers["SN1"] = known
        assert (await wallbox.says("BootNotification", dict(BOOT)))[
            "status"
        ] == "Accepted"
        assert wallbox.dialect.identity == "SN1"
        assert known.boots[0].serial == "SN1"
        await wallbox.says("StatusNotification", dict(STATUS))
        assert len(known.events) == 1

    async def test_without_a_serial_it_waits(self) -> None:
        """Pending, and nothing else is listened to."""
        wallbox = Wallbox(anonymous=True)
        answer = await wallbox.says(
            "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"}
        )
        assert (answer["status"], answer["interval"]) == ("Pending", 60)
        assert await wallbox.says("StatusNotification", dict(STATUS)) == {}
        with pytest.raises(FrameError):
            await wallbox.dialect.receive("StopTransaction", dict(STOP))

    async def test_one_that_is_not_to_be_served_is_turned_away(self) -> None:
        """Rejected, with time until it may ask again."""
        wallbox = Wallbox(anonymous=True)
        answer = await wallbox.says(
            "BootNotification", BOOT | {"chargePointSerialNumber": "rogue"}
        )
        assert (answer["status"], answer["interval"]) == ("Rejected", 600)
