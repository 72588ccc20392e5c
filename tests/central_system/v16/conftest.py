"""A wallbox that speaks OCPP 1.6."""

from hypothesis import settings
import pytest

from .wallbox import Wallbox

# How long an example takes depends on the machine's other work.
settings.register_profile("v16", deadline=None)
settings.load_profile("v16")


@pytest.fixture
def wallbox() -> Wallbox:
    """An accepted wallbox on its socket."""
    return Wallbox()
