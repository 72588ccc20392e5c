"""Tests of what helps when something is wrong: diagnostics, system health, backups and repairs."""

from contextlib import closing
from datetime import timedelta
import json
from pathlib import Path
import shutil
import sqlite3
from typing import Any
from unittest.mock import patch

from homeassistant.components.diagnostics import REDACTED
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.smart_charge_point import backup
from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.panel import panel_is_there
from custom_components.smart_charge_point.records.errors import LedgerError
from custom_components.smart_charge_point.simulator import Car
from custom_components.smart_charge_point.simulator.quirks import Quirks, ValueStyle

from ..house import House

IDENTITY = "ACME-0042-7781"
CARD = "04A2B3C4D5"


async def download(house: House, client: Any, device_id: str | None = None) -> Any:
    """Return what the owner downloads."""
    path = f"/api/diagnostics/config_entry/{house.entry.entry_id}"
    response = await client.get(path + (f"/device/{device_id}" if device_id else ""))
    assert response.status == 200
    return await response.json()


async def test_diagnostics_name_nobody(
    house: House, hass_client: ClientSessionGenerator
) -> None:
    """Everything that helps is there; tags, keys, addresses and serial numbers are not."""
    assert await async_setup_component(house.hass, "diagnostics", {})
    house.add(IDENTITY, hours_user_id="0123456789abcdef")
    wallbox = await house.wallbox(IDENTITY, free_vend=False)
    await wallbox.plug_in(Car(battery_kwh=60, soc=0.3))
    await wallbox.swipe(CARD)
    await house.advance(timedelta(minutes=2))
    client = await hass_client()
    server = dr.async_get_device_id_by_identifier(
        house.hass,
        (DOMAIN, house.entry.entry_id),
        config_entry_id=house.entry.entry_id,
    )

    whole = await download(house, client)
    one = await download(house, client, house.device_id(IDENTITY))
    same = await download(house, client, server)
    for text in (json.dumps(whole), json.dumps(one)):
        assert IDENTITY not in text
        assert CARD not in text
        assert "127.0.0.1" not in text
        assert "0123456789abcdef" not in text
    data = whole["data"]
    assert data == {**same["data"], "counters": data["counters"]}
    assert data["port"] == house.port
    assert data["charge_points"] == [one["data"]["charge_point"]]
    told = one["data"]["charge_point"]
    assert told["settings"]["identity"] == REDACTED
    assert told["state"]["connected"] is True
    assert told["state"]["connectors"]["1"]["status"] == "suspended_by_wallbox"
    assert {frame["action"] for frame in told["frames"]} >= {
        "BootNotification",
        "StartTransaction",
    }


async def test_diagnostics_of_a_wallbox_that_never_came(
    house: House, hass_client: ClientSessionGenerator
) -> None:
    """A wallbox that was added by hand has diagnostics too; a short identity is no word to search for."""
    assert await async_setup_component(house.hass, "diagnostics", {})
    house.add("1")
    await house.settle()
    client = await hass_client()
    told = (await download(house, client))["data"]["charge_points"][0]
    assert told["settings"]["identity"] == REDACTED
    assert told["settings"]["phases"] == 1
    assert told["frames"] == []


async def test_diagnostics_count_what_had_to_be_mended(
    house: House, hass_client: ClientSessionGenerator
) -> None:
    """By kind, over all connections since Home Assistant started; not a word of what the wallbox said."""
    assert await async_setup_component(house.hass, "diagnostics", {})
    house.add(IDENTITY)
    wallbox = await house.wallbox(
        IDENTITY,
        quirks=Quirks(
            value_style=ValueStyle.NUMBER, context="CurrentMax", status_info="0" * 80
        ),
        settings={"MeterValueSampleInterval": "10"},
    )
    client = await hass_client()

    async def mended() -> dict[str, int]:
        told = (await download(house, client, house.device_id(IDENTITY)))["data"]
        repairs: dict[str, int] = told["charge_point"]["repairs"]
        return repairs

    assert "number_in_value" not in await mended()
    await wallbox.plug_in(Car(battery_kwh=60, soc=0.3))
    await house.advance(timedelta(seconds=30))
    once = await mended()
    assert once["number_in_value"] == once["unknown_context"] >= 2
    assert all(isinstance(count, int) for count in once.values())
    assert "CurrentMax" not in json.dumps(once)

    await wallbox.go_offline()
    await wallbox.go_online()
    await house.advance(timedelta(seconds=30))
    twice = await mended()
    assert twice["number_in_value"] >= once["number_in_value"] + 2
    assert list(twice) == sorted(twice)


