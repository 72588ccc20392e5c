"""Reg. 11: the longest random delay can be changed from afar, and is on record (A11.6)."""

from datetime import UTC, datetime, timedelta

from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.smart_charge_point.model.decision import DecisionKind
from custom_components.smart_charge_point.simulator import Wallbox

from ..house import House

WITHIN_HOURS = pytest.mark.at(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))


def weekly(wallbox: Wallbox) -> list[int]:
    """Return the seconds after their hour at which the wallbox's week lets current flow."""
    profile = [
        request["csChargingProfiles"]["chargingSchedule"]
        for request in wallbox.requests("SetChargingProfile")
        if request["csChargingProfiles"]["chargingProfileKind"] == "Recurring"
    ][-1]
    return [
        period["startPeriod"] % 3600
        for period in profile["chargingSchedulePeriod"][1:]
        if period["limit"]
    ]


@WITHIN_HOURS
async def test_a11_6_the_next_draw_has_the_new_maximum_and_the_wallbox_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within 60 s of the change the wallbox holds delays drawn from the new maximum, and the change is recorded."""
    asked: list[int] = []

    def most(count: int) -> int:
        asked.append(count)
        return count - 1

    monkeypatch.setattr(
        "custom_components.smart_charge_point.control.planning.secrets.randbelow", most
    )
    wallbox = await house.wallbox()
    assert set(weekly(wallbox)) == {600}

    await house.set_number("delay_maximum", 1200)
    await house.advance(timedelta(seconds=60))
    assert set(weekly(wallbox)) == {1200}
    assert house.number("delay_maximum") == 1200

    await house.action("set_delay_maximum", seconds=600)
    await house.advance(timedelta(seconds=60))
    assert set(weekly(wallbox)) == {600}
    assert {601, 1201} <= set(asked)

    decisions = await house.entry.runtime_data.site.ledger.decisions("WB1")
    changes = [
        decision.detail
        for decision in decisions
        if decision.kind is DecisionKind.DELAY_MAXIMUM_CHANGED
    ]
    assert changes == ["600 s", "1200 s"]


@WITHIN_HOURS
async def test_a11_6_less_than_the_rules_ask_for_needs_a_reason(house: House) -> None:
    """Below 600 s in Great Britain only with the owner's reason; never off; never above 1800 s."""
    await house.wallbox()
    with pytest.raises(ServiceValidationError, match="needs a reason"):
        await house.action("set_delay_maximum", seconds=300)
    with pytest.raises(ServiceValidationError, match="switched off"):
        await house.action("set_delay_maximum", seconds=0, reason="in a hurry")
    assert house.number("delay_maximum") == 600

    await house.action("set_delay_maximum", seconds=300, reason="medical need")
    assert house.number("delay_maximum") == 300
    decision, *_ = await house.entry.runtime_data.site.ledger.decisions("WB1")
    assert decision.detail == "300 s medical need"


@WITHIN_HOURS
async def test_a2_2_outside_great_britain_nothing_is_asked_for(house: House) -> None:
    """Elsewhere there is no peak and no delay, unless the owner chooses the British rules or a delay of their own."""
    house.hass.config.country = "DE"
    await house.wallbox()
    assert house.number("delay_maximum") == 0
    await house.set_number("delay_maximum", 120)
    assert house.number("delay_maximum") == 120

    await house.set_options()
    assert house.number("delay_maximum") == 600
