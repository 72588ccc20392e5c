"""Renew the fonts that documents are drawn with: DejaVu Sans Condensed, without what no name or number needs.

Usage: .venv-test/bin/python script/fonts.py     with Debian's package fonts-dejavu-extra (2.37) installed.

Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew and Arabic letters stay, with currencies and common signs; hints and
layout tables go. That leaves a third of the size.
"""

from pathlib import Path
from typing import Final

from fontTools import subset

SOURCE: Final = Path("/usr/share/fonts/truetype/dejavu")
TARGET: Final = (
    Path(__file__).parents[1] / "custom_components/smart_charge_point/records/fonts"
)
NAMES: Final = ("DejaVuSansCondensed.ttf", "DejaVuSansCondensed-Bold.ttf")
KEPT: Final = (
    range(0x20, 0x7F),
    range(0xA0, 0x530),  # Latin, Greek, Cyrillic
    range(0x531, 0x700),  # Armenian, Hebrew, Arabic
    range(0x10A0, 0x1100),  # Georgian
    range(0x1E00, 0x2100),  # more of Latin and Greek, punctuation, currencies
    range(0x2100, 0x2300),  # letter-like signs, arrows, sums
    range(0x2500, 0x2600),  # lines and blocks
    range(0x2713, 0x2718),
    range(0xFB00, 0xFC00),  # ligatures, Hebrew, and Arabic letters as they join
    range(0xFE70, 0xFF00),
    (0xFFFD,),
)


def main() -> None:
    """Write both fonts."""
    options = subset.Options()
    options.hinting = False
    options.glyph_names = False
    options.layout_features = []
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.drop_tables += ["GDEF", "GPOS", "GSUB", "FFTM", "MATH", "kern"]
    for name in NAMES:
        font = subset.load_font(str(SOURCE / name), options)
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=[code for codes in KEPT for code in codes])
        subsetter.subset(font)
        font.save(TARGET / name)
        print(f"{name}: {(TARGET / name).stat().st_size} bytes")


if __name__ == "__main__":
    main()
