"""The panel's days, months and years: the ledger's sums, in the owner's civil time."""

from datetime import date, timedelta
import json
from typing import Any

from homeassistant.util import dt as dt_util
import pytest

from custom_components.smart_charge_point.model.usage import UsageKey
from custom_components.smart_charge_point.rules.periods import period

from ..house import House
from .conftest import SignIn
from .history import TAGS, live_in


def energies(answer: dict[str, Any]) -> list[float]:
    """Return the Wh of each bar."""
    return [bucket["energy"] for bucket in answer["buckets"]]


@pytest.mark.parametrize("by", ["day", "month", "year"])
@pytest.mark.parametrize("zone", ["Europe/London", "Asia/Kolkata", "America/Denver"])
async def test_bars_are_the_ledgers_whatever_they_stand_for(
    house: House, sign_in: SignIn, by: str, zone: str
) -> None:
    """Twelve months of civil days of the home, to the watt-hour; without a recorder they are the ledger's own."""
    await house.hass.config.async_set_time_zone(zone)
    home = await live_in(house)
    browser = await sign_in()
    answer = await browser.result("usage", start="2025-11-24", end="2026-11-23", by=by)
    truth = sum(session.energy for session in home.sessions)
    assert sum(energies(answer)) == pytest.approx(truth, abs=1)
    assert answer["total"]["energy"] == pytest.approx(truth, abs=1)
    assert (answer["source"], answer["agrees"]) == ("ledger", None)
    assert len(answer["buckets"]) == {"day": 365, "month": 13, "year": 2}[by]
    for one, following in zip(answer["buckets"], answer["buckets"][1:], strict=False):
        assert date.fromisoformat(one["last"]) + timedelta(days=1) == (
            date.fromisoformat(following["first"])
        )


async def test_this_and_the_last_month_and_year_are_compared(
    house: House, sign_in: SignIn
) -> None:
    """Whole, and as far as they had gone by the same day."""
    home = await live_in(house)
    browser = await sign_in()
    compared = (
        await browser.result("usage", start="2026-11-01", end="2026-11-30", by="day")
    )["compared"]
    assert {name: (each["first"], each["last"]) for name, each in compared.items()} == {
        "this_month": ("2026-11-01", "2026-11-23"),
        "last_month": ("2026-10-01", "2026-10-31"),
        "last_month_by_now": ("2026-10-01", "2026-10-23"),
        "this_year": ("2026-01-01", "2026-11-23"),
        "last_year": ("2025-01-01", "2025-12-31"),
        "last_year_by_now": ("2025-01-01", "2025-11-23"),
    }
    november = period(
        date(2026, 11, 1), date(2026, 11, 23), dt_util.get_default_time_zone()
    )
    [truth] = await home.ledger.usage(UsageKey(), [november])
    assert compared["this_month"]["energy"] == pytest.approx(truth.energy, abs=1)


async def test_what_nobody_in_particular_used_can_be_shown(
    house: House, sign_in: SignIn
) -> None:
    """To administrators: every bar, the total and the sessions are those without a person."""
    home = await live_in(house)
    browser = await sign_in()
    asked = {"start": "2026-10-01", "end": "2026-11-30", "by": "day", "nobody": True}
    answer = await browser.result("usage", **asked)
    truth = sum(session.energy for session in home.of(None))
    assert sum(energies(answer)) == pytest.approx(truth, abs=1)
    assert answer["total"]["energy"] == pytest.approx(truth, abs=1)
    assert answer["total"]["sessions"] == len(home.of(None))

    person = await sign_in(home.ada_user)
    refused = await person.ask("usage", **asked)
    assert refused["error"]["translation_key"] == "panel_not_yours"


async def test_a2_1_a_person_sees_what_they_used(house: House, sign_in: SignIn) -> None:
    """Nobody else's, neither in the bars nor in what is compared; and no tag."""
    home = await live_in(house)
    browser = await sign_in(home.ada_user)
    asked = {"start": "2026-10-01", "end": "2026-11-30", "by": "day"}
    answer = await browser.result("usage", **asked)
    truth = sum(session.energy for session in home.of(home.ada))
    assert answer["total"]["energy"] == pytest.approx(truth, abs=1)
    assert answer["compared"]["this_year"]["energy"] == pytest.approx(truth, abs=1)
    refused = await browser.ask("usage", **asked, person=home.ben)
    assert refused["error"]["translation_key"] == "panel_not_yours"
    for tag in TAGS:
        assert tag not in json.dumps(answer)
