"""Where the technical files of the tests go."""

from pathlib import Path

import pytest

from custom_components.smart_charge_point.const import DOMAIN

from ..house import House


@pytest.fixture
def media(house: House, tmp_path: Path) -> Path:
    """Where files go."""
    house.hass.config.media_dirs = {"local": str(tmp_path / "media")}
    return tmp_path / "media" / DOMAIN
