"""Building: the document that evidence makes."""

from datetime import datetime, timedelta
from typing import Final

from ...rules.ruleset import RulesetId
from .document import Document, Finding, Line
from .facts import PERSONAL, Evidence, Fact, Seen
from .rules import GREAT_BRITAIN, IDENTITY, SALE, Rule

YOUNG_ENOUGH: Final = timedelta(days=35)
"""Evidence must be younger than this (requirements.md T1)."""
AHEAD: Final = timedelta(minutes=5)
"""How far a wallbox's clock may be ahead of us; what is further in the future was not seen yet."""


def document(evidence: Evidence, now: datetime, *, personal: bool = False) -> Document:
    """Return the technical file at `now` (UTC); with what leads to a person only where `personal` is chosen (T3).

    Under rules that are not those of Great Britain it says what the installation is and judges nothing (A2.2).
    """
    rules = IDENTITY
    if evidence.ruleset is RulesetId.GB_2021:
        rules = (*rules, *GREAT_BRITAIN, *((SALE,) if personal else ()))
    young = {
        fact: one
        for fact, one in evidence.facts.items()
        if now - YOUNG_ENOUGH < one.at <= now + AHEAD
        and (personal or fact not in PERSONAL)
    }
    return Document(
        made_at=now,
        ruleset=evidence.ruleset,
        personal=personal,
        lines=tuple(_line(rule, young) for rule in rules),
    )


def _line(rule: Rule, young: dict[Fact, Seen]) -> Line:
    values = {
        fact: young[fact].value for fact in (*rule.needs, *rule.also) if fact in young
    }
    return Line(
        subject=rule.subject,
        section=rule.section,
        source=rule.source,
        verdict=rule.verdict(values),
        findings=(
            *(_finding(fact, young.get(fact)) for fact in rule.needs),
            *(_finding(fact, young[fact]) for fact in rule.also if fact in young),
        ),
    )


def _finding(fact: Fact, one: Seen | None) -> Finding:
    if one is None:
        return Finding(fact=fact)
    return Finding(
        fact=fact,
        value=one.value,
        at=one.at,
        samples=one.samples,
        digest=one.digest,
        entered=one.entered,
    )
