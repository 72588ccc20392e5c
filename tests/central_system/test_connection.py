"""A live connection: what comes is answered in order and never stops the reading; sockets die in every way."""

import asyncio
import logging
from typing import Any, cast

import aiohttp
import orjson
import pytest

from custom_components.smart_charge_point.central_system import connection as module
from custom_components.smart_charge_point.central_system.counters import Count
from custom_components.smart_charge_point.central_system.handler import (
    Admission,
    Handler,
)
from custom_components.smart_charge_point.central_system.link import (
    CallRefusedError,
    CallTimedOutError,
    NotConnectedError,
    Priority,
)
from custom_components.smart_charge_point.central_system.pace import RATE

from .conftest import Leap, NewWorld
from .wire import PATIENCE, Box, FakeHandler, World

OTHER_MALFORMED = [
    "",
    "not JSON",
    "true",
    "{}",
    "[]",
    "[2]",
    '[5,"x",{}]',
    '[6,"x","A",{}]',
    '[true,"x","A",{}]',
    '[2,null,"A",{}]',
    "[" * 100_000,
    '[2,"' + "x" * 5000 + '","A",{}]',
    '[3,"1",[]]',
    '[4,"9","x"]',
]
"""Frames that have no answer: no message id, no type that we know, or answers themselves."""
ANSWERED_MALFORMED = [
    '[2,"x"]',
    '[2,"x",["A"],{}]',
    '[2,"x",{"A":[]},{}]',
    '[2,"x","A",[1]]',
    '[2,"x","A",{"secret":}]',
    '[2,"x","A",' + "7" * 5000 + "]",
    '[2,"x","A",' + "[" * 100_000,
    '[2,"x","A",{"a":' + "[" * 40 + "]" * 40 + "}]",
    '[2,"x","A",{"a":"' + "x" * 300_000 + '"}]',
]
"""Calls that cannot be read but for their id."""


@pytest.fixture
async def box(world: World) -> Box:
    """A connected wallbox."""
    return await world.box()


async def test_calls_are_answered(world: World, box: Box) -> None:
    """With the id as it came; the handler saw every frame."""
    for message_id in ("1", 2, "x" * 64):
        answer = await box.call(message_id, "Heartbeat")
        assert answer[:2] == [3, message_id]
    assert world.handler().frames == 3


@pytest.mark.parametrize("text", OTHER_MALFORMED, ids=lambda text: text[:16])
async def test_malformed_frames_cost_nothing(world: World, box: Box, text: str) -> None:
    """ocpp.md 1.3: each is ignored, the link stays, the next call is answered."""
    await box.say_text(text)
    assert (await box.call("1", "Heartbeat"))[:2] == [3, "1"]
    assert world.journal_notes("WB1")


@pytest.mark.parametrize("text", ANSWERED_MALFORMED, ids=lambda text: text[:20])
async def test_malformed_calls_get_an_error(world: World, box: Box, text: str) -> None:
    """Where the id can be read the wallbox need not wait for its time-out, and nothing it sent is reflected."""
    await box.say_text(text)
    answer = await box.hear()
    assert answer[:3] == [4, "x", "FormationViolation"]
    assert "secret" not in answer[3]
    assert len(answer[3]) <= 255
    assert (await box.call("1", "Heartbeat"))[:2] == [3, "1"]
    assert world.count(Count.MALFORMED_FRAMES) == 1


async def test_bytes_are_read_as_text(box: Box) -> None:
    """In a binary frame, and in a text frame that is no UTF-8."""
    await box.socket.send_bytes(b'[2,"1","Heartbeat",{}]')
    assert (await box.hear())[:2] == [3, "1"]
    await box.socket.send_frame(
        b'[2,"2","DataTransfer",{"vendorId":"\xfc"}]', aiohttp.WSMsgType.TEXT
    )
    assert (await box.hear())[:2] == [3, "2"]


