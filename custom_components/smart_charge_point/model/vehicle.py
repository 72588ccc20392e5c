"""Vehicles: the cars of the home, and by what each is known."""

from dataclasses import dataclass, field

from .person import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """One car. `persons` and `charge_points` are who drives it and where it usually charges, by their ids in the home.

    `tags` are the cards that are held to a wallbox for this car, or what the car says of itself there. They are
    credentials like a person's. `odometer` is the entity that shows what it has driven.
    """

    vehicle_id: str
    name: str
    persons: frozenset[str] = frozenset()
    charge_points: frozenset[str] = frozenset()
    tags: frozenset[str] = field(default=frozenset(), repr=False)
    odometer: str | None = None

    def holds(self, tag: str) -> bool:
        """Return whether `tag` is one of this car's."""
        return bool(wanted := plain(tag)) and wanted in map(plain, self.tags)
