"""What the tests of all sources share."""

from datetime import UTC, datetime

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
import pytest

from .book import Book

TUESDAY_NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
async def book(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Book:
    """Return a sink, at noon in London."""
    await hass.config.async_set_time_zone("Europe/London")
    freezer.move_to(TUESDAY_NOON)
    return Book()
