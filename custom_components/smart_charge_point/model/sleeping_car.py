"""Cars that fall asleep while they are offered no current, and what their owner has chosen against it."""

from enum import StrEnum


class SleepingCar(StrEnum):
    """What is done for a car that sleeps at 0 A and does not wake when it may charge (requirements.md A11.8)."""

    NOTHING = "nothing"
    """It is paused at 0 A, as most cars bear."""
    HOLD_START = "hold_start"
    """The session is begun only when the car may charge. The random delay is served before (section 7, 22)."""
    WAKE = "wake"
    """A car that does not draw what it may is woken: by a short pause, then by a new session."""
    KEEP_AWAKE = "keep_awake"
    """Outside the charging hours it is left a little current instead of none."""
