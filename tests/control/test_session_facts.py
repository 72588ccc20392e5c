"""What a session knows beside its figures: whose it is, which car it charged, when that was plugged in, what held it back."""

from datetime import UTC, datetime, timedelta
import shutil
from typing import Any

from homeassistant.core import Context
from homeassistant.exceptions import ServiceValidationError, Unauthorized
import pytest
import voluptuous as vol

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.model.hours import ChargingHours
from custom_components.smart_charge_point.records.errors import LedgerFullError
from custom_components.smart_charge_point.records.ledger import Ledger
from custom_components.smart_charge_point.simulator import Car, Wallbox
from custom_components.smart_charge_point.simulator.quirks import Quirks

from ..cars import add_vehicle, change_vehicle, correct, vehicle_id
from ..family import add_person, change_person, person_id, user
from ..house import House

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
pytestmark = [pytest.mark.at(NOON - timedelta(minutes=10)), pytest.mark.draws(0)]

MINUTE = timedelta(minutes=1)
MINUTELY = {"MeterValueSampleInterval": "60"}
CARD = "04A1B2C3"
CALL_ERROR = 4
"""The kind of frame that says that a call failed."""


async def hang_up(house: House, *, by_card: bool = False, **kinds: Any) -> Wallbox:
    """Return a wallbox that always may charge; one that waits for a card where that is asked for."""
    await house.set_up("WB1", hours=ChargingHours.ALWAYS, start_on_plug_in=not by_card)
    wallbox = await house.wallbox(settings=MINUTELY, free_vend=not by_card, **kinds)
    await house.advance_to(NOON)
    return wallbox


async def charge(
    house: House, wallbox: Wallbox, card: str | None = None
) -> dict[str, Any]:
    """Let a car charge for ten minutes; return its session."""
    await wallbox.plug_in(Car())
    if card is not None:
        await house.advance(timedelta(seconds=10))
        await wallbox.swipe(card)
    await house.advance(MINUTE * 10)
    await wallbox.unplug()
    await house.advance(MINUTE)
    return await latest(house)


async def latest(house: House) -> dict[str, Any]:
    """Return the latest session."""
    return dict((await house.sessions())[0])


def moment(told: str | None) -> datetime | None:
    """Return a time of an answer."""
    return None if told is None else datetime.fromisoformat(told)


async def test_a_session_is_its_persons_and_of_the_persons_only_car(
    house: House,
) -> None:
    """Whose it was stays, whatever is changed later; the names are the present ones."""
    wallbox = await hang_up(house, by_card=True)
    await add_person(house, name="Kim", rights=[], tags=[CARD])
    await add_vehicle(house, name="Zoe", persons=[person_id(house, "Kim")])
    session = await charge(house, wallbox, CARD)
    assert (session["person"], session["vehicle"]) == ("Kim", "Zoe")
    stranger = await charge(house, wallbox, "0499")
    assert (stranger["person"], stranger["vehicle"]) == (None, None)

    await add_vehicle(house, name="Van", persons=[person_id(house, "Kim")])
    of_two = await charge(house, wallbox, CARD)
    assert (of_two["person"], of_two["vehicle"]) == ("Kim", None)

    await change_person(house, "Kim", name="Kim B", rights=[], tags=[])
    await change_vehicle(house, "Zoe", name="Old Zoe", persons=[], wallboxes=[])
    sessions = await house.sessions()
    assert [one["person"] for one in sessions] == ["Kim B", None, "Kim B"]
    assert [one["vehicle"] for one in sessions] == [None, None, "Old Zoe"]

    house.hass.config_entries.async_remove_subentry(
        house.entry, vehicle_id(house, "Old Zoe")
    )
    await house.settle()
    assert (await house.sessions())[2]["vehicle"] is None


