"""What real wallboxes do otherwise than OCPP 1.6 says, one switch each. The letter is that of the list of field reports."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Refusal(StrEnum):
    """How something is not done."""

    NONE = ""
    REJECTED = "Rejected"
    NOT_SUPPORTED = "NotSupported"
    NOT_IMPLEMENTED = "NotImplemented"
    WITHOUT_EFFECT = "Accepted"
    SILENCE = "silence"


class ErrorTail(StrEnum):
    """What follows the code and the description of a CALLERROR."""

    OBJECT = "object"
    TEXT = "text"
    MISSING = "missing"


class ValueStyle(StrEnum):
    """How a measured value is written."""

    PLAIN = "plain"
    BLANK_IN_FRONT = "blank in front"
    NUMBER = "number"
    EMPTY = "empty"


class PhaseStyle(StrEnum):
    """How the phases of measured values are told."""

    PLAIN = "plain"
    ONLY_FIRST = "only L1"
    WITH_NEUTRAL = "L1-N on current and power"
    LONE_NEUTRAL = "voltage between N and nothing"
    REGISTER_ON_FIRST = "register tagged L1"
    ZEROS = "power phase by phase, zeros on the idle ones"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quirks:
    """All switches; the defaults are a wallbox without quirks."""

    # Transport
    no_subprotocol: bool = False
    """T1: asks for no websocket subprotocol, and names a tiny client and an Origin."""
    subprotocols: tuple[str, ...] = ("ocpp1.6",)
    """T2: offers other subprotocols besides."""
    probes_first: bool = False
    """T2: opens a socket for three seconds and throws it away before it connects in earnest."""
    no_identity: bool = False
    """T3: dials the bare address; only the BootNotification says who it is."""
    appends_serial: bool = False
    """T4: appends its serial number to the address it was given."""
    trailing_slash: bool = False
    """T4: ends the address with a slash."""
    ignores_pings: bool = False
    """T5: never answers a websocket ping."""
    closes_idle_after: timedelta | None = None
    """T6: closes a socket on which nothing has come for so long."""
    reconnects_without_boot: bool = True
    """T7: sends no BootNotification after a reconnect. OCPP wants it so; False is the quirk of the minority."""
    leaves_sockets_open: bool = False
    """T8: dials anew before the old socket is dead."""
    redials_after: timedelta | None = None
    """T9: waits so long after a drop."""
    never_redials: bool = False
    """T9: does not dial again until the power was cut."""
    first_dials_after: timedelta = timedelta()
    """T9: dials so long after power-up."""
    reboots_on_drop: bool = False
    """T10: restarts whenever the central system hangs up."""
    pretty_json: bool = False
    """T12: writes JSON with newlines and tabs."""
    speaks_before_answering: bool = False
    """T12: sends a call of its own between a request and its answer."""
    error_code: str | None = None
    """T14: every CALLERROR has this code."""
    error_tail: ErrorTail = ErrorTail.OBJECT
    """T14: what a CALLERROR ends with."""
    never_answers: frozenset[str] = frozenset()
    """T15: takes calls of these actions, does nothing and never answers."""

    refused_actions: frozenset[str] = frozenset()
    """T14: answers calls of these actions with a CALLERROR."""

    # Configuration
    unknown_keys: frozenset[str] = frozenset()
    """C1, C8: says it does not know these keys."""
    feature_profiles: str | None = None
    """C1: what SupportedFeatureProfiles says."""
    empty_configuration: bool = False
    """C2: answers GetConfiguration with an empty list."""
    keys_without_value: frozenset[str] = frozenset()
    """C3: lists these keys without a value."""
    overlong_value_spoils: int | None = None
    """C4: a value longer than this overwrites NumberOfConnectors with rubbish."""
    counts_connector_zero: bool = False
    """C5: NumberOfConnectors is one too many."""
    most_keys_asked: int | None = None
    """C6: GetConfigurationMaxKeys, which is enforced by silently answering no more."""
    no_list_of_all_keys: bool = False
    """C6: answers nothing useful when all keys are asked for."""
    measurands: tuple[str, ...] | None = None
    """C7: knows only these measurands; one unknown name and the whole list is rejected."""
    most_measurands: int | None = None
    """C7: takes no longer list than this."""
    measurands_need_phases: bool = False
    """C7: currents and voltages must be asked for phase by phase."""
    takes_any_measurands: bool = False
    """C7: accepts every list and reports what it pleases."""
    reboots_when_measurands_are_read: bool = False
    """C7: accepts a new list of measurands, and restarts when it is read back."""
    readonly_keys: frozenset[str] = frozenset()
    """C7, C8: these keys cannot be written."""
    reboot_required: bool = False
    """C7: every write is answered with RebootRequired, and takes effect after the restart."""
    reboots_on_change: bool = False
    """C9: restarts on every ChangeConfiguration."""
    rate_units: str | None = "Current,Power"
    """C10: ChargingScheduleAllowedChargingRateUnit; None: no such key."""
    most_stack_level: int = 8
    """C11: ChargeProfileMaxStackLevel."""
    first_read_fails: bool = False
    """C11: the first GetConfiguration after power-up fails."""
    vendor_keys: tuple[tuple[str, str], ...] = ()
    """C12: further keys."""
    own_delay_key: str | None = None
    """C12: delays each beginning by itself, by the seconds of this further key."""

    # Boot and status
    trigger_boot_reboots: bool = False
    """B2: takes TriggerMessage(BootNotification) for an order to restart."""
    error_code_when_fine: str | None = None
    """B3: the errorCode that stands for no error."""
    status_info: str | None = None
    """B3: the `info` of every status."""
    vendor_error_code: str | None = None
    """B3: the `vendorErrorCode` of every status."""
    status_without_time: bool = False
    """B3: statuses carry no timestamp."""
    clock_starts_at: datetime | None = None
    """B3: thinks it is then, from power-up until the central system has accepted it."""
    silent_connector_zero: bool = False
    """B4: never reports connector 0."""
    availability_on_zero: bool = False
    """B4: says only on connector 0 whether it is available."""
    availability_rejected: frozenset[int] = frozenset()
    """B5: rejects ChangeAvailability for these connectors."""
    sticks_in_finishing: bool = False
    """B6: rejects RemoteStart after a transaction until the cable was out."""
    trigger_status_rejected: frozenset[int] = frozenset()
    """B7: rejects TriggerMessage(StatusNotification) for these connectors."""
    unlock_answer: str | None = None
    """B8: what it answers to UnlockConnector, valid or not."""
    firmware_status_at_boot: bool = False
    """B9: reports Installed after each boot, unasked."""
    data_transfers: tuple[tuple[str, str, str], ...] = ()
    """B10: sends these (vendor, message, data) each minute, and after each boot."""

    # Transactions
    own_transaction_id: int | None = None
    """X1: uses this id in MeterValues."""
    idle_transaction_id: int | None = None
    """X1: uses this id in MeterValues outside transactions."""
    keeps_last_transaction_id: bool = False
    """X2: goes on using the last id outside transactions."""
    meter_values_after_stop: bool = False
    """X2: sends the closing MeterValues after StopTransaction."""
    stops_late: bool = False
    """X3: sends StopTransaction only after the next reconnect."""
    offline_stop_has_no_id: bool = False
    """X3: a transaction begun offline ends with id -1."""
    longest_tag: int = 20
    """X5: refuses longer tags in RemoteStart."""
    only_hexadecimal_tags: bool = False
    """X5: refuses tags that are not hexadecimal in RemoteStart."""
    only_tag: str | None = None
    """X5: refuses every other tag in RemoteStart."""
    refuses_remote_stop: bool = False
    """X6: rejects RemoteStop."""
    register_per_session: bool = False
    """X7: meterStart is 0 and the register counts the session."""
    repeats_begin_register: bool = False
    """X9: each MeterValues repeats the register of the beginning beside the present one."""
    stop_in_transaction_data: bool = False
    """X10: the last register is in transactionData; meterStop is 0."""
    no_stop_on_unplug: bool = False
    """X11: sends no StopTransaction when the cable is pulled."""
    repeats_start: bool = False
    """X12: sends each StartTransaction twice, as if the first answer had been lost."""

    # Meter values
    value_style: ValueStyle = ValueStyle.PLAIN
    """M2: how values are written."""
    empty_measurands: frozenset[str] = frozenset()
    """M2: these measurands have the value ""."""
    units: tuple[tuple[str, str | None], ...] = ()
    """M3: the unit said with a measurand; None: none."""
    register_in_kwh: bool = False
    """M3: the register is in kWh."""
    context: str | None = None
    """M3: the context of every sample; empty: left out on every other one."""
    phase_style: PhaseStyle = PhaseStyle.PLAIN
    """M4: how phases are told."""
    meter_on_connector_zero: bool = False
    """M5: MeterValues are about connector 0."""
    bucket_per_measurand: bool = False
    """M5: each measurand has a MeterValue of its own."""
    register_glitches: bool = False
    """M6: every tenth register is 0."""
    no_power: bool = False
    """M7: knows no Power.Active.Import."""
    utc_offset: timedelta | None = None
    """M8: writes local time with this offset."""
    samples_in_2020: bool = False
    """M8: MeterValues are from 2020."""
    least_sample_interval: int = 1
    """M9: takes no shorter MeterValueSampleInterval, in seconds."""
    meter_values_only_on_trigger: bool = False
    """M9: sends MeterValues only when triggered."""
    trigger_meter_values: Refusal = Refusal.NONE
    """M9: how TriggerMessage(MeterValues) is refused."""
    no_idle_values: bool = False
    """M10: sends no MeterValues outside transactions."""
    no_idle_voltage: bool = False
    """M10: the voltage is 0 while nothing flows."""
    direct_current: bool = False
    """M11: measures a direct current: no phases, some 400 V."""

    # Smart charging
    maximum_profile: Refusal = Refusal.NONE
    """S1: what becomes of a ChargePointMaxProfile."""
    default_profile: Refusal = Refusal.NONE
    """S2: what becomes of a TxDefaultProfile."""
    transaction_profile: Refusal = Refusal.NONE
    """S2: what becomes of a TxProfile."""
    refused_kinds: frozenset[str] = frozenset()
    """S3: rejects these of Absolute, Relative, Daily, Weekly."""
    unanswered_kinds: frozenset[str] = frozenset()
    """S3: never answers these."""
    absolute_needs_start: bool = False
    """S3: rejects Absolute without startSchedule."""
    only_lowest_stack_level: bool = False
    """S4: accepts every stack level and follows only 0."""
    least_limit: float = 0.0
    """S5: rejects profiles with a limit between 0 and this."""
    ignores_limits_below: float = 0.0
    """S5: takes limits between 0 and this for no limit."""
    current_steps: tuple[float, ...] = ()
    """S5: rounds down to one of these amperes."""
    current_cap: float | None = None
    """S5: a setting in its own app allows no more amperes."""
    zero_ends_transaction: bool = False
    """S6: a limit of 0 ends the transaction."""
    resumes_unlimited: bool = False
    """S6: the first limit after a pause at 0 is taken for none."""
    one_phase_below: float | None = None
    """S7: charges on one phase where fewer watts than this are allowed."""
    empty_composite: bool = False
    """S8: a composite schedule has no periods."""
    clearing_spikes: bool = False
    """S9: for two seconds after ClearChargingProfile nothing limits it."""
    ignores_number_of_phases: bool = False
    """S10: reckons with its own phases whatever numberPhases says, or does not."""
    null_hangs: bool = False
    """S11: a null in a profile makes it hang; it drops the line 20 s later and has not answered."""
    forgets_profiles: bool = False
    """S12: profiles do not outlive a restart."""
    old_profile: bool = False
    """S13: holds 16 A for every transaction at its highest stack level, from a former life."""
    most_periods: int = 24
    """ChargingScheduleMaxPeriods."""
    most_profiles: int = 10
    """MaxChargingProfilesInstalled."""
    too_many_periods: Refusal = Refusal.REJECTED
    """How a profile with too many periods is refused; some stacks never answer."""
    composite: Refusal = Refusal.NONE
    """How GetCompositeSchedule is refused."""
