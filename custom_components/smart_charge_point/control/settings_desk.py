"""Settings: what an owner wishes of one charge point until it is wished otherwise: current, hours, delays, service."""

from contextlib import suppress
from dataclasses import replace
from typing import Final

from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..central_system.link import Answer, CallError, CallRefusedError, Priority
from ..model.capabilities import Support
from ..model.decision import DecisionKind
from ..model.hours import ChargingHours, HoursChoice, HoursDecision
from ..model.limit import LEAST_CURRENT, Limit
from ..rules.random_delay import DelayRefusal, DelayRefusedError, checked_maximum
from . import refusal
from .desk import Desk
from .response_times import change_of
from .settings import ChargePointSettings

_DELAY_REFUSALS: Final = {
    DelayRefusal.OUT_OF_RANGE: "delay_out_of_range",
    DelayRefusal.NEEDS_REASON: "delay_needs_reason",
    DelayRefusal.NEVER_OFF: "delay_never_off",
}


class SettingsDesk(Desk):
    """Takes what stays as it is set."""

    async def async_set_current_limit(
        self, connector: int, amperes: float, user_id: str | None = None
    ) -> None:
        """Set the most that the owner wants to flow, in A per phase: 0 (paused) or from 6 to the maximum."""
        kind, decided_at = DecisionKind.CURRENT_LIMIT_CHANGED, dt_util.utcnow()
        link, target = await self._ready(kind, connector, user_id, faulted_too=True)
        maximum = self._charge_point.memory.capabilities.maximum
        if amperes and not LEAST_CURRENT.amperes <= amperes <= maximum.amperes:
            raise refusal.not_possible(
                "limit_out_of_range",
                least=f"{LEAST_CURRENT.amperes:g}",
                most=f"{maximum.amperes:g}",
            )
        before = target.memory.owner_limit
        if amperes > (before or maximum).amperes:
            # With a fault, less may be asked for and never more.
            await self._authority.check_safe(kind, user_id, target)
        known = self._charge_point.memory.capabilities
        limit = target.memory.owner_limit = Limit(amperes=amperes)
        await self._charge_point.store.save()
        reconciler = self._charge_point.reconciler
        if before is not None and reconciler.own_delay.would_delay(
            target, before, dt_util.utcnow()
        ):
            with suppress(HomeAssistantError):
                await self._set_own_delay_aside(link)
        try:
            with self._charge_point.response_times.answering(
                change_of(before or maximum, limit), decided_at
            ):
                await reconciler.maximum.hold(link, Priority.OWNER)
                await reconciler.hold(link, target, Priority.OWNER)
                answer = await reconciler.overriding.apply(link, target, Priority.OWNER)
                capabilities = self._charge_point.memory.capabilities
                nothing_resident = {
                    capabilities.default_profile,
                    capabilities.maximum_profile,
                } == {Support.REFUSED}
                if nothing_resident and target.session is None:
                    # Only a session's own profile could carry the limit, and none runs.
                    answer = Answer.REJECTED
                if answer is not Answer.ACCEPTED:
                    target.memory.owner_limit = before
                    # Some refuse a limit that is low for them (S5), which says nothing of the profiles that carried it.
                    self._charge_point.store.learn(
                        replace(known, connectors=capabilities.connectors)
                    )
                    raise refusal.refused(self._name, answer)
        except CallError as error:
            target.memory.owner_limit = before
            raise refusal.failed(self._name, error) from error
        finally:
            await self._charge_point.store.save()
            reconciler.wake()
            self._charge_point.publish()
        await self._authority.record(kind, user_id, connector, f"{amperes:g} A")

    async def async_set_charging_hours(
        self, hours: ChargingHours, choice: HoursChoice, user_id: str | None
    ) -> None:
        """Set the charging hours of all connectors; the wallbox learns of them as soon as it can."""
        kind = DecisionKind.HOURS_CHANGED
        await self._authority.check(kind, user_id)
        if choice is not HoursChoice.ACCEPTED:
            await self._authority.check_safe(kind, user_id, None)
        await self._async_change(
            replace(
                self._charge_point.settings,
                decision=HoursDecision(
                    hours=hours,
                    choice=choice,
                    decided_at=dt_util.utcnow(),
                    user_id=user_id or "",
                ),
            )
        )
        await self._authority.record(kind, user_id, detail=choice)

    async def async_set_delay_maximum(
        self, seconds: int, reason: str, user_id: str | None
    ) -> None:
        """Set the longest random delay in seconds; it holds from the next draw on, and the wallbox is told (A11.6).

        `reason` says why it is less than the ruleset asks for.
        """
        kind = DecisionKind.DELAY_MAXIMUM_CHANGED
        await self._authority.check(kind, user_id)
        ruleset = self._charge_point.site.ruleset
        try:
            checked_maximum(seconds, ruleset, reason)
        except DelayRefusedError as error:
            raise refusal.not_possible(
                _DELAY_REFUSALS[error.refusal],
                least=str(ruleset.least_delay),
                most=str(ruleset.most_delay),
            ) from error
        await self._async_change(
            replace(
                self._charge_point.settings,
                longest_delay=seconds,
                delay_reason=reason.strip(),
            )
        )
        await self._authority.record(
            kind, user_id, detail=f"{seconds} s {reason.strip()}".strip()
        )

    async def _async_change(self, settings: ChargePointSettings) -> None:
        """Put changed settings in force, and into the config subentry beside what else that carries."""
        charge_point = self._charge_point
        subentry = charge_point.entry.subentries[charge_point.subentry_id]
        charge_point.hass.config_entries.async_update_subentry(
            charge_point.entry,
            subentry,
            data={**subentry.data, **settings.as_data()},
        )
        await charge_point.async_update(self._name, settings)

    async def async_set_available(
        self, connector: int, available: bool, user_id: str | None = None
    ) -> None:
        """Take a connector in or out of service."""
        kind = DecisionKind.AVAILABLE_CHANGED
        link, target = await self._ready(kind, connector, user_id, faulted_too=True)
        taken = {Answer.ACCEPTED, Answer.SCHEDULED}
        alone = len(self._charge_point.connectors) == 1
        try:
            try:
                answer = await link.set_available(connector, available)
            except CallRefusedError:
                if not alone:
                    raise
                answer = Answer.REJECTED
            if answer not in taken and alone:
                # Some know only the wallbox as a whole.
                answer = await link.set_available(0, available)
        except CallError as error:
            raise refusal.failed(self._name, error) from error
        if answer not in taken:
            raise refusal.refused(self._name, answer)
        target.told_available(available, scheduled=answer is Answer.SCHEDULED)
        self._charge_point.publish()
        await self._authority.record(
            kind, user_id, connector, "in service" if available else "out of service"
        )
