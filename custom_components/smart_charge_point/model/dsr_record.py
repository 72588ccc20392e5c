"""What is remembered of a demand-side response event: how it stands, and who opted out of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .dsr import DsrEvent, DsrOutcome


class OptOutScope(StrEnum):
    """How far an opt-out reaches (requirements.md section 4, `override_dsr`)."""

    EVENT = "event"
    SESSION = "session"
    TODAY = "today"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    """Who opted out of an event and when (UTC). `user_id` is Home Assistant's, None where no user is behind it."""

    user_id: str | None
    at: datetime
    scope: OptOutScope


@dataclass(frozen=True, slots=True, kw_only=True)
class DsrRecord:
    """An event as it was asked of one charge point, and what became of it.

    `told_at` (UTC) is when its provider first told it. Charge point, provider and event id together name the record.

    Source: SI 2021/1467 reg. 10; requirements.md D3.
    """

    charge_point: str
    event: DsrEvent
    outcome: DsrOutcome
    told_at: datetime
    opt_out: OptOut | None = None

    @property
    def from_start(self) -> datetime:
        """The earliest moment that the event may change a charge at; its start where its delay comes after that."""
        return self.event.start - timedelta(seconds=max(0, self.event.start_delay))

    @property
    def until_end(self) -> datetime:
        """The moment from which it changes no charge any more: a delay below 0 comes after the end as well."""
        return self.event.end + timedelta(seconds=abs(self.event.end_delay))

    @property
    def declined_at(self) -> datetime:
        """Since when it is not followed, where it is not: the owner's word, or its telling where that was after it."""
        return self.told_at if self.opt_out is None else self.opt_out.at

    @property
    def settled(self) -> bool:
        """Whether nothing more will come of it."""
        return self.outcome not in {DsrOutcome.ANNOUNCED, DsrOutcome.ACTIVE}
