"""Wallboxes that dial in for the first time: their cards, and what becomes of them."""

from contextlib import closing
import sqlite3

from custom_components.smart_charge_point.const import DOMAIN

from .house import House

NIGHTS = {
    "weekdays": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    "start": "23:00:00",
    "end": "05:30:00",
    "other_days": False,
}


def cards(house: House) -> dict[str, str]:
    """Return the discovery cards that the owner sees: their flows by the identity of the wallbox."""
    return {
        str(flow["context"]["unique_id"]): flow["flow_id"]
        for flow in house.hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    }


async def confirm(
    house: House, identity: str, hours: str = "accepted", name: str = "Drive"
) -> None:
    """Let the owner confirm a card."""
    flows = house.hass.config_entries.flow
    page = await flows.async_configure(
        cards(house)[identity], {"name": name, "hours": hours}
    )
    if hours == "changed":
        page = await flows.async_configure(page["flow_id"], NIGHTS)
    assert page["reason"] == "charge_point_added"
    await house.clock.settle()


def rows(house: House) -> int:
    """Return how many sessions the ledger has."""
    path = house.hass.config.path(DOMAIN, "sessions.db")
    with closing(sqlite3.connect(path)) as database:
        (count,) = database.execute("SELECT count(*) FROM session").fetchone()
    return int(count)


async def replace(house: House, old: str, new: str) -> None:
    """Let the owner say that new hardware has taken the place of the old."""
    subentries = house.hass.config_entries.subentries
    menu = await house.entry.start_subentry_reconfigure_flow(
        house.hass, house.subentry(old).subentry_id
    )
    form = await subentries.async_configure(
        menu["flow_id"], {"next_step_id": "replace"}
    )
    done = await subentries.async_configure(form["flow_id"], {"identity": new})
    assert done["reason"] == "reconfigure_successful"
    await house.clock.settle()
