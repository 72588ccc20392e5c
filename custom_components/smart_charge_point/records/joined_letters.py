"""Joined letters: Arabic script as it is written by hand, where each letter's form depends on its neighbours.

The forms are characters of their own in Unicode (Arabic Presentation Forms), each with the letter that it is a form of; so
a font's own tables for that are not needed.
"""

from collections import defaultdict
from functools import cache
from typing import Final
import unicodedata

_LAM: Final = "\N{ARABIC LETTER LAM}"
_FORMS: Final = (range(0xFB50, 0xFC00), range(0xFE70, 0xFF00))


def joined(text: str) -> str:
    """Return `text`, in the order in which it is read, with each letter in the form in which it joins the ones beside it."""
    forms = _forms()
    if not any(letter in forms for letter in text):
        return text
    written: list[str] = []
    before = ""
    """The letter before, past marks."""
    skipped = False
    for place, letter in enumerate(text):
        if skipped:
            # It is part of the ligature before.
            skipped = False
            continue
        if _is_mark(letter):
            written.append(letter)
            continue
        joins_before = "initial" in forms.get(before, ()) and "final" in forms.get(
            letter, ()
        )
        after = text[place + 1 : place + 2]
        if letter == _LAM and _LAM + after in forms:
            written.append(forms[_LAM + after]["final" if joins_before else "isolated"])
            before, skipped = after, True
            continue
        following = next(
            (other for other in text[place + 1 :] if not _is_mark(other)), ""
        )
        joins_after = "initial" in forms.get(letter, ()) and "final" in forms.get(
            following, ()
        )
        form = (
            ("medial" if joins_after else "final")
            if joins_before
            else ("initial" if joins_after else "isolated")
        )
        written.append(forms.get(letter, {}).get(form, letter))
        before = letter
    return "".join(written)


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter) == "Mn"


@cache
def _forms() -> dict[str, dict[str, str]]:
    """Return the forms of each letter, and of lam with each alef, by what they are called."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for codes in _FORMS:
        for code in codes:
            form, *parts = unicodedata.decomposition(chr(code)).split() or [""]
            letters = "".join(chr(int(part, 16)) for part in parts)
            if form.startswith("<") and (len(letters) == 1 or letters[0] == _LAM):
                found[letters].setdefault(form.strip("<>"), chr(code))
    return dict(found)
