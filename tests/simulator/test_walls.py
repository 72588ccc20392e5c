"""The simulator leans on nobody: it must not share the mistakes of what it tests."""

import ast
from pathlib import Path

from custom_components.smart_charge_point import simulator

_ALLOWED = {"aiohttp"}


def test_imports_only_itself_and_aiohttp() -> None:
    """Nothing of Home Assistant, of the ocpp package, or of another room."""
    folder = Path(simulator.__file__).parent
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert node.level <= 1, path.name
                names = [] if node.level else [node.module or ""]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                continue
            for name in names:
                root = name.partition(".")[0]
                assert root in _ALLOWED or root in _STANDARD, f"{path.name}: {name}"


_STANDARD = {
    "argparse", "asyncio", "base64", "collections", "dataclasses", "datetime", "enum", "functools", "heapq", "itertools",
    "json", "math", "random", "signal", "socket", "sys", "time", "types", "typing", "urllib", "zoneinfo",
}  # fmt: skip
