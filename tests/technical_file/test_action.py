"""The action and the panel's page: technical files of wallboxes on real sockets (requirements.md T1 to T4)."""

from datetime import timedelta
from http import HTTPStatus
import json

from homeassistant.core import Context
from homeassistant.exceptions import Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockUser
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.records.technical_file.seal import genuine
from custom_components.smart_charge_point.simulator import Car
from custom_components.smart_charge_point.simulator.quirks import Quirks, Refusal

from ..family import user
from ..house import House
from ..panel_api.conftest import SignIn, owner, sign_in
from ..technical import MONDAY, content, export, exported, said, verdicts

__all__ = ["owner", "sign_in"]
pytestmark = pytest.mark.usefixtures("media")


async def an_evening(house: House) -> None:
    """Let a car charge through an evening: held back by the hours, then let go, told to take less and then more."""
    wallbox = await house.wallbox(settings={"MeterValueSampleInterval": "60"})
    await wallbox.plug_in(Car(battery_kwh=10_000.0, start_delay=timedelta()))
    await house.advance(timedelta(minutes=20))
    await house.set_number("current_limit", 16)
    await house.advance(timedelta(minutes=40))
    await house.set_number("current_limit", 20)
    await house.advance(timedelta(minutes=20))
    await wallbox.unplug()
    await house.advance(timedelta(minutes=5))


@pytest.mark.at(MONDAY + timedelta(hours=12, minutes=10))
async def test_t1_what_was_seen_is_met_and_what_was_not_is_not_evidenced(
    house: House,
) -> None:
    """After an evening of charging: each verdict has its reason in what really happened."""
    await an_evening(house)
    file = await exported(house)
    lines, facts = verdicts(file), said(file)

    assert lines["charger"] == lines["software"] == lines["design"] == "stated"
    for line in ("rate", "time_shift", "records", "clock_change", "delay"):
        assert lines[line] == "met_jointly", line
    assert lines["offline_start"] == "met_by_charger"
    # Nothing on this socket is encrypted, and no wallbox has a password: that is known, and said.
    assert lines["encryption"] == lines["passwords"] == "not_met"
    for line in (
        "accuracy",
        "dsr",
        "draws",
        "first_use",
        "hours",
        "log",
        "offline_test",
        "override",
        "physical",
        "power",
        "responsible",
        "safety",
        "supplier",
        "tampering",
        "tests",
        "updates",
    ):
        assert lines[line] == "not_evidenced", line
    [session] = await house.sessions()
    assert facts["sessions"] == 1
    assert facts["energy"] == pytest.approx(session["energy"], abs=0.001)
    assert facts["minutes_outside"] == 0
    assert facts["read_back"] == "agrees"
    # A day ahead, and not the whole week yet.
    assert 1440 <= facts["read_back_minutes"] < 2 * 1440
    assert 10 <= facts["draws"] < 55
    assert facts["draws_p"] is None


@pytest.mark.at(MONDAY + timedelta(hours=12, minutes=10))
async def test_t1_after_35_quiet_days_nothing_that_happened_counts(
    house: House,
) -> None:
    """What still stands is said anew; what was done once is evidenced no more."""
    await an_evening(house)
    before = verdicts(await exported(house))
    await house.wallboxes[0].stop()
    await house.restart(timedelta(days=36))
    after = verdicts(await exported(house))

    assert before["records"] == "met_jointly"
    for line in ("rate", "records", "hours", "charger", "encryption"):
        assert after[line] == "not_evidenced", line
    assert after["software"] == after["bank_holidays"] == "stated"


@pytest.mark.at(MONDAY)
async def test_an_override_is_evidence_and_excuses_the_peak(house: House) -> None:
    """Charging in the peak because somebody asked for it is no breach of the hours."""
    wallbox = await house.wallbox(settings={"MeterValueSampleInterval": "60"})
    await wallbox.plug_in(Car(battery_kwh=10_000.0, start_delay=timedelta()))
    await house.advance(timedelta(minutes=2))
    await house.action("charge_now")
    await house.advance(timedelta(minutes=50))
    file = await exported(house)

    assert said(file)["minutes_outside"] == 0
    assert verdicts(file)["override"] == "met_by_software"
    assert verdicts(file)["hours"] == "not_evidenced"


@pytest.mark.at(MONDAY)
async def test_charging_in_the_peak_by_itself_is_not_met(house: House) -> None:
    """A wallbox that keeps to nothing it accepted is called by what its meter says."""
    wallbox = await house.wallbox(
        settings={"MeterValueSampleInterval": "60"},
        quirks=Quirks(
            default_profile=Refusal.WITHOUT_EFFECT,
            maximum_profile=Refusal.WITHOUT_EFFECT,
            transaction_profile=Refusal.WITHOUT_EFFECT,
        ),
    )
    await wallbox.plug_in(Car(battery_kwh=10_000.0, start_delay=timedelta()))
    await house.advance(timedelta(minutes=50))
    file = await exported(house)

    assert said(file)["minutes_outside"] > 10
    assert verdicts(file)["hours"] == "not_met"


