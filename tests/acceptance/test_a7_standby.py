"""Reg. 7: what a wallbox does by itself while its link is gone, where the owner wants other than the schedule (A7.4)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.model.limit import Limit
from custom_components.smart_charge_point.model.link_loss import LinkLoss
from custom_components.smart_charge_point.simulator import Car, Quirks, Wallbox
from custom_components.smart_charge_point.simulator.quirks import Refusal

from ..house import SELDOM, House
from .test_a10_hours import minutes_in_peak

SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WITHIN_HOURS = pytest.mark.at(SATURDAY)
LONGEST = timedelta(minutes=30)
"""How long after the loss of its link a wallbox may go on as before."""
CHOICES = pytest.mark.parametrize(
    ("choice", "amperes"), [(LinkLoss.STOP, 0), (LinkLoss.FIXED_CURRENT, 10)]
)


def endless_car() -> Car:
    """Return a car that is never full within a test."""
    return Car(battery_kwh=10_000.0, start_delay=timedelta())


def not_held(house: House) -> bool:
    """Return whether the owner is told that the wallbox cannot do what was chosen."""
    issue = f"link_loss_not_held_{house.subentry().subentry_id}"
    return ir.async_get(house.hass).async_get_issue(DOMAIN, issue) is not None


def caps(wallbox: Wallbox) -> list[dict[str, Any]]:
    """Return what was sent to cap the whole wallbox, in order."""
    return [
        request["csChargingProfiles"]
        for request in wallbox.requests("SetChargingProfile")
        if request["csChargingProfiles"]["chargingProfilePurpose"]
        == "ChargePointMaxProfile"
    ]


async def choose(house: House, choice: LinkLoss) -> None:
    """Let the owner choose in the menu of the wallbox."""
    flows = house.hass.config_entries.subentries
    menu = await house.entry.start_subentry_reconfigure_flow(
        house.hass, house.subentry().subentry_id
    )
    form = await flows.async_configure(menu["flow_id"], {"next_step_id": "link_loss"})
    await flows.async_configure(
        form["flow_id"], {"link_loss": choice.value, "link_loss_current": 10}
    )
    await house.settle()
    await house.clock.settle()


async def hung(house: House, choice: LinkLoss, **kinds: Any) -> Wallbox:
    """Return a wallbox for which `choice` was made before it was hung on the wall."""
    await house.set_up("WB1", link_loss=choice, link_loss_current=Limit(amperes=10))
    wallbox = await house.wallbox(**kinds)
    await house.advance(timedelta(minutes=2))
    return wallbox


async def charging(house: House, choice: LinkLoss, **kinds: Any) -> Wallbox:
    """Return such a wallbox with a car at full power."""
    wallbox = await hung(house, choice, **kinds)
    await wallbox.plug_in(endless_car())
    await house.advance(timedelta(minutes=15))
    assert wallbox.current(1) > 30
    return wallbox


async def test_a7_4_by_default_the_wallbox_keeps_to_the_schedule(house: House) -> None:
    """Nothing is sent for it, and nothing is said."""
    wallbox = await house.wallbox()
    await house.advance(timedelta(hours=3))
    assert caps(wallbox) == []
    assert not not_held(house)


@WITHIN_HOURS
@CHOICES
async def test_a7_4_the_wallbox_falls_back_by_itself(
    house: House, choice: LinkLoss, amperes: int
) -> None:
    """Home Assistant is gone for good: within half an hour the wallbox does what was chosen, and goes on doing it."""
    wallbox = await charging(house, choice)
    assert not not_held(house)
    await house.stop()
    lost = house.now
    await house.clock.advance_to(lost + timedelta(minutes=9))
    assert wallbox.current(1) > 30
    await house.clock.advance_to(lost + LONGEST)
    assert wallbox.current(1) == amperes
    await house.clock.advance_to(lost + timedelta(days=1))
    assert wallbox.current(1) == amperes
    # The next car too.
    await wallbox.unplug()
    await wallbox.plug_in(endless_car())
    await house.clock.advance(timedelta(hours=1))
    assert wallbox.current(1) == amperes


@CHOICES
async def test_a7_4_a10_a11_a_week_without_a_link_keeps_hours_and_delays(
    house: House, choice: LinkLoss, amperes: int
) -> None:
    """The fallback only lowers: no current in the peak, and each beginning at its own random second."""
    wallbox = await hung(house, choice, settings=SELDOM)
    await wallbox.plug_in(endless_car())
    await house.advance_to(datetime(2026, 11, 24, 0, 0, tzinfo=UTC))
    assert wallbox.current(1) > 30
    await house.stop()
    start = house.now
    end = start + timedelta(days=7)
    await house.clock.advance_to(end)
    assert minutes_in_peak(wallbox, start, end) == 0
    seen = [change for change in wallbox.switchings if change.at > start + LONGEST]
    assert all(change.amperes in {0, amperes} for change in seen)
    begun = [change.at for change in seen if change.amperes]
    assert len(begun) == (10 if amperes else 0)
    assert len({at.second + 60 * at.minute for at in begun}) >= len(begun) // 2


@WITHIN_HOURS
@CHOICES
async def test_a7_4_as_long_as_the_link_stands_nothing_is_lowered(
    house: House, choice: LinkLoss, amperes: int
) -> None:
    """A night of charging: never lowered, and the wallbox is written to about four times an hour, not more."""
    wallbox = await charging(house, choice, settings=SELDOM)
    began, sent = house.now, len(caps(wallbox))
    await house.advance(timedelta(hours=10))
    changes = [change for change in wallbox.switchings if change.at > began]
    assert all(change.amperes > 30 for change in changes)
    assert wallbox.current(1) > 30
    assert len(caps(wallbox)) - sent <= 10 * 6


@WITHIN_HOURS
@CHOICES
async def test_a7_4_nothing_is_written_while_no_car_is_there(
    house: House, choice: LinkLoss, amperes: int
) -> None:
    """The wallbox's memory is not worn for nothing; the car that comes then is let charge all the same."""
    wallbox = await hung(house, choice, settings=SELDOM)
    sent = len(caps(wallbox))
    await house.advance(timedelta(hours=20))
    assert len(caps(wallbox)) == sent
    await wallbox.plug_in(endless_car())
    await house.advance(timedelta(minutes=11))
    assert wallbox.current(1) > 30


