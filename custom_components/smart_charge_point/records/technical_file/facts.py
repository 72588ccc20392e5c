"""Facts: what a technical file says of an installation, each as it was seen, when and how often."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum, auto
from hashlib import sha256
from typing import Any, Final

from ...rules.ruleset import RulesetId
from ..exports.table import plain_text
from .canonical import canonical


class Kind(Enum):
    """How a fact is written."""

    TEXT = auto()
    """As it is: whoever told it may have put anything into it."""
    WORD = auto()
    """One of a few words, each with a text."""
    COUNT = auto()
    NUMBER = auto()
    """To three digits behind the decimal point."""
    SECONDS = auto()
    MINUTES = auto()
    AMPERES = auto()
    KILOWATT_HOURS = auto()
    SHARE = auto()
    """Of 1; read in per cent."""
    TIME = auto()
    """ISO 8601, UTC."""


class Fact(StrEnum):
    """What is said, in the words of requirements.md section 5."""

    ACCURACY = "accuracy"
    ACCURACY_MARGIN = "accuracy_margin"
    ACCURACY_SIDE = "accuracy_side"
    AGREEMENT = "agreement"
    AGREEMENT_REFERENCE = "agreement_reference"
    BANK_HOLIDAYS = "bank_holidays"
    BUYER = "buyer"
    CHARGER_PORTS = "charger_ports"
    CHOSEN_AT = "chosen_at"
    CHOSEN_BY = "chosen_by"
    CLOCK_CHANGE_RESTS = "clock_change_rests"
    CONNECTORS = "connectors"
    CONTACT = "contact"
    DECISIONS = "decisions"
    DECISIONS_FROM = "decisions_from"
    DECISIONS_UNTIL = "decisions_until"
    DELAYS_SKIPPED = "delays_skipped"
    DELAY_MAXIMUM = "delay_maximum"
    DELAY_RESTS = "delay_rests"
    DELETED = "deleted"
    DELETION = "deletion"
    DELETION_LEFT = "deletion_left"
    DRAWS = "draws"
    DRAWS_LEAST = "draws_least"
    DRAWS_MEAN = "draws_mean"
    DRAWS_MOST = "draws_most"
    DRAWS_P = "draws_p"
    DSR_OPT_OUTS = "dsr_opt_outs"
    DSR_RESTS = "dsr_rests"
    DSR_SERVED = "dsr_served"
    DSR_SOURCES = "dsr_sources"
    ENCRYPTION = "encryption"
    ENERGY = "energy"
    FILE_STATE = "file_state"
    FIRMWARE = "firmware"
    FIRMWARES = "firmwares"
    FLOW_TIME = "flow_time"
    FUNCTIONS_KEPT = "functions_kept"
    HOME = "home"
    HOME_ASSISTANT = "home_assistant"
    HOURS_CHOICE = "hours_choice"
    HOURS_HELD = "hours_held"
    HOURS_RESTS = "hours_rests"
    INTEGRATION = "integration"
    LIMIT_RESTS = "limit_rests"
    LOG_CHAIN = "log_chain"
    MAKE = "make"
    MALFORMED = "malformed"
    MANUAL = "manual"
    MANUFACTURER = "manufacturer"
    MAXIMUM = "maximum"
    MINUTES_OUTSIDE = "minutes_outside"
    MODEL = "model"
    NAME = "name"
    NEXT_CLOCK_CHANGE = "next_clock_change"
    OCPP = "ocpp"
    OCPP_LIBRARY = "ocpp_library"
    OFFLINE_ENERGY = "offline_energy"
    OFFLINE_RECOVERED = "offline_recovered"
    OFFLINE_START = "offline_start"
    OFFLINE_TEST = "offline_test"
    OVERRIDES = "overrides"
    OWN_DELAY = "own_delay"
    PASSWORD = "password"  # noqa: S105 - the name of a fact
    PHASES = "phases"
    PHYSICAL = "physical"
    PORTS = "ports"
    POWER_CUT = "power_cut"
    POWER_SOURCE = "power_source"
    PROVIDERS = "providers"
    RATE_CHANGED = "rate_changed"
    RATE_CHANGES = "rate_changes"
    RATE_DOWN_P50 = "rate_down_p50"
    RATE_DOWN_P95 = "rate_down_p95"
    RATE_UP_P50 = "rate_up_p50"
    RATE_UP_P95 = "rate_up_p95"
    READ_BACK = "read_back"
    READ_BACK_MINUTES = "read_back_minutes"
    REFUSALS = "refusals"
    REFUSALS_BY_CODE = "refusals_by_code"
    RULESET = "ruleset"
    SECONDS = "seconds"
    SECRETS = "secrets"
    SELLER = "seller"
    SERIAL = "serial"
    SESSIONS = "sessions"
    SESSIONS_FROM = "sessions_from"
    SESSIONS_UNTIL = "sessions_until"
    SETUP_INPUTS = "setup_inputs"
    SOFTWARE_MANUAL = "software_manual"
    SOLD = "sold"
    SUPPLIER_CHANGE = "supplier_change"
    SUPPLIER_CHANGES = "supplier_changes"
    SUPPORT_END = "support_end"
    TAMPER_REACTION = "tamper_reaction"
    TAMPER_REPORTS = "tamper_reports"
    TARIFF = "tariff"
    TESTS = "tests"
    TIME_SHIFT_P50 = "time_shift_p50"
    TIME_SHIFT_P95 = "time_shift_p95"
    UPDATE_CHECK = "update_check"
    USER_DECISIONS = "user_decisions"


KINDS: Final[Mapping[Fact, Kind]] = {
    **dict.fromkeys(Fact, Kind.TEXT),
    **dict.fromkeys(
        (
            Fact.ACCURACY_SIDE,
            Fact.BANK_HOLIDAYS,
            Fact.CLOCK_CHANGE_RESTS,
            Fact.DELAY_RESTS,
            Fact.DELETION_LEFT,
            Fact.DSR_RESTS,
            Fact.ENCRYPTION,
            Fact.FILE_STATE,
            Fact.FUNCTIONS_KEPT,
            Fact.HOURS_CHOICE,
            Fact.HOURS_HELD,
            Fact.HOURS_RESTS,
            Fact.LIMIT_RESTS,
            Fact.OFFLINE_START,
            Fact.PASSWORD,
            Fact.POWER_CUT,
            Fact.POWER_SOURCE,
            Fact.READ_BACK,
            Fact.TAMPER_REACTION,
            Fact.TARIFF,
        ),
        Kind.WORD,
    ),
    **dict.fromkeys(
        (
            Fact.CONNECTORS,
            Fact.DECISIONS,
            Fact.DELAYS_SKIPPED,
            Fact.DELETED,
            Fact.DRAWS,
            Fact.DSR_OPT_OUTS,
            Fact.DSR_SERVED,
            Fact.DSR_SOURCES,
            Fact.MALFORMED,
            Fact.OFFLINE_RECOVERED,
            Fact.OVERRIDES,
            Fact.PHASES,
            Fact.PORTS,
            Fact.RATE_CHANGES,
            Fact.REFUSALS,
            Fact.SECONDS,
            Fact.SESSIONS,
            Fact.SETUP_INPUTS,
            Fact.SUPPLIER_CHANGES,
            Fact.TAMPER_REPORTS,
            Fact.USER_DECISIONS,
        ),
        Kind.COUNT,
    ),
    **dict.fromkeys((Fact.ACCURACY, Fact.ACCURACY_MARGIN), Kind.SHARE),
    Fact.DRAWS_P: Kind.NUMBER,
    **dict.fromkeys(
        (
            Fact.DELAY_MAXIMUM,
            Fact.DRAWS_LEAST,
            Fact.DRAWS_MEAN,
            Fact.DRAWS_MOST,
            Fact.OWN_DELAY,
            Fact.RATE_DOWN_P50,
            Fact.RATE_DOWN_P95,
            Fact.RATE_UP_P50,
            Fact.RATE_UP_P95,
            Fact.TIME_SHIFT_P50,
            Fact.TIME_SHIFT_P95,
        ),
        Kind.SECONDS,
    ),
    **dict.fromkeys(
        (
            Fact.FLOW_TIME,
            Fact.MINUTES_OUTSIDE,
            Fact.OFFLINE_TEST,
            Fact.READ_BACK_MINUTES,
        ),
        Kind.MINUTES,
    ),
    Fact.MAXIMUM: Kind.AMPERES,
    **dict.fromkeys((Fact.ENERGY, Fact.OFFLINE_ENERGY), Kind.KILOWATT_HOURS),
    **dict.fromkeys(
        (
            Fact.CHOSEN_AT,
            Fact.DECISIONS_FROM,
            Fact.DECISIONS_UNTIL,
            Fact.DELETION,
            Fact.NEXT_CLOCK_CHANGE,
            Fact.RATE_CHANGED,
            Fact.SESSIONS_FROM,
            Fact.SESSIONS_UNTIL,
            Fact.SUPPLIER_CHANGE,
        ),
        Kind.TIME,
    ),
}

PERSONAL: Final = frozenset(
    {
        Fact.AGREEMENT_REFERENCE,
        Fact.BUYER,
        Fact.CHOSEN_BY,
        Fact.HOME,
        Fact.NAME,
        Fact.PROVIDERS,
        Fact.SERIAL,
        Fact.SOLD,
    }
)
"""What leads to a person or a household: it stands in a file only where that was chosen (requirements.md T3)."""

type Value = str | int | float
"""A time is a text here, ISO 8601 in UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A fact as it was seen at `at` (UTC), by so many `samples`; `digest` is the SHA-256 of all that it was seen by.

    `entered` (UTC) is since when it stands as somebody typed it in; None where it was seen.
    """

    value: Value
    at: datetime
    samples: int
    digest: str
    entered: datetime | None = None


def seen(
    value: Value,
    at: datetime,
    *,
    samples: int = 1,
    by: Any = None,
    entered: datetime | None = None,
) -> Seen:
    """Return what was seen at `at` (UTC). `by` is what it was seen by, as JSON can carry it; None: the value itself.

    What was `entered` stands at `at`. Of a text remains what every kind of file can hold, on one line.
    """
    material = canonical(value if by is None else by)
    return Seen(
        value=plain_text(value) if isinstance(value, str) else value,
        at=at,
        samples=samples,
        digest=sha256(material).hexdigest(),
        entered=entered,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that was seen of one wallbox and of the software, under the rules that hold where it hangs.

    What is not in `facts` was not seen: it is never made up for.
    """

    ruleset: RulesetId
    facts: Mapping[Fact, Seen]
