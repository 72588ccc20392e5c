"""What is charged with a card, and deleted again."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.simulator import Car, Wallbox

from .house import House

CARD: Final = "04A1B2C3D4E5F6"


async def charged(house: House, card: str = CARD, **kinds: Any) -> Wallbox:
    """Let whoever holds a card charge for ten minutes."""
    wallbox = await house.wallbox(
        settings={"MeterValueSampleInterval": "60"}, free_vend=False, **kinds
    )
    await charge(house, wallbox, card)
    return wallbox


async def charge(
    house: House, wallbox: Wallbox, card: str = CARD, *, unplugs: bool = True
) -> None:
    """Let whoever holds a card charge for ten minutes, and unplug then."""
    await wallbox.plug_in(Car(battery_kwh=10_000.0, start_delay=timedelta()))
    await wallbox.swipe(card)
    await house.advance(timedelta(minutes=1))
    await house.action("charge_now", wallbox.identity)
    await house.advance(timedelta(minutes=10))
    if unplugs:
        await wallbox.unplug()
        await house.advance(timedelta(minutes=2))


async def delete(
    house: House, user_id: str | None = None, **data: Any
) -> Mapping[str, Any]:
    """Call the action, with the owner's confirmation unless told otherwise; return the receipt."""
    response = await house.hass.services.async_call(
        DOMAIN,
        "delete_personal_data",
        {"confirm": True, **data},
        blocking=True,
        return_response=True,
        context=Context(user_id=user_id),
    )
    await house.clock.settle()
    assert response is not None
    return response


async def refusal(house: House, **data: Any) -> str | None:
    """Return the translation key of the error that the action ends with."""
    with pytest.raises(HomeAssistantError) as error:
        await delete(house, **data)
    return error.value.translation_key
