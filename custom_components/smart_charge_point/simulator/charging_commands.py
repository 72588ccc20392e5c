"""Setting, clearing and reading back charging profiles over OCPP (1.6 sections 5.5, 5.7 and 5.16)."""

from typing import TYPE_CHECKING

from .meter import timestamp
from .profile import (
    MalformedProfileError,
    Profile,
    Purpose,
    RefusedProfileError,
    Unit,
    read_profile,
)
from .protocol import Payload
from .refusal import CallRefusedError

if TYPE_CHECKING:
    from .body import Body

_UNIT_NAMES = {
    Unit.AMPERES: frozenset({"current", "a"}),
    Unit.WATTS: frozenset({"power", "w"}),
}


class ChargingCommands:
    """Carries out the Smart Charging profile's calls."""

    def __init__(self, wallbox: Body) -> None:
        """Do what is asked to this wallbox's profiles."""
        self._wallbox = wallbox

    def set(self, payload: Payload) -> Payload:
        """SetChargingProfile.

        Raises:
            CallRefusedError: the profile is malformed.
        """
        try:
            profile = read_profile(
                payload["connectorId"], payload["csChargingProfiles"]
            )
            self._check(profile)
        except MalformedProfileError as error:
            raise CallRefusedError(error.code, str(error)) from error
        except RefusedProfileError:
            return {"status": "Rejected"}
        self._wallbox.add_profile(profile)
        self._wallbox.update()
        return {"status": "Accepted"}

    def clear(self, payload: Payload) -> Payload:
        """ClearChargingProfile."""
        purpose = payload.get("chargingProfilePurpose")
        forgotten = self._wallbox.profiles.clear(
            identifier=payload.get("id"),
            connector=payload.get("connectorId"),
            purpose=Purpose(purpose) if purpose is not None else None,
            stack_level=payload.get("stackLevel"),
        )
        self._wallbox.profiles_cleared()
        return {"status": "Accepted" if forgotten else "Unknown"}

    def composite(self, payload: Payload) -> Payload:
        """GetCompositeSchedule."""
        number, duration = payload["connectorId"], payload["duration"]
        if not 0 <= number <= len(self._wallbox.connectors):
            return {"status": "Rejected"}
        unit = Unit(payload.get("chargingRateUnit", self._units()[0]))
        if unit not in self._units():
            return {"status": "Rejected"}
        connectors = (
            self._wallbox.connectors
            if number == 0
            else (self._wallbox.connector(number),)
        )
        start = self._wallbox.clock.now().replace(microsecond=0)
        profiles = self._wallbox.profiles
        periods = profiles.composite(
            ((each.number, each.running) for each in connectors), start, duration
        )
        clock_error = self._wallbox.time() - self._wallbox.clock.now()
        begin = timestamp(start + clock_error)
        return {
            "status": "Accepted",
            "connectorId": number,
            "scheduleStart": begin,
            "chargingSchedule": {
                "duration": duration,
                "startSchedule": begin,
                "chargingRateUnit": unit.value,
                "chargingSchedulePeriod": [
                    {
                        "startPeriod": period.start,
                        "limit": profiles.in_unit(period.amperes, unit),
                    }
                    for period in periods
                ],
            },
        }

    def _units(self) -> tuple[Unit, ...]:
        """Return the units that the configuration announces; both where it announces none."""
        announced = {
            name.lower()
            for name in self._wallbox.configuration.items(
                "ChargingScheduleAllowedChargingRateUnit"
            )
        }
        units = tuple(
            unit for unit in Unit if not announced or announced & _UNIT_NAMES[unit]
        )
        return units or tuple(Unit)

    def _check(self, profile: Profile) -> None:
        """Raise RefusedProfileError if this wallbox cannot take the profile."""
        configuration = self._wallbox.configuration
        profiles = self._wallbox.profiles
        too_many = len(profiles) >= configuration.number(
            "MaxChargingProfilesInstalled", 10
        )
        for wrong, message in (
            (
                not 0 <= profile.connector <= len(self._wallbox.connectors),
                "no such connector",
            ),
            (
                profile.stack_level
                > configuration.number("ChargeProfileMaxStackLevel", 8),
                "stackLevel too high",
            ),
            (
                len(profile.periods)
                > configuration.number("ChargingScheduleMaxPeriods", 24),
                "too many periods",
            ),
            (profile.unit not in self._units(), "unit not announced"),
            (too_many and profiles.would_grow(profile), "too many profiles"),
            (
                profile.purpose is Purpose.TRANSACTION
                and not self._concerns_a_transaction(profile),
                "no transaction",
            ),
        ):
            if wrong:
                raise RefusedProfileError(message)

    def _concerns_a_transaction(self, profile: Profile) -> bool:
        if not 1 <= profile.connector <= len(self._wallbox.connectors):
            return False
        transaction = self._wallbox.connector(profile.connector).transaction
        if transaction is None:
            return False
        return (
            profile.transaction_id is None
            or profile.transaction_id == transaction.identifier
        )
