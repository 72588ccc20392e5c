"""Live power: what a wallbox measures, passed on to whoever looks on (requirements.md A9.4)."""

from typing import Any

from homeassistant.components.websocket_api import async_register_command
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import websocket_command
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
import voluptuous as vol

from .model.trace import TraceSample
from .panel_api.access import send_refused
from .targets import target_of


@callback
def async_setup_websocket(hass: HomeAssistant) -> None:
    """Register the commands."""
    async_register_command(hass, subscribe_power)


@websocket_command(
    {
        vol.Required("type"): "smart_charge_point/subscribe_power",
        vol.Required("device_id"): str,
    }
)
@callback
def subscribe_power(
    hass: HomeAssistant,
    connection: ActiveConnection,
    msg: dict[str, Any],
) -> None:
    """Send the samples of the latest minutes, and then each one as it comes, whatever the entities and the recorder take.

    The device is a wallbox or a connector. Nothing is measured more often because somebody looks on. When the wallbox
    cannot be followed any more, the last event says so.
    """
    try:
        target = target_of(hass, msg["device_id"])
    except ServiceValidationError as error:
        send_refused(connection, msg["id"], error)
        return
    controller, entry = target.controller, target.coordinator.config_entry

    @callback
    def send(event: dict[str, Any]) -> None:
        connection.send_event(msg["id"], event)

    @callback
    def measured(connector: int, sample: TraceSample) -> None:
        if connector in target.connectors:
            send({"samples": [_sample(connector, sample)]})

    @callback
    def entry_changed() -> None:
        if entry.state is not ConfigEntryState.LOADED:
            send({"samples": [], "ended": True})

    stop_listening = controller.async_watch_power(measured)
    stop_watching = entry.async_on_state_change(entry_changed)

    @callback
    def unsubscribe() -> None:
        stop_listening()
        stop_watching()

    connection.subscriptions[msg["id"]] = unsubscribe
    connection.send_result(msg["id"])
    send(
        {
            "samples": [
                _sample(connector, sample)
                for connector in target.connectors
                for sample in controller.latest_power(connector)
            ]
        }
    )


def _sample(connector: int, sample: TraceSample) -> dict[str, Any]:
    """Return a sample: when (UTC), W, A, and Wh of the meter; None where it was not told.

    `derived` is whether the power was concluded from the meter, not measured.
    """
    return {
        "connector": connector,
        "at": sample.at.isoformat(),
        "power": sample.power,
        "current": sample.current,
        "energy": sample.register,
        "derived": sample.derived,
    }
