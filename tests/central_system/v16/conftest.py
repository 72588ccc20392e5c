"""A wallbox that speaks OCPP 1.6."""

import pytest

from .wallbox import Wallbox


@pytest.fixture
def wallbox() -> Wallbox:
    """An accepted wallbox on its socket."""
    return Wallbox()
