"""A house with the central system set up."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from ..house import House


@pytest.fixture
async def house(house: House) -> House:
    """The house with the central system running and no wallbox yet."""
    await house.set_up()
    return house


@pytest.fixture
def all_entities() -> Iterator[None]:
    """Turn on what is off at first."""
    with patch(
        "homeassistant.helpers.entity.Entity.entity_registry_enabled_default", True
    ):
        yield