async def test_system_health(
    hass: HomeAssistant, house: House, hass_ws_client: WebSocketGenerator
) -> None:
    """System health tells whether it listens and who is there, and no address."""
    assert await async_setup_component(hass, "system_health", {})
    house.add()
    house.add("WB2")
    await house.wallbox()
    await house.wallbox("WB3", confirmed=False)

    async def info() -> dict[str, Any]:
        client = await hass_ws_client(hass)
        await client.send_json_auto_id({"type": "system_health/info"})
        await client.receive_json()
        answer = await client.receive_json()
        told: dict[str, Any] = answer["event"]["data"][DOMAIN]["info"]
        return told

    assert await info() == {
        "listening": True,
        "port": house.port,
        "wallboxes": 2,
        "connected": 1,
        "waiting": 1,
        # Whether it was built in the checkout that the tests run in.
        "panel": panel_is_there(hass),
    }
    await house.stop()
    assert await info() == {"listening": False}


async def test_a_backup_has_every_session(house: House, tmp_path: Path) -> None:
    """The ledger's file alone holds all sessions while a backup copies it, and work goes on afterwards."""
    house.add()
    wallbox = await house.wallbox()
    await wallbox.plug_in(Car(battery_kwh=60, soc=0.3))
    await house.action("charge_now")
    await house.advance(timedelta(minutes=2))

    await backup.async_pre_backup(house.hass)
    copy = tmp_path / "copy.db"
    shutil.copy(Path(house.hass.config.path(DOMAIN, "sessions.db")), copy)
    await backup.async_post_backup(house.hass)
    with closing(sqlite3.connect(copy)) as database:
        tables = [
            name
            for (name,) in database.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
            )
        ]
        assert any("session" in name for name in tables)

    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    (session,) = await house.sessions()
    assert session["end"] is not None


@pytest.mark.parametrize("error", [LedgerError("full"), TimeoutError()])
async def test_a_backup_goes_on_without_the_ledger(
    house: House, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """A ledger that cannot be held still does not cost the owner the whole backup."""
    with patch.object(
        house.entry.runtime_data.site.ledger, "checkpoint", side_effect=error
    ):
        await backup.async_pre_backup(house.hass)
    assert "its copy may lack the latest session" in caplog.text
    await backup.async_post_backup(house.hass)


async def test_a10_6_the_notice_is_confirmed_once(
    hass: HomeAssistant, house: House, hass_client: ClientSessionGenerator
) -> None:
    """The notice about hours in the peak names the wallbox and goes when it was read."""
    assert await async_setup_component(hass, "repairs", {})
    house.add()
    await house.wallbox()
    await house.action(
        "set_charging_hours", windows=[{"start": "17:00", "end": "18:00"}]
    )
    ((_, issue_id),) = ir.async_get(hass).issues
    client = await hass_client()
    response = await client.post(
        "/api/repairs/issues/fix", json={"handler": DOMAIN, "issue_id": issue_id}
    )
    form = await response.json()
    assert form["step_id"] == "confirm"
    assert form["description_placeholders"] == {"name": "Garage"}
    await client.post(f"/api/repairs/issues/fix/{form['flow_id']}", json={})
    assert not ir.async_get(hass).issues
