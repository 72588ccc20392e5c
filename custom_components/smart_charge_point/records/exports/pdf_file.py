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
FEED: Final = 3.8
"""mm from one line of a text to its next."""
PADDING: Final = 1.3
"""mm that a column leaves free at each side."""
TEXT: Final = 8.5
"""Points of the letters in it."""
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
        places = table.filled
        self._columns = tuple(table.columns[place] for place in places)
        self._titles = tuple(
            self._paper.drawn(plain_text(column.title)) for column in self._columns
        )
        self._rows = tuple(self._drawn(row, places) for row in table.rows)
        self._totals = self._drawn(table.totals, places) if table.totals else ()
        self._widths = self._fitting()

    def write(self) -> bytes:
        """Draw everything, from the top."""
        paper, table = self._paper, self._table
        paper.add_page()
        paper.paragraph(plain_text(table.title), 18, bold=True)
        paper.ln(1.5)
        self._facts()
        self._figures()
        if self._rows:
            self._lines()
        self._notes()
        self._signatures()
        return paper.bytes()

    def _drawn(self, row: tuple[Cell, ...], places: tuple[int, ...]) -> tuple[str, ...]:
        table = self._table
        return tuple(
            self._paper.drawn(
                formats.on_paper(
                    row[place],
                    table.columns[place].kind,
                    style=table.style,
                    zone=table.zone,
                    currency=table.currency,
                )
            )
            for place in places
        )

    def _fitting(self) -> tuple[float, ...]:
        """Return how wide each column is: numbers as wide as they need, texts share what is left and break lines."""
        paper = self._paper
        paper.ink(TEXT, bold=True)
        wanted = [
            max(
                max(map(paper.get_string_width, title.split()), default=0),
                max(
                    (
                        paper.get_string_width(row[place])
                        for row in (*self._rows, self._totals)
                        if row
                    ),
                    default=0,
                ),
            )
            + 2 * PADDING
            for place, title in enumerate(self._titles)
        ]
        texts = [
            place
            for place, column in enumerate(self._columns)
            if column.kind is Kind.TEXT
        ]
        spare = paper.epw - sum(wanted)
        if spare < 0 and texts:
            texts_wanted = sum(wanted[place] for place in texts)
            part = max(0.2, 1 + spare / texts_wanted)
            for place in texts:
                wanted[place] *= part
        # Whatever is left over, or missing still, all columns share.
        spare = (paper.epw - sum(wanted)) / len(wanted) if wanted else 0
        return tuple(width + spare for width in wanted)

    def _facts(self) -> None:
        paper = self._paper
        for name, value in self._table.facts:
            paper.ink(9, colour=FAINT)
            paper.cell(32, 4.6, paper.fitted(plain_text(name), 31))
            paper.ink(9)
            paper.multi_cell(
                paper.epw - 32,
                4.6,
                paper.drawn(plain_text(value)),
                align="L",
                new_x=XPos.LMARGIN,
                new_y=YPos.NEXT,
            )
        paper.ln(3)

    def _figures(self) -> None:
        """Draw the figures that matter most side by side."""
        paper, figures = self._paper, self._table.figures
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
            paper.cell(width - 4, 6, paper.fitted(plain_text(value), width - 5))
        paper.set_xy(paper.l_margin, top + height + 5)

    def _lines(self) -> None:
        paper = self._paper
        self._headings()
        for number, row in enumerate(self._rows):
            # The totals are never alone on a page.
            last = number == len(self._rows) - 1
            height = self._height(row)
            if paper.room < height + (ROW if last and self._totals else 0):
                paper.add_page()
                self._headings()
            self._line(row, height, shaded=bool(number % 2))
        if self._totals:
            self._rule()
            self._line(self._totals, self._height(self._totals), total=True)
        paper.ln(4)

    def _headings(self) -> None:
        """Draw the headings, each on as many lines as it takes."""
        paper = self._paper
        paper.ink(7.5, bold=True, colour=FAINT)
        lines = [
            paper.lines_of(title, width)
            for title, width in zip(self._titles, self._widths, strict=True)
        ]
        left, top = paper.l_margin, paper.get_y()
        for place, (title, width) in enumerate(
            zip(self._titles, self._widths, strict=True)
        ):
            paper.set_xy(left, top + (max(lines) - lines[place]) * 3.4)
            paper.column(title, width, 3.4, self._side(place))
            left += width
        paper.set_xy(paper.l_margin, top + max(lines) * 3.4 + 1)
        self._rule()

    def _rule(self) -> None:
        paper = self._paper
        paper.set_draw_color(*ACCENT)
        paper.set_line_width(0.4)
        right, down = paper.l_margin + paper.epw, paper.get_y()
        paper.line(paper.l_margin, down, right, down)

    def _height(self, row: tuple[str, ...]) -> float:
        """Return how high a line is, by the text in it that takes most lines."""
        self._paper.ink(TEXT)
        most = max(
            self._paper.lines_of(text, width)
            for text, width in zip(row, self._widths, strict=True)
        )
        return ROW + (most - 1) * FEED

    def _line(
        self,
        row: tuple[str, ...],
        height: float,
        *,
        shaded: bool = False,
        total: bool = False,
    ) -> None:
        paper = self._paper
        left, top = paper.l_margin, paper.get_y()
        if shaded:
            paper.set_fill_color(*SHADE)
            paper.rect(left, top, paper.epw, height, style="F")
        paper.ink(TEXT, bold=total)
        for place, (text, width) in enumerate(zip(row, self._widths, strict=True)):
            paper.set_xy(left, top + (ROW - FEED) / 2)
            paper.column(text, width, FEED, self._side(place))
            left += width
        paper.set_xy(paper.l_margin, top + height)

    def _side(self, place: int) -> str:
        return "L" if self._columns[place].kind in LEFT else "R"

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
