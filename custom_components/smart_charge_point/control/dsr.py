"""Demand-side response at one charge point: the events that stand, what they claim, and what became of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
import secrets
from typing import Any, Final

from ..model.decision import Decision, DecisionKind
from ..model.dsr import DsrEvent, DsrKind, DsrOutcome
from ..model.dsr_record import DsrRecord, OptOut, OptOutScope
from ..model.limit import Limit
from ..model.plan import Claim, Effect
from ..records.ledger import Ledger
from ..rules.dsr import active, cancelled, checked, draw_edges, dsr_claims, next_edge

AWAITED: Final = timedelta(minutes=2)
"""How long an opt-out for a session waits for that session to begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingOptOut:
    """An opt-out that reaches further than the events it was made for.

    It lasts until `until` (UTC), or for the session `transaction_id`; what is told meanwhile is not followed either.
    Without both it waits `AWAITED` for the session that was asked for.
    """

    opt_out: OptOut
    until: datetime | None = None
    transaction_id: int | None = None

    def stands(self, now: datetime, sessions: frozenset[int]) -> bool:
        """Return whether it still reaches to `now` (UTC), while `sessions` run."""
        if self.until is not None:
            return now < self.until
        if self.transaction_id is None:
            return now < self.opt_out.at + AWAITED
        return self.transaction_id in sessions

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON can carry it."""
        return {
            "user_id": self.opt_out.user_id,
            "at": self.opt_out.at.isoformat(),
            "scope": self.opt_out.scope,
            "until": self.until and self.until.isoformat(),
            "transaction_id": self.transaction_id,
        }

    @staticmethod
    def from_data(data: Mapping[str, Any]) -> StandingOptOut:
        """Read what `as_data` wrote."""
        until = data["until"]
        return StandingOptOut(
            opt_out=OptOut(
                user_id=data["user_id"],
                at=datetime.fromisoformat(data["at"]),
                scope=OptOutScope(data["scope"]),
            ),
            until=until and datetime.fromisoformat(until),
            transaction_id=data["transaction_id"],
        )


class DsrBook:
    """The events of one charge point.

    They are in the ledger before they are followed, so that a restart takes them up with the delays that were drawn.
    """

    def __init__(
        self,
        ledger: Ledger,
        identity: Callable[[], str],
        sessions: Callable[[], frozenset[int]],
        on_opt_out: Callable[[DsrRecord], None],
    ) -> None:
        """Keep the events of `identity` in `ledger`.

        `sessions` returns the transactions that run, and `on_opt_out` is told of each event that is not followed.
        """
        self._ledger = ledger
        self._identity = identity
        self._sessions = sessions
        self._on_opt_out = on_opt_out
        self._records: dict[tuple[str, str], DsrRecord] = {}
        self._ending: list[DsrEvent] = []
        """What was cancelled and is being left with a random delay."""
        self.opt_out: StandingOptOut | None = None
        self.revision = 0
        """Counts the changes, so that a plan knows whether it is still right."""

    async def restore(self, now: datetime) -> None:
        """Take up the events that stood before a restart, and settle those that ended meanwhile.

        Who asked for them learns of that from the ledger, when the sources begin (`DsrDispatch`).
        """
        for record in await self._ledger.lapsed(self._identity(), now):
            await self._ledger.keep_dsr_event(
                replace(record, outcome=DsrOutcome.COMPLETED)
            )
        self._records = {
            record.event.key: record
            for record in await self._ledger.standing(self._identity(), now)
        }
        self.revision += 1

    @property
    def events(self) -> tuple[DsrEvent, ...]:
        """The events that stand, by their start."""
        if not self._records:
            return ()
        return tuple(
            sorted(
                (record.event for record in self._records.values()),
                key=lambda event: (event.start, event.key),
            )
        )

    def claims(self, maximum: Limit) -> list[Claim]:
        """Return what the events claim; `maximum` is what is asked for where an event names no limit."""
        return [
            claim
            for event in (*self.events, *self._ending)
            for claim in dsr_claims(event, maximum)
        ]

    def active(self, now: datetime) -> tuple[DsrEvent, ...]:
        """Return the events in whose window `now` (UTC) lies."""
        return tuple(event for event in self.events if active(event, now))

    def lowers(self, now: datetime) -> bool:
        """Return whether an event holds the charge down at `now` (UTC), also while it is left with its delay."""
        return any(
            claim.effect is Effect.LOWERS
            and claim.steps[0].start <= now
            and (claim.end is None or now < claim.end)
            for claim in self.claims(Limit.PAUSED)
        )

    def responds(self, now: datetime) -> bool:
        """Return whether a response, which nothing delays, runs at `now` (UTC)."""
        return any(event.kind is DsrKind.RESPONSE for event in self.active(now))

    def next_edge(self, now: datetime) -> datetime | None:
        """Return when one of the events next begins or ends, delays and all."""
        edges = (next_edge(event, now) for event in (*self.events, *self._ending))
        return min((edge for edge in edges if edge is not None), default=None)

    def due(self, now: datetime) -> bool:
        """Return whether an event has begun or ended by `now` (UTC) without having been settled."""
        return any(
            next_edge(record.event, now) is None
            or (active(record.event, now) and record.outcome is DsrOutcome.ANNOUNCED)
            for record in self._records.values()
        ) or any(next_edge(event, now) is None for event in self._ending)

    async def put(
        self, event: DsrEvent, *, follow: bool, delay_maximum: int, now: datetime
    ) -> DsrRecord:
        """Take an event that is new, or another form of a known one, and return what is kept of it.

        Raises:
            DsrRefusedError: it is no event that can be followed (D6).
        """
        event = checked(event, now)
        known = self._records.get(event.key)
        event = draw_edges(
            event,
            delay_maximum,
            now,
            secrets.randbelow,
            None if known is None else known.event,
        )
        record = DsrRecord(
            charge_point=self._identity(),
            event=event,
            outcome=DsrOutcome.ACTIVE if active(event, now) else DsrOutcome.ANNOUNCED,
            told_at=now,
        )
        standing = self._standing_opt_out(now)
        before = await self._ledger.dsr_event(self._identity(), *event.key)
        if not follow:
            # Told again in another form, it is not followed since the owner said so.
            record = replace(
                record,
                outcome=DsrOutcome.NOT_FOLLOWED,
                opt_out=None if before is None else before.opt_out,
            )
        elif standing is not None:
            record = replace(
                record, outcome=DsrOutcome.OVERRIDDEN, opt_out=standing.opt_out
            )
        if (
            before is not None
            and before.outcome is DsrOutcome.OVERRIDDEN
            and event.start < before.event.end
        ):
            # Told again in another form, it is still the event that was opted out of.
            record = replace(
                record, outcome=DsrOutcome.OVERRIDDEN, opt_out=before.opt_out
            )
        record = await self._ledger.keep_dsr_event(record)
        await self._decide(DecisionKind.DSR_EVENT, now, None, _told(event))
        if record.settled:
            self._records.pop(event.key, None)
        else:
            self._records[event.key] = record
        self.revision += 1
        return record

    async def withdraw(
        self, provider: str, event_id: str, *, delay_maximum: int, now: datetime
    ) -> bool:
        """Let go of an event that its provider takes back; return whether there was one."""
        record = self._records.pop((provider, event_id), None)
        if record is None:
            return False
        rest = cancelled(record.event, delay_maximum, now, secrets.randbelow)
        if rest is not None:
            self._ending.append(rest)
        await self._ledger.keep_dsr_event(replace(record, outcome=DsrOutcome.CANCELLED))
        await self._decide(
            DecisionKind.DSR_EVENT, now, None, f"{provider}/{event_id} cancelled"
        )
        self.revision += 1
        return True

    async def override(
        self,
        scope: OptOutScope,
        user_id: str | None,
        *,
        until: datetime | None,
        now: datetime,
        session: int | None = None,
    ) -> tuple[DsrEvent, ...]:
        """Opt out of the events that run, or of all that come within `scope`; return those that are not followed.

        `until` (UTC) is the end of the owner's day, which `OptOutScope.TODAY` reaches to; `session` the one that
        `OptOutScope.SESSION` means, None: the latest that runs, or the next one.
        """
        opt_out = OptOut(user_id=user_id, at=now, scope=scope)
        chosen = [event for event in self.events if _speaks(event, now)]
        if scope is OptOutScope.TODAY and until is not None:
            self.opt_out = StandingOptOut(opt_out=opt_out, until=until)
            chosen = [event for event in self.events if event.start < until]
        elif scope is OptOutScope.SESSION:
            if session is None:
                session = max(self._sessions(), default=None)
            self.opt_out = StandingOptOut(opt_out=opt_out, transaction_id=session)
        records = [self._records.pop(event.key) for event in chosen]
        for record in records:
            self._on_opt_out(
                await self._ledger.keep_dsr_event(
                    replace(record, outcome=DsrOutcome.OVERRIDDEN, opt_out=opt_out)
                )
            )
        # What was cancelled must not hold the charge that the owner wants now.
        self._ending.clear()
        await self._decide(
            DecisionKind.DSR_OVERRIDE,
            now,
            user_id,
            f"{scope}: {', '.join('/'.join(event.key) for event in chosen) or 'none'}",
        )
        self.revision += 1
        return tuple(chosen)

    def session_began(self, transaction_id: int) -> None:
        """Let an opt-out that waits for a session be for this one."""
        standing = self.opt_out
        if (
            standing is not None
            and standing.until is None
            and standing.transaction_id is None
        ):
            self.opt_out = replace(standing, transaction_id=transaction_id)

    async def unfollow(self, now: datetime, user_id: str | None) -> None:
        """Let go of all events: the owner does not follow them any more."""
        opt_out = OptOut(user_id=user_id, at=now, scope=OptOutScope.EVENT)
        records, self._records = self._records, {}
        for record in records.values():
            self._on_opt_out(
                await self._ledger.keep_dsr_event(
                    replace(record, outcome=DsrOutcome.NOT_FOLLOWED, opt_out=opt_out)
                )
            )
        self._ending.clear()
        self.revision += 1

    async def settle(self, now: datetime) -> tuple[DsrRecord, ...]:
        """Take in that time has passed: events begin, and end. Return those that ended."""
        ended: list[DsrRecord] = []
        self._ending = [event for event in self._ending if next_edge(event, now)]
        for key, record in tuple(self._records.items()):
            if next_edge(record.event, now) is None:
                outcome = DsrOutcome.COMPLETED
            elif active(record.event, now):
                outcome = DsrOutcome.ACTIVE
            else:
                outcome = record.outcome
            if outcome is record.outcome:
                continue
            changed = await self._ledger.keep_dsr_event(
                replace(record, outcome=outcome)
            )
            if self._records.get(key) is not record:
                # Settled, told anew or opted out of while it was written.
                continue
            self.revision += 1
            if changed.settled:
                del self._records[key]
                ended.append(changed)
            else:
                self._records[key] = changed
        return tuple(ended)

    def _standing_opt_out(self, now: datetime) -> StandingOptOut | None:
        """Return the opt-out that reaches to what is told now."""
        if self.opt_out is not None and not self.opt_out.stands(now, self._sessions()):
            self.opt_out = None
        return self.opt_out

    async def _decide(
        self, kind: DecisionKind, now: datetime, user_id: str | None, detail: str
    ) -> None:
        await self._ledger.add_decision(
            Decision(
                at=now,
                charge_point=self._identity(),
                kind=kind,
                allowed=True,
                user_id=user_id,
                detail=detail,
            )
        )


def _speaks(event: DsrEvent, now: datetime) -> bool:
    """Return whether the event has a say at `now` (UTC), or will only leave with its delay."""
    return active(event, now) or any(
        claim.steps[0].start <= now and (claim.end is None or now < claim.end)
        for claim in dsr_claims(event, Limit.PAUSED)
    )


def _told(event: DsrEvent) -> str:
    """Return an event in a few words for the log of decisions."""
    limit = "all" if event.limit is None else f"{event.limit.amperes:g} A"
    return (
        f"{event.provider}/{event.event_id}: {event.kind} {event.direction} {limit} "
        f"{event.start.isoformat()} to {event.end.isoformat()}"
    )
