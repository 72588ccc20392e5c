"""What a wallbox tells by hand, and the house in which it always may charge."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
import shutil
from typing import Any

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.model.hours import ChargingHours
from custom_components.smart_charge_point.simulator import Wallbox
from custom_components.smart_charge_point.simulator.protocol import Call
from custom_components.smart_charge_point.simulator.quirks import Quirks

from .house import House

SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
MINUTELY = {"MeterValueSampleInterval": "60"}


async def hang_up_on_the_wall(
    house: House,
    quirks: Quirks | None = None,
    *,
    settings: Mapping[str, str] = MINUTELY,
    **kinds: Any,
) -> Wallbox:
    """Return a wallbox that always may charge, and is done with setting up."""
    await house.set_up("WB1", hours=ChargingHours.ALWAYS)
    wallbox = await house.wallbox(quirks=quirks, settings=settings, **kinds)
    await house.advance(timedelta(minutes=2))
    return wallbox


async def say(house: House, wallbox: Wallbox, action: str, **payload: Any) -> None:
    """Let the wallbox send a call that it would not send by itself."""
    wallbox.protocol.put(Call(action=action, payload=payload, keep=True))
    await house.clock.settle()


def answers(wallbox: Wallbox, action: str) -> list[dict[str, Any]]:
    """Return what was answered to the wallbox's calls of an action."""
    return [
        frame.payload
        for frame in wallbox.received
        if frame.kind == 3 and frame.action == action
    ]


def register(wh: float, at: datetime) -> dict[str, Any]:
    """Return a MeterValue with the register."""
    return {
        "timestamp": stamp(at),
        "sampledValue": [
            {
                "value": f"{wh:.0f}",
                "measurand": "Energy.Active.Import.Register",
                "unit": "Wh",
            }
        ],
    }


def stamp(at: datetime) -> str:
    """Return a time as OCPP writes it."""
    return at.isoformat().replace("+00:00", "Z")


async def forget_everything(house: House) -> None:
    """Take Home Assistant down and up again with a ledger that knows nothing, as after an old backup."""
    await house.stop()
    ledger = house.hass.config.path(DOMAIN)
    await house.hass.async_add_executor_job(shutil.rmtree, ledger)
    await house.start()
