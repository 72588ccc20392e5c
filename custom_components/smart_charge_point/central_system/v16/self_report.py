"""What a charge point says of itself in its configuration, read with doubt."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ...model.capabilities import Capabilities
from ...model.limit import RateUnit
from ..link import Configuration
from .settings import LONGEST_VALUE, items, whole_number

MOST_CONNECTORS: Final = 8

UNIT_WORDS: Final = {
    "current": RateUnit.AMPERE,
    "a": RateUnit.AMPERE,
    "amp": RateUnit.AMPERE,
    "amps": RateUnit.AMPERE,
    "ampere": RateUnit.AMPERE,
    "amperes": RateUnit.AMPERE,
    "power": RateUnit.WATT,
    "w": RateUnit.WATT,
    "watt": RateUnit.WATT,
    "watts": RateUnit.WATT,
}


class Trouble(StrEnum):
    """What is odd about what a charge point said of itself."""

    ABSURD = "absurd"
    """A value that cannot be true; it was not used."""
    MISSING = "missing"
    NOT_ANNOUNCED = "not_announced"
    """Smart charging is not among the features it lists, though it may have it."""
    NO_ANSWER = "no_answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One oddity, for diagnostics. `told` is the value as it came, cut short."""

    trouble: Trouble
    key: str
    told: str = ""


class SelfReport:
    """Reads the keys of a configuration; `complaints` are what is odd about them."""

    def __init__(self, configuration: Configuration) -> None:
        """Read from `configuration`."""
        self._keys = configuration.keys
        self.complaints: list[Complaint] = []
        if not self._keys:
            self._complain(Trouble.NO_ANSWER, "")

    def number(self, name: str, least: int) -> int | None:
        """Return a whole number of at least `least`; None where there is none to believe."""
        value = self._value(name)
        if value is None:
            return None
        number = whole_number(value)
        if number is None or number < least:
            self._complain(Trouble.ABSURD, name, value)
            return None
        return number

    def connectors(self, known: Capabilities, seen: Collection[int]) -> int:
        """Return how many connectors there are, connector 0 not counted."""
        most_seen = max(seen, default=0)
        name = "NumberOfConnectors"
        told = self.number(name, 1)
        if told is not None and told > MOST_CONNECTORS:
            self._complain(Trouble.ABSURD, name, str(told))
            told = None
        if told is None:
            return min(max(known.connectors, most_seen), MOST_CONNECTORS)
        if told > 1 and set(seen) == set(range(told)):
            # It counts connector 0 (wallbox-quirks.md C5).
            self._complain(Trouble.ABSURD, name, str(told))
            return most_seen
        return told

    def rate_unit(self, known: Capabilities) -> RateUnit:
        """Return the unit to write limits in: amperes where both are taken."""
        name = "ChargingScheduleAllowedChargingRateUnit"
        value = self._value(name)
        if value is None:
            return known.rate_unit
        words = items(value.replace(" ", ",").replace("/", ","))
        units = {UNIT_WORDS.get(word.lower()) for word in words}
        if RateUnit.AMPERE in units:
            return RateUnit.AMPERE
        if RateUnit.WATT in units:
            return RateUnit.WATT
        self._complain(Trouble.ABSURD, name, value)
        return known.rate_unit

    def check_features(self) -> None:
        """Note where smart charging is not announced. That proves nothing: several have it all the same (C1)."""
        name = "SupportedFeatureProfiles"
        value = self._value(name)
        if value is None:
            return
        features = {item.replace(" ", "").lower() for item in items(value)}
        if "smartcharging" not in features:
            self._complain(Trouble.NOT_ANNOUNCED, name, value)

    def _value(self, name: str) -> str | None:
        key = self._keys.get(name.lower())
        if key is None or not (key.value or "").strip():
            self._complain(Trouble.MISSING, name)
            return None
        return key.value

    def _complain(self, trouble: Trouble, key: str, told: str = "") -> None:
        self.complaints.append(
            Complaint(trouble=trouble, key=key, told=told[:LONGEST_VALUE])
        )
