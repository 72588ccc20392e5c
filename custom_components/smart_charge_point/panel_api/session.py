"""One session: its figures, its curve, its half hours, what held it back, and what was corrected about it."""

from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from homeassistant.components.websocket_api.decorators import websocket_command
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN, SUBENTRY_PERSON, SUBENTRY_VEHICLE
from ..model.limit import Limit
from ..model.slot import HALF_HOUR, Slot
from ..model.transaction import CorrectedField, SessionSample
from ..model.usage import Correction, ReasonSpan, SessionRow
from ..rules.curve import drawn
from .about import ID, names
from .access import Home, PanelRole, not_yours
from .answering import answered
from .session_answers import iso, named, told_whole
from .sources import sources

SESSION: Final = vol.All(int, vol.Range(min=0, max=2**53))
"""A session's number, as far as browsers can count."""
MOST_POINTS: Final = 600
"""Points of a curve: what a wide screen tells apart."""
KINDS: Final[Mapping[CorrectedField, tuple[str, str]]] = {
    CorrectedField.PERSON: (SUBENTRY_PERSON, "unknown_person"),
    CorrectedField.VEHICLE: (SUBENTRY_VEHICLE, "unknown_vehicle"),
}
"""What a corrected field names: a kind of config subentry; and what is said where there is none."""


@websocket_command(
    {
        vol.Required("type"): "smart_charge_point/panel/session",
        vol.Required("session"): SESSION,
        vol.Optional("language"): str,
    }
)
@answered
async def session(
    hass: HomeAssistant, home: Home, msg: dict[str, Any]
) -> dict[str, Any]:
    """Answer with all that is known of a session; reasons are said in `language`."""
    await home.data.site.ledger.refresh_running()
    row = await _row(home, msg["session"])
    return await _whole(hass, home, row, msg.get("language", hass.config.language))


@websocket_command(
    {
        vol.Required("type"): "smart_charge_point/panel/correct_session",
        vol.Required("session"): SESSION,
        vol.Optional("person"): vol.Any(ID, None),
        vol.Optional("vehicle"): vol.Any(ID, None),
        vol.Optional("take_back"): [vol.Coerce(CorrectedField)],
        vol.Optional("language"): str,
    }
)
@answered
async def correct_session(
    hass: HomeAssistant, home: Home, msg: dict[str, Any]
) -> dict[str, Any]:
    """Say whose a session is, or of which vehicle (None: nobody's); or take that back. Answer with the session then.

    Administrators only: whose a session is, is money.
    """
    if home.viewer.role is not PanelRole.ADMINISTRATOR:
        raise not_yours()
    ledger = home.data.site.ledger
    transaction_id = msg["session"]
    await _row(home, transaction_id)
    wanted: dict[CorrectedField, str | None] = {
        field: msg[field] for field in CorrectedField if field in msg
    }
    for field, value in wanted.items():
        kind, unknown = KINDS[field]
        if value is not None and value not in names(home, kind):
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key=unknown,
                translation_placeholders={"name": value},
            )
    now, user_id = dt_util.utcnow(), home.viewer.user_id
    for field in dict.fromkeys(msg.get("take_back", ())):
        await ledger.take_back(transaction_id, field, user_id, now)
    for field, value in wanted.items():
        await ledger.correct(
            Correction(
                transaction_id=transaction_id,
                field=field,
                value=value,
                user_id=user_id,
                at=now,
            )
        )
    row = await _row(home, transaction_id)
    return await _whole(hass, home, row, msg.get("language", hass.config.language))


async def _row(home: Home, transaction_id: int) -> SessionRow:
    """Return a session that the user sees.

    Raises:
        ServiceValidationError: there is none. Who does not see all sessions is not told which there are.
    """
    row = await home.data.site.ledger.row(transaction_id)
    viewer = home.viewer
    if row is None and viewer.role is PanelRole.ADMINISTRATOR:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="panel_unknown_session"
        )
    if row is None or not viewer.sees_of(row.session.person):
        raise not_yours()
    return row


async def _whole(
    hass: HomeAssistant, home: Home, row: SessionRow, language: str
) -> dict[str, Any]:
    ledger = home.data.site.ledger
    kept = row.session
    samples = await ledger.samples(kept.transaction_id)
    slots = await ledger.slots(kept.transaction_id)
    reasons = await ledger.reasons(kept.transaction_id)
    corrections = await ledger.corrections(kept.transaction_id)
    texts = await async_get_translations(hass, language, "entity", {DOMAIN})
    words = await async_get_translations(hass, language, "common", {DOMAIN})
    end = kept.stopped_at or dt_util.utcnow()
    phases = next(
        (
            coordinator.controller.phases
            for coordinator in home.data.coordinators.values()
            if coordinator.controller.identity == kept.charge_point
        ),
        None,
    )
    sees_all = home.viewer.role is PanelRole.ADMINISTRATOR
    return {
        **told_whole(home, row),
        "now": dt_util.utcnow().isoformat(),
        "stop_text": words.get(
            f"component.{DOMAIN}.common.export_stop_{kept.stop_reason}"
        ),
        "currency": hass.config.currency,
        "sources": await sources(hass),
        "samples": [_sample(sample) for sample in drawn(samples, MOST_POINTS)],
        "slots": [_slot(slot) for slot in slots],
        "reasons": _reasons(reasons, end, phases, texts),
        "corrections": [
            await _correction(hass, home, correction) for correction in corrections
        ]
        if sees_all
        else [],
        "may_correct": sees_all,
    }


def _sample(sample: SessionSample) -> list[Any]:
    """Return a point of the curve: moment, W, and Wh since the start."""
    return [sample.at.isoformat(), sample.power, sample.energy]


def _slot(slot: Slot) -> dict[str, Any]:
    return {
        "start": slot.start.isoformat(),
        "end": (slot.start + HALF_HOUR).isoformat(),
        "energy": slot.energy,
        "flow_time": slot.flow_time.total_seconds(),
        "estimated": slot.estimated,
        "price": slot.price,
        "cost": slot.cost,
        "solar": slot.solar,
        "battery": slot.battery,
        "co2": slot.co2,
    }


def _reasons(
    spans: tuple[ReasonSpan, ...],
    end: datetime,
    phases: int | None,
    texts: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Return what held over time: `limit` is A per phase and `power` W; None: nothing limited it, or it is not known."""
    ends = [following.since for _, following in pairwise(spans)]
    return [
        {
            "since": span.since.isoformat(),
            "until": until.isoformat(),
            "reason": span.reason,
            "text": texts.get(
                f"component.{DOMAIN}.entity.sensor.charging_reason.state.{span.reason}",
                span.reason,
            ),
            "limit": span.limit,
            "power": None
            if span.limit is None or phases is None
            else Limit(amperes=span.limit).watts(phases),
        }
        for span, until in zip(spans, [*ends, end], strict=False)
        if until > span.since
    ]


async def _correction(
    hass: HomeAssistant, home: Home, correction: Correction
) -> dict[str, Any]:
    user = (
        None
        if correction.user_id is None
        else await hass.auth.async_get_user(correction.user_id)
    )
    known = names(home, KINDS[correction.field][0])
    return {
        "at": iso(correction.at),
        "field": correction.field,
        "before": named(correction.before, known),
        "after": named(correction.value, known),
        "taken_back": correction.taken_back,
        "by": None if user is None else user.name,
    }
