"""What the central system counted since it started: for diagnostics."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Count(StrEnum):
    """What is counted."""

    SOCKETS = "sockets"
    """Accepted, whatever came of them."""
    HANDSHAKES = "handshakes"
    """That became a connection."""
    REFUSED_IDENTITY = "refused_identity"
    REFUSED_SUBPROTOCOL = "refused_subprotocol"
    REFUSED_REQUEST = "refused_request"
    """No websocket, or no HTTP at all."""
    REFUSED_CROWD = "refused_crowd"
    """Too many connections, or too many strangers."""
    TLS_ON_PLAIN_PORT = "tls_on_plain_port"
    HALF_OPEN_DROPPED = "half_open_dropped"
    """Sockets whose request did not come in time, or that made room for newer ones."""
    NO_SUBPROTOCOL = "no_subprotocol"
    """Served as 1.6."""
    MENDED_REQUESTS = "mended_requests"
    SWAPS = "swaps"
    """New sockets with the identity of a connected wallbox."""
    MALFORMED_FRAMES = "malformed_frames"
    DROPPED_FOR_MALFORMED = "dropped_for_malformed"
    THROTTLED = "throttled"
    """Times that a wallbox was not read from for a while because it did not wait for answers."""
    REPEATED_CALLS = "repeated_calls"
    INTERNAL_ERRORS = "internal_errors"
    LATE_ANSWERS = "late_answers"
    CALLS_TIMED_OUT = "calls_timed_out"
    PINGS_UNANSWERED = "pings_unanswered"
    DEAD_LINKS = "dead_links"


type Tally = Counter[Count]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCounters:
    """The central system at one moment. `counts` has every `Count`."""

    connections: int
    half_open: int
    counts: Mapping[Count, int]


def snapshot(tally: Tally, *, connections: int, half_open: int) -> ServerCounters:
    """Return a copy of the counts that stays as it is."""
    return ServerCounters(
        connections=connections,
        half_open=half_open,
        counts=MappingProxyType({count: tally[count] for count in Count}),
    )
