"""What the owner can do about statistics that are wrong: an action, and a repair."""

from datetime import UTC, datetime, timedelta
from unittest.mock import PropertyMock, patch

from homeassistant.components.recorder.core import Recorder
from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.recorder import get_instance
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import CLIENT_ID, MockUser
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.simulator import Car

from ..house import House
from .recorded import HOUR, RecordedHouse

SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WITHIN_HOURS = pytest.mark.at(SATURDAY)


async def charged(recorded: RecordedHouse) -> float:
    """Let a wallbox charge for a quarter of an hour and the statistics settle; return the kWh."""
    house = recorded.house
    wallbox = await house.wallbox(settings={"MeterValueSampleInterval": "60"})
    await wallbox.plug_in(Car(battery_kwh=100, soc=0.1))
    await house.advance(timedelta(minutes=15))
    await wallbox.unplug()
    await recorded.quiet_until(SATURDAY + 4 * HOUR)
    return wallbox.energy(1) / 1000


def spoil(recorded: RecordedHouse) -> None:
    """Let the recorder say a kilowatt-hour more than there was."""
    get_instance(recorded.hass).async_adjust_statistics(
        recorded.wallbox_id(), SATURDAY, 1, "kWh"
    )


@WITHIN_HOURS
async def test_the_action_writes_the_statistics_again(recorded: RecordedHouse) -> None:
    """An administrator calls it, and the recorder says again what was charged."""
    kwh = await charged(recorded)
    spoil(recorded)

    await recorded.rebuild()

    shown = await recorded.hourly(recorded.wallbox_id(), SATURDAY)
    assert sum(shown.values()) == pytest.approx(kwh, abs=0.001)


@WITHIN_HOURS
async def test_the_repair_writes_the_statistics_again(
    recorded: RecordedHouse,
    hass_client: ClientSessionGenerator,
    hass_admin_user: MockUser,
) -> None:
    """The check of the day finds that they differ, and the repair mends it when the owner submits it."""
    hass = recorded.hass
    assert await async_setup_component(hass, REPAIRS, {})
    kwh = await charged(recorded)
    spoil(recorded)
    await recorded.quiet_until(SATURDAY + timedelta(hours=25))
    assert recorded.says_that_they_differ
    issue = next(
        issue
        for issue in ir.async_get(hass).issues.values()
        if issue.translation_key == "statistics_differ"
    )
    assert issue.is_fixable
    # One from before the day has lapsed.
    signed_in = await hass.auth.async_create_refresh_token(hass_admin_user, CLIENT_ID)
    client = await hass_client(hass.auth.async_create_access_token(signed_in))

    answer = await client.post(
        "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": issue.issue_id}
    )
    flow = await answer.json()
    assert flow["step_id"] == "confirm"
    answer = await client.post(f"/api/repairs/issues/fix/{flow['flow_id']}", json={})

    assert (await answer.json())["type"] == "create_entry"
    assert not recorded.says_that_they_differ
    shown = await recorded.hourly(recorded.wallbox_id(), SATURDAY)
    assert sum(shown.values()) == pytest.approx(kwh, abs=0.001)


@WITHIN_HOURS
async def test_only_an_administrator_may_have_them_written(
    recorded: RecordedHouse, hass_read_only_user: MockUser
) -> None:
    """It can take a minute of the database's time."""
    await recorded.house.wallbox()

    with pytest.raises(Unauthorized):
        await recorded.hass.services.async_call(
            DOMAIN,
            "rebuild_statistics",
            {},
            blocking=True,
            context=Context(user_id=hass_read_only_user.id),
        )


async def test_the_action_says_that_there_is_no_recorder(house: House) -> None:
    """Without a recorder all else works, and the action says why it cannot."""
    await house.wallbox()

    with pytest.raises(HomeAssistantError, match="recorder"):
        await house.hass.services.async_call(
            DOMAIN, "rebuild_statistics", {}, blocking=True
        )


@WITHIN_HOURS
async def test_hours_in_which_the_recorder_was_down_are_made_up_for(
    recorded: RecordedHouse,
) -> None:
    """The database was away while a car charged: afterwards our series has all of it, and the sensor's no spike."""
    house = recorded.house
    wallbox = await house.wallbox(settings={"MeterValueSampleInterval": "60"})
    await wallbox.plug_in(Car(battery_kwh=100, soc=0.1))
    await house.advance_to(SATURDAY + HOUR + timedelta(minutes=10))
    instance = get_instance(recorded.hass)
    with (
        patch.object(
            Recorder, "recording", new_callable=PropertyMock, return_value=False
        ),
        patch.object(instance, "queue_task"),
    ):
        await house.advance_to(SATURDAY + timedelta(hours=4, minutes=20))
        assert set(await recorded.hourly(recorded.wallbox_id(), SATURDAY)) == {SATURDAY}
    await house.advance_to(SATURDAY + timedelta(hours=5))
    await wallbox.unplug()
    await recorded.quiet_until(SATURDAY + timedelta(hours=8))

    for series in (recorded.wallbox_id(), house.entity_id("energy")):
        hours = await recorded.hourly(series, SATURDAY)
        assert sum(hours.values()) == pytest.approx(wallbox.energy(1) / 1000, abs=0.15)
        for n in range(1, 5):
            assert hours[SATURDAY + n * HOUR] == pytest.approx(7.36, abs=0.15), n
