"""Tests of the set-up as an owner meets it."""

from collections.abc import Callable, Iterator
import errno
import socket
from typing import Any
from unittest.mock import patch

from homeassistant.config_entries import SOURCE_INTEGRATION_DISCOVERY, SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.smart_charge_point.const import DOMAIN, SUBENTRY_CHARGE_POINT
from custom_components.smart_charge_point.control.settings import ChargePointSettings
from custom_components.smart_charge_point.model.hours import ChargingHours, HoursChoice
from custom_components.smart_charge_point.model.link_loss import LinkLoss
from custom_components.smart_charge_point.model.sleeping_car import SleepingCar
from custom_components.smart_charge_point.rules.ruleset import GB_2021

from ..discovery import NIGHTS
from ..house import House

CARD = {
    "identity": "WB1",
    "vendor": "Acme",
    "model": "Box 7",
    "serial": "S-123",
    "peer": "192.168.1.30",
}


@pytest.fixture
def taken_port(socket_enabled: None) -> Iterator[int]:
    """A port that another program listens on."""
    with socket.socket() as other:
        other.bind(("", 0))
        other.listen()
        yield other.getsockname()[1]


async def start(hass: HomeAssistant) -> Any:
    """Let the owner add the integration."""
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )


async def answer(hass: HomeAssistant, flow: Any, data: dict[str, Any]) -> Any:
    """Let the owner submit a page."""
    return await hass.config_entries.flow.async_configure(flow["flow_id"], data)


async def discover(house: House, **facts: str) -> Any:
    """Let a wallbox be found."""
    return await house.hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_INTEGRATION_DISCOVERY},
        data={**CARD, **facts},
    )


def settings(house: House, identity: str = "WB1") -> ChargePointSettings:
    """Return what was kept of a wallbox."""
    return ChargePointSettings.from_data(house.subentry(identity).data)


async def test_one_form_and_the_address_to_type_in(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    socket_enabled: None,
    unused_tcp_port: int,
) -> None:
    """The owner submits a form with a good default and reads the address."""
    form = await start(hass)
    assert form["type"] is FlowResultType.FORM
    assert form["step_id"] == "user"
    assert not form["errors"]
    assert form["data_schema"]({}) == {"port": 9000}

    port = unused_tcp_port
    page = await answer(hass, form, {"port": port})
    assert page["step_id"] == "address"
    assert page["description_placeholders"] == {"address": f"ws://10.10.10.10:{port}/"}
    (qr_code,) = page["data_schema"].schema.values()
    assert qr_code.config["data"] == f"ws://10.10.10.10:{port}/"

    done = await answer(hass, page, {})
    await hass.async_block_till_done()
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert done["title"] == "Smart Charge Point"
    assert done["data"] == {"port": port}
    assert done["result"].unique_id == DOMAIN
    assert await hass.config_entries.async_unload(done["result"].entry_id)


async def test_a_port_in_use_is_said_in_the_form(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    taken_port: int,
    unused_tcp_port: int,
) -> None:
    """The owner learns that another program has the port, chooses another one, and goes on."""
    form = await start(hass)
    again = await answer(hass, form, {"port": taken_port})
    assert again["step_id"] == "user"
    assert again["errors"] == {"port": "port_in_use"}

    page = await answer(hass, again, {"port": unused_tcp_port})
    assert page["step_id"] == "address"


async def test_a_port_that_is_not_allowed_is_said_in_the_form(
    hass: HomeAssistant, enable_custom_integrations: None
) -> None:
    """A port that the system keeps for itself is another error than one in use."""
    form = await start(hass)
    with patch.object(
        hass.loop, "create_server", side_effect=OSError(errno.EACCES, "denied")
    ):
        again = await answer(hass, form, {"port": 80})
    assert again["errors"] == {"port": "port_not_bindable"}


