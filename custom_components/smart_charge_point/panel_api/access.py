"""Access: who sees what in the panel, decided in one place (requirements.md A2.1).

| who | sees |
|---|---|
| administrators | everything |
| the user of a `person` subentry | every connector as it is now; that person's sessions and figures |
| other users | every connector as it is now |

Tags are in no answer to anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from homeassistant.auth.models import User
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.const import (
    ERR_HOME_ASSISTANT_ERROR,
    ERR_NOT_FOUND,
    ERR_UNAUTHORIZED,
)
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..const import DOMAIN, SUBENTRY_PERSON
from ..control.people import CONF_USER
from ..coordinator import SmartChargePointConfigEntry, SmartChargePointData

CODES: Final[Mapping[str, str]] = {
    "panel_not_yours": ERR_UNAUTHORIZED,
    "panel_unknown_session": ERR_NOT_FOUND,
    "unknown_wallbox": ERR_NOT_FOUND,
}
"""The codes of the errors that Home Assistant has one for."""


class PanelRole(StrEnum):
    """How much a user sees."""

    ADMINISTRATOR = "administrator"
    PERSON = "person"
    USER = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A user who looks at the panel. `persons` are the subentries of the persons whose user this is."""

    user_id: str
    role: PanelRole
    persons: frozenset[str]

    @property
    def sees_sessions(self) -> bool:
        """Whether there may be any session that this user sees."""
        return self.role is not PanelRole.USER

    def sees_of(self, person: str | None) -> bool:
        """Return whether this user sees the sessions of a person; None: those of nobody in particular."""
        if self.role is PanelRole.ADMINISTRATOR:
            return True
        return person is not None and person in self.persons

    def whose(self, person: str | None) -> str | None:
        """Return whose sessions answer a question about those of `person`, or (None) of everybody that is seen.

        None: everybody's, and those of nobody in particular.

        Raises:
            ServiceValidationError: this user sees none of what is asked for.
        """
        if self.sees_of(person):
            return person
        if person is None and len(self.persons) == 1:
            [person] = self.persons
            return person
        raise not_yours()


@callback
def viewer_of(user: User, entry: ConfigEntry) -> Viewer:
    """Return what `user` may see of the home of `entry`, as its subentries are at this moment."""
    persons = frozenset(
        subentry.subentry_id
        for subentry in entry.subentries.values()
        if subentry.subentry_type == SUBENTRY_PERSON
        and subentry.data[CONF_USER] == user.id
    )
    if user.is_admin:
        role = PanelRole.ADMINISTRATOR
    elif persons:
        role = PanelRole.PERSON
    else:
        role = PanelRole.USER
    return Viewer(user_id=user.id, role=role, persons=persons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The home that the panel shows, and who looks at it."""

    entry: SmartChargePointConfigEntry
    viewer: Viewer

    @property
    def data(self) -> SmartChargePointData:
        """What the platforms share."""
        return self.entry.runtime_data


@callback
def home_of(hass: HomeAssistant, user: User) -> Home:
    """Return the home as `user` may see it.

    Raises:
        ServiceValidationError: Smart Charge Point is not set up, or is just being set up again.
    """
    entry = loaded_entry(hass)
    if entry is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="panel_not_loaded"
        )
    return Home(entry=entry, viewer=viewer_of(user, entry))


@callback
def loaded_entry(hass: HomeAssistant) -> SmartChargePointConfigEntry | None:
    """Return the config entry, None while it is not running."""
    return next(
        (
            entry
            for entry in hass.config_entries.async_entries(DOMAIN)
            if entry.state is ConfigEntryState.LOADED
        ),
        None,
    )


def not_yours() -> ServiceValidationError:
    """Return the error of whoever asks for what they do not see."""
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key="panel_not_yours"
    )


@callback
def send_refused(
    connection: ActiveConnection, message_id: int, error: HomeAssistantError
) -> None:
    """Answer a command with why nothing came of it, so that the panel can say it in the user's language."""
    connection.send_error(
        message_id,
        CODES.get(error.translation_key or "", ERR_HOME_ASSISTANT_ERROR),
        str(error),
        translation_domain=error.translation_domain,
        translation_key=error.translation_key,
        translation_placeholders=error.translation_placeholders,
    )
