"""What tests of the technical file write down: the evidence of a wallbox of which nearly everything was seen."""

from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from typing import Final

from custom_components.smart_charge_point.records.technical_file.facts import (
    KINDS,
    Evidence,
    Fact,
    Kind,
    Seen,
    Value,
    seen,
)
from custom_components.smart_charge_point.records.technical_file.reading import (
    Texts,
    keys,
)
from custom_components.smart_charge_point.rules.ruleset import RulesetId

NOW: Final = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
LATELY: Final = NOW - timedelta(days=3)
KEY: Final = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
TEXTS_OF: Final = (
    Path(__file__).parents[2] / "custom_components/smart_charge_point/translations"
)
GOOD: Final[dict[Fact, Value]] = {
    Fact.ACCURACY: 0.012,
    Fact.ACCURACY_SIDE: "no_side",
    Fact.BANK_HOLIDAYS: "weekday",
    Fact.CLOCK_CHANGE_RESTS: "wallbox",
    Fact.DELAY_MAXIMUM: 600,
    Fact.DELAY_RESTS: "wallbox",
    Fact.DELETION_LEFT: "nothing",
    Fact.DRAWS_P: 0.4321,
    Fact.DSR_RESTS: "wallbox",
    Fact.ENCRYPTION: "wallbox",
    Fact.FILE_STATE: "current",
    Fact.FUNCTIONS_KEPT: "equal",
    Fact.HOURS_CHOICE: "accepted",
    Fact.HOURS_HELD: "weekly",
    Fact.HOURS_RESTS: "wallbox",
    Fact.LIMIT_RESTS: "wallbox",
    Fact.MINUTES_OUTSIDE: 0,
    Fact.OFFLINE_START: "no_card",
    Fact.OWN_DELAY: 0,
    Fact.PASSWORD: "wallbox",
    Fact.POWER_CUT: "ends",
    Fact.POWER_SOURCE: "measured",
    Fact.READ_BACK: "agrees",
    Fact.READ_BACK_MINUTES: 10080,
    Fact.SECONDS: 60,
    Fact.TAMPER_REACTION: "keep_schedule",
    Fact.TARIFF: "fixed",
}
"""What speaks for each line; anything at all does for the others."""


def value_of(fact: Fact) -> Value:
    """Return a value with which a line is met."""
    if fact in GOOD:
        return GOOD[fact]
    match KINDS[fact]:
        case Kind.TIME:
            return "2026-11-01T09:30:00Z"
        case Kind.TEXT | Kind.WORD:
            return f"the {fact}"
        case _:
            return 7


def everything(at: datetime = LATELY) -> dict[Fact, Seen]:
    """Return evidence of every fact there is."""
    return {fact: seen(value_of(fact), at, samples=3) for fact in Fact}


def evidence(
    facts: dict[Fact, Seen] | None = None, ruleset: RulesetId = RulesetId.GB_2021
) -> Evidence:
    """Return evidence, of everything unless told otherwise."""
    return Evidence(ruleset=ruleset, facts=everything() if facts is None else facts)


def texts(language: str = "en") -> Texts:
    """Return the texts that an owner reads a file in."""
    path = TEXTS_OF / f"{language}.json"
    common = json.loads(path.read_text(encoding="utf-8"))["common"]
    return {key: common[f"technical_file_{key}"] for key in keys()}