async def test_there_is_one_central_system(house: House) -> None:
    """A second set-up is turned away."""
    form = await start(house.hass)
    assert form["type"] is FlowResultType.ABORT
    assert form["reason"] == "already_configured"


@pytest.mark.parametrize(
    ("internal_url", "host"),
    [("http://192.168.1.5:8123", "192.168.1.5"), (None, "homeassistant.local")],
)
async def test_the_address_where_the_host_cannot_tell_its_own(
    hass: HomeAssistant,
    enable_custom_integrations: None,
    socket_enabled: None,
    unused_tcp_port: int,
    internal_url: str | None,
    host: str,
) -> None:
    """Without an IP address of its own, the name that Home Assistant goes by is shown."""
    await hass.config.async_update(internal_url=internal_url)
    form = await start(hass)
    hass.config.api = None
    with patch(
        "custom_components.smart_charge_point.address.async_get_source_ip",
        side_effect=HomeAssistantError,
    ):
        page = await answer(hass, form, {"port": unused_tcp_port})
    assert page["description_placeholders"] == {
        "address": f"ws://{host}:{unused_tcp_port}/"
    }


async def test_reconfigure_shows_the_address_and_keeps_the_sockets(
    house: House,
) -> None:
    """Looking at the address again changes nothing and reloads nothing."""
    site = house.entry.runtime_data.site
    form = await house.entry.start_reconfigure_flow(house.hass)
    assert form["data_schema"]({}) == {"port": house.port}

    page = await answer(house.hass, form, {"port": house.port})
    assert page["step_id"] == "address"
    done = await answer(house.hass, page, {})
    await house.settle()
    assert done["reason"] == "reconfigure_successful"
    assert house.entry.runtime_data.site is site


async def test_reconfigure_moves_to_another_port(
    house: House, taken_port: int, unused_tcp_port_factory: Callable[[], int]
) -> None:
    """A new port is tried before it is taken, then the central system listens there."""
    form = await house.entry.start_reconfigure_flow(house.hass)
    again = await answer(house.hass, form, {"port": taken_port})
    assert again["errors"] == {"port": "port_in_use"}

    port = unused_tcp_port_factory()
    assert port != house.port
    page = await answer(house.hass, again, {"port": port})
    await answer(house.hass, page, {})
    await house.settle()
    assert house.entry.data == {"port": port}
    assert house.entry.runtime_data.site.port == port


async def test_the_card_of_a_wallbox_names_it(house: House) -> None:
    """Vendor, model and serial number are on the card and in the form."""
    card = await discover(house)
    assert card["step_id"] == "confirm"
    assert card["description_placeholders"]["vendor"] == "Acme"
    assert card["description_placeholders"]["model"] == "Box 7"
    assert card["description_placeholders"]["serial"] == "S-123"
    assert card["data_schema"]({}) == {"name": "Acme Box 7", "hours": "accepted"}
    (progress,) = house.hass.config_entries.flow.async_progress()
    assert progress["context"]["title_placeholders"]["name"] == "Acme Box 7"
    assert progress["context"]["unique_id"] == "WB1"


async def test_the_card_of_a_wallbox_that_tells_nothing(house: House) -> None:
    """A wallbox that told nothing of itself goes by its identity."""
    card = await discover(house, vendor="", model="", serial="", peer="")
    assert card["description_placeholders"] == {
        "name": "WB1",
        "vendor": "–",
        "model": "–",
        "serial": "WB1",
        "identity": "WB1",
        "peer": "–",
    }


@pytest.mark.parametrize(
    ("choice", "hours"),
    [
        (HoursChoice.ACCEPTED, GB_2021.default_hours),
        (HoursChoice.REMOVED, ChargingHours.ALWAYS),
    ],
)
async def test_a10_1_the_owner_accepts_or_removes_the_hours(
    house: House, choice: HoursChoice, hours: ChargingHours
) -> None:
    """Confirming the card adds the wallbox with the owner's word on the charging hours."""
    card = await discover(house)
    done = await answer(house.hass, card, {"name": "Drive", "hours": choice.value})
    await house.settle()

    assert done["type"] is FlowResultType.ABORT
    assert done["reason"] == "charge_point_added"
    assert house.subentry().title == "Drive"
    assert settings(house).decision.choice is choice
    assert settings(house).decision.hours == hours
    assert settings(house).decision.decided_at == house.now


