"""Decisions: what people and providers decided about a charge, or would have."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class DecisionKind(StrEnum):
    """What was decided."""

    CHARGE_NOW = "charge_now"
    CANCEL_DELAY = "cancel_delay"
    STOP = "stop"
    HOURS_CHANGED = "hours_changed"
    """The charging hours were accepted, changed, removed or set."""
    AVAILABLE_CHANGED = "available_changed"
    """A connector was taken in or out of service."""
    CURRENT_LIMIT_CHANGED = "current_limit_changed"
    DELAY_MAXIMUM_CHANGED = "delay_maximum_changed"
    """The longest random delay; below the default of the rules, the detail holds the owner's reason (A11.6)."""
    DSR_EVENT = "dsr_event"
    """A provider asked for something, changed it or took it back."""
    DSR_OVERRIDE = "dsr_override"
    FOLLOW_DSR_CHANGED = "follow_dsr_changed"
    TAMPER_REPORTED = "tamper_reported"
    """The wallbox said that somebody interfered with it; the detail is in its own words. No user is behind it."""
    TAMPER_CLEARED = "tamper_cleared"
    """An administrator has looked at it, or it was replaced."""
    OTHER = "other"
    """What a newer release knows by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision, at `at` (UTC), about a connector or (None) the whole charge point.

    `user_id` is Home Assistant's, None where no user is behind it (a provider, an automation without one). What was not
    `allowed` was refused and changed nothing; `detail` says why, and else what was decided, in words without
    credentials.

    Source: requirements.md A2.1, A10.1, A11.6, D3.
    """

    at: datetime
    charge_point: str
    kind: DecisionKind
    allowed: bool
    connector: int | None = None
    user_id: str | None = None
    detail: str = ""
