"""Each quirk does on the wire what was seen in the field."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json
from typing import Any

import pytest

from custom_components.smart_charge_point.simulator import (
    Car,
    DrivenClock,
    Quirks,
    Refusal,
    Status,
    Wallbox,
)
from custom_components.smart_charge_point.simulator.quirks import (
    ErrorTail,
    PhaseStyle,
    ValueStyle,
)

from .central_system import CentralSystem, Payload
from .conftest import NewWallbox
from .payloads import profile, set_profile

_ACCEPTED = {"status": "Accepted"}
_REJECTED = {"status": "Rejected"}
_REGISTER = "Energy.Active.Import.Register"
_POWER = "Power.Active.Import"


async def _get(central: CentralSystem, *keys: str) -> dict[str, Any]:
    payload = {"key": list(keys)} if keys else {}
    return await central.call("WB0", "GetConfiguration", payload)


async def _change(central: CentralSystem, key: str, value: str) -> Payload:
    return await central.call(
        "WB0", "ChangeConfiguration", {"key": key, "value": value}
    )


async def _set(central: CentralSystem, csp: Payload, connector: int = 1) -> Payload:
    return await central.call("WB0", "SetChargingProfile", set_profile(connector, csp))


def _samples(call: Payload) -> list[Payload]:
    return [sample for value in call["meterValue"] for sample in value["sampledValue"]]


# Transport


async def test_t1_no_subprotocol(
    new_wallbox: NewWallbox, central: CentralSystem
) -> None:
    """And the headers of a tiny client."""
    await new_wallbox(quirks=Quirks(no_subprotocol=True))
    assert "Sec-WebSocket-Protocol" not in central.headers[0]
    assert central.headers[0]["User-Agent"] == "TinyWebsockets Client"
    assert "Origin" in central.headers[0]


async def test_t2_other_subprotocols_and_a_probe(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """A socket of three seconds on which nothing is said, then the real one."""
    quirks = Quirks(subprotocols=("ocpp1.6", "ocpp1.5"), probes_first=True)
    wallbox = await new_wallbox(quirks=quirks)
    await clock.advance(2)
    assert central.heard == []
    await clock.advance(1)
    assert wallbox.online
    assert len(central.dialled) == 2
    assert central.headers[1]["Sec-WebSocket-Protocol"] == "ocpp1.6,ocpp1.5"


@pytest.mark.parametrize(
    ("quirks", "path"),
    [
        (Quirks(no_identity=True), "/ocpp/"),
        (Quirks(appends_serial=True), "/ocpp/WB0/WB0"),
        (Quirks(trailing_slash=True), "/ocpp/WB0/"),
    ],
)
async def test_t3_t4_addresses(
    new_wallbox: NewWallbox, central: CentralSystem, quirks: Quirks, path: str
) -> None:
    """No identity, one too many, a slash too many."""
    await new_wallbox(quirks=quirks)
    assert central.paths == [path]
    assert central.calls("BootNotification")[0]["chargePointSerialNumber"] == "WB0"


@pytest.mark.parametrize("ignores", [True, False])
async def test_t5_pings(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock, ignores: bool
) -> None:
    """Answered, or not."""
    await new_wallbox(quirks=Quirks(ignores_pings=ignores))
    await central.sockets["WB0"].ping(b"?")
    await clock.settle()
    assert central.pongs == (0 if ignores else 1)


async def test_t6_closes_idle_sockets(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """After so long without anything from the central system; a ping is something."""
    wallbox = await new_wallbox(quirks=Quirks(closes_idle_after=timedelta(seconds=45)))
    await clock.advance(40)
    await central.sockets["WB0"].ping()
    await clock.advance(40)
    assert wallbox.connected
    await clock.advance(5)
    assert not wallbox.connected
    assert central.closed_with == [1001]
    await clock.advance(10)
    assert wallbox.connected


async def test_t7_boots_on_every_connection(
    new_wallbox: NewWallbox, central: CentralSystem
) -> None:
    """The minority's habit."""
    wallbox = await new_wallbox(quirks=Quirks(reconnects_without_boot=False))
    await wallbox.go_offline()
    await wallbox.go_online()
    assert central.actions().count("BootNotification") == 2