async def test_endless_malformed_frames_close_the_socket(
    world: World, box: Box
) -> None:
    """Twenty are forgiven, and count for this wallbox only."""
    other = await world.box("/WB2")
    for _ in range(module.MAX_MALFORMED):
        await box.say_text("not JSON")
    assert (await box.call("1", "Heartbeat"))[0] == 3
    await box.say_text("not JSON")
    assert await box.closed() == 1003
    assert world.count(Count.DROPPED_FOR_MALFORMED) == 1
    assert (await other.call("1", "Heartbeat"))[0] == 3


async def test_a_frame_beyond_all_measure_costs_its_own_socket(
    world: World, box: Box
) -> None:
    """It cannot be skipped. The others notice nothing."""
    other = await world.box("/WB2")
    await box.say_text("x" * (2 * 1024 * 1024))
    assert await box.closed() is not None
    await world.until(lambda: world.handler().lost)
    assert (await other.call("1", "Heartbeat"))[0] == 3


async def test_compressed_frames_are_read(world: World) -> None:
    """RFC 7692, and a small frame that would unpack to gigabytes."""
    box = await world.box(compress=15)
    assert (await box.call("1", "Heartbeat"))[0] == 3
    await box.say_text('[2,"1","DataTransfer",{"data":"' + "x" * 3_000_000 + '"}]')
    assert await box.closed() is not None
    assert (await (await world.box()).call("1", "Heartbeat"))[0] == 3


async def test_unknown_and_unhandled_actions(box: Box) -> None:
    """OCPP-J: unknown is NotImplemented, known but unhandled NotSupported; the reference had them swapped."""
    assert (await box.call("1", "MakeCoffee"))[2] == "NotImplemented"
    assert (await box.call("2", "SignCertificate"))[2] == "NotSupported"


async def test_errors_of_the_dialect_are_sent(world: World, box: Box) -> None:
    """Cut to what OCPP-J allows, and noted in the journal."""
    answer = await box.order("1", "refuse " + "x" * 1000)
    assert answer == [4, "1", "SecurityError", "x" * 255, {}]
    assert any("SecurityError" in note for note in world.journal_notes("WB1"))


