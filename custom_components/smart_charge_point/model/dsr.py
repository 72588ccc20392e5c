"""Demand-side response: what a provider asks of a charge point for a while (requirements.md section 4)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from .limit import Limit


class DsrKind(StrEnum):
    """Whether an event was announced beforehand or answers the grid at once.

    Only an event that its provider calls a response is one: it alone is not delayed (reg. 11; section 7, 6).
    """

    PLANNED = "planned"
    RESPONSE = "response"


class DsrDirection(StrEnum):
    """What an event does to a charge."""

    DOWN = "down"
    """No more than the limit; what charges less goes on as it was."""
    UP = "up"
    """Charge now, up to the limit, whatever the hours say."""
    SETPOINT = "setpoint"
    """The limit itself: charge with it now, and with no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DsrEvent:
    """One event of one provider. Times are UTC; `end` is not part of it.

    `provider` and `event_id` together name it. `limit` is per phase; only an event upwards may go without, and asks for
    all that is permitted then. `start_delay` and `end_delay` are the seconds that were drawn for its edges (0 where the
    rules ask for none; below 0, so many after the edge, where it was announced too late for current to fall before it),
    and `equivalent_delay_applied` says that the provider has drawn its own (section 7, 7).
    """

    provider: str
    event_id: str
    kind: DsrKind
    direction: DsrDirection
    limit: Limit | None
    start: datetime
    end: datetime
    equivalent_delay_applied: bool = False
    start_delay: int = 0
    end_delay: int = 0
    reason: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What names the event."""
        return self.provider, self.event_id


class DsrOutcome(StrEnum):
    """How an event ended, or stands."""

    ANNOUNCED = "announced"
    ACTIVE = "active"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    """Its provider took it back."""
    OVERRIDDEN = "overridden"
    """The owner, or whom the owner allows to, opted out (reg. 10)."""
    NOT_FOLLOWED = "not_followed"
    """Following such events was switched off."""
