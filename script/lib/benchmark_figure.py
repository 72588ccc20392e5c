"""Lines of the benchmark's table."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; `reach` is the most (or the least, if `at_least`) that is good enough."""

    name: str
    value: float
    unit: str
    reach: float | None = None
    at_least: bool = False

    def __str__(self) -> str:
        """Return the line."""
        if self.reach is None:
            return f"{self.name:<66} {self.value:>9.1f} {self.unit}"
        good = self.value >= self.reach if self.at_least else self.value <= self.reach
        sign = "≥" if self.at_least else "≤"
        verdict = "reached" if good else "MISSED"
        return f"{self.name:<66} {self.value:>9.1f} {self.unit:<10} {sign} {self.reach:<7g} {verdict}"


def blocked_loop(
    held: Mapping[str, float],
    within: float | None = None,
    *,
    title: str = "  longest blocked loop meanwhile",
) -> list[Figure]:
    """Return what a watch of the event loop noted, in seconds, and what the longest delay was made of."""
    return [
        Figure(title, held["longest"] * 1e3, "ms", within),
        Figure(
            "  the longest that other programs had no part in",
            held["held"] * 1e3,
            "ms",
        ),
        Figure(
            "  Python's longest search for garbage in all of Home Assistant",
            held["cleaned"] * 1e3,
            "ms",
        ),
        Figure(
            "  most that the loop itself computed at a stretch",
            held["computed"] * 1e3,
            "ms",
        ),
    ]
