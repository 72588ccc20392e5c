"""The flow of one vehicle: added, and changed."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import CONF_NAME
from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from .const import SUBENTRY_CHARGE_POINT, SUBENTRY_PERSON, SUBENTRY_VEHICLE
from .control.override import OWNER_TAG
from .control.vehicles import (
    CONF_ODOMETER,
    CONF_PERSONS,
    CONF_TAGS,
    CONF_WALLBOXES,
    vehicle_data,
    vehicle_from,
)
from .form_fields import several_texts
from .model.person import plain
from .model.vehicle import Vehicle

ODOMETERS: Final = ["sensor", "number", "input_number"]
"""The domains of what may show what a car has driven."""


class VehicleSubentryFlow(ConfigSubentryFlow):
    """Adds a vehicle, and changes by what it is known."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask which car it is."""
        errors: dict[str, str] = {}
        if user_input is not None:
            vehicle = _filled_in(user_input)
            if not (errors := self._errors(vehicle)):
                return self.async_create_entry(
                    title=vehicle.name, data=vehicle_data(vehicle)
                )
        return self._ask("user", user_input or {}, errors)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what has changed."""
        subentry = self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is not None:
            vehicle = _filled_in(user_input, subentry.subentry_id)
            if not (errors := self._errors(vehicle)):
                return self.async_update_and_abort(
                    self._get_entry(),
                    subentry,
                    title=vehicle.name,
                    data=vehicle_data(vehicle),
                )
        known = {CONF_NAME: subentry.title, **subentry.data}
        return self._ask("reconfigure", user_input or known, errors)

    @callback
    def _ask(
        self, step_id: str, values: Mapping[str, Any], errors: dict[str, str]
    ) -> SubentryFlowResult:
        persons = self._named(SUBENTRY_PERSON)
        wallboxes = self._named(SUBENTRY_CHARGE_POINT)
        ours = er.async_entries_for_config_entry(
            er.async_get(self.hass), self._get_entry().entry_id
        )
        schema = vol.Schema(
            {
                vol.Required(CONF_NAME): TextSelector(),
                vol.Optional(CONF_PERSONS, default=list): _several(persons),
                vol.Optional(CONF_WALLBOXES, default=list): _several(wallboxes),
                vol.Optional(CONF_TAGS): several_texts(),
                vol.Optional(CONF_ODOMETER): EntitySelector(
                    EntitySelectorConfig(
                        domain=ODOMETERS,
                        exclude_entities=[entity.entity_id for entity in ours],
                    )
                ),
            }
        )
        shown = dict(values)
        for field, known in ((CONF_PERSONS, persons), (CONF_WALLBOXES, wallboxes)):
            # Deleted since, and no choice any more.
            shown[field] = [one for one in shown.get(field, ()) if one in known]
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(schema, shown),
            errors=errors,
        )

    def _named(self, kind: str) -> dict[str, str]:
        """Return the names of the subentries of a kind, by their ids."""
        return {
            subentry.subentry_id: subentry.title
            for subentry in self._get_entry().subentries.values()
            if subentry.subentry_type == kind
        }

    def _errors(self, vehicle: Vehicle) -> dict[str, str]:
        others = [
            vehicle_from(subentry.subentry_id, subentry.title, subentry.data)
            for subentry in self._get_entry().subentries.values()
            if subentry.subentry_type == SUBENTRY_VEHICLE
            and subentry.subentry_id != vehicle.vehicle_id
        ]
        if not vehicle.name:
            return {CONF_NAME: "name_missing"}
        if any(vehicle.charge_points & other.charge_points for other in others):
            return {CONF_WALLBOXES: "wallbox_taken"}
        if any(plain(tag) == plain(OWNER_TAG) for tag in vehicle.tags):
            return {CONF_TAGS: "tag_of_home_assistant"}
        if any(other.holds(tag) for other in others for tag in vehicle.tags):
            return {CONF_TAGS: "tag_of_other_vehicle"}
        return {}


def _several(named: Mapping[str, str]) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=[
                SelectOptionDict(value=one, label=name)
                for one, name in sorted(
                    named.items(), key=lambda item: item[1].casefold()
                )
            ],
            multiple=True,
            mode=SelectSelectorMode.LIST,
        )
    )


def _filled_in(values: Mapping[str, Any], vehicle_id: str = "") -> Vehicle:
    """Return the vehicle that a filled in form says."""
    return Vehicle(
        vehicle_id=vehicle_id,
        name=values[CONF_NAME].strip(),
        persons=frozenset(values[CONF_PERSONS]),
        charge_points=frozenset(values[CONF_WALLBOXES]),
        tags=frozenset(tag.strip() for tag in values.get(CONF_TAGS, ()) if tag.strip()),
        odometer=values.get(CONF_ODOMETER),
    )
