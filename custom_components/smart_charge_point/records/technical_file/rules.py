"""The lines of the template, and what speaks for and against each (requirements.md section 5).

What a line needs must all be seen, and lately: one fact less, and it is not evidenced. What speaks against it counts even
where something else is missing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from .document import Section, Subject, Verdict
from .facts import Fact, Value

type Values = Mapping[Fact, Value]

LEAST_DELAY: Final = 600
"""Seconds that the longest random delay must be at least: less needs a reason, and is not called met (section 7, 9)."""
SECONDS_OF_A_MINUTE: Final = 57
"""How many seconds of a minute must have a power (A9.4)."""
LEAST_P: Final = 0.001
"""Below it, draws are not equally likely (A11.1)."""
MOST_BIAS: Final = 0.1
MINUTES_OF_A_WEEK: Final = 7 * 24 * 60


def _never(_values: Values) -> bool:
    return False


def _always(_values: Values) -> bool:
    return True


def _is(fact: Fact, *words: Value) -> Callable[[Values], bool]:
    """Return what finds a fact to be one of these words."""
    return lambda values: values.get(fact) in words


def _beyond(fact: Fact, most: float) -> Callable[[Values], bool]:
    """Return what finds a fact to be more than `most`, or less than its negative."""
    return lambda values: abs(_number(values, fact, 0)) > most


def _below(fact: Fact, least: float) -> Callable[[Values], bool]:
    """Return what finds a fact to be less than `least`."""
    return lambda values: _number(values, fact, least) < least


def _at_least(fact: Fact, least: float) -> Callable[[Values], bool]:
    """Return what finds a fact to be `least` or more."""
    return lambda values: _number(values, fact, 0) >= least


def _number(values: Values, fact: Fact, otherwise: float) -> float:
    value = values.get(fact, otherwise)
    return otherwise if isinstance(value, str) else value


def _any(*found: Callable[[Values], bool]) -> Callable[[Values], bool]:
    return lambda values: any(each(values) for each in found)


def _delayer(values: Values) -> Verdict:
    """Return who delays: the wallbox by itself, or as it was told."""
    alone = _number(values, Fact.OWN_DELAY, 0) > 0
    return Verdict.MET_BY_CHARGER if alone else Verdict.MET_JOINTLY


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the template.

    `needs` must all be known, and be `enough`. `met` is who meets it then, unless `against` is found. `also` is shown where
    it is known.
    """

    section: Section
    subject: Subject
    source: str
    needs: tuple[Fact, ...]
    met: Verdict | Callable[[Values], Verdict]
    also: tuple[Fact, ...] = ()
    against: Callable[[Values], bool] = _never
    enough: Callable[[Values], bool] = _always

    def verdict(self, values: Values) -> Verdict:
        """Return what the line comes to by facts that are known."""
        if self.against(values):
            return Verdict.NOT_MET
        if not all(fact in values for fact in self.needs) or not self.enough(values):
            return Verdict.NOT_EVIDENCED
        return self.met if isinstance(self.met, Verdict) else self.met(values)


_NOBODY: Final = "nobody"

_CHARGER: Final = Verdict.MET_BY_CHARGER
_SOFTWARE: Final = Verdict.MET_BY_SOFTWARE
_JOINTLY: Final = Verdict.MET_JOINTLY
_STATED: Final = Verdict.STATED

_IDENTITY: Final = Section.IDENTITY
_OPERATION: Final = Section.OPERATION
_SECURITY: Final = Section.SECURITY


IDENTITY: Final = (
    Rule(
        _IDENTITY,
        Subject.CHARGER,
        "reg. 13",
        (Fact.MAKE, Fact.MODEL, Fact.FIRMWARE),
        _STATED,
        also=(Fact.FIRMWARES, Fact.FILE_STATE, Fact.SERIAL, Fact.NAME, Fact.HOME),
    ),
    Rule(
        _IDENTITY,
        Subject.SOFTWARE,
        "reg. 13",
        (Fact.INTEGRATION, Fact.HOME_ASSISTANT, Fact.OCPP_LIBRARY, Fact.RULESET),
        _STATED,
    ),
    Rule(
        _IDENTITY,
        Subject.RESPONSIBLE,
        "reg. 13, Sch. 1 §11",
        (Fact.SELLER, Fact.MANUFACTURER, Fact.CONTACT, Fact.SUPPORT_END),
        _STATED,
    ),
    Rule(
        _IDENTITY,
        Subject.DESIGN,
        "reg. 13",
        (Fact.OCPP, Fact.CONNECTORS, Fact.PHASES, Fact.MAXIMUM, Fact.HOURS_HELD),
        _STATED,
    ),
    Rule(
        _IDENTITY,
        Subject.MANUAL,
        "reg. 13",
        (Fact.MANUAL, Fact.SOFTWARE_MANUAL),
        _STATED,
    ),
)
"""What any installation is, under whatever rules."""

