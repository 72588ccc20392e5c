"""Names that the platforms and the rooms above the wire share."""

from typing import Final

DOMAIN: Final = "smart_charge_point"
DEFAULT_PORT: Final = 9000
SUBENTRY_CHARGE_POINT: Final = "charge_point"
SUBENTRY_PERSON: Final = "person"
SUBENTRY_VEHICLE: Final = "vehicle"
