"""Demand-side response, as providers and the owner meet it at one charge point."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..model.decision import Decision, DecisionKind
from ..model.dsr import DsrDirection, DsrEvent, DsrKind, DsrOutcome
from ..model.dsr_record import DsrRecord, OptOutScope
from ..model.result import Acknowledged, RateLowered, RateRaised
from ..records.dsr_report import DsrReport
from ..rules.dsr import DsrRefusal, DsrRefusedError, event_limit
from . import refusal
from .desk import Desk

REFUSALS: Final = {
    DsrRefusal.OVER: "dsr_over",
    DsrRefusal.NO_LENGTH: "dsr_no_length",
    DsrRefusal.TOO_LONG: "dsr_too_long",
    DsrRefusal.NO_LIMIT: "dsr_no_limit",
    DsrRefusal.WRONG_LIMIT: "dsr_wrong_limit",
    DsrRefusal.TWO_LIMITS: "dsr_two_limits",
}

_CHANGES: Final[dict[DsrDirection, type[Acknowledged]]] = {
    DsrDirection.DOWN: RateLowered,
    DsrDirection.UP: RateRaised,
}
"""What an event asks for; a setpoint may be either."""


class DsrDesk(Desk):
    """Takes what providers ask of one charge point, and what its owner says to it.

    Commands raise translated errors (`refusal`), and then nothing was changed but the record of it.
    """

    @property
    def events(self) -> tuple[DsrEvent, ...]:
        """The events that stand, by their start."""
        return self._charge_point.dsr.events

    @property
    def follows(self) -> bool:
        """Whether events are followed."""
        return self._charge_point.memory.follow_dsr

    @callback
    def async_listen(self, listener: Callable[[DsrRecord], None]) -> None:
        """Call `listener` with each event that ended, or is not followed any more, as long as the charge point lives."""
        self._charge_point.dsr_listeners.append(listener)

    async def async_records(
        self, start: datetime, end: datetime | None = None
    ) -> tuple[DsrRecord, ...]:
        """Return the events that have a part in [start, end) (UTC), whatever became of them."""
        return await self._charge_point.ledger.dsr_events(
            self._charge_point.settings.identity, start, end, limit=1000
        )

    async def async_start(
        self,
        *,
        provider: str,
        event_id: str,
        kind: DsrKind,
        direction: DsrDirection,
        amperes: float | None,
        watts: float | None,
        start: datetime,
        end: datetime,
        equivalent_delay_applied: bool = False,
        reason: str = "",
        user_id: str | None = None,
    ) -> DsrRecord:
        """Take an event, or another form of one with the same name (D1, D2, D6). Times are UTC."""
        await self._authority.check(DecisionKind.DSR_EVENT, user_id)
        try:
            limit = event_limit(
                amperes, watts, self._charge_point.memory.capabilities.phases
            )
        except DsrRefusedError as error:
            raise await self._refused(provider, event_id, error) from error
        return await self.async_offer(
            DsrEvent(
                provider=provider,
                event_id=event_id,
                kind=kind,
                direction=direction,
                limit=limit,
                start=start,
                end=end,
                equivalent_delay_applied=equivalent_delay_applied,
                reason=reason,
            )
        )

    async def async_offer(self, event: DsrEvent) -> DsrRecord:
        """Take an event as a source tells it."""
        charge_point, now = self._charge_point, dt_util.utcnow()
        try:
            record = await charge_point.dsr.put(
                event, follow=self.follows, delay_maximum=self._delay_maximum, now=now
            )
        except DsrRefusedError as error:
            raise await self._refused(event.provider, event.event_id, error) from error
        change = _CHANGES.get(event.direction)
        if (
            record.outcome is DsrOutcome.ACTIVE
            and change is not None
            and charge_point.link is not None
        ):
            charge_point.response_times.expect(change, now)
        self._changed()
        return record

    async def async_update(
        self,
        provider: str,
        event_id: str,
        *,
        end: datetime | None = None,
        amperes: float | None = None,
        watts: float | None = None,
        user_id: str | None = None,
    ) -> DsrRecord:
        """Change the end or the limit of an event that stands."""
        await self._authority.check(DecisionKind.DSR_EVENT, user_id)
        known = self._standing(provider, event_id)
        try:
            limit = event_limit(
                amperes, watts, self._charge_point.memory.capabilities.phases
            )
        except DsrRefusedError as error:
            raise await self._refused(provider, event_id, error) from error
        return await self.async_offer(
            DsrEvent(
                provider=provider,
                event_id=event_id,
                kind=known.kind,
                direction=known.direction,
                limit=known.limit if limit is None else limit,
                start=known.start,
                end=end or known.end,
                equivalent_delay_applied=known.equivalent_delay_applied,
                reason=known.reason,
            )
        )

    async def async_cancel(
        self, provider: str, event_id: str, user_id: str | None = None
    ) -> None:
        """Let go of an event that its provider takes back."""
        await self._authority.check(DecisionKind.DSR_EVENT, user_id)
        self._standing(provider, event_id)
        await self.async_withdraw(provider, event_id)

    async def async_withdraw(self, provider: str, event_id: str) -> bool:
        """Let go of an event as its source tells it; return whether it stood."""
        stood = await self._charge_point.dsr.withdraw(
            provider,
            event_id,
            delay_maximum=self._delay_maximum,
            now=dt_util.utcnow(),
        )
        if stood:
            self._changed()
        return stood

    async def async_override(
        self, scope: OptOutScope, user_id: str | None
    ) -> tuple[DsrEvent, ...]:
        """Opt out (reg. 10): of what runs, for this session, or for the rest of the owner's day (D3)."""
        await self._authority.check(DecisionKind.DSR_OVERRIDE, user_id)
        await self._authority.check_safe(DecisionKind.DSR_OVERRIDE, user_id, None)
        return await self._opt_out(scope, user_id)

    async def async_give_way(self, user_id: str | None, session: int | None) -> None:
        """Opt out of what holds back a session that is to charge now, if the user may; else it goes on holding it back.

        Without a `session` it is the one that was just asked for.
        """
        if self._charge_point.dsr.lowers(
            dt_util.utcnow()
        ) and await self._authority.may(DecisionKind.DSR_OVERRIDE, user_id):
            await self._opt_out(OptOutScope.SESSION, user_id, session)

    async def _opt_out(
        self, scope: OptOutScope, user_id: str | None, session: int | None = None
    ) -> tuple[DsrEvent, ...]:
        charge_point = self._charge_point
        chosen = await charge_point.dsr.override(
            scope,
            user_id,
            until=dt_util.as_utc(dt_util.start_of_local_day() + timedelta(days=1)),
            now=dt_util.utcnow(),
            session=session,
        )
        charge_point.memory.dsr_opt_out = charge_point.dsr.opt_out
        await charge_point.store.save()
        self._changed()
        return chosen

    async def async_follow(self, follow: bool, user_id: str | None) -> None:
        """Follow events from now on, those that were told meanwhile too, or none any more."""
        kind = DecisionKind.FOLLOW_DSR_CHANGED
        await self._authority.check(kind, user_id)
        if not follow:
            await self._authority.check_safe(kind, user_id, None)
        charge_point, now = self._charge_point, dt_util.utcnow()
        charge_point.memory.follow_dsr = follow
        await charge_point.store.save()
        if follow:
            for record in await self.async_records(now):
                if record.outcome is DsrOutcome.NOT_FOLLOWED:
                    await self.async_offer(record.event)
        else:
            await charge_point.dsr.unfollow(now, user_id)
        await self._authority.record(kind, user_id, detail="on" if follow else "off")
        self._changed()

    async def async_report(self, provider: str, event_id: str) -> DsrReport:
        """Return what was measured in an event, as far as it has passed."""
        report = await self._charge_point.ledger.dsr_report(
            self._charge_point.settings.identity, provider, event_id, dt_util.utcnow()
        )
        if report is None:
            raise self._unknown(event_id)
        return report

    @property
    def _delay_maximum(self) -> int:
        return self._charge_point.settings.delay_maximum(
            self._charge_point.site.ruleset
        )

    def _standing(self, provider: str, event_id: str) -> DsrEvent:
        for event in self.events:
            if event.key == (provider, event_id):
                return event
        raise self._unknown(event_id)

    def _unknown(self, event_id: str) -> Exception:
        return refusal.not_possible(
            "dsr_unknown_event", name=self._charge_point.name, event=event_id
        )

    async def _refused(
        self, provider: str, event_id: str, error: DsrRefusedError
    ) -> Exception:
        """Record that an event is not taken, and return the error that says why (D6)."""
        await self._charge_point.ledger.add_decision(
            Decision(
                at=dt_util.utcnow(),
                charge_point=self._charge_point.settings.identity,
                kind=DecisionKind.DSR_EVENT,
                allowed=False,
                detail=f"{provider}/{event_id}: {error.refusal}",
            )
        )
        return refusal.not_possible(REFUSALS[error.refusal], event=event_id)

    def _changed(self) -> None:
        self._charge_point.reconciler.wake()
        self._charge_point.publish()
