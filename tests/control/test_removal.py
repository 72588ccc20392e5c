"""What is removed or unloaded is gone: no socket, task, timer or file of it is left, and nobody else notices."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import os
from pathlib import Path
import threading
from typing import Any
from unittest.mock import patch

from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util.async_ import get_scheduled_timer_handles
from homeassistant.util.file import write_utf8_file_atomic
import pytest

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.records.ledger import Ledger
from custom_components.smart_charge_point.simulator import Car
from custom_components.smart_charge_point.simulator.quirks import Quirks

from ..discovery import cards, rows
from ..house import SELDOM, House
from .stranger import Stranger

WITHIN_HOURS = pytest.mark.at(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
SILENT = Quirks(never_answers=frozenset({"SetChargingProfile"}))


@pytest.fixture
def hass_storage() -> dict[str, Any]:
    """Home Assistant's own storage, on the disk, in place of the one in memory that tests have otherwise."""
    return {}


def file_of(house: House, identity: str) -> Path:
    """Return where the memory of a charge point is kept."""
    subentry_id = house.subentry(identity).subentry_id
    return Path(house.hass.config.path(".storage", f"{DOMAIN}.{subentry_id}"))


def files(house: House) -> list[str]:
    """Return the names of all that is kept."""
    folder = Path(house.hass.config.path(".storage"))
    return sorted(path.name for path in folder.glob(f"{DOMAIN}.*"))


def remove(house: House, identity: str) -> None:
    """Let the owner remove a wallbox."""
    house.hass.config_entries.async_remove_subentry(
        house.entry, house.subentry(identity).subentry_id
    )


def tasks_of(identity: str) -> list[str]:
    """Return the tasks that work for a charge point."""
    return [
        task.get_name()
        for task in asyncio.all_tasks()
        if identity in task.get_name() and not task.done()
    ]


async def start_transaction(house: House, stranger: Stranger) -> list[Any]:
    """Have a wallbox on a raw socket begin a transaction."""
    return await stranger.call(
        "StartTransaction",
        {
            "connectorId": 1,
            "idTag": "A",
            "meterStart": 0,
            "timestamp": house.now.isoformat(),
        },
    )


@WITHIN_HOURS
async def test_nothing_of_it_is_left(house: House) -> None:
    """In mid-charge it is removed; a week later its file is still gone, its session still kept, the other unmoved."""
    await house.set_up("WB1", "WB2")
    first = await house.wallbox("WB1", settings=SELDOM)
    second = await house.wallbox("WB2", settings=SELDOM)
    await second.plug_in(Car(battery_kwh=100, soc=0.1))
    await house.advance(timedelta(minutes=15))
    assert second.current(1) > 0
    file = file_of(house, "WB2")
    assert file.exists()
    assert tasks_of("WB2")
    states = {
        state.entity_id
        for state in house.hass.states.async_all()
        if "wb2" in state.entity_id
    }
    assert states
    heard, sessions = len(first.received), rows(house)

    remove(house, "WB2")
    await house.clock.settle()
    assert not second.connected
    assert not file.exists()
    assert not tasks_of("WB2")
    assert not states & set(house.hass.states.async_entity_ids())
    assert (first.dialled, len(first.received)) == (1, heard)
    await house.advance(timedelta(minutes=2))
    assert list(cards(house)) == ["WB2"]
    assert house.state("connected", "WB1") == "on"
    assert first.dialled == 1

    for wallbox in (first, second):
        await wallbox.stop()
    await house.clock.advance_to(house.now + timedelta(days=8), step=timedelta(days=2))
    assert not file.exists()
    assert rows(house) == sessions == 1


@WITHIN_HOURS
async def test_a_write_that_is_under_way(house: House) -> None:
    """The thread that writes is not stopped by the removal: the file goes after it, for good."""
    await house.set_up("WB2")
    file = file_of(house, "WB2")
    write: Callable[..., None] = write_utf8_file_atomic
    unlink: Callable[..., None] = os.unlink
    begun, go_on = threading.Event(), threading.Event()

    def slowly(path: str, *data: Any, **how: Any) -> None:
        if path == str(file) and not begun.is_set():
            begun.set()
            go_on.wait(10)
        write(path, *data, **how)

    def first(path: str, *more: Any, **how: Any) -> None:
        unlink(path, *more, **how)
        if str(path) == str(file):
            go_on.set()

    with (
        patch("homeassistant.helpers.storage.write_utf8_file_atomic", slowly),
        patch.object(os, "unlink", first),
    ):
        # It has its week drawn, which is written before it is told.
        arriving = asyncio.ensure_future(house.wallbox("WB2"))
        try:
            assert await house.hass.loop.run_in_executor(None, begun.wait, 60)
            remove(house, "WB2")
            for _ in range(3000):
                await asyncio.sleep(0)
        finally:
            go_on.set()
        await arriving
        await house.clock.settle()
    assert not file.exists()


