"""What the owner set for one charge point, and how its config subentry carries it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from ..model.capabilities import USUAL_MAXIMUM
from ..model.hours import (
    ChargingHours,
    CivilWindow,
    HoursChoice,
    HoursDecision,
    Weekday,
)
from ..model.limit import LEAST_CURRENT, Limit
from ..model.link_loss import LinkLoss
from ..model.sleeping_car import SleepingCar
from ..model.tamper import TamperReaction
from ..rules.charging_hours import charging_hours
from ..rules.random_delay import DelayRefusedError, checked_maximum
from ..rules.ruleset import GB_2021, Ruleset


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargePointSettings:
    """One charge point as the owner set it up.

    `maximum` is what its installation may draw (6 to 80 A per phase), `phases` 1 or 3. `start_on_plug_in` lets Home
    Assistant begin the session of a car that a wallbox would otherwise leave waiting for a card. `sleeping_car` is what
    is done for a car that does not bear 0 A; `awake_current` (6 to 8 A) is what it is left where that keeps it awake.
    `longest_delay` is the owner's maximum of the random delay in seconds, None: the ruleset's; `delay_reason` is why it
    is less than the ruleset asks for. `link_loss` is what the wallbox is to do while its link is gone, `link_loss_current`
    (6 to 80 A) the most that it then lets flow where that is a fixed current; `tamper_reaction` and `tamper_current`
    (6 to 80 A) are the same for while somebody has interfered with it.
    """

    identity: str
    decision: HoursDecision
    maximum: Limit = USUAL_MAXIMUM
    phases: int = 1
    start_on_plug_in: bool = True
    sleeping_car: SleepingCar = SleepingCar.NOTHING
    awake_current: Limit = LEAST_CURRENT
    longest_delay: int | None = None
    delay_reason: str = ""
    link_loss: LinkLoss = LinkLoss.KEEP_SCHEDULE
    link_loss_current: Limit = LEAST_CURRENT
    tamper_reaction: TamperReaction = TamperReaction.KEEP_SCHEDULE
    tamper_current: Limit = LEAST_CURRENT

    @staticmethod
    def default(
        identity: str, now: datetime, ruleset: Ruleset = GB_2021
    ) -> ChargePointSettings:
        """Return the settings of a charge point whose owner was not asked yet (A10.1)."""
        return ChargePointSettings(
            identity=identity,
            decision=HoursDecision(
                hours=ruleset.default_hours,
                choice=HoursChoice.UNANSWERED,
                decided_at=now,
            ),
        )

    def delay_maximum(self, ruleset: Ruleset) -> int:
        """Return the longest random delay in seconds: the owner's where `ruleset` lets it be that, else its own."""
        if self.longest_delay is None:
            return ruleset.default_delay
        try:
            return checked_maximum(self.longest_delay, ruleset, self.delay_reason)
        except DelayRefusedError:
            return ruleset.default_delay

    @staticmethod
    def from_data(data: Mapping[str, Any]) -> ChargePointSettings:
        """Read a config subentry's data, which `as_data` wrote."""
        return ChargePointSettings(
            identity=data["identity"],
            decision=HoursDecision(
                hours=hours_from_data(data["hours"]),
                choice=HoursChoice(data["hours_choice"]),
                decided_at=datetime.fromisoformat(data["hours_decided_at"]),
                user_id=data["hours_user_id"],
            ),
            maximum=Limit(amperes=float(data["maximum_current"])),
            phases=int(data["phases"]),
            start_on_plug_in=data["start_on_plug_in"],
            sleeping_car=SleepingCar(data["sleeping_car"]),
            awake_current=Limit(amperes=float(data["awake_current"])),
            longest_delay=data["longest_delay"],
            delay_reason=data["delay_reason"],
            link_loss=LinkLoss(data["link_loss"]),
            link_loss_current=Limit(amperes=float(data["link_loss_current"])),
            tamper_reaction=TamperReaction(data["tamper_reaction"]),
            tamper_current=Limit(amperes=float(data["tamper_current"])),
        )

    def as_data(self) -> dict[str, Any]:
        """Return the data of a config subentry."""
        return {
            "identity": self.identity,
            "hours": hours_to_data(self.decision.hours),
            "hours_choice": self.decision.choice.value,
            "hours_decided_at": self.decision.decided_at.isoformat(),
            "hours_user_id": self.decision.user_id,
            "maximum_current": self.maximum.amperes,
            "phases": self.phases,
            "start_on_plug_in": self.start_on_plug_in,
            "sleeping_car": self.sleeping_car.value,
            "awake_current": self.awake_current.amperes,
            "longest_delay": self.longest_delay,
            "delay_reason": self.delay_reason,
            "link_loss": self.link_loss.value,
            "link_loss_current": self.link_loss_current.amperes,
            "tamper_reaction": self.tamper_reaction.value,
            "tamper_current": self.tamper_current.amperes,
        }


def hours_to_data(hours: ChargingHours) -> list[dict[str, Any]]:
    """Return charging hours as JSON can carry them."""
    return [
        {
            "weekday": window.weekday.value,
            "start": window.start.isoformat(),
            "end": window.end.isoformat(),
        }
        for window in hours.windows
    ]


def hours_from_data(windows: Sequence[Mapping[str, Any]]) -> ChargingHours:
    """Read charging hours that `hours_to_data` wrote."""
    return charging_hours(
        CivilWindow(
            weekday=Weekday(window["weekday"]),
            start=time.fromisoformat(window["start"]),
            end=time.fromisoformat(window["end"]),
        )
        for window in windows
    )
