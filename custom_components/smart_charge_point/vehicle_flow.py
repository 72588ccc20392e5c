"""The flow of one vehicle: added, and changed."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.const import CONF_NAME
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
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
from .subject_flow import SubjectFlow, by_name, cards

ODOMETERS: Final = ["sensor", "number", "input_number"]
"""The domains of what may show what a car has driven."""


class VehicleSubentryFlow(SubjectFlow[Vehicle]):
    """Adds a vehicle, and changes by what it is known."""

    @override
    async def _async_page(
        self, values: Mapping[str, Any]
    ) -> tuple[vol.Schema, dict[str, Any]]:
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
        return schema, shown

    @override
    def _filled_in(self, typed: Mapping[str, Any], own: str | None) -> Vehicle:
        return Vehicle(
            vehicle_id=own or "",
            name=typed[CONF_NAME].strip(),
            persons=frozenset(typed[CONF_PERSONS]),
            charge_points=frozenset(typed[CONF_WALLBOXES]),
            tags=cards(typed, CONF_TAGS),
            odometer=typed.get(CONF_ODOMETER),
        )

    @override
    def _errors(self, subject: Vehicle, own: str | None) -> dict[str, str]:
        others = [
            vehicle_from(subentry.subentry_id, subentry.title, subentry.data)
            for subentry in self._subentries(SUBENTRY_VEHICLE)
            if subentry.subentry_id != own
        ]
        if not subject.name:
            return {CONF_NAME: "name_missing"}
        if any(subject.charge_points & other.charge_points for other in others):
            return {CONF_WALLBOXES: "wallbox_taken"}
        if any(plain(tag) == plain(OWNER_TAG) for tag in subject.tags):
            return {CONF_TAGS: "tag_of_home_assistant"}
        if any(other.holds(tag) for other in others for tag in subject.tags):
            return {CONF_TAGS: "tag_of_other_vehicle"}
        return {}

    @override
    def _data(self, subject: Vehicle) -> dict[str, Any]:
        return vehicle_data(subject)

    def _named(self, kind: str) -> dict[str, str]:
        """Return the names of the subentries of a kind, by their ids."""
        return {
            subentry.subentry_id: subentry.title for subentry in self._subentries(kind)
        }


def _several(named: Mapping[str, str]) -> SelectSelector:
    return SelectSelector(
        SelectSelectorConfig(
            options=by_name(named), multiple=True, mode=SelectSelectorMode.LIST
        )
    )
