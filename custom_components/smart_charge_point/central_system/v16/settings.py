"""The few configuration keys of OCPP 1.6 that a home wants set, and the values that already do."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from ..link import Configuration

ENERGY: Final = "Energy.Active.Import.Register"
POWER: Final = "Power.Active.Import"
LONGEST_VALUE: Final = 128
"""Characters: a longer value overwrites its neighbours in some wallboxes (wallbox-quirks.md C4)."""
MOST_MEASURANDS: Final = 5
MEASURANDS_KEY: Final = "MeterValuesSampledData"
MEASURANDS_MAX_KEY: Final = "MeterValuesSampledDataMaxLength"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a charge point should report and keep: whole seconds, counts, and measurands by their worth."""

    sample_interval: int = 10
    slower_sample_intervals: tuple[int, ...] = (30, 60)
    """Tried in turn where the wallbox refuses: some do not sample more often (M9)."""
    measurands: tuple[str, ...] = (
        ENERGY,
        POWER,
        "Current.Import",
        "Voltage",
        "Current.Offered",
    )
    measurands_with_phases: tuple[str, ...] = (
        ENERGY,
        POWER,
        "Current.Import.L1",
        "Voltage.L1-N",
    )
    """What a wallbox takes that wants a phase in the name and refuses the whole list without (C7)."""
    heartbeat_interval: int = 300
    ping_interval: int = 30
    message_attempts: int = 5
    """So that a restart of Home Assistant loses no transaction."""
    retry_interval: int = 60


HOME: Final = Settings()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One key: the values to try, best first, and whether a value that it has will do."""

    key: str
    candidates: tuple[str, ...]
    will_do: Callable[[str], bool]


def wanted(configuration: Configuration, desired: Settings) -> tuple[Wanted, ...]:
    """Return what is wanted of a charge point with `configuration`, dearest first, as the first write may reboot it.

    Clock-aligned samples are left as they are: the samples of the transactions say all that the ledger needs, and each
    write is a risk.
    """
    return (
        *(
            Wanted(key=key, candidates=("true",), will_do=is_true)
            for key in (
                "LocalAuthorizeOffline",
                "AllowOfflineTxForUnknownId",
                "StopTransactionOnEVSideDisconnect",
            )
        ),
        Wanted(
            key="MeterValueSampleInterval",
            candidates=tuple(
                str(seconds)
                for seconds in (
                    desired.sample_interval,
                    *desired.slower_sample_intervals,
                )
            ),
            will_do=_within(1, desired.sample_interval),
        ),
        Wanted(
            key=MEASURANDS_KEY,
            candidates=_measurand_lists(configuration, desired),
            will_do=_measures_energy_and_power,
        ),
        Wanted(
            key="TransactionMessageAttempts",
            candidates=(str(desired.message_attempts),),
            will_do=_within(desired.message_attempts),
        ),
        Wanted(
            key="TransactionMessageRetryInterval",
            candidates=(str(desired.retry_interval),),
            will_do=_within(desired.retry_interval),
        ),
        Wanted(
            key="WebSocketPingInterval",
            candidates=(str(desired.ping_interval),),
            will_do=_within(10, 60),
        ),
        Wanted(
            key="HeartbeatInterval",
            candidates=(str(desired.heartbeat_interval),),
            will_do=_within(30, desired.heartbeat_interval),
        ),
    )


def whole_number(value: str | None) -> int | None:
    """Return `value` as a number of 0 or more, None where it is not one: blanks and `.0` are let pass."""
    text = (value or "").strip().removesuffix(".0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def items(value: str) -> tuple[str, ...]:
    """Return the items of a list value, whatever blanks and separators it has."""
    return tuple(
        item for part in value.replace(";", ",").split(",") if (item := part.strip())
    )


def is_true(value: str) -> bool:
    """Return whether a value says yes, in any of the words that wallboxes have for it."""
    return value.strip().lower() in {"true", "1", "yes", "on"}


def _within(least: int, most: int = 10**9) -> Callable[[str], bool]:
    def check(value: str) -> bool:
        number = whole_number(value)
        return number is not None and least <= number <= most

    return check


def _measures_energy_and_power(value: str) -> bool:
    names = [item.lower() for item in items(value)]
    return all(
        any(name.startswith(measurand.lower()) for name in names)
        for measurand in (ENERGY, POWER)
    )


def _measurand_lists(
    configuration: Configuration, desired: Settings
) -> tuple[str, ...]:
    reported = configuration.keys.get(MEASURANDS_MAX_KEY.lower())
    told = whole_number(reported.value) if reported is not None else None
    most = min(told or MOST_MEASURANDS, MOST_MEASURANDS)
    lists: Iterable[tuple[str, ...]] = (
        desired.measurands[:most],
        desired.measurands_with_phases[:most],
        desired.measurands[:2][:most],
        desired.measurands[:1],
    )
    joined = (",".join(names) for names in lists)
    return tuple(
        dict.fromkeys(value for value in joined if len(value) <= LONGEST_VALUE)
    )
