"""The flow of one person: added, and changed."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from .const import SUBENTRY_PERSON
from .control.override import OWNER_TAG
from .control.people import CONF_RIGHTS, CONF_TAGS, CONF_USER, person_data, person_from
from .form_fields import several_texts
from .model.person import Person, Right, plain

RIGHTS_SELECTOR: Final = SelectSelector(
    SelectSelectorConfig(
        options=[right.value for right in Right],
        multiple=True,
        mode=SelectSelectorMode.LIST,
        translation_key="rights",
    )
)
TAGS_SELECTOR: Final = several_texts()


class PersonSubentryFlow(ConfigSubentryFlow):
    """Adds a person, and changes what one may override."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask who it is."""
        errors: dict[str, str] = {}
        if user_input is not None:
            person = _filled_in(user_input)
            if not (errors := self._errors(person, others=self._others(None))):
                return self.async_create_entry(
                    title=person.name, data=person_data(person)
                )
        return await self._async_ask("user", user_input or {}, errors)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what has changed."""
        subentry = self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is not None:
            person = _filled_in(user_input)
            others = self._others(subentry.subentry_id)
            if not (errors := self._errors(person, others)):
                return self.async_update_and_abort(
                    self._get_entry(),
                    subentry,
                    title=person.name,
                    data=person_data(person),
                )
        known = {CONF_NAME: subentry.title, **subentry.data}
        return await self._async_ask("reconfigure", user_input or known, errors)

    async def _async_ask(
        self, step_id: str, values: Mapping[str, Any], errors: dict[str, str]
    ) -> SubentryFlowResult:
        users = {
            user.id: user.name or user.id
            for user in await self.hass.auth.async_get_users()
            if user.is_active and not user.system_generated
        }
        schema = vol.Schema(
            {
                vol.Required(CONF_NAME): TextSelector(),
                vol.Optional(CONF_USER): SelectSelector(
                    SelectSelectorConfig(
                        options=[
                            SelectOptionDict(value=user_id, label=name)
                            for user_id, name in sorted(
                                users.items(), key=lambda user: user[1].casefold()
                            )
                        ],
                        mode=SelectSelectorMode.DROPDOWN,
                    )
                ),
                vol.Optional(CONF_RIGHTS, default=list): RIGHTS_SELECTOR,
                vol.Optional(CONF_TAGS): TAGS_SELECTOR,
            }
        )
        shown = dict(values)
        if shown.get(CONF_USER) not in users:
            # Deleted since, and no choice any more.
            shown.pop(CONF_USER, None)
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, shown),
            errors=errors,
        )

    def _others(self, own: str | None) -> list[Person]:
        """Return all persons but the one of the subentry `own`."""
        return [
            person_from(subentry.title, subentry.data)
            for subentry in self._get_entry().subentries.values()
            if subentry.subentry_type == SUBENTRY_PERSON and subentry.subentry_id != own
        ]

    @staticmethod
    def _errors(person: Person, others: list[Person]) -> dict[str, str]:
        if not person.name:
            return {CONF_NAME: "name_missing"}
        if person.user_id is not None and any(
            other.user_id == person.user_id for other in others
        ):
            return {CONF_USER: "user_taken"}
        if any(plain(tag) == plain(OWNER_TAG) for tag in person.tags):
            return {CONF_TAGS: "tag_of_home_assistant"}
        if any(other.holds(tag) for other in others for tag in person.tags):
            return {CONF_TAGS: "tag_taken"}
        return {}


def _filled_in(values: Mapping[str, Any]) -> Person:
    """Return the person that a filled in form says."""
    return Person(
        name=values[CONF_NAME].strip(),
        user_id=values.get(CONF_USER),
        rights=frozenset(map(Right, values[CONF_RIGHTS])),
        tags=frozenset(tag.strip() for tag in values.get(CONF_TAGS, ()) if tag.strip()),
    )
