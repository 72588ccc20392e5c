"""Keys and statuses as quirky wallboxes have them."""

from datetime import UTC, datetime

from custom_components.smart_charge_point.simulator import (
    DrivenClock,
    Quirks,
    Refusal,
    Status,
)

from .central_system import CentralSystem
from .conftest import NewWallbox
from .quirk_tools import ACCEPTED, POWER, REGISTER, REJECTED, change, get, samples


async def test_c_what_a_list_of_keys_looks_like(
    new_wallbox: NewWallbox, central: CentralSystem
) -> None:
    """C1, C3, C5, C10, C11, C12 in one wallbox."""
    quirks = Quirks(
        unknown_keys=frozenset({"LocalPreAuthorize"}),
        feature_profiles=" Core , Smart Charging",
        keys_without_value=frozenset({"ConnectionTimeOut"}),
        counts_connector_zero=True,
        rate_units=None,
        most_stack_level=999,
        vendor_keys=(("Imax", "32"),),
        first_read_fails=True,
        readonly_keys=frozenset({"ClockAlignedDataInterval"}),
    )
    await new_wallbox(quirks=quirks)
    assert await get(central) == {"error": "InternalError"}
    keys = {key["key"]: key for key in (await get(central))["configurationKey"]}
    assert keys["SupportedFeatureProfiles"]["value"] == " Core , Smart Charging"
    assert "value" not in keys["ConnectionTimeOut"]
    assert keys["NumberOfConnectors"]["value"] == "2"
    assert "ChargingScheduleAllowedChargingRateUnit" not in keys
    assert keys["ChargeProfileMaxStackLevel"]["value"] == "999"
    assert keys["Imax"]["value"] == "32"
    assert await change(central, "ClockAlignedDataInterval", "900") == REJECTED
    assert (await get(central, "LocalPreAuthorize"))["unknownKey"] == [
        "LocalPreAuthorize"
    ]


async def test_c2_c6_lists_that_are_empty_or_short(
    new_wallbox: NewWallbox, central: CentralSystem
) -> None:
    """Nothing at all; nothing when everything is asked for; one at a time."""
    await new_wallbox(quirks=Quirks(no_list_of_all_keys=True, most_keys_asked=1))
    assert await get(central) == {"configurationKey": []}
    answer = await get(central, "GetConfigurationMaxKeys", "HeartbeatInterval")
    assert [key["value"] for key in answer["configurationKey"]] == ["1"]
    await new_wallbox(quirks=Quirks(empty_configuration=True))
    assert await central.call(
        "WB1", "GetConfiguration", {"key": ["HeartbeatInterval"]}
    ) == {"configurationKey": []}


async def test_c4_long_values_spoil_what_lies_beside(
    new_wallbox: NewWallbox, central: CentralSystem
) -> None:
    """NumberOfConnectors becomes rubbish."""
    await new_wallbox(quirks=Quirks(overlong_value_spoils=20))
    await change(central, "MeterValuesSampledData", f"{REGISTER},{POWER}")
    answer = await get(central, "NumberOfConnectors")
    assert answer["configurationKey"][0]["value"] == "1936028773"


