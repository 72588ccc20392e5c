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


def _never(_values: Values) -> bool:
    return False


def _is(fact: Fact, *words: Value) -> Callable[[Values], bool]:
    """Return what finds a fact to be one of these words."""
    return lambda values: values.get(fact) in words


def _beyond(fact: Fact, most: float) -> Callable[[Values], bool]:
    """Return what finds a fact to be more than `most`, or less than its negative."""
    return lambda values: abs(_number(values, fact, 0)) > most


def _below(fact: Fact, least: float) -> Callable[[Values], bool]:
    """Return what finds a fact to be less than `least`."""
    return lambda values: _number(values, fact, least) < least


def _number(values: Values, fact: Fact, otherwise: float) -> float:
    value = values.get(fact, otherwise)
    return otherwise if isinstance(value, str) else value


def _any(*found: Callable[[Values], bool]) -> Callable[[Values], bool]:
    return lambda values: any(each(values) for each in found)


def _delayer(values: Values) -> Verdict:
    """Return who delays: the wallbox by itself, or as it was told."""
    alone = _number(values, Fact.OWN_DELAY, 0) > 0
    return Verdict.MET_BY_CHARGER if alone else Verdict.MET_JOINTLY


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One line of the template.

    `needs` must all be known; `also` is shown where it is known. `met` is who meets it then, unless `against` is found.
    """

    subject: Subject
    section: Section
    source: str
    needs: tuple[Fact, ...]
    also: tuple[Fact, ...] = ()
    met: Verdict | Callable[[Values], Verdict]
    against: Callable[[Values], bool] = _never

    def verdict(self, values: Values) -> Verdict:
        """Return what the line comes to by facts that are known."""
        if self.against(values):
            return Verdict.NOT_MET
        if not all(fact in values for fact in self.needs):
            return Verdict.NOT_EVIDENCED
        return self.met if isinstance(self.met, Verdict) else self.met(values)


_NOBODY: Final = "nobody"


IDENTITY: Final = (
    Rule(
        subject=Subject.CHARGER,
        section=Section.IDENTITY,
        source="reg. 13",
        needs=(Fact.MAKE, Fact.MODEL, Fact.FIRMWARE),
        also=(Fact.SERIAL, Fact.NAME, Fact.HOME),
        met=Verdict.STATED,
    ),
    Rule(
        subject=Subject.SOFTWARE,
        section=Section.IDENTITY,
        source="reg. 13",
        needs=(
            Fact.INTEGRATION,
            Fact.HOME_ASSISTANT,
            Fact.OCPP_LIBRARY,
            Fact.RULESET,
        ),
        met=Verdict.STATED,
    ),
    Rule(
        subject=Subject.RESPONSIBLE,
        section=Section.IDENTITY,
        source="reg. 13, Sch. 1 §11",
        needs=(Fact.SELLER, Fact.MANUFACTURER, Fact.CONTACT, Fact.SUPPORT_END),
        met=Verdict.STATED,
    ),
    Rule(
        subject=Subject.DESIGN,
        section=Section.IDENTITY,
        source="reg. 13",
        needs=(Fact.OCPP, Fact.CONNECTORS, Fact.PHASES, Fact.MAXIMUM, Fact.HOURS_HELD),
        met=Verdict.STATED,
    ),
    Rule(
        subject=Subject.MANUAL,
        section=Section.IDENTITY,
        source="reg. 13",
        needs=(Fact.MANUAL, Fact.SOFTWARE_MANUAL),
        met=Verdict.STATED,
    ),
)
"""What any installation is, under whatever rules."""

GREAT_BRITAIN: Final = (
    Rule(
        subject=Subject.RATE,
        section=Section.OPERATION,
        source="reg. 5(2)",
        needs=(Fact.LIMIT_RESTS, Fact.RATE_CHANGES, Fact.RATE_CHANGED),
        met=Verdict.MET_JOINTLY,
        against=_is(Fact.LIMIT_RESTS, _NOBODY),
    ),
    Rule(
        subject=Subject.TIME_SHIFT,
        section=Section.OPERATION,
        source="reg. 5(2)",
        needs=(Fact.HOURS_RESTS, Fact.READ_BACK),
        met=Verdict.MET_JOINTLY,
        against=_is(Fact.HOURS_RESTS, _NOBODY),
    ),
    Rule(
        subject=Subject.DSR,
        section=Section.OPERATION,
        source="reg. 5(3)",
        needs=(Fact.DSR_RESTS, Fact.DSR_SERVED),
        met=Verdict.MET_JOINTLY,
        against=_is(Fact.DSR_RESTS, _NOBODY),
    ),
    Rule(
        subject=Subject.INTERFACE,
        section=Section.OPERATION,
        source="reg. 5(4)",
        needs=(Fact.USER_DECISIONS,),
        met=Verdict.MET_BY_SOFTWARE,
    ),
    Rule(
        subject=Subject.SUPPLIER,
        section=Section.OPERATION,
        source="reg. 6",
        needs=(Fact.SUPPLIER_CHANGE,),
        also=(Fact.TARIFF, Fact.DSR_SOURCES),
        met=Verdict.MET_BY_SOFTWARE,
    ),
    Rule(
        subject=Subject.OFFLINE_START,
        section=Section.OPERATION,
        source="reg. 7",
        needs=(Fact.OFFLINE_START,),
        met=Verdict.MET_BY_CHARGER,
        against=_is(Fact.OFFLINE_START, "none"),
    ),
    Rule(
        subject=Subject.OFFLINE_TEST,
        section=Section.OPERATION,
        source="reg. 7",
        needs=(Fact.OFFLINE_TEST,),
        met=Verdict.MET_JOINTLY,
    ),
    Rule(
        subject=Subject.SAFETY,
        section=Section.OPERATION,
        source="reg. 8",
        needs=(Fact.REFUSALS, Fact.REFUSALS_BY_CODE),
        met=Verdict.MET_BY_SOFTWARE,
    ),
    Rule(
        subject=Subject.RECORDS,
        section=Section.OPERATION,
        source="reg. 9(1), 9(2)",
        needs=(
            Fact.SESSIONS,
            Fact.SESSIONS_FROM,
            Fact.SESSIONS_UNTIL,
            Fact.ENERGY,
            Fact.FLOW_TIME,
        ),
        met=Verdict.MET_JOINTLY,
    ),
    Rule(
        subject=Subject.POWER,
        section=Section.OPERATION,
        source="reg. 9(3)",
        needs=(Fact.SECONDS, Fact.POWER_SOURCE),
        met=Verdict.MET_JOINTLY,
        against=_below(Fact.SECONDS, SECONDS_OF_A_MINUTE),
    ),
    Rule(
        subject=Subject.ACCURACY,
        section=Section.OPERATION,
        source="reg. 9(4)",
        needs=(Fact.ACCURACY,),
        met=Verdict.MET_BY_CHARGER,
        against=_beyond(Fact.ACCURACY, MOST_BIAS),
    ),
    Rule(
        subject=Subject.FIRST_USE,
        section=Section.OPERATION,
        source="reg. 10(1)",
        needs=(Fact.HOURS_CHOICE, Fact.CHOSEN_AT),
        also=(Fact.CHOSEN_BY,),
        met=Verdict.MET_BY_SOFTWARE,
    ),
    Rule(
        subject=Subject.HOURS,
        section=Section.OPERATION,
        source="reg. 10",
        needs=(Fact.HOURS_RESTS, Fact.READ_BACK, Fact.MINUTES_OUTSIDE),
        met=Verdict.MET_JOINTLY,
        against=_any(
            _is(Fact.HOURS_RESTS, _NOBODY),
            _is(Fact.READ_BACK, "exceeds"),
            _beyond(Fact.MINUTES_OUTSIDE, 0),
        ),
    ),
    Rule(
        subject=Subject.CLOCK_CHANGE,
        section=Section.OPERATION,
        source="reg. 10",
        needs=(Fact.CLOCK_CHANGE_RESTS, Fact.NEXT_CLOCK_CHANGE),
        met=Verdict.MET_JOINTLY,
        against=_is(Fact.CLOCK_CHANGE_RESTS, _NOBODY),
    ),
    Rule(
        subject=Subject.BANK_HOLIDAYS,
        section=Section.OPERATION,
        source="reg. 10",
        needs=(Fact.BANK_HOLIDAYS,),
        met=Verdict.STATED,
    ),
    Rule(
        subject=Subject.OVERRIDE,
        section=Section.OPERATION,
        source="reg. 10",
        needs=(Fact.OVERRIDES,),
        met=Verdict.MET_BY_SOFTWARE,
    ),
    Rule(
        subject=Subject.DSR_OVERRIDE,
        section=Section.OPERATION,
        source="reg. 10",
        needs=(Fact.DSR_OPT_OUTS,),
        met=Verdict.MET_BY_SOFTWARE,
    ),
    Rule(
        subject=Subject.DSR_AGREEMENT,
        section=Section.OPERATION,
        source="reg. 10, 13(2)",
        needs=(Fact.AGREEMENT,),
        also=(Fact.PROVIDERS,),
        met=Verdict.STATED,
    ),
    Rule(
        subject=Subject.DELAY,
        section=Section.OPERATION,
        source="reg. 11",
        needs=(Fact.DELAY_RESTS, Fact.DELAY_MAXIMUM, Fact.OWN_DELAY),
        met=_delayer,
        against=_any(
            _is(Fact.DELAY_RESTS, _NOBODY, "not_needed"),
            _below(Fact.DELAY_MAXIMUM, LEAST_DELAY),
        ),
    ),
    Rule(
        subject=Subject.DRAWS,
        section=Section.OPERATION,
        source="reg. 11",
        needs=(
            Fact.DRAWS,
            Fact.DRAWS_LEAST,
            Fact.DRAWS_MEAN,
            Fact.DRAWS_MOST,
            Fact.DRAWS_P,
        ),
        met=Verdict.MET_BY_SOFTWARE,
        against=_below(Fact.DRAWS_P, LEAST_P),
    ),
    Rule(
        subject=Subject.DELAY_SKIPPED,
        section=Section.OPERATION,
        source="reg. 11",
        needs=(Fact.DELAYS_SKIPPED,),
        met=Verdict.MET_BY_SOFTWARE,
    ),
    Rule(
        subject=Subject.POWER_CUT,
        section=Section.OPERATION,
        source="reg. 11",
        needs=(Fact.POWER_CUT,),
        met=Verdict.MET_JOINTLY,
        against=_is(Fact.POWER_CUT, "refused"),
    ),
    Rule(
        subject=Subject.PASSWORDS,
        section=Section.SECURITY,
        source="Sch. 1 §2",
        needs=(Fact.PASSWORD,),
        met=Verdict.MET_JOINTLY,
        against=_is(Fact.PASSWORD, "none"),
    ),
    Rule(
        subject=Subject.UPDATES,
        section=Section.SECURITY,
        source="Sch. 1 §3",
        needs=(Fact.UPDATE_CHECK,),
        met=Verdict.MET_JOINTLY,
    ),
    Rule(
        subject=Subject.CREDENTIALS,
        section=Section.SECURITY,
        source="Sch. 1 §4",
        needs=(Fact.SECRETS,),
        met=Verdict.MET_JOINTLY,
    ),
    Rule(
        subject=Subject.ENCRYPTION,
        section=Section.SECURITY,
        source="Sch. 1 §5",
        needs=(Fact.ENCRYPTION,),
        met=Verdict.MET_JOINTLY,
        against=_is(Fact.ENCRYPTION, "none"),
    ),
    Rule(
        subject=Subject.INPUTS,
        section=Section.SECURITY,
        source="Sch. 1 §6",
        needs=(Fact.MALFORMED,),
        met=Verdict.MET_BY_SOFTWARE,
    ),
    Rule(
        subject=Subject.SETUP,
        section=Section.SECURITY,
        source="Sch. 1 §7(1)",
        needs=(Fact.SETUP_INPUTS,),
        met=Verdict.MET_BY_SOFTWARE,
    ),
    Rule(
        subject=Subject.DELETION,
        section=Section.SECURITY,
        source="Sch. 1 §7(2)",
        needs=(Fact.DELETION,),
        met=Verdict.MET_BY_SOFTWARE,
    ),
    Rule(
        subject=Subject.PHYSICAL,
        section=Section.SECURITY,
        source="Sch. 1 §8",
        needs=(Fact.PHYSICAL,),
        met=Verdict.MET_BY_CHARGER,
    ),
    Rule(
        subject=Subject.TAMPERING,
        section=Section.SECURITY,
        source="Sch. 1 §9",
        needs=(Fact.TAMPER_REPORTS, Fact.TAMPER_REACTION),
        met=Verdict.MET_JOINTLY,
    ),
    Rule(
        subject=Subject.INTERFACES,
        section=Section.SECURITY,
        source="Sch. 1 §9",
        needs=(Fact.PORTS, Fact.CHARGER_PORTS),
        met=Verdict.MET_JOINTLY,
    ),
    Rule(
        subject=Subject.LOG,
        section=Section.SECURITY,
        source="Sch. 1 §10",
        needs=(Fact.LOG_CHAIN,),
        also=(Fact.DECISIONS, Fact.DECISIONS_FROM, Fact.DECISIONS_UNTIL),
        met=Verdict.MET_JOINTLY,
    ),
    Rule(
        subject=Subject.TESTS,
        section=Section.TESTS,
        source="reg. 13",
        needs=(Fact.TESTS,),
        met=Verdict.STATED,
    ),
)
"""SI 2021/1467, reg. by reg."""

SALE: Final = Rule(
    subject=Subject.SALE,
    section=Section.SALE,
    source="reg. 14",
    needs=(Fact.SOLD, Fact.BUYER),
    met=Verdict.STATED,
)
"""For the seller's register, which names the buyer: only where personal data was chosen."""