async def test_t2_the_file_is_signed_by_this_home_and_in_utc(house: House) -> None:
    """Whoever knows the home's public key sees any change, and the key outlives a restart."""
    await house.wallbox()
    one = await exported(house)
    await house.restart()
    other = await exported(house)

    key = one["seal"]["public_key"]
    assert genuine(one, key)
    assert genuine(other, key)
    other["document"]["made_at"] = "2030-01-01T00:00:00Z"
    assert not genuine(other, key)
    assert one["document"]["made_at"].endswith("Z")
    assert one["document"]["title"] == "self-assessment of operation"


async def test_t3_no_personal_data_unless_chosen(
    house: House, hass_admin_user: MockUser
) -> None:
    """Neither serial number nor names of wallbox, home, provider and who chose the hours; no identity in either."""
    house.hass.config.location_name = "Ada's castle"
    await house.wallbox("WB-SECRET-17")
    await house.set_options(dsr_providers=["Grid & Sons"])
    device = {"device_id": house.device_id("WB-SECRET-17")}
    await house.hass.services.async_call(
        DOMAIN,
        "set_charging_hours",
        {**device, "hours": "default"},
        blocking=True,
        context=Context(user_id=hass_admin_user.id),
    )
    serial = house.wallboxes[0].identity
    files = {}
    for personal in (False, True):
        [made] = await export(
            house, "WB-SECRET-17", format="json", include_personal_data=personal
        )
        files[personal] = content(made).decode()

    for secret in ("castle", "Grid", str(hass_admin_user.name), serial):
        assert secret not in files[False], secret
        assert secret in files[True], secret
    assert hass_admin_user.id not in files[True]
    assert not json.loads(files[False])["document"]["personal_data"]
    assert verdicts(json.loads(files[True]))["sale"] == "not_evidenced"


async def test_t4_two_firmwares_are_two_files(house: House) -> None:
    """Each of two wallboxes has its own, named after its firmware."""
    await house.set_up("WB1", "WB2")
    await house.wallbox("WB1", firmware="1.0.0")
    await house.wallbox("WB2", firmware="2.5.1")
    files = await export(house, "WB1", "WB2", format="json")

    assert len(files) == 2
    assert len({made["sha256"] for made in files}) == 2
    told = {}
    for made in files:
        file = json.loads(content(made))
        told[made["wallbox"]] = said(file)["firmware"]
    assert told == {"WB1": "1.0.0", "WB2": "2.5.1"}
    names = sorted(made["filename"] for made in files)
    assert ["1-0-0" in names[0], "2-5-1" in names[1]] == [True, True]


async def test_every_format_comes_to_the_media_folder_or_by_a_link(
    house: House, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """HTML, PDF and JSON, the same document in each."""
    await house.wallbox()
    begins = {"html": b"<!DOCTYPE html>", "pdf": b"%PDF", "json": b"{"}
    client = await hass_client_no_auth()
    for form, start in begins.items():
        [kept] = await export(house, format=form)
        assert content(kept).startswith(start)
        assert kept["filename"].endswith(f".{form}")
        [linked] = await export(house, format=form, destination="link")
        answer = await client.get(linked["url"])
        assert answer.status == HTTPStatus.OK
        assert "attachment" in answer.headers["Content-Disposition"]
        assert (await answer.read()).startswith(start)


async def test_a2_1_only_administrators_export(house: House) -> None:
    """Another user gets no file."""
    await house.wallbox()
    with pytest.raises(Unauthorized):
        await house.hass.services.async_call(
            DOMAIN,
            "export_technical_file",
            {"device_id": house.device_id()},
            blocking=True,
            return_response=True,
            context=Context(user_id=await user(house)),
        )


async def test_a2_1_the_page_is_for_administrators(
    house: House, sign_in: SignIn
) -> None:
    """They see every line in words, and get the file by a link; another user is told why not."""
    await house.wallbox()
    browser = await sign_in()
    page = await browser.result("technical_file", device_id=house.device_id())
    [lines] = [
        section["lines"]
        for section in page["sections"]
        if section["title"] == "Security (regulation 12 and Schedule 1)"
    ]
    encryption = {line["subject"]: line for line in lines}["encryption"]
    assert encryption["verdict"] == "not_met"
    assert encryption["verdict_text"] == "Not met"
    assert encryption["findings"][0]["value"] == "none"
    made = await browser.result(
        "technical_file", device_id=house.device_id(), format="pdf"
    )
    assert made["filename"].endswith(".pdf")
    assert made["url"].startswith(f"/api/{DOMAIN}/export/")

    other = await sign_in(await user(house))
    answer = await other.ask("technical_file", device_id=house.device_id())
    assert answer["error"]["translation_key"] == "panel_not_yours"
    answer = await browser.ask("technical_file", device_id="nothing")
    assert answer["error"]["translation_key"] == "unknown_wallbox"


async def test_a2_2_without_british_rules_nothing_british_is_said(
    house: House,
) -> None:
    """Elsewhere the document says what the installation is, and judges nothing."""
    await house.wallbox()
    await house.set_options(ruleset="none")
    file = await exported(house)

    assert set(verdicts(file)) == {
        "charger",
        "design",
        "manual",
        "responsible",
        "software",
    }
