"""Claims and plans: who wants what of a connector, and what comes of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .limit import Limit


class ClaimSource(StrEnum):
    """Who makes a claim, highest rung of the ladder first (architecture.md)."""

    SAFETY = "safety"
    HOUSE_FUSE = "house_fuse"
    GRID = "grid"
    """Demand-side response that lowers at once."""
    OWNER_LIMIT = "owner_limit"
    OVERRIDE = "override"
    RESPONSE_DSR = "response_dsr"
    """Demand-side response that lifts at once: nothing delays it, but an owner's stop outranks it (regs. 10 and 11)."""
    RANDOM_DELAY = "random_delay"
    PLANNED_DSR = "planned_dsr"
    """Announced demand-side response: a car plugged in during it waits for its random delay (reg. 11)."""
    CHARGING_HOURS = "charging_hours"


class Effect(StrEnum):
    """What a claim does to those below it: only ever lower, only ever lift, or take their place.

    What lowers holds whatever its rung, and nothing lifts it.
    """

    LOWERS = "lowers"
    LIFTS = "lifts"
    REPLACES = "replaces"


class PlanReason(StrEnum):
    """Why a segment of the plan has its limit, in words that an owner understands."""

    CHARGING_HOURS = "charging_hours"
    OUTSIDE_CHARGING_HOURS = "outside_charging_hours"
    RANDOM_DELAY = "random_delay"
    CHARGE_NOW = "charge_now"
    STOPPED = "stopped"
    WAKING = "waking"
    """A short pause that is to wake the car."""
    OWNER_LIMIT = "owner_limit"
    HOUSE_FUSE = "house_fuse"
    DSR = "demand_response"
    """Demand-side response that wants less."""
    DSR_UP = "demand_response_up"
    """Demand-side response that wants the car to charge."""
    FAULT = "fault"
    TAMPER = "tamper"
    """The wallbox says that somebody interfered with it."""
    WALLBOX_MAXIMUM = "wallbox_maximum"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimStep:
    """From `start` (UTC) until the next step of its claim: a limit and its reason."""

    start: datetime
    limit: Limit
    reason: PlanReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one source wants over time.

    It speaks from its first step until `end` (UTC; None: without end). Steps are sorted; outside them the source
    wants nothing.
    """

    source: ClaimSource
    effect: Effect
    steps: tuple[ClaimStep, ...]
    end: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of time (UTC, half open) with one limit and the claim that set it."""

    start: datetime
    end: datetime
    limit: Limit
    reason: PlanReason
    by: ClaimSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The claims resolved: contiguous segments, at least one, neighbours differing."""

    segments: tuple[Segment, ...]

    def at(self, moment: datetime) -> Segment | None:
        """Return the segment that `moment` (UTC) falls into, None outside the plan."""
        for segment in self.segments:
            if segment.start <= moment < segment.end:
                return segment
        return None
