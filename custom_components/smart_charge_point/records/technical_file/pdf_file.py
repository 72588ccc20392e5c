"""PDF: the document as A4 pages to print and hand on.

Imported where a document is made, on a thread.
"""

from collections.abc import Mapping
from typing import Final

from fpdf.enums import XPos, YPos

from ..paper import ACCENT, FAINT, INK, LINE, Paper
from .document import Verdict
from .reading import ReadFinding, Reading, ReadLine

type Colour = tuple[int, int, int]

GOOD: Final[Colour] = (17, 99, 41)
COLOURS: Final[Mapping[Verdict, Colour]] = {
    Verdict.MET_BY_CHARGER: GOOD,
    Verdict.MET_BY_SOFTWARE: GOOD,
    Verdict.MET_JOINTLY: GOOD,
    Verdict.NOT_MET: (164, 14, 38),
    Verdict.NOT_EVIDENCED: (122, 77, 0),
    Verdict.STATED: FAINT,
}
NAMES: Final = 64.0
"""mm that the names of facts take."""
VERDICTS: Final = 46.0
"""mm that a verdict takes at the right."""
FEED: Final = 4.2
SMALL: Final = 3.2


def write_pdf(reading: Reading) -> bytes:
    """Return the file. A character that the font has not is drawn as a box."""
    return _Pages(reading).write()


class _Pages:
    """The pages of one document."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._paper = Paper(
            title=reading.title,
            language=reading.language,
            made_at=reading.made_at,
            foot=reading.foot,
            page_of=reading.page_of,
        )

    def write(self) -> bytes:
        """Draw everything, from the top."""
        paper, reading = self._paper, self._reading
        paper.add_page()
        paper.paragraph(reading.title, 18, bold=True)
        paper.ln(1.5)
        for text in reading.about:
            paper.paragraph(text, 9, faint=True)
            paper.ln(1)
        self._pairs(reading.facts)
        for section in reading.sections:
            self._heading(section.title)
            for line in section.lines:
                self._line(line)
        paper.ln(4)
        self._keep(30)
        paper.paragraph(reading.about_seal, 8, faint=True)
        paper.ln(1)
        self._pairs(reading.proof)
        return paper.bytes()

    def _keep(self, height: float) -> None:
        """Begin another page where this one has less room than that."""
        if self._paper.room < height:
            self._paper.add_page()

    def _heading(self, title: str) -> None:
        paper = self._paper
        self._keep(40)
        paper.ln(4)
        paper.paragraph(title, 13, bold=True)
        paper.set_draw_color(*ACCENT)
        paper.set_line_width(0.4)
        down = paper.get_y() + 0.6
        paper.line(paper.l_margin, down, paper.l_margin + paper.epw, down)
        paper.ln(2)

    def _line(self, line: ReadLine) -> None:
        paper = self._paper
        self._keep(self._height(line))
        wide = paper.epw - VERDICTS
        paper.ink(9.5, bold=True)
        paper.cell(wide, 5, paper.fitted(f"{line.title} · {line.source}", wide))
        paper.ink(9, bold=True, colour=COLOURS[line.verdict])
        paper.cell(
            VERDICTS,
            5,
            paper.fitted(line.verdict_text, VERDICTS),
            align="R",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )
        self._text(line.about, paper.epw, 8, SMALL + 0.3, FAINT)
        for finding in line.findings:
            self._finding(finding)
        paper.ln(1.2)
        paper.set_draw_color(*LINE)
        paper.set_line_width(0.2)
        down = paper.get_y()
        paper.line(paper.l_margin, down, paper.l_margin + paper.epw, down)
        paper.ln(1.6)

    def _height(self, line: ReadLine) -> float:
        """Return about how high a line is, but no more than a page has room for."""
        rows = sum(FEED + (2 * SMALL if each.known else 0) for each in line.findings)
        return min(18 + rows, 200)

    def _finding(self, finding: ReadFinding) -> None:
        paper = self._paper
        paper.ink(8.5, colour=FAINT)
        paper.cell(NAMES, FEED, paper.fitted(finding.name, NAMES - 1))
        colour = INK if finding.known else COLOURS[Verdict.NOT_EVIDENCED]
        self._text(finding.value, paper.epw - NAMES, 8.5, FEED, colour)
        if finding.known:
            for note in (finding.note, f"SHA-256 {finding.digest}"):
                paper.set_x(paper.l_margin + NAMES)
                self._text(note, paper.epw - NAMES, 6.5, SMALL, FAINT)

    def _pairs(self, pairs: tuple[tuple[str, str], ...]) -> None:
        paper = self._paper
        for name, value in pairs:
            paper.ink(9, colour=FAINT)
            paper.cell(NAMES, 4.6, paper.fitted(name, NAMES - 1))
            self._text(value, paper.epw - NAMES, 9, 4.6, INK)

    def _text(
        self, text: str, width: float, size: float, feed: float, colour: Colour
    ) -> None:
        """Write a text from here on, on as many lines as it takes; go on below it."""
        paper = self._paper
        paper.ink(size, colour=colour)
        paper.multi_cell(
            width,
            feed,
            paper.drawn(text),
            align="L",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )
