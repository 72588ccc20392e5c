"""A ledger in an empty folder, and the words in which tests speak of sessions."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from custom_components.smart_charge_point.records.ledger import Ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the ledger's file is."""
    return tmp_path / "sessions.db"


@pytest.fixture
async def ledger(path: Path) -> AsyncIterator[Ledger]:
    """An open, empty ledger."""
    opened = Ledger(path)
    await opened.open()
    yield opened
    await opened.close()
