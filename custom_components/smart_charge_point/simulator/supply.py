"""How much each connector offers its car: profiles, sharing, and what the hardware makes of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from .charging import ProfileStore, Running
from .configuration import Configuration
from .connector import Connector
from .own_delay import OwnDelay
from .profile import NOMINAL_VOLTAGE
from .quirks import Quirks


class Supply:
    """Divides what may be drawn among the connectors. Every question comes with the instant it is about."""

    def __init__(
        self,
        profiles: ProfileStore,
        connectors: Iterable[Connector],
        quirks: Quirks,
        maximum_current: float,
        configuration: Configuration,
    ) -> None:
        """Follow these profiles as far as the quirks let it."""
        self._own_delay = OwnDelay(configuration, quirks.own_delay_key)
        self._profiles = profiles
        self._connectors = tuple(connectors)
        self._quirks = quirks
        self._maximum_current = maximum_current
        self._unlimited_until: datetime | None = None
        self._last: dict[int, float] = {}
        self._unlimited_at: dict[int, float] = {}

    def spike(self, now: datetime) -> None:
        """Be without limit for two seconds."""
        self._unlimited_until = now + timedelta(seconds=2)

    def shares(
        self, now: datetime, clock_error: timedelta
    ) -> list[tuple[Connector, float]]:
        """Return what each connector may offer: its own limit, and of the wallbox's maximum an equal share.

        `clock_error` is how far the wallbox's clock is ahead of `now`.
        """
        limits = {
            each: self._own_delay.held_back(
                each.number,
                self._own_limit(each, now, clock_error) if each.may_charge else 0.0,
                now,
            )
            for each in self._connectors
        }
        believed = now + clock_error
        if self._profiles.has_maximum(believed):
            self._divide(limits, self._profiles.maximum(believed))
        return [(each, self._step(each, amperes)) for each, amperes in limits.items()]

    def next_change(self, now: datetime, clock_error: timedelta) -> datetime | None:
        """Return when to look again."""
        instants = [connector.next_change(now) for connector in self._connectors]
        instants.append(self._own_delay.next_change(now))
        began = [
            each.transaction.began + clock_error
            for each in self._connectors
            if each.transaction
        ]
        if began:
            change = self._profiles.next_change(now + clock_error, began)
            instants.append(change - clock_error if change else None)
        if self._unlimited_until is not None and self._unlimited_until > now:
            instants.append(self._unlimited_until)
        return min(
            (instant for instant in instants if instant is not None), default=None
        )

    def _own_limit(
        self, connector: Connector, now: datetime, clock_error: timedelta
    ) -> float:
        if self._unlimited_until is not None and now < self._unlimited_until:
            return self._maximum_current
        running = connector.running
        if running is not None and clock_error:
            running = Running(
                transaction_id=running.transaction_id, began=running.began + clock_error
            )
        return self._resumed(
            connector,
            self._profiles.limit(connector.number, now + clock_error, running),
        )

    def _resumed(self, connector: Connector, limit: float) -> float:
        """Return the limit, or none where the first one after a pause is not understood."""
        if not self._quirks.resumes_unlimited:
            return limit
        if limit > 0 and self._last.get(connector.number) == 0:
            self._unlimited_at[connector.number] = limit
        self._last[connector.number] = limit
        if self._unlimited_at.get(connector.number) == limit:
            return self._maximum_current
        self._unlimited_at.pop(connector.number, None)
        return limit

    def _divide(self, limits: dict[Connector, float], left: float) -> None:
        wanting = sorted(
            (each for each in self._connectors if each.wants),
            key=lambda each: limits[each],
        )
        # An equal share of less than 6 A is none: the connectors with the higher limits and numbers wait.
        while wanting and left / len(wanting) < 6 <= left:
            limits[wanting.pop()] = 0.0
        for place, each in enumerate(wanting):
            limits[each] = min(limits[each], left / (len(wanting) - place))
            left -= limits[each]

    def _step(self, connector: Connector, amperes: float) -> float:
        """Return what the hardware makes of a limit."""
        quirks = self._quirks
        if quirks.one_phase_below is not None:
            watts = amperes * NOMINAL_VOLTAGE * connector.phases
            connector.on_one_phase = 0 < watts < quirks.one_phase_below
            if connector.on_one_phase:
                amperes = min(watts / NOMINAL_VOLTAGE, self._maximum_current)
        if quirks.current_cap is not None:
            amperes = min(amperes, quirks.current_cap)
        if quirks.current_steps:
            amperes = max(
                (step for step in quirks.current_steps if step <= amperes), default=0.0
            )
        return amperes
