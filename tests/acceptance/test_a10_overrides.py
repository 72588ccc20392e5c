"""Reg. 10: how long an override lasts (A10.5), and what demand-side response has to say meanwhile."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.smart_charge_point.simulator import Car, Wallbox
from custom_components.smart_charge_point.simulator.quirks import Quirks, Refusal

from ..family import action, add_person, decisions, refused, user
from ..house import SELDOM, House

pytestmark = pytest.mark.draws(0)

SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WITHIN_HOURS = pytest.mark.at(SATURDAY)
IN_PEAK = pytest.mark.at(datetime(2026, 11, 23, 16, 30, tzinfo=UTC))
MAKES = pytest.mark.parametrize(
    "quirks",
    [
        pytest.param(Quirks(), id="plain"),
        pytest.param(Quirks(maximum_profile=Refusal.REJECTED), id="no maximum"),
    ],
)


@pytest.fixture(autouse=True)
def owner(hass_admin_user: MockUser) -> str:
    """An administrator, who lives here too."""
    user_id: str = hass_admin_user.id
    return user_id


async def home(house: House, quirks: Quirks | None = None, **kinds: Any) -> Wallbox:
    """Return a wallbox with a car, in a home that follows a provider."""
    wallbox = await house.wallbox(quirks=quirks or Quirks(), settings=SELDOM, **kinds)
    house.hass.config_entries.async_update_entry(
        house.entry, options={"dsr_providers": ["octopus"]}
    )
    await house.settle()
    await wallbox.plug_in(Car(start_delay=timedelta(), battery_kwh=10_000.0))
    await house.advance(timedelta(seconds=30))
    return wallbox


async def ask_for_less(house: House, event_id: str = "1") -> None:
    """Let the provider hold the charge down for two hours, at once."""
    await house.action(
        "start_dsr_event",
        provider="octopus",
        event_id=event_id,
        kind="response",
        direction="down",
        limit_a=6,
        end=house.now + timedelta(hours=2),
    )
    await house.advance(timedelta(seconds=10))


async def report(house: House, event_id: str = "1") -> Mapping[str, Any]:
    """Return what became of the event."""
    answer = await house.action(
        "export_dsr_report", provider="octopus", event_id=event_id
    )
    told: Mapping[str, Any] = answer["reports"][0]
    return told


@IN_PEAK
@pytest.mark.parametrize(
    "quirks",
    [
        pytest.param(Quirks(), id="plain"),
        pytest.param(Quirks(transaction_profile=Refusal.REJECTED), id="by default"),
    ],
)
@pytest.mark.parametrize("home_assistant", [True, False])
async def test_a10_5_charge_now_until_a_time_ends_then(
    house: House, quirks: Quirks, home_assistant: bool
) -> None:
    """The hours hold again within the same session, also where Home Assistant is off by then."""
    wallbox = await home(house, quirks)
    session = wallbox.transaction()
    assert session is not None
    until = house.now + timedelta(minutes=40)
    await house.action("charge_now", until=until)
    await house.advance(timedelta(seconds=10))
    assert wallbox.current(1) > 30
    assert house.moment("charging_reason_until") == until
    if not home_assistant:
        await house.stop()

    await house.clock.advance_to(until - timedelta(seconds=3))
    assert wallbox.current(1) > 30
    await house.clock.advance_to(until + timedelta(seconds=3))
    assert wallbox.current(1) == 0
    assert wallbox.transaction() == session
    if not home_assistant:
        await house.start()
        await house.advance(timedelta(seconds=30))
    assert house.state("charging_reason") == "waiting_for_hours"
    await house.advance_to(datetime(2026, 11, 23, 22, 0, 30, tzinfo=UTC))
    assert wallbox.current(1) > 30


@IN_PEAK
async def test_a10_5_a_session_that_is_begun_for_it_ends_its_override_then_too(
    house: House,
) -> None:
    """Where the wallbox waits to be asked, the time goes with the wish; it is the house's own where no zone is said."""
    await house.hass.config.async_set_time_zone("Europe/Paris")
    await house.set_up("WB1", start_on_plug_in=False)
    wallbox = await home(house, free_vend=False)
    assert wallbox.transaction() is None
    until = house.now + timedelta(minutes=40)
    civil = (until + timedelta(hours=1)).replace(tzinfo=None)
    await house.action("charge_now", until=civil.isoformat(sep=" "))
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) > 30
    assert house.moment("charging_reason_until") == until
    await house.restart()
    await house.advance_to(until - timedelta(seconds=3))
    assert wallbox.current(1) > 30
    await house.advance_to(until + timedelta(seconds=5))
    assert wallbox.current(1) == 0
    assert wallbox.transaction() is not None


