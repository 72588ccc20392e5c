"""One connector: what it told, what runs on it, and the snapshot that comes of it and of its plan."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from ..central_system.composite import Verdict
from ..central_system.link import CompositeSchedule
from ..central_system.profiles import ChargingProfile
from ..model.capabilities import Capabilities
from ..model.charge_point import ConnectorState, ConnectorStatus, Fault
from ..model.hours import HoursChoice
from ..model.limit import Limit
from ..model.meter import Measurand, MeterSample, Phase, Reading
from ..rules.flow_time import FLOWS_FROM_CURRENT, FLOWS_FROM_POWER
from ..rules.plan import delay_ends, next_start
from ..rules.power import tells_power, with_power
from ..rules.reason import charging_reason, of_measurements, reason_until
from .dsr import DsrBook
from .memory import ConnectorMemory
from .planning import PlannedConnector
from .settings import ChargePointSettings
from .site_settings import SiteSettings

BOOT_SETTLES: Final = timedelta(seconds=5)
"""How long after its boot a wallbox is left to say what became of its session, if it tells no status before."""


class Connector(PlannedConnector):
    """One connector of a charge point."""

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
        super().__init__(
            number,
            memory,
            settings=settings,
            site=site,
            capabilities=capabilities,
            tampered=tampered,
            dsr=dsr,
        )
        self.status_at: datetime | None = None
        self.booted_at: datetime | None = None
        """When the wallbox booted, until it told a status."""
        self.status_known = False
        """Whether the wallbox told its status since it connected, or was asked to."""
        self.readings_at: datetime | None = None
        self._tells_power = False
        self._readings: dict[Reading, float] = {}
        """The latest of each; `refresh` takes them into `state`."""
        self._refreshed_by: object = None
        """What `_turn` said when `state` was refreshed."""
        self.composite: CompositeSchedule | None = None
        self.verdict: tuple[datetime, Verdict] | None = None
        """What came of it when it was last held against what the wallbox was told, and when (UTC) that was."""
        self.sent_override: ChargingProfile | None = None
        self.withdrawn_from: int | None = None
        """The transaction from which any override was taken back that tampering had ended."""
        self.verified = False
        """Whether the wallbox was asked, since the latest change, what it will apply."""
        self.asked_at: datetime | None = None
        """When (UTC) it was last asked."""
        self.cleared_foreign = False
        self.start_tried = False
        """Whether Home Assistant already tried to begin a session for the car that is plugged in."""
        self._leaves_service = False
        """Whether it goes out of service when its session ends."""

    def just_booted(self, now: datetime) -> bool:
        """Return whether the wallbox may not have told yet what became of its session over a power cut."""
        return self.booted_at is not None and now < self.booted_at + BOOT_SETTLES

    def heard(self, now: datetime) -> bool:
        """Return whether the wallbox has told what the connector does since it booted, or has had the time to."""
        return self.state.status is not ConnectorStatus.UNKNOWN or not self.just_booted(
            now
        )

    @property
    def drawing(self) -> bool:
        """Whether current flows into the car, as far as is told."""
        power, current = self._readings.get(_POWER), self._readings.get(_CURRENT)
        if power is not None:
            return power >= FLOWS_FROM_POWER
        if current is not None:
            return current >= FLOWS_FROM_CURRENT
        return self.state.status is ConnectorStatus.CHARGING

    def told_status(
        self, status: ConnectorStatus, fault: Fault, at: datetime, trusted: bool
    ) -> bool:
        """Take a status; return false for one that is older than what is known already."""
        if trusted and self.status_at is not None and at < self.status_at:
            return False
        self.status_at = at
        before = self.state.plugged_in
        state = replace(self.state, status=status, fault=fault)
        if not state.plugged_in:
            self.start_tried = False
            self.memory.held_since = None
            state = replace(state, plugged_in_since=None)
            if (wish := self.memory.override) and wish.transaction_id is None:
                # It was for the car that is gone.
                self.memory.override = None
        elif not before or state.plugged_in_since is None:
            self.memory.held_since = at
            state = replace(state, plugged_in_since=at)
        if status is ConnectorStatus.UNAVAILABLE or self.session is None:
            self._leaves_service = False
        if status is ConnectorStatus.UNAVAILABLE:
            state = replace(state, available=False)
        elif status is not ConnectorStatus.FAULTED and not self._leaves_service:
            state = replace(state, available=True)
        if status in {ConnectorStatus.AVAILABLE, ConnectorStatus.UNAVAILABLE}:
            # A wallbox has no reason to send another sample once the car is gone, and the last one would stay.
            self._readings = _without_flow(self._readings)
        self.state = state
        self.status_known = True
        self.memory.status = status
        self.memory.plugged_in_since = state.plugged_in_since
        return True

    def told_available(self, available: bool, *, scheduled: bool) -> None:
        """Take that the wallbox takes the connector in or out of service, now or (`scheduled`) after its session."""
        self._leaves_service = scheduled and not available
        self.state = replace(self.state, available=available)

    def with_power(self, samples: tuple[MeterSample, ...]) -> tuple[MeterSample, ...]:
        """Return the samples with the power that a wallbox leaves to us; as they are where it ever told one itself."""
        if not self._tells_power:
            self._tells_power = any(map(tells_power, samples))
        if self._tells_power:
            return samples
        phases = self._capabilities().phases
        return tuple(with_power(sample, self._readings, phases) for sample in samples)

    def told_readings(self, readings: Mapping[Reading, float], at: datetime) -> None:
        """Take the newest readings."""
        self.readings_at = at
        self._readings.update(readings)

    def turned(self) -> bool:
        """Return whether more than figures came of what was measured since the last refresh."""
        return self._turn() != self._refreshed_by

    def _turn(self) -> tuple[object, ...]:
        """Return all that a measurement can change beside the figures themselves."""
        session = self.session
        return (
            session and session.transaction_id,
            self.memory.register is None,
            len(self._readings),
            self._readings.get(_OFFERED),
            of_measurements(
                self._readings.get(_POWER),
                None if session is None else session.register.total,
            ),
        )

    def refresh(self, now: datetime, connected: bool) -> ConnectorState:
        """Return the connector as it is at `now`."""
        outlook = self._outlook(now)
        segment = outlook.segments[0]
        state = self.state
        session = self.session
        register = self.memory.register
        waiting = session is not None or state.plugged_in
        self._refreshed_by = self._turn()
        state = replace(
            state,
            readings=dict(self._readings),
            energy=None if register is None else register.total,
            session=None
            if session is None or session.of_the_past
            else session.snapshot(now),
            last_session_energy=self.memory.last_session_energy,
            last_session_flow_time=self.memory.last_session_flow_time,
            owner_limit=self.memory.owner_limit,
            requested=segment.limit,
            effective=self._effective(now) if connected else None,
            next_start=next_start(outlook, now),
            delay_ends=delay_ends(outlook, now) if waiting else None,
            hours_in_force=self.settings.decision.choice is not HoursChoice.REMOVED,
        )
        reason = charging_reason(
            state,
            segment,
            connected,
            delays_itself=self._capabilities().own_delay > 0,
        )
        until = reason_until(outlook, reason, now) if connected else None
        if (reason, until) != (state.reason, state.reason_until):
            state = replace(state, reason=reason, reason_until=until)
        self.state = state
        return state

    def changes_at(self, now: datetime) -> datetime:
        """Return when time alone changes the snapshot next."""
        moments = [self.segment(now).end]
        if self.composite is not None:
            moments += [
                step.start for step in self.composite.steps if step.start > now
            ][:1]
        return min(moments)

    def _effective(self, now: datetime) -> Limit | None:
        """Return the limit that the wallbox says it applies."""
        told: Limit | None = None
        if self.composite is not None:
            for step in self.composite.steps:
                if step.start <= now:
                    told = step.limit
            if told is not None:
                return min(told, self._capabilities().maximum)
        offered = self._readings.get(_OFFERED)
        return None if offered is None else Limit(amperes=max(offered, 0))


_POWER: Final = (Measurand.POWER, Phase.TOTAL)
_CURRENT: Final = (Measurand.CURRENT, Phase.TOTAL)
_OFFERED: Final = (Measurand.CURRENT_OFFERED, Phase.TOTAL)
_FLOW: Final = {
    Measurand.POWER,
    Measurand.CURRENT,
    Measurand.POWER_OFFERED,
    Measurand.CURRENT_OFFERED,
}


def _without_flow(readings: Mapping[Reading, float]) -> dict[Reading, float]:
    """Return the readings with nothing flowing."""
    return {
        (measurand, phase): 0.0 if measurand in _FLOW else value
        for (measurand, phase), value in readings.items()
    }
