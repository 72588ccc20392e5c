"""A wallbox whose car charges already when it is taken in (requirements.md A11.2, A11.9)."""

from datetime import timedelta
from typing import Any

import pytest

from ..control.stranger import Stranger
from ..house import House

ANSWERS: dict[str, dict[str, Any]] = {
    "GetConfiguration": {
        "configurationKey": [
            {"key": "ChargeProfileMaxStackLevel", "readonly": True, "value": "8"},
            {
                "key": "SupportedFeatureProfiles",
                "readonly": True,
                "value": "Core,SmartCharging,RemoteTrigger",
            },
        ]
    },
    "GetCompositeSchedule": {"status": "Rejected"},
}

LAST = ["GetConfiguration", {"key": ["AuthEnabled"]}]
"""The last of what a newly met wallbox is asked."""


def kinds(wallbox: Stranger) -> list[str]:
    """Return the kinds of the charging profiles that it was given, in order."""
    return [
        payload["csChargingProfiles"]["chargingProfileKind"]
        for action, payload in wallbox.asked
        if action == "SetChargingProfile"
    ]


def status(connector: str) -> dict[str, object]:
    """Return what a wallbox tells of its connector."""
    return {"connectorId": 1, "errorCode": "NoError", "status": connector}


@pytest.mark.timeout(30)
async def test_a_running_session_is_not_stopped_by_the_delay_of_the_next(
    house: House,
) -> None:
    """The hours go at once. The delay waits for what the connector is doing, and then for the end of the session."""
    await house.set_up("WB1")
    wallbox = await Stranger.dial(house, "WB1")
    wallbox.answers = ANSWERS
    assert (await wallbox.boot())["status"] == "Accepted"
    await wallbox.hear(lambda: "Recurring" in kinds(wallbox))
    start = {
        "connectorId": 1,
        "idTag": "A",
        "meterStart": 0,
        "timestamp": (house.now - timedelta(minutes=1)).isoformat(),
    }
    _, told = await wallbox.call("StartTransaction", start)
    await wallbox.call("StatusNotification", status("Charging"))
    # By the time that it is asked how it begins sessions, the delay would have gone, too.
    await wallbox.hear(lambda: wallbox.asked[-1] == LAST)
    assert "Relative" not in kinds(wallbox)
    assert house.state("charging_reason") == "charging"
    stop = {
        "transactionId": told["transactionId"],
        "meterStop": 100,
        "timestamp": house.now.isoformat(),
    }
    await wallbox.call("StopTransaction", stop)
    await wallbox.call("StatusNotification", status("Available"))
    await wallbox.hear(lambda: "Relative" in kinds(wallbox))
    await wallbox.hang_up()


@pytest.mark.timeout(30)
async def test_a_wallbox_that_tells_no_status_gets_its_delay_all_the_same(
    house: House,
) -> None:
    """It is waited for some seconds, no longer."""
    await house.set_up("WB1")
    wallbox = await Stranger.dial(house, "WB1")
    wallbox.answers = ANSWERS
    await wallbox.boot()
    await wallbox.hear(lambda: bool(wallbox.asked) and wallbox.asked[-1] == LAST)
    assert "Relative" not in kinds(wallbox)
    await house.advance(timedelta(seconds=6))
    await wallbox.hear(lambda: "Relative" in kinds(wallbox))
    await wallbox.hang_up()
