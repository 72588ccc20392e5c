"""What came out once is evidence for 35 days: a test of each, from where it happens to the line that it stands on."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.smart_charge_point.const import DOMAIN
from custom_components.smart_charge_point.simulator import Car
from custom_components.smart_charge_point.simulator.edges import Edges
from custom_components.smart_charge_point.simulator.quirks import Quirks, Refusal

from ..deletion import CARD, charged, delete
from ..family import add_person
from ..house import SELDOM, House
from ..panel_api.conftest import SignIn, owner, sign_in
from ..technical import MONDAY, exported, said, verdicts

__all__ = ["owner", "sign_in"]
pytestmark = pytest.mark.usefixtures("media")

QUIET = timedelta(days=36)


def samples(file: Mapping[str, Any], fact: str) -> int:
    """Return by how many samples a fact was seen."""
    [count] = [
        one["samples"]
        for line in file["document"]["lines"]
        for one in line["evidence"]
        if one["fact"] == fact
    ]
    return int(count)


async def quiet(house: House) -> None:
    """Let nothing happen for longer than evidence counts."""
    for wallbox in house.wallboxes:
        await wallbox.stop()
    await house.restart(QUIET)


async def test_s7b_a_receipt_of_a_deletion_is_evidence(house: House) -> None:
    """It tells how much was deleted and when, and nothing of whom; a copy that may be left is not met."""
    await house.set_up("WB1")
    await add_person(house, name="Ada", tags=[CARD], rights=[])
    await charged(house)
    assert verdicts(await exported(house))["deletion"] == "not_evidenced"

    receipt = await delete(house, person="Ada")
    at = house.now
    file = await exported(house, include_personal_data=True)
    assert verdicts(file)["deletion"] == "met_by_software"
    assert said(file)["deleted"] == sum(receipt["deleted"].values()) > 1
    assert said(file)["deletion"] == f"{at:%Y-%m-%dT%H:%M:%SZ}"
    assert "Ada" not in str(file)
    assert CARD not in str(file)

    await delete(house, person="Ada")
    assert said(await exported(house))["deleted"] == said(file)["deleted"]

    damaged = Path(house.hass.config.path(DOMAIN, "sessions.db.corrupt-1"))
    await house.hass.async_add_executor_job(damaged.touch)
    await delete(house, device_id=house.device_id())
    file = await exported(house)
    assert verdicts(file)["deletion"] == "not_met"
    assert verdicts(file)["records"] == "not_evidenced"

    await quiet(house)
    assert verdicts(await exported(house))["deletion"] == "not_evidenced"


@pytest.mark.parametrize("by_panel", [False, True])
async def test_t4_another_firmware_makes_the_exported_file_stale(
    house: House, sign_in: SignIn, by_panel: bool
) -> None:
    """Each version is told with its day; a file that was exported before is out of date until there is another."""
    wallbox = await house.wallbox(firmware="1.0.0")

    async def looked_at() -> str:
        """Return what the page says; to look at it is no export."""
        browser = await sign_in()
        page = await browser.result("technical_file", device_id=house.device_id())
        return str(page)

    async def export() -> None:
        if by_panel:
            device, browser = house.device_id(), await sign_in()
            await browser.result("technical_file", device_id=device, format="html")
        else:
            await exported(house)

    first = house.now
    assert "exported last" not in await looked_at()
    await export()
    assert "made for this firmware" in await looked_at()
    await wallbox.stop()
    await house.advance(timedelta(days=2))
    await house.wallbox(firmware="1.1.0")

    stale = await looked_at()
    assert "made for another firmware, out of date" in stale
    assert "documents exported before are out of date" in stale
    assert f"1.0.0 ({first:%Y-%m-%d}), 1.1.0 ({house.now:%Y-%m-%d})" in stale
    await export()
    assert "out of date" not in await looked_at()
    assert said(await exported(house))["file_state"] == "current"


async def test_inputs_at_set_up_are_counted(house: House) -> None:
    """The card of a wallbox asks for a name and the hours; they are counted as they were filled in, and stay so."""
    await house.set_up()
    wallbox = await house.wallbox(confirmed=False)
    flows = house.hass.config_entries.flow
    [card] = flows.async_progress_by_handler(DOMAIN)
    filled_in = house.now
    answer = {"name": "Garage", "hours": "accepted"}
    await flows.async_configure(card["flow_id"], answer)
    await house.advance(timedelta(minutes=1))
    file = await exported(house)
    assert wallbox.connected
    assert verdicts(file)["setup"] == "met_by_software"
    assert said(file)["setup_inputs"] == len(answer)

    await house.action("set_charging_hours", hours="none")
    await quiet(house)
    [told] = [
        one
        for line in (await exported(house))["document"]["lines"]
        for one in line["evidence"]
        if one["fact"] == "setup_inputs"
    ]
    assert told["value"] == len(answer)
    assert told["entered"] == f"{filled_in:%Y-%m-%dT%H:%M:%SZ}"


async def test_a6_1_a_change_of_supplier_is_evidence(house: House) -> None:
    """Of tariff or of who asks for demand-side response; what a wallbox does not do any more since then is not met."""
    wallbox = await house.wallbox(firmware="1.0.0")
    assert verdicts(await exported(house))["supplier"] == "not_evidenced"
    await house.set_options(dsr_providers=["Grid & Sons"])
    await house.set_options(dsr_providers=["Grid & Sons"], house_fuse=60)
    await house.advance(timedelta(hours=3))
    price = {"start": "00:00:00", "price": 0.2, "days": "every_day"}
    await house.choose("cost", "fixed_rates", {"rates": [price]})
    changed = house.now
    await house.advance(timedelta(minutes=10))

    file = await exported(house)
    assert verdicts(file)["supplier"] == "met_by_software"
    assert said(file)["supplier_change"] == f"{changed:%Y-%m-%dT%H:%M:%SZ}"
    assert said(file)["supplier_changes"] == 2
    assert said(file)["functions_kept"] == "equal"
    assert said(file)["tariff"] == "fixed"
    assert "Grid" not in str(file)

    await wallbox.stop()
    other = await house.wallbox(
        firmware="1.1.0",
        quirks=Quirks(
            default_profile=Refusal.REJECTED,
            maximum_profile=Refusal.REJECTED,
            transaction_profile=Refusal.REJECTED,
        ),
    )
    await house.advance(timedelta(minutes=10))
    await other.plug_in(Car(start_delay=timedelta()))
    await house.advance(timedelta(minutes=20))
    file = await exported(house)
    assert said(file)["functions_kept"] == "fewer"
    assert verdicts(file)["supplier"] == "not_met"

    await quiet(house)
    assert verdicts(await exported(house))["supplier"] == "not_evidenced"


@pytest.mark.at(MONDAY)
async def test_a5_1_how_soon_a_wallbox_acknowledges_is_evidence(house: House) -> None:
    """More, less and other hours apart; what takes nothing to be sent takes no time either, and a silence counts."""
    wallbox = await house.wallbox()
    await house.set_number("current_limit", 16)
    await house.set_number("current_limit", 16)
    lowered = said(await exported(house))
    assert lowered["rate_down_p95"] == 0
    assert lowered["rate_up_p50"] is None
    assert verdicts(await exported(house))["rate"] == "not_evidenced"

    await wallbox.plug_in(Car(battery_kwh=10_000.0, start_delay=timedelta()))
    await house.advance(timedelta(minutes=2))
    await house.action("charge_now")
    file = await exported(house)
    assert said(file)["rate_up_p50"] == 0
    assert verdicts(file)["rate"] == "met_jointly"
    assert "time_shift_p50" not in said(file)

    with patch.object(Edges, "answer", autospec=True) as answer:
        answer.return_value = None
        await house.action("set_charging_hours", hours="none")
        await house.advance(timedelta(seconds=20))
    await house.advance(timedelta(minutes=2))
    file = await exported(house)
    assert 30 <= said(file)["time_shift_p50"] < 60
    assert samples(file, "time_shift_p95") == 1
    assert samples(file, "rate_down_p50") == samples(file, "rate_up_p50") == 1

    event: dict[str, Any] = {
        "provider": "Grid",
        "event_id": "1",
        "kind": "response",
        "direction": "down",
        "limit_a": 6,
        "end": house.now + timedelta(minutes=10),
    }
    await house.set_options(dsr_providers=["Grid"])
    await house.action("start_dsr_event", **event)
    await house.advance(timedelta(seconds=30))
    assert samples(await exported(house), "rate_down_p50") == 2

    await quiet(house)
    assert verdicts(await exported(house))["rate"] == "not_evidenced"


@pytest.mark.at(MONDAY + timedelta(hours=12, minutes=10))
async def test_a7_2_charging_without_a_link_is_evidence(house: House) -> None:
    """How long the link was gone, what was charged meanwhile, and what of that was told afterwards."""
    wallbox = await house.wallbox(settings={"MeterValueSampleInterval": "60"})
    await wallbox.plug_in(Car(battery_kwh=10_000.0, start_delay=timedelta()))
    await house.advance(timedelta(minutes=20))
    await wallbox.go_offline()
    await house.advance(timedelta(minutes=4))
    await wallbox.go_online()
    await house.advance(timedelta(minutes=2))
    assert verdicts(await exported(house))["offline_test"] == "not_evidenced"

    before = wallbox.energy(1)
    await wallbox.go_offline()
    await house.advance(timedelta(minutes=30))
    charged = (wallbox.energy(1) - before) / 1000
    await wallbox.go_online()
    await house.advance(timedelta(minutes=2))
    back = house.now
    file = await exported(house)
    assert verdicts(file)["offline_test"] == "met_jointly"
    assert said(file)["offline_test"] == pytest.approx(30, abs=1)
    assert charged > 3
    assert said(file)["offline_energy"] == pytest.approx(charged, rel=0.05)
    assert said(file)["offline_recovered"] > 20

    await wallbox.unplug()
    await house.advance_to(back + timedelta(minutes=10))
    await wallbox.go_offline()
    await house.advance(timedelta(minutes=30))
    await wallbox.go_online()
    await house.advance(timedelta(minutes=2))
    assert said(await exported(house))["offline_energy"] == said(file)["offline_energy"]

    await delete(house, everything=True)
    assert verdicts(await exported(house))["offline_test"] == "not_evidenced"


@pytest.mark.at(MONDAY + timedelta(hours=12, minutes=10))
async def test_a7_2_so_is_charging_while_home_assistant_is_off(house: House) -> None:
    """A whole session of which nobody heard before."""
    wallbox = await house.wallbox(settings={"MeterValueSampleInterval": "60"})
    await house.stop()
    await house.advance(timedelta(minutes=10))
    await wallbox.plug_in(Car(battery_kwh=10_000.0, start_delay=timedelta()))
    await house.advance(timedelta(minutes=40))
    await wallbox.unplug()
    await house.advance(timedelta(minutes=10))
    charged = wallbox.energy(1) / 1000
    await house.start()
    await house.advance(timedelta(minutes=5))

    file = await exported(house)
    assert said(file)["offline_test"] == pytest.approx(62, abs=3)
    assert charged > 2
    assert said(file)["offline_energy"] == pytest.approx(charged, abs=0.01)
    assert said(file)["offline_recovered"] > 20
    assert verdicts(file)["offline_test"] == "met_jointly"
    [session] = await house.sessions()
    assert session["energy"] == said(file)["offline_energy"]

    await quiet(house)
    assert verdicts(await exported(house))["offline_test"] == "not_evidenced"


@pytest.mark.at(MONDAY)
async def test_a10_4_a_week_is_read_back_day_by_day(house: House) -> None:
    """A wallbox that says no more than a day ahead has told every minute after a week, also of the days it charged on."""
    wallbox = await house.wallbox(settings={**SELDOM, "MeterValueSampleInterval": "60"})

    async def until(moment: datetime) -> dict[str, Any]:
        await house.clock.advance_to(moment, step=timedelta(minutes=30))
        return await exported(house)

    start = house.now
    days = [
        said(await until(start + timedelta(days=day)))["read_back_minutes"]
        for day in (1, 2)
    ]
    assert 1440 < days[0] < days[1] < 4 * 1440
    await wallbox.plug_in(Car(battery_kwh=10_000.0, start_delay=timedelta()))
    await until(start + timedelta(days=2, hours=7))
    await wallbox.unplug()

    file = await until(start + timedelta(days=7))
    assert said(file)["read_back_minutes"] == 7 * 1440
    assert verdicts(file)["hours"] == "met_jointly"
    asked = wallbox.requests("GetCompositeSchedule")
    assert max(request["duration"] for request in asked) == 86_400
    assert len(asked) < 20

    await house.action("set_charging_hours", hours="none")
    await house.advance(timedelta(minutes=5))
    file = await exported(house)
    assert said(file)["read_back_minutes"] <= 1440
    assert verdicts(file)["hours"] == "not_evidenced"
