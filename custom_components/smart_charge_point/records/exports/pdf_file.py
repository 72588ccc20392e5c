"""PDF: a table as A4 pages to print, send and sign.

Imported where a file is made, on a thread.
"""

from typing import Final

from fpdf.enums import XPos, YPos

from ..paper import ACCENT, FAINT, LINE, SHADE, Paper
from . import formats
from .table import Cell, Kind, Table, plain_text
from .words import Word

ROW: Final = 6.0
"""mm that a line of the table is high."""
PADDING: Final = 1.2
LEFT: Final = frozenset({Kind.TEXT, Kind.DATE, Kind.MONTH, Kind.TIME})
"""Kinds that stand at the left of their column; numbers stand at the right."""


def write_pdf(table: Table) -> bytes:
    """Return the file. A character that the font has not is drawn as a box, and named at the end."""
    return _Page(table).write()


class _Page:
    """The pages of one table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        made = table.made_at.astimezone(table.zone)
        self._paper = Paper(
            title=plain_text(table.title),
            language=table.language,
            made_at=made,
            foot=table.words[Word.MADE].format(
                day=formats.day(made.date(), table.style), time=f"{made:%H:%M}"
            ),
            page_of=table.words[Word.PAGE_OF],
            landscape=table.landscape,
        )
        self._places = table.filled
        whole = sum(table.columns[place].weight for place in self._places)
        self._widths = {
            place: self._paper.epw * table.columns[place].weight / whole
            for place in self._places
        }

    def write(self) -> bytes:
        paper, table = self._paper, self._table
        paper.add_page()
        paper.paragraph(plain_text(table.title), 18, bold=True)
        paper.ln(1.5)
        self._facts()
        self._figures()
        if table.rows:
            self._lines()
        self._notes()
        self._signatures()
        return paper.bytes()

    def _facts(self) -> None:
        paper = self._paper
        for name, value in self._table.facts:
            paper.ink(9, colour=FAINT)
            paper.cell(32, 4.6, paper.fitted(plain_text(name), 31))
            paper.ink(9)
            paper.cell(
                paper.epw - 32,
                4.6,
                paper.fitted(plain_text(value), paper.epw - 33),
                new_x=XPos.LMARGIN,
                new_y=YPos.NEXT,
            )
        paper.ln(3)

    def _figures(self) -> None:
        """Draw the figures that matter most side by side."""
        paper, figures = self._paper, self._table.figures
        if not figures:
            return
        top, gap, height = paper.get_y(), 3.0, 14.0
        width = (paper.epw - gap * (len(figures) - 1)) / len(figures)
        for index, (name, value) in enumerate(figures):
            left = paper.l_margin + index * (width + gap)
            paper.set_fill_color(*SHADE)
            paper.rect(
                left,
                top,
                width,
                height,
                style="F",
                round_corners=True,
                corner_radius=1.2,
            )
            paper.set_xy(left + 2, top + 1.8)
            paper.ink(7.5, colour=FAINT)
            paper.cell(width - 4, 4, paper.fitted(plain_text(name), width - 5))
            paper.set_xy(left + 2, top + 6.2)
            paper.ink(13, bold=True)
            paper.cell(width - 4, 6, paper.fitted(value, width - 5))
        paper.set_xy(paper.l_margin, top + height + 5)

    def _lines(self) -> None:
        paper, table = self._paper, self._table
        self._headings()
        for number, row in enumerate(table.rows):
            # The totals are never alone on a page.
            last = number == len(table.rows) - 1
            if paper.room < ROW * (2 if last and table.totals else 1):
                paper.add_page()
                self._headings()
            self._line(row, shaded=bool(number % 2))
        if table.totals:
            paper.set_draw_color(*ACCENT)
            paper.set_line_width(0.4)
            paper.line(
                paper.l_margin, paper.get_y(), paper.l_margin + paper.epw, paper.get_y()
            )
            self._line(table.totals, total=True)
        paper.ln(4)

    def _headings(self) -> None:
        """Draw the headings, each on as many lines as it takes."""
        paper, table = self._paper, self._table
        paper.ink(7.5, bold=True, colour=FAINT)
        titles = {
            place: paper.drawn(plain_text(table.columns[place].title))
            for place in self._places
        }
        lines = {
            place: paper.lines_of(title, self._widths[place])
            for place, title in titles.items()
        }
        most = max(lines.values())
        left, top = paper.l_margin, paper.get_y()
        for place in self._places:
            paper.set_xy(left, top + (most - lines[place]) * 3.4)
            paper.multi_cell(
                self._widths[place], 3.4, titles[place], align=self._side(place)
            )
            left += self._widths[place]
        bottom = top + most * 3.4 + 1
        paper.set_draw_color(*ACCENT)
        paper.set_line_width(0.4)
        paper.line(paper.l_margin, bottom, paper.l_margin + paper.epw, bottom)
        paper.set_xy(paper.l_margin, bottom)

    def _line(
        self, row: tuple[Cell, ...], *, shaded: bool = False, total: bool = False
    ) -> None:
        paper, table = self._paper, self._table
        paper.set_fill_color(*SHADE)
        paper.ink(8.5, bold=total)
        for place in self._places:
            cell = row[place]
            text = (
                ""
                if total and cell in (None, "")
                else formats.on_paper(
                    cell,
                    table.columns[place].kind,
                    style=table.style,
                    zone=table.zone,
                    currency=table.currency,
                )
            )
            paper.cell(
                self._widths[place],
                ROW,
                paper.fitted(text, self._widths[place] - 2 * PADDING),
                align=self._side(place),
                fill=shaded,
            )
        paper.ln(ROW)

    def _side(self, place: int) -> str:
        return "L" if self._table.columns[place].kind in LEFT else "R"

    def _notes(self) -> None:
        table, paper = self._table, self._paper
        for note in table.notes:
            paper.paragraph(plain_text(note), 8, faint=True)
            paper.ln(1)
        if paper.missing:
            letters = ", ".join(f"U+{ord(letter):04X}" for letter in paper.missing[:20])
            note = table.words[Word.NOTE_MISSING_LETTERS].format(letters=letters)
            paper.paragraph(note, 8, faint=True)

    def _signatures(self) -> None:
        """Draw a line to sign on for each who signs, together on one page."""
        paper, names = self._paper, self._table.signatures
        if not names:
            return
        if paper.room < 30:
            paper.add_page()
        gap = 12.0
        width = (paper.epw - gap * (len(names) - 1)) / len(names)
        top = paper.get_y() + 22
        paper.set_draw_color(*LINE)
        paper.set_line_width(0.3)
        for index, name in enumerate(names):
            left = paper.l_margin + index * (width + gap)
            paper.line(left, top, left + width, top)
            paper.set_xy(left, top + 1)
            paper.ink(8, colour=FAINT)
            paper.cell(width, 4, paper.fitted(plain_text(name), width))
