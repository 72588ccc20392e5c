"""Claims and plans: who wants what of a connector, and what comes of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .limit import Limit


class ClaimSource(StrEnum):
    """Who makes a claim, highest rung of the ladder first (architecture.md)."""

    SAFETY = "safety"
    OWNER_LIMIT = "owner_limit"
    OVERRIDE = "override"
    RANDOM_DELAY = "random_delay"
    CHARGING_HOURS = "charging_hours"


class Effect(StrEnum):
    """What a claim does to those below it: only ever lower, or take their place."""

    LOWERS = "lowers"
    REPLACES = "replaces"


class PlanReason(StrEnum):
    """Why a segment of the plan has its limit, in words that an owner understands."""

    CHARGING_HOURS = "charging_hours"
    OUTSIDE_CHARGING_HOURS = "outside_charging_hours"
    RANDOM_DELAY = "random_delay"
    CHARGE_NOW = "charge_now"
    STOPPED = "stopped"
    OWNER_LIMIT = "owner_limit"
    FAULT = "fault"
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
