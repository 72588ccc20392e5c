"""The tree: files of a size that can be read, and nothing of the place that they were written at."""

import ipaddress
from pathlib import Path
import re
import subprocess

import pytest

from .source import COMPONENT, ROOT, Module, modules

MOST_LINES = 600
TEXT = frozenset(
    {
        "",
        ".cfg",
        ".in",
        ".json",
        ".md",
        ".py",
        ".sh",
        ".svg",
        ".toml",
        ".txt",
        ".yaml",
        ".yml",
    }
)
# For documentation and tests (RFC 5737, RFC 3849), and ourselves.
HARMLESS = (
    *map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8",
            "127.0.0.0/8",
            "192.0.2.0/24",
            "198.51.100.0/24",
            "203.0.113.0/24",
        ),
    ),
    # What a home's own devices have.
    *map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")),
)
SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\bgh[pousr]_\w{30,}|\bAKIA[0-9A-Z]{16}\b|\beyJ[\w-]{20,}\.eyJ"
)


def tracked() -> tuple[Path, ...]:
    """Return the files of the project, as git knows them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - git is where it is
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    files = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(path for path in files if path.is_file() and path.suffix in TEXT)


@pytest.mark.parametrize(
    "module", modules(), ids=lambda module: str(module.path.relative_to(COMPONENT))
)
def test_a_file_can_be_read_in_one_go(module: Module) -> None:
    """One subject to a file keeps it short."""
    assert len(module.path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_no_file_carries_a_secret_or_a_foreign_address() -> None:
    """Keys and tokens do not belong in a repository, nor do other people's machines."""
    for path in tracked():
        content = path.read_text(encoding="utf-8")
        assert not SECRETS.search(content), path
        for found in re.findall(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])", content):
            try:
                address = ipaddress.ip_address(found)
            except ValueError:
                continue
            assert any(address in network for network in HARMLESS), f"{path}: {found}"


def test_locked_requirements_carry_no_address() -> None:
    """They install from whatever registry a machine is set up with."""
    for path in (ROOT / "requirements").glob("*.txt"):
        content = path.read_text(encoding="utf-8")
        assert "://" not in content, path.name
        assert "--index" not in content, path.name
        unhashed = re.findall(r"^[\w.-]+==\S+(?! .*\\$).*[^\\]$", content, re.MULTILINE)
        assert unhashed == [], path.name
