"""What the owner or installer enters for the self-assessment: optional, checked, and told apart from what was seen."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from homeassistant.data_entry_flow import FlowResultType
import pytest

from ..house import House
from ..technical import exported, said, verdicts

pytestmark = pytest.mark.usefixtures("media")

PAPERS: Final = {
    "seller": "Watt & Co, 1 High Street",
    "manufacturer": "Maker Ltd",
    "contact": "security@example.com",
    "support_end": "2031-12-31",
    "manual": "https://example.com/manual.pdf",
    "agreement_provider": "Grid plc",
    "agreement_reference": "Contract 4711",
    "agreement_terms": "https://example.com/terms",
    "enclosure": "IP54 report, IK10 report",
    "charger_ports": "Ethernet",
    "tests": "EMC, 2025-03-01, passed",
    "sold": "2026-01-31",
    "buyer": "Ada Lovelace",
}
STATED: Final = (
    "dsr_agreement",
    "interfaces",
    "manual",
    "physical",
    "responsible",
    "tests",
)


async def fill_in(house: House, typed: Mapping[str, str]) -> Mapping[str, Any]:
    """Fill in the form of the wallbox; return what is shown then."""
    flows = house.hass.config_entries.subentries
    shown: Mapping[str, Any] = await house.entry.start_subentry_reconfigure_flow(
        house.hass, house.subentry().subentry_id
    )
    for answer in ({"next_step_id": "papers"}, dict(typed)):
        shown = await flows.async_configure(shown["flow_id"], answer)
    await house.settle()
    return shown


async def test_t1_what_is_entered_is_stated_for_as_long_as_it_stands(
    house: House, media: Path
) -> None:
    """Also after 35 days: the file says since when it stands. Blanked, it is not evidenced any more."""
    await house.wallbox()
    assert verdicts(await exported(house))["responsible"] == "not_evidenced"
    entered = house.now
    assert (await fill_in(house, PAPERS))["reason"] == "reconfigure_successful"
    await house.wallboxes[0].stop()
    await house.restart(timedelta(days=36))

    file = await exported(house)
    assert {verdicts(file)[line] for line in STATED} == {"stated"}
    assert said(file)["agreement"] == "Grid plc; https://example.com/terms"
    told = {
        one["fact"]: one
        for line in file["document"]["lines"]
        for one in line["evidence"]
    }
    assert told["seller"]["entered"] == f"{entered:%Y-%m-%dT%H:%M:%SZ}"
    assert told["seller"]["at"] > told["seller"]["entered"]
    assert told["phases"]["entered"] is None

    await fill_in(house, {"seller": "  "})
    blank = verdicts(await exported(house))
    assert {blank[line] for line in STATED} == {"not_evidenced"}


async def test_t3_buyer_sale_and_reference_need_personal_data_chosen(
    house: House, media: Path
) -> None:
    """They are in the file of whoever asks for them, and in no other."""
    await house.wallbox()
    await fill_in(house, PAPERS)
    plain = await exported(house)
    chosen = await exported(house, include_personal_data=True)

    for secret in ("Ada Lovelace", "Contract 4711", "2026-01-31"):
        assert secret not in str(plain)
        assert secret in str(chosen)
    assert verdicts(chosen)["sale"] == "stated"


async def test_a_wrong_link_or_date_is_said_at_its_field(house: House) -> None:
    """Nothing is kept until all of it is right."""
    await house.wallbox()
    shown = await fill_in(
        house,
        {
            "manual": "manual.pdf",
            "agreement_terms": "javascript:alert(1)",
            "sold": "2099-01-01",
            "seller": "x" * 501,
        },
    )
    assert shown["type"] is FlowResultType.FORM
    assert shown["errors"] == {
        "manual": "not_a_link",
        "agreement_terms": "not_a_link",
        "sold": "date_in_future",
        "seller": "too_long",
    }
    assert "papers" not in house.subentry().data


async def test_other_hardware_has_other_papers(house: House) -> None:
    """What was entered is of the wallbox that was replaced."""
    await house.wallbox()
    await fill_in(house, PAPERS)
    shown: Any = await house.entry.start_subentry_reconfigure_flow(
        house.hass, house.subentry().subentry_id
    )
    for answer in ({"next_step_id": "replace"}, {"identity": "WB2"}):
        shown = await house.hass.config_entries.subentries.async_configure(
            shown["flow_id"], answer
        )
    await house.settle()
    assert house.subentry("WB2").data["papers"] == {}


@pytest.mark.parametrize(
    ("action", "data"),
    [
        ("set_charging_hours", {"hours": "default"}),
        ("set_delay_maximum", {"seconds": 900}),
    ],
)
async def test_an_action_leaves_the_papers_as_they_are(
    house: House, action: str, data: Mapping[str, Any]
) -> None:
    """What it changes stands beside them."""
    await house.wallbox()
    await fill_in(house, PAPERS)
    entered = house.subentry().data["papers"]
    await house.action(action, **data)
    assert house.subentry().data["papers"] == entered
