"""Where the energy came from: shares of what the house used, and meters that sleep."""

from datetime import timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.smart_charge_point.rules.energy_mix import (
    LEAST,
    HourFlows,
    carbon_factor,
    metered_in,
    shares,
)

from .strategies import utc

NOON = utc(2026, 6, 1, 12)
HOUR = timedelta(hours=1)

energies = st.just(0.0) | st.floats(0, 100)
flows = st.builds(
    HourFlows,
    imported=energies,
    exported=energies,
    solar=energies,
    charged=energies,
    discharged=energies,
)


@given(flows)
def test_shares_are_parts_of_one(flows: HourFlows) -> None:
    """Whatever meters say of an hour, no part is negative, none more than all, and together they are all."""
    found = shares(flows)
    if found is None:
        return
    assert 0 <= found.solar <= 1
    assert 0 <= found.battery <= 1
    assert 0 <= found.grid <= 1
    assert found.solar + found.battery + found.grid == pytest.approx(1)


@given(flows, st.floats(1, 10))
def test_shares_do_not_depend_on_how_much_flowed(
    flows: HourFlows, factor: float
) -> None:
    """Twice as much of everything has the same parts."""
    more = HourFlows(
        imported=flows.imported * factor,
        exported=flows.exported * factor,
        solar=flows.solar * factor,
        charged=flows.charged * factor,
        discharged=flows.discharged * factor,
    )
    one, other = shares(flows), shares(more)
    if one is None or other is None:
        return
    assert other.solar == pytest.approx(one.solar, abs=1e-6)
    assert other.battery == pytest.approx(one.battery, abs=1e-6)


@given(flows)
def test_more_from_the_grid_is_never_a_larger_part_of_solar(flows: HourFlows) -> None:
    """What is bought besides makes the parts of one's own smaller."""
    more = HourFlows(
        imported=flows.imported + 1,
        exported=flows.exported,
        solar=flows.solar,
        charged=flows.charged,
        discharged=flows.discharged,
    )
    one, other = shares(flows), shares(more)
    if one is None or other is None:
        return
    assert other.solar <= one.solar + 1e-9
    assert other.battery <= one.battery + 1e-9


@pytest.mark.parametrize(
    ("flows", "solar", "battery"),
    [
        (HourFlows(imported=4), 0, 0),
        (HourFlows(imported=0, solar=4), 1, 0),
        (HourFlows(imported=1, solar=3), 0.75, 0),
        (HourFlows(imported=1, solar=4, exported=1), 0.75, 0),
        (HourFlows(imported=1, solar=4, charged=1), 0.75, 0),
        (HourFlows(imported=2, discharged=2), 0, 0.5),
        # The battery is charged from the grid at night while the car charges too: none of that is the sun's.
        (HourFlows(imported=5, charged=3), 0, 0),
        # More is sent out than the sun gives: the battery sends the rest.
        (HourFlows(imported=1, solar=1, exported=2, discharged=4), 0, 0.75),
        (HourFlows(imported=2, solar=2, discharged=4), 0.25, 0.5),
    ],
)
def test_parts_are_what_an_owner_would_say(
    flows: HourFlows, solar: float, battery: float
) -> None:
    """By hand."""
    found = shares(flows)
    assert found is not None
    assert (found.solar, found.battery) == pytest.approx((solar, battery))


@pytest.mark.parametrize(
    "flows",
    [
        HourFlows(imported=0),
        HourFlows(imported=LEAST / 2),
        HourFlows(imported=0, solar=3, exported=3),
        HourFlows(imported=float("nan")),
        HourFlows(imported=float("inf")),
        HourFlows(imported=1, solar=float("nan")),
    ],
)
def test_of_a_house_that_used_nothing_nothing_is_said(flows: HourFlows) -> None:
    """No part of nothing is zero, nor of what is no number."""
    assert shares(flows) is None


def test_an_hour_is_what_was_counted_up_to_its_end() -> None:
    """The difference to the hour before, never less than nothing."""
    sums = [
        (NOON + HOUR * n, total) for n, total in enumerate((10.0, 12.5, 12.5, 11.0))
    ]
    assert metered_in(sums, [NOON + HOUR * n for n in range(-1, 6)]) == {
        NOON + HOUR: 2.5,
        NOON + HOUR * 2: 0,
        NOON + HOUR * 3: 0,
    }


def test_a_meter_that_slept_has_counted_nothing_if_it_woke_as_it_was() -> None:
    """An inverter that is off at night: until it wakes nothing is known."""
    hours = [NOON + HOUR * n for n in range(1, 4)]
    before = [(NOON - HOUR, 4.0), (NOON, 5.0)]
    assert metered_in(before, hours) == {}
    assert metered_in([*before, (NOON + HOUR * 4, 5.0)], hours) == dict.fromkeys(
        hours, 0.0
    )


def test_what_a_gap_counted_is_no_hours() -> None:
    """Energy that came in somewhere between two sums is not said to be of the hour in which it was noticed."""
    sums = [(NOON, 5.0), (NOON + HOUR * 3, 9.0)]
    assert metered_in(sums, [NOON + HOUR * n for n in range(1, 4)]) == {}


@given(
    st.lists(st.floats(0, 50), min_size=3, max_size=30),
    st.sets(st.integers(1, 28)),
)
def test_hours_never_count_more_than_the_meter(
    counted: list[float], asleep: set[int]
) -> None:
    """Whatever hours are missing, what is said of the others is what the meter counted in them."""
    total, sums = 0.0, []
    for number, energy in enumerate(counted):
        total += energy
        if number not in asleep:
            sums.append((NOON + HOUR * number, total))
    hours = [NOON + HOUR * number for number in range(len(counted))]
    for hour, energy in metered_in(sums, hours).items():
        assert energy == pytest.approx(counted[(hour - NOON) // HOUR], abs=1e-6)


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("gCO2eq/kWh", 1),
        ("g/kWh", 1),
        ("gCO₂/kWh", 1),
        ("g CO2 / kWh", 1),
        ("kgCO2e/MWh", 1),
        ("kg/kWh", 1000),
        ("tCO2/MWh", 1000),
        (None, 1),
        ("", 1),
        ("%", None),
        ("g", None),
        ("GBP/kWh", None),
        ("g/m³", None),
        ("glasses/kWh", None),
    ],
)
def test_carbon_is_weighed_in_grams(unit: str | None, factor: float | None) -> None:
    """Grams per kWh, kilograms per MWh and the like come to the same, and nothing else is a weight."""
    assert carbon_factor(unit) == pytest.approx(factor)


def test_a_sum_that_is_no_number_counts_nothing() -> None:
    """Whatever a database holds."""
    sums = [(NOON, 1.0), (NOON + HOUR, float("nan")), (NOON + HOUR * 2, float("inf"))]
    assert metered_in(sums, [NOON + HOUR, NOON + HOUR * 2]) == {}
