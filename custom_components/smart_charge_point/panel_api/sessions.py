"""Sessions: a page of the list, filtered and sorted, and what all that is listed comes to."""

from typing import Any, Final

from homeassistant.components.websocket_api.decorators import websocket_command
from homeassistant.core import HomeAssistant
import voluptuous as vol

from ..const import SUBENTRY_PERSON, SUBENTRY_VEHICLE
from ..model.usage import SessionOrder
from .about import ABOUT, DAY, about, names
from .access import Home, PanelRole
from .answering import answered
from .session_answers import told, told_totals
from .sources import sources

MOST: Final = 200
"""Sessions of a page, at most."""
FURTHEST: Final = 10_000_000
"""Sessions that may be passed over."""


@websocket_command(
    {
        vol.Required("type"): "smart_charge_point/panel/sessions",
        vol.Optional("start"): vol.Any(DAY, None),
        vol.Optional("end"): vol.Any(DAY, None),
        **ABOUT,
        vol.Optional("folded", default=False): bool,
        vol.Optional("order", default=SessionOrder.STARTED): vol.Coerce(SessionOrder),
        vol.Optional("descending", default=True): bool,
        vol.Optional("limit", default=25): vol.All(int, vol.Range(min=1, max=MOST)),
        vol.Optional("offset", default=0): vol.All(int, vol.Range(min=0, max=FURTHEST)),
    }
)
@answered
async def sessions(
    hass: HomeAssistant, home: Home, msg: dict[str, Any]
) -> dict[str, Any]:
    """Answer with a page of the sessions that began on the civil days `start` to `end`, and the totals of all of them.

    Without `folded`, blips are left out and only counted. The home's persons and vehicles are named to administrators.
    """
    ledger = home.data.site.ledger
    subject = about(hass, home, msg)
    every = subject.sessions(msg.get("start"), msg.get("end"), folded=True)
    which = subject.sessions(msg.get("start"), msg.get("end"), folded=msg["folded"])
    await ledger.refresh_running()
    rows = await ledger.rows(
        which,
        msg["order"],
        descending=msg["descending"],
        limit=msg["limit"],
        offset=msg["offset"],
    )
    totals = await ledger.summary(which)
    blips = 0
    if not msg["folded"]:
        blips = (await ledger.summary(every)).sessions - totals.sessions
    return {
        "sessions": [told(home, row) for row in rows],
        "totals": told_totals(totals),
        "folded": max(0, blips),
        "currency": hass.config.currency,
        "sources": await sources(hass),
        "persons": _choices(home, SUBENTRY_PERSON),
        "vehicles": _choices(home, SUBENTRY_VEHICLE),
    }


def _choices(home: Home, kind: str) -> list[dict[str, str]]:
    """Return what can be chosen among, by name; who sees only their own has no choice."""
    if home.viewer.role is not PanelRole.ADMINISTRATOR:
        return []
    return [
        {"id": which, "name": name}
        for which, name in sorted(
            names(home, kind).items(), key=lambda item: item[1].casefold()
        )
    ]
