"""Paper: A4 pages with a head and a foot, and a font that has the letters of most names.

Imported where a document is made, on a thread, never while Home Assistant starts: the library takes most of a second.
"""

from datetime import datetime
import logging
from pathlib import Path
from typing import Final, Literal, override
import unicodedata

from fpdf import FPDF
from fpdf.bidi import BidiParagraph
from fpdf.enums import XPos, YPos

from .joined_letters import joined

FONTS: Final = Path(__file__).parent / "fonts"
FAMILY: Final = "dejavu"
MARGIN: Final = 15
"""mm at every edge of a page."""

INK: Final = (28, 33, 40)
FAINT: Final = (99, 108, 118)
LINE: Final = (208, 214, 220)
SHADE: Final = (244, 246, 248)
ACCENT: Final = (3, 118, 150)

_RIGHT_TO_LEFT: Final = frozenset({"R", "AL"})


# What it takes out of a font it says in dozens of lines.
logging.getLogger("fontTools").setLevel(logging.WARNING)


class Paper(FPDF):
    """Pages of one document. Lengths are mm, sizes of letters points.

    The same calls make the same bytes: `made_at` (with its zone) stands for the present. `page_of` is the text for
    "page 1 of 3", with the fields `page` and `pages`; `foot` stands beside it on every page.

    Drawn are Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew and Arabic letters.
    `missing` names the characters that were to be drawn and cannot be: a box stands for each.
    """

    def __init__(
        self,
        *,
        title: str,
        language: str,
        made_at: datetime,
        foot: str,
        page_of: str,
        landscape: bool = False,
    ) -> None:
        """Begin a document without a page."""
        orientation: Literal["landscape", "portrait"] = (
            "landscape" if landscape else "portrait"
        )
        super().__init__(orientation=orientation, unit="mm", format="A4")
        self.set_margin(MARGIN)
        self.set_auto_page_break(auto=True, margin=MARGIN + 6)
        self.add_font(FAMILY, "", FONTS / "DejaVuSansCondensed.ttf")
        self.add_font(FAMILY, "B", FONTS / "DejaVuSansCondensed-Bold.ttf")
        self.set_title(title)
        self.set_creator("Smart Charge Point")
        self.set_lang(language)
        self.set_creation_date(made_at)
        self._drawable = frozenset(self.fonts[FAMILY].cmap)  # type: ignore[union-attr]
        self._foot = foot
        self._page_of = page_of
        self._missing: set[str] = set()
        self.ink(9)

    @property
    def missing(self) -> tuple[str, ...]:
        """The characters that the font has not, by their code."""
        return tuple(sorted(self._missing))

    @property
    def room(self) -> float:
        """How far down the page there is room yet."""
        return self.page_break_trigger - self.get_y()

    def ink(
        self,
        size: float,
        *,
        bold: bool = False,
        colour: tuple[int, int, int] = INK,
    ) -> None:
        """Choose how letters look from here on."""
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*colour)

    def drawn(self, text: str) -> str:
        """Return `text` as it is to be drawn, from left to right and with nothing that the font has not."""
        text = unicodedata.normalize("NFC", text)
        if any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in text):
            text = BidiParagraph(joined(text)).get_reordered_string()
        lost = {
            letter
            for letter in text
            if ord(letter) not in self._drawable and letter not in "\n\t"
        }
        self._missing |= lost
        return "".join(
            "\N{WHITE SQUARE}" if letter in lost else letter for letter in text
        )

    def fitted(self, text: str, width: float) -> str:
        """Return `text` as it is to be drawn, ended by an ellipsis where it is wider than `width`."""
        text = self.drawn(text)
        if self.get_string_width(text) <= width:
            return text
        while text and self.get_string_width(f"{text}…") > width:
            text = text[:-1]
        return f"{text.rstrip()}…"

    def lines_of(self, text: str, width: float) -> int:
        """Return on how many lines a text stands in a column of this width."""
        # Breaking lines is slow, and most texts need none.
        if self.get_string_width(text) <= width - 2 * self.c_margin:
            return 1
        lines = self.multi_cell(width, 1, text, dry_run=True, output="LINES")
        return len(lines) if isinstance(lines, list) else 1

    def column(self, text: str, width: float, height: float, align: str) -> None:
        """Write a text into a column of this width, on as many lines of this height as it takes."""
        if self.lines_of(text, width) == 1:
            self.cell(width, height, text, align=align)
        else:
            self.multi_cell(width, height, text, align=align)

    def paragraph(
        self, text: str, size: float = 9, *, bold: bool = False, faint: bool = False
    ) -> None:
        """Write a paragraph over the width of the page."""
        self.ink(size, bold=bold, colour=FAINT if faint else INK)
        self.multi_cell(
            0,
            size * 0.5,
            self.drawn(text),
            align="L",
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )

    @override
    def footer(self) -> None:
        """Write the foot of a page."""
        self.set_y(-MARGIN)
        self.ink(7, colour=FAINT)
        number = self._page_of.format(
            page=self.page_no(), pages=self.str_alias_nb_pages
        )
        width = self.epw / 2
        self.cell(width, 4, self.fitted(self._foot, width))
        self.cell(width, 4, self.drawn(number), align="R")

    def bytes(self) -> bytes:
        """Return the finished document."""
        return bytes(self.output())
