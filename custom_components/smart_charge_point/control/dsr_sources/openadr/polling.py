"""When a server is asked: each home at its own second, and a server in trouble ever more seldom.

Source: requirements.md section 6 (a million homes at one second, or after an outage, would be an attack).
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
import secrets
from typing import Final

type Uniform = Callable[[float, float], float]
"""Returns a number between its arguments, all equally likely."""

FIRST_BACKOFF: Final = 15.0
"""Seconds within which a failed question is asked again at first; each further failure doubles them."""
LONGEST_BACKOFF: Final = 600.0

uniform: Final[Uniform] = secrets.SystemRandom().uniform


def next_poll(household: str, interval: timedelta, now: datetime) -> datetime:
    """Return when this home asks next: after `now`, once an interval, always at the same offset in it."""
    seconds = interval.total_seconds()
    drawn = int.from_bytes(sha256(f"{household}/poll".encode()).digest()[:8]) / 2**64
    past = (now.timestamp() - drawn * seconds) % seconds
    return now + timedelta(seconds=seconds - past)


def retry(
    failures: int, asked_wait: timedelta, now: datetime, draw: Uniform
) -> datetime:
    """Return when to ask again after `failures` (1 or more) in a row.

    `asked_wait` is what the server asked for, 0 for nothing: never sooner, and not all at that second either.
    """
    widest = min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** min(failures - 1, 16))
    return now.astimezone(UTC) + asked_wait + timedelta(seconds=draw(1.0, widest))
