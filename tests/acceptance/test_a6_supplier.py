"""Regs. 6 and 7: another supplier, or no internet, takes nothing away (A6.1, A7.1), and the rules have an end."""

from datetime import UTC, datetime, timedelta
import socket
from typing import Any

from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.simulator import Car

from ..house import SELDOM, House

EVENING = pytest.mark.at(datetime(2026, 11, 23, 21, 30, tzinfo=UTC))


@EVENING
async def test_a6_1_another_supplier_takes_nothing_away(house: House) -> None:
    """Hours, delay, limit, override, event and history are as before, and the wallbox is not told or paired anew."""
    wallbox = await house.wallbox(settings=SELDOM)
    await house.set_options(dsr_providers=["old supplier"])
    await house.set_number("current_limit", 16)
    await house.advance(timedelta(seconds=30))
    dialled, told = wallbox.dialled, len(wallbox.requests("SetChargingProfile"))

    await house.set_options(dsr_providers=["new supplier"])
    await house.advance(timedelta(minutes=2))
    assert wallbox.dialled == dialled
    assert len(wallbox.requests("SetChargingProfile")) == told

    await wallbox.plug_in(Car(start_delay=timedelta(), battery_kwh=10_000.0))
    await house.advance_to(datetime(2026, 11, 23, 22, 0, tzinfo=UTC))
    assert wallbox.current(1) == 0
    await house.advance(timedelta(minutes=11))
    assert 15 < wallbox.current(1) <= 16
    event: dict[str, Any] = {
        "event_id": "1",
        "kind": "response",
        "direction": "down",
        "limit_a": 6,
        "end": house.now + timedelta(minutes=10),
    }
    with pytest.raises(ServiceValidationError):
        await house.action("start_dsr_event", provider="old supplier", **event)
    await house.action("start_dsr_event", provider="new supplier", **event)
    await house.advance(timedelta(seconds=10))
    assert wallbox.current(1) <= 6.6
    await house.press("override_dsr")
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) > 15
    await wallbox.unplug()
    await house.advance(timedelta(minutes=1))
    (session,) = await house.sessions()
    assert session["energy"] > 0


@EVENING
async def test_a7_1_nothing_asks_the_internet(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole evening without any name looked up or any address called beside the home's own."""
    asked: list[object] = []
    connect = socket.socket.connect

    def local_only(sock: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1"}:
            asked.append(address)
            raise OSError("The line is cut")
        connect(sock, address)

    monkeypatch.setattr(socket.socket, "connect", local_only)
    wallbox = await house.wallbox(settings=SELDOM)
    await wallbox.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(minutes=45))
    assert wallbox.current(1) > 30
    await house.press("stop_charging")
    await house.advance(timedelta(minutes=1))
    assert len(await house.sessions()) == 1
    assert asked == []


@pytest.mark.at(datetime(2027, 10, 1, 12, 0, tzinfo=UTC))
async def test_the_end_of_the_rules_is_said_90_days_before(house: House) -> None:
    """What takes over at the end of 2027 needs a newer version; other rules of the owner's choice end the notice."""
    await house.set_up("WB1")
    issues, issue_id = ir.async_get(house.hass), f"rules_end_{house.entry.entry_id}"
    assert issues.async_get_issue(DOMAIN, issue_id) is None
    await house.advance(timedelta(days=2))
    issue = issues.async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    assert issue.translation_placeholders == {"date": "31/12/2027"}
    await house.set_options(ruleset="none")
    assert issues.async_get_issue(DOMAIN, issue_id) is None
