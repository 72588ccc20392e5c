"""Ribbon: a connector's day behind now and its day ahead, what was charged and what may be."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import (
    async_response,
    websocket_command,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..model.dsr_record import DsrRecord
from ..model.plan import PlanReason, Segment
from ..model.usage import SessionFilter
from ..records.ledger import Ledger
from ..rules.charging_hours import windows_between
from ..rules.slots import slot_start
from ..targets import target_of
from .access import send_refused

REACH: Final = timedelta(hours=24)
"""How far behind and ahead of now it reaches."""
MOST_SESSIONS: Final = 100
"""More do not begin in a day."""
HELD_BACK: Final = {PlanReason.OUTSIDE_CHARGING_HOURS, PlanReason.RANDOM_DELAY}
"""With these a current only keeps a car awake."""


@websocket_command(
    {
        vol.Required("type"): "smart_charge_point/panel/ribbon",
        vol.Required("device_id"): str,
        vol.Required("connector"): vol.All(int, vol.Range(min=1)),
        vol.Optional("language"): str,
    }
)
@async_response
async def ribbon(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Answer with the plan of the next 24 h, the charging hours of the last 24 h, events, and what was charged."""
    language = msg.get("language", hass.config.language)
    number = msg["connector"]
    texts = await async_get_translations(hass, language, "entity", {DOMAIN})
    try:
        target = target_of(hass, msg["device_id"])
        now = dt_util.utcnow()
        controller = target.controller
        plan = controller.plan(number, now + REACH)
    except ServiceValidationError as error:
        send_refused(connection, msg["id"], error)
        return
    site = target.coordinator.config_entry.runtime_data.site
    start, end = slot_start(now - REACH), now + REACH
    phases = controller.phases
    events = await controller.dsr.async_records(start, end)
    charged = await _charged(site.ledger, controller.identity, number, start)
    windows = windows_between(
        controller.decision.hours, start, now, controller.ruleset.zone
    )
    connection.send_result(
        msg["id"],
        {
            "now": now.isoformat(),
            "start": start.isoformat(),
            "end": end.isoformat(),
            "maximum_power": controller.maximum.watts(phases),
            "plan": [_segment(segment, phases, texts) for segment in plan.segments],
            "hours": [
                {"start": window.start.isoformat(), "end": window.end.isoformat()}
                for window in windows
            ],
            "events": [_event(record, texts) for record in reversed(events)],
            "charged": [
                {"start": slot.isoformat(), "energy": energy}
                for slot, energy in charged.items()
            ],
        },
    )


async def _charged(
    ledger: Ledger, charge_point: str, connector: int, start: datetime
) -> dict[datetime, float]:
    """Return the Wh of each half hour since `start` (UTC) in which anything was charged, by time."""
    await ledger.refresh_running()
    energies: defaultdict[datetime, float] = defaultdict(float)
    which = SessionFilter(charge_point=charge_point, connector=connector)
    for row in await ledger.rows(which, limit=MOST_SESSIONS):
        stopped = row.session.stopped_at
        if stopped is not None and stopped < start:
            continue
        for slot in await ledger.slots(row.session.transaction_id):
            if slot.start >= start:
                energies[slot.start] += slot.energy
    return dict(sorted(energies.items()))


def _segment(segment: Segment, phases: int, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return a segment of the plan: `limit` in A per phase and `power` in W are the most that may flow."""
    amperes = segment.limit.amperes
    return {
        "start": segment.start.isoformat(),
        "end": segment.end.isoformat(),
        "limit": amperes,
        "power": segment.limit.watts(phases),
        "charges": amperes > 0 and segment.reason not in HELD_BACK,
        "reason": segment.reason,
        "text": _text(texts, "charging_plan", segment.reason),
    }


def _event(record: DsrRecord, texts: Mapping[str, str]) -> dict[str, Any]:
    event = record.event
    return {
        "start": event.start.isoformat(),
        "end": event.end.isoformat(),
        "direction": event.direction,
        "outcome": record.outcome,
        "text": _text(texts, "dsr_events", event.direction),
    }


def _text(texts: Mapping[str, str], calendar: str, key: str) -> str:
    """Return what the calendars of the integration say for the same thing."""
    return texts.get(
        f"component.{DOMAIN}.entity.calendar.{calendar}.state_attributes.message.state.{key}",
        key,
    )
