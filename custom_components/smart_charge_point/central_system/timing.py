"""How long the wire waits for what. Seconds of the loop's own clock."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The waits of one central system; tests shorten them instead of waiting."""

    call: float = 30
    """For the answer to a call. Slow wallboxes take 20 s for a profile; one that never answers must not hold the rest for long."""
    handshake: float = 10
    """From accepting a socket to the end of its request: a stalled one costs a descriptor and nothing else for so long."""
    introduction: float = 10
    """For the boot on a socket that gave no identity; a wallbox that does not boot by then is only redialling."""
    ping: float = 20
    """Between pings of ours: wallboxes are known to drop a socket that is silent for 30 s (quirk T6)."""
    pong: float = 5
    """For the answer to a ping of ours, where it matters whether anybody is left on a socket."""
    silence: float = 120
    """After so long without anything, not even a pong, the link is dead, unless the heartbeat was agreed to be rarer."""
    close: float = 2
    """For the other side's closing frame; a half-open socket has none to give."""
    stop: float = 1
    """For all closing frames when Home Assistant stops: it must not wait, and wallboxes dial in again by themselves."""
    last_work: float = 10
    """For what is being kept (a stop of a transaction) when its socket ends, before the handler learns that it did."""


MISSED_HEARTBEATS = 3
"""A link is not dead before so many are overdue: one that was equal to the interval killed healthy links (ocpp.md 2.3)."""