async def test_a_car_is_known_by_its_card_or_by_where_it_stands(house: House) -> None:
    """Its own card comes before who drives it, and that before its usual wallbox."""
    wallbox = await hang_up(house, by_card=True)
    await add_person(house, name="Kim", rights=[], tags=[CARD])
    await add_vehicle(
        house, name="Zoe", wallboxes=[house.subentry().subentry_id], tags=["04FF"]
    )
    await add_vehicle(house, name="Van", persons=[person_id(house, "Kim")])
    for card, vehicle in ((CARD, "Van"), ("04:ff", "Zoe"), ("0499", "Zoe")):
        assert (await charge(house, wallbox, card))["vehicle"] == vehicle


@pytest.mark.parametrize(
    ("shown", "unit", "km"),
    [
        ("12345.6", "km", 12345.6),
        ("10000", "mi", 16093.4),
        ("12345", None, 12345),
        ("unavailable", "km", None),
        ("nan", "km", None),
        ("-4", "km", None),
        ("5000", "kWh", None),
    ],
)
async def test_the_odometer_is_read_as_a_session_begins(
    house: House, shown: str, unit: str | None, km: float | None
) -> None:
    """In km, whatever it shows; what it shows later is of the next session."""
    wallbox = await hang_up(house)
    await add_vehicle(
        house,
        name="Zoe",
        wallboxes=[house.subentry().subentry_id],
        odometer="sensor.zoe",
    )
    attributes = {} if unit is None else {"unit_of_measurement": unit}
    house.hass.states.async_set("sensor.zoe", shown, attributes)
    await wallbox.plug_in(Car())
    await house.advance(MINUTE)
    house.hass.states.async_set("sensor.zoe", "99999", {"unit_of_measurement": "km"})
    await house.advance(MINUTE * 5)
    session = await latest(house)
    assert session["vehicle"] == "Zoe"
    assert session["odometer"] == pytest.approx(km, abs=0.1)


async def test_a_session_that_is_told_late_has_no_odometer(house: House) -> None:
    """What the car shows now is not what it showed then; whose it is, is known all the same."""
    wallbox = await hang_up(house)
    await add_vehicle(
        house,
        name="Zoe",
        wallboxes=[house.subentry().subentry_id],
        odometer="sensor.zoe",
    )
    house.hass.states.async_set("sensor.zoe", "500", {"unit_of_measurement": "km"})
    await wallbox.go_offline()
    await wallbox.plug_in(Car())
    await house.advance(MINUTE * 20)
    gone = house.now
    await wallbox.unplug()
    await house.advance(MINUTE * 60)
    await wallbox.go_online()
    await house.advance(MINUTE * 2)
    session = await latest(house)
    assert (session["vehicle"], session["odometer"]) == ("Zoe", None)
    # When it was unplugged is known by why it stopped; when it was plugged in, is not.
    unplugged = moment(session["unplugged"])
    assert unplugged is not None
    assert abs(unplugged - gone) < timedelta(seconds=5)
    assert session["plugged_in"] is None
    assert session["connected_minutes"] is None


@pytest.mark.parametrize("restarted", [False, True])
async def test_connected_is_from_plugging_in_to_unplugging(
    house: House, restarted: bool
) -> None:
    """By the wallbox's own times: two sessions of one visit were connected all the time, over a restart too."""
    wallbox = await hang_up(house, by_card=True)
    await wallbox.plug_in(Car())
    await house.advance(MINUTE * 5)
    await wallbox.swipe(CARD)
    await house.advance(MINUTE * 10)
    await wallbox.swipe(CARD)
    await house.advance(MINUTE)
    if restarted:
        await house.restart(after=MINUTE)
    running = await latest(house)
    assert moment(running["plugged_in"]) == NOON
    assert running["unplugged"] is None
    await house.advance_to(NOON + MINUTE * 30)
    await wallbox.swipe(CARD)
    await house.advance_to(NOON + MINUTE * 45)
    if restarted:
        await house.restart()
        await house.advance(timedelta(seconds=30))
    gone = house.now
    await wallbox.unplug()
    await house.advance(MINUTE * 5)
    await wallbox.plug_in(Car())
    await house.advance(MINUTE)

    second, first = await house.sessions()
    for session in (second, first):
        assert moment(session["plugged_in"]) == NOON
        unplugged = moment(session["unplugged"])
        assert unplugged is not None
        assert abs(unplugged - gone) < timedelta(seconds=5)
        assert session["connected_minutes"] == pytest.approx(45.5, abs=0.6)
    assert first["charging_minutes"] == pytest.approx(10, abs=1)


