"""Asking a charge point for its configuration: all at once, in parts, or key by key."""

from collections import deque
from collections.abc import Awaitable, Callable
from itertools import batched, chain
from typing import Final

from ..link import (
    CallError,
    CallTimedOutError,
    Configuration,
    ConfigurationKey,
    Link,
    NotConnectedError,
)
from .own_delay import DELAY_KEYS
from .settings import HOME, MEASURANDS_MAX_KEY, wanted, whole_number

PATIENCE: Final = 3
"""Questions in a row without any answer after which no more are asked."""
USUAL_MAX_KEYS: Final = 10

CAPABILITY_KEYS: Final = (
    "NumberOfConnectors",
    "ChargeProfileMaxStackLevel",
    "ChargingScheduleMaxPeriods",
    "MaxChargingProfilesInstalled",
    "ChargingScheduleAllowedChargingRateUnit",
    "SupportedFeatureProfiles",
)


async def ask_for_configuration(
    link: Link, on_silence: Callable[[], Awaitable[None]] | None = None
) -> Configuration:
    """Return all keys, asked for at once, or in parts, or one by one, whichever the charge point answers.

    Where the first question is not answered at all, the others may take minutes to no avail: `on_silence` is awaited
    before them, for what cannot wait.

    Raises:
        NotConnectedError: the link was lost.
    """
    everything: Configuration | None = None
    try:
        everything = await link.configuration()
    except NotConnectedError:
        raise
    except CallTimedOutError:
        if on_silence is not None:
            await on_silence()
    except CallError:
        pass
    answers = [] if everything is None else [everything]
    known = _merged(answers)
    names = [
        *CAPABILITY_KEYS,
        MEASURANDS_MAX_KEY,
        *(want.key for want in wanted(known, HOME)),
    ]
    if not known.keys:
        names += DELAY_KEYS
        limit = await _ask(link, ("GetConfigurationMaxKeys",))
        answers += [] if limit is None else [limit]
        known = _merged(answers)
    missing = [
        name for name in names if name.lower() not in known.keys.keys() | known.unknown
    ]
    most = known.keys.get("getconfigurationmaxkeys")
    size = (
        USUAL_MAX_KEYS
        if most is None
        else min(max(1, whole_number(most.value) or 1), USUAL_MAX_KEYS)
    )
    answers += await _ask_in_parts(link, missing, size)
    return _merged(answers)


async def _ask_in_parts(link: Link, names: list[str], size: int) -> list[Configuration]:
    """Ask for `names`, `size` at a time, then singly once that is not answered; give up after `PATIENCE` silences."""
    answers: list[Configuration] = []
    waiting = deque(batched(names, size, strict=False))
    silences = 0
    while waiting and silences < PATIENCE:
        part = waiting.popleft()
        answer = await _ask(link, part)
        if answer is not None and (answer.keys or answer.unknown):
            answers.append(answer)
            silences = 0
        elif len(part) > 1:
            waiting = deque((name,) for name in chain(part, *waiting))
        else:
            silences += 1
    return answers


async def _ask(link: Link, names: tuple[str, ...]) -> Configuration | None:
    try:
        return await link.configuration(names)
    except NotConnectedError:
        raise
    except CallError:
        return None


def _merged(answers: list[Configuration]) -> Configuration:
    keys: dict[str, ConfigurationKey] = {}
    for answer in answers:
        keys |= answer.keys
    unknown = frozenset(name.lower() for answer in answers for name in answer.unknown)
    return Configuration(keys=keys, unknown=unknown - keys.keys())
