"""What a charge point can do, as it said and as it was seen to do."""

from dataclasses import dataclass
from enum import StrEnum

from .limit import Limit, RateUnit

USUAL_MAXIMUM = Limit(amperes=32)
"""What a 7 kW wallbox is installed for, per phase."""


class Support(StrEnum):
    """Whether a charge point does something: tried and seen, tried in vain, or not tried yet."""

    UNTRIED = "untried"
    WORKS = "works"
    REFUSED = "refused"


class Rung(StrEnum):
    """How the charging hours are held, best first (ocpp.md 4.6, requirements.md 1b)."""

    WEEKLY = "weekly"
    """One weekly profile: holds for ever without Home Assistant."""
    DAILY = "daily"
    """A daily profile and a weekend over it: holds for ever without Home Assistant."""
    NEXT_DAY = "next_day"
    """The coming 24 h as absolute times, renewed daily."""
    HOME_ASSISTANT = "home_assistant"
    """Home Assistant sets the limit at each edge."""


class OfflineStart(StrEnum):
    """How a session can begin while the central system is gone (reg. 7, requirements.md A7.3)."""

    UNTRIED = "untried"
    NO_CARD = "no_card"
    """The wallbox charges whatever is plugged in."""
    ANY_CARD = "any_card"
    KNOWN_CARD = "known_card"
    """A card of its own list, or one that was used before."""
    SEEN = "seen"
    """Nothing that it says of itself shows how, but a session did begin so."""
    NONE = "none"
    """None is known: reg. 7 is not met."""


class AfterPowerCut(StrEnum):
    """What becomes of a session when the wallbox loses its power (A11.7)."""

    UNTRIED = "untried"
    ENDS = "ends"
    """It is over: another one begins, with the random delay that the wallbox holds."""
    RESUMES = "resumes"
    """It goes on, long past its delay: only Home Assistant can delay it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What one charge point can hold.

    `maximum` is the most that its installation may draw per phase; nothing sent ever exceeds it. `phases` is 1 or 3.
    `max_stack_level`, `max_periods` and `max_profiles` are as reported, or careful guesses. `own_delay` is the longest
    random delay in seconds that the wallbox applies by itself (0: none), which `own_delay_key` sets: while there is one,
    ours stands down (A11.5). `firmware` is the version that all this was seen with: another one makes it untried again.
    """

    connectors: int = 1
    maximum: Limit = USUAL_MAXIMUM
    phases: int = 1
    rate_unit: RateUnit = RateUnit.AMPERE
    max_stack_level: int = 2
    max_periods: int = 24
    max_profiles: int = 4
    whole_units: bool = False
    """Whether limits must be whole numbers."""
    rung: Rung = Rung.WEEKLY
    relative_delay: Support = Support.UNTRIED
    valid_from: Support = Support.UNTRIED
    dated_profile: Support = Support.UNTRIED
    """Whether it takes a profile for one day to come above the hours: a bank holiday."""
    default_profile: Support = Support.UNTRIED
    transaction_profile: Support = Support.UNTRIED
    timed_override: Support = Support.UNTRIED
    """Whether it takes the hours of a bank holiday for a running session, which end by themselves."""
    maximum_profile: Support = Support.UNTRIED
    composite_schedule: Support = Support.UNTRIED
    smart_charging: Support = Support.UNTRIED
    """REFUSED once no purpose of profile was taken: reg. 5(2) is not met then (A5.3)."""
    offline_start: OfflineStart = OfflineStart.UNTRIED
    after_power_cut: AfterPowerCut = AfterPowerCut.UNTRIED
    standby: Support = Support.UNTRIED
    """Whether it falls back by itself to what the owner chose for a lost link (A7.4)."""
    every_second: Support = Support.UNTRIED
    """Whether it really measured every second when it was asked to (A9.4)."""
    own_delay: int = 0
    own_delay_key: str = ""
    firmware: str = ""


UNTRIED = Capabilities()
"""What is assumed of a charge point before it was asked."""
