"""What all tests share: the house on a wall of its own, and the time that passes in it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from hypothesis import given, settings, strategies as st
import pytest

from .house import House

MONDAY_EVENING = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
"""In the peak, two hours before charging hours begin; winter, so London's time is UTC."""


@pytest.fixture(scope="session", autouse=True)
def chance() -> None:
    """Let Hypothesis make its source of chance while it can see who holds it.

    Home Assistant's plugin takes all objects out of the garbage collector's sight before each module. What Hypothesis
    makes after that seems to it to be nobody's, and it warns that it will lose it, wherever runs are not random.
    """

    @settings(max_examples=1, derandomize=True, deadline=None, database=None)
    @given(st.none())
    def nothing(drawn: None) -> None:
        assert drawn is None

    nothing()


@pytest.fixture
async def house(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    tmp_path: Path,
    enable_custom_integrations: None,
    socket_enabled: None,
    unused_tcp_port: int,
    request: pytest.FixtureRequest,
) -> AsyncIterator[House]:
    """Return a house with Home Assistant in it, not yet set up; `@pytest.mark.at(...)` or the parameter `start` says when it is."""
    marker = request.node.get_closest_marker("at")
    start: datetime = marker.args[0] if marker else MONDAY_EVENING
    if (callspec := getattr(request.node, "callspec", None)) is not None:
        start = callspec.params.get("start", start)
    house = House(hass, freezer, tmp_path, unused_tcp_port, start)
    yield house
    await house.tear_down()
