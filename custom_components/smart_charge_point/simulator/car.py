"""The car on the other end of the cable: how much it wants, and when."""

from datetime import datetime, timedelta
import math

from .profile import NOMINAL_VOLTAGE

_ROUNDING_WH = 1e-6


class Car:
    """A battery with an onboard charger.

    It charges with constant current up to `taper_from`, then with one ampere less per equal step of charge until, at
    `charge_limit`, it takes nothing. Below `minimum_current` nothing flows (IEC 61851: 6 A). When current is offered
    after none was, it takes `start_delay` to begin; after `sleep_after` without an offer it sleeps and stays so until it
    is plugged in anew, woken, or offered a new transaction; one that `wakes_on_pulse` also when the offer goes for a short
    while and comes again.
    """

    def __init__(
        self,
        *,
        battery_kwh: float = 60.0,
        soc: float = 0.3,
        phases: int = 1,
        maximum_current: float = 32.0,
        minimum_current: float = 6.0,
        taper_from: float = 0.9,
        charge_limit: float = 1.0,
        start_delay: timedelta = timedelta(seconds=3),
        sleep_after: timedelta | None = None,
        wakes_on_pulse: bool = False,
        card: str | None = None,
    ) -> None:
        """Shares of charge (`soc`, `taper_from`, `charge_limit`) are 0 to 1; currents are amperes on each phase.

        `card` is what its driver holds to the wallbox when plugging in.
        """
        self.capacity_wh = battery_kwh * 1000
        self.stored_wh = self.capacity_wh * soc
        self.phases = phases
        self.maximum_current = maximum_current
        self.minimum_current = minimum_current
        self.start_delay = start_delay
        self.sleep_after = sleep_after
        self.wakes_on_pulse = wakes_on_pulse
        self.card = card
        self.asleep = False
        self._limit_wh = self.capacity_wh * charge_limit
        self._steps = self._taper(taper_from)
        self._offered = 0.0
        self._ready_at: datetime | None = None
        self._unoffered_since: datetime | None = None

    @property
    def soc(self) -> float:
        """The state of charge, 0 to 1."""
        return self.stored_wh / self.capacity_wh

    @property
    def full(self) -> bool:
        """Whether the car has what it wants."""
        return self.stored_wh >= self._limit_wh - _ROUNDING_WH

    def wants(self) -> bool:
        """Return whether the car would take current if it were offered some."""
        return not self.full and not self.asleep

    def plug_in(self, now: datetime) -> None:
        """Take note of being plugged in: no offer yet, awake."""
        self.asleep = False
        self._offered = 0.0
        self._ready_at = None
        self._unoffered_since = now

    def wake(self, now: datetime) -> None:
        """Wake up, by the owner's hand or by the wallbox's pilot."""
        self.asleep = False
        self._unoffered_since = now
        if self._offered:
            self._ready_at = now + self.start_delay

    def offer(self, amperes: float, now: datetime) -> None:
        """Take note of what the wallbox offers on each phase from now on."""
        usable = amperes if amperes >= self.minimum_current else 0.0
        if usable and not self._offered:
            idle = now - self._unoffered_since if self._unoffered_since else timedelta()
            if self.sleep_after is not None and idle >= self.sleep_after:
                self.asleep = True
            elif self.wakes_on_pulse:
                self.asleep = False
            self._ready_at = now + self.start_delay
        elif self._offered and not usable:
            self._ready_at = None
            self._unoffered_since = now
        self._offered = usable

    def current(self, now: datetime) -> float:
        """Return the amperes that flow on each of the car's phases."""
        if self._ready_at is None or now < self._ready_at or not self.wants():
            return 0.0
        return min(self._offered, self._ceiling())

    def take(self, energy_wh: float) -> None:
        """Store what has flowed."""
        self.stored_wh = min(self.stored_wh + energy_wh, self.capacity_wh)

    def drive(self, energy_wh: float) -> None:
        """Use energy on the road, down to a reserve of a twentieth."""
        self.stored_wh = max(self.stored_wh - energy_wh, self.capacity_wh / 20)

    def next_change(self, now: datetime, phases: int) -> datetime | None:
        """Return when the current will change by the car's own doing, charging on so many phases; None: it will not."""
        if self._ready_at is not None and now < self._ready_at:
            return self._ready_at
        amperes = self.current(now)
        if not amperes:
            return None
        boundary = next(
            wh
            for wh, _ceiling in (*self._steps, (self._limit_wh, 0.0))
            if wh > self.stored_wh + _ROUNDING_WH
        )
        seconds = (
            (boundary - self.stored_wh) * 3600 / (amperes * NOMINAL_VOLTAGE * phases)
        )
        # Rounded up to the microsecond, so that at that instant the boundary is passed.
        return now + timedelta(microseconds=math.ceil(seconds * 1e6))

    def _ceiling(self) -> float:
        return next(
            (
                ceiling
                for wh, ceiling in reversed(self._steps)
                if self.stored_wh >= wh - _ROUNDING_WH
            ),
            self.maximum_current,
        )

    def _taper(self, taper_from: float) -> tuple[tuple[float, float], ...]:
        """Return from which stored energy on which current is the most."""
        begin = self.capacity_wh * taper_from
        steps = max(round(self.maximum_current - self.minimum_current), 1)
        width = max(self._limit_wh - begin, 0.0) / steps
        return tuple(
            (
                begin + width * step,
                max(self.maximum_current - 1 - step, self.minimum_current),
            )
            for step in range(steps)
        )
