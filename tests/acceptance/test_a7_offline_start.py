"""Reg. 7: a car that is plugged in while Home Assistant is down charges (A7.2, A7.3)."""

from datetime import UTC, datetime, timedelta

from homeassistant.helpers import issue_registry as ir

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.simulator import Car, Quirks, Wallbox
from custom_components.smart_charge_point.simulator.configuration import Key

from ..house import House

MONDAY_EVENING = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
CARD = "04A1B2C3"
OFFLINE_KEYS = (
    "LocalAuthorizeOffline",
    "AllowOfflineTxForUnknownId",
    "AuthorizationCacheEnabled",
    "FreeVend",
)


def endless_car() -> Car:
    """Return a car that is never full within a test, and takes what it gets at once."""
    return Car(battery_kwh=10_000.0, start_delay=timedelta())


def is_said(house: House) -> bool:
    """Return whether the owner is told that no session can begin without Home Assistant."""
    issue = f"no_offline_start_{house.subentry().subentry_id}"
    return ir.async_get(house.hass).async_get_issue(DOMAIN, issue) is not None


async def card_wallbox(house: House, **changes: str | None) -> Wallbox:
    """Return a wallbox that waits for a card and starts nothing offline; what is not in `changes` is off, None: missing."""
    await house.set_up("WB1")
    wallbox = Wallbox(house.address, "WB1", clock=house.clock, free_vend=False)
    for name in OFFLINE_KEYS:
        value = changes.get(name, "false")
        if value is None:
            wallbox.configuration.remove(name)
        else:
            wallbox.configuration.put_value(name, value)
    house.wallboxes.append(wallbox)
    return wallbox


async def start(house: House, wallbox: Wallbox) -> None:
    """Let a wallbox dial in, and be asked all that is asked of it."""
    await wallbox.start()
    await house.advance(timedelta(minutes=1))


def fixed(wallbox: Wallbox, *names: str) -> None:
    """Let nobody but the wallbox itself change some of its keys."""
    for name in names:
        wallbox.configuration.put(
            Key(name=name, value=wallbox.configuration.text(name), readonly=True)
        )


async def charges_at_the_next_hours(house: House, wallbox: Wallbox) -> None:
    """See a session that began in the peak charge in the next charging hours, after the armed delay, and no sooner."""
    await house.clock.advance_to(datetime(2026, 11, 23, 22, 0, tzinfo=UTC))
    assert wallbox.current(1) == 0
    await house.clock.advance_to(datetime(2026, 11, 23, 22, 11, tzinfo=UTC))
    assert wallbox.current(1) > 30
    (began,) = (at.at for at in wallbox.switchings if at.amperes > 0)
    assert began >= datetime(2026, 11, 23, 22, 0, tzinfo=UTC)


async def test_a7_2_a_car_charges_without_home_assistant_and_without_a_card(
    house: House,
) -> None:
    """Plugged in while Home Assistant is down, at the next charging hours; the session appears in its true time."""
    wallbox = await house.wallbox()
    await house.stop()
    await wallbox.plug_in(endless_car())
    plugged_in = house.now
    await charges_at_the_next_hours(house, wallbox)
    await house.start()
    await house.advance(timedelta(minutes=5))
    (session,) = await house.sessions()
    assert datetime.fromisoformat(session["start"]) == plugged_in
    assert house.state("charging") == "on"


async def test_a7_2_a_car_charges_without_home_assistant_by_a_card(
    house: House,
) -> None:
    """A card that was never seen will do where the wallbox wants one: it is told so as soon as it is met."""
    wallbox = await card_wallbox(house)
    await start(house, wallbox)
    await house.stop()
    await wallbox.plug_in(endless_car())
    await house.clock.advance(timedelta(minutes=1))
    assert wallbox.transaction(1) is None
    await wallbox.swipe(CARD)
    assert wallbox.transaction(1) is not None
    await charges_at_the_next_hours(house, wallbox)


async def test_a7_3_what_can_start_offline_is_left_alone(house: House) -> None:
    """Nothing is written to a wallbox that charges whatever is plugged in, beyond the standard keys."""
    wallbox = await house.wallbox()
    assert wallbox.configuration.flag("FreeVend")
    assert not {"FreeVend", "AuthorizationCacheEnabled"} & {
        request["key"] for request in wallbox.requests("ChangeConfiguration")
    }
    assert not is_said(house)


