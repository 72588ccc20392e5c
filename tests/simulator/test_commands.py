"""What the central system asks is done, and answered as OCPP 1.6 section 5 says."""

from datetime import timedelta
from typing import Any

import pytest

from custom_components.smart_charge_point.simulator import (
    Car,
    DrivenClock,
    Status,
    Wallbox,
)

from .central_system import CentralSystem, Payload
from .conftest import NewWallbox
from .payloads import profile, set_profile

_ACCEPTED = {"status": "Accepted"}
_REJECTED = {"status": "Rejected"}


@pytest.fixture
async def with_card(new_wallbox: NewWallbox) -> Wallbox:
    """A wallbox that does not begin by itself."""
    return await new_wallbox(free_vend=False)


async def test_remote_start_with_the_cable_first(
    with_card: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """The profile that comes with it rules the transaction."""
    await with_card.plug_in()
    assert with_card.status() is Status.PREPARING
    csp = profile((0, 8), purpose="TxProfile")
    start = {"idTag": "ME", "connectorId": 1, "chargingProfile": csp}
    assert await central.call("WB0", "RemoteStartTransaction", start) == _ACCEPTED
    await clock.advance(3)
    assert with_card.current() == 8
    assert central.calls("StartTransaction")[0]["idTag"] == "ME"
    assert (
        await central.call("WB0", "RemoteStartTransaction", {"idTag": "ME"})
        == _REJECTED
    )


async def test_remote_start_with_the_cable_later(
    with_card: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """It waits as long as ConnectionTimeOut says, and no longer."""
    start = {"idTag": "ME"}
    assert await central.call("WB0", "RemoteStartTransaction", start) == _ACCEPTED
    await clock.advance(119)
    assert with_card.status() is Status.PREPARING
    await clock.advance(1)
    assert with_card.status() is Status.AVAILABLE
    assert await central.call("WB0", "RemoteStartTransaction", start) == _ACCEPTED
    await clock.advance(1)
    await with_card.plug_in()
    assert with_card.transaction() is not None
    await clock.advance(300)
    assert with_card.status() is Status.CHARGING


async def test_remote_start_asks_first_where_it_must(
    with_card: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """AuthorizeRemoteTxRequests."""
    with_card.configuration.put_value("AuthorizeRemoteTxRequests", "true")
    central.answers["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
    await with_card.plug_in()
    await central.call("WB0", "RemoteStartTransaction", {"idTag": "ME"})
    await clock.advance(1)
    assert central.calls("Authorize") == [{"idTag": "ME"}]
    assert with_card.transaction() is None


async def test_remote_stop(
    wallbox: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Ends the transaction it names and no other; free vend does not begin anew before the cable was out."""
    await wallbox.plug_in()
    stop = {"transactionId": 999}
    assert await central.call("WB0", "RemoteStopTransaction", stop) == _REJECTED
    stop = {"transactionId": 101}
    assert await central.call("WB0", "RemoteStopTransaction", stop) == _ACCEPTED
    await clock.advance(60)
    assert central.calls("StopTransaction")[0]["reason"] == "Remote"
    assert wallbox.status() is Status.FINISHING
    assert len(central.calls("StartTransaction")) == 1


async def test_cards(
    with_card: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """A known card begins and ends; another does nothing; an unknown one is asked about."""
    await with_card.plug_in()
    await with_card.swipe("MINE")
    assert central.calls("Authorize") == [{"idTag": "MINE"}]
    await with_card.swipe("YOURS")
    assert with_card.transaction() is not None
    await with_card.swipe("MINE")
    stop = central.calls("StopTransaction")[0]
    assert (stop["reason"], stop["idTag"]) == ("Local", "MINE")
    await with_card.unplug()
    await with_card.plug_in()
    await with_card.swipe("MINE")
    assert len(central.calls("Authorize")) == 1
    await clock.advance(1)


async def test_cards_offline(with_card: Wallbox, central: CentralSystem) -> None:
    """By the local list, and for strangers as AllowOfflineTxForUnknownId says."""
    entries = [
        {"idTag": "GOOD", "idTagInfo": {"status": "Accepted"}},
        {"idTag": "BAD", "idTagInfo": {"status": "Blocked"}},
        {"idTag": "GONE", "idTagInfo": {"status": "Accepted"}},
    ]
    send = {"listVersion": 3, "updateType": "Full", "localAuthorizationList": entries}
    assert await central.call("WB0", "SendLocalList", send) == _ACCEPTED
    amend = {
        "listVersion": 4,
        "updateType": "Differential",
        "localAuthorizationList": [{"idTag": "GONE"}],
    }
    assert await central.call("WB0", "SendLocalList", amend) == _ACCEPTED
    assert await central.call("WB0", "SendLocalList", amend) == {
        "status": "VersionMismatch"
    }
    many = send | {"localAuthorizationList": entries * 50}
    assert await central.call("WB0", "SendLocalList", many) == {"status": "Failed"}
    assert await central.call("WB0", "GetLocalListVersion", {}) == {"listVersion": 4}
    with_card.configuration.put_value("AllowOfflineTxForUnknownId", "false")
    await with_card.go_offline()
    await with_card.plug_in()
    for tag in ("BAD", "GONE", "STRANGER"):
        await with_card.swipe(tag)
        assert with_card.transaction() is None
    await with_card.swipe("GOOD")
    assert with_card.transaction() is not None
    assert await _cleared(with_card, central) == {}


async def _cleared(wallbox: Wallbox, central: CentralSystem) -> dict[str, Any]:
    await wallbox.go_online()
    await central.call("WB0", "ClearCache", {})
    return wallbox.whitelist.cache


async def test_availability(
    wallbox: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Scheduled during a transaction; back in service it charges who is plugged in."""
    off = {"connectorId": 0, "type": "Inoperative"}
    assert await central.call("WB0", "ChangeAvailability", off) == _ACCEPTED
    assert wallbox.status() is Status.UNAVAILABLE
    await wallbox.plug_in()
    assert wallbox.transaction() is None
    on = {"connectorId": 1, "type": "Operative"}
    assert await central.call("WB0", "ChangeAvailability", on) == _ACCEPTED
    await clock.advance(3)
    assert wallbox.status() is Status.CHARGING
    assert await central.call("WB0", "ChangeAvailability", off) == {
        "status": "Scheduled"
    }
    await wallbox.unplug()
    assert wallbox.status() is Status.UNAVAILABLE
    nowhere = {"connectorId": 7, "type": "Operative"}
    assert await central.call("WB0", "ChangeAvailability", nowhere) == _REJECTED


@pytest.mark.parametrize(
    ("kind", "reason"), [("Soft", "SoftReset"), ("Hard", "HardReset")]
)
async def test_reset(
    wallbox: Wallbox, central: CentralSystem, clock: DrivenClock, kind: str, reason: str
) -> None:
    """Ends transactions, is away for ten seconds, boots."""
    await wallbox.plug_in()
    assert await central.call("WB0", "Reset", {"type": kind}) == _ACCEPTED
    await clock.advance(1)
    assert not wallbox.connected
    await clock.advance(10)
    assert wallbox.online
    assert central.calls("StopTransaction")[0]["reason"] == reason
    assert await central.call("WB0", "Reset", {"type": "Gentle"}) == {
        "error": "PropertyConstraintViolation"
    }


async def test_triggers(wallbox: Wallbox, central: CentralSystem) -> None:
    """Each message that can be triggered comes; others are NotImplemented."""
    for action in (
        "BootNotification",
        "Heartbeat",
        "StatusNotification",
        "MeterValues",
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
    ):
        central.heard.clear()
        message = {"requestedMessage": action}
        assert await central.call("WB0", "TriggerMessage", message) == _ACCEPTED
        assert action in central.actions()
    nonsense = {"requestedMessage": "SignChargePointCertificate"}
    assert await central.call("WB0", "TriggerMessage", nonsense) == {
        "status": "NotImplemented"
    }
    nowhere = {"requestedMessage": "MeterValues", "connectorId": 9}
    assert await central.call("WB0", "TriggerMessage", nowhere) == _REJECTED


async def test_reservations(
    with_card: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Kept for a tag until they lapse, are cancelled or used."""
    reserve = {
        "connectorId": 1,
        "expiryDate": "2026-11-23T01:00:00Z",
        "idTag": "MINE",
        "reservationId": 5,
    }
    assert await central.call("WB0", "ReserveNow", reserve) == _ACCEPTED
    assert with_card.status() is Status.RESERVED
    assert (
        await central.call("WB0", "RemoteStartTransaction", {"idTag": "YOURS"})
        == _REJECTED
    )
    await clock.advance(3600)
    assert with_card.status() is Status.AVAILABLE
    later = reserve | {"expiryDate": "2026-11-23T03:00:00Z"}
    await central.call("WB0", "ReserveNow", later)
    assert (
        await central.call("WB0", "CancelReservation", {"reservationId": 5})
        == _ACCEPTED
    )
    assert (
        await central.call("WB0", "CancelReservation", {"reservationId": 5})
        == _REJECTED
    )
    await central.call("WB0", "ReserveNow", later)
    await with_card.plug_in()
    await with_card.swipe("MINE")
    assert central.calls("StartTransaction")[0]["reservationId"] == 5
    assert await central.call("WB0", "ReserveNow", later) == {"status": "Occupied"}
    assert (
        await central.call("WB0", "ReserveNow", later | {"connectorId": 0}) == _REJECTED
    )
    await with_card.unplug()
    await with_card.fault()
    assert await central.call("WB0", "ReserveNow", later) == {"status": "Faulted"}
    await with_card.clear_fault()
    await central.call(
        "WB0", "ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}
    )
    assert await central.call("WB0", "ReserveNow", later) == {"status": "Unavailable"}


async def test_unlock(wallbox: Wallbox, central: CentralSystem) -> None:
    """Ends the transaction first."""
    await wallbox.plug_in()
    assert await central.call("WB0", "UnlockConnector", {"connectorId": 1}) == {
        "status": "Unlocked"
    }
    assert central.calls("StopTransaction")[0]["reason"] == "UnlockCommand"
    assert await central.call("WB0", "UnlockConnector", {"connectorId": 5}) == {
        "status": "NotSupported"
    }


async def test_configuration(wallbox: Wallbox, central: CentralSystem) -> None:
    """Keys are found without regard to case, kept within their limits and rights, and unknown ones are said."""
    answer = await central.call(
        "WB0", "GetConfiguration", {"key": ["heartbeatINTERVAL", "Nonsense"]}
    )
    assert answer == {
        "configurationKey": [
            {"key": "HeartbeatInterval", "readonly": False, "value": "3600"}
        ],
        "unknownKey": ["Nonsense"],
    }
    for key, value, status in (
        ("HeartbeatInterval", "60", "Accepted"),
        ("HeartbeatInterval", "often", "Rejected"),
        ("HeartbeatInterval", "0", "Rejected"),
        ("LocalPreAuthorize", "TRUE", "Accepted"),
        ("LocalPreAuthorize", "perhaps", "Rejected"),
        ("NumberOfConnectors", "9", "Rejected"),
        ("MeterValuesSampledData", "Voltage, SoC", "Accepted"),
        ("MeterValuesSampledData", "Voltage,Mood", "Rejected"),
        ("ClockAlignedDataInterval", "900", "Accepted"),
        ("Nonsense", "1", "NotSupported"),
    ):
        answer = await central.call(
            "WB0", "ChangeConfiguration", {"key": key, "value": value}
        )
        assert answer == {"status": status}, key
    everything = await central.call("WB0", "GetConfiguration", {})
    assert len(everything["configurationKey"]) > 30
    wrong = {"key": "HeartbeatInterval", "value": 60}
    assert await central.call("WB0", "ChangeConfiguration", wrong) == {
        "error": "TypeConstraintViolation"
    }
    missing = {"key": "HeartbeatInterval"}
    assert await central.call("WB0", "ChangeConfiguration", missing) == {
        "error": "OccurenceConstraintViolation"
    }


async def test_meter_values_by_the_clock_and_in_the_stop(
    wallbox: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """ClockAlignedDataInterval runs with the wall clock; StopTxnSampledData comes with the StopTransaction."""
    for key, value in (
        ("ClockAlignedDataInterval", "900"),
        ("MeterValueSampleInterval", "600"),
        ("StopTxnSampledData", "Energy.Active.Import.Register"),
        (
            "MeterValuesSampledData",
            "Current.Offered,Power.Offered,SoC,Temperature,Frequency",
        ),
    ):
        answer = await central.call(
            "WB0", "ChangeConfiguration", {"key": key, "value": value}
        )
        assert answer == _ACCEPTED
    await clock.advance(timedelta(minutes=10))
    await wallbox.plug_in(Car(soc=0.2))
    await clock.advance(timedelta(minutes=25))
    await wallbox.unplug()
    aligned = [call["meterValue"][0] for call in central.calls("MeterValues")]
    times = [value["timestamp"][11:19] for value in aligned]
    assert times == ["00:15:00", "00:20:00", "00:30:00", "00:30:00"]
    (stop,) = central.calls("StopTransaction")
    contexts = [
        value["sampledValue"][0]["context"] for value in stop["transactionData"]
    ]
    assert contexts == [
        "Transaction.Begin",
        "Sample.Periodic",
        "Sample.Periodic",
        "Transaction.End",
    ]
    periodic = next(
        value
        for value in aligned
        if value["sampledValue"][0]["context"] == "Sample.Periodic"
    )
    assert [
        (each["measurand"], each["value"]) for each in periodic["sampledValue"]
    ] == [
        ("Current.Offered", "32.0"),
        ("Power.Offered", "7360.0"),
        ("SoC", "22"),
        ("Temperature", "31.0"),
        ("Frequency", "50.0"),
    ]


async def test_firmware_and_diagnostics(
    wallbox: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Reported step by step, though nothing is really fetched."""
    update = {"location": "http://127.0.0.1/f", "retrieveDate": "2026-11-23T00:10:00Z"}
    assert await central.call("WB0", "UpdateFirmware", update) == {}
    answer = await central.call(
        "WB0", "GetDiagnostics", {"location": "http://127.0.0.1/d"}
    )
    assert answer == {"fileName": "diagnostics-WB0.log"}
    await clock.advance(timedelta(minutes=11))
    told = [each["status"] for each in central.calls("FirmwareStatusNotification")]
    assert told == ["Downloading", "Downloaded", "Installing", "Installed"]
    told = [each["status"] for each in central.calls("DiagnosticsStatusNotification")]
    assert told == ["Uploading", "Uploaded"]
    answer = await central.call("WB0", "DataTransfer", {"vendorId": "x"})
    assert answer == {"status": "UnknownVendorId"}


_MAXIMUM: dict[str, Any] = {
    "purpose": "ChargePointMaxProfile",
    "kind": "Absolute",
    "start": "2026-11-22T00:00:00Z",
}


@pytest.mark.parametrize(
    ("connector", "csp", "answer"),
    [
        (1, profile(), _ACCEPTED),
        (0, profile((0, 20), **_MAXIMUM), _ACCEPTED),
        (3, profile(), _REJECTED),
        (1, profile(stack=9), _REJECTED),
        (1, profile(*((each * 60, 0) for each in range(25))), _REJECTED),
        (1, profile((0, 16), purpose="TxProfile"), _REJECTED),
        (7, profile((0, 16), purpose="TxProfile"), _REJECTED),
        (1, profile() | {"stackLevel": "0"}, {"error": "TypeConstraintViolation"}),
    ],
)  # fmt: skip
async def test_profiles_are_checked(
    wallbox: Wallbox,
    central: CentralSystem,
    connector: int,
    csp: Payload,
    answer: Payload,
) -> None:
    """Against what the wallbox is and announces."""
    assert (
        await central.call("WB0", "SetChargingProfile", set_profile(connector, csp))
        == answer
    )


async def test_a_transaction_profile_needs_its_transaction(
    wallbox: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """The one that runs; and it goes over the default profile, and dies with the transaction."""
    await central.call("WB0", "SetChargingProfile", set_profile(1, profile((0, 0))))
    await wallbox.plug_in()
    for number, answer in ((999, _REJECTED), (101, _ACCEPTED)):
        csp = profile((0, 32), identifier=9, purpose="TxProfile", transactionId=number)
        assert (
            await central.call("WB0", "SetChargingProfile", set_profile(1, csp))
            == answer
        )
    await clock.advance(3)
    assert wallbox.current() == 32
    await wallbox.unplug()
    assert [each.identifier for each in wallbox.profiles] == [1]


async def test_only_so_many_profiles_and_only_announced_units(
    wallbox: Wallbox, central: CentralSystem
) -> None:
    """MaxChargingProfilesInstalled and ChargingScheduleAllowedChargingRateUnit."""
    wallbox.configuration.put_value("MaxChargingProfilesInstalled", "1")
    wallbox.configuration.put_value("ChargingScheduleAllowedChargingRateUnit", "Power")
    for csp, expected in (
        (profile(), _REJECTED),
        (profile(unit="W"), _ACCEPTED),
        (profile(unit="W"), _ACCEPTED),
        (profile(unit="W", identifier=2, stack=1), _REJECTED),
    ):
        assert (
            await central.call("WB0", "SetChargingProfile", set_profile(1, csp))
            == expected
        )
    composite = {"connectorId": 1, "duration": 60}
    answer = await central.call("WB0", "GetCompositeSchedule", composite)
    assert answer["chargingSchedule"]["chargingRateUnit"] == "W"
    answer = await central.call(
        "WB0", "GetCompositeSchedule", composite | {"chargingRateUnit": "A"}
    )
    assert answer == _REJECTED
    assert (
        await central.call(
            "WB0", "GetCompositeSchedule", composite | {"connectorId": 4}
        )
        == _REJECTED
    )
    clear = {"chargingProfilePurpose": "TxProfile"}
    assert await central.call("WB0", "ClearChargingProfile", clear) == {
        "status": "Unknown"
    }
    assert await central.call("WB0", "ClearChargingProfile", {"id": 1}) == _ACCEPTED
