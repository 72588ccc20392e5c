"""How sessions are told: their figures, the names of whose they are, and never a tag."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import callback

from ..const import SUBENTRY_CHARGE_POINT, SUBENTRY_PERSON, SUBENTRY_VEHICLE
from ..model.usage import SessionRow, UsageTotals
from .about import names
from .access import Home


@callback
def told(home: Home, row: SessionRow) -> dict[str, Any]:
    """Return a session as lists show it: Wh, seconds, the home's currency; `solar_share` is 0 to 1 of what is known."""
    session, figures = row.session, row.figures
    wallboxes = names(home, SUBENTRY_CHARGE_POINT)
    stopped = session.stopped_at
    return {
        "id": session.transaction_id,
        "wallbox": wallboxes.get(session.charge_point, session.charge_point),
        "connector": session.connector,
        "person": named(session.person, names(home, SUBENTRY_PERSON)),
        "vehicle": named(session.vehicle, names(home, SUBENTRY_VEHICLE)),
        "started_at": session.started_at.isoformat(),
        "stopped_at": iso(stopped),
        "energy": session.energy,
        "flow_time": session.flow_time.total_seconds(),
        "duration": seconds(None if stopped is None else stopped - session.started_at),
        "cost": figures.cost,
        "cost_complete": figures.cost_complete,
        "solar_share": None
        if figures.solar is None or figures.sourced <= 0
        else figures.solar / figures.sourced,
        "estimated": figures.estimated,
        "doubts": sorted(session.doubts),
        "corrected": sorted(session.corrected),
        "folded": session.folded,
    }


@callback
def told_whole(home: Home, row: SessionRow) -> dict[str, Any]:
    """Return a session with all of its figures: Wh, W, g, km, seconds."""
    session, figures = row.session, row.figures
    return {
        **told(home, row),
        "connected_at": iso(session.connected_at),
        "disconnected_at": iso(session.disconnected_at),
        "connected_time": seconds(figures.connected_time),
        "stop_reason": session.stop_reason,
        "meter_start": session.meter_start,
        "meter_stop": session.meter_stop,
        "odometer": session.odometer,
        "exported": session.exported,
        "solar": figures.solar,
        "battery": figures.battery,
        "grid": figures.grid,
        "sourced": figures.sourced,
        "co2": figures.co2,
        "mean_power": figures.mean_power,
        "peak_power": figures.peak_power,
    }


def told_totals(totals: UsageTotals) -> dict[str, Any]:
    """Return what sessions come to: Wh, seconds, g, the home's currency."""
    return {
        "sessions": totals.sessions,
        "energy": totals.energy,
        "flow_time": totals.flow_time.total_seconds(),
        "cost": totals.cost,
        "cost_complete": totals.cost_complete,
        "solar": totals.solar,
        "battery": totals.battery,
        "grid": totals.grid,
        "sourced": totals.sourced,
        "co2": totals.co2,
        "estimated": totals.estimated,
    }


def named(which: str | None, known: Mapping[str, str]) -> dict[str, Any] | None:
    """Return a person or vehicle; its name is None where it was removed since. None: nobody's."""
    return None if which is None else {"id": which, "name": known.get(which)}


def iso(moment: datetime | None) -> str | None:
    """Return a moment as text."""
    return None if moment is None else moment.isoformat()


def seconds(time: timedelta | None) -> float | None:
    """Return a length of time in seconds."""
    return None if time is None else time.total_seconds()