async def test_failures_are_answered_and_logged_once(
    box: Box, caplog: pytest.LogCaptureFixture
) -> None:
    """InternalError, so that the wallbox keeps the message and repeats it; one traceback, not one a second."""
    for message_id in ("1", "2", "3"):
        answer = await box.order(message_id, "fail on purpose")
        assert answer == [
            4,
            message_id,
            "InternalError",
            "The central system failed",
            {},
        ]
    errors = [r for r in caplog.records if r.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert errors[0].exc_info
    assert (await box.call("4", "StatusNotification"))[2] == "InternalError"
    assert (await box.call("5", "Heartbeat"))[0] == 3


async def test_calls_are_handled_in_order_and_one_at_a_time(
    world: World, box: Box
) -> None:
    """While one waits nothing behind it is begun; then all go in the order in which they came."""
    await box.say(2, "1", "DataTransfer", {"vendorId": "t", "data": "wait gate"})
    for number in range(2, 8):
        await box.say(2, str(number), "MeterValues", {"connectorId": number})
    await box.say_text('[2,"8","A",[1]]')
    await world.until(lambda: world.handler().frames == 7)
    assert world.actions() == ["DataTransfer"]
    world.gates["gate"].set()
    answers = [await box.hear() for _ in range(8)]
    assert [answer[1] for answer in answers] == [str(n) for n in range(1, 9)]
    assert [p["connectorId"] for _, _, p in world.received[1:]] == [2, 3, 4, 5, 6, 7]


async def test_a_slow_handler_holds_up_nobody_else(world: World, box: Box) -> None:
    """Neither other wallboxes nor the answers to our own calls."""
    other = await world.box("/WB2")
    await box.say(2, "1", "DataTransfer", {"vendorId": "t", "data": "wait gate"})
    await world.until(lambda: "gate" in world.gates)
    assert (await other.call("1", "Heartbeat"))[0] == 3
    call = asyncio.ensure_future(world.connection().call("Reset", {"type": "Soft"}))
    frame = await box.hear()
    assert frame[0] == 2
    assert frame[2:] == ["Reset", {"type": "Soft"}]
    await box.say(3, frame[1], {"status": "Accepted"})
    assert await call == {"status": "Accepted"}


async def test_t12_a_call_between_our_call_and_its_answer(
    world: World, box: Box
) -> None:
    """Both directions have a call outstanding."""
    call = asyncio.ensure_future(world.connection().call("ClearCache", {}))
    frame = await box.hear()
    assert (await box.call("1", "Heartbeat"))[:2] == [3, "1"]
    await box.say(3, frame[1], {"status": "Accepted"})
    assert await call == {"status": "Accepted"}


async def test_back_pressure(world: World, box: Box) -> None:
    """A handler that hangs costs a bounded number of frames; the rest waits in the wallbox's own socket."""
    await box.say(2, "0", "DataTransfer", {"vendorId": "t", "data": "wait gate"})
    count = module.MAX_INBOX + 30
    for number in range(1, count):
        await box.say(2, str(number), "MeterValues", {"n": number})
    await world.until(lambda: world.handler().frames == module.MAX_INBOX + 1)
    for _ in range(20):
        await asyncio.sleep(0)
    assert world.handler().frames == module.MAX_INBOX + 1
    world.gates["gate"].set()
    answers = [(await box.hear())[1] for _ in range(count)]
    assert answers == [str(number) for number in range(count)]


async def test_who_waits_for_answers_is_never_throttled(world: World, box: Box) -> None:
    """However fast: a thousand calls, far beyond the burst, without one pause."""
    for number in range(5):  # once it did not wait
        await box.say(2, f"x{number}", "MeterValues", {"n": number})
    for _ in range(5):
        await box.hear()
    for number in range(1000):
        await box.call(str(number), "MeterValues", {"n": number})
    assert world.count(Count.THROTTLED) == 0


async def test_who_floods_is_throttled(world: World, box: Box) -> None:
    """What comes without waiting for answers is read slowly once the burst is used up, and others are served."""
    other = await world.box("/WB2")
    flood = asyncio.ensure_future(_flood(box, 600))
    await world.until(lambda: world.count(Count.THROTTLED) > 0)
    before = world.handler().frames
    began = asyncio.get_running_loop().time()
    for number in range(100):
        await other.call(str(number), "MeterValues", {"n": number})
    seconds = asyncio.get_running_loop().time() - began
    assert world.handler().frames - before < 20 + 2 * RATE * seconds
    assert world.handler("WB2").frames == 100
    assert before < 200
    flood.cancel()


async def _flood(box: Box, count: int) -> None:
    for number in range(count):
        await box.say(2, str(number), "MeterValues", {"n": number})


async def test_a_flood_of_pings_is_throttled_too(world: World, box: Box) -> None:
    """A control frame costs our time as any other."""
    for _ in range(400):
        await box.socket.ping()
    await world.until(lambda: world.count(Count.THROTTLED) > 0)


async def test_a_repeated_call_gets_the_same_answer(world: World, box: Box) -> None:
    """Ids and content equal: the wallbox did not get the answer. It is not handled twice."""
    first = await box.order("1", "")
    assert await box.order("1", "") == first
    assert len(world.received) == 1
    assert world.count(Count.REPEATED_CALLS) == 1


async def test_retries_that_overlap_are_handled_once(world: World, box: Box) -> None:
    """The retry came while the first was still being worked on: both get the same answer."""
    for _ in range(3):
        await box.say(2, "1", "DataTransfer", {"vendorId": "t", "data": "wait gate"})
    await world.until(lambda: world.handler().frames == 3)
    world.gates["gate"].set()
    answers = [await box.hear() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert len(world.received) == 1


async def test_ids_alone_are_no_repetition(world: World, box: Box) -> None:
    """WARP begins at "1" after every reboot; others use one id for everything."""
    assert (await box.order("1", "a"))[2] != (await box.order("1", "b"))[2]
    again = await world.box()
    await again.order("1", "b")
    assert len(world.received) == 3


async def test_heartbeats_and_boots_are_never_repeated(world: World, box: Box) -> None:
    """Their answers carry the time and the admission of now."""
    assert await box.call("1", "Heartbeat") != await box.call("1", "Heartbeat")
    for _ in range(2):
        await box.call("1", "BootNotification", {})
    assert len(world.received) == 4


async def test_what_failed_is_tried_again(world: World, box: Box) -> None:
    """An error is no answer to hold on to."""
    for _ in range(2):
        assert (await box.order("1", "fail"))[0] == 4
        assert (await box.order("2", "refuse"))[0] == 4
    assert len(world.received) == 4


async def test_repairs_are_in_the_journal(world: World, box: Box) -> None:
    """At the frame that they mended."""
    await box.order("1", "repair dropped info")
    (entry,) = [e for e in world.journal("WB1") if e["note"] == "dropped info"]
    assert entry["action"] == "DataTransfer"
    assert entry["direction"] == "in"


async def test_calls_time_out_and_the_next_goes(world: World, box: Box) -> None:
    """T15: never answered. What comes late is dropped and noted."""
    connection = world.connection()
    silent = asyncio.ensure_future(connection.call("Reset", {}, timeout=0.05))
    next_one = asyncio.ensure_future(connection.call("ClearCache", {}))
    first = await box.hear()
    with pytest.raises(CallTimedOutError):
        await silent
    second = await box.hear()
    assert second[2] == "ClearCache"
    await box.say(3, first[1], {"status": "Accepted"})
    await box.say(3, second[1], {"status": "Rejected"})
    assert await next_one == {"status": "Rejected"}
    assert world.count(Count.LATE_ANSWERS) == 1
    assert "answers no call that waits" in world.journal_notes("WB1")


async def test_calls_go_by_priority(world: World, box: Box) -> None:
    """Safety before the owner before the rest."""
    connection = world.connection()
    calls = [
        asyncio.ensure_future(connection.call(action, {}, priority=priority))
        for action, priority in (
            ("GetConfiguration", Priority.HOUSEKEEPING),
            ("TriggerMessage", Priority.HOUSEKEEPING),
            ("SetChargingProfile", Priority.CONTROL),
            ("RemoteStartTransaction", Priority.OWNER),
            ("RemoteStopTransaction", Priority.SAFETY),
        )
    ]
    order = []
    for _ in calls:
        frame = await box.hear()
        order.append(frame[2])
        await box.say(3, frame[1], {})
    await asyncio.gather(*calls)
    assert order == [
        "GetConfiguration",
        "RemoteStopTransaction",
        "RemoteStartTransaction",
        "SetChargingProfile",
        "TriggerMessage",
    ]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ('[4,"%s","NotImplemented","",{}]', "NotImplemented"),
        ('[4,"%s","FormationViolation",""]', "FormationViolation"),
        ('[4,"%s"]', "GenericError"),
        ('[3,"%s",["x"]]', "FormationViolation"),
    ],
)
async def test_t14_errors_reach_the_caller(
    world: World, box: Box, answer: str, code: str
) -> None:
    """Whatever their shape."""
    call = asyncio.ensure_future(world.connection().call("Reset", {}))
    frame = await box.hear()
    await box.say_text(answer % frame[1])
    with pytest.raises(CallRefusedError) as caught:
        await call
    assert caught.value.code == code