@WITHIN_HOURS
@CHOICES
async def test_a7_4_a11_what_rises_when_the_link_is_back_is_delayed(
    house: House, choice: LinkLoss, amperes: int
) -> None:
    """Many homes may get their link back in the same second; the owner can cancel the delay as any other."""
    wallbox = await charging(house, choice)
    await wallbox.go_offline()
    await house.advance(timedelta(hours=1))
    assert wallbox.current(1) == amperes
    await wallbox.go_online()
    await house.advance(timedelta(seconds=5))
    assert wallbox.current(1) <= amperes
    assert house.state("charging_reason") == "random_delay"
    ends = house.moment("delay_ends")
    assert ends is not None
    await house.press("cancel_delay")
    await house.advance(timedelta(seconds=5))
    assert wallbox.current(1) > 30


@WITHIN_HOURS
async def test_a7_4_a_short_restart_is_not_felt(house: House) -> None:
    """Home Assistant is up again before what it lent has ended: no fall, no delay."""
    wallbox = await charging(house, LinkLoss.STOP)
    began = house.now
    await house.restart(after=timedelta(minutes=5))
    await house.advance(timedelta(minutes=30))
    assert house.state("connected") == "on"
    changes = [change for change in wallbox.switchings if change.at > began]
    assert all(change.amperes > 30 for change in changes)


@WITHIN_HOURS
@CHOICES
async def test_a7_4_the_owners_limit_holds_with_and_without_the_link(
    house: House, choice: LinkLoss, amperes: int
) -> None:
    """What is lent follows at once, and the fallback is never above it."""
    wallbox = await charging(house, choice)
    await house.set_number("current_limit", 8)
    await house.advance(timedelta(seconds=10))
    assert wallbox.current(1) == 8
    await house.stop()
    await house.clock.advance(timedelta(hours=1))
    assert wallbox.current(1) == min(8, amperes)


@WITHIN_HOURS
async def test_a7_4_another_choice_takes_the_fallback_away(house: House) -> None:
    """Back to the schedule while a car charges: nothing falls, and nothing is left in the wallbox that could."""
    wallbox = await charging(house, LinkLoss.STOP)
    began = house.now
    await choose(house, LinkLoss.KEEP_SCHEDULE)
    await house.advance(timedelta(minutes=1))
    await house.stop()
    await house.clock.advance(timedelta(hours=3))
    changes = [change for change in wallbox.switchings if change.at > began]
    assert all(change.amperes > 30 for change in changes)
    assert wallbox.current(1) > 30


