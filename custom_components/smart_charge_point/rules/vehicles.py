"""Which car is charging, as far as anything says so."""

from collections.abc import Iterable, Sequence

from ..model.vehicle import Vehicle


def vehicle_for(
    vehicles: Sequence[Vehicle], *, tag: str, person: str | None, charge_point: str
) -> Vehicle | None:
    """Return the car of a session that began with `tag`, by `person` (an id, None where nobody is known).

    First the car whose tag it is; then the person's, if there is but one; then the one that usually charges at
    `charge_point`, if there is but one. None where nothing tells: of two cars none is guessed.
    """
    found = _only(vehicle for vehicle in vehicles if vehicle.holds(tag))
    if found is None and person is not None:
        found = _only(vehicle for vehicle in vehicles if person in vehicle.persons)
    return found or _only(
        vehicle for vehicle in vehicles if charge_point in vehicle.charge_points
    )


def _only(vehicles: Iterable[Vehicle]) -> Vehicle | None:
    found = tuple(vehicles)
    return found[0] if len(found) == 1 else None
