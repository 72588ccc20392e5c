"""Regs. 2 to 4: who may do what (A2.1), at the wire."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from homeassistant.components.diagnostics import REDACTED
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.smart_charge_point.model.decision import DecisionKind
from custom_components.smart_charge_point.records.errors import LedgerFullError
from custom_components.smart_charge_point.records.ledger import Ledger
from custom_components.smart_charge_point.simulator import Car, Wallbox

from ..family import (
    ACCEPT_HOURS,
    CANCEL_DELAY,
    CHARGE_NOW,
    DSR,
    HOURS,
    LIMIT,
    OWNER,
    STOP,
    Command,
    action,
    add_person,
    change_person,
    decisions,
    person_id,
    refused,
    user,
)
from ..house import SELDOM, House

pytestmark = pytest.mark.draws(300)

SATURDAY = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
WITHIN_HOURS = pytest.mark.at(SATURDAY)
CARD: Final = "04A1B2C3D4E5F6"

BEYOND: Final[Mapping[str, tuple[Command, DecisionKind, str]]] = {
    **{
        name: (command, DecisionKind.CHARGE_NOW, "may_not_charge_now")
        for name, command in CHARGE_NOW.items()
    },
    **{
        name: (command, DecisionKind.HOURS_CHANGED, "may_not_change_hours")
        for name, command in {**HOURS, "accept the hours": ACCEPT_HOURS}.items()
    },
    "limit": (LIMIT, DecisionKind.CURRENT_LIMIT_CHANGED, "may_not_change_hours"),
    **{
        name: (command, DecisionKind.DSR_OVERRIDE, "may_not_override_dsr")
        for name, command in DSR.items()
    },
    "longest delay": (
        OWNER["longest delay"],
        DecisionKind.DELAY_MAXIMUM_CHANGED,
        "owner_only",
    ),
    "longest delay, the action": (
        OWNER["longest delay, the action"],
        DecisionKind.DELAY_MAXIMUM_CHANGED,
        "owner_only",
    ),
    "do not follow demand response": (
        OWNER["do not follow demand response"],
        DecisionKind.FOLLOW_DSR_CHANGED,
        "owner_only",
    ),
    "out of service": (
        OWNER["out of service"],
        DecisionKind.AVAILABLE_CHANGED,
        "owner_only",
    ),
}
"""What an ordinary user may not do, what it is on record, and why it is refused."""


@pytest.fixture(autouse=True)
def owner(hass_admin_user: MockUser) -> str:
    """An administrator, without whom the first user would be the owner."""
    user_id: str = hass_admin_user.id
    return user_id


async def delayed(house: House) -> Wallbox:
    """Return a wallbox whose car is in its random delay."""
    wallbox = await house.wallbox(settings=SELDOM)
    await wallbox.plug_in(Car(start_delay=timedelta(), battery_kwh=10_000.0))
    await house.advance(timedelta(seconds=30))
    assert house.state("charging_reason") == "random_delay"
    return wallbox


def asked(wallbox: Wallbox) -> int:
    """Return how many calls the wallbox was sent."""
    return sum(frame.kind == 2 for frame in wallbox.received)


@WITHIN_HOURS
async def test_a2_1_what_is_beyond_an_ordinary_user_is_refused_and_recorded(
    house: House,
) -> None:
    """Neither button, switch, number nor action does anything for somebody who was not allowed to."""
    wallbox = await delayed(house)
    kim = await user(house)
    before = {
        key: house.state(key)
        for key in ("charging_hours", "current_limit", "delay_maximum", "follow_dsr")
    }
    sent = asked(wallbox)
    for name, (command, kind, reason) in BEYOND.items():
        assert await refused(house, command, kim) == reason, name
        latest, *_ = await decisions(house)
        assert latest.kind is kind, name
        assert latest.allowed is False, name
        assert latest.user_id == kim, name
        assert latest.detail, name
        await house.advance(timedelta(seconds=1))
    assert asked(wallbox) == sent
    assert {key: house.state(key) for key in before} == before
    assert wallbox.current(1) == 0
    assert len(await decisions(house, allowed=False)) == len(BEYOND)


@WITHIN_HOURS
async def test_a2_1_an_ordinary_user_passes_nothing_on_for_a_provider(
    house: House,
) -> None:
    """Asking to charge more would be a way around the hours, and taking an event back a way around it."""
    wallbox = await delayed(house)
    house.hass.config_entries.async_update_entry(
        house.entry, options={"dsr_providers": ["octopus"]}
    )
    await house.settle()
    kim = await user(house)
    end = (house.now + timedelta(hours=1)).isoformat()
    event = {"provider": "octopus", "event_id": "1"}
    start = action(
        "start_dsr_event",
        **event,
        direction="down",
        limit_a=6,
        kind="response",
        end=end,
    )
    assert await refused(house, start, kim) == "may_not_override_dsr"
    await start(house, None)
    sent = asked(wallbox)
    for command in (
        action("update_dsr_event", **event, limit_a=32),
        action("cancel_dsr_event", **event),
    ):
        assert await refused(house, command, kim) == "may_not_override_dsr"
    assert asked(wallbox) == sent
    assert house.state("dsr_active") == "on"

    await add_person(house, name="Octopus", user_id=kim, rights=["dsr"])
    await action("cancel_dsr_event", **event)(house, kim)
    assert house.state("dsr_active") == "off"


@WITHIN_HOURS
@pytest.mark.parametrize("name", CANCEL_DELAY)
async def test_a2_1_any_user_cancels_a_delay(house: House, name: str) -> None:
    """Current flows within 5 s, for somebody who may do nothing else; it is on record."""
    wallbox = await delayed(house)
    kim = await user(house)
    await CANCEL_DELAY[name](house, kim)
    await house.advance(timedelta(seconds=5))
    assert wallbox.current(1) > 30
    (latest,) = await decisions(house)
    assert (latest.kind, latest.allowed) == (DecisionKind.CANCEL_DELAY, True)
    assert (latest.user_id, latest.connector) == (kim, 1)


@WITHIN_HOURS
@pytest.mark.parametrize("name", STOP)
async def test_a2_1_any_user_stops_a_session(house: House, name: str) -> None:
    """To charge less needs no right."""
    wallbox = await delayed(house)
    kim = await user(house)
    await STOP[name](house, kim)
    await house.advance(timedelta(seconds=5))
    assert wallbox.transaction() is None
    (latest,) = await decisions(house)
    assert (latest.kind, latest.user_id) == (DecisionKind.STOP, kim)


@WITHIN_HOURS
@pytest.mark.parametrize("who", ["unknown", "deactivated"])
async def test_a2_1_who_is_no_user_any_more_may_nothing(house: House, who: str) -> None:
    """Not even what anybody may; a right that was given before does not help."""
    wallbox = await delayed(house)
    kim = await user(house, active=False) if who == "deactivated" else "0" * 32
    if who == "deactivated":
        await add_person(house, name="Kim", rights=["charge_now"])
        # The form offers only who is active, so the right is from before.
        subentry = house.entry.subentries[person_id(house, "Kim")]
        house.hass.config_entries.async_update_subentry(
            house.entry, subentry, data={**subentry.data, "user_id": kim}
        )
    sent = asked(wallbox)
    for name, reason in (
        ("cancel_delay", "unknown_user"),
        ("stop_charging", "unknown_user"),
        ("charge_now", "may_not_charge_now"),
    ):
        assert await refused(house, action(name), kim) == reason
    assert asked(wallbox) == sent
    assert len(await decisions(house, allowed=False, user_id=kim)) == 3


@WITHIN_HOURS
@pytest.mark.parametrize("administrator", [True, False])
async def test_a2_1_administrators_and_automations_may_everything(
    house: House, owner: str, administrator: bool
) -> None:
    """Each of the commands does its work, and says on record who was behind it."""
    wallbox = await delayed(house)
    who = owner if administrator else None
    for command, kind, _ in BEYOND.values():
        if kind is DecisionKind.AVAILABLE_CHANGED:
            assert wallbox.current(1) > 9
        await command(house, who)
        await house.advance(timedelta(seconds=5))
        assert await decisions(house, kind=kind, allowed=True, user_id=who), kind
    assert not await decisions(house, allowed=False)
    assert house.state("current_limit") == "10.0"
    assert house.state("delay_maximum") == "900"
    assert house.state("follow_dsr") == "off"
    assert house.state("charging_hours") == "on"


@WITHIN_HOURS
@pytest.mark.parametrize(
    ("right", "kinds"),
    [
        ("charge_now", {DecisionKind.CHARGE_NOW}),
        ("hours", {DecisionKind.HOURS_CHANGED, DecisionKind.CURRENT_LIMIT_CHANGED}),
        ("dsr", {DecisionKind.DSR_OVERRIDE}),
    ],
)
async def test_a2_1_a_right_allows_what_it_says_and_nothing_else(
    house: House, right: str, kinds: set[DecisionKind]
) -> None:
    """A person who was allowed one thing does it; it holds at once and ends at once, and no socket notices."""
    wallbox = await delayed(house)
    kim, lee = await user(house), await user(house, "Lee")
    dialled, sent = wallbox.dialled, asked(wallbox)
    await add_person(house, name="Kim", user_id=kim, rights=[right])
    assert (wallbox.dialled, asked(wallbox)) == (dialled, sent)

    for name, (command, kind, reason) in BEYOND.items():
        assert await refused(house, command, lee) == reason, name
        if kind in kinds:
            await command(house, kim)
            await house.advance(timedelta(seconds=2))
        else:
            assert await refused(house, command, kim) == reason, name
    assert {each.kind for each in await decisions(house, allowed=True)} == kinds

    sent = asked(wallbox)
    await change_person(house, "Kim", name="Kim B", user_id=kim, rights=[])
    for name, (command, kind, reason) in BEYOND.items():
        if kind in kinds:
            assert await refused(house, command, kim) == reason, name
    house.hass.config_entries.async_remove_subentry(
        house.entry, person_id(house, "Kim B")
    )
    await house.clock.settle()
    assert (wallbox.dialled, asked(wallbox)) == (dialled, sent)
    assert house.state("connected") == "on"


@WITHIN_HOURS
async def test_a2_1_a_record_that_cannot_be_kept_is_in_nobodys_way(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With a full disk who may is not stopped, and who may not is refused for the same reason."""
    wallbox = await delayed(house)
    kim = await user(house)

    async def full(*_: Any) -> None:
        raise LedgerFullError("the disk is full")

    monkeypatch.setattr(Ledger, "add_decision", full)
    refusal = await refused(house, CHARGE_NOW["charge now"], kim)
    assert refusal == "may_not_charge_now"
    await CANCEL_DELAY["skip the delay"](house, kim)
    await house.advance(timedelta(seconds=5))
    assert wallbox.current(1) > 30
    assert caplog.text.count("What was decided at WB1 is not on record") == 2


