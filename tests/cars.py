"""The cars that belong to the house."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.data_entry_flow import FlowResultType

from custom_components.smart_charge_point.const import DOMAIN, SUBENTRY_VEHICLE

from .house import House


async def add_vehicle(house: House, **fields: Any) -> Any:
    """Fill in the form of a new vehicle; return what comes of it."""
    flows = house.hass.config_entries.subentries
    form = await flows.async_init(
        (house.entry.entry_id, SUBENTRY_VEHICLE), context={"source": SOURCE_USER}
    )
    assert form["type"] is FlowResultType.FORM
    done = await flows.async_configure(form["flow_id"], fields)
    await house.settle()
    return done


def vehicle_id(house: House, name: str) -> str:
    """Return the subentry of a vehicle."""
    found: str = next(
        subentry.subentry_id
        for subentry in house.entry.subentries.values()
        if subentry.subentry_type == SUBENTRY_VEHICLE and subentry.title == name
    )
    return found


async def change_vehicle(house: House, known: str, /, **fields: Any) -> Any:
    """Fill in the form of a vehicle anew; return what comes of it."""
    form = await house.entry.start_subentry_reconfigure_flow(
        house.hass, vehicle_id(house, known)
    )
    done = await house.hass.config_entries.subentries.async_configure(
        form["flow_id"], fields
    )
    await house.settle()
    return done


async def correct(house: House, identity: str = "WB1", **fields: Any) -> None:
    """Correct a session of a wallbox."""
    await house.hass.services.async_call(
        DOMAIN,
        "correct_session",
        {"device_id": house.device_id(identity), **fields},
        blocking=True,
    )