async def test_a_car_that_never_said_goodbye_was_connected_until_it_was_gone(
    house: House,
) -> None:
    """Its wallbox tells no stop on unplugging: the free connector says so."""
    wallbox = await hang_up(house, quirks=Quirks(no_stop_on_unplug=True))
    await wallbox.plug_in(Car())
    await house.advance(MINUTE * 20)
    await wallbox.unplug()
    await house.advance(MINUTE * 20)
    session = await latest(house)
    assert session["stop_reason"] == "car_disconnected"
    assert session["connected_minutes"] == pytest.approx(20, abs=0.2)


async def test_a_session_that_is_met_while_it_runs_is_of_the_usual_car(
    house: House,
) -> None:
    """Its beginning was never told: Home Assistant had lost its ledger."""
    wallbox = await hang_up(house)
    await add_vehicle(house, name="Zoe", wallboxes=[house.subentry().subentry_id])
    await wallbox.plug_in(Car())
    await house.advance(MINUTE * 5)
    await house.stop()
    shutil.rmtree(house.hass.config.path(DOMAIN))
    await house.start()
    await house.advance(MINUTE * 5)
    met = await latest(house)
    assert met["doubts"] == ["adopted"]
    assert met["vehicle"] == "Zoe"
    assert moment(met["plugged_in"]) == NOON


async def test_what_held_a_session_back_is_kept_as_it_changed(house: House) -> None:
    """Each reason once, with the limit that came with it; samples in between add nothing, and a restart shows as what it is."""
    wallbox = await hang_up(house)
    await wallbox.plug_in(Car())
    await house.advance(MINUTE * 10)
    await house.set_number("current_limit", 10)
    await house.advance(MINUTE * 10)
    await house.restart()
    await house.advance(MINUTE * 10)
    await house.set_number("current_limit", 0)
    await house.advance(MINUTE * 10)
    session = await latest(house)
    told = [(one["reason"], one["limit"]) for one in session["reasons"]]
    assert told == [
        ("charging", None),
        ("limited", 10),
        ("not_connected", 10),
        ("limited", 10),
        ("paused_by_owner", 0),
    ]
    since = [moment(one["since"]) for one in session["reasons"]]
    start = moment(session["start"])
    assert start is not None
    changed = (start, *(NOON + MINUTE * each for each in (10, 20, 20, 30)))
    for at, expected in zip(since, changed, strict=True):
        assert at is not None
        assert abs(at - expected) < MINUTE


async def test_what_comes_and_goes_at_once_explains_nothing(house: House) -> None:
    """A limit of two seconds is not kept, nor are several of a few seconds each."""
    wallbox = await hang_up(house)
    await wallbox.plug_in(Car())
    await house.advance(MINUTE * 10)
    await house.set_number("current_limit", 10)
    await house.advance(timedelta(seconds=2))
    await house.set_number("current_limit", 32)
    await house.advance(MINUTE * 10)
    for limit, seconds in ((10, 4), (12, 2), (32, 600)):
        await house.set_number("current_limit", limit)
        await house.advance(timedelta(seconds=seconds))
    session = await latest(house)
    assert [one["reason"] for one in session["reasons"]] == ["charging"]