async def test_t8_a_new_socket_wins_at_once(world: World, box: Box) -> None:
    """The old one is retired: its calls fail, its handler does not hear of it, and it is closed behind its back."""
    old = world.connection()
    waiting = [asyncio.ensure_future(old.call("Reset", {})) for _ in range(2)]
    await box.hear()
    new = await world.box()
    assert (await new.call("1", "Heartbeat"))[0] == 3
    for call in waiting:
        with pytest.raises(NotConnectedError):
            await call
    assert await box.closed() == 1000
    handler = world.handler()
    assert handler.links == [old.dialect, world.connection().dialect]
    assert handler.lost == []
    assert world.count(Count.SWAPS) == 1
    await world.until(lambda: world.server.counters.connections == 1)
    await new.close()
    await world.until(lambda: handler.lost == [handler.links[1]])
    assert not world.server.connections


async def test_t8_a_half_open_socket_is_replaced(new_world: NewWorld) -> None:
    """The old one answers nothing at all, not even the close; the new one does not wait for it."""
    world = await new_world(close=0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
    writer.write(
        b"GET /WB1 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    await reader.readuntil(b"\r\n\r\n")
    await world.until(lambda: world.server.connections)
    box = await world.box()
    assert (await box.call("1", "Heartbeat"))[0] == 3
    await world.until(lambda: world.server.counters.connections == 1)
    writer.close()


async def test_a_new_socket_waits_for_the_work_of_the_old(
    world: World, box: Box
) -> None:
    """One call at a time for each charge point, over all its sockets; what the old had not begun is dropped."""
    await box.say(2, "1", "DataTransfer", {"vendorId": "t", "data": "wait gate"})
    await box.say(2, "2", "MeterValues", {"of": "the old"})
    await world.until(lambda: world.handler().frames == 2)
    new = await world.box()
    await new.say(2, "1", "MeterValues", {"of": "the new"})
    await world.until(lambda: world.handler().frames == 3)
    assert world.actions() == ["DataTransfer"]
    world.gates["gate"].set()
    assert await new.hear() == [3, "1", {}]
    assert [p for _, _, p in world.received[1:]] == [{"of": "the new"}]


async def test_the_journal_goes_on_after_a_reconnect(world: World, box: Box) -> None:
    """What went wrong before it is what one looks for."""
    await box.order("1", "repair before")
    await box.close()
    await world.until(lambda: not world.server.connections)
    assert "before" in world.journal_notes("WB1")
    again = await world.box()
    await again.order("2", "repair after")
    notes = world.journal_notes("WB1")
    assert notes.index("before") < notes.index("closed with 1000")
    assert notes.index("closed with 1000") < notes.index("after")
    assert world.server.journal("nobody") is None


async def test_work_is_finished_when_the_socket_ends(world: World, box: Box) -> None:
    """What was read is kept (the stop of a transaction), then the handler learns of the end."""
    await box.say(2, "1", "DataTransfer", {"vendorId": "t", "data": "wait gate"})
    await box.say(2, "2", "MeterValues", {"last": True})
    await world.until(lambda: world.handler().frames == 2)
    connection = world.connection()
    await box.close()
    await world.until(lambda: not connection.open)
    assert world.handler().lost == []
    with pytest.raises(NotConnectedError):
        await connection.call("Reset", {})
    world.gates["gate"].set()
    await world.until(lambda: world.handler().lost)
    assert world.actions() == ["DataTransfer", "MeterValues"]


async def test_work_that_never_ends_is_given_up(new_world: NewWorld) -> None:
    """After its time, so that the handler learns of the end at all."""
    world = await new_world(last_work=0.05)
    box = await world.box()
    await box.say(2, "1", "DataTransfer", {"vendorId": "t", "data": "wait gate"})
    await world.until(lambda: "gate" in world.gates)
    await box.close()
    await world.until(lambda: world.handler().lost)


async def test_a_socket_that_breaks_is_noticed(world: World, box: Box) -> None:
    """Without a closing frame, in mid-call."""
    call = asyncio.ensure_future(world.connection().call("Reset", {}))
    await box.hear()
    connection = box.socket._conn
    assert connection is not None
    assert connection.transport is not None
    connection.transport.abort()
    with pytest.raises(NotConnectedError):
        await call
    await world.until(lambda: world.handler().lost)


async def test_pings_are_sent_and_answered(world: World, leap: Leap) -> None:
    """T6: a wallbox that hears nothing hangs up, so we ping; and its own pings get their pong."""
    box = await world.box(autoping=False)
    for _ in range(3):
        leap(20)
        message = await box.socket.receive(PATIENCE)
        assert message.type is aiohttp.WSMsgType.PING
        await box.socket.pong(message.data)
        # Pongs are not answered, so a ping of its own says when the one before it was read.
        await box.socket.ping(b"x")
        message = await box.socket.receive(PATIENCE)
        assert (message.type, message.data) == (aiohttp.WSMsgType.PONG, b"x")
    assert world.count(Count.PINGS_UNANSWERED) == 0


async def test_t5_a_wallbox_without_pongs_stays(world: World, leap: Leap) -> None:
    """Its pongs only count; what it says keeps it alive."""
    box = await world.box(autoping=False)
    for unanswered in range(5):
        leap(20)
        assert (await box.socket.receive(PATIENCE)).type is aiohttp.WSMsgType.PING
        assert world.count(Count.PINGS_UNANSWERED) == unanswered
    assert world.connection().open
    await box.say(2, "1", "Heartbeat", {})
    await world.until(lambda: world.actions() == ["Heartbeat"])


async def test_a_silent_link_is_dead(world: World, leap: Leap) -> None:
    """Half open: the other side is gone without a word. Only its own handler hears of it."""
    patient = await world.box("/patient")
    await patient.order("1", "heartbeat 60")
    await world.box("/dead", autoping=False)
    leap(121)
    await world.until(lambda: world.handler("dead").lost)
    assert world.count(Count.DEAD_LINKS) == 1
    assert list(world.server.connections) == ["patient"]


async def test_a_rare_heartbeat_is_waited_for(world: World, leap: Leap) -> None:
    """Three times the interval that was agreed on, where that is longer."""
    box = await world.box(autoping=False)
    await box.order("1", "heartbeat 600")
    for _ in range(8):
        leap(200)
        assert (await box.socket.receive(PATIENCE)).type is aiohttp.WSMsgType.PING
    assert world.connection().open
    leap(201)
    await world.until(lambda: world.handler().lost)


async def test_a_wallbox_that_does_not_read_is_dead_in_the_end(
    new_world: NewWorld, leap: Leap
) -> None:
    """Its answers fill the socket, then its calls are not read any more, then it is given up."""
    world = await new_world(call=1000)
    box = await world.box(autoping=False)
    connection = box.socket._conn
    assert connection is not None
    assert connection.transport is not None
    connection.transport.pause_reading()
    call = asyncio.ensure_future(
        world.connection().call("DataTransfer", {"data": "x" * 9_000_000})
    )
    leap(121)
    with pytest.raises(NotConnectedError):
        await call
    await world.until(lambda: world.handler().lost)


async def test_hand_over_touches_no_socket(world: World, box: Box) -> None:
    """Quarantined, then accepted: the next call reaches the new handler, and old answers do not hold."""
    world.handler().admission = Admission.QUARANTINED
    await box.order("1", "")
    accepted = FakeHandler("WB1")
    assert world.server.hand_over("WB1", cast("Handler", accepted))
    assert accepted.links == [world.connection().dialect]
    assert world.handler().lost == []
    await box.order("1", "")
    assert len(world.received) == 2
    assert accepted.frames == 1
    assert world.count(Count.HANDSHAKES) == 1
    assert not world.server.hand_over("nobody", cast("Handler", accepted))


async def test_a_handler_that_fails_on_connect_costs_a_log_line(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """The wallbox is served all the same."""
    world.directory.handlers["WB1"] = FakeHandler("WB1", fails_on_connect=True)
    box = await world.box()
    assert (await box.call("1", "Heartbeat"))[0] == 3
    assert "not prepared for this" in caplog.text


async def test_a_handler_that_fails_on_seen_or_lost(
    world: World, box: Box, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither ends the reading, nor the server."""

    def fail(*_: Any) -> None:
        raise ValueError("not now")

    handler = world.handler()
    handler.seen = fail  # type: ignore[method-assign]
    handler.disconnected = fail  # type: ignore[method-assign, assignment]
    assert (await box.call("1", "Heartbeat"))[0] == 3
    await box.close()
    await world.until(lambda: not world.server.connections)
    assert caplog.text.count("ValueError: not now") == 2


async def test_closing_by_the_dialect(world: World, box: Box) -> None:
    """In the midst of a call."""
    await box.say(2, "1", "DataTransfer", {"vendorId": "t", "data": "close"})
    assert await box.closed() == 1000
    await world.until(lambda: world.handler().lost)


async def test_disconnecting_one(world: World, box: Box) -> None:
    """The wallbox is closed and may dial in anew; nobody else notices."""
    await world.server.release("nobody")
    await world.server.release("WB1")
    assert world.handler().lost
    assert await box.closed() == 1000
    assert (await (await world.box()).call("1", "Heartbeat"))[0] == 3


async def test_stopping_closes_all_with_1001(new_world: NewWorld) -> None:
    """And waits neither for who does not answer nor for who still works."""
    world = await new_world(close=30, stop=1)
    boxes = [await world.box(f"/WB{number}") for number in range(5)]
    half_open = await asyncio.open_connection("127.0.0.1", world.port)
    await boxes[0].say(2, "1", "DataTransfer", {"vendorId": "t", "data": "wait gate"})
    await world.until(lambda: "gate" in world.gates)
    closings = [asyncio.ensure_future(box.closed()) for box in boxes[1:]]
    async with asyncio.timeout(PATIENCE):
        await world.server.stop()
        assert await asyncio.gather(*closings) == [1001] * 4
        assert await half_open[0].read() == b""
    assert not world.server.connections
    assert all(world.handler(f"WB{number}").lost for number in range(1, 5))
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", world.port)
    half_open[1].close()


async def test_t7_a_restart_of_ours_needs_no_boot(world: World, box: Box) -> None:
    """The wallbox dials in again and goes on in mid-sentence."""
    await box.order("17", "")
    await world.server.stop()
    await world.start()
    again = await world.box()
    assert (await again.call("18", "MeterValues", {"connectorId": 1}))[0] == 3
    assert world.handler().links[-1] is world.connection().dialect


async def test_two_hundred_wallboxes_come_and_go(world: World) -> None:
    """Swaps, clean ends and breaks, all at once: in the end each that stayed is served, and nothing is left of the rest."""

    async def live(number: int) -> None:
        for turn in range(3):
            box = await world.box(f"/WB{number}")
            answer = await box.call(str(turn), "MeterValues", {"n": number})
            assert answer == [3, str(turn), {}]
            if (number + turn) % 3 == 0:
                await box.close()
            elif (number + turn) % 3 == 1:
                connection = box.socket._conn
                assert connection is not None
                assert connection.transport is not None
                connection.transport.abort()

    await asyncio.gather(*(live(number) for number in range(200)))
    staying = {f"WB{number}" for number in range(200) if (number + 2) % 3 == 2}
    await world.until(lambda: set(world.server.connections) == staying)
    await world.until(lambda: world.server.counters.connections == len(staying))
    assert all(
        world.connection(identity).dialect is world.handler(identity).links[-1]
        for identity in staying
    )
    assert len(world.received) == 600


async def test_frames_of_all_sizes_come_back(world: World, box: Box) -> None:
    """Up to the limit; the longest that is read has 256 KiB."""
    for size in (1, 125, 126, 65_535, 65_536, 260_000):
        payload = {"vendorId": "t", "data": "x" * size}
        assert (await box.call(str(size), "DataTransfer", payload))[0] == 3
    assert orjson.dumps(world.journal("WB1"))
