"""The self-assessment in the panel: which of its lines the owner can fill in by hand."""

from typing import Any

from ..house import House
from .conftest import SignIn


async def test_what_the_owner_can_enter_is_told_as_such(
    house: House, sign_in: SignIn
) -> None:
    """Seller, manufacturer, manual and the like, and nothing that is seen or measured."""
    await house.wallbox()
    browser = await sign_in()
    page = await browser.result(
        "technical_file",
        device_id=house.device_id(),
        include_personal_data=True,
        language="en",
    )
    told: dict[str, list[dict[str, Any]]] = {
        line["subject"]: line["findings"]
        for section in page["sections"]
        for line in section["lines"]
    }
    papers = {
        finding["name"]
        for findings in told.values()
        for finding in findings
        if finding["papers"]
    }
    assert {"Buyer", "Manual of the wallbox", "Manufacturer"} <= papers
    assert {each["papers"] for each in told["responsible"]} == {True}
    assert {each["papers"] for each in told["encryption"]} == {False}
    assert not any(each["known"] for each in told["responsible"])
