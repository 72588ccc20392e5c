"""How a session can begin while the central system is gone, and seeing to it that there is a way (reg. 7, A7.3)."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import chain
from typing import Final

from ...model.capabilities import OfflineStart
from ..link import (
    Answer,
    CallRefusedError,
    CallTimedOutError,
    Configuration,
    ConfigurationKey,
    Link,
)
from .settings import is_true

LOCAL: Final = "LocalAuthorizeOffline"
UNKNOWN_CARDS: Final = "AllowOfflineTxForUnknownId"
CACHE: Final = "AuthorizationCacheEnabled"
LOCAL_LIST: Final = "LocalAuthListEnabled"
FREE_WHEN_TRUE: Final = (
    "FreeVend",
    "FreeVendActive",
    "MO_FreeVendActive",
    "Cst_FreeVendActive",
    "FreevendEnabled",
    "FreeModeActive",
    "FreeMode",
)
"""Where wallboxes are known to keep whether they charge whatever is plugged in; OCPP 1.6 has no standard key."""
FREE_WHEN_FALSE: Final = ("AuthorizationEnabled", "AuthEnabled")
"""Where others keep whether anybody must be authorised at all."""
KEYS: Final = (
    LOCAL,
    UNKNOWN_CARDS,
    CACHE,
    LOCAL_LIST,
    *FREE_WHEN_TRUE,
    *FREE_WHEN_FALSE,
)

PATIENCE: Final = 3
"""Questions without any answer after which no more are asked."""

type Write = tuple[str, str]
"""A key and the value that it is to have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineStartReport:
    """What was found in the end, and what was written on the way.

    `stopped`: the wallbox fell silent at the last write, so no more was asked of it.
    """

    path: OfflineStart
    asked: frozenset[Write] = frozenset()
    stopped: bool = False


def offline_path(configuration: Configuration, *, listed: bool) -> OfflineStart:
    """Return how a session can begin offline by what the wallbox says; `listed`: its local list has somebody on it.

    Source: OCPP 1.6 sections 3.5.2 to 3.5.4 and 9.1.
    """
    if _free(configuration):
        return OfflineStart.NO_CARD
    # Where there is no such key, nothing forbids it.
    local = _flag(configuration, LOCAL)
    if _flag(configuration, UNKNOWN_CARDS) and local is not False:
        return OfflineStart.ANY_CARD
    if local and (
        _flag(configuration, CACHE) or (_flag(configuration, LOCAL_LIST) and listed)
    ):
        return OfflineStart.KNOWN_CARD
    return OfflineStart.NONE


async def secure_offline_start(
    link: Link,
    *,
    free_vend: bool,
    asked: Collection[Write] = (),
    read_only: bool = False,
) -> OfflineStartReport:
    """See to it that a session can begin offline, and read back that it can.

    What can is left alone. Where nothing can, one way after the other is switched on until one reads back as it was
    written; charging whatever is plugged in only where `free_vend` says that the owner wants it. `asked` are writes that
    were tried before and need no second try; `read_only` writes nothing at all.

    Raises:
        NotConnectedError: the link was lost.
    """
    known = await _read(link, KEYS)
    listed = await _has_list(link, known)
    path = offline_path(known, listed=listed)
    made: set[Write] = set()
    for writes in () if read_only else _ways(free_vend=free_vend):
        if path is not OfflineStart.NONE:
            break
        for name, value in writes:
            key = known.keys.get(name.lower())
            if key is None or key.readonly or (key.key, value) in asked:
                continue
            if _flag(known, name) is is_true(value):
                continue
            made.add((key.key, value))
            try:
                answer = await link.configure(key.key, value)
            except CallTimedOutError:
                return OfflineStartReport(
                    path=path, asked=frozenset(made), stopped=True
                )
            except CallRefusedError:
                continue
            if answer in {Answer.ACCEPTED, Answer.REBOOT_REQUIRED}:
                known = _merged(known, await _read(link, (key.key,)))
        path = offline_path(known, listed=listed)
    return OfflineStartReport(path=path, asked=frozenset(made))


def _ways(*, free_vend: bool) -> tuple[tuple[Write, ...], ...]:
    """Return what to switch on, the best way first: who has no card is helped by the second only."""
    unknown_cards = ((LOCAL, "true"), (UNKNOWN_CARDS, "true"))
    known_cards = ((LOCAL, "true"), (CACHE, "true"))
    free = chain(
        ((name, "true") for name in FREE_WHEN_TRUE),
        ((name, "false") for name in FREE_WHEN_FALSE),
    )
    return (
        unknown_cards,
        *(((way,) for way in free) if free_vend else ()),
        known_cards,
    )


def _free(configuration: Configuration) -> bool:
    return any(_flag(configuration, name) for name in FREE_WHEN_TRUE) or any(
        _flag(configuration, name) is False for name in FREE_WHEN_FALSE
    )


def _flag(configuration: Configuration, name: str) -> bool | None:
    """Return what a key says, None where there is none or it says nothing."""
    key = configuration.keys.get(name.lower())
    return None if key is None or not key.value else is_true(key.value)


async def _read(link: Link, names: tuple[str, ...]) -> Configuration:
    """Return the keys, all asked for at once and what is missing then once more by itself: some answer only so many."""
    keys: dict[str, ConfigurationKey] = {}
    unknown: set[str] = set()
    silences = 0
    for part in (names, *((name,) for name in names if len(names) > 1)):
        if silences >= PATIENCE or all(
            name.lower() in keys.keys() | unknown for name in part
        ):
            continue
        try:
            answer = await link.configuration(part)
        except CallTimedOutError:
            silences += 1
            continue
        except CallRefusedError:
            continue
        keys |= answer.keys
        unknown |= {name.lower() for name in answer.unknown}
    return Configuration(keys=keys, unknown=frozenset(unknown))


def _merged(before: Configuration, after: Configuration) -> Configuration:
    return Configuration(keys={**before.keys, **after.keys}, unknown=before.unknown)


async def _has_list(link: Link, configuration: Configuration) -> bool:
    """Return whether somebody is on the wallbox's local list; asked only where that can matter."""
    if not _flag(configuration, LOCAL_LIST):
        return False
    try:
        version = (await link.call("GetLocalListVersion", {})).get("listVersion")
    except CallRefusedError, CallTimedOutError:
        return False
    return isinstance(version, int) and version > 0