async def test_a10_1_the_owner_changes_the_hours(house: House) -> None:
    """`Change` asks for the owner's own hours, and for nothing else."""
    card = await discover(house)
    form = await answer(house.hass, card, {"name": "Drive", "hours": "changed"})
    assert form["step_id"] == "hours"

    again = await answer(house.hass, form, {**NIGHTS, "weekdays": []})
    assert again["errors"] == {"weekdays": "no_weekdays"}
    again = await answer(house.hass, form, {**NIGHTS, "second_start": "12:00:00"})
    assert again["errors"] == {"second_end": "second_window_incomplete"}
    again = await answer(house.hass, form, {**NIGHTS, "second_end": "12:00:00"})
    assert again["errors"] == {"second_start": "second_window_incomplete"}

    done = await answer(house.hass, form, NIGHTS)
    assert done["reason"] == "charge_point_added"
    assert settings(house).decision.choice is HoursChoice.CHANGED
    assert len(settings(house).decision.hours.windows) == 14


async def test_a10_1_who_decided_is_kept(
    house: House, hass_admin_user: MockUser
) -> None:
    """The decision bears the user who sent the form."""
    card = await discover(house)
    with patch(
        "custom_components.smart_charge_point.confirmation.current_request"
    ) as request:
        request.get.return_value = {"hass_user": hass_admin_user}
        await answer(house.hass, card, {"name": "Drive", "hours": "accepted"})
    assert settings(house).decision.user_id == hass_admin_user.id


async def test_a_known_wallbox_gets_no_card(house: House) -> None:
    """What has been added is not found again."""
    house.add("WB1")
    card = await discover(house)
    assert card["type"] is FlowResultType.ABORT
    assert card["reason"] == "already_configured"


async def test_a_wallbox_that_was_added_meanwhile(house: House) -> None:
    """A card that stood open while the wallbox was added by hand adds nothing twice."""
    card = await discover(house)
    house.add("WB1")
    done = await answer(house.hass, card, {"name": "Drive", "hours": "accepted"})
    assert done["reason"] == "already_configured"
    assert len(house.entry.subentries) == 1


async def test_an_ignored_wallbox_stays_ignored(house: House) -> None:
    """The owner's "ignore" holds when the wallbox dials in again."""
    MockConfigEntry(domain=DOMAIN, unique_id="WB1", source="ignore").add_to_hass(
        house.hass
    )
    card = await discover(house)
    assert card["reason"] == "already_configured"


async def test_a_card_without_a_central_system(
    hass: HomeAssistant, enable_custom_integrations: None
) -> None:
    """A card that outlived the central system says so."""
    card = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_INTEGRATION_DISCOVERY}, data=CARD
    )
    assert card["reason"] == "not_set_up"


async def begin(house: House) -> Any:
    """Let the owner add a wallbox by hand."""
    return await house.hass.config_entries.subentries.async_init(
        (house.entry.entry_id, SUBENTRY_CHARGE_POINT), context={"source": SOURCE_USER}
    )


async def change(house: House, step: str) -> Any:
    """Let the owner open a page of what can be changed about the wallbox."""
    menu = await house.entry.start_subentry_reconfigure_flow(
        house.hass, house.subentry().subentry_id
    )
    assert menu["type"] is FlowResultType.MENU
    assert menu["menu_options"] == [
        "settings",
        "hours",
        "sleeping_car",
        "link_loss",
        "tampering",
        "papers",
        "replace",
    ]
    return await fill(house, menu, {"next_step_id": step})


