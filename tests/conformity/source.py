"""The component's source as syntax trees, and what can be read out of them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
import json
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
DOMAIN: Final = "smart_charge_point"
COMPONENT: Final = ROOT / "custom_components" / DOMAIN


@dataclass(frozen=True, slots=True)
class Module:
    """One file of the component; `room` is its folder, empty at the top."""

    path: Path
    room: str
    name: str
    tree: ast.Module

    @property
    def package(self) -> tuple[str, ...]:
        """The folders that it lies in, below the component."""
        return self.path.relative_to(COMPONENT).parts[:-1]


@dataclass(frozen=True, slots=True)
class Import:
    """One thing that a module imports; relative imports are resolved, so all names are absolute."""

    module: Module
    name: str
    line: int

    def __str__(self) -> str:
        """Say where it stands, as an editor can jump to it."""
        return f"{self.module.path.relative_to(ROOT)}:{self.line} imports {self.name}"


@cache
def modules() -> tuple[Module, ...]:
    """Return every module of the component."""
    found = []
    for path in sorted(COMPONENT.rglob("*.py")):
        parts = path.relative_to(COMPONENT).parts
        room = parts[0] if len(parts) > 1 else ""
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        found.append(Module(path, room, path.stem, tree))
    return tuple(found)


def imports(module: Module) -> Iterator[Import]:
    """Return what a module imports, wherever in it."""
    inside = ("custom_components", DOMAIN, *module.package)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(module, alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            base = inside[: len(inside) - node.level + 1] if node.level else ()
            origin = ".".join((*base, *filter(None, [node.module])))
            for alias in node.names:
                yield Import(module, f"{origin}.{alias.name}", node.lineno)


def strings(*, room: str | None = None) -> frozenset[str]:
    """Return every string constant of the component, or of one of its rooms."""
    return frozenset(
        node.value
        for module in modules()
        if room is None or module.room == room
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON file's object."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def english() -> dict[str, Any]:
    """Return the English texts."""
    return read_json(COMPONENT / "translations" / "en.json")