@IN_PEAK
async def test_a10_5_a_restart_before_the_session_begins_keeps_the_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wallbox that is slow to begin meets a Home Assistant that still knows until when it was asked to charge."""
    await house.set_up("WB1", start_on_plug_in=False)
    wallbox = await home(house, free_vend=False)
    held: list[tuple[Any, ...]] = []
    begin = wallbox.sessions.let_in
    monkeypatch.setattr(wallbox.sessions, "let_in", lambda *asked: held.append(asked))
    until = house.now + timedelta(minutes=40)
    await house.action("charge_now", until=until)
    await house.restart()
    await house.advance(timedelta(seconds=20))
    connector, tag, _ = held[0]
    begin(connector, tag)
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) > 30
    await house.advance_to(until - timedelta(seconds=3))
    assert wallbox.current(1) > 30
    await house.advance_to(until + timedelta(seconds=5))
    assert wallbox.current(1) == 0


@IN_PEAK
async def test_a10_5_until_a_time_that_is_past_is_refused(house: House) -> None:
    """Nothing is sent, and nothing charges."""
    wallbox = await home(house)
    sent = len(wallbox.requests("SetChargingProfile"))
    command = action("charge_now", until=house.now.isoformat())
    assert await refused(house, command, None) == "until_is_past"
    await house.advance(timedelta(seconds=10))
    assert len(wallbox.requests("SetChargingProfile")) == sent
    assert wallbox.current(1) == 0


@WITHIN_HOURS
@MAKES
async def test_a10_5_who_may_override_demand_response_charges_through_it(
    house: House, quirks: Quirks
) -> None:
    """The full rate within 10 s; the event is opted out of for the session, and the next car follows the next one."""
    wallbox = await home(house, quirks)
    await ask_for_less(house)
    assert 0 < wallbox.current(1) <= 6.6
    kim = await user(house)
    await add_person(house, name="Kim", user_id=kim, rights=["charge_now", "dsr"])
    await action("charge_now")(house, kim)
    await house.advance(timedelta(seconds=10))
    assert wallbox.current(1) > 30
    told = await report(house)
    assert told["outcome"] == "overridden"
    kinds = [decision.kind for decision in await decisions(house, user_id=kim)]
    assert sorted(kinds) == ["charge_now", "dsr_override"]

    await ask_for_less(house, "2")
    assert wallbox.current(1) > 30
    await wallbox.unplug()
    await house.advance(timedelta(minutes=2))
    await wallbox.plug_in(Car(start_delay=timedelta(), battery_kwh=10_000.0))
    await house.advance(timedelta(seconds=30))
    await ask_for_less(house, "3")
    assert wallbox.current(1) <= 6.6


@IN_PEAK
@MAKES
async def test_a10_5_who_may_not_is_held_down_by_it_all_the_same(
    house: House, quirks: Quirks
) -> None:
    """Charge now sets the hours aside, and the provider's limit stays; the event goes on."""
    wallbox = await home(house, quirks)
    await ask_for_less(house)
    kim = await user(house)
    await add_person(house, name="Kim", user_id=kim, rights=["charge_now"])
    await action("charge_now")(house, kim)
    await house.advance(timedelta(seconds=15))
    assert 5 < wallbox.current(1) <= 6.6
    assert house.state("charging_reason") == "demand_response_limited"
    assert (await report(house))["outcome"] == "active"
    assert [each.kind for each in await decisions(house, user_id=kim)] == ["charge_now"]


@IN_PEAK
async def test_a10_5_a_session_that_is_begun_for_it_is_opted_out_as_a_whole(
    house: House,
) -> None:
    """What is asked for later in that session is not followed either."""
    await house.set_up("WB1", start_on_plug_in=False)
    wallbox = await home(house, free_vend=False)
    await ask_for_less(house)
    await house.press("charge_now")
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) > 30
    await house.restart()
    await house.advance(timedelta(minutes=5))
    await ask_for_less(house, "2")
    assert wallbox.current(1) > 30
    assert (await report(house, "2"))["outcome"] == "overridden"


@IN_PEAK
async def test_a10_5_what_is_asked_before_the_session_begins_is_not_followed_either(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The opt-out waits for a wallbox that is slow to begin."""
    await house.set_up("WB1", start_on_plug_in=False)
    wallbox = await home(house, free_vend=False)
    await ask_for_less(house)
    held: list[tuple[Any, ...]] = []
    begin = wallbox.sessions.let_in
    monkeypatch.setattr(wallbox.sessions, "let_in", lambda *asked: held.append(asked))
    await house.press("charge_now")
    await ask_for_less(house, "2")
    assert (await report(house, "2"))["outcome"] == "overridden"
    connector, tag, _ = held[0]
    begin(connector, tag)
    await house.advance(timedelta(seconds=15))
    assert wallbox.current(1) > 30


@WITHIN_HOURS
async def test_a10_5_the_opt_out_is_for_the_session_that_was_meant(
    house: House,
) -> None:
    """Of two cars the one that charges now keeps its opt-out when the other one, which came later, leaves."""
    wallbox = await home(house, connectors=2)
    await wallbox.plug_in(Car(start_delay=timedelta()), 2)
    await house.advance(timedelta(seconds=30))
    await ask_for_less(house)
    await house.action("charge_now", device_id=house.connector_device_id(1))
    await house.advance(timedelta(seconds=10))
    rate = wallbox.current(1)
    assert rate > 10

    await wallbox.unplug(2)
    await house.advance(timedelta(minutes=1))
    await ask_for_less(house, "2")
    assert wallbox.current(1) >= rate
    assert (await report(house, "2"))["outcome"] == "overridden"
