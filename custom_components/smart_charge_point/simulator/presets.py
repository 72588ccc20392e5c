"""Wallboxes by name, as owners have met them: each a handful of quirks. After public issue threads; none is complete."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from .quirks import ErrorTail, PhaseStyle, Quirks, Refusal, ValueStyle


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A make of wallbox. `free_vend` False: it needs a card or a RemoteStart."""

    vendor: str
    model: str
    firmware: str = "1.0.0"
    quirks: Quirks = field(default_factory=Quirks)
    connectors: int = 1
    phases: int = 1
    free_vend: bool = True


_REGISTER = "Energy.Active.Import.Register"
_POWER = "Power.Active.Import"
_CURRENT = "Current.Import"
_LONGEST = 9_223_372_036_854_775_807

PRESETS: Final[Mapping[str, Preset]] = MappingProxyType(
    {
        "plain": Preset(vendor="Simulated", model="Wallbox"),
        "plain-3-phase": Preset(vendor="Simulated", model="Wallbox 22", phases=3),
        "abb-terra": Preset(
            vendor="ABB",
            model="Terra AC",
            firmware="1.8.21",
            phases=3,
            quirks=Quirks(
                reboots_when_measurands_are_read=True,
                most_stack_level=3,
                only_lowest_stack_level=True,
                status_info="null",
                vendor_error_code="0x0000",
                status_without_time=True,
                phase_style=PhaseStyle.ONLY_FIRST,
                pretty_json=True,
                most_measurands=5,
            ),
        ),
        "alfen-eve": Preset(
            vendor="Alfen BV",
            model="NG910",
            firmware="6.6.0",
            phases=3,
            free_vend=False,
            quirks=Quirks(
                own_transaction_id=_LONGEST,
                measurands_need_phases=True,
                trigger_boot_reboots=True,
                context="CurrentMax",
                samples_in_2020=True,
                only_hexadecimal_tags=True,
                never_answers=frozenset({"UnlockConnector"}),
                vendor_keys=(("PlugAndChargeIdentifier", "PlugAndCharge"),),
            ),
        ),
        "autel": Preset(
            vendor="Autel",
            model="MaxiCharger AC Wallbox",
            firmware="1.49.51",
            free_vend=False,
            quirks=Quirks(
                absolute_needs_start=True,
                refused_kinds=frozenset({"Relative"}),
                sticks_in_finishing=True,
            ),
        ),
        "charge-amps-halo": Preset(
            vendor="Charge Amps AB",
            model="HALO",
            phases=3,
            quirks=Quirks(
                maximum_profile=Refusal.NOT_SUPPORTED,
                units=((_POWER, "Hz"),),
                most_measurands=7,
                unlock_answer="NotSupported",
                vendor_keys=(("ACPhaseSwitchingSupported", "false"),),
            ),
        ),
        "ctek": Preset(
            vendor="CTEK",
            model="Chargestorm",
            phases=3,
            quirks=Quirks(most_stack_level=20),
        ),
        "delta": Preset(
            vendor="Delta",
            model="AC MAX",
            quirks=Quirks(only_hexadecimal_tags=True),
        ),
        "easee": Preset(
            vendor="Easee",
            model="Charge",
            firmware="328",
            phases=3,
            free_vend=False,
            quirks=Quirks(
                least_sample_interval=30,
                refused_kinds=frozenset({"Relative"}),
            ),
        ),
        "elecq": Preset(
            vendor="Elecq",
            model="Home",
            quirks=Quirks(maximum_profile=Refusal.WITHOUT_EFFECT),
        ),
        "en-plus": Preset(
            vendor="EN+",
            model="Caro",
            quirks=Quirks(
                ignores_pings=True,
                status_info="00000000000000000000000000000000",
                never_answers=frozenset({"ChangeAvailability"}),
                data_transfers=(("EN+", "gatewayInfo", '{"rssi":-61}'),),
                keeps_last_transaction_id=True,
                takes_any_measurands=True,
                no_idle_values=True,
                no_idle_voltage=True,
                zero_ends_transaction=True,
            ),
        ),
        "enercab": Preset(
            vendor="Enercab",
            model="eledio",
            quirks=Quirks(stops_late=True, value_style=ValueStyle.BLANK_IN_FRONT),
        ),
        "etrel-inch": Preset(
            vendor="Etrel",
            model="INCH",
            phases=3,
            quirks=Quirks(
                own_transaction_id=-1,
                status_info="Everything is fine with this charging station "
                "and nothing else needs to be said about it here",
                reboot_required=True,
            ),
        ),
        "evbox-elvi": Preset(
            vendor="EV-BOX",
            model="G4-M5320E",
            phases=3,
            quirks=Quirks(
                maximum_profile=Refusal.REJECTED,
                data_transfers=(("EV-BOX", "evbStatusNotification", "1,0,0,0,"),),
                vendor_keys=(("evb_SupportedMeasurands", f"{_REGISTER},{_CURRENT}"),),
                measurands=(_REGISTER, _CURRENT, _POWER, "Temperature"),
                refuses_remote_stop=True,
            ),
        ),
        "evec": Preset(
            vendor="EVEC",
            model="VEC01",
            quirks=Quirks(empty_configuration=True, no_identity=True),
        ),
        "foxess": Preset(
            vendor="FoxESS",
            model="A7300",
            quirks=Quirks(
                probes_first=True,
                subprotocols=("ocpp1.6", "ocpp1.5"),
                redials_after=timedelta(minutes=6),
                maximum_profile=Refusal.WITHOUT_EFFECT,
            ),
        ),
        "givenergy": Preset(
            vendor="GivEnergy",
            model="GIV-EVC-T2-7",
            quirks=Quirks(
                no_identity=True,
                most_profiles=1,
                vendor_keys=(
                    ("Randomised delay duration", "600"),
                    ("EnableLocalModbus", "false"),
                ),
            ),
        ),
        "go-e": Preset(
            vendor="go-e GmbH",
            model="go-eCharger V4",
            firmware="55.5",
            phases=3,
            quirks=Quirks(
                reboots_on_drop=True,
                refused_actions=frozenset({"TriggerMessage"}),
                resumes_unlimited=True,
                ignores_number_of_phases=True,
                readonly_keys=frozenset({"MeterValuesSampledData"}),
                rate_units="Current",
            ),
        ),
        "grizzl-e-smart": Preset(
            vendor="United Chargers",
            model="Grizzl-E Smart",
            firmware="5.6",
            quirks=Quirks(
                no_subprotocol=True,
                error_code="FormationViolation",
                error_tail=ErrorTail.MISSING,
                keys_without_value=frozenset({"AuthorizationCacheEnabled"}),
                unknown_keys=frozenset({"WebSocketPingInterval"}),
                unlock_answer="Accepted",
                register_per_session=True,
                forgets_profiles=True,
            ),
        ),
        "grizzl-e-ultimate": Preset(
            vendor="United Chargers",
            model="Grizzl-E Ultimate",
            firmware="3.09.0",
            quirks=Quirks(
                pretty_json=True,
                availability_on_zero=True,
                own_transaction_id=1058136,
                maximum_profile=Refusal.WITHOUT_EFFECT,
                only_lowest_stack_level=True,
                ignores_limits_below=7.0,
                only_tag="uc_default_auth",
            ),
        ),
        "growatt": Preset(
            vendor="Growatt",
            model="THOR 11AS",
            phases=3,
            quirks=Quirks(
                empty_configuration=True,
                overlong_value_spoils=128,
                most_measurands=5,
                trigger_status_rejected=frozenset({0, 1, 2}),
                utc_offset=timedelta(hours=10),
                register_per_session=True,
                repeats_begin_register=True,
            ),
        ),
        "huawei": Preset(
            vendor="Huawei",
            model="SCharger-7KS",
            quirks=Quirks(
                own_transaction_id=1,
                rate_units="power",
                most_stack_level=30,
                one_phase_below=4500.0,
                no_identity=True,
                zero_ends_transaction=True,
            ),
            phases=3,
        ),
        "keba": Preset(vendor="KEBA", model="P30", phases=3, free_vend=False),
        "legrand": Preset(
            vendor="Legrand",
            model="Green'up",
            phases=3,
            quirks=Quirks(
                error_code_when_fine="Error",
                current_cap=16.0,
                most_stack_level=100,
            ),
        ),
        "mennekes": Preset(
            vendor="MENNEKES",
            model="AMTRON 4You",
            phases=3,
            quirks=Quirks(
                first_dials_after=timedelta(minutes=15),
                least_sample_interval=60,
                closes_idle_after=timedelta(seconds=60),
            ),
        ),
        "morek": Preset(
            vendor="Morek",
            model="A0",
            quirks=Quirks(
                readonly_keys=frozenset({"ClockAlignedDataInterval"}),
                closes_idle_after=timedelta(minutes=60),
                maximum_profile=Refusal.NOT_SUPPORTED,
                transaction_profile=Refusal.REJECTED,
                unanswered_kinds=frozenset({"Absolute"}),
                phase_style=PhaseStyle.ONLY_FIRST,
            ),
        ),
        "necharge": Preset(
            vendor="NEcharge",
            model="Home",
            phases=3,
            quirks=Quirks(
                current_steps=(6.0, 8.0, 10.0, 13.0, 16.0), zero_ends_transaction=True
            ),
        ),
        "ocular": Preset(
            vendor="Ocular",
            model="LTE+",
            quirks=Quirks(
                closes_idle_after=timedelta(seconds=110),
                meter_values_after_stop=True,
                sticks_in_finishing=True,
            ),
        ),
        "openevse": Preset(
            vendor="OpenEVSE",
            model="WiFi v1",
            quirks=Quirks(
                unknown_keys=frozenset({"SupportedFeatureProfiles"}),
                counts_connector_zero=True,
                rate_units=None,
                value_style=ValueStyle.NUMBER,
                clock_starts_at=datetime(1970, 1, 1, tzinfo=UTC),
            ),
        ),
        "project-ev": Preset(
            vendor="Project EV",
            model="Pro Earth",
            quirks=Quirks(availability_rejected=frozenset({0})),
        ),
        "rolec": Preset(vendor="Rolec", model="EVO", quirks=Quirks(current_cap=20.0)),
        "schneider": Preset(
            vendor="Schneider Electric",
            model="EVlink Pro AC",
            phases=3,
            quirks=Quirks(
                maximum_profile=Refusal.REJECTED,
                most_stack_level=999,
                measurands=(_REGISTER, _POWER, _CURRENT),
            ),
        ),
        "sigenergy": Preset(
            vendor="Sigenergy",
            model="EVDC 25",
            phases=3,
            quirks=Quirks(stops_late=True, direct_current=True),
        ),
        "simpson": Preset(
            vendor="Simpson & Partners",
            model="Home 7",
            quirks=Quirks(
                no_identity=True,
                error_code="TypeConstraintViolation",
                error_tail=ErrorTail.TEXT,
                availability_rejected=frozenset({0, 1}),
                longest_tag=19,
            ),
        ),
        "solplanet": Preset(
            vendor="Solplanet",
            model="SOL APOLLO",
            firmware="3.03",
            quirks=Quirks(overlong_value_spoils=128),
        ),
        "syncev": Preset(
            vendor="SyncEV",
            model="EVWC2S7G",
            quirks=Quirks(
                unknown_keys=frozenset({"SupportedFeatureProfiles"}),
                reboots_on_change=True,
                never_answers=frozenset({"ChangeAvailability"}),
                meter_values_only_on_trigger=True,
                phase_style=PhaseStyle.LONE_NEUTRAL,
            ),
        ),
        "teison": Preset(
            vendor="Teison",
            model="Smart MINI",
            quirks=Quirks(never_redials=True, takes_any_measurands=True),
        ),
        "vestel": Preset(
            vendor="Vestel",
            model="EVC04",
            quirks=Quirks(
                most_keys_asked=1,
                no_list_of_all_keys=True,
                register_per_session=True,
                redials_after=timedelta(seconds=25),
                vendor_keys=(
                    ("FreeModeActive", "FALSE"),
                    ("CurrentSessionRandomDelay", "0"),
                    ("ContinueAfterOffPeakHour", "FALSE"),
                ),
            ),
        ),
        "wallbox-pulsar": Preset(
            vendor="Wall Box Chargers",
            model="PLP1-M",
            firmware="6.7.38",
            phases=3,
            free_vend=False,
            quirks=Quirks(
                closes_idle_after=timedelta(seconds=45),
                refused_kinds=frozenset({"Absolute", "Daily", "Weekly"}),
                only_lowest_stack_level=True,
                register_glitches=True,
                no_power=True,
                unlock_answer="NotSupported",
                firmware_status_at_boot=True,
                vendor_error_code="",
            ),
        ),
        "zaptec": Preset(
            vendor="Zaptec",
            model="Go 2",
            phases=3,
            quirks=Quirks(
                meter_on_connector_zero=True,
                bucket_per_measurand=True,
                register_glitches=True,
                maximum_profile=Refusal.NOT_SUPPORTED,
                refuses_remote_stop=True,
            ),
        ),
        "zj-beny": Preset(
            vendor="ZJ Beny",
            model="BCP-AT1N-L",
            quirks=Quirks(empty_composite=True, refuses_remote_stop=True),
        ),
    }
)
"""The presets by the name that the command line takes."""
