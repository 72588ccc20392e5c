"""The flow of what has a name and one page of a form, such as a person or a vehicle: added, and changed."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Protocol

from homeassistant.config_entries import (
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import SelectOptionDict
import voluptuous as vol


class Subject(Protocol):
    """What a form is about."""

    @property
    def name(self) -> str:
        """What the owner calls it: the title of its subentry."""


class SubjectFlow[S: Subject](ConfigSubentryFlow, ABC):
    """Adds a subject, and changes what is known of it."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for a new one."""
        return await self._async_ask("user", None, user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what has changed."""
        subentry = self._get_reconfigure_subentry()
        return await self._async_ask("reconfigure", subentry, user_input)

    async def _async_ask(
        self,
        step_id: str,
        subentry: ConfigSubentry | None,
        typed: dict[str, Any] | None,
    ) -> SubentryFlowResult:
        """Keep what was typed, as a subentry or in the place of one; ask again while anything is wrong with it."""
        errors: dict[str, str] = {}
        if typed is not None:
            own = None if subentry is None else subentry.subentry_id
            subject = self._filled_in(typed, own)
            if not (errors := self._errors(subject, own)):
                title, data = subject.name, self._data(subject)
                if subentry is None:
                    return self.async_create_entry(title=title, data=data)
                return self.async_update_and_abort(
                    self._get_entry(), subentry, title=title, data=data
                )
        known = {} if subentry is None else {CONF_NAME: subentry.title, **subentry.data}
        schema, shown = await self._async_page(typed or known)
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, shown),
            errors=errors,
        )

    @abstractmethod
    async def _async_page(
        self, values: Mapping[str, Any]
    ) -> tuple[vol.Schema, dict[str, Any]]:
        """Return the form, and what of `values` can be shown in it: a choice may be no choice any more."""

    @abstractmethod
    def _filled_in(self, typed: Mapping[str, Any], own: str | None) -> S:
        """Return what a filled in form says; `own` is the id of the subentry that is changed."""

    @abstractmethod
    def _errors(self, subject: S, own: str | None) -> dict[str, str]:
        """Return what is wrong with a subject beside the others, by field: translation keys."""

    @abstractmethod
    def _data(self, subject: S) -> dict[str, Any]:
        """Return what the subentry keeps."""

    def _subentries(self, kind: str) -> tuple[ConfigSubentry, ...]:
        """Return the subentries of a kind."""
        return tuple(
            subentry
            for subentry in self._get_entry().subentries.values()
            if subentry.subentry_type == kind
        )


def by_name(named: Mapping[str, str]) -> list[SelectOptionDict]:
    """Return the options of a choice among what has a name, in the order of names."""
    return [
        SelectOptionDict(value=one, label=name)
        for one, name in sorted(named.items(), key=lambda item: item[1].casefold())
    ]


def cards(typed: Mapping[str, Any], field: str) -> frozenset[str]:
    """Return the cards that were typed into a field, without blanks around them or blank lines."""
    return frozenset(tag.strip() for tag in typed.get(field, ()) if tag.strip())
