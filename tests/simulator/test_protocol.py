"""One call at a time, nothing about a transaction lost, nothing out of order."""

from datetime import timedelta
from typing import Any

from custom_components.smart_charge_point.simulator import Car, DrivenClock, Wallbox

from .central_system import CentralSystem, Payload
from .conftest import NewWallbox


async def test_repeats_what_is_refused_and_keeps_the_order(
    wallbox: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """After a CALLERROR: again after 60 s, then 120 s more, then given up; what follows waits."""
    central.answers["StartTransaction"] = "InternalError"
    await wallbox.plug_in()
    await clock.advance(59)
    assert central.actions().count("StartTransaction") == 1
    await clock.advance(1)
    assert central.actions().count("StartTransaction") == 2
    assert "MeterValues" not in central.actions()
    await clock.advance(120)
    assert central.actions().count("StartTransaction") == 3
    assert {each["transactionId"] for each in central.calls("MeterValues")} == {-1}


async def test_an_answer_that_does_not_come_is_not_waited_for_for_ever(
    central: CentralSystem, socket_enabled: None
) -> None:
    """After 30 s of silence the next call is made; one about a transaction is repeated."""
    clock = DrivenClock(central.clock.now(), patience=0.1)
    central.clock = clock
    wallbox = Wallbox(central.url, "WB0", clock=clock)
    await wallbox.start()
    central.answers["StartTransaction"] = None
    await wallbox.plug_in()
    statuses = len(central.calls("StatusNotification"))
    await clock.advance(29)
    assert len(central.calls("StatusNotification")) == statuses
    await clock.advance(1)
    assert len(central.calls("StatusNotification")) > statuses
    del central.answers["StartTransaction"]
    await clock.advance(60)
    assert central.calls("StartTransaction")[0] == central.calls("StartTransaction")[1]
    assert wallbox.transaction() is not None
    await wallbox.stop()


async def test_what_was_under_way_when_the_line_dropped_is_sent_again(
    central: CentralSystem, socket_enabled: None
) -> None:
    """The StartTransaction whose answer was lost comes again, the same."""
    clock = DrivenClock(central.clock.now(), patience=0.1)
    central.clock = clock
    wallbox = Wallbox(central.url, "WB0", clock=clock)
    await wallbox.start()
    central.answers["StartTransaction"] = None
    await wallbox.plug_in()
    await wallbox.go_offline()
    await clock.advance(300)
    del central.answers["StartTransaction"]
    await wallbox.go_online()
    starts = central.calls("StartTransaction")
    assert len(starts) == 2
    assert starts[0] == starts[1]
    await wallbox.stop()


async def test_transactions_of_two_connectors_are_told_in_the_order_they_happened(
    new_wallbox: NewWallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Ids that were not known when it happened are those that the replay gives."""
    wallbox = await new_wallbox(connectors=2)
    await wallbox.go_offline()
    await wallbox.plug_in(Car(), 1)
    await clock.advance(90)
    await wallbox.plug_in(Car(), 2)
    await clock.advance(90)
    await wallbox.unplug(1)
    await clock.advance(90)
    await wallbox.unplug(2)
    central.heard.clear()
    await wallbox.go_online()
    told: list[tuple[str, Any, str]] = []
    for heard in central.heard:
        if heard.action == "StatusNotification":
            continue
        when = (
            heard.payload.get("timestamp")
            or heard.payload["meterValue"][0]["timestamp"]
        )
        told.append((heard.action, heard.payload.get("transactionId"), when))
    assert [when for _action, _id, when in told] == sorted(
        when for _action, _id, when in told
    )
    assert told[0][:2] == ("StartTransaction", None)
    assert ("StopTransaction", 101) in [each[:2] for each in told]
    assert told[-1][:2] == ("StopTransaction", 102)


async def test_rubbish_from_the_central_system_is_survived(
    wallbox: Wallbox, central: CentralSystem, clock: DrivenClock
) -> None:
    """Not JSON, no array, an answer to nothing, an action of no version."""
    for text in (
        "{",
        "{}",
        "[]",
        '[3,"99",{}]',
        '[3,"99",[]]',
        '[4,"99"]',
        '[2,"1","Reset"]',
    ):
        await central.sockets["WB0"].send_str(text)
    await clock.settle()
    answer = await central.call("WB0", "GetBaseReport", {})
    assert answer == {"error": "NotImplemented"}
    assert wallbox.online


async def test_a_refused_tag_ends_the_transaction(
    wallbox: Wallbox, central: CentralSystem
) -> None:
    """Where StopTransactionOnInvalidId says so."""
    central.answers["StartTransaction"] = _refused
    await wallbox.plug_in()
    assert central.calls("StopTransaction")[0]["reason"] == "DeAuthorized"
    assert wallbox.transaction() is None


async def test_a_refused_tag_gets_no_current(
    wallbox: Wallbox, clock: DrivenClock, central: CentralSystem
) -> None:
    """Where StopTransactionOnInvalidId does not."""
    wallbox.configuration.put_value("StopTransactionOnInvalidId", "false")
    central.answers["StartTransaction"] = _refused
    await wallbox.plug_in()
    await clock.advance(timedelta(minutes=1))
    assert wallbox.transaction() is not None
    assert wallbox.current() == 0


def _refused(_payload: Payload) -> Payload:
    return {"transactionId": 5, "idTagInfo": {"status": "Blocked"}}