async def test_no_charge_waits_for_what_the_ledger_cannot_keep_of_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk fills up just then: the session runs and ends as ever, and what could not be kept is not known."""

    async def full(*_: object, **__: object) -> None:
        raise LedgerFullError("the disk is full")

    wallbox = await hang_up(house, by_card=True)
    await add_person(house, name="Kim", rights=[], tags=[CARD])
    for fact in ("assign", "set_connected", "add_reason"):
        monkeypatch.setattr(Ledger, fact, full)
    await wallbox.plug_in(Car())
    await wallbox.swipe(CARD)
    await house.advance(MINUTE * 10)
    assert house.state("charging_reason") == "charging"
    await wallbox.unplug()
    await house.advance(MINUTE)
    assert house.state("charging_reason") == "no_car"
    assert not [frame for frame in wallbox.received if frame.kind == CALL_ERROR]
    session = await latest(house)
    assert session["charging_minutes"] == pytest.approx(10, abs=1)
    assert session["end"] is not None
    for fact in ("person", "plugged_in", "unplugged"):
        assert session[fact] is None
    assert session["reasons"] == []


async def test_the_owner_sets_right_whose_a_session_is(house: House) -> None:
    """By name; what stood there comes back when that is taken back, and another correction too."""
    wallbox = await hang_up(house, by_card=True)
    await add_person(house, name="Kim", rights=[], tags=[CARD])
    await add_person(house, name="Robin", rights=[])
    await add_vehicle(house, name="Zoe")
    session = await charge(house, wallbox, CARD)
    one = {"session": session["id"]}

    await correct(house, **one, person=" robin ", vehicle="Zoe")
    session = await latest(house)
    assert (session["person"], session["vehicle"]) == ("Robin", "Zoe")
    assert session["corrected"] == ["person", "vehicle"]

    await house.restart()
    await correct(house, **one, person="")
    session = await latest(house)
    assert (session["person"], session["corrected"]) == (None, ["person", "vehicle"])

    await correct(house, **one, take_back=["person", "vehicle"])
    session = await latest(house)
    assert (session["person"], session["vehicle"]) == ("Kim", None)
    assert session["corrected"] == []


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"session": 999, "person": "Kim"}, "unknown_session"),
        ({"person": "Nobody"}, "unknown_person"),
        ({"vehicle": "Kim"}, "unknown_vehicle"),
    ],
)
async def test_what_is_not_there_cannot_be_set(
    house: House, fields: dict[str, Any], error: str
) -> None:
    """It is said what is not, and nothing is changed."""
    wallbox = await hang_up(house)
    await add_person(house, name="Kim", rights=[])
    session = await charge(house, wallbox)
    with pytest.raises(ServiceValidationError) as refused:
        await correct(house, **{"session": session["id"], "vehicle": "", **fields})
    assert refused.value.translation_key == error
    with pytest.raises(vol.Invalid):
        await correct(house, session=session["id"])
    assert await latest(house) == session


async def test_a_session_of_another_wallbox_cannot_be_set(house: House) -> None:
    """The action is for one wallbox."""
    wallbox = await hang_up(house)
    session = await charge(house, wallbox)
    house.add("WB2", "Drive")
    await house.settle()
    with pytest.raises(ServiceValidationError):
        await correct(house, "WB2", session=session["id"], person="")


async def test_only_administrators_set_sessions_right(house: House) -> None:
    """Whoever else lives here is refused."""
    wallbox = await hang_up(house)
    session = await charge(house, wallbox)
    kim = await user(house)
    with pytest.raises(Unauthorized):
        await house.hass.services.async_call(
            DOMAIN,
            "correct_session",
            {
                "device_id": house.device_id(),
                "session": session["id"],
                "person": "",
            },
            blocking=True,
            context=Context(user_id=kim),
        )


async def test_power_is_told_as_mean_and_peak(house: House) -> None:
    """The mean is over the time that current flowed; the peak is what was measured."""
    wallbox = await hang_up(house)
    await wallbox.plug_in(Car(start_delay=MINUTE * 5))
    await house.advance(MINUTE * 15)
    await house.set_number("current_limit", 10)
    await house.advance(MINUTE * 10)
    await wallbox.unplug()
    await house.advance(MINUTE)
    session = await latest(house)
    assert session["peak_power"] == pytest.approx(230 * 32, rel=0.01)
    assert session["mean_power"] == pytest.approx(230 * 21, rel=0.05)
