"""A house with the central system set up."""

import pytest

from ..house import House


@pytest.fixture
async def house(house: House) -> House:
    """The house with the central system running and no wallbox yet."""
    await house.set_up()
    return house
