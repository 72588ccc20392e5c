"""Planning: what is wanted of one connector, and what the wallbox must hold for it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
import secrets
from typing import Final

from ..central_system.resident import holds_session_delay, rung_for
from ..model.capabilities import Capabilities, Rung, Support
from ..model.charge_point import ConnectorState, ConnectorStatus
from ..model.limit import Limit
from ..model.plan import Claim, Effect, Plan, Segment
from ..model.schedule import EdgeDelays, ResidentSchedule, WeekPattern
from ..model.sleeping_car import SleepingCar
from ..model.tamper import TamperReaction
from ..rules.bank_holidays import with_holidays
from ..rules.charging_hours import Window, windows_between
from ..rules.ladder import Decided, decided
from ..rules.plan import (
    cancel_delay_claim,
    delay_claim,
    fault_claim,
    hours_claim,
    house_fuse_claim,
    override_claim,
    owner_limit_claim,
    resolve,
    stop_claim,
    tamper_claim,
    waking_claim,
)
from ..rules.random_delay import (
    delayed_edges,
    draw_edges,
    draw_session,
    drawn_maximum,
    edges_due,
    guard_band,
)
from ..rules.ruleset import Ruleset
from ..rules.week_pattern import (
    allowed_between,
    following_pattern,
    same_every_day,
    week_pattern,
)
from .dsr import DsrBook
from .memory import ConnectorMemory
from .open_session import OpenSession
from .override import Override, OverrideKind
from .settings import ChargePointSettings
from .site_settings import SiteSettings

_IN_SESSION: Final = {
    ConnectorStatus.CHARGING,
    ConnectorStatus.SUSPENDED_BY_CAR,
    ConnectorStatus.SUSPENDED_BY_WALLBOX,
}
OUTLOOK: Final = timedelta(days=7)
"""How far the plan behind the snapshot reaches: any hours that ever allow charging do so within a week."""
HOLIDAYS_AHEAD: Final = timedelta(days=15)
"""How far ahead bank holidays are looked for: further than any plan reaches that is asked for."""


class PlannedConnector:
    """What the claims on one connector come to."""

    def __init__(
        self,
        number: int,
        memory: ConnectorMemory,
        *,
        settings: ChargePointSettings,
        site: SiteSettings,
        capabilities: Callable[[], Capabilities],
        tampered: Callable[[], bool],
        dsr: DsrBook,
    ) -> None:
        """Take the connector's `number` (1 and up) and what was remembered of it."""
        self.number = number
        self.memory = memory
        self.settings = settings
        self.site = site
        self.state = ConnectorState(
            number=number,
            # A wallbox that only redials does not say again what it is doing.
            status=memory.status,
            plugged_in_since=memory.plugged_in_since,
            energy=None if memory.register is None else memory.register.total,
            last_session_energy=memory.last_session_energy,
        )
        self.session: OpenSession | None = None
        self._capabilities = capabilities
        self._tampered = tampered
        self._dsr = dsr
        self._plan: Plan | None = None
        self._plan_basis: object = None

    @property
    def _ruleset(self) -> Ruleset:
        return self.site.ruleset

    @property
    def _fuse(self) -> Limit | None:
        """What the house fuse leaves this connector."""
        return self.site.fuse_share(self._capabilities().connectors)

    @property
    def tampered(self) -> bool:
        """Whether somebody interfered with the wallbox."""
        return self._tampered()

    @property
    def _tamper_limit(self) -> Limit:
        """The most that the owner wants to flow while tampering stands, in the charging hours."""
        match self.settings.tamper_reaction:
            case TamperReaction.KEEP_SCHEDULE:
                return self._capabilities().maximum
            case TamperReaction.FIXED_CURRENT:
                return self.settings.tamper_current
            case TamperReaction.STOP:
                return Limit.PAUSED

    @property
    def ceiling(self) -> Limit:
        """The most that may flow at any time: by the installation, the house fuse, the owner's limit and tampering."""
        limits = (
            self._capabilities().maximum,
            self._fuse,
            self.memory.owner_limit,
            self._tamper_limit if self.tampered else None,
        )
        return min(limit for limit in limits if limit is not None)

    def draw(self, now: datetime, *, heard: bool) -> bool:
        """Draw the random delays that are due at `now`; return whether any was drawn.

        The draws are the operating system's (A11.1). The delay of the next session is not touched while one runs: it
        counts from the session's beginning, so another one would stop the current in the middle. Nor is it until the
        connector was `heard`: a session may run that was not told yet.
        """
        memory = self.memory
        hours, maximum = self.settings.decision.hours, self._delay_maximum
        drawn = False
        if memory.edge_delays is None or edges_due(
            memory.edge_delays,
            now,
            self._ruleset.zone,
            hours,
            maximum,
            holidays=self.keeps_holidays,
        ):
            memory.edge_delays = draw_edges(
                hours,
                maximum,
                now,
                secrets.randbelow,
                holidays=self.keeps_holidays,
            )
            self._tally([seconds for _, seconds in memory.edge_delays.seconds], now)
            drawn = True
        if heard and self.awaits_delay:
            memory.session_delay = draw_session(maximum, now, secrets.randbelow)
            self._tally([memory.session_delay.seconds], now)
            drawn = True
        return drawn

    def _tally(self, seconds: Sequence[int], now: datetime) -> None:
        """Count what was drawn, as evidence."""
        self.memory.draws = self.memory.draws.with_draws(
            seconds, self._delay_maximum, now
        )

    @property
    def awaits_delay(self) -> bool:
        """Whether the delay of the next session is to be drawn now.

        A wallbox that tells late what happened without a link may be in its next session before it has told of it.
        """
        delay = self.memory.session_delay
        return (
            self.session is None
            and self.state.status not in _IN_SESSION
            and (delay is None or delay.used or delay.maximum != self._delay_maximum)
        )

    def looks_again(self, now: datetime) -> datetime:
        """Return when to see whether a draw is due: it comes at a quiet moment, not at a given one.

        That is by the hour, and each minute while another maximum waits to be drawn from (A11.6).
        """
        delays = self.memory.edge_delays
        waits = delays and delays.seconds and delays.maximum != self._delay_maximum
        return now + (timedelta(minutes=1) if waits else timedelta(hours=1))

    @property
    def _delay_maximum(self) -> int:
        """The most seconds that a random delay is to be drawn from."""
        return drawn_maximum(
            self.settings.delay_maximum(self._ruleset), self._capabilities().own_delay
        )

    @property
    def delays(self) -> bool:
        """Whether starts are to be delayed at random by us."""
        return self._delay_maximum > 0

    def resident_schedule(self, now: datetime) -> ResidentSchedule:
        """Return what the wallbox must hold for this connector. Delays must have been drawn."""
        memory = self.memory
        capabilities = self._capabilities()
        drawn = memory.edge_delays
        hours, keeps = self.settings.decision.hours, self.keeps_holidays
        if drawn is None or {edge for edge, _ in drawn.seconds} != set(
            delayed_edges(hours, holidays=keeps)
        ):
            # Between a change of hours and the draw that follows it, nothing is sent: this is only looked at.
            drawn = draw_edges(hours, 0, now, secrets.randbelow, holidays=keeps)
        limit = capabilities.maximum if self.limited_by_maximum else self.ceiling
        week, following = self._patterns(drawn, now)
        schedule = ResidentSchedule(
            connector=self.number,
            limit=limit,
            week=week,
            following=following,
            session_delay=memory.session_delay.seconds if memory.session_delay else 0,
            paused=self._paused,
            holidays_kept=keeps,
        )
        if rung_for(schedule, capabilities, now) is Rung.WEEKLY:
            return schedule
        # A daily profile has room for one draw for each time of day, and the plan must say what the wallbox does.
        week, following = self._patterns(same_every_day(drawn), now)
        return replace(schedule, week=week, following=following)

    def _patterns(
        self, drawn: EdgeDelays, now: datetime
    ) -> tuple[WeekPattern, WeekPattern | None]:
        """Return the week of this season and of the next, with the bank holidays that the owner wants in them."""
        hours, zone = self.settings.decision.hours, self._ruleset.zone
        guard = max(
            drawn.maximum, guard_band(drawn.maximum, self._capabilities().own_delay)
        )
        week = week_pattern(hours, drawn, guard, now, zone)
        following = following_pattern(hours, drawn, guard, now, zone)
        if not self.keeps_holidays:
            return week, following
        return with_holidays(
            week,
            following,
            hours=hours,
            delays=drawn,
            guard=guard,
            holidays=self.site.bank_holidays,
            until=now + HOLIDAYS_AHEAD,
            zone=zone,
            now=now,
        )

    @property
    def keeps_holidays(self) -> bool:
        """Whether the owner wants bank holidays as at the weekend, and they are known."""
        return bool(self.site.bank_holidays)

    @property
    def _paused(self) -> Limit:
        """What a car is left outside the charging hours."""
        if self.settings.sleeping_car is SleepingCar.KEEP_AWAKE:
            return self.settings.awake_current
        return Limit.PAUSED

    @property
    def limited_by_maximum(self) -> bool:
        """Whether the owner's limit is held by a max profile, not by lowering every other one."""
        capabilities = self._capabilities()
        return (
            capabilities.connectors == 1
            and capabilities.maximum_profile is not Support.REFUSED
        )

    def holds_delay(self, now: datetime) -> bool:
        """Return whether the wallbox itself holds the delay of its next session."""
        return holds_session_delay(
            self.resident_schedule(now), self._capabilities(), now
        )

    def override_limit(self, override: Override, now: datetime) -> Limit:
        """Return the limit that an override asks for at `now` (UTC)."""
        if override.kind in {OverrideKind.STOP, OverrideKind.DELAY, OverrideKind.WAKE}:
            return Limit.PAUSED
        if override.kind in {OverrideKind.HOURS, OverrideKind.DSR}:
            return self.segment(now).limit
        if self._capabilities().maximum_profile is Support.REFUSED:
            # Nothing else carries what lowers for a while.
            return self.caps(now)[0][1]
        return self.ceiling

    def lifted(self, now: datetime) -> bool:
        """Return whether demand-side response wants the car to charge at `now` (UTC), whatever else lowers it."""
        return any(
            claim.effect is Effect.LIFTS
            and claim.steps[0].start <= now
            and (claim.end is None or now < claim.end)
            for claim in self._dsr.claims(self._capabilities().maximum)
        )

    def caps(self, now: datetime) -> tuple[tuple[datetime, Limit], ...]:
        """Return what caps the charge, whatever hours and overrides say: from each instant (UTC) on, that limit.

        Of several connectors it is the charge point's cap, which the owner's limit of one of them is no part of.
        """
        capabilities = self._capabilities()
        lowering = [
            claim
            for claim in self._dsr.claims(capabilities.maximum)
            if claim.effect is Effect.LOWERS
        ]
        plan = resolve(
            lowering,
            now=now,
            until=now + OUTLOOK,
            maximum=self.ceiling
            if capabilities.connectors == 1
            else capabilities.maximum,
        )
        return tuple((segment.start, segment.limit) for segment in plan.segments)

    @property
    def held(self) -> bool:
        """Whether a car waits for its session to be begun once it may charge (A11.8)."""
        return (
            self.settings.sleeping_car is SleepingCar.HOLD_START
            and self.session is None
            and self.state.status is ConnectorStatus.PREPARING
        )

    def skip_held_delay(self, now: datetime) -> bool:
        """Let the delay of a held session be over at `now` (UTC); return whether one ran."""
        delay = self.memory.session_delay
        if not self.held or delay is None or self.state.delay_ends is None:
            return False
        self.memory.held_since = now - timedelta(seconds=delay.seconds)
        return True

    def wish_until(self, wish: Override, now: datetime) -> datetime | None:
        """Return until when (UTC) a wish stands once its session has begun; None: until that ends."""
        if wish.kind is OverrideKind.CHARGE_NOW:
            return wish.wished_until
        return self.window_end(now)

    def standing_override(self, now: datetime) -> Override | None:
        """Return the override that has a say at `now`: one whose session has not ended."""
        override = self.memory.override
        if override is None or not override.stands_at(now):
            return None
        if self.tampered and override.kind is OverrideKind.CHARGE_NOW:
            return None  # It was asked for in the same moment.
        running = self.session.transaction_id if self.session else None
        return override if override.transaction_id == running else None

    def plan(self, now: datetime, until: datetime) -> Plan:
        """Return what the claims on this connector come to from `now` until `until` (UTC)."""
        return resolve(
            self._claims(now, until),
            now=now,
            until=until,
            maximum=self._capabilities().maximum,
        )

    def ladder(self, now: datetime, until: datetime) -> tuple[Decided, ...]:
        """Return the plan with the claims that stand behind each segment."""
        return decided(
            self._claims(now, until), now, until, self._capabilities().maximum
        )

    def _claims(self, now: datetime, until: datetime) -> list[Claim]:
        memory = self.memory
        maximum = self._capabilities().maximum
        schedule = self.resident_schedule(now)
        hours = hours_claim(
            schedule.week,
            schedule.following,
            maximum,
            now,
            until,
            hours=self.settings.decision.hours,
            zone=self._ruleset.zone,
            holidays=self.site.bank_holidays,
            paused=self._paused,
        )
        claims = [hours]
        if (
            self.session is not None
            and memory.session_delay is not None
            and memory.session_delay.drawn_at <= self.session.started_at
            and self.holds_delay(now)
        ):
            claims.append(
                delay_claim(self.session.started_at, memory.session_delay.seconds)
            )
        if self.held and memory.session_delay and memory.held_since:
            claims.append(delay_claim(memory.held_since, memory.session_delay.seconds))
        if (override := self.standing_override(now)) is not None:
            claims.append(_override_claim(override, maximum))
        if memory.owner_limit is not None and memory.owner_limit < maximum:
            claims.append(owner_limit_claim(memory.owner_limit, now))
        claims.extend(self._dsr.claims(maximum))
        if (fuse := self._fuse) is not None and fuse < maximum:
            claims.append(house_fuse_claim(fuse, now))
        if self.state.status is ConnectorStatus.FAULTED:
            claims.append(fault_claim(now))
        if self.tampered:
            claims.append(tamper_claim(hours, self._tamper_limit))
        return claims

    def windows(self, start: datetime, end: datetime) -> tuple[Window, ...]:
        """Return the charging hours from `start` to `end` (UTC), delays aside."""
        return windows_between(
            self.settings.decision.hours,
            start,
            end,
            self._ruleset.zone,
            self.site.bank_holidays,
        )

    def window_end(self, now: datetime) -> datetime | None:
        """Return when the pattern next stops allowing charging, None where it never does within a week."""
        schedule = self.resident_schedule(now)
        for window in allowed_between(
            schedule.week, schedule.following, now, now + OUTLOOK
        ):
            if window.end < now + OUTLOOK:
                return window.end
        return None

    def segment(self, now: datetime) -> Segment:
        """Return the segment of the plan that `now` falls into, planning anew only where something changed."""
        return self._outlook(now).segments[0]

    def _outlook(self, now: datetime) -> Plan:
        """Return the plan of the coming week, whose first segment is the present one."""
        basis = self._basis()
        plan = self._plan
        if (
            plan is None
            or self._plan_basis != basis
            or not plan.segments[0].start <= now < plan.segments[0].end
        ):
            plan = self._plan = self.plan(now, now + OUTLOOK)
            self._plan_basis = basis
        return plan

    def _basis(self) -> tuple[object, ...]:
        """Return all that the plan is made of, to tell whether it still holds."""
        memory = self.memory
        capabilities = self._capabilities()
        return (
            self.settings,
            self.site,
            self._dsr.revision,
            memory.edge_delays,
            memory.session_delay,
            memory.override,
            memory.owner_limit,
            self.session and self.session.transaction_id,
            self.held,
            memory.held_since,
            self.state.status is ConnectorStatus.FAULTED,
            self.tampered,
            capabilities,
        )


def _override_claim(override: Override, maximum: Limit) -> Claim:
    match override.kind:
        case OverrideKind.CHARGE_NOW:
            return override_claim(maximum, override.since, override.until)
        case OverrideKind.WAKE:
            return waking_claim(override.since, override.until or override.since)
        case OverrideKind.STOP | OverrideKind.HOURS | OverrideKind.DSR:
            return stop_claim(override.since)
        case OverrideKind.SKIP_DELAY:
            return cancel_delay_claim(
                maximum, override.since, override.until or override.since + OUTLOOK
            )
        case OverrideKind.DELAY:
            until = override.until or override.since
            return delay_claim(
                override.since, int((until - override.since).total_seconds())
            )
