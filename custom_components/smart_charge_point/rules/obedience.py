"""Obedience: what was measured, held against the limit that should be in force.

Some wallboxes accept a charging profile and do not follow it (wallbox-quirks.md S1, S4, S6). Only the meter shows that.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..model.limit import NOMINAL_VOLTAGE, Limit
from ..model.meter import Measurand, MeterSample, Phase

PATIENCE: Final = timedelta(seconds=60)
"""How long more than the limit must flow: cars and wallboxes take some seconds to follow, and meters smooth."""
TOLERATED_SHARE: Final = 1.1
"""Of the limit; a wallbox's own meter may be 10 % wrong (reg. 9)."""
TOLERATED_CURRENT: Final = 1.0
"""A, beyond the limit: limits are rounded to whole amperes, and a small limit has a small tenth."""


def drawn(sample: MeterSample, phases: int) -> float | None:
    """Return the current that flowed, in A on the phase with the most; None where the sample does not tell.

    Where only the total power is known it is taken to be spread over all `phases` (1 or 3), so never for too much.
    """
    current = sample.values.get((Measurand.CURRENT, Phase.TOTAL))
    if current is not None:
        return current
    power = sample.values.get((Measurand.POWER, Phase.TOTAL))
    return None if power is None else power / (NOMINAL_VOLTAGE * phases)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Since when (UTC) more than `limit` has flowed; None where it does not."""

    limit: Limit | None = None
    since: datetime | None = None
    at: datetime | None = None
    """The latest sample that said anything new."""

    def sampled(self, at: datetime, amperes: float, limit: Limit) -> Watch:
        """Return the watch that knows what flowed `at` (UTC) under `limit`.

        Another limit, or a sample within it, begins the watch anew. A sample older than the latest is ignored.
        """
        if self.at is not None and at < self.at:
            return self
        allowed = max(
            limit.amperes * TOLERATED_SHARE, limit.amperes + TOLERATED_CURRENT
        )
        if amperes <= allowed:
            if self.since is None and limit == self.limit:
                return self  # Nothing is suspected, at a hundred samples a second too.
            return Watch(limit=limit, at=at)
        since = self.since if limit == self.limit else None
        return Watch(limit=limit, since=at if since is None else since, at=at)

    @property
    def disobeyed(self) -> bool:
        """Whether more than the limit has flowed for longer than anyone needs to follow it."""
        return (
            self.since is not None
            and self.at is not None
            and self.at - self.since >= PATIENCE
        )