@WITHIN_HOURS
async def test_a2_1_a_session_bears_the_name_of_who_held_the_card(
    house: House,
    hass_client: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """However the card's number is written; the number itself is shown nowhere, and any card charges."""
    assert await async_setup_component(house.hass, "diagnostics", {})
    caplog.set_level("DEBUG", "custom_components.smart_charge_point")
    await house.set_up("WB1", start_on_plug_in=False)
    wallbox = await house.wallbox(settings=SELDOM, free_vend=False)
    await add_person(house, name="Robin", tags=["04:a1:b2:c3:d4:e5:f6", " "])
    for card in (CARD, "0499999999"):
        await wallbox.plug_in(Car(start_delay=timedelta()))
        await wallbox.swipe(card)
        await house.advance(timedelta(minutes=10))
        assert wallbox.current(1) > 30
        await wallbox.unplug()
        await house.advance(timedelta(minutes=2))

    stranger, robin = await house.sessions()
    assert (stranger["person"], robin["person"]) == (None, "Robin")
    # Whose card it was when it began is what counts; the name is the present one.
    await change_person(house, "Robin", name="Robin B", rights=[], tags=["0499999999"])
    stranger, robin = await house.sessions()
    assert (stranger["person"], robin["person"]) == (None, "Robin B")

    told: Any = await get_diagnostics_for_config_entry(
        house.hass, hass_client, house.entry
    )
    states = [state.as_dict() for state in house.hass.states.async_all()]
    for where in (told, states, robin, stranger, caplog.text):
        text = str(where).casefold().replace(":", "")
        assert CARD.casefold() not in text
        assert "0499999999" not in text
    assert REDACTED in str(told)
