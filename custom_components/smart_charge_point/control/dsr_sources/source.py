"""What a source of demand-side response is, and to whom it tells its events."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ...model.dsr import DsrDirection, DsrEvent, DsrKind, DsrOutcome
from ...model.dsr_record import DsrRecord
from ...model.limit import Limit


class DsrSink(Protocol):
    """Takes the events of all sources. It never raises: what it refuses (D6), it refuses and records itself."""

    def standing(self, provider: str) -> Sequence[DsrEvent]:
        """Return the events of a provider whose end is ahead, in the form they were last told, from before a restart too.

        Those that the owner opted out of, or does not follow, are among them: they were told all the same. A source
        compares them with what it finds when it starts: what is the same is not offered again, so that its drawn delays
        stand (A11.3), and what has vanished meanwhile is withdrawn.
        """

    async def offer(self, event: DsrEvent) -> None:
        """Take an event that is new, or another form of one with the same key."""

    async def withdraw(self, provider: str, event_id: str) -> None:
        """Take note that a provider took back an event that was not over."""


class DsrSource(Protocol):
    """Turns what one provider says into events. It never raises because of what a provider says."""

    @property
    def provider(self) -> str:
        """The provider that all of its events name; no other source has it."""

    async def start(self, sink: DsrSink) -> None:
        """Begin to tell `sink`. What can be known without asking over a network is told before this returns."""

    async def stop(self) -> None:
        """Stop telling. The events stay what they are."""

    async def opted_out(self, event: DsrEvent, at: datetime) -> None:
        """Tell the provider that its event is not followed from `at` (UTC) on, where it can be told (D3)."""

    async def completed(
        self, event: DsrEvent, outcome: DsrOutcome, energy_wh: float | None
    ) -> None:
        """Tell the provider how its event ended, where it asked; `energy_wh` was charged in it, None if not known."""

    async def owes(self, record: DsrRecord) -> bool:
        """Return whether the provider is still to be told what became of an event that is settled.

        So it is after a restart, where the event ended or was opted out of when nobody was there to tell it. What was
        taken over from the dispatch is the source's own to tell, over restarts too, and once.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitySettings:
    """An entity of Home Assistant that says when there is an event, and what is to be done then.

    `limit` is per phase; only an event upwards may go without. Whether it is a response is the provider's word, which
    the owner passes on here; `PLANNED` is what is meant where nothing was said (section 7, 6).
    """

    entity_id: str
    direction: DsrDirection = DsrDirection.DOWN
    limit: Limit | None = Limit.PAUSED
    kind: DsrKind = DsrKind.PLANNED
