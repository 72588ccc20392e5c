"""Draws: what the random delays of a connector came to, counted up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

PARTS: Final = 11
"""Into how many equal parts of its maximum a draw may fall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawTally:
    """Draws in whole seconds: how many, the least, the most, the sum, and how many fell into each part of the maximum.

    `latest` (UTC) is when the last one was made, None before the first. Draws of 0 to 0 s are no draws.
    """

    count: int = 0
    least: int = 0
    most: int = 0
    total: int = 0
    parts: tuple[int, ...] = (0,) * PARTS
    latest: datetime | None = None

    def with_draws(self, drawn: Iterable[int], maximum: int, at: datetime) -> DrawTally:
        """Return the tally with what was drawn from 0 to `maximum` at `at` (UTC)."""
        seconds = tuple(drawn)
        if not seconds or maximum <= 0:
            return self
        parts = list(self.parts)
        for second in seconds:
            parts[second * PARTS // (maximum + 1)] += 1
        return DrawTally(
            count=self.count + len(seconds),
            least=min(seconds) if not self.count else min(self.least, *seconds),
            most=max(self.most, *seconds),
            total=self.total + sum(seconds),
            parts=tuple(parts),
            latest=at,
        )

    def and_also(self, other: DrawTally) -> DrawTally:
        """Return both tallies as one."""
        if not self.count or not other.count:
            return self if self.count else other
        return DrawTally(
            count=self.count + other.count,
            least=min(self.least, other.least),
            most=max(self.most, other.most),
            total=self.total + other.total,
            parts=tuple(
                one + another
                for one, another in zip(self.parts, other.parts, strict=True)
            ),
            latest=max(filter(None, (self.latest, other.latest)), default=None),
        )

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON can carry it."""
        return {
            "count": self.count,
            "least": self.least,
            "most": self.most,
            "total": self.total,
            "parts": list(self.parts),
            "latest": None if self.latest is None else self.latest.isoformat(),
        }

    @staticmethod
    def from_data(data: Mapping[str, Any]) -> DrawTally:
        """Read what `as_data` wrote."""
        latest = data["latest"]
        return DrawTally(
            count=data["count"],
            least=data["least"],
            most=data["most"],
            total=data["total"],
            parts=tuple(data["parts"]),
            latest=None if latest is None else datetime.fromisoformat(latest),
        )
