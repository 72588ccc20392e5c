"""The blueprint of a monthly report, as an owner imports it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
import shutil
from typing import Any

from homeassistant.components.automation.const import DOMAIN as AUTOMATION
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.smart_charge_point.const import DOMAIN

from ..conformity.source import ROOT
from ..family import add_person
from ..house import House

NAME = "smart_charge_point/monthly_report.yaml"


@asynccontextmanager
async def automated(house: House, tmp_path: Path, **inputs: Any) -> AsyncIterator[Path]:
    """Import the blueprint and make an automation of it; yield the folder in which its files will be."""
    house.hass.config.media_dirs = {"local": str(tmp_path / "media")}
    await house.hass.config.async_set_time_zone("Europe/London")
    target = Path(house.hass.config.path("blueprints/automation", NAME))
    target.parent.mkdir(parents=True)
    shutil.copy(ROOT / "blueprints/automation" / NAME, target)
    automation = {"use_blueprint": {"path": NAME, "input": inputs}}
    assert await async_setup_component(
        house.hass, AUTOMATION, {AUTOMATION: [{"id": "monthly", **automation}]}
    )
    await house.settle()
    yield tmp_path / "media" / DOMAIN
    await house.hass.services.async_call(
        AUTOMATION, "turn_off", {"entity_id": "all"}, blocking=True
    )


@pytest.mark.at(datetime(2026, 11, 30, 5, 30, tzinfo=UTC))
async def test_a_report_is_made_once_a_month_and_passed_on(
    house: House, tmp_path: Path
) -> None:
    """On the first at six there is a file of the month before, and the owner's own action learns where."""
    await house.set_up("WB1")
    told = async_mock_service(house.hass, "test", "mail")
    mail = {"action": "test.mail", "data": {"file": "{{ report.media_content_id }}"}}
    async with automated(house, tmp_path, then=[mail]) as folder:
        await house.advance(timedelta(hours=2))
        assert told == []
        await house.advance(timedelta(days=1))

    [call] = told
    [file] = folder.iterdir()
    assert file.name == "charging-sessions-2026-11-01-2026-11-30.pdf"
    assert call.data["file"].endswith(f"/{file.name}")


@pytest.mark.at(datetime(2026, 11, 30, 5, 30, tzinfo=UTC))
async def test_a_claim_is_of_the_person_that_was_named(
    house: House, tmp_path: Path
) -> None:
    """Each person can have an automation, on a day and in a format of choice."""
    await house.set_up("WB1")
    await add_person(house, name="Ada", tags=["04A1B2"], rights=[])
    wish = {"kind": "mileage_claim", "format": "xlsx", "person": "Ada", "day": 2}
    async with automated(house, tmp_path, **wish) as folder:
        await house.advance(timedelta(days=2, hours=2))

    [file] = folder.iterdir()
    assert file.name.endswith("-ada-2026-11-01-2026-11-30.xlsx")
