"""Which car is charging: by its card, by its driver, by where it usually stands; never by a guess."""

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_charge_point.model.vehicle import Vehicle
from custom_components.smart_charge_point.rules.vehicles import vehicle_for

ZOE = Vehicle(vehicle_id="zoe", name="Zoe", persons=frozenset({"anna"}))
VAN = Vehicle(
    vehicle_id="van",
    name="Van",
    persons=frozenset({"bert"}),
    tags=frozenset({"04:A2:2B"}),
    charge_points=frozenset({"garage"}),
)
BIKE = Vehicle(vehicle_id="bike", name="Bike", persons=frozenset({"bert"}))
ALL = (ZOE, VAN, BIKE)


@pytest.mark.parametrize(
    ("tag", "person", "charge_point", "found"),
    [
        ("04a22b", None, "drive", VAN),
        ("04a22b", "anna", "drive", VAN),
        ("", "anna", "drive", ZOE),
        ("", "anna", "garage", ZOE),
        ("", "bert", "drive", None),
        ("", "bert", "garage", VAN),
        ("", None, "garage", VAN),
        ("", None, "drive", None),
        ("unknown", "carl", "drive", None),
    ],
)
def test_the_nearest_sign_decides(
    tag: str, person: str | None, charge_point: str, found: Vehicle | None
) -> None:
    """The car's own card, then the only car of who charges, then the one that usually stands there."""
    assert vehicle_for(ALL, tag=tag, person=person, charge_point=charge_point) == found


def test_of_two_cars_that_fit_none_is_guessed() -> None:
    """Two cars usually stand there."""
    two = (
        VAN,
        Vehicle(vehicle_id="x", name="X", charge_points=frozenset({"garage"})),
    )
    assert vehicle_for(two, tag="", person=None, charge_point="garage") is None


@given(st.text(max_size=8))
def test_no_card_is_nobodys(tag: str) -> None:
    """A session without a card, or with one of nothing but blanks, belongs to no car by its card."""
    nameless = Vehicle(vehicle_id="x", name="X", tags=frozenset({"", " ", tag.strip()}))
    found = vehicle_for((nameless,), tag="", person=None, charge_point="y")
    assert found is None


def test_a_card_is_in_no_text() -> None:
    """Tags are credentials."""
    assert "A2" not in repr(VAN)
