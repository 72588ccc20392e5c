"""The configuration that a quirky wallbox comes with."""

from dataclasses import replace
from typing import Final

from .configuration import MEASURANDS, Configuration, Key, Type, standard_keys
from .quirks import Quirks

MEASURAND_KEYS: Final = frozenset(
    {
        "metervaluessampleddata",
        "metervaluesaligneddata",
        "stoptxnsampleddata",
        "stoptxnaligneddata",
    }
)
"""The names, in lower case, of the keys that hold lists of measurands."""


def is_measurand_list(name: str) -> bool:
    """Return whether a key holds a list of measurands."""
    return name.lower() in MEASURAND_KEYS


def configuration(
    quirks: Quirks, *, connectors: int, phases: int, free_vend: bool
) -> Configuration:
    """Return the keys of a new wallbox."""
    keys = Configuration(
        standard_keys(
            connectors=connectors,
            units=quirks.rate_units or "Current",
            free_vend=free_vend,
        )
    )
    if quirks.feature_profiles is not None:
        keys.put_value("SupportedFeatureProfiles", quirks.feature_profiles)
    if quirks.counts_connector_zero:
        keys.put_value("NumberOfConnectors", str(connectors + 1))
    if quirks.most_keys_asked is not None:
        keys.put_value("GetConfigurationMaxKeys", str(quirks.most_keys_asked))
    keys.put_value("ChargeProfileMaxStackLevel", str(quirks.most_stack_level))
    keys.put_value("ChargingScheduleMaxPeriods", str(quirks.most_periods))
    keys.put_value("MaxChargingProfilesInstalled", str(quirks.most_profiles))
    if quirks.rate_units is None:
        keys.remove("ChargingScheduleAllowedChargingRateUnit")
    _limit_measurands(keys, quirks, phases)
    interval = keys.key("MeterValueSampleInterval")
    if interval is not None:
        keys.put(
            replace(
                interval,
                least=quirks.least_sample_interval
                if quirks.least_sample_interval > 1
                else 0,
            )
        )
    for name, value in quirks.vendor_keys:
        keys.put(Key(name=name, value=value))
    for key in keys:
        keys.put(
            replace(
                key,
                value=None if key.name in quirks.keys_without_value else key.value,
                readonly=key.readonly or key.name in quirks.readonly_keys,
                needs_reboot=quirks.reboot_required,
            )
        )
    return keys


def _limit_measurands(keys: Configuration, quirks: Quirks, phases: int) -> None:
    """Let the lists of measurands take what this wallbox knows."""
    known = quirks.measurands or MEASURANDS
    if quirks.no_power:
        known = tuple(name for name in known if name != "Power.Active.Import")
    if quirks.measurands_need_phases:
        known = tuple(each for name in known for each in _phase_by_phase(name, phases))
    most = quirks.most_measurands or len(known)
    for key in keys:
        if key.type is Type.LIST and is_measurand_list(key.name):
            kept = [
                name
                for name in known
                if name.split(".L")[0] in (key.value or "").split(",")
            ]
            keys.put(
                replace(key, known=known, most_items=most, value=",".join(kept[:most]))
            )
    for name in ("MeterValuesSampledDataMaxLength", "MeterValuesAlignedDataMaxLength"):
        keys.put_value(name, str(most))


def _phase_by_phase(name: str, phases: int) -> tuple[str, ...]:
    suffixes = {"Current.Import": "", "Voltage": "-N"}
    if name not in suffixes:
        return (name,)
    return tuple(f"{name}.L{phase}{suffixes[name]}" for phase in range(1, phases + 1))
