"""The capability report as a function: whatever a wallbox can do, each ability has one finding, and each finding words."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

from hypothesis import given, strategies as st

from custom_components.smart_charge_point.control.capability_report import (
    Ability,
    Finding,
    RestsOn,
    capability_report,
)
from custom_components.smart_charge_point.model.capabilities import (
    AfterPowerCut,
    Capabilities,
    OfflineStart,
    Rung,
    Support,
)
from custom_components.smart_charge_point.model.hours import ChargingHours
from custom_components.smart_charge_point.model.limit import Limit
from custom_components.smart_charge_point.model.schedule import ResidentSchedule
from custom_components.smart_charge_point.rules.random_delay import draw_edges
from custom_components.smart_charge_point.rules.ruleset import GB_2021
from custom_components.smart_charge_point.rules.week_pattern import (
    following_pattern,
    week_pattern,
)

from ..conformity.source import english

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SUPPORT = st.sampled_from(Support)
ANY = st.builds(
    Capabilities,
    rung=st.sampled_from(Rung),
    max_periods=st.sampled_from([1, 3, 24]),
    relative_delay=SUPPORT,
    valid_from=SUPPORT,
    default_profile=SUPPORT,
    transaction_profile=SUPPORT,
    maximum_profile=SUPPORT,
    composite_schedule=SUPPORT,
    smart_charging=SUPPORT,
    offline_start=st.sampled_from(OfflineStart),
    every_second=SUPPORT,
    own_delay=st.sampled_from([0, 600]),
)


def schedule(hours: ChargingHours) -> ResidentSchedule:
    """Return what a connector is to hold."""
    drawn = draw_edges(hours, 0, NOW, lambda _: 0)
    return ResidentSchedule(
        connector=1,
        limit=Limit(amperes=32),
        week=week_pattern(hours, drawn, 0, NOW, GB_2021.zone),
        following=following_pattern(hours, drawn, 0, NOW, GB_2021.zone),
        session_delay=300,
    )


GB, ALWAYS = schedule(GB_2021.default_hours), schedule(ChargingHours.ALWAYS)
HOLIDAYS = replace(GB, holidays_kept=True)


def report(
    capabilities: Capabilities,
    schedules: tuple[ResidentSchedule, ...] = (GB,),
    *,
    delays: bool = True,
) -> dict[Ability, Finding]:
    """Return the findings by their ability."""
    return {
        finding.ability: finding
        for finding in capability_report(capabilities, schedules, NOW, delays=delays)
    }


@given(ANY, st.sampled_from([(GB,), (ALWAYS,), (GB, GB), (HOLIDAYS,)]), st.booleans())
def test_every_ability_has_one_finding_with_words(
    capabilities: Capabilities, schedules: tuple[ResidentSchedule, ...], delays: bool
) -> None:
    """Whatever was found or not, it is said."""
    found = capability_report(capabilities, schedules, NOW, delays=delays)

    assert [finding.ability for finding in found] == list(Ability)
    texts = english()["common"]
    for finding in found:
        assert f"capability_{finding.ability}_{finding.found}" in texts


@given(ANY)
def test_a_wallbox_that_takes_no_limit_is_trusted_with_none(
    capabilities: Capabilities,
) -> None:
    """Nothing that a limit would have to hold is said to rest on anyone."""
    hopeless = replace(capabilities, smart_charging=Support.REFUSED, own_delay=0)

    found = report(hopeless)
    for ability in (
        Ability.CHARGING_HOURS,
        Ability.RANDOM_DELAY,
        Ability.CURRENT_LIMIT,
        Ability.DEMAND_RESPONSE,
        Ability.CLOCK_CHANGE,
    ):
        assert found[ability].rests_on is RestsOn.NOBODY


@given(ANY)
def test_what_was_not_tried_is_not_claimed(capabilities: Capabilities) -> None:
    """The wallbox is said to hold the hours only once it took them."""
    untried = replace(
        capabilities, default_profile=Support.UNTRIED, smart_charging=Support.UNTRIED
    )

    assert report(untried)[Ability.CHARGING_HOURS].rests_on is RestsOn.NOT_KNOWN


def test_what_is_not_asked_needs_nobody() -> None:
    """Without hours and delays there is nothing to keep."""
    works = Capabilities(default_profile=Support.WORKS, smart_charging=Support.WORKS)

    found = report(works, (ALWAYS,), delays=False)
    assert {
        ability
        for ability, finding in found.items()
        if finding.rests_on is RestsOn.NOT_NEEDED
    } == {
        Ability.CHARGING_HOURS,
        Ability.RANDOM_DELAY,
        Ability.OWN_DELAY,
        Ability.CLOCK_CHANGE,
        Ability.BANK_HOLIDAYS,
        Ability.POWER_CUT,
    }


def test_each_text_is_for_something_that_can_be_found() -> None:
    """No text is left over."""
    works = Capabilities(default_profile=Support.WORKS, smart_charging=Support.WORKS)
    wallboxes = [
        replace(works, rung=rung, relative_delay=delay, maximum_profile=maximum)
        for rung, delay, maximum in product(Rung, Support, Support)
    ]
    wallboxes += [
        replace(works, default_profile=default, maximum_profile=maximum)
        for default, maximum in product(Support, Support)
    ]
    wallboxes += [
        replace(
            works, every_second=support, composite_schedule=support, valid_from=support
        )
        for support in Support
    ]
    wallboxes += [replace(works, offline_start=path) for path in OfflineStart]
    wallboxes += [replace(works, after_power_cut=seen) for seen in AfterPowerCut]
    wallboxes += [
        replace(works, smart_charging=Support.REFUSED),
        replace(works, own_delay=600),
        replace(
            works,
            max_stack_level=8,
            max_profiles=10,
            valid_from=Support.WORKS,
            dated_profile=Support.WORKS,
        ),
        replace(works, valid_from=Support.REFUSED, timed_override=Support.REFUSED),
    ]
    found = {
        f"capability_{finding.ability}_{finding.found}"
        for capabilities, schedules, delays in product(
            wallboxes, [(GB,), (ALWAYS,), (HOLIDAYS,)], [True, False]
        )
        for finding in report(capabilities, schedules, delays=delays).values()
    }

    assert found == {
        key for key in english()["common"] if key.startswith("capability_")
    }
