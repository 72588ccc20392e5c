"""What the stored charging profiles allow: OCPP 1.6 section 3.13, evaluated at an instant.

Everything is reckoned in amperes per phase. Nothing here knows a clock: the instant comes with the question.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from .profile import NOMINAL_VOLTAGE, Kind, Period, Profile, Purpose, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The transaction that a question is about: its id (None: not told yet) and its beginning."""

    transaction_id: int | None
    began: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CompositePeriod:
    """From `start` seconds after the composite schedule's start: so many amperes per phase."""

    start: int
    amperes: float


class ProfileStore:
    """The profiles a wallbox holds. They outlive power cuts; transaction profiles die with their transaction."""

    def __init__(
        self,
        *,
        phases: int,
        maximum_current: float,
        ignores_number_of_phases: bool = False,
    ) -> None:
        """Hold nothing yet, in a wallbox with so many phases that can give so many amperes on each."""
        self._phases = phases
        self._assumed_phases = phases if ignores_number_of_phases else 3
        self._maximum_current = maximum_current
        self._profiles: list[Profile] = []

    def __iter__(self) -> Iterator[Profile]:
        return iter(tuple(self._profiles))

    def __len__(self) -> int:
        return len(self._profiles)

    def add(self, profile: Profile) -> None:
        """Store a profile in place of the one with its id, and of the one with its connector, purpose and stack level."""
        self._profiles = [
            stored for stored in self._profiles if not _replaces(profile, stored)
        ]
        self._profiles.append(profile)

    def would_grow(self, profile: Profile) -> bool:
        """Return whether `profile` takes a place of its own."""
        return not any(_replaces(profile, stored) for stored in self._profiles)

    def clear(
        self,
        *,
        identifier: int | None = None,
        connector: int | None = None,
        purpose: Purpose | None = None,
        stack_level: int | None = None,
    ) -> int:
        """Forget the profiles that match everything that is given; return how many these were."""
        kept = [
            profile
            for profile in self._profiles
            if (identifier is not None and profile.identifier != identifier)
            or (connector is not None and profile.connector != connector)
            or (purpose is not None and profile.purpose is not purpose)
            or (stack_level is not None and profile.stack_level != stack_level)
        ]
        forgotten = len(self._profiles) - len(kept)
        self._profiles = kept
        return forgotten

    def end_transaction(self, connector: int) -> None:
        """Forget the transaction profiles of this connector."""
        self.clear(connector=connector, purpose=Purpose.TRANSACTION)

    def limit(self, connector: int, at: datetime, running: Running | None) -> float:
        """Return the amperes per phase that `connector` may give at `at`, its share of the maximum not considered.

        Without a transaction the profiles for one apply as far as they do not need its beginning.
        """
        own = self._session_limit(connector, at, running)
        return min(self.maximum(at), self._maximum_current if own is None else own)

    def maximum(self, at: datetime) -> float:
        """Return the amperes per phase that the whole wallbox may draw at `at`."""
        limit = self._winner(
            (p for p in self._profiles if p.purpose is Purpose.MAXIMUM), at, None
        )
        return (
            self._maximum_current
            if limit is None
            else min(limit, self._maximum_current)
        )

    def has_maximum(self, at: datetime) -> bool:
        """Return whether a ChargePointMaxProfile rules at `at`."""
        return (
            self._winner(
                (p for p in self._profiles if p.purpose is Purpose.MAXIMUM), at, None
            )
            is not None
        )

    def next_change(self, at: datetime, began: Iterable[datetime]) -> datetime | None:
        """Return the first instant after `at` where a profile may say something else; None if there is none.

        `began` are the beginnings of the running transactions.
        """
        beginnings: tuple[datetime | None, ...] = tuple(began) or (None,)
        instants = (
            instant
            for profile in self._profiles
            for start in beginnings
            for instant in _boundaries(profile, at, start)
        )
        return min((instant for instant in instants if instant > at), default=None)

    def composite(
        self,
        connectors: Iterable[tuple[int, Running | None]],
        start: datetime,
        duration: int,
    ) -> tuple[CompositePeriod, ...]:
        """Return what these connectors together may draw from `start` on, for `duration` seconds, merged.

        A connector without a transaction is asked as if one began at `start`.
        """
        asked = [
            (connector, running or Running(transaction_id=None, began=start))
            for connector, running in connectors
        ]
        end = start + timedelta(seconds=duration)
        periods: list[CompositePeriod] = []
        at: datetime | None = start
        while at is not None and at < end:
            amperes = min(
                self.maximum(at),
                sum(self.limit(connector, at, running) for connector, running in asked),
            )
            if not periods or periods[-1].amperes != amperes:
                periods.append(
                    CompositePeriod(
                        start=int((at - start).total_seconds()), amperes=amperes
                    )
                )
            at = self.next_change(at, (running.began for _connector, running in asked))
        return tuple(periods)

    def in_unit(self, amperes: float, unit: Unit) -> float:
        """Return a limit as this wallbox says it, one decimal."""
        value = (
            amperes
            if unit is Unit.AMPERES
            else amperes * NOMINAL_VOLTAGE * self._phases
        )
        return round(value, 1)

    def _session_limit(
        self, connector: int, at: datetime, running: Running | None
    ) -> float | None:
        """Return the limit of the transaction profile, else of the default profile, else None."""
        stacks = (
            (Purpose.TRANSACTION, connector),
            (Purpose.DEFAULT, connector),
            (Purpose.DEFAULT, 0),
        )
        for purpose, on in stacks:
            candidates = (
                profile
                for profile in self._profiles
                if profile.purpose is purpose
                and profile.connector == on
                and _concerns(profile, running)
            )
            limit = self._winner(candidates, at, running.began if running else None)
            if limit is not None:
                return min(limit, self._maximum_current)
        return None

    def _winner(
        self, profiles: Iterable[Profile], at: datetime, began: datetime | None
    ) -> float | None:
        """Return the limit of the highest stack level that has one at `at`."""
        for profile in sorted(profiles, key=lambda profile: -profile.stack_level):
            period = period_at(profile, at, began)
            if period is not None:
                return self._amperes(profile.unit, period)
        return None

    def _amperes(self, unit: Unit, period: Period) -> float:
        """Return a period's limit in amperes per phase.

        Watts are the total over `numberPhases`, which is 3 where it is not said (OCPP 1.6 section 7.14). Told fewer
        phases than it charges with, or more than it has, the wallbox reckons with its own: the watts are never exceeded.
        """
        if unit is Unit.AMPERES:
            return period.limit
        phases = self._assumed_phases if period.phases is None else self._phases
        return period.limit / (NOMINAL_VOLTAGE * phases)


