"""The frame journal: bounded, and without secrets when it is shown."""

import orjson
import pytest

from custom_components.smart_charge_point.central_system.frames import encode_call
from custom_components.smart_charge_point.central_system.journal import (
    MAX_BYTES,
    MAX_ENTRIES,
    MAX_KEPT,
    MAX_NOISE,
    REDACTED,
    FrameJournal,
)


def test_it_is_bounded_by_entries() -> None:
    """Small frames."""
    journal = FrameJournal()
    for number in range(1000):
        journal.keep(True, "A", b"%d" % number)
    assert len(journal) <= MAX_ENTRIES
    assert journal.export()[-1]["frame"] == 999


def test_it_is_bounded_by_bytes() -> None:
    """Large frames: the beginning is kept, and the size that the frame had."""
    journal = FrameJournal()
    for _ in range(100):
        journal.keep(True, "A", b"x" * 100_000)
    assert journal.size <= MAX_BYTES
    entry = journal.export()[0]
    assert entry["size"] == 100_000
    assert len(entry["frame"]) == MAX_KEPT


def test_noise_does_not_push_out_what_matters() -> None:
    """A boot is still there after an hour of metering, and all is shown in the order in which it came."""
    journal = FrameJournal()
    journal.keep(True, "BootNotification", b'["boot"]')
    for number in range(3600):
        entry = journal.keep(True, "MeterValues", b"[%d]" % number)
        journal.answer(entry, b"[%d]" % -number)
    journal.keep(True, "StopTransaction", b'["stop"]')
    frames = [entry["frame"] for entry in journal.export()]
    assert frames[0] == ["boot"]
    assert frames[-1] == ["stop"]
    assert frames[1:-1] == [[number] for number in range(3600 - MAX_NOISE, 3600)]
    assert journal.export()[-2]["answer"] == [-3599]


def test_an_answer_is_kept_with_its_action() -> None:
    """Of what matters each frame is an entry of its own, with its own time."""
    journal = FrameJournal()
    journal.answer(journal.keep(True, "StartTransaction", b"[2]"), b"[3]")
    shown = [(e["direction"], e["action"], e["frame"]) for e in journal.export()]
    assert shown == [("in", "StartTransaction", [2]), ("out", "StartTransaction", [3])]


def test_a_full_journal_keeps_to_its_part_of_a_wallbox() -> None:
    """100 KiB is what a connected wallbox may cost in all."""
    journal = FrameJournal()
    for _ in range(500):
        for action in ("MeterValues", "DataTransfer"):
            journal.answer(journal.keep(True, action, b"x" * 1000), b"y" * 100)
    assert journal.size < 60 * 1024


def test_notes_belong_to_the_frame_in_work() -> None:
    """Repairs are noted at the frame they were made in, also when others came meanwhile."""
    journal = FrameJournal()
    first = journal.keep(True, "StatusNotification", b"[1]")
    journal.note("of no frame")
    journal.keep(True, "StatusNotification", b"[2]")
    journal.work_on(first)
    journal.note("dropped info")
    journal.note("mended errorCode")
    journal.event("closed")
    notes = [entry["note"] for entry in journal.export()]
    assert notes == ["dropped info; mended errorCode", "", "closed"]


@pytest.mark.parametrize(
    "payload",
    [
        {"idTag": "SECRET"},
        {"idTagInfo": {"status": "Accepted", "parentIdTag": "SECRET"}},
        {"idToken": {"idToken": "SECRET", "type": "ISO14443"}},
        {"localAuthorizationList": [{"idTag": "SECRET"}]},
        {"key": "AuthorizationKey", "value": "SECRET"},
        {"key": "WifiPassword", "value": "SECRET"},
        {"value": "SECRET", "key": "PlugAndChargeIdentifier", "readonly": False},
        {"configurationKey": [{"key": "BasicAuthPassword", "value": "SECRET"}]},
        {"location": "ftp://user:SECRET@192.168.1.2/fw.bin"},
        {"data": '{"idTag":"SECRET"}'},
        {"csr": "SECRET"},
    ],
)
def test_secrets_are_redacted(payload: dict[str, object]) -> None:
    """Tags, keys and passwords are in no export: of a whole frame, of a cut one, of one that is no JSON."""
    frame = encode_call("1", "A", payload)
    journal = FrameJournal()
    journal.keep(True, "A", frame)
    journal.keep(True, "A", frame[:-1])
    journal.keep(True, "A", encode_call("1", "A", payload | {"zzz": "x" * MAX_KEPT}))
    shown = orjson.dumps(journal.export())
    assert shown.count(REDACTED.encode()) >= 3
    assert b"SECRET" not in shown


def test_what_is_no_secret_is_shown() -> None:
    """Measurands and limits are what one wants to see."""
    journal = FrameJournal()
    payload = {"key": "MeterValueSampleInterval", "value": "1"}
    journal.keep(False, "ChangeConfiguration", encode_call("1", "A", payload))
    (entry,) = journal.export()
    assert entry["frame"] == [2, "1", "A", payload]
    assert entry["direction"] == "out"
    assert entry["action"] == "ChangeConfiguration"