@WITHIN_HOURS
async def test_a7_4_chosen_while_a_car_charges(house: House) -> None:
    """The fallback is laid down under a running charge without a dip."""
    wallbox = await house.wallbox()
    await wallbox.plug_in(endless_car())
    await house.advance(timedelta(minutes=15))
    began = house.now
    await choose(house, LinkLoss.STOP)
    await house.advance(timedelta(minutes=5))
    assert all(
        change.amperes > 30 for change in wallbox.switchings if change.at > began
    )
    await house.stop()
    await house.clock.advance(LONGEST)
    assert wallbox.current(1) == 0


@WITHIN_HOURS
@pytest.mark.parametrize(
    "quirks",
    [
        Quirks(maximum_profile=Refusal.REJECTED),
        Quirks(maximum_profile=Refusal.NOT_SUPPORTED),
        Quirks(maximum_profile=Refusal.WITHOUT_EFFECT),
        Quirks(default_profile=Refusal.REJECTED),
        Quirks(only_lowest_stack_level=True),
        Quirks(most_stack_level=0),
        Quirks(most_profiles=4),
        Quirks(composite=Refusal.REJECTED),
        Quirks(refused_kinds=frozenset({"Absolute"})),
    ],
    ids=str,
)
async def test_a7_4_a_wallbox_that_cannot_is_said_and_charges_as_ever(
    house: House, quirks: Quirks
) -> None:
    """Never silence, and never a car that waits in vain for what the wallbox does not understand."""
    wallbox = await hung(house, LinkLoss.STOP, quirks=quirks)
    assert not_held(house)
    await wallbox.plug_in(endless_car())
    await house.advance(timedelta(minutes=30))
    assert wallbox.current(1) > 30
    await house.advance(timedelta(hours=2))
    assert wallbox.current(1) > 30
    await choose(house, LinkLoss.KEEP_SCHEDULE)
    await house.advance(timedelta(minutes=1))
    assert not not_held(house)


@WITHIN_HOURS
async def test_a7_4_a_wallbox_that_is_removed_keeps_no_fallback(house: House) -> None:
    """Nobody would ever lend it anything again, and it would never charge at more."""
    wallbox = await charging(house, LinkLoss.STOP)
    house.hass.config_entries.async_remove_subentry(
        house.entry, house.subentry().subentry_id
    )
    await house.advance(timedelta(minutes=1))
    await house.clock.advance(timedelta(hours=3))
    assert wallbox.current(1) > 30


@CHOICES
async def test_a7_4_a10_3_the_next_season_is_left_with_the_wallbox_all_the_same(
    house: House, choice: LinkLoss, amperes: int
) -> None:
    """Whether it waits for validFrom is found out before a fallback could hide it, also where a car came first."""
    wallbox = await hung(house, choice, settings=SELDOM)
    await wallbox.plug_in(endless_car())
    await house.advance(timedelta(hours=1))
    assert caps(wallbox)
    await wallbox.unplug()
    await house.advance_to(datetime(2026, 11, 24, 0, 0, tzinfo=UTC))
    held = {profile.identifier: profile for profile in wallbox.profiles}
    assert held[101].valid_from == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert held[1].periods[0].limit == amperes
    assert not not_held(house)


@WITHIN_HOURS
@pytest.mark.parametrize("dark", [False, True], ids=["lost_link", "power_cut"])
@pytest.mark.draws(240)  # None, or next to none, would show nothing.
async def test_a7_4_a11_a_car_that_came_without_a_link_is_delayed_when_it_is_back(
    house: House, dark: bool
) -> None:
    """Its session fell under the fallback at once, so its current rises only after a random delay."""
    wallbox = await hung(house, LinkLoss.FIXED_CURRENT)
    await wallbox.go_offline()
    if dark:
        await wallbox.power_cut()
    await house.advance(timedelta(hours=2))
    if dark:
        await wallbox.power_restore()
    await wallbox.plug_in(endless_car())
    await house.advance(timedelta(hours=1))
    assert wallbox.current(1) == 10
    await wallbox.go_online()
    back = house.now
    while house.state("charging_reason") != "random_delay":
        await house.advance(timedelta(seconds=1))
        assert house.now < back + timedelta(seconds=20)
    ends = house.moment("delay_ends")
    assert ends is not None
    await house.advance_to(ends - timedelta(seconds=1))
    assert all(
        change.amperes <= 10 for change in wallbox.switchings if change.at > back
    )
    await house.advance_to(ends + timedelta(seconds=5))
    assert wallbox.current(1) > 30
