"""Tampering: that somebody interfered with a wallbox, as it says itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class TamperReaction(StrEnum):
    """What the owner wants of a charge while tampering stands (requirements.md, Schedule 1 §9: stop, reduce, keep)."""

    KEEP_SCHEDULE = "keep_schedule"
    FIXED_CURRENT = "fixed_current"
    """Within the charging hours, but with no more than a given current."""
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tamper:
    """That `told_by` (a charge point's identity) said at `at` (UTC) that somebody interfered with it.

    `info` is what it said of that, in its own words and at most 255 characters of them; empty where it said nothing.
    """

    told_by: str
    at: datetime
    info: str = ""

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON can carry it."""
        return {"told_by": self.told_by, "at": self.at.isoformat(), "info": self.info}

    @staticmethod
    def from_data(data: Mapping[str, Any]) -> Tamper:
        """Read what `as_data` wrote."""
        return Tamper(
            told_by=data["told_by"],
            at=datetime.fromisoformat(data["at"]),
            info=data["info"],
        )
