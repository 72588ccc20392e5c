"""Overrides: charge now, skip the delay and stop, as an owner wishes them of one connector for one session (A10.5, A11.4)."""

from contextlib import suppress
from datetime import datetime
from typing import override

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..central_system.link import (
    Answer,
    CallError,
    CallRefusedError,
    CallTimedOutError,
    Link,
    Priority,
)
from ..model.decision import DecisionKind
from . import refusal
from .authority import Authority
from .charge_point import ChargePoint
from .connector import Connector
from .desk import Desk
from .dsr_desk import DsrDesk
from .override import Override, OverrideKind
from .response_times import change_of
from .starting import WISH_LASTS


class OverrideDesk(Desk):
    """Takes what stands above the hours for a session, and is gone with it."""

    @override
    def __init__(
        self, charge_point: ChargePoint, authority: Authority, dsr: DsrDesk
    ) -> None:
        """Serve `charge_point`; at `dsr` demand-side response gives way to a session that is to charge now."""
        super().__init__(charge_point, authority)
        self._dsr = dsr

    async def async_charge_now(
        self,
        connector: int,
        user_id: str | None = None,
        until: datetime | None = None,
    ) -> None:
        """Let this session charge whatever hours and delay say; begin one if a car waits (A10.5).

        It lasts until `until` (UTC), else as long as the session. Demand-side response gives way to a user who may
        override it.
        """
        kind = DecisionKind.CHARGE_NOW
        link, target = await self._ready(kind, connector, user_id)
        if until is not None and until <= dt_util.utcnow():
            raise refusal.not_possible("until_is_past")
        if not target.state.plugged_in and target.session is None:
            raise refusal.not_possible("no_car", name=self._name)
        if not target.state.charging:
            with suppress(HomeAssistantError):
                await self._set_own_delay_aside(link)
        now = dt_util.utcnow()
        if target.session is None:
            await self._begin_now(link, target, now, until)
        else:
            wish = Override(
                kind=OverrideKind.CHARGE_NOW,
                transaction_id=target.session.transaction_id,
                since=now,
                until=until,
            )
            await self._override(link, target, wish)
        await self._authority.record(
            kind, user_id, connector, "" if until is None else until.isoformat()
        )
        session = target.session
        await self._dsr.async_give_way(
            user_id, None if session is None else session.transaction_id
        )

    async def _begin_now(
        self, link: Link, target: Connector, now: datetime, until: datetime | None
    ) -> None:
        """Begin a session that charges at once, until `until` (UTC) or its end."""
        wish = Override(
            kind=OverrideKind.CHARGE_NOW,
            transaction_id=None,
            since=now,
            until=now + WISH_LASTS,
            wished_until=until,
        )
        starting = self._charge_point.starting
        try:
            answer = await starting.begin(link, target, wish)
        except CallError as error:
            starting.start_soon(target)
            raise refusal.failed(self._name, error) from error
        if answer is not Answer.ACCEPTED:
            starting.start_soon(target)
            raise refusal.refused(self._name, answer)
        self._charge_point.publish()

    async def async_cancel_delay(
        self, connector: int, user_id: str | None = None
    ) -> None:
        """End the random delay that runs; the hours stay, and the next delay comes as ever (A11.4)."""
        kind = DecisionKind.CANCEL_DELAY
        link, target = await self._ready(kind, connector, user_id)
        await self._cancel_delay(link, target)
        await self._authority.record(kind, user_id, connector)

    async def _cancel_delay(self, link: Link, target: Connector) -> None:
        now = dt_util.utcnow()
        delays_itself = self._charge_point.reconciler.own_delay.may_run(target, now)
        if delays_itself:
            await self._set_own_delay_aside(link)
        if target.session is None and target.skip_held_delay(now):
            self._charge_point.store.save_soon()
            self._charge_point.publish()
            return
        if target.session is None or target.state.delay_ends is None:
            if delays_itself:
                return
            raise refusal.not_possible("no_delay", name=self._name)
        wish = Override(
            kind=OverrideKind.SKIP_DELAY,
            transaction_id=target.session.transaction_id,
            since=now,
            until=target.window_end(target.state.delay_ends),
        )
        await self._override(link, target, wish)

    async def async_stop_charging(
        self, connector: int, user_id: str | None = None
    ) -> None:
        """End the session; where the wallbox will not, hold it at no current."""
        kind = DecisionKind.STOP
        link, target = await self._ready(kind, connector, user_id)
        await self._stop_charging(link, target)
        await self._authority.record(kind, user_id, connector)

    async def _stop_charging(self, link: Link, target: Connector) -> None:
        if (session := target.session) is None:
            raise refusal.not_possible("no_session", name=self._name)
        try:
            answer = await link.stop_transaction(session.wallbox_id)
        except CallRefusedError, CallTimedOutError:
            answer = Answer.REJECTED
        except CallError as error:
            raise refusal.failed(self._name, error) from error
        if answer is Answer.ACCEPTED:
            return
        wish = Override(
            kind=OverrideKind.STOP,
            transaction_id=session.transaction_id,
            since=dt_util.utcnow(),
        )
        await self._override(link, target, wish)

    async def _override(self, link: Link, target: Connector, wish: Override) -> None:
        """Set an override and send it; take it back if the wallbox will not have it."""
        before, limit = target.memory.override, target.segment(wish.since).limit
        target.memory.override = wish
        change = change_of(limit, target.segment(wish.since).limit)
        # On the disk first: a wallbox must never hold a wish that nobody remembers after Home Assistant was killed.
        await self._charge_point.store.save()
        try:
            reconciler = self._charge_point.reconciler
            with self._charge_point.response_times.answering(change, wish.since):
                await reconciler.maximum.hold(link, Priority.OWNER)
                answer = await reconciler.overriding.apply(link, target, Priority.OWNER)
                if answer is not Answer.ACCEPTED:
                    await self._take_back(target, before)
                    raise refusal.refused(self._name, answer)
        except CallError as error:
            await self._take_back(target, before)
            raise refusal.failed(self._name, error) from error
        self._charge_point.store.save_soon()
        self._charge_point.reconciler.wake()
        self._charge_point.publish()

    async def _take_back(self, target: Connector, before: Override | None) -> None:
        """Let the override that the wallbox would not have never have been."""
        target.memory.override = before
        await self._charge_point.store.save()
