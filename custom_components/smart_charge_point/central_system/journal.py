"""The frame journal: the last frames of one wallbox, in memory, for diagnostics."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
import heapq
import re
import time
from typing import Any, Final

import orjson

MAX_ENTRIES: Final = 200
"""Enough for a day of status, sessions and commands."""
MAX_BYTES: Final = 32 * 1024
"""Of frames and bookkeeping: with the noise it stays well within the 100 KiB that a connected wallbox may cost."""
MAX_NOISE: Final = 16
"""Entries of what comes every second: some 10 KiB, 32 at most."""
MAX_KEPT: Final = 2048
"""Of one frame. What is longer is kept by its beginning, which names the message and its first fields."""
ENTRY_BYTES: Final = 220
"""What one entry costs beside its frame: 80 for itself, 33 for the bytes object, 24 for the time, the rest for what malloc
rounds up."""
NOISY: Final = frozenset({"MeterValues", "Heartbeat"})
"""They come every second and would push out all that matters, so they are kept apart."""

REDACTED: Final = "**redacted**"

_SECRET_FIELDS: Final = frozenset(
    {
        "idtag",
        "parentidtag",
        "idtoken",
        "groupidtoken",
        "authorizationkey",
        "basicauthpassword",
        "password",
        "csr",
    }
)
_SECRET_KEY: Final = re.compile(
    r"key|pass|psk|secret|token|credential|idtag|identifier", re.IGNORECASE
)
"""Names of configuration keys whose value opens something: AuthorizationKey, WifiPassword, PlugAndChargeIdentifier, ..."""
_SECRET_TEXT: Final = re.compile(
    r"(\\*[\"'](?:" + "|".join(sorted(_SECRET_FIELDS)) + r")\\*[\"']\s*:\s*\\*[\"'])"
    r"[^\"'\\]*",
    re.IGNORECASE,
)
_VALUE: Final = re.compile(r"(\"value\"\s*:\s*\")(?:\\.|[^\"\\])*")
_USER_INFO: Final = re.compile(r"(\w+://)[^/@\s\"]+@")


@dataclass(slots=True)
class JournalEntry:
    """One frame. `at` is seconds since the epoch, `data` the frame or its beginning, `size` the whole one's bytes.

    `answer` is the answer to a noisy call; that to any other has an entry of its own.
    """

    at: float
    incoming: bool
    action: str
    data: bytes
    size: int
    note: str = ""
    answer: bytes = b""


class _Ring:
    """The last entries within the bounds of number and bytes."""

    __slots__ = ("entries", "size")

    def __init__(self) -> None:
        self.entries: deque[JournalEntry] = deque()
        self.size = 0

    def add(self, entry: JournalEntry) -> None:
        entries = self.entries
        entries.append(entry)
        self.size += len(entry.data) + ENTRY_BYTES
        while self.size > MAX_BYTES or len(entries) > MAX_ENTRIES:
            self.size -= len(entries.popleft().data) + ENTRY_BYTES


class FrameJournal:
    """The last frames of one wallbox, both directions.

    Entries hold the frames as they were, so that keeping one costs no formatting; what is secret in them is redacted
    when they are exported.
    """

    __slots__ = ("_at", "_in_work", "_noise", "_rare", "repairs")

    def __init__(self) -> None:
        """Begin an empty journal."""
        self._rare = _Ring()
        self._noise: list[JournalEntry] = []
        self._at = 0
        """Where the next noise goes once there is enough of it."""
        self._in_work: JournalEntry | None = None
        self.repairs: Counter[str] = Counter()
        """How often each repair had to be made, by its name, since Home Assistant started."""

    def keep(self, incoming: bool, action: str, data: bytes) -> JournalEntry:
        """Keep a frame. `action` is the call's; that of the call that it answers where it is an answer."""
        size = len(data)
        entry = JournalEntry(
            time.time(),
            incoming,
            action,
            data if size <= MAX_KEPT else data[:MAX_KEPT],
            size,
        )
        if action not in NOISY:
            self._rare.add(entry)
        elif len(self._noise) < MAX_NOISE:
            self._noise.append(entry)
        else:
            self._noise[self._at] = entry
            self._at = (self._at + 1) % MAX_NOISE
        return entry

    def answer(self, entry: JournalEntry, data: bytes) -> None:
        """Keep the answer to a call."""
        if entry.action in NOISY:
            entry.answer = data if len(data) <= MAX_KEPT else data[:MAX_KEPT]
        else:
            self.keep(False, entry.action, data)

    def event(self, text: str) -> None:
        """Keep what happened to the socket itself."""
        note_at(self.keep(True, "", b""), text)

    def work_on(self, entry: JournalEntry | None) -> None:
        """Say which frame `note` is about from now on."""
        self._in_work = entry

    def note(self, text: str) -> None:
        """Note a repair or an error at the frame in work. The value that was repaired is in the frame; do not repeat it."""
        if self._in_work is not None:
            note_at(self._in_work, text)

    def __len__(self) -> int:
        return len(self._rare.entries) + len(self._noise)

    @property
    def size(self) -> int:
        """The bytes that the journal costs, about."""
        return self._rare.size + sum(
            len(entry.data) + len(entry.answer) + ENTRY_BYTES for entry in self._noise
        )

    def export(self) -> list[dict[str, Any]]:
        """Return the entries, oldest first, as JSON can hold them, without tags, keys and passwords."""
        return [
            {
                "at": datetime.fromtimestamp(entry.at, UTC).isoformat(),
                "direction": "in" if entry.incoming else "out",
                "action": entry.action,
                "frame": _redacted(entry.data),
                "size": entry.size,
                "note": entry.note,
            }
            | ({"answer": _redacted(entry.answer)} if entry.answer else {})
            for entry in self._entries()
        ]

    def _entries(self) -> Iterator[JournalEntry]:
        return heapq.merge(
            tuple(self._rare.entries),
            self._noise[self._at :] + self._noise[: self._at],
            key=lambda entry: entry.at,
        )


def note_at(entry: JournalEntry, text: str) -> None:
    """Note a repair or an error at one frame."""
    entry.note = f"{entry.note}; {text}" if entry.note else text


def _redacted(data: bytes) -> Any:
    try:
        return _clean(orjson.loads(data))
    except orjson.JSONDecodeError:
        pass
    text = _clean_text(data.decode(errors="replace"))
    # What is no whole JSON does not tell which value belongs to which configuration key: then none is shown.
    return _VALUE.sub(rf"\1{REDACTED}", text) if '"key"' in text else text


def _clean(value: Any) -> Any:
    if isinstance(value, Mapping):
        secret_value = isinstance(key := value.get("key"), str) and _SECRET_KEY.search(
            key
        )
        return {
            name: REDACTED
            if (name.lower() in _SECRET_FIELDS and not isinstance(item, dict))
            or (secret_value and name == "value")
            else _clean(item)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return _clean_text(value) if isinstance(value, str) else value


def _clean_text(text: str) -> str:
    return _USER_INFO.sub(rf"\1{REDACTED}@", _SECRET_TEXT.sub(rf"\1{REDACTED}", text))
