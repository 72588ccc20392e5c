"""Energy: a lifetime sum that never falls, whatever a wallbox's register does, and what a session took."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import isfinite
from typing import Any, Final

from ..model.transaction import Doubt

MOST_POWER: Final = 60_000.0
"""W that no wallbox these rules are for can deliver; the regulations end at 50 kW."""
MOST_STEP: Final = 100_000.0
"""Wh between two readings above which the next one is awaited before it is believed."""
MARGIN: Final = 1_000.0
"""Wh that a reading may be ahead: registers in whole kWh, clocks that are set."""
JITTER: Final = 10.0
"""Wh that a register may seem to fall by rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnergy:
    """What a session took: `energy` in Wh, never negative, and what is not certain about it."""

    energy: float
    doubts: frozenset[Doubt] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A connector's lifetime register, corrected.

    `total` (Wh) is what is shown. `last` (Wh) is the wallbox's own figure that was last believed, read `at` (UTC).
    `awaiting` (Wh, read `awaiting_at`) is one that does not follow from it, and waits for the next to confirm or belie
    it. `before_fall` (Wh) is where the register stood before it fell, kept until it counts on, in case it comes back.

    Source: requirements.md A9.6.
    """

    total: float = 0.0
    last: float | None = None
    at: datetime | None = None
    awaiting: float | None = None
    awaiting_at: datetime | None = None
    before_fall: float | None = None

    def as_data(self) -> dict[str, Any]:
        """Return the register as JSON can hold it."""
        return {
            "total": self.total,
            "last": self.last,
            "at": self.at and self.at.isoformat(),
            "awaiting": self.awaiting,
            "awaiting_at": self.awaiting_at and self.awaiting_at.isoformat(),
            "before_fall": self.before_fall,
        }

    @staticmethod
    def from_data(data: dict[str, Any]) -> Register:
        """Return the register that `as_data` wrote."""
        return Register(
            total=data["total"],
            last=data["last"],
            at=data["at"] and datetime.fromisoformat(data["at"]),
            awaiting=data["awaiting"],
            awaiting_at=data["awaiting_at"]
            and datetime.fromisoformat(data["awaiting_at"]),
            before_fall=data["before_fall"],
        )


def advance(
    register: Register, wh: float, at: datetime, *, begins_session: bool = False
) -> tuple[Register, Doubt | None]:
    """Return the register after a reading of `wh`, taken `at` (UTC), and what it leaves in doubt.

    The total never falls. A rise that a wallbox can have delivered since the last reading counts. Anything else waits
    for the next reading: if that follows from the last good one, it was a glitch and is forgotten; if it follows from
    the odd one, the register was reset, exchanged or has leapt, the leap is left out, and counting goes on from there
    (REGISTER_JUMP). A rise of more than `MOST_STEP` that the time allows for, as after weeks offline, waits as well but
    then counts. A reading that is no number or negative, or older than the last and not above it, changes nothing.

    `begins_session`: the reading is a session's first. Registers that count each session from 0 fall there, which is
    believed at once and leaves no doubt, unless the reading is older than the last: then the session is replayed.
    """
    if not isfinite(wh) or wh < 0:
        return register, None
    if register.last is None or register.at is None:
        return replace(register, total=max(register.total, wh), last=wh, at=at), None
    if at < register.at and wh <= register.last:
        return register, None
    if begins_session and wh < register.last - JITTER:
        return Register(total=register.total, last=wh, at=at), None
    returned = register.before_fall
    if returned is not None and _follows(returned, register.at, wh, at):
        # It was no reset: the register only showed nothing for a while.
        gained = max(0.0, wh - returned)
        return Register(total=register.total + gained, last=wh, at=at), None
    if _follows(register.last, register.at, wh, at):
        return _believe(register, register.last, wh, at), None
    if (
        register.awaiting is not None
        and register.awaiting_at is not None
        and _follows(register.awaiting, register.awaiting_at, wh, at)
    ):
        return _confirm(register, register.awaiting, register.awaiting_at, wh, at)
    return replace(register, awaiting=wh, awaiting_at=at), None


def session_energy(
    *,
    start: float | None,
    stop: float | None,
    last: float | None,
    counted: float,
    duration: timedelta | None,
) -> SessionEnergy:
    """Return what a session took that ended.

    `start` and `stop` are the register (Wh) as told at its beginning and end, `last` the last good reading between,
    None each where there is none. `counted` (Wh) is what `advance` made of the readings of the session. `duration` is
    None where its times are in doubt.

    The difference of the registers counts wherever it can be true, so that missed samples cost nothing; else the last
    good reading stands in for the stop, else `counted` for both.

    Source: requirements.md A9.1 and A9.6.
    """
    start, stop, last = _readable(start), _readable(stop), _readable(last)
    counted = _readable(counted) or 0.0
    most = MOST_STEP if duration is None else _most(max(timedelta(), duration))

    def took(end: float | None) -> float | None:
        """Return the Wh from the start to `end`, None where that cannot be true."""
        if start is None or end is None or not -JITTER <= end - start <= most:
            return None
        # Less than what was counted on the way: the register was reset in between.
        return None if end - start < counted - MARGIN else max(0.0, end - start)

    doubts = set()
    if start is None:
        doubts.add(Doubt.START_METER)
    if stop is None:
        doubts.add(Doubt.STOP_METER)
    energy = took(stop)
    if energy is not None and (last is None or (stop or 0.0) >= last - JITTER):
        return SessionEnergy(energy=energy, doubts=frozenset(doubts))
    if start is not None and stop is not None:
        doubts.add(Doubt.REGISTER_JUMP)
    energy = took(last)
    if energy is None:
        energy = counted
    return SessionEnergy(energy=energy, doubts=frozenset(doubts))


def _readable(wh: float | None) -> float | None:
    """Return the reading, None where it is no number or negative."""
    return wh if wh is not None and isfinite(wh) and wh >= 0 else None


def _believe(register: Register, last: float, wh: float, at: datetime) -> Register:
    """Return the register after a reading that follows from the last one."""
    return Register(
        total=register.total + max(0.0, wh - last),
        last=max(wh, last),
        at=max(at, register.at or at),
        before_fall=register.before_fall if wh <= last else None,
    )


def _confirm(
    register: Register, odd: float, odd_at: datetime, wh: float, at: datetime
) -> tuple[Register, Doubt | None]:
    """Return the register after a reading that follows from the odd one before it."""
    last, last_at = register.last or 0.0, register.at or odd_at
    total = register.total + max(0.0, wh - odd)
    if last <= odd <= last + _most(odd_at - last_at):
        return Register(total=total + odd - last, last=max(wh, odd), at=at), None
    before_fall = last if odd < last and wh <= odd else None
    return (
        Register(total=total, last=max(wh, odd), at=at, before_fall=before_fall),
        Doubt.REGISTER_JUMP,
    )


def _follows(earlier: float, earlier_at: datetime, wh: float, at: datetime) -> bool:
    """Return whether a register that stood at `earlier` can simply have counted on to `wh`."""
    step = wh - earlier
    if step <= MARGIN:
        return step >= -JITTER
    return step <= min(MOST_STEP, _most(max(timedelta(), at - earlier_at)))


def _most(elapsed: timedelta) -> float:
    """Return the most Wh that any wallbox can have delivered in the time."""
    return MOST_POWER * (elapsed / timedelta(hours=1)) + MARGIN
