"""Loading: what makes files is loaded when a file is first asked for, not while Home Assistant starts."""

import subprocess
import sys

from ..conformity.source import COMPONENT, DOMAIN, ROOT

HEAVY = ("fpdf", "fontTools", "xlsxwriter")


def test_no_library_is_loaded_before_a_file_is_made() -> None:
    """Importing all that Home Assistant imports at its start brings none of them."""
    names = [path.stem for path in COMPONENT.glob("*.py") if path.stem != "__init__"]
    program = f"""
from importlib import import_module
import sys
for name in {names!r}:
    import_module("custom_components.{DOMAIN}." + name)
print(*(each for each in {HEAVY!r} if each in sys.modules))
"""
    ran = subprocess.run(  # noqa: S603 - our own interpreter and program
        [sys.executable, "-c", program],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )

    assert ran.stdout.strip() == ""
