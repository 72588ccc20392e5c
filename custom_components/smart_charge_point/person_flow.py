"""The flow of one person: added, and changed."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import (
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
from .subject_flow import SubjectFlow, by_name, cards

RIGHTS_SELECTOR: Final = SelectSelector(
    SelectSelectorConfig(
        options=[right.value for right in Right],
        multiple=True,
        mode=SelectSelectorMode.LIST,
        translation_key="rights",
    )
)
TAGS_SELECTOR: Final = several_texts()


class PersonSubentryFlow(SubjectFlow[Person]):
    """Adds a person, and changes what one may override."""

    @override
    async def _async_page(
        self, values: Mapping[str, Any]
    ) -> tuple[vol.Schema, dict[str, Any]]:
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
                        options=by_name(users), mode=SelectSelectorMode.DROPDOWN
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
        return schema, shown

    @override
    def _filled_in(self, typed: Mapping[str, Any], own: str | None) -> Person:
        return Person(
            name=typed[CONF_NAME].strip(),
            user_id=typed.get(CONF_USER),
            rights=frozenset(map(Right, typed[CONF_RIGHTS])),
            tags=cards(typed, CONF_TAGS),
        )

    @override
    def _errors(self, subject: Person, own: str | None) -> dict[str, str]:
        others = [
            person_from(subentry.title, subentry.data)
            for subentry in self._subentries(SUBENTRY_PERSON)
            if subentry.subentry_id != own
        ]
        if not subject.name:
            return {CONF_NAME: "name_missing"}
        if subject.user_id is not None and any(
            other.user_id == subject.user_id for other in others
        ):
            return {CONF_USER: "user_taken"}
        if any(plain(tag) == plain(OWNER_TAG) for tag in subject.tags):
            return {CONF_TAGS: "tag_of_home_assistant"}
        if any(other.holds(tag) for other in others for tag in subject.tags):
            return {CONF_TAGS: "tag_taken"}
        return {}

    @override
    def _data(self, subject: Person) -> dict[str, Any]:
        return person_data(subject)
