"""The random delay that a wallbox applies by itself, while it is set aside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DelaySetAside:
    """The wallbox's own delay was cancelled at `since` (UTC), by putting 0 where `key` held `value` (A11.5).

    `seconds` is how long it could have lasted.
    """

    key: str
    value: str
    seconds: int
    since: datetime

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON can carry it."""
        return {
            "key": self.key,
            "value": self.value,
            "seconds": self.seconds,
            "since": self.since.isoformat(),
        }

    @staticmethod
    def from_data(data: Mapping[str, Any]) -> DelaySetAside:
        """Read what `as_data` wrote."""
        return DelaySetAside(
            key=data["key"],
            value=data["value"],
            seconds=data["seconds"],
            since=datetime.fromisoformat(data["since"]),
        )
