"""The technical file on screen and paper."""

from html.parser import HTMLParser
import io

from hypothesis import given, settings, strategies as st
from pypdf import PdfReader
import pytest

from custom_components.smart_charge_point.records.technical_file.building import (
    document,
)
from custom_components.smart_charge_point.records.technical_file.facts import Fact, seen
from custom_components.smart_charge_point.records.technical_file.html_file import (
    write_html,
)
from custom_components.smart_charge_point.records.technical_file.pdf_file import (
    write_pdf,
)
from custom_components.smart_charge_point.records.technical_file.reading import (
    Reading,
    keys,
    read,
)
from custom_components.smart_charge_point.records.technical_file.seal import seal
from custom_components.smart_charge_point.rules.ruleset import RulesetId

from ..conformity.source import english
from .facts import KEY, LATELY, NOW, everything, evidence, texts

TITLE = "Self-assessment of operation"
HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'&amp;"


def reading(
    model: str = "HEV-S2007A", ruleset: RulesetId = RulesetId.GB_2021
) -> Reading:
    """Return the document of a wallbox of this model, in English."""
    facts = {**everything(), Fact.MODEL: seen(model, LATELY)}
    del facts[Fact.ACCURACY]
    made = document(evidence(facts, ruleset), NOW)
    return read(made, seal(made, KEY), texts(), "en")


class Page(HTMLParser):
    """What a browser makes of a page: its tags, and its text."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Take a tag."""
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        """Take a text."""
        self.text.append(data)


def paper(made: Reading) -> str:
    """Return what stands on the pages."""
    reader = PdfReader(io.BytesIO(write_pdf(made)))
    return "\n".join(page.extract_text() for page in reader.pages)


def test_every_text_is_there_and_none_is_left_over() -> None:
    """The texts of the technical file are those that it is read with."""
    written = {
        key.removeprefix("technical_file_")
        for key in english()["common"]
        if key.startswith("technical_file_")
    }

    assert written == set(keys())


def test_both_say_the_same() -> None:
    """Title, verdicts, evidence with its UTC time, what is missing, and the seal."""
    made = reading()
    page = " ".join(Page(write_html(made)).text)
    printed = paper(made)

    for said in (
        TITLE,
        "HEV-S2007A",
        "reg. 11",
        "Met by both together",
        "not evidenced",
        "2026-11-20 20:00:00 UTC",
        made.proof[0][1],
    ):
        assert said in page
        assert said in printed.replace("\n", " ") or said in printed.replace("\n", "")


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.012, "1.2 %"), (-0.1043, "-10.43 %"), (-0.000001, "0 %"), (0.0, "0 %")],
)
def test_a_share_is_read_in_per_cent(share: float, text: str) -> None:
    """To which side a meter is off is told by the sign, and nothing has none."""
    facts = {**everything(), Fact.ACCURACY: seen(share, LATELY)}
    made = document(evidence(facts), NOW)
    told = {
        finding.name: finding.value
        for section in read(made, seal(made, KEY), texts(), "en").sections
        for line in section.lines
        for finding in line.findings
    }
    assert told["Error against a second meter"] == text


@pytest.mark.parametrize("ruleset", RulesetId)
def test_nothing_is_called_compliant(ruleset: RulesetId) -> None:
    """The word stands in the sentence that says what the document is not, and nowhere else."""
    page = " ".join(Page(write_html(reading(ruleset=ruleset))).text).lower()

    assert "compliant" not in page
    assert page.count("complian") == 1
    assert "neither a certificate nor a statement of compliance" in page


def test_hostile_names_are_text_in_html() -> None:
    """A wallbox that calls itself a script is shown as it calls itself, and runs nothing."""
    harmless, hostile = Page(write_html(reading())), Page(write_html(reading(HOSTILE)))

    assert hostile.tags == harmless.tags
    assert "script" not in hostile.tags
    assert HOSTILE in "".join(hostile.text)


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=300))
def test_any_name_can_be_printed(model: str) -> None:
    """Letters that a font has not, control characters, and lines without end."""
    made = reading(model)

    assert Page(write_html(made)).tags == Page(write_html(reading())).tags
    assert write_pdf(made).startswith(b"%PDF")


def test_t2_the_same_document_is_the_same_file() -> None:
    """To the last byte."""
    assert write_html(reading()) == write_html(reading())
    assert write_pdf(reading()) == write_pdf(reading())


def test_the_page_loads_nothing() -> None:
    """It can be opened years later, offline, and tells nobody."""
    page = write_html(reading()).decode()

    assert "default-src 'none'" in page
    assert "http://" not in page
    assert "https://" not in page