GREAT_BRITAIN: Final = (
    Rule(
        _OPERATION,
        Subject.RATE,
        "reg. 5(2)",
        (
            Fact.LIMIT_RESTS,
            Fact.RATE_CHANGES,
            Fact.RATE_CHANGED,
            Fact.RATE_UP_P50,
            Fact.RATE_UP_P95,
            Fact.RATE_DOWN_P50,
            Fact.RATE_DOWN_P95,
        ),
        _JOINTLY,
        against=_is(Fact.LIMIT_RESTS, _NOBODY),
    ),
    Rule(
        _OPERATION,
        Subject.TIME_SHIFT,
        "reg. 5(2)",
        (Fact.HOURS_RESTS, Fact.READ_BACK),
        _JOINTLY,
        also=(Fact.TIME_SHIFT_P50, Fact.TIME_SHIFT_P95),
        against=_is(Fact.HOURS_RESTS, _NOBODY),
    ),
    Rule(
        _OPERATION,
        Subject.DSR,
        "reg. 5(3)",
        (Fact.DSR_RESTS, Fact.DSR_SERVED),
        _JOINTLY,
        against=_is(Fact.DSR_RESTS, _NOBODY),
    ),
    Rule(_OPERATION, Subject.INTERFACE, "reg. 5(4)", (Fact.USER_DECISIONS,), _SOFTWARE),
    Rule(
        _OPERATION,
        Subject.SUPPLIER,
        "reg. 6",
        (Fact.SUPPLIER_CHANGE, Fact.SUPPLIER_CHANGES, Fact.FUNCTIONS_KEPT),
        _SOFTWARE,
        also=(Fact.TARIFF, Fact.DSR_SOURCES, Fact.PROVIDERS),
        against=_is(Fact.FUNCTIONS_KEPT, "fewer"),
    ),
    Rule(
        _OPERATION,
        Subject.OFFLINE_START,
        "reg. 7",
        (Fact.OFFLINE_START,),
        _CHARGER,
        against=_is(Fact.OFFLINE_START, "none"),
    ),
    Rule(
        _OPERATION,
        Subject.OFFLINE_TEST,
        "reg. 7",
        (Fact.OFFLINE_TEST, Fact.OFFLINE_ENERGY, Fact.OFFLINE_RECOVERED),
        _JOINTLY,
    ),
    Rule(
        _OPERATION,
        Subject.SAFETY,
        "reg. 8",
        (Fact.REFUSALS, Fact.REFUSALS_BY_CODE),
        _SOFTWARE,
    ),
    Rule(
        _OPERATION,
        Subject.RECORDS,
        "reg. 9(1), 9(2)",
        (
            Fact.SESSIONS,
            Fact.SESSIONS_FROM,
            Fact.SESSIONS_UNTIL,
            Fact.ENERGY,
            Fact.FLOW_TIME,
        ),
        _JOINTLY,
    ),
    Rule(
        _OPERATION,
        Subject.POWER,
        "reg. 9(3)",
        (Fact.SECONDS, Fact.POWER_SOURCE),
        _JOINTLY,
        against=_below(Fact.SECONDS, SECONDS_OF_A_MINUTE),
    ),
    Rule(
        _OPERATION,
        Subject.ACCURACY,
        "reg. 9(4)",
        (Fact.ACCURACY, Fact.ACCURACY_MARGIN, Fact.ACCURACY_SIDE),
        _CHARGER,
        against=_any(
            _beyond(Fact.ACCURACY, MOST_BIAS), _is(Fact.ACCURACY_SIDE, "one_side")
        ),
    ),
    Rule(
        _OPERATION,
        Subject.FIRST_USE,
        "reg. 10(1)",
        (Fact.HOURS_CHOICE, Fact.CHOSEN_AT),
        _SOFTWARE,
        also=(Fact.CHOSEN_BY,),
    ),
    Rule(
        _OPERATION,
        Subject.HOURS,
        "reg. 10",
        (
            Fact.HOURS_RESTS,
            Fact.READ_BACK,
            Fact.READ_BACK_MINUTES,
            Fact.MINUTES_OUTSIDE,
        ),
        _JOINTLY,
        enough=_at_least(Fact.READ_BACK_MINUTES, MINUTES_OF_A_WEEK),
        against=_any(
            _is(Fact.HOURS_RESTS, _NOBODY),
            _is(Fact.READ_BACK, "exceeds"),
            _beyond(Fact.MINUTES_OUTSIDE, 0),
        ),
    ),
    Rule(
        _OPERATION,
        Subject.CLOCK_CHANGE,
        "reg. 10",
        (Fact.CLOCK_CHANGE_RESTS, Fact.NEXT_CLOCK_CHANGE),
        _JOINTLY,
        against=_is(Fact.CLOCK_CHANGE_RESTS, _NOBODY),
    ),
    Rule(_OPERATION, Subject.BANK_HOLIDAYS, "reg. 10", (Fact.BANK_HOLIDAYS,), _STATED),
    Rule(_OPERATION, Subject.OVERRIDE, "reg. 10", (Fact.OVERRIDES,), _SOFTWARE),
    Rule(_OPERATION, Subject.DSR_OVERRIDE, "reg. 10", (Fact.DSR_OPT_OUTS,), _SOFTWARE),
    Rule(
        _OPERATION,
        Subject.DSR_AGREEMENT,
        "reg. 10, 13(2)",
        (Fact.AGREEMENT,),
        _STATED,
        also=(Fact.AGREEMENT_REFERENCE, Fact.PROVIDERS),
    ),
    Rule(
        _OPERATION,
        Subject.DELAY,
        "reg. 11",
        (Fact.DELAY_RESTS, Fact.DELAY_MAXIMUM, Fact.OWN_DELAY),
        _delayer,
        against=_any(
            _is(Fact.DELAY_RESTS, _NOBODY, "not_needed"),
            _below(Fact.DELAY_MAXIMUM, LEAST_DELAY),
        ),
    ),
    Rule(
        _OPERATION,
        Subject.DRAWS,
        "reg. 11",
        (
            Fact.DRAWS,
            Fact.DRAWS_LEAST,
            Fact.DRAWS_MEAN,
            Fact.DRAWS_MOST,
            Fact.DRAWS_P,
        ),
        _SOFTWARE,
        against=_below(Fact.DRAWS_P, LEAST_P),
    ),
    Rule(
        _OPERATION, Subject.DELAY_SKIPPED, "reg. 11", (Fact.DELAYS_SKIPPED,), _SOFTWARE
    ),
    Rule(
        _OPERATION,
        Subject.POWER_CUT,
        "reg. 11",
        (Fact.POWER_CUT,),
        _JOINTLY,
        against=_is(Fact.POWER_CUT, "refused"),
    ),
    Rule(
        _SECURITY,
        Subject.PASSWORDS,
        "Sch. 1 §2",
        (Fact.PASSWORD,),
        _JOINTLY,
        against=_is(Fact.PASSWORD, "none"),
    ),
    Rule(_SECURITY, Subject.UPDATES, "Sch. 1 §3", (Fact.UPDATE_CHECK,), _JOINTLY),
    Rule(_SECURITY, Subject.CREDENTIALS, "Sch. 1 §4", (Fact.SECRETS,), _JOINTLY),
    Rule(
        _SECURITY,
        Subject.ENCRYPTION,
        "Sch. 1 §5",
        (Fact.ENCRYPTION,),
        _JOINTLY,
        against=_is(Fact.ENCRYPTION, "none"),
    ),
    Rule(_SECURITY, Subject.INPUTS, "Sch. 1 §6", (Fact.MALFORMED,), _SOFTWARE),
    Rule(_SECURITY, Subject.SETUP, "Sch. 1 §7(1)", (Fact.SETUP_INPUTS,), _SOFTWARE),
    Rule(
        _SECURITY,
        Subject.DELETION,
        "Sch. 1 §7(2)",
        (Fact.DELETION, Fact.DELETED, Fact.DELETION_LEFT),
        _SOFTWARE,
        against=_is(Fact.DELETION_LEFT, "something"),
    ),
    # What somebody wrote into a form was not seen by anybody here: it is stated.
    Rule(_SECURITY, Subject.PHYSICAL, "Sch. 1 §8", (Fact.PHYSICAL,), _STATED),
    Rule(
        _SECURITY,
        Subject.TAMPERING,
        "Sch. 1 §9",
        (Fact.TAMPER_REPORTS, Fact.TAMPER_REACTION),
        _JOINTLY,
    ),
    Rule(
        _SECURITY,
        Subject.INTERFACES,
        "Sch. 1 §9",
        (Fact.PORTS, Fact.CHARGER_PORTS),
        _STATED,
    ),
    Rule(
        _SECURITY,
        Subject.LOG,
        "Sch. 1 §10",
        (Fact.LOG_CHAIN,),
        _JOINTLY,
        also=(
            Fact.DECISIONS,
            Fact.DECISIONS_FROM,
            Fact.DECISIONS_UNTIL,
        ),
    ),
    Rule(Section.TESTS, Subject.TESTS, "reg. 13", (Fact.TESTS,), _STATED),
)
"""SI 2021/1467, reg. by reg."""

SALE: Final = Rule(
    Section.SALE, Subject.SALE, "reg. 14", (Fact.SOLD, Fact.BUYER), _STATED
)
"""For the seller's register, which names the buyer: only where personal data was chosen."""
