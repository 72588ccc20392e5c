"""Arabic script: each letter in the form that its neighbours ask for, as Unicode names the forms."""

import unicodedata

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_charge_point.records.joined_letters import joined


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        # Kareem: reh joins nothing behind it.
        (
            "كريم",
            ["KAF INITIAL", "REH FINAL", "YEH INITIAL", "MEEM FINAL"],
        ),
        # Ahmad: nor does alef.
        (
            "أحمد",
            [
                "ALEF WITH HAMZA ABOVE ISOLATED",
                "HAH INITIAL",
                "MEEM MEDIAL",
                "DAL FINAL",
            ],
        ),
        # Ala: lam and alef are written as one.
        ("علا", ["AIN INITIAL", "LAM WITH ALEF FINAL"]),
        # A Persian letter.
        ("پ", ["PEH ISOLATED"]),
    ],
)
def test_letters_join(name: str, forms: list[str]) -> None:
    """First, middle and last letters look different."""
    assert [
        unicodedata.name(letter)
        .replace("ARABIC LETTER ", "")
        .replace("ARABIC LIGATURE ", "")
        .removesuffix(" FORM")
        for letter in joined(name)
    ] == forms


def test_marks_part_no_letters() -> None:
    """Muhammad with all its vowels is joined as it is without."""
    marked = joined("مُحَمَّد")

    assert "".join(
        letter for letter in marked if unicodedata.category(letter) != "Mn"
    ) == joined("محمد")


def test_other_scripts_stay() -> None:
    """Nothing else is touched."""
    assert joined("Jürgen, Наташа, 李明, שרה 12") == "Jürgen, Наташа, 李明, שרה 12"


@given(st.text(alphabet="كريمأحدعلاپ ُabc1", max_size=20))
def test_what_is_said_stays(text: str) -> None:
    """Only the shape changes: the forms are those of the same letters, in the same order."""
    assert unicodedata.normalize("NFKC", joined(text)) == unicodedata.normalize(
        "NFKC", text
    )
