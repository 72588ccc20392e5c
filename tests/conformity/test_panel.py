"""The panel's sources: their texts are in the translations, and no text is left that none of them names."""

from collections.abc import Iterator, Mapping
import json
import re
from typing import Any, Final

from .source import ROOT, english

FRONTEND: Final = ROOT / "frontend"
TEXTS: Final = english()["config_panel"]
ELSEWHERE: Final = frozenset({"title"})
"""What the integration names: the sidebar's entry."""


def sources() -> str:
    """Return all that the panel is written in."""
    return "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted((FRONTEND / "src").rglob("*.ts"))
    )


def keys(texts: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Return where every text stands."""
    for key, value in texts.items():
        if isinstance(value, str):
            yield path + key
        else:
            yield from keys(value, f"{path}{key}.")


def test_what_the_panel_says_is_written() -> None:
    """Each text that the sources name is there; of those put together from parts, the first part."""
    written = set(keys(TEXTS))
    for name in re.findall(r'\bsay\(\s*"([^"]+)"', sources()):
        assert name in written, name
    for start in re.findall(r"\bsay\(\s*`([^`$]+)\$\{", sources()):
        assert any(name.startswith(start) for name in written), start


def test_what_is_written_is_said() -> None:
    """No text is left over: it is named, or its last part is, after a first part that texts are put together from."""
    text = sources()
    starts = tuple(re.findall(r"\bsay\(\s*`([^`$]+)\$\{", text))
    named = set(re.findall(r"\"([\w.]+)\"", text)) | set(re.findall(r"\b(\w+): ", text))
    for name in keys(TEXTS):
        last = name.rsplit(".", 1)[-1]
        assert name in named | ELSEWHERE or (
            name.startswith(starts) and last in named
        ), name


def test_packages_are_pinned_and_name_no_registry() -> None:
    """Every machine installs the same, from whatever registry it is set up with."""
    package = json.loads((FRONTEND / "package.json").read_text(encoding="utf-8"))
    for name, version in {
        **package["dependencies"],
        **package["devDependencies"],
    }.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
    lock = (FRONTEND / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock


def test_nothing_is_loaded_from_elsewhere() -> None:
    """The panel works in a home without internet."""
    assert not re.search(r"https?://|\bfetch\(|\bimport\(\s*[^\"]", sources())
