"""Deletion: for whom there is anything to delete, and the act itself; administrators alone (S7b)."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from homeassistant.components.websocket_api.decorators import websocket_command
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN, SUBENTRY_PERSON
from ..deletion import (
    IDENTITY,
    async_delete,
    async_persons_removed,
    async_wallbox_removed,
    async_wallboxes_removed,
    wipe_of_person,
)
from ..model.usage import WipeRequest
from ..rules.periods import civil_day
from ..targets import target_of
from .about import ID, names
from .access import Home, PanelRole, not_yours
from .answering import answered


class Kind(StrEnum):
    """Whose data is meant."""

    PERSON = "person"
    WALLBOX = "wallbox"
    FORMER_WALLBOX = "former_wallbox"
    """One that is not in the home any more; its id is its identity."""
    EVERYTHING = "everything"


ABOUT: Final = vol.Any(
    {vol.Required("kind"): vol.All(Kind.EVERYTHING.value, vol.Coerce(Kind))},
    {
        vol.Required("kind"): vol.All(
            vol.In((Kind.PERSON.value, Kind.WALLBOX.value)), vol.Coerce(Kind)
        ),
        vol.Required("id"): ID,
    },
    {
        vol.Required("kind"): vol.All(Kind.FORMER_WALLBOX.value, vol.Coerce(Kind)),
        vol.Required("id"): IDENTITY,
    },
)


@websocket_command({vol.Required("type"): "smart_charge_point/panel/deletable"})
@answered
async def deletable(
    hass: HomeAssistant, home: Home, msg: dict[str, Any]
) -> dict[str, Any]:
    """Answer with each person, each wallbox and everything of which there are sessions: how many, and of which days.

    A person who was removed from the home has no name, a wallbox that was its last one. Sessions that run are counted apart: they lose the name only.
    """
    _refuse_others(home)
    persons = names(home, SUBENTRY_PERSON)
    removed = sorted(await async_persons_removed(home.entry))
    subjects: list[tuple[Kind, str | None, str | None, WipeRequest]] = [
        *(
            (Kind.PERSON, person, name, wipe_of_person(home.entry, person))
            for person, name in sorted(
                persons.items(), key=lambda item: item[1].casefold()
            )
        ),
        *(
            (Kind.PERSON, person, None, wipe_of_person(home.entry, person))
            for person in removed
        ),
        *(
            (
                Kind.WALLBOX,
                coordinator.device_id,
                coordinator.controller.name,
                WipeRequest(charge_point=coordinator.controller.identity),
            )
            for coordinator in home.data.coordinators.values()
        ),
        *(
            (Kind.FORMER_WALLBOX, identity, name, WipeRequest(charge_point=identity))
            for identity, name in sorted(
                (await async_wallboxes_removed(home.entry)).items(),
                key=lambda item: (item[1].casefold(), item[0]),
            )
        ),
        (Kind.EVERYTHING, None, None, WipeRequest(everything=True)),
    ]
    scopes = await home.data.site.ledger.scopes(wipe for *_, wipe in subjects)
    return {
        "subjects": [
            {
                "kind": kind,
                "id": which,
                "name": name,
                "sessions": scope.ended,
                "running": scope.running,
                "first": _day(scope.first),
                "last": _day(scope.last),
            }
            for (kind, which, name, _), scope in zip(subjects, scopes, strict=True)
            if scope.ended or scope.running
        ]
    }


@websocket_command(
    {
        vol.Required("type"): "smart_charge_point/panel/delete",
        vol.Required("about"): ABOUT,
    }
)
@answered
async def delete(
    hass: HomeAssistant, home: Home, msg: dict[str, Any]
) -> dict[str, Any]:
    """Delete for good all that is known of a person, at a wallbox, or at all; answer with the receipt.

    Whoever sends it has said so: the page tells that it cannot be undone.
    """
    _refuse_others(home)
    about = msg["about"]
    match about["kind"]:
        case Kind.PERSON:
            wipe = wipe_of_person(home.entry, await _person(home, about["id"]))
        case Kind.WALLBOX:
            target = target_of(hass, about["id"])
            wipe = WipeRequest(charge_point=target.controller.identity)
        case Kind.FORMER_WALLBOX:
            identity = await async_wallbox_removed(home.entry, about["id"])
            wipe = WipeRequest(charge_point=identity)
        case _:
            wipe = WipeRequest(everything=True)
    return await async_delete(hass, home.entry, [wipe])


@callback
def _refuse_others(home: Home) -> None:
    if home.viewer.role is not PanelRole.ADMINISTRATOR:
        raise not_yours()


async def _person(home: Home, wanted: str) -> str:
    """Return a person's id, of the home or removed from it.

    Raises:
        ServiceValidationError: nobody has this id.
    """
    if wanted not in names(home, SUBENTRY_PERSON) and (
        wanted not in await async_persons_removed(home.entry)
    ):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="unknown_person",
            translation_placeholders={"name": wanted},
        )
    return wanted


def _day(at: datetime | None) -> str | None:
    """Return the civil day of the home that a moment is on."""
    if at is None:
        return None
    return civil_day(at, dt_util.get_default_time_zone()).isoformat()
