"""Transactions and meter values as quirky wallboxes tell them."""

from datetime import timedelta
import json
from typing import Any

import pytest

from custom_components.smart_charge_point.simulator import (
    Car,
    DrivenClock,
    Quirks,
    Refusal,
)
from custom_components.smart_charge_point.simulator.quirks import PhaseStyle, ValueStyle

from .central_system import CentralSystem, Payload
from .conftest import NewWallbox
from .quirk_tools import POWER, REGISTER, REJECTED, samples


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
        == REJECTED
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
        each["context"] for each in samples(told[1][1]) if each["measurand"] == REGISTER
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


@pytest.mark.parametrize(
    ("quirks", "measurand", "expected"),
    [
        (Quirks(value_style=ValueStyle.BLANK_IN_FRONT), POWER, {"value": " 3680.0"}),
        (Quirks(value_style=ValueStyle.NUMBER), POWER, {"value": 3680.0}),
        (Quirks(value_style=ValueStyle.EMPTY), POWER, {"value": ""}),
        (Quirks(empty_measurands=frozenset({"Voltage"})), "Voltage", {"value": ""}),
        (Quirks(units=((POWER, "Hz"),)), POWER, {"unit": "Hz"}),
        (Quirks(units=((POWER, None),)), POWER, {"unit": None}),
        (Quirks(register_in_kwh=True), REGISTER, {"unit": "kWh", "value": "0.058"}),
        (Quirks(context="CurrentMax"), POWER, {"context": "CurrentMax"}),
        (Quirks(context=""), POWER, {"context": None}),
        (Quirks(phase_style=PhaseStyle.WITH_NEUTRAL), "Current.Import", {"phase": "L1-N"}),
        (Quirks(phase_style=PhaseStyle.WITH_NEUTRAL), POWER, {"phase": "L1-N"}),
        (Quirks(phase_style=PhaseStyle.LONE_NEUTRAL), "Voltage", {"phase": "N"}),
        (Quirks(phase_style=PhaseStyle.REGISTER_ON_FIRST), REGISTER, {"phase": "L1"}),
        (Quirks(direct_current=True), "Voltage", {"phase": None, "value": "400.0"}),
    ],
)  # fmt: skip
async def test_m_samples(
    charge: Any, quirks: Quirks, measurand: str, expected: Payload
) -> None:
    """M2, M3, M4, M11: one sample, bent."""
    told = await charge(quirks, minutes=1)
    sample = next(
        each for each in samples(told[1][1]) if each["measurand"] == measurand
    )
    assert {name: sample.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("style", "measurand", "phases"),
    [
        (PhaseStyle.ONLY_FIRST, "Current.Import", ["L1"]),
        (PhaseStyle.PLAIN, "Current.Import", ["L1", "L2", "L3"]),
        (PhaseStyle.ZEROS, POWER, ["L1", "L2", "L3"]),
        (PhaseStyle.LONE_NEUTRAL, "Voltage", ["N"]),
    ],
)
async def test_m4_phases(
    charge: Any, style: PhaseStyle, measurand: str, phases: list[str]
) -> None:
    """Which phases are told of."""
    told = await charge(Quirks(phase_style=style), minutes=1, phases=3)
    assert [
        each["phase"] for each in samples(told[1][1]) if each["measurand"] == measurand
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
    assert POWER not in {each["measurand"] for each in samples(message)}
    told = await charge(Quirks(utc_offset=timedelta(hours=10)), minutes=1)
    assert told[-1][1]["timestamp"] == "2026-11-23T10:02:00+10:00"


async def test_m6_register_glitches(charge: Any) -> None:
    """Every tenth register is 0."""
    told = await charge(Quirks(register_glitches=True), minutes=20)
    registers = [
        sample["value"]
        for _action, payload in told[1:-1]
        for sample in samples(payload)
        if sample["measurand"] == REGISTER
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
    wish = {"key": "MeterValueSampleInterval", "value": "10"}
    assert await central.call("WB1", "ChangeConfiguration", wish) == REJECTED
    await wallbox.plug_in(Car(soc=1.0))
    await clock.advance(60)
    voltage = next(
        each
        for each in samples(central.calls("MeterValues")[-1])
        if each["measurand"] == "Voltage"
    )
    assert voltage["value"] == "0.0"
    await new_wallbox(quirks=Quirks(trigger_meter_values=Refusal.SILENCE))
    await central.sockets["WB2"].send_json([2, "x", "TriggerMessage", trigger])
    await clock.settle()
    assert json.loads(central.raw[-1])[1] != "x"