async def test_a7_3_where_no_strange_card_is_taken_none_is_needed(
    house: House,
) -> None:
    """Without offline starts for unknown cards, charging whatever is plugged in is switched on, and works."""
    wallbox = await card_wallbox(house, AllowOfflineTxForUnknownId=None)
    await start(house, wallbox)
    assert wallbox.configuration.flag("FreeVend")
    assert not is_said(house)
    await house.stop()
    await wallbox.plug_in(endless_car())
    await charges_at_the_next_hours(house, wallbox)


async def test_a7_3_an_owner_who_starts_each_session_is_left_a_card(
    house: House,
) -> None:
    """Who does not want a session for each car that is plugged in gets none: a card used before will do."""
    wallbox = await card_wallbox(house, AllowOfflineTxForUnknownId=None)
    house.hass.config_entries.async_update_subentry(
        house.entry,
        house.subentry(),
        data={**house.subentry().data, "start_on_plug_in": False},
    )
    await house.settle()
    await start(house, wallbox)
    assert not wallbox.configuration.flag("FreeVend")
    assert wallbox.configuration.flag("LocalAuthorizeOffline")
    assert wallbox.configuration.flag("AuthorizationCacheEnabled")
    assert not is_said(house)


async def test_a7_3_no_way_is_said_until_there_is_one(house: House) -> None:
    """A wallbox that takes none of it: reg. 7 is not met, and the owner is told until a setting of theirs helps."""
    wallbox = await card_wallbox(house, AllowOfflineTxForUnknownId=None)
    fixed(wallbox, "LocalAuthorizeOffline", "AuthorizationCacheEnabled", "FreeVend")
    await start(house, wallbox)
    assert is_said(house)
    await house.restart(after=timedelta(minutes=1))
    await house.advance(timedelta(minutes=5))
    assert is_said(house)

    wallbox.configuration.put_value("FreeVend", "true")
    await wallbox.go_offline()
    await house.advance(timedelta(minutes=1))
    await wallbox.go_online()
    await house.advance(timedelta(minutes=1))
    assert not is_said(house)


async def test_a7_3_what_is_accepted_but_not_done_is_no_way(house: House) -> None:
    """A key is believed when it reads back, not when the wallbox says yes."""
    wallbox = await card_wallbox(house, AllowOfflineTxForUnknownId=None)
    fixed(wallbox, "LocalAuthorizeOffline", "AuthorizationCacheEnabled")
    taken = wallbox.configuration.key("FreeVend")
    assert taken is not None
    await start_forgetful(house, wallbox, "FreeVend")
    assert is_said(house)


async def start_forgetful(house: House, wallbox: Wallbox, name: str) -> None:
    """Let a wallbox dial in that says yes to a change of one key and goes on as before."""
    put = wallbox.configuration.put

    def forget(key: Key) -> None:
        if key.name != name:
            put(key)

    wallbox.configuration.put = forget  # type: ignore[method-assign]  # a wallbox that lies
    await start(house, wallbox)


async def test_a7_3_a_session_that_did_begin_is_proof_enough(house: House) -> None:
    """A wallbox that says nothing of it, and starts all the same while Home Assistant is down."""
    wallbox = await house.wallbox(quirks=Quirks(empty_configuration=True))
    assert is_said(house)
    await house.stop()
    await wallbox.plug_in(endless_car())
    await house.clock.advance(timedelta(minutes=30))
    await house.start()
    await house.advance(timedelta(minutes=5))
    assert house.state("plugged_in") == "on"
    assert not is_said(house)


async def test_a7_3_a_session_with_home_assistant_proves_nothing(
    house: House,
) -> None:
    """Begun while connected, or running over a restart, a session says nothing of starts without Home Assistant."""
    wallbox = await house.wallbox(quirks=Quirks(empty_configuration=True))
    await wallbox.plug_in(endless_car())
    await house.advance(timedelta(minutes=5))
    await house.restart(after=timedelta(minutes=10))
    await house.advance(timedelta(minutes=10))
    assert house.state("connected") == "on"
    assert is_said(house)