def period_at(profile: Profile, at: datetime, began: datetime | None) -> Period | None:
    """Return the period of `profile` that rules at `at`; None if it says nothing then.

    `began` is when the transaction began; None if there is none, and then what counts from it says nothing.
    """
    if profile.valid_from is not None and at < profile.valid_from:
        return None
    if profile.valid_to is not None and at >= profile.valid_to:
        return None
    origin = _origin(profile, at, began)
    if origin is None or at < origin:
        return None
    offset = (at - origin).total_seconds()
    if profile.duration is not None and offset >= profile.duration:
        return None
    return next(
        (period for period in reversed(profile.periods) if period.start <= offset), None
    )


def _origin(profile: Profile, at: datetime, began: datetime | None) -> datetime | None:
    """Return the instant that the profile's periods count from at `at`."""
    if profile.kind is Kind.RELATIVE or profile.start is None:
        return began
    if profile.kind.cycle is None or at < profile.start:
        return profile.start
    return (
        profile.start + (at - profile.start) // profile.kind.cycle * profile.kind.cycle
    )


def _boundaries(
    profile: Profile, at: datetime, began: datetime | None
) -> Iterable[datetime]:
    """Yield instants, at least the next after `at`, where the profile may begin to say something else."""
    if profile.valid_from is not None:
        yield profile.valid_from
    if profile.valid_to is not None:
        yield profile.valid_to
    origin = _origin(profile, at, began)
    if origin is None:
        return
    for period in profile.periods:
        yield origin + timedelta(seconds=period.start)
    if profile.duration is not None:
        yield origin + timedelta(seconds=profile.duration)
    if profile.kind.cycle is not None:
        yield origin + profile.kind.cycle


def _concerns(profile: Profile, running: Running | None) -> bool:
    """Return whether a profile is for this transaction, as far as its id says."""
    if profile.transaction_id is None or profile.purpose is not Purpose.TRANSACTION:
        return True
    return running is not None and running.transaction_id == profile.transaction_id


def _replaces(new: Profile, stored: Profile) -> bool:
    return new.identifier == stored.identifier or (
        (new.connector, new.purpose, new.stack_level)
        == (stored.connector, stored.purpose, stored.stack_level)
    )
