"""What a wallbox would apply: OCPP 1.6 profile stacking, written from the specification and not from the code under test.

Source: OCPP 1.6 edition 2, sections 3.13 and 7.8 to 7.14 with errata 4.
"""

from collections.abc import Iterable
from datetime import datetime

from custom_components.smart_charge_point.central_system.profiles import (
    ChargingProfile,
    Kind,
    Purpose,
)

CYCLE = {Kind.DAILY: 86_400.0, Kind.WEEKLY: 604_800.0}


class Wallbox:
    """Holds profiles as a wallbox does and says which limit rules at a moment."""

    def __init__(self, *, honours_valid_from: bool = True) -> None:
        """Begin with nothing held."""
        self.held: list[ChargingProfile] = []
        self.honours_valid_from = honours_valid_from

    def accept(self, profiles: Iterable[ChargingProfile]) -> Wallbox:
        """Take profiles in their order; one with the same id, or the same place in the stack, makes room."""
        for profile in profiles:
            self.held = [
                other
                for other in self.held
                if other.profile_id != profile.profile_id
                and (other.connector, other.purpose, other.stack_level)
                != (profile.connector, profile.purpose, profile.stack_level)
            ]
            self.held.append(profile)
        return self

    def amperes(
        self,
        moment: datetime,
        *,
        connector: int = 1,
        session_from: datetime | None = None,
        transaction_id: int | None = None,
    ) -> float | None:
        """Return the limit at `moment`, None where nothing limits. A session began at `session_from`, if one runs."""

        def ruling(purpose: Purpose, of: int) -> float | None:
            stack = sorted(self.held, key=lambda profile: -profile.stack_level)
            for profile in stack:
                if profile.purpose is not purpose or profile.connector != of:
                    continue
                if purpose is Purpose.TRANSACTION and (
                    session_from is None or profile.transaction_id != transaction_id
                ):
                    continue
                limit = self._limit(profile, moment, session_from)
                if limit is not None:
                    return limit
            return None

        of_session = ruling(Purpose.TRANSACTION, connector)
        if of_session is None:
            of_session = ruling(Purpose.DEFAULT, connector)
        limits = [
            limit
            for limit in (of_session, ruling(Purpose.MAXIMUM, 0))
            if limit is not None
        ]
        return min(limits) if limits else None

    def _limit(
        self, profile: ChargingProfile, moment: datetime, session_from: datetime | None
    ) -> float | None:
        if (
            self.honours_valid_from
            and profile.valid_from is not None
            and moment < profile.valid_from
        ):
            return None
        if profile.valid_to is not None and moment >= profile.valid_to:
            return None
        start = session_from if profile.kind is Kind.RELATIVE else profile.start
        if start is None or moment < start:
            return None
        second = (moment - start).total_seconds()
        if profile.kind in CYCLE:
            second %= CYCLE[profile.kind]
        if profile.duration is not None and second >= profile.duration:
            return None
        limit = None
        for period in profile.periods:
            if period.start <= second:
                limit = period.limit.amperes
        return limit
