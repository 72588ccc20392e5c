"""Reading: a document in the words of a language, for paper and screen alike."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ...rules.ruleset import RulesetId
from .document import Document, Finding, Line, Section, Subject, Verdict, utc
from .facts import KINDS, Fact, Kind, Value
from .seal import ALGORITHM, Seal

WORDS: Final = (
    "accepted",
    "agrees",
    "any_card",
    "changed",
    "current",
    "daily",
    "derived",
    "differs",
    "ends",
    "entity",
    "equal",
    "exceeds",
    "fewer",
    "fixed",
    "fixed_current",
    "home_assistant",
    "keep_schedule",
    "known_card",
    "measured",
    "next_day",
    "no_card",
    "no_side",
    "nobody",
    "none",
    "not_known",
    "not_needed",
    "nothing",
    "one_side",
    "refused",
    "removed",
    "resumes",
    "seen",
    "something",
    "stale",
    "stop",
    "wallbox",
    "weekday",
    "weekend",
    "weekly",
)
"""What facts of `Kind.WORD` may be."""
FRAME: Final = (
    "about",
    "about_seal",
    "algorithm",
    "digest",
    "entered",
    "evidence_of",
    "foot",
    "made_at",
    "no_rules",
    "no_value",
    "page_of",
    "personal",
    "public_key",
    "signature",
    "stale",
    "title",
)
"""What stands around the lines. `entered` has the fields at and entered, `evidence_of` at and samples, `foot` at,
`page_of` page and pages."""
UNITS: Final[Mapping[Kind, str]] = {
    Kind.SECONDS: "s",
    Kind.MINUTES: "min",
    Kind.AMPERES: "A",
    Kind.KILOWATT_HOURS: "kWh",
    Kind.SHARE: "%",
}

type Texts = Mapping[str, str]
"""The texts of a language, by the keys that `keys` names."""


def keys() -> Iterator[str]:
    """Yield the keys of all texts that a document is read with."""
    yield from FRAME
    yield from (f"word_{word}" for word in WORDS)
    yield from (f"section_{section}" for section in Section)
    yield from (f"verdict_{verdict}" for verdict in Verdict)
    yield from (f"fact_{fact}" for fact in Fact)
    for subject in Subject:
        yield f"line_{subject}"
        yield f"line_{subject}_about"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFinding:
    """A fact in words. `note` says when it was seen and how often; `digest` is a SHA-256, empty without evidence."""

    name: str
    value: str
    note: str
    digest: str
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLine:
    """A line in words; `about` is what is asked for."""

    subject: Subject
    title: str
    about: str
    source: str
    verdict: Verdict
    verdict_text: str
    findings: tuple[ReadFinding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSection:
    """A section in words."""

    title: str
    lines: tuple[ReadLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A whole document in words. `facts` are pairs of names and values that stand above it, `proof` those below."""

    language: str
    made_at: datetime
    title: str
    about: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    sections: tuple[ReadSection, ...]
    about_seal: str
    proof: tuple[tuple[str, str], ...]
    foot: str
    page_of: str


def read(document: Document, sealed: Seal, texts: Texts, language: str) -> Reading:
    """Return a document in a language; the same document in the same texts reads the same."""
    made_at = on_paper(utc(document.made_at))
    about = [texts["about"]]
    if document.ruleset is not RulesetId.GB_2021:
        about.append(texts["no_rules"])
    if document.value(Fact.FILE_STATE) == "stale":
        about.append(texts["stale"])
    if document.personal:
        about.append(texts["personal"])
    return Reading(
        language=language,
        made_at=document.made_at,
        title=texts["title"],
        about=tuple(about),
        facts=(
            *(
                (texts[f"fact_{fact}"], str(value))
                for fact in (Fact.MAKE, Fact.MODEL, Fact.FIRMWARE)
                if (value := document.value(fact)) is not None
            ),
            (texts["made_at"], made_at),
        ),
        sections=tuple(_sections(document, texts)),
        about_seal=texts["about_seal"],
        proof=(
            (texts["digest"], sealed.digest),
            (texts["algorithm"], ALGORITHM),
            (texts["public_key"], sealed.public_key),
            (texts["signature"], sealed.signature),
        ),
        foot=texts["foot"].format(at=made_at),
        page_of=texts["page_of"],
    )


def _sections(document: Document, texts: Texts) -> Iterator[ReadSection]:
    for section in Section:
        lines = tuple(
            _line(line, texts) for line in document.lines if line.section is section
        )
        if lines:
            yield ReadSection(title=texts[f"section_{section}"], lines=lines)


def _line(line: Line, texts: Texts) -> ReadLine:
    return ReadLine(
        subject=line.subject,
        title=texts[f"line_{line.subject}"],
        about=texts[f"line_{line.subject}_about"],
        source=line.source,
        verdict=line.verdict,
        verdict_text=texts[f"verdict_{line.verdict}"],
        findings=tuple(_finding(finding, texts) for finding in line.findings),
    )


def _finding(finding: Finding, texts: Texts) -> ReadFinding:
    name = texts[f"fact_{finding.fact}"]
    if finding.value is None or finding.at is None:
        return ReadFinding(
            name=name, value=texts["no_value"], note="", digest="", known=False
        )
    at = on_paper(utc(finding.at))
    return ReadFinding(
        name=name,
        value=_value(finding.fact, finding.value, texts),
        note=texts["evidence_of"].format(at=at, samples=finding.samples)
        if finding.entered is None
        else texts["entered"].format(at=at, entered=on_paper(utc(finding.entered))),
        digest=finding.digest or "",
        known=True,
    )


def _value(fact: Fact, value: Value, texts: Texts) -> str:
    kind = KINDS[fact]
    if kind is Kind.WORD:
        return texts[f"word_{value}"]
    if isinstance(value, str):
        return on_paper(value) if kind is Kind.TIME else value
    if kind is Kind.SHARE:
        value *= 100
    number = f"{value:z.3f}".rstrip("0").rstrip(".")
    unit = UNITS.get(kind)
    return number if unit is None else f"{number} {unit}"


def on_paper(moment: str) -> str:
    """Return an ISO time in UTC as people read it."""
    return f"{moment.removesuffix('Z').replace('T', ' ')} UTC"
