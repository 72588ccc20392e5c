"""Who may do what at a wallbox (requirements.md A2.1).

| what | who |
|---|---|
| skip a running random delay, stop a session | any user |
| charge now | who may charge now |
| accept, change, remove the charging hours; limit the current | who may change the hours |
| opt out of demand-side response; pass on, change or take back what a provider asks for | who may override it |
| longest random delay; follow demand-side response or not; take a connector out of service; clear tampering | administrators |

Administrators are the owner and may do all of it. So may what has no user behind it: an automation, which only an
administrator can write, and Home Assistant itself. A user whom Home Assistant does not know, or who was deactivated, may
nothing. What lasts for a session or a day is an override, and a right is enough for it; what lasts until it is changed
for everybody in the home is the owner's, but for the charging hours and the current, which an owner may hand on.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..const import SUBENTRY_PERSON
from ..model.decision import DecisionKind
from ..model.person import Person, Right

CONF_RIGHTS: Final = "rights"
CONF_TAGS: Final = "tags"
CONF_USER: Final = "user_id"


class Role(Enum):
    """Who may do what needs no right."""

    ANY_USER = auto()
    OWNER = auto()


NEEDED: Final[Mapping[DecisionKind, Right | Role]] = {
    DecisionKind.CANCEL_DELAY: Role.ANY_USER,
    DecisionKind.STOP: Role.ANY_USER,
    DecisionKind.CHARGE_NOW: Right.CHARGE_NOW,
    DecisionKind.HOURS_CHANGED: Right.HOURS,
    DecisionKind.CURRENT_LIMIT_CHANGED: Right.HOURS,
    DecisionKind.DSR_OVERRIDE: Right.DSR,
    DecisionKind.DSR_EVENT: Right.DSR,
    DecisionKind.DELAY_MAXIMUM_CHANGED: Role.OWNER,
    DecisionKind.FOLLOW_DSR_CHANGED: Role.OWNER,
    DecisionKind.AVAILABLE_CHANGED: Role.OWNER,
    DecisionKind.TAMPER_CLEARED: Role.OWNER,
}
"""What it takes to decide something."""


class People:
    """The people of one home, as its config subentries name them at each moment."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Read the persons of `entry` whenever they are asked for, so that a change holds at once."""
        self._hass = hass
        self._entry = entry

    @property
    def persons(self) -> tuple[Person, ...]:
        """All persons."""
        return tuple(
            person_from(subentry.title, subentry.data)
            for subentry in self._entry.subentries.values()
            if subentry.subentry_type == SUBENTRY_PERSON
        )

    async def may(self, user_id: str | None, needed: Right | Role) -> bool:
        """Return whether a user, or (None) what has no user behind it, may do what needs `needed`."""
        if user_id is None:
            return True
        user = await self._hass.auth.async_get_user(user_id)
        if user is None or not user.is_active:
            return False
        if user.is_admin or needed is Role.ANY_USER:
            return True
        return any(
            person.user_id == user_id and needed in person.rights
            for person in self.persons
        )

    def id_of(self, tag: str) -> str | None:
        """Return the config subentry of the person whose card `tag` is."""
        return next(
            (
                subentry.subentry_id
                for subentry in self._entry.subentries.values()
                if subentry.subentry_type == SUBENTRY_PERSON
                and person_from(subentry.title, subentry.data).holds(tag)
            ),
            None,
        )


def person_from(name: str, data: Mapping[str, Any]) -> Person:
    """Read a config subentry's title and data, which `person_data` wrote."""
    return Person(
        name=name,
        user_id=data[CONF_USER],
        rights=frozenset(map(Right, data[CONF_RIGHTS])),
        tags=frozenset(data[CONF_TAGS]),
    )


def person_data(person: Person) -> dict[str, Any]:
    """Return the data of a person's config subentry."""
    return {
        CONF_USER: person.user_id,
        CONF_RIGHTS: sorted(person.rights),
        CONF_TAGS: sorted(person.tags),
    }