async def test_c7_lists_of_measurands(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Known ones only, not too many, phase by phase, or anything at all."""
    await new_wallbox(quirks=Quirks(measurands=(REGISTER, POWER), most_measurands=1))
    assert await change(central, "MeterValuesSampledData", "Voltage") == REJECTED
    assert (
        await change(central, "MeterValuesSampledData", f"{REGISTER},{POWER}")
        == REJECTED
    )
    assert await change(central, "MeterValuesSampledData", POWER) == ACCEPTED
    wallbox = await new_wallbox(quirks=Quirks(measurands_need_phases=True), phases=3)
    wish = {"key": "MeterValuesSampledData", "value": "Current.Import"}
    assert await central.call("WB1", "ChangeConfiguration", wish) == REJECTED
    wish["value"] = "Current.Import.L2,Voltage.L1-N"
    assert await central.call("WB1", "ChangeConfiguration", wish) == ACCEPTED
    await wallbox.plug_in()
    await clock.advance(60)
    assert [each["phase"] for each in samples(central.calls("MeterValues")[0])] == [
        "L2",
        "L1-N",
    ]
    await new_wallbox(quirks=Quirks(takes_any_measurands=True))
    wish["value"] = "Mood"
    assert await central.call("WB2", "ChangeConfiguration", wish) == ACCEPTED


async def test_c7_c9_reboots(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """When the new list is read back; on every write; or RebootRequired for each."""
    await new_wallbox(quirks=Quirks(reboots_when_measurands_are_read=True))
    await change(central, "MeterValuesSampledData", POWER)
    await get(central, "HeartbeatInterval")
    await clock.advance(15)
    assert central.actions().count("BootNotification") == 1
    await get(central, "MeterValuesSampledData")
    await clock.advance(15)
    assert central.actions().count("BootNotification") == 2
    await new_wallbox(quirks=Quirks(reboots_on_change=True))
    await central.call(
        "WB1", "ChangeConfiguration", {"key": "HeartbeatInterval", "value": "9"}
    )
    await clock.advance(15)
    assert central.actions().count("BootNotification") == 4
    await new_wallbox(quirks=Quirks(reboot_required=True))
    answer = await central.call(
        "WB2", "ChangeConfiguration", {"key": "HeartbeatInterval", "value": "9"}
    )
    assert answer == {"status": "RebootRequired"}


async def test_b_statuses(new_wallbox: NewWallbox, central: CentralSystem) -> None:
    """B3, B4, B9, B10: what they carry, and what comes with them."""
    quirks = Quirks(
        error_code_when_fine="Error",
        status_info="x" * 80,
        vendor_error_code="0x0000",
        status_without_time=True,
        silent_connector_zero=True,
        firmware_status_at_boot=True,
        data_transfers=(("EN+", "gatewayInfo", "{}"),),
    )
    await new_wallbox(quirks=quirks)
    (status,) = central.calls("StatusNotification")
    assert status == {
        "connectorId": 1,
        "status": "Available",
        "errorCode": "Error",
        "info": "x" * 80,
        "vendorErrorCode": "0x0000",
    }
    assert central.calls("FirmwareStatusNotification") == [{"status": "Installed"}]
    assert central.calls("DataTransfer")[0]["messageId"] == "gatewayInfo"


async def test_b3_a_clock_from_1970(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Until the central system has accepted it."""
    quirks = Quirks(clock_starts_at=datetime(1970, 1, 1, tzinfo=UTC))
    wallbox = await new_wallbox(quirks=quirks, online=False)
    await wallbox.plug_in()
    await clock.advance(60)
    await wallbox.go_online()
    assert central.calls("StartTransaction")[0]["timestamp"].startswith(
        "1970-01-01T00:00:00"
    )
    assert central.calls("StatusNotification")[0]["timestamp"].startswith("2026")


async def test_b4_availability_only_on_zero(
    new_wallbox: NewWallbox, central: CentralSystem
) -> None:
    """Connector 1 says everything else."""
    wallbox = await new_wallbox(quirks=Quirks(availability_on_zero=True))
    await wallbox.plug_in()
    said = {
        (each["connectorId"], each["status"])
        for each in central.calls("StatusNotification")
    }
    assert (0, "Available") in said
    assert (1, "Available") not in said
    assert (1, "Preparing") in said


async def test_b_commands(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """B2, B5, B6, B7, B8, X5, X6, M9: what is refused, and what is misunderstood."""
    quirks = Quirks(
        trigger_boot_reboots=True,
        availability_rejected=frozenset({0}),
        sticks_in_finishing=True,
        trigger_status_rejected=frozenset({0}),
        unlock_answer="Accepted",
        only_hexadecimal_tags=True,
        longest_tag=4,
        only_tag="BEEF",
        trigger_meter_values=Refusal.NOT_IMPLEMENTED,
    )
    wallbox = await new_wallbox(quirks=quirks, free_vend=False)
    for action, payload, answer in (
        ("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}, "Rejected"),
        ("ChangeAvailability", {"connectorId": 1, "type": "Operative"}, "Accepted"),
        ("TriggerMessage", {"requestedMessage": "StatusNotification"}, "Rejected"),
        ("TriggerMessage", {"requestedMessage": "MeterValues"}, "NotImplemented"),
        (
            "TriggerMessage",
            {"requestedMessage": "StatusNotification", "connectorId": 1},
            "Accepted",
        ),
        ("UnlockConnector", {"connectorId": 1}, "Accepted"),
        ("RemoteStartTransaction", {"idTag": "BEEFBEEF"}, "Rejected"),
        ("RemoteStartTransaction", {"idTag": "XYZ"}, "Rejected"),
        ("RemoteStartTransaction", {"idTag": "ABBA"}, "Rejected"),
        ("RemoteStartTransaction", {"idTag": "BEEF"}, "Accepted"),
    ):
        assert await central.call("WB0", action, payload) == {"status": answer}, payload
    await clock.advance(0)
    await wallbox.plug_in()
    await central.call("WB0", "RemoteStopTransaction", {"transactionId": 101})
    await clock.advance(0)
    assert wallbox.status() is Status.FINISHING
    assert (
        await central.call("WB0", "RemoteStartTransaction", {"idTag": "BEEF"})
        == REJECTED
    )
    message = {"requestedMessage": "BootNotification"}
    assert await central.call("WB0", "TriggerMessage", message) == ACCEPTED
    await clock.advance(20)
    assert central.actions().count("BootNotification") == 2
