"""Overview: every connector as it is now, sent again whenever that changes."""

from collections.abc import Mapping
from datetime import datetime
import logging
from typing import Any, Final

from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import websocket_command
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..control.people import NEEDED, People
from ..coordinator import SmartChargePointConfigEntry, SmartChargePointCoordinator
from ..model.charge_point import ChargingReason, ConnectorState, RunningSession
from ..model.decision import DecisionKind
from ..model.usage import SessionFigures
from ..records.errors import LedgerError
from ..sensor import power_of
from ..sentences import async_load_sentences, reason_sentence
from .access import Viewer, loaded_entry, viewer_of

_LOGGER = logging.getLogger(__name__)

ACTIONS: Final[Mapping[str, tuple[DecisionKind, str]]] = {
    "charge_now": (DecisionKind.CHARGE_NOW, "may_not_charge_now"),
    "cancel_delay": (DecisionKind.CANCEL_DELAY, "unknown_user"),
    "stop_charging": (DecisionKind.STOP, "unknown_user"),
}
"""The actions that the panel has a button for: what they decide, and why a user may not."""


@websocket_command(
    {
        vol.Required("type"): "smart_charge_point/panel/overview",
        vol.Optional("language"): str,
    }
)
@callback
def subscribe_overview(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Send every connector as it is, and again whenever that changes, over restarts of the integration too.

    Sentences are in `language`. While the integration does not run, `ready` is false.
    """
    overview = _Overview(
        hass, connection, msg["id"], msg.get("language", hass.config.language)
    )
    connection.subscriptions[msg["id"]] = overview.stop
    connection.send_result(msg["id"])
    overview.start()


class _Overview:
    """What one browser is told, for as long as it looks on."""

    def __init__(
        self,
        hass: HomeAssistant,
        connection: ActiveConnection,
        message_id: int,
        language: str,
    ) -> None:
        self._hass = hass
        self._connection = connection
        self._message_id = message_id
        self._language = language
        self._entry: SmartChargePointConfigEntry | None = None
        self._told: dict[str, Any] | None = None
        self._priced: Mapping[int, float] = {}
        self._telling = False
        self._changed = False
        self._stopped = False
        self._stop_watching: CALLBACK_TYPE | None = None
        self._stop_listening: list[CALLBACK_TYPE] = []

    @callback
    def start(self) -> None:
        """Tell what is, and watch what changes."""
        self._stop_watching = async_dispatcher_connect(
            self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._entry_changed
        )
        self._look()

    @callback
    def stop(self) -> None:
        """Watch no longer."""
        self._stopped = True
        if self._stop_watching is not None:
            self._stop_watching()
            self._stop_watching = None
        self._let_go()

    @callback
    def _let_go(self) -> None:
        while self._stop_listening:
            self._stop_listening.pop()()

    @callback
    def _entry_changed(self, _change: ConfigEntryChange, entry: ConfigEntry) -> None:
        if entry.domain == DOMAIN:
            self._look()

    @callback
    def _look(self) -> None:
        """Follow the wallboxes of the entry that runs, if one does, and tell."""
        entry = loaded_entry(self._hass)
        if entry is not self._entry or entry is None:
            self._let_go()
            self._entry = entry
            if entry is not None:
                self._stop_listening.append(
                    entry.runtime_data.async_listen_coordinators(self._follow)
                )
        self._tell_soon()

    @callback
    def _follow(self, coordinator: SmartChargePointCoordinator) -> None:
        self._stop_listening.append(coordinator.async_add_listener(self._tell_soon))
        self._tell_soon()

    @callback
    def _tell_soon(self) -> None:
        self._changed = True
        if not self._telling and not self._stopped:
            self._telling = True
            self._hass.async_create_background_task(self._tell(), f"{DOMAIN} overview")

    async def _tell(self) -> None:
        """Tell what is now, as often as something changed meanwhile."""
        try:
            while self._changed and not self._stopped:
                self._changed = False
                content = await self._content()
                if content != self._told and not self._stopped:
                    self._told = content
                    self._connection.send_event(
                        self._message_id,
                        {"now": dt_util.utcnow().isoformat(), **content},
                    )
        finally:
            self._telling = False

    async def _content(self) -> dict[str, Any]:
        hass, language = self._hass, self._language
        await async_load_sentences(hass, language)
        texts = await async_get_translations(hass, language, "exceptions", {DOMAIN})
        if self._entry is not None:
            # What the owner has just changed is taken in first.
            async with self._entry.runtime_data.update_lock:
                pass
        entry = loaded_entry(hass)
        if entry is None:
            return {"ready": False, "charge_points": []}
        viewer = viewer_of(self._connection.user, entry)
        people = People(hass, entry)
        refusals = {
            action: None if await people.may(viewer.user_id, NEEDED[kind]) else key
            for action, (kind, key) in ACTIONS.items()
        }

        figures = await self._figures(entry)

        def say(key: str, name: str) -> str:
            text = texts.get(f"component.{DOMAIN}.exceptions.{key}.message", key)
            return text.format_map({"name": name})

        def connector(
            coordinator: SmartChargePointCoordinator, state: ConnectorState
        ) -> dict[str, Any]:
            name, connected = coordinator.controller.name, coordinator.data.connected
            reasons = {
                action: refusals[action] or _impossible(action, state, connected)
                for action in ACTIONS
            }
            return {
                "number": state.number,
                "device_id": coordinator.connector_device_ids[state.number],
                "reason": state.reason,
                "sentence": reason_sentence(hass, state, language),
                "until": _iso(state.reason_until),
                "delay_ends": _iso(state.delay_ends),
                "next_start": _iso(state.next_start),
                "plugged_in_since": _iso(state.plugged_in_since),
                "power": power_of(state) if connected else None,
                "maximum_power": coordinator.controller.maximum.watts(
                    coordinator.controller.phases
                ),
                "session": _session(
                    state.session,
                    figures.get(
                        state.session.transaction_id if state.session else 0,
                        SessionFigures(),
                    ),
                ),
                "last_session_energy": state.last_session_energy,
                "actions": {
                    action: {
                        "allowed": key is None,
                        "reason": None if key is None else say(key, name),
                    }
                    for action, key in reasons.items()
                },
            }

        return {
            "ready": True,
            **_viewer(viewer),
            "currency": hass.config.currency,
            "charge_points": [
                {
                    "device_id": coordinator.device_id,
                    "name": coordinator.controller.name,
                    "connected": coordinator.data.connected,
                    "connectors": [
                        connector(coordinator, state)
                        for state in coordinator.data.connectors.values()
                    ],
                }
                for coordinator in sorted(
                    entry.runtime_data.coordinators.values(),
                    key=lambda each: each.controller.name.casefold(),
                )
            ],
        }

    async def _figures(
        self, entry: SmartChargePointConfigEntry
    ) -> dict[int, SessionFigures]:
        """Return what the sessions that run have come to, for the energy that is told with it."""
        running = {
            connector.session.transaction_id: connector.session.energy
            for coordinator in entry.runtime_data.coordinators.values()
            for connector in coordinator.data.connectors.values()
            if connector.session is not None
        }
        if not running:
            return {}
        ledger = entry.runtime_data.site.ledger
        try:
            if running != self._priced:
                await ledger.refresh_running()
                self._priced = running
            rows = [await ledger.row(transaction_id) for transaction_id in running]
        except LedgerError as error:
            # All else is known without the disk.
            _LOGGER.debug("What the running sessions cost is not known: %s", error)
            return {}
        return {
            row.session.transaction_id: row.figures for row in rows if row is not None
        }


def _viewer(viewer: Viewer) -> dict[str, Any]:
    return {"role": viewer.role, "persons": sorted(viewer.persons)}


def _session(
    session: RunningSession | None, figures: SessionFigures
) -> dict[str, Any] | None:
    """Return the session that runs: Wh, and the seconds for which current flowed.

    The cost is in the home's currency; None: not known.
    """
    if session is None:
        return None
    return {
        "transaction_id": session.transaction_id,
        "started_at": session.started_at.isoformat(),
        "energy": session.energy,
        "flow_time": session.flow_time.total_seconds(),
        "cost": figures.cost,
        "cost_complete": figures.cost_complete,
    }


def _impossible(action: str, state: ConnectorState, connected: bool) -> str | None:
    """Return why an action can do nothing now, None where it can."""
    if not connected:
        return "not_connected"
    if state.unsafe:
        return "faulted"
    match action:
        case "charge_now":
            possible, why = state.plugged_in or state.session is not None, "no_car"
        case "cancel_delay":
            delayed = state.reason is ChargingReason.RANDOM_DELAY
            possible, why = delayed or state.delay_ends is not None, "no_delay"
        case _:
            possible, why = state.session is not None, "no_session"
    return None if possible else why


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
