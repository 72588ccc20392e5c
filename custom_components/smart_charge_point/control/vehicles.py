"""The cars of the home: as its config subentries name them, and which of them a session is of."""

from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, UnitOfLength
from homeassistant.core import HomeAssistant
from homeassistant.util.unit_conversion import DistanceConverter

from ..const import SUBENTRY_VEHICLE
from ..model.vehicle import Vehicle
from ..rules.vehicles import vehicle_for

CONF_ODOMETER: Final = "odometer"
CONF_PERSONS: Final = "persons"
CONF_TAGS: Final = "tags"
CONF_WALLBOXES: Final = "wallboxes"


class Vehicles:
    """The cars of one home, read whenever they are asked for, so that a change holds at once."""

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
        """Read the vehicles of `entry`."""
        self._hass = hass
        self._entry = entry

    @property
    def vehicles(self) -> tuple[Vehicle, ...]:
        """All vehicles."""
        return tuple(
            vehicle_from(subentry.subentry_id, subentry.title, subentry.data)
            for subentry in self._entry.subentries.values()
            if subentry.subentry_type == SUBENTRY_VEHICLE
        )

    def of_session(
        self, tag: str, person: str | None, charge_point: str
    ) -> Vehicle | None:
        """Return the car of a session: by its tag, by the id of its person, by the subentry of its charge point."""
        return vehicle_for(
            self.vehicles, tag=tag, person=person, charge_point=charge_point
        )

    def odometer(self, vehicle: Vehicle) -> float | None:
        """Return what a car has driven by now (km), None where nothing shows it."""
        if vehicle.odometer is None:
            return None
        state = self._hass.states.get(vehicle.odometer)
        if state is None:
            return None
        unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT, UnitOfLength.KILOMETERS)
        try:
            driven = float(state.state)
        except ValueError:
            return None
        if unit not in DistanceConverter.VALID_UNITS or not isfinite(driven):
            return None
        driven = DistanceConverter.convert(driven, unit, UnitOfLength.KILOMETERS)
        return driven if driven >= 0 else None


def vehicle_from(vehicle_id: str, name: str, data: Mapping[str, Any]) -> Vehicle:
    """Read a config subentry's id, title and data, which `vehicle_data` wrote."""
    return Vehicle(
        vehicle_id=vehicle_id,
        name=name,
        persons=frozenset(data[CONF_PERSONS]),
        charge_points=frozenset(data[CONF_WALLBOXES]),
        tags=frozenset(data[CONF_TAGS]),
        odometer=data[CONF_ODOMETER],
    )


def vehicle_data(vehicle: Vehicle) -> dict[str, Any]:
    """Return the data of a vehicle's config subentry."""
    return {
        CONF_PERSONS: sorted(vehicle.persons),
        CONF_WALLBOXES: sorted(vehicle.charge_points),
        CONF_TAGS: sorted(vehicle.tags),
        CONF_ODOMETER: vehicle.odometer,
    }
