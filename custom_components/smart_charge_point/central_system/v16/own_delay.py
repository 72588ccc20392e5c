"""The random delay that some wallboxes apply by themselves (A11.5). OCPP 1.6 has no standard key for it."""

from typing import Final

from ..link import CallRefusedError, Configuration, ConfigurationKey, Link
from .settings import is_true, whole_number

DELAY_KEYS: Final = (
    "RandomisedDelay",
    "RandomizedDelay",
    "RandomisedDelayDuration",
    "RandomisedDelayMaxSeconds",
    "RandomizedDelayMax",
    "CurrentSessionRandomDelay",
    "UKSmartChargingEnabled",
)
"""Where wallboxes are known to keep its seconds, and what switches it."""
LONGEST: Final = 1800
"""Seconds: what claims to be longer is no delay in seconds."""
_OF_THIS_SESSION: Final = "currentsession"
"""A key with this in its name tells what was drawn, not what is drawn from (Vestel)."""
_SWITCHES: Final = {
    "randomiseddelaymaxseconds": "UKSmartChargingEnabled",
    "randomizeddelaymax": "UKSmartChargingEnabled",
}
"""What must be on for the delay of a key to be applied at all (Vestel and who sells its wallboxes)."""


def delay_key(configuration: Configuration) -> ConfigurationKey | None:
    """Return the key that sets the wallbox's own random delay, None where it has none.

    One that can be written goes before one that cannot, and both before one without a readable value.
    """
    found = [key for key in configuration.keys.values() if _is_delay(key)]
    return min(found, key=_worth, default=None)


def delay_seconds(configuration: Configuration, key: ConfigurationKey) -> int:
    """Return the longest delay in seconds that the wallbox applies by itself; 0 where it applies none that it tells."""
    seconds = whole_number(key.value)
    if seconds is None or not 0 < seconds <= LONGEST:
        return 0
    switch = configuration.keys.get(_SWITCHES.get(key.key.lower(), "").lower())
    if switch is not None and switch.value is not None and not is_true(switch.value):
        return 0
    return seconds


async def read_delay(link: Link, name: str) -> tuple[str, int] | None:
    """Return what the key `name` holds now, and the seconds that the wallbox delays by; None where it does not say.

    Raises:
        CallTimedOutError: the wallbox did not answer.
        NotConnectedError: the link was lost.
    """
    keys: dict[str, ConfigurationKey] = {}
    # One at a time: some wallboxes answer no more than one.
    for asked in filter(None, (name, _SWITCHES.get(name.lower()))):
        try:
            keys |= (await link.configuration((asked,))).keys
        except CallRefusedError:
            continue
    key = keys.get(name.lower())
    if key is None or key.value is None:
        return None
    told = Configuration(keys=keys, unknown=frozenset())
    return key.value, delay_seconds(told, key)


def _is_delay(key: ConfigurationKey) -> bool:
    name = key.key.lower()
    if "random" not in name or "delay" not in name:
        return False
    return key.value is None or whole_number(key.value) is not None


def _worth(key: ConfigurationKey) -> tuple[bool, bool, bool]:
    name = key.key.lower()
    return (_OF_THIS_SESSION in name, key.readonly, key.value is None)
