"""Response times: how soon a wallbox acknowledges that more or less may flow, or at other times.

Source: SI 2021/1467 reg. 5(2); requirements.md section 5.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..central_system.profiles import ChargingProfile, Purpose
from ..model.limit import Limit
from ..model.result import Acknowledged, RateLowered, RateRaised, TimeShifted
from ..records.ledger import Ledger
from .results import keep_result


@dataclass(slots=True, kw_only=True, eq=False)
class Decided:
    """A decision of `at` (UTC), and when a profile that may carry it was last acknowledged."""

    kind: type[Acknowledged]
    at: datetime
    acknowledged_at: datetime | None = None


class ResponseTimes:
    """Keeps how long one wallbox took from a decision to its acknowledgement."""

    def __init__(self, ledger: Ledger, identity: Callable[[], str]) -> None:
        """Keep it in `ledger`, of what goes by `identity`."""
        self._ledger = ledger
        self._identity = identity
        self._answering: list[Decided] = []
        """What a command waits for that sends by itself."""
        self._expected: list[Decided] = []
        """What the reconciler will have sent when it is through."""

    @contextmanager
    def answering(
        self, kind: type[Acknowledged] | None, at: datetime
    ) -> Iterator[None]:
        """Keep how long it takes in here until the wallbox acknowledges what was decided at `at` (UTC), unless it fails.

        Without a `kind` nothing was decided.
        """
        if kind is None:
            yield
            return
        decided = Decided(kind=kind, at=at)
        self._answering.append(decided)
        try:
            yield
        finally:
            self._answering.remove(decided)
        self._keep(decided)

    @callback
    def expect(self, kind: type[Acknowledged], at: datetime) -> None:
        """Take that the reconciler has to carry out what was decided at `at` (UTC)."""
        self._expected.append(Decided(kind=kind, at=at))

    @property
    def expected(self) -> tuple[Decided, ...]:
        """What waits for the reconciler."""
        return tuple(self._expected)

    @callback
    def carried_out(self, expected: Iterable[Decided]) -> None:
        """Take that the wallbox holds all that was wanted when these were `expected`."""
        for decided in expected:
            if decided in self._expected:
                self._expected.remove(decided)
                self._keep(decided)

    @callback
    def link_lost(self) -> None:
        """Wait no more: how long a link was gone is not how long a wallbox takes."""
        self._expected.clear()

    @callback
    def acknowledged(self, profile: ChargingProfile) -> None:
        """Take that the wallbox acknowledged a profile."""
        now = dt_util.utcnow()
        for decided in (*self._answering, *self._expected):
            if decided.kind is not TimeShifted or profile.purpose is Purpose.DEFAULT:
                decided.acknowledged_at = now

    def _keep(self, decided: Decided) -> None:
        """Keep how long it took; nothing where nothing had to be sent."""
        if decided.acknowledged_at is None:
            return
        took = decided.acknowledged_at - decided.at
        keep_result(
            self._ledger,
            decided.kind(
                at=decided.acknowledged_at,
                charge_point=self._identity(),
                # A clock that was set back in between says nothing less than none.
                seconds=max(0.0, round(took.total_seconds(), 3)),
            ),
        )


def change_of(before: Limit, after: Limit) -> type[Acknowledged] | None:
    """Return whether more or less may flow, None where it is the same."""
    if before == after:
        return None
    return RateRaised if after > before else RateLowered