async def test_t8_leaves_sockets_open(
    new_wallbox: NewWallbox, central: CentralSystem
) -> None:
    """The old socket is not closed when the new one opens."""
    wallbox = await new_wallbox(quirks=Quirks(leaves_sockets_open=True))
    old = central.sockets["WB0"]
    await wallbox.go_offline()
    await wallbox.go_online()
    assert not old.closed


async def test_t9_redials_late_or_never(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Minutes after a drop; or not before the power was cut; or the first time after a quarter of an hour."""
    late = await new_wallbox(quirks=Quirks(redials_after=timedelta(minutes=6)))
    never = await new_wallbox(quirks=Quirks(never_redials=True))
    slow = await new_wallbox(quirks=Quirks(first_dials_after=timedelta(minutes=15)))
    assert [each.connected for each in (late, never, slow)] == [True, True, False]
    await central.sockets["WB0"].close()
    await central.sockets["WB1"].close()
    await clock.advance(timedelta(minutes=5))
    assert not late.connected
    await clock.advance(timedelta(minutes=10))
    assert [each.connected for each in (late, never, slow)] == [True, False, True]
    await never.power_cut()
    await never.power_restore()
    assert never.connected


async def test_t10_reboots_when_dropped(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """But not when its own network went."""
    wallbox = await new_wallbox(quirks=Quirks(reboots_on_drop=True))
    await wallbox.go_offline()
    await wallbox.go_online()
    assert central.actions().count("BootNotification") == 1
    await central.sockets["WB0"].close()
    await clock.advance(12)
    assert central.actions().count("BootNotification") == 2


async def test_t12_pretty_json_and_words_between(
    new_wallbox: NewWallbox, central: CentralSystem
) -> None:
    """Newlines in frames; a call of its own before the answer."""
    await new_wallbox(quirks=Quirks(pretty_json=True, speaks_before_answering=True))
    await _get(central, "HeartbeatInterval")
    frames = [json.loads(text) for text in central.raw]
    assert "\n\t" in central.raw[0]
    assert [frame[2] for frame in frames if frame[0] == 2][-1] == "Heartbeat"
    assert [frame[0] for frame in frames[-2:]] == [2, 3]


@pytest.mark.parametrize(
    ("quirks", "tail"),
    [
        (Quirks(error_code="FormationViolation", error_tail=ErrorTail.MISSING), ["FormationViolation", ""]),
        (Quirks(error_tail=ErrorTail.TEXT), ["NotImplemented", "Nonsense is not known", ""]),
        (Quirks(refused_actions=frozenset({"Nonsense"})), ["NotImplemented", "", {}]),
    ],
)  # fmt: skip
async def test_t14_call_errors(
    new_wallbox: NewWallbox, central: CentralSystem, quirks: Quirks, tail: list[Any]
) -> None:
    """Too short, of the wrong code, with a text where an object should be."""
    await new_wallbox(quirks=quirks)
    await central.call("WB0", "Nonsense", {})
    assert json.loads(central.raw[-1])[2:] == tail


async def test_t15_never_answers(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """And goes on living."""
    wallbox = await new_wallbox(quirks=Quirks(never_answers=frozenset({"Reset"})))
    await central.sockets["WB0"].send_json([2, "x", "Reset", {"type": "Soft"}])
    await clock.advance(60)
    assert wallbox.online
    assert await _get(central, "HeartbeatInterval")


# Configuration


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
    assert await _get(central) == {"error": "InternalError"}
    keys = {key["key"]: key for key in (await _get(central))["configurationKey"]}
    assert keys["SupportedFeatureProfiles"]["value"] == " Core , Smart Charging"
    assert "value" not in keys["ConnectionTimeOut"]
    assert keys["NumberOfConnectors"]["value"] == "2"
    assert "ChargingScheduleAllowedChargingRateUnit" not in keys
    assert keys["ChargeProfileMaxStackLevel"]["value"] == "999"
    assert keys["Imax"]["value"] == "32"
    assert await _change(central, "ClockAlignedDataInterval", "900") == _REJECTED
    assert (await _get(central, "LocalPreAuthorize"))["unknownKey"] == [
        "LocalPreAuthorize"
    ]


async def test_c2_c6_lists_that_are_empty_or_short(
    new_wallbox: NewWallbox, central: CentralSystem
) -> None:
    """Nothing at all; nothing when everything is asked for; one at a time."""
    await new_wallbox(quirks=Quirks(no_list_of_all_keys=True, most_keys_asked=1))
    assert await _get(central) == {"configurationKey": []}
    answer = await _get(central, "GetConfigurationMaxKeys", "HeartbeatInterval")
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
    await _change(central, "MeterValuesSampledData", f"{_REGISTER},{_POWER}")
    answer = await _get(central, "NumberOfConnectors")
    assert answer["configurationKey"][0]["value"] == "1936028773"


async def test_c7_lists_of_measurands(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Known ones only, not too many, phase by phase, or anything at all."""
    await new_wallbox(quirks=Quirks(measurands=(_REGISTER, _POWER), most_measurands=1))
    assert await _change(central, "MeterValuesSampledData", "Voltage") == _REJECTED
    assert (
        await _change(central, "MeterValuesSampledData", f"{_REGISTER},{_POWER}")
        == _REJECTED
    )
    assert await _change(central, "MeterValuesSampledData", _POWER) == _ACCEPTED
    wallbox = await new_wallbox(quirks=Quirks(measurands_need_phases=True), phases=3)
    change = {"key": "MeterValuesSampledData", "value": "Current.Import"}
    assert await central.call("WB1", "ChangeConfiguration", change) == _REJECTED
    change["value"] = "Current.Import.L2,Voltage.L1-N"
    assert await central.call("WB1", "ChangeConfiguration", change) == _ACCEPTED
    await wallbox.plug_in()
    await clock.advance(60)
    assert [each["phase"] for each in _samples(central.calls("MeterValues")[0])] == [
        "L2",
        "L1-N",
    ]
    await new_wallbox(quirks=Quirks(takes_any_measurands=True))
    change["value"] = "Mood"
    assert await central.call("WB2", "ChangeConfiguration", change) == _ACCEPTED


async def test_c7_c9_reboots(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """When the new list is read back; on every write; or RebootRequired for each."""
    await new_wallbox(quirks=Quirks(reboots_when_measurands_are_read=True))
    await _change(central, "MeterValuesSampledData", _POWER)
    await _get(central, "HeartbeatInterval")
    await clock.advance(15)
    assert central.actions().count("BootNotification") == 1
    await _get(central, "MeterValuesSampledData")
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


# Boot and status


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
        == _REJECTED
    )
    message = {"requestedMessage": "BootNotification"}
    assert await central.call("WB0", "TriggerMessage", message) == _ACCEPTED
    await clock.advance(20)
    assert central.actions().count("BootNotification") == 2


# Transactions


@pytest.fixture
def charge(new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock) -> Any:
    """Let a wallbox with these quirks charge for some minutes, and return what it told."""

    async def charge(
        quirks: Quirks, minutes: int = 3, **arguments: Any
    ) -> list[tuple[str, Payload]]:
        wallbox = await new_wallbox(quirks=quirks, **arguments)
        await wallbox.plug_in(Car(soc=0.2, phases=3, maximum_current=16))
        await clock.advance(timedelta(minutes=minutes))
        await wallbox.unplug()
        kinds = {"StartTransaction", "MeterValues", "StopTransaction"}
        return [
            (each.action, each.payload)
            for each in central.heard
            if each.action in kinds
        ]

    return charge


async def test_x1_x2_ids(
    charge: Any, new_wallbox: NewWallbox, central: CentralSystem
) -> None:
    """Its own id in MeterValues, also afterwards; and the closing ones come after the stop."""
    quirks = Quirks(
        own_transaction_id=9_223_372_036_854_775_807,
        meter_values_after_stop=True,
        keeps_last_transaction_id=True,
    )
    told = await charge(quirks)
    assert [action for action, _payload in told[-2:]] == [
        "StopTransaction",
        "MeterValues",
    ]
    assert told[-2][1]["transactionId"] == 101
    assert told[-1][1]["transactionId"] == 9_223_372_036_854_775_807
    await central.call("WB0", "TriggerMessage", {"requestedMessage": "MeterValues"})
    assert (
        central.calls("MeterValues")[-1]["transactionId"] == 9_223_372_036_854_775_807
    )
    await new_wallbox(quirks=Quirks(idle_transaction_id=0))
    await central.call("WB1", "TriggerMessage", {"requestedMessage": "MeterValues"})
    assert central.calls("MeterValues")[-1]["transactionId"] == 0


async def test_x3_late_stops_and_stops_without_id(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """The stop comes with the next reconnect, after the next transaction's start; or it has no id."""
    wallbox = await new_wallbox(quirks=Quirks(stops_late=True))
    await wallbox.plug_in()
    await wallbox.unplug()
    await clock.advance(timedelta(days=2))
    await wallbox.plug_in()
    assert central.calls("StopTransaction") == []
    await wallbox.go_offline()
    await wallbox.go_online()
    assert central.calls("StopTransaction")[0]["transactionId"] == 101
    offline = await new_wallbox(
        quirks=Quirks(offline_stop_has_no_id=True), online=False
    )
    await offline.plug_in()
    await offline.unplug()
    await offline.go_online()
    assert central.calls("StopTransaction")[-1]["transactionId"] == -1


async def test_x6_refuses_remote_stop(
    new_wallbox: NewWallbox, central: CentralSystem
) -> None:
    """In autostart mode."""
    wallbox = await new_wallbox(quirks=Quirks(refuses_remote_stop=True))
    await wallbox.plug_in()
    assert (
        await central.call("WB0", "RemoteStopTransaction", {"transactionId": 101})
        == _REJECTED
    )


async def test_x7_x9_x10_registers(charge: Any) -> None:
    """The session's register; repeated in each message; and the stop's only in transactionData."""
    quirks = Quirks(
        register_per_session=True,
        repeats_begin_register=True,
        stop_in_transaction_data=True,
    )
    told = await charge(quirks, register_wh=5_000_000)
    assert told[0][1]["meterStart"] == 0
    contexts = [
        each["context"]
        for each in _samples(told[1][1])
        if each["measurand"] == _REGISTER
    ]
    assert contexts == ["Transaction.Begin", "Sample.Periodic"]
    assert told[-1][1]["meterStop"] == 0
    assert int(told[-1][1]["transactionData"][0]["sampledValue"][0]["value"]) > 100


async def test_x11_x12_stops_missing_and_starts_twice(charge: Any) -> None:
    """No StopTransaction on unplug; and the same StartTransaction again."""
    told = await charge(Quirks(no_stop_on_unplug=True, repeats_start=True))
    assert [action for action, _payload in told] == ["StartTransaction"] * 2 + [
        "MeterValues"
    ] * 3
    assert told[0] == told[1]
    assert told[2][1]["transactionId"] == 102


# Meter values


@pytest.mark.parametrize(
    ("quirks", "measurand", "expected"),
    [
        (Quirks(value_style=ValueStyle.BLANK_IN_FRONT), _POWER, {"value": " 3680.0"}),
        (Quirks(value_style=ValueStyle.NUMBER), _POWER, {"value": 3680.0}),
        (Quirks(value_style=ValueStyle.EMPTY), _POWER, {"value": ""}),
        (Quirks(empty_measurands=frozenset({"Voltage"})), "Voltage", {"value": ""}),
        (Quirks(units=((_POWER, "Hz"),)), _POWER, {"unit": "Hz"}),
        (Quirks(units=((_POWER, None),)), _POWER, {"unit": None}),
        (Quirks(register_in_kwh=True), _REGISTER, {"unit": "kWh", "value": "0.058"}),
        (Quirks(context="CurrentMax"), _POWER, {"context": "CurrentMax"}),
        (Quirks(context=""), _POWER, {"context": None}),
        (Quirks(phase_style=PhaseStyle.WITH_NEUTRAL), "Current.Import", {"phase": "L1-N"}),
        (Quirks(phase_style=PhaseStyle.WITH_NEUTRAL), _POWER, {"phase": "L1-N"}),
        (Quirks(phase_style=PhaseStyle.LONE_NEUTRAL), "Voltage", {"phase": "N"}),
        (Quirks(phase_style=PhaseStyle.REGISTER_ON_FIRST), _REGISTER, {"phase": "L1"}),
        (Quirks(direct_current=True), "Voltage", {"phase": None, "value": "400.0"}),
    ],
)  # fmt: skip
async def test_m_samples(
    charge: Any, quirks: Quirks, measurand: str, expected: Payload
) -> None:
    """M2, M3, M4, M11: one sample, bent."""
    told = await charge(quirks, minutes=1)
    sample = next(
        each for each in _samples(told[1][1]) if each["measurand"] == measurand
    )
    assert {name: sample.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("style", "measurand", "phases"),
    [
        (PhaseStyle.ONLY_FIRST, "Current.Import", ["L1"]),
        (PhaseStyle.PLAIN, "Current.Import", ["L1", "L2", "L3"]),
        (PhaseStyle.ZEROS, _POWER, ["L1", "L2", "L3"]),
        (PhaseStyle.LONE_NEUTRAL, "Voltage", ["N"]),
    ],
)
async def test_m4_phases(
    charge: Any, style: PhaseStyle, measurand: str, phases: list[str]
) -> None:
    """Which phases are told of."""
    told = await charge(Quirks(phase_style=style), minutes=1, phases=3)
    assert [
        each["phase"] for each in _samples(told[1][1]) if each["measurand"] == measurand
    ] == phases


async def test_m5_m7_m8_messages(charge: Any) -> None:
    """Connector 0, a bucket per measurand, no power, times of 2020; and of a place far east."""
    quirks = Quirks(
        meter_on_connector_zero=True,
        bucket_per_measurand=True,
        no_power=True,
        samples_in_2020=True,
    )
    told = await charge(quirks, minutes=1)
    message = told[1][1]
    assert message["connectorId"] == 0
    assert [len(value["sampledValue"]) for value in message["meterValue"]] == [1, 1, 1]
    assert message["meterValue"][0]["timestamp"].startswith("2020-")
    assert _POWER not in {each["measurand"] for each in _samples(message)}
    told = await charge(Quirks(utc_offset=timedelta(hours=10)), minutes=1)
    assert told[-1][1]["timestamp"] == "2026-11-23T10:02:00+10:00"


async def test_m6_register_glitches(charge: Any) -> None:
    """Every tenth register is 0."""
    told = await charge(Quirks(register_glitches=True), minutes=20)
    registers = [
        sample["value"]
        for _action, payload in told[1:-1]
        for sample in _samples(payload)
        if sample["measurand"] == _REGISTER
    ]
    assert [place for place, value in enumerate(registers) if value == "0"] == [9, 19]


async def test_m9_m10_when_there_are_values(
    charge: Any, new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Only on a trigger; none while idle; not too often; no answer to a trigger."""
    told = await charge(Quirks(meter_values_only_on_trigger=True))
    assert [action for action, _payload in told] == [
        "StartTransaction",
        "StopTransaction",
    ]
    trigger = {"requestedMessage": "MeterValues"}
    await central.call("WB0", "TriggerMessage", trigger)
    assert len(central.calls("MeterValues")) == 1
    wallbox = await new_wallbox(
        quirks=Quirks(
            no_idle_values=True, no_idle_voltage=True, least_sample_interval=30
        )
    )
    await central.call("WB1", "TriggerMessage", trigger)
    assert len(central.calls("MeterValues")) == 1
    change = {"key": "MeterValueSampleInterval", "value": "10"}
    assert await central.call("WB1", "ChangeConfiguration", change) == _REJECTED
    await wallbox.plug_in(Car(soc=1.0))
    await clock.advance(60)
    voltage = next(
        each
        for each in _samples(central.calls("MeterValues")[-1])
        if each["measurand"] == "Voltage"
    )
    assert voltage["value"] == "0.0"
    await new_wallbox(quirks=Quirks(trigger_meter_values=Refusal.SILENCE))
    await central.sockets["WB2"].send_json([2, "x", "TriggerMessage", trigger])
    await clock.settle()
    assert json.loads(central.raw[-1])[1] != "x"


# Smart charging

_ABSOLUTE: dict[str, Any] = {"kind": "Absolute", "start": "2026-11-22T00:00:00Z"}


@pytest.mark.parametrize(
    ("quirks", "connector", "csp", "status", "stored"),
    [
        (Quirks(maximum_profile=Refusal.NOT_SUPPORTED), 0, profile((0, 9), purpose="ChargePointMaxProfile", **_ABSOLUTE), "NotSupported", 0),
        (Quirks(maximum_profile=Refusal.WITHOUT_EFFECT), 0, profile((0, 9), purpose="ChargePointMaxProfile", **_ABSOLUTE), "Accepted", 0),
        (Quirks(default_profile=Refusal.REJECTED), 1, profile(), "Rejected", 0),
        (Quirks(transaction_profile=Refusal.REJECTED), 1, profile(purpose="TxProfile"), "Rejected", 0),
        (Quirks(refused_kinds=frozenset({"Weekly"})), 1, profile(kind="Weekly", start="2026-11-22T00:00:00Z"), "Rejected", 0),
        (Quirks(refused_kinds=frozenset({"Weekly"})), 1, profile(kind="Daily", start="2026-11-22T00:00:00Z"), "Accepted", 1),
        (Quirks(absolute_needs_start=True), 1, profile(kind="Absolute"), "Rejected", 0),
        (Quirks(only_lowest_stack_level=True), 1, profile(stack=1), "Accepted", 0),
        (Quirks(least_limit=6), 1, profile((0, 5)), "Rejected", 0),
        (Quirks(least_limit=6), 1, profile((0, 0)), "Accepted", 1),
        (Quirks(most_periods=2), 1, profile((0, 0), (9, 6), (99, 0)), "Rejected", 0),
    ],
)  # fmt: skip
async def test_s1_to_s5_what_becomes_of_a_profile(
    new_wallbox: NewWallbox,
    central: CentralSystem,
    quirks: Quirks,
    connector: int,
    csp: Payload,
    status: str,
    stored: int,
) -> None:
    """Refused in many ways, or accepted and forgotten."""
    wallbox = await new_wallbox(quirks=quirks)
    assert await _set(central, csp, connector) == {"status": status}
    assert len(wallbox.profiles) == stored


@pytest.mark.parametrize(
    ("quirks", "csp"),
    [
        (Quirks(unanswered_kinds=frozenset({"Absolute"})), profile(**_ABSOLUTE)),
        (Quirks(most_periods=1, too_many_periods=Refusal.SILENCE), profile((0, 0), (9, 6))),
        (Quirks(null_hangs=True), profile() | {"validFrom": None}),
        (Quirks(composite=Refusal.SILENCE), None),
    ],
)  # fmt: skip
async def test_s3_s11_silence(
    new_wallbox: NewWallbox,
    central: CentralSystem,
    clock: DrivenClock,
    quirks: Quirks,
    csp: Payload | None,
) -> None:
    """No answer; after a null also the line goes, 20 s later."""
    wallbox = await new_wallbox(quirks=quirks)
    frame: list[Any] = [
        2,
        "x",
        "GetCompositeSchedule",
        {"connectorId": 1, "duration": 60},
    ]
    if csp is not None:
        frame = [2, "x", "SetChargingProfile", set_profile(1, csp)]
    await central.sockets["WB0"].send_json(frame)
    await clock.advance(19)
    assert json.loads(central.raw[-1])[1] != "x"
    assert wallbox.connected
    await clock.advance(1)
    assert wallbox.connected is not quirks.null_hangs


@pytest.mark.parametrize(
    ("quirks", "limit", "amperes"),
    [
        (Quirks(ignores_limits_below=7), 6, 32),
        (Quirks(current_steps=(6, 8, 10, 13, 16)), 15, 13),
        (Quirks(current_steps=(6, 8, 10, 13, 16)), 5, 0),
        (Quirks(current_cap=20), 32, 20),
        (Quirks(old_profile=True), 32, 16),
    ],
)
async def test_s5_s13_what_flows_instead(
    new_wallbox: NewWallbox,
    central: CentralSystem,
    clock: DrivenClock,
    quirks: Quirks,
    limit: float,
    amperes: float,
) -> None:
    """Steps, floors, caps, and a profile from a former life."""
    wallbox = await new_wallbox(quirks=quirks)
    assert await _set(central, profile((0, limit))) == _ACCEPTED
    await wallbox.plug_in(Car(soc=0.1))
    await clock.advance(10)
    assert wallbox.current() == amperes


async def test_s6_zero_ends_or_unlimits(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """The transaction ends; or what follows the pause is not followed until it changes."""
    for quirks in (Quirks(zero_ends_transaction=True), Quirks(resumes_unlimited=True)):
        wallbox = await new_wallbox(quirks=quirks)
        await wallbox.plug_in(Car(soc=0.1))
        await clock.advance(10)
        for limit, current in ((0, 0), (10, 32), (12, 12)):
            call = set_profile(1, profile((0, limit)))
            await central.call(wallbox.identity, "SetChargingProfile", call)
            await clock.advance(10)
            if quirks.resumes_unlimited:
                assert wallbox.current() == current
    assert central.calls("StopTransaction")[0]["reason"] == "Other"


async def test_s7_one_phase_for_little_power(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Watts only, and below 4.5 kW on one phase."""
    quirks = Quirks(one_phase_below=4500, rate_units="power")
    wallbox = await new_wallbox(quirks=quirks, phases=3)
    assert await _set(central, profile((0, 16))) == _REJECTED
    await wallbox.plug_in(Car(soc=0.1, phases=3, maximum_current=32))
    for watts in (3680, 6900):
        assert await _set(central, profile((0, watts), unit="W")) == _ACCEPTED
        await clock.advance(10)
        assert wallbox.power == pytest.approx(watts)


async def test_s8_s9_s12_composites_spikes_and_forgetting(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """No periods; two seconds without limit after a clear; nothing left after a restart."""
    quirks = Quirks(empty_composite=True, clearing_spikes=True, forgets_profiles=True)
    wallbox = await new_wallbox(quirks=quirks)
    await _set(central, profile((0, 10)))
    await _set(central, profile((0, 8), identifier=2, stack=1))
    answer = await central.call(
        "WB0", "GetCompositeSchedule", {"connectorId": 1, "duration": 60}
    )
    assert answer["chargingSchedule"]["chargingSchedulePeriod"] == []
    await wallbox.plug_in(Car(soc=0.1))
    await clock.advance(10)
    await central.call("WB0", "ClearChargingProfile", {"id": 2})
    assert wallbox.current() == 32
    await clock.advance(2)
    assert wallbox.current() == 10
    await wallbox.power_cut()
    await wallbox.power_restore()
    await clock.advance(10)
    assert wallbox.current() == 32
    refuses = replace(quirks, composite=Refusal.REJECTED)
    await new_wallbox(quirks=refuses)
    answer = await central.call(
        "WB1", "GetCompositeSchedule", {"connectorId": 1, "duration": 60}
    )
    assert answer == _REJECTED


async def test_s10_number_of_phases_ignored(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Watts without numberPhases are taken as those of its own phases."""
    for quirks, amperes in (
        (Quirks(), 10),
        (Quirks(ignores_number_of_phases=True), 30),
    ):
        wallbox: Wallbox = await new_wallbox(quirks=quirks)
        call = set_profile(1, profile((0, 6900), unit="W"))
        await central.call(wallbox.identity, "SetChargingProfile", call)
        await wallbox.plug_in(Car(soc=0.1))
        await clock.advance(10)
        assert wallbox.current() == pytest.approx(amperes)
