"""What a charge point falls back to when its central system is gone (requirements.md A7.4).

Nothing tells an OCPP 1.6 wallbox that its link is lost. So what is to hold then is resident, as the lowest
ChargePointMaxProfile, and what holds while the link stands is lent to it: a ChargePointMaxProfile above, which ends by
itself unless it is renewed. Both only ever lower, so hours and random delays are held as without them (regs. 10, 11).

| profile | id | stack level |
|---|---|---|
| the fallback | 1, as the cap that it takes the place of | 0 |
| the cap while the link stands | 2 | 1 |
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from ..model.capabilities import Capabilities, Support
from ..model.limit import Limit
from .link import CompositeSchedule
from .profiles import ChargingProfile, Period
from .resident import CLOCK_SKEW, MAXIMUM_SINCE, caps_alike, from_store, to_store

LEASE_ID: Final = 2
LEASE: Final = timedelta(minutes=20)
"""How long the cap is lent for, at the least. Each renewal is a write to the wallbox's memory, so it is no shorter."""
RENEWED: Final = timedelta(minutes=10)
"""What must be left of it."""
LOOKED_AT: Final = timedelta(seconds=60)
"""How far from its end the wallbox is asked what it will apply before and after."""
PLAY: Final = 0.5
"""Amperes that a wallbox may round by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standby:
    """What the wallbox acknowledged: the fallback, and the cap that was last lent to it until `ends` (UTC).

    It may have lost both since where it was not `kept`.
    """

    fallback: ChargingProfile | None
    lease: ChargingProfile
    ends: datetime
    kept: bool = True

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON can carry it."""
        return {
            "fallback": self.fallback and to_store(self.fallback),
            "lease": to_store(self.lease),
            "ends": self.ends.isoformat(),
            "kept": self.kept,
        }

    @staticmethod
    def from_data(data: Mapping[str, Any]) -> Standby:
        """Read what `as_data` wrote."""
        return Standby(
            fallback=data["fallback"] and from_store(data["fallback"]),
            lease=from_store(data["lease"]),
            ends=datetime.fromisoformat(data["ends"]),
            kept=data["kept"],
        )

    def lends(self, cap: ChargingProfile, now: datetime) -> bool:
        """Return whether `cap` is what is lent at `now` (UTC)."""
        return (
            self.kept
            and now < self.ends
            and caps_alike(self.lease, lent(cap, now, self.ends), now)
        )


def room_for_standby(capabilities: Capabilities) -> bool:
    """Return whether a charge point may hold a fallback beside all that it must hold anyway.

    For each connector that is the hours, the delay, an override, and the next season's hours where they may be left with
    it. A wallbox that is on no profile's default, or cannot be asked what it applies, holds none.
    """
    beside = 3 if capabilities.valid_from is Support.REFUSED else 4
    return (
        Support.REFUSED
        not in {
            capabilities.standby,
            capabilities.maximum_profile,
            capabilities.default_profile,
            capabilities.composite_schedule,
        }
        and capabilities.max_stack_level >= 1
        and capabilities.connectors * beside + 2 <= capabilities.max_profiles
    )


def fallback_profile(cap: ChargingProfile, limit: Limit) -> ChargingProfile:
    """Return `cap` lowered to `limit`, for when nobody lends more."""
    periods: list[Period] = []
    for period in cap.periods:
        lowered = min(period.limit, limit)
        if not periods or periods[-1].limit != lowered:
            periods.append(replace(period, limit=lowered))
    if len(periods) == 1:
        return replace(cap, start=MAXIMUM_SINCE, periods=tuple(periods))
    return replace(cap, periods=tuple(periods))


def lent(cap: ChargingProfile, now: datetime, ends: datetime) -> ChargingProfile:
    """Return `cap` as it is from `now` until `ends` (UTC), above the fallback."""
    start = now.replace(microsecond=0) - CLOCK_SKEW
    began = cap.start or MAXIMUM_SINCE
    periods = [Period(start=0, limit=cap.periods[0].limit)]
    for period in cap.periods:
        moment = began + timedelta(seconds=period.start)
        if moment <= now:
            periods = [Period(start=0, limit=period.limit)]
        elif moment < ends:
            offset = int((moment - start).total_seconds())
            periods.append(Period(start=offset, limit=period.limit))
    return replace(
        cap,
        profile_id=LEASE_ID,
        stack_level=1,
        periods=tuple(periods),
        start=start,
        duration=int((ends - start).total_seconds()),
        valid_from=start,
        valid_to=ends,
    )


def shows_standby(
    composite: CompositeSchedule, ends: datetime, limit: Limit
) -> bool | None:
    """Return whether the wallbox says that it will let more than `limit` flow until `ends` (UTC), and no more after it.

    None where it does not say. It is for the caller to know that more is wanted on both sides of it.
    """
    before = _told(composite, ends - LOOKED_AT)
    after = _told(composite, ends + LOOKED_AT)
    if before is None or after is None:
        return None
    most = limit.amperes + PLAY
    return before.amperes > most >= after.amperes


def _told(composite: CompositeSchedule, moment: datetime) -> Limit | None:
    told = None
    for step in composite.steps:
        if step.start <= moment:
            told = step.limit
    return told
