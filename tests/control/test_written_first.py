"""What is told to a wallbox or answered to it is on the disk first, whatever ends Home Assistant."""

from datetime import timedelta
from typing import Any

from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.simulator import Car
from custom_components.smart_charge_point.simulator.quirks import Quirks, Refusal

from ..house import House


def kept_of(house: House, hass_storage: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of the wallbox."""
    kept: dict[str, Any] = hass_storage[f"{DOMAIN}.{house.subentry().subentry_id}"]
    data: dict[str, Any] = kept["data"]
    return data


def on_disk(house: House, hass_storage: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of the wallbox's only connector."""
    connector: dict[str, Any] = kept_of(house, hass_storage)["connectors"]["1"]
    return connector


async def test_a_wish_is_on_the_disk_before_the_wallbox_knows_it(
    hass_storage: dict[str, Any], house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at any line, Home Assistant knows what it asked for: a wallbox never holds a wish that nobody remembers."""
    wallbox = await house.wallbox()
    await wallbox.plug_in(Car(soc=0.3))
    kept: list[dict[str, Any]] = []
    receive = wallbox.protocol.receive

    def look(text: str) -> None:
        if '"SetChargingProfile"' in text:
            kept.append(on_disk(house, hass_storage))
        receive(text)

    monkeypatch.setattr(wallbox.protocol, "receive", look)
    await house.set_number("current_limit", 16)
    await house.press("charge_now")
    assert {each["owner_limit"] for each in kept} == {16}
    assert kept[-1]["override"]["kind"] == "charge_now"


async def test_a_wish_that_is_refused_is_forgotten_on_the_disk_too(
    hass_storage: dict[str, Any], house: House
) -> None:
    """A restart does not bring back what the wallbox would not have."""
    wallbox = await house.wallbox(
        quirks=Quirks(
            default_profile=Refusal.REJECTED,
            transaction_profile=Refusal.REJECTED,
            maximum_profile=Refusal.REJECTED,
        )
    )
    await wallbox.plug_in(Car(soc=0.3))
    with pytest.raises(HomeAssistantError):
        await house.set_number("current_limit", 16)
    with pytest.raises(HomeAssistantError):
        await house.press("charge_now")
    kept = on_disk(house, hass_storage)
    assert kept["owner_limit"] is None
    # Home Assistant times the delay of a wallbox that holds nothing itself.
    assert kept["override"]["kind"] == "delay"


async def test_a8_1_tampering_is_on_the_disk_before_it_is_answered(
    hass_storage: dict[str, Any], house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wallbox that was answered does not say it again, and the override that it ended must not come back."""
    wallbox = await house.wallbox()
    await wallbox.plug_in(Car(soc=0.3))
    await house.press("charge_now")
    kept: list[dict[str, Any]] = []
    receive = wallbox.protocol.receive

    def look(text: str) -> None:
        if text.startswith("[3") and text.endswith("{}]"):
            kept.append(kept_of(house, hass_storage))
        receive(text)

    monkeypatch.setattr(wallbox.protocol, "receive", look)
    await wallbox.tamper("lid")
    assert kept[0]["tamper"]["info"] == "lid"
    assert kept[0]["connectors"]["1"]["override"] is None


async def test_what_changes_after_a_save_at_once_is_saved_too(
    hass_storage: dict[str, Any], house: House
) -> None:
    """A save that waits gives way to one at once, and does not take along what changes afterwards."""
    wallbox = await house.wallbox()
    await wallbox.plug_in(Car(soc=0.3))
    await house.set_number("current_limit", 16)
    await wallbox.fault()
    await house.advance(timedelta(seconds=40))
    assert on_disk(house, hass_storage)["status"] == "faulted"
