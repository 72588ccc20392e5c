"""A line of the benchmark's table."""

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