async def fill(house: House, flow: Any, data: dict[str, Any]) -> Any:
    """Let the owner submit a page."""
    return await house.hass.config_entries.subentries.async_configure(
        flow["flow_id"], data
    )


async def test_by_hand_before_it_dials_in(house: House) -> None:
    """A wallbox can be added by its identity alone."""
    form = await begin(house)
    assert form["step_id"] == "user"
    wallbox = {"identity": " WB1 ", "name": "Drive", "hours": "accepted"}
    again = await fill(house, form, {**wallbox, "identity": "  "})
    assert again["errors"] == {"identity": "identity_missing"}

    done = await fill(house, again, wallbox)
    await house.settle()
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert house.subentry("WB1").title == "Drive"
    assert settings(house).decision.hours == GB_2021.default_hours
    assert house.state("connected") == "off"


async def test_by_hand_with_own_hours(house: House) -> None:
    """The owner's own hours can be said when a wallbox is added by hand too."""
    form = await begin(house)
    wallbox = {"identity": "WB1", "name": "Drive", "hours": "changed"}
    hours = await fill(house, form, wallbox)
    assert hours["step_id"] == "own_hours"
    again = await fill(house, hours, {**NIGHTS, "weekdays": []})
    assert again["errors"] == {"weekdays": "no_weekdays"}
    done = await fill(house, again, NIGHTS)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert settings(house).decision.choice is HoursChoice.CHANGED


async def test_by_hand_takes_the_card_away(house: House) -> None:
    """A wallbox that is added by hand is not asked for on its card any more."""
    await discover(house)
    form = await begin(house)
    await fill(house, form, {"identity": "WB1", "name": "Drive", "hours": "accepted"})
    assert not house.hass.config_entries.flow.async_progress_by_handler(DOMAIN)


async def test_by_hand_what_is_known(house: House) -> None:
    """An identity can be added once."""
    form = await begin(house)
    wallbox = {"identity": "WB1", "name": "Drive", "hours": "changed"}
    hours = await fill(house, form, wallbox)
    house.add("WB1")
    done = await fill(house, hours, NIGHTS)
    assert done["type"] is FlowResultType.ABORT
    assert done["reason"] == "already_configured"

    again = await fill(house, await begin(house), wallbox)
    assert again["errors"] == {"identity": "already_configured"}


async def test_by_hand_while_nothing_runs(house: House) -> None:
    """A wallbox can be added while the central system is not running."""
    await house.stop()
    form = await begin(house)
    done = await fill(
        house, form, {"identity": "WB1", "name": "Drive", "hours": "removed"}
    )
    assert done["type"] is FlowResultType.CREATE_ENTRY


async def test_a11_8_a_remedy_for_a_sleeping_car_without_a_reload(
    house: House,
) -> None:
    """What is done for a car that sleeps is chosen in a form of its own, and is in force at once."""
    house.add("WB1")
    await house.settle()
    form = await change(house, "sleeping_car")
    assert form["step_id"] == "sleeping_car"
    done = await fill(house, form, {"sleeping_car": "keep_awake", "awake_current": 7})
    await house.settle()
    assert done["reason"] == "reconfigure_successful"
    assert settings(house).sleeping_car is SleepingCar.KEEP_AWAKE
    assert settings(house).awake_current.amperes == 7


async def test_a7_4_what_to_do_without_a_link_without_a_reload(house: House) -> None:
    """What the wallbox does while it is not connected is chosen in a form of its own; at first it keeps to the schedule."""
    house.add("WB1")
    await house.settle()
    assert settings(house).link_loss is LinkLoss.KEEP_SCHEDULE
    form = await change(house, "link_loss")
    assert form["step_id"] == "link_loss"
    done = await fill(
        house, form, {"link_loss": "fixed_current", "link_loss_current": 10}
    )
    await house.settle()
    assert done["reason"] == "reconfigure_successful"
    assert settings(house).link_loss is LinkLoss.FIXED_CURRENT
    assert settings(house).link_loss_current.amperes == 10


