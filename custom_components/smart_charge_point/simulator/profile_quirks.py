"""How quirky wallboxes take charging profiles: what they refuse, forget or take for something else."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from .quirks import Quirks, Refusal

type Payload = dict[str, Any]

_HANGS_FOR = timedelta(seconds=20)


class ProfileQuirks:
    """Stands before SetChargingProfile and behind GetCompositeSchedule."""

    def __init__(
        self, quirks: Quirks, drop_line_in: Callable[[timedelta], None]
    ) -> None:
        """`drop_line_in` loses the connection after a while."""
        self._quirks = quirks
        self._drop_line_in = drop_line_in

    def answer(
        self, action: str, payload: Payload, think: Callable[[str, Payload], Payload]
    ) -> Payload | None:
        """Return the answer; None for none."""
        if action == "GetCompositeSchedule":
            return self._composite(payload, think)
        if self._quirks.null_hangs and _has_null(payload):
            self._drop_line_in(_HANGS_FOR)
            return None
        refusal = self._refusal(payload)
        if refusal is Refusal.SILENCE:
            return None
        if refusal is not Refusal.NONE:
            return {"status": refusal.value}
        return think("SetChargingProfile", self._bent(payload))

    def _composite(
        self, payload: Payload, think: Callable[[str, Payload], Payload]
    ) -> Payload | None:
        refusal = self._quirks.composite
        if refusal is Refusal.SILENCE:
            return None
        if refusal is not Refusal.NONE:
            return {"status": "Rejected"}
        answer = think("GetCompositeSchedule", payload)
        if self._quirks.empty_composite and "chargingSchedule" in answer:
            answer["chargingSchedule"]["chargingSchedulePeriod"] = []
        return answer

    def _refusal(self, payload: Payload) -> Refusal:
        """Return how the profile is refused; NONE if it is not, WITHOUT_EFFECT if it only seems to be taken."""
        quirks = self._quirks
        profile = _object(payload.get("csChargingProfiles"))
        schedule = _object(profile.get("chargingSchedule"))
        purposes = {
            "ChargePointMaxProfile": quirks.maximum_profile,
            "TxDefaultProfile": quirks.default_profile,
            "TxProfile": quirks.transaction_profile,
        }
        by_purpose = purposes.get(
            str(profile.get("chargingProfilePurpose")), Refusal.NONE
        )
        kind = profile.get("recurrencyKind") or profile.get("chargingProfileKind")
        periods = [
            _object(period) for period in schedule.get("chargingSchedulePeriod") or []
        ]
        limits = [period.get("limit", 0) for period in periods]
        for applies, refusal in (
            (by_purpose is not Refusal.NONE, by_purpose),
            (kind in quirks.unanswered_kinds, Refusal.SILENCE),
            (kind in quirks.refused_kinds, Refusal.REJECTED),
            (
                quirks.absolute_needs_start
                and kind == "Absolute"
                and "startSchedule" not in schedule,
                Refusal.REJECTED,
            ),
            (any(0 < limit < quirks.least_limit for limit in limits), Refusal.REJECTED),
            (len(periods) > quirks.most_periods, quirks.too_many_periods),
            (
                quirks.only_lowest_stack_level and profile.get("stackLevel", 0) > 0,
                Refusal.WITHOUT_EFFECT,
            ),
        ):
            if applies:
                return refusal
        return Refusal.NONE

    def _bent(self, payload: Payload) -> Payload:
        """Return the payload with limits that are too low to be understood taken away."""
        floor = self._quirks.ignores_limits_below
        profile = _object(payload.get("csChargingProfiles"))
        schedule = _object(profile.get("chargingSchedule"))
        if not floor or "chargingSchedulePeriod" not in schedule:
            return payload
        periods = [
            period | {"limit": 1000} if 0 < period.get("limit", 0) < floor else period
            for period in schedule["chargingSchedulePeriod"]
        ]
        schedule = schedule | {"chargingSchedulePeriod": periods}
        return payload | {
            "csChargingProfiles": profile | {"chargingSchedule": schedule}
        }


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_null(each) for each in value.values())
    if isinstance(value, list):
        return any(_has_null(each) for each in value)
    return value is None
