"""Who lives in the house: users of Home Assistant, and the persons that administrators make of them."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import Context
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.smart_charge_point.const import DOMAIN, SUBENTRY_PERSON
from custom_components.smart_charge_point.model.decision import Decision, DecisionKind

from .house import House

type Command = Callable[[House, str | None], Awaitable[None]]


async def user(house: House, name: str = "Kim", *, active: bool = True) -> str:
    """Return a user who is no administrator."""
    group = await house.hass.auth.async_get_group(GROUP_ID_USER)
    assert group is not None
    kim = MockUser(name=name, is_active=active, groups=[group])
    user_id: str = kim.add_to_hass(house.hass).id
    return user_id


async def add_person(house: House, **fields: Any) -> Any:
    """Fill in the form of a new person; return what comes of it."""
    flows = house.hass.config_entries.subentries
    form = await flows.async_init(
        (house.entry.entry_id, SUBENTRY_PERSON), context={"source": SOURCE_USER}
    )
    assert form["type"] is FlowResultType.FORM
    done = await flows.async_configure(form["flow_id"], fields)
    await house.settle()
    return done


def person_id(house: House, name: str) -> str:
    """Return the subentry of a person."""
    found: str = next(
        subentry.subentry_id
        for subentry in house.entry.subentries.values()
        if subentry.subentry_type == SUBENTRY_PERSON and subentry.title == name
    )
    return found


async def change_person(house: House, known: str, /, **fields: Any) -> Any:
    """Fill in the form of a person anew; return what comes of it."""
    form = await house.entry.start_subentry_reconfigure_flow(
        house.hass, person_id(house, known)
    )
    done = await house.hass.config_entries.subentries.async_configure(
        form["flow_id"], fields
    )
    await house.settle()
    return done


def action(name: str, **data: Any) -> Command:
    """Return an action of the integration as a command."""

    async def run(house: House, user_id: str | None) -> None:
        await house.hass.services.async_call(
            DOMAIN,
            name,
            {"device_id": house.device_id(), **data},
            blocking=True,
            context=Context(user_id=user_id),
        )
        await house.clock.settle()

    return run


def entity(key: str, service: str, **data: Any) -> Command:
    """Return what is done with an entity as a command."""
    domain, name = service.split(".")

    async def run(house: House, user_id: str | None) -> None:
        await house.hass.services.async_call(
            domain,
            name,
            {"entity_id": house.entity_id(key), **data},
            blocking=True,
            context=Context(user_id=user_id),
        )
        await house.clock.settle()

    return run


async def refused(house: House, command: Command, user_id: str | None) -> str | None:
    """Return the translation key of the refusal that a command meets."""
    with pytest.raises(HomeAssistantError) as error:
        await command(house, user_id)
    return error.value.translation_key


async def decisions(house: House, **wanted: Any) -> list[Decision]:
    """Return what was decided, newest first, as far as it has the attributes that are `wanted`."""
    kept = await house.entry.runtime_data.site.ledger.decisions("WB1")
    return [
        decision
        for decision in kept
        if all(getattr(decision, name) == value for name, value in wanted.items())
    ]


CHARGE_NOW: Final[Mapping[str, Command]] = {
    "charge now": entity("charge_now", "button.press"),
    "charge now, the action": action("charge_now"),
}
CANCEL_DELAY: Final[Mapping[str, Command]] = {
    "skip the delay": entity("cancel_delay", "button.press"),
    "skip the delay, the action": action("cancel_delay"),
}
STOP: Final[Mapping[str, Command]] = {
    "stop": entity("stop_charging", "button.press"),
    "stop, the action": action("stop_charging"),
}
HOURS: Final[Mapping[str, Command]] = {
    "remove the hours": entity("charging_hours", "switch.turn_off"),
    "remove the hours, the action": action("set_charging_hours", hours="none"),
    "edit the hours": action(
        "set_charging_hours", windows=[{"start": "17:00", "end": "18:00"}]
    ),
}
ACCEPT_HOURS: Final = action("set_charging_hours", hours="default")
LIMIT: Final = entity("current_limit", "number.set_value", value=10)
DSR: Final[Mapping[str, Command]] = {
    "skip demand response": entity("override_dsr", "button.press"),
    "skip demand response, the action": action("override_dsr", scope="today"),
}
OWNER: Final[Mapping[str, Command]] = {
    "longest delay": entity("delay_maximum", "number.set_value", value=900),
    "longest delay, the action": action("set_delay_maximum", seconds=900),
    "do not follow demand response": entity("follow_dsr", "switch.turn_off"),
    "out of service": entity("available", "switch.turn_off"),
}
OVERRIDES: Final[Mapping[str, tuple[Command, DecisionKind]]] = {
    **{name: (each, DecisionKind.CHARGE_NOW) for name, each in CHARGE_NOW.items()},
    **{name: (each, DecisionKind.CANCEL_DELAY) for name, each in CANCEL_DELAY.items()},
    **{name: (each, DecisionKind.STOP) for name, each in STOP.items()},
    **{name: (each, DecisionKind.HOURS_CHANGED) for name, each in HOURS.items()},
    **{name: (each, DecisionKind.DSR_OVERRIDE) for name, each in DSR.items()},
    "more current": (
        entity("current_limit", "number.set_value", value=32),
        DecisionKind.CURRENT_LIMIT_CHANGED,
    ),
    "do not follow demand response": (
        OWNER["do not follow demand response"],
        DecisionKind.FOLLOW_DSR_CHANGED,
    ),
}
"""What sets hours, delay, limit or demand response aside, and what it is on record."""
LESS: Final = entity("current_limit", "number.set_value", value=8)