async def test_settings_without_a_reload(house: House) -> None:
    """Name and installation change in place."""
    house.add("WB1")
    await house.settle()
    site = house.entry.runtime_data.site
    form = await change(house, "settings")
    assert form["step_id"] == "settings"
    done = await fill(
        house,
        form,
        {
            "name": "Drive",
            "maximum_current": 16,
            "phases": "3",
            "start_on_plug_in": False,
        },
    )
    await house.settle()

    assert done["reason"] == "reconfigure_successful"
    assert settings(house).maximum.amperes == 16
    assert settings(house).phases == 3
    assert settings(house).start_on_plug_in is False
    assert house.entry.runtime_data.site is site
    assert house.entity("current_limit").name == "Drive Current limit"
    assert house.has("current_l3")


@pytest.mark.parametrize(
    ("before", "offered"),
    [
        (HoursChoice.UNANSWERED, HoursChoice.ACCEPTED),
        (HoursChoice.REMOVED, HoursChoice.REMOVED),
    ],
)
async def test_a10_1_the_hours_can_be_changed_at_any_time(
    house: House, before: HoursChoice, offered: HoursChoice
) -> None:
    """The page offers what is in force, and takes another answer."""
    house.add("WB1", hours_choice=before.value)
    form = await change(house, "hours")
    assert form["data_schema"]({}) == {"hours": offered.value}
    done = await fill(house, form, {"hours": "removed"})
    assert done["reason"] == "reconfigure_successful"
    assert settings(house).decision.hours == ChargingHours.ALWAYS
    assert settings(house).decision.choice is HoursChoice.REMOVED


@pytest.mark.parametrize(
    "hours",
    [
        NIGHTS,
        {
            "weekdays": ["mon", "tue", "wed", "thu", "fri"],
            "start": "22:00:00",
            "end": "06:00:00",
            "second_start": "11:00:00",
            "second_end": "16:00:00",
            "other_days": False,
        },
        {
            "weekdays": ["sat"],
            "start": "10:00:00",
            "end": "12:00:00",
            "other_days": False,
        },
        {
            "weekdays": ["tue"],
            "start": "00:00:00",
            "end": "05:00:00",
            "other_days": True,
        },
    ],
)
async def test_own_hours_are_shown_as_they_were_said(
    house: House, hours: dict[str, Any]
) -> None:
    """The form shows the hours that are in force, as the owner had filled it in."""
    house.add("WB1")
    form = await fill(house, await change(house, "hours"), {"hours": "changed"})
    await fill(house, form, hours)
    stored = settings(house).decision.hours

    form = await fill(house, await change(house, "hours"), {"hours": "changed"})
    shown = {
        str(field): field.description["suggested_value"]
        for field in form["data_schema"].schema
        if field.description
    }
    await fill(house, form, shown)
    assert settings(house).decision.hours == stored
    assert shown["start"] == hours["start"]
    assert shown["other_days"] == hours["other_days"]


async def test_replacement_keeps_the_subentry(house: House) -> None:
    """New hardware takes the place of the old one under its own identity."""
    subentry_id = house.add("WB1")
    house.add("WB3", name="Other")
    await discover(house, identity="WB2")
    form = await change(house, "replace")
    assert form["description_placeholders"] == {"name": "Garage", "identity": "WB1"}
    again = await fill(house, form, {"identity": "WB3"})
    assert again["errors"] == {"identity": "already_configured"}
    again = await fill(house, again, {"identity": " "})
    assert again["errors"] == {"identity": "identity_missing"}

    done = await fill(house, again, {"identity": "WB2"})
    await house.settle()
    assert done["reason"] == "reconfigure_successful"
    assert house.subentry("WB2").subentry_id == subentry_id
    assert settings(house, "WB2").identity == "WB2"
    assert not house.hass.config_entries.flow.async_progress_by_handler(DOMAIN)