@WITHIN_HOURS
async def test_a_session_that_is_just_beginning(house: House) -> None:
    """What the wallbox is just telling is kept, and does not bring its file back."""
    await house.set_up("WB2")
    stranger = await Stranger.dial(house, "WB2")
    await stranger.boot()
    await house.clock.settle()
    file = file_of(house, "WB2")
    begin = Ledger.begin
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly(*arguments: Any) -> Any:
        begun.set()
        await go_on.wait()
        return await begin(*arguments)

    with patch.object(Ledger, "begin", slowly):
        telling = asyncio.ensure_future(start_transaction(house, stranger))
        await begun.wait()
        remove(house, "WB2")
        for _ in range(100):
            await asyncio.sleep(0)
        go_on.set()
        await house.clock.settle()
    telling.cancel()
    await house.advance(timedelta(minutes=2))
    assert rows(house) == 1
    assert not file.exists()
    await stranger.hang_up()


@WITHIN_HOURS
async def test_an_action_that_is_under_way(house: House) -> None:
    """It is told that the wallbox is gone, and leaves nothing behind."""
    await house.set_up("WB2")
    await house.wallbox("WB2", quirks=SILENT, settings=SELDOM)
    file = file_of(house, "WB2")
    action = asyncio.ensure_future(house.set_number("current_limit", 6, "WB2"))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not action.done()
    remove(house, "WB2")
    await house.clock.settle()
    with pytest.raises(HomeAssistantError):
        await action
    await house.advance(timedelta(minutes=5))
    assert not file.exists()
    assert not [
        issue for domain, issue in ir.async_get(house.hass).issues if domain == DOMAIN
    ]


@WITHIN_HOURS
async def test_what_is_unloaded_writes_no_more(house: House) -> None:
    """An action that fails because the entry is reloaded does not overwrite what was decided since."""
    await house.set_up("WB2")
    wallbox = await house.wallbox("WB2", settings=SELDOM)
    await house.set_number("current_limit", 10, "WB2")
    file = file_of(house, "WB2")
    with patch.object(wallbox.edges, "answer", return_value=None):
        asked = len(wallbox.requests("SetChargingProfile"))
        action = asyncio.ensure_future(house.set_number("current_limit", 6, "WB2"))
        while len(wallbox.requests("SetChargingProfile")) == asked:  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0)
        assert not action.done()
        await house.stop()
        with pytest.raises(HomeAssistantError):
            await action
    written = file.read_bytes()
    await house.advance(timedelta(minutes=2))
    assert file.read_bytes() == written
    assert not tasks_of("WB2")


@WITHIN_HOURS
async def test_unloading_leaves_no_timer(house: House) -> None:
    """Nor a task, with wallboxes that are charging, waiting to be confirmed, or gone."""
    await house.set_up("WB1", "WB2")
    wallbox = await house.wallbox("WB1")
    await house.wallbox("WB3", confirmed=False)
    await wallbox.plug_in(Car())
    await house.advance(timedelta(minutes=15))
    await house.stop()
    for each in house.wallboxes:
        await each.stop()
    left = [
        handle
        for handle in get_scheduled_timer_handles(house.hass.loop)
        if not handle.cancelled() and "smart_charge_point" in repr(handle)
    ]
    assert left == []
    assert not tasks_of("WB1")


@WITHIN_HOURS
async def test_removing_the_site_forgets_its_wallboxes(house: House) -> None:
    """No file and no notice is left but the records, which are the owner's to delete."""
    await house.set_up("WB1", "WB2")
    wallbox = await house.wallbox("WB1", quirks=Quirks(no_identity=True))
    await wallbox.plug_in(Car())
    await house.action(
        "set_charging_hours", windows=[{"start": "17:00", "end": "18:00"}]
    )
    await house.restart()
    assert len(files(house)) == 3
    assert ir.async_get(house.hass).issues
    await house.hass.config_entries.async_remove(house.entry.entry_id)
    await house.advance(timedelta(minutes=5))
    assert files(house) == []
    assert not ir.async_get(house.hass).issues
    assert rows(house) == 1
