"""The document: its lines, what each came to, and by what."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import Any, Final

from ...rules.ruleset import RulesetId
from .canonical import canonical
from .facts import Fact, Value

SCHEMA: Final = 1
"""Of the file's data; another number says that its lines mean something else."""


class Verdict(StrEnum):
    """What a line came to. None says "compliant": that is for those to say whom the law names."""

    MET_BY_CHARGER = "met_by_charger"
    MET_BY_SOFTWARE = "met_by_software"
    MET_JOINTLY = "met_jointly"
    NOT_MET = "not_met"
    NOT_EVIDENCED = "not_evidenced"
    STATED = "stated"
    """A fact that the document has to bear, by which nothing is judged."""


MET: Final = frozenset(
    {Verdict.MET_BY_CHARGER, Verdict.MET_BY_SOFTWARE, Verdict.MET_JOINTLY}
)


class Section(StrEnum):
    """A part of the document."""

    IDENTITY = "identity"
    OPERATION = "operation"
    """Regulations 5 to 11."""
    SECURITY = "security"
    """Regulation 12 and Schedule 1."""
    TESTS = "tests"
    SALE = "sale"


class Subject(StrEnum):
    """What a line is about."""

    ACCURACY = "accuracy"
    BANK_HOLIDAYS = "bank_holidays"
    CHARGER = "charger"
    CLOCK_CHANGE = "clock_change"
    CREDENTIALS = "credentials"
    DELAY = "delay"
    DELAY_SKIPPED = "delay_skipped"
    DELETION = "deletion"
    DESIGN = "design"
    DRAWS = "draws"
    DSR = "dsr"
    DSR_AGREEMENT = "dsr_agreement"
    DSR_OVERRIDE = "dsr_override"
    ENCRYPTION = "encryption"
    FIRST_USE = "first_use"
    HOURS = "hours"
    INPUTS = "inputs"
    INTERFACE = "interface"
    INTERFACES = "interfaces"
    LOG = "log"
    MANUAL = "manual"
    OFFLINE_START = "offline_start"
    OFFLINE_TEST = "offline_test"
    OVERRIDE = "override"
    PASSWORDS = "passwords"
    PHYSICAL = "physical"
    POWER = "power"
    POWER_CUT = "power_cut"
    RATE = "rate"
    RECORDS = "records"
    RESPONSIBLE = "responsible"
    SAFETY = "safety"
    SALE = "sale"
    SETUP = "setup"
    SOFTWARE = "software"
    SUPPLIER = "supplier"
    TAMPERING = "tampering"
    TESTS = "tests"
    TIME_SHIFT = "time_shift"
    UPDATES = "updates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fact in a line; where there is no evidence that is young enough all but its name is None.

    `entered` is None as well where it was seen, and not typed in.
    """

    fact: Fact
    value: Value | None = None
    at: datetime | None = None
    samples: int | None = None
    digest: str | None = None
    entered: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line with its verdict. `source` is where the law says it, such as "reg. 10(1)"."""

    subject: Subject
    section: Section
    source: str
    verdict: Verdict
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class Document:
    """A technical file as it stood at `made_at` (UTC), without words: those come when it is read.

    `personal`: it was asked for with what leads to a person.
    """

    made_at: datetime
    ruleset: RulesetId
    personal: bool
    lines: tuple[Line, ...]

    @cached_property
    def data(self) -> dict[str, Any]:
        """The document as JSON can carry it, in no language."""
        return {
            "title": "self-assessment of operation",
            "schema": SCHEMA,
            "made_at": utc(self.made_at),
            "ruleset": self.ruleset.value,
            "personal_data": self.personal,
            "lines": [
                {
                    "subject": line.subject.value,
                    "section": line.section.value,
                    "source": line.source,
                    "verdict": line.verdict.value,
                    "evidence": [
                        {
                            "fact": finding.fact.value,
                            "value": finding.value,
                            "at": finding.at and utc(finding.at),
                            "entered": finding.entered and utc(finding.entered),
                            "samples": finding.samples,
                            "sha256": finding.digest,
                        }
                        for finding in line.findings
                    ],
                }
                for line in self.lines
            ],
        }

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical JSON of `data`, hexadecimal: the same document has the same one."""
        return sha256(canonical(self.data)).hexdigest()

    def value(self, fact: Fact) -> Value | None:
        """Return what the document says of a fact."""
        for line in self.lines:
            for finding in line.findings:
                if finding.fact is fact:
                    return finding.value
        return None


def utc(moment: datetime) -> str:
    """Return a moment as ISO 8601 in UTC, to the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
